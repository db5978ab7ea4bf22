"""A study computes what statsmodels defines a second time: it says how far both agree, and stops where they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgkit import stats
from emgkit.errors import StudyError
from emgkit.stats.cells import multiplicity
from emgkit.stats.within import anova, influence, one_sample
from emgkit.study import Study
from emgkit.study.recordings.agreement import LARGEST, Agreement, agreement_with_statsmodels
from emgkit.study.recordings.analysis import Analysis
from emgkit.study.recordings.compare import compare
from emgkit.study.recordings.plan import Plan

Patch = tuple[Any, str, Callable[[Any], Any]]


def test_agreement_of_a_study(analysis: Analysis) -> None:
    first = analysis.compared[0]
    assert first.contrasts is not None
    assert first.anova is not None
    assert first.influence is not None
    # ratio, two limits, t, df, n, p, p_adjusted; F, df1, df2, p; and seven numbers beside each participant left out
    assert analysis.agreement.values == 8 * len(first.contrasts) + 4 * len(first.anova) + 7 * len(first.influence)
    assert 0 <= analysis.agreement.largest_difference < 1e-10
    assert (
        f"statsmodels {analysis.agreement.version} (Seabold and Perktold 2010); the largest"
        in analysis.agreement.sentence()
    )
    assert Agreement(values=0, largest_difference=0.0, version="1").sentence() == ""


def _scaled(name: str, factor: float) -> Callable[[Any], Any]:
    def change(own: Any) -> Any:
        def wrong(*given: Any, **options: Any) -> Any:
            found = own(*given, **options)
            return {**found, name: found[name] * factor} if isinstance(found, dict) else found * factor

        return wrong

    return change


def _wrong_f(own: Any) -> Any:
    def wrong(*given: Any, **options: Any) -> Any:
        rows, unvarying = own(*given, **options)
        return [{**row, "F": row["F"] * 1.00001} for row in rows], unvarying

    return wrong


PLANTED: dict[str, tuple[Patch, str]] = {
    "estimate": ((one_sample, "t_test", _scaled("center", 1.0001)), "contrasts, .*: ratio"),
    "limit": ((one_sample, "t_test", _scaled("low", 1.0001)), "contrasts, .*: ci_low"),
    "t": ((one_sample, "t_test", _scaled("t", 1.0001)), "contrasts, .*: t"),
    "p": ((one_sample, "t_test", _scaled("p", 1.00001)), "contrasts, .*: p"),
    "anova": ((anova, "_rows", _wrong_f), "anova, .*: F"),
    "correction": ((multiplicity, "corrected", _scaled("", 1.00001)), "contrasts, .*: p_adjusted"),
    "influence": ((influence, "_leave_out", _scaled("studentised", 1.0001)), "influence, .*: studentised"),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_number_is_found(kind: str, analysis: Analysis, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    (where, name, change), place = PLANTED[kind]
    rows = [session.rows for session in analysis.sessions]
    rule = plan.comparing(analysis.compared[0].spec, ())
    monkeypatch.setattr(where, name, change(getattr(where, name)))
    found = compare(rows, rule)
    with pytest.raises(StudyError, match="disagrees with statsmodels") as stopped:
        agreement_with_statsmodels([found.contrasts, found.anova, found.influence])
    text = str(stopped.value)
    assert " from emgkit, " in text
    assert " from statsmodels" in text
    assert len(text) < 600
    # each planted number by itself, too, since one wrong number may draw others along
    with pytest.raises(StudyError, match=place):
        agreement_with_statsmodels([_only(kind, found)])


def _only(kind: str, found: Any) -> Any:
    table = {"anova": found.anova, "influence": found.influence}.get(kind, found.contrasts)
    assert table is not None
    return table


@pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")
def test_a_study_stops_and_writes_nothing(study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_sample, "t_test", _scaled("p", 1 + 10 * LARGEST)(one_sample.t_test))
    with pytest.raises(
        StudyError, match=r"A number of the statistics disagrees with statsmodels\. Where: contrasts, .*: p"
    ):
        study.run(tmp_path / "out")
    assert not (tmp_path / "out").exists()


FILE = """
[study]
title = "Two means"
question = "What is their ratio?"
[data]
published = ["contreras_2015"]
[recompute]
seed = 3
"""

SCRIPT = """
import numpy as np
import pandas as pd
from emgkit import stats
from emgkit.study import Recomputed, Table

def recompute(published, *, seed, quick):
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([[f"P{i}" for i in range(8)], ["a", "b"]], names=["participant", "exercise"])
    cells = grid.to_frame(index=False).assign(value=np.exp(rng.normal(3, 0.3, 16)))
    table = stats.contrasts(cells, within="exercise")
    table["t"] *= FACTOR
    return Recomputed(
        finding=("It was computed.",),
        tables=(Table(name="made", title="Made", caption="By chance.", frame=table, simulated=True),),
        methods="A ratio.",
    )
"""


@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_tables_of_a_script(factor: float, tmp_path: Path) -> None:
    folder = tmp_path / "two_means"
    folder.mkdir()
    (folder / "study.toml").write_text(FILE, encoding="utf-8")
    (folder / "recompute.py").write_text(SCRIPT.replace("FACTOR", str(factor)), encoding="utf-8")
    if factor != 1:
        with pytest.raises(StudyError, match="disagrees with statsmodels"):
            Study.load(folder).run(tmp_path / "out")
        return
    result = Study.load(folder).run(tmp_path / "out")
    record = json.loads((result.out / "provenance.json").read_text())["statsmodels_agreement"]
    assert set(record) == {"values", "largest_difference", "version"}
    assert record["values"] == 8
    assert "8 numbers of the statistics were computed a second time with statsmodels" in (
        result.out / "methods.md"
    ).read_text(encoding="utf-8")


def test_equal_numbers_and_none(analysis: Analysis) -> None:
    assert agreement_with_statsmodels([None]).values == 0
    table = analysis.compared[0].contrasts
    assert isinstance(table, stats.Results)
    # what is left of the columns cannot be told to be of any row
    assert agreement_with_statsmodels([table, np.nan * table[["t"]]]).values == 8 * len(table)
