"""A file that is no shared file, was cut off, or lies, is refused in one sentence that names it.

A good file is taken apart, changed, and put together again.
"""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def torch():
    return pytest.importorskip("torch")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "net.safetensors"


def holding(torch, **tensors):
    """A module with the tensors as parameters where they are floats, else as buffers."""
    module = torch.nn.Module()
    for name, tensor in tensors.items():
        if tensor.is_floating_point():
            module.register_parameter(name, torch.nn.Parameter(tensor.clone()))
        else:
            module.register_buffer(name, tensor.clone())
    return module


def drawn(torch, k, n=4096, dtype="float32", seed=0):
    """n weights of exactly k different values."""
    generator = torch.Generator().manual_seed(seed)
    index = torch.cat([torch.arange(k), torch.randint(0, k, (n - k,), generator=generator)])
    return (torch.arange(k) - k // 2).to(getattr(torch, dtype))[index]


def parts(torch, k=7):
    """(tensors, the table in the metadata) of a good file with one tensor of k values."""
    import safetensors.torch

    from training.shared_format import encode

    data, _ = encode({"w": drawn(torch, k, 1000), "b": torch.ones(3)}, {"c": "b"})
    metadata = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]
    assert list(metadata) == ["stickyweights"]
    return safetensors.torch.load(data), json.loads(metadata["stickyweights"])


def written(path, tensors, table):
    import safetensors.torch

    text = table if isinstance(table, str) else json.dumps(table)
    path.write_bytes(safetensors.torch.save(tensors, {"stickyweights": text}))


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

    tensors, table = parts(torch)
    change, sentence = TABLES[lie]
    table["shared"]["w"] |= change
    written(path, tensors, table)
    with pytest.raises(ValueError, match=rf"^{path}: tensor 'w': .*{sentence}"):
        load_shared(path)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": "pt"}, "not a stickyweights-shared file: its format is 'pt'"),
        ({"version": 2}, "version 2 is unknown"),
        ({"version": "one"}, "version 'one' is unknown"),
        ({"version": True}, "version True is unknown"),
        ({"shared": "{"}, "'shared' in its metadata is a str, not a table"),
        ({"shared": []}, "'shared' in its metadata is a list, not a table"),
        ({"shared": {"w": 3}}, "tensor 'w': its description is a int"),
        ({"shared": {"w": {}}}, "tensor 'w': field 'shape' is missing"),
        ({"shared": {"v": {"shape": [1], "dtype": "float32", "bits": 0}}}, "tensor 'v': its codebook are missing"),
        ({"tied": {"b": "w"}}, "'b' is tied to 'w', which cannot be"),
        ({"tied": {"c": "d"}}, "'c' is tied to 'd', which cannot be"),
        ({"tied": {"c": ["b"]}}, "'c' is tied to list, which cannot be"),
        ({"tied": None}, "'tied' in its metadata is a NoneType, not a table"),
    ],
)
def test_metadata_that_is_foreign_or_broken_is_refused(torch, path, change, sentence):
    from training import load_shared

    tensors, table = parts(torch)
    written(path, tensors, table | change)
    with pytest.raises(ValueError, match=rf"^{path}: .*{sentence}"):
        load_shared(path)
    written(path, tensors, {key: value for key, value in table.items() if key not in change})
    with pytest.raises(ValueError, match=rf"^{path}: "):
        load_shared(path)


@pytest.mark.parametrize("text", ["{", "[]", "", "null", "[" * 100_000])
def test_metadata_that_is_no_table_is_refused(torch, path, text):
    from training import load_shared

    written(path, parts(torch)[0], text)
    with pytest.raises(ValueError, match=rf"^{path}: its metadata 'stickyweights' is not a table in JSON"):
        load_shared(path)


def test_fields_of_the_metadata_that_nobody_knows_are_refused(torch, path):
    from training import load_shared

    tensors, table = parts(torch)
    written(path, tensors, table | {"code": "import os"})
    with pytest.raises(ValueError, match=rf"^{path}: unknown field of its metadata 'code'"):
        load_shared(path)


def test_a_plain_safetensors_file_is_refused(torch, path):
    import safetensors.torch

    from training import load_shared

    for metadata in (None, {"format": "pt"}):
        safetensors.torch.save_file({"w": torch.ones(3)}, path, metadata)
        with pytest.raises(ValueError, match=rf"^{path}: not a stickyweights-shared file"):
            load_shared(path)


def test_tensors_that_do_not_fit_their_description_are_refused(torch, path):
    from training import load_shared

    tensors, table = parts(torch)
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
        written(path, tensors | change, table)
        with pytest.raises(ValueError, match=rf"^{path}: .*{sentence}"):
            load_shared(path)
    written(path, {name: tensor for name, tensor in tensors.items() if name != "w.codebook"}, table)
    with pytest.raises(ValueError, match="tensor 'w': its codebook are missing"):
        load_shared(path)


def test_one_value_for_terabytes_is_refused_before_anything_is_allocated(torch, path):
    from training import load_shared

    tensors, table = parts(torch, k=1)
    described = {"w": {"shape": [2**20, 2**20], "dtype": "float32", "bits": 0}}
    written(path, tensors, table | {"shared": described})
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
