"""What the page says about a run, in one sentence."""

from __future__ import annotations

from .run_state import Moment, RunState

WORDS = {
    "unread": "reading",
    "starting": "starting",
    "running": "training",
    "finished": "finished",
    "interrupted": "stopped",
    "failed": "failed",
    "killed": "was killed",
    "gone": "gone",
    "broken": "cannot be read",
}
ROLES = {
    "unread": "quiet",
    "starting": "good",
    "running": "good",
    "finished": "quiet",
    "interrupted": "quiet",
    "failed": "bad",
    "killed": "bad",
    "gone": "bad",
    "broken": "bad",
}
CAN_GO_ON = ("interrupted", "failed", "killed")
_STANDS = {
    "unread": "has not been read yet",
    "starting": "has only begun",
    "running": "is training",
    "finished": "has finished: there is nothing to go on with",
    "gone": "is no longer there",
    "broken": "cannot be read",
}


def about(state: RunState) -> str:
    """How the run stands, after the word of WORDS."""
    done = len(state.lines)
    of = f"epoch {done:,} of {state.epochs:,}" if state.epochs else f"epoch {done:,}"
    if state.status in ("unread", "broken"):
        return ""
    if state.status == "starting":
        return "The run loads what it needs."
    if state.status == "gone":
        return state.trouble
    if state.status == "failed":
        return _ended(state.message or "without a word")
    if state.status == "killed":
        return f"At {of}; no process trains in this folder now. The run can go on from its last checkpoint."
    if state.status == "interrupted":
        return f"At {of}, and saved: it can go on." if "saved" in state.message else f"At {of}."
    if state.status == "running" and state.epochs and done >= state.epochs:
        return f"All of {of}; now the network is projected, tuned and saved."
    return f"{of.capitalize()}."


def beside(state: RunState) -> str:
    """What else is to be said: trouble with reading, snapshots still to be read, a log that was cut back."""
    if state.trouble and state.status != "gone":
        return state.trouble
    if state.behind:
        return f"Reading snapshots: {state.behind:,} are left."
    if state.restarted and state.status == "running":
        return "The run went on from a checkpoint: what was logged after that was dropped, and comes again."
    return ""


def place_of(moment: Moment | None) -> str:
    """Where in the run a moment is: its epoch, where that is known, and its step."""
    if moment is None:
        return "no snapshot yet"
    return f"step {moment.step:,}" if moment.epoch is None else f"epoch {moment.epoch:,}, step {moment.step:,}"


def why_not_go_on(state: RunState | None) -> str:
    """Why a run cannot go on from its last checkpoint; "" where it can."""
    if state is None:
        return "There is no run to go on with: start one, or follow a folder."
    return "" if state.status in CAN_GO_ON else f"{state.path.name} {_STANDS[state.status]}."


def _ended(text: str) -> str:
    return text if text.endswith(".") else text + "."
