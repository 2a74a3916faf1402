"""Which tensors of a model a penalty acts on: rules by name, pattern, module type or function.

A key of the rules is one of
    an exact name               "fc1.weight"
    a glob                      "fc*.weight"            (``fnmatch.fnmatchcase``)
    a regular expression        r"re:fc[12]\\.weight"    (of the full name)
    a type and an attribute     (nn.Linear, "weight")   (modules of this type or derived from it)
    a function                  callable(name, parameter) -> bool
Names are those of ``named_parameters()`` of the model inside its wrappers (see ``unwrapped``).  Biases and norms (at
most one dimension, called bias, or held by a norm) take part only where an exact name says so.  A tied parameter
counts once, under its first name; any of its names may match.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import NamedTuple

from torch import nn
from torch.nn.parameter import is_lazy

_NORMS = (nn.LayerNorm, nn.GroupNorm, nn.RMSNorm, nn.modules.batchnorm._NormBase)
_SHOWN = 10  # so many names an error lists
_REGEX = "re:"
_KEYS = "a name, a glob, 're:' and a regular expression, (module type, attribute) or a callable(name, parameter)"


class Regularized(NamedTuple):
    """A parameter with its (first) name, the penalty on it, and the key of the rule in words."""

    name: str
    parameter: nn.Parameter
    penalty: object
    rule: str


class _Place(NamedTuple):
    """One place where a parameter is held: a tied parameter has several."""

    name: str
    attribute: str
    module: nn.Module


class _Tensor(NamedTuple):
    parameter: nn.Parameter
    places: list[_Place]

    @property
    def is_weight(self) -> bool:
        """Neither bias nor norm."""
        first = self.places[0]
        return self.parameter.ndim > 1 and first.attribute != "bias" and not isinstance(first.module, _NORMS)


def match(model: nn.Module, rules: Mapping) -> list[Regularized]:
    """The parameters that the rules name, each with its penalty, in the order of ``model.named_parameters()``.

    ``rules``: key (see the module) -> penalty (``WeightSharing``, or one of ``training.penalties``, or whatever has
    their ``value`` and ``prox``).

    Raises ValueError for a rule that matches nothing, a parameter that two rules match, and a parameter that is not
    trained or not of a real float dtype; TypeError for a key or value that is none.
    """
    if not isinstance(rules, Mapping):
        raise TypeError(f"rules is a {type(rules).__name__}: give a dict from {_KEYS} to a penalty")
    if not rules:
        raise ValueError("rules is empty: name at least one parameter, say {'fc1.weight': WeightSharing(1e-3)}")
    for key, penalty in rules.items():
        _check_penalty(key, penalty)
    tensors = _tensors(model)
    rule_of: dict[int, object] = {}
    for key in rules:
        for number in _matched(tensors, key):
            if number in rule_of:
                raise ValueError(
                    f"parameter {tensors[number].places[0].name!r} is matched by two rules, "
                    f"{in_words(rule_of[number])} and {in_words(key)}: let only one of them match it"
                )
            rule_of[number] = key
    for number in rule_of:
        _check_trained(tensors[number], in_words(rule_of[number]))
    return [
        Regularized(tensor.places[0].name, tensor.parameter, rules[rule_of[number]], in_words(rule_of[number]))
        for number, tensor in enumerate(tensors)
        if number in rule_of
    ]


def weights_of(model: nn.Module, only=None) -> dict[str, nn.Parameter]:
    """First name -> parameter, in the model's order: all but biases and norms, or those that ``only`` names.

    ``only``: one key as in the rules (see the module), or a list of them.  Parameters that are not trained count too.
    Raises as ``match`` does for a key that matches nothing or is none.
    """
    tensors = _tensors(model)
    if only is None:
        return {t.places[0].name: t.parameter for t in tensors if t.is_weight and t.parameter.is_floating_point()}
    is_list = isinstance(only, list | set | frozenset) or (isinstance(only, tuple) and not _is_type_and_attribute(only))
    wanted = {number for key in (only if is_list else [only]) for number in _matched(tensors, key)}
    return {t.places[0].name: t.parameter for number, t in enumerate(tensors) if number in wanted}


def unwrapped(model: nn.Module) -> nn.Module:
    """The model inside of ``DataParallel``, ``DistributedDataParallel`` and ``torch.compile``, however nested.

    Names then stay the same whether a model is wrapped or not.  Raises TypeError for what is no module.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"the model is a {type(model).__name__}: give a torch.nn.Module")
    while True:
        if isinstance(model, nn.DataParallel | nn.parallel.DistributedDataParallel):
            model = model.module
        elif isinstance(getattr(model, "_orig_mod", None), nn.Module):  # torch.compile's wrapper has no public type
            model = model._orig_mod
        else:
            return model


def in_words(key) -> str:
    """A key of the rules as text, say 'fc*.weight' or (Linear, 'weight')."""
    if _is_type_and_attribute(key):
        return f"({key[0].__name__}, {key[1]!r})"
    if callable(key):
        return getattr(key, "__qualname__", type(key).__name__)
    return repr(key)


def _tensors(model: nn.Module) -> list[_Tensor]:
    """Each parameter once, with all its places, in the order of ``named_parameters()``."""
    found: dict[int, _Tensor] = {}
    for name, attribute, module in _places(unwrapped(model)):
        parameter = module._parameters[attribute]
        if is_lazy(parameter):
            raise ValueError(f"parameter {name!r} has no shape yet: run one batch through the model first")
        found.setdefault(id(parameter), _Tensor(parameter, [])).places.append(_Place(name, attribute, module))
    return list(found.values())


def _places(model: nn.Module) -> Iterator[_Place]:
    for path, module in model.named_modules(remove_duplicate=False):
        for attribute, parameter in module._parameters.items():
            if parameter is not None:
                yield _Place(f"{path}.{attribute}" if path else attribute, attribute, module)


def _matched(tensors: list[_Tensor], key) -> list[int]:
    """The numbers of the tensors that the key matches; at least one."""
    if isinstance(key, str):
        exact = [number for number, tensor in enumerate(tensors) if any(p.name == key for p in tensor.places)]
        if exact:
            return exact
    matches = _predicate(key)
    found = [
        number
        for number, tensor in enumerate(tensors)
        if tensor.is_weight and any(matches(place, tensor.parameter) for place in tensor.places)
    ]
    if not found:
        names = [tensor.places[0].name for tensor in tensors]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise ValueError(
            f"rule {in_words(key)} matches no parameter; there are {', '.join(names[:_SHOWN]) or 'none'}{more} "
            "(biases and norms take part only where named exactly)"
        )
    return found


def _predicate(key) -> Callable[[_Place, nn.Parameter], bool]:
    if isinstance(key, str) and key.startswith(_REGEX):
        try:
            pattern = re.compile(key.removeprefix(_REGEX))
        except re.error as error:
            raise ValueError(f"rule {key!r} is no regular expression: {error}") from None
        return lambda place, parameter: pattern.fullmatch(place.name) is not None
    if isinstance(key, str):
        return lambda place, parameter: fnmatchcase(place.name, key)
    if _is_type_and_attribute(key):
        return lambda place, parameter: isinstance(place.module, key[0]) and place.attribute == key[1]
    if callable(key) and not isinstance(key, type):
        return lambda place, parameter: bool(key(place.name, parameter))
    raise TypeError(f"rule {key!r} is of type {type(key).__name__}: give {_KEYS}")


def _is_type_and_attribute(key) -> bool:
    return isinstance(key, tuple) and len(key) == 2 and isinstance(key[0], type) and isinstance(key[1], str)


def _check_penalty(key, penalty) -> None:
    there = all(callable(getattr(penalty, name, None)) for name in ("value", "prox"))
    if isinstance(penalty, type) or not there:
        what = f"the class {penalty.__name__}" if isinstance(penalty, type) else f"a {type(penalty).__name__}"
        raise TypeError(f"the value of rule {in_words(key)} is {what}: give a penalty, say WeightSharing(1e-3)")


def _check_trained(tensor: _Tensor, rule: str) -> None:
    parameter, name = tensor.parameter, tensor.places[0].name
    if not parameter.is_floating_point():
        raise ValueError(
            f"parameter {name!r}, matched by rule {rule}, is {parameter.dtype}: only real floats can share"
        )
    if not parameter.requires_grad:
        raise ValueError(
            f"parameter {name!r}, matched by rule {rule}, is not trained (requires_grad is False): "
            "train it, or let no rule match it"
        )
