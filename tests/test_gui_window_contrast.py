"""Whatever is written can be read: the contrast of every pair of colours that text is drawn in, in both themes."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLineEdit

from gui.draw.discs import readable_on
from gui.draw.palette import Colours, mixed
from gui.window.style_sheet import style_sheet
from gui.window.theme import chrome

pytestmark = pytest.mark.qt
ENOUGH = 4.5  # WCAG 2, level AA


def luminance(colour) -> float:
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]]
    return float(np.dot(channels, (0.2126, 0.7152, 0.0722)))


def contrast(text, ground) -> float:
    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pairs(name: str) -> dict[str, tuple]:
    """What is written in which colour on which ground; what cannot be used is grey in every program."""
    tones, colours = chrome(name), Colours.of(name)
    found = {}
    for ground in ("window", "surface", "raised", "hover", "tint"):
        for text in ("ink", "secondary"):
            found[f"{text} on {ground}"] = getattr(tones, text), getattr(tones, ground)
    for ground in ("window", "surface", "raised"):
        for text in ("accent", "good", "bad"):
            found[f"{text} on {ground}"] = getattr(tones, text), getattr(tones, ground)
    found["on accent"] = tones.on_accent, tones.accent
    for ground in ("background", "panel"):
        for text in ("ink", "quiet", "accent", "good", "bad"):
            found[f"drawn {text} on {ground}"] = getattr(colours, text), getattr(colours, ground)
    found["time on its tab"] = colours.background, colours.accent
    found["number of a lesson that is done"] = colours.background, colours.good
    found["aim of a lesson"] = mixed(colours.quiet, colours.ink, 0.45), mixed(colours.background, colours.ink, 0.05)
    for ink in (*colours.clusters, *colours.mass):
        found[f"count on a disc of {ink.name()}"] = readable_on(ink), ink
    return found


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_can_be_read_on_every_ground(name):
    faint = {what: round(contrast(*pair), 2) for what, pair in pairs(name).items() if contrast(*pair) < ENOUGH}
    assert faint == {}


def test_the_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_hint_in_an_empty_field_can_be_read(qapp, qtbot, name):
    field = QLineEdit()
    qtbot.addWidget(field)
    field.setStyleSheet(style_sheet(chrome(name)))
    field.ensurePolished()
    hint = field.palette().color(QPalette.ColorRole.PlaceholderText)
    assert hint.alpha() == 255
    assert contrast(hint, chrome(name).surface) >= ENOUGH


def test_the_frame_of_a_table_goes_round_its_corners(window, qtbot):
    grid = window.docks.scenario.table.grid
    for theme in ("light", "dark"):
        window.session.options.set(theme=theme)
        qtbot.wait(20)
        seen = grid.grab().toImage()
        for corner in ([(at, at) for at in range(1, 5)], [(seen.width() - 1 - at, at) for at in range(1, 5)]):
            assert len({seen.pixel(*place) for place in corner}) > 1, "the header lies over the corner"
