"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from emgkit import literature, stats
from emgkit.cli import app
from emgkit.study import Study

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.long
def test_the_fifteen_lines_run_verbatim(tmp_path):
    (script,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len([line for line in script.splitlines() if line.strip()]) == 15
    got = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=240,
        check=False,
    )
    assert got.returncode == 0, got.stderr
    assert got.stdout.count("gluteus_maximus") == 3
    assert (tmp_path / "three_lifts_simulated" / "dataset_description.json").is_file()


def test_links_lead_to_files():
    text = README.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 5
    for link in links:
        assert (README.parent / link).is_file(), link


@pytest.mark.parametrize("name", ["README.md", "docs/index.md", "docs/claims.md"])
def test_the_answers_are_those_of_the_published_studies(name):
    """And the figure of them stands below."""
    text = " ".join((README.parent / name).read_text(encoding="utf-8").split())
    places = [text.find(f"**{answer.lead}.** {answer.details}") for answer in literature.lift_answers()]
    assert sorted(places) == places
    assert places[0] > 0
    assert re.search(r"!\[[^]]+simulated run\]\((docs/)?images/lifts\.png\)", text)


def rows():
    """What the table of studies says: slug, question, outcome."""
    return re.findall(
        r"^\| \[(\w+)\]\(studies/\1/README\.md\) \| (.+) \| (.+) \|$", README.read_text("utf-8"), re.MULTILINE
    )


def test_every_study_stands_in_the_table():
    shipped = {path.parent.name for path in README.parent.glob("studies/*/study.toml")}
    assert {slug for slug, _, _ in rows()} == shipped


def test_the_verdicts_are_those_of_the_ledger():
    """And each is of a claim that the study itself shows."""
    ledger = literature.claims().set_index("number")["evidence_says"]
    told = 0
    for slug, _, outcome in rows():
        for numbers, verdict in re.findall(r"claims? ([\d, and]+): ([^;]+)", outcome):
            for number in map(int, re.findall(r"\d+", numbers)):
                assert ledger[number] == verdict.strip(), (slug, number)
                assert number in Study.load(README.parent / "studies" / slug).file.data.claims, (slug, number)
                told += 1
    assert told >= 15


def test_what_is_said_of_commands_and_results_is_there():
    text = README.read_text(encoding="utf-8")
    commands = set(re.findall(r"`emgkit (\w+)", text))
    assert commands >= {"new", "run", "claims", "info"}
    for command in commands:
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0, command
    rng = np.random.default_rng(1)
    cells = pd.DataFrame(
        {"participant": range(8), "squat": rng.lognormal(4, 0.2, 8), "deadlift": rng.lognormal(3.8, 0.2, 8)}
    )
    cells = cells.melt("participant", var_name="exercise", value_name="value")
    contrasts = stats.contrasts(cells, within="exercise")
    named = set(re.findall(r"`(?:contrasts)?\.(\w+)\(\)`", text))
    assert named == {"sentences", "methods", "to_latex", "to_html"}
    for name in named:
        assert getattr(contrasts, name)()
