"""One word for time: of weights it is the strength of the penalty, in every view."""

import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtCore import QRectF  # noqa: E402
from PySide6.QtGui import QImage, QPainter  # noqa: E402

from gui.draw.palette import Colours  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.views.by_name import VIEWS, view_class  # noqa: E402
from gui.views.linked_clusters import describe_node  # noqa: E402
from particles import scenarios  # noqa: E402


@pytest.mark.parametrize(
    ("scenario", "word", "others"), [("gaussian-weights", "strength", ("t =", "time")), ("chain", "t =", ("strength",))]
)
def test_all_views_speak_of_time_alike(qtbot, monkeypatch, scenario, word, others):
    session = Session(Document(System.of_scenario(scenarios.get(scenario))))
    session.clock.t = 0.3 * session.clock.horizon
    image, texts = QImage(600, 400, QImage.Format.Format_RGB32), []
    views = [view_class(name)(session, Colours.of("light")) for name in VIEWS]
    for view in views:
        qtbot.addWidget(view)
    monkeypatch.setattr(QPainter, "drawText", lambda *given: texts.append(given[-1]))
    for view in views:
        painter = QPainter(image)
        view.render_to(painter, QRectF(0, 0, 600, 400))
        painter.end()
    monkeypatch.undo()
    texts.append(describe_node(session, len(session.history.particles)))
    assert sum(word in text for text in texts) >= 3
    assert not [text for text in texts if any(other in text for other in others) and "Counts over time" not in text]
