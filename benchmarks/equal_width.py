"""What rounding a finished network to a grid costs: the baseline for projection along the penalty's path.

    python benchmarks/equal_width.py RUN [--data DIR]

RUN is the folder of a run, say runs/digits-torus-none-0.  The values of each weight matrix of its last checkpoint fall
into bins of equal width, and each becomes the mean of its bin; batch norm is estimated again.  Printed: the accuracy on
the test split as trained, with as many bins as the run's projection has values, and with 16 and 4.
"""

import argparse
from pathlib import Path

import torch

from training import reestimate_batch_norm
from training.config import Config
from training.evaluation import evaluate
from training.launch import Ranks, choose_device
from training.run_log import RunFolder
from training.setup import prepare
from training.tables import aligned


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", help="where data lie that were downloaded")
    args = parser.parse_args()
    config = Config.from_json(RunFolder(args.run).config).replace(device="cpu")
    state = torch.load(args.run / "checkpoints" / "last.pt", weights_only=True, map_location="cpu")["model"]
    rows = [["bins", "distinct values", "test %"]]
    for bins in (None, config.project, (16,), (4,)):
        setup = prepare(config, choose_device("cpu", Ranks()), Ranks(), args.data)
        setup.model.load_state_dict(state)
        weights = [setup.model.get_parameter(name) for name in setup.layers]
        if bins:
            counts = bins if len(bins) == len(weights) else bins * len(weights)
            with torch.no_grad():
                for weight, count in zip(weights, counts, strict=True):
                    weight.copy_(rounded(weight, count))
            reestimate_batch_norm(setup.model, setup.data.train.inputs.split(config.batch))
        distinct = ", ".join(f"{weight.unique().numel():,}" for weight in weights)
        asked = "as trained" if bins is None else ", ".join(f"{count:,}" for count in bins)
        rows.append([asked, distinct, f"{100 * evaluate(setup.model, setup.data.test, config.precision).accuracy:.1f}"])
    print(aligned(rows))


def rounded(weight: torch.Tensor, bins: int) -> torch.Tensor:
    """Each value replaced by the mean of those in its bin; the bins divide the range evenly."""
    values = weight.flatten().double()
    bin_of = ((values - values.min()) / (values.max() - values.min()) * bins).long().clamp(max=bins - 1)
    sums = torch.zeros(bins, dtype=torch.float64).index_add(0, bin_of, values)
    means = sums / torch.bincount(bin_of, minlength=bins).clamp(min=1)
    return means[bin_of].to(weight.dtype).view_as(weight)


if __name__ == "__main__":
    main()
