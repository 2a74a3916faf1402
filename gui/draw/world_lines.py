"""World lines on paper: width by mass, colour by lineage (in a crowd by mass), what is not selected faded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen

from .arrays import draw_lines, polygon
from .heavy_paths import HeavyPaths, Lines, power_of_two
from .palette import Colours, faded_pixels
from .raster import device_size, draw_pixels, shaded
from .strip import LogScale, mass_shades, shade_index
from .world_raster import AT_REST, BUDGET, cost, mass_raster

MOST_LINES = 4_000  # one frame has no time for more, and no pixels
CROWD = 2_000  # more particles than this have colours by mass: so many lineages cannot be told apart
SMOOTH = 1_500  # up to this many lines are drawn without steps
WIDE = 4_000  # at most this many lines of a crowd stand out by their width
CURVED = 3_000  # up to this many lines are bent where the axis bends them
PIECES = (8, 64)  # of a bent line: few and many
FADED = 0.22  # what is left of the colour of lines that are not selected


@dataclass(frozen=True, eq=False)
class Look:
    """How lines look: ``lineage`` is the palette index of each node, ``lit`` the nodes that stay bright (None: all),
    ``heaviest`` the mass that has the widest line, ``pains`` how many times the pixels of one quick frame a crowd may
    take."""

    colours: Colours
    lineage: np.ndarray
    heaviest: float
    lit: np.ndarray | None = None
    pains: int = 1


def line_width(mass, heaviest: float):
    """Pixels for a line of ``mass``: 1 for dust, 6.5 for everything; area, not width, would hide the light."""
    return 1.0 + 5.5 * np.sqrt(np.asarray(mass) / heaviest)


def rows_of(frame, scale: float) -> float:
    """The height of the whole axis of time in pixels, of which each unit of ``frame`` has ``scale``."""
    low, high = frame.y
    return frame.area.height() * max(scale, 1.0) / max(high - low, 1e-300)


def draw_world_lines(painter: QPainter, frame, paths: HeavyPaths, axis, look: Look) -> int:
    """Draw what can be seen of ``paths`` in ``frame`` (area; x, y limits; across, up); how many lines that were."""
    rows = rows_of(frame, abs(painter.deviceTransform().m22()))
    painter.save()
    painter.setClipRect(frame.area, Qt.ClipOperation.IntersectClip)
    crowd = len(paths.history.particles) > CROWD
    drawn = (_draw_crowd if crowd else _draw_each)(painter, frame, paths, axis, (rows, look))
    painter.restore()
    return drawn


def _draw_each(painter: QPainter, frame, paths: HeavyPaths, axis, how) -> int:
    """Line by line, in the colours of lineage."""
    rows, look = how
    lines = paths.visible(rows, frame.x, frame.y, MOST_LINES)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(lines) <= SMOOTH)
    inks = list(look.colours.clusters)
    _draw_lines(painter, frame, paths, (lines, look.lineage[lines.node].astype(np.int64), inks, axis), look)
    return len(lines)


def _draw_crowd(painter: QPainter, frame, paths: HeavyPaths, axis, how) -> int:
    """All mass as a raster, and the heaviest clusters as lines on it; colours by mass."""
    rows, look = how
    window, tree = (frame.x, frame.y), paths.history.tree
    fine = rows if look.pains > AT_REST else paths.nearest(rows)  # on paper all is exact
    every = power_of_two(cost(paths.level(fine), rows, window) / (BUDGET * look.pains))
    lines = paths.level(fine, every)
    mass = tree.mass[lines.node]
    weight = mass if every == 1 else np.where(lines.path < 0, 1.0, every) * mass
    width, height = device_size(painter, frame.area, 2048)
    scale = LogScale.of(paths.history.particles.mass)
    total = mass_raster(lines, weight, (height, width), window)
    table = look.colours.mass_pixels if look.lit is None else faded_pixels(look.colours, FADED)
    draw_pixels(painter, shaded(total, table, scale.low, scale.high), frame.area)
    if look.lit is not None:
        bright = np.flatnonzero(look.lit[lines.node])
        total = mass_raster(lines.taken(bright), weight[bright], (height, width), window)
        draw_pixels(painter, shaded(total, look.colours.mass_pixels, scale.low, scale.high), frame.area)
    heavy = np.flatnonzero(line_width(mass, look.heaviest) >= 1.6)
    heavy = lines.taken(heavy[np.argsort(-mass[heavy], kind="stable")[:WIDE]])
    inks, index = mass_shades(look.colours), shade_index(tree.mass[heavy.node], scale)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, look.pains > 1)
    _draw_lines(painter, frame, paths, (heavy, index, inks, axis), look)
    return len(lines)


def _draw_lines(painter: QPainter, frame, paths: HeavyPaths, what, look: Look) -> None:
    """``what``: lines, the place of each one's colour in a list, the list, the axis.  Heavy ones come on top."""
    lines, index, inks, axis = what
    if len(lines) == 0:
        return
    mass = paths.history.tree.mass[lines.node]
    width = np.maximum(np.round(2.0 * line_width(mass, look.heaviest)) / 2.0, 1.0)
    lit = np.ones(len(lines), bool) if look.lit is None else look.lit[lines.node]
    style = index + 64 * np.rint(2 * width).astype(np.int64)
    ends = np.column_stack((frame.across(lines.x0), frame.up(lines.u0), frame.across(lines.x1), frame.up(lines.u1)))
    bent = _bent(frame, paths, lines, axis)
    straight = np.ones(len(lines), bool)
    straight[bent] = False
    bent = bent[np.lexsort((mass[bent], lit[bent]))]
    for bright in (False, True):
        pens = inks if bright else [look.colours.faded(ink, FADED) for ink in inks]
        _draw_styles(painter, ends, np.where(straight & (lit == bright), style, -1), pens)
        some = bent[lit[bent] == bright]
        own = [_pen(pens[style[i] % 64], style[i] // 64 / 2) for i in some]
        _draw_bent(painter, frame, paths, (lines.taken(some), axis), own)


def _bent(frame, paths: HeavyPaths, lines: Lines, axis) -> np.ndarray:
    """Which lines the axis bends so that it can be seen, (m,): none where they are too many."""
    if axis.kind == "linear":
        return np.empty(0, np.int64)
    wide, tall = np.ptp(frame.across([lines.x0, lines.x1]), axis=0), np.ptp(frame.up([lines.u0, lines.u1]), axis=0)
    bent = np.flatnonzero((wide > 2.0) & (tall > 8.0))
    return bent if bent.size <= CURVED else np.empty(0, np.int64)


def _draw_bent(painter: QPainter, frame, paths: HeavyPaths, what, pens: list[QPen]) -> None:
    """Each of the lines as a curve, in its own pen; ``what``: lines, axis."""
    lines, axis = what
    tree, node = paths.history.tree, lines.node
    low, high = np.maximum(lines.u0, frame.y[0]), np.minimum(lines.u1, frame.y[1])
    pieces = int(np.clip(30_000 // max(len(lines), 1), *PIECES))
    u = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, pieces + 1)
    centre, velocity = tree.moment[node] / tree.mass[node], tree.momentum[node] / tree.mass[node]
    x, y = frame.across(centre[:, None] + velocity[:, None] * np.asarray(axis.inverse(u))), frame.up(u)
    for i, pen in enumerate(pens):
        painter.setPen(pen)
        painter.drawPolyline(polygon(x[i], y[i]))


def _draw_styles(painter: QPainter, ends: np.ndarray, style: np.ndarray, inks: list[QColor]) -> None:
    """One call for each pen, thin ones first; a style of -1 is left out."""
    for value in np.unique(style):
        if value < 0:
            continue
        painter.setPen(_pen(inks[value % 64], value // 64 / 2))
        draw_lines(painter, ends[style == value])


def _pen(ink: QColor, width: float) -> QPen:
    pen = QPen(ink, max(width, 1.0))
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if width > 1 else Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
