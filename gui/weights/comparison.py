"""Brings the pictures and figures of the page to the present strength: at once, or by a worker where there is much."""

from __future__ import annotations

from .result import Result, Shown

AT_ONCE = 50_000  # weights that are compared while the user waits: a few milliseconds
NO_MATRIX = "A picture of the matrix needs a tensor of two or more dimensions."
NO_TENSOR = "The matrix is shown for a tensor opened here."


class Comparison:
    """Shows ``page.result`` at the strength of the clock.

    One comparison is under way at a time, and the next one is for the strength shown then: while time runs the
    pictures follow as fast as they can, and the last strength is always shown in the end.
    """

    def __init__(self, page):
        self.page = page
        self._task = None
        self._again = False
        self._before_pixels = self._before_key = None

    def forget_pictures(self) -> None:
        """Another theme, or other weights."""
        self._before_pixels = None

    def refresh(self) -> None:
        page, result = self.page, self.page.result
        if not result.shows_weights:
            return
        if self._task is not None and not self._task.cancelled:
            self._again = True
            return
        amounts, colours = page.amounts, page.colours
        lineage = page.session.colours if page.colouring.currentData() == "cluster" else None
        if result.n <= AT_ONCE:
            self._show(result, result.at(amounts, lineage, colours))
            return
        self._again = False
        self._task = page.workers.run(
            lambda: result.at(amounts, lineage, colours),
            lambda shown: self._computed(result, shown),
            "comparing the weights",
            failed=lambda error: self._computed(result, None, error),
            key=(page, "result"),
        )

    def _computed(self, result: Result, shown: Shown | None, error: Exception | None = None) -> None:
        self._task = None
        if shown is not None and result is self.page.result:
            self._show(result, shown)
        elif error is not None:
            self.page.failed(error)
        if self._again or result is not self.page.result:
            self.page.refresh()

    def _show(self, result: Result, shown: Shown) -> None:
        page = self.page
        page.histogram.show_counts(result.edges, result.counts, shown.counts)
        page.figures.show_figures(result.before, shown.figures, shown.change, result.n, result.dtype)
        if self._before_pixels is None:
            self._before_pixels, self._before_key = result.before_pixels(page.colours), result.before_key(page.colours)
        empty = NO_MATRIX if result.subject else NO_TENSOR
        page.before.show_pixels(self._before_pixels, self._before_key, empty)
        page.after.caption = f"after, by {page.colouring.currentData()}"
        page.after.show_pixels(shown.pixels, shown.key, empty)
