"""The state of a Sharing: what resuming needs, as numbers, texts, lists, dicts and tensors, and its reading."""

from __future__ import annotations

import math
import operator
from typing import NamedTuple

import torch

from .dose import Dose
from .tensor_figures import Figures

FORMAT = 1
_ADVICE = "give what state_dict() of a Sharing returned"


class Kept(NamedTuple):
    """What is kept of one tensor; the fields are those of ``Track``."""

    lr_sum: float
    step_sum: float
    loop: dict
    loop_steps: int
    applied: Dose
    latent: torch.Tensor | None
    before: torch.Tensor | None
    untrained: Figures

    def to_state(self) -> dict:
        fields = self._asdict()
        return fields | {
            "loop": dict(self.loop),
            "applied": list(self.applied),
            "untrained": self.untrained.to_json(),
        }


def read_state(state: dict, mode: str, parameters: dict) -> tuple[int, dict[str, Kept]]:
    """The steps, and what is kept of each tensor.

    ``parameters``: name -> parameter.  Raises ValueError for what is no state, or that of another mode or of other
    tensors.  States without "before", as they once were, are read.
    """
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise ValueError(f"this is not the state of a Sharing: {_ADVICE}")
    steps, tensors = state.get("steps"), state.get("tensors")
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0 or not isinstance(tensors, dict):
        raise ValueError(f"the state of the Sharing is broken, it lacks its steps or its tensors: {_ADVICE}")
    if state.get("mode") != mode:
        raise ValueError(f"the state is of mode {state.get('mode')!r}, but this Sharing is attached in {mode!r}")
    if tensors.keys() != parameters.keys():
        missing = sorted(parameters.keys() - tensors.keys())
        extra = sorted(map(str, tensors.keys() - parameters.keys()))
        raise ValueError(
            f"the state is of other tensors (missing: {', '.join(missing) or 'none'}; not regularized here: "
            f"{', '.join(extra) or 'none'}): attach with the rules that it was saved with"
        )
    return steps, {name: _read(name, tensors[name], parameter.shape) for name, parameter in parameters.items()}


def _read(name: str, fields: dict, shape: torch.Size) -> Kept:
    try:
        kept = Kept(
            lr_sum=_number(fields["lr_sum"]),
            step_sum=_number(fields["step_sum"]),
            loop=fields["loop"] | {"log_factor": _number(fields["loop"]["log_factor"])},
            loop_steps=operator.index(fields["loop_steps"]),
            applied=Dose(*(None if part is None else _number(part) for part in fields["applied"])),
            latent=fields["latent"],
            before=fields.get("before"),
            untrained=_figures(fields["untrained"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise ValueError(f"the state's {name} is broken ({what}): {_ADVICE}") from None
    for tensor in (kept.latent, kept.before):
        if tensor is None:
            continue
        if not isinstance(tensor, torch.Tensor):
            raise ValueError(f"the state's {name} is broken (a {type(tensor).__name__} for a tensor): {_ADVICE}")
        if tensor.shape != shape:
            raise ValueError(f"the state's {name} is {tuple(tensor.shape)}, not {tuple(shape)}")
    return kept


def _number(value) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} for a finite number")
    return float(value)


def _figures(fields: dict) -> Figures:
    penalty = math.nan if fields["penalty"] is None else fields["penalty"]
    return Figures(**{**fields, "sizes": tuple(fields["sizes"]), "penalty": penalty})
