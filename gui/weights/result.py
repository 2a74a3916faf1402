"""What the page shows of a document at one strength; computed here, by a worker where there is much of it."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from particles import History

from ..draw.palette import Colours
from ..model.lineage import nodes_at
from ..model.system import System
from .figures import Figures, even_edges, figures, histogram, mean_change
from .mosaic_view import by_value, cluster_inks, of_cluster
from .outcome import Amounts, outcome
from .subject import Mosaic, Subject
from .value_key import COLUMNS, ValueKey, cluster_key

BINS = 240
DEEP = 3.0  # standard deviations from the mean, where the colour of a value is at its deepest


class Shown(NamedTuple):
    """Everything after; ``pixels`` and their ``key`` None: no picture of a matrix."""

    figures: Figures
    change: float
    counts: np.ndarray
    pixels: np.ndarray | None
    key: ValueKey | None


class Result:
    """The weights of a document with its ``history``; ``subject`` is the tensor that they come from, if there is one.

    Everything before is computed once, when it is first asked for.
    """

    def __init__(self, system: System, history: History, subject: Subject | None):
        self.system, self.history, self.subject = system, history, subject
        self.n = len(system)
        self.dtype = subject.tensor.dtype if subject else "float64"

    @property
    def shows_weights(self) -> bool:
        return self.system.kind == "weights" and self.n > 0

    @property
    def mosaic(self) -> Mosaic | None:
        return self.subject.mosaic if self.subject else None

    @cached_property
    def before(self) -> Figures:
        return figures(self._start, self.n, self.dtype)

    @cached_property
    def edges(self) -> np.ndarray:
        return even_edges(*self._ends, BINS)

    @cached_property
    def counts(self) -> np.ndarray:
        """The histogram before."""
        return histogram(self._start, self.n, self.edges)

    @cached_property
    def _start(self):
        return self.history.clusters(0.0)

    def before_pixels(self, colours: Colours) -> np.ndarray | None:
        """The matrix before, by value."""
        return None if self.mosaic is None else self._by_value(self.mosaic.values, colours)

    def before_key(self, colours: Colours) -> ValueKey | None:
        """Which colour stands for which value."""
        if self.mosaic is None:
            return None
        low, high = self._ends
        return ValueKey(low, high, self._by_value(np.linspace(low, high, COLUMNS), colours))

    @property
    def _ends(self) -> tuple[float, float]:
        return float(self._start.position[0]), float(self._start.position[-1])

    def at(self, amounts: Amounts, lineage: np.ndarray | None, colours: Colours) -> Shown:
        """Everything after; ``lineage`` (the palette index of each node): the matrix is coloured by cluster, None: by
        value."""
        shared = self.history.clusters(amounts.strength)
        clusters = outcome(self.system.particles, shared, amounts)
        pixels, key, mosaic = None, None, self.mosaic
        if mosaic is not None and lineage is not None:
            nodes = nodes_at(self.history, amounts.strength)
            colour = lineage[nodes[np.searchsorted(shared.start, clusters.start)]]
            inks = cluster_inks(clusters.start, colour, self.n, colours)
            pixels = of_cluster(mosaic, clusters.start, inks)
            key = cluster_key(clusters.position, inks, colours.background.rgb())
        elif mosaic is not None:
            pixels = self._by_value(of_cluster(mosaic, clusters.start, clusters.position), colours)
            key = self.before_key(colours)
        after = figures(clusters, self.n, self.dtype)
        change = mean_change(self.system.particles.position, clusters)
        self.before  # noqa: B018 - so that it is computed here, and not where it is shown
        return Shown(after, change, histogram(clusters, self.n, self.edges), pixels, key)

    @property
    def headline(self) -> str:
        """What is shown, in a line."""
        if not self.shows_weights:
            return "Open the weights of a layer."
        if self.subject is None:
            return f"{self.system.name}: {self.n:,} weight{'s' * (self.n != 1)}"
        tensor = self.subject.tensor
        shape = " × ".join(map(str, tensor.values.shape))  # noqa: RUF001
        text = f"{self.system.name}: {shape} weight{'s' * (tensor.values.size != 1)}, {tensor.dtype}"
        return f"{text}. You see a sample of {self.n:,}." if self.subject.is_sample else text

    def note(self, amounts: Amounts) -> str:
        """What would be saved, in a sentence."""
        if self.subject is None:
            return "Only a tensor opened here can be saved."
        which = "all weights, not only the sample," if self.subject.is_sample else "the weights"
        more = [f"{what} {amount:.6g}" for what, amount in (("rewind", amounts.rewind), ("l1", amounts.l1)) if amount]
        return f"Write {which} at {', '.join([f'strength {amounts.strength:.6g}', *more])} into a file."

    def _by_value(self, values: np.ndarray, colours: Colours) -> np.ndarray:
        return by_value(values - self.before.mean, DEEP * self.before.spread, colours)
