"""Tool tips with text that comes from files."""

from __future__ import annotations

from html import escape

from PySide6.QtGui import Qt


def plain(text: str) -> str:
    """The tool tip that shows ``text`` as it is: Qt takes what looks like HTML for HTML."""
    return f"<qt>{escape(text)}</qt>" if Qt.mightBeRichText(text) else text
