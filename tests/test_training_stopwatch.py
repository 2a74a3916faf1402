"""The stopwatch: the clock on the CPU; on a GPU events, read without waiting as long as nobody asks."""

import pytest

torch = pytest.importorskip("torch")
from training.stopwatch import Stopwatch  # noqa: E402

pytestmark = pytest.mark.torch


class Stream:
    """A stand-in for a GPU's stream: events pass when it has worked, one millisecond from each to the next."""

    def __init__(self):
        self.recorded, self.passed, self.waited = 0, 0, 0

    def event(self, enable_timing):
        assert enable_timing
        return Event(self)


class Event:
    def __init__(self, stream):
        self.stream, self.time = stream, None

    def record(self, stream):
        assert stream is self.stream
        stream.recorded += 1
        self.time = stream.recorded

    def query(self):
        return self.time <= self.stream.passed

    def synchronize(self):
        self.stream.waited += 1
        self.stream.passed = max(self.stream.passed, self.time)

    def elapsed_time(self, later):
        assert self.query()
        assert later.query()
        return float(later.time - self.time)


def lap(watch):
    watch.begin()
    watch.end()


def test_on_a_gpu_events_are_read_when_they_have_passed_and_waited_for_only_when_asked(monkeypatch):
    stream = Stream()
    monkeypatch.setattr(torch.cuda, "Event", stream.event)
    monkeypatch.setattr(torch.cuda, "current_stream", lambda device: stream)
    watch = Stopwatch(torch.device("cuda", 0))
    for _ in range(50):
        lap(watch)
        stream.passed = stream.recorded - 6  # the GPU lags three laps behind
    assert stream.waited == 0
    assert len(watch._open) <= 4
    assert watch.read() == 50.0
    assert stream.waited > 0
    watch.reset()
    assert watch.read() == 0.0


def test_on_the_cpu_it_is_the_clock(monkeypatch):
    ticks = iter([1.0, 1.5, 7.0, 7.25])
    monkeypatch.setattr("training.stopwatch.time.perf_counter", lambda: next(ticks))
    watch = Stopwatch(torch.device("cpu"))
    lap(watch)
    lap(watch)
    assert watch.read() == 750.0
