"""Where on a page each view stands, in the page's own units; nothing is drawn here."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF

MAIN = ("line", "space-time")  # share the position axis: one above the other
GAP = 14.0
_LINE_SHARE = 0.34  # of the height that line and space-time have together
LEAST = (236.0, 150.0)  # of a view: less, and its words are cut
LEAST_LINE = 96.0  # height of the line, which is low
GIVEN_UP = ("phase", "tree", "counts", "hull", "line")  # in this order, where there is no room for all
_WIDE = 1.25  # width over height from which the other views stand beside the main ones


def arranged(names: list[str], area: QRectF) -> dict[str, QRectF]:
    """The rectangle of each view: line over space-time, and the others in a grid beside or below them."""
    main = [name for name in MAIN if name in names]
    others = [name for name in names if name not in MAIN]
    if not main or not others:
        return _stacked(main, area) if main else _grid(others, area)
    if area.width() >= _WIDE * area.height():
        share = 0.56 if len(others) > 2 else 0.66
        left, right = _beside(area, share)
        return {**_stacked(main, left), **_grid(others, right)}
    above, below = _above(area, 0.55)
    return {**_stacked(main, above), **_grid(others, below)}


def fitting(names: list[str], area: QRectF) -> list[str]:
    """As many of the views as have room for their words; the last one stays on the smallest page."""
    names = list(names)
    for name in (name for name in GIVEN_UP if name in names):
        if len(names) == 1 or all(_has_room(*cell) for cell in arranged(names, area).items()):
            break
        names.remove(name)
    return names


def _has_room(name: str, cell: QRectF) -> bool:
    return cell.width() >= LEAST[0] and cell.height() >= (LEAST_LINE if name == "line" else LEAST[1])


def _stacked(main: list[str], area: QRectF) -> dict[str, QRectF]:
    if len(main) == 1:
        return {main[0]: area}
    above, below = _above(area, _LINE_SHARE)
    return {"line": above, "space-time": below}


def _grid(names: list[str], area: QRectF) -> dict[str, QRectF]:
    """As many columns as suit the cells best; fewer cells in the last row are wider."""
    count = len(names)
    columns = min(range(1, count + 1), key=lambda columns: _unfitness(columns, count, area))
    rows = math.ceil(count / columns)
    height = (area.height() - GAP * (rows - 1)) / rows
    cells = {}
    for row in range(rows):
        inside = names[row * columns : (row + 1) * columns]
        width = (area.width() - GAP * (len(inside) - 1)) / len(inside)
        for column, name in enumerate(inside):
            left, top = area.left() + column * (width + GAP), area.top() + row * (height + GAP)
            cells[name] = QRectF(left, top, width, height)
    return cells


def _unfitness(columns: int, count: int, area: QRectF) -> float:
    """How far cells are from 4 : 3, and a row that is not full counts too."""
    rows = math.ceil(count / columns)
    proportion = max(area.width() / columns, 1.0) / max(area.height() / rows, 1.0)
    return abs(math.log(proportion / (4 / 3))) + (0.6 if count % columns else 0.0)


def _beside(area: QRectF, share: float) -> tuple[QRectF, QRectF]:
    width = (area.width() - GAP) * share
    left = QRectF(area.left(), area.top(), width, area.height())
    return left, QRectF(left.right() + GAP, area.top(), area.width() - GAP - width, area.height())


def _above(area: QRectF, share: float) -> tuple[QRectF, QRectF]:
    height = (area.height() - GAP) * share
    top = QRectF(area.left(), area.top(), area.width(), height)
    return top, QRectF(area.left(), top.bottom() + GAP, area.width(), area.height() - GAP - height)
