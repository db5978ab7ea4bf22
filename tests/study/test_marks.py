"""A study whose repetitions stand in a table: each row finds its recording, and gives the rows of the same event."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import EmgkitError, StudyError
from emgkit.study import Study
from emgkit.study.file.read import parse
from emgkit.study.recordings.analysis import Analysis, analyse
from emgkit.study.recordings.plan import plan_of

pytestmark = pytest.mark.long

STUDY = """
[study]
title = "Two lifts without a stream"
question = "Which of the two activates the vastus lateralis more?"
[data]
folder = "data"
pattern = "{participant}_{task}.csv"
sfreq = 500
units = "mV"
[channels]
"VL" = { muscle = "vastus_lateralis" }
[exercises.squat]
task = "squat"
by = "table"
[exercises.thrust]
task = "thrust"
by = "table"
[mvc]
tasks = ["mvc"]
[[steps]]
step = "Highpass"
cutoff = 20
[[steps]]
step = "MovingRMS"
window = 0.1
[repetitions]
table = "reps.csv"
[[measures]]
name = "mean"
primary = true
[[comparisons]]
within = "exercise"
by = "muscle"
"""
PEOPLE = ("P1", "P2", "P3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One column of EMG in each file, and fifteen marks a person of which one is rejected."""
    rng = np.random.default_rng(3)
    times = np.arange(0, 40, 1 / 500)
    (tmp_path / "data").mkdir()
    rows = []
    for who in PEOPLE:
        for task, scale in (("squat", 0.2), ("thrust", 0.1), ("mvc", 0.4)):
            active = np.ones_like(times) if task == "mvc" else np.full_like(times, 0.02)
            for i in range(15 if task != "mvc" else 0):
                start = 1.0 + 2.5 * i + 0.1 * rng.random()
                rows.append({"participant": who, "task": task, "start": round(start, 3), "end": round(start + 1.5, 3)})
                active[(times >= start) & (times < start + 1.5)] = 1.0
            emg = rng.normal(size=times.size) * scale * active * np.exp(0.1 * rng.normal())
            pd.DataFrame({"VL": emg.round(6)}).to_csv(tmp_path / "data" / f"{who}_{task}.csv", index=False)
    table = pd.DataFrame(rows)
    table["accepted"] = np.where(table.index == 2, "no", "yes")
    table["reason"] = np.where(table.index == 2, "a cough", "")
    table.to_csv(tmp_path / "reps.csv", index=False)
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def run(folder: Path, text: str = STUDY) -> Analysis:
    file = parse(text, where="study.toml")
    return analyse(file, plan_of(file, folder), folder / "data", progress=lambda *_: None)


def rows_of(done: Analysis) -> pd.DataFrame:
    return pd.concat([session.rows for session in done.sessions], ignore_index=True)


def test_the_table_gives_the_same_rows_as_the_same_events(folder):
    marked = run(folder)
    table = pd.read_csv(folder / "reps.csv", keep_default_na=False)
    for (who, task), own in table.groupby(["participant", "task"]):
        events = own.assign(
            onset=own["start"], duration=own["end"] - own["start"], trial_type="repetition",
            accepted=own["accepted"].map({"yes": "true", "no": "false"}), reason=own["reason"].replace("", "n/a"),
        )[["onset", "duration", "trial_type", "accepted", "reason"]]  # fmt: skip
        events.to_csv(folder / "data" / f"{who}_{task}_events.tsv", sep="\t", index=False)
    text = STUDY.replace('by = "table"', 'by = "events"').replace('[repetitions]\ntable = "reps.csv"\n', "")
    own = run(folder, text)
    one, two = rows_of(marked), rows_of(own)
    assert len(one) == 3 * 30 - 1
    pd.testing.assert_frame_equal(one, two)
    audits = (pd.concat([session.repetitions for session in done.sessions]) for done in (marked, own))
    first, second = audits
    assert first["origin"].unique().tolist() == ["table"]
    pd.testing.assert_frame_equal(first.drop(columns="origin"), second, check_exact=False, rtol=1e-9)


def test_methods_say_what_was_done_and_nothing_else(folder):
    Study.load(folder).run(folder / "out")
    text = (folder / "out" / "methods.md").read_text(encoding="utf-8")
    assert "The repetitions of squat and thrust were marked in a table. 1 of 90 repetitions of the table was" in text
    for word in ("turning point", "prominence", "stream", "filtered at 6 Hz", "recordings' own events"):
        assert word not in text


def test_one_column_files_run_by_bursts_and_as_a_whole_and_say_so(folder):
    without = STUDY.replace('[repetitions]\ntable = "reps.csv"\n', "")
    (folder / "study.toml").write_text(without.replace('by = "table"', 'by = "emg"'), encoding="utf-8")
    Study.load(folder).run(folder / "emg")
    text = (folder / "emg" / "methods.md").read_text(encoding="utf-8")
    assert "The repetitions of squat and thrust are bursts of the EMG itself (all channels)" in text
    assert "which is circular" in text
    assert "0 of 90 repetitions from bursts of the EMG were rejected" in text
    table = pd.read_csv(folder / "emg" / "tables" / "repetitions.csv")
    assert set(table["origin"]) == {"EMG bursts (circular)"}
    marks = pd.read_csv(folder / "reps.csv")
    assert table["onset"].to_numpy() == pytest.approx(marks["start"].to_numpy(), abs=0.15)
    assert "chose its windows, which is circular" in (folder / "emg" / "report.html").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(without.replace('by = "table"', 'by = "none"'), encoding="utf-8")
    Study.load(folder).run(folder / "none")
    text = (folder / "none" / "methods.md").read_text(encoding="utf-8")
    assert "No repetitions were searched in squat and thrust: the whole of each recording was measured." in text
    for word in ("burst", "table", "turning point", "prominence", "rejected", "curve"):
        assert word not in text
    assert not list((folder / "none").glob("*/curves*")), "nobody asked for curves of whole recordings"


def test_cycles_say_in_words_and_on_the_axis_what_0_percent_is(folder):
    """Gait by a knee angle that spends most of its time near straight."""
    times = np.arange(0, 40, 1 / 500)
    for who in PEOPLE:
        for task, period in (("squat", 1.1), ("thrust", 1.4)):
            path = folder / "data" / f"{who}_{task}.csv"
            swing = 60 * np.exp(-0.5 * (((times % period) - period / 2) / 0.12) ** 2)
            pd.read_csv(path).assign(**{"knee (deg)": swing.round(3)}).to_csv(path, index=False)
    gait = STUDY.replace('by = "table"', 'by = "angle"').replace('[repetitions]\ntable = "reps.csv"\n', "")
    gait = gait.replace("[exercises.squat]", '"knee" = { kind = "JNTANG", unit = "deg" }\n[exercises.squat]')
    (folder / "study.toml").write_text(gait, encoding="utf-8")
    Study.load(folder).run(folder / "out")
    said = "0 % of a cycle of squat and thrust was the highest value of the angle signal."
    assert said in (folder / "out" / "methods.md").read_text(encoding="utf-8")
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "0 % of a cycle of squat is the highest angle." in page
    figure = next((folder / "out" / "figures").glob("curves*.svg")).read_text(encoding="utf-8")
    assert "0 = highest angle" in figure


def test_files_may_be_named_with_or_without_their_folder(folder):
    table = pd.read_csv(folder / "reps.csv", keep_default_na=False)
    named = table["participant"] + "_" + table["task"] + ".csv"
    table.assign(file=named)[["file", "start", "end", "accepted", "reason"]].to_csv(folder / "reps.csv", index=False)
    assert len(rows_of(run(folder))) == 89


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"participant": "P7"}, r"about no recording.*row 5, column 'participant'.*'P1', 'P2' and 'P3'.*'P7'"),
        ({"task": "squad"}, r"about no recording.*row 5, column 'task'.*Did you mean 'squat'"),
        ({"task": "mvc"}, r"not taken from it.*row 5.*'squat' and 'thrust'.*P1_mvc.csv, no exercise"),
        ({"task": ""}, r"does not say which recording.*row 5.*'participant'"),
        ({"end": "99"}, r"beyond the recording.*P1_squat.csv, reps.csv, row 5, column 'end'.*Got: 99 s"),
    ],
)
def test_a_row_that_fits_no_recording_is_named(folder, change, match):
    table = pd.read_csv(folder / "reps.csv", keep_default_na=False, dtype=str)
    for column, value in change.items():
        table.loc[3, column] = value
    table.to_csv(folder / "reps.csv", index=False)
    with pytest.raises(EmgkitError, match=match):
        run(folder)


def test_a_recording_without_a_row_and_a_row_of_one_that_is_left_out(folder):
    table = pd.read_csv(folder / "reps.csv", keep_default_na=False)
    exclude = '[exclude]\nfiles = [{ path = "P2_squat.csv", reason = "the wrong bar" }]\n'
    with pytest.raises(StudyError, match=r"recording that is left out.*row 32.*P2_squat.csv: the wrong bar"):
        run(folder, STUDY + exclude)
    table[(table["participant"] != "P2") | (table["task"] != "squat")].to_csv(folder / "reps.csv", index=False)
    with pytest.raises(StudyError, match=r"1 of 6 recordings have no row.*'P2_squat.csv'"):
        run(folder)


def test_the_table_and_the_way_go_together():
    alone = STUDY.replace('by = "table"', 'by = "none"')
    with pytest.raises(StudyError, match=r"table and by = 'table' go together; no exercise have"):
        parse(alone, where="study.toml")
    with pytest.raises(StudyError, match=r"go together; exercises 'squat' and 'thrust'"):
        parse(STUDY.replace('table = "reps.csv"', ""), where="study.toml")
    with pytest.raises(StudyError, match=r"\[repetitions\] 'fps' go with"):
        parse(alone.replace('table = "reps.csv"', "fps = 25.0"), where="study.toml")


def test_frames_of_a_video_are_a_unit_of_the_study_file(folder):
    table = pd.read_csv(folder / "reps.csv", keep_default_na=False)
    table[["start", "end"]] = (table[["start", "end"]] - 0.5) * 50
    table.to_csv(folder / "reps.csv", index=False)
    frames = STUDY.replace('table = "reps.csv"', 'table = "reps.csv"\nunit = "frames"\nfps = 50\noffset = 0.5')
    repetitions = pd.concat([session.repetitions for session in run(folder, frames).sessions])
    assert repetitions["duration"].to_numpy() == pytest.approx(1.5)
    assert repetitions["onset"].iloc[0] == pytest.approx(table["start"].iloc[0] / 50 + 0.5)
