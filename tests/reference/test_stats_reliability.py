"""Reliability of three MVC trials against R (psych): see data/stats/README.md."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from emgkit.stats import reliability

FOLDER = Path(__file__).parent / "data" / "stats"
EXPECTED = json.loads((FOLDER / "expected" / "reliability.json").read_text())
FOUND = reliability(pd.read_csv(FOLDER / "data" / "d10_mvc_reliability.csv"), outcome="mvc_uv").set_index("quantity")


@pytest.mark.parametrize(("name", "theirs"), [("icc_2_1", "ICC2"), ("icc_3_1", "ICC3")])
def test_icc(name: str, theirs: str) -> None:
    expected = {row["type"]: row for row in EXPECTED["icc"]}[theirs]
    assert FOUND.loc[name, "value"] == pytest.approx(expected["ICC"], rel=1e-10)
    limits = [FOUND.loc[name, "ci_low"], FOUND.loc[name, "ci_high"]]
    assert limits == pytest.approx([expected["lower bound"], expected["upper bound"]], rel=1e-8)


@pytest.mark.parametrize(
    ("name", "theirs"), [("sem", "sem_from_mse"), ("mdc95", "mdc95"), ("cv", "cv_typical_error_log")]
)
def test_typical_errors(name: str, theirs: str) -> None:
    assert FOUND.loc[name, "value"] == pytest.approx(EXPECTED[theirs], rel=1e-10)
