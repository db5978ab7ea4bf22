"""A study computes what statsmodels defines a second time: it says how far both agree, and stops where they do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emgkit import stats
from emgkit.errors import StudyError
from emgkit.stats.cells import multiplicity
from emgkit.stats.follow_up import likelihood
from emgkit.stats.meta import meta_analysis
from emgkit.stats.mixed import model, reml
from emgkit.stats.power import exact
from emgkit.stats.within import anova, equivalence, influence, interactions, one_sample
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


EVERY_KIND = """
import numpy as np
import pandas as pd
from emgkit import stats
from emgkit.study import Recomputed, Table

def recompute(published, *, seed, quick):
    rng = np.random.default_rng(seed)
    names = ["participant", "exercise"]
    grid = pd.MultiIndex.from_product([[f"P{i}" for i in range(9)], ["a", "b", "c"]], names=names)
    cells = grid.to_frame(index=False).assign(value=np.exp(np.repeat(rng.normal(3, 1, 9), 3) + rng.normal(0, 0.3, 27)))
    cells["group"] = np.where(cells["participant"] < "P5", "m", "w")
    studies = pd.DataFrame({"m1": [60.0, 55, 70, 90], "sd1": [20.0, 18, 22, 30], "m2": [50.0, 40, 66, 60],
        "sd2": [15.0, 14, 20, 25], "n": [12, 15, 20, 9], "r": 0.6, "study": list("abcd")})
    frame = TABLE
    return Recomputed(
        finding=("It was computed.",),
        tables=(Table(name="made", title="Made", caption="By chance.", frame=frame, simulated=True),),
        methods="A ratio.",
    )
"""


def _beta(own: Any) -> Any:
    return lambda *given, **options: replace(found := own(*given, **options), beta=found.beta * 1.0001)


def _optimum(own: Any) -> Any:
    return lambda problem: replace(found := own(problem), theta=found.theta * 1.01, factor=found.factor * 1.01)


def _first_table(own: Any) -> Any:
    def wrong(*given: Any, **options: Any) -> Any:
        found = own(*given, **options)
        found["estimate"] *= 1.0001
        return found

    return wrong


# the table that a script gives, what is wrong in emgkit, and where the study says so
IN_A_SCRIPT: dict[str, tuple[str, Patch, str]] = {
    "paired contrast": (
        "stats.contrasts(cells, within='exercise')", (one_sample, "t_test", _scaled("t", 1.0001)), "contrasts, .*: t"
    ),
    "groups": (
        "stats.contrasts(cells, within='exercise', between='group')",
        (interactions, "two_samples", _scaled("p", 1.0001)), "group contrasts, .*: p",
    ),
    "planned contrast": (
        "stats.planned_contrasts(cells, within='exercise', weights='polynomial')",
        (one_sample, "t_test", _scaled("low", 1.0001)), "planned contrasts, .*: ci_low",
    ),
    "against one level": (
        "stats.contrasts(cells, within='exercise', against='b')", (one_sample, "t_test", _scaled("t", 1.0001)),
        "contrasts, .*: t",
    ),
    "Bayes factor": (
        "stats.bayes_factors(cells, within='exercise')", (one_sample, "t_test", _scaled("t", 1.0001)),
        "bayes factors, .*: t",
    ),
    "equivalence": (
        "stats.equivalence(cells, within='exercise')", (equivalence, "_tost", _scaled("p_lower", 1.0001)),
        "equivalence, .*: p_lower",
    ),
    "analysis of variance": (
        "stats.rm_anova(cells, within='exercise')", (anova, "_rows", _wrong_f), "anova, exercise: F"
    ),
    "analysis of variance of groups": (
        "stats.rm_anova(cells, within='exercise', between='group')", (anova, "_rows", _wrong_f), "anova, .*: F"
    ),
    "mixed model": (
        "stats.mixed_model(cells.drop(index=3), 'value ~ exercise').contrasts('exercise')", (model, "inference", _beta),
        "model contrasts, .*: (estimate|ratio)",
    ),
    "optimum of a mixed model": (
        "stats.mixed_model(cells.drop(index=3), 'value ~ exercise').variances", (reml, "fit", _optimum),
        "variances: (variance|sd)",
    ),
    "crossed terms": (
        "stats.mixed_model(cells.drop(index=3), 'value ~ group', items='exercise').fixed", (model, "inference", _beta),
        "coefficients, .*: estimate",
    ),
    "likelihoods": (
        "stats.compare_models(*(stats.mixed_model(cells[3:], f'value ~ exercise{x}') for x in ('', ' + group')))",
        (likelihood, "ml_deviance", _scaled("", 1.0001)), "model comparison.*: (deviance|log_likelihood|aic|bic)",
    ),
    "correction": (
        "stats.contrasts(cells, within='exercise')", (multiplicity, "corrected", _scaled("", 1.00001)),
        "contrasts, .*: p_adjusted",
    ),
    "power": (
        "stats.power_paired(effect=0.8, n=13)", (exact, "_beyond", _scaled("", 1.0001)), "power: power"
    ),
    "meta-analysis": (
        "stats.meta_analysis(studies).pooled", (meta_analysis, "_coefficients", _first_table), ".*: estimate"
    ),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")
@pytest.mark.parametrize("kind", IN_A_SCRIPT)
def test_a_study_stops_at_a_wrong_number_of_any_analysis(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, (where, name, change), place = IN_A_SCRIPT[kind]
    (tmp_path / "study.toml").write_text(FILE, encoding="utf-8")
    (tmp_path / "recompute.py").write_text(EVERY_KIND.replace("TABLE", table), encoding="utf-8")
    study = Study.load(tmp_path)
    monkeypatch.setattr(where, name, change(getattr(where, name)))
    with pytest.raises(StudyError, match=rf"disagrees with statsmodels\. Where: {place}\."):
        study.run(tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")
def test_without_a_wrong_number_all_of_them_agree(tmp_path: Path) -> None:
    (tmp_path / "recompute.py").write_text(EVERY_KIND.replace("TABLE", "FRAME"), encoding="utf-8")
    places: dict[str, Any] = {}
    code = (tmp_path / "recompute.py").read_text(encoding="utf-8").replace("frame = FRAME", "return locals()")
    exec(compile(code, "recompute.py", "exec"), places)  # the tables of the script above
    known = {**places, **places["recompute"](None, seed=3, quick=False)}
    for table, _, _ in IN_A_SCRIPT.values():
        agreement = agreement_with_statsmodels([eval(table, known)])
        assert agreement.values > 0
        assert agreement.largest_difference < 1e-8


def test_equal_numbers_and_none(analysis: Analysis) -> None:
    assert agreement_with_statsmodels([None]).values == 0
    table = analysis.compared[0].contrasts
    assert isinstance(table, stats.Results)
    # what is left of the columns cannot be told to be of any row
    assert agreement_with_statsmodels([table, np.nan * table[["t"]]]).values == 8 * len(table)
