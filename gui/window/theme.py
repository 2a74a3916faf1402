"""Light and dark: two designed palettes and one style sheet, on Qt's Fusion style.

Platforms without a theme of their own report no colour scheme and ignore a wish for one, so both palettes are
explicit here; the system is only asked which of the two it would like.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from ..draw.palette import Colours
from .style_sheet import style_sheet


@dataclass(frozen=True)
class Chrome:
    """Colours of what is around the drawings, as #rrggbb.

    ``window`` is the ground of panels, ``surface`` of drawings and fields, ``raised`` of buttons, ``border`` the hair
    lines, ``hover`` and ``pressed`` answers to the mouse, ``tint`` the ground of what is selected, ``secondary`` text
    that stands back (at least 4.5 : 1 on ``window``), ``on_accent`` text on the accent.
    """

    name: str
    window: str
    surface: str
    raised: str
    border: str
    hover: str
    pressed: str
    tint: str
    ink: str
    secondary: str
    disabled: str
    accent: str
    on_accent: str
    good: str
    bad: str


_TONES = {
    "light": {
        "raised": "#ffffff",
        "border": "#d8dce3",
        "hover": "#eaedf2",
        "pressed": "#dde2ea",
        "tint": "#fae3ea",
        "secondary": "#596273",
        "disabled": "#a9b0bc",
        "on_accent": "#ffffff",
    },
    "dark": {
        "raised": "#1e2630",
        "border": "#2b3541",
        "hover": "#26303c",
        "pressed": "#313d4b",
        "tint": "#43242f",
        "secondary": "#9aa4b4",
        "disabled": "#566070",
        "on_accent": "#2b0713",
    },
}


def chrome(name: str) -> Chrome:
    """The chrome of the theme "light" or "dark"."""
    colours = Colours.of(name)
    named = {"window": colours.panel, "surface": colours.background}
    named |= {role: getattr(colours, role) for role in ("ink", "accent", "good", "bad")}
    return Chrome(name=name, **{role: colour.name() for role, colour in named.items()}, **_TONES[name])


def resolved(name: str) -> str:
    """The theme of that name, "light" or "dark"; "system" asks the platform, and is light where it does not say."""
    if name != "system":
        return name
    dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return "dark" if dark else "light"


def qt_palette(tones: Chrome) -> QPalette:
    """The chrome as a QPalette, for whatever the style sheet does not reach."""
    role = QPalette.ColorRole
    palette = QPalette()
    for name, colour in (
        (role.Window, tones.window),
        (role.WindowText, tones.ink),
        (role.Base, tones.surface),
        (role.AlternateBase, tones.window),
        (role.Text, tones.ink),
        (role.PlaceholderText, tones.secondary),
        (role.Button, tones.raised),
        (role.ButtonText, tones.ink),
        (role.BrightText, tones.bad),
        (role.Highlight, tones.accent),
        (role.HighlightedText, tones.on_accent),
        (role.ToolTipBase, tones.raised),
        (role.ToolTipText, tones.ink),
        (role.Link, tones.accent),
        (role.LinkVisited, tones.accent),
        (role.Light, tones.raised),
        (role.Midlight, tones.hover),
        (role.Mid, tones.border),
        (role.Dark, tones.border),
        (role.Shadow, tones.border),
        (role.Accent, tones.accent),
    ):
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(tones.disabled))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(tones.border))
    return palette


def apply_theme(window: QWidget, name: str) -> Colours:
    """Give a window and all that is in it the theme ("light", "dark" or "system"); the colours for its drawings.

    The style sheet is the window's: Qt needs three times as long to change that of an application.
    """
    tones = chrome(resolved(name))
    if window.property("stickyTheme") != tones.name:
        QApplication.setPalette(qt_palette(tones))
        window.setStyleSheet(style_sheet(tones))
        window.setProperty("stickyTheme", tones.name)
    return Colours.of(tones.name)


def change_theme(window: QWidget, name: str) -> Colours:
    """The colours of a theme for the drawings of a window, which are repainted when everything has it.

    The rest gets it in the next round of the event loop: one round for both would be a long one.
    """

    def dress() -> None:
        apply_theme(window, name)
        window.setUpdatesEnabled(True)

    window.setUpdatesEnabled(False)
    QTimer.singleShot(0, window, dress)
    return Colours.of(resolved(name))
