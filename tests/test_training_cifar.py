"""CIFAR-10 batches are read as Python 2 and 3 pickled them, and nothing else in a pickle is ever called."""

import pickle
import struct
import tracemalloc

import numpy as np
import pytest
from one_sentence import refused

from training.cifar import read_batch, read_batches

PIXELS = np.random.default_rng(0).integers(0, 256, (7, 3072), dtype=np.uint8)
LABELS = [3, 1, 4, 1, 5, 9, 2]
BATCH = {b"batch_label": b"training batch 1 of 5", b"labels": LABELS, b"data": PIXELS, b"filenames": [b"x.png"] * 7}


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 did, as its strings, and names NumPy's modules as they were then."""

    dispatch = dict(pickle._Pickler.dispatch)  # noqa: RUF012

    def save_bytes(self, value):
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)

    dispatch[bytes] = save_bytes


def as_python_2(value, path):
    with open(path, "wb") as file:
        Python2Pickler(file, 2).dump(value)
    data = path.read_bytes()
    assert b"cnumpy._core.multiarray\n" in data
    path.write_bytes(data.replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n"))


def written(path, value, protocol=4):
    path.write_bytes(pickle.dumps(value, protocol))
    return path


@pytest.mark.parametrize("protocol", ["of Python 2", 3, 4, 5])
def test_a_batch_is_read_by_channels(protocol, tmp_path):
    if protocol == "of Python 2":
        as_python_2(BATCH, tmp_path / "b")
    else:
        written(tmp_path / "b", BATCH, protocol)
    images, labels = read_batch(tmp_path / "b")
    assert np.array_equal(images, PIXELS.reshape(7, 3, 32, 32))
    assert (images.dtype, labels.dtype, labels.tolist()) == (np.uint8, np.int64, LABELS)
    assert images[2, 1, 5, 6] == PIXELS[2, 1024 + 5 * 32 + 6]  # green, row 5, column 6


def test_keys_may_be_text_and_batches_come_in_order(tmp_path):
    one = written(tmp_path / "1", {"data": PIXELS[:3], "labels": LABELS[:3]})
    two = written(tmp_path / "2", {"data": PIXELS[3:], "labels": LABELS[3:]})
    images, labels = read_batches([one, two])
    assert np.array_equal(images.reshape(7, -1), PIXELS)
    assert labels.tolist() == LABELS


class Call:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (exec, ("raise SystemExit('called')",)),
        (pickle.loads, (b"",)),
        (np.loadtxt, ("/dev/null",)),
        (np.lib.format.open_memmap, ("called",)),
        (getattr, ("x", "upper")),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_function_in_a_pickle_is_refused_and_not_called(function, arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for place in ({b"data": Call(function, *arguments)}, [Call(function, *arguments)]):
        path = written(tmp_path / "b", place)
        refused(ValueError, lambda: read_batch(path), str(path), "it asks for", function.__name__)  # noqa: B023
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_no_name_passes_by_looking_like_a_known_one(tmp_path):
    for module, name in (("multiarray", "_reconstruct"), ("numpy", "core.multiarray._reconstruct"), ("numpy", "load")):
        (tmp_path / "b").write_bytes(f"c{module}\n{name}\n.".encode())
        refused(ValueError, lambda: read_batch(tmp_path / "b"), "it asks for", name.split(".")[0])


def test_a_pickle_cannot_change_the_reader(tmp_path):
    """BUILD sets attributes of what the pickle has found; the next batch must be read as ever."""
    (tmp_path / "evil").write_bytes(
        b"cnumpy.core.multiarray\n_reconstruct\n}X\x01\x00\x00\x00xK\x01sb0cnumpy\ndtype\n}X\x01\x00\x00\x00xK\x01sb."
    )
    refused(ValueError, lambda: read_batch(tmp_path / "evil"))
    assert read_batch(written(tmp_path / "b", BATCH)).labels.tolist() == LABELS


@pytest.mark.parametrize(
    "claim",
    [
        pickle.LONG_BINPUT + struct.pack("<I", 2**27),
        pickle.BYTEARRAY8 + struct.pack("<Q", 2**29),
        pickle.BINBYTES8 + struct.pack("<Q", 2**29),
        b"cnumpy._core.numeric\n_frombuffer\n" + pickle.dumps((2**29, 0, (1,), "C"), 2)[2:-1] + b"R",
    ],
    ids=["a place in the memo", "a bytearray", "bytes", "a buffer"],
)
def test_no_memory_is_set_aside_for_what_a_file_only_claims(claim, tmp_path):
    (tmp_path / "b").write_bytes(pickle.PROTO + b"\x05" + pickle.NONE + claim + pickle.STOP)
    tracemalloc.start()
    try:
        refused(ValueError, lambda: read_batch(tmp_path / "b"), str(tmp_path / "b"))
        assert tracemalloc.get_traced_memory()[1] < 2**28  # half of that is what the file is read into
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ([1, 2], "holds no dictionary"),
        ({b"labels": LABELS}, "has no 'data'"),
        ({b"data": PIXELS}, "has no 'labels'"),
        ({b"data": PIXELS[:, :-1].copy(), b"labels": LABELS}, "shape (n, 3072)"),
        ({b"data": PIXELS.tolist(), b"labels": LABELS}, "shape (n, 3072)"),
        ({b"data": PIXELS, b"labels": LABELS[1:]}, "list of 7"),
        ({b"data": PIXELS, b"labels": [10, *LABELS[1:]]}, "from 0 to 9"),
        ({b"data": PIXELS, b"labels": [float("nan"), *LABELS[1:]]}, "from 0 to 9"),
        ({b"data": PIXELS, b"labels": [True, *LABELS[1:]]}, "from 0 to 9"),
        ({b"data": np.full((7, 3072), np.nan), b"labels": LABELS}, "dtype 'f8'"),
        ({b"data": PIXELS.astype(object), b"labels": LABELS}, "dtype 'O8'"),
        ({b"data": np.asfortranarray(PIXELS), b"labels": LABELS}, "by columns"),
    ],
)
@pytest.mark.parametrize("protocol", [4, 5])
def test_what_is_no_batch_is_refused(content, word, protocol, tmp_path):
    path = written(tmp_path / "b", content, protocol)
    refused(ValueError, lambda: read_batch(path), str(path), word)


def test_a_batch_cut_off_anywhere_is_refused(tmp_path):
    whole = pickle.dumps(BATCH, 4)
    for length in [*range(0, len(whole), 997), *range(len(whole) - 300, len(whole))]:
        (tmp_path / "b").write_bytes(whole[:length])
        refused(ValueError, lambda: read_batch(tmp_path / "b"), str(tmp_path / "b"))


def test_changed_bytes_are_read_or_refused_in_one_sentence(tmp_path):
    """Whatever the header of the pickle becomes: a batch, or a ValueError."""
    whole = bytearray(pickle.dumps(BATCH, 4))
    generator = np.random.default_rng(1)
    told = set()
    for _ in range(300):
        data = bytearray(whole)
        data[generator.integers(0, 400)] = generator.integers(256)
        (tmp_path / "b").write_bytes(data)
        try:
            assert read_batch(tmp_path / "b").images.shape[1:] == (3, 32, 32)
        except ValueError as error:
            told.add(str(error))
    assert len(told) > 3
    assert all(sentence.startswith(f"{tmp_path / 'b'}: ") and "\n" not in sentence for sentence in told)
