"""Two processes (gloo): the same clusters on every rank, and sharded weights that share as whole ones do."""

import io
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from one_sentence import refused

torch = pytest.importorskip("torch")
from small_training import FIRST, SECOND, SHARING, batch, bits, network  # noqa: E402
from torch import nn, optim  # noqa: E402

from training import L1, GroupLasso, Linear, Target, WeightSharing, attach  # noqa: E402

pytestmark = [
    pytest.mark.torch,
    pytest.mark.skipif(
        not (torch.distributed.is_available() and torch.distributed.is_gloo_available()), reason="torch has no gloo"
    ),
]
HERE = Path(__file__).resolve()
STEPS = 5
BY_ROWS = {FIRST: WeightSharing(0.5, l1=0.05, scope="row"), SECOND: L1(0.1)}


def steps(model, optimizer, rank):
    """Each rank has its own data; the mean of the gradients is that of both ranks' data."""
    for step in range(STEPS):
        optimizer.zero_grad()
        inputs, targets = batch(2 * step + rank)
        nn.functional.cross_entropy(model(inputs), targets).backward()
        optimizer.step()


def with_ddp(rank, mode):
    """The sharing is attached before the first step of networks that only the wrapper makes equal."""
    model = network()
    if rank:
        nn.init.normal_(model[0].weight)
    wrapped = nn.parallel.DistributedDataParallel(model)
    optimizer = optim.SGD(wrapped.parameters(), lr=0.1, momentum=0.9)
    schedule = {FIRST: Target(distinct=20, every=2)}
    sharing = attach(optimizer, wrapped, {FIRST: SHARING}, mode=mode, schedule=schedule)
    steps(wrapped, optimizer, rank)
    return {"weights": model.state_dict(), "distinct": sharing.report()[FIRST].distinct}


def with_fsdp(rank, mode):
    from torch.distributed.fsdp import fully_shard

    model = network()
    fully_shard(model)
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    sharing = attach(optimizer, model, BY_ROWS, mode=mode, schedule=Linear(0.5, 1.0, 3))
    steps(model, optimizer, rank)
    state = sharing.state_dict()
    report = sharing.report()
    saved = io.BytesIO()
    torch.save(state, saved)
    saved.seek(0)
    sharing.load_state_dict(torch.load(saved, weights_only=True))
    steps(model, optimizer, rank)
    weights = {name: parameter.full_tensor() for name, parameter in model.named_parameters()}
    return {"weights": weights, "report": [(r.distinct, r.merges, r.splits) for r in report.values()]}


def refusals_with_fsdp():
    """The sentences with which penalties that cut across the shards are refused."""
    from torch.distributed.fsdp import fully_shard

    model = network()
    fully_shard(model)
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    for penalty in (WeightSharing(0.1), WeightSharing(0.1, scope="column"), GroupLasso(0.1, scope="column")):
        refused(
            ValueError, lambda p=penalty: attach(optimizer, model, {FIRST: p}), FIRST, "Shard(dim=0)", "scope='row'"
        )


def of_rank(rank, folder):
    """The main program of a process; what it found lies in ``folder``."""
    torch.set_num_threads(1)
    warnings.filterwarnings("error", message=".*was changed")  # of the weights in latent mode
    torch.distributed.init_process_group("gloo", init_method=f"file://{folder}/meeting", rank=rank, world_size=2)
    found = {f"ddp {mode}": with_ddp(rank, mode) for mode in ("step", "latent")}
    found |= {f"fsdp {mode}": with_fsdp(rank, mode) for mode in ("step", "latent")}
    refusals_with_fsdp()
    torch.save(found, f"{folder}/{rank}.pt")
    torch.distributed.destroy_process_group()


@pytest.fixture(scope="module")
def ranks(tmp_path_factory):
    """What the two processes found."""
    folder = tmp_path_factory.mktemp("ranks")
    code = "import sys, test_training_distributed as t; t.of_rank(int(sys.argv[1]), sys.argv[2])"
    environment = os.environ | {"PYTHONPATH": str(HERE.parents[1]), "OMP_NUM_THREADS": "1"}
    processes = []
    for rank in range(2):
        with open(folder / f"{rank}.log", "w") as log:
            command = [sys.executable, "-c", code, str(rank), str(folder)]
            processes.append(
                subprocess.Popen(command, cwd=HERE.parent, env=environment, stdout=log, stderr=subprocess.STDOUT)
            )
    try:
        for rank, process in enumerate(processes):
            assert process.wait(timeout=120) == 0, (folder / f"{rank}.log").read_text()[-3000:]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    return [torch.load(folder / f"{rank}.pt", weights_only=True) for rank in range(2)]


@pytest.mark.parametrize("mode", ["step", "latent"])
def test_every_rank_of_ddp_has_the_same_clusters(ranks, mode):
    first, second = (rank[f"ddp {mode}"] for rank in ranks)
    for name, weights in first["weights"].items():
        assert torch.equal(bits(weights), bits(second["weights"][name])), name
    assert first["distinct"] == second["distinct"] < 12 * 16


@pytest.mark.parametrize("mode", ["step", "latent"])
def test_weights_sharded_by_fsdp_share_within_rows_as_whole_ones_do(ranks, mode):
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    sharing = attach(optimizer, model, BY_ROWS, mode=mode, schedule=Linear(0.5, 1.0, 3))
    reports = []
    for _ in range(2):
        for step in range(STEPS):
            optimizer.zero_grad()
            losses = [
                nn.functional.cross_entropy(model(inputs), t) for inputs, t in map(batch, (2 * step, 2 * step + 1))
            ]
            (sum(losses) / 2).backward()
            optimizer.step()
        reports.append([(r.distinct, r.merges, r.splits) for r in sharing.report().values()])
    first, second = (rank[f"fsdp {mode}"] for rank in ranks)
    assert first["report"] == second["report"] == reports[0]
    for name, weights in model.named_parameters():
        assert torch.equal(first["weights"][name], second["weights"][name])
        assert torch.allclose(first["weights"][name], weights, rtol=1e-4, atol=1e-6), name
    rows = [row.unique().numel() for row in model[0].weight]
    assert [row.unique().numel() for row in first["weights"][FIRST]] == rows
    assert min(rows) < 12
