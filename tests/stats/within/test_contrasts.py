"""Paired contrasts: properties, agreement with SciPy, families, notices, and every refusal."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats import contrasts
from emgkit.stats.within.contrasts import adjusted

EXERCISES = ["deadlift", "hip_thrust", "squat"]
NUMBERS = ["ratio", "ci_low", "ci_high", "t", "p", "p_adjusted", "d_z", "g_av", "d_z_low", "d_z_high", "g_av_low"]


def cells(seed: int = 1, *, n: int = 8, exercises: list[str] = EXERCISES, muscles: int = 2) -> pd.DataFrame:
    """A complete table with the columns that summarize gives."""
    rng = np.random.default_rng(seed)
    grid = [
        (f"P{i:02d}", exercise, f"m{muscle}") for i in range(n) for exercise in exercises for muscle in range(muscles)
    ]
    table = pd.DataFrame(grid, columns=["participant", "exercise", "muscle"])
    person = dict(zip(table["participant"].unique(), rng.normal(0, 0.4, n), strict=True))
    table["value"] = np.exp(3 + table["participant"].map(person) + rng.normal(0, 0.3, len(table)))
    return table.assign(measure="mean", unit="%MVC", reference="mvc:1", phase="concentric")


def test_columns_and_order() -> None:
    got = contrasts(cells(), within="exercise", by="muscle")
    design = ["ci_low", "ci_high", "t", "df", "n", "p", "p_adjusted", "d_z", "g_av"]
    limits = ["d_z_low", "d_z_high", "g_av_low", "g_av_high", "family_size"]
    assert list(got.columns) == ["muscle", "contrast", "ratio", *design, *limits]
    assert got["muscle"].tolist() == ["m0"] * 3 + ["m1"] * 3
    assert got["contrast"].tolist() == ["deadlift / hip_thrust", "deadlift / squat", "hip_thrust / squat"] * 2
    raw = contrasts(cells(), within="exercise", by="muscle", log=False)
    assert list(raw.columns) == ["muscle", "contrast", "difference", *design, *limits]
    assert raw["contrast"][0] == "deadlift - hip_thrust"


def test_what_was_done_stands_beside_it_in_plain_values() -> None:
    got = contrasts(cells(), within="exercise", by="muscle", adjust="bonferroni", family="all")
    assert json.loads(json.dumps(got.attrs)) == got.attrs
    facts = {name: got.attrs[name] for name in ("scale", "by", "unit", "measure", "adjust", "family", "interval")}
    assert facts == {
        "scale": "log", "by": ["muscle"], "unit": "%MVC", "measure": "mean", "adjust": "bonferroni", "family": "all",
        "interval": "individual 95 %",
    }  # fmt: skip
    assert got.notices == ()


@pytest.mark.parametrize("log", [True, False])
def test_each_pair_is_scipys_paired_t_test(log: bool) -> None:
    table = cells()
    got = contrasts(table, within="exercise", by="muscle", log=log).set_index(["muscle", "contrast"])
    for muscle in ("m0", "m1"):
        wide = table[table["muscle"] == muscle].pivot_table(index="participant", columns="exercise", values="value")
        for first, second in [("deadlift", "hip_thrust"), ("hip_thrust", "squat")]:
            a, b = (np.log(wide[x]) if log else wide[x] for x in (first, second))
            test = stats.ttest_rel(a, b)
            low, high = test.confidence_interval(0.95)
            row = got.loc[(muscle, f"{first} {'/' if log else '-'} {second}")]
            expected = np.exp([(a - b).mean(), low, high]) if log else [(a - b).mean(), low, high]
            estimate = "ratio" if log else "difference"
            np.testing.assert_allclose(row[[estimate, "ci_low", "ci_high"]].astype(float), expected, rtol=1e-12)
            np.testing.assert_allclose([row["t"], row["p"], row["df"]], [test.statistic, test.pvalue, 7], rtol=1e-10)


@settings(max_examples=15, deadline=None)
@given(exponent=st.integers(-9, 9), seed=st.integers(0, 50))
def test_the_unit_of_the_outcome_does_not_matter(exponent: int, seed: int) -> None:
    table = cells(seed)
    scaled = table.assign(value=table["value"] * 10.0**exponent)
    kept = [name for name in NUMBERS if name != "ratio"]
    expected = contrasts(table, within="exercise", by="muscle")
    np.testing.assert_allclose(contrasts(scaled, within="exercise", by="muscle")[NUMBERS], expected[NUMBERS], rtol=1e-9)
    raw = contrasts(table, within="exercise", by="muscle", log=False)
    got = contrasts(scaled, within="exercise", by="muscle", log=False)
    same = [name for name in kept if not name.startswith("ci_")]
    np.testing.assert_allclose(got[same], raw[same], rtol=1e-9)
    np.testing.assert_allclose(got["ci_low"], raw["ci_low"] * 10.0**exponent, rtol=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    table = cells()
    shuffled = table.sample(frac=1, random_state=seed)
    expected = contrasts(table, within="exercise", by="muscle")
    got = contrasts(shuffled, within="exercise", by="muscle")
    assert got["contrast"].tolist() == expected["contrast"].tolist()
    np.testing.assert_allclose(got[NUMBERS], expected[NUMBERS], rtol=1e-12)


def test_new_names_of_levels_turn_the_contrasts_round_and_no_more() -> None:
    table = cells()
    renamed = table.assign(exercise=table["exercise"].map({"deadlift": "z", "hip_thrust": "y", "squat": "x"}))
    got = contrasts(renamed, within="exercise", by="muscle").set_index(["muscle", "contrast"])
    expected = contrasts(table, within="exercise", by="muscle").set_index(["muscle", "contrast"])
    for muscle in ("m0", "m1"):
        ours, theirs = got.loc[(muscle, "x / z")], expected.loc[(muscle, "deadlift / squat")]
        np.testing.assert_allclose([ours["ratio"], ours["ci_low"]], [1 / theirs["ratio"], 1 / theirs["ci_high"]])
        np.testing.assert_allclose(
            ours[["t", "d_z", "g_av"]].astype(float), -theirs[["t", "d_z", "g_av"]].astype(float)
        )
        assert ours["p_adjusted"] == pytest.approx(theirs["p_adjusted"], rel=1e-12)


def test_ratios_do_not_change_with_a_gain_of_ones_own() -> None:
    table = cells()
    gains = dict(zip(sorted(set(table["participant"])), np.geomspace(0.1, 10, 8), strict=True))
    scaled = table.assign(value=table["value"] * table["participant"].map(gains))
    columns = ["ratio", "ci_low", "ci_high", "t", "p", "d_z"]
    expected = contrasts(table, within="exercise", by="muscle")[columns]
    np.testing.assert_allclose(contrasts(scaled, within="exercise", by="muscle")[columns], expected, rtol=1e-10)


def test_a_third_level_does_not_touch_a_contrast() -> None:
    # a pooled error term would
    table = cells()
    wild = table["value"].where(table["exercise"] != "squat", table["value"] ** 3)
    columns = ["ratio", "ci_low", "ci_high", "t", "p", "d_z", "g_av"]
    first = contrasts(table, within="exercise", by="muscle").loc[0, columns]
    assert contrasts(table.assign(value=wild), within="exercise", by="muscle").loc[0, columns].equals(first)


def test_an_ordered_categorical_gives_the_order() -> None:
    table = cells()
    order = pd.CategoricalDtype(["squat", "hip_thrust", "deadlift", "lunge"], ordered=True)
    got = contrasts(table.assign(exercise=table["exercise"].astype(order)), within="exercise", by="muscle")
    assert got["contrast"].tolist()[:3] == ["squat / hip_thrust", "squat / deadlift", "hip_thrust / deadlift"]
    plain = contrasts(table.assign(exercise=table["exercise"].astype("category")), within="exercise", by="muscle")
    assert plain["contrast"].tolist()[0] == "deadlift / hip_thrust"


def test_loads_are_ordered_as_numbers() -> None:
    loads = {"deadlift": 100, "hip_thrust": 60, "squat": 80}
    table = cells().assign(load=lambda t: t["exercise"].map(loads))
    got = contrasts(table, within="load", by="muscle")
    assert got["contrast"].tolist()[:3] == ["60 / 80", "60 / 100", "80 / 100"]


@pytest.mark.parametrize("adjust", ["holm", "bonferroni"])
def test_families(adjust: str) -> None:
    by = contrasts(cells(), within="exercise", by="muscle", adjust=adjust)
    for _, rows in by.groupby("muscle"):
        np.testing.assert_allclose(rows["p_adjusted"], multipletests(rows["p"], method=adjust)[1], rtol=1e-12)
    assert set(by["family_size"]) == {3}
    whole = contrasts(cells(), within="exercise", by="muscle", adjust=adjust, family="all")
    np.testing.assert_allclose(whole["p_adjusted"], multipletests(whole["p"], method=adjust)[1], rtol=1e-12)
    assert set(whole["family_size"]) == {6}
    none = contrasts(cells(), within="exercise", by="muscle", adjust="none")
    assert none["p_adjusted"].equals(none["p"].rename("p_adjusted"))


@settings(max_examples=8, deadline=None)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_adjusted_p_agree_with_statsmodels(p: list[float]) -> None:
    for method in ("holm", "bonferroni"):
        got, _ = adjusted(np.array(p), np.zeros(len(p), dtype=np.intp), adjust=method)
        np.testing.assert_allclose(got, multipletests(p, method=method)[1], rtol=1e-12, atol=0)


def test_groups_are_analysed_with_their_own_participants() -> None:
    group = {f"P{i:02d}": "trained" if i < 5 else "novice" for i in range(8)}
    table = cells().assign(group=lambda t: t["participant"].map(group))
    got = contrasts(table, within="exercise", by=["group", "muscle"])
    assert got.groupby("group")["n"].first().to_dict() == {"novice": 3, "trained": 5}
    alone = contrasts(table[table["group"] == "novice"], within="exercise", by="muscle")
    np.testing.assert_allclose(got[got["group"] == "novice"][NUMBERS], alone[NUMBERS], rtol=1e-12)
    assert got.notices == ()


def notices(table: pd.DataFrame, **options: object) -> tuple[pd.DataFrame, dict[str, str]]:
    """The result, and its notices, which were warnings too."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = contrasts(table, **{"within": "exercise", "by": "muscle", **options})
    assert all(isinstance(warning.message, EmgkitWarning) for warning in caught)
    assert [str(warning.message) for warning in caught] == [notice.text for notice in got.notices]
    assert {warning.filename for warning in caught} <= {__file__}
    return got, {notice.code: notice.text for notice in got.notices}


@pytest.mark.parametrize("log", [True, False])
def test_equal_differences_have_no_error_term(log: bool) -> None:
    table = cells()
    deadlift = table.loc[table["exercise"] == "deadlift", "value"].to_numpy()
    table.loc[table["exercise"] == "squat", "value"] = deadlift * 3 if log else deadlift + 0.3
    got, codes = notices(table, log=log)
    mark = "/" if log else "-"
    assert f"deadlift {mark} squat at muscle m0; deadlift {mark} squat at muscle m1" in codes["no-variance"]
    row = got.loc[1]
    assert row["ratio" if log else "difference"] == pytest.approx(1 / 3 if log else -0.3)
    assert row[["ci_low", "ci_high", "t", "p", "p_adjusted", "d_z", "d_z_low"]].isna().all()
    assert np.isfinite(row["g_av"])
    assert set(got["family_size"]) == {2}
    others = got.loc[[0, 2]]
    np.testing.assert_allclose(others["p_adjusted"], multipletests(others["p"], method="holm")[1], rtol=1e-12)


def test_a_constant_condition_has_no_g_av() -> None:
    table = cells()
    table.loc[table["exercise"] == "squat", "value"] = 20.0
    got, codes = notices(table)
    assert "deadlift / squat at muscle m0" in codes["constant-condition"]
    assert got["g_av"].isna().tolist() == [False, True, True] * 2
    assert got["t"].notna().all()


def test_two_participants_have_no_g_av() -> None:
    got, codes = notices(cells(n=2))
    assert "two participants" in codes["two-participants"]
    assert got["g_av"].isna().all()
    assert (got["df"] == 1).all()
    assert got["t"].notna().all()


def test_a_participant_without_a_muscle_is_named() -> None:
    table = cells()
    got, codes = notices(table[(table["participant"] != "P03") | (table["muscle"] != "m1")])
    assert codes["participants-absent"].startswith("'P03' lacks all values at muscle m1")
    assert got["n"].tolist() == [8] * 3 + [7] * 3


def test_a_muscle_without_an_exercise_is_named() -> None:
    table = cells()
    got, codes = notices(table[(table["exercise"] != "squat") | (table["muscle"] != "m1")])
    assert "no values of exercise 'squat' at muscle m1" in codes["levels-absent"]
    assert len(got) == 4
    assert got["family_size"].tolist() == [3, 3, 3, 1]


def test_mvc_of_another_session_gives_a_notice() -> None:
    table = cells(exercises=["post", "pre"]).rename(columns={"exercise": "session"})
    table["reference"] = "mvc:" + table["session"]
    _, codes = notices(table, within="session")
    assert "'mvc:post' and 'mvc:pre'" in codes["mvc-sessions-differ"]


def test_references_may_differ_between_muscles_and_people() -> None:
    table = cells()
    by_muscle = table.assign(reference="task:" + table["muscle"])
    assert notices(by_muscle)[1] == {}
    assert notices(table.assign(reference="mvc:" + table["participant"]))[1] == {}


@pytest.mark.parametrize("reference", ["task:", "none:"])
def test_a_reference_of_ones_own_would_remove_the_difference(reference: str) -> None:
    table = cells()
    mixed = table.assign(reference=reference + table["exercise"])
    with pytest.raises(DesignError, match=r"'exercise' were normalised to different references.*remove or invent") as e:
        contrasts(mixed, within="exercise", by="muscle")
    assert e.value.got == f"'{reference}deadlift', '{reference}hip_thrust' and '{reference}squat'"
    one = table.assign(reference=np.where(table["exercise"] == "squat", "none", "mvc:1"))
    with pytest.raises(DesignError, match="Got: 'mvc:1' and 'none'"):
        contrasts(one, within="exercise", by="muscle")


@pytest.mark.parametrize("column", ["muscle", "channel"])
def test_percentages_are_not_contrasted_between_muscles(column: str) -> None:
    table = cells().rename(columns={"muscle": column})
    with pytest.raises(DesignError, match=r"100 % of one muscle is another contraction.*'%MVC'.*within='exercise'"):
        contrasts(table, within=column, by="exercise")
    assert len(contrasts(table.assign(unit="V"), within=column, by="exercise")) == 3


@pytest.mark.parametrize("column", ["measure", "unit", "phase", "side", "session"])
def test_mixed_values_are_refused_until_named(column: str) -> None:
    table = cells()
    mixed = table.assign(**{column: np.where(table["muscle"] == "m0", "one", "two")})
    with pytest.raises(DesignError, match=rf"Column '{column}' holds 2 values.*Got: 'one' and 'two'.*'by'") as caught:
        contrasts(mixed, within="exercise", by="muscle")
    assert f"cells[cells['{column}'] == 'one']" in caught.value.hint
    assert contrasts(mixed, within="exercise", by=["muscle", column])[column].tolist() == ["one"] * 3 + ["two"] * 3


def test_missing_cells_name_the_participants() -> None:
    table = cells()
    gone = [("P01", "squat", "m0"), ("P01", "squat", "m1"), ("P05", "deadlift", "m1")]
    at = pd.MultiIndex.from_frame(table[["participant", "exercise", "muscle"]]).isin(gone)
    with pytest.raises(DesignError, match=r"3 of 48 cells are missing.*keep 6 of 8 participants") as caught:
        contrasts(table[~at], within="exercise", by="muscle")
    assert caught.value.where == "P01 lacks m0 × squat, m1 × squat; P05 lacks m1 × deadlift"
    assert "mixed model" in caught.value.hint


def test_repeated_cells_name_the_rows_and_the_column_they_differ_in() -> None:
    table = cells().assign(set=1)
    table = pd.concat([table, table.iloc[[4]].assign(set=2, value=9.0)], ignore_index=True)
    with pytest.raises(DesignError, match="2 rows share a cell") as caught:
        contrasts(table, within="exercise", by="muscle")
    assert caught.value.where == "muscle m0, participant P00, exercise squat: row 4, row 48"
    assert caught.value.hint.startswith("the rows differ in 'set': ")
    assert "summarize" in caught.value.hint


@pytest.mark.parametrize("value", [0.0, -1.5])
def test_what_has_no_logarithm_is_named(value: float) -> None:
    table = cells()
    table.loc[7, "value"] = value
    with pytest.raises(DesignError, match="above 0, and 'value' is 0 or negative in 1 row") as caught:
        contrasts(table, within="exercise", by="muscle")
    assert caught.value.where == f"row 7 (P01: {value:g})"
    assert "MovingRMS" in caught.value.hint
    assert "log=False" in caught.value.hint
    assert len(contrasts(table, within="exercise", by="muscle", log=False)) == 6


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_finite_number_is_named(value: float) -> None:
    table = cells()
    table.loc[[7, 8], "value"] = value
    with pytest.raises(DesignError, match=r"empty or infinite in 2 rows\. Where: row 7 \(P01: (nan|inf)\), row 8"):
        contrasts(table, within="exercise", by="muscle", log=False)


def test_one_level_one_participant_no_rows_no_numbers() -> None:
    table = cells()
    with pytest.raises(DesignError, match=r"'exercise' has only one level.*Got: 'squat'"):
        contrasts(table[table["exercise"] == "squat"], within="exercise", by="muscle")
    with pytest.raises(DesignError, match=r"only one level. Where: muscle m1. .*Got: 'squat'"):
        contrasts(table[(table["exercise"] == "squat") | (table["muscle"] == "m0")], within="exercise", by="muscle")
    with pytest.raises(DesignError, match=r"at least two of them. Where: muscle m0. Got: 'P02'"):
        contrasts(table[table["participant"] == "P02"], within="exercise", by="muscle")
    with pytest.raises(DesignError, match="The table has no rows"):
        contrasts(table[:0], within="exercise", by="muscle")
    with pytest.raises(DesignError, match=r"Column 'value' holds no numbers.*pandas.to_numeric"):
        contrasts(table.assign(value=table["value"].astype(str)), within="exercise", by="muscle")
    with pytest.raises(DesignError, match=r"Column 'muscle' is empty in 1 row. Where: row 3"):
        contrasts(table.assign(muscle=table["muscle"].where(table.index != 3)), within="exercise", by="muscle")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"within": "exercisse"}, "no column 'exercisse', which 'within' names.*Did you mean 'exercise'"),
        ({"by": "muscles"}, "no column 'muscles', which 'by' names.*Did you mean 'muscle'"),
        ({"outcome": "valuee"}, "no column 'valuee', which 'outcome' names.*Did you mean 'value'"),
        ({"participant": "subject"}, "no column 'subject', which 'participant' names"),
    ],
)
def test_unknown_columns(options: dict[str, str], text: str) -> None:
    with pytest.raises(DesignError, match=text):
        contrasts(cells(), **{"within": "exercise", "by": "muscle", **options})


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"adjust": "holmes"}, "Unknown value for 'adjust'.*'holm', 'bonferroni', .* and 'none'.*Did you mean 'holm'"),
        ({"family": "muscle"}, "Unknown value for 'family'.*'by' and 'all'"),
        ({"by": "exercise"}, "Column 'exercise' has two roles.*'within' and 'by'"),
        ({"within": ["exercise", "phase"]}, r"'within' cannot be used.*one column.*\['exercise', 'phase'\].*in 'by'"),
        ({"by": 3}, "'by' cannot be used.*a column name or a list of them.*Got: 3"),
    ],
)
def test_unusable_arguments(options: dict[str, object], text: str) -> None:
    with pytest.raises(ArgumentError, match=text):
        contrasts(cells(), **{"within": "exercise", "by": "muscle", **options})


def test_by_must_not_hide_a_column_of_the_result() -> None:
    with pytest.raises(ArgumentError, match="'n' in 'by' would stand beside a column of the result"):
        contrasts(cells().rename(columns={"muscle": "n"}), within="exercise", by="n")


def test_only_a_table_is_a_table() -> None:
    with pytest.raises(ArgumentError, match=r"a pandas.DataFrame. Got: dict"):
        contrasts({"value": [1.0]}, within="exercise")


def test_the_table_is_left_as_it_was() -> None:
    table = cells()
    before = table.copy()
    contrasts(table, within="exercise", by="muscle")
    pd.testing.assert_frame_equal(table, before)
