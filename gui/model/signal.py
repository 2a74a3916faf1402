"""A signal: those who want to know of a change connect, and are called when it happens.  No Qt."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import contextmanager
from types import MethodType


class Signal:
    """Calls its listeners in the order in which they connected.

    Bound methods are held weakly: a view that is gone is forgotten, and nobody keeps it alive.  Everything else
    (functions, lambdas, partials) is held strongly.  A listener connected twice is called once.
    """

    def __init__(self):
        self._listeners: list[Callable[[], Callable | None]] = []
        self._silenced = 0

    def connect(self, listener: Callable) -> Callable:
        """Call ``listener`` with what is emitted from now on; returns it, for use as a decorator."""
        if all(held() != listener for held in self._listeners):
            held = weakref.WeakMethod(listener) if isinstance(listener, MethodType) else _Strong(listener)
            self._listeners.append(held)
        return listener

    def disconnect(self, listener: Callable) -> None:
        """Call ``listener`` no more; nothing happens if it was not connected."""
        self._listeners = [held for held in self._listeners if held() not in (None, listener)]

    def emit(self, *args) -> None:
        """Call every listener, also where one before raises; the first error is raised at the end."""
        if self._silenced:
            return
        first_error = None
        for held in tuple(self._listeners):
            listener = held()
            if listener is None or held not in self._listeners:  # gone, or disconnected by one before
                continue
            try:
                listener(*args)
            except Exception as error:
                if "already deleted" in str(error):  # Qt destroyed the widget before Python forgot it
                    self.disconnect(listener)
                elif first_error is None:
                    first_error = error
        self._listeners = [held for held in self._listeners if held() is not None]
        if first_error is not None:
            raise first_error

    @contextmanager
    def blocked(self):
        """Inside, emitting does nothing; blocks may be nested."""
        self._silenced += 1
        try:
            yield
        finally:
            self._silenced -= 1

    def __len__(self) -> int:
        return sum(held() is not None for held in self._listeners)

    def __bool__(self) -> bool:
        return True


class _Strong:
    def __init__(self, listener):
        self._listener = listener

    def __call__(self):
        return self._listener
