"""Analysis of variance with groups of participants, against other ways to the same numbers, and its refusals."""

from __future__ import annotations

import itertools
import json
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, stats
from statsmodels.multivariate import multivariate_ols
from statsmodels.stats.anova import anova_lm

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats import mixed_model, rm_anova

FACTORS = {"load": 3, "muscle": 2, "phase": 2}
# sizes of the groups, and the factors within participants
DESIGNS = {
    "two groups, three loads": ((9, 5), ["load"]),
    "three groups, three loads": ((7, 4, 9), ["load"]),
    "three groups, two levels": ((3, 5, 8), ["muscle"]),
    "two groups, two factors": ((5, 8), ["load", "muscle"]),
    "three groups, three factors": ((4, 5, 3), ["load", "muscle", "phase"]),
}
STATISTICS = ["F", "df1", "df2", "p", "epsilon_gg", "p_gg", "epsilon_hf", "p_hf", "ges", "pes",
              "epsilon_hf_uncapped", "mauchly_w", "mauchly_p", "pillai", "p_pillai"]  # fmt: skip
DESIGNED = pytest.mark.parametrize(("sizes", "within"), DESIGNS.values(), ids=list(DESIGNS))


def people(sizes: tuple[int, ...], within: list[str], seed: int = 1) -> pd.DataFrame:
    """Groups of several sizes, with effects of everything and unequal variances of the levels."""
    rng = np.random.default_rng(seed)
    frames = []
    for group, size in enumerate(sizes):
        who = [f"{'ABC'[group]}{i:02d}" for i in range(size)]
        levels = [[f"{name}{i}" for i in range(FACTORS[name])] for name in within]
        grid = pd.MultiIndex.from_product([who, *levels], names=["participant", *within]).to_frame(index=False)
        cells = int(np.prod([FACTORS[name] for name in within]))
        shape = (size, cells)
        value = 50 + group * 3 + rng.normal(0, 5, (size, 1)) + rng.normal(0, 4, cells) * (1 + group / 2)
        value = value + rng.normal(0, np.linspace(2, 9, cells), shape)
        frames.append(grid.assign(group="abc"[group], value=value.ravel()))
    return pd.concat(frames, ignore_index=True)


def left_over(y: np.ndarray, *parts: np.ndarray) -> float:
    x = np.hstack(parts)
    return float(((y - x @ linalg.lstsq(x, y, cond=1e-10, lapack_driver="gelsy")[0]) ** 2).sum())


def brute_force(table: pd.DataFrame, within: list[str]) -> pd.DataFrame:
    """Sums of squares from least squares on all rows: type III by statsmodels, errors by adding participants."""
    formula = "value ~ " + " * ".join(f"C({name}, Sum)" for name in ["group", *within])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        effects = anova_lm(smf.ols(formula, table).fit(), typ=3)["sum_sq"]
    effects.index = [str(name).replace("C(", "").replace(", Sum)", "") for name in effects.index]
    y = table["value"].to_numpy()

    def crossed(names: tuple[str, ...]) -> np.ndarray:
        return pd.get_dummies(table[list(names)].agg("|".join, axis=1), dtype=float).to_numpy()

    cells = crossed(("group", *within))
    rows = []
    for size in range(len(within) + 1):
        for term in itertools.combinations(within, size):
            # participants by this term, beyond participants by every part of it
            parts = [crossed(("participant", *part)) for k in range(size) for part in itertools.combinations(term, k)]
            error = left_over(y, cells, *parts) - left_over(y, cells, *parts, crossed(("participant", *term)))
            for name in ([":".join(term)] if term else []) + [":".join(["group", *term])]:
                rows.append((name, effects[name], error))
    return pd.DataFrame(rows, columns=["term", "ss", "ss_error"])


@DESIGNED
def test_sums_of_squares_by_brute_force(sizes: tuple[int, ...], within: list[str]) -> None:
    table = people(sizes, within)
    got, expected = rm_anova(table, within=within, between="group", log=False), brute_force(table, within)
    assert got["term"].tolist() == expected["term"].tolist()
    np.testing.assert_allclose(got[["ss", "ss_error"]], expected[["ss", "ss_error"]], rtol=1e-9)
    n, groups = sum(sizes), len(sizes)
    for row in got.itertuples():
        names = row.term.split(":")
        contrasts_of = int(np.prod([FACTORS[name] - 1 for name in names if name != "group"]))
        assert row.df1 == contrasts_of * (groups - 1 if "group" in names else 1)
        assert row.df2 == contrasts_of * (n - groups)
        assert pytest.approx(row.ss / row.df1 / (row.ss_error / row.df2), rel=1e-12) == row.F
        assert row.p == pytest.approx(stats.f.sf(row.F, row.df1, row.df2), rel=1e-9)
        assert row.pes == pytest.approx(row.ss / (row.ss + row.ss_error), rel=1e-12)
        errors = expected.groupby(expected["term"].str.replace("group:", "").replace("group", ""))["ss_error"].first()
        assert row.ges == pytest.approx(row.ss / (row.ss + errors.sum()), rel=1e-9)


@DESIGNED
def test_epsilons_from_the_covariance_of_the_levels(sizes: tuple[int, ...], within: list[str]) -> None:
    table = people(sizes, within)
    got = rm_anova(table, within=within, between="group", log=False).set_index("term")
    wide = table.pivot_table(index=["group", "participant"], columns=within, values="value")
    df = len(wide) - len(sizes)
    pooled = sum((len(part) - 1) * part.cov().to_numpy() for _, part in wide.groupby("group")) / df
    for size in range(1, len(within) + 1):
        for term in itertools.combinations(within, size):
            projection = np.ones((1, 1))
            for name in within:
                k = FACTORS[name]
                mean = np.full((k, k), 1 / k)
                projection = np.kron(projection, np.eye(k) - mean if name in term else mean)
            inner = projection @ pooled @ projection
            k = int(np.prod([FACTORS[name] - 1 for name in term]))
            gg = np.trace(inner) ** 2 / (k * np.trace(inner @ inner))
            for name in (":".join(term), ":".join(["group", *term])):
                row = got.loc[name]
                assert row["epsilon_gg"] == pytest.approx(gg, rel=1e-10)
                assert row["p_gg"] == pytest.approx(stats.f.sf(row["F"], row["df1"] * gg, row["df2"] * gg), rel=1e-8)
                if k > 1:
                    hf = ((df + 1) * k * gg - 2) / (k * (df - k * gg))
                    roots = np.linalg.eigvalsh(inner)[-k:]
                    assert row["epsilon_hf_uncapped"] == pytest.approx(hf, rel=1e-10)
                    assert row["epsilon_hf"] == min(row["epsilon_hf_uncapped"], 1.0)
                    assert row["mauchly_w"] == pytest.approx(np.prod(roots / roots.mean()), rel=1e-9)
    row = got.loc["group"]
    assert (row["epsilon_gg"], row["epsilon_hf"], row["p_gg"], row["p_hf"]) == (1, 1, row["p"], row["p"])
    assert np.isnan(row["mauchly_p"])


@DESIGNED
def test_pillai_as_statsmodels(sizes: tuple[int, ...], within: list[str]) -> None:
    table = people(sizes, within)
    got = rm_anova(table, within=within, between="group", log=False).set_index("term")
    wide = table.pivot_table(index=["group", "participant"], columns=within, values="value")
    codes = pd.factorize(wide.index.get_level_values("group"))[0]
    coding = np.vstack([np.eye(len(sizes) - 1), -np.ones(len(sizes) - 1)])
    if not hasattr(multivariate_ols, "MultivariateLS"):
        pytest.skip("statsmodels before 0.15 has no MultivariateLS to compare with")
    model = multivariate_ols.MultivariateLS(wide.to_numpy(), np.column_stack([np.ones(len(wide)), coding[codes]])).fit()
    rows = np.eye(len(sizes))
    for size in range(len(within) + 1):
        for term in itertools.combinations(within, size):
            basis = np.ones((1, 1))
            for name in within:
                k = FACTORS[name]
                basis = np.kron(basis, np.eye(k)[:, :-1] - 1 / k if name in term else np.ones((k, 1)))
            hypotheses = {":".join(["group", *term]): rows[1:]} | ({":".join(term): rows[:1]} if term else {})
            for name, chosen in hypotheses.items():
                found = model.mv_test([("h", chosen, basis)]).results["h"]["stat"].loc["Pillai's trace"]
                assert got.loc[name, "pillai"] == pytest.approx(found["Value"], rel=1e-8), name
                assert got.loc[name, "p_pillai"] == pytest.approx(found["Pr > F"], rel=1e-6), name


def test_equal_groups_of_the_same_values_change_nothing_within() -> None:
    # a second group with the same values: effects within are as large, and there is none of the group
    table = people((8,), ["load", "muscle"])
    twice = pd.concat([table, table.assign(participant="Z" + table["participant"], group="z")])
    one, two = (
        rm_anova(table, within=["load", "muscle"], log=False),
        rm_anova(twice, within=["load", "muscle"], between="group", log=False),
    )
    two = two.set_index("term")
    np.testing.assert_allclose(two.loc[one["term"], "ss"], 2 * one["ss"], rtol=1e-12)
    np.testing.assert_allclose(two.loc[one["term"], "ss_error"], 2 * one["ss_error"], rtol=1e-12)
    np.testing.assert_allclose(two.loc[one["term"], "epsilon_gg"], one["epsilon_gg"], rtol=1e-12)
    assert (two.loc[["group", "group:load", "group:muscle", "group:load:muscle"], "ss"] == 0).all()


def test_group_is_students_test_of_the_means_and_interaction_that_of_the_changes() -> None:
    table = people((9, 5), ["muscle"])
    got = rm_anova(table, within="muscle", between="group", log=False).set_index("term")
    wide = table.pivot_table(index=["group", "participant"], columns="muscle", values="value")
    first, second = (wide.loc[group] for group in "ab")
    for term, score in {"group": lambda t: t.mean(axis=1), "group:muscle": lambda t: t.diff(axis=1).iloc[:, 1]}.items():
        t = stats.ttest_ind(score(first), score(second))
        assert got.loc[term, "F"] == pytest.approx(t.statistic**2, rel=1e-10)
        assert got.loc[term, "p"] == pytest.approx(t.pvalue, rel=1e-9)
    # the change of both groups with equal weights
    change = [wide.loc[group].diff(axis=1).iloc[:, 1] for group in "ab"]
    pooled = sum(((c - c.mean()) ** 2).sum() for c in change) / 12
    f = (np.mean([c.mean() for c in change]) * 2) ** 2 / (pooled * (1 / 9 + 1 / 5))
    assert got.loc["muscle", "F"] == pytest.approx(f, rel=1e-10)


def test_as_a_mixed_model_of_the_same_design() -> None:
    table = people((9, 5, 6), ["load"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        model = mixed_model(table, "value ~ group * load", log=False)
    expected = rm_anova(table, within="load", between="group", log=False).set_index("term")
    got = model.terms.set_index("term").loc[expected.index]
    np.testing.assert_allclose(got[["F", "df1", "df2"]], expected[["F", "df1", "df2"]], rtol=1e-6)


@settings(max_examples=8, deadline=None)
@given(exponent=st.integers(-9, 6), seed=st.integers(0, 50))
def test_unit_order_of_rows_and_names_do_not_matter(exponent: int, seed: int) -> None:
    table = people((7, 4, 5), ["load", "muscle"], seed)
    options: dict[str, Any] = {"within": ["load", "muscle"], "between": "group"}
    expected = rm_anova(table, log=False, **options)
    changed = table.assign(
        value=table["value"] * 10.0**exponent,
        group=table["group"].map({"a": "z", "b": "é 'q'", "c": "1"}),
        load=table["load"].map({"load0": "x", "load1": "a", "load2": "m"}),
        participant="S" + table["participant"].str[::-1],
    )
    got = rm_anova(changed.sample(frac=1, random_state=seed), log=False, **options)
    assert got["term"].tolist() == expected["term"].tolist()
    np.testing.assert_allclose(got[STATISTICS], expected[STATISTICS], rtol=1e-7)
    np.testing.assert_allclose(got["ss"], expected["ss"] * 10.0 ** (2 * exponent), rtol=1e-7)


@pytest.mark.parametrize("kind", ["category", "integer", "boolean", "string", "object"])
def test_kinds_of_columns(kind: str) -> None:
    table = people((5, 6), ["muscle"])
    expected = rm_anova(table, within="muscle", between="group", log=False)[STATISTICS]
    codes = {name: pd.factorize(table[name])[0] for name in ("participant", "group", "muscle")}
    makers = {
        "category": lambda name: pd.Categorical(table[name], [*table[name].unique()[::-1], "nobody"]),
        "integer": lambda name: codes[name],
        "boolean": lambda name: codes[name].astype(bool) if name != "participant" else codes[name],
        "string": lambda name: table[name].astype("string"),
        "object": lambda name: table[name].map(lambda level: f"1 {level}"),
    }
    changed = table.assign(**{name: makers[kind](name) for name in codes}, remark=None, extra=3.5)
    changed = changed.rename(columns={"group": "training group"})
    got = rm_anova(changed, within="muscle", between="training group", log=False)
    assert got["term"].tolist() == ["training group", "muscle", "training group:muscle"]
    np.testing.assert_allclose(got[STATISTICS], expected, rtol=1e-9)
    assert sorted(got.attrs["groups"].values()) == [5, 6]
    assert json.loads(json.dumps(got.attrs)) == got.attrs


def test_logarithms_of_groups() -> None:
    table = people((5, 6), ["load"])
    got = rm_anova(table, within="load", between="group", log=True)
    logs = rm_anova(table.assign(value=np.log(table["value"])), within="load", between="group", log=False)
    np.testing.assert_allclose(got[STATISTICS], logs[STATISTICS], rtol=1e-12)
    assert got.attrs["scale"] == "log"
    assert got.attrs["between"] == "group"


@pytest.mark.filterwarnings("ignore:There are too few participants")
def test_few_people_have_no_multivariate_test() -> None:
    got = rm_anova(people((2, 2), ["load", "muscle"]), within=["load", "muscle"], between="group", log=False).set_index(
        "term"
    )
    assert got["F"].notna().all()
    assert got.loc[["load", "group:load"], "pillai"].notna().all()
    few = (
        people((2, 2), ["load", "muscle", "phase"]).assign(load=lambda t: t["load"] + t["phase"]).drop(columns="phase")
    )
    got = rm_anova(few, within=["load", "muscle"], between="group", log=False).set_index("term")
    assert got.loc[["load", "group:load"], ["pillai", "p_pillai", "mauchly_w", "mauchly_p"]].isna().all(axis=None)
    assert got["F"].notna().all()


def test_equal_changes_have_no_error_term() -> None:
    table = people((4, 3), ["muscle"])
    base = table.groupby("participant")["value"].transform("first")
    table["value"] = base + table["muscle"].map({"muscle0": 0.0, "muscle1": 1.7})
    with pytest.warns(EmgkitWarning, match="same effect of") as caught:
        got = rm_anova(table, within="muscle", between="group", log=False).set_index("term")
    named = [str(w.message).split(":")[0] for w in caught]
    assert named == [
        "All participants have the same effect of muscle",
        "All participants have the same effect of group",
    ]
    columns = ["F", "p", "p_gg", "p_hf", "pes", "pillai", "p_pillai"]
    assert got.loc[["muscle", "group:muscle"], columns].isna().all(axis=None)
    assert got.loc["group", ["F", "p", "ges", "pes"]].notna().all()


def test_percent_of_muscles_and_groups() -> None:
    table = people((5, 4), ["load", "muscle"]).assign(unit="%MVC")
    with pytest.warns(EmgkitWarning, match="effect of 'muscle', that of 'group' and their interaction depend on the"):
        rm_anova(table, within=["load", "muscle"], between="group", log=True)
    with pytest.warns(EmgkitWarning, match="Every term depends"):
        rm_anova(table, within=["load", "muscle"], between="group", log=False)


# refusals


def table_of_four() -> pd.DataFrame:
    return people((4, 4), ["load"])


@pytest.mark.parametrize(
    ("change", "text", "where"),
    [
        (lambda t: t.drop(index=[0, 14]), r"2 of 24 cells are missing.*keep 6 of 8",
         "A00 lacks load0; B00 lacks load2"),
        (lambda t: t.drop(index=t.query("group == 'b' and load == 'load1'").index),
         r"4 of 24 cells are missing.*keep 4 of 8",
         "B00 lacks load1; B01 lacks load1; B02 lacks load1; B03 lacks load1"),
        (lambda t: t.assign(group=np.where(t.index == 1, "b", t["group"])),
         "1 participants are in more than one level of 'group'.*one group a participant.*'within'", "'A00'"),
        (lambda t: t[~t["participant"].isin(["B01", "B02", "B03"])],
         "at least two participants in each.*alone is 'B00 in b'.*leave that group out", "column 'group'"),
        (lambda t: t[t["group"] == "a"], "'group' has only one level.*'a'", ""),
        (lambda t: t.assign(group=t["group"].where(t.index > 2)), "Column 'group' is empty in 3 rows",
         "row 0, row 1, row 2"),
        (lambda t: t.assign(participant=t["participant"].where(t.index > 0)), "Column 'participant' is empty",
         "row 0"),
        (lambda t: t.assign(value=t["value"].where(t.index != 4)), "'value' is empty or infinite in 1 row",
         "row 4 (A01: nan)"),
        (lambda t: pd.concat([t, t.iloc[[3]]], ignore_index=True), "2 rows share a cell",
         "participant A01, load load0: row 3, row 24"),
        (lambda t: t.assign(phase=t["group"]),
         "Column 'phase' holds 2 values.*name 'phase' in 'within' or 'between'", "column 'phase'"),
        (lambda t: t.assign(reference="task:" + t["group"]),
         "groups in 'group' were normalised to different references.*'task:a' and 'task:b'.*one reference",
         "column 'reference'"),
        (lambda t: t.rename(columns={"group": "gruop"}),
         "no column 'group', which 'between' names.*Did you mean 'gruop'", ""),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_analysed(change: Any, text: str, where: str) -> None:
    with pytest.raises(DesignError, match=text) as caught:
        rm_anova(change(table_of_four()), within="load", between="group", log=False)
    assert caught.value.where == where


def test_groups_may_have_sessions_of_their_own() -> None:
    table = table_of_four()
    got = rm_anova(table.assign(reference="mvc:" + table["group"]), within="load", between="group", log=False)
    assert got["F"].notna().all()


def test_several_factors_of_groups_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"'between' cannot be used.*join several columns of groups into one first"):
        rm_anova(table_of_four(), within="load", between=["group", "sex"], log=False)  # type: ignore[arg-type]
