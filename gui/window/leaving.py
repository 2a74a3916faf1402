"""The end of a window, in order or not: nothing runs on, and what a crash has left is offered."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog

from ..model.autosave import discard, found, restore


def end(window) -> None:
    """Stop all that runs for a window, and remember how it was."""
    window.session.clock.pause()
    window.ticking.stop()
    for dialog in window.findChildren(QDialog):
        dialog.close()
    for page in [*window.pages.all_built(), window.docks.lessons]:
        closing = getattr(page, "closing", None)
        if closing is not None:
            closing()
    window.workers.closing()
    window.docks.all_shown()
    window.settings.keep(window)
    window.settings.keep_options(window.session.options)
    window.settings.keep_recent(window.session.document.recent)
    if window.autosave is not None:
        window.autosave.close()
    window.shortcuts.stop()
    window.session.close()


def offer_unsaved(window) -> None:
    """Ask in the message strip what to do with the newest document of a session that did not end well."""
    lost = next(iter(found(window.unsaved)), None) if window.unsaved is not None else None
    if lost is not None:
        window.messages.tell(
            f"“{lost.name}” was not saved when the program ended on {lost.when:%d %B at %H:%M}.",
            "info",
            restore=lambda: window.attempt(lambda: restore(window.session.document, lost)) and discard(lost),
            discard=lambda: discard(lost),
        )
