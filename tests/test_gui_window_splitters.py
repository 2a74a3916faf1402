"""The handles between the parts of a page stay where they were put, also until the next start."""

import pytest

pytest.importorskip("PySide6")

from mouse import drag
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QSplitter
from written_runs import write_run

from gui.window.settings import Settings

pytestmark = pytest.mark.qt
ALL = {"particles", "readouts", "scenario", "weights", "training", "training-weights"}


def opened(make_window, qtbot, tmp_path):
    """A window in which every page is there and laid out, and its splitters by name."""
    window = make_window("two-equal", "--size", "1500x900")
    window.show()
    qtbot.waitUntil(lambda: window.docks.readouts is not None, timeout=10_000)
    for page in ("weights", "training", "particles"):
        if page == "training":
            window.pages.built(page).open(tmp_path / "run")
            qtbot.waitUntil(lambda: window.pages.built("training").look.shown is not None)
        window.pages.show(page)
        qtbot.wait(50)
    return window, {s.objectName(): s for s in window.findChildren(QSplitter) if s.objectName()}


def test_every_splitter_is_where_it_was_left_and_the_layout_can_be_reset(make_window, qtbot, tmp_path):
    write_run(tmp_path / "run")
    window, splitters = opened(make_window, qtbot, tmp_path)
    assert set(splitters) == ALL
    designed, left = {}, {}
    for page, names in (
        ("weights", ("weights",)),
        ("training", ("training", "training-weights")),
        ("particles", ("particles", "readouts", "scenario")),
    ):
        window.pages.show(page)
        qtbot.wait(20)
        for name in names:
            splitter = splitters[name]
            designed[name] = splitter.sizes()
            handle = splitter.handle(1)
            middle = QPointF(handle.rect().center())
            away = QPointF(-60, 0) if name in ("weights", "training") else QPointF(0, -60)
            drag(handle, middle, middle + away)
            assert splitter.sizes() != designed[name]
            left[name] = splitter.sizes()
    window.close()
    again, splitters = opened(make_window, qtbot, tmp_path)
    for name, sizes in left.items():
        assert splitters[name].sizes() == pytest.approx(sizes, abs=2), name
    again.shortcuts.do("layout")
    qtbot.wait(50)
    for name in ("particles", "readouts"):
        assert splitters[name].sizes() == pytest.approx(designed[name], abs=2), name


@pytest.mark.parametrize(
    "kept", ["", "1", "1 2 3", "a b", "-4 5", "0 0", "1e9 3", "9999999999 1", "1, 2", "@Invalid()", "٣ ٤", "\x00 1"]
)
def test_nonsense_about_sizes_is_as_good_as_nothing(tmp_path, qapp, kept):
    (tmp_path / "settings.ini").write_text(f"[splitters]\nparticles={kept}\n", encoding="utf-8")
    assert Settings(tmp_path / "settings.ini").sizes("particles", 2) == []
