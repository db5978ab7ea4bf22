"""A study whose repetitions are found in one stream and held against another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emgkit import Channel, Recording, Trial
from emgkit.errors import StudyError
from emgkit.study import Study
from emgkit.study.file.read import parse
from emgkit.study.recordings.read import Reading, read
from tests.study.conftest import TWO_LIFTS, record

WITH = TWO_LIFTS.replace('task = "squat"\n', 'task = "squat"\nby = ["position", "angle"]\n')

# a stage that finds a number on a doubtful signal warns, and `Study.run` keeps the notice
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


def test_the_agreement_of_streams_stands_in_tables_methods_and_report(tmp_path):
    record(tmp_path / "data", people=3)
    for path in (tmp_path / "data").glob("*_squat.csv"):
        table = pd.read_csv(path)
        # the knee bends a fiftieth of a second later, and in one recording misses a repetition
        knee = (-300 * table["position (m)"]).shift(10, fill_value=0.0).round(4)
        if path.name == "P2_squat.csv":
            knee[:2000] = knee[0]
        table.assign(**{"knee (deg)": knee}).to_csv(path, index=False)
    (tmp_path / "study.toml").write_text(WITH, encoding="utf-8")
    result = Study.load(tmp_path).run(tmp_path / "results")
    rows = result.tables["repetitions"]
    squats = rows[rows["exercise"] == "squat"]
    assert squats["start_by_angle"].dropna().to_numpy() == pytest.approx(0.02, abs=0.01)
    assert rows.loc[rows["exercise"] == "thrust", "start_by_angle"].isna().all()
    agreement = result.tables["agreement"]
    assert set(agreement["exercise"]) == {"squat"}
    n, matched = agreement[["n", "matched"]].iloc[0]
    assert n == len(squats)
    assert matched == squats["start_by_angle"].notna().sum() < n
    methods = (tmp_path / "results" / "methods.md").read_text(encoding="utf-8")
    assert f"The repetitions of squat were searched in the angle signal, too: {matched} of {n} were found" in methods
    assert "by a median of 20 ms at the start" in methods
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "How far the streams agree on the repetitions" in page
    assert [notice.code for notice in result.notices].count("streams-differ") == 1
    assert "P2_squat.csv: The angle shows" in page


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ('"positon"', r"squat\.by\. Allowed: 'position', 'angle', .*or a list"),
        ('["position", "emg"]', r"squat\.by\.2\. Allowed: 'position' or 'angle'\. Got: 'emg'"),
        ('["position"]', "names at least two streams"),
        ('"position"\nchannel = ["bar"]', "a list of channels goes with a list of as many streams"),
    ],
)
def test_a_list_of_streams_is_checked(by, words):
    with pytest.raises(StudyError, match=words):
        parse(WITH.replace('["position", "angle"]', by), where="study.toml")


def channels(name, sfreq, *labels):
    said = tuple(Channel(name=label, unit="V") for label in labels)
    return {name: Recording(data=np.linspace(-1e-4, 1e-4, 2 * len(said)).reshape(len(said), 2), sfreq=sfreq,
                            channels=said)}  # fmt: skip


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({}, None),
        (
            channels("emg_2", 500.0, "BF"),
            r"EMG at two rates; a study needs one\. Where: P1_squat\.csv\. Got: 'emg' and 'emg_2'",
        ),
    ],
)
def test_a_recording_of_a_study_has_emg_at_one_rate(monkeypatch, second, words):
    trial = Trial(streams={**channels("emg", 1000.0, "VL", "VM"), **second})
    monkeypatch.setattr("emgkit.study.recordings.read._assembled", lambda _path, _rule: trial)
    rule = Reading(name="P1_squat.csv", facts={"participant": "P1"})
    if words is None:
        assert read(Path("a"), rule).emg.names == ("VL", "VM")
    else:
        with pytest.raises(StudyError, match=words):
            read(Path("a"), rule)
