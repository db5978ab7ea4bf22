"""What `emgkit info` shows of a folder: each problem once, who did what, and numbers that somebody reads."""

from __future__ import annotations

from typing import Any

from emgkit.report.recording_info import doubt_texts, folder_row, folder_texts, shown

ROW = {
    "path": "Anna_squat.csv", "format": "delimited", "participant": "Anna", "session": None, "task": "squat",
    "run": None, "mvc": False, "n_channels": 2, "streams": "emg", "rates": "1925.925926, 148", "duration_s": 2.0004,
    "muscles": "", "problem": "", "same_as": "",
}  # fmt: skip


def rows(*changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**ROW, **one} for one in changes]


def test_a_row_has_words_and_short_numbers() -> None:
    made = folder_row({**ROW, "mvc": True, "problem": "odd"})
    assert (made["Hz"], made["seconds"], made["mvc"], made["channels"], made["session"]) == (
        "1925.926, 148", 2, "yes", 2, "",
    )  # fmt: skip
    assert "problem" not in made
    assert folder_row({**ROW, "rates": "", "duration_s": None})["seconds"] == ""
    assert shown({"rate_hz": 74.07407407, "seconds": None, "samples": 3}) == {
        "rate_hz": 74.074, "seconds": None, "samples": 3,
    }  # fmt: skip


def test_a_problem_of_many_files_is_told_once_with_the_option_that_helps() -> None:
    problem = "the sampling rate is not in the file: read it with sfreq=; the unit of 'VL' …: read it with units="
    many = rows(*({"path": f"{k}.csv", "problem": problem} for k in range(6)), {"path": "e.csv", "problem": "Empty."})
    remarks, counts = folder_texts(many, others=2, likely=False)
    assert remarks == [
        "6 recordings: the sampling rate is not in the file: say --sfreq; the unit of 'VL' …: say --units "
        "(0.csv, 1.csv, 2.csv, 3.csv and 2 more)",
        "e.csv: Empty.",
    ]
    assert counts[0] == "7 recordings, 7 with a problem, 0 with the samples of another; 2 other files."


def test_people_tasks_and_maximal_contractions_are_counted() -> None:
    some = rows({}, {"participant": "Bert"}, {"task": "mvc", "mvc": True}, {"same_as": "x.csv"})
    assert folder_texts(some, others=0, likely=True)[1][1] == (
        "2 participants, 2 tasks: mvc (1), squat (3); 1 maximal contraction; read in the names of the files, as "
        "emgkit new reads them."
    )
    assert len(folder_texts(rows({"participant": None, "task": None}), others=0, likely=False)[1]) == 1


def test_doubts_of_one_meaning_stand_together() -> None:
    doubts = {f"{side}VAS": f"'{side}VAS' may be vastus lateralis or vastus medialis" for side in "LR"}
    both = "'A' and 'B' would both be right vastus lateralis"
    assert doubt_texts(doubts | {"A": both}) == [
        "Not clear: the muscle of 'LVAS' and 'RVAS'. Each may be vastus lateralis or vastus medialis.",
        f"Not clear: the muscle of 'A'. {both}.",
    ]
