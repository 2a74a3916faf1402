"""An attribute that is checked when it is set, and says so when it has changed."""

from __future__ import annotations

from collections.abc import Callable


class Setting:
    """``checked(value)`` gives the value to keep or raises ValueError; its owner emits ``state_changed`` for another
    one."""

    def __init__(self, default, checked: Callable):
        self._default, self._checked = default, checked

    def __set_name__(self, owner, name: str) -> None:
        self._name = "_" + name

    def __get__(self, owner, kind=None):
        return self if owner is None else getattr(owner, self._name, self._default)

    def __set__(self, owner, value) -> None:
        value = self._checked(value)
        if value != self.__get__(owner):
            setattr(owner, self._name, value)
            owner.state_changed.emit()


def one_of(what: str, choices: tuple) -> Callable:
    """A check that lets only the choices pass."""

    def checked(value):
        if value not in choices:
            raise ValueError(f"the {what} is {value!r}: choose one of {', '.join(map(str, choices))}")
        return value

    return checked
