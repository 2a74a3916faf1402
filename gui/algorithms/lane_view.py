"""One lane of the race, drawn: the line of particles, the ranks as a ribbon, the words, and the counters as bars."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from ..draw.arrays import draw_lines
from ..draw.drawn import Drawn
from ..draw.palette import Colours, with_alpha
from ..draw.raster import draw_pixels
from .lane import Lane
from .picture import Picture, picture, reach
from .race import Race
from .wording import ABOUT, COUNTER, arrived, described, without_steps

COUNTERS = ("steps", "comparisons", "work", "depth")
BARS = 250  # pixels for the counters
MARGIN = 14
DISCS = 400  # clusters that are drawn as discs; of more the small ones are ticks
TICK = 5  # pixels up and down
LARGEST_DISC = 0.42  # of the height of the line, the radius of all the mass together
PALE = 0.45  # of its colour, a particle that waits


class LaneView(Drawn):
    """A lane of ``race`` when its ``clock`` shows ``now``.  ``scale``: what a full bar of each counter means."""

    def __init__(self, solver: str, colours: Colours, parent=None):
        super().__init__(colours, parent)
        self.solver = solver
        self.race: Race | None = None
        self.lane: Lane | None = None
        self.clock, self.now = "step", 0.0
        self._reach, self._totals, self._place = (0.0, 1.0), {}, 0
        self.setToolTip(described(solver, None, self.clock))
        self.setAccessibleName(f"Solver {solver}")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(700, 112)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(480, 98)

    def set_race(self, race: Race | None, clock: str) -> None:
        """Another race, or another clock, from the beginning."""
        self.race, self.clock, self.now = race, clock, 0.0
        self.lane = next((lane for lane in race.lanes if lane.solver == self.solver), None) if race else None
        if race is not None:
            self._reach = reach(race)
            self._totals = {name: max((self._spent(lane, name)[-1] for lane in race.running), default=0)
                            for name in COUNTERS}  # fmt: skip
            self._place = race.places(clock).get(self.solver, 0)
        self.setToolTip(described(self.solver, self.lane, clock))
        self._fit()
        self.update()

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """A lane without steps is as high as its sentence, which may take several lines."""
        room = QRect(0, 0, max(self.width() - 2 * MARGIN, 1), 1000)
        words = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, self.words).height()
        height = self.fontMetrics().height() + words + 22
        asleep = self.lane is not None and not self.lane.steps
        self.setMinimumHeight(height if asleep else 0)  # 0: that of minimumSizeHint
        self.setMaximumHeight(height if asleep else 16777215)

    def show_moment(self, now: float) -> None:
        """A lane that is done, and was, is not drawn again: near the end of a long race few lanes move."""
        before, self.now = self.now, now
        if self.lane is None or min(before, now) < self.race.spent(self.lane, self.clock)[-1]:
            self.update()

    @property
    def step(self) -> int:
        """How many steps are done."""
        return self.race.step_at(self.lane, self.clock, self.now) if self.lane and self.lane.steps else 0

    @property
    def words(self) -> str:
        """What is said under the line."""
        if self.lane is None:
            return ABOUT[self.solver].idea
        if not self.lane.steps:
            return without_steps(self.lane)
        step = self.step
        said = self.lane.what[step - 1] if step else ABOUT[self.solver].idea.rstrip(".")
        return said[:1].upper() + said[1:] + "."

    def render_to(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the lane into ``rect``."""
        asleep = self.lane is None or not self.lane.steps
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.colours.panel if asleep else self.colours.background)
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 8, 8)
        inner = rect.adjusted(MARGIN, 8, -MARGIN, -8)
        main = inner.adjusted(0, 0, 0 if asleep else -(BARS + 18), 0)
        line = painter.fontMetrics().height()
        self._draw_title(painter, QRectF(main.left(), main.top(), main.width(), line))
        if asleep:
            painter.setPen(self.colours.quiet)
            words = QRectF(main.left(), main.top() + line + 4, main.width(), main.height() - line - 4)
            painter.drawText(words, Qt.TextFlag.TextWordWrap, self.words)
            return
        words = QRectF(main.left(), main.bottom() - line, main.width(), line)
        painter.setPen(self.colours.ink)
        elided = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, int(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, elided)
        shown = picture(self.race, self.lane, self.clock, self.now)
        middle = QRectF(main.left(), main.top() + line + 2, main.width(), main.height() - 2 * line - 8)
        ribbon = QRectF(middle.left(), middle.bottom() - 9, middle.width(), 9)
        self._draw_line(painter, middle.adjusted(0, 0, 0, -13), shown)
        self._draw_ribbon(painter, ribbon, shown)
        self._draw_bars(painter, QRectF(inner.right() - BARS, inner.top(), BARS, inner.height()))

    def _spent(self, lane: Lane, counter: str) -> np.ndarray:
        return np.arange(lane.steps + 1) if counter == "steps" else getattr(lane, counter)

    def _draw_title(self, painter: QPainter, rect: QRectF) -> None:
        about, font = ABOUT[self.solver], painter.font()
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        asleep = self.lane is not None and not self.lane.steps
        painter.setPen(self.colours.quiet if asleep else self.colours.ink)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, about.title)
        left = painter.fontMetrics().horizontalAdvance(about.title) + 12
        painter.setFont(font)
        right = rect
        if self.lane is not None and self.lane.steps and self.step == self.lane.steps:
            painter.setPen(self.colours.good)
            text = arrived(self.lane, self._place, self.clock)
            painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
            right = rect.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(text) - 12, 0)
        painter.setPen(self.colours.quiet)
        room = right.adjusted(left, 0, 0, 0)
        cost = painter.fontMetrics().elidedText(about.cost, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, cost)

    def _draw_line(self, painter: QPainter, rect: QRectF, shown: Picture) -> None:
        """The particles at the race's time, as far as they have merged."""
        y, room = rect.center().y(), rect.height() / 2
        painter.setPen(QPen(self.colours.grid, 1))
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        if not shown.start.size:
            return
        low, high = self._reach
        inside = max(rect.width() - 2 * room, 1.0)
        x = rect.left() + room + (shown.position - low) / (high - low) * inside
        radius = np.maximum(2 * LARGEST_DISC * room * np.sqrt(shown.mass / self.race.particles.mass.sum()), 1.6)
        colour = shown.final % len(self.colours.clusters)
        single = np.diff(shown.start, append=len(self.race.particles)) == 1
        discs = shown.start.size <= DISCS
        for pale in (True, False):  # what has merged lies on top
            for number, ink in enumerate(self.colours.clusters):
                chosen = np.flatnonzero((colour == number) & (single == pale))
                ink = self.colours.faded(ink, PALE) if pale else ink
                small = chosen if not discs else np.empty(0, np.int64)
                large = chosen if discs else chosen[radius[chosen] > 3]
                _draw_ticks(painter, x[small], y, ink)
                _draw_discs(painter, x[large], y, radius[large], ink)
        busy = np.flatnonzero(shown.busy & ~single)
        if discs and busy.size:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.colours.ink, 1.4))
            for where, size in zip(x[busy].tolist(), radius[busy].tolist(), strict=True):
                painter.drawEllipse(QPointF(where, y), size + 1.5, size + 1.5)

    def _draw_ribbon(self, painter: QPainter, rect: QRectF, shown: Picture) -> None:
        """The ranks from left to right, one block a cluster."""
        n = len(self.race.particles)
        if not n:
            return
        sizes = np.diff(shown.start, append=n)
        if shown.start.size > DISCS:
            return draw_pixels(painter, self._ribbon_pixels(shown, sizes, int(rect.width())), rect)
        edges = rect.left() + np.append(shown.start, n) / n * rect.width()
        gap = 1.0 if rect.width() > 4 * n else 0.0
        for cluster in range(shown.start.size):
            ink = self.colours.clusters[shown.final[cluster] % len(self.colours.clusters)]
            ink = self.colours.faded(ink, PALE) if sizes[cluster] == 1 else ink
            width = max(edges[cluster + 1] - edges[cluster] - gap, 0.5)
            painter.fillRect(QRectF(edges[cluster], rect.top(), width, rect.height()), ink)
        return None

    def _ribbon_pixels(self, shown: Picture, sizes: np.ndarray, width: int) -> np.ndarray:
        """One row of colours: of the cluster in the middle of each pixel."""
        rank = ((np.arange(width) + 0.5) / width * len(self.race.particles)).astype(np.int64)
        cluster = np.searchsorted(shown.start, rank, side="right") - 1
        inks = self.colours.clusters
        strong, pale = (np.array([c.rgb() for c in row], np.uint32) for row in (inks, self._pale(inks)))
        number = shown.final[cluster] % len(inks)
        return np.where(sizes[cluster] == 1, pale[number], strong[number])[None]

    def _pale(self, inks: tuple[QColor, ...]) -> list[QColor]:
        return [self.colours.faded(ink, PALE) for ink in inks]

    def _draw_bars(self, painter: QPainter, rect: QRectF) -> None:
        """The counters, each as a bar on the scale that all lanes share."""
        small = QFont(painter.font())
        small.setPointSizeF(small.pointSizeF() * 0.92)
        painter.setFont(small)
        height = rect.height() / len(COUNTERS)
        for row, name in enumerate(COUNTERS):
            spent = self._spent(self.lane, name)
            value = int(spent[self.step])
            top = rect.top() + row * height
            painter.setPen(self.colours.quiet)
            painter.drawText(QRectF(rect.left(), top, 86, height), Qt.AlignmentFlag.AlignVCenter, name)
            track = QRectF(rect.left() + 86, top + height / 2 - 3, BARS - 86 - 70, 6)
            _draw_bar(painter, track, 1.0, self.colours.grid)
            share = value / self._totals[name] if self._totals[name] else 0.0
            marked = name == COUNTER[self.clock]
            _draw_bar(painter, track, share, self.colours.accent if marked else self.colours.kinetic)
            painter.setPen(self.colours.ink)
            number = QRectF(track.right() + 4, top, 66, height)
            painter.drawText(number, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, f"{value:,}")


def _draw_bar(painter: QPainter, track: QRectF, share: float, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    width = max(share * track.width(), 2.0 if share > 0 else 0.0)
    painter.drawRoundedRect(QRectF(track.left(), track.top(), width, track.height()), 3, 3)


def _draw_ticks(painter: QPainter, x: np.ndarray, y: float, colour: QColor) -> None:
    painter.setPen(QPen(colour, 1))
    draw_lines(painter, np.column_stack((x, np.full(x.size, y - TICK), x, np.full(x.size, y + TICK))))


def _draw_discs(painter: QPainter, x: np.ndarray, y: float, radius: np.ndarray, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(with_alpha(colour, 0.92))
    for where, size in zip(x.tolist(), radius.tolist(), strict=True):
        painter.drawEllipse(QPointF(where, y), size, size)
