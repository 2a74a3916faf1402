"""The particles on the line at one time: velocities, clusters, and the ghosts of free flight."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import LineCollection

from .colours import Theme
from .figure_view import View, colours, counted, say_empty
from .state import Clusters
from .style import entitle, label_axis, limits

ONE_BY_ONE = 120  # more clusters, or ghosts, than this are shown as a histogram
BINS = 240
LARGEST_DISC = 700.0  # points squared, for a cluster that holds all the mass
GHOST_LANE = -1.0


def draw_line(figure, view: View) -> None:
    """Draw into ``figure``; see ``figures.line``."""
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.2))
    theme, n = view.theme, len(view.history.particles)
    label_axis(above.yaxis, "velocity", theme, ticks=4)
    label_axis(below.xaxis, "position (weight units)", theme)
    above.tick_params(axis="x", length=0, labelbottom=False)
    above.spines["bottom"].set_visible(False)
    above.axhline(0, color=theme.grid, linewidth=1.0, zorder=0)
    clusters = view.history.clusters(view.moment)
    few = len(clusters) <= ONE_BY_ONE
    if n == 0:
        say_empty(below, theme)
    else:
        ghosts = view.history.particles.position + view.moment * view.history.particles.velocity
        _place_limits(above, below, view, ghosts)
        if n <= ONE_BY_ONE:
            own = view.history.particles.velocity
            above.scatter(ghosts, own, s=12, facecolors="none", edgecolors=theme.quiet, linewidths=0.6, alpha=0.7)
        (_draw_arrows if few else _draw_velocity_band)(above, view, clusters)
        _draw_below(below, view, clusters, ghosts)
    title = f"t = {view.moment:.3g}: {counted(len(clusters), 'cluster')} of {counted(n, 'particle')}"
    entitle(above, title, _velocity_note(above, view, few), theme)


def _velocity_note(axes, view: View, few: bool) -> str:
    if not few:
        return "velocity: mean by mass (line) and extremes (band)"
    note = f"arrows: the way in the coming {_arrow_time(axes, view):.2g} of time"
    many = len(view.history.particles) > ONE_BY_ONE
    return note if many else f"{note}; circles: members in free flight"


def _place_limits(above, below, view: View, ghosts: np.ndarray) -> None:
    """Everything of this figure over all times shown, so that a series of pictures keeps one scale."""
    history = view.history
    places = np.concatenate((history.positions(0.0)[[0, -1]], history.positions(view.until)[[0, -1]]))
    below.set_xlim(*limits(min(places.min(), ghosts.min()), max(places.max(), ghosts.max()), 0.06))
    velocity = history.particles.velocity
    above.set_ylim(*limits(min(velocity.min(), 0.0), max(velocity.max(), 0.0), 0.1))


def _arrow_time(axes, view: View) -> float:
    """The time in which the fastest particle flies a tenth of the picture."""
    fastest = np.abs(view.history.particles.velocity).max(initial=0.0)
    return 0.1 * float(np.diff(axes.get_xlim())[0]) / fastest if fastest > 0 else 0.0


def _draw_arrows(axes, view: View, clusters: Clusters) -> None:
    """An arrow at the height of each cluster's velocity: it starts above the cluster."""
    tips = clusters.position + _arrow_time(axes, view) * clusters.velocity
    inks = colours(view, clusters.start, clusters.mass)
    ends = (np.column_stack((x, clusters.velocity)) for x in (clusters.position, tips))
    axes.add_collection(LineCollection(np.stack([*ends], axis=1), colors=inks, linewidths=1.6), autolim=False)
    for sign, marker in ((1, ">"), (-1, "<")):
        flying = np.sign(clusters.velocity) == sign
        place = (tips[flying], clusters.velocity[flying])
        axes.scatter(*place, s=22, c=inks[flying], marker=marker, linewidths=0, clip_on=False)
    axes.scatter(clusters.position, clusters.velocity, s=9, c=inks, linewidths=0, gid="velocities", clip_on=False)


def _draw_velocity_band(axes, view: View, clusters: Clusters) -> None:
    """Mean velocity (by mass) and extremes in each bin of position."""
    edges = np.linspace(*axes.get_xlim(), BINS + 1)
    bins = _bins(clusters.position, edges)
    used, at = np.unique(bins, return_inverse=True)
    mean = np.bincount(at, clusters.mass * clusters.velocity) / np.bincount(at, clusters.mass)
    low, high = np.full(used.size, np.inf), np.full(used.size, -np.inf)
    np.minimum.at(low, at, clusters.velocity)
    np.maximum.at(high, at, clusters.velocity)
    centres = 0.5 * (edges[used] + edges[used + 1])
    axes.vlines(centres, low, high, color=view.theme.kinetic, alpha=0.3, linewidth=1.8)
    axes.plot(centres, mean, color=view.theme.kinetic, linewidth=1.4, marker=".", markersize=3)


def _draw_below(axes, view: View, clusters: Clusters, ghosts: np.ndarray) -> None:
    """The line with its clusters, and the lane of the ghosts under it."""
    theme, mass = view.theme, view.history.particles.mass
    axes.axhline(0, color=theme.quiet, linewidth=1.0, zorder=0)
    few = len(clusters) <= ONE_BY_ONE
    axes.set_ylim(1.3 * GHOST_LANE, 0.4 if few else 1.1)
    axes.spines["left"].set_visible(False)
    one_by_one = len(ghosts) <= ONE_BY_ONE
    axes.set_yticks([0.0 if few else 0.4, GHOST_LANE if one_by_one else -0.45], ["clusters", "free\nflight"])
    axes.tick_params(axis="y", length=0, labelcolor=theme.ink, labelsize=8)
    if one_by_one:
        _draw_ghosts(axes, view, clusters, ghosts)
    else:
        _draw_bars(axes, (ghosts, mass), theme.quiet, theme, -1)
    if few:
        order = np.argsort(-clusters.mass, kind="stable")  # small discs on top
        sizes = np.maximum(LARGEST_DISC * clusters.mass[order] / clusters.mass.sum(), 6.0)
        inks = colours(view, clusters.start[order], clusters.mass[order])
        discs = {"s": sizes, "c": inks, "edgecolors": theme.background, "linewidths": 0.8}
        axes.scatter(clusters.position[order], np.zeros(order.size), **discs, zorder=3, gid="clusters", clip_on=False)
    else:
        _draw_bars(axes, (clusters.position, clusters.mass), theme.kinetic, theme, 1)


def _draw_ghosts(axes, view: View, clusters: Clusters, ghosts: np.ndarray) -> None:
    """Hollow circles where the members would be, each tied to its cluster."""
    n = ghosts.size
    inks = colours(view, clusters.start, clusters.mass)[clusters.labels(n)]
    homes = clusters.expand(clusters.position, n)
    ties = np.stack([np.column_stack((homes, np.zeros(n))), np.column_stack((ghosts, np.full(n, GHOST_LANE)))], axis=1)
    axes.add_collection(LineCollection(ties, colors=inks, linewidths=0.7, alpha=0.55, zorder=1), autolim=False)
    sizes = np.clip(LARGEST_DISC * view.history.particles.mass / clusters.mass.sum(), 6.0, 80.0)
    hollow = {"s": sizes, "facecolors": view.theme.background, "edgecolors": inks, "linewidths": 1.0}
    axes.scatter(ghosts, np.full(n, GHOST_LANE), **hollow, zorder=2, gid="ghosts", clip_on=False)


def _draw_bars(axes, sample, colour: str, theme: Theme, direction: int) -> None:
    """Mass per bin as bars on a log scale, up (clusters) or down (ghosts) from the line."""
    position, mass = sample
    edges = np.linspace(*axes.get_xlim(), BINS + 1)
    total = np.bincount(_bins(position, edges), mass, minlength=BINS)
    used = np.flatnonzero(total)
    floor = 0.3 * total[used].min()
    height = np.log(total[used] / floor) / np.log(total[used].max() / floor)
    axes.bar(
        edges[used],
        direction * 0.85 * abs(GHOST_LANE) * height,
        np.diff(edges)[used],
        align="edge",
        color=colour,
        linewidth=0,
        gid="clusters" if direction > 0 else "ghosts",
    )
    axes.annotate(
        f"bars: mass on a log scale, {total[used].min():.3g} to {total[used].max():.3g}",
        (1, 1 if direction > 0 else 0),
        xycoords="axes fraction",
        ha="right",
        va="top" if direction > 0 else "bottom",
        color=theme.quiet,
        fontsize=7.5,
    )


def _bins(position: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.clip(np.searchsorted(edges, position, side="right") - 1, 0, edges.size - 2)
