"""All linked views: they draw whatever there is, select each other's clusters, and take hold of time."""

import numpy as np
import pytest

pytest.importorskip("PySide6")
pytestmark = pytest.mark.qt

from PySide6.QtCore import QBuffer, QEvent, QIODevice, QPointF, QRectF, Qt  # noqa: E402
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPdfWriter  # noqa: E402

from gui.draw.palette import Colours  # noqa: E402
from gui.model.document import Document  # noqa: E402
from gui.model.edits import mirrored  # noqa: E402
from gui.model.lineage import node_at  # noqa: E402
from gui.model.session import Session  # noqa: E402
from gui.model.system import System  # noqa: E402
from gui.views.counts import CountsView  # noqa: E402
from gui.views.hull import HullView  # noqa: E402
from gui.views.phase import PhaseView  # noqa: E402
from gui.views.readouts import ReadoutsPanel  # noqa: E402
from gui.views.tree import TreeView  # noqa: E402
from particles import Particles, scenarios  # noqa: E402

LINKED = (HullView, TreeView, PhaseView, CountsView)
LIGHT, DARK = Colours.of("light"), Colours.of("dark")
HARD = {
    "nothing": Particles([], []),
    "one": Particles([2.0], [1.0]),
    "one point": Particles([1.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
    "far away": Particles([1e9, 1e9 + 1e-6, 2e9], [1.0, 0.0, -1.0]),
    "tiny": Particles([1e-200, 2e-200], [1e-200, -1e-200]),
    "heavy and light": Particles([0.0, 1.0], [1.0, -1.0], [1e100, 1e-100]),
    "never": Particles([0.0, 1.0, 2.0], [-1.0, 0.0, 1.0]),
}


def session_of(what, n=None, seed=0):
    system = System.of_scenario(scenarios.get(what, n, seed)) if isinstance(what, str) else System(what)
    return Session(Document(system))


def shown(kind, session, qtbot, size=(420, 320)):
    view = kind(session, LIGHT)
    qtbot.addWidget(view)
    view.resize(*size)
    return view


def picture(view, width=420, height=320):
    """The view's own drawing; unlike on the screen, an error in it is raised."""
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    view.render_to(painter, QRectF(0, 0, width, height))
    painter.end()
    return image


def send(view, kind, point, button=Qt.MouseButton.LeftButton):
    point = QPointF(*point)
    event = QMouseEvent(kind, point, view.mapToGlobal(point), button, button, Qt.KeyboardModifier.NoModifier)
    {
        QEvent.Type.MouseButtonPress: view.mousePressEvent,
        QEvent.Type.MouseMove: view.mouseMoveEvent,
        QEvent.Type.MouseButtonRelease: view.mouseReleaseEvent,
    }[kind](event)


def click(view, point):
    send(view, QEvent.Type.MouseButtonPress, point)
    send(view, QEvent.Type.MouseButtonRelease, point)


def press(view, key):
    view.keyPressEvent(QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))


@pytest.mark.parametrize("what", HARD)
@pytest.mark.parametrize("kind", [*LINKED, ReadoutsPanel])
def test_every_view_draws_every_system_at_every_time_in_both_themes(kind, what, qtbot):
    session = session_of(HARD[what])
    view = shown(kind, session, qtbot)
    for axis in ("linear", "log", "merges"):
        session.options.set(time_axis=axis)
        for t in (0.0, 0.5, 1.0):
            session.clock.t = t * session.clock.horizon
            assert picture(view) != picture(view, 200, 150)
    light = picture(view)
    view.set_theme(DARK)
    assert picture(view) != light


@pytest.mark.parametrize("kind", [*LINKED, ReadoutsPanel])
def test_what_is_on_the_screen_is_what_is_exported(kind, qtbot, caplog):
    session = session_of("random-masses", 40, 1)
    session.clock.t = 0.3 * session.clock.horizon
    view = shown(kind, session, qtbot)
    view.grab()
    assert not caplog.records, "nothing failed while painting"
    if kind is ReadoutsPanel:
        return
    exported = picture(view)
    screen = view.grab().toImage().convertToFormat(exported.format())
    a, b = (np.frombuffer(image.constBits(), np.uint8).astype(int) for image in (screen, exported))
    assert (np.abs(a - b) > 40).mean() < 0.005, "clips and cached layers may differ at the rim of a line only"


@pytest.mark.parametrize("kind", LINKED)
def test_a_view_renders_as_vectors(kind, qtbot):
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    painter = QPainter(writer)
    painter.scale(20, 20)
    shown(kind, session_of("gaussian-weights", 20), qtbot).render_to(painter, QRectF(0, 0, 400, 300))
    painter.end()
    assert buffer.data().size() > 2_000


@pytest.mark.parametrize("kind", LINKED)
def test_the_present_and_the_selection_change_the_picture(kind, qtbot):
    session = session_of("gaussian-weights", 20)
    view = shown(kind, session, qtbot)
    first = picture(view)
    session.clock.t = 0.4 * session.clock.horizon
    second = picture(view)
    assert second != first
    if kind is not CountsView:
        session.selection.select_node(node_at(session.history, 3, session.t))
        assert picture(view) != second


def test_a_click_on_an_edge_of_the_string_selects_its_cluster(qtbot):
    session = session_of("gaussian-weights", 14, 3)
    session.clock.t = 0.35 * session.clock.horizon
    view = shown(HullView, session, qtbot)
    frame, sums = view.frame(QRectF(view.rect())), view._sums()
    start = session.clusters.start
    wide = int(np.diff(start, append=14).argmax())
    begin, end = int(start[wide]), int(np.append(start, 14)[wide + 1])
    mass = 0.5 * (sums.mass[begin] + sums.mass[end])
    height = 0.5 * sum(sums.start[k] + session.t * sums.rate[k] for k in (begin, end))
    point = float(frame.across(mass)), float(frame.up(height))
    click(view, point)
    assert session.selection.ids == frozenset(range(begin, end))
    assert "slope is the position" in view.hit(QPointF(*point), frame).text
    click(view, (frame.area.right() - 2, frame.area.bottom() - 2))
    assert not session.selection


def test_hovering_the_next_vertex_to_leave_says_when(qtbot):
    session = session_of("two-equal")
    view = shown(HullView, session, qtbot)
    frame, sums = view.frame(QRectF(view.rect())), view._sums()
    text = view.hit(QPointF(float(frame.across(sums.mass[1])), float(frame.up(sums.start[1]))), frame).text
    assert f"t = {session.history.merge_times[0]:.5g}" in text


def test_a_click_on_a_branch_selects_the_cluster_of_that_time(qtbot):
    session = session_of("gaussian-weights", 14, 3)
    view = shown(TreeView, session, qtbot)
    frame, tree = view.frame(QRectF(view.rect())), session.history.tree
    node = 14 + 4
    t = 0.5 * (tree.time[4] + tree.time[tree.parent[node] - 14])
    place = 0.5 * (tree.first[node] + tree.last[node])
    click(view, (float(frame.across(place)), float(frame.up(t / session.clock.horizon))))
    assert session.selection.node == node


def test_a_click_in_phase_space_selects_and_a_key_goes_on_to_the_next(qtbot):
    session = session_of("gaussian-weights", 14, 3)
    view = shown(PhaseView, session, qtbot)
    frame, particles = view.frame(QRectF(view.rect())), session.history.particles
    click(view, (float(frame.across(particles.position[5])), float(frame.up(particles.velocity[5]))))
    assert session.selection.ids == {5}
    press(view, Qt.Key.Key_Up)
    assert session.selection.ids == {6}
    press(view, Qt.Key.Key_Down)
    press(view, Qt.Key.Key_Down)
    assert session.selection.ids == {4}
    assert "position" in view.accessibleDescription()
    press(view, Qt.Key.Key_Escape)
    assert not session.selection


@pytest.mark.parametrize("kind", [TreeView, CountsView])
def test_the_line_of_the_present_can_be_dragged_and_holds_the_clock_meanwhile(kind, qtbot):
    now = [0.0]
    session = Session(Document(System.of_scenario(scenarios.get("gaussian-weights", 14, 3))), now=lambda: now[0])
    session.clock.t = 0.2 * session.clock.horizon
    session.clock.play()
    view = shown(kind, session, qtbot)
    frame = view.frame(QRectF(view.rect()))
    across = kind is CountsView

    def at(u):
        return (
            (float(frame.across(u)), frame.area.center().y())
            if across
            else (frame.area.center().x(), float(frame.up(u)))
        )

    send(view, QEvent.Type.MouseButtonPress, at(0.2))
    send(view, QEvent.Type.MouseMove, at(0.6))
    assert session.t == pytest.approx(0.6 * session.clock.horizon, rel=1e-6)
    now[0] = 1.0
    assert not session.clock.advance()
    send(view, QEvent.Type.MouseButtonRelease, at(0.6))
    now[0] = 1.05
    assert session.clock.advance()


@pytest.mark.parametrize("kind", LINKED)
def test_plus_zooms_in_zero_shows_everything(kind, qtbot):
    view = shown(kind, session_of("gaussian-weights", 14), qtbot)
    whole = view.frame(QRectF(view.rect())).x
    press(view, Qt.Key.Key_Plus)
    near = view.frame(QRectF(view.rect())).x
    assert near[1] - near[0] == pytest.approx(0.8 * (whole[1] - whole[0]))
    press(view, Qt.Key.Key_0)
    assert view.frame(QRectF(view.rect())).x == whole


@pytest.mark.parametrize("kind", [*LINKED, ReadoutsPanel])
def test_every_view_says_what_it_is_and_can_be_reached_by_key(kind, qtbot):
    view = shown(kind, session_of("two-equal"), qtbot)
    assert view.accessibleName() == view.title
    assert view.accessibleDescription() == view.why
    if kind is not ReadoutsPanel:
        assert view.focusPolicy() == Qt.FocusPolicy.StrongFocus


@pytest.mark.parametrize("kind", [TreeView, CountsView])
def test_of_many_particles_the_layout_comes_later_and_is_drawn_when_it_comes(kind, qtbot, monkeypatch):
    asked = []
    session = session_of("random-masses", 500)
    session.document.run = lambda work, then, what: asked.append((work, then))
    for module in ("tree", "counts"):
        monkeypatch.setattr(f"gui.views.{module}.WAITS", 100)
    view = shown(kind, session, qtbot)
    waiting = view.grab().toImage()
    view.grab()
    ((work, then),) = asked
    then(work())
    assert view.grab().toImage() != waiting
    session.document.edit(mirrored(session.document.system), "Mirror")
    waiting = view.grab().toImage()
    assert len(asked) == 2
    then(work())  # an answer about what is no longer shown
    assert view.grab().toImage() == waiting
