"""The figures of a list of tensors, made in a worker one tensor after the other."""

from __future__ import annotations

from collections.abc import Callable

from .summary import Summary, summary
from .tensors import TensorFile


def count(workers, opened: TensorFile, show: Callable[[str, Summary], None], **how) -> None:
    """``show(name, summary)`` for each tensor of a file that holds weights; ``how``: keywords of ``workers.run``."""
    names = [entry.name for entry in opened.entries if not entry.refusal]
    found = []  # filled by the worker, emptied here

    def work(task):
        with opened.reading() as read:
            for number, name in enumerate(names, 1):
                found.append((name, summary(read(name))))
                task.report(number / len(names))

    def show_found(_):
        while found:
            show(*found.pop(0))

    workers.run(work, show_found, "counting distinct values", progress=show_found, **how)
