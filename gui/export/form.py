"""The fields of the export dialog."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLabel, QWidget

from gui.draw.palette import Colours
from gui.draw.spin_box import DecimalBox, WholeBox

from ..views.by_name import VIEWS
from .film_plan import FilmPlan
from .output_size import LARGEST, PRESETS, SMALLEST, OutputSize
from .page import ALL
from .request import FORMATS, SUFFIXES

CUSTOM = "Own size"
BOTH = "line+space-time"
_SHOWN = {  # fields of each kind
    "picture": ("format", "view", "theme", "preset", "size", "dpi", "time"),
    "film": ("format", "view", "theme", "preset", "size", "start", "stop", "speed", "fps"),
    "events": ("format",),
    "positions": ("format", "start", "stop", "rows"),
}


class Form(QWidget):
    """What to export, and how.  ``changed`` follows every change by the user."""

    changed = Signal()

    def __init__(self, session, view_classes, colours: Colours):
        super().__init__()
        self.kind = "picture"
        self._quiet = self._own_dpi = False
        clock = session.clock
        self._fields = {
            "format": ("Format", QComboBox()),
            "view": ("Show", _choices(_views(view_classes))),
            "theme": ("Theme", _choices({"light": "Light", "dark": "Dark"})),
            "preset": ("Size", _choices({name: name for name in (*PRESETS, CUSTOM)})),
            "size": ("Pixels", _Pixels()),
            "dpi": ("Dots per inch", _whole(36, 2400, 144)),
            "time": ("Time", _number(0, clock.horizon, 0)),
            "start": ("From", _number(0, clock.horizon, 0)),
            "stop": ("To", _number(0, clock.horizon, 0)),
            "speed": ("Speed", _number(0.01, 100, clock.speed)),
            "fps": ("Frames a second", _whole(1, 120, 30)),
            "rows": ("Moments", _whole(2, 10_000, 201)),
        }
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 4, 0, 0)
        self._rows.setVerticalSpacing(8)
        for title, field in self._fields.values():
            self._rows.addRow(title, field)
            field.setAccessibleName(title)
            self._rows.labelForField(field).setMinimumHeight(field.sizeHint().height())
        self._fields["speed"][1].setSuffix(" ×")  # noqa: RUF001
        self._exact = {}
        self._set("time", clock.t)
        self._set("start", clock.range[0] if clock.range else 0.0)
        self._set("stop", clock.range[1] if clock.range else clock.horizon)
        self._choose("theme", colours.name)
        self._take_preset()
        self._connect()
        self.show_kind("picture")

    def _connect(self) -> None:
        for name, (_, field) in self._fields.items():
            if isinstance(field, QComboBox):
                field.currentIndexChanged.connect(lambda _index, name=name: self._edited(name))
            elif isinstance(field, _Pixels):
                field.changed.connect(lambda: self._edited("size"))
            else:
                field.valueChanged.connect(lambda _value, name=name: self._edited(name))

    def show_kind(self, kind: str) -> None:
        """Show the fields of a picture, a film or a table."""
        self.kind = kind
        self._quiet = True
        box = self._fields["format"][1]
        box.clear()
        for name, title in FORMATS[kind].items():
            box.addItem(title, name)
        if kind == "film":
            self._choose("view", BOTH)
        elif kind == "picture":
            self._choose("view", ALL)
        self._quiet = False
        self._show_fields()

    def follow(self, clock) -> None:
        """The document is another one: its times are others too."""
        self._quiet = True
        for name in ("time", "start", "stop"):
            self._fields[name][1].setMaximum(clock.horizon)
        self._set("time", clock.t)
        self._set("start", 0.0)
        self._set("stop", clock.horizon)
        self._quiet = False

    def choose_suffix(self, suffix: str) -> None:
        """The name of the file ends in ``suffix``: choose that format if there is one."""
        for name in FORMATS[self.kind]:
            if SUFFIXES[name] == suffix and SUFFIXES[self.format] != suffix:
                self._choose("format", name)

    def plan(self, clock) -> FilmPlan:
        """The moments of the film."""
        usual, clock.speed = clock.speed, self._fields["speed"][1].value()
        try:
            return FilmPlan.at_speed(self.start, self.stop, clock, self._fields["fps"][1].value())
        finally:
            clock.speed = usual

    format = property(lambda self: self._fields["format"][1].currentData())
    view = property(lambda self: self._fields["view"][1].currentData())
    theme = property(lambda self: self._fields["theme"][1].currentData())
    pixels = property(lambda self: self._fields["size"][1].value(), doc="Width and height.")
    dpi = property(lambda self: self._fields["dpi"][1].value())
    time = property(lambda self: self._get("time"))
    start = property(lambda self: self._get("start"))
    stop = property(lambda self: self._get("stop"))
    rows = property(lambda self: self._fields["rows"][1].value())

    def _set(self, name: str, value: float) -> None:
        """Show ``value`` in a field of a few digits, and keep it whole."""
        field = self._fields[name][1]
        field.setValue(value)
        self._exact[name] = (field.value(), value)

    def _get(self, name: str) -> float:
        """The number in a field; as long as nobody has edited it, with all its digits."""
        shown, exact = self._exact[name]
        value = self._fields[name][1].value()
        return exact if value == shown else value

    def _edited(self, name: str) -> None:
        if self._quiet:
            return
        if name == "preset":
            self._take_preset()
        elif name in ("size", "dpi"):
            self._quietly("preset", CUSTOM)
            self._own_dpi = self._own_dpi or name == "dpi"
            if not self._own_dpi:
                self._take(OutputSize.of_pixels(*self.pixels))
        if name == "format":
            self._show_fields()
        self.changed.emit()

    def _take_preset(self) -> None:
        size = PRESETS.get(self._fields["preset"][1].currentData())
        if size is None:
            return
        self._own_dpi = round(size.dpi) != round(OutputSize.of_pixels(size.width, size.height).dpi)
        self._take(size)

    def _take(self, size: OutputSize) -> None:
        self._quiet = True
        pixels = self._fields["size"][1]
        pixels.across.setValue(size.width)
        pixels.up.setValue(size.height)
        self._fields["dpi"][1].setValue(round(size.dpi))
        self._quiet = False

    def _show_fields(self) -> None:
        shown = _SHOWN[self.format if self.kind == "table" else self.kind]
        for name, (_, field) in self._fields.items():
            self._rows.setRowVisible(field, name in shown)

    def _choose(self, name: str, data: str) -> None:
        box = self._fields[name][1]
        box.setCurrentIndex(max(box.findData(data), 0))

    def _quietly(self, name: str, data: str) -> None:
        self._quiet = True
        self._choose(name, data)
        self._quiet = False


class _Pixels(QWidget):
    """Width and height."""

    changed = Signal()

    def __init__(self):
        super().__init__()
        self.across, self.up = _whole(SMALLEST, LARGEST, 1920), _whole(SMALLEST, LARGEST, 1080)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for name, field in (("Width", self.across), ("Height", self.up)):
            field.setAccessibleName(f"{name} in pixels")
            field.valueChanged.connect(self.changed)
        row.addWidget(self.across, 1)
        row.addWidget(QLabel("×"))  # noqa: RUF001
        row.addWidget(self.up, 1)

    def value(self) -> tuple[int, int]:
        return self.across.value(), self.up.value()


def _views(view_classes) -> dict[str, str]:
    titles = {kind.name: kind.title for kind in view_classes if kind.name in VIEWS}
    several = {ALL: "All views, one page"} if set(titles) == set(VIEWS) else {}
    both = {BOTH: "Line and space-time"} if {"line", "space-time"} <= set(titles) else {}
    return several | both | titles


def _choices(titles: dict[str, str]) -> QComboBox:
    box = QComboBox()
    for data, title in titles.items():
        box.addItem(title, data)
    return box


def _whole(low: int, high: int, value: int) -> WholeBox:
    return WholeBox(minimum=low, maximum=high, value=value)


def _number(low: float, high: float, value: float) -> DecimalBox:
    """A field for a number up to ``high`` with as many decimals as tell a 10,000th of it."""
    decimals = min(max(4 - math.floor(math.log10(high)), 2), 12)
    field = DecimalBox(decimals=decimals, minimum=low, maximum=high)
    field.setStepType(DecimalBox.StepType.AdaptiveDecimalStepType)
    field.setValue(value)
    return field
