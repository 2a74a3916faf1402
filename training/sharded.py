"""Parameters that are spread over processes (DTensor: FSDP2, tensor parallelism), and plain ones, in one way."""

from __future__ import annotations

import torch

from .penalties import L1, BetaLasso

_WHOLE_WITHIN = {"row": 0, "column": 1}  # a scope -> the dimension along which a tensor may be cut


def is_sharded(tensor: torch.Tensor) -> bool:
    """Is this a DTensor?  Loads nothing where torch.distributed is not in use."""
    if type(tensor) in (torch.Tensor, torch.nn.Parameter):
        return False
    if not torch.distributed.is_available():
        return False
    from torch.distributed.tensor import DTensor

    return isinstance(tensor, DTensor)


def local(tensor: torch.Tensor) -> torch.Tensor:
    """What of the tensor lies in this process, sharing its memory, without gradient; a plain tensor is all here."""
    return tensor.detach().to_local() if is_sharded(tensor) else tensor.detach()


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """All of the tensor, without gradient.  For a DTensor every process has to ask at once."""
    return tensor.detach().full_tensor() if is_sharded(tensor) else tensor.detach()


def spread_like(parameter: torch.Tensor, part: torch.Tensor) -> torch.Tensor:
    """The inverse of ``local``: the parts of all processes as one tensor that is spread as the parameter is."""
    if not is_sharded(parameter):
        return part
    from torch.distributed.tensor import DTensor

    return DTensor.from_local(
        part,
        parameter.device_mesh,
        parameter.placements,
        run_check=False,
        shape=parameter.shape,
        stride=parameter.stride(),
    )


def write_(parameter: torch.Tensor, values: torch.Tensor) -> None:
    """Copy values into this process's part of the parameter, in place; autograd is told."""
    local(parameter).copy_(values)
    if is_sharded(parameter):
        torch.autograd.graph.increment_version(parameter)


def check_sharding(name: str, parameter: torch.Tensor, penalty) -> None:
    """ValueError where the penalty's prox of the whole is not that of the parts: they would have to be gathered."""
    if not is_sharded(parameter):
        return
    scope = getattr(penalty, "scope", None)
    elementwise = isinstance(penalty, L1 | BetaLasso)
    for placement in parameter.placements:
        cut = placement.is_shard() and not (elementwise or placement.dim == _WHOLE_WITHIN.get(scope))
        if placement.is_partial() or cut:
            raise ValueError(
                f"parameter {name!r} is spread over processes as {placement!r}, which cuts what "
                f"{type(penalty).__name__} (scope {scope!r}) takes together: use scope='row' with Shard(0)"
            )
