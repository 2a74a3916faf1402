"""Lessons as Markdown: data, never code; checked when read, refused in one sentence that names the line.

A lesson file is called NUMBER-NAME.md and looks like this:

    # Two particles                                  the title
    > What a collision keeps and what it destroys.   the aim, one sentence
    ## They meet                                     a scene: 3 to 6 of them
    Two particles of mass [1](<mass of particle 0>) fly at each other.        text: 1 to 3 paragraphs
    ```scene
    scenario: two-equal                              one block a scene: key: value lines
    view: line
    play: 0 to 2
    ```
    ```question
    ask: Where is the pair at time 2?                at most one block a scene
    quantity: position of cluster 0 at 2
    answer: 0
    hand: position
    from: -1
    to: 1
    accept: 0.1
    ```
    Equal momenta cancel.                            text after the question: the explanation

A number that a text states is a claim, a link to its quantity: [1/2](<velocity of cluster 0 at 2>).  It is exact,
unless it is [about 0.53](<...>): then it is right to its last digit.  ``measured`` as the quantity means that it
stands in benchmarks/training.md.  The phrases are those of ``formulas.FORMULAS``.

Keys of a scene: ``scenario`` (with ``n``, ``seed``), or ``particles`` (a JSON list of [position, velocity] or
[position, velocity, mass]), or ``weights`` (a JSON list), these two with ``horizon`` (the time shown); none: the
system of the scene before.  ``play`` (a to b; b < a: backwards; needed), ``time`` (default: the first of play),
``view`` (needed), ``axis``, ``arrows``, ``centre of mass`` (yes or no), ``highlight`` (ranks, with commas), ``speed``.

Keys of a question: ``ask``, ``quantity``, ``hand`` (number, position, velocity, slider or choice), ``unit``, ``show``
(the time at which the answer is shown, default: that of the quantity, or the quantity where it is a time), ``hide``
(names of ``lesson.HIDES`` with commas: covered until the question is answered).  For
choices two to four times ``choice: text [= 1/2]`` (or < or >), of which exactly one holds; otherwise ``answer``,
``accept`` (how far off is still right, default 0), and for all but number ``from``, ``to``, ``step``.
"""

from __future__ import annotations

import re
from pathlib import Path

from particles.checked_file import naming, read_whole

from .blocks import Block, block_of
from .claims import prose
from .lesson import Lesson, Scene
from .questions import question_of
from .scenes import scene_of

LARGEST_FILE = 2**16  # bytes
SCENES = (3, 6)
_NAME = re.compile(r"\d+-([a-z0-9-]+)")
_FENCE = "```"


def read_lesson(path) -> Lesson:
    """The lesson in the file ``path``, of at most 64 KiB.

    Raises ValueError, one sentence that names the file and the line, for anything that is not a lesson; OSError where
    the file cannot be read.
    """
    path = Path(path)
    data = read_whole(path, LARGEST_FILE)
    with naming(path.name):
        name = _NAME.fullmatch(path.stem)
        if name is None:
            raise ValueError("the file of a lesson is called like 01-two-particles.md")
        return lesson_of(name[1], _text(data), path)


def lesson_of(name: str, text: str, path: Path) -> Lesson:
    """The lesson that a text holds; ValueError with the line where it is none."""
    parts = _parts(text)
    title, aim = _head(parts)
    scenes = []
    for part in _split(parts[2:]):
        with _near(part[0].line):
            scenes.append(_scene(part, scenes[-1] if scenes else None))
    if not SCENES[0] <= len(scenes) <= SCENES[1]:
        raise ValueError(f"it has {len(scenes)} scenes (## headings), a lesson has {SCENES[0]} to {SCENES[1]}")
    return Lesson(name, title, aim, tuple(scenes), path)


def _text(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8 text") from None
    if not text.replace("\n", "").replace("\r", "").isprintable():
        raise ValueError("it holds control characters: a lesson is plain text, without tabs")
    return text


def _parts(text: str) -> list[Block]:
    """Headings, quotes, paragraphs and fenced blocks, in order."""
    parts, lines = [], text.splitlines()
    place = 0
    while place < len(lines):
        first, line = place, lines[place].strip()
        place += 1
        if not line:
            continue
        if line.startswith(_FENCE):
            while place < len(lines) and lines[place].strip() != _FENCE:
                place += 1
            if place == len(lines):
                raise ValueError(f"line {first + 1}: the block that begins here has no end: write ``` below it")
            place += 1
            parts.append(Block(line.strip("`").strip(), tuple(lines[first + 1 : place - 1]), first + 1))
        elif line.startswith(("#", ">")):
            mark, _, rest = line.partition(" ")
            parts.append(Block(mark, (rest.strip(),), first + 1))
        else:
            while place < len(lines) and lines[place].strip() and not lines[place].lstrip().startswith(("#", ">", "`")):
                place += 1
            parts.append(Block("", tuple(part.strip() for part in lines[first:place]), first + 1))
    return parts


def _head(parts: list[Block]) -> tuple[str, str]:
    if len(parts) < 3 or [part.kind for part in parts[:3]] != ["#", ">", "##"]:
        raise ValueError("a lesson begins with # title, > aim (one line each), and ## for its first scene")
    title, aim = (part.lines[0] for part in parts[:2])
    if not title or len(title) > 60:
        raise ValueError(f"line {parts[0].line}: a title has 1 to 60 characters")
    if not 10 <= len(aim) <= 200 or not aim.endswith(".") or ". " in aim:
        raise ValueError(f"line {parts[1].line}: the aim is one sentence of 10 to 200 characters")
    return title, aim


def _split(parts: list[Block]) -> list[list[Block]]:
    """The parts of each scene, its heading first."""
    scenes = []
    for part in parts:
        if part.kind == "##":
            scenes.append([])
        elif part.kind not in ("", "scene", "question"):
            raise ValueError(
                f"line {part.line}: {part.kind[:20]!r} is unknown: there are ##, scene and question blocks"
            )
        scenes[-1].append(part)
    return scenes


def _scene(parts: list[Block], before: Scene | None) -> Scene:
    title = parts[0].lines[0]
    if not title or len(title) > 60:
        raise ValueError("the title of a scene has 1 to 60 characters")
    blocks = {kind: [part for part in parts if part.kind == kind] for kind in ("scene", "question")}
    if len(blocks["scene"]) != 1 or len(blocks["question"]) > 1:
        raise ValueError(f"the scene {title!r} needs one scene block, and has room for one question block")
    asked = blocks["question"]
    end = parts.index(asked[0]) if asked else len(parts)
    if blocks["scene"][0] not in parts[:end]:
        raise ValueError(f"in the scene {title!r} the scene block must stand before the question")
    text = prose(" ".join(part.lines) for part in parts[:end] if part.kind == "")
    then = prose(" ".join(part.lines) for part in parts[end:] if part.kind == "")
    with _near(blocks["scene"][0].line):
        scene = scene_of(title, text, block_of(blocks["scene"][0]), before)
    if not asked:
        return scene
    with _near(asked[0].line):
        return question_of(scene, block_of(asked[0]), then)


class _near:  # noqa: N801 - a context manager, used like a function
    """Adds the line to a sentence that does not name one yet."""

    def __init__(self, line: int):
        self.line = line

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, ValueError | TypeError) and not str(error).startswith("line "):
            raise ValueError(f"line {self.line}: {error}") from None
        return False
