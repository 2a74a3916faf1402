"""What the README shows runs as it stands there."""

import re
from pathlib import Path

import pytest

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
