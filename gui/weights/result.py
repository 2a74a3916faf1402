"""What the page shows of a document: everything before is computed once, everything after for each strength."""

from __future__ import annotations

import numpy as np

from ..model.lineage import nodes_at
from .figures import figures, mean_change
from .mosaic_view import after_values, by_cluster, by_value
from .subject import Subject

NO_MATRIX = "A picture of the matrix needs a tensor of two or more dimensions."


class Result:
    """The document of ``session``, which is that of ``subject`` where this is not None."""

    def __init__(self, session, subject: Subject | None):
        self.session, self.subject = session, subject
        self.system, self.history = session.document.system, session.document.history
        self.n = len(self.system)
        self.dtype = subject.tensor.dtype if subject else "float64"
        self.start = self.history.clusters(0.0)
        self.before = figures(self.start, self.n, self.dtype)
        self._histogram_made = False
        self._before_pixels = None

    @property
    def shows_weights(self) -> bool:
        return self.system.kind == "weights" and self.n > 0

    def forget_pictures(self) -> None:
        """The theme is another one."""
        self._before_pixels = None

    def show(self, page) -> None:
        """Bring all widgets of the page up to the present strength."""
        page.sheet.setCurrentIndex(1 if self.shows_weights else 0)
        page.headline.setText(self._headline())
        page.stale.setVisible(self.subject is None and page.subject is not None)
        for widget in (page.strength, page.saving):
            widget.setEnabled(self.shows_weights)
        page.saving.button.setEnabled(page.can_weights_save() and self.subject is not None)
        if not self.shows_weights or not page.isVisible():
            return
        clusters = self.session.clusters
        if not self._histogram_made:
            page.histogram.set_before(self.start, self.n)
            self._histogram_made = True
        page.histogram.set_after(clusters, self.n)
        after = figures(clusters, self.n, self.dtype)
        change = mean_change(self.system.particles.position, clusters)
        page.figures.show_figures(self.before, after, change, self.n, self.dtype)
        page.saving.note.setText(self._note())
        self._show_mosaics(page, clusters)

    def _show_mosaics(self, page, clusters) -> None:
        mosaic = self.subject.mosaic if self.subject else None
        if mosaic is None:
            text = NO_MATRIX if self.subject else "The matrix is shown for a tensor opened here."
            for view in (page.before, page.after):
                view.show_pixels(None, text)
            return
        mean = self.before.mean
        reach = float(np.abs(self.start.position - mean).max())
        if self._before_pixels is None:
            self._before_pixels = by_value(mosaic.values - mean, reach, page.colours)
        page.before.show_pixels(self._before_pixels)
        if page.colouring.currentData() == "cluster":
            colour = self.session.colours[nodes_at(self.history, self.session.t)]
            pixels = by_cluster(mosaic, clusters.start, colour, self.n, page.colours)
        else:
            pixels = by_value(after_values(mosaic, clusters.start, clusters.position) - mean, reach, page.colours)
        page.after.show_pixels(pixels)

    def _headline(self) -> str:
        if not self.shows_weights:
            return "Open the weights of a layer."
        if self.subject is None:
            return f"{self.system.name}: {self.n:,} weights"
        tensor = self.subject.tensor
        shape = " × ".join(map(str, tensor.values.shape))  # noqa: RUF001
        text = f"{self.system.name}: {shape} weights, {tensor.dtype}"
        return f"{text}. You see a sample of {self.n:,}." if self.subject.is_sample else text

    def _note(self) -> str:
        if self.subject is None:
            return "Only a tensor opened here can be saved."
        whole = "of all weights, " if self.subject.is_sample else ""
        return f"The file holds the prox {whole}at strength {self.session.t:.6g}."
