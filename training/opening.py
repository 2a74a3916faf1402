"""A run's folder is opened for a new run, or for one that goes on; its status is kept."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from pathlib import Path

from .checkpoint import LAST
from .config import Config
from .lock import LOCK, check_free, check_place, locked
from .run_log import CONFIG, METRICS, SNAPSHOTS, STATUS, cut_back, read_json, write_json
from .stopping import Interrupted, resume_command


def check_folder(folder: Path, config: Config, resume: bool) -> None:
    """Refuse a folder that holds something when a new run is to start, or another run when one is to go on.

    Raises FileExistsError, NotADirectoryError or ValueError, and RuntimeError where a process trains in it now.
    """
    check_place(folder)
    check_free(folder)
    if not resume:
        if _holds_something(folder):
            raise FileExistsError(f"{folder} is not empty: take --resume to go on with its run, or another --out")
        return
    if not (folder / CONFIG).exists():
        if _holds_something(folder):
            raise FileExistsError(f"{folder} is not the folder of a run, and it is not empty: take another --out")
        return
    _check_same(folder, config)


def stored_config(folder: Path) -> Config:
    """The configuration that a run was started with; FileNotFoundError where there is none."""
    if not (folder / CONFIG).is_file():
        raise FileNotFoundError(f"{folder} holds no run to go on with: it has no {CONFIG}")
    try:
        return Config.from_json(read_json(folder / CONFIG))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{folder / CONFIG}: {str(error).removeprefix(f'{folder / CONFIG}: ')}") from None


def create_folder_(folder: Path, config: Config) -> None:
    """Make the folder with the run's configuration in it, first of all; one that is there already is left as it is.

    Raises ValueError, or RuntimeError, where another process was faster.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        if (folder / CONFIG).exists():
            _check_same(folder, config)
        else:
            write_json(folder / CONFIG, config.to_json())
    (folder / SNAPSHOTS).mkdir(exist_ok=True)
    (folder / LAST).parent.mkdir(exist_ok=True)


def cut_back_(folder: Path, epoch: int, step: int) -> None:
    """Drop what was logged after a checkpoint, for it will come again, and the files that a kill left half-written."""
    for place in (folder, folder / SNAPSHOTS, (folder / LAST).parent):
        for path in place.glob(".*.part"):
            path.unlink()
    cut_back(folder / METRICS, epoch)
    for path in (folder / SNAPSHOTS).glob("*.npz"):
        if path.stem.isdecimal() and int(path.stem) > step:
            path.unlink()


@contextmanager
def kept_status(folder: Path, writes: bool):
    """The folder is locked and its status "running" inside of the block; afterwards the status says how it ended.

    Nothing happens unless this process ``writes``.  Raises RuntimeError where another process trains in the folder.
    """

    def tell(status: str, message: str = "") -> None:
        if writes:
            write_json(folder / STATUS, {"status": status, "message": message})

    with locked(folder) if writes else nullcontext():
        tell("running")
        try:
            yield
        except Interrupted as stop:
            tell("interrupted", str(stop.going_on(resume_command(folder))))
            raise
        except KeyboardInterrupt:
            tell("interrupted", "interrupted before it could save")
            raise
        except BaseException as error:
            tell("failed", " ".join(str(error).split()))
            raise
        tell("finished")


def _check_same(folder: Path, config: Config) -> None:
    for name, value in stored_config(folder).to_json().items():
        if value != config.to_json()[name]:
            raise ValueError(
                f"{folder}: the run was started with {name} {value}, not {config.to_json()[name]}: a run goes on as it "
                "began, start a new one in another --out"
            )


def _holds_something(folder: Path) -> bool:
    """Is there anything but what a process leaves that was killed before it wrote its configuration?"""
    if not folder.exists():
        return False
    names = [path.name for path in folder.iterdir()]
    return any(name != LOCK and not (name.startswith(f".{CONFIG}.") and name.endswith(".part")) for name in names)
