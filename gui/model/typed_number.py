"""Numbers as they are typed and pasted: a point before the decimals, commas only where they group thousands."""

from __future__ import annotations

import re

_GROUPED = re.compile(r"([-+]?)([1-9]\d{0,2}(?:,\d{3})+)(?!\d)(.*)")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def plain(text: str) -> str:
    """``text`` with an ASCII minus and without the commas that group its thousands; other commas stay."""
    text = str(text).strip().replace("\N{MINUS SIGN}", "-")
    grouped = _GROUPED.fullmatch(text)
    return f"{grouped[1]}{grouped[2].replace(',', '')}{grouped[3]}" if grouped else text


def number(text: str, what: str) -> float:
    """The number that a user typed as ``what``; inf where it is beyond float64.  ValueError, one sentence, where it is
    none."""
    digits = plain(text)
    if _NUMBER.fullmatch(digits):
        return float(digits)
    shown = repr(str(text).strip()[:40])
    if "," in digits:
        raise ValueError(f"the {what} is {shown}: write decimals with a point, commas only group thousands as in 1,000")
    raise ValueError(f"the {what} must be a number such as 0.25 or 1e-3, got {shown}")
