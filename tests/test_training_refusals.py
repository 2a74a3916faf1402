"""What attach, and a step, refuse: one sentence each."""

import math

import pytest
from one_sentence import refused

torch = pytest.importorskip("torch")
from small_training import (  # noqa: E402
    FIRST,
    RULES,
    SHARING,
    network,
    step_once,
    train,
)
from torch import optim  # noqa: E402

from training import (  # noqa: E402
    Constant,
    Target,
    WeightSharing,
    attach,
)
from training.hook import attached_to  # noqa: E402

pytestmark = pytest.mark.torch
LR = 0.1


def attached(rules=RULES, **options):
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=LR, momentum=0.5)
    return model, optimizer, attach(optimizer, model, rules, **options)


@pytest.mark.parametrize(
    ("error", "options", "words"),
    [
        (ValueError, {"mode": "lazy"}, ["'lazy'", "step, latent"]),
        (ValueError, {"every": 0}, ["every is 0", ">= 1"]),
        (TypeError, {"every": 2.0}, ["every", "float", "whole number"]),
        (TypeError, {"start": True}, ["start", "bool"]),
        (ValueError, {"start": -1}, ["start is -1"]),
        (ValueError, {"start": 5, "stop": 5}, ["stop is 5", "start 5"]),
        (ValueError, {"mode": "latent", "every": 2}, ["every is 2", "latent"]),
        (TypeError, {"schedule": 0.5}, ["float", "Constant"]),
        (TypeError, {"schedule": Constant}, ["class Constant"]),
        (ValueError, {"schedule": {"nothing": Constant()}}, ["'nothing'", FIRST]),
        (TypeError, {"rewind": 0.5}, ["rewind", "float", "Constant"]),
        (TypeError, {"rewind": Target(distinct=3)}, ["rewind", "Target", "open-loop"]),
        (ValueError, {"schedule": Target(sparsity=0.5), "rules": {FIRST: WeightSharing(1.0)}}, ["l1"]),
        (ValueError, {"rules": {"fc9.weight": SHARING}}, ["fc9.weight", FIRST]),
    ],
)
def test_refusals(error, options, words):
    refused(error, lambda: attached(**options), *words)


def test_what_the_optimizer_does_not_train_or_what_is_regularized_already_is_refused():
    model = network()
    optimizer = optim.SGD(model[2].parameters(), lr=LR)
    refused(ValueError, lambda: attach(optimizer, model, RULES), FIRST, "optimizer")
    refused(TypeError, lambda: attach(model, model, RULES), "Sequential", "torch.optim.Optimizer")
    first = optim.SGD(model.parameters(), lr=LR)
    sharing = attach(first, model, RULES)
    refused(ValueError, lambda: attach(first, model, {"*.weight": SHARING}), FIRST, "already")
    refused(ValueError, lambda: attach(optim.SGD(model.parameters(), lr=LR), model, RULES), FIRST, "already")
    assert attached_to(first) == [sharing]
    assert "weight_sharing" not in optimizer.param_groups[0]


def test_not_finite_weights_stop_with_tensor_and_step():
    model, optimizer, _ = attached()
    train(model, optimizer, range(2))
    model[0].weight.data[1, 2] = math.nan
    refused(ValueError, lambda: step_once(model, optimizer, 2), FIRST, "step 2", "nan")


def test_a_tensor_that_left_the_optimizer_is_said():
    model, optimizer, _ = attached()
    del optimizer.param_groups[0]["params"][0]
    refused(RuntimeError, lambda: step_once(model, optimizer, 0), FIRST, "detach()")
