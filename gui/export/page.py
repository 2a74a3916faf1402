"""A page: one view or several of a session, composed for paper, slides and films."""

from __future__ import annotations

import logging

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QPainter

from gui.draw.palette import Colours

from ..views.by_name import VIEWS, view_class
from .arrangement import arranged, fitting
from .page_frame import PageFrame
from .page_legend import legend_of

_log = logging.getLogger("stickyweights")

ALL = "all"


def names_of(view: str) -> list[str]:
    """The names of the views that ``view`` stands for: "all", one name, or several joined by "+".

    ValueError for a name that no view has.
    """
    names = list(VIEWS) if view == ALL else view.split("+")
    for name in names:
        if name not in VIEWS:
            raise ValueError(f"unknown view {name[:40]!r}: choose {ALL}, or one of {', '.join(VIEWS)}")
    return list(dict.fromkeys(names))


class Page:
    """The views named ``view`` of ``session``, in ``colours``; of "all" those that have room.

    Its widgets are never shown; ``close`` ends them.
    """

    def __init__(self, session, view: str, colours: Colours):
        self.session, self.colours = session, colours
        self._chosen = view != ALL  # by name: then they are all drawn, however small
        self.views = {}
        for name in names_of(view):
            self.views[name] = view_class(name)(session, colours)

    def set_theme(self, colours: Colours) -> None:
        """Draw in these colours from now on."""
        self.colours = colours
        for view in self.views.values():
            view.set_theme(colours)

    def draw(self, painter: QPainter, size: QSizeF) -> None:
        """Draw the page at the session's time; ``size`` and everything on it are in units of the drawing."""
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        frame = PageFrame(size.width(), size.height())
        names = list(self.views) if self._chosen else fitting(list(self.views), frame.area)
        frame.draw(painter, self.session, self.colours, legend_of(self.session, names))
        for name, rect in arranged(names, frame.area).items():
            painter.save()
            try:
                painter.translate(rect.topLeft())
                self.views[name].render_to(painter, QRectF(0, 0, rect.width(), rect.height()))
            except Exception as error:  # whatever a view runs into: a figure with a hole in it would be worse
                _log.exception("the view %s could not be drawn", name)
                raise RuntimeError(
                    f"the view {name!r} could not be drawn at time {self.session.t:g}: {error}"
                ) from None
            finally:
                painter.restore()

    def close(self) -> None:
        """End the views."""
        for view in self.views.values():
            view.close()
            view.deleteLater()
        self.views = {}
