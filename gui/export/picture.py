"""One moment as a picture: PNG, SVG or PDF, which carries its scenario and can be opened again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from gui.draw.palette import Colours
from particles.checked_file import replacing

from .carried import Carried, carried
from .carriers import png_with, svg_with, xmp
from .output_size import OutputSize
from .own_session import own_session
from .page import Page

SUFFIXES = (".png", ".svg", ".pdf")


def write(session, view: str, path, size: OutputSize, theme: str, time: float) -> str:
    """Write ``view`` ("all", a view's name, or names joined by "+") of the session's system at ``time``.

    Returns a sentence if the picture does not carry its scenario, else "".  ValueError for an unknown view, theme or
    ending of the name; OSError, naming ``path``, where it cannot be written.  Whole or not at all.
    """
    checked_suffix(path)
    with own_session(session) as own:
        own.clock.t = time
        page = Page(own, view, Colours.of(theme))
        try:
            return write_page(page, view, path, size)
        finally:
            page.close()


def write_page(page: Page, view: str, path, size: OutputSize) -> str:
    """Write a page at its session's time, as ``write`` does."""
    suffix, system = checked_suffix(path), page.session.document.system
    note = carried(system, page.session.clock.t, view)
    make = {".png": _png, ".svg": _svg, ".pdf": _pdf}[suffix]
    data = make(page, size, note)
    with replacing(path) as file:
        file.write(data)
    return note.note


def checked_suffix(path) -> str:
    """The kind of picture that the name asks for; ValueError for any other than .png, .svg and .pdf."""
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"cannot write a picture to {Path(path).name!r}: the name must end in .png, .svg or .pdf")
    return suffix


def image_of(page: Page, size: OutputSize) -> QImage:
    """The page as an image of ``size``."""
    image = QImage(size.width, size.height, QImage.Format.Format_RGB32)
    if image.isNull():
        raise MemoryError(f"there is no memory for {size.width} x {size.height} pixels")
    image.setDotsPerMeterX(round(size.dpi / 0.0254))
    image.setDotsPerMeterY(round(size.dpi / 0.0254))
    paint_image(page, image, size)
    return image


def paint_image(page: Page, image: QImage, size: OutputSize) -> None:
    """Draw the page over the whole of an image of ``size``."""
    _paint(page, image, size.scale, _units(size))


def _units(size: OutputSize) -> QSizeF:
    return QSizeF(size.width / size.scale, size.height / size.scale)


def _png(page: Page, size: OutputSize, carries: Carried) -> bytes:
    buffer = _buffer()
    if not image_of(page, size).save(buffer, "PNG"):
        raise MemoryError("the picture could not be packed")
    data = bytes(buffer.data())
    return png_with(data, carries.text) if carries.text else data


def _svg(page: Page, size: OutputSize, carries: Carried) -> bytes:
    buffer, units = _buffer(), _units(size)
    generator = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)  # SVG Tiny knows no clips
    generator.setOutputDevice(buffer)
    generator.setTitle(page.session.document.system.name)
    generator.setResolution(96)
    generator.setSize(units.toSize())
    generator.setViewBox(QRectF(0, 0, units.width(), units.height()))
    _paint(page, generator, 1.0, units, _ClipRestored)
    data = bytes(buffer.data())
    return svg_with(data, carries.text) if carries.text else data


def _pdf(page: Page, size: OutputSize, carries: Carried) -> bytes:
    buffer, title = _buffer(), page.session.document.system.name
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Sticky Weights")
    writer.setResolution(1200)
    points = QSizeF(*(72 * side for side in size.inches))
    layout = QPageLayout(
        QPageSize(points, QPageSize.Unit.Point, "picture", QPageSize.SizeMatchPolicy.ExactMatch),
        QPageLayout.Orientation.Portrait,
        QMarginsF(0, 0, 0, 0),
    )
    writer.setPageLayout(layout)
    writer.setDocumentXmpMetadata(xmp(carries.text, title))
    _paint(page, writer, 1200 / 96, _units(size))
    return bytes(buffer.data())


def _paint(page: Page, device, scale: float, units: QSizeF, painting: type[QPainter] = QPainter) -> None:
    with painting(device) as painter:
        painter.scale(scale, scale)
        page.draw(painter, units)


class _ClipRestored(QPainter):
    """Sets the clip once more that ``restore`` brings back: Qt's SVG 1.1 would go on with the one before."""

    def restore(self) -> None:
        super().restore()
        if self.hasClipping():
            self.setClipPath(self.clipPath())
        else:
            self.setClipping(False)


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
