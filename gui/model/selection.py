"""What is selected: particles by their ids, or a cluster that existed, as a node of the merge tree."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from particles import History
from particles.compiled import compiled

from .signal import Signal
from .system import System


class Selection:
    """``members``: the ids of the selected particles, an array of each once; ``node``: the selected cluster, whose
    particles they then are; ``number``: another one after each change of these.  ``hovered``: the id of the particle
    under the mouse.  ``changed()`` after each change of any of them."""

    def __init__(self, document):
        self.changed = Signal()
        self._document = document
        self.members, self.number = np.empty(0, np.int64), 0
        self.node: int | None = None
        self._hovered: int | None = None
        self._awaited: tuple | None = None  # ids, and the document (its ``loaded``) in which they are to come
        self._ids: tuple = (None, frozenset())  # the members they were made from, and they
        self._lit: tuple = ((None,) * 2, None)  # what ``nodes`` was made from, and what it gave

    @property
    def ids(self) -> frozenset[int]:
        """The ids of the selected particles; made when they are asked for, which takes long where they are many."""
        if self._ids[0] is not self.members:
            self._ids = (self.members, frozenset(self.members.tolist()))
        return self._ids[1]

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
        return self.node is not None or self.members.size > 0

    def select(self, ids: Iterable[int]) -> None:
        """Select these particles instead; ids that do not exist are left out."""
        self._awaited = None
        members = self._there(ids.astype(np.int64) if isinstance(ids, np.ndarray) else np.fromiter(ids, np.int64))
        if self.node is not None or not np.array_equal(members, self.members):
            self._now(None, members)
            self.changed.emit()

    def toggle(self, id: int) -> None:
        """One particle more, or one less."""
        self.select(np.setxor1d(self.members, [id], assume_unique=True))

    def select_new(self, ids: np.ndarray) -> None:
        """Select what an edit makes: now, or as soon as it is shown, unless something else is selected before."""
        if self._document.system.holds(ids).all():
            self.select(ids)
        else:
            self._awaited = (ids, self._document.loaded)

    def select_node(self, node: int) -> None:
        """Select the cluster that is this node of ``history.tree``; ValueError where there is none."""
        tree = self._document.history.tree
        if not 0 <= node < tree.first.size:
            raise ValueError(f"there is no cluster {node}: this history has {tree.first.size}")
        self._awaited = None
        if node != self.node:
            self._now(int(node), self._document.system.ids[tree.first[node] : tree.last[node] + 1])
            self.changed.emit()

    def clear(self) -> None:
        """Select nothing."""
        self.select(())

    def _now(self, node: int | None, members: np.ndarray) -> None:
        self.node, self.members, self.number = node, members, self.number + 1

    def nodes(self, history: History) -> np.ndarray:
        """Which nodes of the tree light up, (n + k,) bool, in O(n + k).

        Of a cluster: all that it came from, itself, and all that it became part of.  Of particles: they themselves,
        and all that they became part of.  They are kept until something else is selected.
        """
        if self._lit[0] != (history, self.number):
            self._lit = ((history, self.number), self._nodes(history))
            self._lit[1].setflags(write=False)
        return self._lit[1]

    def _nodes(self, history: History) -> np.ndarray:
        tree, n = history.tree, len(history.particles)
        if self.node is not None and self.node < tree.first.size:
            first, last = tree.first[self.node], tree.last[self.node]
            under = (tree.first >= first) & (tree.last <= last)
            return under | ((tree.first <= first) & (tree.last >= last))
        system = self._document.system
        lit = np.zeros(tree.first.size, np.bool_)
        if self.members.size and len(system) == n:
            lit[system.ranks(self.members)] = True
            light_up(lit, tree.left, tree.right)
        return lit

    def prune(self) -> None:
        """The document has changed: keep what still exists, the cluster only if it still comes about."""
        system: System = self._document.system
        before = (self.number, self._hovered)
        if self._awaited is not None and self._document.loaded is not self._awaited[1]:
            self._awaited = None
        if self._awaited is not None and system.holds(self._awaited[0]).all():
            self._now(None, self._there(self._awaited[0]))
            self._awaited = None
        if self._hovered is not None and not system.holds([self._hovered])[0]:
            self._hovered = None
        there = system.holds(self.members)
        node = self._same_node(system) if self.node is not None and there.all() else None
        if node != self.node or not there.all():
            self._now(node, self.members[there])
        if before != (self.number, self._hovered):
            self.changed.emit()

    def _there(self, ids: np.ndarray) -> np.ndarray:
        """Those of ``ids`` that exist, each once, by rank."""
        system = self._document.system
        chosen, ranks = np.zeros(len(system), np.bool_), system.find(ids)
        chosen[ranks[ranks >= 0]] = True
        return system.ids[chosen]

    def _same_node(self, system: System) -> int | None:
        """The node with the same particles as the selected one had, None where no such cluster comes about."""
        ranks = system.ranks(self.members)
        first, last = int(ranks.min()), int(ranks.max())
        if last - first + 1 != ranks.size:
            return None
        tree = self._document.history.tree
        found = np.flatnonzero((tree.first == first) & (tree.last == last))
        return int(found[0]) if found.size else None


@compiled
def light_up(lit, left, right):
    """Light each node of which a part is lit, (n + k,) bool."""
    n = lit.size - left.size
    for k in range(left.size):
        lit[n + k] = lit[left[k]] or lit[right[k]]
