"""Autosave: what a process leaves behind when it dies can be restored to the bit; a clean end leaves nothing."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from gui.model import edits
from gui.model.autosave import Autosave, discard, found, restore
from gui.model.document import Document
from gui.model.file_lock import FileLock, is_locked
from gui.model.swap_file import read_swap, write_swap
from gui.model.system import System
from particles import scenarios
from tests.later import Later
from tests.refusals import refused, same_particles

ROOT = Path(__file__).parent.parent
DYING = """
import sys
from gui.model.autosave import Autosave
from gui.model.document import Document
from gui.model.system import System
from gui.model import edits
from particles import scenarios
document = Document(System.of_scenario(scenarios.get("random-masses", 9, 1)))
autosave = Autosave(document, sys.argv[1])
document.edit(edits.removed(document.latest, [2]), "Delete")
print("ready", flush=True)
sys.stdin.read()
"""


def small():
    return System.of_scenario(scenarios.get("random-masses", 9, 1))


def swaps(folder):
    return sorted(folder.glob("*.swap"))


def edit(document, x):
    document.edit(edits.moved(document.latest, 4, x), "Move")


@pytest.fixture
def kept(tmp_path):
    """A document with its autosave in tmp_path."""
    document = Document(small())
    autosave = Autosave(document, tmp_path)
    yield document, autosave
    autosave.close()


def test_every_edit_is_kept_and_a_clean_end_leaves_nothing(tmp_path, kept):
    document, autosave = kept
    assert swaps(tmp_path) == []
    for x in (0.25, 1 / 3):
        edit(document, x)
        (path,) = swaps(tmp_path)
        assert same_particles(read_swap(path).system.particles, document.system.particles)
        assert np.array_equal(read_swap(path).system.ids, document.system.ids)
    autosave.close()
    assert list(tmp_path.iterdir()) == []
    edit(document, 7.0)
    assert list(tmp_path.iterdir()) == []


def test_a_saved_or_undone_document_needs_no_swap_file(tmp_path, kept):
    document, _ = kept
    edit(document, 0.5)
    document.undo()
    assert swaps(tmp_path) == []
    edit(document, 0.5)
    document.save(tmp_path / "mine.json")
    assert swaps(tmp_path) == []


def test_a_drag_is_kept_at_its_end(tmp_path, kept):
    document, _ = kept
    document.begin_drag()
    edit(document, 0.5)
    assert swaps(tmp_path) == []
    document.end_drag()
    assert len(swaps(tmp_path)) == 1


def test_the_documents_of_living_processes_are_not_offered(tmp_path, kept):
    document, _ = kept
    edit(document, 0.5)
    assert found(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="kills as POSIX does")
def test_what_a_killed_process_leaves_behind_is_restored_to_the_bit(tmp_path):
    child = subprocess.Popen(
        [sys.executable, "-c", DYING, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with child:
        assert child.stdout.readline() == b"ready\n"
        assert found(tmp_path) == []
        child.send_signal(signal.SIGKILL)
    (lost,) = found(tmp_path)
    assert (lost.name, lost.n) == ("random-masses", 8)
    document = Document()
    restore(document, read_swap(lost.path))
    expected = edits.removed(small(), [2])
    assert same_particles(document.system.particles, expected.particles)
    assert np.array_equal(document.system.ids, expected.ids)
    assert document.modified
    discard(lost)
    assert list(tmp_path.iterdir()) == []


def test_a_restored_document_is_kept_again_and_knows_its_file(tmp_path, kept):
    document, _ = kept
    other = tmp_path / "1-dead.swap"
    write_swap(other, small(), tmp_path / "mine.json")
    restore(document, read_swap(found(tmp_path)[0].path))
    assert document.path == tmp_path / "mine.json"
    assert len(swaps(tmp_path)) == 2


def damaged():
    return [b"", b"PK\x03\x04junk", b"{}", bytes(1000)]


@pytest.mark.parametrize("data", damaged(), ids=range(4))
def test_a_damaged_swap_file_is_left_out_and_hides_no_other(tmp_path, data):
    good, bad = tmp_path / "2-good.swap", tmp_path / "1-bad.swap"
    write_swap(good, small(), None)
    bad.write_bytes(data)
    assert [one.path for one in found(tmp_path)] == [good]
    refused(read_swap, bad)


def test_a_swap_file_that_was_cut_or_changed_is_refused_or_read_whole(tmp_path):
    path = tmp_path / "a.swap"
    write_swap(path, small(), None)
    whole = path.read_bytes()
    for k in range(0, len(whole), 37):
        path.write_bytes(whole[:k])
        refused(read_swap, path)
        path.write_bytes(whole[:k] + b"\xff" + whole[k + 1 :])
        with suppress(ValueError):
            assert len(read_swap(path).system) == 9


def test_a_swap_file_whose_fields_make_no_system_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.swap"
    for name, value in {"horizon": 0.0, "kind": "waves", "name": "", "seed": "x", "why": None}.items():
        system = small()
        object.__setattr__(system, name, value)
        write_swap(path, system, None)
        refused(read_swap, path)
    doubled = small()
    object.__setattr__(doubled, "ids", np.zeros(9, np.int64))
    write_swap(path, doubled, None)
    assert "one id" in refused(read_swap, path)


def test_the_newest_is_offered_first(tmp_path):
    for name in ("2-old", "1-new"):
        write_swap(tmp_path / f"{name}.swap", small(), None)
    assert [one.path.stem for one in found(tmp_path)] == ["1-new", "2-old"]


def test_a_folder_that_cannot_be_written_is_told_once_and_disturbs_nothing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    document, told = Document(small()), []
    autosave = Autosave(document, tmp_path / "file")
    autosave.trouble.connect(told.append)
    for x in (0.1, 0.2, 0.3):
        edit(document, x)
    autosave.close()
    assert len(told) == 1
    assert "not kept safe" in told[0]
    assert document.system.particles.position[document.system.ranks([4])] == 0.3


def test_when_there_is_room_again_that_is_told_too(tmp_path):
    (tmp_path / "file").write_text("in the way")
    document, told = Document(small()), []
    autosave = Autosave(document, tmp_path / "file")
    autosave.trouble.connect(told.append)
    edit(document, 0.1)
    (tmp_path / "file").unlink()
    edit(document, 0.2)
    edit(document, 0.3)
    assert [bool(sentence) for sentence in told] == [True, False]
    assert len(swaps(tmp_path / "file")) == 1
    autosave.close()


def test_late_writing_never_puts_an_old_state_over_a_new_one(tmp_path):
    later, document = Later(), Document(small())
    autosave = Autosave(document, tmp_path, run=later)
    for x in (0.1, 0.2, 0.3):
        edit(document, x)
    while later.waiting:
        later.happen(-1)
    (path,) = swaps(tmp_path)
    assert same_particles(read_swap(path).system.particles, document.system.particles)
    edit(document, 0.4)
    autosave.close()
    later.happen()
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_holds_nothing_to_restore(tmp_path):
    assert found(tmp_path / "missing") == []


def test_a_lock_is_held_by_one_and_free_after_it(tmp_path):
    path = tmp_path / "one.lock"
    lock = FileLock(path)
    assert is_locked(path)
    with pytest.raises(OSError, match=r"."):
        FileLock(path)
    lock.release()
    assert not is_locked(path)
    assert not path.exists()
