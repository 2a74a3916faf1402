"""Which files are weights, and how each is opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from particles.checked_file import shown

from .numpy_files import npz_names, open_npy, open_npz
from .safetensors_file import open_safetensors
from .tensors import TensorFile
from .torch_file import open_torch

SUFFIXES = (".npy", ".npz", ".safetensors", ".pt", ".pth")
PATTERN = f"Weights ({' '.join(f'*{suffix}' for suffix in SUFFIXES)})"


def holds_weights(path: Path) -> bool:
    """Is this a file to open as weights, by its name?  A history of particles, an npz file too, is not."""
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    return path.suffix.lower() != ".npz" or not {"format", "merge_times"} <= npz_names(path)


def open_weights(path: Path, stopped: Callable[[], bool] = lambda: False) -> TensorFile:
    """The tensors of a file, listed; ValueError, OSError or RuntimeError in one sentence where that cannot be."""
    suffix = path.suffix.lower()
    if not path.is_file():
        raise OSError(f"could not read {path}: {'it is a folder' if path.is_dir() else 'there is no such file'}")
    if not path.stat().st_size:
        raise ValueError(f"{path}: it is empty")
    if suffix in (".pt", ".pth"):
        return open_torch(path, stopped)
    opened = {".npy": open_npy, ".npz": open_npz, ".safetensors": open_safetensors}.get(suffix)
    if opened is None:
        raise ValueError(f"{path}: files {shown(suffix)} hold no weights that can be read, {', '.join(SUFFIXES)} do")
    return opened(path)
