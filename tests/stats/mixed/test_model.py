"""Mixed models: tables, properties, notices, and every refusal."""

from __future__ import annotations

import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats import contrasts, mixed_model, mixed_model_many, rm_anova
from emgkit.stats.mixed.model import MixedModel

EXERCISES = ["deadlift", "hip_thrust", "squat"]
TWO_WAY = "value ~ exercise * muscle"
STATISTICS = ["estimate", "se", "t", "df", "p", "p_adjusted"]


def cells(seed: int = 1, *, n: int = 10, muscles: int = 2, repetitions: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grid = [
        (f"P{i:02d}", exercise, f"m{muscle}", repetition)
        for i in range(n)
        for exercise in EXERCISES
        for muscle in range(muscles)
        for repetition in range(repetitions)
    ]
    table = pd.DataFrame(grid, columns=["participant", "exercise", "muscle", "repetition"])
    person = dict(zip(table["participant"].unique(), rng.normal(0, 0.4, n), strict=True))
    level = table["participant"].map(person) + table["exercise"].map({"deadlift": 0.3, "hip_thrust": 0.5, "squat": 0.0})
    table["value"] = np.exp(3 + level + rng.normal(0, 0.25, len(table)))
    return table.drop(columns="repetition") if repetitions == 1 else table


def one(seed: int = 1, **further: Any) -> pd.DataFrame:
    return cells(seed, muscles=1, **further).drop(columns="muscle")


def quiet(*arguments: Any, **further: Any) -> MixedModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return mixed_model(*arguments, **{"log": False, **further})


# tables


def test_columns_order_and_what_was_done() -> None:
    model = quiet(cells(), TWO_WAY, log=True)
    got = model.contrasts("exercise", by="muscle")
    numbers = ["ci_low", "ci_high", "estimate", "se", "t", "df", "n", "p", "p_adjusted", "family_size"]
    assert list(got.columns) == ["muscle", "contrast", "ratio", *numbers]
    assert got["contrast"].tolist() == ["deadlift / hip_thrust", "deadlift / squat", "hip_thrust / squat"] * 2
    assert got["muscle"].tolist() == ["m0"] * 3 + ["m1"] * 3
    assert (got["n"] == 10).all()
    assert (got["family_size"] == 3).all()
    np.testing.assert_allclose(got["ratio"], np.exp(got["estimate"]))
    assert (model.contrasts("exercise", by="muscle", family="all")["family_size"] == 6).all()
    raw = quiet(cells(), TWO_WAY).contrasts("exercise")
    assert list(raw.columns) == ["contrast", "difference", *numbers]
    assert raw["contrast"][0] == "deadlift - hip_thrust"
    means = model.marginal_means("exercise", by="muscle")
    assert list(means.columns)[:3] == ["muscle", "exercise", "geometric_mean"]
    assert list(model.terms.columns) == ["term", "F", "df1", "df2", "n", "p"]
    assert model.terms["term"].tolist() == ["exercise", "muscle", "exercise:muscle"]
    assert model.fixed["term"][1] == "exercise[deadlift]"
    for table in (got, means, model.terms, model.fixed, model.variances, model.residuals, model.random_effects):
        assert json.loads(json.dumps(table.attrs)) == table.attrs
    facts = {name: got.attrs[name] for name in ("formula", "random", "df", "scale", "adjust", "family", "singular")}
    assert facts == {
        "formula": TWO_WAY, "random": "1", "df": "kenward-roger", "scale": "log", "adjust": "holm", "family": "by",
        "singular": False,
    }  # fmt: skip
    assert repr(model).startswith("<MixedModel 'value ~ exercise * muscle', random='1', log: 10 participants, 60 rows")


def test_a_family_may_be_the_levels_of_some_columns_of_by() -> None:
    table = pd.MultiIndex.from_product(
        [range(8), ["a", "b", "c"], ["m0", "m1"], ["x", "y"]], names=["participant", "exercise", "muscle", "phase"]
    ).to_frame(index=False)
    table["value"] = np.exp(np.random.default_rng(3).normal(3, 0.3, len(table)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        model = mixed_model(table, "value ~ exercise * muscle * phase")
    got = model.contrasts("exercise", by=["muscle", "phase"], family=["phase"])
    assert (got["family_size"] == 6).all()
    for _, rows in got.groupby("phase"):
        np.testing.assert_allclose(rows["p_adjusted"], multipletests(rows["p"], method="holm")[1], rtol=1e-12)
    assert "adjusted after Holm (1979) over the contrasts of each phase." in got.methods()
    both = model.contrasts("exercise", by=["muscle", "phase"], family=["muscle", "phase"])
    pd.testing.assert_frame_equal(both, model.contrasts("exercise", by=["muscle", "phase"]))
    ratios = model.interaction_contrasts(["exercise", "muscle"], by="phase", family=["phase"])
    assert (ratios["family_size"] == 3).all()
    with pytest.raises(ArgumentError, match="Unknown column of 'by' in 'family' 'muscle'"):
        model.contrasts("exercise", by="phase", family=["muscle"])
    with pytest.raises(ArgumentError, match="Unknown value for 'family'"):
        model.contrasts("exercise", family="muscle")


def test_on_a_complete_design_the_terms_are_those_of_anova_with_pooled_error() -> None:
    table = one(n=12)
    got, expected = (
        mixed_model(table, "value ~ exercise", log=False).terms.iloc[0],
        rm_anova(table, within="exercise", log=False).iloc[0],
    )
    for column in ("F", "df1", "df2", "p"):
        assert got[column] == pytest.approx(expected[column], rel=1e-6)


def test_a_mean_over_unnamed_factors_weighs_their_levels_equally() -> None:
    table = cells().drop(index=[0, 7, 8, 21])
    model = mixed_model(table, TWO_WAY, log=False)
    full = model.marginal_means(["exercise", "muscle"])
    got = model.marginal_means("exercise")
    np.testing.assert_allclose(got["mean"], full.groupby("exercise")["mean"].mean(), rtol=1e-12)
    overall = model.marginal_means([])
    assert overall["mean"][0] == pytest.approx(full["mean"].mean(), rel=1e-12)
    assert overall["mean"][0] == pytest.approx(model.fixed["estimate"][0], rel=1e-12)


def test_interaction_contrasts_are_ratios_of_ratios() -> None:
    model = quiet(cells().drop(index=[3]), TWO_WAY, log=True)
    pairs = model.contrasts("exercise", by="muscle").set_index(["muscle", "contrast"])["ratio"]
    got = model.interaction_contrasts(["exercise", "muscle"])
    assert got["contrast"][0] == "deadlift / hip_thrust : m0 / m1"
    for _, row in got.iterrows():
        assert row["ratio"] == pytest.approx(pairs["m0", row["exercise"]] / pairs["m1", row["exercise"]], rel=1e-10)


def test_one_contrast_squared_is_its_f() -> None:
    model = mixed_model(cells().drop(index=[3, 11]), TWO_WAY, log=False)
    got, joint = model.contrasts("muscle", by="exercise"), model.joint_tests("muscle", by="exercise")
    np.testing.assert_allclose(got["t"] ** 2, joint["F"], rtol=1e-9)
    np.testing.assert_allclose(got["df"], joint["df2"], rtol=1e-9)
    np.testing.assert_allclose(got["p"], joint["p"], rtol=1e-9)


def test_covariates_stand_at_their_mean_and_groups_between_participants() -> None:
    table = cells()
    rng = np.random.default_rng(3)
    person = pd.factorize(table["participant"])[0]
    table = table.assign(group=np.where(person % 2 == 0, "a", "b"), mass=rng.normal(80, 9, 10)[person])
    model = quiet(table, "value ~ group * exercise + muscle + mass")
    assert model.terms["term"].tolist() == ["group", "exercise", "muscle", "mass", "group:exercise"]
    assert (model.terms["df2"][[0, 3]] < 10).all()
    means = model.marginal_means("group")
    assert means.attrs["covariates"] == {"mass": pytest.approx(table["mass"].mean())}
    shifted = quiet(table.assign(mass=table["mass"] - 1000), "value ~ group * exercise + muscle + mass")
    np.testing.assert_allclose(shifted.marginal_means("group")["mean"], means["mean"], rtol=1e-8)
    np.testing.assert_allclose(shifted.terms[["F", "df2"]], model.terms[["F", "df2"]], rtol=1e-7)


def test_a_factor_of_numbers() -> None:
    table = one().assign(load=lambda t: t["exercise"].map({"deadlift": 60, "hip_thrust": 70, "squat": 80}))
    table = table.drop(columns="exercise")
    got = quiet(table, "value ~ C(load)").contrasts("load")
    assert got["contrast"].tolist() == ["60 - 70", "60 - 80", "70 - 80"]
    assert len(quiet(table, "value ~ load").fixed) == 2


def test_without_an_intercept_the_coefficients_are_means() -> None:
    table = one()
    model = quiet(table, "value ~ 0 + exercise")
    got = model.fixed
    np.testing.assert_allclose(got["estimate"], table.groupby("exercise")["value"].mean(), rtol=1e-10)
    # the same space in other columns: log |X'X| differs by twice the logarithm of the determinant between them
    assert model.reml_deviance == pytest.approx(
        quiet(table, "value ~ exercise").reml_deviance - 2 * np.log(3), abs=1e-8
    )


# properties


@settings(max_examples=10, deadline=None)
@given(exponent=st.integers(-9, 6), random=st.sampled_from(["1", ["1", "exercise"], "1 + exercise"]))
def test_the_unit_of_the_outcome_does_not_matter(exponent: int, random: Any) -> None:
    table = one(2, repetitions=3).drop(index=[2, 40])
    scaled = table.assign(value=table["value"] * 10.0**exponent)
    for df in ("kenward-roger", "satterthwaite"):
        got, expected = (quiet(t, "value ~ exercise", random=random, df=df) for t in (scaled, table))
        assert got.singular is expected.singular
        np.testing.assert_allclose(got.contrasts("exercise")[["t", "df", "p"]],
                                   expected.contrasts("exercise")[["t", "df", "p"]], rtol=1e-6)  # fmt: skip
        np.testing.assert_allclose(got.terms[["F", "df2"]], expected.terms[["F", "df2"]], rtol=1e-6)
        assert got.sigma == pytest.approx(expected.sigma * 10.0**exponent, rel=1e-7)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), random=st.sampled_from(["1", ["1", "muscle"]]))
def test_the_order_of_rows_does_not_matter(seed: int, random: Any) -> None:
    table = cells().drop(index=[3, 11, 12])
    got = quiet(table.sample(frac=1, random_state=seed), TWO_WAY, random=random, log=True)
    expected = quiet(table, TWO_WAY, random=random, log=True)
    np.testing.assert_allclose(got.contrasts("exercise", by="muscle")[STATISTICS],
                               expected.contrasts("exercise", by="muscle")[STATISTICS], rtol=1e-7)  # fmt: skip
    residual = got.residuals.loc[expected.residuals.index, "residual"]
    np.testing.assert_allclose(residual, expected.residuals["residual"], atol=1e-8)


@pytest.mark.parametrize("random", ["1", "1 + exercise", ["1", "exercise"]], ids=str)
def test_new_names_of_levels_turn_the_contrasts_round_and_no_more(random: Any) -> None:
    table = one(4, repetitions=4, n=14).drop(index=[5, 33])
    renamed = table.assign(exercise=table["exercise"].map({"deadlift": "z", "hip_thrust": "y", "squat": "x"}),
                           participant="S" + table["participant"].str[::-1])  # fmt: skip
    for df in ("kenward-roger", "satterthwaite"):
        expected = quiet(table, "value ~ exercise", random=random, df=df)
        got = quiet(renamed, "value ~ exercise", random=random, df=df)
        assert got.reml_deviance == pytest.approx(expected.reml_deviance, abs=1e-8)
        ours = got.contrasts("exercise").set_index("contrast").loc["x - z"]
        theirs = expected.contrasts("exercise").set_index("contrast").loc["deadlift - squat"]
        np.testing.assert_allclose(ours["t"], -theirs["t"], rtol=1e-6)
        np.testing.assert_allclose(ours[["df", "p"]].astype(float), theirs[["df", "p"]].astype(float), rtol=1e-5)


def test_ratios_do_not_change_with_a_gain_of_ones_own_on_complete_data() -> None:
    table = cells()
    gains = dict(zip(sorted(set(table["participant"])), np.geomspace(0.1, 10, 10), strict=True))
    scaled = table.assign(value=table["value"] * table["participant"].map(gains))
    columns = ["ratio", "ci_low", "ci_high", "t", "p"]
    got, expected = (quiet(t, TWO_WAY, log=True).contrasts("exercise") for t in (scaled, table))
    np.testing.assert_allclose(got[columns], expected[columns], rtol=1e-7)


def test_participants_with_a_single_row_are_kept() -> None:
    table = one(n=9)
    table = table[(table["participant"] > "P02") | (table["exercise"] == "squat")]
    model = mixed_model(table, "value ~ exercise", log=False)
    assert (model.n, model.n_rows) == (9, 21)
    assert np.isfinite(model.contrasts("exercise")[STATISTICS]).all(axis=None)


# notices


def test_repetitions_with_a_random_intercept_alone() -> None:
    table = one(repetitions=4)
    with pytest.warns(EmgkitWarning, match="120 rows repeat a condition .* no 'participant:exercise': repetitions"):
        model = mixed_model(table, "value ~ exercise", log=False)
    assert [notice.code for notice in model.notices] == ["pseudo-replication"]
    assert model.terms.notices == model.notices
    assert "pseudo-replication" not in str(quiet(table, "value ~ exercise", random=["1", "exercise"]).notices)
    assert "pseudo-replication" not in str(quiet(table, "value ~ exercise", random="1 + exercise").notices)


def test_repetitions_need_random_terms_for_every_fixed_one() -> None:
    table = cells(repetitions=3)
    model = quiet(table, TWO_WAY, random=["1", "exercise"])
    text = next(notice.text for notice in model.notices if notice.code == "pseudo-replication")
    assert "no 'participant:muscle' and 'participant:exercise:muscle'" in text
    full = quiet(table, TWO_WAY, random=["1", "exercise", "muscle", "exercise:muscle"])
    assert "pseudo-replication" not in str(full.notices)


def test_unequal_variances_under_one_error_term() -> None:
    rng = np.random.default_rng(0)
    table = one(n=15)
    spread = table["exercise"].map(dict(zip(EXERCISES, (0.05, 0.1, 1.2), strict=True)))
    table["value"] *= np.exp(rng.normal(size=45) * spread)
    level = np.repeat(rng.normal(size=15), 3)
    table["value"] *= np.exp(level)
    with pytest.warns(EmgkitWarning, match="standard deviations of the participants' differences range from"):
        model = mixed_model(table, "value ~ exercise", log=True)
    assert "pooled-error" in [notice.code for notice in model.notices]
    # every pair with its own error term, as the notice says
    assert contrasts(table, within="exercise")["df"].tolist() == [14.0] * 3
    assert mixed_model(one(5, n=15), "value ~ exercise", log=True).notices == ()


def test_a_singular_fit_is_flagged() -> None:
    rng = np.random.default_rng(1)
    table = one(repetitions=2, n=8)
    centered = rng.normal(size=len(table))
    centered -= pd.Series(centered).groupby(table["participant"]).transform("mean").to_numpy()
    table = table.drop(columns="repetition").assign(value=10 + centered, time=range(len(table)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = mixed_model(table, "value ~ exercise", random=["1"], log=False)
    assert any("singular: the variance of participant is estimated as zero" in str(w.message) for w in caught)
    assert model.singular
    assert model.variances["variance"][0] == 0
    assert model.random_effects["estimate"].abs().max() == 0
    assert model.terms.attrs["singular"] is True


def test_muscles_in_percent_of_their_own_references() -> None:
    table = cells().assign(unit="%MVC")
    model = quiet(table, TWO_WAY, log=True)
    assert "main effect of 'muscle' depends on the muscles' reference" in str(model.notices)
    assert "Every test over several muscles depends" in str(quiet(table, TWO_WAY).notices)
    with pytest.raises(DesignError, match=r"Contrasts between the levels of 'muscle' are refused .*by='muscle'"):
        model.contrasts("muscle")
    with pytest.raises(DesignError, match="Contrasts between the levels of 'muscle' are refused"):
        model.joint_tests("muscle")
    assert len(model.interaction_contrasts(["exercise", "muscle"])) == 3
    with pytest.raises(DesignError, match="normalised to different references"):
        mixed_model(table.assign(reference="task:" + table["exercise"]), TWO_WAY, log=True)


# refusals


def broken(**columns: Any) -> pd.DataFrame:
    return cells().assign(**columns)


@pytest.mark.parametrize(
    ("table", "formula", "further", "text"),
    [
        (cells(), "value ~ exercize", {}, r"no column 'exercize', which 'formula' names.*Did you mean 'exercise'\?"),
        (cells(), "values ~ exercise", {}, r"no column 'values', which 'outcome' names.*Did you mean 'value'\?"),
        (cells(), TWO_WAY, {"random": ["1", "excercise"]}, r"Did you mean 'exercise'\?"),
        (cells(), TWO_WAY, {"participant": "subject"}, "no column 'subject', which 'participant' names"),
        (broken(value=[np.nan, *range(59)]), TWO_WAY, {}, "'value' is empty or infinite in 1 row.*row 0"),
        (broken(value=[np.inf, *range(59)]), TWO_WAY, {}, "'value' is empty or infinite in 1 row"),
        (broken(value=[0.0, -1.0, *range(1, 59)]), TWO_WAY, {"log": True}, "'value' is 0 or negative in 2 rows"),
        (broken(mass=[np.nan, *range(59)]), "value ~ mass + muscle*exercise", {}, "'mass' is empty or infinite in 1"),
        (broken(exercise="squat"), "value ~ exercise", {}, "'exercise' has only one level.*'squat'"),
        (broken(exercise=[None, *cells()["exercise"][1:]]), TWO_WAY, {}, "Column 'exercise' is empty in 1 row"),
        (cells()[:6], TWO_WAY, {}, "needs at least two of them.*'P00'"),
        (broken(unit=["V", *["mV"] * 59]), TWO_WAY, {}, "Column 'unit' holds 2 values"),
        (cells(), "value ~ exercise", {}, "rows differ in 'muscle', which the formula does not name.*filter first"),
        (pd.concat([cells(), cells()[:2]]), TWO_WAY, {}, "rows share a cell.*P00, exercise deadlift.*row 0"),
        (cells()[lambda t: (t["exercise"] != "squat") | (t["muscle"] != "m1")], TWO_WAY, {},
         r"term 'exercise:muscle', and 1 of its cells has no values.*'squat × m1'.*'\+' instead of '\*'"),
        (broken(twin=cells()["exercise"].str.upper()), "value ~ exercise + twin + muscle", {}, "can tell only 4 apart"),
        (broken(mass=70.0), "value ~ mass + exercise*muscle", {}, "can tell only 6 apart"),
        (cells()[::6][:3].drop(columns=["muscle", "exercise"]).assign(x=[1.0, 2, 3], z=[1.0, 4, 3]), "value ~ x + z",
         {}, "too few rows"),
        (one(), "value ~ exercise", {"random": ["1", "exercise"]}, "cannot tell the random .*participant:exercise"),
        (one(), "value ~ exercise", {"random": "1 + exercise"}, "cannot tell the random terms.*slopes of participant"),
        (broken(value=5.0), TWO_WAY, {}, "reproduce every value"),
        (one().assign(value=lambda t: pd.factorize(t["exercise"])[0] + 10.0 * pd.factorize(t["participant"])[0] ** 2),
         "value ~ exercise", {}, "reproduce every value"),
    ],
)  # fmt: skip
def test_tables_that_cannot_carry_the_model(table: pd.DataFrame, formula: str, further: Any, text: str) -> None:
    with pytest.raises(DesignError, match=text):
        quiet(table, formula, **further)


@pytest.mark.parametrize(
    ("formula", "further", "text"),
    [
        ("exercise", {}, "The formula cannot be used"),
        ("~ exercise", {}, "no left side"),
        ("log(value) ~ exercise", {}, "give log=True"),
        ("value ~ exercise + (1 | participant)", {}, "name random terms in random="),
        ("value ~ np.log(exercise)", {}, "cannot be read at 'np.*compute anything else as a column"),
        ("value ~ exercise *", {}, "cannot be read at"),
        ("value ~ value + exercise", {}, "stands on both sides"),
        ("value ~ participant", {}, "Column 'participant' has two roles"),
        (TWO_WAY, {"df": "kenward"}, "Unknown value for 'df'.*Did you mean 'kenward-roger'"),
        (TWO_WAY, {"random": []}, "'random' cannot be used"),
        (TWO_WAY, {"random": ["1", "exercise", "exercise"]}, "names a term twice"),
        (TWO_WAY, {"random": ["1 + exercise"]}, "names 2 terms"),
        (TWO_WAY, {"random": "1 + exercise", "correlated": False}, r"Uncorrelated slopes.*\['1', 'exercise'\]"),
        (TWO_WAY + " + value2", {"random": ["1", "value2"]}, "holds numbers, and a nested term needs levels"),
    ],
)
def test_arguments_that_cannot_be_read(formula: str, further: Any, text: str) -> None:
    with pytest.raises(ArgumentError, match=text):
        quiet(cells().assign(value2=np.arange(60.0)), formula, **further)


def test_questions_the_model_cannot_answer() -> None:
    model = quiet(cells().assign(x=np.arange(60.0)), TWO_WAY + " + x")
    with pytest.raises(ArgumentError, match=r"'exercize' is not a factor of the formula.*Did you mean 'exercise'"):
        model.contrasts("exercize")
    with pytest.raises(ArgumentError, match="'x' is a covariate"):
        model.marginal_means("x")
    with pytest.raises(ArgumentError, match="named twice"):
        model.contrasts("exercise", by="exercise")
    with pytest.raises(ArgumentError, match="interaction_contrasts"):
        model.contrasts(["exercise", "muscle"])  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="Unknown value for 'adjust'"):
        model.contrasts("exercise", adjust="scheffe")
    with pytest.raises(ArgumentError, match="needs two factors"):
        model.interaction_contrasts(["exercise"])


# many outcomes


@pytest.mark.parametrize("df", ["kenward-roger", "satterthwaite"])
def test_many_outcomes_are_the_same_fits_one_by_one(df: str) -> None:
    table = cells(n=8).drop(index=[4, 17, 18, 30])
    rng = np.random.default_rng(0)
    outcomes = table["value"].to_numpy()[:, None] * np.exp(rng.normal(0, [0.1, 0.5, 0.9, 1.0], (len(table), 4)))
    # participants of one mean each have no variance between them
    level = pd.DataFrame(np.log(outcomes[:, 2:])).groupby(table["participant"].to_numpy()).transform("mean")
    outcomes[:, 2:] /= np.exp(level.to_numpy())
    with pytest.warns(EmgkitWarning, match=r"zero for 2 of 4 outcomes \('2' and '3'\)"):
        models = mixed_model_many(table, "~ exercise * muscle", outcomes=outcomes, df=df, log=True)
    assert models.fits["singular"].tolist() == [False, False, True, True]
    singular = {row["outcome"]: "the fit is singular" in text
                for row, text in zip(models.terms.to_dict("records"), models.sentences(), strict=True)}  # fmt: skip
    assert singular == {"0": False, "1": False, "2": True, "3": True}
    assert "degrees of freedom may be too many and p too small" in models.methods()
    for number in range(4):
        single = quiet(table.assign(value=outcomes[:, number]), TWO_WAY, df=df, log=True)
        fit = models.fits.iloc[number]
        assert fit["outcome"] == str(number)
        assert fit["reml_deviance"] == pytest.approx(single.reml_deviance, abs=1e-8)
        assert fit["sigma"] == pytest.approx(single.sigma, rel=1e-8)
        assert fit["variance"] == pytest.approx(single.variances["variance"][0], abs=1e-8 * single.sigma**2)
        for ours, theirs in (
            (models.terms, single.terms), (models.fixed, single.fixed),
            (models.contrasts("exercise", by="muscle"), single.contrasts("exercise", by="muscle")),
            (models.marginal_means("muscle"), single.marginal_means("muscle")),
        ):  # fmt: skip
            part = ours[ours["outcome"] == str(number)].drop(columns="outcome").reset_index(drop=True)
            pd.testing.assert_frame_equal(part, theirs, rtol=1e-7, check_dtype=False)


def test_many_outcomes_by_column_and_their_refusals() -> None:
    table = cells().assign(peak=lambda t: t["value"] ** 2)
    models = mixed_model_many(table, "~ exercise * muscle", outcomes=["value", "peak"], log=False)
    assert models.terms["outcome"].tolist() == ["value"] * 3 + ["peak"] * 3
    assert repr(models) == "<MixedModels '~ exercise * muscle': 2 outcomes, 10 participants>"
    frame = table[["value", "peak"]]
    same = mixed_model_many(table.drop(columns=["value", "peak"]), "~ exercise * muscle", outcomes=frame, log=False)
    pd.testing.assert_frame_equal(same.terms, models.terms)
    for outcomes, error, text in [
        (["peek"], DesignError, "Did you mean 'peak'"),
        (frame.to_numpy()[:-1], ArgumentError, "does not fit the table.*60 rows"),
        (frame.reset_index(drop=True).set_index(frame.index + 1), ArgumentError, "labelled otherwise"),
        (frame.assign(peak=np.nan), DesignError, "60 values .* empty or infinite.*'peak', row 0"),
        (frame.assign(peak=1.0), DesignError, "reproduce every value.*'peak'"),
        (frame.astype(str), ArgumentError, "holds no numbers"),
    ]:
        with pytest.raises(error, match=text):
            mixed_model_many(table, "~ exercise * muscle", outcomes=outcomes, log=False)
    with pytest.raises(ArgumentError, match="has no left side"):
        mixed_model_many(table, TWO_WAY, outcomes=["peak"], log=False)
    with pytest.raises(DesignError, match="0 or negative"):
        mixed_model_many(table, "~ exercise * muscle", outcomes=frame - 100, log=True)
