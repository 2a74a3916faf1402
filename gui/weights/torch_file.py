"""Files of torch (.pt, .pth): a child process unpacks the tensors into a temporary folder of npy files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from particles.checked_file import headers_parsed, naming

from .tensors import Entry, TensorFile

LONGEST = 180.0  # seconds
LARGEST_FILE = 16 * 2**30  # bytes
MORE = 64 * 2**20  # bytes that the tensors may take beyond four times the file: views may share one storage
INSTALL = "Install it with: python -m pip install -e '.[torch]'. Or save the weights as .safetensors, .npz or .npy."
_CHILD = Path(__file__).with_name("torch_child.py")


def open_torch(path: Path, stopped: Callable[[], bool] = lambda: False) -> TensorFile:
    """The tensors of a file written by torch.save, read by a child process; ``stopped`` is asked all the time.

    Raises RuntimeError, in one sentence, where torch is not installed or the work was stopped; ValueError for a file
    that holds more than tensors, is broken, or takes longer than ``LONGEST`` seconds.
    """
    if find_spec("torch") is None:
        raise RuntimeError(f"{path}: opening it needs PyTorch, which is not installed. {INSTALL}")
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise ValueError(f"{path}: it has {size:,} bytes, files of up to {LARGEST_FILE:,} are read")
    folder = Path(tempfile.mkdtemp(prefix="stickyweights-"))
    try:
        _run(path, folder, 4 * size + MORE, stopped)
        with naming(path):
            entries = _listed(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    number = {entry.name: index for index, entry in enumerate(entries)}

    @headers_parsed
    def read(name: str) -> np.ndarray:
        try:
            return np.load(folder / f"{number[name]}.npy", allow_pickle=False)
        except (OSError, EOFError):
            raise OSError(f"{path}: its unpacked tensors are gone: open it again") from None

    return TensorFile(path, entries, read, weakref.finalize(read, shutil.rmtree, folder, True))


def _run(path: Path, folder: Path, limit: int, stopped: Callable[[], bool]) -> None:
    # -P: the folder of the child's source is not searched for modules
    command = [sys.executable, "-P", str(_CHILD), str(path.resolve()), str(folder), str(limit)]
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": ""}
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    until = time.monotonic() + LONGEST
    with subprocess.Popen(command, env=environment, **quiet) as child:
        try:
            while child.poll() is None:
                if stopped():
                    raise RuntimeError(f"opening {path.name} was stopped")
                if time.monotonic() > until:
                    raise ValueError(f"{path}: reading it took longer than {LONGEST:.0f} seconds and was ended")
                time.sleep(0.02)
        finally:
            if child.poll() is None:
                child.kill()


def _listed(folder: Path) -> tuple[Entry, ...]:
    try:
        found = json.loads((folder / "list.json").read_text())
    except (OSError, ValueError):
        raise ValueError("torch ended while it read it: the file is broken, or larger than the memory") from None
    if "error" in found:
        raise ValueError(found["error"])
    entries = tuple(Entry(name, tuple(shape), dtype) for name, shape, dtype in found["tensors"])
    if len({entry.name for entry in entries}) < len(entries):
        raise ValueError("two of its tensors have one name")
    return entries
