"""One way to compile kernels: numba without the GIL, cached on disk, and never silent about a long first call."""

from __future__ import annotations

import logging

from numba import njit
from numba.core import event

logger = logging.getLogger("stickyweights.compile")
_PACKAGES = ("particles.", "prox.", "gui.")


class _Announce(event.Listener):
    """Says so when a kernel of ours has to be compiled (a cached kernel loads without a word)."""

    def on_start(self, happening):
        function = happening.data["dispatcher"].py_func
        if (function.__module__ or "").startswith(_PACKAGES):
            # A warning, so that a session without any logging set-up shows it and does not look hung.
            logger.warning(
                "compiling %s.%s for this machine (once, some seconds)", function.__module__, function.__name__
            )

    def on_end(self, happening):
        pass


event.register("numba:compile", _Announce())


def compiled(function=None, **options):
    """Decorator: compile with numba on first use, keep the machine code on disk where a folder can be written.

    ``fastmath`` stays off and numba does not contract a*b+c into FMA without it, so comparisons round the same
    in every kernel.
    """
    if function is None:
        return lambda f: compiled(f, **options)
    try:
        return njit(function, nogil=True, cache=True, **options)
    except RuntimeError:  # no folder for the cache (read-only installation and home): compile in every process
        return njit(function, nogil=True, **options)
