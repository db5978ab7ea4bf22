"""Every file has a role, and nothing that a slip of the hand can do to a name loses a person or merges two."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emgkit import Channel, Recording, Trial, io
from emgkit.errors import FileError, StudyError
from emgkit.io.naming.folders import files_below
from emgkit.study import Study
from emgkit.study.file.recordings import ExcludedFile, ExcludedParticipant, Layout
from emgkit.study.recordings import checks
from emgkit.study.recordings.account import (
    Account,
    Accounting,
    RecordingSource,
    account,
    file_table,
    look_into,
    telling_near_files,
)
from emgkit.study.recordings.account.near import near_files, near_label
from emgkit.study.recordings.account.survey import survey
from emgkit.study.recordings.checks import Loaded
from emgkit.study.recordings.keys import Folder

NUMBERS = "VL (mV),BF (mV)\n" + "0.1,0.2\n" * 150


def lay(folder: Path, *names: str, text: str = NUMBERS) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def lifts(pattern="{participant}_{task}.csv", *more: str, **changed) -> Accounting:
    """The rule of a study of squats, normalised to MVC trials."""
    layouts = tuple(Layout(pattern=one) for one in (pattern, *more))
    return Accounting(**{"layouts": layouts, "exercises": {"squat": "squat"}, "mvc_tasks": ("mvc*",), **changed})


def found(folder: Path, rule: Accounting) -> Account:
    return look_into(account(folder, rule), folder, rule)


def roles(folder: Path, rule: Accounting) -> dict[str, str]:
    return {one.name: f"{one.role}: {one.reason}".rstrip(": ") for one in found(folder, rule).files}


def message(folder: Path, rule: Accounting) -> str:
    with pytest.raises(StudyError) as caught:
        found(folder, rule)
    assert len(str(caught.value)) <= 650
    return str(caught.value)


def texts(folder: Path, rule: Accounting) -> list[str]:
    return [notice.text for notice in found(folder, rule).notices]


# every file has its role


def test_every_file_of_a_folder_is_listed_with_its_role(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P1_mvc.csv", "P1_rest.csv", "P2_squat.csv", "P2_mvc.csv", "P2_jump.csv")
    lay(tmp_path, ".DS_Store", "Thumbs.db", "~$P1_squat.csv", "a/.~lock.b#", "run/report.html", "run/provenance.json")
    lay(tmp_path, "run/tables/curves.csv")
    lay(tmp_path, "who.csv", text="participant,sex\nP1,f\n")
    lay(tmp_path, "age.csv", text="1,20\n2,30\n")
    lay(tmp_path, "film.mp4")
    lay(tmp_path, "empty.txt", text="")
    rule = lifts(excluded_files=(ExcludedFile(path="P2_jump.csv", reason="ill"),))
    hidden = "not a recording: a hidden file of the system or of a program"
    earlier = "not a recording: written by an earlier run"
    assert roles(tmp_path, rule) == {
        ".DS_Store": hidden,
        "P1_mvc.csv": "MVC",
        "P1_rest.csv": "left out: the study names no task 'rest'",
        "P1_squat.csv": "exercise",
        "P2_jump.csv": "left out: ill",
        "P2_mvc.csv": "MVC",
        "P2_squat.csv": "exercise",
        "Thumbs.db": hidden,
        "a/.~lock.b#": hidden,
        "age.csv": "not a recording: text with 2 rows of numbers",
        "empty.txt": "not a recording: an empty file",
        "film.mp4": "not a recording: the file is of an unknown format",
        "run/provenance.json": earlier,
        "run/report.html": earlier,
        "run/tables/curves.csv": earlier,
        "who.csv": "not a recording: text with 0 rows of numbers",
        "~$P1_squat.csv": hidden,
    }
    told = found(tmp_path, rule).notices
    assert [notice.message for notice in told if notice.code == "tasks-not-used"] == [
        "Recordings of tasks that the study does not name were not used: 'rest'. They are 'P1_rest.csv'."
    ]
    assert [notice.text for notice in told if notice.code == "files-not-used"] == [
        "2 files were not used because the name does not fit {participant}_{task}.csv: age.csv, who.csv"
    ]


def test_the_table_of_files_says_what_could_not_be_read_and_what_is_kept(tmp_path):
    lay(tmp_path, "old/P1_squat.csv", "old/P2_squat.csv")
    rule = lifts(
        "{group}/{participant}_{task}.csv", excluded_files=(ExcludedFile(path="old/P2_squat.csv", reason="noise"),)
    )
    table = file_table(found(tmp_path, rule).files, {"old/P1_squat.csv": "it is cut off"}, ["old/P2_squat.csv"])
    assert list(table.columns) == ["file", "role", "participant", "group", "session", "task", "run", "reason"]
    assert table.drop(columns=["session", "run"]).to_numpy().tolist() == [
        ["old/P1_squat.csv", "left out", "P1", "old", "squat", "could not be read: it is cut off"],
        ["old/P2_squat.csv", "exercise", "P2", "old", "squat", "kept, although excluded: noise"],
    ]


def test_the_table_is_written_by_a_run(study, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(study.folder / "data", data)
    (data / "README").write_text("Four people.", encoding="utf-8")
    result = Study.load(study.folder).run(tmp_path / "out", data, quick=True)
    written = (tmp_path / "out" / "tables" / "files.csv").read_text(encoding="utf-8-sig").splitlines()
    assert written[0] == "file,role,participant,group,session,task,run,reason"
    assert written[1] == "P1_mvc.csv,MVC,P1,,,mvc,,"
    assert "README,not a recording,,,,,,the file is of an unknown format" in written
    assert len(result.tables["files"]) == 13
    page = result.report.read_text(encoding="utf-8")
    assert "and what each file was used for:" in page
    assert 'href="tables/files.csv"' in page


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_are_followed_and_one_that_leads_nowhere_is_a_file(tmp_path):
    data = lay(tmp_path / "data", "P1_squat.csv")
    other = lay(tmp_path / "other", "P2_squat.csv")
    (data / "more").symlink_to(other)
    (data / "more" / "round").symlink_to(data)
    (data / "P3_squat.csv").symlink_to(tmp_path / "nowhere.csv")
    assert files_below(data) == ("P1_squat.csv", "P3_squat.csv", "more/P2_squat.csv")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="everything is open to this user")
def test_a_folder_that_cannot_be_opened_is_named(tmp_path):
    lay(tmp_path, "closed/P1_squat.csv")
    (tmp_path / "closed").chmod(0)
    with pytest.raises(StudyError, match=r"cannot be opened.*closed"):
        files_below(tmp_path)


# endings, layouts and what fits none


def test_an_ending_fits_in_any_case(tmp_path):
    lay(tmp_path, "P1_squat.CSV", "P2_squat.csv", "P3_squat.Csv")
    assert [one.participant for one in found(tmp_path, lifts()).sources] == ["P1", "P2", "P3"]
    (tmp_path / "upper").mkdir()
    lay(tmp_path / "upper", "P1_squat.csv", "P2_squat.CSV")
    assert len(found(tmp_path / "upper", lifts("{participant}_{task}.CSV")).sources) == 2


def test_two_files_that_only_their_ending_tells_apart_are_refused(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P1_squat.CSV", "P2_squat.csv")
    text = message(tmp_path, lifts())
    assert "2 files give the same recording: participant 'P1', task 'squat'" in text
    assert "Got: 'P1_squat.CSV' and 'P1_squat.csv'." in text
    rule = lifts(excluded_files=(ExcludedFile(path="P1_squat.CSV", reason="an old export"),))
    assert roles(tmp_path, rule)["P1_squat.CSV"] == "left out: an old export"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("P3_squat.txt", "'P3_squat.txt' fits {participant}_{task}.csv but for its ending"),
        ("P3squat.csv", "'P3squat.csv' is nearly 'P1_squat.csv'"),
        ("day 2/P1_squat.csv", ""),
    ],
)
def test_a_recording_that_no_layout_fits_is_named(tmp_path, name, near):
    lay(tmp_path, "P1_squat.csv", name)
    text = message(tmp_path, lifts())
    assert (
        f"A recording has a name that no layout fits. Allowed: files named {{participant}}_{{task}}.csv. Got: {name!r}"
        in text
    )
    assert near.removeprefix("'") in text
    assert '[data] unused = "report"' in text


def test_literal_parts_of_a_pattern_in_another_case_are_shown(tmp_path):
    lay(tmp_path, "Data/P1_squat_emg.csv", "data/P2_squat_EMG.csv")
    text = message(tmp_path, lifts("Data/{participant}_{task}_emg.csv"))
    assert "'data/P2_squat_EMG.csv' fits Data/{participant}_{task}_emg.csv but for upper and lower case" in text


def test_a_label_that_values_do_not_list_is_named(tmp_path):
    lay(tmp_path, "P1_Squat.csv", "P2_squat.csv", "P1_mvc.csv")
    rule = lifts(layouts=(Layout(pattern="{participant}_{task}.csv", values={"task": {"Squat": "squat"}}),))
    text = message(tmp_path, rule)
    assert "'P2_squat.csv' fits {participant}_{task}.csv but values.task has no 'squat'" in text
    assert "'P1_mvc.csv' fits {participant}_{task}.csv but values.task has no 'mvc'" in text
    assert "upper and lower case" not in text


def test_labels_that_differ_by_case_can_be_translated(tmp_path):
    lay(tmp_path, "P1_squat.csv", "p1_mvc.csv")
    text = message(tmp_path, lifts())
    hint = """values.participant = { "P1" = "P1", "p1" = "P1", … }"""
    assert f"or let [[data.layouts]] translate every label of the participant: {hint}" in text
    table = {"P1": "P1", "p1": "P1"}
    rule = lifts(layouts=(Layout(pattern="{participant}_{task}.csv", values={"participant": table}),))
    assert roles(tmp_path, rule) == {"P1_squat.csv": "exercise", "p1_mvc.csv": "MVC"}


def test_a_recording_that_no_layout_fits_can_be_left_out_or_told(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P2 squat.csv")
    rule = lifts(excluded_files=(ExcludedFile(path="P2 squat.csv", reason="a trial run"),))
    assert roles(tmp_path, rule)["P2 squat.csv"] == "left out: a trial run"
    rule = lifts(unused="report")
    assert roles(tmp_path, rule)["P2 squat.csv"] == "left out: no layout fits"
    assert texts(tmp_path, rule) == [
        "1 file was not used because the name does not fit {participant}_{task}.csv: P2 squat.csv"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "0.1;0,2\n" * 150,
        "00:00:01.5\t1e-3\tnan\n" * 150,
        "# rate 1000\nVL BF\n" + "1 -2\n" * 150,
        "time,VL\n" + "0.1,1,104\n" * 150,  # a row too long: damaged, and a recording all the same
    ],
)
def test_any_long_table_of_numbers_may_be_a_recording(tmp_path, text):
    lay(tmp_path, "P1_squat.csv")
    lay(tmp_path, "other.csv", text=text)
    assert "other.csv" in message(tmp_path, lifts())


def test_what_cannot_be_a_recording_is_no_false_alarm(tmp_path):
    lay(tmp_path, "P1_squat.csv")
    lay(tmp_path, "answers.csv", text="participant,item,answer\n" + "P1,3,often\n" * 400)
    lay(tmp_path, "events.csv", text="onset,duration,label\n" + "0.5,1.5,repetition\n" * 400)
    lay(tmp_path, "mass.csv", text="id,age,mass\n" + "1,20,70\n" * 60)
    assert [one.role for one in found(tmp_path, lifts()).files] == ["exercise", *["not a recording"] * 3]


def test_what_may_hold_a_recording_that_emgkit_cannot_read_is_told(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P3_squat.bak", "P4_squat", "film.mp4")
    (tmp_path / "P2.zip").write_bytes(b"PK\x03\x04" + bytes(40))
    (told,) = texts(tmp_path, lifts())
    assert told.endswith("{participant}_{task}.csv: P2.zip, P3_squat.bak, P4_squat")


def test_a_workbook_is_a_recording_if_one_sheet_is(tmp_path):
    lay(tmp_path, "P1_squat.csv")
    people = pd.DataFrame({"participant": ["P1", "P2"], "mass": [60, 70]})
    people.to_excel(tmp_path / "people.xlsx", index=False)
    assert roles(tmp_path, lifts())["people.xlsx"].startswith("not a recording")
    with pd.ExcelWriter(tmp_path / "P2.xlsx") as book:
        people.to_excel(book, sheet_name="people", index=False)
        pd.DataFrame({"VL (mV)": np.arange(150) / 7}).to_excel(book, sheet_name="squat", index=False)
    assert "Got: 'P2.xlsx'" in message(tmp_path, lifts())


def test_layouts_are_tried_file_by_file(tmp_path):
    lay(tmp_path, "lifts/P1_squat.csv", "lifts/P2_squat.csv", "max/P1-mvc.txt", "max/P2-mvc.txt")
    rule = lifts("lifts/{participant}_{task}.csv", "max/{participant}-{task}.txt")
    assert set(roles(tmp_path, rule).values()) == {"exercise", "MVC"}
    one, *_, last = found(tmp_path, rule).sources
    assert (one.name, last.name) == ("lifts/P1_squat.csv", "max/P2-mvc.txt")


def test_of_two_layouts_the_first_stands_if_both_read_the_same(tmp_path):
    lay(tmp_path, "P1_squat.csv")
    rule = Accounting(
        layouts=(Layout(pattern="{participant}_{task}.csv", sfreq=100), Layout(pattern="{participant}_{task}.csv")),
        exercises={"squat": "squat"},
    )
    assert found(tmp_path, rule).sources[0].sfreq == 100
    # a run may be a part of the task
    lay(tmp_path, "P1_mvc_2.csv")
    got = found(tmp_path, lifts("{participant}_{task}_{run}.csv", "{participant}_{task}.csv")).sources
    assert dict(got[0].facts) == {"participant": "P1", "task": "mvc", "run": "2"}


@pytest.mark.parametrize(
    ("layouts", "read"),
    [
        (
            ("{group}/{participant}_{task}.csv", "{session}/{participant}_{task}.csv"),
            (
                "group 'a', participant 'P1', task 'squat' by {group}/",
                "session 'a', participant 'P1', task 'squat' by {s",
            ),
        ),
        (
            ("a/{participant}_{task}.csv", "{participant}/P1_{task}.csv"),
            ("participant 'P1', task 'squat' by a/{", "participant 'a', task 'squat' by {participant}/"),
        ),
    ],
)
def test_two_layouts_that_read_different_facts_are_refused(tmp_path, layouts, read):
    text = message(lay(tmp_path, "a/P1_squat.csv"), lifts(*layouts))
    assert "A name fits two layouts, which read different facts in it. Where: a/P1_squat.csv." in text
    assert all(one in text for one in read)


def test_a_layout_of_a_stated_task_is_for_what_the_others_leave(tmp_path):
    lay(tmp_path, "P1.csv", "P1_mvc.csv")
    named, stated = Layout(pattern="{participant}_{task}.csv"), Layout(pattern="{participant}.csv", task="squat")
    rule = lifts(layouts=(named, stated))
    assert [(one.participant, one.task) for one in found(tmp_path, rule).sources] == [("P1", "squat"), ("P1", "mvc")]
    # the other way round everything would be a squat
    assert "participant 'P1_mvc', task 'squat' by {participant}.csv" in message(
        tmp_path, lifts(layouts=(stated, named))
    )


def test_a_folder_without_a_recording_shows_what_nearly_fits(tmp_path):
    text = message(lay(tmp_path, "P1_squat.txt"), lifts())
    assert "Got: 'P1_squat.txt' fits {participant}_{task}.csv but for its ending" in text


def test_a_pattern_goes_before_folders_that_are_named_as_in_bids(tmp_path):
    lay(tmp_path, "sub-01/squat.csv", "sub-02/squat.csv")
    assert [one.participant for one in found(tmp_path, lifts("sub-{participant}/{task}.csv")).sources] == ["01", "02"]


# labels


def test_a_label_in_two_groups_is_refused_until_the_study_says_who_it_is(tmp_path):
    lay(tmp_path, "old/P1_squat.csv", "young/P1_squat.csv", "young/P2_squat.csv", "old/P1_mvc.csv")
    pattern = "{group}/{participant}_{task}.csv"
    text = message(tmp_path, lifts(pattern))
    assert "The label 'P1' stands in 2 groups" in text
    assert (
        'labels = "per group": group and label together are the person, such as "old/P1"; labels = "per study"' in text
    )
    assert "Got: group 'old': old/P1_mvc.csv; group 'young': young/P1_squat.csv." in text
    two = found(tmp_path, lifts(pattern, labels="per group")).sources
    assert [one.participant for one in two] == ["old/P1", "old/P1", "young/P1", "young/P2"]
    assert two[0].facts["group"] == "old"
    one = found(tmp_path, lifts(pattern, labels="per study")).sources
    assert {source.participant for source in one} == {"P1", "P2"}


def test_people_of_a_group_are_excluded_by_group_and_label(tmp_path):
    lay(tmp_path, "old/P1_squat.csv", "young/P1_squat.csv")
    rule = lifts(
        "{group}/{participant}_{task}.csv",
        labels="per group",
        excluded_participants=(ExcludedParticipant(participant="old/P1", reason="ill"),),
    )
    assert [one.excluded for one in found(tmp_path, rule).sources] == ["ill", ""]


def test_labels_per_group_need_a_group(tmp_path):
    text = message(lay(tmp_path, "P1_squat.csv"), lifts(labels="per group"))
    assert "names of files tell no group" in text
    assert "a pattern with {group} in it" in text


def test_one_person_in_two_sessions_is_one_person(tmp_path):
    lay(tmp_path, "day1/P1_squat.csv", "day2/P1_squat.csv")
    assert {one.participant for one in found(tmp_path, lifts("{session}/{participant}_{task}.csv")).sources} == {"P1"}


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("P1_squat.csv", "p1_mvc.csv"), "participant differ by blanks, upper and lower case or Unicode form only. "
         "Allowed: one spelling of each label. Got: 'P1' (P1_squat.csv) and 'p1' (p1_mvc.csv)"),
        (("P1_squat.csv", "P 1_mvc.csv"), "'P 1' (P 1_mvc.csv) and 'P1' (P1_squat.csv)"),
        (("P1_mvc1.csv", "P2_MVC1.csv", "P1_squat.csv"), "Labels of the task differ"),
        (("Jos\u00e9_squat.csv", "Jose\u0301_mvc.csv"), "'Jos\\xe9' (Jos"),
    ],
)  # fmt: skip
def test_labels_that_a_slip_tells_apart_are_refused(tmp_path, names, shown):
    assert shown in message(lay(tmp_path, *names), lifts())


def test_a_group_that_differs_by_case_is_refused(tmp_path):
    lay(tmp_path, "old/P1_squat.csv", "Old/P2_squat.csv")
    assert "Labels of the group differ" in message(tmp_path, lifts("{group}/{participant}_{task}.csv"))


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("again/P1_squat.csv", "2 files give the same recording: participant 'P1', task 'squat'"),
        ("again/p1_squat.csv", "Labels of the participant differ"),
        ("young/P1_squat.csv", "The label 'P1' stands in 2 groups"),
    ],
)
def test_what_a_comparison_keeps_is_checked_beside_all_that_it_uses(tmp_path, kept, shown):
    lay(tmp_path, "P1_squat.csv", "P2_squat.csv", kept)
    rule = lifts(
        "{participant}_{task}.csv",
        "again/{participant}_{task}.csv",
        "{group}/{participant}_{task}.csv",
        excluded_files=(ExcludedFile(path=kept, reason="a second try"),),
    )
    rule = replace(rule, layouts=rule.layouts[:2] if kept.startswith("again") else rule.layouts[::2])
    assert [one.excluded for one in found(tmp_path, rule).sources if one.name == kept] == ["a second try"]
    # one comparison keeps it, and the other does not
    assert shown in message(tmp_path, replace(rule, kept=((), (kept,))))
    # two comparisons may keep what one could not
    assert found(tmp_path, replace(rule, kept=(("P1_squat.csv",), ())))


def test_a_recording_is_kept_in_any_unicode_form_of_its_name(tmp_path):
    lay(tmp_path, "Zoe\u0308_squat.csv", "P1_squat.csv")
    name = "Zo\u00eb_squat.csv"
    rule = lifts(excluded_files=(ExcludedFile(path=name, reason="noise"),), kept=((name,),))
    assert [one.excluded for one in found(tmp_path, rule).sources if one.is_used((name,))] == ["", "noise"]
    assert not found(tmp_path, rule).notices


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("name", [b"P2_squat\xe9.csv", b"notes\xe9.txt"])
def test_names_that_are_no_text_are_refused(tmp_path, name):
    lay(tmp_path, "P1_squat.csv")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text(NUMBERS, encoding="utf-8")
    text = message(tmp_path, lifts(unused="report"))
    assert text.startswith(
        "1 file below the recordings has a name that is not text in UTF-8. Allowed: names in UTF-8. "
    )
    assert f"Got: '{name.decode('latin-1').replace(chr(233), chr(92) + 'xe9')}'. Hint: Rename the files" in text
    # what a system leaves behind counts for nothing
    lay(tmp_path / "b", "P1_squat.csv")
    Path(os.fsdecode(os.fsencode(tmp_path / "b") + b"/._" + name)).write_text("", encoding="utf-8")
    made = found(tmp_path / "b", lifts())
    assert file_table(made.files, {})["file"].str.startswith("._").any()
    assert Folder(path=tmp_path / "b").key


def test_a_blank_beside_a_label_is_shown(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P1 _mvc.csv", "P2_squat .csv")
    text = message(tmp_path, lifts())
    assert (
        "Got: 'P1 _mvc.csv' and 'P2_squat .csv'. Hint: 'P1 _mvc.csv' fits {participant}_{task}.csv but for blanks"
        in text
    )


@pytest.mark.parametrize("name", ["P2_sqaut.csv", "P2_Squat.csv", "P2_s quat.csv", "P2_squat copy.csv", "P2_mcv1.csv"])
def test_a_task_that_is_nearly_one_of_the_study_is_refused(tmp_path, name):
    lay(tmp_path, "P1_squat.csv", "P1_mvc1.csv", name)
    text = message(tmp_path, lifts())
    assert "The study names no task of these recordings, but one that is nearly the same" in text
    assert f"Got: {name} has {name[3:-4]!r}, nearly {'mvc1' if 'mcv' in name else 'squat'!r}" in text
    rule = lifts(unused="report", exercises={"squat": "squat"})
    assert roles(tmp_path, rule)[name].startswith("left out: the study names no task")


def test_a_task_of_its_own_beside_the_one_that_is_named_is_told(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P1_squatR.csv", "P1_squat2.csv", "P1_squat copy.csv")
    (notice,) = found(tmp_path, lifts()).notices
    assert notice.code == "tasks-not-used"
    assert "'squat copy', 'squat2' and 'squatR'" in notice.text


def test_near_labels_and_near_files():
    assert near_label("squt", ["squat"]) == "squat"
    assert near_label("squaat", ["squat"]) == "squat"
    assert near_label("squat80", ["squat60"]) is None
    assert near_label("squat8", ["squat6"]) is None
    assert near_label("gait", ["squat"]) is None
    assert near_files(["P1_mvc.csv"], ["P1 MVC.txt", "P2_mvc.csv", "notes.txt"])[0] == "P1 MVC.txt"


def test_an_error_about_a_participant_tells_which_files_nearly_fit(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P2_squat.csv", "P2_mvc.csv")
    lay(tmp_path, "P1_mcv.doc", text="x")
    rule = lifts()
    near = r"of participant P1\. Hint: Files that nearly fit: 'P1_mcv.doc'\. Look\."
    with pytest.raises(StudyError, match=near), telling_near_files(found(tmp_path, rule), rule):
        raise StudyError("There is no MVC trial of participant P1", hint="Look")
    with pytest.raises(StudyError, match=r"^Nobody\.$"), telling_near_files(found(tmp_path, rule), rule):
        raise StudyError("Nobody")


def test_the_recordings_of_a_person_who_lacks_others_may_be_those_that_are_missing(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P01_mvc.csv", "P2_squat.csv", "P2_mvc.csv")
    rule = lifts()
    got = r"Files that nearly fit: 'P01_mvc.csv'\."
    with pytest.raises(StudyError, match=got), telling_near_files(found(tmp_path, rule), rule):
        raise StudyError("There is no MVC trial of participant P1")


def near(folder: Path, rule: Accounting, who: str = "P1") -> str:
    """The hint of an error that this participant has no MVC trial."""
    with pytest.raises(StudyError) as caught, telling_near_files(found(folder, rule), rule):
        raise StudyError(f"There is no MVC trial of participant {who}", hint="Look")
    return caught.value.hint


def test_files_of_those_who_are_left_out_or_have_all_recordings_do_not_nearly_fit(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P2_squat.csv", "P2_mvc.csv", "P2_mvc_old.csv", "P3_mvc.csv")
    # as no layout reads it, and without its task
    lay(tmp_path, "P2_mvc.doc", "P3_mvc.doc", text="x")
    assert near(tmp_path, lifts()) == "Files that nearly fit: 'P3_mvc.csv' and 'P3_mvc.doc'. Look"
    people = (ExcludedParticipant(participant="P3", reason="ill"),)
    assert near(tmp_path, lifts(excluded_participants=people)) == "Look"
    files = (ExcludedFile(path="P3_mvc.csv", reason="noise"), ExcludedFile(path="P3_mvc.doc", reason="a note"))
    assert near(tmp_path, lifts(excluded_files=files)) == "Look"


def test_one_label_within_another_and_the_same_label_in_another_group_are_told_apart(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P10_squat.csv", "P10_mvc.csv", "P2_squat.csv", "P2_mvc.csv")
    lay(tmp_path, "P1_mvc.doc", "P10_mvc.doc", text="x")
    assert near(tmp_path, lifts()) == "Files that nearly fit: 'P1_mvc.doc'. Look"
    grouped = tmp_path / "groups"
    lay(grouped, "men/P1_squat.csv", "men/P1_mvc.csv", "women/P1_squat.csv")
    lay(grouped, "men/P1_mvc.doc", "women/P1_mvc.doc", text="x")
    rule = lifts("{group}/{participant}_{task}.csv", labels="per group")
    assert near(grouped, rule, "women/P1") == "Files that nearly fit: 'women/P1_mvc.doc'. Look"


def test_what_is_left_out_is_no_recording_of_a_task_without_one(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P2_squat.csv", "P2_thrst.csv")
    tasks = {"squat": "squat", "thrust": "thrust"}
    assert "nearly" in message(tmp_path, lifts(exercises=tasks))
    for left_out in (
        {"excluded_files": (ExcludedFile(path="P2_thrst.csv", reason="noise"),)},
        {"excluded_participants": (ExcludedParticipant(participant="P2", reason="ill"),)},
    ):
        text = message(tmp_path, lifts(exercises=tasks, **left_out))
        assert "No recording of the task 'thrust' was found" in text
        assert "nearly" not in text


def test_a_task_without_a_recording_shows_what_nearly_fits(tmp_path):
    lay(tmp_path, "P1_squat.csv")
    lay(tmp_path, "P1_thrust.c3d.txt", text="x")
    text = message(tmp_path, lifts(exercises={"squat": "squat", "thrust": "thrust"}))
    assert "No recording of the task 'thrust' was found" in text
    assert "Hint: Files that nearly fit: 'P1_thrust.c3d.txt'" in text


# counts


def test_who_has_fewer_or_more_recordings_than_most_is_told(tmp_path):
    for who in ("P1", "P2", "P3", "P4"):
        lay(tmp_path, *(f"{who}_{session}_squat_{run}.csv" for session in ("pre", "post") for run in (1, 2)))
    pattern = lifts("{participant}_{session}_{task}_{run}.csv")
    assert texts(tmp_path, pattern) == []
    (tmp_path / "P2_pre_squat_2.csv").unlink()
    for run in (1, 2):
        (tmp_path / f"P3_post_squat_{run}.csv").unlink()
    lay(tmp_path, "P4_post_squat_3.csv")
    assert texts(tmp_path, pattern) == [
        "'P3' has no session 'post', which most have. 'P2' has 3 recordings of task 'squat'; the median is 4. "
        "'P4' has 5 recordings of task 'squat'; the median is 4."
    ]
    (tmp_path / "P4_post_squat_3.csv").rename(tmp_path / "P4_pre_squat_3.csv")
    (tmp_path / "P4_pre_squat_1.csv").unlink()
    assert (
        "'P4' has no recording of session 'pre', task 'squat', run '1'; the median is 1" in texts(tmp_path, pattern)[0]
    )


def test_nobody_is_counted_who_is_left_out(tmp_path):
    lay(tmp_path, "P1_squat.csv", "P1_mvc.csv", "P2_squat.csv", "P2_mvc.csv", "P3_squat.csv")
    assert len(texts(tmp_path, lifts())) == 1
    out = (ExcludedParticipant(participant="P3", reason="ill"),)
    assert texts(tmp_path, lifts(excluded_participants=out)) == []


def loaded(seconds: float, who: str, excluded: str = "") -> Loaded:
    data = np.ones((1, int(100 * seconds)))
    emg = Recording(data=data, sfreq=100.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    source = RecordingSource(
        path=Path(who), name=f"{who}.csv", facts={"participant": who, "task": "squat"}, excluded=excluded
    )
    trial = Trial(streams={"emg": emg})
    return Loaded(source=source, survey=survey(trial, trial))


def test_a_recording_much_shorter_than_the_others_of_its_task_is_told():
    whole = [loaded(20 + n, f"P{n}") for n in range(4)]
    (notice,) = checks.length_notices([*whole, loaded(9, "P9")])
    assert notice.code == "recording-short"
    assert notice.text == "P9.csv lasts 9.0 s; the median of the 5 recordings of 'squat' is 21.0 s."
    assert checks.length_notices([*whole, loaded(11, "P9")]) == ()
    assert checks.length_notices([*whole, loaded(9, "P9", excluded="noise")]) == ()
    assert checks.length_notices([loaded(20, "P1"), loaded(2, "P2")]) == ()


# BIDS


@pytest.fixture
def bids(tmp_path: Path) -> Path:
    trials = []
    for who in ("01", "02", "03"):
        for task in ("squat", "mvc"):
            channel = Channel(name="VL", unit="V", kind="EMG", muscle="vastus_lateralis", side="right")
            emg = Recording(data=np.random.default_rng(1).normal(size=(1, 400)), sfreq=200.0, channels=(channel,))
            trials.append(Trial(streams={"emg": emg}, context={"participant": who, "task": task, "age": 30}))
    return io.write_bids(trials, tmp_path / "set", name="Squats")


SET = Accounting(exercises={"squat": "squat"}, mvc_tasks=("mvc*",))


def test_every_file_of_a_bids_set_has_its_role(bids):
    lay(bids, "derivatives/clean/sub-01.csv", "sourcedata/P1.csv", "sub-01/eeg/sub-01_task-squat_eeg.bdf", "README.md")
    lay(bids, "sub-01/emg/sub-01_task-squat_events.tsv", text="onset\tduration\ttrial_type\n1\t0\tstart\n")
    lay(bids, "sub-01/emg/sub-01_electrodes.tsv", text="name\nVL\n")
    lay(bids, "sub-01/emg/sub-01_task-jump_channels.tsv", text="name\nVL\n")
    got = roles(bids, SET)
    expected = {
        "README.md": "not a recording: about the data set",
        "dataset_description.json": "not a recording: about the data set",
        "derivatives/clean/sub-01.csv": "not a recording: beside the raw data, in derivatives",
        "participants.tsv": "side table",
        "sourcedata/P1.csv": "not a recording: beside the raw data, in sourcedata",
        "sub-01/eeg/sub-01_task-squat_eeg.bdf": "left out: eeg data; a study reads emg",
        "sub-01/emg/sub-01_electrodes.tsv": "side table: not read",
        "sub-01/emg/sub-01_task-jump_channels.tsv": "side table: no recording has this name",
        "sub-01/emg/sub-01_task-mvc_emg.bdf": "MVC",
        "sub-01/emg/sub-01_task-squat_channels.tsv": "side table",
        "sub-01/emg/sub-01_task-squat_emg.bdf": "exercise",
        "sub-01/emg/sub-01_task-squat_emg.json": "side table",
        "sub-01/emg/sub-01_task-squat_events.tsv": "events",
    }
    assert {name: got[name] for name in expected} == expected
    assert set(got) == set(files_below(bids))
    (unused,) = [one for one in found(bids, SET).notices if one.code == "sidecars-unused"]
    assert "'sub-01/emg/sub-01_task-jump_channels.tsv'" in unused.text


@pytest.mark.parametrize(
    "spelled",
    [
        "sub-01/emg/sub-01_task-mvc_emg.BDF",
        "sub-01/emg/sub-01_task-mvc_EMG.bdf",
        "sub-01/emg/Sub-01_task-mvc_emg.bdf",
        "sub-01/emg/sub-01_Task-mvc_emg.bdf",
        "sub-01/EMG/sub-01_task-mvc_emg.bdf",
        "Sub-01/emg/sub-01_task-mvc_emg.bdf",
        "sub-01/emg/sub-01_task-mvc_channels.TSV",
        "sub-01/emg/sub-01_task-mvc_Channels.tsv",
        "sub-01/emg/sub-01_task-mvc_emg.JSON",
        "Participants.tsv",
        "participants.TSV",
    ],
)
def test_upper_case_in_a_bids_set_is_refused_with_the_right_name(bids, spelled):
    right = spelled.lower()
    (bids / spelled).parent.mkdir(parents=True, exist_ok=True)
    (bids / right).rename(bids / spelled)
    text = message(bids, SET)
    assert "BIDS does not know. Allowed: sub-LABEL/[ses-LABEL/]emg/" in text
    assert f"Got: {spelled!r}. Hint: Only lower case is valid in BIDS: {right!r}" in text


@pytest.mark.parametrize(
    "name",
    [
        "sub-01/sub-01_task-mvc_emg.bdf",
        "sub-02/emg/sub-01_task-mvc_emg.bdf",
        "sub-01/emg/sub-01_mvc_emg.bdf",
        "sub-01/emg/sub-01_task-mvc_emg copy.bdf",
        "sub-01/emg/sub-01_task-mvc_rnu-1_emg.bdf",
        "sub-01/emg/sub-01_ses-1_task-mvc_emg.bdf",
        "sub-01_task-mvc_emg.bdf",
    ],
)
def test_a_recording_that_bids_does_not_know_is_named(bids, name):
    (bids / "sub-01/emg/sub-01_task-mvc_emg.bdf").rename(bids / name)
    assert name in message(bids, SET)
    told = found(bids, Accounting(exercises={"squat": "squat"}, mvc_tasks=("mvc*",), unused="report"))
    assert {one.name: one.reason for one in told.files}[name] == "BIDS knows no such name"
    assert name in next(one.text for one in told.notices if one.code == "files-not-used")


def test_edf_beside_bdf_is_the_same_recording_twice(bids):
    path = bids / "sub-01/emg/sub-01_task-squat_emg.bdf"
    shutil.copy(path, path.with_suffix(".edf"))
    assert "2 files give the same recording: participant '01', task 'squat'" in message(bids, SET)


def test_what_tells_recordings_apart_in_bids_is_kept(bids):
    path = bids / "sub-01/emg/sub-01_task-squat_emg.bdf"
    shutil.copy(path, bids / "sub-01/emg/sub-01_task-squat_acq-wet_emg.bdf")
    assert {"participant": "01", "task": "squat", "acquisition": "wet"} in [
        dict(one.facts) for one in found(bids, SET).sources
    ]


def test_people_without_a_recording_and_missing_sidecars_are_told(bids):
    for path in (bids / "sub-03" / "emg").iterdir():
        path.unlink()
    (bids / "sub-02/emg/sub-02_task-squat_channels.tsv").unlink()
    got = texts(bids, SET)
    assert "participants.tsv lists 1 participant of whom there is no recording: '03'." in got
    name = "sub-02/emg/sub-02_task-squat_emg.bdf"
    assert f"No channels.tsv describes {name!r}; 3 other recordings have one." in got
    (bids / "participants.tsv").unlink()
    assert "The data set has no participants.tsv: nothing is known of its participants." in texts(bids, SET)


def test_a_bids_set_needs_its_description(bids):
    (bids / "dataset_description.json").unlink()
    with pytest.raises(FileError, match=r"dataset_description\.json"):
        found(bids, SET)


def test_mvc_trials_that_their_names_tell_apart_are_told_to_make_one_reference(tmp_path):
    names = [f"{who}_{day}_{task}.csv" for who in ("P1", "P2") for day in ("mon", "fri") for task in ("squat", "mvc")]
    lay(tmp_path, *names)
    text = "MVC trials of day 'fri', 'mon' make one reference of each participant ('P1' and 'P2')."
    assert text in texts(tmp_path, lifts("{participant}_{day}_{task}.csv"))
    assert not any("one reference" in one for one in texts(tmp_path, lifts("{participant}_{session}_{task}.csv")))
