"""From a study to the page of its recordings, and the command that writes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import emgkit as ek
from emgkit.errors import StudyError
from emgkit.study import Study
from emgkit.study.mark import recordings_to_mark


def test_the_page_has_the_exercises_and_no_mvc_trial(study: Study, quiet: Callable[..., None]) -> None:
    pages = recordings_to_mark(study, progress=quiet)
    assert [one.file for one in pages] == [f"P{who}_{task}.csv" for who in (1, 2, 3, 4) for task in ("squat", "thrust")]
    assert pages[0].facts == {"participant": "P1", "task": "squat"}
    assert [(row.name, [trace.stage for trace in row.traces]) for row in pages[0].view.rows] == [
        ("VL", ["raw", "envelope"]), ("position", ["movement"]),
    ]  # fmt: skip
    assert all(one.found == () for one in pages)


def test_what_the_settings_find_is_where_the_page_begins(study: Study, quiet: Callable[..., None]) -> None:
    pages = recordings_to_mark(study, detected=True, progress=quiet)
    trial = ek.read(study.folder / "data" / "P1_thrust.csv", sfreq=500)
    trial = ek.find_repetitions(trial, by="position", starts="concentric")
    repetitions = [one for one in trial.events if one.label == "repetition"]
    turns = [one.onset for one in trial.events if one.get("phase") == "eccentric"]
    found = next(one for one in pages if one.file == "P1_thrust.csv").found
    assert len(found) == len(repetitions) == 3
    for mark, event, turn in zip(found, repetitions, turns, strict=True):
        assert (mark["start"], mark["end"], mark["turn"]) == pytest.approx((event.onset, event.end, turn), abs=5e-5)
        assert mark["accepted"] is True


def test_a_recording_in_which_nothing_is_found_says_so_and_can_be_marked(
    study: Study, tmp_path: Path, quiet: Callable[..., None]
) -> None:
    shutil.copytree(study.folder, tmp_path / "own")
    file = tmp_path / "own" / "data" / "P2_squat.csv"
    lines = [line.split(",") for line in file.read_text().splitlines()]
    file.write_text("\n".join([",".join(lines[0]), *(f"{emg},0.1" for emg, _ in lines[1:])]) + "\n")
    pages = recordings_to_mark(Study.load(tmp_path / "own"), detected=True, progress=quiet)
    still = next(one for one in pages if one.file == "P2_squat.csv")
    assert still.found == ()
    assert "find no repetitions here" in still.notes[0]
    assert "is constant" in still.notes[0]


def test_a_study_of_published_figures_has_nothing_to_mark(quiet: Callable[..., None]) -> None:
    with pytest.raises(StudyError, match="published figures has no recordings to mark"):
        recordings_to_mark(Study.load("contreras_2015"), progress=quiet)


def test_the_command_writes_the_page_of_a_file_and_of_a_study(emgkit, study: Study, tmp_path: Path) -> None:
    file = study.folder / "data" / "P1_squat.csv"
    done = emgkit("mark", file, "--sfreq", 500, "--out", tmp_path / "new" / "marks.html")
    assert done.returncode == 0
    assert "Wrote" in done.stdout
    assert "P1_squat.csv" in (tmp_path / "new" / "marks.html").read_text(encoding="utf-8")
    done = emgkit("mark", study.folder, "--from", "detected", "--json", cwd=tmp_path)
    shown = json.loads(done.stdout)
    assert (shown["page"], len(shown["recordings"]), shown["found"]) == ("marks.html", 8, 24)
    assert (tmp_path / "marks.html").is_file()


def test_a_page_takes_the_place_of_a_page_and_of_nothing_else(emgkit, study: Study, tmp_path: Path) -> None:
    file = study.folder / "data" / "P1_squat.csv"
    page, table, link = tmp_path / "marks.html", tmp_path / "marks.csv", tmp_path / "link.html"
    for _ in range(2):
        assert emgkit("mark", file, "--sfreq", 500, "--out", page).returncode == 0
    table.write_text("file,start,end\n", encoding="utf-8")
    link.symlink_to(table)
    before = {one: one.read_bytes() for one in (file, table)}
    for out in (file, table, link):
        done = emgkit("mark", file, "--sfreq", 500, "--out", out)
        assert done.returncode == 2
        assert "is no page to mark repetitions on; it would be lost" in done.stderr
        assert str(out) in done.stderr
    assert {one: one.read_bytes() for one in before} == before


def test_wrong_usage_is_refused_in_words(emgkit, study: Study, tmp_path: Path) -> None:
    file = study.folder / "data" / "P1_squat.csv"
    for words, text in (
        ((), "emgkit mark needs a recording, a study, or two tables to compare"),
        ((file,), "say --sfreq"),
        ((file, "--from", "detected"), "--from needs a study"),
        ((study.folder, "--from", "nowhere"), "--from names an unknown beginning"),
        ((study.folder, "--sfreq", 500), "--sfreq cannot be given for a study"),
        ((file, "--compare", "a.csv", "b.csv"), "a recording or study, and --compare"),
        (("--compare", tmp_path / "a.csv", tmp_path / "b.csv"), "There is no table of repetitions"),
        ((tmp_path / "nothing",), "nothing"),
        ((tmp_path / "P9_squat.csv",), "There is no such recording"),
    ):
        done = emgkit("mark", *words, cwd=tmp_path)
        assert done.returncode == 2, words
        assert text in done.stderr


@pytest.mark.parametrize("columns", [200, 40])
def test_two_tables_are_compared_at_any_width(emgkit, tmp_path: Path, columns: int) -> None:
    (tmp_path / "a.csv").write_text("file,start,end,accepted\nx.csv,1,3,yes\nx.csv,4,6,yes\ny.csv,1,2,no\n")
    (tmp_path / "b.csv").write_text("﻿file;start;end;accepted\nx.csv;1,1;3;no\nx.csv;4;6,2;yes\n", encoding="utf-8")
    done = emgkit("mark", "--compare", tmp_path / "a.csv", tmp_path / "b.csv", columns=columns)
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert "Both have 2 of the 3 repetitions that either has (67 %)." in text
    assert "both accept 1 and reject 0, and decide differently on 1" in text
    assert "100" in text
    shown = json.loads(emgkit("mark", "--compare", tmp_path / "a.csv", tmp_path / "b.csv", "--json").stdout)
    assert shown["counts"]["both"] == 2
    assert [row["median"] for row in shown["boundaries"]] == pytest.approx([0.05, None, 0.1])
    assert shown["recordings"][1] == {"file": "y.csv", "first": 1, "second": 0, "both": 0, "decided_differently": 0}
