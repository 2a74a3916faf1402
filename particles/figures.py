"""Figures of a history, drawn with matplotlib without a display, and written to files in one piece.

Each figure is a function ``(history, *, time=None, until=None, theme="light", figure=None) -> Figure``:
``time`` is the moment it marks or shows (default: none, or the middle of the time shown), ``until`` the end of
the time shown (default: the history's own end; else a little past the last collision; else twice the time in
which the particles cross their own width), ``theme`` "light" or "dark", ``figure`` a matplotlib Figure or
SubFigure to draw into.  Positions are in units of the weights; time is the regularization strength.
Raises ValueError for an unknown theme and for times outside the history.
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .checked_file import replacing
from .colours import THEMES
from .figure_energy import draw_energy
from .figure_hull import draw_hull
from .figure_line import draw_line
from .figure_tree import draw_tree
from .figure_view import View
from .figure_world_lines import draw_world_lines
from .history import History
from .style import styled

__all__ = ["FIGURES", "THEMES", "energy", "get", "hull", "line", "overview", "save", "tree", "world_lines"]


def world_lines(history: History, *, time=None, until=None, theme="light", figure=None) -> Figure:
    """Space-time diagram: position across, time upward, one straight line for the life of each cluster.

    Time runs upward, as physicists draw it, so that the position axis is that of ``line`` and a horizontal cut
    is the state at one time.  Lines widen with the square root of the mass; colour tells the final cluster, or the mass
    where all end in one or in more than a dozen.  Up to 120 collisions are marked.  Above 6,000 lines, lives
    shorter than a pixel and lines among others in one pixel column are left out; a cluster that holds more than
    a 2,000th of the mass never is, unless more than 40,000 lines remain, when the columns are made wider.
    """
    return _draw(draw_world_lines, (8, 5), View.of(history, time, until, theme), figure)


def line(history: History, *, time=None, until=None, theme="light", figure=None) -> Figure:
    """The particles on the line at one time: velocities above, clusters with area by mass, and the ghosts of
    where free flight would have put their members (a cluster is at the centre of mass of its ghosts).

    More than 120 clusters, or ghosts, are shown as mass per bin on a log scale.
    """
    return _draw(draw_line, (8, 4.5), View.of(history, time, until, theme), figure)


def tree(history: History, *, time=None, until=None, theme="light", figure=None) -> Figure:
    """The merge tree: leaves in order of rank, time upward; clusters that never meet are trees of their own.

    Above 400 particles, clusters of less than a 400th of them are collapsed: into a wedge where they make up the
    foot of a branch, into one hairline for each 400th of the ranks elsewhere.  The figure says so.
    """
    return _draw(draw_tree, (8, 5), View.of(history, time, until, theme), figure)


def energy(history: History, *, time=None, until=None, theme="light", figure=None) -> Figure:
    """Over time: the number of clusters, kinetic energy and heat (their sum is constant), information lost."""
    return _draw(draw_energy, (8, 6), View.of(history, time, until, theme), figure)


def hull(history: History, *, time=None, until=None, theme="light", figure=None) -> Figure:
    """The cumulative-sum diagram at one time, and its greatest convex minorant as a taut string.

    The points are (sum of m, sum of m (x + t v)) over the first k particles.  The string pulled tight below them
    touches some and passes under the rest: its edges are the clusters, and their slopes the positions (isotonic
    regression; arXiv 2311.03096).  The centre of mass is subtracted from all positions, which shears the picture level.
    """
    return _draw(draw_hull, (8, 5), View.of(history, time, until, theme), figure)


FIGURES = {"world-lines": world_lines, "line": line, "tree": tree, "energy": energy, "hull": hull}


def get(name: str):
    """The figure function of that name; ValueError with the known names otherwise."""
    if name not in FIGURES:
        raise ValueError(f"unknown figure {name!r}: choose one of {', '.join(FIGURES)}")
    return FIGURES[name]


def overview(history: History, *, time=None, until=None, theme="light") -> Figure:
    """All five figures on one page, at one moment (default: the middle of the time shown)."""
    view = View.of(history, time, until, theme)
    options = {"time": view.moment, "until": view.until, "theme": theme}
    with styled(view.theme):
        page = _new_figure((16, 10.5))
        above, below = page.subfigures(2, 1, height_ratios=(1.15, 1), hspace=0.04)
        cells = [*above.subfigures(1, 2, width_ratios=(1.35, 1), wspace=0.03)]
        cells += [*below.subfigures(1, 3, width_ratios=(1.1, 1, 1), wspace=0.03)]
    for name, cell in zip(("world-lines", "tree", "line", "hull", "energy"), cells, strict=True):
        get(name)(history, figure=cell, **options)
    return page


def save(figure: Figure, path, dpi: float = 200) -> None:
    """Write ``figure`` as .png, .svg or .pdf, in one piece: the file appears whole or stays as it was.

    Raises ValueError for another extension.
    """
    path = Path(path)
    kind = path.suffix.lower().lstrip(".")
    dates = {"png": {"Software": None}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
    if kind not in dates:
        raise ValueError(f"cannot write a figure to {path.name!r}: the name must end in .png, .svg or .pdf")
    with replacing(path) as file, styled(THEMES["light"]):  # for the fonts in the file; colours are settled
        figure.savefig(file, format=kind, dpi=dpi, metadata=dates[kind], facecolor=figure.get_facecolor())


def _draw(draw, size, view: View, figure) -> Figure:
    with styled(view.theme):
        if figure is None:
            figure = _new_figure(size)
        figure.set_facecolor(view.theme.background)
        draw(figure, view)
    return figure


def _new_figure(size) -> Figure:
    figure = Figure(figsize=size, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08)
    FigureCanvasAgg(figure)
    return figure
