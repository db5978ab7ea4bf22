"""A study compares every level with one, and takes every correction of the statistics."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from emgkit import stats
from emgkit.errors import ArgumentError
from emgkit.stats.within.levels import finding_sentences, level_summaries, level_table
from emgkit.study.file.recordings import Comparison
from emgkit.study.recordings.agreement import agreement_with_statsmodels
from emgkit.study.recordings.analysis import Analysis
from emgkit.study.recordings.compare import ComparisonResult, compare
from emgkit.study.recordings.plan import Plan

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


def compared(analysis: Analysis, plan: Plan, **keys: Any) -> ComparisonResult:
    rule = plan.comparing(analysis.compared[0].spec, ())
    spec = Comparison(**{**rule.comparison.model_dump(), **keys})
    return compare([session.rows for session in analysis.sessions], replace(rule, comparison=spec))


def test_against_one_level(analysis: Analysis, plan: Plan) -> None:
    whole = analysis.compared[0]
    assert whole.contrasts is not None
    reference = str(whole.contrasts["contrast"].iloc[0]).split(" / ")[1]
    found = compared(analysis, plan, against=reference)
    assert found.contrasts is not None
    assert found.influence is not None
    names = set(found.contrasts["contrast"])
    assert {name.split(" / ")[1] for name in names} == {reference}
    assert set(found.influence["contrast"]) == names
    assert agreement_with_statsmodels([found.contrasts, found.influence]).largest_difference < 1e-9
    levels = level_table(found.cells, found.contrasts)
    assert "letters" not in levels
    assert "letter" not in levels.methods() + "".join(levels.sentences())
    assert [sentence.count("significant") for sentence in finding_sentences(levels, found.contrasts)] == [1]
    assert "(a)" not in level_summaries(found.cells, found.contrasts)[0].order
    assert f"between {reference.replace('_', ' ')} and every other level" in found.contrasts.methods()


def test_tukey_and_the_names_of_other_programs(analysis: Analysis, plan: Plan) -> None:
    found = compared(analysis, plan, adjust="tukey")
    assert found.contrasts is not None
    assert found.contrasts.attrs["adjust"] == "tukey"
    # two levels have one pair, whose p is that of the t test
    np.testing.assert_allclose(found.contrasts["p_adjusted"], found.contrasts["p"], rtol=1e-6)
    for name in ("fdr_bh", "BH"):
        assert Comparison.model_validate({"within": "exercise", "adjust": name}).adjust == "benjamini-hochberg"


def test_influence_after_tukey_and_against_one_level() -> None:
    rng = np.random.default_rng(3)
    grid = pd.MultiIndex.from_product([list("uvw"), [f"P{i}" for i in range(6)], list("abc")])
    cells = grid.to_frame(index=False, name=["muscle", "participant", "exercise"])
    cells["value"] = np.exp(rng.normal(0, 0.3, len(cells)) + 0.4 * cells["exercise"].eq("b"))
    keys = ["muscle", "contrast"]
    for options in ({"adjust": "tukey"}, {"adjust": "holm", "against": "b"}):
        design: dict[str, Any] = {"within": "exercise", "by": "muscle", **options}
        whole, others = (stats.contrasts(t, **design) for t in (cells, cells[cells["participant"] != "P2"]))
        rows = stats.influence(cells, **design).query("left_out == 'P2'").set_index(keys)
        for column, table in (("p_adjusted_all", whole), ("p_adjusted", others)):
            expected = table.set_index(keys)["p_adjusted"]
            np.testing.assert_allclose(rows[column], expected.loc[rows.index], rtol=1e-8)
    with pytest.raises(ArgumentError, match="Tukey's correction is of t tests of all pairs"):
        stats.influence(cells, within="exercise", by="muscle", adjust="tukey", against="b")


def test_what_a_study_file_cannot_ask(analysis: Analysis) -> None:
    with pytest.raises((ArgumentError, ValidationError), match=r"'adjust'.*'scheffe'"):
        Comparison.model_validate({"within": "exercise", "adjust": "scheffe"})
    for keys, message in (
        ({"adjust": "tukey", "against": "squat"}, "Tukey's correction is of t tests of all pairs"),
        ({"adjust": "tukey", "family": "all"}, "Tukey's correction is of all pairs.*family='by'"),
        ({"against": "squad"}, "against names 'squad'; the exercises are"),
    ):
        file = analysis.file.model_dump()
        file["comparisons"] = [{**analysis.compared[0].spec.model_dump(), **keys}]
        with pytest.raises((ArgumentError, ValidationError), match=message):
            type(analysis.file)(**file)
