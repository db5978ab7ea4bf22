"""What every statistic promises: no unit, no order of rows and no name of a level changes what it finds."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit.errors import EmgkitWarning
from emgkit.stats import (
    contrasts,
    effect_sizes,
    equivalence,
    influence,
    mixed_model,
    reliability,
    rm_anova,
    waveform_test,
)

few = settings(max_examples=2, deadline=None)
exponents = st.sampled_from([-9, -6, -3, 3, 6])
seeds = st.integers(0, 1000)
ANOVA = ["F", "df1", "df2", "p", "epsilon_gg", "p_gg", "p_hf", "ges", "pes", "mauchly_w", "mauchly_p", "p_pillai"]
PAIR = ["t", "df", "p", "p_adjusted", "d_z"]
MODEL = ["t", "df", "p", "p_adjusted"]


def cells(seed: int = 3, *, repetitions: int = 1, holes: bool = False) -> pd.DataFrame:
    """Three exercises, two muscles, two groups of unequal size."""
    rng = np.random.default_rng(seed)
    levels = {"participant": [f"P{i:02d}" for i in range(11)], "exercise": ["deadlift", "hip_thrust", "squat"],
              "muscle": ["gluteus", "quadriceps"], "repetition": range(repetitions)}  # fmt: skip
    table = pd.MultiIndex.from_product(levels.values(), names=list(levels)).to_frame(index=False)
    person, exercise = (pd.factorize(table[name])[0] for name in ("participant", "exercise"))
    table["group"] = np.where(person < 5, "strength", "endurance")
    table["load"] = np.array([40.0, 65.0, 80.0])[exercise] + 2.0 * person
    slopes = rng.normal(0, [0.15, 0.3, 0.4], (11, 3))
    logs = 3 + 0.3 * rng.normal(size=11)[person] + slopes[person, exercise] + rng.normal(0, 0.25, len(table))
    table["value"] = np.exp(logs)
    return table.drop(index=[4, 17, 40]) if holes else table


def quiet(call: Callable[..., Any], *args: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return call(*args, **options)


def model(formula: str, random: Any, *, df: str, data: dict[str, Any], **further: Any) -> Callable[..., Any]:
    def tables(change: Callable[[pd.DataFrame], pd.DataFrame]) -> list[pd.DataFrame]:
        got = quiet(mixed_model, change(cells(**data)), formula, random=random, df=df, **further)
        found = [got.terms[["F", "df1", "df2", "p"]]]
        if "exercise" in formula and "load" not in formula:
            found.append(got.contrasts("exercise")[MODEL])
        return found

    return tables


def analysis(call: Callable[..., Any], columns: list[str], **options: Any) -> Callable[..., Any]:
    def tables(change: Callable[[pd.DataFrame], pd.DataFrame]) -> list[pd.DataFrame]:
        return [quiet(call, change(cells()), **options)[columns]]

    return tables


def trials(change: Callable[[pd.DataFrame], pd.DataFrame]) -> list[pd.DataFrame]:
    got = reliability(change(cells().query("muscle == 'gluteus'")), within="exercise").set_index("quantity")
    return [got.loc[["icc_2_1", "icc_3_1", "cv"], ["value", "ci_low", "ci_high"]]]


def curves(change: Callable[[pd.DataFrame], pd.DataFrame]) -> list[pd.DataFrame]:
    table = cells(repetitions=6).query("muscle == 'gluteus'").rename(columns={"repetition": "point"})
    got = quiet(waveform_test, change(table), within="exercise")
    return [got.nodes[["t", "p_adjusted"]], got.summary[["p", "p_adjusted"]]]


FACTORIAL = "value ~ exercise * muscle"
TIMES = {"repetitions": 4}
MODELS = {
    f"{formula} | {random} | {df}": model(formula, random, df=df, data=data, log=log)
    for df in ("kenward-roger", "satterthwaite")
    for formula, random, data, log in [
        (FACTORIAL, "1", {}, True),
        (FACTORIAL, "1", {"holes": True}, False),
        (FACTORIAL, ["1", "exercise", "muscle"], {"holes": True}, False),
        (FACTORIAL, "1 + exercise", TIMES, True),
        ("value ~ group * exercise + muscle", ["1", "exercise"], TIMES, False),
        ("value ~ load + muscle + exercise", "1 + load", TIMES, False),
    ]
}
ANALYSES = {
    "rm_anova": analysis(rm_anova, ANOVA, within=["exercise", "muscle"], log=False),
    "rm_anova, log": analysis(rm_anova, ANOVA, within=["exercise", "muscle"], log=True),
    "rm_anova of groups": analysis(rm_anova, ANOVA, within=["exercise", "muscle"], between="group", log=False),
    "contrasts": analysis(contrasts, [*PAIR, "g_av"], within="exercise", by="muscle", log=False),
    "contrasts, log": analysis(contrasts, [*PAIR, "g_av", "ratio"], within="exercise", by="muscle"),
    "contrasts of groups": analysis(contrasts, ["t", "df", "p", "g"], within="exercise", by="muscle", between="group"),
    "interaction": analysis(contrasts, PAIR, within="exercise", interaction="muscle"),
    "wilcoxon": analysis(contrasts, ["V", "p", "ratio"], within="exercise", by="muscle", test="wilcoxon"),
    "sign-flip": analysis(contrasts, ["p", "ratio"], within="exercise", by="muscle", test="sign-flip"),
    "effect_sizes": analysis(effect_sizes, ["ratio", "d_z", "d_av", "d_rm", "g_first"], within="exercise", by="muscle"),
    "equivalence": analysis(equivalence, ["ratio", "p", "p_lower", "ci90_low"], within="exercise", by="muscle",
                            bounds=(0.8, 1.25)),
    "influence": analysis(influence, ["ratio", "p", "p_outlier"], within="exercise", by="muscle"),
    "reliability": trials,
    "waveform_test": curves,
    **MODELS,
}  # fmt: skip
EVERY = pytest.mark.parametrize("name", ANALYSES)


@functools.cache
def unchanged(name: str) -> list[pd.DataFrame]:
    found: list[pd.DataFrame] = ANALYSES[name](lambda table: table)
    return found


def alike(got: list[pd.DataFrame], expected: list[pd.DataFrame], rtol: float = 1e-5) -> None:
    for ours, theirs in zip(got, expected, strict=True):
        assert len(theirs)
        np.testing.assert_allclose(ours.to_numpy(dtype=float), theirs.to_numpy(dtype=float), rtol=rtol, atol=1e-12)


@EVERY
@few
@given(exponent=exponents)
def test_the_unit_of_the_values_does_not_matter(name: str, exponent: int) -> None:
    got = ANALYSES[name](lambda table: table.assign(value=table["value"] * 10.0**exponent))
    alike(got, unchanged(name))


@EVERY
@few
@given(seed=seeds)
def test_the_order_of_the_rows_and_columns_does_not_matter(name: str, seed: int) -> None:
    def shuffled(table: pd.DataFrame) -> pd.DataFrame:
        rows = table.sample(frac=1, random_state=seed).reset_index(drop=True)
        return rows[list(np.random.default_rng(seed).permutation(rows.columns))]

    alike(ANALYSES[name](shuffled), unchanged(name))


@EVERY
@few
@given(seed=seeds)
def test_names_of_people_and_levels_turn_signs_and_order_and_no_more(name: str, seed: int) -> None:
    names = np.random.default_rng(seed).permutation(["é", "10", "b c", "a 'q'", "ß|x", "Z/2", "0"])

    def renamed(table: pd.DataFrame) -> pd.DataFrame:
        new = dict(zip(["deadlift", "hip_thrust", "squat", "gluteus", "quadriceps", "strength", "endurance"], names,
                       strict=True))  # fmt: skip
        columns = {column: table[column].map(new) for column in ("exercise", "muscle", "group")}
        return table.assign(participant="x" + table["participant"].str[::-1], **columns)

    # a pair turned round has the opposite t and the inverse ratio; sizes of the first level or of one side are others
    def unsigned(table: pd.DataFrame) -> pd.DataFrame:
        found = {}
        for column in table:
            values = table[column].to_numpy(dtype=float)
            if column == "ratio":
                values = np.log(values)
            if column in ("V", "ci90_low", "p_lower", "g_first"):
                continue
            found[column] = np.sort(np.abs(values))
        return pd.DataFrame(found)

    # Fai and Cornelius' denominator depends on the basis of several contrasts, and so on which level is the last
    rtol = 2e-2 if "satterthwaite" in name else 1e-5
    alike([unsigned(table) for table in ANALYSES[name](renamed)], [unsigned(table) for table in unchanged(name)], rtol)


# the classical answers, where a design is balanced


def repeated(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Repetitions, and their means."""
    rows = cells(seed, repetitions=4).query("muscle == 'gluteus'").drop(columns=["muscle", "load"])
    return rows, rows.groupby(["participant", "group", "exercise"], as_index=False)["value"].mean()


@settings(max_examples=6, deadline=None)
@given(seed=seeds)
def test_full_slopes_are_hotellings_test_which_stands_beside_the_anova(seed: int) -> None:
    rows, means = repeated(seed)
    found = quiet(mixed_model, rows, "value ~ exercise", random="1 + exercise", log=False)
    anova = rm_anova(means, within="exercise", log=False).iloc[0]
    if found.singular:
        return  # the repetitions scatter more than the people: then the two part
    assert found.terms["p"][0] == pytest.approx(anova["p_pillai"], rel=1e-4)
    pairs = contrasts(means, within="exercise", log=False)
    np.testing.assert_allclose(found.contrasts("exercise")[["t", "df", "p"]], pairs[["t", "df", "p"]], rtol=1e-4)


@settings(max_examples=6, deadline=None)
@given(seed=seeds)
def test_nested_intercepts_are_the_anova_of_the_means_with_and_without_groups(seed: int) -> None:
    rows, means = repeated(seed)
    for formula, between in (("value ~ exercise", None), ("value ~ group * exercise", "group")):
        found = quiet(mixed_model, rows, formula, random=["1", "exercise"], log=False)
        if found.singular:
            continue
        expected = rm_anova(means, within="exercise", between=between, log=False).set_index("term")[
            ["F", "df1", "df2", "p"]
        ]
        got = found.terms.set_index("term").loc[expected.index, ["F", "df1", "df2", "p"]]
        np.testing.assert_allclose(got, expected, rtol=1e-4)
