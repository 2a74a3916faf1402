"""Which moment of a run is looked at: the live edge, or a past one while the edge moves on.  Qt-free."""

from __future__ import annotations

from .run_state import Moment, RunState


class Look:
    """``newest`` is the run as it is, ``shown`` as it is looked at: they differ while looking is ``paused``.

    ``step`` is that of the moment looked at, None at the live edge; ``pinned`` the moment to compare with.
    """

    def __init__(self):
        self.newest: RunState | None = None
        self.shown: RunState | None = None
        self.step: int | None = None
        self.pinned: Moment | None = None
        self.paused = False

    def begin(self, state: RunState | None) -> None:
        """Look at another run, or at none."""
        self.newest = self.shown = state
        self.step = self.pinned = None
        self.paused = False

    def see(self, state: RunState) -> None:
        """The run has moved on, or another was started in its folder, with a configuration of its own.

        A pinned moment that a resume has dropped is pinned no more.
        """
        if self.newest is not None and self.newest.config and state.config is not self.newest.config:
            self.begin(state)
        self.newest = state
        if not self.paused:
            self.shown = state
        if not any(moment is self.pinned for moment in state.moments):
            self.pinned = None

    def pause(self, paused: bool) -> None:
        """Stand still, or catch up with the run."""
        self.paused = paused
        if not paused:
            self.shown = self.newest

    def go_live(self) -> None:
        """To the newest moment, and on with it."""
        self.step = None
        self.pause(False)

    def go_to(self, step: int) -> None:
        """To the moment nearest to a step; the newest is the live edge."""
        moments = self.shown.moments if self.shown is not None else ()
        if moments:
            place = min(range(len(moments)), key=lambda place: abs(moments[place].step - step))
            self._go_to_place(place)

    def go_by(self, count: int) -> None:
        """So many moments on, or back where it is negative."""
        if self.shown is not None and self.shown.moments:
            self._go_to_place(min(max(self.place + count, 0), len(self.shown.moments) - 1))

    def pin(self) -> None:
        """Pin the moment that is looked at; the pinned one again: nothing is pinned."""
        now = self.moment
        same = now is not None and self.pinned is not None and now.step == self.pinned.step
        self.pinned = None if same else now

    @property
    def live(self) -> bool:
        """Whether the newest moment is looked at, and the view moves on with it."""
        return self.step is None and not self.paused

    @property
    def place(self) -> int:
        """The index of the moment that is looked at; -1 where there is none."""
        return self.shown.place(self.step) if self.shown is not None else -1

    @property
    def moment(self) -> Moment | None:
        """The moment that is looked at."""
        return self.shown.moments[self.place] if self.shown is not None and self.shown.moments else None

    @property
    def last(self) -> bool:
        """Whether it is the last of those shown."""
        return self.shown is None or self.place == len(self.shown.moments) - 1

    @property
    def missed(self) -> int:
        """Epochs that were logged since looking was paused."""
        return len(self.newest.lines) - len(self.shown.lines) if self.paused and self.shown is not None else 0

    def _go_to_place(self, place: int) -> None:
        newest = place == len(self.shown.moments) - 1
        self.step = None if newest else self.shown.moments[place].step
