"""What the README shows runs as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from gui.command import _parser
from gui.lessons.shelf import lessons
from gui.window.actions import ACTIONS
from gui.window.parts import PAGE_TEXT

README = Path(__file__).resolve().parents[1] / "README.md"


def examples():
    return re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)


def test_the_example_runs_and_prints_fewer_values(capsys):
    block = examples()[0]
    assert len([line for line in block.splitlines() if line]) <= 10
    exec(compile(block, "README.md", "exec"), {})
    before, after = re.match(r"(\d+) -> (\d+) ", capsys.readouterr().out).groups()
    assert int(after) < int(before) == 2048


@pytest.mark.torch
def test_the_example_of_training_shares_and_writes_a_smaller_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _, block = examples()
    scope = {}
    exec(compile(block, "README.md", "exec"), scope)
    assert "0.weight" in capsys.readouterr().out
    assert scope["sharing"].steps == 100
    assert Path("shared.safetensors").stat().st_size < 8000  # plainly 38,000


def anchors(markdown):
    """The names by which a page's headings are linked to."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_pictures_and_pages_it_links_are_there():
    links = re.findall(r"\]\((?!https?:)([^)]+)\)|(?:src|srcset)=\"([^\"]+)\"", README.read_text())
    links = [link or source for link, source in links]
    assert links
    for link in links:
        page, _, anchor = link.partition("#")
        path = README.parent / page if page else README
        assert path.is_file(), link
        assert not anchor or anchor in anchors(path.read_text()), link


def commands():
    """What stands in the README's blocks of shell, line by line."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def test_the_two_commands_stand_first_and_set_everything_up():
    app, tests = commands()[:2]
    for command, extra, last in ((app, "gui", "app.py"), (tests, "dev", "-m pytest -n 2 --dist loadfile")):
        begin = "sh .ci/system; python3 -m venv .venv && .venv/bin/pip install -e "
        assert command == f"{begin}'.[{extra}]' && .venv/bin/python {last}"
    assert README.read_text().index(app) < 3000


@pytest.mark.qt
def test_its_command_lines_of_the_app_do_what_they_say(tmp_path, monkeypatch, qapp, capsys):
    monkeypatch.chdir(tmp_path)
    from gui.export.headless import main

    lines = [shlex.split(line, comments=True) for line in commands() if line.startswith("python app.py")]
    parsed = [_parser().parse_args(line[2:]) for line in lines]
    written = [args for args in parsed if args.snapshot or args.film]
    assert len(written) >= 2
    for args in written:
        args.size, args.seconds = "320x180", 0.1
        assert main(args) == 0, capsys.readouterr().err
        assert (args.snapshot or args.film).stat().st_size > 1000


def test_its_keys_pages_and_lessons_are_those_of_the_app():
    text = README.read_text()
    table = text[text.index("| keys |") : text.index("Pictures (PNG")]
    keys = {re.sub(r"</?kbd>", "", key) for key in re.findall(r"<kbd>[^ |]+</kbd>", table)} - {"4", "Shift"}
    assert len(keys) > 15
    assert keys <= {key for action in ACTIONS for key in action.keys}
    assert all(f"| {page} |" in text for page in PAGE_TEXT.values())
    assert len(lessons()) == 11
    assert "Eleven short ones" in text


def test_its_screenshots_are_small():
    pictures = re.findall(r"\]\((docs/app-[a-z]+\.png)\)", README.read_text())
    assert len(pictures) == 4
    assert all((README.parent / picture).stat().st_size <= 250_000 for picture in pictures)
