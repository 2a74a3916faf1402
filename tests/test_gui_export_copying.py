"""Copy as Python, copy as command line, and tables: what is copied or written runs and reads back as it was."""

import csv
import runpy
import shlex
from dataclasses import replace

import numpy as np
import pytest
from one_sentence import refused

from gui.export.copying import as_command, as_python
from gui.export.tables import MOST_ROWS, write_positions
from gui.model import edits
from gui.model.document import Document
from gui.model.session import Session
from gui.model.system import System
from gui.weights.beginning import begin
from gui.weights.subject import subject
from particles import Particles, scenarios, simulate
from particles.files import write_history


def session_of(system, time=0.0):
    session = Session(Document(system))
    session.clock.t = time
    return session


def edited(n):
    rng = np.random.default_rng(n)
    return System(Particles(np.sort(rng.normal(size=n)), rng.normal(size=n)), name='quo"te\\d', horizon=2.0)


SYSTEMS = {
    "scenario": System.of_scenario(scenarios.get("random-masses", n=30, seed=7)),
    "edited": edited(6),
    "packed": edited(2000),
    "weights": System.of_weights(np.array([0.5, -1.0, 0.25, 0.3]), "layer"),
    "one": edited(1),
    "empty": System.empty(),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_script_runs_and_makes_the_same_clusters_bit_by_bit(name):
    system = SYSTEMS[name]
    session = session_of(system, 0.4 * system.horizon)
    found = {}
    exec(compile(as_python(session), "copied.py", "exec"), found)
    clusters = session.clusters
    for column in ("start", "position", "velocity", "mass"):
        assert np.array_equal(getattr(found["clusters"], column), getattr(clusters, column))


def test_the_script_tells_the_clusters_and_needs_nothing_but_itself(tmp_path, capsys):
    script = tmp_path / "copied.py"
    script.write_text(as_python(session_of(SYSTEMS["scenario"], 1.0)))
    runpy.run_path(script)
    count = simulate(SYSTEMS["scenario"].particles).count(1.0)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{count} clusters at time 1"
    assert len(lines) == 1 + count


def test_the_command_names_an_unedited_scenario_or_a_saved_file(tmp_path):
    assert as_command(session_of(SYSTEMS["scenario"], 1.5)) == (
        "python app.py random-masses --n 30 --seed 7 --time 1.5"
    )
    session = session_of(SYSTEMS["edited"])
    refused(ValueError, lambda: as_command(session), "save it first")
    session.document.save(tmp_path / "my file.json")
    assert "my file.json'" in as_command(session)
    session.document.edit(replace(SYSTEMS["edited"], name="other"), "Rename")
    refused(ValueError, lambda: as_command(session), "save it first")


def test_an_edit_that_is_still_being_simulated_is_no_unedited_scenario():
    large = System.of_scenario(scenarios.get("random-masses", n=20_000))
    session = session_of(large)
    session.document.run = lambda work, then, what: None
    session.document.edit(edits.renamed(large, "edited"), "Rename")
    refused(ValueError, lambda: as_command(session), "save it first")
    assert "scenarios" not in as_python(session)


@pytest.mark.parametrize("name", ["h.npz", "w.npy", "a.json"])
def test_the_command_names_the_file_that_opens_as_the_system(tmp_path, name):
    path = tmp_path / name
    write_history(tmp_path / "h.npz", simulate(SYSTEMS["edited"].particles))
    np.save(tmp_path / "w.npy", np.array([0.5, -1.0, 0.25]))
    Document(SYSTEMS["edited"]).save(tmp_path / "a.json")
    session = session_of(SYSTEMS["one"])
    document = session.document
    document.open_file(path)
    named = shlex.join(["python", "app.py", str(path), "--time", "0.0"])
    assert as_command(session) == named
    for edit in (
        edits.mirrored,
        lambda system: edits.renamed(system, "x"),
        lambda system: edits.with_horizon(system, 9),
    ):
        document.edit(edit(document.latest), "Edit")
        refused(ValueError, lambda: as_command(session), "No command line")
        document.undo()
        assert as_command(session) == named
    document.edit(edits.mirrored(document.latest), "Mirror")
    document.save(path)
    assert as_command(session) == named
    document.undo()
    refused(ValueError, lambda: as_command(session), "No command line")  # the file holds something else now


def test_of_a_file_of_weights_only_the_whole_tensor_that_it_opens_as_has_a_command(tmp_path):
    path = tmp_path / "net.npz"
    np.savez(path, bias=np.arange(3.0), matrix=np.arange(6.0).reshape(2, 3))
    begun = begin(path, None, lambda: False)
    sample = begin(path, 4, lambda: False)
    for made in (begun, subject(sample.subject.tensor), subject(sample.file.tensor("matrix"))):
        system = getattr(made, "subject", made).system
        assert str(path) in as_command(session_of(system))
    for made in (sample.subject, subject(begun.file.tensor("bias"))):
        refused(ValueError, lambda made=made: as_command(session_of(made.system)), "No command line", "save it first")


def test_too_many_edited_particles_for_a_script_are_one_sentence():
    refused(ValueError, lambda: as_python(session_of(edited(50_001))), "50,001")


def test_positions_are_written_and_read_back_exactly(tmp_path):
    system = SYSTEMS["scenario"]
    history, times = simulate(system.particles), np.array([0.0, 0.3, 2.0])
    seen = []
    write_positions(tmp_path / "a.csv", history, system.ids, times, lambda *done: seen.append(done))
    with open(tmp_path / "a.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 90
    assert seen == [(1, 3), (2, 3), (3, 3)]
    positions = np.array([float(row["position"]) for row in rows]).reshape(3, 30)
    assert all(np.array_equal(positions[i], history.positions(t)) for i, t in enumerate(times))
    last = [row for row in rows if float(row["time"]) == 2.0]
    assert len({row["cluster"] for row in last}) == history.count(2.0)
    assert {int(row["particle"]) for row in rows} == set(range(30))


def test_a_table_that_is_too_long_or_cannot_be_written_is_one_sentence(tmp_path):
    history, ids = simulate(SYSTEMS["scenario"].particles), SYSTEMS["scenario"].ids
    refused(ValueError, lambda: write_positions(tmp_path / "a.csv", history, ids, np.zeros(MOST_ROWS)), "rows")
    refused(OSError, lambda: write_positions(tmp_path / "no" / "a.csv", history, ids, np.zeros(2)), "a.csv")
    assert not list(tmp_path.iterdir())
