"""``python -m gui.export FOLDER``: carries out the job in a folder, for a window that must not wait for it.

Says one JSON object a line: {"done": 3, "total": 9}, and last {"note": "..."} or {"error": "..."}.  When its input
ends, because the window cancels or is gone, it stops and leaves nothing half-written.
"""

from __future__ import annotations

import json
import os
import sys
import threading


class Cancelled(Exception):  # noqa: N818
    """Nobody waits for the export any more."""


def main(folder: str) -> int:
    """Carry out the job in ``folder``; 0, or 1 after an error was said."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    cancelled, writing = threading.Event(), threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(cancelled, writing), daemon=True).start()

    def progress(done: int, total: int) -> None:
        writing.set()
        if cancelled.is_set():
            raise Cancelled
        _say(done=done, total=total)

    try:
        from .headless import application

        app = application()
        from .job import carry_out, read_job

        job, session = read_job(folder)
        _say(note=carry_out(job, session, progress))
        session.close()
        del app
        return 0
    except Cancelled:
        return 1
    except MemoryError:
        _say(error="there is not enough memory for this: choose a smaller size")
    except (ValueError, RuntimeError, OSError) as error:
        _say(error=" ".join(str(error).split()))
    return 1


def _wait_for_the_end(cancelled: threading.Event, writing: threading.Event) -> None:
    while os.read(0, 1024):  # not sys.stdin: its lock would be held when the process ends
        pass
    cancelled.set()
    if not writing.is_set():  # there is nothing to be cleaned up yet
        os._exit(1)


def _say(**fields) -> None:
    print(json.dumps(fields), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
