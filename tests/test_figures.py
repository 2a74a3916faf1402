"""The figures draw every system, refuse bad arguments, leave matplotlib as it was, and reach the disk whole."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from particles import Particles, figures, simulate
from particles.colours import DARK, LIGHT


def random_particles(n, seed=0, scale=1.0):
    random = np.random.default_rng(seed)
    return Particles(
        np.sort(random.uniform(-1, 1, n)) * scale, random.normal(size=n) * scale, random.uniform(0.3, 3, n)
    )


EDGE_CASES = {
    "none": Particles([], []),
    "one": Particles([0.3], [0.0]),
    "two": Particles([0.0, 1.0], [1.0, -1.0]),
    "at rest": Particles([0.0, 1.0, 2.0], [0.0, 0.0, 0.0]),
    "in step": Particles([0.0, 1.0], [2.0, 2.0]),
    "no collision": Particles(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9)),
    "all at one place": Particles(np.full(5, 0.7), [2.0, 1.0, 0.0, -1.0, -2.0]),
    "bursting from one place": Particles(np.zeros(4), [-2.0, -1.0, 1.0, 2.0]),
    "all at once": Particles(np.linspace(-1, 1, 12), -np.linspace(-1, 1, 12)),
    "huge": random_particles(20, scale=1e30),
    "tiny": random_particles(20, scale=1e-30),
    "huge masses": Particles([0.0, 1.0, 2.0], [1.0, 0.0, -1.0], [1e30, 1.0, 1e30]),
    "one far place": Particles(np.full(3, 1e30), [1.0, 0.0, -1.0]),
}


@pytest.mark.parametrize("name", figures.FIGURES)
@pytest.mark.parametrize("case", EDGE_CASES)
def test_every_figure_draws_every_edge_case_in_both_themes(case, name):
    history = simulate(EDGE_CASES[case])
    for theme, time in (("light", None), ("dark", 0.0)):
        figure = figures.get(name)(history, theme=theme, time=time)
        figure.set_dpi(40)
        figure.canvas.draw()


@pytest.mark.parametrize("case", ["none", "two", "huge"])
def test_the_overview_holds_all_five_figures(case):
    page = figures.overview(simulate(EDGE_CASES[case]), theme="dark")
    page.set_dpi(40)
    page.canvas.draw()
    above, below = page.subfigs
    assert [len(cell.axes) for cell in (*above.subfigs, *below.subfigs)] == [1, 1, 2, 1, 3]


def test_a_history_that_ends_at_time_zero_draws():
    for name in figures.FIGURES:
        figures.get(name)(simulate(random_particles(5), until=0.0)).canvas.draw()


def test_without_until_the_figure_ends_a_little_after_the_last_collision_or_at_the_end_of_the_history():
    particles = random_particles(10)
    last = simulate(particles).last_collision
    assert figures.world_lines(simulate(particles)).axes[0].get_ylim()[1] == pytest.approx(1.08 * last)
    assert figures.world_lines(simulate(particles, until=0.3)).axes[0].get_ylim() == (0.0, 0.3)
    assert figures.world_lines(simulate(particles, until=0.3), until=0.1).axes[0].get_ylim() == (0.0, 0.1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"theme": "sepia"}, "unknown theme 'sepia': choose one of light, dark"),
        ({"until": 9.0}, "past the end of this history"),
        ({"until": float("inf")}, "give a finite time"),
        ({"until": -1.0}, "give a finite time"),
        ({"time": 9.0}, "past the end of this history"),
        ({"time": float("nan")}, "not in this history"),
        ({"time": 0.9, "until": 0.5}, "past the end of the figure"),
    ],
)
def test_bad_arguments_are_one_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        figures.hull(simulate(random_particles(4), until=1.0), **options)


def test_an_unknown_figure_lists_the_known():
    with pytest.raises(ValueError, match="unknown figure 'lines': choose one of world-lines, line, tree, energy, hull"):
        figures.get("lines")


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_figure_is_saved_whole_and_the_same_each_time(tmp_path, kind):
    history = simulate(random_particles(10))
    for name in ("a", "b"):
        figures.save(figures.hull(history, theme="dark"), tmp_path / f"{name}.{kind}", dpi=50)
    content = (tmp_path / f"a.{kind}").read_bytes()
    assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[kind])
    assert content == (tmp_path / f"b.{kind}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_an_existing_file_survives_a_failing_save(tmp_path, monkeypatch):
    target = tmp_path / "figure.png"
    target.write_bytes(b"as it was")

    def fail(self, file, **options):
        file.write(b"half of a picture")
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        figures.save(figures.tree(simulate(random_particles(3))), target)
    assert target.read_bytes() == b"as it was"
    assert list(tmp_path.iterdir()) == [target]


def test_an_unknown_extension_is_one_sentence_and_writes_nothing(tmp_path):
    with pytest.raises(ValueError, match=r"'figure.docx': the name must end in .png, .svg or .pdf"):
        figures.save(Figure(), tmp_path / "figure.docx")
    assert not list(tmp_path.iterdir())


def test_matplotlib_settings_are_left_alone_and_not_followed(tmp_path):
    with matplotlib.rc_context({"axes.facecolor": "red", "lines.linewidth": 9.0}):
        before = dict(matplotlib.rcParams)
        page = figures.overview(simulate(random_particles(5)), theme="dark")
        figures.save(page, tmp_path / "page.png", dpi=30)
        assert dict(matplotlib.rcParams) == before
    faces = {matplotlib.colors.to_hex(axes.get_facecolor()) for axes in page.axes}
    assert faces == {DARK.background}


def test_the_figure_given_is_the_one_drawn_into():
    whole = Figure()
    left, right = whole.subfigures(1, 2)
    history = simulate(random_particles(5))
    assert figures.tree(history, figure=left) is left
    figures.hull(history, figure=right)
    assert len(left.axes) == len(right.axes) == 1
    whole.canvas.draw()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_neighbouring_cluster_colours_and_the_mass_ramp_differ_in_lightness(theme):
    def lightness(colours):
        rgb = np.array([matplotlib.colors.to_rgb(colour) for colour in colours])
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return 116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16  # CIE L*

    around = lightness([*theme.clusters, theme.clusters[0]])
    assert (np.abs(np.diff(around)) > 10).all()
    steps = np.diff(lightness([*theme.mass]))
    assert (steps < -8).all() if theme is LIGHT else (steps > 8).all()


def test_importing_particles_loads_no_matplotlib_and_figures_no_pyplot():
    code = (
        "import sys, particles; assert 'matplotlib' not in sys.modules; "
        "import particles.figures; assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
