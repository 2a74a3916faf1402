"""Freezing: the sharing that was learnt becomes a codebook with fixed indices, and only the codebook is trained.

The parameter stays the same object, only its content changes from the weights to the codebook and back: so it keeps
its place in the optimizer, in tied modules and in learning rate schedulers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from .codebook import codebook_of
from .rules import unwrapped, weights_of
from .shared_weights import GRADIENTS, SharedWeights
from .tensor_figures import measure


def freeze_sharing(model, optimizer=None, *, gradient="mean", keep_zeros=True, only=None) -> list[str]:
    """Fix which weights share a value, in place; from now on only the values are trained.  The names frozen.

    ``only``: a key or keys as in the rules of ``attach``; by default every weight, biases and norms excepted, whose
    codebook and indices are smaller than itself.  The weights stay as they are, but for -0.0, which becomes 0.0.
    With ``gradient="mean"`` a step of plain SGD moves the weights as the projection of its step onto the sharing
    would, so the learning rate of before fits; "sum" is the gradient by the codebook.  With ``keep_zeros`` exact
    zeros stay zero.

    Give the optimizer that trains the model: the parameters keep their groups, places and settings in it, their state
    (momenta) is dropped, and every Sharing attached to it is detached.  Tied parameters stay tied.

    Raises ValueError for a wrong ``gradient``, a key that matches nothing, a trained weight that the optimizer does
    not know, a weight that is parametrized already, and a model inside of DistributedDataParallel; nothing is changed
    then.
    """
    if gradient not in GRADIENTS:
        raise ValueError(f"unknown gradient {gradient!r}: the known ones are {', '.join(GRADIENTS)}")
    _check_wrapping(model)
    places = _places(unwrapped(model))
    chosen = {
        name: parameter
        for name, parameter in weights_of(model, only).items()
        if (_is_worth_it(parameter, places[id(parameter)]) if only is None else _is_free(name, places[id(parameter)]))
    }
    _check_known(optimizer, chosen)
    if optimizer is not None and chosen:
        _detach_sharings(optimizer)
        _forget_(optimizer, chosen.values())
    for parameter in chosen.values():
        _freeze_(parameter, places[id(parameter)], gradient, keep_zeros)
    return list(chosen)


def thaw_sharing(model, optimizer=None) -> list[str]:
    """Turn every frozen weight of the model back into a plain parameter, in place.  The names thawed.

    The weights are bit for bit those of the frozen model, and the parameters stand in their modules in the order of
    before.  In the optimizer, if given, they keep their groups and places; their state is dropped.  Raises ValueError
    where another parametrization stands on top of a frozen weight; nothing is changed then.
    """
    _check_wrapping(model)
    frozen: dict[tuple, FrozenWeight] = {}
    for weight in frozen_weights(model):
        frozen.setdefault((id(weight.module), weight.attribute), weight)
    for weight in frozen.values():
        if len(weight.module.parametrizations[weight.attribute]) > 1:
            raise ValueError(f"{weight.name!r} has a further parametrization: remove that one first")
    first: dict[int, FrozenWeight] = {}
    for weight in frozen.values():
        tied = id(weight.codebook) in first
        first.setdefault(id(weight.codebook), weight)
        order = weight.module.parametrizations[weight.attribute].parameter_order
        _own_class_(weight.module)
        # A tied codebook has become the weights already when its second module comes.
        parametrize.remove_parametrizations(weight.module, weight.attribute, leave_parametrized=not tied)
        _reorder_(weight.module, order)
        weight.codebook.grad = None
    if optimizer is not None and first:
        _forget_(optimizer, [weight.codebook for weight in first.values()])
    return [weight.name for weight in first.values()]


class FrozenWeight(NamedTuple):
    """One place of a frozen weight: its plain name, the module and attribute that hold it, what computes it."""

    name: str
    module: nn.Module
    attribute: str
    codebook: nn.Parameter
    shared: SharedWeights

    @property
    def state_prefix(self) -> str:
        """What the names of its entries in the model's ``state_dict`` begin with."""
        return f"{self.name.removesuffix(self.attribute)}parametrizations.{self.attribute}."


def frozen_weights(model) -> Iterator[FrozenWeight]:
    """The places of the frozen weights of a model, in the order of its modules; a tied one has several, and so has
    one in a module that the model holds under several names."""
    for path, module in unwrapped(model).named_modules(remove_duplicate=False):
        if not parametrize.is_parametrized(module):
            continue
        for attribute, found in module.parametrizations.items():
            if isinstance(found[0], SharedWeights):
                name = f"{path}.{attribute}" if path else attribute
                yield FrozenWeight(name, module, attribute, found.original, found[0])


class _Place(NamedTuple):
    module: nn.Module
    attribute: str


def _places(model: nn.Module) -> dict[int, list[_Place]]:
    """Where each parameter is held, by its id."""
    found: dict[int, list[_Place]] = {}
    for module in model.modules():
        for attribute, parameter in module._parameters.items():
            found.setdefault(id(parameter), []).append(_Place(module, attribute))
    return found


def _is_worth_it(parameter: Tensor, places: list[_Place]) -> bool:
    if any(isinstance(module, parametrize.ParametrizationList) for module, _ in places):
        return False
    return measure(parameter).bits < 8 * parameter.element_size()


def _is_free(name: str, places: list[_Place]) -> bool:
    if any(isinstance(module, parametrize.ParametrizationList) for module, _ in places):
        raise ValueError(f"{name!r} belongs to a parametrization: remove that first, only plain weights are frozen")
    return True


def _freeze_(parameter: nn.Parameter, places: list[_Place], gradient: str, keep_zeros: bool) -> None:
    weights = parameter.detach().clone()
    shared = SharedWeights(codebook_of(weights), gradient, keep_zeros)
    for number, (module, attribute) in enumerate(places):
        order = tuple(module._parameters)
        if number:  # the tied parameter holds the codebook already, so torch is shown the weights once more
            module._parameters[attribute] = nn.Parameter(weights.clone(), parameter.requires_grad)
        parametrize.register_parametrization(module, attribute, shared)
        module.parametrizations[attribute].original = parameter
        module.parametrizations[attribute].parameter_order = order
    parameter.grad = None


def _own_class_(module: nn.Module) -> None:
    """A deep copy has the class of its original, which torch changes when it removes a parametrization from either."""
    shared = type(module)
    module.__class__ = type(shared.__name__, shared.__bases__, dict(vars(shared)))


def _reorder_(module: nn.Module, order: tuple[str, ...]) -> None:
    """Removing a parametrization puts the parameter last; optimizer states are loaded by order."""
    for attribute in order:
        if attribute in module._parameters:
            module._parameters[attribute] = module._parameters.pop(attribute)


def _check_wrapping(model) -> None:
    if isinstance(model, nn.parallel.DistributedDataParallel):
        raise ValueError(
            "the model is wrapped in DistributedDataParallel, which knows its parameters by their sizes: freeze or "
            "thaw model.module, then wrap it anew"
        )


def _check_known(optimizer, chosen: dict[str, nn.Parameter]) -> None:
    if optimizer is None:
        return
    known = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
    for name, parameter in chosen.items():
        if parameter.requires_grad and id(parameter) not in known:
            raise ValueError(f"{name!r} is in no group of the optimizer: give the optimizer that trains this model")


def _forget_(optimizer, parameters) -> None:
    """Drop what the optimizer remembers about parameters of other shapes."""
    if isinstance(optimizer, torch.optim.LBFGS):  # it remembers all of them in one vector
        optimizer.state.clear()
        optimizer._numel_cache = None
    for parameter in parameters:
        optimizer.state.pop(parameter, None)


def _detach_sharings(optimizer) -> None:
    from .hook import attached_to

    for sharing in attached_to(optimizer):
        sharing.detach()
