"""The runs of a comparison: each in a process and a folder of its own, several at once, finished ones kept."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .arguments import FLAGS
from .comparison_children import Children
from .presets import configured
from .run_log import CONFIG, RunFolder

_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "STICKYWEIGHTS_THREADS"), "1")
_LOOK = 0.5  # seconds
_SOURCE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """One training of a comparison: the row ``method`` of ``preset`` with ``changes``, in ``folder``."""

    preset: str
    method: str
    changes: dict[str, object]
    folder: Path

    @property
    def label(self) -> str:
        """What to call it in a line."""
        strength = self.changes.get("strength")
        told = f" {','.join(f'{value:g}' for value in strength)}" if strength else ""
        return f"{self.method}{told} seed {self.changes['seed']}, {self.changes['epochs']} epochs"

    def config(self) -> dict:
        """The configuration as it will stand in the folder."""
        return configured(self.preset, self.method, **self.changes).to_json()

    def report(self) -> dict | None:
        """The report of the finished run, or None.

        Raises ValueError where the folder holds a run with another configuration.
        """
        if not (self.folder / CONFIG).exists():
            return None
        found, stored, wanted = RunFolder(self.folder), RunFolder(self.folder).config, self.config()
        for name in wanted:
            if stored.get(name) != wanted[name]:
                raise ValueError(
                    f"{self.folder} holds a run with {name} {stored.get(name)}, not {wanted[name]}: take another --out"
                )
        return found.report() if found.status() == "finished" else None


class Outcome(NamedTuple):
    """What came of a run: the content of its report.json, or else why it failed, in one line."""

    run: Run
    report: dict | None
    failure: str | None = None


def run_all(runs: Sequence[Run], *, jobs: int, data_folder: str | None, tell: Callable) -> list[Outcome]:
    """The outcomes of the runs, in their order; ``jobs`` at a time, each on one CPU thread.

    Finished runs are not run again, and interrupted ones go on.  ``tell(outcome, done, of)`` is called after each that
    was run.  After Ctrl-C or SIGTERM no further one starts, those under way save and end, and Stopped is raised.
    """
    outcomes = {place: Outcome(run, run.report()) for place, run in enumerate(runs)}
    left = [place for place, outcome in outcomes.items() if outcome.report is None]
    children, done = Children(), 0
    with children.listening(), ThreadPoolExecutor(jobs) as pool:
        places = {pool.submit(_train, runs[place], data_folder, children): place for place in left}
        waiting = set(places)
        try:
            while waiting and children.stopped_by is None:
                # a signal is answered between two waits, whichever thread the system gave it to
                ended, waiting = wait(waiting, timeout=_LOOK, return_when=FIRST_COMPLETED)
                for future in sorted(ended if children.stopped_by is None else (), key=places.get):
                    outcomes[places[future]] = future.result()
                    done += 1
                    tell(outcomes[places[future]], done, len(left))
        except BaseException:
            children.stop(signal.SIGTERM)
            raise
    return [outcomes[place] for place in range(len(runs))]


def command(run: Run, data_folder: str | None = None) -> list[str]:
    """The command line of a run, also of one that goes on."""
    words = [sys.executable, "-m", "training", "run"]
    if (run.folder / CONFIG).exists():
        words.append("--resume")
    else:
        words += [run.preset, "--method", run.method]
        for name, value in run.changes.items():
            words += [FLAGS.get(name, "--" + name.replace("_", "-")), as_text(value)]
    words += ["--out", str(run.folder), "--quiet", "--no-figures"]
    return words + (["--data", data_folder] if data_folder else [])


def as_text(value) -> str:
    """A setting as the command line takes it."""
    if isinstance(value, tuple | list):
        return ",".join(map(as_text, value)) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)


def _train(run: Run, data_folder: str | None, children: Children) -> Outcome:
    """Run it to its end; a failure is the last line it said."""
    run.folder.parent.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join(filter(None, (str(_SOURCE), os.environ.get("PYTHONPATH"))))
    status, told = children.run(command(run, data_folder), {**os.environ, **_ONE_THREAD, "PYTHONPATH": path})
    report = run.report() if status == 0 else None
    if report is not None:
        return Outcome(run, report)
    said = [line for line in told.splitlines() if line.strip()]
    return Outcome(run, None, said[-1].removeprefix("error: ") if said else f"exit status {status}")
