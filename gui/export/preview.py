"""What an export will look like, small, in the dialog."""

from __future__ import annotations

import logging

from PySide6.QtCore import QRectF, QSizeF, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.draw.palette import Colours

from .output_size import OutputSize
from .page import Page

_PAUSE = 120  # milliseconds without a change, then it is drawn
_log = logging.getLogger("stickyweights")


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
        self._image, self._told = None, text
        self.update()

    def draw_now(self) -> None:
        """Draw the page, without waiting."""
        if self._size is None:
            return
        if self._page is None:
            self._page = Page(self._session, self._view, self._theme)
        if self._page.colours is not self._theme:
            self._page.set_theme(self._theme)
        units = QSizeF(self._size.width, self._size.height) / self._size.scale
        pixels = units.scaled(QSizeF(self.size()) * self.devicePixelRatioF(), Qt.AspectRatioMode.KeepAspectRatio)
        image = QImage(pixels.toSize().expandedTo(QSizeF(1, 1).toSize()), QImage.Format.Format_RGB32)
        painter = QPainter(image)
        try:
            painter.scale(image.width() / units.width(), image.height() / units.height())
            self._page.draw(painter, units)
        except RuntimeError as error:
            self._told = str(error)
            image = None
        finally:
            painter.end()
        self._image = image
        self.update()

    def close_page(self) -> None:
        """End the views of the page."""
        self._timer.stop()
        if self._page is not None:
            self._page.close()
            self._page = None

    def resizeEvent(self, event) -> None:  # noqa: N802
        if self._size is not None and not self._told:
            self._timer.start()
        super().resizeEvent(event)

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
