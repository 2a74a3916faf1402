"""The filters of a run's first layer, as images."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from gui.training.filters import filters_of, fitting


def test_filters_have_the_shape_of_the_images_they_look_at():
    weights = {"fc1.bias": np.zeros(5), "fc1.weight": np.arange(5 * 3072.0).reshape(5, 3072)}
    name, images = filters_of({"data": "cifar10"}, weights)
    assert (name, images.shape) == ("fc1.weight", (5, 3, 32, 32))
    assert filters_of({"data": "mnist"}, weights)[0] == ""
    assert filters_of({"data": ["?"]}, {"conv1.weight": np.zeros((4, 1, 3, 3))})[1].shape == (4, 1, 3, 3)
    scale, columns, rows = fitting((256, 1, 8, 8), 250, 300)
    assert columns * (8 + 1) * scale <= 250
    assert columns * rows >= 36
