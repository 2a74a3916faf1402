"""How the suite runs: hypothesis profiles, and the optional things that a run insists on.

``--hypothesis-profile=long`` draws new and many examples (over 100,000 in all); the default draws the same few each
time.  ``REQUIRE=torch,g++`` (a comma list) turns "skipped, torch is missing" into an error: a test run can declare
what it must exercise.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings


def _installed(name: str) -> bool:
    return find_spec(name) is not None


def _nvrtc() -> bool:
    found = find_spec("nvidia")
    folders = found.submodule_search_locations if found else ()
    return any(any(Path(folder).glob("*/lib/libnvrtc.so*")) for folder in folders)


@cache
def _gpu() -> bool:
    """Asked of the driver: a GPU that torch or CuPy cannot use then fails its tests, instead of skipping them."""
    tool = shutil.which("nvidia-smi")
    return bool(tool) and subprocess.run([tool, "-L"], capture_output=True).returncode == 0


@cache
def _qt() -> bool:
    try:
        import pytestqt  # noqa: F401
        from PySide6 import QtWidgets  # noqa: F401
    except ImportError:
        return False
    return all(map(_installed, ("pyqtgraph", "PIL", "imageio_ffmpeg")))


@cache
def _xvfb() -> bool:
    from gui.window.start_up import missing_for_xcb

    return shutil.which("Xvfb") is not None and _qt() and not missing_for_xcb()


pytest_plugins = ["qt_session", "training_page", "weights_page"]

# Each is also the name of a marker of tests, with what is wrong where it is missing, but for g++.
OPTIONAL = {
    "torch": (lambda: _installed("torch"), "torch is not installed"),
    "train": (
        lambda: all(map(_installed, ("torch", "tqdm", "safetensors"))),
        "what training takes is not installed (pip install -e '.[train]')",
    ),
    "cupy": (lambda: _installed("cupy"), "cupy is not installed"),
    "nvrtc": (_nvrtc, "NVRTC is not installed (pip install nvidia-cuda-nvrtc)"),
    "g++": (lambda: shutil.which("g++") is not None, "g++ is not installed"),
    "gpu": (_gpu, "there is no NVIDIA GPU"),
    "xvfb": (_xvfb, "Xvfb or a library that Qt's windows need is not installed (sh .ci/system tests)"),
    "qt": (_qt, "PySide6, pytest-qt or more of the extra gui is not installed, or a library of theirs (sh .ci/system)"),
}
REQUIRED = frozenset(filter(None, (name.strip() for name in os.environ.get("REQUIRE", "").split(","))))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # windows are drawn, and nobody sees them

# No deadline: the first example of a test may have to compile a kernel.
settings.register_profile("ci", max_examples=100, derandomize=True, deadline=None)
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("ci")


def pytest_configure(config):
    for name in sorted(OPTIONAL.keys() - {"g++"}):
        config.addinivalue_line("markers", f"{name}: needs the optional {name}")
    if _installed("PySide6") and _installed("pytestqt") and not _qt():  # pytest-qt would end the run with a traceback
        raise pytest.UsageError("PySide6 is installed, and a system library that it needs is not (sh .ci/system)")
    unknown = sorted(REQUIRED - OPTIONAL.keys())
    if unknown:
        raise pytest.UsageError(f"REQUIRE names {unknown[0]!r}: known are {', '.join(OPTIONAL)}")
    for name in sorted(REQUIRED):
        there, sentence = OPTIONAL[name]
        if not there():
            raise pytest.UsageError(f"REQUIRE={name}, but {sentence}")


def pytest_runtest_setup(item):
    for name in OPTIONAL:
        there, sentence = OPTIONAL[name]
        if item.get_closest_marker(name) and not there():
            pytest.skip(f"{sentence} (REQUIRE={name} makes this an error)")
