"""What a history conserves and loses over time: clusters, energy and heat, information."""

from __future__ import annotations

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from .diagnostics import Series, series
from .figure_view import View, counted, say_empty
from .style import dress_ticks, entitle, label_axis

SAMPLES = 3_000


def draw_energy(figure, view: View) -> None:
    """Draw into ``figure``; see ``figures.energy``."""
    theme, history = view.theme, view.history
    panels = figure.subplots(3, 1, sharex=True, height_ratios=(1, 1.25, 0.8))
    labels = ("clusters", "share of\nthe energy", "bits lost\nper particle")
    for axes, label in zip(panels, labels, strict=True):
        label_axis(axes.yaxis, label, theme, ticks=4)
        axes.tick_params(axis="x", length=0)
        axes.grid(axis="y", color=theme.grid, linewidth=0.7)
        if view.time is not None:
            axes.axvline(view.time, color=theme.accent, linewidth=1.1, linestyle=(0, (5, 3)), zorder=4, gid="cursor")
    label_axis(panels[-1].xaxis, "time = strength", theme)
    panels[-1].set_xlim(*view.time_limits)
    course = course_until(series(history), view.until)
    if len(history.particles) == 0:
        say_empty(panels[1], theme)
    else:
        _draw_counts(panels[0], view, course)
        _draw_information(panels[2], view, course)
    heat_share = _draw_energies(panels[1], view, course)
    lost = f"{course.information_lost[-1]:.2f} bits of rank lost per particle"
    note = f"at the end {counted(int(course.clusters[-1]), 'cluster')}, {lost}"
    entitle(panels[0], f"{100 * heat_share:.3g}% of the kinetic energy becomes heat", note, theme)


def course_until(course: Series, until: float) -> Series:
    """The series up to ``until``, its last value held to there; at most about ``SAMPLES`` values, the last before
    each of so many even times (the steps between are narrower than a pixel)."""
    shown = int(np.searchsorted(course.time, until, side="right"))
    kept = np.arange(shown)
    if shown > SAMPLES:
        grid = np.linspace(0.0, until, SAMPLES)
        kept = np.unique(np.searchsorted(course.time[:shown], grid, side="right") - 1)
    time = np.append(course.time[kept], until)
    return Series(time, *(np.append(values[kept], values[shown - 1]) for values in course[1:]))


def _draw_counts(axes, view: View, course: Series) -> None:
    axes.step(course.time, course.clusters, where="post", color=view.theme.ink, linewidth=1.5, gid="clusters")
    axes.set_yscale("log")
    axes.set_ylim(0.8, 1.35 * len(view.history.particles))
    axes.yaxis.set_major_locator(
        LogLocator(subs=(1.0, 2.0, 5.0) if len(view.history.particles) < 100 else (1.0,), numticks=6)
    )
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    dress_ticks(axes.yaxis, view.theme)
    dress_ticks(axes.yaxis, view.theme, "minor")


def _draw_energies(axes, view: View, course: Series) -> float:
    """Kinetic energy with heat on top, as shares of the energy at the start; the share of heat at the end."""
    theme = view.theme
    start = course.kinetic_energy[0]
    axes.set_ylim(0, 1.06)
    if not start > 0:
        axes.text(0.5, 0.5, "nothing moves", transform=axes.transAxes, ha="center", va="center", color=theme.quiet)
        return 0.0
    kinetic = course.kinetic_energy / start
    full = np.ones(kinetic.size)
    shape = {"step": "post", "linewidth": 0.0}
    axes.fill_between(course.time, 0, kinetic, facecolor=theme.kinetic, label="kinetic energy", **shape)
    axes.fill_between(
        course.time,
        kinetic,
        full,
        facecolor=theme.heat,
        edgecolor=theme.background,
        hatch="////",
        label="heat",
        **shape,
    )
    axes.axhline(1.0, color=theme.ink, linewidth=1.2)
    axes.annotate(
        f"total = {start:.4g}", (0, 1), (4, -3), textcoords="offset points", va="top", fontsize=7.5, color=theme.ink,
        bbox={"facecolor": theme.background, "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
    )  # fmt: skip
    axes.legend(loc="lower left", ncols=2, frameon=True, facecolor=theme.background, edgecolor="none", framealpha=0.8)
    return float(1 - kinetic[-1])


def _draw_information(axes, view: View, course: Series) -> None:
    full = np.log2(len(view.history.particles))
    axes.step(course.time, course.information_lost, where="post", color=view.theme.ink, linewidth=1.5, gid="bits")
    axes.set_ylim(0, 1.15 * full or 1.0)
    if full > 0:
        axes.axhline(full, color=view.theme.quiet, linewidth=0.8, linestyle=":")
