"""The page of weights by itself, as fixtures: ``page``, and ``opened`` with a file in it.

``tests/conftest.py`` makes them known to every test.  Qt is imported inside of them only.
"""

from __future__ import annotations

import numpy as np
import pytest

MATRIX = np.random.default_rng(5).normal(size=(12, 15)).astype(np.float32)


@pytest.fixture
def page(qtbot, nothing_left, tmp_path):
    from gui.draw.palette import Colours
    from gui.model.document import Document
    from gui.model.session import Session
    from gui.model.system import System
    from gui.weights.page import WeightsPage
    from gui.window.workers import Workers
    from particles import scenarios

    workers = Workers()
    document = Document(System.of_scenario(scenarios.get("chain")))
    document.run = lambda work, then, what: workers.run(work, then, what)
    told = []
    made = WeightsPage(
        Session(document), Colours.of("light"), workers, lambda text, kind="error": text and told.append(text)
    )
    made.told, made.folder = told, tmp_path
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    yield made
    made.closing()
    workers.closing()
    assert workers.wait()


@pytest.fixture
def opened(page, qtbot):
    """The page with an archive of three tensors and a number in it."""
    path = page.folder / "net.npz"
    tensors = {"bias": MATRIX[0].astype(np.float16), "fc.weight": MATRIX, "bad": np.array([1.0, np.nan])}
    np.savez(path, **tensors, steps=np.int64(7))
    assert page.open(path)
    qtbot.waitUntil(lambda: shows(page, "fc.weight") and not page.workers.doing)
    return page


def shows(page, name):
    return page.result.subject is not None and page.result.subject.tensor.name == name


def typed(qtbot, field, text):
    """Type into a field, over what is in it, and press Return."""
    from PySide6.QtCore import Qt

    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text or "\b")
    qtbot.keyClick(field, Qt.Key.Key_Return)
