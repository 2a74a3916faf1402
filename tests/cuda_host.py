"""CUDA kernels on the host: their source, compiled by g++ behind cuda_shim.h, launched on NumPy arrays.

``build`` makes one shared library of the sources, as the device's compiler would take them, and ``HostKernels.launch``
runs a kernel by name.  A barrier that is missing or met by some threads only shows under one of the three schedules
(``HostKernels.schedule``): run every kernel under all three.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from cuda_barriers import barriers, without
from cuda_isolated import run_isolated, sanitized_python

__all__ = [
    "SCHEDULES",
    "HostKernels",
    "barriers",
    "build",
    "needs_compiler",
    "run_isolated",
    "sanitized_python",
    "without",
]

HERE = Path(__file__).resolve().parent
SHIM = ("cuda_shim.h", "cuda_meetings.h", "cuda_fibers.h")
SCHEDULES = (0, 1, 2)  # forward, backward, random
FLAGS = (
    *("-std=c++17", "-shared", "-fPIC", "-g", "-ffp-contract=off"),
    *("-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas"),
    *("-fvisibility=hidden", "-fno-gnu-unique"),  # several libraries in one process share nothing
)
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")

needs_compiler = pytest.mark.skipif(
    shutil.which("g++") is None, reason="g++ is not installed (REQUIRE=g++ makes this an error)"
)

_KERNEL = re.compile(
    r'extern\s+"C"\s+__global__\s+(?:BOUNDS\s*)?void\s+(?:BOUNDS\s*)?(\w+)\s*\('.replace(
        "BOUNDS", r"__launch_bounds__\s*\((?:[^()]|\([^()]*\))*\)"
    )
)
_LAUNCHER = """
extern "C" __attribute__((visibility("default")))
int launch_{0}(unsigned blocks, unsigned threads, size_t bytes, int schedule, uint64_t seed, void** arguments) {{
    shim::launch<{0}>({{blocks, threads, bytes, schedule, seed}}, arguments);
    return 0;
}}
extern "C" __attribute__((visibility("default")))
int describe_{0}(char* kinds, size_t* bytes) {{ return shim::describe({0}, kinds, bytes); }}
"""
_NAMES = """
extern "C" __attribute__((visibility("default"))) const char* kernel_names() {{ return "{0}"; }}
"""


@dataclass(frozen=True)
class Parameter:
    """One of a kernel's parameters: "p" pointer, "f" floating, "i" integer; its bytes (a pointer's: the target's)."""

    kind: str
    size: int


class HostKernels:
    """The kernels of one library; ``schedule`` (0 forward, 1 backward, 2 random) and ``seed``: of the next launches."""

    def __init__(self, library: Path):
        self.library = ctypes.CDLL(str(library))
        self.library.kernel_names.restype = ctypes.c_char_p
        self.parameters = {name: self._describe(name) for name in self.library.kernel_names().decode().split()}
        self.schedule = 0
        self.seed = 1

    def _describe(self, name: str) -> list[Parameter]:
        kinds, sizes = ctypes.create_string_buffer(256), (ctypes.c_size_t * 256)()
        count = self.library[f"describe_{name}"](kinds, sizes)
        return [Parameter(chr(kinds.raw[i]), sizes[i]) for i in range(count)]

    def launch(self, name: str, grid: int, block: int, shared_bytes: int, args: list) -> None:
        """Runs ``grid`` blocks of ``block`` threads; one launch at a time in a process.

        ``args``: NumPy scalars (passed by their bytes), arrays (passed as pointers; an array of uint8 stands for raw
        bytes and fits every pointer) and None (a null pointer).  Raises ValueError or TypeError with one sentence
        if they do not fit the kernel's signature.  The kernel's mistakes abort the process: see ``run_isolated``.
        """
        if name not in self.parameters:
            raise ValueError(f"no kernel {name!r}: there are {', '.join(sorted(self.parameters))}")
        if grid < 1 or not 1 <= block <= 1024 or shared_bytes < 0:
            raise ValueError(f"{name}: a launch of {grid} blocks of {block} threads, {shared_bytes} shared bytes")
        expected = self.parameters[name]
        if len(args) != len(expected):
            raise ValueError(f"{name} takes {len(expected)} arguments, not {len(args)}")
        for place, (argument, parameter) in enumerate(zip(args, expected, strict=True)):
            _check(f"{name}: argument {place}", argument, parameter)
        held = [_passed(argument) for argument in args]  # kept until the kernel has ended
        pointers = (ctypes.c_void_p * len(held))(*(value.ctypes.data for value in held))
        shape = (ctypes.c_uint(grid), ctypes.c_uint(block), ctypes.c_size_t(shared_bytes))
        self.library[f"launch_{name}"](*shape, ctypes.c_int(self.schedule), ctypes.c_uint64(self.seed), pointers)


def _check(what: str, argument, parameter: Parameter) -> None:
    if parameter.kind == "p":
        if argument is None:
            return
        if not isinstance(argument, np.ndarray):
            raise TypeError(f"{what} is a pointer: give an array or None, not {type(argument).__name__}")
        if not argument.flags.c_contiguous:
            raise ValueError(f"{what} must be contiguous")
        if argument.dtype != np.uint8 and argument.itemsize != parameter.size:
            raise ValueError(f"{what} points to {parameter.size} bytes each, not to {argument.dtype}")
        return
    if not isinstance(argument, np.generic):
        raise TypeError(f"{what} is a number: give a NumPy scalar, not {type(argument).__name__}")
    if argument.itemsize != parameter.size or (argument.dtype.kind == "f") != (parameter.kind == "f"):
        number = "a floating-point number" if parameter.kind == "f" else "an integer"
        raise ValueError(f"{what} is {number} of {parameter.size} bytes, not {argument.dtype}")


def _passed(argument) -> np.ndarray:
    """The argument's bytes in memory: a number's own, or a pointer's."""
    if isinstance(argument, np.generic):
        return np.array(argument)
    return np.array(0 if argument is None else argument.ctypes.data, dtype=np.uintp)


def build(
    sources: list[Path], defines: dict[str, int | str], *, sanitize: bool = False, optimize: str = "-O1"
) -> HostKernels:
    """Compiles the .cu files, in this order, as one source with the macros ``defines``; loads what came of it.

    The library is kept under a hash of all text and flags, so a second build of the same is free.  Warnings are errors:
    RuntimeError with the compiler's words.  ``sanitize``: with AddressSanitizer and UndefinedBehaviorSanitizer, to be
    loaded only inside ``sanitized_python``.
    """
    if sanitize and "libasan" not in os.environ.get("LD_PRELOAD", ""):
        raise RuntimeError("a sanitized build loads only where libasan was loaded first: run it in sanitized_python")
    source = "\n".join(f'#line 1 "{Path(path).name}"\n{Path(path).read_text()}' for path in sources)
    flags = [*FLAGS, optimize, *(SANITIZERS if sanitize else ()), *(f"-D{name}={defines[name]}" for name in defines)]
    shim = [(HERE / name).read_text() for name in SHIM]
    key = hashlib.sha256("\0".join([_compiler(), *flags, *shim, _LAUNCHER, _NAMES, source]).encode()).hexdigest()[:32]
    library = _cache_folder() / f"{key}.so"
    if not library.exists():
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:  # two builds at once: the last rename wins
            made = _compile(source, flags, Path(folder))
            os.replace(made, library)
    return HostKernels(library)


def _compile(source: str, flags: list[str], folder: Path) -> Path:
    plain = folder / "plain.cpp"
    plain.write_text(source)
    # The kernels' names come from the preprocessed text: macros may make kernels, and #if may leave some out.
    macros = [flag for flag in flags if flag.startswith("-D")]
    names = _KERNEL.findall(_run("g++", "-E", "-P", *macros, str(plain)))
    if not names:
        raise RuntimeError('no kernel found: a kernel begins with extern "C" __global__ void')
    whole = folder / "kernels.cpp"
    launchers = '#line 1 "launchers"' + "".join(_LAUNCHER.format(name) for name in names)
    whole.write_text(f'#include "cuda_shim.h"\n{source}\n{launchers}{_NAMES.format(" ".join(names))}')
    _run("g++", *flags, f"-I{HERE}", "-o", str(folder / "kernels.so"), str(whole))
    return folder / "kernels.so"


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"g++ refused the kernels:\n{done.stderr}")
    return done.stdout


@cache
def _compiler() -> str:
    return _run("g++", "-dumpmachine") + _run("g++", "-dumpfullversion")


def _cache_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"stickyweights-cuda-host-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise RuntimeError(f"{folder} belongs to somebody else: set TMPDIR to a folder of your own")
    return folder
