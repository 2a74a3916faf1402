"""The README's pictures of the app: ``python docs/screenshots.py RUN`` with the folder of a run.

The real window, drawn where nobody sees it, at 1.5 pixels to each of a plain screen, in 128 colours.  The README's run:

    python -m training run digits-torus --method wsr-latent --strength 0.001,0.0001 --out RUN
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ |= {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "1.5"}

from PIL import Image

from gui.command import _parser
from gui.window.application import make_application, make_window, open_subject
from gui.window.settings import Settings

HERE = Path(__file__).parent
SIZE = "1280x800"
COLOURS = 128


def main(run: str) -> None:
    """Write docs/app-*.png."""
    app = make_application()
    picture(app, "light", ["clustered-weights", "--time", "0.38", "--theme", "light"])
    picture(app, "dark", ["zeldovich", "--time", "1.6", "--theme", "dark"])
    picture(app, "training", ["--theme", "light"], lambda window: training(app, window, run))
    started = ["random-masses", "--n", "64", "--time", "1", "--theme", "dark"]
    picture(app, "race", started, lambda window: race(app, window))


def training(app, window, run: str) -> None:
    """The run, with all its snapshots read."""
    window.open(run)
    look = window.pages.existing("training").look
    while look.newest is None or not look.newest.moments or look.newest.behind:
        wait(app, 0.5)


def race(app, window) -> None:
    """All solvers, some steps on."""
    window.pages.show("algorithms")
    wait(app, 2)
    for _ in range(9):
        window.pages.built("algorithms").do_race_step()


def picture(app, name: str, argv: list[str], prepare=lambda window: None) -> None:
    """Open a window as the command line would, paused, and write docs/app-NAME.png."""
    args = _parser().parse_args([*argv, "--pause", "--size", SIZE])
    with tempfile.TemporaryDirectory() as folder:
        window = make_window(args, Settings(Path(folder) / "settings.ini"), None)
        open_subject(window, args)
        window.show()
        wait(app, 2)
        prepare(window)
        wait(app, 1)
        path = HERE / f"app-{name}.png"
        window.grab().save(str(path))
        window.close()
        wait(app, 1)
    with Image.open(path) as whole:
        fewer = whole.convert("RGB").quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    fewer.save(path, optimize=True)
    print(path, f"{path.stat().st_size:,} bytes")


def wait(app, seconds: float) -> None:
    """Let the window do what it does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
