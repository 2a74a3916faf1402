"""Batches: every image once an epoch, in an order of its own; augmentation as it is said."""

import pytest

pytestmark = pytest.mark.torch


def test_an_epoch_sees_every_image_at_most_once_in_an_order_of_its_own():
    from training.batches import order

    first, second = order(103, 10, 0, 0), order(103, 10, 0, 1)
    assert first.shape == (10, 10)
    assert len(set(first.flatten().tolist())) == 100
    assert not first.equal(second)
    assert first.equal(order(103, 10, 0, 0))


def test_augmentation_shifts_by_an_eighth_at_most_and_mirrors_half():
    import torch

    from training.batches import crop_and_flip, seed_step_

    images = torch.zeros(400, 2, 16, 16)
    images[:, 0, 8, 5] = 1.0
    images[:, 1, 8, 6] = 2.0
    seed_step_(torch.device("cpu"), 0, 0)
    moved = crop_and_flip(images)
    _, rows, columns = moved[:, 0].nonzero(as_tuple=True)
    _, rows1, columns1 = moved[:, 1].nonzero(as_tuple=True)
    assert set((rows - 8).tolist()) == {-2, -1, 0, 1, 2}
    assert rows.equal(rows1)
    mirrored = columns1 < columns
    assert 150 < int(mirrored.sum()) < 250
    assert set((columns[~mirrored] - 5).tolist()) == {-2, -1, 0, 1, 2}
    assert set((10 - columns[mirrored]).tolist()) == {-2, -1, 0, 1, 2}
    seed_step_(torch.device("cpu"), 0, 0)
    assert moved.equal(crop_and_flip(images))
