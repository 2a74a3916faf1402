"""World lines on paper: width by mass, colour by lineage, what is not selected faded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from .arrays import draw_lines
from .heavy_paths import HeavyPaths, Lines
from .palette import Colours

MOST_LINES = 40_000  # one frame has no time for more, and no pixels
SMOOTH = 6_000  # up to this many lines are drawn without steps
WIDE = 2_500  # at most this many lines are wider than a pixel: wide pens are slow
CURVED = 4_000  # up to this many lines are bent where the axis bends them
PIECES = 12  # of a bent line
FADED = 0.22  # what is left of the colour of lines that are not selected


@dataclass(frozen=True, eq=False)
class Look:
    """How lines look: ``lineage`` is the palette index of each node, ``lit`` the nodes that stay bright (None: all),
    ``heaviest`` the mass that has the widest line."""

    colours: Colours
    lineage: np.ndarray
    heaviest: float
    lit: np.ndarray | None = None


def line_width(mass, heaviest: float):
    """Pixels for a line of ``mass``: 1 for dust, 6.5 for everything; area, not width, would hide the light."""
    return 1.0 + 5.5 * np.sqrt(np.asarray(mass) / heaviest)


def draw_world_lines(painter: QPainter, frame, paths: HeavyPaths, axis, look: Look) -> int:
    """Draw what can be seen of ``paths`` in ``frame`` (area; x, y limits; across, up); how many lines that were."""
    low, high = frame.y
    scale = max(abs(painter.deviceTransform().m22()), 1.0)
    rows = frame.area.height() * scale / max(high - low, 1e-300)
    lines = paths.visible(rows, frame.x, frame.y, MOST_LINES)
    if len(lines) == 0:
        return 0
    mass = paths.history.tree.mass[lines.node]
    order = np.argsort(mass, kind="stable")  # heavy ones on top
    lines, mass = lines.taken(order), mass[order]
    ends, owner = _on_paper(frame, paths, lines, axis)
    width = np.maximum(np.round(2.0 * line_width(mass, look.heaviest)) / 2.0, 1.0)
    width[: max(len(lines) - WIDE, 0)] = 1.0
    painter.save()
    painter.setClipRect(frame.area, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(lines) <= SMOOTH)
    lit = np.ones(len(lines), bool) if look.lit is None else look.lit[lines.node]
    style = look.lineage[lines.node].astype(np.int64) + 8 * np.rint(2 * width).astype(np.int64)
    for bright in (False, True):
        _draw_styles(painter, ends, (style + np.where(lit == bright, 0, 10_000))[owner], look, bright)
    painter.restore()
    return len(lines)


def _on_paper(frame, paths: HeavyPaths, lines: Lines, axis) -> tuple[np.ndarray, np.ndarray]:
    """Ends (s, 4) in pixels, and the line that each straight piece belongs to; long lines bend with the axis."""
    ends = np.column_stack((frame.across(lines.x0), frame.up(lines.u0), frame.across(lines.x1), frame.up(lines.u1)))
    owner = np.arange(len(lines))
    tall = np.flatnonzero(np.abs(ends[:, 3] - ends[:, 1]) > 8.0)
    if axis.kind == "linear" or tall.size == 0 or tall.size > CURVED:
        return ends, owner
    tree = paths.history.tree
    node = lines.node[tall]
    low, high = np.maximum(lines.u0[tall], frame.y[0]), np.minimum(lines.u1[tall], frame.y[1])
    u = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, PIECES + 1)
    centre, velocity = tree.moment[node] / tree.mass[node], tree.momentum[node] / tree.mass[node]
    x, y = frame.across(centre[:, None] + velocity[:, None] * np.asarray(axis.inverse(u))), frame.up(u)
    bent = np.stack((x[:, :-1], y[:, :-1], x[:, 1:], y[:, 1:]), axis=2).reshape(-1, 4)
    straight = np.ones(len(lines), bool)
    straight[tall] = False
    ends = np.concatenate((ends[straight], bent))
    owner = np.concatenate((owner[straight], np.repeat(tall, PIECES)))
    order = np.argsort(owner, kind="stable")
    return ends[order], owner[order]


def _draw_styles(painter: QPainter, ends: np.ndarray, style: np.ndarray, look: Look, bright: bool) -> None:
    """One call for each pen; styles from 10,000 on belong to another round."""
    colours = look.colours
    for value in np.unique(style):
        if value >= 10_000:
            return
        width, index = value // 8 / 2, value % 8
        colour = colours.clusters[index]
        pen = QPen(colour if bright else colours.faded(colour, FADED), 0 if width <= 1 else width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap if width > 1 else Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        draw_lines(painter, ends[style == value])
