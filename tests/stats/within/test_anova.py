"""Repeated-measures analysis of variance: identities, invariances, notices, and every refusal."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.anova import AnovaRM

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats import contrasts, rm_anova

COLUMNS = [
    "term", "F", "df1", "df2", "p", "epsilon_gg", "p_gg", "epsilon_hf", "p_hf", "ges", "pes", "epsilon_hf_uncapped",
    "mauchly_w", "mauchly_p", "pillai", "p_pillai", "ss", "ss_error", "n",
]  # fmt: skip
# all but the sums of squares, which have the unit of the outcome, squared
NUMBERS = COLUMNS[1:-3]


def cells(seed: int = 1, *, n: int = 9, exercises: int = 3, loads: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    grid = [
        (f"P{i:02d}", f"e{exercise}", f"l{load}")
        for i in range(n)
        for exercise in range(exercises)
        for load in range(loads)
    ]
    table = pd.DataFrame(grid, columns=["participant", "exercise", "load"])
    person = dict(zip(table["participant"].unique(), rng.normal(0, 0.4, n), strict=True))
    return table.assign(value=np.exp(3 + table["participant"].map(person) + rng.normal(0, 0.3, len(table))), unit="V")


def test_columns_and_terms() -> None:
    table = cells(loads=2).assign(side="left")
    table = pd.concat([table, table.assign(side="right", value=np.random.default_rng(0).lognormal(3, 1, len(table)))])
    got = rm_anova(table, within=["exercise", "load", "side"], log=False)
    assert list(got.columns) == COLUMNS
    mains, pairs = ["exercise", "load", "side"], ["exercise:load", "exercise:side", "load:side"]
    assert got["term"].tolist() == [*mains, *pairs, "exercise:load:side"]
    assert got["df1"].tolist() == [2, 1, 1, 2, 2, 1, 2]
    assert got["df2"].tolist() == [16, 8, 8, 16, 16, 8, 16]
    assert json.loads(json.dumps(got.attrs)) == got.attrs


@pytest.mark.parametrize("log", [True, False])
def test_two_levels_are_the_paired_t_test(log: bool) -> None:
    table = cells(exercises=2, loads=1)
    got = rm_anova(table, within="exercise", log=log).loc[0]
    pair = contrasts(table, within="exercise", log=log).loc[0]
    assert got["F"] == pytest.approx(pair["t"] ** 2, rel=1e-10)
    assert got["p"] == pytest.approx(pair["p"], rel=1e-8)
    assert got["pes"] == pytest.approx(pair["t"] ** 2 / (pair["t"] ** 2 + 8), rel=1e-10)
    assert (got["epsilon_gg"], got["epsilon_hf"], got["p_gg"], got["p_hf"]) == (1, 1, got["p"], got["p"])
    assert got[["mauchly_w", "mauchly_p"]].isna().all()


@pytest.mark.parametrize("within", [["exercise"], ["exercise", "load"], ["exercise", "load", "side"]], ids=len)
def test_f_as_statsmodels(within: list[str]) -> None:
    rng = np.random.default_rng(5)
    table = pd.concat([cells().assign(side=side, value=rng.lognormal(3, 1, 81)) for side in ("left", "right")])
    for name in {"load", "side"} - set(within):
        table = table[table[name] == table[name].iloc[0]]
    got = rm_anova(table, within=within, log=False).set_index("term")
    other = AnovaRM(table, "value", "participant", within=within).fit().anova_table.loc[got.index]
    columns = {"F": "F Value", "df1": "Num DF", "df2": "Den DF", "p": "Pr > F"}
    for ours, theirs in columns.items():
        np.testing.assert_allclose(got[ours], other[theirs], rtol=1e-9, err_msg=ours)


def test_f_is_the_ratio_of_mean_squares_beside_it() -> None:
    got = rm_anova(cells(), within=["exercise", "load"], log=False)
    np.testing.assert_allclose(got["F"], got["pes"] / (1 - got["pes"]) * got["df2"] / got["df1"], rtol=1e-10)
    np.testing.assert_allclose(got["F"], got["ss"] / got["df1"] / (got["ss_error"] / got["df2"]), rtol=1e-12)


def test_one_factor_by_hand() -> None:
    table = cells(loads=1)
    wide = table.pivot_table(index="participant", columns="exercise", values="value").to_numpy()
    grand = wide.mean()
    effect = 9 * ((wide.mean(axis=0) - grand) ** 2).sum()
    people = 3 * ((wide.mean(axis=1) - grand) ** 2).sum()
    error = ((wide - grand) ** 2).sum() - effect - people
    got = rm_anova(table, within="exercise", log=False).loc[0]
    assert got["F"] == pytest.approx(effect / 2 / (error / 16), rel=1e-10)
    assert got["ges"] == pytest.approx(effect / (effect + people + error), rel=1e-10)
    # epsilon from the covariance of the levels themselves (Box, 1954), without contrasts
    s = np.cov(wide, rowvar=False)
    k = len(s)
    bottom = (k - 1) * ((s**2).sum() - 2 * k * (s.mean(axis=0) ** 2).sum() + k**2 * s.mean() ** 2)
    assert got["epsilon_gg"] == pytest.approx(k**2 * (np.trace(s) / k - s.mean()) ** 2 / bottom, rel=1e-10)


@settings(max_examples=8, deadline=None)
@given(exponent=st.integers(-9, 6), seed=st.integers(0, 20))
def test_unit_order_of_rows_and_names_do_not_matter(exponent: int, seed: int) -> None:
    table = cells(seed)
    expected = rm_anova(table, within=["exercise", "load"], log=False)
    names = {"e0": "z", "e1": "a", "e2": "m"}
    changed = table.assign(value=table["value"] * 10.0**exponent, exercise=table["exercise"].map(names))
    got = rm_anova(changed.sample(frac=1, random_state=seed), within=["exercise", "load"], log=False)
    np.testing.assert_allclose(got[NUMBERS], expected[NUMBERS], rtol=1e-7)


def test_the_log_scale_ignores_a_gain_of_ones_own() -> None:
    table = cells()
    gains = dict(zip(sorted(set(table["participant"])), np.geomspace(0.1, 10, 9), strict=True))
    scaled = table.assign(value=table["value"] * table["participant"].map(gains))
    columns = ["F", "p", "p_gg", "p_hf", "pes"]
    expected = rm_anova(table, within=["exercise", "load"], log=True)[columns]
    np.testing.assert_allclose(rm_anova(scaled, within=["exercise", "load"], log=True)[columns], expected, rtol=1e-9)


def test_epsilon_has_its_bounds() -> None:
    # one contrast of the levels carries all the noise: the lower bound 1 / k
    rng = np.random.default_rng(2)
    noise = rng.normal(size=12)
    wide = np.outer(noise, [0, 0, 0, 1]) + rng.normal(0, 1e-6, (12, 4)) + [1, 2, 3, 4]
    people = [f"P{i:02d}" for i in range(12)]
    table = pd.DataFrame(wide, index=people).melt(ignore_index=False).reset_index(names="participant")
    got = rm_anova(table, within="variable", log=False).loc[0]
    assert got["epsilon_gg"] == pytest.approx(1 / 3, abs=1e-6)
    assert got["p_gg"] == pytest.approx(stats.f.sf(got["F"], 1, 11), rel=1e-4)
    assert got["mauchly_p"] < 1e-10


@pytest.mark.slow
def test_mauchly_keeps_its_level_on_spherical_data() -> None:
    rng = np.random.default_rng(7)
    people = np.repeat([f"P{i:02d}" for i in range(10)], 4)
    base = pd.DataFrame({"participant": people, "load": list("abcd") * 10})
    p = [rm_anova(base.assign(value=rng.normal(size=40)), within="load", log=False)["mauchly_p"][0] for _ in range(500)]
    assert stats.kstest(p, "uniform").pvalue > 0.01


def notices(table: pd.DataFrame, **options: object) -> tuple[pd.DataFrame, dict[str, str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = rm_anova(table, **{"log": False, **options})
    assert all(isinstance(warning.message, EmgkitWarning) for warning in caught)
    assert [str(warning.message) for warning in caught] == [notice.text for notice in got.notices]
    assert {warning.filename for warning in caught} <= {__file__}
    return got, {notice.code: notice.text for notice in got.notices}


def test_percent_of_muscles_depends_on_their_references() -> None:
    table = cells().rename(columns={"load": "muscle"})
    assert notices(table, within=["exercise", "muscle"])[1] == {}
    percent = table.assign(unit="%MVC")
    raw = notices(percent, within=["exercise", "muscle"])[1]["depends-on-normaliser"]
    assert raw.startswith("Every term depends on the muscles' reference contractions")
    log = notices(percent, within=["exercise", "muscle"], log=True)[1]["depends-on-normaliser"]
    assert log.startswith("The main effect of 'muscle' depends on the muscles' reference")
    one = notices(percent[percent["exercise"] == "e0"], within="muscle")[1]["depends-on-normaliser"]
    assert one.startswith("The main effect of 'muscle' compares the muscles' reference contractions")
    assert notices(percent[percent["muscle"] == "l0"], within="exercise")[1] == {}


def test_each_muscle_may_have_its_own_reference() -> None:
    table = cells().rename(columns={"load": "muscle"})
    own = table.assign(reference="task:" + table["muscle"])
    assert rm_anova(own, within=["exercise", "muscle"], log=False)["F"].notna().all()


def test_on_the_log_scale_only_the_muscle_row_depends_on_the_references() -> None:
    table = cells().rename(columns={"load": "muscle"})
    rng = np.random.default_rng(8)
    keys = table["participant"] + table["muscle"]
    other = dict(zip(keys.unique(), rng.lognormal(0, 0.5, keys.nunique()), strict=True))
    renormalised = table.assign(value=table["value"] / keys.map(other))
    before = rm_anova(table, within=["exercise", "muscle"], log=True).set_index("term")["F"]
    after = rm_anova(renormalised, within=["exercise", "muscle"], log=True).set_index("term")["F"]
    np.testing.assert_allclose(after[["exercise", "exercise:muscle"]], before[["exercise", "exercise:muscle"]])
    assert after["muscle"] != pytest.approx(before["muscle"], rel=1e-2)


def test_equal_effects_have_no_error_term() -> None:
    table = cells(loads=2)
    first = table["load"] == "l0"
    table.loc[~first, "value"] = table.loc[first, "value"].to_numpy() + 1.7
    got, codes = notices(table, within=["exercise", "load"])
    assert codes == {"no-variance": codes["no-variance"]}
    named = [notice.text for notice in got.notices]
    assert [text.split(":")[0] for text in named] == [
        "All participants have the same effect of load",
        "All participants have the same effect of exercise",
    ]
    got = got.set_index("term")
    assert got.loc["load", ["F", "p", "p_gg", "p_hf", "pes"]].isna().all()
    assert got.loc["exercise", ["F", "p", "p_gg", "p_hf", "ges", "pes"]].notna().all()


@pytest.mark.filterwarnings("ignore:There are too few participants")
def test_few_participants_have_no_mauchly_test_but_an_epsilon() -> None:
    got = rm_anova(cells(n=3, exercises=4, loads=1), within="exercise", log=False).loc[0]
    assert got[["mauchly_w", "mauchly_p"]].isna().all()
    assert 1 / 3 <= got["epsilon_gg"] <= 2 / 3
    for seed in range(8):  # the denominator of Huynh-Feldt is 0 but for rounding
        two = rm_anova(cells(seed, n=2, exercises=4, loads=1), within="exercise", log=False).loc[0]
        assert two["epsilon_gg"] == pytest.approx(1 / 3)
        assert two[["epsilon_hf", "epsilon_hf_uncapped", "p_hf"]].isna().all()


def test_missing_cells_name_who_would_be_lost() -> None:
    table = cells().drop(index=[0, 5])
    with pytest.raises(DesignError, match=r"2 of 81 cells are missing.*keep 8 of 9 participants") as caught:
        rm_anova(table, within=["exercise", "load"], log=False)
    assert caught.value.where == "P00 lacks e0 × l0, e1 × l2"
    gone = cells().drop(index=cells().query("exercise == 'e0' and load == 'l0'").index)
    with pytest.raises(DesignError, match=r"9 of 81 cells are missing.*keep 0 of 9"):
        rm_anova(gone, within=["exercise", "load"], log=False)


def test_long_lists_are_counted() -> None:
    table = cells(n=30)
    table = table[~((table["exercise"] == "e0") | (table["load"] == "l0"))]
    table = pd.concat([table, cells(n=30).query("participant == 'P00'")]).drop_duplicates()
    with pytest.raises(DesignError, match="145 of 270 cells are missing") as caught:
        rm_anova(table, within=["exercise", "load"], log=False)
    assert "P01 lacks e0 × l0, e0 × l1, e0 × l2, e1 × l0, e2 × l0;" in caught.value.where
    assert caught.value.where.endswith("; and 9 participants more")


def test_refusals_shared_with_contrasts() -> None:
    table = cells()
    with pytest.raises(DesignError, match="2 rows share a cell"):
        rm_anova(pd.concat([table, table.iloc[[3]]], ignore_index=True), within=["exercise", "load"], log=False)
    with pytest.raises(DesignError, match=r"Column 'unit' holds 2 values.*name 'unit' in 'within'"):
        rm_anova(table.assign(unit=np.where(table["load"] == "l0", "V", "mV")), within=["exercise", "load"], log=False)
    with pytest.raises(DesignError, match="'exercise' were normalised to different references"):
        rm_anova(table.assign(reference="task:" + table["exercise"]), within=["exercise", "load"], log=False)
    with pytest.raises(DesignError, match=r"at least two of them. Got: 'P00'"):
        rm_anova(table[table["participant"] == "P00"], within=["exercise", "load"], log=False)
    with pytest.raises(DesignError, match="'load' has only one level"):
        rm_anova(table[table["load"] == "l0"], within=["exercise", "load"], log=False)
    with pytest.raises(DesignError, match=r"0 or negative in 1 row. Where: row 2 .P00: 0."):
        rm_anova(table.assign(value=table["value"].where(table.index != 2, 0.0)), within=["exercise", "load"], log=True)
    with pytest.raises(DesignError, match=r"no column 'loadd'.*Did you mean 'load'"):
        rm_anova(table, within=["exercise", "loadd"], log=False)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"between": ["group", "sex"]}, r"'between' cannot be used.*one column.*Got: \['group', 'sex'\].*join"),
        ({"between": "exercise"}, "Column 'exercise' has two roles.*'within' and 'between'"),
        ({"between": "participant"}, "Column 'participant' has two roles"),
        ({"within": []}, "'within' cannot be used. Allowed: 1 to 3 columns. Got: 0"),
        ({"within": ["a", "b", "c", "d"]}, "Got: 4: 'a', 'b', 'c' and 'd'"),
        ({"within": None}, "1 to 3 columns"),
        ({"within": ["exercise", "exercise"]}, "Column 'exercise' has two roles"),
    ],
)
def test_unusable_arguments(options: dict[str, object], text: str) -> None:
    with pytest.raises(ArgumentError, match=text):
        rm_anova(cells(), **{"within": "exercise", "log": False, **options})


def test_levels_of_by_are_analysed_one_by_one() -> None:
    table = cells()
    table = table[~((table["participant"] == "P00") & (table["load"] == "l2"))]
    got = rm_anova(table, within="exercise", by=["load"])
    assert list(got.columns) == ["load", *COLUMNS]
    assert got["load"].tolist() == ["l0", "l1", "l2"]
    assert got["n"].tolist() == [9, 9, 8]
    for level, row in zip(got["load"], got.to_dict("records"), strict=True):
        alone = rm_anova(table[table["load"] == level], within="exercise")
        assert {name: row[name] for name in COLUMNS} == pytest.approx(alone.iloc[0].to_dict(), nan_ok=True)
    pd.testing.assert_frame_equal(got, rm_anova(table, within="exercise", by="load"))
    assert got.attrs["by"] == ["load"]
    assert got.attrs["n"] == [9, 8]
    assert got.attrs["epsilon_corrected"] == ["exercise"]
    assert got.sentences()[2].startswith("Load l2, exercise: F(2, 14) = ")
    assert "each term was tested against its own error term (n = 9, 8)" in got.methods()
    both = rm_anova(cells().assign(side="left"), within="exercise", by=["load", "side"])
    assert both[["load", "side"]].to_numpy().tolist() == [["l0", "left"], ["l1", "left"], ["l2", "left"]]


def test_a_notice_of_one_level_of_by_is_about_that_level() -> None:
    table = cells(exercises=2).assign(unit="%MVC", reference="mvc:pre")
    table.loc[(table["load"] == "l1") & (table["exercise"] == "e1"), "reference"] = "mvc:post"
    with pytest.warns(EmgkitWarning, match="different sessions"):
        got = rm_anova(table, within="exercise", by="load")
    assert ["different sessions" in text for text in got.sentences()] == [False, True, False]
    assert [notice.about for notice in got.notices] == [({"load": ("l1",)},)]


def test_what_is_wrong_at_a_level_of_by_is_refused_with_its_name() -> None:
    table = cells()
    gone = table.drop(index=table[(table["load"] == "l1") & (table["exercise"] == "e0")].index[0])
    with pytest.raises(DesignError, match=r"1 of 27 cells is missing.*Where: load l1: P00 lacks e0"):
        rm_anova(gone, within="exercise", by="load")
    with pytest.raises(ArgumentError, match="'F' in 'by' would stand beside a column of the result"):
        rm_anova(table.rename(columns={"load": "F"}), within="exercise", by="F")
    with pytest.raises(ArgumentError, match="Column 'exercise' has two roles"):
        rm_anova(table, within="exercise", by="exercise")
    with pytest.raises(ArgumentError, match=r"'outcome' cannot be used. Allowed: the name of one column. Got: \['va"):
        rm_anova(table, within="exercise", by="load", outcome=["value"])  # type: ignore[arg-type]


def test_equal_values_everywhere_give_nan_and_a_notice() -> None:
    cells = pd.DataFrame({"participant": [1, 2, 3] * 2, "exercise": ["a"] * 3 + ["b"] * 3, "value": [5.0] * 6})
    with pytest.warns(EmgkitWarning, match="same effect of exercise"):
        table = rm_anova(cells, within="exercise", log=False)
    assert table[["F", "p", "ges", "pes"]].isna().all(axis=None)


@pytest.mark.parametrize(("levels", "epsilon"), [(2, 1.0), (3, np.nan)])
def test_without_an_error_a_single_contrast_is_spherical_and_several_have_no_epsilon(levels, epsilon) -> None:
    names = ["a", "b", "c"][:levels]
    table = pd.DataFrame(
        [(f"P{who}", name, float(who**2 + 2 * place**2)) for who in range(5) for place, name in enumerate(names)],
        columns=["participant", "exercise", "value"],
    )
    with pytest.warns(EmgkitWarning):
        row = rm_anova(table, within="exercise", log=False).iloc[0]
    for column in ("epsilon_gg", "epsilon_hf", "epsilon_hf_uncapped"):
        assert row[column] == pytest.approx(epsilon, nan_ok=True)
