"""A lesson borrows the document, clock and options of a session, and gives them back."""

import numpy as np
import pytest
from later import Later

from gui.lessons.progress import Progress
from gui.lessons.shelf import lesson_named, lessons
from gui.lessons.stage import Stage
from gui.model import edits
from gui.model.autosave import found
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from particles import scenarios


@pytest.fixture
def session():
    return Session(Document(System.of_scenario(scenarios.get("chain"))))


@pytest.fixture
def scenes():
    return lesson_named("two-particles").scenes


def test_the_users_document_comes_back_as_it_was(session, scenes, tmp_path):
    document, clock = session.document, session.clock
    document.save(tmp_path / "mine.json")
    document.edit(edits.moved(document.latest, 0, -3.0), "Move particle")
    mine = document.latest
    session.options.set(arrows="none", time_axis="log")
    session.selection.select([1, 2])
    clock.go(7.5)
    clock.speed = 3.0
    stage = Stage(session)
    for scene in scenes:
        stage.show(scene)
        assert document.system.particles.position.tolist() == scene.cast.particles.position.tolist()
    stage.leave()
    assert document.system is mine
    assert (document.path, document.modified) == (tmp_path / "mine.json", True)
    assert document.undo_text == "Move particle"
    assert (clock.t, clock.speed, clock.range, clock.playing) == (7.5, 3.0, None, False)
    assert (session.options.arrows, session.options.time_axis) == ("none", "log")
    assert session.selection.ids == {1, 2}
    document.undo()
    assert not document.modified


def test_a_scene_sets_the_clock_and_highlights(session):
    scene = lesson_named("unequal-masses").scenes[3]
    stage = Stage(session)
    stage.show(scene)
    assert (session.clock.t, session.clock.range, session.clock.direction) == (0.0, (0.0, 1.4), 1)
    assert session.selection.ids == {9}
    stage.play(lesson_named("time-runs-backwards").scenes[0])
    assert (session.clock.t, session.clock.direction, session.clock.playing) == (2.0, -1, True)


def test_the_answer_is_shown_at_its_moment(session, scenes):
    stage = Stage(session)
    stage.play(scenes[0])
    stage.reveal(scenes[0])
    assert (session.clock.t, session.clock.playing) == (2.0, False)


def test_an_answer_that_is_a_time_is_shown_at_that_time(session):
    scene = lesson_named("order-and-ties").scenes[3]
    stage = Stage(session)
    stage.show(scene)
    stage.reveal(scene)
    assert session.clock.t == 1.75
    assert len(session.clusters) == 1


def test_a_scene_may_be_edited_and_starts_afresh(session, scenes):
    stage = Stage(session)
    stage.show(scenes[0])
    session.document.edit(edits.removed(session.document.latest, [0]), "Delete")
    assert stage.on
    stage.show(scenes[1])
    assert len(session.document.system) == 2
    assert not session.document.can_undo


def test_what_somebody_else_loads_is_noticed_and_the_kept_document_still_comes_back(session, scenes):
    mine = session.document.system
    stage = Stage(session)
    stage.show(scenes[0])
    other = System.of_scenario(scenarios.get("mirrored-pair"))
    session.document.load(other)
    assert stage.astray
    assert not stage.on
    stage.leave()
    assert session.document.system is mine
    stage.show(scenes[0])
    session.document.load(other)
    stage.forget()
    stage.leave()
    assert session.document.system is other


@pytest.fixture
def crowd(scenes, tmp_path):
    """A stage whose session has a large document with an edit that was not saved, in a lesson."""
    document = Document(run=Later())
    document.load(System.of_scenario(scenarios.get("snow-plough", n=10_001)))
    document.run.settle()
    document.edit(edits.renamed(document.latest, "mine"), "Rename")
    document.run.settle()
    stage = Stage(Session(document), tmp_path)
    stage.session.clock.go(1e6)
    stage.show(scenes[0])
    document.run.settle()
    return stage


def test_a_large_document_comes_back_with_its_time_when_it_is_simulated(crowd):
    document = crowd.session.document
    crowd.leave()
    document.run.settle()
    assert document.system.name == "mine"
    assert crowd.session.clock.t == 1e6
    assert crowd.kept is None


@pytest.mark.parametrize("memory", [True, False])
def test_a_large_document_that_cannot_come_back_now_is_kept_for_later(crowd, memory, tmp_path, monkeypatch):
    document = crowd.session.document
    crowd.leave()
    if memory:
        document.give_up()
    else:
        with monkeypatch.context() as patch:
            patch.setattr("gui.model.document.prepared", lambda _: bytes(10**18))
            document.run.settle()
    document.run.settle()
    assert (document.busy, document.system.name, crowd.astray) == (False, "two-equal", True)
    assert len(list(tmp_path.glob("*.swap"))) == 1
    crowd.leave()
    document.run.settle()
    assert (document.system.name, document.undo_text, document.modified) == ("mine", "Rename", True)
    assert list(tmp_path.glob("*.swap")) == []


def test_a_lesson_opened_while_a_large_document_comes_back_keeps_it(crowd, scenes, tmp_path):
    document = crowd.session.document
    crowd.leave()
    crowd.show(scenes[0])
    document.run.settle()
    assert len(list(tmp_path.glob("*.swap"))) == 1
    crowd.leave()
    document.run.settle()
    assert (document.system.name, document.undo_text) == ("mine", "Rename")


def test_a_crash_in_a_lesson_does_not_lose_the_unsaved_document(session, scenes, tmp_path, monkeypatch):
    session.document.edit(edits.moved(session.document.latest, 0, -3.0), "Move particle")
    stage = Stage(session, tmp_path)
    stage.show(scenes[0])
    assert len(list(tmp_path.glob("*.swap"))) == 1
    assert found(tmp_path) == [], "this process still runs"
    stage.leave()
    assert list(tmp_path.glob("*.swap")) == []


def test_every_scene_of_every_lesson_can_be_put_on(session):
    stage = Stage(session)
    for scene in (scene for lesson in lessons() for scene in lesson.scenes):
        stage.show(scene)
        assert np.array_equal(session.document.system.particles.position, scene.cast.particles.position)
        assert np.array_equal(session.document.system.particles.velocity, scene.cast.particles.velocity)
        assert session.document.system.kind == scene.cast.kind
        assert session.clock.t == scene.time


def test_progress_only_grows_and_survives_storing():
    lesson, progress = lessons()[0], Progress()
    assert progress.note(lesson, 1, "right")
    assert not progress.note(lesson, 1, "seen")
    assert progress.done(lesson) == [False, True, False, False]
    assert progress.first_open(lesson) == 0
    stored, again = progress.values, Progress()
    again.restore(stored)
    assert again.states(lesson) == ["", "right", "", ""]


@pytest.mark.parametrize("foreign", [None, 7, [], {"two-particles": 3}, {"two-particles": ["nonsense"]}, {1: ["seen"]}])
def test_foreign_progress_is_as_good_as_none(foreign):
    progress = Progress()
    progress.restore(foreign)
    assert progress.states(lessons()[0]) == ["", "", "", ""]
