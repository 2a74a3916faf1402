"""What is selected: particles by their ids, or a cluster that existed, as a node of the merge tree."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from particles import History

from .signal import Signal
from .system import System


class Selection:
    """``ids``: the selected particles; ``node``: the selected cluster, whose particles ``ids`` then are; ``hovered``:
    the id of the particle under the mouse.  ``changed()`` after each change of any of them."""

    def __init__(self, document):
        self.changed = Signal()
        self._document = document
        self._ids: frozenset[int] | None = frozenset()
        self._members = np.empty(0, np.int64)  # the ids of the node's particles, from left to right
        self.node: int | None = None
        self._hovered: int | None = None
        self._lit: tuple = ((None,) * 4, None)  # what ``nodes`` was made from, and what it gave

    @property
    def ids(self) -> frozenset[int]:
        """The ids of the selected particles."""
        if self._ids is None:  # those of a large cluster, only when asked for
            self._ids = frozenset(self._members.tolist())
        return self._ids

    @property
    def hovered(self) -> int | None:
        """The id of the particle under the mouse."""
        return self._hovered

    @hovered.setter
    def hovered(self, id: int | None) -> None:
        if id != self._hovered:
            self._hovered = id
            self.changed.emit()

    def __bool__(self) -> bool:
        return self.node is not None or bool(self._ids)

    def select(self, ids: Iterable[int]) -> None:
        """Select these particles instead; ids that do not exist are left out."""
        ids = np.fromiter(ids, np.int64)
        ids = frozenset(ids[self._document.system.holds(ids)].tolist())
        if self.node is not None or ids != self._ids:
            self.node, self._ids, self._members = None, ids, np.empty(0, np.int64)
            self.changed.emit()

    def select_node(self, node: int) -> None:
        """Select the cluster that is this node of ``history.tree``; ValueError where there is none."""
        tree = self._document.history.tree
        if not 0 <= node < tree.first.size:
            raise ValueError(f"there is no cluster {node}: this history has {tree.first.size}")
        if node != self.node:
            self.node, self._ids = int(node), None
            self._members = self._document.system.ids[tree.first[node] : tree.last[node] + 1]
            self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        self.select(())

    def nodes(self, history: History) -> np.ndarray:
        """Which nodes of the tree light up, (n + k,) bool, in O(n + k).

        Of a cluster: all that it came from, itself, and all that it became part of.  Of particles: they themselves,
        and all that they became part of.  They are kept until something else is selected.
        """
        key = (history, self.node, self._ids, self._members)
        if not all(one is other for one, other in zip(key, self._lit[0], strict=True)):
            self._lit = (key, self._nodes(history))
            self._lit[1].setflags(write=False)
        return self._lit[1]

    def _nodes(self, history: History) -> np.ndarray:
        tree, n = history.tree, len(history.particles)
        if self.node is not None and self.node < tree.first.size:
            first, last = tree.first[self.node], tree.last[self.node]
            under = (tree.first >= first) & (tree.last <= last)
            return under | ((tree.first <= first) & (tree.last >= last))
        system = self._document.system
        chosen = np.zeros(n, np.int64)
        if self._ids and len(system) == n:
            chosen[system.ranks(self._ids)] = 1
        before = np.concatenate(([0], np.cumsum(chosen)))
        return before[tree.last + 1] > before[tree.first]

    def prune(self) -> None:
        """The document has changed: keep what still exists, the cluster only if it still comes about."""
        system: System = self._document.system
        before = (self.node, self._ids, self._hovered)
        if self._hovered is not None and not system.holds([self._hovered])[0]:
            self._hovered = None
        if self.node is not None:
            node = self._same_node(system)
            kept = self._members[system.holds(self._members)] if node is None else self._members
            self.node, self._members = node, kept
            self._ids = frozenset(kept.tolist()) if node is None else self._ids
        elif self._ids:
            self._ids = self._still_there(system)
        if before != (self.node, self._ids, self._hovered):
            self.changed.emit()

    def _still_there(self, system: System) -> frozenset[int]:
        ids = np.fromiter(self._ids, np.int64, len(self._ids))
        there = system.holds(ids)
        return self._ids if there.all() else frozenset(ids[there].tolist())

    def _same_node(self, system: System) -> int | None:
        """The node with the same particles as the selected one had, None where no such cluster comes about."""
        if not system.holds(self._members).all():
            return None
        ranks = system.ranks(self._members)
        first, last = int(ranks.min()), int(ranks.max())
        if last - first + 1 != ranks.size:
            return None
        tree = self._document.history.tree
        found = np.flatnonzero((tree.first == first) & (tree.last == last))
        return int(found[0]) if found.size else None
