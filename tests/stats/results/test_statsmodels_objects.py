"""Every result carries the statsmodels objects of the same analysis on the same rows, and its numbers are theirs."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.weightstats import CompareMeans

from emgkit import stats
from emgkit.errors import DesignError
from emgkit.stats.results.agreement import compared_numbers
from emgkit.stats.within import in_statsmodels

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

EXERCISES = ["deadlift", "hip_thrust", "squat"]


def cells(n: int = 9, *, muscles: tuple[str, ...] = ("biceps_femoris", "gluteus_maximus")) -> pd.DataFrame:
    """A complete table in two groups of unequal size; loads are numbers, which sort as such."""
    rng = np.random.default_rng(1)
    grid = pd.MultiIndex.from_product([[f"P{i}" for i in range(n)], EXERCISES, muscles, [20, 100]])
    table = grid.to_frame(index=False, name=["participant", "exercise", "muscle", "load"])
    own = np.repeat(rng.normal(0, 0.4, n), len(table) // n)
    table["value"] = np.exp(3 + own + 0.3 * table["exercise"].eq("squat") + rng.normal(0, 0.3, len(table)))
    table["group"] = np.where(table["participant"].isin(["P0", "P1", "P2"]), "trained", "novice")
    return table.assign(measure="mean", unit="mV")


ONE = cells().query("muscle == 'biceps_femoris' and load == 20")
GAPS = cells().drop(index=[0, 1, 2, 3, 40, 41, 42, 43])
ANALYSES: dict[str, Callable[[], Any]] = {
    "one factor": lambda: stats.contrasts(ONE, within="exercise"),
    "by": lambda: stats.contrasts(cells(), within="exercise", by=["muscle", "load"], family=["load"]),
    "raw, numbers": lambda: stats.contrasts(cells(), within="load", by=["muscle", "exercise"], log=False, family="all"),
    "none": lambda: stats.contrasts(cells(), within="exercise", by=["muscle", "load"], adjust="none"),
    "groups": lambda: stats.contrasts(cells(), within="exercise", by=["muscle", "load"], between="group"),
    "interaction": lambda: stats.contrasts(cells(), within="exercise", interaction="muscle", by="load"),
    "interaction, groups": lambda: stats.contrasts(
        cells(), within="exercise", interaction=["muscle", "load"], between="group"
    ),
    "pairwise": lambda: stats.contrasts(GAPS, within="exercise", by=["muscle", "load"], missing="pairwise"),
    "anova": lambda: stats.rm_anova(cells(), within="exercise", by=["muscle", "load"]),
    "anova, three factors": lambda: stats.rm_anova(cells(5), within=["exercise", "muscle", "load"], log=False),
    "anova, groups": lambda: stats.rm_anova(cells(), within="exercise", by=["muscle", "load"], between="group"),
    "anova, groups, two factors": lambda: stats.rm_anova(
        cells(6), within=["exercise", "muscle"], by="load", between="group"
    ),
    "anova, complete cases": lambda: stats.rm_anova(
        GAPS, within="exercise", by=["muscle", "load"], missing="complete-cases"
    ),
    "equivalence": lambda: stats.equivalence(cells(), within="exercise", by=["muscle", "load"]),
    "against a level": lambda: stats.contrasts(cells(), within="exercise", by=["muscle", "load"], against="hip_thrust"),
    "against a number": lambda: stats.contrasts(
        GAPS, within="load", by=["muscle", "exercise"], against=20, missing="pairwise"
    ),
    "planned": lambda: stats.planned_contrasts(
        cells(), within="exercise", by=["muscle", "load"],
        weights={"hips": {"hip_thrust": 1, "squat": -0.5, "deadlift": -0.5}},
    ),
    "trends": lambda: stats.planned_contrasts(cells(), within="exercise", by=["muscle", "load"], weights="polynomial"),
    "bayes": lambda: stats.bayes_factors(cells(), within="exercise", by=["muscle", "load"]),
    "after an anova": lambda: stats.post_hoc(
        stats.rm_anova(cells(), within=["exercise", "muscle", "load"]), cells(), term="load", by="exercise"
    ),
    "influence": lambda: stats.influence(cells(), within="exercise", by=["muscle", "load"], log=False),
}  # fmt: skip
# columns that statsmodels defines in a table of each kind
COLUMNS = {
    "contrasts": {"t", "df", "n", "p", "ci_low", "ci_high"},
    "interaction contrasts": {"t", "df", "n", "p", "p_adjusted", "ratio"},
    "group contrasts": {"t", "df", "p", "p_adjusted", "n_first", "n_second"},
    "anova": {"F", "df1", "df2", "p"},
    "equivalence": {"p_lower", "p_upper", "p", "p_adjusted", "ci90_low", "ci90_high", "p_difference"},
    "planned contrasts": {"t", "df", "n", "p", "p_adjusted", "ci_low", "ci_high", "ratio"},
    "bayes factors": {"t", "df", "n", "ci_low", "ci_high", "ratio"},
    "influence": {"difference", "difference_all", "studentised", "p_all"},
}


@pytest.mark.parametrize("name", ANALYSES)
def test_numbers_are_those_of_statsmodels(name: str) -> None:
    table = ANALYSES[name]()
    found = list(compared_numbers(table))
    assert max(one.difference for one in found) < 1e-9, max(found, key=lambda one: one.difference)
    columns = {one.where.rpartition(": ")[2] for one in found}
    assert COLUMNS[table.attrs["table"]] <= columns
    assert len(found) == len(columns) * len(table)
    assert ("p_adjusted" in columns) == (
        "p_adjusted" in table and table.attrs["table"] != "influence" and table.attrs["adjust"] != "none"
    )


@pytest.mark.parametrize("name", ["by", "groups", "anova", "equivalence"])
def test_a_wrong_number_is_seen(name: str) -> None:
    table = ANALYSES[name]()
    for column in {one.where.rpartition(": ")[2] for one in compared_numbers(table)} - {"n", "n_first", "n_second"}:
        wrong = table.copy()
        wrong[column] = wrong[column] * (1 + 3e-6)
        assert max(one.difference for one in compared_numbers(wrong)) > 1e-6, column
        wrong[column] = np.nan
        if column not in ("p", "t"):
            assert np.isinf(max(one.difference for one in compared_numbers(wrong))), column


def test_keys_and_objects() -> None:
    table = ANALYSES["by"]()
    objects = table.statsmodels
    assert len(objects) == len(table)
    assert list(objects) == [tuple(map(str, key)) for key in table[["muscle", "load", "contrast"]].to_numpy().tolist()]
    fitted = objects["gluteus_maximus", 100, "hip_thrust / squat"]
    assert fitted is objects["gluteus_maximus", "100", "hip_thrust / squat"]
    assert fitted is table.copy().statsmodels["gluteus_maximus", "100", "hip_thrust / squat"]
    assert fitted.nobs == 9
    assert "const" in str(fitted.summary())
    assert list(fitted.resid.index) == [f"P{i}" for i in range(9)]
    text = repr(objects)
    assert text.startswith("<statsmodels: ordinary least squares of the differences on a constant; one object by")
    assert "('gluteus_maximus', '100', 'hip_thrust / squat')" in text
    with pytest.raises(KeyError, match=r"there are \('biceps_femoris', '20', 'deadlift / hip_thrust'\), .* more"):
        objects["squat"]
    with pytest.raises(AttributeError, match=r"12 statsmodels objects: choose one.*'summary', as in table\.stats"):
        objects.summary()


def test_one_object_is_asked_directly() -> None:
    table = stats.contrasts(ONE[ONE["exercise"] != "squat"], within="exercise")
    assert table.statsmodels.tvalues.item() == pytest.approx(table["t"].item(), rel=1e-12)
    assert table.statsmodels["deadlift / hip_thrust"].pvalues.item() == pytest.approx(table["p"].item(), rel=1e-9)
    anova = stats.rm_anova(ONE, within="exercise")
    assert anova.statsmodels.anova_table.loc["exercise", "F Value"] == pytest.approx(anova["F"].item(), rel=1e-9)
    assert isinstance(ANALYSES["groups"]().statsmodels["biceps_femoris", 20, "deadlift / squat", "novice / trained"],
                      CompareMeans)  # fmt: skip


def test_corrections_by_family() -> None:
    table = ANALYSES["by"]()
    found = table.corrections()
    assert list(found) == [("20",), ("100",)]
    for (load,), answer in found.items():
        np.testing.assert_allclose(answer[1], table.loc[table["load"] == int(load), "p_adjusted"], rtol=1e-12)
    assert ANALYSES["none"]().corrections() == {}
    # a family that is no longer whole is not corrected a second time
    half = table[table["contrast"] != "deadlift / squat"]
    assert not any(one.where.endswith("p_adjusted") for one in compared_numbers(half))


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table[table["muscle"] == "biceps_femoris"],
        lambda table: table.sort_values("p"),
        copy.deepcopy,
        lambda table: pickle.loads(pickle.dumps(table)),
        lambda table: table.reset_index(drop=True).head(2),
    ],
    ids=["filter", "sort", "copy", "pickle", "head"],
)
def test_objects_survive(change: Callable[[pd.DataFrame], Any]) -> None:
    table = change(ANALYSES["by"]())
    assert len(table.statsmodels) == 12
    assert max(one.difference for one in compared_numbers(table)) < 1e-9


def test_later_changes_of_the_cells_change_nothing() -> None:
    table = cells()
    found = stats.contrasts(table, within="exercise", by=["muscle", "load"])
    table.loc[:, "value"] = 1.0
    assert max(one.difference for one in compared_numbers(found)) < 1e-9


def test_lost_and_lacking() -> None:
    table = ANALYSES["one factor"]()
    for lost in (pd.concat([table, table]), table.merge(table[["contrast"]], on="contrast")):
        with pytest.raises(DesignError, match=r"lost what its statsmodels objects are made from.*ask the table that"):
            _ = lost.statsmodels
    for test, lacks in (("wilcoxon", "interval of Wilcoxon's signed ranks"), ("sign-flip", "exact test of sign flips")):
        with pytest.raises(DesignError, match=f"statsmodels has no {lacks}"):
            _ = stats.contrasts(ONE, within="exercise", test=test).statsmodels
    with pytest.raises(DesignError, match=r"statsmodels has no such table \(effect sizes\)"):
        _ = stats.effect_sizes(ONE, within="exercise").statsmodels


def test_a_contrast_without_an_error_term() -> None:
    table = ONE.copy()
    table.loc[table["exercise"] == "squat", "value"] = (
        2 * table.loc[table["exercise"] == "deadlift", "value"].to_numpy()
    )
    found = stats.contrasts(table, within="exercise")
    compared = list(compared_numbers(found))
    assert max(one.difference for one in compared) < 1e-9
    assert sum("deadlift / squat" in one.where for one in compared) == 3  # ratio, df, n
    weighed = stats.bayes_factors(table, within="exercise", against="deadlift")
    assert [one.where for one in compared_numbers(weighed) if "squat" in one.where and one.difference > 1e-9] == []
    assert sum("squat / deadlift" in one.where for one in compared_numbers(weighed)) == 3
    flat = stats.rm_anova(table[table["exercise"] != "hip_thrust"], within="exercise")
    assert [one.where.rpartition(": ")[2] for one in compared_numbers(flat)] == ["df1", "df2"]


def test_ranks_and_residuals_say_what_statsmodels_lacks() -> None:
    for table, lacks in (
        (stats.friedman(ONE, within="exercise"), "test of Friedman"),
        (stats.normality(ONE, within="exercise"), "test of Shapiro and Wilk"),
    ):
        with pytest.raises(DesignError, match=f"statsmodels has no {lacks}"):
            _ = table.statsmodels


def test_models_by_maximum_likelihood_are_to_be_asked() -> None:
    models = [stats.mixed_model(cells(), f"value ~ exercise{more} + muscle * load") for more in ("", " * muscle")]
    table = stats.compare_models(*models)
    assert [key[1] for key in table.statsmodels] == ["1", "1"]
    smaller, larger = table.statsmodels.values()
    assert not smaller.model.reml
    assert 2 * (larger.llf - smaller.llf) == pytest.approx(table["chi_square"].iloc[1], rel=1e-8)
    found = list(compared_numbers(table))
    assert len(found) == 8
    assert max(one.difference for one in found) < 1e-8
    assert pickle.loads(pickle.dumps(table)).statsmodels[models[0].formula, "1"].llf == pytest.approx(smaller.llf)


def test_statsmodels_sees_the_differences_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second way shares nothing with the first but the rows: wrong differences of the first are seen."""
    from emgkit.stats.cells.blocks import Block

    own = Block.differences
    monkeypatch.setattr(Block, "differences", lambda self, *, log: own(self, log=log) * [1, 1, 1.001])
    assert max(one.difference for one in compared_numbers(ANALYSES["one factor"]())) > 1e-4


def test_nothing_of_statsmodels_is_loaded_before_it_is_asked_for() -> None:
    code = (
        "import sys, pandas as pd; from emgkit import stats; "
        "t = stats.contrasts(pd.DataFrame({'participant': ['A', 'B', 'C'] * 2, 'exercise': list('xxxyyy'), "
        "'value': [1.0, 2, 3, 5, 7, 6]}), within='exercise'); repr(t.statsmodels); "
        "assert 'statsmodels' not in sys.modules; t.statsmodels.summary; assert 'statsmodels' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_formulas_never_see_the_names_of_columns() -> None:
    odd = ONE.rename(columns={"exercise": "C", "participant": "f0", "group": "my group"})
    found = stats.rm_anova(odd, participant="f0", within="C", between="my group")
    assert max(one.difference for one in compared_numbers(found)) < 1e-9
    assert in_statsmodels.Rows.of(odd, outcome="value", participant="f0", within=("C",)).table is not odd
