"""The page on statistics works as it stands there, and prints what it says it prints."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

from emgkit import stats

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "statistics.md"
TEXT = PAGE.read_text(encoding="utf-8")
# every block of code, and the block of output that follows it
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n\n```text\n(?P<output>.*?)^```$", flags=re.DOTALL | re.MULTILINE)


def printed(code: str, names: dict[str, Any]) -> str:
    """What a block prints; warnings are errors here, as everywhere in the tests."""
    caught = io.StringIO()
    with contextlib.redirect_stdout(caught):
        exec(compile(code, PAGE.name, "exec"), names)
    return caught.getvalue()


def test_every_block_runs_and_prints_what_the_page_shows() -> None:
    blocks = list(BLOCK.finditer(TEXT))
    assert len(blocks) == TEXT.count("```python") > 5, "a block of code has no block of output"
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks:
        got = printed(block["code"], names)
        assert got.splitlines() == block["output"].splitlines(), f"the page is out of date:\n{block['code']}\n{got}"


def test_the_example_is_called_simulated() -> None:
    assert "**The numbers are simulated**" in TEXT
    assert "## A worked example, simulated" in TEXT


@pytest.mark.parametrize("name", stats.__all__)
def test_every_function_stands_in_the_table(name: str) -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("|")]
    assert any(re.search(rf"`{name}\b", row) for row in rows), f"no design leads to {name}"


@pytest.mark.parametrize("word", ["growth", "hypertroph", "muscle gain", "bigger muscle"])
def test_amplitude_promises_nothing(word: str) -> None:
    assert word not in TEXT.lower()


def test_links_lead_to_files() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert links
    for link in links:
        assert (PAGE.parent / link).is_file(), link
