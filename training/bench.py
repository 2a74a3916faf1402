"""``python -m training bench [PRESET...]``: milliseconds of forward, backward, optimizer and prox in a training step.

The model and optimizer are the preset's, the batch is random and of its shape.  Before anything is timed, the weights
after two hooked steps are compared, bit for bit, with ``prox_weight_sharing`` applied by hand.  What the hook adds is
the time of a hooked step of the optimizer less that of a plain one, so it holds all that ``attach`` costs.
"""

from __future__ import annotations

import copy
import statistics
import time
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import torch
from torch import nn

from particles.measure import machine
from prox import prox_weight_sharing
from prox.torch_paper import search_prox

from .arguments import Parser
from .config import Config
from .evaluation import forward, mean_loss
from .hook import attach
from .image_shapes import SHAPES, classes_of
from .launch import Ranks, choose_device
from .models import build
from .presets import PRESETS, configured
from .run_log import write_json
from .setup import make_optimizer, penalties
from .tables import aligned

MODES = ("step", "latent")
LAPTOP = ("digits-torus", "mnist-torus-laptop", "mnist", "cifar10-mlp-laptop")
WARM_UP = 10  # steps before any is timed: caches, and weights that share already
SMALL = 1 << 14  # weights on which the paper's way is timed first, to tell what all would take
_SAMPLE = 5  # seeds of the batch


class Timed(NamedTuple):
    """Median milliseconds of the parts of a step; ``paper``: of the paper's search for the same prox, or None.

    ``prox`` is what the hook adds to ``optimizer``.
    """

    preset: str
    mode: str
    weights: int
    batch: int
    forward: float
    backward: float
    optimizer: float
    prox: float
    paper: float | None

    @property
    def ratio(self) -> float:
        """prox / (forward + backward)"""
        return self.prox / (self.forward + self.backward)


def main(argv: list[str]) -> int:
    """Print the machine and a table with a row for each preset and mode; optionally write them as JSON."""
    parser = Parser(prog="python -m training bench", description=__doc__.partition("\n\n")[2])
    parser.add_argument("presets", metavar="PRESET", nargs="*", help=f"default: {' '.join(LAPTOP)}; on a GPU all")
    parser.add_argument("--repeats", metavar="N", type=int, default=20, help="steps to take the median of")
    parser.add_argument("--device", default="auto", help="cpu, cuda, or auto: a GPU where there is one")
    parser.add_argument("--threads", metavar="N", type=int, default=0, help="CPU threads of torch; 0: its own choice")
    parser.add_argument(
        "--cap", metavar="SECONDS", type=float, default=5.0, help="for one prox in the paper's way; 0: none"
    )
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the numbers too")
    args = parser.parse_args(argv)
    if args.repeats < 1 or args.threads < 0 or not args.cap >= 0:
        parser.error("--repeats must be 1 or more, --threads and --cap 0 or more")
    if args.threads:
        torch.set_num_threads(args.threads)
    device = choose_device(args.device, Ranks())
    configs = [configured(name) for name in args.presets or (LAPTOP if device.type == "cpu" else PRESETS)]
    told = describe(device)
    print("\n".join([*told, f"median of {args.repeats} steps after {WARM_UP}; random batch; milliseconds\n"]))
    rows: list[Timed] = []
    for config in configs:
        rows += time_preset(config, device, args.repeats, args.cap)
        print(aligned(table(rows)[:1] + table(rows)[-len(MODES) :]) + "\n", flush=True)
    if args.json:
        write_json(args.json, {"machine": told, "repeats": args.repeats, "rows": [row._asdict() for row in rows]})
    return 0


def describe(device: torch.device) -> list[str]:
    """Machine, versions, commit, device and threads, in lines."""
    where = torch.cuda.get_device_name(device) if device.type == "cuda" else "the CPU"
    return [*machine(), f"torch {torch.__version__} on {where}, {torch.get_num_threads()} CPU threads"]


def time_preset(config: Config, device: torch.device, repeats: int, cap: float) -> list[Timed]:
    """The rows of one preset, step and latent mode.  RuntimeError where the hook's weights are not the prox's."""
    model, inputs, targets = _real_model(config, device)
    paper = None
    rows = []
    for mode in MODES:
        check(config, model, inputs, targets, mode)
        if paper is None and cap:
            paper = _paper_milliseconds(config, model, cap)
        plain = _parts(config, model, inputs, targets, None, repeats)
        hooked = _parts(config, model, inputs, targets, mode, repeats)
        front, back, step = plain
        weights = sum(p.numel() for p in _chosen(config, model).values())
        added = hooked[2] - step
        rows.append(Timed(config.preset, mode, weights, config.batch, front, back, step, added, paper))
    return rows


def check(config: Config, model: nn.Module, inputs, targets, mode: str) -> None:
    """Two steps with the hook and two with the prox by hand give the same bits, else RuntimeError."""
    hooked, by_hand = copy.deepcopy(model), copy.deepcopy(model)
    ours, plain = (make_optimizer(config, m.parameters(), config.lr) for m in (hooked, by_hand))
    rules = _rules(config, hooked)
    attach(ours, hooked, rules, mode=mode)
    latents = {name: p.detach().clone() for name, p in _chosen(config, by_hand).items()}
    for number in (1, 2):
        ours.zero_grad()
        mean_loss(forward(hooked, inputs, config.precision), targets).backward()
        for mine, theirs in zip(by_hand.parameters(), hooked.parameters(), strict=True):
            mine.grad = None if theirs.grad is None else theirs.grad.clone()
        if mode == "latent":
            _copy_(by_hand, latents)
        plain.step()
        ours.step()
        size = config.lr * (number if mode == "latent" else 1)
        for name, p in _chosen(config, by_hand).items():
            latents[name] = p.detach().clone()
            rule = rules[name]
            shared = prox_weight_sharing(
                latents[name], size * rule.strength, l1=size * rule.l1, rewind=rule.rewind, scope=rule.scope
            )
            if not torch.equal(shared, hooked.get_parameter(name).detach()):
                raise RuntimeError(
                    f"{config.preset}, {mode} mode: {name} after step {number} is not its prox by hand: this is a bug, "
                    "nothing was timed"
                )
            _copy_(by_hand, {name: shared})


def table(rows: list[Timed]) -> list[list[str]]:
    """The rows as text, under a header."""
    header = ["preset", "mode", "weights", "batch", "forward", "backward", "optimizer", "prox", "ratio", "paper's prox"]
    cells = [header]
    for row in rows:
        paper = "-" if row.paper is None else f"{row.paper:,.1f}"
        milliseconds = [f"{value:.3g}" for value in (row.forward, row.backward, row.optimizer, row.prox)]
        cells.append(
            [row.preset, row.mode, f"{row.weights:,}", str(row.batch), *milliseconds, f"{row.ratio:.1%}", paper]
        )
    return cells


def _real_model(config: Config, device: torch.device):
    """The model of the preset in training mode, and a random batch for it."""
    torch.manual_seed(config.seed)
    shape, classes = SHAPES[config.data], classes_of(config.data)
    model = build(config.model, shape, classes, config.width, config.dropout).to(device).train()
    random = torch.Generator().manual_seed(_SAMPLE)
    inputs = torch.randn((config.batch, *shape), generator=random)
    if classes:
        targets = torch.randint(classes, (config.batch,), generator=random)
    else:
        targets = torch.randn((config.batch, config.width[0]), generator=random)
    return model, inputs.to(device), targets.to(device)


def _rules(config: Config, model: nn.Module) -> dict:
    return penalties(config.replace(method="wsr"), config.layers or model.regularized)


def _chosen(config: Config, model: nn.Module) -> dict[str, nn.Parameter]:
    """The regularized parameters by name."""
    return {name: model.get_parameter(name) for name in config.layers or model.regularized}


def _copy_(model: nn.Module, weights: dict[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for name, w in weights.items():
            model.get_parameter(name).copy_(w)


def _parts(config: Config, model, inputs, targets, mode: str | None, repeats: int) -> list[float]:
    """Median milliseconds of forward, backward and the optimizer's step, hooked unless ``mode`` is None."""
    model = copy.deepcopy(model)
    optimizer = make_optimizer(config, model.parameters(), config.lr)
    if mode is not None:
        attach(optimizer, model, _rules(config, model), mode=mode)
    taken = []
    for _ in range(WARM_UP + repeats):
        optimizer.zero_grad()
        times = [_now(inputs.device)]
        loss = mean_loss(forward(model, inputs, config.precision), targets)
        times.append(_now(inputs.device))
        loss.backward()
        times.append(_now(inputs.device))
        optimizer.step()
        times.append(_now(inputs.device))
        taken.append([1e3 * (end - begin) for begin, end in pairwise(times)])
    return [statistics.median(part) for part in zip(*taken[WARM_UP:], strict=True)]


def _paper_milliseconds(config: Config, model, cap: float) -> float | None:
    """One prox of all regularized tensors by the paper's SearchCollisions; None where it would take over ``cap`` s.

    What it would take is told from ``SMALL`` of the weights of each, by its work d log^2 d.
    """
    total = 0.0
    for name, p in _chosen(config, model).items():
        flat, strength = p.detach().reshape(-1), config.lr * _rules(config, model)[name].strength
        part = flat[:SMALL]
        seconds = min(_seconds(part, strength) for _ in range(2))
        times = flat.numel() / part.numel() * (flat.numel().bit_length() / part.numel().bit_length()) ** 2
        launches = 1 if flat.device.type == "cpu" else 0.1  # a small one on a GPU waits for launches, not for work
        if times > 1 and total + seconds * times * launches > cap:
            return None
        total += seconds if times <= 1 else min(_seconds(flat, strength) for _ in range(2))
    return 1e3 * total


def _seconds(flat: torch.Tensor, strength: float) -> float:
    begin = _now(flat.device)
    search_prox(flat, strength)
    return _now(flat.device) - begin


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()
