"""The page for users of other programs: every block runs and prints what R and pingouin print."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how_to" / "from-other-programs.md"
TEXT = PAGE.read_text(encoding="utf-8")
STATS = ROOT / "tests" / "reference" / "data" / "stats"
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n\n```text\n(?P<output>.*?)^```$", flags=re.DOTALL | re.MULTILINE)
NUMBER = re.compile(r"(?<![\w.])[−-]?\d+\.\d+(?:e[+-]\d+)?")


def run() -> dict[str, Any]:
    """The names that the blocks leave, each of them printing what stands below it."""
    names: dict[str, Any] = {"__name__": "page"}
    for block in BLOCK.finditer(TEXT):
        caught = io.StringIO()
        with contextlib.redirect_stdout(caught):
            exec(compile(block["code"], PAGE.name, "exec"), names)
        got = [line.rstrip() for line in caught.getvalue().splitlines()]
        assert got == block["output"].splitlines(), f"the page is out of date:\n{block['code']}\n{caught.getvalue()}"
    return names


def quoted(start: str) -> list[str]:
    """The numbers of another program in the row that begins so."""
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {start}"))
    return [number.replace("−", "-") for number in NUMBER.findall(row.rsplit("|", 2)[1])]


def half_a_digit(text: str) -> float:
    """Half of the last digit that is printed."""
    digits, _, power = text.partition("e")
    return 0.51 * 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))


def test_each_half_of_the_page_says_the_same() -> None:
    assert len(list(BLOCK.finditer(TEXT))) == TEXT.count("```python") == 7
    names = run()
    omnibus, ranks, residuals = (names[name].iloc[0] for name in ("omnibus", "ranks", "residuals"))
    pairs, bayes = names["pairs"], names["bayes"]["bf10"].tolist()
    for start, ours in {
        "R: `afex::aov_ez": [omnibus["F"], omnibus["p_gg"], omnibus["ges"]],
        "pingouin: `rm_anova": [omnibus["F"], omnibus["ges"]],
        'R: `pairs(emmeans(a, "exercise", model = "multivariate"), adjust': [*pairs["t"], *pairs["p_adjusted"]],
        "pingouin: `pairwise_tests": pairs["t"].tolist(),
        'R: `pairs(emmeans(a, "exercise", model = "multivariate"))`': names["tukey"]["p_adjusted"].tolist(),
        "R: `contrast(e, list": names["planned"]["t"].tolist(),
        "R: `BayesFactor": bayes,
        "R: `shapiro": [residuals["W"], residuals["p"]],
        "pingouin: `friedman": [ranks["chi_square"]],
    }.items():
        for text, number in zip(quoted(start), ours, strict=True):
            assert abs(float(text) - number) <= half_a_digit(text), (start, text, number)
    # pingouin's integral has about four digits
    np.testing.assert_allclose([float(text) for text in quoted("pingouin: `ttest")], bayes, rtol=1e-3)


def test_the_table_of_the_page_is_that_of_the_reference_values() -> None:
    cells = run()["cells"]
    d1 = pd.read_csv(STATS / "data" / "d1_balanced_3x3.csv")
    gluteus = d1[d1["muscle"] == "gluteus_maximus"].set_index(["participant", "exercise"])["emg"].sort_index()
    pd.testing.assert_series_equal(
        cells.set_index(["participant", "exercise"])["value"].sort_index(), gluteus, check_names=False
    )


def test_the_versions_are_those_that_made_the_values() -> None:
    versions = json.loads((STATS / "expected" / "more.json").read_text())["versions"]
    told = TEXT.replace("-", ".")
    for program, version in versions.items():
        assert f"{program} {version}" in told, program
