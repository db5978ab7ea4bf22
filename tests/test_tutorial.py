"""The tutorial works as it stands there: its lines and commands run in order, and print what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from typer.testing import CliRunner

from emgkit.cli import app

PAGE = Path(__file__).parents[1] / "docs" / "tutorials" / "from-recordings-to-figure.md"
# what is run or written into the study file, and the output that follows what is run
BLOCK = re.compile(
    r"^```(?P<kind>python|sh|toml)\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```$)?", re.DOTALL | re.MULTILINE
)


def python(code: str, names: dict[str, Any]) -> str:
    caught = io.StringIO()
    with contextlib.redirect_stdout(caught):
        exec(compile(code, PAGE.name, "exec"), names)
    return caught.getvalue()


def command(line: str) -> str:
    program, *words = line.split()
    assert program == "emgkit"
    got = CliRunner().invoke(app, words, env={"COLUMNS": "100"})
    assert got.exit_code == 0, got.output
    return got.stdout


def fill_in(code: str) -> str:
    """What the page tells the reader to write in the place of the TODOs, in their order."""
    file = Path("my_study/study.toml")
    lines = file.read_text(encoding="utf-8").splitlines()
    open_ones = [place for place, line in enumerate(lines) if "TODO" in line]
    for place, answer in zip(open_ones, code.strip().splitlines(), strict=True):
        assert lines[place].split(" = ")[0] == answer.split(" = ")[0]
        lines[place] = answer
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return ""


def outputs(folder: Path) -> list[tuple[str, str | None, str]]:
    """Code, output on the page and output that came, block by block; the reader's home stands for the folder."""
    found = []
    names: dict[str, Any] = {"__name__": "page"}
    run = {"python": lambda code: python(code, names), "sh": lambda code: command(code.strip()), "toml": fill_in}
    with contextlib.chdir(folder):
        for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
            got = run[block["kind"]](block["code"]).replace(str(folder), "/home/you")
            found.append((block["code"], block["output"], got))
    plt.close("all")
    return found


@pytest.mark.long
def test_every_block_runs_and_prints_what_the_page_shows(tmp_path):
    blocks = outputs(tmp_path)
    assert (
        len(blocks) == len(re.findall(r"^```(?:python|sh|toml)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)) == 7
    )
    for code, shown, got in blocks:
        # the page breaks the lines as a terminal of 100 columns does, a file has none broken
        assert got.split() == (shown or "").split(), f"the page is out of date:\n{code}\n{got}"
    assert (tmp_path / "my_study" / "results" / "report.html").is_file()
    assert "simulated" in " ".join(got.lower() for _, _, got in blocks)
    shown = PAGE.read_text(encoding="utf-8").partition("## 4.")[2]
    for name in re.findall(r"`((?:tables/)?[\w.]+\.(?:docx|csv|md|json))`", shown):
        results = tmp_path / "my_study" / "results"
        assert (results / name).is_file() or (results / "tables" / name).is_file(), name


def test_links_and_images_are_there():
    for link in re.findall(r"\]\(([^)#]+)\)", PAGE.read_text(encoding="utf-8")):
        assert (PAGE.parent / link).is_file(), link
