"""What lessons say in words, recomputed; and what they say was measured, compared with the tables of the benchmarks."""

import re
from pathlib import Path

from gui.lessons.shelf import lesson_named

MEASURED = (Path(__file__).parent.parent / "benchmarks" / "training.md").read_text(encoding="utf-8")


def row(heading: str, method: str) -> list[str]:
    """The cells of a method in the first table under a heading of benchmarks/training.md."""
    table = MEASURED.partition(f"## {heading}")[2]
    found = next(line for line in table.splitlines() if line.startswith(f"| {method} |"))
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_the_measured_numbers_are_those_of_the_runs_that_the_lesson_names():
    mnist = {method: row("mnist-torus at a laptop size", method) for method in ("none", "wsr", "cnn")}
    digits = {method: row("digits-torus, five seeds", method) for method in ("none", "wsr", "cnn")}
    test, translation = 3, 8
    wanted = [mnist[method][test] for method in ("none", "wsr", "cnn")]
    for method in ("none", "wsr"):
        wanted += digits[method][test].split(" +- ")
    wanted.append(digits["cnn"][test].split(" +- ")[0])
    wanted += [table[method][translation].split(" +- ")[0] for table in (mnist, digits) for method in ("wsr", "none")]
    claims = lesson_named("filters-like-a-convolution").scenes[-1].claims
    stated = [claim.stated.text.removesuffix(" %") for claim in claims if claim.quantity is None]
    rounded = [f"{float(cell):.{len(text.partition('.')[2])}f}" for text, cell in zip(stated, wanted, strict=True)]
    assert stated == rounded
    plain, shared, convolution = map(float, stated[:3])
    assert shared - plain > convolution - shared, "most of the gap"


def test_the_lesson_says_what_the_benchmarks_say():
    text = " ".join(lesson_named("filters-like-a-convolution").scenes[-1].text.paragraphs)
    for words in ("closes most of the gap", "bands that repeat at other heights", "splits clusters faster"):
        assert words in re.sub(r"\s+", " ", MEASURED)
        assert words.replace("closes", "closed") in text
