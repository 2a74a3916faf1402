"""The Training page by itself, as fixtures: ``training_page``, and ``following`` with a run of four epochs read.

``tests/conftest.py`` makes them known to every test.  Qt is imported inside of them only.
"""

from __future__ import annotations

import pytest
from written_runs import write_run


@pytest.fixture
def training_page(qtbot, nothing_left):
    from gui.draw.palette import Colours
    from gui.model.session import Session
    from gui.training.page import TrainingPage
    from gui.window.afterwards import wait_for_all
    from gui.window.workers import Workers

    told = []
    made = TrainingPage(
        Session(), Colours.of("light"), Workers(), lambda text, kind="error": text and told.append(text)
    )
    made.told = told
    qtbot.addWidget(made)
    made.resize(1000, 640)
    made.show()
    yield made
    made.closing()
    assert wait_for_all()


@pytest.fixture
def following(training_page, qtbot, tmp_path):
    assert training_page.open(write_run(tmp_path / "run"))
    look = training_page.look
    qtbot.waitUntil(lambda: look.newest is not None and len(look.newest.moments) == 5)
    return training_page
