"""Pixels that a view keeps belong to the history they were drawn from, also after many edits and undone edits."""

import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from gui.draw.palette import Colours  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.edits import added  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.views.counts import CountsView  # noqa: E402
from gui.views.tree import TreeView  # noqa: E402
from particles import scenarios  # noqa: E402


@pytest.mark.parametrize("kind", [CountsView, TreeView])
def test_after_each_edit_the_view_shows_what_it_would_draw_anew(kind, qtbot):
    document = Document(System.of_scenario(scenarios.get("chain")))
    view = kind(Session(document), Colours.of("light"))
    qtbot.addWidget(view)
    view.resize(300, 260)
    for step in range(12):
        if step < 6:
            document.edit(added(document.latest, 0.37 * step, 0.5 - 0.1 * step, 1.0)[0], "Add")
        else:
            document.undo()
        kept = view.grab().toImage()
        view._layers.clear()
        assert view.grab().toImage() == kept, f"another system's pixels after edit {step}"


def test_a_crowd_in_another_size_is_stretched_for_one_frame_and_then_drawn_anew(qtbot, monkeypatch):
    view = TreeView(
        Session(Document(System.of_scenario(scenarios.get("gaussian-weights", 20_000)))), Colours.of("dark")
    )
    qtbot.addWidget(view)
    drawn, paint = [], TreeView._paint_forest
    monkeypatch.setattr(TreeView, "_paint_forest", lambda *given: (drawn.append(1), paint(*given)))
    view.resize(300, 260)
    view.show()
    qtbot.waitUntil(lambda: bool(drawn))
    qtbot.wait(50)
    drawn.clear()
    view.resize(500, 400)
    view.repaint()
    assert not drawn
    qtbot.waitUntil(lambda: bool(drawn))
    kept = view.grab().toImage()
    view._layers.clear()
    assert view.grab().toImage() == kept
