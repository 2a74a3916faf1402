"""Cards lie over the window: the palette, the keys, the tour.  There is one at a time."""

from __future__ import annotations


def only(window, card) -> None:
    """Close all cards but ``card`` (None: all)."""
    for other in (window.palette_box, window.key_overlay, window.tour):
        if other is not None and other is not card and other.isVisible():
            other.end()


def close_card(window) -> bool:
    """Close the message, else the tour; whether there was one.  The other cards have the keyboard themselves."""
    if window.messages.text:
        window.messages.hide()
    elif window.tour is not None and window.tour.isVisible():
        window.tour.end()
    else:
        return False
    return True
