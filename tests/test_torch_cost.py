"""The array-level torch path has logarithmic depth and never waits for the device: it fits into a CUDA graph."""

import itertools

import numpy as np
import pytest

from prox.torch_solver import prox_rows

pytestmark = pytest.mark.torch


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


WAITS = {"_local_scalar_dense", "nonzero", "masked_select", "equal", "is_nonzero", "_unique2", "repeat_interleave"}


def dispatched(call):
    """(name, number of elements of the result) of each operation of torch that a call runs, views left out.

    Fails where the host has to wait for the device: for a value, or for a shape that depends on values.
    """
    torch = pytest.importorskip("torch")
    from torch.utils._python_dispatch import TorchDispatchMode

    seen = []

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
            name = operation.overloadpacket.__name__
            assert name not in WAITS, f"{name} waits for the device"
            if name in ("index", "index_put", "index_put_"):
                mask = any(index is not None and index.dtype is torch.bool for index in args[1])
                assert not mask, f"{name} waits for the device to count a mask"
            result = operation(*args, **(kwargs or {}))
            if not operation.is_view:
                seen.append((name, result[0].numel() if isinstance(result, tuple) else result.numel()))
            return result

    with Watch():
        call()
    return seen


@pytest.mark.parametrize("waiting", ["t.sum().item()", "t[t > 0]", "t.nonzero()", "bool(t.any())", "t.unique()"])
def test_the_watch_sees_what_waits_for_the_device(torch, waiting):
    t = torch.arange(3.0)
    with pytest.raises(AssertionError, match="waits"):
        dispatched(lambda: eval(waiting, {"t": t}))


@pytest.mark.parametrize("masses", [False, True])
@pytest.mark.parametrize("options", [{}, {"rewind": 0.3}, {"l1": 0.1}, {"rewind": 0.3, "l1": 0.1}, {"strength": 0.0}])
def test_the_host_never_waits_for_a_value(torch, masses, options):
    options = {"strength": 0.7, **options}
    rows = torch.randn(3, 50, generator=torch.manual_seed(0))
    mass = 1 + rows.double().abs() if masses else None
    assert dispatched(lambda: prox_rows(rows, mass=mass, **options))
    # A tensor on the device "meta" has a shape and no values: whoever needs one fails.
    mass = mass.to("meta") if masses else None
    found = prox_rows(rows.to("meta"), mass=mass, **options)
    assert [field.shape for field in found] == [rows.shape] * 6


def test_the_operations_do_not_depend_on_the_weights(torch):
    """What a CUDA graph has recorded for one input is right for any other."""
    recorded = [
        dispatched(lambda w=w: prox_rows(torch.from_numpy(w)[None], 1.0)) for w in (np.ones(100), np.arange(100.0))
    ]
    assert recorded[0] == recorded[1]


def test_depth_each_level_is_a_constant_number_of_operations(torch):
    levels = [4, 7, 10, 13, 16]
    counts = [len(dispatched(lambda d=2**level: prox_rows(torch.rand(1, d), 1.0))) for level in levels]
    assert all(later - earlier <= 3 * 450 for earlier, later in itertools.pairwise(counts))
    assert counts[-1] < 2**16 / 8, "the bound must be able to fail"


def test_work_is_of_order_d_log_d(torch):
    for level in (4, 8, 12, 16):
        d = 2**level
        work = sum(size for _, size in dispatched(lambda d=d: prox_rows(torch.rand(1, d), 1.0)))
        assert work <= 70 * d * level
