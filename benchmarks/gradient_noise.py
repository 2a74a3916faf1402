"""The noise of the gradients in a run, and the strength that a cluster needs to hold together against it.

    python benchmarks/gradient_noise.py RUN [--data DIR]

RUN is the folder of a run, say runs/digits-torus-none-0.  For each weight matrix of its last checkpoint and for the
untrained network: sigma, the standard deviation of a weight's gradient over the batches of an epoch (root mean square
over the weights), and 1.2533 sigma, the strength below which no cluster survives a step even if it holds all weights
(figures.noise_threshold tests that bound).  A cluster that holds a tenth of them needs ten times as much.
"""

import argparse
from pathlib import Path

import torch

from training.batches import order, seed_step_
from training.config import Config
from training.evaluation import forward, mean_loss
from training.figure_noise import THRESHOLD
from training.launch import Ranks, choose_device
from training.run_log import RunFolder
from training.setup import prepare
from training.tables import aligned

EPOCHS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", help="where data lie that were downloaded")
    args = parser.parse_args()
    config = Config.from_json(RunFolder(args.run).config)
    state = torch.load(args.run / "checkpoints" / "last.pt", weights_only=True, map_location="cpu")["model"]
    rows = [["", "tensor", "sigma", "1.2533 sigma"]]
    for name in ("untrained", "trained"):
        setup = prepare(config.replace(method="none", device="cpu"), choose_device("cpu", Ranks()), Ranks(), args.data)
        if name == "trained":
            setup.model.load_state_dict(state)
        for layer, sigma in noise(setup).items():
            rows.append([name, layer, f"{sigma:.2g}", f"{THRESHOLD * sigma:.2g}"])
    print(f"batches of {config.batch}, gradients of {EPOCHS} epochs\n")
    print(aligned(rows))


def noise(setup) -> dict[str, float]:
    """Name -> sigma, for the regularized tensors."""
    model, inputs, targets = setup.model.train(), *setup.data.train
    parameters = dict(model.named_parameters())
    sums = {name: torch.zeros(2, *parameters[name].shape, dtype=torch.float64) for name in setup.layers}
    batches = torch.cat([order(len(inputs), setup.config.batch, setup.config.seed, epoch) for epoch in range(EPOCHS)])
    for step, batch in enumerate(batches):
        seed_step_(setup.device, setup.config.seed, step)
        model.zero_grad()
        mean_loss(forward(model, inputs[batch], setup.config.precision), targets[batch]).backward()
        for name, total in sums.items():
            gradient = parameters[name].grad.double()
            total += torch.stack((gradient, gradient**2))
    return {
        name: float((total[1] / len(batches) - (total[0] / len(batches)) ** 2).mean().sqrt())
        for name, total in sums.items()
    }


if __name__ == "__main__":
    main()
