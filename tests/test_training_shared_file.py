"""Shared files give back every bit, take what they say, and refuse whatever is not one of them."""

import json
import os

import numpy as np
import pytest

pytestmark = pytest.mark.torch


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


def convolutional(torch):
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3), torch.nn.BatchNorm2d(8), torch.nn.Flatten(), torch.nn.Linear(288, 16)
    )
    model(torch.randn(5, 1, 8, 8))
    with torch.no_grad():
        model[3].weight.copy_((model[3].weight * 100).round() / 100)
    return model


def test_the_sizes_are_those_of_the_files(torch, path, tmp_path):
    import safetensors.torch

    from training import save_shared

    model = convolutional(torch)
    size = save_shared(model, path)
    plain = tmp_path / "plain.safetensors"
    safetensors.torch.save_file(model.state_dict(), plain)
    assert size.bytes == os.path.getsize(path) < os.path.getsize(plain) == size.dense_bytes
    data = sum(size.tensors[name] * tensor.numel() / 8 for name, tensor in model.state_dict().items())
    assert data <= size.bytes <= data + 2000  # the rest is the header


def test_a_model_predicts_the_same_also_in_a_wrapper(torch, path):
    from training import load_shared, save_shared

    model = convolutional(torch)
    save_shared(torch.nn.DataParallel(model), path)
    other = convolutional(torch)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(1)
    load_shared(other, path)
    assert other[1].num_batches_tracked == 1
    inputs = torch.randn(3, 1, 8, 8)
    assert torch.equal(model.eval()(inputs), other.eval()(inputs))


def test_frozen_models_are_saved_and_filled_under_plain_names(torch, path):
    from training import freeze_sharing, load_shared, save_shared

    plain, frozen = convolutional(torch), convolutional(torch)
    assert freeze_sharing(frozen) == ["3.weight"]
    save_shared(frozen, path)
    loaded = load_shared(path)
    assert sorted(loaded) == sorted(plain.state_dict())
    assert torch.equal(loaded["3.weight"], plain[3].weight)
    with torch.no_grad():
        plain[3].weight.mul_(2)
        frozen[3].parametrizations.weight.original.add_(5)
    save_shared(plain, path)
    load_shared(frozen, path)
    assert torch.equal(frozen[3].weight, plain[3].weight)
    with torch.no_grad():
        plain[3].weight[0, 0] += 1
    save_shared(plain, path)
    kept = frozen[3].weight.detach().clone()
    with pytest.raises(ValueError, match=r"'3\.weight' is frozen in the model: 1 of 4608 weights do not share"):
        load_shared(frozen, path)
    assert torch.equal(frozen[3].weight, kept)


@pytest.mark.parametrize("frozen", [False, True], ids=["plain", "frozen"])
def test_tied_tensors_are_stored_once(torch, path, frozen):
    from training import freeze_sharing, load_shared, save_shared

    def tied():
        model = torch.nn.ModuleDict({"a": torch.nn.Embedding(30, 16), "b": torch.nn.Linear(16, 30, bias=False)})
        with torch.no_grad():
            model["a"].weight.copy_(model["a"].weight.round())
        model["b"].weight = model["a"].weight
        return model

    model = tied()
    if frozen:
        freeze_sharing(model)
    size = save_shared(model, path)
    assert list(size.tensors) == ["a.weight"]
    loaded = load_shared(path)
    assert loaded["b.weight"] is loaded["a.weight"]
    other = tied()
    load_shared(other, path)
    assert other["b"].weight is other["a"].weight
    assert torch.equal(other["b"].weight, model["a"].weight)
    model = torch.nn.ModuleDict({"a": torch.nn.Embedding(30, 16), "b": torch.nn.Linear(16, 30, bias=False)})
    save_shared(model, path)
    with pytest.raises(ValueError, match=r"'b\.weight' and 'a\.weight' differ in it, but are tied in the model"):
        load_shared(other, path)


def test_a_tensor_called_like_a_codebook_is_no_trouble(torch):
    from training.shared_format import decode, encode

    state = {"w": torch.zeros(1000), "w.codebook": torch.ones(300), "v.indices": torch.ones(3)}
    data, bits = encode(state, {})
    assert bits == {"w": 32, "w.codebook": 32 / 300, "v.indices": 32}
    for name, tensor in decode(data)[0].items():
        assert torch.equal(tensor if isinstance(tensor, torch.Tensor) else tensor.expand(), state[name])


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


# Hostile files.  A good one is taken apart, changed, and put together again.


def parts(torch, k=7):
    """(tensors, metadata) of a good file with one tensor of k values."""
    import safetensors.torch

    from training.shared_format import encode

    data, _ = encode({"w": drawn(torch, k, 1000), "b": torch.ones(3)}, {"c": "b"})
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return safetensors.torch.load(data), header["__metadata__"]


def written(path, tensors, metadata):
    import safetensors.torch

    path.write_bytes(safetensors.torch.save(tensors, metadata))


def test_the_parts_of_a_good_file_are_good(torch, path):
    from training import load_shared

    written(path, *parts(torch))
    loaded = load_shared(path)
    assert torch.equal(loaded["w"], drawn(torch, 7, 1000))
    assert sorted(loaded) == ["b", "c", "w"]


TABLES = {  # what is changed in the description of w -> the sentence
    "more weights": ({"shape": [2000]}, "indices have 375 bytes, its shape needs 750"),
    "fewer weights": ({"shape": [2]}, "its shape needs 1"),
    "no weights": ({"shape": [0]}, "whole numbers > 0"),
    "negative": ({"shape": [-10, -100]}, "whole numbers > 0"),
    "huge": ({"shape": [2**62, 2**62, 4]}, "no tensor has so many weights"),
    "endless": ({"shape": [2**61] * 1000}, "no tensor has so many weights"),
    "no list": ({"shape": "1000"}, "whole numbers > 0"),
    "fractional": ({"shape": [1000.0]}, "whole numbers > 0"),
    "true": ({"shape": [True]}, "whole numbers > 0"),
    "wide": ({"bits": 4}, "4 bits an index do not fit a codebook of 7 values"),
    "huge bits": ({"bits": 10**9}, "bits an index do not fit"),
    "negative bits": ({"bits": -3}, "bits an index do not fit"),
    "text bits": ({"bits": "3"}, "bits an index do not fit"),
    "other dtype": ({"dtype": "float16"}, "codebook are missing or not a row of torch.float16"),
    "no dtype": ({"dtype": "load"}, "its dtype is 'load'"),
    "list dtype": ({"dtype": ["float32"]}, "its dtype is list"),
    "extra": ({"code": "import os"}, "unknown field 'code'"),
}


@pytest.mark.parametrize("lie", TABLES)
def test_a_description_that_lies_is_refused(torch, path, lie):
    from training import load_shared

    tensors, metadata = parts(torch)
    change, sentence = TABLES[lie]
    described = json.loads(metadata["shared"])
    described["w"] |= change
    written(path, tensors, metadata | {"shared": json.dumps(described)})
    with pytest.raises(ValueError, match=rf"^{path}: tensor 'w': .*{sentence}"):
        load_shared(path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "pt"}, "not a stickyweights-shared file: its format is 'pt'"),
        ({"version": "2"}, "version 2 is unknown"),
        ({"version": "one"}, "version 'one' is unknown"),
        ({"shared": "{"}, "'shared' is missing or not a table"),
        ({"shared": "[]"}, "'shared' is missing or not a table"),
        ({"shared": "[" * 100_000}, "'shared' is missing or not a table"),
        ({"shared": '{"w": 3}'}, "tensor 'w': its description is a int"),
        ({"shared": '{"w": {}}'}, "tensor 'w': field 'shape' is missing"),
        ({"shared": '{"v": {"shape": [1], "dtype": "float32", "bits": 0}}'}, "tensor 'v': its codebook are missing"),
        ({"tied": '{"b": "w"}'}, "'b' is tied to 'w', which cannot be"),
        ({"tied": '{"c": "d"}'}, "'c' is tied to 'd', which cannot be"),
        ({"tied": '{"c": ["b"]}'}, "'c' is tied to list, which cannot be"),
        ({"tied": "null"}, "'tied' is missing or not a table"),
    ],
)
def test_metadata_that_is_foreign_or_broken_is_refused(torch, path, change, sentence):
    from training import load_shared

    tensors, metadata = parts(torch)
    written(path, tensors, metadata | change)
    with pytest.raises(ValueError, match=rf"^{path}: .*{sentence}"):
        load_shared(path)
    written(path, tensors, {key: value for key, value in metadata.items() if key not in change})
    with pytest.raises(ValueError, match=rf"^{path}: "):
        load_shared(path)


def test_tensors_that_do_not_fit_their_description_are_refused(torch, path):
    from training import load_shared

    tensors, metadata = parts(torch)
    beyond = torch.full_like(tensors["w.indices"], 255)
    for change, sentence in (
        ({"w.indices": beyond}, "tensor 'w': index 7 is beyond its codebook of 7 values"),
        ({"w.indices": beyond[:-1]}, "its indices have 374 bytes, its shape needs 375"),
        ({"w.indices": beyond.to(torch.int8)}, "its indices are missing"),
        ({"w.codebook": torch.ones(0)}, "do not fit a codebook of 0 values"),
        ({"w.codebook": torch.ones(7, 1)}, "its codebook are missing or not a row"),
        ({"w.codebook": torch.ones(7).double()}, "its codebook are missing or not a row"),
        ({"w": torch.ones(1000)}, "tensor 'w' is stored twice"),
    ):
        written(path, tensors | change, metadata)
        with pytest.raises(ValueError, match=rf"^{path}: .*{sentence}"):
            load_shared(path)
    written(path, {name: tensor for name, tensor in tensors.items() if name != "w.codebook"}, metadata)
    with pytest.raises(ValueError, match="tensor 'w': its codebook are missing"):
        load_shared(path)


def test_one_value_for_terabytes_is_refused_before_anything_is_allocated(torch, path):
    from training import load_shared

    tensors, metadata = parts(torch, k=1)
    described = {"w": {"shape": [2**20, 2**20], "dtype": "float32", "bits": 0}}
    written(path, tensors, metadata | {"shared": json.dumps(described)})
    with pytest.raises(ValueError, match=r"would expand to 4\.4e\+12"):
        load_shared(path)
    with pytest.raises(ValueError, match=r"'w' has shape \(1048576, 1048576\) in it, \(1000,\) in the model"):
        load_shared(holding(torch, w=torch.ones(1000), b=torch.ones(3), c=torch.ones(3)), path)


def test_cut_off_and_foreign_files_are_refused(torch, path):
    from training import load_shared, save_shared

    save_shared(holding(torch, w=drawn(torch, 7), b=torch.ones(3)), path)
    whole = path.read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    for size in [*range(0, header, 7), *range(header, len(whole), 101), len(whole) - 1]:
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=rf"^{path}: not a whole safetensors file"):
            load_shared(path)
    for data in (b"PK\x03\x04" + bytes(100), whole + b"x", b"\xff" * 100, b"\x02" + bytes(7) + b"[]"):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=rf"^{path}: "):
            load_shared(path)


def test_no_flipped_byte_of_the_header_escapes_as_another_error(torch, path):
    from training import load_shared, save_shared

    save_shared(holding(torch, w=drawn(torch, 7, 1000), b=torch.ones(3)), path)
    whole = path.read_bytes()
    generator = np.random.default_rng(0)
    refused = 0
    for place in range(8 + int.from_bytes(whole[:8], "little")):
        changed = bytearray(whole)
        changed[place] ^= int(generator.integers(1, 256))
        path.write_bytes(changed)
        try:
            load_shared(path)
        except ValueError as error:
            assert str(error).startswith(f"{path}: ")  # noqa: PT017
            refused += 1
    assert refused > 300


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
