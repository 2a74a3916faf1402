"""What a run ran on: versions, machine, command and commit."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy
import torch


def environment(device: torch.device, processes: int) -> dict:
    """Versions, device, threads, processes, time of the start (UTC), command, and the commit of the source."""
    import numba

    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "numba": numba.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else f"cpu ({platform.machine()})",
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "processes": processes,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": command(),
        "commit": commit(),
    }


def command() -> str:
    """The command line, as it can be typed again."""
    program = ["python", "-m", "training"] if Path(sys.argv[0]).name == "__main__.py" else sys.argv[:1]
    return shlex.join([*program, *sys.argv[1:]])


def commit() -> str | None:
    """The commit that the source was checked out from, with "+" where files were changed since; else None."""
    source = Path(__file__).parent
    if _git(source, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    found = _git(source, "rev-parse", "HEAD")
    changed = _git(source, "status", "--porcelain", "--untracked-files=no")
    return found and found + ("+" if changed else "")


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
