"""The space-time diagram: the world line of every cluster."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

from .figure_view import View, colours, counted, ink_note, say_empty, widths
from .history import History
from .style import entitle, label_axis, limits
from .tree import WorldLines

ALL_LINES = 6_000  # up to this many lines, nothing is thinned
MOST_LINES = 40_000
COLUMNS, ROWS = 2_000, 1_200  # the resolution at which more lines are thinned
MARKED_COLLISIONS = 120


def draw_world_lines(figure, view: View) -> None:
    """Draw into ``figure``; see ``figures.world_lines``."""
    axes, theme, history = figure.add_subplot(), view.theme, view.history
    label_axis(axes.xaxis, "position (weight units)", theme)
    label_axis(axes.yaxis, "time = strength", theme)
    axes.set_ylim(*view.time_limits)
    axes.grid(axis="y", color=theme.grid, linewidth=0.7)
    everything = history.world_lines(view.until)
    lines = visible_lines(history, everything, view.until)
    thinned = lines.mass.size < everything.mass.size
    if len(history.particles) == 0:
        say_empty(axes, theme)
    else:
        start, end = history.positions(0.0), history.positions(view.until)
        places = np.concatenate((lines.position, lines.end, start[[0, -1]], end[[0, -1]]))
        axes.set_xlim(*limits(places.min(), places.max()))
        axes.add_collection(_collection(view, lines), autolim=False)
        _mark_collisions(axes, view)
    if view.time is not None:
        _mark_time(axes, view)
    count = int(history.count(view.until))
    n = len(history.particles)
    ends = f" become {counted(count, 'cluster')}" if count < n else " stay apart" if n > 1 else ""
    note = ink_note(view)
    if thinned:
        note += f"; of {counted(everything.mass.size, 'line')} the {lines.mass.size:,} that can be told apart are drawn"
    entitle(axes, counted(n, "particle") + ends, note, theme)


def visible_lines(history: History, lines: WorldLines, until: float) -> WorldLines:
    """Those world lines that a picture can show; all of them up to ``ALL_LINES``.

    Beyond that, ranks are chosen evenly by rank, by mass, and by position at both ends of time, about
    ``COLUMNS`` each, and a line is kept if it holds a chosen rank and crosses a row of the picture.  So no
    cluster with more than 1 / ``COLUMNS`` of the mass or of the particles is lost, nor a lone particle in the
    open; what goes is lines among others in the same pixel column, and lives shorter than a pixel.  Where more
    than ``MOST_LINES`` are left, the columns are halved.  Lines are drawn out to the next row, where the
    cluster goes on: a heavy cluster that absorbs dust all the time stays one line.
    """
    if lines.mass.size <= ALL_LINES:
        return lines
    row = until / ROWS
    lasting = np.floor(lines.died / row) >= np.ceil(lines.born / row)
    lines = WorldLines(*(values[lasting] for values in lines))
    next_row = np.minimum((np.floor(lines.died / row) + 1) * row, until)
    lines = lines._replace(died=np.maximum(lines.died, next_row))
    columns = COLUMNS
    while True:
        chosen_before = np.concatenate(([0], np.cumsum(_chosen_ranks(history, until, columns))))
        kept = chosen_before[lines.last + 1] > chosen_before[lines.first]
        if np.count_nonzero(kept) <= MOST_LINES or columns <= 125:
            return WorldLines(*(values[kept] for values in lines))
        columns //= 2


def _chosen_ranks(history: History, until: float, columns: int) -> np.ndarray:
    n = len(history.particles)
    chosen = np.zeros(n, dtype=bool)
    mass = np.cumsum(history.particles.mass)
    for values in (np.arange(n), mass, history.positions(0.0), history.positions(until)):
        grid = np.linspace(values[0], values[-1], columns)
        chosen[np.minimum(np.searchsorted(values, grid), n - 1)] = True
    chosen[[0, -1]] = True
    return chosen


def _collection(view: View, lines: WorldLines) -> LineCollection:
    """The lines, light ones first so that heavy ones lie on top."""
    order = np.argsort(lines.mass, kind="stable")
    born, died, position, end, first, _, mass = (values[order] for values in lines)
    inks = colours(view, first, mass)
    if mass.size > ALL_LINES:  # let crowded lines add up to their density
        inks[:, 3] = np.clip(widths(view, mass) / 1.5, 0.4, 1.0)
    segments = np.stack((np.column_stack((position, born)), np.column_stack((end, died))), axis=1)
    return LineCollection(
        segments,
        linewidths=widths(view, mass),
        colors=inks,
        capstyle="round",
        rasterized=mass.size > ALL_LINES,  # in SVG and PDF
        gid="world-lines",
    )


def _mark_collisions(axes, view: View) -> None:
    events = view.history.events
    shown = np.count_nonzero(events.time <= view.until)
    if not 0 < shown <= MARKED_COLLISIONS:
        return
    mass = (events.mass_left + events.mass_right)[:shown]
    axes.scatter(
        events.position[:shown],
        events.time[:shown],
        s=(widths(view, mass) + 1.6) ** 2,
        facecolors=view.theme.background,
        edgecolors=colours(view, events.first[:shown], mass),
        linewidths=0.9,
        zorder=3,
        clip_on=False,
        gid="collisions",
    )


def _mark_time(axes, view: View) -> None:
    theme = view.theme
    axes.axhline(view.time, color=theme.accent, linewidth=1.1, linestyle=(0, (5, 3)), zorder=4, gid="cursor")
    above = view.time < 0.9 * view.until
    axes.annotate(
        f"t = {view.time:.3g}, {counted(int(view.history.count(view.time)), 'cluster')}",
        (1, view.time),
        (-3, 3 if above else -3),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        ha="right",
        va="bottom" if above else "top",
        color=theme.accent,
        fontsize=8,
        zorder=5,
        bbox={"facecolor": theme.background, "edgecolor": "none", "alpha": 0.75, "pad": 1.0},
    )
