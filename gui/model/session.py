"""A session: a document, the time shown, what is selected, and how it is shown.  A view is made from one."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from particles import Clusters, History

from .clock import Clock
from .document import Document
from .lineage import colours as lineage_colours
from .options import Options
from .selection import Selection
from .time_axis import TimeAxis


class Session:
    """Everything that views read.  Several sessions may share one document: each has its own clock, selection and
    options (an export is one of them)."""

    def __init__(self, document: Document | None = None, options: Options | None = None, now=time.perf_counter):
        self.document = Document() if document is None else document
        self.clock = Clock(now)
        self.selection = Selection(self.document)
        self.options = Options() if options is None else options
        self.export_folder: Path | None = None  # that of the last export
        self._cached: dict[str, tuple] = {}  # name -> (what it was made from, value)
        self._loaded, self._begin = self.document.loaded, 0.0
        self.document.changed.connect(self._follow)
        self.document.trouble.connect(self._nothing_arrives)
        self._follow()

    @property
    def t(self) -> float:
        """The time shown."""
        return self.clock.t

    @property
    def history(self) -> History:
        """The history of the document's system."""
        return self.document.history

    @property
    def clusters(self) -> Clusters:
        """The clusters at the time shown."""
        t, history = self.clock.t, self.document.history
        return self._kept("clusters", (history, t), lambda: history.clusters(t))

    @property
    def colours(self) -> np.ndarray:
        """The palette index of each node of the merge tree, (n + k,) uint8."""
        history = self.document.history
        return self._kept("colours", (history,), lambda: lineage_colours(history))

    @property
    def axis(self) -> TimeAxis:
        """The axis of time, as the options want it."""
        history, kind, horizon = self.document.history, self.options.time_axis, self.clock.horizon
        return self._kept("axis", (history, kind, horizon), lambda: TimeAxis(kind, history, horizon))

    def begin_at(self, time: float) -> None:
        """The next new document, which may take a while to arrive, begins at ``time`` and not at 0."""
        self._begin = time

    def _nothing_arrives(self, _sentence: str) -> None:
        self._begin = 0.0

    def close(self) -> None:
        """Let go of the document."""
        self.document.changed.disconnect(self._follow)
        self.document.trouble.disconnect(self._nothing_arrives)
        self.clock.pause()

    def _follow(self) -> None:
        """The document shows another system: so do the clock and the selection.  A new document begins at time 0."""
        self._cached.clear()
        # Views hear of it from the document, when all of this is done: none must read a new time with an old history.
        with self.clock.changed.blocked(), self.selection.changed.blocked():
            self.clock.events = self.document.history.events.time
            self.clock.horizon = self.document.system.horizon
            self.selection.prune()
            if self._loaded is not self.document.loaded:
                self._loaded = self.document.loaded
                self.clock.start_over(self._begin)
                self._begin = 0.0

    def _kept(self, name: str, made_from: tuple, make):
        """The value made from the same things as last time, else a new one."""
        known, value = self._cached.get(name, (None, None))
        if known != made_from:
            value = make()
            self._cached[name] = (made_from, value)
        return value
