"""From a configuration to what is trained: data, model, optimizer, and the regularization attached to it."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import nn

from prox import WeightSharing

from . import data as data_sets
from .config import Config
from .data import Data, Split
from .hook import attach, check_rules
from .launch import Ranks
from .models import build
from .penalties import L1, BetaLasso, GroupLasso, Subgradient
from .rules import Regularized, match
from .schedules import parse


class Setup(NamedTuple):
    """A run before its first step; ``sharing`` is None for method "none", ``layers`` names the regularized tensors."""

    config: Config
    data: Data
    model: nn.Module
    optimizer: torch.optim.Optimizer
    sharing: object | None
    layers: tuple[str, ...]
    device: torch.device
    ranks: Ranks

    @property
    def batches(self) -> int:
        """Steps an epoch."""
        return len(self.data.train.inputs) // self.config.batch


def prepare(config: Config, device: torch.device, ranks: Ranks, data_folder=None) -> Setup:
    """Load the data, build the model and attach the regularization.

    Raises ValueError for settings that do not fit the data or the model, and FileNotFoundError for missing data.
    """
    data = load_data(config, data_folder)
    images = len(data.train.inputs)
    if config.batch > images:
        raise ValueError(f"batch is {config.batch}, but there are only {images} training images: make it smaller")
    if config.batch % ranks.world:
        raise ValueError(f"batch is {config.batch}: it must be a multiple of the {ranks.world} processes")
    torch.manual_seed(config.seed)
    model = build_model(config, data).to(device)
    optimizer = make_optimizer(config, model.parameters(), config.lr)
    layers = tuple(found.name for found in regularized(config, model))
    sharing = None
    if config.method != "none":
        sharing = attach(optimizer, model, penalties(config, layers), **_options(config))
    return Setup(config, _moved(data, device), model, optimizer, sharing, layers, device, ranks)


def load_data(config: Config, folder=None) -> Data:
    """The data set of a configuration."""
    return data_sets.load(
        config.data,
        folder=folder,
        seed=config.seed,
        train_size=config.train_size,
        shuffle_pixels=config.shuffle_pixels,
        validate_on_test=config.validate_on_test,
    )


def build_model(config: Config, data: Data) -> nn.Module:
    """The model of a configuration, for these data."""
    return build(config.model, data.shape, data.classes, config.width, config.dropout)


def penalties(config: Config, layers: tuple[str, ...]) -> dict[str, object]:
    """Tensor name -> penalty, as ``attach`` takes them; strength 0 for method "none"."""
    strengths, l1s = config.for_each("strength", layers), config.for_each("l1", layers)
    config.for_each("project", layers)
    return {name: _penalty(config, *both) for name, *both in zip(layers, strengths, l1s, strict=True)}


def regularized(config: Config, model: nn.Module) -> list[Regularized]:
    """The tensors that a configuration regularizes (only measures, with method "none"), in its order.

    Needs no data, and the model may be on the meta device.  Raises ValueError for whatever ``attach`` would refuse:
    names that the model does not have, numbers that do not fit, schedules that do not fit the penalties.
    """
    layers = config.layers or model.regularized
    check_layers(config, model, layers)
    rules, options = penalties(config, layers), _options(config)
    found = match(model, rules) if config.method == "none" else check_rules(model, rules, **options)
    by_name = {one.name: one for one in found}
    return [by_name[name] for name in layers]


def check_layers(config: Config, model: nn.Module, layers: tuple[str, ...]) -> None:
    """ValueError for the first name that is no parameter's of the model, with those that are."""
    known = dict(model.named_parameters())
    if wrong := [name for name in layers if name not in known]:
        raise ValueError(f"layers: {config.model} has no tensor {wrong[0]!r}: there are {', '.join(known)}")


def make_optimizer(config: Config, parameters, lr: float) -> torch.optim.Optimizer:
    """The optimizer of a configuration with this learning rate."""
    if config.optimizer == "adamw":
        return torch.optim.AdamW(parameters, lr=lr, weight_decay=config.weight_decay)
    return torch.optim.SGD(parameters, lr=lr, momentum=config.momentum, weight_decay=config.weight_decay)


def learning_rate(config: Config, lr: float, epoch: int, epochs: int) -> float:
    """That of ``epoch`` (from 0): cosine from ``lr`` towards 0 after ``epochs``, or constant."""
    return lr if config.lr_schedule == "constant" else lr * (1 + math.cos(math.pi * epoch / epochs)) / 2


def tensor_of(model: nn.Module, name: str) -> torch.Tensor:
    """The tensor of this name, also where its sharing is frozen and it is no parameter any more."""
    module, _, attribute = name.rpartition(".")
    return getattr(model.get_submodule(module), attribute).detach()


def _options(config: Config) -> dict[str, object]:
    """The settings of ``attach`` beside the rules."""
    return {
        "mode": config.mode,
        "every": config.every,
        "start": config.start,
        "stop": config.stop,
        "schedule": parse(config.schedule),
        "rewind": parse(config.rewind_schedule) if config.rewind_schedule else None,
        "unscaled_l1": config.unscaled_l1,
    }


def _penalty(config: Config, strength: float, l1: float):
    if config.method == "l1":
        return L1(strength)
    if config.method == "beta-lasso":
        return BetaLasso(strength, config.beta)
    if config.method == "group-lasso":
        return GroupLasso(strength, "row" if config.scope == "tensor" else config.scope)
    if config.method == "subgradient":
        return Subgradient(strength, l1, config.scope)
    strength, l1 = (0.0, 0.0) if config.method == "none" else (strength, l1)
    return WeightSharing(strength, l1=l1, rewind=config.rewind, scope=config.scope)


def _moved(data: Data, device: torch.device) -> Data:
    splits = {id(s): Split(s.inputs.to(device), s.targets.to(device)) for s in (data.train, data.valid, data.test)}
    return data._replace(train=splits[id(data.train)], valid=splits[id(data.valid)], test=splits[id(data.test)])
