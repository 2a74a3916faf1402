"""A run's folder, looked at again and again while it trains.  Blocking: it is asked in a worker thread."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from training.lock import check_free
from training.run_log import CONFIG, METRICS, SNAPSHOTS, STATUS, Position, RunFolder, Snapshot, read_json

from .run_state import Moment, RunState, curves_of
from .tensor_summary import link, summarize

_KEPT = "what was read of it stays in view"
BUDGET = 0.4  # seconds of reading snapshots in one look: the page fills while an old run is read


class Follower:
    """Follows the run in ``path``.  FileNotFoundError where that is not the folder of a run.

    Each ``look`` reads only what is new; whatever it meets, it gives a state.  Not for several threads at once.
    """

    def __init__(self, path):
        self._run = RunFolder(Path(path).absolute())
        self._state = self._nothing_read()
        self._config_seen: tuple | None = None  # time of change and bytes of the one that was read

    def _nothing_read(self) -> RunState:
        self._position: Position | None = None
        self._read: dict[tuple, Moment] = {}  # (step, time of change, bytes) -> the moment that was read from it
        self._refused: dict[tuple, str] = {}
        self._places: tuple[int, dict] = (-1, {})  # of the moment that was read last, by tensor
        return RunState(self.path)

    @property
    def path(self) -> Path:
        """The folder."""
        return self._run.path

    def look(self, budget: float = BUDGET) -> RunState:
        """The run as it is now.  Snapshots are read for about ``budget`` seconds, ``behind`` are left for later."""
        if not self._there():
            return self._gone()
        state = replace(self._state, trouble="")
        troubles: list[str] = []
        for part in (self._with_config, self._with_lines, partial(self._with_moments, budget), self._with_status):
            try:
                state = part(state)
            except (ValueError, OSError) as error:
                troubles.append(_sentence(error))
        if not self._there():  # what was met meanwhile was half removed: should it come back, all is read again
            self._config_seen = ()
            return self._gone()
        status = "broken" if troubles else state.status
        troubles += [self._refused[key] for key in list(self._refused)[-1:]]
        self._state = replace(state, status=status, trouble=troubles[0] if troubles else "")
        return self._state

    def _there(self) -> bool:
        return (self.path / CONFIG).is_file()

    def _gone(self) -> RunState:
        sentence = f"The folder {self.path} is no longer there: {_KEPT}."
        self._state = replace(self._state, status="gone", trouble=sentence, behind=0)
        return self._state

    def weights(self, moment: Moment) -> dict[str, np.ndarray]:
        """The tensors of a moment.  ValueError or FileNotFoundError where its file is broken or gone."""
        return self._run.weights(Snapshot(moment.step, moment.epoch, moment.path))

    def _with_config(self, state: RunState) -> RunState:
        status = (self.path / CONFIG).stat()
        seen = status.st_mtime_ns, status.st_size
        if seen != self._config_seen:
            config = self._run.config
            if self._config_seen is not None:  # it is written once a run: another one was started in the folder
                state = self._nothing_read()
            state, self._config_seen = replace(state, config=config), seen
        return state

    def _with_status(self, state: RunState) -> RunState:
        status = self._run.status()
        if status == "running" and not self._has_a_process() and state.lines is self._state.lines:
            status = "killed"
        stored = read_json(self.path / STATUS) if (self.path / STATUS).exists() else {}
        message = stored.get("message")
        return replace(state, status=status, message=message if isinstance(message, str) else "")

    def _has_a_process(self) -> bool:
        if os.name == "nt":  # nothing is locked there, so nothing can be told
            return True
        try:
            check_free(self.path)
        except RuntimeError:
            return True
        return False

    def _with_lines(self, state: RunState) -> RunState:
        anew, news = self._position is None, self._run.follow(self._position)
        self._position = news.position
        if news.position is None:
            if state.lines:
                raise FileNotFoundError(f"the log {self.path / METRICS} is no longer there: {_KEPT}")
            return state
        anew = anew or news.restarted
        if not news.lines and not anew:
            return state
        lines = tuple(news.lines) if anew else (*state.lines, *news.lines)
        curves, by_tensor = curves_of(lines)
        restarted = lines[: len(state.lines)] != state.lines
        return replace(state, lines=lines, curves=curves, by_tensor=by_tensor, restarted=restarted)

    def _with_moments(self, budget: float, state: RunState) -> RunState:
        """Read snapshots that are new, the oldest first; forget those that a resume has removed, which keeps a log."""
        began, found, tried = time.monotonic(), self._files(), 0
        if self._position is not None or not state.lines:
            self._read = {key: moment for key, moment in self._read.items() if key in found}
        self._refused = {key: why for key, why in self._refused.items() if key in found}
        for key, path in found.items():
            if key in self._read or key in self._refused:
                continue
            if tried and time.monotonic() - began >= budget:  # but one at each look
                break
            tried += 1
            try:
                self._read[key] = self._moment(path)
            except FileNotFoundError:  # a resume has just removed it
                continue
            except (ValueError, OSError, MemoryError) as error:
                self._refused[key] = _sentence(error)
        moments = tuple(sorted(self._read.values(), key=lambda moment: moment.step))
        behind = len(found.keys() - self._read.keys() - self._refused.keys())
        same = len(moments) == len(state.moments) and all(a is b for a, b in zip(moments, state.moments, strict=True))
        return replace(state, moments=state.moments if same else moments, behind=behind)

    def _files(self) -> dict[tuple, Path]:
        """The snapshots that lie there, by step, time and size: one that was written anew is read anew."""
        found = {}
        for path in (self.path / SNAPSHOTS).glob("*.npz"):
            if path.stem.isdecimal():
                try:
                    status = path.stat()
                except OSError:
                    continue
                found[int(path.stem), status.st_mtime_ns, status.st_size] = path
        return dict(sorted(found.items()))

    def _moment(self, path: Path) -> Moment:
        step, epoch, _ = snapshot = self._run.snapshot(path)
        weights = self._run.weights(snapshot)
        summaries, places = {}, {}
        for name, tensor in weights.items():
            try:
                summaries[name], places[name] = summarize(tensor)
            except ValueError as error:
                raise ValueError(f"{path}: {name}: {error}") from None
        earlier = [moment for moment in self._read.values() if moment.step < step]
        before = max(earlier, key=lambda moment: moment.step, default=None)
        known = self._places[1] if before is not None and self._places[0] == before.step else {}
        links = {
            name: link(before.tensors[name], known[name], summaries[name], places[name])
            for name in summaries
            if name in known and name in before.tensors
        }
        self._places = (step, places)
        return Moment(step, epoch, path, summaries, links)


def run_folder_of(path) -> Path | None:
    """The folder of a run, given that or one of its files; None for anything else that is dropped."""
    path = Path(path)
    folder = path.parent if path.name in (CONFIG, METRICS, STATUS) else path
    found = (folder / CONFIG).is_file() and any((folder / name).exists() for name in (METRICS, STATUS, SNAPSHOTS))
    return folder if found else None


def _sentence(error: Exception) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    if text.partition(" ")[0].isalpha():  # else a file's name, which stays as it is
        text = text[0].upper() + text[1:]
    return text if text.endswith(".") else text + "."
