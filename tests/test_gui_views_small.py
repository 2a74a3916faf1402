"""Small views: every axis has a scale, nothing covers what it speaks of, and what has no room is left out."""

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from line_views import line_of  # noqa: E402
from PySide6.QtCore import QPointF, QRectF  # noqa: E402
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter  # noqa: E402

from gui.draw.marks import card_place, draw_arrow  # noqa: E402
from gui.draw.palette import Colours  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.views.counts import LEAST, CountsView  # noqa: E402
from gui.views.hull_words import write_slopes  # noqa: E402
from gui.views.line_scene import APART, STUB, VISIBLE  # noqa: E402
from gui.views.linked_axes import SMALL, Frame, draw_empty, draw_heading, round_ticks, sized  # noqa: E402
from gui.views.time_tab import draw_time_tab  # noqa: E402
from gui.views.tree import TreeView  # noqa: E402
from particles import Particles, scenarios  # noqa: E402

LIGHT = Colours.of("light")


@pytest.fixture
def paper(qapp):
    """An empty sheet, and a painter on it."""
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(LIGHT.background)
    painter = QPainter(image)
    font = QFont()
    font.setPixelSize(13)
    painter.setFont(font)
    yield image, painter
    painter.end()


def pixels(image) -> np.ndarray:
    return np.array(np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1) & 0xFFFFFF)


@pytest.mark.parametrize("low", [-1.7, 0.0, 0.3, -0.02])
@pytest.mark.parametrize("span", [0.11, 1.9, 3.4, 130.0, 1e6])
def test_an_axis_has_two_values_at_least(low, span):
    assert len(round_ticks(low, low + span, 1)) >= 2


def test_a_card_leaves_the_disc_free_that_it_speaks_of():
    room, card = QRectF(0, 0, 375, 170), QRectF(0, 0, 190, 66)
    for x in range(40, 340, 20):
        place, disc = card_place(card, QPointF(x, 110), 20.0, room), QRectF(x - 20, 90, 40, 40)
        assert not place.intersects(disc), x
        assert room.contains(place)


def test_a_short_arrow_has_a_shaft(paper):
    image, painter = paper
    draw_arrow(painter, QPointF(100, 100), 108.0, QColor("black"), 2.0)
    column = (pixels(image) != LIGHT.background.rgb() & 0xFFFFFF).sum(axis=0)
    assert column[101] <= 2 < column[104:108].max()


def test_arrows_are_long_enough_to_be_seen_and_stand_apart_in_a_crowd(qtbot):
    rng = np.random.default_rng(1)
    particles = Particles(np.sort(rng.normal(size=60)), rng.normal(size=60), rng.uniform(0.1, 3.0, 60))
    view = line_of(particles, horizon=20.0)
    qtbot.addWidget(view)
    view.resize(375, 170)
    scene = view.scene()
    assert np.abs(scene.tips - scene.x).max() >= 0.9 * VISIBLE
    shown = np.flatnonzero(scene.arrowed)
    assert 1 < shown.size < 30
    assert np.diff(scene.x[shown]).min() >= APART
    assert np.abs(scene.tips - scene.x)[shown].min() >= STUB
    lightest = int(np.argmin(np.where(scene.arrowed, np.inf, particles.mass)))
    view.session.selection.select([lightest])
    assert view.scene().arrowed[lightest], "what is selected has its arrow, to take hold of"


def test_texts_at_the_edges_of_the_hull_do_not_overlap(paper, monkeypatch):
    written = []
    monkeypatch.setattr(QPainter, "drawText", lambda _self, spot, _flags, text: written.append((QRectF(spot), text)))
    ends = np.array([[0.0, 10, 60, 50], [40, 30, 110, 50], [150, 64, 290, 10]])
    write_slopes(paper[1], QRectF(0, 0, 300, 200), ends, np.array([-2.0, -0.5, 4.0]))
    monkeypatch.undo()
    assert len(written) == 2
    assert not written[0][0].intersects(written[1][0])


@pytest.mark.parametrize(("height", "panels"), [(400, 3), (250, 3), (190, 2), (140, 1)])
def test_counts_show_as_many_panels_as_have_room(qtbot, height, panels):
    view = CountsView(Session(Document(System.of_scenario(scenarios.get("chain")))), LIGHT)
    qtbot.addWidget(view)
    frames = view._panels(view.frame(QRectF(0, 0, 265, height)), view._course(wait=True))
    assert len(frames) == panels
    assert all(frame.area.height() >= 0.7 * LEAST for frame in frames)
    image = QImage(265, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    view.render_to(painter, QRectF(0, 0, 265, height))
    painter.end()


def test_the_tab_of_time_hides_the_whole_of_a_value_or_nothing(paper):
    image, painter = paper
    frame = Frame(QRectF(80, 10, 200, 150), (0.0, 1.0), (0.0, 1.0))
    black = QColor("black").rgb() & 0xFFFFFF
    painter.fillRect(QRectF(58, 82, 14, 8), QColor("black"))  # where "0.5" stands
    painter.fillRect(QRectF(70, 165, 20, 8), QColor("black"))  # the first value of the axis below
    draw_time_tab(painter, frame, (float(frame.up(0.56)), 0.56), [(0.5, "0.5")], LIGHT)
    assert (pixels(image)[:120] != black).all()
    draw_time_tab(painter, frame, (float(frame.up(0.0)), 0.0), [], LIGHT)
    assert (pixels(image)[165:173, 70:90] == black).all()


def test_no_line_strikes_through_what_is_said_in_the_middle(paper):
    image, painter = paper
    painter.fillRect(QRectF(0, 99, 300, 2), QColor("red"))
    draw_empty(painter, QRectF(0, 0, 300, 200), LIGHT, "Putting the world lines in order …")
    red = pixels(image)[99] == 0xFF0000
    assert not red[120:180].any()
    assert red[:20].all()


def test_the_words_at_the_centre_of_mass_go_to_the_free_side(qtbot, monkeypatch):
    spots = []
    monkeypatch.setattr("gui.views.line_paint.draw_centre", lambda *given: spots.append(given[4]))
    view = line_of(Particles([0.0, 5.3, 10.0], [0.0] * 3, [3.0, 8.0, 1.0]))
    qtbot.addWidget(view)
    view.grab()
    assert spots[0].x() < 0
    assert spots[0].y() == 0


def test_what_has_no_room_beside_a_title_takes_the_place_of_the_note(paper, monkeypatch):
    written, words = [], ("Taut string: 19 edges", "a note", "leaves at strength 0.5")
    monkeypatch.setattr(QPainter, "drawText", lambda _self, _place, text: written.append(text))
    for width in (600, 260):
        draw_heading(paper[1], QRectF(0, 0, width, 100), LIGHT, *words)
    draw_heading(paper[1], QRectF(0, 0, 120, 100), LIGHT, *words[:2])
    monkeypatch.undo()
    title, note, aside = words
    assert written[:6] == [title, aside, note, title, aside, ""]
    assert written[-1] == note, "where nothing takes its place the note stays"


def test_the_values_of_a_tall_tree_are_whole(qtbot):
    view = TreeView(Session(Document(System.of_scenario(scenarios.get("gaussian-weights")))), LIGHT)
    qtbot.addWidget(view)
    area = view.frame(QRectF(0, 0, 470, 900)).area
    texts = [text for _, text in view.session.axis.ticks(int(area.height() / 45))]
    font = sized(view.font(), SMALL)
    assert max(QFontMetricsF(font).horizontalAdvance(text) for text in texts) <= area.left() - 6


@pytest.mark.parametrize("share", [0.0, 0.37])
def test_of_a_hidden_future_nothing_is_drawn(qapp, monkeypatch, share):
    view = CountsView(Session(Document(System.of_scenario(scenarios.get("two-equal")))), LIGHT)
    view.resize(400, 300)
    view.session.options.set(future=False)
    view.session.clock.t = share * view.session.clock.horizon
    drawn = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    view._layers.clear()
    monkeypatch.setattr(CountsView, "_draw_curves", lambda *_: None)
    empty = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    now = int(view.frame(view.paper()).across(share)) + 1
    differs = (pixels(drawn) != pixels(empty)).any(axis=0)
    assert not differs[now + 1 :].any()
    assert differs[:now].any()
