"""Data sets: the same for the same seed, divided without overlap, and what is promised of their pixels."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from one_sentence import refused

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

from training import data, homes, linear, sources, torus  # noqa: E402

ROOT = Path(__file__).parent.parent


def same(one, other):
    return torch.equal(one.inputs, other.inputs) and torch.equal(one.targets, other.targets)


@pytest.fixture(scope="module")
def small_cifar10(tmp_path_factory):
    """60 images, 10 a file, canonical in all but their number; their first pixel numbers them."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "cifar-10-batches-py").mkdir()
    generator = np.random.default_rng(0)
    for k, name in enumerate([*(f"data_batch_{j}" for j in range(1, 6)), "test_batch"]):
        pixels = generator.integers(0, 256, (10, 3072), dtype=np.uint8)
        pixels[:, 0] = range(10 * k, 10 * k + 10)
        batch = {b"data": pixels, b"labels": generator.permutation(10).tolist()}
        (folder / "cifar-10-batches-py" / name).write_bytes(pickle.dumps(batch, 4))
    return folder


# Digits, which are always there


@pytest.fixture(scope="module")
def digits():
    return data.load("digits-torus")


def upright(split):
    """Each digit as its 64 sorted values: what no roll and no shuffling of pixels changes."""
    return {tuple(row) for row in split.inputs.flatten(1).sort(1).values.tolist()}


def test_digits_have_the_promised_sizes(digits):
    sizes = [(tuple(split.inputs.shape), len(split.targets)) for split in (digits.train, digits.valid, digits.test)]
    assert sizes == [((1000, 1, 8, 8), 1000), ((800, 1, 8, 8), 800), ((2388, 1, 8, 8), 2388)]
    assert (digits.classes, digits.shape, digits.torus, digits.planted) == (10, (1, 8, 8), True, None)
    for split in (digits.train, digits.valid, digits.test):
        assert (split.inputs.dtype, split.targets.dtype) == (torch.float32, torch.int64)


def test_all_digits_are_used_once_and_splits_are_disjoint(digits):
    every, _ = sources._read_digits()
    parts = [upright(split) for split in (digits.train, digits.valid, digits.test)]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len({tuple(sorted(row)) for row in every.tolist()})


def test_each_test_digit_comes_four_times_rolled_differently(digits):
    copies = digits.test.inputs.reshape(4, 597, 64)
    assert torch.equal(*(copies[k].sort(1).values for k in (0, 3)))
    assert (copies[0] == copies[1]).all(1).sum() < 597 / 64 * 3  # one in 64 by chance
    assert torch.equal(digits.test.targets, digits.test.targets[:597].repeat(4))


def test_digits_are_rolled_and_not_otherwise_changed(digits):
    """Some roll of each is a digit of scikit-learn, with its class."""
    from sklearn.datasets import load_digits

    pixels, classes = load_digits(return_X_y=True)
    known = {tuple(row): label for row, label in zip(pixels.astype(int).tolist(), classes.tolist(), strict=True)}
    back = (digits.train.inputs[:50] * 0.3760 + 0.3053).mul(16).round().int()
    shifts = torch.cartesian_prod(torch.arange(8), torch.arange(8))
    for image, target in zip(back, digits.train.targets.tolist(), strict=False):
        rolls = torus.roll(image.expand(64, 1, 8, 8), shifts).flatten(1).tolist()
        assert target in [known.get(tuple(roll)) for roll in rolls]


def test_the_digits_are_those_of_scikit_learn_wherever_they_are_read_from(monkeypatch):
    pixels, targets = sources._read_digits()
    monkeypatch.setattr(sources, "find_spec", lambda name: None)
    from_function, of_function = sources._read_digits()
    assert np.array_equal(pixels, from_function)
    assert np.array_equal(targets, of_function)
    assert np.allclose([(pixels / 16).mean(), (pixels / 16).std()], [0.3053, 0.3760], atol=1e-4)


def test_digits_load_at_once_in_a_fresh_process_without_the_library_that_holds_them():
    """Of the time, the best of three and a generous bound; torch, which a run needs anyway, is not counted."""
    program = (
        "import sys, time, training.data as data; t = time.perf_counter(); data.load('digits-torus');"
        "print('sklearn' in sys.modules, time.perf_counter() - t)"
    )
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
        loaded, seconds = done.stdout.split()
        assert loaded == "False"
        if float(seconds) < 3:
            return
    raise AssertionError(f"took {seconds} s")


def test_every_split_of_the_digits_holds_each_class_by_its_share(digits):
    whole = torch.from_numpy(sources._read_digits()[1]).bincount() / 1797
    for split, copies in ((digits.train, 1), (digits.valid, 4), (digits.test, 4)):
        counts = split.targets.bincount() / copies
        assert (counts - whole * len(split.targets) / copies).abs().max() < 2


# The options, on all sets that are at hand


@pytest.mark.parametrize("name", ["digits-torus", "linear", "cifar10"])
def test_the_seed_decides_everything(name, small_cifar10):
    one, again, other = (data.load(name, folder=small_cifar10, seed=seed) for seed in (3, 3, 4))
    assert all(same(a, b) for a, b in zip(one[1:4], again[1:4], strict=True))
    assert not same(one.train, other.train)
    assert not same(one.valid, other.valid)
    assert same(one.test, other.test) == (name == "cifar10")  # its test set is published


@pytest.mark.parametrize("name", ["digits-torus", "linear", "cifar10"])
def test_fewer_images_are_the_first_of_more_and_nothing_else_changes(name, small_cifar10):
    whole = data.load(name, folder=small_cifar10)
    part = data.load(name, folder=small_cifar10, train_size=17)
    assert same(part.train, data.Split(whole.train.inputs[:17], whole.train.targets[:17]))
    assert same(part.valid, whole.valid)
    assert same(part.test, whole.test)


@pytest.mark.parametrize(("name", "size"), [("digits-torus", 1000), ("linear", 1000), ("cifar10", 50)])
def test_validating_on_the_test_set_sets_nothing_aside(name, size, small_cifar10):
    found = data.load(name, folder=small_cifar10, validate_on_test=True)
    assert same(found.valid, found.test)
    assert len(found.train.targets) == size
    assert same(found.test, data.load(name, folder=small_cifar10).test)


@pytest.mark.parametrize("name", ["digits-torus", "cifar10"])
def test_pixels_are_shuffled_by_one_permutation_in_all_splits(name, small_cifar10):
    plain, shuffled = (data.load(name, folder=small_cifar10, seed=5, shuffle_pixels=flag) for flag in (False, True))
    order = data.pixel_order(plain.shape[1] * plain.shape[2], 5)
    assert order.sort().values.tolist() == list(range(len(order)))
    assert order.tolist() != sorted(order.tolist())
    for one, other in zip(plain[1:4], shuffled[1:4], strict=True):
        assert torch.equal(other.inputs.flatten(2), one.inputs.flatten(2)[:, :, order])
        assert torch.equal(other.targets, one.targets)


def test_cifar10_is_divided_and_normalized_by_channel(small_cifar10):
    found = data.load("cifar10", folder=small_cifar10)
    assert [len(split.targets) for split in found[1:4]] == [45, 5, 10]
    assert (found.shape, found.torus) == ((3, 32, 32), False)
    first = torch.cat([split.inputs[:, 0, 0, 0] for split in found[1:4]]) * 0.2470 + 0.4914
    assert sorted(first.mul(255).round().int().tolist()) == list(range(60))
    raw = pickle.loads((small_cifar10 / "cifar-10-batches-py" / "test_batch").read_bytes())[b"data"]
    expected = (raw.reshape(-1, 3, 32, 32) / 255 - np.reshape([0.4914, 0.4822, 0.4465], (3, 1, 1))) / np.reshape(
        [0.2470, 0.2435, 0.2616], (3, 1, 1)
    )
    np.testing.assert_allclose(found.test.inputs.numpy(), expected, atol=1e-6)


# Linear regression


def test_the_planted_weights_are_shared_and_recovered_by_least_squares():
    found = data.load("linear", seed=2)
    assert (found.classes, found.shape, found.planted.shape) == (0, (100,), (10, 100))
    values, counts = found.planted.unique(return_counts=True)
    assert sorted(values[counts > 1].tolist()) == sorted(linear.VALUES)
    assert counts[counts > 1].tolist() == [200] * 4
    solved = torch.linalg.lstsq(found.train.inputs.double(), found.train.targets.double()).solution.T
    assert (solved - found.planted).abs().max() < 0.02  # about 4 standard errors of 0.1 / sqrt(900)
    error = found.test.targets - found.test.inputs @ found.planted.T
    assert abs(float(error.std()) - linear.NOISE) < 0.005


# What is refused


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("minst", {}, ["'minst'", "digits-torus", "cifar10"]),
        ("digits-torus", {"train_size": 1001}, ["train_size is 1,001", "1,000 images"]),
        ("digits-torus", {"train_size": 0}, ["train_size is 0", ">= 1"]),
        ("digits-torus", {"train_size": 2.5}, ["train_size is 2.5"]),
        ("linear", {"seed": -1}, ["seed is -1", ">= 0"]),
        ("linear", {"seed": True}, ["seed is True"]),
        ("linear", {"shuffle_pixels": True}, ["shuffle_pixels", "no pixels"]),
    ],
)
def test_what_cannot_be_loaded_is_said(name, options, words):
    refused(ValueError, lambda: data.load(name, **options), *words)


@pytest.mark.parametrize("name", ["mnist", "mnist-torus", "cifar10"])
def test_missing_data_name_the_folder_and_the_command(name, tmp_path):
    command = f"python -m training download {name.removesuffix('-torus')} --data {tmp_path}"
    refused(FileNotFoundError, lambda: data.load(name, folder=tmp_path), str(tmp_path), command)


def test_one_missing_batch_is_missing_data(small_cifar10, tmp_path):
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    (folder / "data_batch_1").write_bytes((small_cifar10 / "cifar-10-batches-py" / "data_batch_1").read_bytes())
    refused(FileNotFoundError, lambda: data.load("cifar10", folder=tmp_path), "data_batch_2", "download cifar10")


def test_every_name_has_a_sentence_and_can_be_loaded_or_downloaded():
    assert data.NAMES.keys() == homes.SETS.keys() | set(homes.INSIDE)
    assert all(20 < len(sentence) < 110 for sentence in data.NAMES.values())
