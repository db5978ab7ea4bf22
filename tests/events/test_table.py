"""Repetitions from a table: what it says becomes events, and whatever is wrong in it is named by row and column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import Channel, EmgkitWarning, Recording, Trial, find_repetitions, mark_repetitions
from emgkit.errors import ArgumentError, FileError
from emgkit.events import audit
from emgkit.events.ways.table import RepetitionTable

HEAD = "start,turn,end"


@pytest.fixture
def trial() -> Trial:
    """Ten seconds of EMG at 2000 Hz that begin at 1 s."""
    emg = Recording(data=np.ones((1, 20000)), sfreq=2000.0, channels=(Channel(name="VL", unit="V"),), start=1.0)
    return Trial(streams={"emg": emg}, context={"participant": "P1", "task": "squat"})


def spans(trial: Trial, label: str = "repetition") -> list[tuple[float, float]]:
    return [(round(e.onset, 6), round(e.end, 6)) for e in trial.events if e.label == label]


def test_a_row_is_a_repetition_and_its_turn_parts_two_phases(trial):
    table = pd.DataFrame({"start": [2.0, 6.0], "turn": [3.0, 6.5], "end": [4.0, 8.0], "load": [60, 62.5]})
    marked = mark_repetitions(trial, table, starts="concentric", exercise="squat")
    assert spans(marked) == [(2, 4), (6, 8)]
    assert spans(marked, "phase") == [(2, 3), (3, 4), (6, 6.5), (6.5, 8)]
    phases = [event.get("phase") for event in marked.events if event.label == "phase"]
    assert phases == ["concentric", "eccentric"] * 2
    assert [event.get("load_kg") for event in marked.events if event.label == "repetition"] == [60, 62.5]
    rows = audit(marked)
    assert rows["repetition"].to_list() == [1, 2]
    assert rows["origin"].to_list() == ["table", "table"]
    assert rows["concentric_s"].to_list() == pytest.approx([1.0, 0.5])


@pytest.mark.parametrize(
    ("unit", "values", "more"),
    [
        ("s", (1.5, 3.5), {}),
        ("s", (0.5, 2.5), {"offset": 1.0}),
        ("ms", (1500, 3500), {}),
        ("samples", (1000, 5000), {}),
        ("frames", (150, 350), {"fps": 100}),
        ("frames", (25, 75), {"fps": 25, "offset": 0.5}),
    ],
)
def test_times_in_any_unit_are_the_same_times(trial, unit, values, more):
    table = pd.DataFrame({"start": [values[0]], "end": [values[1]]})
    assert spans(mark_repetitions(trial, table, unit=unit, **more)) == [(1.5, 3.5)]
    assert spans(find_repetitions(trial, by="table", table=table, unit=unit, **more)) == [(1.5, 3.5)]


def test_rows_of_phases_belong_to_the_repetition_around_them_or_make_one(trial):
    rows = [(2, 4, None), (2.1, 3, "eccentric"), (3, 3.4, "hold"), (3.4, 3.9, "concentric")]
    around = pd.DataFrame(rows, columns=["start", "end", "phase"])
    marked = mark_repetitions(trial, around)
    assert spans(marked) == [(2, 4)]
    assert spans(marked, "phase") == [(2.1, 3), (3, 3.4), (3.4, 3.9)]
    alone = around.iloc[1:].assign(repetition=7)
    marked = mark_repetitions(trial, alone)
    assert spans(marked) == [(2.1, 3.9)]
    assert {event.get("repetition") for event in marked.events} == {7}


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_file_is_read_whatever_divides_its_cells(trial, tmp_path, sign):
    comma = "," if sign != "," else "."
    text = f"start{sign}end{sign}accepted{sign}reason\n2{comma}5{sign}4{sign}no{sign}cough\n\n5{sign}6{sign}yes{sign}\n"
    (tmp_path / "reps.csv").write_text("\ufeff" + text, encoding="utf-8")
    marked = mark_repetitions(trial, tmp_path / "reps.csv")
    assert spans(marked) == [(2.5, 4), (5, 6)]
    assert audit(marked)[["accepted", "reason"]].to_numpy().tolist() == [[False, "cough"], [True, ""]]


def test_a_workbook_gives_the_same_as_a_text(trial, tmp_path):
    table = pd.DataFrame(
        {"participant": ["P1", "P1"], "task": "squat", "start": [2, 5.5], "end": [4, 7], "set": [1, 2]}
    )
    table.to_excel(tmp_path / "reps.xlsx", index=False)
    table.to_csv(tmp_path / "reps.csv", index=False)
    one, two = (mark_repetitions(trial, tmp_path / f"reps.{ending}").events for ending in ("xlsx", "csv"))
    assert one == two
    assert [event.get("set") for event in one] == [1, 2]


def test_the_rows_of_a_table_of_many_that_fit_the_trial_are_used(trial):
    table = pd.DataFrame({"participant": ["P1", "P2"], "task": "squat", "start": [2, 3], "end": [4, 5]})
    assert spans(mark_repetitions(trial, table)) == [(2, 4)]
    with pytest.raises(ArgumentError, match=r"no row of this trial.*participant P2, task squat.*participant P1"):
        mark_repetitions(trial, table.iloc[1:])
    files = pd.DataFrame({"file": ["a.csv", "b.csv"], "start": [2, 3], "end": [4, 5]})
    with pytest.raises(ArgumentError, match=r"several files.*one file.*'a.csv' and 'b.csv'"):
        mark_repetitions(trial, files)
    assert spans(mark_repetitions(trial, files.iloc[:1])) == [(2, 4)]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("start,end\n4,2", r"ends before it starts.*row 2, column 'end'.*above 4 s.*Got: 2 s"),
        ("start,end\n4,4", r"no duration.*row 2"),
        ("start,end\n2,3\n9,11.5", r"beyond the recording.*row 3, column 'end'.*1 to 11 s.*Got: 11.5 s"),
        ("start,end\n0.2,3", r"beyond the recording.*row 2, column 'start'.*Got: 0.2 s"),
        ("start,end\n5,7\n2,5.5", r"overlap.*row 2, column 'start'.*at least 5.5 s.*row 3.*Got: 5 s"),
        ("start,end,repetition\n2,3,1\n4,5,1", r"have the number 1.*row 3, column 'repetition'.*as in .*row 2"),
        ("start,end,repetition\n2,3,1\n4,5,", r"one has none.*row 3, column 'repetition'"),
        ("start,end,repetition\n2,3,1.5", r"row 2, column 'repetition'.*whole number from 1.*'1.5'"),
        ("start,end,acepted\n2,3,no", r"Unknown column 'acepted'.*row 1.*Did you mean 'accepted'"),
        ("start,stop\n2,3", r"Unknown column 'stop'"),
        ("start (ms),end (ms)\n2,3", r"'start \(ms\)' names a unit.*Allowed: 'start'.*unit = \"s\", \"ms\""),
        ("start,reason\n2,x", r"no column 'end'"),
        ("start,end,end\n2,3,3", r"the column 'end' twice"),
        ("load,load_kg,start,end\n2,3,3,4", r"the column 'load_kg' twice"),
        ("start,end\n2,", r"A time is missing.*row 2, column 'end'"),
        ("start,end\n2", r"another number of cells.*row 2.*2 cells.*Got: 1"),
        ("start,end\ntwo,3", r"row 2, column 'start'.*a number.*'two'"),
        ("start,end,accepted\n2,3,perhaps", r"row 2, column 'accepted'.*yes or no.*'perhaps'"),
        ("start,end,phase\n2,4,\n2,3,down", r"Unknown phase.*row 3, column 'phase'.*'eccentric'.*'down'"),
        ("start,end,phase\n2,4,\n4.5,5,eccentric", r"in no repetition.*row 3.*2 to 4 s.*4.5 to 5 s"),
        ("start,end,phase\n2,3,eccentric", r"belongs to no repetition.*row 2, column 'repetition'"),
        ("start,end,phase\n2,5,\n2,3,eccentric\n3,4,eccentric", r"two eccentric phases.*row 4"),
        (f"{HEAD}\n2,5,4", r"turn does not lie inside.*row 2, column 'turn'.*between 2 and 4 s.*Got: 5 s"),
        (f"{HEAD}\n2,3,4", r"which one comes first is not known.*row 2, column 'turn'.*starts = 'eccentric'"),
        ("start,end", r"no rows"),
    ],
)
def test_what_is_wrong_is_named_with_its_row_and_column(trial, tmp_path, text, match):
    (tmp_path / "reps.csv").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(ArgumentError, match=match):
        mark_repetitions(trial, tmp_path / "reps.csv")


def test_starts_needs_a_turn_of_each_accepted_repetition_and_agrees_with_phases(trial):
    table = pd.DataFrame({"start": [2, 5], "turn": [3, None], "end": [4, 6]})
    with pytest.raises(ArgumentError, match=r"has no phases.*row 3, column 'turn'"):
        mark_repetitions(trial, table, starts="eccentric")
    rejected = table.assign(accepted=[True, False])
    assert len(spans(mark_repetitions(trial, rejected, starts="eccentric"), "phase")) == 2
    phases = pd.DataFrame({"start": [2, 3], "end": [3, 4], "phase": ["eccentric", "concentric"], "repetition": 1})
    assert len(mark_repetitions(trial, phases, starts="eccentric").events) == 3
    with pytest.raises(ArgumentError, match=r"does not start with the phase.*row 2.*'concentric'.*'eccentric'"):
        mark_repetitions(trial, phases, starts="concentric")


def test_frames_have_a_rate_and_nothing_else_has(trial):
    table = pd.DataFrame({"start": [2], "end": [4]})
    with pytest.raises(ArgumentError, match=r"rate of the frames is missing.*fps"):
        mark_repetitions(trial, table, unit="frames")
    with pytest.raises(ArgumentError, match=r"Frames have a rate, and nothing else has"):
        mark_repetitions(trial, table, fps=25)
    with pytest.raises(ArgumentError, match=r"'unit'.*'frames'.*'minutes'"):
        mark_repetitions(trial, table, unit="minutes")
    with pytest.raises(FileError, match="no table of repetitions"):
        mark_repetitions(trial, "nowhere.csv")


def test_the_rejected_keep_their_reason_and_who_marked_is_kept(trial):
    table = pd.DataFrame(
        {
            "start": [2, 5],
            "end": [4, 6],
            "accepted": [0, 1],
            "marked_by": "AB",
            "marked_at": "2026-05-01",
            "origin": "hand",
        }
    )
    rows = audit(mark_repetitions(trial, table))
    assert rows["reason"].to_list() == ["rejected in the table", ""]
    assert rows[["origin", "marked_by", "marked_at"]].to_numpy().tolist() == [["hand", "AB", "2026-05-01"]] * 2
    with pytest.warns(EmgkitWarning, match="All 1 repetitions are rejected: rejected in the table"):
        mark_repetitions(trial, table.iloc[:1])


@pytest.mark.parametrize(
    ("cell", "kept"),
    [("2", 2), ("2.0", 2), ("²", "²"), ("1.02", "1.02"), ("9" * 400, "9" * 400), ("warm-up", "warm-up")],
)
def test_a_set_is_a_number_where_it_is_written_as_one_and_a_name_else(trial, cell, kept):
    marked = mark_repetitions(trial, pd.DataFrame({"start": ["2"], "end": ["4"], "set": [cell]}))
    assert [event.get("set") for event in marked.events] == [kept]


@pytest.mark.parametrize("damage", [lambda raw: raw[:9], lambda raw: raw[:-300], lambda raw: raw.replace(b"xl", b"xx")])
def test_a_damaged_workbook_is_named(tmp_path, damage):
    pd.DataFrame({"start": [2.0], "end": [4.0]}).to_excel(tmp_path / "reps.xlsx", index=False)
    (tmp_path / "reps.xlsx").write_bytes(damage((tmp_path / "reps.xlsx").read_bytes()))
    with pytest.raises(FileError, match=r"The workbook cannot be read.*reps\.xlsx"):
        RepetitionTable.read(tmp_path / "reps.xlsx")


def test_a_name_that_no_file_can_have_is_no_file(tmp_path):
    with pytest.raises(FileError, match="There is no table of repetitions"):
        RepetitionTable.read(tmp_path / ("x" * 300 + ".csv"))
