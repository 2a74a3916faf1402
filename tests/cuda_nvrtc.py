"""The runtime compiler that users' machines have (NVRTC), without a GPU: kernels to machine code, and its report."""

from __future__ import annotations

import ctypes
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple


class Resources(NamedTuple):
    """What one kernel needs: registers a thread; bytes a thread of stack and of spilled registers."""

    registers: int
    stack: int
    spilled: int


@cache
def library() -> ctypes.CDLL:
    """libnvrtc out of the pip package nvidia-cuda-nvrtc; FileNotFoundError where it is not installed."""
    found = find_spec("nvidia")
    folders = [Path(folder) for folder in (found.submodule_search_locations if found else ())]
    for path in sorted(path for folder in folders for path in folder.glob("*/lib/libnvrtc.so*")):
        return ctypes.CDLL(str(path))
    raise FileNotFoundError("NVRTC is not installed: pip install nvidia-cuda-nvrtc")


def compile_kernels(source: str, options: list[str]) -> tuple[bytes, str]:
    """The machine code, and the compiler's words.  RuntimeError with these where it refuses."""
    nvrtc, program = library(), ctypes.c_void_p()
    nvrtc.nvrtcCreateProgram(ctypes.byref(program), source.encode(), b"kernels.cu", 0, None, None)
    passed = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))
    failed = nvrtc.nvrtcCompileProgram(program, len(options), passed)
    words = _text(nvrtc.nvrtcGetProgramLogSize, nvrtc.nvrtcGetProgramLog, program).decode()
    if failed:
        raise RuntimeError(f"NVRTC refused the kernels:\n{words}")
    code = _text(nvrtc.nvrtcGetCUBINSize, nvrtc.nvrtcGetCUBIN, program)
    nvrtc.nvrtcDestroyProgram(ctypes.byref(program))
    return code, words


def _text(size_of, read, program) -> bytes:
    size = ctypes.c_size_t()
    size_of(program, ctypes.byref(size))
    text = ctypes.create_string_buffer(size.value)
    read(program, text)
    return text.raw.rstrip(b"\0")


def resources(words: str) -> dict[str, Resources]:
    """What the compiler's report (--ptxas-options=-v) says of each kernel."""
    found = {}
    for block in words.split("Compiling entry function '")[1:]:
        stack, stores = re.search(r"(\d+) bytes stack frame, (\d+) bytes spill stores", block).groups()
        registers = re.search(r"Used (\d+) registers", block)[1]
        found[block.partition("'")[0]] = Resources(int(registers), int(stack), int(stores))
    return found
