"""What a configuration would regularize, without training."""

from __future__ import annotations

import torch

from .config import Config
from .rules import match
from .schedules import parse
from .setup import build_model, load_data, penalties


def rule_table(config: Config, data_folder=None) -> str:
    """A line for each parameter of the model: its shape, and its penalty. Raises as the run would."""
    with torch.device("meta"):
        model = build_model(config, load_data(config, data_folder))
    rules = penalties(config, config.layers or model.regularized)
    matched = {found.name: found.penalty for found in match(model, rules)}
    for schedule in filter(None, (config.schedule, config.rewind_schedule)):
        parse(schedule)
    words = {name: "measured only" if config.method == "none" else str(penalty) for name, penalty in matched.items()}
    rows = [("tensor", "shape", "weights", "rule")]
    rows += [
        (name, " x ".join(map(str, p.shape)), f"{p.numel():,}", words.get(name, "-"))
        for name, p in model.named_parameters()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {rule}" for a, b, c, rule in rows)
