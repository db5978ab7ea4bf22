"""Contrasts of contrasts, groups, families, tests without normality: closed forms, properties, and every refusal."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats import contrasts

EXERCISES, MUSCLES, PHASES = ["deadlift", "hip_thrust", "squat"], ["bf", "gm"], ["concentric", "eccentric"]


def cells(seed: int = 1, *, n: int = 9, unit: str = "%MVC") -> pd.DataFrame:
    """A complete table of participants in two groups, exercises, muscles and phases."""
    rng = np.random.default_rng(seed)
    people = [f"P{i:02d}" for i in range(n)]
    index = pd.MultiIndex.from_product(
        [people, EXERCISES, MUSCLES, PHASES], names=["participant", "exercise", "muscle", "phase"]
    )
    table = index.to_frame(index=False)
    table["value"] = np.exp(rng.normal(3, 0.4, len(table)))
    table["group"] = np.where(table["participant"].isin(people[: n // 2]), "novice", "trained")
    return table.assign(unit=unit, measure="mean", reference="mvc:1")


def concentric(**options: object) -> pd.DataFrame:
    table = cells(**options)  # type: ignore[arg-type]
    return table[table["phase"] == "concentric"]


def logs(table: pd.DataFrame) -> pd.DataFrame:
    return np.log(table.pivot_table(index="participant", columns=["exercise", "muscle"], values="value"))


def test_an_interaction_is_a_t_test_of_differences_of_differences() -> None:
    table = concentric()
    got = contrasts(table, within="exercise", interaction="muscle")
    assert list(got.columns)[:3] == ["contrast", "muscle", "ratio"]
    assert got["muscle"].tolist() == ["bf / gm"] * 3
    wide = logs(table)
    for row in got.to_dict("records"):
        first, second = row["contrast"].split(" / ")
        change = (wide[first, "bf"] - wide[second, "bf"]) - (wide[first, "gm"] - wide[second, "gm"])
        test = stats.ttest_1samp(change, 0)
        low, high = test.confidence_interval()
        assert row["ratio"] == pytest.approx(np.exp(change.mean()), rel=1e-12)
        assert [row["t"], row["p"], row["df"]] == pytest.approx([test.statistic, test.pvalue, 8], rel=1e-10)
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(np.exp([low, high]), rel=1e-10)
        assert row["d_z"] == pytest.approx(change.mean() / change.std(ddof=1), rel=1e-10)


def test_an_interaction_is_the_ratio_of_the_ratios_in_either_order() -> None:
    table = concentric()
    ratios = contrasts(table, within="exercise", by="muscle").set_index(["contrast", "muscle"])["ratio"]
    got = contrasts(table, within="exercise", interaction=["exercise", "muscle"])
    for row in got.to_dict("records"):
        assert row["ratio"] == pytest.approx(ratios[row["contrast"], "bf"] / ratios[row["contrast"], "gm"], rel=1e-12)
    turned = contrasts(table, within="muscle", interaction="exercise")
    np.testing.assert_allclose(np.sort(turned["p"]), np.sort(got["p"]), rtol=1e-10)


def test_a_muscles_reference_cancels_in_the_interaction_of_ratios() -> None:
    table = concentric()
    other = table.assign(value=table["value"] * np.where(table["muscle"] == "gm", 3.7, 1.0))
    columns = ["ratio", "ci_low", "t", "p"]
    got, expected = (contrasts(one, within="exercise", interaction="muscle")[columns] for one in (other, table))
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_three_factors_and_levels_of_by() -> None:
    got = contrasts(cells(), within="exercise", interaction=["muscle", "phase"])
    assert len(got) == 3
    assert got["phase"].tolist() == ["concentric / eccentric"] * 3
    by = contrasts(cells(), within="exercise", interaction="muscle", by="phase")
    assert by["phase"].tolist() == ["concentric"] * 3 + ["eccentric"] * 3
    assert set(by["family_size"]) == {3}
    np.testing.assert_allclose(got["ratio"], by["ratio"][:3].to_numpy() / by["ratio"][3:].to_numpy(), rtol=1e-12)


def test_contrasts_between_groups_are_welchs_test_of_the_differences() -> None:
    table = concentric()
    got = contrasts(table, within="exercise", by="muscle", between="group")
    assert got["group"].unique().tolist() == ["novice / trained"]
    wide = logs(table)
    novice = table.groupby("participant")["group"].first() == "novice"
    for row in got.to_dict("records"):
        first, second = row["contrast"].split(" / ")
        change = wide[first, row["muscle"]] - wide[second, row["muscle"]]
        test = stats.ttest_ind(change[novice], change[~novice], equal_var=False)
        low, high = test.confidence_interval()
        assert [row["t"], row["p"], row["df"]] == pytest.approx([test.statistic, test.pvalue, test.df], rel=1e-10)
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(np.exp([low, high]), rel=1e-10)
        assert (row["n"], row["n_first"], row["n_second"]) == (9, 4, 5)
        assert np.sign(row["g"]) == np.sign(row["t"])
        assert row["g_low"] < row["g"] < row["g_high"]


def test_interactions_between_three_groups() -> None:
    table = concentric(n=12)
    three = dict(zip(sorted(set(table["participant"])), itertools.cycle("abc"), strict=False))
    table = table.assign(group=table["participant"].map(three))
    got = contrasts(table, within="exercise", interaction="muscle", between="group")
    assert got["group"].tolist() == ["a / b", "a / c", "b / c"] * 3
    assert got["contrast"].tolist()[:4] == ["deadlift / hip_thrust"] * 3 + ["deadlift / squat"]
    two = contrasts(table[table["group"] != "c"], within="exercise", interaction="muscle", between="group")
    np.testing.assert_allclose(got.loc[got["group"] == "a / b", "p"], two["p"], rtol=1e-10)


def test_families_over_muscles_within_phases() -> None:
    got = contrasts(cells(), within="exercise", by=["muscle", "phase"], family=["phase"])
    assert set(got["family_size"]) == {6}
    for _, rows in got.groupby("phase"):
        np.testing.assert_allclose(rows["p_adjusted"], multipletests(rows["p"], method="holm")[1], rtol=1e-12)
    both = contrasts(cells(), within="exercise", by=["muscle", "phase"], family=["muscle", "phase"])
    assert both["p_adjusted"].equals(contrasts(cells(), within="exercise", by=["muscle", "phase"])["p_adjusted"])


@pytest.mark.parametrize("test", ["wilcoxon", "sign-flip"])
def test_tests_without_normality(test: str) -> None:
    table = concentric()
    got = contrasts(table, within="exercise", by="muscle", test=test)
    t = contrasts(table, within="exercise", by="muscle")
    wide = logs(table)
    change = wide["deadlift", "bf"] - wide["squat", "bf"]
    row = got.set_index(["muscle", "contrast"]).loc[("bf", "deadlift / squat")]
    if test == "wilcoxon":
        assert row["p"] == pytest.approx(stats.wilcoxon(change, method="exact").pvalue, rel=1e-10)
        assert not {"t", "df"} & set(got.columns)
    else:
        flips = np.array(list(itertools.product([1, -1], repeat=9))) @ change.to_numpy()
        assert row["p"] == (np.abs(flips) >= abs(change.sum()) - 1e-9).mean()
        np.testing.assert_allclose(got["ratio"], t["ratio"], rtol=1e-12)
        assert "df" not in got.columns
    assert ((got["p"] > 0.05) == ((got["ci_low"] <= 1) & (got["ci_high"] >= 1))).all()
    np.testing.assert_allclose(got["g_av"], t["g_av"], rtol=1e-12)
    for _, rows in got.groupby("muscle"):
        np.testing.assert_allclose(rows["p_adjusted"], multipletests(rows["p"], method="holm")[1], rtol=1e-12)
    assert contrasts(table, within="exercise", interaction="muscle", test=test)["p"].between(0, 1).all()


def test_only_a_few_values_below_zero_point_to_a_filter() -> None:
    table = cells()
    few = table.assign(value=table["value"].where(table.index != 3, -0.1))
    with pytest.raises(DesignError, match=r"in 1 row.*a zero-lag Butterworth envelope can undershoot.*log=False"):
        contrasts(few, within="exercise", by=["muscle", "phase"])
    with pytest.raises(DesignError, match=r"Hint: compare differences with log=False\.$") as caught:
        contrasts(table.assign(value=-table["value"]), within="exercise", by=["muscle", "phase"])
    assert "undershoot" not in str(caught.value)


def test_five_participants_cannot_reach_five_percent_by_ranks() -> None:
    for test in ("wilcoxon", "sign-flip"):
        with pytest.warns(EmgkitWarning, match=r"With 5 participants the smallest two-sided p of this test is 0\.0625"):
            got = contrasts(concentric(n=5), within="exercise", by="muscle", test=test)
        assert got["ci_low"].isna().all()
        assert (got["p"] >= 0.0625).all()


@pytest.mark.parametrize("test", ["t", "wilcoxon", "sign-flip"])
def test_equal_differences_have_no_p(test: str) -> None:
    table = concentric()
    table.loc[table["exercise"] == "squat", "value"] = (
        3 * table.loc[table["exercise"] == "deadlift", "value"].to_numpy()
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = contrasts(table, within="exercise", by="muscle", test=test).set_index(["muscle", "contrast"])
        crossed = contrasts(table, within="exercise", interaction="muscle", test=test).set_index("contrast")
    assert {warning.filename for warning in caught} == {__file__}
    row = got.loc[("bf", "deadlift / squat")]
    assert row["ratio"] == pytest.approx(1 / 3)
    assert np.isnan(row["p"])
    assert row["family_size"] == 2
    assert np.isnan(crossed.loc["deadlift / squat", "p"])
    assert "no-variance" in {notice.code for notice in crossed.notices}


def test_contrasts_of_muscles_need_to_be_asked_for() -> None:
    table = concentric()
    with pytest.raises(DesignError, match="would compare the references"):
        contrasts(table, within="muscle", by="exercise")
    with pytest.warns(EmgkitWarning, match="each muscle's own reference contraction"):
        got = contrasts(table, within="muscle", by="exercise", between_muscles=True)
    assert got["contrast"].unique().tolist() == ["bf / gm"]
    with pytest.raises(DesignError, match=r"cannot be compared between the levels of 'muscle'.*log=True"):
        contrasts(table, within="exercise", interaction="muscle", log=False)
    volts = contrasts(table.assign(unit="V"), within="exercise", interaction="muscle", log=False)
    assert "difference" in volts.columns


def test_combinations_that_nobody_has() -> None:
    table = concentric()
    gone = (table["exercise"] == "squat") & (table["muscle"] == "gm")
    with pytest.raises(DesignError, match=r"no values at all in some combinations.*nobody has 'squat × gm'"):
        contrasts(table[~gone], within="exercise", interaction="muscle")
    one = gone & (table["participant"] == "P03")
    with pytest.raises(DesignError, match=r"1 of 54 cells is missing.*P03 lacks squat × gm"):
        contrasts(table[~one], within="exercise", interaction="muscle")


def test_a_participant_in_two_groups_and_a_group_of_one() -> None:
    table = concentric()
    twice = table.assign(
        group=np.where((table["participant"] == "P00") & (table["muscle"] == "gm"), "x", table["group"])
    )
    with pytest.raises(DesignError, match=r"1 participants are in more than one level of 'group'.*'P00'"):
        contrasts(twice, within="exercise", by="muscle", between="group")
    alone = table.assign(group=np.where(table["participant"] == "P00", "x", "y"))
    with pytest.raises(DesignError, match=r"at least two participants in each. Where: muscle bf, group x"):
        contrasts(alone, within="exercise", by="muscle", between="group")
    with pytest.raises(DesignError, match="'group' has only one level"):
        contrasts(table.assign(group="x"), within="exercise", by="muscle", between="group")


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"interaction": "exercise"}, ArgumentError, "'interaction' cannot be used.*columns beside 'within'"),
        ({"interaction": "musle"}, DesignError, "no column 'musle', which 'interaction' names.*Did you mean 'muscle'"),
        ({"between": "grop", "by": "muscle"}, DesignError, "no column 'grop', which 'between' names"),
        ({"between": "group", "by": "group"}, ArgumentError, "Column 'group' has two roles"),
        ({"between": "group", "by": "muscle", "test": "wilcoxon"}, ArgumentError, "Welch's t test only"),
        ({"by": "muscle", "test": "welch"}, ArgumentError, "Unknown value for 'test'.*'wilcoxon' and 'sign-flip'"),
        ({"by": "muscle", "family": ["phase"]}, ArgumentError, "Unknown column of 'by' in 'family' 'phase'"),
    ],
)
def test_unusable_arguments(options: dict[str, object], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        contrasts(concentric(), within="exercise", **options)  # type: ignore[arg-type]


def test_a_group_column_named_as_a_result_is_refused() -> None:
    with pytest.raises(ArgumentError, match="'n' in 'between' would stand beside a column of the result"):
        contrasts(concentric().rename(columns={"group": "n"}), within="exercise", by="muscle", between="n")
