"""The page of algorithms, driven as a user does."""

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtCore import Qt  # noqa: E402
from PySide6.QtGui import QImage, QPainter  # noqa: E402

from gui.algorithms import race as racing  # noqa: E402
from gui.algorithms.lane_view import LaneView  # noqa: E402
from gui.algorithms.page import AlgorithmsPage  # noqa: E402
from gui.algorithms.wording import ABOUT  # noqa: E402
from gui.draw.palette import Colours  # noqa: E402
from gui.model import edits  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.window.workers import Workers  # noqa: E402
from particles import Particles, scenarios  # noqa: E402
from prox import SOLVERS  # noqa: E402


@pytest.fixture
def make_page(qtbot, nothing_left):
    made = []

    def make(system=None, size=(1000, 700)):
        session = Session(Document(system or System.of_scenario(scenarios.get("chain"))))
        session.clock.t = 0.7 * session.clock.horizon
        workers, told = Workers(), []
        page = AlgorithmsPage(session, Colours.of("light"), workers, lambda text: text and told.append(text))
        page.told = told
        made.append(page)
        qtbot.addWidget(page)
        page.resize(*size)
        page.show()
        page.activated()
        qtbot.waitUntil(lambda: page.player.race is not None or bool(told), timeout=20_000)
        return page

    yield make
    for page in made:
        page.closing()
        page.workers.closing()
        assert page.workers.wait()


def errors(page):
    return [lane for lane in page.lanes.values() if "_paint_errors_seen" in lane.__dict__]


def test_activating_the_page_races_to_the_present_time(make_page):
    page = make_page()
    assert page.player.race.time == page.session.clock.t
    assert "5 particles" in page.headline.text()
    assert {lane.lane.solver for lane in page.lanes.values()} == set(SOLVERS)
    assert not page.told


def test_every_button_moves_the_race(make_page, qtbot):
    page = make_page()
    buttons = page.transport.buttons
    buttons["race-step"].click()
    qtbot.waitUntil(lambda: page.player.now == 1.0)
    assert page.lanes["sequential"].words == "Rank 0 touches nobody on its left."
    buttons["race-step"].click()
    buttons["race-back"].click()
    qtbot.waitUntil(lambda: page.player.now == 1.0 and not page.player.moving)
    buttons["race-end"].click()
    assert page.answer.text() == "All 5 solvers find the same clusters, and the same positions to the last bit."
    assert page.transport.slider.value() == page.transport.slider.maximum()
    buttons["race-restart"].click()
    assert page.player.now == 0
    assert "compared here" in page.answer.text()
    buttons["race-play"].click()
    qtbot.waitUntil(lambda: page.player.now > 0)
    buttons["race-play"].click()
    assert not page.player.moving
    page.transport.slider.setValue(page.transport.slider.maximum() // 2)
    assert page.player.now == pytest.approx(page.player.length / 2)


def test_another_clock_starts_the_race_anew(make_page):
    page = make_page()
    page.do_race_end()
    for row, clock in enumerate(("step", "depth", "work")):
        page.transport.clocks.setCurrentIndex(row)
        assert page.player.clock == clock
        assert page.lanes["end"].clock == clock
        assert page.player.length == page.player.race.length(clock)
    assert page.player.now == 0


def test_an_edit_makes_the_shown_page_race_again_and_another_time_is_offered(make_page, qtbot):
    page = make_page()
    page.session.clock.t = 1.0
    assert page.when.text() == "1"
    document = page.session.document
    document.edit(edits.added(document.system, 0.5, 0.0, 1.0)[0], "Add")
    qtbot.waitUntil(lambda: len(page.player.race.particles) == 6, timeout=20_000)
    assert page.player.race.time == 1.0


def test_a_race_to_a_chosen_time_leaves_the_clock_alone(make_page, qtbot):
    page = make_page()
    before = page.session.clock.t
    page.when.selectAll()
    qtbot.keyClicks(page.when, "3.5")
    page.again.click()
    qtbot.waitUntil(lambda: page.player.race.time == 3.5, timeout=20_000)
    assert page.session.clock.t == before
    page.session.clock.t = 0.0
    assert page.when.text() == f"{page.session.clock.horizon / 2:.6g}"


def test_hiding_the_page_stops_the_race(make_page):
    page = make_page()
    page.do_race_play()
    page.hide()
    assert not page.player.moving
    assert not page._timer.isActive()


def test_a_race_that_cannot_be_is_told(make_page, qtbot):
    page = make_page(System(Particles([0.0, 1.0], [1e10, 0.0])))
    page.when.selectAll()
    qtbot.keyClicks(page.when, "1e300")
    page.again.click()
    qtbot.waitUntil(lambda: bool(page.told), timeout=20_000)
    assert "too large" in page.told[0]
    assert page.player.race.time < 1e300


@pytest.mark.parametrize("n", [0, 1, 300, 1200])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lanes_are_drawn_whatever_the_number(make_page, monkeypatch, n, theme):
    monkeypatch.setattr(racing, "MOST", 500)
    particles = Particles.from_weights(np.random.default_rng(0).normal(size=n))
    page = make_page(System(particles, horizon=0.01 if n == 1200 else 0.2))
    page.set_theme(Colours.of(theme))
    for share in (0.0, 0.3, 1.0):
        page.player.go(share * page.player.length)
        page.moved()
        picture = page.grab().toImage()
        assert picture.pixelColor(3, 3).isValid()
    assert not errors(page)
    assert ("One in 3" in page.about.text()) == (n == 1200)


def test_a_lane_draws_itself_onto_any_paper(make_page):
    page = make_page()
    lane: LaneView = page.lanes["steps"]
    image = QImage(600, 120, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    lane.render_to(painter, image.rect().toRectF())
    painter.end()
    colours = {image.pixel(x, y) for x in range(0, 600, 3) for y in range(0, 120, 3)}
    assert len(colours) > 5


def test_a_lane_that_is_done_is_not_drawn_again(make_page, monkeypatch):
    page = make_page()
    lane = page.lanes["steps"]
    end = lane.lane.steps
    asked = []
    monkeypatch.setattr(lane, "update", lambda: asked.append(lane.now))
    for now in (end - 0.5, end, end + 0.5, end + 1, end - 0.5, 0):
        lane.show_moment(now)
    assert asked == [end - 0.5, end, end - 0.5, 0]


def test_making_a_race_does_not_hold_up_the_window(make_page, qtbot, watchdog):
    page = make_page(System.of_scenario(scenarios.get("gaussian-weights", n=500)))
    first = page.player.race
    with watchdog():
        page.do_race_run()
        qtbot.waitUntil(lambda: page.player.race is not first, timeout=30_000)


def test_a_sentence_that_waits_is_not_grey_and_goes_where_there_is_nothing_to_solve(make_page, qtbot):
    page = make_page()
    assert page.answer.text().startswith("When all are done")
    assert page.answer.isEnabled()
    system = page.session.document.system
    page.session.document.load(edits.removed(system, system.ids))
    qtbot.waitUntil(lambda: page.headline.text() == "No particles: there is nothing to solve.")
    assert page.answer.text() == ""
    page.session.document.load(edits.removed(system, system.ids[1:]))
    qtbot.waitUntil(lambda: page.headline.text() == "One particle: there is nothing to put together.")


@pytest.mark.parametrize("width", [620, 1300])
def test_the_whole_reason_why_a_solver_cannot_run_is_written(make_page, monkeypatch, width):
    page = make_page(size=(width, 900))
    lane = page.lanes["cuda"]
    assert lane.lane.refusal or lane.lane.seconds
    written = []
    monkeypatch.setattr(QPainter, "drawText", lambda _painter, *args: written.append(args))
    lane.grab()
    rect, _, words = next(args for args in written if args[-1] == lane.words)
    assert lane.fontMetrics().boundingRect(rect.toRect(), Qt.TextFlag.TextWordWrap, words).height() <= rect.height() + 1


@pytest.mark.parametrize("width", [620, 868])
def test_the_cost_gives_way_to_what_a_solver_reached(make_page, monkeypatch, width):
    page = make_page(size=(width, 700))
    lane = page.lanes["search"]
    page.do_race_end()
    page.transport.clocks.setCurrentIndex(1)
    page.do_race_end()
    written = []
    monkeypatch.setattr(QPainter, "drawText", lambda _painter, *args: written.append(args))
    lane.grab()
    title, reached, cost = written[:3]
    wide = lane.fontMetrics().horizontalAdvance
    assert "by depth" in reached[-1]
    assert "best of" in lane.toolTip()
    assert cost[-1] in ("", ABOUT["search"].cost) or cost[-1].endswith("…")
    assert title[0].left() + wide(title[-1]) < reached[0].right() - wide(reached[-1])
    assert cost[0].left() + wide(cost[-1]) <= reached[0].right() - wide(reached[-1])


@pytest.mark.parametrize(("scenario", "word"), [("chain", "t ="), ("gaussian-weights", "strength")])
def test_time_has_its_name(make_page, scenario, word):
    page = make_page(System.of_scenario(scenarios.get(scenario)))
    assert page.again.text() == f"Race to {word}"
    assert f"until {word} " in page.about.text()
