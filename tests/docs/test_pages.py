"""The recipes and other pages work as they stand there, each on its own, and print what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from emgkit.io import FORMATS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("recipes.md", "figures-for-a-journal.md", "measures.md")
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n\n```text\n(?P<output>.*?)^```$", flags=re.DOTALL | re.MULTILINE)
# what the page promises, in the words of its headings
WANTED = (
    "Mark repetitions by hand", "Leave out a repetition", "A wide table for SPSS or jamovi", "Excel",
    "Median frequency of each repetition", "Two factors", "An MVC from another day", "Several trials of one task",
    "Left and right", "The same with other filters",
)  # fmt: skip


def sections(page: str) -> list[tuple[str, str]]:
    """Each second heading and the text below it, or the page as one."""
    text = (DOCS / "how_to" / page).read_text(encoding="utf-8")
    found = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    return list(zip(found[1::2], found[2::2], strict=True)) or [(page, text)]


RECIPES = [(page, title, text) for page in PAGES for title, text in sections(page)]


@pytest.mark.parametrize(("page", "title", "text"), RECIPES, ids=[title for _, title, _ in RECIPES])
def test_each_runs_alone_and_prints_what_the_page_shows(page, title, text, tmp_path):
    blocks = list(BLOCK.finditer(text))
    assert len(blocks) == text.count("```python"), "a block of code has no block of output"
    names = {"__name__": "page"}
    for block in blocks:
        printed = io.StringIO()
        with contextlib.chdir(tmp_path), contextlib.redirect_stdout(printed):
            exec(compile(block["code"], page, "exec"), names)
        wanted = [line.rstrip() for line in block["output"].splitlines()]
        got = [line.rstrip() for line in printed.getvalue().splitlines()]
        assert got == wanted, f"{title} is out of date; it prints:\n{printed.getvalue()}"
    plt.close("all")


def test_every_recipe_that_was_asked_for_is_there_and_says_what_to_look_at():
    recipes = dict(sections("recipes.md"))
    assert tuple(recipes) == WANTED
    for title, text in recipes.items():
        after = text.rpartition("```\n")[2]
        assert after.strip().startswith("Look "), f"{title} does not say what to look at"


def test_the_page_calls_its_data_simulated():
    for page in PAGES:
        assert "simulated" in (DOCS / "how_to" / page).read_text(encoding="utf-8")


@pytest.mark.long
def test_the_code_on_the_simulator_runs_and_prints_the_sentence_that_is_quoted(tmp_path):
    page = (DOCS / "explanation" / "simulator.md").read_text(encoding="utf-8")
    printed = io.StringIO()
    with contextlib.chdir(tmp_path), contextlib.redirect_stdout(printed):
        for code in re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL):
            exec(compile(code, "simulator.md", "exec"), {"__name__": "page"})
    (quoted,) = re.findall(r"(?:^> .*\n)+", page, flags=re.MULTILINE)
    assert " ".join(quoted.replace("> ", "").split()) == printed.getvalue().splitlines()[0]


def test_links_of_all_pages_lead_to_files():
    """On the site Sphinx checks them; this is for those who read the files."""
    for path in sorted(DOCS.rglob("*.md")):
        if "_build" in path.parts or "gallery" in path.parts:
            continue
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if not link.startswith(("https:", "http:")):
                assert (path.parent / link).exists(), f"{path.relative_to(DOCS)}: {link}"


def test_every_format_has_its_row_with_what_it_was_proven_on():
    text = (DOCS / "how_to" / "formats.md").read_text(encoding="utf-8")
    rows = [
        line.strip("| \n").split(" | ")
        for line in text.splitlines()
        if line.startswith("| ") and "`format=`" not in line
    ]
    assert {len(row) for row in rows} == {4}
    assert all(re.search("real|built|simulated", row[3]) for row in rows)
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row[1])]
    assert set(named) == {known.name for known in FORMATS}
