"""The export dialog of the window keeps its size and its folder; a copied command line opens what was copied."""

import shlex

import numpy as np
import pytest

pytest.importorskip("PySide6")

from gui.export.copying import as_command
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


def test_weights_begin_at_the_strength_of_the_command_line_that_was_copied(make_window, tmp_path, qtbot):
    np.save(tmp_path / "w.npy", np.linspace(-1, 1, 12) ** 3)
    window = make_window(str(tmp_path / "w.npy"), "--time", "0.125")
    qtbot.waitUntil(lambda: window.session.document.system.name == "w" and not window.workers.running)
    assert window.session.clock.t == 0.125
    assert as_command(window.session) == shlex.join(["python", "app.py", str(tmp_path / "w.npy"), "--time", "0.125"])
    window.shortcuts.do("weights-positions")
    qtbot.waitUntil(lambda: window.session.document.latest.origin is None)
    window.shortcuts.do("copy-command")
    assert "No command line opens this system as it is" in window.messages.text
