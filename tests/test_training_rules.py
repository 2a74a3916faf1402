"""A rule matches what it names, all of it and nothing else; what it cannot match is an error with the names."""

import pytest
from one_sentence import refused

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from training.penalties import L1, WeightSharing  # noqa: E402
from training.rules import in_words, match, unwrapped, weights_of  # noqa: E402

pytestmark = pytest.mark.torch
SHARE = WeightSharing(1e-3)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.fc1 = nn.Linear(16, 8)
        self.fc2 = nn.Linear(8, 8)
        self.wide_norm = nn.LayerNorm((2, 4))


def names(model, rules):
    return [found.name for found in match(model, rules)]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("fc1.weight", ["fc1.weight"]),
        ("fc1.bias", ["fc1.bias"]),
        ("wide_norm.weight", ["wide_norm.weight"]),
        ("fc*", ["fc1.weight", "fc2.weight"]),
        ("*", ["conv.weight", "fc1.weight", "fc2.weight"]),
        ("fc[!1].weight", ["fc2.weight"]),
        (r"re:(conv|fc2)\..*", ["conv.weight", "fc2.weight"]),
        ((nn.Linear, "weight"), ["fc1.weight", "fc2.weight"]),
        ((nn.Module, "weight"), ["conv.weight", "fc1.weight", "fc2.weight"]),
        pytest.param(lambda name, parameter: parameter.ndim == 4, ["conv.weight"], id="a callable"),
    ],
    ids=str,
)
def test_a_key_matches_the_weights_it_names(key, expected):
    model = Net()
    found = match(model, {key: SHARE})
    assert [one.name for one in found] == expected
    parameters = dict(model.named_parameters())
    assert all(one.parameter is parameters[one.name] and one.penalty is SHARE for one in found)
    assert {one.rule for one in found} == {in_words(key)}
    assert list(weights_of(model, key)) == expected


def test_matches_come_in_the_models_order_each_with_its_own_penalty():
    found = match(Net(), {"fc2.weight": L1(0.1), "fc1.bias": L1(2.0), "conv.*": SHARE})
    assert [(one.name, one.penalty) for one in found] == [
        ("conv.weight", SHARE),
        ("fc1.bias", L1(2.0)),
        ("fc2.weight", L1(0.1)),
    ]


def test_a_regular_expression_has_to_match_the_full_name():
    refused(ValueError, lambda: match(Net(), {"re:fc1": SHARE}), "'re:fc1' matches no parameter")


def test_tied_parameters_count_once_under_their_first_name():
    model = Net()
    model.fc2.weight = nn.Parameter(torch.zeros(8, 8))
    model.head = nn.Linear(8, 8)
    model.head.weight = model.fc2.weight
    for key in ("fc2.weight", "head.weight", "head*", (nn.Linear, "weight"), "*"):
        assert names(model, {key: SHARE}).count("fc2.weight") == 1
        assert "head.weight" not in names(model, {key: SHARE})
    assert names(model, {"head.weight": SHARE}) == ["fc2.weight"]
    refused(ValueError, lambda: match(model, {"fc2.weight": SHARE, "head.weight": SHARE}), "two rules", "'head.weight'")


def test_a_module_used_twice_counts_once():
    layer = nn.Linear(3, 3)
    assert names(nn.Sequential(layer, nn.ReLU(), layer), {"2.weight": SHARE}) == ["0.weight"]


def test_wrappers_are_looked_through():
    model = Net()
    for wrapped in (nn.DataParallel(model), torch.compile(model, backend="eager")):
        assert unwrapped(wrapped) is model
        assert names(wrapped, {"fc1.weight": SHARE}) == ["fc1.weight"]


def test_a_distributed_and_compiled_model_is_looked_through():
    if not torch.distributed.is_available():
        pytest.skip("torch is built without torch.distributed")
    torch.distributed.init_process_group("gloo", store=torch.distributed.HashStore(), rank=0, world_size=1)
    try:
        model = Net()
        wrapped = torch.compile(nn.parallel.DistributedDataParallel(model), backend="eager")
        assert unwrapped(wrapped) is model
        assert list(weights_of(wrapped)) == ["conv.weight", "fc1.weight", "fc2.weight"]
    finally:
        torch.distributed.destroy_process_group()


def test_weights_are_all_but_biases_and_norms():
    model = Net()
    assert list(weights_of(model)) == ["conv.weight", "fc1.weight", "fc2.weight"]
    assert list(weights_of(model, ["fc2.weight", "fc1.*", "fc?.weight"])) == ["fc1.weight", "fc2.weight"]
    assert list(weights_of(model, ("fc2.weight", "fc1.bias"))) == ["fc1.bias", "fc2.weight"]
    model.fc1.weight.requires_grad_(False)
    assert "fc1.weight" in weights_of(model)
    refused(ValueError, lambda: weights_of(model, ["fc1.weight", "fc9.weight"]), "'fc9.weight'", "conv.weight")


def test_what_matches_nothing_names_what_there_is():
    refused(ValueError, lambda: match(Net(), {"fc3.weight": SHARE}), "'fc3.weight'", "conv.weight", "wide_norm.weight")
    refused(ValueError, lambda: match(Net(), {(nn.LSTM, "weight"): SHARE}), "(LSTM, 'weight')", "fc1.weight")
    refused(ValueError, lambda: match(Net(), {"*.bias": SHARE}), "only where named exactly")
    deep = nn.Sequential(*[nn.Linear(2, 2) for _ in range(20)])
    refused(ValueError, lambda: match(deep, {"fc": SHARE}), "0.weight", "4.bias", "and 30 more")
    refused(ValueError, lambda: match(nn.ReLU(), {"fc": SHARE}), "there are none")


def test_what_two_rules_match_names_both():
    rules = {"fc*": SHARE, (nn.Linear, "weight"): L1(0.1)}
    refused(ValueError, lambda: match(Net(), rules), "'fc1.weight'", "'fc*'", "(Linear, 'weight')")


def test_what_is_not_trained_or_no_real_float_is_refused():
    model = Net()
    model.fc1.weight.requires_grad_(False)
    model.turn = nn.Parameter(torch.zeros(2, 2, dtype=torch.complex64))
    refused(ValueError, lambda: match(model, {"fc*": SHARE}), "'fc1.weight'", "'fc*'", "requires_grad")
    refused(ValueError, lambda: match(model, {"turn": SHARE}), "'turn'", "complex64")
    refused(ValueError, lambda: match(nn.Sequential(nn.LazyLinear(3)), {"*": SHARE}), "'0.weight'", "one batch")


def test_what_is_no_key_no_penalty_or_no_model_is_refused():
    refused(TypeError, lambda: match(Net(), {"fc1.weight": 1e-3}), "'fc1.weight'", "float", "WeightSharing(1e-3)")
    refused(TypeError, lambda: match(Net(), {"fc1.weight": WeightSharing}), "the class WeightSharing")
    refused(TypeError, lambda: match(Net(), {nn.Linear: SHARE}), "Linear")
    refused(TypeError, lambda: match(Net(), {3: SHARE}), "rule 3 is of type int")
    refused(TypeError, lambda: match(Net(), [("fc1.weight", SHARE)]), "rules is a list")
    refused(ValueError, lambda: match(Net(), {}), "rules is empty")
    refused(ValueError, lambda: match(Net(), {"re:fc(": SHARE}), "'re:fc('", "regular expression")
    refused(TypeError, lambda: match("net", {"fc1.weight": SHARE}), "the model is a str")
