"""Accuracy and distinct weights over the epochs, for one run or several."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from particles.colours import Theme
from particles.style import dress_ticks, entitle, label_axis

STYLES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
MOST_TENSORS = 4


class Course(NamedTuple):
    """The lines of a run's metrics, and what to call it."""

    label: str
    metrics: list[dict]

    def over_epochs(self, name: str, tensor: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The epochs that have this figure, and the figure (of a tensor, where one is named)."""
        found = []
        for line in self.metrics:
            value = (line if tensor is None else line.get("tensors", {}).get(tensor, {})).get(name)
            if value is not None:
                found.append((line["epoch"], value))
        return tuple(np.array(found, dtype=np.float64).reshape(-1, 2).T)


def draw_learning(figure, courses: list[Course], theme: Theme) -> None:
    """Draw into ``figure``; see ``figures.learning``."""
    names, shown = tensors_of(courses)
    panels = figure.subplots(1 + len(shown), 1, sharex=True, squeeze=False, height_ratios=[1.5] + [1] * len(shown))
    panels = panels[:, 0]
    measured = "accuracy" if any(len(course.over_epochs("valid_accuracy")[0]) for course in courses) else "loss"
    _draw_measured(panels[0], courses, measured, theme)
    for axes, name in zip(panels[1:], shown, strict=True):
        _draw_distinct(axes, courses, name, theme)
    for axes in panels:
        axes.grid(axis="y", color=theme.grid, linewidth=0.7)
    label_axis(panels[-1].xaxis, "epoch", theme, integer=True)
    for axes in panels[:-1]:
        axes.tick_params(axis="x", length=0, labelbottom=False)
    note = f"{measured} on the validation split (thin: on the training split); below, values that differ bit for bit"
    if len(names) > len(shown):
        note += f" ({len(shown)} of {len(names)} tensors)"
    entitle(panels[0], title_of(courses, measured, shown), note, theme)


def tensors_of(courses: list[Course]) -> tuple[list[str], list[str]]:
    """All tensors of the runs, and those drawn: the first few that at least half of the runs have."""
    names = list(dict.fromkeys(t for course in courses for line in course.metrics for t in line.get("tensors", {})))
    shared = [name for name in names if 2 * sum(_has(course, name) for course in courses) >= len(courses)]
    return names, (shared or names)[:MOST_TENSORS]


def title_of(courses: list[Course], measured: str, names: list[str]) -> str:
    """What the figure says, as a sentence."""
    ends = {c.label: c.over_epochs(f"valid_{measured}")[1][-1:] for c in courses}
    ends = {label: end[0] for label, end in ends.items() if end.size}
    if not ends:
        return "No epoch has ended yet"
    best = max(ends, key=ends.get) if measured == "accuracy" else min(ends, key=ends.get)
    reached = f"{100 * ends[best]:.1f}%" if measured == "accuracy" else f"a loss of {ends[best]:.3g}"
    if len(courses) > 1:
        return f"{best} ends best on the validation split, at {reached}"
    left = []
    for name in names[:2]:
        distinct = courses[0].over_epochs("distinct", name)[1]
        if distinct.size:
            left.append(f"{distinct[-1]:,.0f} values in {name.removesuffix('.weight')}")
    return f"{reached} on the validation split" + (", with " + " and ".join(left) if left else "")


def _has(course: Course, tensor: str) -> bool:
    return any(tensor in line.get("tensors", {}) for line in course.metrics)


def ink(place: int, theme: Theme) -> dict:
    """Colour and dashes of the line of a run; neither comes again before the other has gone round."""
    return {
        "color": theme.clusters[place % len(theme.clusters)],
        "linestyle": STYLES[(place // len(theme.clusters)) % len(STYLES)],
    }


def _draw_measured(axes, courses, measured: str, theme: Theme) -> None:
    scale = 100 if measured == "accuracy" else 1
    for place, course in enumerate(courses):
        for split, width, label in (("train", 0.7, None), ("valid", 1.8, course.label)):
            epochs, values = course.over_epochs(f"{split}_{measured}")
            line = {"linewidth": width, "alpha": 0.6 if split == "train" else 1.0, "label": label}
            axes.plot(epochs, scale * values, **ink(place, theme), **line, gid=f"{split} {course.label}")
    label_axis(axes.yaxis, "accuracy (%)" if measured == "accuracy" else "loss", theme, ticks=5)
    if len(courses) > 1:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), handlelength=2.6)


def _draw_distinct(axes, courses, name: str, theme: Theme) -> None:
    for place, course in enumerate(courses):
        epochs, distinct = course.over_epochs("distinct", name)
        axes.plot(epochs, np.maximum(distinct, 1), linewidth=1.6, **ink(place, theme), gid=f"{name} {course.label}")
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(max(0.8, low / 1.3), max(high * 1.3, 3.0))
    label_axis_log(axes.yaxis, f"distinct values\nof {name}", theme)


def label_axis_log(axis, label: str, theme: Theme, form: str = "{x:,.0f}") -> None:
    """Label and dress an axis on a log scale, of counts unless ``form`` writes its numbers otherwise."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if high < 60 * low else (1.0,), numticks=6))
    axis.set_major_formatter(StrMethodFormatter(form))
    axis.set_minor_formatter(NullFormatter())
    axis.set_label_text(label)
    dress_ticks(axis, theme)
    dress_ticks(axis, theme, "minor")
