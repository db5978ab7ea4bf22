"""Equivalence: two t tests, the interval they amount to, error rates, and every refusal."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from emgkit.errors import ArgumentError, EmgkitWarning
from emgkit.stats import equivalence


def cells(seed: int = 1, *, n: int = 12, ratio: float = 1.0, sd: float = 0.15, muscles: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    names = [[f"P{i:02d}" for i in range(n)], ["deadlift", "squat"], [f"m{i}" for i in range(muscles)]]
    table = pd.MultiIndex.from_product(names, names=["participant", "exercise", "muscle"]).to_frame(index=False)
    logs = rng.normal(3, 0.4, (n, 1, muscles)) + rng.normal(0, sd / np.sqrt(2), (n, 2, muscles))
    logs[:, 0] += np.log(ratio)
    return table.assign(value=np.exp(logs).ravel())


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), ratio=st.floats(0.7, 1.4))
def test_equivalent_means_the_ninety_percent_interval_lies_within(seed: int, ratio: float) -> None:
    (row,) = equivalence(cells(seed, ratio=ratio), within="exercise").to_dict("records")
    assert row["equivalent"] == (row["ci90_low"] > 0.8 and row["ci90_high"] < 1.25)
    assert row["ci_low"] < row["ci90_low"] < row["ratio"] < row["ci90_high"] < row["ci_high"]


def test_both_tests_are_scipys() -> None:
    table = cells(ratio=1.1)
    wide = table.pivot_table(index="participant", columns="exercise", values="value")
    difference = np.log(wide["deadlift"]) - np.log(wide["squat"])
    (row,) = equivalence(table, within="exercise", bounds=(0.75, 1.3)).to_dict("records")
    for name, bound, side in (("lower", 0.75, "greater"), ("upper", 1.3, "less")):
        test = stats.ttest_1samp(difference, np.log(bound), alternative=side)
        assert [row[f"t_{name}"], row[f"p_{name}"]] == pytest.approx([test.statistic, test.pvalue], rel=1e-10)
    assert row["p_difference"] == pytest.approx(stats.ttest_1samp(difference, 0).pvalue, rel=1e-10)
    assert (row["bound_low"], row["bound_high"]) == (0.75, 1.3)


def test_on_the_bound_five_percent_are_called_equivalent() -> None:
    tables = [cells(seed, ratio=1.25).assign(study=seed) for seed in range(600)]
    got = equivalence(pd.concat(tables, ignore_index=True), within="exercise", by="study")
    assert 0.025 < got["equivalent"].mean() < 0.075


def test_a_family_is_corrected() -> None:
    got = equivalence(cells(muscles=3), within="exercise", by="muscle", family="all")
    assert set(got["family_size"]) == {3}
    assert (got["p_adjusted"] >= got["p"]).all()
    assert got["p_adjusted"].min() == pytest.approx(3 * got["p"].min())
    assert json.loads(json.dumps(got.attrs)) == got.attrs


def test_no_spread_no_verdict() -> None:
    table = cells()
    table["value"] = table.groupby("participant")["value"].transform("first")
    with pytest.warns(EmgkitWarning, match="no error term, so p is NaN"):
        got = equivalence(table, within="exercise")
    assert not got["equivalent"].any()


@pytest.mark.parametrize("bounds", [(1.1, 1.25), (0.8, 0.9), (1.25, 0.8), (0.0, 1.25), (0.8, np.inf), (0.8,), 0.2])
def test_bounds_must_hold_equality(bounds: object) -> None:
    with pytest.raises(ArgumentError, match=r"'bounds' cannot be used.*0 < low < 1 < high"):
        equivalence(cells(), within="exercise", bounds=bounds)  # type: ignore[arg-type]


def test_differences_need_bounds_of_their_own() -> None:
    with pytest.raises(ArgumentError, match=r"low < 0 < high.*in the unit of the outcome"):
        equivalence(cells(), within="exercise", log=False)
    got = equivalence(cells(), within="exercise", log=False, bounds=(-5, 5))
    assert "difference" in got.columns
