"""Figures of training, drawn with matplotlib without a display; loads no torch.

Each takes ``theme`` "light" or "dark" and gives a matplotlib Figure; ``save`` writes it in one piece.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from particles.colours import theme_named
from particles.figures import save
from particles.style import styled

from .figure_filters import draw_filters
from .figure_frontier import Trained, draw_frontier
from .figure_histogram import draw_histogram
from .figure_learning import Course, draw_learning, tensors_of
from .figure_noise import Kept, draw_noise, noise_experiment
from .image_shapes import SHAPES, rows_as_images
from .run_log import RunFolder

__all__ = [
    "Kept",
    "Trained",
    "filters",
    "frontier",
    "learning",
    "noise_experiment",
    "noise_threshold",
    "save",
    "weight_histogram",
    "write_all",
]
_DPI = 130


def learning(runs, *, theme: str = "light") -> Figure:
    """Accuracy (or the loss of a regression) and the distinct values of each tensor over the epochs.

    ``runs``: a mapping from what to call them to RunFolders, or the RunFolders alone, which are called by the names of
    their folders; also a single one.  At most the first four tensors are drawn.
    """
    if isinstance(runs, RunFolder):
        runs = [runs]
    named = runs if isinstance(runs, Mapping) else {run.path.resolve().name: run for run in runs}
    courses = [Course(label, run.metrics()) for label, run in named.items()]
    wide = 9.5 if len(courses) > 1 else 8
    return _drawn(draw_learning, (wide, 3.2 + 1.5 * len(tensors_of(courses)[1])), courses, theme=theme)


def weight_histogram(w, *, name: str = "weights", theme: str = "light") -> Figure:
    """The weights of a tensor by bins, and a line on each value that several share, as high as they are many.

    ``w``: an array of any shape.  Zero and the largest clusters are named.  Raises ValueError where a weight is not
    finite.
    """
    return _drawn(draw_histogram, (8.5, 4.2), w, name, theme=theme)


def filters(w, shape, *, name: str = "weights", theme: str = "light") -> Figure:
    """The filters of a first layer in rows of translated copies; left as they lie, right shifted onto the row's first.

    ``w``: (filters, pixels) or already images; ``shape``: of one filter, (height, width) or (channels, height, width).
    Rows are found greedily by the best cosine under a circular shift; three channels are drawn as colours.
    """
    images = np.asarray(w)
    if images.size != len(images) * math.prod(shape):
        raise ValueError(f"{name} has the shape {images.shape}: its rows are no images of shape {tuple(shape)}")
    return _drawn(draw_filters, (11, 4.8), images.reshape(len(images), *shape), name, theme=theme)


def frontier(table, *, theme: str = "light") -> Figure:
    """Accuracy against distinct values (left) and against the strength (right); ``table`` holds ``Trained`` rows."""
    return _drawn(draw_frontier, (11, 4.4), [Trained(*row) for row in table], theme=theme)


def noise_threshold(table=None, *, theme: str = "light") -> Figure:
    """What noise leaves of a cluster over strength x share / sigma; ``table`` holds ``Kept`` rows.

    Without a table: those of ``noise_experiment``, some seconds of prox on random numbers.
    """
    rows = noise_experiment() if table is None else [Kept(*row) for row in table]
    return _drawn(draw_noise, (8, 4.2), rows, theme=theme)


def write_all(folder, *, theme: str = "light") -> list[Path]:
    """Draw all figures of a run into ``folder``/figures as PNGs; their paths.

    learning.png always; where there is a snapshot, of its last one weights-TENSOR.png for each tensor of two
    dimensions or more, and filters.png and filters-untrained.png where the first layer's rows are images.
    """
    run = RunFolder(folder)
    place = run.path / "figures"
    place.mkdir(exist_ok=True)
    drawn = {"learning": learning(run, theme=theme)}
    snapshots = run.snapshots()
    if snapshots:
        weights = run.weights(snapshots[-1])
        for name, w in weights.items():
            if w.ndim >= 2:
                drawn[f"weights-{name}"] = weight_histogram(w, name=name, theme=theme)
        first = filters_of(run, weights)
        if first is not None:
            drawn["filters"] = filters(*first, name="trained", theme=theme)
            if len(snapshots) > 1:
                before = filters_of(run, run.weights(snapshots[0]))
                drawn["filters-untrained"] = filters(*before, name="untrained", theme=theme)
    for name, figure in drawn.items():
        save(figure, place / f"{name}.png", dpi=_DPI)
    return [place / f"{name}.png" for name in drawn]


def filters_of(run: RunFolder, weights: dict[str, np.ndarray]) -> tuple[np.ndarray, tuple[int, ...]] | None:
    """The first layer of a run as images (filters, channels, height, width), and their shape; None where its rows are
    no images of the run's data.  Shuffled pixels are put back."""
    config = run.config
    shape = SHAPES.get(config["data"], ())
    first = next((w for w in weights.values() if w.ndim == 2), None)
    if len(shape) != 3 or first is None or first.shape[1] != math.prod(shape):
        return None
    return rows_as_images(first, shape, config["seed"] if config.get("shuffle_pixels") else None), shape


def _drawn(draw, size, *what, theme: str) -> Figure:
    colours = theme_named(theme)
    with styled(colours):
        figure = Figure(figsize=size, layout="constrained")
        figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08)
        FigureCanvasAgg(figure)
        draw(figure, *what, colours)
    return figure
