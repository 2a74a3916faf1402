"""The Training page, driven: a run followed, its past looked at, a run started, stopped, gone on with."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import Qt
from written_runs import TENSOR, line_of, weights_of, write_epoch, write_run

from gui.draw.palette import Colours
from gui.training import choices
from gui.training.actions import ACTIONS
from gui.training.choices import Request
from gui.training.own_run import BUSY
from gui.training.page import TrainingPage
from gui.training.run_view import RunView
from particles.scenarios import LARGEST_SEED
from training.run_log import METRICS, append_line, snapshot_path

pytestmark = pytest.mark.qt


@pytest.fixture
def page(training_page):
    return training_page


@pytest.mark.parametrize(
    ("folder", "said"), [("a" * 300, "cannot be opened"), ("a" * 253, "cannot be opened"), ("a\0b", "a character"),
                         ("\x1b[2J", "a character"), ("/dev/null/x", "could not be started")],
)  # fmt: skip
def test_a_folder_that_cannot_be_is_one_sentence_in_the_form_alone(page, monkeypatch, folder, said):
    monkeypatch.setattr(choices, "missing_packages", lambda: "")
    page.form.say("what was said before")
    page.form.folder.setText(folder)
    page.form.submit()
    assert said in page.form.trouble.text()
    assert "Errno" not in page.form.trouble.text()
    assert (page.told, page.own.running) == ([], False)


def test_a_home_that_is_not_there_is_a_name_as_any_other(page):
    page.form.folder.setText("~nobody-there/run")
    assert page.form.request().folder.parts[-2:] == ("~nobody-there", "run")


def shown(page):
    return page.look.moment.step


def test_every_action_has_its_method():
    assert all(callable(getattr(TrainingPage, action.method)) for action in ACTIONS)


def test_what_needs_a_run_can_be_done_only_where_there_is_one(make_window, qtbot, tmp_path):
    window = make_window("two-equal")

    def offered():
        window.palette_box.open()
        window.palette_box.query.setText("training")
        return {id for id in window.palette_box.shown if id.startswith("train-")}

    assert offered() == {"train-new", "train-follow"}  # before there is a page
    window.pages.show("training")
    assert offered() == {"train-new", "train-follow"}
    page = window.pages.existing("training")
    assert page.open(write_run(tmp_path / "run"))
    qtbot.waitUntil(lambda: page.look.newest is not None and len(page.look.newest.moments) == 5)
    assert {row.id for row in ACTIONS} - offered() == {"train-stop", "train-resume", "train-later"}
    window.shortcuts.do("train-earlier")
    window.shortcuts.do("train-pause-looking")
    assert "train-later" in offered()
    assert window.shortcuts.actions["train-pause-looking"].isChecked()


def test_the_form_does_not_wait_for_the_drawings(page):
    assert page.findChildren(RunView) == []
    page.set_theme(Colours.of("dark"))
    assert page.findChildren(RunView) == []
    view = page.view
    assert page.findChildren(RunView) == [view]


def test_a_run_does_not_wait_for_the_drawings_either(page, qtbot):
    qtbot.waitUntil(lambda: len(page.findChildren(RunView)) == 1)


def test_a_run_is_drawn_in_both_themes(following, qtbot):
    pictures = []
    for theme in ("light", "dark"):
        following.set_theme(Colours.of(theme))
        qtbot.wait(300)
        picture = following.grab().toImage()
        colours = {picture.pixel(x, y) for x in range(0, 1000, 3) for y in range(0, 640, 3)}
        assert len(colours) > 50
        pictures.append(picture)
    assert pictures[0] != pictures[1]
    assert following.view.tensor == TENSOR
    assert len(following.view.filters._images) == 8


def test_the_past_is_scrubbed_with_the_keyboard_while_the_run_goes_on(following, qtbot, tmp_path):
    timeline = following.controls.timeline
    qtbot.keyClick(timeline, Qt.Key.Key_Home)
    qtbot.keyClick(timeline, Qt.Key.Key_Right)
    assert shown(following) == 10
    write_epoch(tmp_path / "run", 5)
    following.watcher.look()
    qtbot.waitUntil(lambda: len(following.look.newest.moments) == 6)
    assert shown(following) == 10
    following.controls.buttons["live"].click()
    assert (shown(following), following.look.live) == (50, True)


def test_a_click_in_the_merging_view_or_a_curve_goes_to_that_moment(following):
    following.view.merging._plot.clicked.emit(0.0, 21.0, False)
    assert shown(following) == 20
    following.view.curves.loss.picked.emit(3.2)
    assert shown(following) == 30


def test_no_axis_of_steps_begins_before_the_first(following, qtbot, tmp_path):
    for epoch in range(5, 40):
        append_line(tmp_path / "run" / METRICS, line_of(epoch))
    following.watcher.look()
    qtbot.waitUntil(lambda: len(following.look.newest.lines) == 39)
    qtbot.wait(300)
    plots = (following.view.curves.distinct, following.view.curves.merges)
    assert [plot.area.box.viewRange()[0][0] >= 0 for plot in plots] == [True, True]
    image = following.view.merging._image
    assert image.mapRectToParent(image.boundingRect()).top() == 0


def test_a_pinned_moment_is_compared_with_the_one_shown(following):
    following.look.go_to(10)
    following.do_train_pin()
    following.do_train_live()
    facts = following.view.facts.text()
    assert "pinned" in facts
    assert f"{np.unique(weights_of(1)).size:,}" in facts
    assert f"{np.unique(weights_of(4)).size:,}" in facts
    assert following.view.histogram._pinned is following.look.pinned.tensors[TENSOR]


def test_the_run_is_replayed_to_its_end(following, qtbot):
    following.do_train_replay()
    assert shown(following) == 0
    qtbot.waitUntil(lambda: shown(following) == 40, timeout=30_000)
    assert not following._replay.plays


def test_a_moment_becomes_the_document(following, qtbot):
    following.look.go_to(20)
    with qtbot.waitSignal(following.particles_opened, timeout=30_000):
        following.do_train_particles()
    system = following._session.document.system
    assert (system.kind, system.name) == ("weights", f"{TENSOR} at step 20")
    assert np.array_equal(system.particles.position, np.sort(weights_of(2).ravel()).astype(float))


def test_a_broken_snapshot_and_a_vanished_folder_are_told_in_the_page(following, qtbot, tmp_path):
    snapshot_path(tmp_path / "run", 50).write_bytes(b"no snapshot")
    following.watcher.look()
    qtbot.waitUntil(lambda: "00000050.npz" in following.controls._sentence.text())
    (tmp_path / "run").rename(tmp_path / "moved")
    following.watcher.look()
    qtbot.waitUntil(lambda: "no longer there" in following.controls._sentence.text())
    following.do_train_earlier()
    assert shown(following) == 30


def test_what_is_no_run_is_left_to_others(page, tmp_path):
    assert not page.open(tmp_path)
    assert not page.open(tmp_path / "nothing")


def test_the_numbers_of_the_form_stand_off_the_edge(page):
    for box in (page.form.epochs, page.form.seed):
        assert box.lineEdit().textMargins().left() >= 6


def test_a_run_can_have_every_seed_that_a_scenario_can(page):
    page.form.seed.setValue(LARGEST_SEED)
    assert str(LARGEST_SEED) in choices.arguments_of(page.form.request())


def test_without_torch_the_form_says_what_to_install(page, monkeypatch):
    monkeypatch.setattr(choices, "find_spec", lambda name: None)
    page.do_train_new()
    assert "pip install" in page.form.trouble.text()
    assert not page.form.start.isEnabled()


def test_a_run_that_cannot_start_is_told_and_the_form_comes_back(page, qtbot, tmp_path):
    page.form.asked.emit(Request("no-such-preset", "wsr", "", 1, 0, tmp_path / "new"))
    assert page.own.running
    qtbot.waitUntil(lambda: not page.own.running, timeout=60_000)
    assert len(page.told) == 1
    assert page.told[0].startswith("The run failed: there is no preset")
    assert page.form.trouble.text() == page.told[0]
    assert page.form.isVisible()


def test_a_second_start_is_refused_while_a_run_trains(page, qtbot, tmp_path):
    page.form.asked.emit(Request("no-such-preset", "wsr", "", 1, 0, tmp_path / "new"))
    first = page.own._child
    page.form.asked.emit(Request("no-such-preset", "wsr", "", 1, 0, tmp_path / "other"))
    assert (page.told[-1], page.own._child, page.own.folder) == (BUSY, first, tmp_path / "new")
    assert not (tmp_path / "other.log").exists()
    page.do_train_new()
    assert not page.form.start.isEnabled()
    qtbot.waitUntil(lambda: not page.own.running, timeout=60_000)
    assert page.form.start.isEnabled() == (not choices.missing_packages())


@pytest.mark.torch
def test_a_run_is_started_stopped_gone_on_with_and_stopped_by_closing(page, qtbot, tmp_path):
    page.form.asked.emit(Request("linear", "wsr", "", 100_000, 0, tmp_path / "new"))
    qtbot.waitUntil(lambda: page.look.newest.lines != (), timeout=60_000)
    page.do_train_stop()
    qtbot.waitUntil(lambda: not page.own.running, timeout=60_000)
    qtbot.waitUntil(lambda: page.look.newest.status == "interrupted", timeout=10_000)
    assert page.told == []
    page.do_train_pin()
    page.do_train_resume()
    assert page.look.shown.status == "starting"
    qtbot.waitUntil(lambda: page.look.newest.status == "running", timeout=60_000)
    assert page.look.pinned is not None
    process = page.own._child
    page.closing()
    qtbot.waitUntil(lambda: "and saved" in "".join(process.lines()[-1:]), timeout=60_000)
