"""Mixed models of awkward tables: each comes out right, or is refused with a text that says what to do."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats as scipy_stats

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats import contrasts, mixed_model, mixed_model_many
from emgkit.stats.mixed.model import MixedModel

EXERCISES = ["deadlift", "hip_thrust", "squat"]
STATISTICS = ["t", "df", "p"]


def lifts(n: int = 10, *, repetitions: int = 1, seed: int = 1) -> pd.DataFrame:
    """Three exercises of n participants, with a load of each row, and body mass in two units."""
    rng = np.random.default_rng(seed)
    rows = [(f"P{i:02d}", exercise, r) for i in range(n) for exercise in EXERCISES for r in range(repetitions)]
    table = pd.DataFrame(rows, columns=["participant", "exercise", "repetition"])
    person = pd.factorize(table["participant"])[0]
    table["mass"] = rng.normal(80, 9, n)[person]
    table["load"] = 60 + 10.0 * rng.integers(0, 4, len(table))
    slope = rng.normal(0.1, 0.2, n)[person]
    table["value"] = (
        30 + rng.normal(0, 4, n)[person] + slope * (table["load"] - 75) + rng.normal(0, 3, len(table))
        + table["exercise"].map({"deadlift": 2.0, "hip_thrust": 5.0, "squat": 0.0})
    )  # fmt: skip
    return table if repetitions > 1 else table.drop(columns="repetition")


def fitted(table: pd.DataFrame, formula: str = "value ~ exercise", **further: Any) -> MixedModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return mixed_model(table, formula, **{"log": False, **further})


def refused(table: pd.DataFrame, formula: str = "value ~ exercise", **further: Any) -> DesignError:
    with pytest.raises(DesignError) as caught:
        fitted(table, formula, **further)
    return caught.value


# beside statsmodels


@pytest.mark.parametrize(
    ("formula", "random", "theirs", "further"),
    [
        ("value ~ exercise * load", "1", "value ~ C(exercise, Sum) * load", {}),
        ("value ~ mass * load", "1 + load", "value ~ mass * load", {"re_formula": "~load"}),
        ("value ~ load:exercise", "1", "value ~ load:exercise", {}),
        ("value ~ exercise / load", "1", "value ~ C(exercise, Sum) + C(exercise):load", {}),
        ("value ~ 0 + exercise + mass", "1", "value ~ 0 + exercise + mass", {}),
        ("value ~ C(load) + mass", "1", "value ~ C(load, Sum) + mass", {}),
        ("value ~ 1", "1", "value ~ 1", {}),
    ],
)
def test_unusual_formulas_have_the_likelihood_of_statsmodels(
    formula: str, random: str, theirs: str, further: dict[str, Any]
) -> None:
    table = lifts(14, repetitions=4).drop(index=[0, 3, 20, 77])
    # in kilograms statsmodels stops at a deviance of 1066 with "1 + load", ours is 956
    table[["mass", "load"]] = (table[["mass", "load"]] - [80, 75]) / 10
    # a column that the formula does not name is another condition
    known = table if "exercise" in formula else table.drop(columns="exercise").assign(row=range(len(table)))
    model = fitted(known, formula, random=random)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = smf.mixedlm(theirs, table, groups="participant", **further).fit(reml=True, method=["lbfgs", "bfgs"])
    same = np.linalg.lstsq(other.model.exog, model._prepared.x, rcond=None)[0]
    np.testing.assert_allclose(other.model.exog @ same, model._prepared.x, atol=1e-8)
    # other columns of the same space: log |X'X| differs by twice the logarithm of the determinant between them
    shift = 2 * np.linalg.slogdet(same)[1]
    assert -2 * other.llf + shift == pytest.approx(model.reml_deviance, abs=1e-3)
    assert -2 * other.llf + shift >= model.reml_deviance - 1e-6
    np.testing.assert_allclose(
        other.model.exog @ other.fe_params, model._prepared.x @ model.fixed["estimate"], rtol=1e-4
    )


# few


def test_two_participants_are_a_paired_t_test_of_two() -> None:
    table = lifts(2).assign(value=lambda t: t["value"] + np.where(t["participant"] == "P01", 20, 0))
    pair = table[table["exercise"] != "squat"]
    with pytest.warns(EmgkitWarning, match="With two participants"):
        expected = contrasts(pair, within="exercise", log=False).iloc[0]
    got = fitted(pair).contrasts("exercise").iloc[0]
    np.testing.assert_allclose(got[STATISTICS].astype(float), expected[STATISTICS].astype(float), rtol=1e-6)
    assert got["df"] == pytest.approx(1)
    assert fitted(table).contrasts("exercise")["df"].tolist() == pytest.approx([2, 2, 2])


def test_as_many_contrasts_as_participants_leave_no_f() -> None:
    model = fitted(lifts(2, repetitions=5), random="1 + exercise")
    row = model.terms.iloc[0]
    assert row["df2"] == pytest.approx(0, abs=1e-6)
    assert np.isnan(row["F"])
    assert np.isnan(row["p"])
    # each single pair has its one degree of freedom
    assert model.contrasts("exercise")["df"].tolist() == pytest.approx([1, 1, 1], rel=1e-6)


def test_one_repetition_cannot_carry_an_effect_of_each_exercise_and_person() -> None:
    error = refused(lifts(), random=["1", "exercise"])
    assert "cannot tell the random terms from the residual" in error.what
    assert error.where == "'participant:exercise'"
    assert "give the repetitions instead of their means" in error.hint


def test_participants_more_alike_than_chance_have_no_variance() -> None:
    rng = np.random.default_rng(3)
    table = lifts()
    noise = rng.normal(size=len(table))
    table["value"] = 10 + noise - pd.Series(noise).groupby(table["participant"]).transform("mean")
    with pytest.warns(EmgkitWarning, match="singular: the variance of participant is estimated as zero"):
        model = mixed_model(table, "value ~ exercise", log=False)
    assert model.variances["variance"][0] == 0
    # what is left is least squares, with F from independent rows
    groups = [rows["value"] for _, rows in table.groupby("exercise")]
    assert model.terms["F"][0] == pytest.approx(scipy_stats.f_oneway(*groups).statistic, rel=1e-8)


# units


@pytest.mark.parametrize("unit", [1e-30, 1e-9, 1e9, 1e30])
def test_units_of_outcome_and_covariate_do_not_matter(unit: float) -> None:
    table = lifts(repetitions=4)
    scaled = table.assign(value=table["value"] * unit, load=table["load"] / unit)
    for random in ("1", "1 + load"):
        got, expected = (fitted(one, "value ~ exercise * load", random=random) for one in (scaled, table))
        np.testing.assert_allclose(got.terms[["F", "df2", "p"]], expected.terms[["F", "df2", "p"]], rtol=1e-5)
        np.testing.assert_allclose(
            got.contrasts("exercise")[STATISTICS], expected.contrasts("exercise")[STATISTICS], rtol=1e-5
        )


def test_a_level_far_above_the_differences_changes_nothing() -> None:
    table = lifts()
    got = fitted(table.assign(value=table["value"] + 1e8)).contrasts("exercise")
    np.testing.assert_allclose(got[STATISTICS], fitted(table).contrasts("exercise")[STATISTICS], rtol=1e-6)


@pytest.mark.parametrize("unit", [1e-200, 1e150])
def test_a_unit_out_of_all_range_is_refused(unit: float) -> None:
    table = lifts().assign(value=lambda t: t["value"] * unit)
    error = refused(table)
    assert error.what == "The outcome cannot be squared within the range of numbers"
    assert error.allowed == "values up to 1e+60, the largest not below 1e-60"
    assert error.hint == "give it in another unit"
    with pytest.raises(DesignError, match="cannot be squared"):
        mixed_model_many(table, "~ exercise", outcomes=["value"], log=False)
    assert len(fitted(table, log=True).terms) == 1


@pytest.mark.parametrize("constant", [0.0, 0.1, 5.0])
def test_a_constant_outcome_has_no_error_term(constant: float) -> None:
    error = refused(lifts().assign(value=constant))
    assert "reproduce every value: there is no error term" in error.what
    assert "check for copied values" in error.hint
    with pytest.raises(DesignError, match="no error term"):
        mixed_model_many(lifts().assign(value=constant), "~ exercise", outcomes=["value"], log=False)


# columns


def test_collinear_covariates_are_named() -> None:
    table = lifts().assign(pounds=lambda t: t["mass"] * 2.2046)
    error = refused(table, "value ~ exercise + mass + pounds")
    assert error.what == "The formula has 5 coefficients, and the table can tell only 4 apart"
    assert error.where in ("'pounds' can be had from the others", "'mass' can be had from the others")
    assert refused(table.assign(mass=80.0), "value ~ exercise + mass").where.endswith("can be had from the others")
    # body mass and height go together, and are no twins
    near = table.assign(height=lambda t: 100 + t["mass"] + np.random.default_rng(0).normal(0, 0.5, 10).repeat(3))
    assert np.isfinite(fitted(near, "value ~ exercise + mass + height").terms["p"]).all()


def test_a_covariate_far_from_zero_gets_a_hint_that_helps() -> None:
    table = lifts().assign(mass=lambda t: t["mass"] + 1e9)
    assert "far from 0 take its mean off" in refused(table, "value ~ exercise + mass").hint
    centred = table.assign(mass=table["mass"] - table["mass"].mean())
    got, expected = (fitted(one, "value ~ exercise + mass").terms for one in (centred, lifts()))
    np.testing.assert_allclose(got["F"], expected["F"], rtol=1e-5)


@pytest.mark.parametrize("kind", ["float64", "Float64"])
def test_an_empty_covariate_names_the_rows(kind: str) -> None:
    table = lifts().astype({"mass": kind})
    table.loc[table["participant"] == "P03", "mass"] = None
    error = refused(table, "value ~ exercise + mass")
    assert error.what == "Column 'mass' is empty or infinite in 3 rows"
    assert "row 9 (P03: nan)" in error.where


@pytest.mark.parametrize("ordered", [True, False])
def test_levels_without_rows_are_no_levels(ordered: bool) -> None:
    table = lifts()
    order = pd.CategoricalDtype(["squat", "lunge", "deadlift", "hip_thrust"], ordered=ordered)
    people = pd.CategoricalDtype([*table["participant"].unique(), "P99"])
    model = fitted(table.astype({"exercise": order, "participant": people}))
    assert model.n == 10
    expected = fitted(table)
    np.testing.assert_allclose(model.terms["F"], expected.terms["F"], rtol=1e-9)
    assert model.reml_deviance == pytest.approx(expected.reml_deviance, abs=1e-8)
    first = model.contrasts("exercise")["contrast"][0]
    assert first == ("squat - deadlift" if ordered else "deadlift - hip_thrust")


def test_participants_may_be_numbers() -> None:
    table, expected = lifts(12), fitted(lifts(12))
    number = pd.factorize(table["participant"])[0] + 1
    for people in (number, number / 2, number.astype(str), number.astype("datetime64[D]")):
        model = fitted(table.assign(participant=people))
        assert (model.n, model.n_rows) == (12, 36)
        np.testing.assert_allclose(model.terms["F"], expected.terms["F"], rtol=1e-9)
    assert fitted(table.assign(participant=number)).random_effects["participant"].tolist() == list(range(1, 13))


def test_a_lost_condition_of_a_group_is_named() -> None:
    table = lifts().assign(group=lambda t: np.where(t["participant"] < "P05", "a", "b"))
    lost = table[(table["group"] == "a") | (table["exercise"] != "squat")]
    error = refused(lost, "value ~ exercise * group")
    assert "term 'exercise:group', and 1 of its cells has no values" in error.what
    assert error.where == "'squat × b'"
    # without the interaction the others tell what is lost
    assert len(fitted(lost, "value ~ exercise + group").contrasts("exercise")) == 3


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("log(value) ~ exercise", "left side of the formula is not a column.*give log=True"),
        ("value ~ log(mass) + exercise", r"cannot be read at '\(mass\) \+ exercise'.*as a column of the table first"),
        ("value ~ exercise + I(mass**2)", r"cannot be read at '\(mass\*\*2\)'.*as a column of the table first"),
        ("value ~ C(exercise, Sum)", r"cannot be read at '\(exercise, Sum\)'.*C\(column\) for a factor of numbers"),
        ("value ~ body mass", "cannot be read at 'mass'.*rename columns whose names hold spaces"),
        ("value ~ 0", "The formula has no terms"),
        ("", "The formula cannot be used.*such as 'value ~ exercise"),
    ],
)
def test_formulas_of_other_programs(formula: str, text: str) -> None:
    with pytest.raises(ArgumentError, match=text):
        mixed_model(lifts().rename(columns={"load": "body mass"}), formula, log=False)


def test_spaces_and_brackets_in_a_formula_do_not_matter() -> None:
    expected = fitted(lifts(), "value ~ exercise * mass").terms
    for formula in ("value~exercise*mass", "  value ~ C( exercise ) * mass ", "value ~ (exercise + mass) ** 2",
                    "value ~ mass * exercise", "value ~ exercise + mass + mass:exercise"):  # fmt: skip
        got = fitted(lifts(), formula).terms
        np.testing.assert_allclose(sorted(got["F"]), sorted(expected["F"]), rtol=1e-8)


def test_what_is_no_real_number_is_no_outcome() -> None:
    for values in (lifts()["value"] + 0j, lifts()["value"] > 30, lifts()["value"].astype(str)):
        assert refused(lifts().assign(value=values)).what == "Column 'value' holds no numbers"


def test_columns_of_one_name_are_refused() -> None:
    twice = pd.concat([lifts(), lifts()[["value"]]], axis=1)
    error = refused(twice)
    assert error.what == "Columns of the table share a name"
    assert error.got == "'value'"
