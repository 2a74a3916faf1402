"""Files are written whole or not at all, and an unreadable one is named; events are read back to the same bits."""

import ast
import csv
import errno
import json
import os
import resource
import sys
import threading
import time

import numpy as np
import pytest
from refusals import refused

from particles import scenarios, simulate
from particles.files import (
    read_history,
    read_scenario,
    replacing,
    write_events,
    write_history,
    write_scenario,
)
from particles.scenario_json import parsed


def test_a_huge_file_is_refused_unread(tmp_path):
    for read, name in ((read_scenario, "s.json"), (read_history, "h.npz")):
        with open(tmp_path / name, "wb") as file:
            file.truncate(2**40)  # sparse: takes no space
        assert "has 1,099,511,627,776 bytes, files of up to" in refused(read, tmp_path / name)


@pytest.mark.parametrize("read", [read_scenario, read_history])
def test_a_file_that_cannot_be_read_is_named(read, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"could not read .*gone: No such file or directory$"):
        read(tmp_path / "gone")
    with pytest.raises(OSError, match=f"could not read {tmp_path}"):
        read(tmp_path)
    with pytest.raises(OSError, match="could not read /dev/zero: it is not a regular file"):
        read("/dev/zero")


def test_events_are_read_back_to_the_same_bits(tmp_path):
    history = simulate(scenarios.get("random-masses", 50, 3).particles)
    told = []
    write_events(tmp_path / "e.csv", history, lambda done, total: told.append((done, total)))
    with open(tmp_path / "e.csv", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == history.events._fields
    for k, name in enumerate(header):
        column = getattr(history.events, name)
        np.testing.assert_array_equal(np.array([column.dtype.type(row[k]) for row in rows]), column)
    assert told == [(len(rows), len(rows))]


@pytest.mark.parametrize("n", [1, 4096, 4097, 10_000])
def test_a_scenario_written_in_pieces_is_the_json_of_the_whole(tmp_path, n):
    scenario = scenarios.get("gaussian-weights", max(n, 2))
    write_scenario(tmp_path / "s.json", scenario)
    text = (tmp_path / "s.json").read_text()
    assert f'"position": {json.dumps(scenario.particles.position.tolist())},\n' in text
    assert f'"mass": {json.dumps(scenario.particles.mass.tolist())},\n' in text


def test_json_is_given_a_large_scenario_a_little_at_a_time(tmp_path, monkeypatch):
    """``json`` holds Python's lock while it works: an array in one piece would stop a window for as long."""
    given, dumps = [], json.dumps
    monkeypatch.setattr(json, "dumps", lambda value, **how: given.append(np.size(value)) or dumps(value, **how))
    write_scenario(tmp_path / "s.json", scenarios.get("gaussian-weights", 50_000))
    assert sum(given) > 3 * 50_000
    assert max(given) <= 10_000


def test_other_threads_have_their_turns_while_much_json_is_read():
    reading = threading.Thread(target=parsed, args=(json.dumps(np.linspace(0.1, 0.9, 500_000).tolist()),))
    usual, turns = sys.getswitchinterval(), 0
    sys.setswitchinterval(5e-4)
    reading.start()
    while reading.is_alive():
        time.sleep(1e-4)
        turns += 1
    sys.setswitchinterval(usual)
    assert turns > 100


def test_a_header_at_which_python_fails_is_parsed_once_more(tmp_path, monkeypatch):
    """Python 3.11 mixes up the syntax trees of threads that parse at the same time."""
    write_history(tmp_path / "h.npz", simulate(scenarios.get("two-equal").particles))
    parse, times = ast.literal_eval, []

    def failing(text):
        times.append(text)
        if len(times) == 2:
            raise SystemError("AST constructor recursion depth mismatch (before=24, after=29)")
        return parse(text)

    monkeypatch.setattr(ast, "literal_eval", failing)
    assert len(read_history(tmp_path / "h.npz").particles) == 2
    assert len(times) > 2


def test_events_in_many_pieces_are_all_written(tmp_path):
    history = simulate(scenarios.get("gaussian-weights", 45_001).particles)
    told = []
    write_events(tmp_path / "e.csv", history, lambda *progress: told.append(progress))
    table = np.loadtxt(tmp_path / "e.csv", delimiter=",", skiprows=1)
    np.testing.assert_array_equal(table[:, 0], history.events.time)
    assert told == [(20_000, 45_000), (40_000, 45_000), (45_000, 45_000)]


def test_no_events_are_a_header(tmp_path):
    write_events(tmp_path / "e.csv", simulate(scenarios.get("explosion").particles))
    assert (tmp_path / "e.csv").read_text().count("\n") == 1


WRITERS = {
    "s.json": lambda path: write_scenario(path, scenarios.get("gaussian-weights", 300_000)),
    "h.npz": lambda path: write_history(path, simulate(scenarios.get("gaussian-weights", 300_000).particles)),
    "e.csv": lambda path: write_events(path, simulate(scenarios.get("gaussian-weights", 300_000).particles)),
}


@pytest.fixture
def small_disk():
    """No file may grow beyond 4 MB, more than any log of the tests: the kernel refuses the write, as on a full disk."""
    simulate(scenarios.get("gaussian-weights", 100).particles).events  # noqa: B018  kernels are in the cache before
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("name", WRITERS)
def test_a_write_that_the_disk_refuses_leaves_the_old_file(name, tmp_path, small_disk):
    path = tmp_path / name
    path.write_text("old")
    with pytest.raises(OSError, match=f"^could not write {path}: File too large; nothing was changed$"):
        WRITERS[name](path)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_noticed_late_leaves_no_file(name, tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device; nothing was changed") as caught:
        WRITERS[name](tmp_path / name)
    assert caught.value.errno == errno.ENOSPC
    assert os.listdir(tmp_path) == []


def test_an_error_while_writing_leaves_the_old_file_and_passes_through(tmp_path):
    path = tmp_path / "f"
    path.write_text("old")
    for error in (KeyboardInterrupt, ZeroDivisionError):
        with pytest.raises(error), replacing(path) as file:  # noqa: PT012  the error must come from within
            file.write(b"half")
            raise error
        assert path.read_text() == "old"
        assert os.listdir(tmp_path) == ["f"]


def test_the_new_file_is_there_only_at_the_end(tmp_path):
    with replacing(tmp_path / "f") as file:
        file.write(b"new")
        assert not (tmp_path / "f").exists()
    assert (tmp_path / "f").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["f"]


def test_replacing_keeps_the_permissions_and_follows_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    with replacing(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    with replacing(tmp_path / "f"):
        pass
    assert (tmp_path / "f").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("path", ["gone/f", "/dev/full", "."])
def test_a_place_that_cannot_be_written_is_named(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError, match=f"could not write {path}: "), replacing(path) as file:
        file.write(b"x")
    assert os.listdir(tmp_path) == []
