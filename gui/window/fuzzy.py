"""Fuzzy search: letters of the query in this order anywhere in the text, the better the closer together."""

from __future__ import annotations

WORD_START, IN_A_ROW, GAP = 8, 5, -1


def score(query: str, text: str) -> int | None:
    """How well ``query`` fits ``text``: None if its letters are not all there in this order; higher is better.

    Letters at the start of a word and letters in a row count more; case and spaces in the query do not matter.
    """
    query, lower = query.lower().replace(" ", ""), text.lower()
    if not query:
        return 0
    best = None
    start = lower.find(query[0])
    while start >= 0:
        found = _from(query, lower, start)
        if found is not None and (best is None or found > best):
            best = found
        start = lower.find(query[0], start + 1)
    return best


def ranked(query: str, texts: list[str]) -> list[int]:
    """The indices of the texts that fit, best first; equal ones stay in their order."""
    found = [(score(query, text), index) for index, text in enumerate(texts)]
    return [index for value, index in sorted(((v, i) for v, i in found if v is not None), key=lambda p: (-p[0], p[1]))]


def _from(query: str, text: str, start: int) -> int | None:
    total, before = 0, start - 1
    for letter in query:
        at = text.find(letter, before + 1)
        if at < 0:
            return None
        if at == 0 or not text[at - 1].isalnum():
            total += WORD_START
        total += IN_A_ROW if at == before + 1 else max(GAP * (at - before), -6)
        before = at
    return total - len(text) // 12
