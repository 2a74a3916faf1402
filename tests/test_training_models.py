"""The networks: a convolution on the torus is one setting of the fully connected one; sizes as in the paper."""

import math

import pytest
from one_sentence import refused

torch = pytest.importorskip("torch")
from training import models  # noqa: E402

pytestmark = pytest.mark.torch


def as_matrix(conv, shape):
    """The matrix of a convolution without its bias, columns in the order of a flattened image of ``shape``."""
    images = torch.eye(math.prod(shape)).view(-1, *shape)
    with torch.no_grad():
        return (conv(images) - conv.bias.view(1, -1, 1, 1)).flatten(1).T


def embed_(mlp, cnn, shape):
    positions = math.prod(shape[1:])
    inputs = {"1": shape, "2": (cnn.conv1.out_channels, *shape[1:])}
    for i in "12":
        conv, fc = getattr(cnn, f"conv{i}"), getattr(mlp, f"fc{i}")
        fc.weight.data.copy_(as_matrix(conv, inputs[i]))
        fc.bias.data.copy_(conv.bias.repeat_interleave(positions))
        state = getattr(cnn, f"bn{i}").state_dict()
        getattr(mlp, f"bn{i}").load_state_dict(
            {name: v.repeat_interleave(positions) if v.ndim else v for name, v in state.items()}
        )
    mlp.fc3.load_state_dict(cnn.fc3.state_dict())


def test_a_convolution_on_the_torus_written_out_as_matrices_is_the_same_function():
    torch.manual_seed(0)
    shape = (2, 5, 4)
    mlp, cnn = (models.build(name, shape, 3, (3, 4)).double() for name in ("torus-mlp", "torus-cnn"))
    images = torch.randn(16, *shape, dtype=torch.float64)
    cnn(images)  # running statistics other than 0 and 1
    torch.set_default_dtype(torch.float64)
    try:
        embed_(mlp, cnn, shape)
    finally:
        torch.set_default_dtype(torch.float32)
    torch.testing.assert_close(mlp.eval()(images), cnn.eval()(images), rtol=0, atol=1e-12)
    assert not torch.allclose(mlp(images), mlp(images.roll(1, 0)))
    torch.testing.assert_close(mlp(images), mlp(images.roll((2, 1), (2, 3))), rtol=0, atol=1e-12)
    assert (mlp.fc1.weight == 0).float().mean() == 1 - 9 / 20


@pytest.mark.parametrize(
    ("name", "shape", "width", "sizes"),
    [
        ("torus-mlp", (1, 14, 14), (32, 64), {"fc1.weight": 1_229_312, "fc2.weight": 78_675_968}),
        ("torus-cnn", (1, 14, 14), (32, 64), {"conv1.weight": 288, "conv2.weight": 18_432}),
        ("cifar-mlp", (3, 32, 32), (64, 1536), {"fc1.weight": 50_331_648}),
        ("cifar-conv", (3, 32, 32), (64, 1536), {"conv1.weight": 15_552}),
        ("linear", (100,), (10,), {"fc1.weight": 1000}),
    ],
)
def test_the_models_have_the_sizes_of_the_paper(name, shape, width, sizes):
    with torch.device("meta"):
        model = models.build(name, shape, 0 if name == "linear" else 10, width)
    parameters = dict(model.named_parameters())
    assert {key: parameters[key].numel() for key in model.regularized} == sizes
    assert model(torch.zeros(2, *shape, device="meta")).shape == (2, 10)
    if model.filters:
        key, inputs = model.filters
        assert parameters[key].shape[1] == math.prod(inputs)


def test_each_fully_connected_model_has_a_partner_of_the_same_shape():
    for one, other in models.PARTNER.items():
        outputs = [models.build(name, (1, 8, 8), 10, (2, 4))(torch.zeros(3, 1, 8, 8)).shape for name in (one, other)]
        assert outputs == [(3, 10), (3, 10)]


def test_bad_models_are_refused():
    refused(ValueError, lambda: models.build("resnet", (1, 8, 8), 10, (1, 2)), "resnet", "torus-mlp")
    refused(ValueError, lambda: models.build("torus-mlp", (1, 8, 8), 10, (1,)), "2 widths")
    refused(ValueError, lambda: models.build("torus-mlp", (100,), 0, (1, 2)), "images and classes", "(100,)")
