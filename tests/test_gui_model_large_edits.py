"""Edits of a whole large system are made by a worker."""

import numpy as np

from gui.model import edits
from gui.model.document import AT_ONCE, Document
from gui.model.large_edits import edit_all
from gui.model.system import System
from particles import Particles


def large(n=AT_ONCE + 1):
    return System(Particles(np.arange(n, dtype=float), np.zeros(n)))


class Later:
    """Work that waits until the test does it."""

    def __init__(self):
        self.waiting = []

    def __call__(self, work, then, _what):
        self.waiting.append((work, then))

    def work(self):
        work, then = self.waiting.pop(0)
        then(work())


def test_a_large_system_is_mirrored_in_a_worker():
    document, later = Document(large()), Later()
    document.run = later
    edit_all(document, edits.mirrored, "Mirror")
    assert not document.busy
    later.work()  # mirrored
    later.work()  # simulated
    assert document.system.particles.position[-1] == 0
    assert document.undo_text == "Mirror"


def test_an_edit_that_was_overtaken_is_dropped():
    document, later = Document(large()), Later()
    document.run = later
    edit_all(document, edits.mirrored, "Mirror")
    document.load(large(3))
    later.work()
    assert len(document.latest) == 3
    assert not document.can_undo


def test_a_small_system_is_mirrored_at_once():
    document = Document(large(3))
    edit_all(document, edits.mirrored, "Mirror")
    assert document.system.particles.position.tolist() == [-2, -1, 0]
