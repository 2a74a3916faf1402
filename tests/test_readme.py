"""What the README shows runs as it stands there."""

import re
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"


def test_the_example_runs_and_prints_fewer_values(capsys):
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert len([line for line in block.splitlines() if line]) <= 10
    exec(compile(block, "README.md", "exec"), {})
    before, after = re.match(r"(\d+) -> (\d+) ", capsys.readouterr().out).groups()
    assert int(after) < int(before) == 2048


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
