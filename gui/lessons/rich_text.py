"""A lesson's prose as the rich text that Qt draws."""

from __future__ import annotations

import html
import re

from ..draw.palette import Colours
from .lesson import Prose

_MARKS = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<b>\1</b>"),
    (re.compile(r"\*(.+?)\*"), r"<i>\1</i>"),
    (re.compile(r"`(.+?)`"), r"<code>\1</code>"),
)
_CLAIM = re.compile(r"\{(\d+)\}")
_MINUS = re.compile(r"(?<![\w.])-(?=[\d.])")


def typeset(text: str) -> str:
    """A text with real minus signs in front of numbers."""
    return _MINUS.sub("\N{MINUS SIGN}", text)


def to_html(prose: Prose, colours: Colours) -> str:
    """The paragraphs as HTML for a label; the numbers that are claims stand out by weight and colour."""
    accent = colours.accent.name()

    def number(match: re.Match) -> str:
        shown = typeset(html.escape(prose.claims[int(match[1])].stated.text)).replace(" ", "\N{NO-BREAK SPACE}")
        return f'<span style="color:{accent}; font-weight:600">{shown}</span>'

    paragraphs = []
    for index, paragraph in enumerate(prose.paragraphs):
        text = typeset(html.escape(paragraph, quote=False))
        for pattern, replacement in _MARKS:
            text = pattern.sub(replacement, text)
        above = 0 if index == 0 else 9
        text = _CLAIM.sub(number, text)
        paragraphs.append(f'<p style="line-height:145%; margin-top:{above}px; margin-bottom:0px">{text}</p>')
    return "".join(paragraphs)
