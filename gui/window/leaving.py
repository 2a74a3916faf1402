"""The end of a window, in order or not: nothing runs on, and what a crash has left is offered."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog

from ..model.autosave import Restorable, discard, found, restore
from ..model.swap_file import read_swap
from .afterwards import afterwards


def end(window) -> None:
    """Tell all that runs for a window to stop, and remember how it was; ``wait_for_all`` waits when it is gone."""
    window.session.clock.pause()
    window.ticking.stop()
    for dialog in window.findChildren(QDialog):
        dialog.close()
    window.workers.closing()
    if window.autosave is not None:
        afterwards(lambda: window.autosave.close(window.unasked) or True)  # a worker may be writing it
    for page in [*window.pages.all_built(), window.docks.lessons]:
        closing = getattr(page, "closing", None)
        if closing is not None:
            closing()
    window.docks.all_shown()
    window.settings.keep(window)
    window.splitters.remember()
    window.settings.keep_options(window.session.options)
    window.settings.keep_recent(window.session.document.recent)
    window.shortcuts.stop()
    window.session.close()


def offer_unsaved(window) -> None:
    """Look in a worker for documents of sessions that did not end well; what to do with the newest is asked then."""
    if window.unsaved is not None:
        window.workers.run(lambda: found(window.unsaved)[:1], lambda lost: _offer(window, *lost), "", key="unsaved")


def _offer(window, lost: Restorable | None = None) -> None:
    """Ask in the message strip; the crash copy goes when its document is there."""
    if lost is None:
        return

    def restored(swapped) -> None:
        if window.filing.may_leave():
            window.session.clock.pause()
            restore(window.session.document, swapped)
            discard(lost)
        else:
            _offer(window, lost)

    what = f"restoring {lost.name}"
    window.messages.tell(
        f"“{lost.name}” was not saved when the program ended on {lost.when:%d %B at %H:%M}.",
        "info",
        restore=lambda: window.workers.run(lambda: read_swap(lost.path), restored, what),
        discard=lambda: discard(lost),
    )
