"""The networks of the paper, fully connected and convolutional, each pair with one function class inside the other.

Every model has ``regularized``, the names of the tensors that share weights unless a configuration names others, and
``filters``: (name, shape) where each row of that tensor is a filter over an input of that shape, else None.
Widths, initialization and order of the layers: arXiv 2311.03096 and the code released with it.
"""

from __future__ import annotations

import math

import torch
from torch import nn


class TorusMLP(nn.Module):
    """Two fully connected layers on an h x w torus, as many units a position as a convolution has channels.

    pixels -> width[0] h w -> width[1] h w -> mean over the positions -> classes, with batch norm, ReLU and dropout
    after both layers.  Unit (channel, y, x) of a layer stands at channel h w + y w + x, so that ``TorusCNN``, with its
    kernels written out as matrices, is one setting of these weights (at 14 x 14 it has 95.4 % zeros, and each of its
    other values 196 times).
    """

    regularized = ("fc1.weight", "fc2.weight")

    def __init__(self, shape: tuple[int, int, int], classes: int, width: tuple[int, int], dropout: float):
        super().__init__()
        positions, (first, second) = math.prod(shape[1:]), width
        self.filters = ("fc1.weight", shape)
        self.channels = second
        self.fc1 = nn.Linear(shape[0] * positions, first * positions)
        self.bn1 = nn.BatchNorm1d(first * positions)
        self.fc2 = nn.Linear(first * positions, second * positions)
        self.bn2 = nn.BatchNorm1d(second * positions)
        self.dropout = nn.Dropout(dropout)
        self.fc3 = nn.Linear(second, classes)

    def forward(self, images):
        """(n, channels, h, w) -> (n, classes)"""
        hidden = self.dropout(torch.relu(self.bn1(self.fc1(images.flatten(1)))))
        hidden = self.dropout(torch.relu(self.bn2(self.fc2(hidden))))
        return self.fc3(hidden.unflatten(1, (self.channels, -1)).mean(-1))


class TorusCNN(nn.Module):
    """Two circular 3 x 3 convolutions of width[0] and width[1] channels, mean over the positions, a linear layer."""

    regularized = ("conv1.weight", "conv2.weight")
    filters = None

    def __init__(self, shape: tuple[int, int, int], classes: int, width: tuple[int, int], dropout: float):
        super().__init__()
        first, second = width
        self.conv1 = nn.Conv2d(shape[0], first, 3, padding=1, padding_mode="circular")
        self.bn1 = nn.BatchNorm2d(first)
        self.conv2 = nn.Conv2d(first, second, 3, padding=1, padding_mode="circular")
        self.bn2 = nn.BatchNorm2d(second)
        self.dropout = nn.Dropout(dropout)
        self.fc3 = nn.Linear(second, classes)

    def forward(self, images):
        """(n, channels, h, w) -> (n, classes)"""
        hidden = self.dropout(torch.relu(self.bn1(self.conv1(images))))
        hidden = self.dropout(torch.relu(self.bn2(self.conv2(hidden))))
        return self.fc3(hidden.mean((2, 3)))


class CifarMLP(nn.Module):
    """pixels -> width[0] (h/2) (w/2) -> width[1] -> classes: the shallow network S-FC, batch norm and ReLU between."""

    regularized = ("fc1.weight",)

    def __init__(self, shape: tuple[int, int, int], classes: int, width: tuple[int, int], dropout: float):
        super().__init__()
        channels, hidden = width
        features = channels * _halved(shape)
        self.filters = ("fc1.weight", shape)
        self.fc1 = nn.Linear(math.prod(shape), features)
        self.bn1 = nn.BatchNorm1d(features)
        self.fc2 = nn.Linear(features, hidden)
        self.bn2 = nn.BatchNorm1d(hidden)
        self.dropout = nn.Dropout(dropout)
        self.fc3 = nn.Linear(hidden, classes)
        _initialize_(self)

    def forward(self, images):
        """(n, channels, h, w) -> (n, classes)"""
        hidden = self.dropout(torch.relu(self.bn1(self.fc1(images.flatten(1)))))
        return self.fc3(self.dropout(torch.relu(self.bn2(self.fc2(hidden)))))


class CifarConv(nn.Module):
    """``CifarMLP`` with its first layer a 9 x 9 convolution of stride 2 and width[0] channels: S-Conv."""

    regularized = ("conv1.weight",)
    filters = None

    def __init__(self, shape: tuple[int, int, int], classes: int, width: tuple[int, int], dropout: float):
        super().__init__()
        channels, hidden = width
        self.conv1 = nn.Conv2d(shape[0], channels, 9, stride=2, padding=4)
        self.bn1 = nn.BatchNorm2d(channels)
        self.fc2 = nn.Linear(channels * _halved(shape), hidden)
        self.bn2 = nn.BatchNorm1d(hidden)
        self.dropout = nn.Dropout(dropout)
        self.fc3 = nn.Linear(hidden, classes)
        _initialize_(self)

    def forward(self, images):
        """(n, channels, h, w) -> (n, classes)"""
        hidden = self.dropout(torch.relu(self.bn1(self.conv1(images))).flatten(1))
        return self.fc3(self.dropout(torch.relu(self.bn2(self.fc2(hidden)))))


class LinearModel(nn.Module):
    """One linear layer; without classes it has width[0] outputs."""

    regularized = ("fc1.weight",)
    filters = None

    def __init__(self, shape: tuple[int, ...], classes: int, width: tuple[int], dropout: float):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.fc1 = nn.Linear(math.prod(shape), classes or width[0])

    def forward(self, inputs):
        """(n, ...) -> (n, outputs)"""
        return self.fc1(self.dropout(inputs.flatten(1)))


MODELS = {
    "torus-mlp": TorusMLP,
    "torus-cnn": TorusCNN,
    "cifar-mlp": CifarMLP,
    "cifar-conv": CifarConv,
    "linear": LinearModel,
}
PARTNER = {"torus-mlp": "torus-cnn", "cifar-mlp": "cifar-conv"}


def build(name: str, shape: tuple[int, ...], classes: int, width: tuple[int, ...], dropout: float = 0.0) -> nn.Module:
    """The model ``name`` for inputs of ``shape`` (channels, height, width), initialized from torch's generator.

    Raises ValueError where there is no such model, or where shape, classes or width do not fit it.
    """
    if name not in MODELS:
        raise ValueError(f"there is no model {name!r}: take one of {', '.join(MODELS)}")
    wanted = 1 if name == "linear" else 2
    if len(width) != wanted:
        raise ValueError(f"model {name} takes {wanted} width{'s' * (wanted > 1)}, not {len(width)}: {width}")
    if name != "linear" and (len(shape) != 3 or not classes):
        raise ValueError(f"model {name} needs images and classes, the data have shape {shape} and {classes} classes")
    return MODELS[name](tuple(shape), classes, tuple(width), dropout)


def _halved(shape) -> int:
    return math.ceil(shape[1] / 2) * math.ceil(shape[2] / 2)


def _initialize_(model: nn.Module) -> None:
    """As in the released code: convolutions by their fan-out, the scales of batch norm uniform in [0, 1)."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.uniform_(module.weight)
