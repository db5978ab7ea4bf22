"""The main study: from simulated recordings, and from a data set of another laboratory's shape."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from emgkit import Recording, Trial, io, shipped, simulate
from emgkit.errors import EmgkitError, StudyError
from emgkit.events import find_repetitions
from emgkit.study import Study

RATE = 29 / 0.0135  # of a Trigno sensor: 2148.148 Hz
NAMES = {"GMAX": "Avanti 1", "BF": "Avanti 2", "VL": "Avanti 3"}


def table(out, name):
    return pd.read_csv(out / "tables" / f"{name}.csv", encoding="utf-8-sig")


@pytest.fixture(scope="session")
def small(shared):
    """A simulated study of four participants."""
    spec = simulate.load_spec("three_lifts").model_copy(update={"participants": 4})
    return shared("four_participants_seed_3", lambda folder: simulate.study(spec, folder / "set", seed=3))


@pytest.fixture(scope="session")
def result(shared, small):
    """The study as it is shipped, run over the four participants."""
    return shared("three_lifts_of_four", lambda folder: Study.load("three_lifts").run(folder / "out", small))


def renamed(emg: Recording, rng: np.random.Generator) -> Recording:
    """Two sides, channel names of a sensor system, and no word on muscles or sides."""
    channels = [
        replace(c, name=f"{letter} {NAMES[c.name]}", muscle=None, side=None) for letter in "RL" for c in emg.channels
    ]
    left = emg.data * rng.uniform(0.5, 0.8, (3, 1)) + rng.normal(0, 2e-6, emg.data.shape)
    return replace(emg, data=[*emg.data, *left], channels=tuple(channels))


def other_trials(*, without: str = "") -> list[Trial]:
    """Three participants, two sessions, two sides, 2148.148 Hz."""
    spec = simulate.load_spec("three_lifts").model_copy(update={"participants": 3, "sfreq": RATE})
    made = []
    for session in ("1", "2"):
        rng = np.random.default_rng(int(session))
        for one in simulate.trials(spec, seed=int(session)):
            task = str(one.context["task"])
            if without and session == "2" and one.context["participant"] == "02" and task.startswith(without):
                continue
            streams = {**one.streams, "emg": renamed(one.emg, rng)}
            made.append(Trial(streams=streams, events=one.events, context={**one.context, "session": session}))
    return made


@pytest.fixture(scope="session")
def study_with_channels(tmp_path_factory):
    """The study file with ``[channels]`` for the other laboratory's names."""
    folder = tmp_path_factory.mktemp("studies") / "three_lifts"
    shutil.copytree(shipped.path("studies", "three_lifts"), folder, ignore=shutil.ignore_patterns("results"))
    muscles = {"Avanti 1": "gluteus_maximus", "Avanti 2": "biceps_femoris", "Avanti 3": "vastus_lateralis"}
    lines = ["[channels]"] + [
        f'"{letter} {name}" = {{ muscle = "{muscle}", side = "{side}" }}'
        for letter, side in (("R", "right"), ("L", "left"))
        for name, muscle in muscles.items()
    ]
    file = folder / "study.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.mark.long
def test_outputs_are_whole_and_say_simulated(small, result):
    written = {path.relative_to(result.out).as_posix() for path in result.out.rglob("*") if path.is_file()}
    tables = {"anova", "cells", "contrasts", "curves", "measures", "quality", "recovery", "references", "repetitions"}
    assert {f"tables/{name}.csv" for name in tables} <= written
    assert {
        f"figures/{name}.{end}"
        for name in ("activation", "contrasts", "curves", "references", "signals")
        for end in ("pdf", "png", "svg")
    } <= written
    assert {"report.html", "methods.md", "provenance.json"} <= written
    sheets = sorted(name for name in written if name.startswith("figures/repetitions/"))
    assert len(sheets) == table(result.out, "cells")["participant"].nunique()
    page = result.report.read_text(encoding="utf-8")
    assert all(f'<a href="{name}">' in page for name in sheets)
    assert all(table(result.out, name)["simulated"].all() for name in tables)
    assert result.finding[0].startswith("The data are simulated")
    assert "The data are simulated" in result.report.read_text(encoding="utf-8")
    provenance = json.loads((result.out / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["simulated"] is True
    assert len(provenance["inputs"]) == len(io.bids.recordings(small))
    assert set(provenance["outputs"]) == written - {"provenance.json"}
    contrasts = table(result.out, "contrasts")
    assert len(contrasts) == 9
    assert (contrasts["n"] == 4).all()


@pytest.fixture(scope="session")
def as_shipped(shared):
    """The only run of the study as it is shipped: 13 participants, its own seed."""

    def make(folder):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("EMGKIT_DATA", str(folder / "data"))
            return Study.load("three_lifts").run(folder / "out")

    return shared("three_lifts_as_shipped", make)


@pytest.mark.long
def test_the_main_report_prints_on_ten_pages(as_shipped, browser, tmp_path):
    page = browser.new_page()
    page.goto(as_shipped.report.as_uri())
    for paper in ("A4", "Letter"):
        page.pdf(path=tmp_path / f"{paper}.pdf", prefer_css_page_size=True, format=paper)
        assert len(PdfReader(tmp_path / f"{paper}.pdf").pages) <= 10, paper
    page.close()
    assert as_shipped.report.stat().st_size < 15_000_000


@pytest.mark.long
def test_the_whole_study_finds_what_was_put_in(as_shipped):
    """Held against what its file expects."""
    result = as_shipped
    held = result.tables["expected"]
    assert len(held) == 9
    assert (held["holds"] == "yes").all(), held.to_string()
    recovery = result.tables["recovery"]
    assert recovery["put_in"].between(recovery["ci_low"], recovery["ci_high"]).all()
    assert (result.tables["contrasts"]["n"] == 13).all()


@pytest.mark.long
def test_values_above_the_reference_are_kept_and_a_notice_counts_them(result):
    extremes = result.tables["extremes"]
    assert extremes["maximum"].max() > 100
    (text,) = [notice.text for notice in result.notices if notice.code == "above-reference"]
    assert f"up to {extremes['maximum'].max():.0f} %" in text
    assert f"in {(extremes['maximum'] > 100).sum()} of {len(extremes)} channels" in text
    peaks = result.tables["measures"].query("measure == 'peak'")["value"]
    assert peaks.max() > 100


@pytest.mark.long
def test_the_same_inputs_give_the_same_bytes(small, result, tmp_path):
    one, two = result.out, Study.load("three_lifts").run(tmp_path / "two", small).out
    for path in sorted((one / "tables").glob("*.csv")):
        assert path.read_bytes() == (two / "tables" / path.name).read_bytes(), path.name
    assert (one / "report.html").read_bytes() == (two / "report.html").read_bytes()


@pytest.mark.long
def test_a_data_set_of_another_shape_runs(study_with_channels, tmp_path):
    root = io.write_bids(
        other_trials(), tmp_path / "set", name="Another laboratory (simulated)", sidecar={"emgkitSimulated": True}
    )
    result = Study.load(study_with_channels).run(tmp_path / "out", root, quick=True)
    contrasts = result.tables["contrasts"]
    assert set(contrasts["muscle"]) == {"gluteus_maximus", "biceps_femoris", "vastus_lateralis"}
    assert (contrasts["n"] == 3).all()
    references = result.tables["references"]
    assert set(references["session"]) == {"1", "2"}
    assert references["channel"].nunique() == 6
    rows = result.tables["measures"]
    assert set(rows["side"]) == {"left", "right"}
    # every participant weighs alike, and every side and session within a participant
    mean = rows[(rows["measure"] == "mean") & (rows["phase"] == "whole")]
    by_hand = mean.groupby(["participant", "exercise", "muscle", "session", "side"])["value"].mean()
    by_hand = by_hand.groupby(["participant", "exercise", "muscle"]).mean()
    cells = result.tables["cells"].set_index(["participant", "exercise", "muscle"])["value"]
    pd.testing.assert_series_equal(
        cells.sort_index(), by_hand.sort_index(), check_names=False, check_index_type=False, rtol=1e-12
    )


@pytest.mark.long
def test_a_missing_mvc_is_named(study_with_channels, tmp_path):
    trials = other_trials(without="mvc")
    root = io.write_bids(trials, tmp_path / "set", name="Without an MVC (simulated)", sidecar={"emgkitSimulated": True})
    wanted = r"no MVC trial of participant 02, session 2.*'mvc\*'.*own_task_maximum; or, .*across_sessions = true"
    with pytest.raises(StudyError, match=wanted):
        Study.load(study_with_channels).run(tmp_path / "out", root)
    assert not (tmp_path / "out").exists()


def test_an_mvc_missing_for_one_muscle_is_named(small, tmp_path):
    root = tmp_path / "set"
    trials = []
    for path in io.bids.recordings(small):
        trial = io.read(path)
        if str(trial.context["task"]).startswith("mvc") and trial.context["participant"] == "03":
            trial = replace(trial, streams={"emg": trial.emg.pick("GMAX", "VL")})
        trials.append(trial.with_context(simulated=None))
    io.write_bids(trials, root, name="One muscle without MVC (simulated)", sidecar={"emgkitSimulated": True})
    with pytest.raises(StudyError, match=r"no MVC of 'BF \(biceps_femoris\)' for participant 03"):
        Study.load("three_lifts").run(tmp_path / "out", root)


def test_uncovered_copies_are_an_error_that_names_them(small, tmp_path):
    root = tmp_path / "set"
    shutil.copytree(small, root)
    files = [root / f"sub-{who}/emg/sub-{who}_task-squat_emg.bdf" for who in ("01", "02")]
    shutil.copy(files[0], files[1])
    with pytest.raises(EmgkitError, match=r"copies of one another.*sub-01_task-squat.*sub-02_task-squat"):
        Study.load("three_lifts").run(tmp_path / "out", root)


@pytest.mark.long
def test_a_bad_file_is_left_out_only_if_the_study_says_so(small, tmp_path):
    root, folder = tmp_path / "set", tmp_path / "study"
    shutil.copytree(small, root)
    bad = root / "sub-04/emg/sub-04_task-squat_emg.bdf"
    bad.write_bytes(bad.read_bytes()[:5000])
    with pytest.raises(EmgkitError, match=r"sub-04_task-squat_emg\.bdf"):
        Study.load("three_lifts").run(tmp_path / "out", root)
    assert not (tmp_path / "out").exists()
    shutil.copytree(shipped.path("studies", "three_lifts"), folder, ignore=shutil.ignore_patterns("results"))
    file = folder / "study.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n[exclude]\nallow = true\n", encoding="utf-8")
    result = Study.load(folder).run(tmp_path / "out", root, quick=True)
    assert list(result.tables["excluded"]["recording"]) == ["sub-04/emg/sub-04_task-squat_emg.bdf"]
    assert (result.tables["contrasts"]["n"] == 3).all()
    assert "sub-04_task-squat_emg.bdf" in result.report.read_text(encoding="utf-8")


def test_simulated_and_recorded_data_do_not_mix(small, tmp_path):
    root = tmp_path / "set"
    shutil.copytree(small, root)
    sidecar = root / "sub-01/emg/sub-01_task-squat_emg.json"
    content = json.loads(sidecar.read_text(encoding="utf-8"))
    sidecar.write_text(json.dumps({**content, "emgkitSimulated": False}), encoding="utf-8")
    with pytest.raises(StudyError, match="Simulated and recorded data are mixed"):
        Study.load("three_lifts").run(tmp_path / "out", root)


def test_an_mvc_position_that_others_have_is_named(small, tmp_path):
    """Without the position that tests the muscle, a weak contraction would pass for its maximum."""
    root = tmp_path / "set"
    shutil.copytree(small, root)
    gone = [path for path in (root / "sub-03" / "emg").iterdir() if "mvcHam" in path.name]
    assert gone
    for path in gone:
        path.unlink()
    with pytest.raises(StudyError, match=r"no MVC trial 'mvcHam\w+'.* of participant 03.*all_positions = false"):
        Study.load("three_lifts").run(tmp_path / "out", root)


@pytest.mark.long
def test_the_recordings_own_repetitions_can_be_used(small, result, tmp_path):
    folder, root = tmp_path / "study", tmp_path / "set"
    shutil.copytree(shipped.path("studies", "three_lifts"), folder, ignore=shutil.ignore_patterns("results"))
    starts = {"squat": "eccentric", "hipThrust": "concentric", "deadlift": "concentric"}
    trials = []
    for path in io.bids.recordings(small):
        trial = io.read(path)
        if trial.context["task"] in starts:
            trial = find_repetitions(trial, by="position", starts=starts[str(trial.context["task"])])
        trials.append(trial.with_context(simulated=None))
    io.write_bids(trials, root, name="Cut before (simulated)", sidecar={"emgkitSimulated": True})
    found = result.tables["cells"]
    with pytest.raises(StudyError, match=r"already has repetition events.*by = \"events\""):
        Study.load(folder).run(tmp_path / "out", root)
    file = folder / "study.toml"
    text = re.sub(r"(?m)^starts = .*\n", "", file.read_text(encoding="utf-8"))
    file.write_text(text.replace('by = "position"', 'by = "events"'), encoding="utf-8")
    own = Study.load(folder).run(tmp_path / "out", root, quick=True).tables["cells"]
    text = (tmp_path / "out" / "methods.md").read_text(encoding="utf-8")
    assert "and their phases are the recordings' own events." in text
    assert "0 of 60 repetitions of the recordings' own events were rejected by hand" in text
    assert "prominence" not in text
    assert "velocity" not in text
    np.testing.assert_allclose(own["value"], found["value"], rtol=1e-6)
