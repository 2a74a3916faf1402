"""Loads the engine ahead of Qt: half of a cold start is numba's, and a third of that need not be."""

from __future__ import annotations

import sys
from contextlib import contextmanager


def load_engine() -> None:
    """Import what simulates, and simulate nothing once: numba then knows all that its kernels can be made of.

    To be called before Qt is imported: from then on Qt looks at the source of each module that is imported.
    """
    with _no_linear_algebra():
        from .simulation import prepared
        from .system import System

        prepared(System.empty())


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
