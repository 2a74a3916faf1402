"""The page of weights with an archive to open, for the tests of it."""

from contextlib import contextmanager

import numpy as np

from gui.draw.palette import Colours
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from gui.weights.page import WeightsPage
from gui.window.workers import Workers
from particles import scenarios

MATRIX = np.random.default_rng(5).normal(size=(12, 15)).astype(np.float32)


@contextmanager
def shown_page(qtbot, folder):
    """The page; ``told`` is what it said, ``folder`` where files may be."""
    workers = Workers()
    document = Document(System.of_scenario(scenarios.get("chain")))
    document.run = lambda work, then, what: workers.run(work, then, what)
    told = []
    made = WeightsPage(
        Session(document), Colours.of("light"), workers, lambda text, kind="error": text and told.append(text)
    )
    made.told, made.folder = told, folder
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    made.activated()
    yield made
    made.closing()
    assert workers.closing()


def open_archive(page, qtbot):
    """An archive of three tensors and a number is opened in the page."""
    path = page.folder / "net.npz"
    tensors = {"bias": MATRIX[0].astype(np.float16), "fc.weight": MATRIX, "bad": np.array([1.0, np.nan])}
    np.savez(path, **tensors, steps=np.int64(7))
    assert page.open(path)
    qtbot.waitUntil(lambda: shows(page, "fc.weight") and not page.workers.doing)
    return page


def shows(page, name):
    return page.result.subject is not None and page.result.subject.tensor.name == name
