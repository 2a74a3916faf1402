"""Pictures and films of the real views: whole, of the size and theme asked for, the same each time, reopened."""

import hashlib
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
from one_sentence import refused

pytest.importorskip("PySide6")

from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from gui.draw.palette import Colours
from gui.draw.x_range import XRange
from gui.export import film, picture
from gui.export.arrangement import LEAST, arranged, fitting
from gui.export.film import Look
from gui.export.film_plan import FilmPlan
from gui.export.job import Job
from gui.export.output_size import PRESETS, OutputSize
from gui.export.own_session import session_of
from gui.export.page import names_of
from gui.export.page_frame import PageFrame
from gui.export.page_legend import Bars, Sizes, legend_of
from gui.export.reopen import figure_in
from gui.export.request import summary
from gui.model.system import System
from gui.views.by_name import VIEWS
from particles import Particles, scenarios

pytestmark = pytest.mark.qt
SMALL = OutputSize.of_pixels(640, 360)


@pytest.fixture
def session(qapp):
    session = session_of(System.of_scenario(scenarios.get("random-masses", n=20)))
    session.clock.t = 0.5
    yield session
    session.close()


def hash_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("view", [*VIEWS, "all", "line+space-time"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_view_becomes_a_picture_of_its_size_and_theme(session, tmp_path, view, theme):
    path = tmp_path / "a.png"
    assert picture.write(session, view, path, SMALL, theme, 0.5) == ""
    image = QImage(str(path))
    assert (image.width(), image.height()) == (640, 360)
    assert image.pixelColor(1, 1) == QColor(Colours.of(theme).background)
    colours = {image.pixel(x, y) for x in range(0, 640, 3) for y in range(100, 360, 3)}
    assert len(colours) > 10
    assert figure_in(path).view == view


def test_the_same_moment_gives_the_same_bytes_however_it_was_reached(session, tmp_path):
    picture.write(session, "all", tmp_path / "a.png", SMALL, "light", 0.7)
    session.clock.go(2.0)
    picture.write(session, "all", tmp_path / "b.png", SMALL, "light", 1.3)
    picture.write(session, "all", tmp_path / "c.png", SMALL, "light", 0.7)
    assert hash_of(tmp_path / "a.png") == hash_of(tmp_path / "c.png") != hash_of(tmp_path / "b.png")
    assert session.t == 2.0


def test_a_png_says_how_many_dots_it_has_in_an_inch(session, tmp_path):
    picture.write(session, "line", tmp_path / "a.png", OutputSize(700, 500, 300), "light", 0.5)
    with Image.open(tmp_path / "a.png") as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_an_svg_is_whole_and_shows_what_the_png_shows(session, tmp_path, qapp):
    picture.write(session, "space-time", tmp_path / "a.svg", SMALL, "light", 0.5)
    picture.write(session, "space-time", tmp_path / "a.png", SMALL, "light", 0.5)
    tree = ElementTree.parse(tmp_path / "a.svg")
    assert tree.find("{http://www.w3.org/2000/svg}metadata") is not None
    drawn = QImage(640, 360, QImage.Format.Format_RGB32)
    drawn.fill(QColor("#ff00ff"))
    painter = QPainter(drawn)
    QSvgRenderer(str(tmp_path / "a.svg")).render(painter)
    painter.end()
    difference = pixels(drawn) - pixels(QImage(str(tmp_path / "a.png")))
    assert np.mean(np.abs(difference).max(axis=2) > 60) < 0.03


def test_every_word_of_an_svg_lies_in_its_clip(session, tmp_path):
    picture.write(session, "all", tmp_path / "a.svg", SMALL, "light", 0.5)
    text = (tmp_path / "a.svg").read_text()
    corners = {
        name: [[float(number) for number in pair.split(",")] for pair in re.findall(r"[\d.]+,[\d.]+", path)]
        for name, path in re.findall(r'<clipPath id="(\w+)">\s*<path [^>]* d="([^"]*)"', text)
    }
    words = re.findall(
        r'<g clip-path="url\(#(\w+)\)"><g [^>]*matrix\(1,0,0,1,([\d.]+),([\d.]+)\)"[^>]*>\s*'
        r'<text [^>]* x="([-\d.]+)" y="([-\d.]+)"[^>]*>([^<]+)',
        text,
    )
    assert len(words) > 20
    for name, *numbers, word in words:
        left, up, x, y = map(float, numbers)
        (x0, y0), (x1, y1) = np.min(corners[name], axis=0), np.max(corners[name], axis=0)
        assert x0 <= left + x <= x1, word
        assert y0 <= up + y <= y1, word


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return data[:, :, :3].astype(int)


@pytest.mark.parametrize("suffix", ["svg", "pdf"])
def test_vector_figures_reopen_where_they_were(session, tmp_path, suffix):
    system = replace(session.document.system, name="a < b & c", source=None)
    session.document.load(system)
    path = tmp_path / f"a.{suffix}"
    picture.write(session, "tree", path, SMALL, "dark", 0.25)
    figure = figure_in(path)
    assert (figure.system.name, figure.time, figure.view) == ("a < b & c", 0.25, "tree")
    assert np.array_equal(figure.system.particles.mass, system.particles.mass)


@pytest.mark.parametrize("n", [0, 1, 3000])
def test_empty_single_and_many_are_drawn_too(qapp, tmp_path, n):
    rng = np.random.default_rng(0)
    session = session_of(System(Particles(np.sort(rng.normal(size=n)), rng.normal(size=n))))
    picture.write(session, "all", tmp_path / "a.png", SMALL, "light", 0.5)
    assert (tmp_path / "a.png").stat().st_size > 1000
    session.close()


def test_words_of_a_narrow_page_begin_on_it_and_do_not_run_into_each_other(session, tmp_path):
    for pixels in (64, 150, 300):
        picture.write(session, "counts", tmp_path / "a.svg", OutputSize.of_pixels(pixels, 300), "light", 0.5)
        words = list(ElementTree.parse(tmp_path / "a.svg").iter("{http://www.w3.org/2000/svg}text"))
        (time,) = [word for word in words if word.text.strip().startswith("t = 0")]
        assert float(time.get("x")) >= 0
        assert ("kinetic energy, and heat on top" in [word.text.strip() for word in words]) == (pixels == 300)


def test_what_cannot_be_drawn_or_written_is_one_sentence_and_leaves_nothing(session, tmp_path):
    refused(ValueError, lambda: picture.write(session, "all", tmp_path / "a.bmp", SMALL, "light", 0), ".png")
    refused(ValueError, lambda: picture.write(session, "no", tmp_path / "a.png", SMALL, "light", 0), "space-time")
    refused(ValueError, lambda: picture.write(session, "all", tmp_path / "a.png", SMALL, "blue", 0), "blue")
    refused(OSError, lambda: picture.write(session, "line", tmp_path / "no" / "a.png", SMALL, "light", 0), "a.png")
    for size in ("0x0", "10x10", "99999x10", "16384x16384", "12", "x", "-5x7"):
        refused(ValueError, lambda size=size: OutputSize.of_text(size))
    assert not list(tmp_path.iterdir())


def test_a_view_that_fails_is_one_sentence_and_leaves_nothing(session, tmp_path, monkeypatch):
    from gui.views.hull import HullView

    def broken(*_):
        raise ZeroDivisionError("made to fail")

    monkeypatch.setattr(HullView, "render_to", broken)
    refused(RuntimeError, lambda: picture.write(session, "hull", tmp_path / "a.png", SMALL, "light", 0), "hull")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", ["gif", "mp4"])
def test_a_film_of_the_views_is_the_same_byte_by_byte(session, tmp_path, suffix):
    seen = []
    look = film.Look("line+space-time", OutputSize.of_pixels(321, 181), "dark")
    plan = FilmPlan.evenly(0.0, 2.0, 0.4, 20)
    for name in ("a", "b"):
        film.write(session, tmp_path / f"{name}.{suffix}", plan, look, lambda *done: seen.append(done))
    assert seen[-1] == (8, 8)
    assert hash_of(tmp_path / f"a.{suffix}") == hash_of(tmp_path / f"b.{suffix}")
    assert session.t == 0.5


def test_a_film_that_cannot_be_is_one_sentence(session, tmp_path):
    look, plan = film.Look("line", SMALL, "dark"), FilmPlan.evenly(0.0, 2.0, 0.4, 60)
    refused(ValueError, lambda: film.write(session, tmp_path / "a.avi", plan, look), ".mp4")
    refused(ValueError, lambda: film.write(session, tmp_path / "a.gif", plan, look), "50")


@pytest.mark.parametrize("size", PRESETS.values(), ids=PRESETS)
@pytest.mark.parametrize("view", ["all", "line", "tree+phase", "line+tree", "line+space-time+hull+tree+phase"])
def test_views_on_a_page_do_not_overlap_and_stay_on_it(size, view):
    page = QRectF(10, 60, size.width / size.scale - 20, size.height / size.scale - 100)
    cells = arranged(names_of(view), page)
    assert set(cells) == set(names_of(view))
    grown = page.adjusted(-0.01, -0.01, 0.01, 0.01)
    assert all(grown.contains(cell) and cell.width() > 80 and cell.height() > 40 for cell in cells.values())
    inner = [cell.adjusted(1, 1, -1, -1) for cell in cells.values()]
    assert not any(a.intersects(b) for i, a in enumerate(inner) for b in inner[:i])


@pytest.mark.parametrize(
    ("across", "up", "count"), [(64, 64, 1), (300, 200, 1), (640, 400, 4), (1200, 800, 6), (3840, 2160, 6)]
)
def test_a_small_page_shows_fewer_views_and_each_has_room_for_its_words(across, up, count):
    size = OutputSize.of_pixels(across, up)
    area = PageFrame(size.width / size.scale, size.height / size.scale).area
    names = fitting(names_of("all"), area)
    assert len(names) == count
    assert "space-time" in names
    if count > 1:
        assert all(cell.width() >= LEAST[0] for cell in arranged(names, area).values())


def test_no_word_of_a_thumbnail_is_cut_and_what_is_asked_for_by_name_is_drawn(session, tmp_path):
    for view, words in (("all", "position"), ("line+tree", "Merge tree")):
        picture.write(session, view, tmp_path / "a.svg", OutputSize.of_pixels(300, 200), "light", 0.5)
        texts = "".join(ElementTree.parse(tmp_path / "a.svg").getroot().itertext())
        assert words[:5] in texts
        assert ("…" in texts) == (view != "all")


def test_the_legend_of_a_crowd_speaks_of_bars_while_bars_are_shown(qapp):
    session = session_of(System.of_scenario(scenarios.get("random-masses", n=3000)))
    assert isinstance(legend_of(session, ["line"])[0][0], Bars)
    XRange.of(session).show(0.0, 1e-3)
    assert isinstance(legend_of(session, ["line"])[0][0], Sizes)
    session.close()


def test_one_merge_is_one_row(qapp, tmp_path):
    session = session_of(System.of_scenario(scenarios.get("two-equal")))
    job = Job("events", tmp_path / "a.csv", Look("line", SMALL, "light"), 0.0, FilmPlan.evenly(0.1, 0.0, 0.3, 10))
    assert summary(job, session).startswith("1 row:")
    session.close()


@pytest.mark.parametrize("suffix", ["gif", "mp4"])
@pytest.mark.parametrize(
    ("view", "size"), [("space-time", (320, 180)), ("line+space-time", (640, 360)), ("all", (960, 540))]
)
def test_a_film_is_about_as_large_as_announced(qapp, tmp_path, suffix, view, size):
    session, path = session_of(System.of_scenario(scenarios.get("chain"))), tmp_path / f"a.{suffix}"
    look, plan = Look(view, OutputSize.of_pixels(*size), "light"), FilmPlan.evenly(0.0, 12.0, 2.0, 15)
    number, unit = summary(Job("film", path, look, 0.0, plan), session).partition("about ")[2].split()
    film.write(session, path, plan, look)
    assert 1 / 2 < float(number) * {"kB.": 1e3, "MB.": 1e6}[unit] / path.stat().st_size < 2
    session.close()
