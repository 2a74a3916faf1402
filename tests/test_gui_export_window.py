"""The export dialog of the window: it keeps its size, and its folder."""

import pytest

pytest.importorskip("PySide6")

from gui.export.dialog import ExportDialog

pytestmark = pytest.mark.qt


def opened(window) -> ExportDialog:
    window.shortcuts.do("export")
    return window.findChildren(ExportDialog)[-1]


def test_the_dialog_keeps_its_size_while_it_works(window, qtbot, tmp_path):
    dialog = opened(window)
    dialog.kinds["film"].click()
    dialog.path.setText(str(tmp_path / "a.mp4"))
    dialog.path.textEdited.emit(dialog.path.text())
    size, place = dialog.size(), dialog.write.geometry()
    dialog.write.click()
    for kind in ("picture", "table", "film"):
        dialog.kinds[kind].click()
        qtbot.wait(30)
        assert dialog.size() == size
        assert dialog.write.geometry() == place
    assert dialog.height() > dialog.layout().minimumSize().height()
    dialog.close()
    qtbot.waitUntil(lambda: not dialog.exporter.running)


def test_the_next_export_is_proposed_beside_the_last_one(window, qtbot, tmp_path):
    dialog = opened(window)
    dialog.kinds["table"].click()
    dialog.path.setText(str(tmp_path / "a.csv"))
    with qtbot.waitSignal(dialog.exporter.finished, timeout=30_000):
        dialog.write.click()
    dialog.close()
    again = opened(window)
    assert again.path.text() == str(tmp_path / "two-equal.png")
    again.close()
