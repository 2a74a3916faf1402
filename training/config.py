"""The configuration of a run: every choice that its result depends on, checked when it is made; loads no torch."""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
import typing
from dataclasses import dataclass

from prox.proximal import SCOPES

METHODS = ("none", "wsr", "l1", "beta-lasso", "group-lasso", "subgradient")
MODELS = ("torus-mlp", "torus-cnn", "cifar-mlp", "cifar-conv", "linear")
_ABOVE_ZERO = ("width", "every", "lr", "finetune_lr", "batch", "epochs", "train_size")
_KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def _option(default, meaning: str, *choices: str):
    return dataclasses.field(default=default, metadata={"meaning": meaning, "choices": choices})


@dataclass(frozen=True)
class Config:
    """All that a run's result depends on, but for the machine.

    Fields that hold several values take one for each regularized tensor, or one for all.  ``start``, ``stop`` and
    ``every`` count optimizer steps.  Raises TypeError or ValueError, naming the field, for a value that does not fit.
    """

    preset: str = _option("", "the preset that this started from")
    data: str = _option("digits-torus", "the data set")
    model: str = _option("torus-mlp", "the network", *MODELS)
    width: tuple[int, ...] = _option((4, 8), "channels or units of its layers")
    dropout: float = _option(0.4, "probability, in [0, 1)")
    method: str = _option("wsr", "the regularization", *METHODS)
    mode: str = _option("step", "prox in place after each step, or of a latent copy", "step", "latent")
    layers: tuple[str, ...] = _option((), "names of the regularized tensors; none: those of the model")
    strength: tuple[float, ...] = _option((1e-3,), "strength of the penalty")
    l1: tuple[float, ...] = _option((0.0,), "strength of l1 beside wsr and subgradient")
    beta: float = _option(50.0, "threshold of beta-lasso, in strengths")
    rewind: float = _option(0.0, "how far clusters go back to their mean, in [0, 1] (wsr)")
    rewind_schedule: str = _option("", "the same, changing with the steps, such as linear:0:1:1000")
    scope: str = _option("tensor", "what shares: the whole tensor, or each row or column by itself", *SCOPES)
    every: int = _option(1, "steps from one prox to the next")
    start: int = _option(0, "the first step with a prox")
    stop: int | None = _option(None, "the first step without one again; none: to the end")
    schedule: str = _option("constant", "factor of the strength, such as cosine:1:0:5000 or target:distinct=256")
    unscaled_l1: bool = _option(False, "l1 is not multiplied by the learning rate, as in the paper's released code")
    optimizer: str = _option("sgd", "the optimizer", "sgd", "adamw")
    lr: float = _option(0.5, "learning rate")
    momentum: float = _option(0.0, "momentum of sgd, in [0, 1)")
    weight_decay: float = _option(0.0, "weight decay")
    lr_schedule: str = _option("cosine", "the learning rate over the epochs", "cosine", "constant")
    batch: int = _option(50, "images a step, over all processes; a last smaller batch is dropped")
    epochs: int = _option(400, "times through the training data")
    augment: bool = _option(False, "random crop (padded by an eighth) and horizontal flip of the training images")
    seed: int = _option(0, "of initialization, order, dropout, augmentation and splits")
    device: str = _option("auto", "cpu, cuda, or auto: a GPU where there is one")
    precision: str = _option("float32", "of the forward pass; weights stay float32", "float32", "bfloat16")
    train_size: int | None = _option(None, "training images; none: the data set's own number")
    shuffle_pixels: bool = _option(False, "one fixed permutation of the pixels of all images")
    validate_on_test: bool = _option(False, "the test split is also the validation split, as in the paper")
    snapshot_every: int = _option(0, "epochs between snapshots of the weights; 0: none")
    project: tuple[int, ...] = _option((), "distinct values to project to at the end; 0: no projection")
    finetune_epochs: int = _option(0, "epochs with the sharing frozen, after training and projection")
    finetune_lr: float = _option(0.05, "learning rate of these, over the epochs as lr_schedule says")
    threads: int = _option(0, "CPU threads of torch; 0: its own choice")

    def __post_init__(self):
        for field, hint in zip(dataclasses.fields(self), _hints().values(), strict=True):
            value = _fitting(field.name, getattr(self, field.name), hint)
            choices = field.metadata["choices"]
            if choices and value not in choices:
                raise ValueError(f"{field.name} {value!r} is unknown: take one of {', '.join(choices)}")
            object.__setattr__(self, field.name, value)
        if not any(self.project):
            object.__setattr__(self, "project", ())
        self._check_ranges()
        self._check_together()

    def _check_ranges(self) -> None:
        for name, hint in _hints().items():
            values = getattr(self, name)
            for value in values if isinstance(values, tuple) else (values,):
                if isinstance(value, bool | str | None):
                    continue
                least = "above 0" if name in _ABOVE_ZERO else "0 or more"
                if not (math.isfinite(value) and (value > 0 if name in _ABOVE_ZERO else value >= 0)):
                    raise ValueError(f"{name} is {value}: it must be {_said(hint)}, {least}")
        for name in ("dropout", "momentum"):
            if getattr(self, name) >= 1:
                raise ValueError(f"{name} is {getattr(self, name)}: it must be below 1")
        if self.rewind > 1:
            raise ValueError(f"rewind is {self.rewind}: it must be in [0, 1]")

    def _check_together(self) -> None:
        if self.device not in ("auto", "cpu", "cuda") and not self.device.startswith("cuda:"):
            raise ValueError(f"device {self.device!r} is unknown: take auto, cpu, cuda or cuda:NUMBER")
        if self.mode == "latent" and self.every != 1:
            raise ValueError(f"every is {self.every}: mode latent takes a prox at each step, leave it at 1")
        if self.mode == "latent" and self.method in ("beta-lasso", "subgradient"):
            raise ValueError(f"method {self.method} acts on the gradient, not through a prox: take mode step")
        if self.stop is not None and self.stop <= self.start:
            raise ValueError(f"stop is {self.stop}: it must be after start, which is {self.start}")
        if not self.strength or not self.l1:
            raise ValueError("strength and l1 need at least one number: give 0 for none")
        if twice := [name for name in self.layers if self.layers.count(name) > 1]:
            raise ValueError(f"layers names {twice[0]} twice: give each tensor once")

    def for_each(self, name: str, layers) -> tuple:
        """The values of field ``name``, one for each of ``layers``; ValueError where they are neither that nor one.

        Only the model knows which layers there are, so this is seen when a run is prepared, or shown.
        """
        values = getattr(self, name)
        if not values:
            return values
        if len(values) not in (1, len(layers)):
            raise ValueError(
                f"{name} has {len(values)} values for {len(layers)} tensors ({', '.join(layers)}): give one for each, "
                "or one for all"
            )
        return values * len(layers) if len(values) == 1 else values

    def to_json(self) -> dict:
        """All fields, as JSON knows them."""
        return {name: list(v) if isinstance(v, tuple) else v for name, v in dataclasses.asdict(self).items()}

    @classmethod
    def from_json(cls, fields: dict) -> Config:
        """The inverse of ``to_json``; ValueError for fields that are unknown or missing."""
        known = [field.name for field in dataclasses.fields(cls)]
        wrong = sorted(set(fields) ^ set(known))
        if wrong:
            what = "unknown" if wrong[0] in fields else "missing"
            raise ValueError(f"the configuration is of another version: its field {wrong[0]!r} is {what}")
        return cls(**{name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()})

    def replace(self, **changes) -> Config:
        """A copy with some fields changed; ValueError for a field that there is not."""
        unknown = sorted(set(changes) - set(_hints()))
        if unknown:
            near = difflib.get_close_matches(unknown[0], _hints(), 1, 0)[0]
            raise ValueError(f"there is no setting {unknown[0]!r}: did you mean {near!r}?")
        return dataclasses.replace(self, **changes)


def parse_value(name: str, text: str):
    """The value of field ``name`` from the text of a command line: 1e-3,1e-4 or fc1.weight,fc2.weight or none."""
    return _parsed(name, text.strip(), _hints()[name])


def _hints() -> dict[str, object]:
    return typing.get_type_hints(Config)


def _parsed(name: str, text: str, hint):
    if isinstance(hint, types.UnionType):
        return None if text.lower() == "none" else _parsed(name, text, typing.get_args(hint)[0])
    if typing.get_origin(hint) is tuple:
        parts = [] if text.lower() in ("", "none") else text.split(",")
        return tuple(_parsed(name, part.strip(), typing.get_args(hint)[0]) for part in parts)
    try:
        if hint is bool:
            return {"true": True, "false": False}[text.lower()]
        value = hint(float(text)) if hint is int else hint(text)
        if hint is int and value != float(text):
            raise ValueError
    except (KeyError, ValueError, OverflowError):
        raise ValueError(f"{name} is {text!r}: it must be {_said(hint)}") from None
    return value


def _fitting(name: str, value, hint):
    """``value`` as the field's type: one value may stand for a tuple, a whole number for a float."""
    if isinstance(hint, types.UnionType):
        return None if value is None else _fitting(name, value, typing.get_args(hint)[0])
    if typing.get_origin(hint) is tuple:
        values = value if isinstance(value, tuple | list) else (value,)
        return tuple(_fitting(name, item, typing.get_args(hint)[0]) for item in values)
    if hint is float and type(value) is int:
        value = float(value)
    if type(value) is not hint:
        raise TypeError(f"{name} is {value!r}: it must be {_said(hint)}")
    return value


def _said(hint) -> str:
    if isinstance(hint, types.UnionType):
        return f"{_said(typing.get_args(hint)[0])} or none"
    if typing.get_origin(hint) is tuple:
        return _said(typing.get_args(hint)[0])
    return _KINDS[hint]
