"""What an export will look like, small, in the dialog."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QRectF, QSizeF, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.draw.palette import Colours
from gui.draw.safely import painted

from .exporter import Exporter
from .film import Look
from .film_plan import FilmPlan
from .job import Job
from .output_size import SMALLEST, OutputSize
from .page import Page
from .picture import image_of

HERE = 3000  # up to so many particles a page is drawn in a few hundredths of a second
_PAUSE = 120  # milliseconds without a change, then it is drawn


class Preview(QWidget):
    """The page as it will be, scaled to fit; drawn a moment after the last change."""

    def __init__(self, session, colours: Colours, parent: QWidget | None = None):
        super().__init__(parent)
        self._session, self._chrome = session, colours
        self._page: Page | None = None
        self._view, self._size, self._theme = "", None, colours
        self._image: QImage | None = None
        self._told = ""
        self.setMinimumSize(380, 260)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Preview")
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE)
        self._timer.timeout.connect(self.draw_now)
        self._folder = TemporaryDirectory(prefix="stickyweights-")
        self._again = False
        self._beside = Exporter(self)
        self._beside.finished.connect(self._drawn)
        self._beside.failed.connect(self._not_drawn)

    def show_page(self, view: str, size: OutputSize, theme: Colours) -> None:
        """Show ``view`` in ``theme`` soon; the time is that of the session."""
        if self._page is not None and view != self._view:
            self._page.close()
            self._page = None
        self._view, self._size, self._theme, self._told = view, size, theme, ""
        self._timer.start()

    def tell(self, text: str) -> None:
        """Show a sentence instead of a page."""
        self._timer.stop()
        self._image, self._told, self._size = None, text, None
        self.update()

    def draw_now(self) -> None:
        """Draw the page, without waiting: here and now, or many particles in a process of their own."""
        if self._size is None:
            return
        try:
            if len(self._session.document.system) > HERE:
                self._draw_beside()
            else:
                self._draw_here()
        except (ValueError, RuntimeError, OSError) as error:
            self._not_drawn(str(error))

    def _draw_here(self) -> None:
        if self._page is None:
            self._page = Page(self._session, self._view, self._theme)
        if self._page.colours is not self._theme:
            self._page.set_theme(self._theme)
        self._image = image_of(self._page, self._small())
        self.update()

    def _small(self) -> OutputSize:
        """The size of the page as it fits here: fewer dots for the same inches."""
        size, room = self._size, QSizeF(self.size()) * self.devicePixelRatioF()
        pixels = QSizeF(size.width, size.height).scaled(room, Qt.AspectRatioMode.KeepAspectRatio).toSize()
        width, height = max(pixels.width(), SMALLEST), max(pixels.height(), SMALLEST)
        return OutputSize(width, height, size.dpi * width / size.width)

    def _draw_beside(self) -> None:
        self._again = self._beside.running
        if self._again:
            return
        if self._image is None:
            self._told = "Drawing…"
        clock = self._session.clock
        look = Look(self._view, self._small(), self._theme.name)
        path = Path(self._folder.name, "preview.png")
        self._beside.start(self._session, Job("picture", path, look, clock.t, FilmPlan(np.array([0, clock.horizon]))))
        self.update()

    def _drawn(self, path: str, _note: str) -> None:
        if self._size is None:
            return
        self._image, self._told = QImage(path), ""
        self.update()
        if self._again:
            self._draw_beside()

    def _not_drawn(self, sentence: str) -> None:
        self._image, self._told = None, sentence
        self.update()

    def close_page(self) -> None:
        """End the views of the page."""
        self._timer.stop()
        self._beside.kill()
        self._folder.cleanup()
        if self._page is not None:
            self._page.close()
            self._page = None

    def resizeEvent(self, event) -> None:  # noqa: N802
        if self._size is not None and not self._told:
            self._timer.start()
        super().resizeEvent(event)

    @painted
    def paintEvent(self, _event) -> None:  # noqa: N802
        painter = QPainter(self)
        if self._image is None:
            painter.setPen(self._chrome.quiet)
            room = self.rect().adjusted(24, 24, -24, -24)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._told)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            size = QSizeF(self._image.size()).scaled(QSizeF(self.size()), Qt.AspectRatioMode.KeepAspectRatio)
            left, top = (self.width() - size.width()) / 2, (self.height() - size.height()) / 2
            place = QRectF(left, top, size.width(), size.height())
            painter.drawImage(place, self._image)
            painter.setPen(QPen(self._chrome.grid, 1))
            painter.drawRect(place.adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()
