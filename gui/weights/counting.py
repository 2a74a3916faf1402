"""The figures of a list of tensors, made in a worker one tensor after the other."""

from __future__ import annotations

import time
from collections.abc import Callable

from particles.giving_way import giving_way

from .summary import Summary, summary
from .tensors import TensorFile

EVERY = 0.1  # seconds between what is shown


def count(workers, opened: TensorFile, show: Callable[[dict[str, Summary]], None], **how) -> None:
    """``show({name: summary})`` now and then, until each tensor of a file that holds weights was in one of them;
    ``how``: keywords of ``workers.run``."""
    names = [entry.name for entry in opened.entries if not entry.refusal]
    told = []  # filled by the worker, emptied here

    def work(task):
        found, due = {}, 0.0
        with opened.reading() as read:
            for number, name in enumerate(giving_way(names), 1):
                found[name] = summary(read(name))
                if time.monotonic() > due:
                    told.append(found)
                    task.report(number / len(names))
                    found, due = {}, time.monotonic() + EVERY
        return found

    workers.run(work, show, "counting distinct values", progress=lambda _: show(told.pop(0)), **how)
