"""Barriers taken out of CUDA source one at a time: a test that proves a kernel fails without any of them."""

from __future__ import annotations

import re

_COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
_BARRIER = re.compile(r"\b__sync(?:threads\s*\(\s*\)|warp\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))\s*;")


def _spans(source_text: str) -> list[tuple[int, int]]:
    code = _COMMENT_OR_STRING.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source_text)
    return [found.span() for found in _BARRIER.finditer(code)]


def barriers(source_text: str) -> list[int]:
    """The line, from 1, of each ``__syncthreads();`` and ``__syncwarp(...);`` outside comments, in order."""
    return [source_text.count("\n", 0, start) + 1 for start, _ in _spans(source_text)]


def without(source_text: str, k: int) -> str:
    """The text with barrier ``k`` of ``barriers`` (from 0) replaced by an empty statement; lines keep their numbers."""
    spans = _spans(source_text)
    if not 0 <= k < len(spans):
        raise ValueError(f"no barrier {k}: the source has {len(spans)}, counted from 0")
    start, end = spans[k]
    return source_text[:start] + ";" + "\n" * source_text.count("\n", start, end) + source_text[end:]
