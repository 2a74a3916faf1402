"""What a benchmark needs beside the work itself: the machine, the commit, the peak of memory, a median of seconds."""

from __future__ import annotations

import datetime
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def machine() -> list[str]:
    """Two lines: processor, cores and versions; commit and date."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy"))
    when = datetime.datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    return [
        f"{processor()}, {os.cpu_count()} cores; Python {platform.python_version()}, {packages}",
        f"commit {commit()}, {when}",
    ]


def median_seconds(work, repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def _status(field: str) -> int:
    """A line of /proc/self/status, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return 1024 * int(line.split()[1])
    raise OSError(f"no {field} in /proc/self/status")


def resident() -> int:
    return _status("VmRSS") if can_forget_peak() else peak()


def peak() -> int:
    if can_forget_peak():
        return _status("VmHWM")
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def can_forget_peak() -> bool:
    return os.access("/proc/self/clear_refs", os.W_OK)


def forget_peak() -> None:
    """Set the peak back to the present resident set, where Linux lets us."""
    if can_forget_peak():
        Path("/proc/self/clear_refs").write_text("5")


def peak_source() -> str:
    return "peak resident set (VmHWM, reset before)" if can_forget_peak() else "peak resident set (getrusage)"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def commit() -> str:
    """The commit that this package lies in, "+" where its files were changed; "unknown" outside a repository."""
    git = ["git", "-C", str(PACKAGE)]
    try:
        tracked = subprocess.run([*git, "ls-files", Path(__file__).name], capture_output=True, text=True, timeout=10)
        commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, timeout=10)
        changed = subprocess.run([*git, "status", "--porcelain", "."], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    if commit.returncode or not tracked.stdout:
        return "unknown"
    return commit.stdout.strip() + ("+" if changed.stdout else "")
