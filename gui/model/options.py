"""How things are shown: one value per option, checked, with a signal for each change."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from .signal import Signal

CHOICES = {
    "arrows": ("velocity", "momentum", "none"),
    "time_axis": ("linear", "log", "merges"),
    "theme": ("light", "dark", "system"),
    "camera": ("fixed", "fit", "follow"),
}


@dataclass(frozen=True)
class OptionValues:
    """All options at one time.  ``ghosts``: faint free flights without collisions; ``flashes``: the impulse of a
    collision lights up; ``class_mode``: less is shown, and larger; ``camera``: what the x axis does over time;
    ``follow``: a growing run is shown at its live edge.  Until a prediction is made a lesson sets ``future``, whether
    what is still to come is drawn, and ``hidden``: views, rows of the readouts, "timeline" (its marks) and "race" (its
    length) that are covered."""

    arrows: str = "velocity"
    time_axis: str = "linear"
    theme: str = "system"
    camera: str = "fit"
    centre_of_mass: bool = True
    ghosts: bool = False
    flashes: bool = True
    labels: bool = True
    class_mode: bool = False
    follow: bool = True
    future: bool = True
    hidden: tuple[str, ...] = ()
    snap: bool = False


NAMES = tuple(field.name for field in fields(OptionValues))


class Options:
    """The present options: ``options.arrows`` reads one, ``options.set(arrows="none")`` changes some.

    ``changed`` is emitted with the name of each option that really changed.
    """

    def __init__(self, **changes):
        self.values = OptionValues()
        self.changed = Signal()
        self.set(**changes)

    def __getattr__(self, name):
        if name in NAMES:
            return getattr(self.values, name)
        raise AttributeError(f"there is no option {name!r}: known are {', '.join(NAMES)}")

    def set(self, **changes) -> None:
        """Change some options; ValueError, and nothing changes, for an unknown name or value."""
        for name, value in changes.items():
            _check(name, value)
        before, self.values = self.values, replace(self.values, **changes)
        for name in changes:
            if getattr(before, name) != getattr(self.values, name):
                self.changed.emit(name)

    def copy(self) -> Options:
        """Options of the same values and their own signal."""
        return Options(**{name: getattr(self.values, name) for name in NAMES})


def _check(name: str, value) -> None:
    if name not in NAMES:
        raise ValueError(f"there is no option {name!r}: known are {', '.join(NAMES)}")
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"option {name} is {value!r}: choose one of {', '.join(CHOICES[name])}")
    if name == "hidden":
        if not isinstance(value, tuple | list) or not all(isinstance(part, str) for part in value):
            raise ValueError("option hidden must be names")
    elif name not in CHOICES and not isinstance(value, bool):
        raise ValueError(f"option {name} is {value!r}: it is either True or False")
