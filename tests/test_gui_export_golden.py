"""Golden images: four views in both themes are, pixel by pixel, as they were when somebody last looked at them.

Text is drawn with the font that matplotlib brings, so that a machine's own fonts do not matter.  Where a picture is
meant to have changed, look at the file that the failure names, then put its hash here.
"""

import hashlib
import platform
from pathlib import Path

import matplotlib
import pytest

pytest.importorskip("PySide6")

from PySide6.QtCore import QRectF, qVersion
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QApplication

from gui.draw.palette import Colours
from gui.export.own_session import session_of
from gui.export.page import Page
from gui.model.system import System
from particles import scenarios

MADE_WITH = ("6.11", "x86_64")  # another Qt, another processor: other roundings at edges
pytestmark = [
    pytest.mark.qt,
    pytest.mark.skipif(
        (qVersion().rpartition(".")[0], platform.machine()) != MADE_WITH, reason=f"hashes are for Qt {MADE_WITH}"
    ),
]
WIDTH, HEIGHT = 480, 320
GOLDEN = {
    ("line", "light"): "fb7f9eeb40b25e08",
    ("line", "dark"): "33409d727510c04f",
    ("space-time", "light"): "e22983c544e3d46b",
    ("space-time", "dark"): "7e2ffe56c4b3f00b",
    ("hull", "light"): "dab31ab89bc3fd7d",
    ("hull", "dark"): "5a2e074ea74c6f89",
    ("tree", "light"): "64af51c7a7c81994",
    ("tree", "dark"): "3727f3ec46435778",
}


@pytest.fixture
def plain_font(qapp):
    """DejaVu Sans out of matplotlib's own files, for the time of the test."""
    before = QApplication.font()
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    added = [QFontDatabase.addApplicationFont(str(folder / f"DejaVuSans{kind}.ttf")) for kind in ("", "-Bold")]
    font = QFont("DejaVu Sans")
    font.setPixelSize(13)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    QApplication.setFont(font)
    yield
    QApplication.setFont(before)
    for number in added:
        QFontDatabase.removeApplicationFont(number)


def drawn(name, theme):
    """The view alone, of random-masses in the middle of its time."""
    session = session_of(System.of_scenario(scenarios.get("random-masses", n=24, seed=3)))
    session.clock.t = 0.6
    page = Page(session, name, Colours.of(theme))
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(Colours.of(theme).background)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    page.views[name].render_to(painter, QRectF(0, 0, WIDTH, HEIGHT))
    painter.end()
    page.close()
    session.close()
    return image


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["line", "space-time", "hull", "tree"])
def test_the_view_is_as_it_was(plain_font, tmp_path, name, theme):
    image = drawn(name, theme)
    found = hashlib.sha256(bytes(image.constBits())).hexdigest()[:16]
    path = tmp_path / f"{name}-{theme}.png"
    image.save(str(path))
    assert found == GOLDEN.get((name, theme)), f"look at {path}"
