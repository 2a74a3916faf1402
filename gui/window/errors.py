"""Errors as sentences: what was foreseen, what was not, and what Qt itself complains of."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("gui")
_HARMLESS = ("propagateSizeHints", "This plugin does not support", "Populating font family aliases")


def one_sentence(error: BaseException, what: str = "") -> str:
    """An error as one sentence without line breaks; ``what`` is what was being done."""
    text = " ".join((_of_system(error) or str(error)).split())
    if isinstance(error, MemoryError):
        return f"There is not enough memory for {what or 'this'}: take fewer particles."
    if isinstance(error, ValueError | OSError | RuntimeError | TypeError) and text:
        first = text.partition(" ")[0]  # a file's name at the beginning stays as it is
        return (text[0].upper() + text[1:] if first.isalpha() else text).rstrip(".") + "."
    kind = type(error).__name__
    return f"{what[:1].upper() + what[1:] or 'Something'} went wrong: {text or kind}."


def _of_system(error: BaseException) -> str:
    """What the system says of a file, without the number that it has for it; "" for other errors."""
    if not isinstance(error, OSError) or not error.strerror:
        return ""
    name = str(error.filename or "")
    name = name if len(name) <= 200 else f"{name[:100]}…{name[-60:]}"
    return f"{name}: {error.strerror}" if name else error.strerror


def details(error: BaseException) -> str:
    """What somebody who mends the fault wants to read."""
    return "".join(traceback.format_exception(error))


class Unexpected:
    """Turns exceptions that nobody caught into messages while it is installed.

    ``tell(sentence, details)`` shows one; ``rescue()`` saves the document first.  ``remove`` puts back what was there.
    """

    def __init__(self, tell: Callable[[str, str], None], rescue: Callable[[], None]):
        self._tell, self._rescue = tell, rescue
        self._before = sys.excepthook, threading.excepthook
        self._busy = False
        sys.excepthook = self._caught
        threading.excepthook = self._caught_in_thread
        self._qt_before = qInstallMessageHandler(self._from_qt)

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._before
        qInstallMessageHandler(self._qt_before)

    def _caught(self, kind, error: BaseException, trace) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        log.error("unexpected: %s", details(error))
        if self._busy:  # the message itself fails: the log has both
            return
        self._busy = True
        try:
            self._rescue()
            self._tell(f"Something unexpected happened, your work is safe: {one_sentence(error)}", details(error))
        except Exception as another:
            log.error("while telling it: %s", details(another))
        finally:
            self._busy = False

    def _caught_in_thread(self, what) -> None:
        if what.exc_value is not None:
            log.error("in thread %s: %s", what.thread and what.thread.name, details(what.exc_value))

    @staticmethod
    def _from_qt(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        if any(harmless in text for harmless in _HARMLESS):
            return
        level = logging.DEBUG if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
        if kind == QtMsgType.QtFatalMsg:
            level = logging.CRITICAL
            print(text, file=sys.stderr)
        log.log(level, "Qt: %s", text)
