"""By which factor a penalty's strength is multiplied as training goes on: set beforehand, or by a closed loop.

Users ask for a size ("256 values"), not for a strength: ``Target`` finds the factor that keeps it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prox.proximal import check_amount

if TYPE_CHECKING:
    from .tensor_figures import Figures

LARGEST_MOVE = 0.3  # of the log factor in one correction
SMALLEST_MOVE = 1e-4  # the reach never shrinks below
RANGE = math.log(1e8)  # |log factor| stays within
NEAR = 0.02  # as near to the aim (in the log) nothing is corrected
_GROWTH, _SHRINKAGE = 1.3, 0.5  # of the reach, where the error keeps or changes its sign


@dataclass(frozen=True)
class Constant:
    """The same factor at every step."""

    value: float = 1.0

    def __post_init__(self):
        object.__setattr__(self, "value", check_amount("value", self.value))

    def factor(self, step: int) -> float:
        return self.value


@dataclass(frozen=True)
class Linear:
    """From ``begin`` at step 0 in a straight line to ``end`` at step ``steps``, and ``end`` from there on."""

    begin: float
    end: float
    steps: int

    def __post_init__(self):
        _check_ramp(self)

    def factor(self, step: int) -> float:
        share = min(step / self.steps, 1.0)
        return (1.0 - share) * self.begin + share * self.end


@dataclass(frozen=True)
class Cosine:
    """From ``begin`` at step 0 along half a cosine to ``end`` at step ``steps``, and ``end`` from there on."""

    begin: float
    end: float
    steps: int

    def __post_init__(self):
        _check_ramp(self)

    def factor(self, step: int) -> float:
        share = (1.0 - math.cos(math.pi * min(step / self.steps, 1.0))) / 2.0
        return (1.0 - share) * self.begin + share * self.end


@dataclass(frozen=True)
class Target:
    """A closed loop: the factor that leaves so many distinct values, so sparse a tensor, or so many bits a value.

    Exactly one of ``distinct`` (>= 1), ``sparsity`` (share of exact zeros, between 0 and 1) and ``bits`` (log2 of the
    number of distinct values) is the aim.  Each ``every`` steps a tensor is measured and its log factor corrected by
    ``gain`` x the log of measured / wanted (distinct values, or share of non-zeros), but by no more than its reach.
    How steeply the values fall with the strength differs by orders of magnitude, so the reach, at most 0.3, halves
    whenever the error changes its sign and grows by 1.3 while it does not: near a threshold this is a bisection, and
    where training drifts it follows.  Within 2% of the aim nothing is corrected.

    A state is a dict of plain numbers (it can go to JSON and back): "log_factor", "reach" and "error"; only the first
    has to be there, ``{"log_factor": 0.0}`` begins.  The factor is exp(log_factor).
    """

    distinct: float | None = None
    sparsity: float | None = None
    bits: float | None = None
    every: int = 20
    gain: float = 0.2

    def __post_init__(self):
        aims = {name: getattr(self, name) for name in ("distinct", "sparsity", "bits")}
        given = [name for name, aim in aims.items() if aim is not None]
        if len(given) != 1:
            raise ValueError(
                f"Target has {' and '.join(given) or 'no aim'}: give exactly one of distinct, sparsity, bits"
            )
        name = given[0]
        aim = check_amount(name, aims[name])
        if name == "distinct" and aim < 1:
            raise ValueError(f"distinct is {aim:g}: at least 1 value remains")
        if name == "sparsity" and not 0 < aim < 1:
            raise ValueError(f"sparsity is {aim:g}: give a share of zeros between 0 and 1, both excluded")
        object.__setattr__(self, name, aim)
        object.__setattr__(self, "every", _check_count("every", self.every))
        object.__setattr__(self, "gain", check_amount("gain", self.gain))
        if self.gain == 0:
            raise ValueError("gain is 0: nothing would be corrected, give a number > 0")

    def check(self, penalty) -> None:
        """ValueError where no factor on this penalty reaches the aim."""
        from .penalties import Subgradient

        what = f"{self} cannot be reached with {penalty}"
        if isinstance(penalty, Subgradient):
            raise ValueError(f"{what}: a gradient alone makes no two weights equal, use WeightSharing")
        if not (getattr(penalty, "strength", 1.0) > 0 or getattr(penalty, "l1", 0.0) > 0):
            raise ValueError(f"{what}: it has strength 0, which no factor changes")
        if self.sparsity is not None and getattr(penalty, "l1", 1.0) == 0:
            raise ValueError(f"{what}: it makes no zeros, give it an l1 > 0")

    def corrected(self, state: dict, figures: Figures) -> dict:
        """The next state, by the figures measured at the factor of this one.  Pure; see the class."""
        if figures.numel == 0:
            return dict(state)
        error = self._error(figures)
        before, reach = state.get("error", 0.0), state.get("reach", LARGEST_MOVE)
        if abs(error) <= NEAR:
            return {"log_factor": state["log_factor"], "reach": reach, "error": 0.0}
        if error * before < 0:
            reach *= _SHRINKAGE
        elif error * before > 0:
            reach *= _GROWTH
        reach = min(max(reach, SMALLEST_MOVE), LARGEST_MOVE)
        move = math.copysign(min(reach, self.gain * abs(error)), error)
        log_factor = min(max(state["log_factor"] + move, -RANGE), RANGE)
        return {"log_factor": log_factor, "reach": reach, "error": error}

    def _error(self, figures: Figures) -> float:
        """log(measured / wanted): positive where a larger factor is wanted."""
        if self.sparsity is not None:
            fewest = 1.0 / figures.numel
            return math.log(max(1.0 - figures.sparsity, fewest) / (1.0 - self.sparsity))
        wanted = math.log(self.distinct) if self.bits is None else self.bits * math.log(2.0)
        return math.log(figures.distinct) - wanted


def parse(text: str):
    """The schedule that a text names, for the command line.

    "constant", "constant:0.5", "linear:0:1:1000" (begin, end, steps), "cosine:1:0:5000", "target:distinct=256",
    "target:sparsity=0.9", "target:bits=4", and with more fields "target:distinct=256,every=50,gain=0.1".
    Raises ValueError, one sentence, for anything else.
    """
    if not isinstance(text, str):
        raise TypeError(f"the schedule is a {type(text).__name__}: give a text, say {_FORMS}")
    kind, *rest = text.strip().split(":")
    try:
        if kind == "constant" and len(rest) <= 1:
            return Constant(*map(float, rest))
        if kind in ("linear", "cosine") and len(rest) == 3:
            return {"linear": Linear, "cosine": Cosine}[kind](float(rest[0]), float(rest[1]), int(rest[2]))
        if kind == "target" and len(rest) == 1:
            return _parsed_target(rest[0])
    except ValueError as error:
        raise ValueError(f"schedule {text!r}: {error}") from None
    raise ValueError(f"unknown schedule {text!r}: give {_FORMS}")


_FORMS = "constant, linear:0:1:1000, cosine:1:0:5000, target:distinct=256, target:sparsity=0.9 or target:bits=4"


def _parsed_target(text: str) -> Target:
    fields = {}
    for item in text.split(","):
        name, equals, value = (part.strip() for part in item.partition("="))
        if name not in Target.__dataclass_fields__ or not equals or name in fields:
            raise ValueError(f"{item!r} is not understood: give distinct, sparsity or bits = a number, each once")
        fields[name] = int(value) if name == "every" else float(value)
    return Target(**fields)


def _check_ramp(ramp) -> None:
    for name in ("begin", "end"):
        object.__setattr__(ramp, name, check_amount(name, getattr(ramp, name)))
    object.__setattr__(ramp, "steps", _check_count("steps", ramp.steps))


def _check_count(name: str, count) -> int:
    if isinstance(count, bool) or not isinstance(count, int):
        raise TypeError(f"{name} is a {type(count).__name__}: give a whole number >= 1")
    if count < 1:
        raise ValueError(f"{name} is {count}: give a whole number >= 1")
    return count
