"""Every specification is a study of its own, and the study's own is one of them."""

from __future__ import annotations

import dataclasses
import html
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import emgkit as ek
from emgkit.errors import ArgumentError, StudyError
from emgkit.multiverse import tree
from emgkit.multiverse.computing import compute
from emgkit.study import Result, Study
from emgkit.study.file.recordings import StudyFile
from emgkit.study.recordings.analysis import Analysis, analyse
from emgkit.study.recordings.plan import plan_of
from emgkit.study.recordings.walking import Store, Walk
from emgkit.study.writing import every_processing
from emgkit.workers import workers

SIZE = 2 * 2 * 2 * 2 * 3 * 2 * 2 * 2 * 2 * 2
CONTRASTS = 2

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

OPTIONS: dict[str, dict[str, Any]] = {
    "artefacts": {"spikes over 10 × bridged": {"step": "InterpolateSpikes"}},
    "band": {"20–200 Hz": {"low": 20, "high": 200}, "10–150 Hz": {"low": 10, "high": 150}},
    "notch": {"notch 50 Hz, 1 × 2 Hz": {"step": "Notch", "frequency": 50}},
    "envelope": {
        "low-pass 6 Hz, order 4": [{"step": "Rectify"}, {"step": "Envelope", "cutoff": 6}],
        "RMS 100 ms": [{"step": "MovingRMS", "window": 0.1}],
        "mean 100 ms": [{"step": "Rectify"}, {"step": "MovingMean", "window": 0.1}],
    },
}


def study_file(study: Study, row: dict[str, Any]) -> Any:
    """The study file that a specification is, written by hand."""
    spikes = [OPTIONS["artefacts"][row["artefacts"]]] if row["artefacts"] != "none" else []
    notch = [OPTIONS["notch"][row["notch"]]] if row["notch"] != "none" else []
    band = {"step": "Bandpass", **OPTIONS["band"][row["band"]], "order": int(row["order"])}
    steps = [*spikes, band, *notch, *OPTIONS["envelope"][row["envelope"]]]
    phase = None if row["phase"] == "whole" else row["phase"]
    tables = study.file.model_dump(exclude_none=True, exclude={"multiverse"})
    return type(study.file).model_validate(
        {
            **tables,
            "steps": steps,
            "mvc": {**tables["mvc"], "window": float(row["mvc"].removesuffix(" s"))},
            "measures": [{"name": row["summary"], "phase": phase, "primary": True}],
            "comparisons": [{**tables["comparisons"][0], "log": row["scale"] == "logarithms"}],
        }
    )


@pytest.fixture(scope="module")
def analysis(study: Study) -> Analysis:
    """What the study computes."""
    return analyse(study.file, plan_of(study.file), study.folder / "data", progress=quiet)


def test_there_is_a_row_for_every_specification_and_contrast(result: Result) -> None:
    table = result.tables["specifications"]
    assert len(table) == SIZE * CONTRASTS
    assert sorted(table.loc[table["muscle"] == "vastus_lateralis", "specification"]) == list(range(1, SIZE + 1))
    axes = list(table.columns[table.columns.get_loc("specification") + 1 : table.columns.get_loc("ratio")])
    assert axes == list(StudyFile.model_fields["multiverse"].annotation.__args__[0].model_fields)[3:]
    assert not table.duplicated(["muscle", *axes]).any()
    # a ratio or a difference, never both
    assert (table["ratio"].isna() ^ table["difference"].isna()).all()


def test_the_studys_own_specification_gives_the_studys_own_numbers(analysis: Analysis, result: Result) -> None:
    own = result.tables["specifications"].query("own").reset_index(drop=True)
    contrasts = analysis.compared[0].contrasts
    assert len(own) == len(contrasts) == CONTRASTS
    for name in ("muscle", "contrast", "ratio", "ci_low", "ci_high", "t", "df", "n", "p"):
        assert own[name].tolist() == contrasts[name].tolist(), name


def quiet(*_given: Any) -> None:
    """No report of progress."""


@pytest.mark.parametrize("seed", range(4))
def test_any_specification_is_the_study_whose_file_has_its_settings(study: Study, result: Result, seed: int) -> None:
    table = result.tables["specifications"]
    whole = table[table["repetitions"] == "all"]
    row = whole.sample(1, random_state=seed).to_dict("records")[0]
    file = study_file(study, row)
    contrasts = analyse(file, plan_of(file), study.folder / "data", progress=quiet).compared[0].contrasts
    mine = whole[whole["specification"] == row["specification"]]
    effect = "ratio" if row["scale"] == "logarithms" else "difference"
    assert mine["muscle"].tolist() == contrasts["muscle"].tolist()
    assert mine["contrast"].tolist() == contrasts["contrast"].tolist()
    for name in (effect, "ci_low", "ci_high", "t"):
        np.testing.assert_allclose(mine[name], contrasts[name], rtol=1e-11, err_msg=str(row))


def test_without_the_first_repetition_the_others_are_averaged(analysis: Analysis, result: Result) -> None:
    rows = pd.concat([one.rows for one in analysis.sessions])
    rows = rows[(rows["measure"] == "mean") & (rows["phase"] == "whole") & (rows["repetition"] > 1)]
    cells = ek.summarize(rows)
    contrasts = ek.stats.contrasts(cells, within="exercise", by="muscle")
    own = result.tables["specifications"].query("own").iloc[0]
    axes = ["artefacts", "band", "order", "notch", "envelope", "mvc", "phase", "summary", "scale"]
    table = result.tables["specifications"]
    mine = table[(table[axes] == own[axes]).all(axis=1) & (table["repetitions"] == "without first")]
    assert mine["ratio"].tolist() == pytest.approx(contrasts["ratio"].tolist(), rel=1e-13)


@pytest.mark.long
def test_two_processes_give_the_same_tables_in_the_same_order(study: Study) -> None:
    axes = {"mvc": [{"window": w, "kind": "E", "why": "long enough"} for w in (0.5, 1.0)]}
    with workers(2) as processes:
        one, two = (
            compute(study, axes, data=None, walk=walk, quick=True).tables for walk in (Walk(), Walk(workers=processes))
        )
    for name in ("specifications", "curves", "variance"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), check_exact=True)


@pytest.mark.long
def test_a_stopped_multiverse_goes_on_from_whom_it_had_finished(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    axes = {"mvc": [{"window": w, "kind": "E", "why": "long enough"} for w in (0.5, 1.0)]}
    walk = Walk(store=Store(folder=tmp_path))
    first = compute(study, axes, data=None, walk=walk, quick=True).tables.specifications
    # the participant whose entry is damaged is computed again
    values = sorted(tmp_path.iterdir(), key=lambda one: one.stat().st_mtime_ns)[-1]
    values.write_bytes(values.read_bytes()[:-7] + b"another")
    computed = []
    own = tree.take_reference
    monkeypatch.setattr(tree, "take_reference", lambda *given: computed.append(1) or own(*given))
    again = compute(study, axes, data=None, walk=Walk(store=Store(folder=tmp_path)), quick=True)
    assert len(computed) == 1
    pd.testing.assert_frame_equal(again.tables.specifications, first, check_exact=True)


@pytest.mark.long
def test_a_file_that_somebody_changed_is_never_lost(study: Study, tmp_path: Path) -> None:
    axes = {"mvc": [{"window": w, "kind": "E", "why": "long enough"} for w in (0.5, 1.0)]}
    out = tmp_path / "out"
    ek.multiverse.run(study, axes, out=out, quick=True)
    report = out / "report.html"
    report.write_text("my notes", encoding="utf-8")
    with pytest.raises(StudyError, match=r"changed since a run wrote them.*changed: 'report\.html'.*--force"):
        ek.multiverse.run(study, axes, out=out, quick=True)
    ek.multiverse.run(study, axes, out=out, quick=True, force=True)
    assert (tmp_path / "out-kept-1" / "report.html").read_text(encoding="utf-8") == "my notes"
    assert "my notes" not in report.read_text(encoding="utf-8")
    with pytest.raises(StudyError, match="that of the study"):
        ek.multiverse.run(study, axes, out=study.folder)


def test_curves_are_of_one_quantity_and_joint(result: Result) -> None:
    curves = result.tables["multiverse"]
    assert len(curves) == CONTRASTS * 2**3
    assert set(curves["specifications"]) == {SIZE // 2**3}
    assert curves.loc[curves["curve"] == "as in the study", "own"].notna().all()
    assert curves.loc[curves["curve"] != "as in the study", "own"].isna().all()
    labels = curves["curve"].unique().tolist()
    assert labels[:2] == ["as in the study", "scale: differences"]
    assert "phase: concentric, summary: peak, scale: differences" in labels
    assert set(curves["flips"]) == {2**5}
    table = result.tables["specifications"]
    for row in curves.to_dict("records"):
        mine = table[(table["muscle"] == row["muscle"]) & (table["curve"] == row["curve"])]
        assert row["lowest"] == mine[row["scale"]].min()
        assert row["highest"] == mine[row["scale"]].max()
        assert row["higher"] == pytest.approx(((mine["p"] < 0.05) & (mine["t"] > 0)).mean())


def test_the_reference_cancels_in_ratios_within_a_muscle_and_not_in_differences(result: Result) -> None:
    shares = result.tables["variance"].query("axis == 'mvc'")
    differences = shares["curve"].str.contains("differences")
    assert (shares.loc[~differences, "share_of_effect"] < 1e-12).all()
    assert (shares.loc[differences, "share_of_effect"] > 1e-6).all()


def test_shares_of_variance_are_a_whole(result: Result) -> None:
    table = result.tables["variance"]
    total = table.groupby(["muscle", "curve"])["share_of_effect"].sum()
    np.testing.assert_allclose(total, 1.0, rtol=1e-9)


def test_the_folder_holds_tables_curves_and_a_page(result: Result) -> None:
    page = result.report.read_text(encoding="utf-8")
    assert {"specifications.csv", "multiverse.csv", "variance.csv", "axes.csv"} <= {
        path.name for path in (result.out / "tables").iterdir()
    }
    assert sorted(path.name for path in (result.out / "figures").iterdir()) == [
        "specification_curve_01.svg",
        "specification_curve_02.svg",
    ]
    assert "under all of these 192" in page
    assert json.loads((result.out / "provenance.json").read_text())["flips"] == {"drawn": 4096, "seed": 1}
    assert "a cable may have moved" in page


def test_what_cannot_be_run_is_refused(study: Study, tmp_path: Path) -> None:
    plain = dataclasses.replace(study, file=study.file.model_copy(update={"multiverse": None}))
    with pytest.raises(StudyError, match=r"has no \[multiverse\].*artefacts, band, order"):
        ek.multiverse.run(plain, out=tmp_path / "out")
    with pytest.raises(StudyError, match="published figures has no processing to vary"):
        ek.multiverse.run(Study.load("contreras_2015"), out=tmp_path / "out")
    with pytest.raises(StudyError, match=r"Unknown key 'mvcs'.*Hint: Did you mean 'mvc'"):
        ek.multiverse.run(study, {"mvcs": []}, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_command_prints_the_finding_and_json(study: Study, tmp_path: Path, emgkit: Any) -> None:
    folder = tmp_path / "study"
    folder.mkdir()
    text = study.text.partition("[multiverse]")[0]
    choice = (
        '[multiverse]\nmvc = [{ window = 0.5, kind = "E", why = "own" }, { window = 1, kind = "E", why = "long" }]\n'
    )
    (folder / "study.toml").write_text(text + choice, encoding="utf-8")
    where = ("--data", study.folder / "data", "--quick")
    done = emgkit("multiverse", folder, *where)
    assert done.returncode == 0, done.stderr
    assert "2 specifications of the analysis were computed" in " ".join(done.stdout.split())
    assert (folder / "multiverse" / "report.html").is_file()
    done = emgkit("multiverse", folder, *where, "--out", tmp_path / "other", "--json")
    content = json.loads(done.stdout)
    assert [row["curve"] for row in content["tables"]["multiverse"]] == ["as in the study"] * 2
    assert content["report"] == str(tmp_path / "other" / "report.html")
    refused = emgkit("multiverse", "andersen_2018", "--out", tmp_path / "none")
    assert refused.returncode == 2
    assert "no processing to vary" in refused.stderr


@pytest.mark.long
def test_all_envelopes_at_once_are_those_step_by_step(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    given = study.file.multiverse.axes
    axes = {
        name: [one.model_dump(exclude_none=True) for one in given[name]]
        for name in ("envelope", "mvc", "phase", "summary", "scale")
    }
    fast, slow = (
        compute(study, axes, data=None, walk=Walk(), quick=True).tables.specifications
        for at_once in (True, False)
        if at_once or monkeypatch.setattr(tree, "can_be_measured", lambda _measures: False) is None
    )
    assert len(fast) == 3 * 2 * 2 * 2 * 2 * CONTRASTS
    for name in ("ratio", "difference", "ci_low", "ci_high", "t"):
        np.testing.assert_allclose(fast[name], slow[name], rtol=1e-10)
    # the study's own specification goes step by step in both
    pd.testing.assert_frame_equal(fast[fast["own"]], slow[slow["own"]], check_exact=True)


def test_the_report_of_the_study_tells_what_came_out(study: Study, result: Result, tmp_path: Path) -> None:
    found = study.run(tmp_path / "out", quick=True, multiverse=result)
    page, alone = found.report.read_text(encoding="utf-8"), study.run(tmp_path / "alone", quick=True)
    assert "every defensible processing" not in alone.report.read_text(encoding="utf-8").casefold()
    words = " ".join(html.unescape(re.sub("<[^>]+>", "", page)).split())
    where = Path(os.path.relpath(result.report, found.out)).as_posix()
    assert f"Every defensible processing: {result.finding[0]} The page {where} tells what each choice does." in words
    assert page.count(f'<a href="{where}">{where}</a>') == 2
    table = pd.read_csv(found.out / "tables" / "every_processing.csv")
    own = result.tables["multiverse"].query("curve == 'as in the study'")
    assert list(table["muscle"]) == list(own["muscle"])
    np.testing.assert_allclose(table[["own", "lowest", "highest"]], own[["own", "lowest", "highest"]], rtol=1e-12)
    # the study's own numbers stand in both tables
    ratios = pd.read_csv(found.out / "tables" / "contrasts.csv").set_index("muscle")["ratio"]
    np.testing.assert_allclose(table.set_index("muscle")["own"], ratios[table["muscle"]], rtol=1e-9)


def test_a_multiverse_of_other_recordings_is_refused(study: Study, result: Result, tmp_path: Path) -> None:
    table = result.tables["multiverse"].copy()
    table.loc[table["muscle"] == table["muscle"].iloc[-1], "own"] *= 1 + 1e-5
    other = dataclasses.replace(result, tables={**result.tables, "multiverse": table})
    with pytest.raises(
        StudyError, match=r"is of other recordings than this run.*ratio .*as in this run.*data and quick"
    ):
        study.run(tmp_path / "out", quick=True, multiverse=other)
    assert not list(tmp_path.iterdir())


def test_what_is_no_multiverse_is_refused(study: Study, result: Result, tmp_path: Path) -> None:
    alone: Any = dataclasses.replace(result, tables={"contrasts": result.tables["specifications"]})
    for given, got in ((alone, "what Study.run gave"), (tmp_path, "PosixPath|WindowsPath")):
        with pytest.raises(ArgumentError, match=rf"given as multiverse is none. Allowed: .*Got: ({got})"):
            study.run(tmp_path / "out", quick=True, multiverse=given)


def test_a_multiverse_of_another_study_is_refused(study: Study, result: Result, tmp_path: Path) -> None:
    other = dataclasses.replace(study, text=study.text + "# another line\n")
    with pytest.raises(StudyError, match=r"of another study, or of an earlier study file"):
        other.run(tmp_path / "out", quick=True, multiverse=result)
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_a_run_tells_of_the_multiverse_that_lies_beside_it_and_is_of_just_this(
    study: Study, tmp_path: Path, emgkit: Any
) -> None:
    home = tmp_path / "lifts"
    shutil.copytree(study.folder, home)
    ran = emgkit("run", home, "--quick")
    assert ran.returncode == 0
    assert "Every defensible processing" not in ran.stdout
    assert emgkit("multiverse", home, "--quick").returncode == 0
    assert ek.multiverse.earlier(Study.load(home)) is None, "that of a quick look is no other"
    found = ek.multiverse.earlier(Study.load(home), quick=True)
    assert found is not None
    ran = emgkit("run", home, "--quick")
    page = (home / "results" / "report.html").read_text(encoding="utf-8")
    assert ran.returncode == 0
    assert "Every defensible processing: 1536 specifications" in " ".join(ran.stdout.split())
    assert 'href="../multiverse/report.html"' in page
    path = home / "data" / "P1_squat.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.0", "0.00", 1), encoding="utf-8")
    assert ek.multiverse.earlier(Study.load(home), quick=True) is None


def test_the_multiverse_may_be_of_any_comparison_of_the_study(result: Result) -> None:
    own = result.tables["multiverse"].query("curve == 'as in the study'")
    right = own[["muscle", "contrast"]].assign(ratio=own["own"].to_numpy())
    other, wide = right.assign(ratio=right["ratio"] * 2), right.rename(columns={"muscle": "phase"})
    for comparisons in ([right], [other, right], [wide, right]):
        every_processing.check_same(result, comparisons)
    with pytest.raises(StudyError, match=r"of other recordings than this run"):
        every_processing.check_same(result, [wide, other])
