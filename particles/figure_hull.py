"""The cumulative-sum diagram and its taut string: why the isotonic regression gives the clusters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.collections import LineCollection

from .figure_view import View, colours, counted, say_empty
from .state import Clusters
from .style import entitle, label_axis, limits

SINGLE_POINTS = 200  # more points than this are drawn as a curve only
COLUMNS = 2_000
WRITTEN_SLOPES = 7


class Diagram(NamedTuple):
    """Points (n + 1,): ``mass`` and ``moment`` summed over the first k particles, positions measured from
    ``centre``; ``vertices`` (k + 1,) are the indices of the points that hold the string."""

    mass: np.ndarray
    moment: np.ndarray
    centre: float
    vertices: np.ndarray


def diagram(view: View, clusters: Clusters) -> Diagram:
    """The cumulative sums of the particles in free flight; the string's vertices lie between the clusters."""
    particles = view.history.particles
    flown = particles.position + view.moment * particles.velocity
    centre = float(np.average(flown, weights=particles.mass))
    return Diagram(
        mass=np.concatenate(([0.0], np.cumsum(particles.mass))),
        moment=np.concatenate(([0.0], np.cumsum(particles.mass * (flown - centre)))),
        centre=centre,
        vertices=np.append(clusters.start, len(particles)),
    )


def draw_hull(figure, view: View) -> None:
    """Draw into ``figure``; see ``figures.hull``."""
    axes, theme, n = figure.add_subplot(), view.theme, len(view.history.particles)
    label_axis(axes.xaxis, "cumulative mass m", theme)
    label_axis(
        axes.yaxis,
        "cumulative m (x + t v \N{MINUS SIGN} centre of mass)",
        theme,
    )
    axes.grid(color=theme.grid, linewidth=0.7)
    clusters = view.history.clusters(view.moment)
    if n == 0:
        say_empty(axes, theme)
    else:
        points = diagram(view, clusters)
        axes.set_xlim(*limits(0.0, points.mass[-1]))
        axes.set_ylim(*limits(points.moment.min(), points.moment.max(), 0.09))
        _draw_points(axes, view, points)
        _draw_string(axes, view, clusters, points)
        if len(clusters) <= WRITTEN_SLOPES:
            _write_slopes(axes, view, clusters, points)
    title = f"Taut string at t = {view.moment:.3g}: {counted(len(clusters), 'edge')}"
    entitle(axes, title, "an edge is a cluster; its slope is the position, from the centre of mass", theme)


def _draw_points(axes, view: View, points: Diagram) -> None:
    """The points, or their curve, and the slack between them and the string."""
    theme = view.theme
    string = np.interp(points.mass, points.mass[points.vertices], points.moment[points.vertices])
    kept = _visible(points)
    mass, moment = points.mass[kept], points.moment[kept]
    axes.fill_between(mass, moment, string[kept], color=theme.quiet, alpha=0.16, linewidth=0)
    axes.plot(mass, moment, color=theme.quiet, linewidth=0.9, zorder=2)
    if points.mass.size <= SINGLE_POINTS:
        size = 26 if points.mass.size <= 40 else 10
        hollow = {"facecolors": theme.background, "edgecolors": theme.quiet, "linewidths": 0.9}
        axes.scatter(mass, moment, s=size, **hollow, zorder=3, gid="points", clip_on=False)


def _draw_string(axes, view: View, clusters: Clusters, points: Diagram) -> None:
    """The minorant, an edge for each cluster, pinned where it bends."""
    vertices = points.vertices
    if vertices.size > 2 * COLUMNS:  # both ends of every long edge, and one vertex in each column of mass
        place = points.mass[vertices] / points.mass[-1] * COLUMNS
        long = np.diff(place) > 1
        changes = np.diff(np.floor(place), prepend=-1) > 0
        vertices = vertices[changes | np.append(long, True) | np.append(True, long)]
    corners = np.column_stack((points.mass[vertices], points.moment[vertices]))
    edges = np.stack((corners[:-1], corners[1:]), axis=1)
    cluster = np.searchsorted(clusters.start, vertices[:-1])
    inks = colours(view, clusters.start[cluster], clusters.mass[cluster])
    axes.add_collection(
        LineCollection(edges, colors=inks, linewidths=2.8, capstyle="round", zorder=4, gid="string"), autolim=False
    )
    if vertices.size <= SINGLE_POINTS:
        size = 26 if vertices.size <= 12 else 9
        axes.scatter(*corners.T, s=size, color=view.theme.ink, linewidths=0, zorder=5, gid="pins", clip_on=False)


def _write_slopes(axes, view: View, clusters: Clusters, points: Diagram) -> None:
    """The clusters' positions, written under their edges."""
    corners = points.vertices
    middle = 0.5 * (points.mass[corners[1:]] + points.mass[corners[:-1]])
    height = 0.5 * (points.moment[corners[1:]] + points.moment[corners[:-1]])
    for x, y, position in zip(middle, height, clusters.position, strict=True):
        side = 1 if position >= points.centre else -1  # the free side of the edge: outside the string
        axes.annotate(
            f"x = {position:.3g}".replace("-", "\N{MINUS SIGN}"), (x, y), (7 * side, -5), textcoords="offset points",
            ha="left" if side > 0 else "right", va="top", fontsize=8, zorder=6, color=view.theme.ink,
        )  # fmt: skip


def _visible(points: Diagram) -> np.ndarray:
    """Indices of the points a picture can show: in each column of mass the first, the lowest and the highest."""
    size = points.mass.size
    if size <= 2 * COLUMNS:
        return np.arange(size)
    column = np.minimum((points.mass / points.mass[-1] * COLUMNS).astype(np.int64), COLUMNS - 1)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    lowest = np.lexsort((points.moment, column))  # within each column from the lowest to the highest
    ends = np.append(starts[1:], size) - 1
    return np.unique(np.concatenate((starts, lowest[starts], lowest[ends], [size - 1])))
