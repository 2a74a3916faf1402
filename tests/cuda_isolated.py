"""Runs that may kill their process: in a fork of this one, and in a fresh Python under the sanitizers."""

from __future__ import annotations

import faulthandler
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class Outcome(NamedTuple):
    """How a process ended: 0 well, 1 by an exception, -n by signal n (as subprocess has it); and its stderr."""

    status: int
    stderr: str


def run_isolated(function, *args, timeout: float = 20.0) -> Outcome:
    """Calls ``function(*args)`` in a fork and tells how that ended; what it returns is lost, so it should assert.

    A fork still running after ``timeout`` seconds is killed: status -SIGKILL, and stderr says so.  Compile the
    kernels before; ``function`` must not start threads (the fork has only the one that called).
    """
    with tempfile.TemporaryFile("w+") as errors:
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on, if other threads exist
            child = os.fork()
        if child == 0:
            _end_with(function, args, errors.fileno())
        status, late = _wait(child, time.monotonic() + timeout)
        errors.seek(0)
        told = errors.read()
    return Outcome(status, f"{told}killed: still running after {timeout:g} s\n" if late else told)


def _end_with(function, args: tuple, errors: int) -> None:
    """In the fork: never returns, and leaves nothing of the parent's to run at the exit."""
    status = 1
    try:
        faulthandler.disable()  # the parent's handler would write to the parent's stderr
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(errors, 2)
        function(*args)
        status = 0
    except BaseException:
        os.write(2, traceback.format_exc().encode(errors="replace"))
    finally:
        os._exit(status)


def _wait(child: int, until: float) -> tuple[int, bool]:
    """The child's exit status, and whether it had to be killed at the time ``until``."""
    late = False
    pause = 0.0005
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), late
        if not late and time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            late = True
        time.sleep(pause)
        pause = min(2 * pause, 0.02)


def sanitized_python(script: str, timeout: float = 120.0) -> subprocess.CompletedProcess:
    """Runs ``script`` in a fresh Python that may load sanitized kernels: ``build(..., sanitize=True)``.

    The first fault ends it: status not 0, the sanitizer's report in ``stderr``.  The script can import what lies in
    tests/ and the packages of the repository.
    """
    runtimes = []
    for name in ("libasan.so", "libubsan.so"):
        found = subprocess.run(["g++", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
        runtimes.append(found.stdout.strip())
        if not Path(runtimes[-1]).is_absolute():
            raise RuntimeError(f"g++ has no {name}: install the sanitizers' runtime libraries")
    paths = [str(HERE), str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        "LD_PRELOAD": " ".join(runtimes),
        "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=0:halt_on_error=1",  # Python leaks on purpose
        "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
        "PYTHONPATH": os.pathsep.join(paths),
    }
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout)
