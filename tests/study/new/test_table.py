"""Where nothing shows the repetitions, a table to fill in is written, and the study file says how it is used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emgkit import Channel, Recording, Trial, mark_repetitions
from emgkit.errors import ArgumentError
from emgkit.events import RepetitionTable
from emgkit.study import new


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A column of EMG of two people in two tasks, and nothing else."""
    (tmp_path / "data").mkdir()
    rng = np.random.default_rng(1)
    for who in ("P01", "P02"):
        for task in ("squat", "lunge"):
            frame = pd.DataFrame({"VL (mV)": rng.normal(size=4000).round(5)})
            frame.to_csv(tmp_path / "data" / f"{who}_{task}.csv", index=False)
    return tmp_path


def test_a_table_to_fill_in_is_written_where_nothing_shows_the_repetitions(folder):
    made = new.new(folder / "study", folder / "data")
    lines = (folder / "study" / "reps.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,start,turn,end,set,repetition,load,accepted,reason"
    assert [line.rstrip(",") for line in lines[1:]] == [
        "P01_lunge.csv", "P02_lunge.csv", "P01_squat.csv", "P02_squat.csv",
    ]  # fmt: skip
    text = made.file.read_text(encoding="utf-8")
    assert '# table = "reps.csv"' in text
    assert '"table" (a table of times)' in text


def test_the_answer_that_there_is_a_table_names_it(folder):
    answers = {"exercises.squat.by": "table", "exercises.lunge.by": "table", "data.0.sfreq": 1000.0}
    text = new.new(folder / "study", folder / "data", answers=answers).file.read_text(encoding="utf-8")
    assert '\n[repetitions]\ntable = "reps.csv"' in text
    trial = Trial(streams={"emg": Recording(data=[[0.0, 1.0]], sfreq=1.0, channels=(Channel(name="VL", unit="V"),))})
    rows = RepetitionTable.read(folder / "study" / "reps.csv")
    with pytest.raises(ArgumentError, match=r"A time is missing.*reps.csv, row 2, column 'start'"):
        mark_repetitions(trial, replace(rows, rows=rows.rows[:1]))


def test_a_table_that_is_there_is_kept(folder):
    (folder / "study").mkdir()
    (folder / "study" / "reps.csv").write_text("file,start,end\nP01_squat.csv,1,2\n", encoding="utf-8")
    new.write(folder / "study", new.look(folder / "data"))
    assert "P01_squat.csv,1,2" in (folder / "study" / "reps.csv").read_text(encoding="utf-8")


def test_axes_of_a_marker_stand_in_one_row(tmp_path, record):
    labels = [f"LASI_{axis} (m)" for axis in "xyz"] + ["knee_x (m)", "knee_y (m)"]
    for who in ("P01", "P02"):
        record(tmp_path / "d" / f"{who}_squat.csv", movement=labels)
    text = new.listing(new.look(tmp_path / "d"), 120)
    rows = [line.split()[:3] for line in text.splitlines() if line.startswith(("  LASI", "  knee"))]
    assert [row[0] for row in rows] == ["LASI_x,", "knee_x", "knee_y"]
    assert "LASI_x, _y, _z" in text
    assert "7 channels" in text
