"""The presets, and the methods that are compared on each; loads no torch."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from .config import Config

_DIGITS = Config(
    preset="digits-torus",
    strength=(1e-3, 1e-4),
    snapshot_every=20,
    project=(512, 8192),
    finetune_epochs=20,
)
_MNIST_TORUS = Config(
    preset="mnist-torus",
    data="mnist-torus",
    width=(32, 64),
    layers=("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"),
    strength=(1e-3, 1e-3, 1e-4, 1e-4),
    lr=0.1,
    batch=512,
    epochs=200,
    validate_on_test=True,
    project=(4096, 0, 262144, 0),
    finetune_epochs=10,
    finetune_lr=0.01,
)
_CIFAR = Config(
    preset="cifar10-mlp",
    data="cifar10",
    model="cifar-mlp",
    width=(64, 1536),
    dropout=0.0,
    layers=("fc1.weight", "fc1.bias"),
    strength=1e-3,
    l1=1e-4,
    rewind=0.98,
    unscaled_l1=True,
    lr=0.1,
    batch=512,
    epochs=400,
    augment=True,
    validate_on_test=True,
    project=(65536, 0),
    finetune_epochs=10,
    finetune_lr=0.01,
)


class Preset(NamedTuple):
    """What it is for, in one sentence, and the configuration."""

    sentence: str
    config: Config


PRESETS = {
    "digits-torus": Preset(
        "1,000 real 8 x 8 digits rolled on a torus, 64-256-512 units: minutes on a laptop, nothing to download.",
        _DIGITS,
    ),
    "digits-torus-quick": Preset(
        "The same for a first look, in seconds: 64-128-256 units, latent mode, 20 epochs.",
        _DIGITS.replace(
            preset="digits-torus-quick",
            width=(2, 4),
            dropout=0.1,
            mode="latent",
            strength=(3e-3, 3e-4),
            epochs=20,
            snapshot_every=1,
            project=(512, 8192),
            finetune_epochs=3,
        ),
    ),
    "mnist-torus-laptop": Preset(
        "The paper's MNIST on a torus with a quarter of its channels (fc2 has 4.9 million weights), weights only, with "
        "a validation split.",
        _MNIST_TORUS.replace(
            preset="mnist-torus-laptop",
            width=(8, 16),
            layers=(),
            strength=(1e-3, 1e-4),
            epochs=40,
            snapshot_every=4,
            validate_on_test=False,
            project=(4096, 65536),
            finetune_epochs=3,
        ),
    ),
    "mnist-torus": Preset(
        "The paper's full set-up, validated on the test split as there (fc2 has 78.7 million weights): for a GPU.",
        _MNIST_TORUS,
    ),
    "mnist": Preset(
        "MNIST as it is, 28 x 28, with the shallow network 784-784-96, sized for a laptop.",
        _CIFAR.replace(
            preset="mnist",
            data="mnist",
            width=(4, 96),
            layers=(),
            batch=256,
            epochs=20,
            augment=False,
            snapshot_every=2,
            unscaled_l1=False,
            validate_on_test=False,
            project=16384,
            finetune_epochs=2,
        ),
    ),
    "cifar10-mlp": Preset(
        "The paper's S-FC on CIFAR-10 (fc1 has 50.3 million weights) for a GPU; crop and flip only, its AutoAugment "
        "and Cutout are left out.",
        _CIFAR,
    ),
    "cifar10-mlp-laptop": Preset(
        "S-FC on CIFAR-10 with a sixteenth of its channels (fc1 has 3.1 million weights), weights only, with a "
        "validation split; crop and flip only.",
        _CIFAR.replace(
            preset="cifar10-mlp-laptop",
            width=(4, 96),
            layers=(),
            epochs=30,
            snapshot_every=3,
            validate_on_test=False,
            project=16384,
            finetune_epochs=3,
        ),
    ),
    "linear": Preset(
        "A linear map from 100 to 10 whose true weights share few values: which sharing is recovered?",
        Config(
            preset="linear",
            data="linear",
            model="linear",
            width=10,
            dropout=0.0,
            strength=1e-2,
            lr=0.1,
            epochs=200,
            snapshot_every=10,
        ),
    ),
}

# Rows of a comparison: a name, and what it changes in a preset.  "partner" stands for the convolutional partner.
METHODS: dict[str, dict[str, object]] = {
    "none": {"method": "none"},
    "wsr": {"method": "wsr", "mode": "step", "rewind": 0.0},
    "wsr-rewind": {"method": "wsr", "mode": "step", "rewind": 1.0},
    "wsr-latent": {"method": "wsr", "mode": "latent", "rewind": 0.0},
    "wsr-latent-rewind": {"method": "wsr", "mode": "latent", "rewind": 1.0},
    "l1": {"method": "l1", "mode": "step", "strength": (3e-4,)},
    "beta-lasso": {"method": "beta-lasso", "mode": "step", "strength": (2e-5,)},
    "group-lasso": {"method": "group-lasso", "mode": "step", "strength": (1e-4,)},
    "subgradient": {"method": "subgradient", "mode": "step"},
    "cnn": {
        "method": "none",
        "model": "partner",
        "mode": "step",
        "dropout": 0.0,
        "layers": (),
        "strength": (0.0,),
        "l1": (0.0,),
        "project": (),
        "finetune_epochs": 0,
    },
}
DESCRIPTIONS = {
    "none": "the network as it is",
    "wsr": "weight-sharing regularization, prox in place after each step, as in the paper",
    "wsr-rewind": "the same with rewinding 1: clusters form, and stay at the mean of their members",
    "wsr-latent": "prox of a latent copy (dual averaging): sharing that lasts",
    "wsr-latent-rewind": "the same with rewinding 1",
    "l1": "soft threshold after each step",
    "beta-lasso": "subgradient of l1, and a hard threshold",
    "group-lasso": "rows of a matrix vanish together",
    "subgradient": "the subgradient of the weight-sharing penalty, instead of its prox",
    "cnn": "the convolutional partner of the network, not regularized",
}


def configured(preset: str, method: str | None = None, **changes) -> Config:
    """The preset, then what the row ``method`` of a comparison changes, then ``changes``.

    Other ``layers`` than the preset's keep its strengths, l1 and projections, by name.  Raises ValueError for an
    unknown preset, method or setting, for layers without a strength, and where the network has no convolutional
    partner.
    """
    if preset not in PRESETS:
        raise ValueError(f"there is no preset {preset!r}: take one of {', '.join(PRESETS)}")
    if method is not None and method not in METHODS:
        raise ValueError(f"there is no method {method!r}: take one of {', '.join(METHODS)}")
    start = PRESETS[preset].config
    row = dict(METHODS[method]) if method else {}
    if row.get("model") == "partner":
        from .models import PARTNER

        if start.model not in PARTNER:
            raise ValueError(f"the model {start.model} of preset {preset} has no convolutional partner: leave out cnn")
        row["model"] = PARTNER[start.model]
    if method == "group-lasso" and "layers" not in changes:
        start = _matrices_only(start)
    kept = _by_name(start, changes["layers"], {*row, *changes}) if changes.get("layers") else {}
    return start.replace(**{**kept, **row, **changes})


def _by_name(config: Config, layers: tuple[str, ...], given: set[str]) -> dict[str, tuple]:
    """What a configuration has for these of its tensors, where it has several values and none is ``given``."""
    several = [name for name in ("strength", "l1", "project") if len(getattr(config, name)) > 1 and name not in given]
    if not several or "model" in given:
        return {}
    own = config.layers or _regularized(config.model)
    kept = {}
    for name in several:
        values = dict(zip(own, getattr(config, name), strict=True))
        without = [layer for layer in layers if layer not in values]
        if without and name != "project":
            from .dry_run import blank_model
            from .setup import check_layers

            check_layers(config, blank_model(config), layers)
            raise ValueError(
                f"preset {config.preset} has no {name} for {', '.join(without)}, only for {', '.join(own)}: name only "
                f"these in layers, or give {name} too"
            )
        kept[name] = tuple(values.get(layer, 0) for layer in layers)
    return kept


def _regularized(model: str) -> tuple[str, ...]:
    from .models import MODELS

    return MODELS[model].regularized


def _matrices_only(config: Config) -> Config:
    """The configuration without its biases, which are no groups of weights."""
    kept = [not name.endswith(".bias") for name in config.layers]
    names = ("strength", "l1", "project", "layers")
    values = {name: config.for_each(name, config.layers) for name in names} if config.layers else {}
    shorter = {name: tuple(itertools.compress(values[name], kept)) for name in values}
    return config.replace(**shorter)
