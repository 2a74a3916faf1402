"""Shared files give back every bit, take what they say, and refuse whatever is not one of them."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.torch
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "net.safetensors"


def same_bits(torch, a, b):
    same_kind = a.dtype == b.dtype and a.shape == b.shape
    return same_kind and torch.equal(*(t.detach().reshape(-1).view(torch.uint8) for t in (a, b)))


def holding(torch, **tensors):
    """A module with the tensors as parameters where they are floats, else as buffers."""
    module = torch.nn.Module()
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            module.register_parameter(name, torch.nn.Parameter(tensor.clone()))
        else:
            module.register_buffer(name, tensor.clone())
    return module


def blank(torch, module):
    """The same module with other values."""
    return holding(torch, **{name: torch.zeros_like(tensor) for name, tensor in module.state_dict().items()})


def drawn(torch, k, n=4096, dtype="float32", seed=0):
    """n weights of exactly k different values."""
    generator = torch.Generator().manual_seed(seed)
    index = torch.cat([torch.arange(k), torch.randint(0, k, (n - k,), generator=generator)])
    return (torch.arange(k) - k // 2).to(getattr(torch, dtype))[index]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 128, 129])
def test_every_dtype_comes_back_bit_for_bit(torch, path, dtype, k):
    from training import load_shared, save_shared

    module = holding(torch, w=drawn(torch, k, dtype=dtype).reshape(8, 16, 32))
    save_shared(module, path)
    other = blank(torch, module)
    load_shared(other, path)
    assert same_bits(torch, other.w, module.w)
    assert same_bits(torch, load_shared(path)["w"], module.w)
    assert isinstance(other.w, torch.nn.Parameter)


@pytest.mark.parametrize(
    ("k", "bits"), [(1, 0), (2, 1), (3, 2), (16, 4), (17, 5), (255, 8), (256, 8), (257, 9), (4096, None)]
)
def test_an_index_takes_as_few_bits_as_it_can(torch, path, k, bits):
    from training import load_shared, save_shared

    module = holding(torch, w=drawn(torch, k).reshape(64, 64))
    size = save_shared(module, path)
    assert size.tensors == {"w": 32.0 if bits is None else bits + 32 * k / 4096}
    assert same_bits(torch, load_shared(path)["w"], module.w)


@pytest.mark.parametrize("n", [1000, 1001, 1003, 1007, (1 << 18) + 3])
@pytest.mark.parametrize("k", [2, 7, 30])
def test_lengths_that_fill_no_whole_bytes(torch, path, n, k):
    from training import load_shared, save_shared

    module = holding(torch, w=drawn(torch, k, n))
    save_shared(module, path)
    assert same_bits(torch, load_shared(path)["w"], module.w)


@pytest.mark.parametrize("bits", [*range(17), 31, 32])
def test_packed_indices_are_the_digits_of_one_long_number(bits):
    from training.packing import pack, packed_size, unpack

    for n in (0, 1, 7, 8, 9, 21):
        index = np.random.default_rng(n).integers(0, 2**bits, n)
        packed = pack(index, bits)
        whole = sum(int(value) << (bits * place) for place, value in enumerate(index))
        assert packed.tobytes() == whole.to_bytes(packed_size(n, bits), "little")
        assert unpack(packed, n, bits).tolist() == index.tolist()


def test_signed_zeros_infinities_and_every_nan_are_kept(torch, path):
    from training import load_shared, save_shared

    odd = torch.tensor([0x7FC00000, 0x7FC00001, -0x400000, 0x7F800001, 0x7F800000, -0x800000, 0, -(2**31), 1])
    weights = odd.to(torch.int32).repeat(100).view(torch.float32)
    assert weights.isnan().sum() == 400
    module = holding(torch, w=weights)
    size = save_shared(module, path)
    assert size.tensors["w"] < 5
    other = blank(torch, module)
    load_shared(other, path)
    assert same_bits(torch, other.w, module.w)


def test_other_tensors_stand_as_they_are(torch, path):
    from training import load_shared, save_shared

    module = holding(
        torch,
        empty=torch.empty(0, 3),
        scalar=torch.tensor(2.5),
        counts=torch.arange(1000),
        mask=torch.ones(1000, dtype=torch.bool),
        small=torch.zeros(3, 3),
        w=torch.zeros(40, 40).T,
    )
    size = save_shared(module, path)
    assert size.tensors == {"empty": 0, "scalar": 32, "counts": 64, "mask": 8, "small": 32, "w": 32 / 1600}
    other = blank(torch, module)
    load_shared(other, path)
    for name, tensor in module.state_dict().items():
        assert same_bits(torch, other.state_dict()[name], tensor)


def test_a_tensor_called_like_a_codebook_is_no_trouble(torch):
    from training.shared_format import decode, encode

    state = {"w": torch.zeros(1000), "w.codebook": torch.ones(300), "v.indices": torch.ones(3)}
    data, bits = encode(state, {})
    assert bits == {"w": 32, "w.codebook": 32 / 300, "v.indices": 32}
    for name, tensor in decode(data)[0].items():
        assert torch.equal(tensor if isinstance(tensor, torch.Tensor) else tensor.expand(), state[name])


SAVED = """
import sys, torch
from training import save_shared

model = torch.nn.Module()
for name in sys.argv[2:]:
    model.register_parameter(name, torch.nn.Parameter(torch.zeros(1000)))
model.register_parameter("tied", getattr(model, name))
save_shared(model, sys.argv[1])
"""


def test_one_model_is_one_file_byte_by_byte_whatever_the_hashes_of_its_names(torch, path, tmp_path):
    from training import save_shared

    names = [f"w{place}" for place in range(12)]
    running = []
    for seed in ("1", "2"):
        argv = [sys.executable, "-c", SAVED, str(tmp_path / seed), *names]
        environment = {**os.environ, "PYTHONHASHSEED": seed, "OMP_NUM_THREADS": "1"}
        running.append(subprocess.Popen(argv, cwd=ROOT, env=environment))
    model = holding(torch, **dict.fromkeys(names, torch.zeros(1000)))
    model.tied = model.w11
    files = set()
    for _ in range(10):
        save_shared(model, path)
        files.add(path.read_bytes())
    assert [process.wait(timeout=100) for process in running] == [0, 0]
    assert {(tmp_path / seed).read_bytes() for seed in ("1", "2")} == files
    assert len(files) == 1


def test_a_file_for_another_model_is_refused_and_nothing_is_changed(torch, path):
    from training import load_shared, save_shared

    save_shared(holding(torch, a=torch.zeros(40, 40), b=torch.ones(3)), path)
    for other, sentence in (
        (holding(torch, a=torch.ones(40, 40)), "the model has no 'b' "),
        (holding(torch, a=torch.ones(40, 40), b=torch.ones(3), c=torch.ones(3)), "it lacks 'c' "),
        (holding(torch, a=torch.ones(40, 40), b=torch.ones(1, 3)), r"'b' has shape \(3,\) in it, \(1, 3\)"),
        (holding(torch, a=torch.ones(40, 40), b=torch.ones(3).half()), "'b' is torch.float32 in it, torch.float16"),
    ):
        with pytest.raises(ValueError, match=rf"^{path}: {sentence}"):
            load_shared(other, path)
        assert (other.a == 1).all()


def test_missing_files_folders_and_wrong_arguments_are_one_sentence(torch, path, tmp_path):
    from training import load_shared, save_shared

    with pytest.raises(FileNotFoundError, match=rf"could not read {path}"):
        load_shared(path)
    with pytest.raises(OSError, match=rf"could not read {tmp_path}"):
        load_shared(tmp_path)
    with pytest.raises(OSError, match=rf"could not write {tmp_path}"):
        save_shared(torch.nn.Linear(2, 2), tmp_path)
    with pytest.raises(OSError, match="could not write"):
        save_shared(torch.nn.Linear(2, 2), tmp_path / "no folder" / "file")
    with pytest.raises(TypeError, match=r"load_shared\(model, path\), or load_shared\(path\)"):
        load_shared(path, torch.nn.Linear(2, 2))


@pytest.mark.parametrize("failing", ["os.replace", "os.fsync"])
def test_on_a_full_disk_the_old_file_stays(torch, path, tmp_path, monkeypatch, failing):
    from training import load_shared, save_shared

    save_shared(holding(torch, w=torch.ones(100, 10)), path)

    def full(*args):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(failing, full)
        with pytest.raises(OSError, match=rf"could not write {path}: No space left on device; nothing was changed"):
            save_shared(holding(torch, w=torch.zeros(100, 10)), path)
    assert (load_shared(path)["w"] == 1).all()
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_states_that_cannot_be_saved_are_named(torch, path):
    from training import save_shared

    class Extra(torch.nn.Linear):
        def get_extra_state(self):
            return {"epoch": 3}

        def set_extra_state(self, state):
            raise AssertionError(state)

    with pytest.raises(ValueError, match="'_extra_state' is a dict in the model's state: only tensors can be saved"):
        save_shared(Extra(2, 2), path)
    with pytest.raises(ValueError, match="'w' is not a dense tensor with values"):
        save_shared(holding(torch, w=torch.ones(2, device="meta")), path)
    with pytest.raises(ValueError, match="'weight' is not a dense tensor with values"):
        save_shared(torch.nn.LazyLinear(3), path)
    assert not path.exists()
