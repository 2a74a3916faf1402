"""Work that may take long and may fail: what comes out is a result or a sentence, never an error."""

from __future__ import annotations

from collections.abc import Callable


def at_once(work: Callable, then: Callable, what: str) -> None:
    """The simplest way to run work: here and now."""
    then(work())


def run_guarded(run: Callable, work: Callable, then: Callable, failed: Callable[[str], None], what: str) -> None:
    """``run(work, then, what)``, but where ``work`` fails ``failed`` gets one sentence, in the thread that asked."""

    def guarded():
        try:
            return work(), None
        except MemoryError:
            return None, f"{what}: there is not enough memory"
        except (ValueError, OSError) as error:
            return None, str(error)

    def landed(outcome):
        result, sentence = outcome
        then(result) if sentence is None else failed(sentence)

    run(guarded, landed, what)
