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
    Cosine,
    Linear,
    Target,
    WeightSharing,
    attach,
)
from training.dose import NotFiniteWeightsError  # noqa: E402
from training.hook import attached_to, check_rules  # noqa: E402

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
        (TypeError, {"rewind": Constant}, ["rewind", "class Constant"]),
        (ValueError, {"rewind": Constant(1.5)}, ["value is 1.5", "between 0 and 1"]),
        (ValueError, {"rewind": Linear(0.0, 2.0, 9)}, ["end is 2", "between 0 and 1"]),
        (ValueError, {"rewind": Cosine(1.1, 0.0, 9)}, ["begin is 1.1", "between 0 and 1"]),
        (ValueError, {"rules": {"0.bias": WeightSharing(0.1, scope="row")}}, ["0.bias", "(16,)", "'row'"]),
    ],
)
def test_refusals_by_attach_and_in_the_same_words_without_an_optimizer(error, options, words):
    refused(error, lambda: attached(**options), *words)
    rules = options.get("rules", RULES)
    rest = {name: value for name, value in options.items() if name != "rules"}
    refused(error, lambda: check_rules(network().to("meta"), rules, **rest), *words)


def test_rules_may_be_checked_without_attaching():
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=LR)
    for _ in range(2):
        found = check_rules(model, RULES, mode="latent", schedule=Target(distinct=5), rewind=Linear(0.0, 1.0, 9))
        assert [tensor.name for tensor in found] == [FIRST]
    assert attached_to(optimizer) == []
    assert attach(optimizer, model, RULES).attached


def test_an_optimizer_that_runs_no_hooks_is_refused():
    class Wrapper(optim.Optimizer):
        def __init__(self, optimizer):
            self.optimizer = optimizer  # and no super().__init__(), as wrappers have it

    model = network()
    inner = optim.SGD(model.parameters(), lr=LR)
    refused(TypeError, lambda: attach(Wrapper(inner), model, RULES), "Wrapper", ".optimizer")
    assert attach(Wrapper(inner).optimizer, model, RULES).attached


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
    refused(NotFiniteWeightsError, lambda: step_once(model, optimizer, 2), FIRST, "step 2", "nan")


def test_weights_whose_sums_overflow_have_diverged_too():
    model = network(torch.float64)
    optimizer = optim.SGD(model.parameters(), lr=LR)
    attach(optimizer, model, RULES)
    model[0].weight.data[1, 2] = 1e305
    refused(NotFiniteWeightsError, optimizer.step, FIRST, "step 0", "overflow")


def test_a_wrong_setting_met_at_a_step_is_no_divergence():
    class Twice:
        def factor(self, step):
            return 2.0

    model, optimizer, _ = attached(rewind=Twice())
    with pytest.raises(ValueError, match="rewind") as caught:
        step_once(model, optimizer, 0)
    assert not isinstance(caught.value, NotFiniteWeightsError)


def test_a_tensor_that_left_the_optimizer_is_said():
    model, optimizer, _ = attached()
    del optimizer.param_groups[0]["params"][0]
    refused(RuntimeError, lambda: step_once(model, optimizer, 0), FIRST, "detach()")
