"""The export dialog is a window like any other, and lets go once, however it is closed."""

import pytest

pytest.importorskip("PySide6")

from gui.draw.palette import Colours
from gui.export.dialog import ExportDialog
from gui.export.exporter import Exporter
from gui.export.own_session import session_of
from gui.export.preview import Preview
from gui.model.system import System
from gui.window.parts import LINKED, part
from particles import scenarios

pytestmark = [pytest.mark.qt, pytest.mark.usefixtures("nothing_left")]


@pytest.fixture
def session(qapp):
    session = session_of(System.of_scenario(scenarios.get("chain")))
    yield session
    session.close()


@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("leave", [ExportDialog.close, ExportDialog.reject])
def test_a_close_ends_everything_once(session, qtbot, monkeypatch, shown, leave):
    ended = []
    for kind, name in ((Exporter, "closing"), (Preview, "close_page")):
        end = getattr(kind, name)
        monkeypatch.setattr(kind, name, lambda it, end=end, name=name: ended.append(name) or end(it))
    dialog = ExportDialog(session, [part(name) for name in LINKED], Colours.of("dark"))
    qtbot.addWidget(dialog)
    dialog.setVisible(shown)
    ended.clear()
    for _ in range(2):
        leave(dialog)
    assert sorted(ended) == ["close_page", "closing"]
    dialog.facts.setText("as it was")
    session.document.load(System.empty())
    assert dialog.facts.text() == "as it was"


def test_the_form_is_as_wide_as_it_is(session, qtbot):
    dialog = ExportDialog(session, [part(name) for name in LINKED], Colours.of("dark"))
    qtbot.addWidget(dialog)
    dialog.show()
    assert (dialog.form.width(), dialog.form.height()) == dialog.form.size().toTuple()
    dialog.close()
