"""Images are rolled on the torus as said, and the real MNIST, where it is at hand, is divided as the paper does."""

import os
from pathlib import Path

import numpy as np
import pytest
from one_sentence import refused

torch = pytest.importorskip("torch")
from training import data, homes, sources, torus  # noqa: E402

pytestmark = pytest.mark.torch
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def real_mnist():
    folder = os.environ.get("STICKYWEIGHTS_DATA") or ROOT.parent / "shared" / "data"
    try:
        homes.locate("mnist", "train-images-idx3-ubyte.gz", folder)
    except FileNotFoundError as missing:
        pytest.skip(f"MNIST is needed: {missing}")
    return folder


@pytest.mark.parametrize("shape", [(5, 1, 4, 4), (5, 3, 4, 6), (5, 2, 2, 3, 5), (5, 7, 3), (0, 1, 4, 4)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.uint8])
def test_roll_is_that_of_torch_for_each_image(shape, dtype):
    generator = np.random.default_rng(0)
    images = torch.from_numpy(generator.integers(0, 200, shape)).to(dtype)
    shifts = generator.integers(-9, 10, (shape[0], 2))
    before = images.clone()
    rolled = torus.roll(images, shifts)
    assert rolled.shape == images.shape
    assert rolled.dtype == dtype
    assert torch.equal(images, before)
    for image, shift, moved in zip(images, shifts.tolist(), rolled, strict=True):
        assert torch.equal(moved, torch.roll(image, shift, (-2, -1)))


def test_shifts_that_do_not_fit_are_refused():
    refused(ValueError, lambda: torus.roll(torch.zeros(2, 1, 4, 4), [[1, 2]]), "(1, 2)", "(2, 1, 4, 4)")
    refused(ValueError, lambda: torus.roll(torch.zeros(4, 4), torch.zeros(4, 2)), "(4, 4)")


def test_all_shifts_are_equally_likely():
    shifts = torus.random_shifts(42_000, 3, 7, np.random.default_rng(0))
    counts = (shifts[:, 0] * 7 + shifts[:, 1]).bincount(minlength=21)
    assert len(counts) == 21
    assert ((counts - 2000).abs() < 5 * 2000**0.5).all()


def test_mnist_is_all_there(real_mnist):
    found = data.load("mnist", folder=real_mnist, train_size=300)
    assert [tuple(split.inputs.shape) for split in found[1:4]] == [
        (300, 1, 28, 28),
        (6000, 1, 28, 28),
        (10000, 1, 28, 28),
    ]
    assert found.test.targets[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert abs(float(found.valid.inputs.mean())) < 0.02
    assert abs(float(found.valid.inputs.std()) - 1) < 0.02


def test_mnist_torus_is_the_papers(real_mnist):
    found = data.load("mnist-torus", folder=real_mnist)
    _, targets, test_images, test_targets = sources._read_mnist(real_mnist)
    assert found.shape == (1, 14, 14)
    assert found.torus
    assert found.train.targets.bincount().tolist() == [int(0.6 * size) for size in targets.bincount().tolist()]
    assert 6000 <= len(found.valid.targets) < 6010
    assert torch.equal(found.test.targets, test_targets)
    resized = torch.nn.functional.interpolate(test_images[:200].float(), (14, 14), mode="bilinear", antialias=True)
    sent = found.test.inputs[:200].mul(0.3081).add(0.1307).mul(255)
    moved = 0
    for image, seen in zip(resized, sent, strict=True):
        where = torch.cartesian_prod(torch.arange(14), torch.arange(14))
        rolls = torus.roll(image.expand(196, 1, 14, 14), where)
        found_at = ((rolls - seen).abs().amax((1, 2, 3)) < 1e-3).nonzero()
        assert len(found_at)
        moved += int(found_at[0] > 0)
    assert moved > 190  # one in 196 stays


def test_the_division_of_mnist_torus_does_not_depend_on_the_seed(real_mnist):
    one, other = (data.load("mnist-torus", folder=real_mnist, seed=seed, train_size=100) for seed in (0, 1))
    assert torch.equal(one.train.targets, other.train.targets)
    assert torch.equal(one.valid.targets, other.valid.targets)
    assert not torch.equal(one.train.inputs, other.train.inputs)
    brightness = [split.inputs.mean((1, 2, 3)) for split in (one.train, other.train)]
    torch.testing.assert_close(*brightness)  # the same images, rolled otherwise


def test_another_data_set_in_mnists_files_is_refused(tmp_path):
    for file in homes.MNIST.files:
        (tmp_path / file.name).write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]))
    refused(ValueError, lambda: data.load("mnist", folder=tmp_path), str(tmp_path), "md5", "download it again")
