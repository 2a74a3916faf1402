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
