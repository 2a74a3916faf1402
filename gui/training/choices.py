"""What can be asked of a run that is started from the window, checked before a process is made; loads no torch."""

from __future__ import annotations

import math
import os
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from training.config import parse_value
from training.presets import DESCRIPTIONS, METHODS, PRESETS

from .child import words_beside

OWN = ""  # the method that the preset itself asks for
NEEDED = ("torch", "safetensors", "tqdm")  # by `python -m training run`, beside what the window needs itself


class Request(NamedTuple):
    """A run to start.  ``method`` OWN and ``strength`` "" leave it as the preset says; ``folder`` is absolute."""

    preset: str
    method: str
    strength: str
    epochs: int
    seed: int
    folder: Path


def presets() -> dict[str, str]:
    """The presets, and what each is for in one sentence."""
    return {name: preset.sentence for name, preset in PRESETS.items()}


def methods(preset: str) -> dict[str, str]:
    """The methods that a preset can be run with, and what each does; OWN comes first."""
    config = PRESETS[preset].config
    row = config.method + ("-latent" if config.mode == "latent" and config.method == "wsr" else "")
    fitting = {name: DESCRIPTIONS[name] for name in METHODS if name != "cnn" or config.model != "linear"}
    return {OWN: f"as the preset says: {row}, rewinding {config.rewind:g}"} | fitting


def usual_strength(preset: str, method: str) -> str:
    """The strengths that a run has where none are given, as they are typed."""
    row = METHODS.get(method, {})
    values = row.get("strength", PRESETS[preset].config.strength)
    return ", ".join(f"{value:g}" for value in values) if row.get("method") != "none" else "0"


def usual_epochs(preset: str) -> int:
    """The epochs that a preset asks for."""
    return PRESETS[preset].config.epochs


def usual_folder(request: Request) -> Path:
    """A folder that is not there yet: runs/PRESET-METHOD-SEED where the program was started, or in the home folder."""
    here = Path.cwd()
    start = here if os.access(here, os.W_OK) and here != Path(here.anchor) else Path.home()
    name = "-".join(filter(None, (request.preset, request.method, str(request.seed))))
    first = start / "runs" / name
    others = (first.with_name(f"{name}-{number}") for number in range(2, 1000))
    return next((path for path in chain((first,), others) if not path.exists()), first)


def missing_packages() -> str:
    """One sentence that says what to install before anything can be trained; "" where all is there."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if not missing:
        return ""
    return (
        f"Training needs {', '.join(missing)}, not installed here: python -m pip install -e '.[train]', then open "
        "this page again. Runs that were trained elsewhere can be followed without."
    )


def trouble_with(request: Request) -> str:
    """One sentence about what is wrong with a request; "" where it can be tried."""
    if request.preset not in PRESETS:
        return f"There is no preset {request.preset}: choose one from the list."
    if request.strength:
        try:
            values = parse_value("strength", request.strength)
        except ValueError:
            values = ()
        if not values or not all(math.isfinite(value) and value >= 0 for value in values):
            return f"The strength is {request.strength!r}: type numbers that are not negative, such as 0.001, 0.0001."
    return _trouble_with_folder(request.folder)


def _trouble_with_folder(folder: Path) -> str:
    if not str(folder).isprintable():
        return "The name of the folder has a character that cannot be shown: give it another name."
    try:
        if folder.exists() and not folder.is_dir():
            return f"{folder} is a file: choose a folder that is empty or not there yet."
        if folder.is_dir() and any(folder.iterdir()):
            return f"{folder} is not empty: choose a folder that is empty or not there yet."
        words_beside(folder).exists()  # its name is longer
    except OSError as error:
        name = str(folder) if len(str(folder)) < 200 else f"{str(folder)[:100]}…"
        return f"{name} cannot be opened: {error.strerror}."
    return ""


def arguments_of(request: Request) -> list[str]:
    """What follows ``python -m training`` to start the run."""
    words = ["run", request.preset, "--out", str(request.folder)]
    words += ["--epochs", str(request.epochs), "--seed", str(request.seed), "--snapshot-every", "1"]
    words += ["--method", request.method] if request.method != OWN else []
    return words + (["--strength", request.strength.replace(" ", "")] if request.strength else [])
