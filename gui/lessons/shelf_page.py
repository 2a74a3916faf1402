"""The list of lessons, each with its aim and how far one has come."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from ..draw.palette import Colours, mixed
from .dots import STEP, draw_dot
from .lesson import Lesson

PAD, BADGE = 12, 26
LESSON, DONE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class ShelfPage(QWidget):
    """All lessons.  ``chosen(name)``: one was opened."""

    chosen = Signal(str)

    def __init__(self, colours: Colours, parent=None):
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName("Lessons")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setMouseTracking(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setStyleSheet("QListView, QListView:focus { border: none; background: transparent; }")
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self._delegate = LessonDelegate(colours, self.list)
        self.list.setItemDelegate(self._delegate)
        self.list.itemActivated.connect(self._choose)
        self.list.itemClicked.connect(self._choose)
        heading = QLabel("Each takes a few minutes. Predict first, then play the scene. Your document is kept.")
        heading.setWordWrap(True)
        heading.setProperty("role", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.setSpacing(8)
        inset = QVBoxLayout()
        inset.setContentsMargins(14, 0, 14, 0)
        inset.addWidget(heading)
        column.addLayout(inset)
        column.addWidget(self.list, 1)

    def show_lesson(self, number: int, lesson: Lesson, done: list[bool]) -> None:
        """Put a lesson into its row, the first being number 1; rows are filled in their order."""
        item = self.list.item(number - 1)
        if item is None:
            item = QListWidgetItem()
            self.list.addItem(item)
        item.setText(lesson.title)
        item.setData(LESSON, (number, lesson.name, lesson.title, lesson.aim))
        item.setData(DONE, done)
        spoken = f"{number}. {lesson.title}. {lesson.aim} {sum(done)} of {len(done)} scenes done."
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        if number == 1 and self.list.currentRow() < 0:
            self.list.setCurrentRow(0)

    def set_theme(self, colours: Colours) -> None:
        self._delegate.colours = colours
        self.list.viewport().update()

    def resizeEvent(self, event) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.list.doItemsLayout()  # the aims wrap anew

    def _choose(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(LESSON)[1])


class LessonDelegate(QStyledItemDelegate):
    """Draws a lesson as a card: its number, title, aim, and a dot for each scene."""

    def __init__(self, colours: Colours, parent: QListWidget):
        super().__init__(parent)
        self.colours = colours

    def sizeHint(self, option, index: QModelIndex) -> QSize:  # noqa: N802
        width = self.parent().viewport().width()
        return QSize(width, self._aim_bottom(option, index, width) + 16 + PAD)

    def paint(self, painter: QPainter, option, index: QModelIndex) -> None:
        number, _, title, aim = index.data(LESSON)
        done, c = index.data(DONE), self.colours
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(option.rect).adjusted(6, 3, -6, -3)
        current = bool(option.state & QStyle.StateFlag.State_Selected)
        hover = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setBrush(mixed(c.background, c.ink, 0.05) if hover else c.background)
        focused = current and self.parent().hasFocus()
        painter.setPen(QPen(c.accent, 2) if focused else QPen(c.quiet if current else c.grid, 1))
        painter.drawRoundedRect(card, 9, 9)
        self._draw_badge(painter, option, number, all(done))
        text = self._text_rect(option.rect)
        painter.setFont(_bold(option.font))
        painter.setPen(c.ink)
        height = _height(painter.font(), text, title)
        painter.drawText(QRect(text.left(), text.top(), text.width(), height), int(Qt.TextFlag.TextWordWrap), title)
        painter.setFont(option.font)
        painter.setPen(mixed(c.quiet, c.ink, 0.45))
        below = QRect(text.left(), text.top() + height + 3, text.width(), text.height())
        painter.drawText(below, int(Qt.TextFlag.TextWordWrap), aim)
        y = option.rect.top() + self._aim_bottom(option, index, option.rect.width()) + 7
        for place, is_done in enumerate(done):
            draw_dot(painter, QPointF(text.left() + 7 + STEP * 0.85 * place, y), c, is_done, False)
        painter.restore()

    def _draw_badge(self, painter: QPainter, option, number: int, done: bool) -> None:
        c = self.colours
        centre = QPointF(option.rect.left() + 8 + PAD + BADGE / 2, option.rect.top() + PAD + BADGE / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(c.good if done else c.grid)
        painter.drawEllipse(centre, BADGE / 2, BADGE / 2)
        painter.setPen(c.background if done else c.ink)
        painter.setFont(_bold(option.font))
        box = QRectF(centre.x() - BADGE / 2, centre.y() - BADGE / 2, BADGE, BADGE)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))

    def _text_rect(self, rect: QRect) -> QRect:
        return rect.adjusted(8 + PAD + BADGE + 10, PAD, -6 - PAD, 0)

    def _aim_bottom(self, option, index: QModelIndex, width: int) -> int:
        """How far below the top of the card the aim ends."""
        text = self._text_rect(QRect(0, 0, width, 400))
        _number, _name, title, aim = index.data(LESSON)
        return text.top() + _height(_bold(option.font), text, title) + 3 + _height(option.font, text, aim) + 5


def _height(font: QFont, room: QRect, words: str) -> int:
    """How high the words are in lines as wide as the room."""
    return QFontMetrics(font).boundingRect(room, int(Qt.TextFlag.TextWordWrap), words).height()


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
