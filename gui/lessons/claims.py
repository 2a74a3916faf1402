"""The texts of a lesson, and the numbers that they claim."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .lesson import Claim, Prose
from .number import stated
from .quantity import quantity

LONGEST = 900  # characters of a paragraph
MEASURED = "measured"
_LINK = re.compile(r"\[([^\[\]]*)\]\(<([^<>]*)>\)")


def prose(paragraphs: Iterable[str]) -> Prose:
    """Paragraphs with their claims taken out, and braces in their places.  ValueError for what is not a claim."""
    claims: list[Claim] = []

    def take(link: re.Match) -> str:
        claims.append(claim_of(link[1], link[2]))
        return f"{{{len(claims) - 1}}}"

    taken = []
    for paragraph in paragraphs:
        if "{" in paragraph or "}" in paragraph:
            raise ValueError("a text cannot hold braces")
        if len(paragraph) > LONGEST:
            raise ValueError(f"a paragraph has {len(paragraph)} characters: keep it to {LONGEST}")
        text = _LINK.sub(take, paragraph)
        if "](" in text:
            raise ValueError("a claim is written [number](<quantity>), without other links")
        taken.append(text)
    return Prose(tuple(taken), tuple(claims))


def claim_of(number: str, words: str) -> Claim:
    """The claim that the quantity named by ``words`` is ``number``."""
    return Claim(stated(number), None if words.strip() == MEASURED else quantity(words))
