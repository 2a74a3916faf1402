"""Loads the engine ahead of Qt: half of a cold start is numba's, and a third of that need not be."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path


def load_engine() -> bool:
    """Import what simulates, and simulate nothing once: numba then knows all that its kernels can be made of.

    To be called before Qt is imported: from then on Qt looks at the source of each module that is imported.  False,
    and nothing simulated, where the kernels have still to be compiled, which takes long (``FirstStart`` does it).
    """
    with _no_linear_algebra():
        from .simulation import prepared
        from .system import System

        if not _on_disk():
            return False
        prepared(System.empty())
        return True


def _on_disk() -> bool:
    """Whether the machine code is in numba's cache, of which one kernel stands for all; True where there is none."""
    from .lineage import _colours

    folder = getattr(_colours.stats, "cache_path", None)
    return folder is None or any(Path(folder).glob("lineage._colours-*.nbi"))


@contextmanager
def _no_linear_algebra():
    """numba imports all of scipy.linalg (0.3 s) for np.dot in kernels; none of ours has one."""
    absent = "scipy.linalg" not in sys.modules
    if absent:
        sys.modules["scipy.linalg"] = None
    try:
        yield
    finally:
        if absent and sys.modules.get("scipy.linalg") is None:
            sys.modules.pop("scipy.linalg", None)
