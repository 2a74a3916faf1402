"""The export dialog: what is chosen is what is written, by a process of its own; cancelled, nothing is left."""

import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PIL import Image
from PySide6.QtWidgets import QWidget

from gui.draw.palette import Colours
from gui.draw.x_range import XRange
from gui.export import __main__ as child
from gui.export import exporter as exporter_module
from gui.export.dialog import ExportDialog
from gui.export.exporter import Exporter
from gui.export.film import Look
from gui.export.film_plan import FilmPlan
from gui.export.job import Job, carry_out, read_job, write_job
from gui.export.output_size import OutputSize
from gui.export.own_session import session_of
from gui.export.reopen import figure_in
from gui.model.system import System
from particles import Particles, scenarios

pytestmark = pytest.mark.qt
SMALL = OutputSize.of_pixels(320, 180)
PLAN = FilmPlan.evenly(0.1, 0.0, 0.3, 10)


class Shown:
    def __init__(self, name):
        self.name = self.title = name


CLASSES = [Shown(name) for name in ("line", "space-time", "hull", "tree", "phase", "counts")]


@pytest.fixture
def session(qapp):
    session = session_of(System.of_scenario(scenarios.get("random-masses", n=20)))
    session.clock.t = 0.123456789
    yield session
    session.close()


@pytest.fixture
def dialog(session, qtbot, nothing_left):
    dialog = ExportDialog(session, CLASSES, Colours.of("dark"))
    qtbot.addWidget(dialog)
    dialog.show()
    yield dialog
    dialog.close()


def field(dialog, name) -> QWidget:
    return dialog.form._fields[name][1]


def choose(dialog, name, data):
    field(dialog, name).setCurrentIndex(field(dialog, name).findData(data))


def test_the_dialog_shows_the_fields_that_matter(dialog):
    assert field(dialog, "time").isVisible()
    dialog.kinds["film"].click()
    assert not field(dialog, "time").isVisible()
    assert field(dialog, "fps").isVisible()
    assert "300 frames" in dialog.facts.text()
    dialog.kinds["table"].click()
    assert not field(dialog, "theme").isVisible()
    assert dialog.path.text().endswith(".csv")


def test_the_name_of_the_file_and_the_format_agree(dialog):
    choose(dialog, "format", "pdf")
    assert dialog.path.text().endswith("random-masses.pdf")
    dialog.path.setText("mine.svg")
    dialog.path.textEdited.emit("mine.svg")
    assert dialog.form.format == "svg"


def test_a_preset_sets_the_size_and_an_edit_makes_it_ones_own(dialog):
    choose(dialog, "preset", "Square, 1080 × 1080")  # noqa: RUF001
    assert dialog.form.pixels == (1080, 1080)
    field(dialog, "size").across.setValue(500)
    assert field(dialog, "preset").currentText() == "Own size"
    assert dialog.form.dpi == round(OutputSize.of_pixels(500, 1080).dpi)
    choose(dialog, "preset", "Paper column, 3.5 in at 300 dpi")
    field(dialog, "size").across.setValue(500)
    assert dialog.form.dpi == 300


def test_a_request_that_cannot_be_is_one_sentence_and_cannot_be_started(dialog):
    dialog.kinds["film"].click()
    field(dialog, "speed").setValue(0.01)
    choose(dialog, "format", "gif")
    assert "make it shorter or faster" in dialog.told.text()
    assert not dialog.write.isEnabled()
    field(dialog, "speed").setValue(2)
    choose(dialog, "format", "mp4")
    assert dialog.write.isEnabled()
    assert dialog.told.text() == ""


def test_the_preview_is_the_page_in_the_theme_of_the_export(dialog, qtbot):
    choose(dialog, "theme", "light")
    qtbot.waitUntil(lambda: dialog.preview._image is not None)
    assert dialog.preview._image.pixelColor(1, 1) == Colours.of("light").background


def test_what_is_chosen_is_written_with_all_digits_of_the_time(dialog, qtbot, tmp_path):
    dialog.path.setText(str(tmp_path / "a.png"))
    dialog.form.changed.emit()
    with qtbot.waitSignal(dialog.exporter.finished, timeout=30_000):
        dialog.write.click()
    assert "Written" in dialog.told.text()
    assert figure_in(tmp_path / "a.png").time == 0.123456789


def test_a_file_from_elsewhere_is_replaced_only_when_it_is_asked_for_twice(dialog, qtbot, tmp_path):
    path = tmp_path / "mine.png"
    path.write_bytes(b"precious")
    dialog.path.setText(str(path))
    dialog.write.click()
    assert not dialog.exporter.running
    assert "already there" in dialog.told.text()
    assert dialog.write.text() == "Replace"
    qtbot.keyClicks(dialog.path, "x")  # another name: nothing is in the way
    assert dialog.write.text() == "Export"
    dialog.path.setText(str(path))
    dialog.write.click()
    assert path.read_bytes() == b"precious"
    for _ in range(2):  # now it is the dialog's own, which is replaced at once
        with qtbot.waitSignal(dialog.exporter.finished, timeout=30_000):
            dialog.write.click()
    path.write_bytes(b"changed since")
    dialog.write.click()
    assert path.read_bytes() == b"changed since"


def test_the_name_that_is_proposed_is_free(session, qtbot, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for name in ("random-masses.png", "random-masses-2.png"):
        (tmp_path / name).touch()
    dialog = ExportDialog(session, CLASSES, Colours.of("dark"))
    qtbot.addWidget(dialog)
    assert dialog.path.text() == str(tmp_path / "random-masses-3.png")
    choose(dialog, "format", "svg")
    assert dialog.path.text() == str(tmp_path / "random-masses.svg")
    dialog.close()


@pytest.mark.parametrize(
    ("typed", "said"),
    [("FOLDER", "is a folder"), ("a\0b", "No file"), ("~nobody-there/a", "home"), ("a" * 300, "aa: ")],
)
def test_a_name_that_cannot_be_is_one_sentence(dialog, tmp_path, typed, said):
    dialog.path.setText(typed.replace("FOLDER", str(tmp_path)))
    dialog.form.changed.emit()
    dialog.write.click()
    assert not dialog.exporter.running
    assert said in dialog.told.text()
    assert "Errno" not in dialog.told.text()


def test_a_name_without_the_ending_of_a_format_gets_it(dialog, qtbot, tmp_path):
    dialog.path.setText(str(tmp_path / "out_0.5"))
    with qtbot.waitSignal(dialog.exporter.finished, timeout=30_000):
        dialog.write.click()
    assert [path.name for path in tmp_path.iterdir()] == ["out_0.5.png"]


def test_a_folder_that_is_not_there_is_told_at_once(dialog, tmp_path):
    dialog.path.setText(str(tmp_path / "no" / "a.png"))
    dialog.form.changed.emit()
    assert dialog.told.text().startswith("There is no folder")
    assert not dialog.write.isEnabled()


def test_the_process_tells_an_error_in_one_sentence(session, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.setattr(child, "_wait_for_the_end", lambda *_: None)
    write_job(tmp_path, session, Job("picture", tmp_path / "no" / "a.png", Look("line", SMALL, "light"), 0.0, PLAN))
    assert child.main(str(tmp_path)) == 1
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert "could not write" in said["error"]


def test_the_dialog_follows_another_document(dialog, session):
    session.document.load(System.of_scenario(scenarios.get("two-equal")))
    assert dialog.form.stop == session.document.system.horizon


def test_a_cancelled_film_leaves_no_file_and_the_window_never_waits(session, qtbot, nothing_left, watchdog, tmp_path):
    exporter = Exporter()
    look = Look("line", OutputSize.of_pixels(1920, 1080), "dark")
    with watchdog(), qtbot.waitSignal(exporter.cancelled, timeout=30_000):
        exporter.start(session, Job("film", tmp_path / "a.mp4", look, 0.0, FilmPlan.evenly(0.0, 2.0, 100, 60)))
        exporter.progressed.connect(lambda done, total: done >= 3 and exporter.cancel())
    assert not list(tmp_path.iterdir())


def test_a_closed_dialog_ends_its_export(session, qtbot, nothing_left, tmp_path):
    dialog = ExportDialog(session, CLASSES, Colours.of("dark"))
    qtbot.addWidget(dialog)
    dialog.kinds["film"].click()
    dialog.path.setText(str(tmp_path / "a.gif"))
    choose(dialog, "format", "gif")
    dialog.start()
    assert dialog.exporter.running
    dialog.close()
    assert dialog.exporter.running, "nobody waits for its end"
    qtbot.waitUntil(lambda: not dialog.exporter.running, timeout=30_000)
    assert not list(tmp_path.iterdir())


def test_a_process_that_cannot_be_started_is_one_sentence(session, qtbot, nothing_left, tmp_path, monkeypatch):
    monkeypatch.setattr(exporter_module.sys, "executable", str(tmp_path / "no-python"))
    exporter, said = Exporter(), []
    exporter.failed.connect(said.append)
    exporter.start(session, Job("events", tmp_path / "a.csv", Look("line", SMALL, "light"), 0.0, PLAN))
    qtbot.waitUntil(lambda: bool(said))
    assert "could not be started" in said[0]
    assert not exporter.running


def test_a_job_in_a_folder_is_the_same_session_and_is_carried_out(qapp, tmp_path):
    rng = np.random.default_rng(0)
    session = session_of(System(Particles(np.sort(rng.normal(size=500)), rng.normal(size=500)), horizon=0.1))
    session.options.set(arrows="momentum", theme="dark")
    XRange.of(session).show(-0.5, 0.25)
    write_job(tmp_path, session, Job("positions", tmp_path / "a.csv", Look("line", SMALL, "light"), 0.0, PLAN))
    job, again = read_job(tmp_path)
    assert (XRange.of(again).low, XRange.of(again).high, again.options.arrows) == (-0.5, 0.25, "momentum")
    assert np.array_equal(again.history.merge_times, session.history.merge_times)
    done = []
    assert carry_out(job, again, lambda *counts: done.append(counts)) == ""
    assert done[-1] == (3, 3)
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 1 + 3 * 500
    assert carry_out(replace(job, kind="film", path=tmp_path / "a.gif"), again, lambda *_: None) == ""
    with Image.open(tmp_path / "a.gif") as made:
        assert made.n_frames == 3
    again.close()
    session.close()
