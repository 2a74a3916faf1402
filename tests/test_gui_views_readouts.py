"""The readouts: values whose digits keep their places, and a tick for each law."""

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from gui.draw.palette import Colours  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.views.readouts import CheckMark, ReadoutsPanel  # noqa: E402
from gui.views.readouts_rows import ROWS, rows_for, steady  # noqa: E402
from particles import scenarios  # noqa: E402


def panel_of(system, qtbot, run=None):
    session = Session(Document(system) if run is None else Document(system, run))
    panel = ReadoutsPanel(session, Colours.of("light"))
    qtbot.addWidget(panel)
    return panel, session


def scenario(name, n=None):
    return System.of_scenario(scenarios.get(name, n))


def test_the_digits_keep_their_places_while_a_value_changes():
    shown = [steady(value, 30.0) for value in (29.123456, 1.5, -0.001, 0.0, -1e-18)]
    assert shown == ["29.123", "1.500", "\N{MINUS SIGN}0.001", "0.000", "0.000"]
    assert steady(1e9, 1e9) == "1.0000e+09"
    assert steady(float("nan"), 1.0) == "none"


def test_the_numbers_are_those_of_the_present(qtbot):
    panel, session = panel_of(scenario("two-equal"), qtbot)
    assert panel.values["clusters"].text() == "2 of 2"
    session.clock.t = session.clock.horizon
    assert panel.values["clusters"].text() == "1 of 2"
    assert panel.values["clusters"].accessibleName() == "Clusters: 1 of 2"
    assert float(panel.values["kinetic"].text()) + float(panel.values["heat"].text()) == pytest.approx(
        0.5 * (session.history.particles.velocity**2).sum()
    )


def test_a_value_that_has_no_room_leaves_out_of_how_many_and_is_never_cut(qtbot):
    panel, _session = panel_of(scenario("random-masses", 10_000), qtbot)
    value = panel.values["clusters"]
    panel.resize(500, 300)
    panel.show()
    assert value.text() == "10,000 of 10,000"
    panel.resize(panel.minimumSizeHint().width(), 300)
    qtbot.waitUntil(lambda: value.text() == "10,000")
    assert value.fontMetrics().horizontalAdvance(value.text()) <= value.width()
    assert value.accessibleName() == "Clusters: 10,000 of 10,000"
    panel.resize(500, 300)
    qtbot.waitUntil(lambda: value.text() == "10,000 of 10,000")


def test_every_law_has_its_tick_in_words_and_a_broken_one_says_so(qtbot):
    panel, _ = panel_of(scenario("random-masses", 50), qtbot)
    assert {row.law.key for row in ROWS if row.law} == {"order", "mass", "momentum", "centre_of_mass", "energy"}
    assert set(panel.marks) == {row.id for row in panel.rows if row.law}
    for mark in panel.marks.values():
        assert mark.holds
        assert mark.toolTip() == mark.accessibleDescription() == mark.row.law.holds
    mark: CheckMark = panel.marks["momentum"]
    whole = mark.grab().toImage()
    mark.show_law(False)
    assert mark.toolTip().startswith("Broken law")
    assert mark.grab().toImage() != whole


def test_weights_have_strength_distinct_values_and_penalty_besides(qtbot):
    weights = np.array([3.0, 1.0, 2.0])
    panel, session = panel_of(System.of_weights(weights, "w"), qtbot)
    assert panel.values["distinct"].text() == "3"
    assert float(panel.values["penalty"].text()) == pytest.approx((1 + 1 + 2) / 2)
    session.clock.t = 0.5 * session.clock.horizon
    assert float(panel.values["strength"].text()) == pytest.approx(session.t, abs=1e-4)
    session.document.load(scenario("two-equal"))
    assert "penalty" not in panel.values
    assert len(rows_for("weights")) == len(rows_for("particles")) + 3


def test_of_many_particles_only_the_newest_present_is_summed_up(qtbot):
    asked = []
    panel, session = panel_of(scenario("zeldovich", 60_000), qtbot)
    session.document.run = lambda work, then, what: asked.append((work, then, what))
    for t in (0.3, 0.5, 0.7):
        session.clock.t = t * session.clock.horizon
    assert len(asked) == 1, "one at a time"
    for _ in range(2):
        work, then, _what = asked.pop()
        then(work())
    assert not asked
    assert panel.now.seen.time == session.t


def test_numbers_that_lag_behind_the_picture_are_faint_and_say_of_when_they_are(qtbot):
    asked = []
    panel, session = panel_of(scenario("zeldovich", 60_000), qtbot)
    session.document.run = lambda work, then, what: asked.append((work, then))
    assert panel.late.text() == ""
    session.clock.t = 0.5 * session.clock.horizon
    assert panel.values["clusters"].property("role") == "quiet"
    assert panel.late.text().startswith("at t = 0;")
    session.clock.t = 0.7 * session.clock.horizon
    while asked:
        work, then = asked.pop()
        then(work())
    assert panel.now.seen.time == session.clock.t, "they catch up"
    assert panel.values["clusters"].property("role") != "quiet"
    assert panel.late.text() == ""
    session.document.load(scenario("two-equal"))
    assert not panel.late.isVisibleTo(panel)


def test_momentum_and_energies_have_the_same_number_of_decimals(qtbot):
    panel, session = panel_of(scenario("clustered-weights"), qtbot)
    session.clock.t = 0.3
    decimals = {len(panel.values[id].text().partition(".")[2]) for id in ("mass", "momentum", "kinetic", "heat")}
    assert decimals == {3}
    assert steady(1e6, 1e6, 1e-3) == "1,000,000.00", "not more than is read"
