"""The report: the figures of each tensor, and what happened since the last one."""

import pytest

torch = pytest.importorskip("torch")
from small_training import (  # noqa: E402
    FIRST,
    RULES,
    SECOND,
    SHARING,
    network,
    train,
)
from torch import optim  # noqa: E402

from training import (  # noqa: E402
    WeightSharing,
    attach,
    measure,
)

pytestmark = pytest.mark.torch
LR = 0.1


def attached(rules=RULES, **options):
    model = network()
    optimizer = optim.SGD(model.parameters(), lr=LR, momentum=0.5)
    return model, optimizer, attach(optimizer, model, rules, **options)


def test_the_report_has_the_figures_and_what_happened_since_the_last():
    model, optimizer, sharing = attached({"*.weight": WeightSharing(0.5, l1=0.05)})
    untrained = measure(model[0].weight)
    train(model, optimizer, range(6))
    report = sharing.report()
    assert list(report) == [FIRST, SECOND]
    one, figures = report[FIRST], measure(model[0].weight)
    assert all(one[name] == figures[name] for name in figures.__dataclass_fields__)
    assert one.untrained == untrained
    assert one.merges - one.splits == untrained.distinct - figures.distinct > 0
    assert one["strength"] == sharing.strengths()[FIRST]
    assert one.prox_ms > 0
    idle = sharing.report()[FIRST]
    assert (idle.merges, idle.splits, idle.prox_ms) == (0, 0, 0.0)
    assert idle.distinct == one.distinct


def test_prox_milliseconds_are_the_mean_over_all_steps_since_the_last_report(monkeypatch):
    ticks = iter(range(1000))
    model, optimizer, sharing = attached(every=4)
    monkeypatch.setattr("training.stopwatch.time.perf_counter", lambda: next(ticks))  # a second from look to look
    train(model, optimizer, range(8))
    assert sharing.report()[FIRST].prox_ms == 2 * 1000 / 8


def test_a_report_prints_as_an_aligned_table_and_goes_to_json():
    model, optimizer, sharing = attached({"*.weight": SHARING})
    train(model, optimizer, range(2))
    report = sharing.report()
    lines = str(report).splitlines()
    assert [line.split()[0] for line in lines] == ["tensor", FIRST, SECOND]
    assert len({len(line) for line in lines}) == 1
    assert f"{report[FIRST].distinct}" in lines[1]
    fields = report[FIRST].to_json()
    assert fields["merges"] == report[FIRST].merges
    assert fields["untrained"]["distinct"] == report[FIRST].untrained.distinct
    assert fields["numel"] == 12 * 16
