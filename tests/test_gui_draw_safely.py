"""Whatever a paint raises ends in the badge, and the window lives on."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtGui import QImage  # noqa: E402

import gui  # noqa: E402
from gui.draw.palette import Colours  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.views import space_time  # noqa: E402
from particles.scenarios import get  # noqa: E402


def test_an_error_while_kept_pixels_are_painted_ends_in_the_badge(qapp, monkeypatch, caplog):
    def broken(*_):
        raise ZeroDivisionError("no such thing")

    monkeypatch.setattr(space_time, "time_ticks", broken)
    view = space_time.SpaceTimeView(Session(Document(System.of_scenario(get("chain")))), Colours.of("light"))
    view.resize(500, 200)
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF
    assert (pixels == 0xB8321A).any()
    assert "no such thing" in caplog.text


def test_whatever_else_is_painted_on_is_let_go_of_before_it_goes():
    """A pixmap that goes while a painter is active on it ends the process: such a painter is a ``with`` of its own."""
    bare = []
    for path in Path(gui.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        held = {id(item.context_expr) for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "QPainter":
                own = isinstance(node.args[0], ast.Name) and node.args[0].id == "self"
                if not own and id(node) not in held:
                    bare.append(f"{path.name}:{node.lineno}")
    assert bare == []
