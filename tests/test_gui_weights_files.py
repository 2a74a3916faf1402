"""Files of weights give back exactly the tensors that were put in, whichever format they stand in."""

import ast

import numpy as np
import pytest

from gui.model.opening import read_system
from gui.weights import counting, numpy_files
from gui.weights.counting import count
from gui.weights.opening import holds_weights, open_weights
from gui.weights.safetensors_file import write_safetensors
from gui.weights.saving import shared, write
from gui.weights.summary import Summary, summary
from gui.weights.tensors import Tensor, narrowed, rounded, widened
from prox import prox_weight_sharing
from tests.one_sentence import refused

DTYPES = ("float16", "float32", "float64")


class Here:
    """Workers that work here and now."""

    def run(self, work, then, what, progress):
        self.report = progress
        then(work(self))


def layer(dtype="float32", shape=(7, 5)):
    return np.random.default_rng(3).normal(size=shape).astype(dtype)


def only(path):
    opened = open_weights(path)
    (entry,) = opened.entries
    return entry, opened.read(entry.name)


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".safetensors"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_written_is_read_bit_for_bit(tmp_path, suffix, dtype):
    weights = layer(dtype, (2, 3, 4))
    write(tmp_path / f"w{suffix}", Tensor(None, "a.weight", weights, dtype))
    entry, found = only(tmp_path / f"w{suffix}")
    assert (entry.shape, entry.dtype, entry.refusal) == ((2, 3, 4), dtype, "")
    assert entry.name == ("w" if suffix == ".npy" else "a.weight")
    assert found.dtype == dtype
    np.testing.assert_array_equal(found, weights)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_a_header_at_which_python_fails_now_and_then_is_parsed_once_more(tmp_path, suffix, monkeypatch):
    """See ``particles.checked_file.headers_parsed``."""
    write(tmp_path / f"w{suffix}", Tensor(None, "w", layer(), "float32"))
    parse, times = ast.literal_eval, []

    def failing(text):
        times.append(text)
        if len(times) in (1, 3, 5):
            raise SystemError("AST constructor recursion depth mismatch (before=24, after=29)")
        return parse(text)

    monkeypatch.setattr(ast, "literal_eval", failing)
    np.testing.assert_array_equal(only(tmp_path / f"w{suffix}")[1], layer())
    assert len(read_system(tmp_path / f"w{suffix}")) == layer().size


def test_numpy_files_of_any_byte_order_and_layout_are_read(tmp_path):
    np.save(tmp_path / "w.npy", np.asfortranarray(layer("float64").astype(">f8")))
    entry, found = only(tmp_path / "w.npy")
    assert entry.dtype == "float64"
    assert found.flags.c_contiguous
    np.testing.assert_array_equal(found, layer("float64"))


def test_a_number_and_an_empty_array_are_listed_and_only_the_number_is_weights(tmp_path):
    np.savez(tmp_path / "w.npz", one=np.float32(2), none=np.empty((0, 3)), steps=np.int64(4), names=np.array(["a"]))
    refusals = {entry.name: entry.refusal for entry in open_weights(tmp_path / "w.npz").entries}
    assert refusals["one"] == ""
    assert refusals["none"] == "It is empty."
    assert refusals["steps"].startswith("It holds int64.")
    assert refusals["names"]


@pytest.mark.train
def test_safetensors_agree_with_the_reference_reader_and_writer(tmp_path):
    import safetensors.numpy as reference

    plain = {"b": layer("float16"), "a": layer("float64", ()), "n": np.arange(3), "e": np.empty((0, 2), "float32")}
    reference.save_file(plain, tmp_path / "theirs.safetensors", {"made": "by them"})
    opened = open_weights(tmp_path / "theirs.safetensors")
    assert {entry.name for entry in opened.entries} == set(plain)
    for name, weights in plain.items():
        np.testing.assert_array_equal(opened.read(name), weights)
    write_safetensors(tmp_path / "ours.safetensors", Tensor(None, "x", layer(), "float32"))
    np.testing.assert_array_equal(reference.load_file(tmp_path / "ours.safetensors")["x"], layer())


@pytest.mark.torch
def test_bfloat16_is_rounded_as_torch_rounds_it(tmp_path):
    torch = pytest.importorskip("torch")
    weights = np.concatenate((layer("float32", 1000), np.float32([0.0, -0.0, 1e-40, 3e38, 1 + 2**-8, 1 + 3 * 2**-8])))
    theirs = torch.from_numpy(weights).bfloat16()
    np.testing.assert_array_equal(narrowed(weights), theirs.view(torch.uint16).numpy())
    np.testing.assert_array_equal(widened(narrowed(weights)), theirs.float().numpy())
    write(tmp_path / "w.safetensors", Tensor(None, "w", weights, "bfloat16"))
    entry, found = only(tmp_path / "w.safetensors")
    assert entry.dtype == "bfloat16"
    np.testing.assert_array_equal(found, theirs.float().numpy())


@pytest.mark.train
def test_shared_files_of_training_are_expanded(tmp_path):
    import torch

    from training import save_shared

    model = torch.nn.Sequential(torch.nn.Linear(40, 30), torch.nn.Linear(30, 3))
    with torch.no_grad():
        model[0].weight.copy_(model[0].weight.sign() * 0.5)
        model[1].weight.fill_(0.25)
    save_shared(model, tmp_path / "shared.safetensors")
    opened = open_weights(tmp_path / "shared.safetensors")
    state = model.state_dict()
    assert {entry.name for entry in opened.entries} == set(state)
    for name, tensor in state.items():
        np.testing.assert_array_equal(opened.read(name), tensor.numpy())


def test_an_archive_is_opened_once_for_all_that_is_counted(tmp_path, monkeypatch):
    """Its directory is read each time, which takes as long as it has members."""
    np.savez(tmp_path / "many.npz", **{f"w{k}": np.arange(k % 7 + 1.0) for k in range(30)})
    opened, archives, shown = open_weights(tmp_path / "many.npz"), [], []
    archive = numpy_files.zipfile.ZipFile
    monkeypatch.setattr(numpy_files.zipfile, "ZipFile", lambda path: archives.append(archive(path)) or archives[-1])
    count(Here(), opened, shown.append)
    assert {name: one.distinct for found in shown for name, one in found.items()} == {
        f"w{k}": k % 7 + 1 for k in range(30)
    }
    assert sum(map(len, shown)) == 30
    assert [made.fp for made in archives] == [None]  # one, and closed


def test_what_is_counted_is_shown_now_and_then_and_not_each_by_itself(tmp_path, monkeypatch):
    np.savez(tmp_path / "many.npz", **{f"w{k}": np.arange(k + 1.0) for k in range(10)})
    for every, expected in ((1e9, [1, 9]), (-1.0, [1] * 10 + [0])):
        shown = []
        monkeypatch.setattr(counting, "EVERY", every)
        count(Here(), open_weights(tmp_path / "many.npz"), shown.append)
        assert list(map(len, shown)) == expected


@pytest.mark.torch
def test_a_torch_file_is_unpacked_by_a_child_and_leaves_nothing(tmp_path, monkeypatch):
    torch = pytest.importorskip("torch")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    weights = torch.from_numpy(layer())
    state = {"model": {"w": weights.T, "half": weights.bfloat16(), "step": torch.tensor(3)}, "more": [weights[0]]}
    torch.save(state, tmp_path / "w.pt")
    opened = open_weights(tmp_path / "w.pt")
    found = {entry.name: (entry.shape, entry.dtype) for entry in opened.entries}
    assert found == {
        "model.w": ((5, 7), "float32"),
        "model.half": ((7, 5), "bfloat16"),
        "model.step": ((), "int64"),
        "more.0": ((5,), "float32"),
    }
    np.testing.assert_array_equal(opened.read("model.w"), layer().T)
    np.testing.assert_array_equal(opened.read("model.half"), widened(narrowed(layer())))
    opened.close()
    assert not list((tmp_path / "temporary").iterdir())
    refused(OSError, lambda: opened.read("model.w"), "w.pt", "open it again")


def test_a_history_is_no_file_of_weights(tmp_path):
    from particles import Particles, simulate
    from particles.files import write_history

    write_history(tmp_path / "h.npz", simulate(Particles([0.0, 1.0], [1.0, 0.0])))
    np.save(tmp_path / "w.npy", layer())
    (tmp_path / "run").mkdir()
    assert not holds_weights(tmp_path / "h.npz")
    assert not holds_weights(tmp_path / "run")
    assert not holds_weights(tmp_path / "missing.npy")
    assert holds_weights(tmp_path / "w.npy")


def test_the_summary_counts_values_and_what_is_not_finite():
    assert summary(np.array([[1.0, -0.0], [0.0, 1.0]])) == Summary(2, 0.0, 1.0, 0)
    assert summary(np.float32([np.nan, 2, np.inf, -3]))[:] == (2, -3.0, 2.0, 2)
    assert summary(np.array([np.nan])).distinct == 0


@pytest.mark.parametrize("dtype", [*DTYPES, "bfloat16"])
def test_the_saved_result_is_the_prox_and_members_are_bit_equal(tmp_path, dtype):
    weights = rounded(layer("float64", (20, 30)), dtype)
    found = shared(Tensor(None, "w", weights, dtype), 0.3, rewind=0.5, l1=0.01)
    assert found.values.shape == (20, 30)
    exact, clusters = prox_weight_sharing(weights, 0.3, rewind=0.5, l1=0.01, return_clusters=True)
    np.testing.assert_array_equal(found.values, rounded(exact, dtype))
    assert np.unique(found.values).size <= len(clusters)
    write(tmp_path / "w.safetensors", found)
    np.testing.assert_array_equal(only(tmp_path / "w.safetensors")[1], found.values)


def test_numpy_files_refuse_bfloat16_and_unknown_names_are_refused(tmp_path):
    tensor = Tensor(None, "w", layer(), "bfloat16")
    refused(ValueError, lambda: write(tmp_path / "w.npy", tensor), "w.npy", "bfloat16", ".safetensors")
    refused(ValueError, lambda: write(tmp_path / "w.txt", tensor), "w.txt", ".npz")
    assert not list(tmp_path.iterdir())
