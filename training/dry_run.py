"""What a configuration would regularize, without training."""

from __future__ import annotations

import torch

from .config import Config
from .image_shapes import SHAPES, classes_of
from .models import build
from .setup import regularized


def blank_model(config: Config):
    """The model of a configuration without values, on the meta device; ValueError for an unknown data set."""
    if config.data not in SHAPES:
        raise ValueError(f"there is no data set {config.data!r}: take one of {', '.join(SHAPES)}")
    with torch.device("meta"):
        return build(config.model, SHAPES[config.data], classes_of(config.data), config.width, config.dropout)


def rule_table(config: Config) -> str:
    """A line for each parameter of the model: its shape, and its penalty.

    Needs no data.  Raises ValueError for an unknown data set and for all settings that a run would refuse, but those
    that only the data show.
    """
    model = blank_model(config)
    matched = regularized(config, model)
    words = {found.name: "measured only" if config.method == "none" else str(found.penalty) for found in matched}
    rows = [("tensor", "shape", "weights", "rule")]
    rows += [
        (name, " x ".join(map(str, p.shape)), f"{p.numel():,}", words.get(name, "-"))
        for name, p in model.named_parameters()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {rule}" for a, b, c, rule in rows)
