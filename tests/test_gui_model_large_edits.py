"""Edits of a whole large system are made by a worker."""

import numpy as np
import pytest

from gui.model import commands, edits
from gui.model.document import AT_ONCE, Document
from gui.model.large_edits import edit_all
from gui.model.session import Session
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
    assert document.busy
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


@pytest.mark.parametrize("command", [commands.add, commands.duplicate])
def test_what_is_new_in_a_crowd_is_selected_once_it_is_there(command):
    session, later = Session(Document(large())), Later()
    session.document.run = later
    session.selection.select([3, 4])
    command(session)
    later.work()  # made
    assert session.selection.ids == {3, 4}
    later.work()  # simulated
    assert session.selection.ids == set(range(AT_ONCE + 1, len(session.document.system)))


@pytest.mark.parametrize("meanwhile", [lambda s: s.selection.select([7]), lambda s: s.document.load(large(2))])
def test_what_is_new_is_not_selected_where_something_else_is_by_then(meanwhile):
    session, later = Session(Document(large())), Later()
    session.document.run = later
    commands.add(session)
    meanwhile(session)
    before = session.selection.ids
    while later.waiting:
        later.work()
    session.document.load(large(AT_ONCE + 2))
    later.work()
    assert session.selection.ids == before


def test_a_small_system_is_mirrored_at_once():
    document = Document(large(3))
    edit_all(document, edits.mirrored, "Mirror")
    assert document.system.particles.position.tolist() == [-2, -1, 0]
