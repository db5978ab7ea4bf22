"""Names of files: who did what, and the pattern that says so."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from emgkit.io.naming.likely.names import read_names
from emgkit.io.naming.likely.words import is_mvc, may_be_movement
from emgkit.study import new
from emgkit.study.file.read import has_key
from emgkit.study.file.recordings import Layout

# a folder's names -> the pattern of each and its facts without the participant
FOLDERS = {
    "a date is nobody": {
        "2024-03-15_AH_sq_pre.csv": ("{date}_{participant}_{task}_{session}.csv", "AH sq date=2024-03-15 session=pre"),
        "2024-05-20_AH_sq_post.csv": (
            "{date}_{participant}_{task}_{session}.csv",
            "AH sq date=2024-05-20 session=post",
        ),
        "2024-03-15_AH_max iso_pre.csv": (
            "{date}_{participant}_{task}_{session}.csv",
            "AH max iso date=2024-03-15 session=pre MVC",
        ),
        "2024-05-20_AH_max iso_post.csv": (
            "{date}_{participant}_{task}_{session}.csv",
            "AH max iso date=2024-05-20 session=post MVC",
        ),
    },
    "dates of one person are sessions": {
        "Eva 01.02.2023 gait.csv": ("{participant} {session} {task}.csv", "Eva gait session=01.02.2023"),
        "Eva 03.07.2023 gait.csv": ("{participant} {session} {task}.csv", "Eva gait session=03.07.2023"),
        "Ida 20230202 gait.csv": ("{participant} {session} {task}.csv", "Ida gait session=20230202"),
    },
    "a folder a session, and one a person": {
        "Session 1/Maja/squat.csv": ("{session}/{participant}/{task}.csv", "Maja squat session=Session 1"),
        "Session 1/Maja/max.csv": ("{session}/{participant}/{task}.csv", "Maja max session=Session 1 MVC"),
        "Session 1/Björn/squat.csv": ("{session}/{participant}/{task}.csv", "Björn squat session=Session 1"),
        "Session 2/Maja/squat.csv": ("{session}/{participant}/{task}.csv", "Maja squat session=Session 2"),
        "Session 2/Maja/max.csv": ("{session}/{participant}/{task}.csv", "Maja max session=Session 2 MVC"),
    },
    "a folder a day": {
        "2024-03-15/AH_squat.csv": ("{session}/{participant}_{task}.csv", "AH squat session=2024-03-15"),
        "2024-03-16/AH_squat.csv": ("{session}/{participant}_{task}.csv", "AH squat session=2024-03-16"),
        "2024-03-16/BK_squat.csv": ("{session}/{participant}_{task}.csv", "BK squat session=2024-03-16"),
    },
    "a folder of one person": {
        "Tom K/squat 60kg.csv": ("{participant}/{task} {load}kg.csv", "Tom K squat load=60"),
        "Tom K/squat 80kg.csv": ("{participant}/{task} {load}kg.csv", "Tom K squat load=80"),
        "Tom K/mvc quad.csv": ("{participant}/{task}.csv", "Tom K mvc quad MVC"),
    },
    "a first word that has its own maximal contraction": {
        "Ann-Jan-walk.csv": ("{participant}-{session}-{task}.csv", "Ann walk session=Jan"),
        "Ann-Jan-maximal.csv": ("{participant}-{session}-{task}.csv", "Ann maximal session=Jan MVC"),
        "Ann-Jun-walk.csv": ("{participant}-{session}-{task}.csv", "Ann walk session=Jun"),
        "Ann-Jun-maximal.csv": ("{participant}-{session}-{task}.csv", "Ann maximal session=Jun MVC"),
    },
    "a side that maximal contractions lack is the limb that works": {
        "data/AB/press L.csv": ("data/{participant}/{task} {limb}.csv", "AB press limb=L"),
        "data/AB/press R.csv": ("data/{participant}/{task} {limb}.csv", "AB press limb=R"),
        "data/CD/press L.csv": ("data/{participant}/{task} {limb}.csv", "CD press limb=L"),
        "data/CD/mvc.csv": ("data/{participant}/{task}.csv", "CD mvc MVC"),
        "data/AB/mvc.csv": ("data/{participant}/{task}.csv", "AB mvc MVC"),
    },
    "the first trial has no number": {
        "P01_jump.csv": ("{participant}_{task}.csv", "P01 jump"),
        "P01_jump2.csv": ("{participant}_{task}{run}.csv", "P01 jump run=2"),
        "P02_jump.csv": ("{participant}_{task}.csv", "P02 jump"),
        "P02_jump 2.csv": ("{participant}_{task} {run}.csv", "P02 jump run=2"),
    },
    "the last number is the run": {
        "P01_squat_01.csv": ("{participant}_{task}_{run}.csv", "P01 squat run=01"),
        "P01_squat_02.csv": ("{participant}_{task}_{run}.csv", "P01 squat run=02"),
        "P02_mvc_glute_1.csv": ("{participant}_{task}_{run}.csv", "P02 mvc_glute run=1 MVC"),
    },
    "a day is the session": {
        "P01_day1_squat.csv": ("{participant}_{session}_{task}.csv", "P01 squat session=day1"),
        "P01_day2_squat.csv": ("{participant}_{session}_{task}.csv", "P01 squat session=day2"),
        "P01_day1_mvc.csv": ("{participant}_{session}_{task}.csv", "P01 mvc session=day1 MVC"),
    },
    "before and after one maximal contraction are conditions": {
        "P01_pre_squat.csv": ("{participant}_{condition}_{task}.csv", "P01 squat condition=pre"),
        "P01_post_squat.csv": ("{participant}_{condition}_{task}.csv", "P01 squat condition=post"),
        "P01_mvc.csv": ("{participant}_{task}.csv", "P01 mvc MVC"),
    },
    "groups are folders": {
        "women/wa_squat.csv": ("{group}/{participant}_{task}.csv", "wa squat group=women"),
        "women/wb_squat.csv": ("{group}/{participant}_{task}.csv", "wb squat group=women"),
        "men/ma_squat.csv": ("{group}/{participant}_{task}.csv", "ma squat group=men"),
    },
    "groups may number their people alike": {
        "A/1_squat.csv": ("{group}/{participant}_{task}.csv", "1 squat group=A"),
        "A/2_squat.csv": ("{group}/{participant}_{task}.csv", "2 squat group=A"),
        "B/1_squat.csv": ("{group}/{participant}_{task}.csv", "1 squat group=B"),
        "B/2_isom_max.csv": ("{group}/{participant}_{task}.csv", "2 isom_max group=B MVC"),
    },
    "one person a folder": {
        "Anna/squat.csv": ("{participant}/{task}.csv", "Anna squat"),
        "Ben/squat.csv": ("{participant}/{task}.csv", "Ben squat"),
        "Ben/mvc_quad.csv": ("{participant}/{task}.csv", "Ben mvc_quad MVC"),
        "Anna/mvc_quad.csv": ("{participant}/{task}.csv", "Anna mvc_quad MVC"),
    },
    "maximal contractions in a folder of their own": {
        "lifts/P01_squat.csv": ("lifts/{participant}_{task}.csv", "P01 squat"),
        "MVC/P01_glute.csv": ("MVC/{participant}_{task}.csv", "P01 mvc_glute MVC"),
    },
    "a folder a task": {
        "squat/P01.csv": ("{task}/{participant}.csv", "P01 squat"),
        "mvc/P01.csv": ("{task}/{participant}.csv", "P01 mvc MVC"),
    },
    "loads with a unit": {
        "S1_squat_60kg_1.csv": ("{participant}_{task}_{load}kg_{run}.csv", "S1 squat load=60 run=1"),
        "S1_squat_80kg_1.csv": ("{participant}_{task}_{load}kg_{run}.csv", "S1 squat load=80 run=1"),
    },
    "loads as bare numbers": {
        "S1_squat_60.csv": ("{participant}_{task}_{load}.csv", "S1 squat load=60"),
        "S1_squat_80.csv": ("{participant}_{task}_{load}.csv", "S1 squat load=80"),
    },
    "numbered trials of one word are runs": {
        "S1_mvc1.csv": ("{participant}_{task}{run}.csv", "S1 mvc run=1 MVC"),
        "S1_mvc2.csv": ("{participant}_{task}{run}.csv", "S1 mvc run=2 MVC"),
        "S1_task1.csv": ("{participant}_{task}.csv", "S1 task1"),
        "S1_task2.csv": ("{participant}_{task}.csv", "S1 task2"),
    },
    "a person's word and number": {
        "ID_1_EMG_VL.csv": ("{participant}_EMG_{task}.csv", "ID_1 VL"),
        "ID_1_EMG_BF.csv": ("{participant}_EMG_{task}.csv", "ID_1 BF"),
        "ID_2_EMG_VL.csv": ("{participant}_EMG_{task}.csv", "ID_2 VL"),
    },
    "a code of a person and a letter of the group": {
        "normal/01N_gait.csv": ("{group}/{participant}_{task}.csv", "01N gait group=normal"),
        "pathology/02A_gait.csv": ("{group}/{participant}_{task}.csv", "02A gait group=pathology"),
    },
    "words that are crossed": {
        "P1_squat_heavy.csv": ("{participant}_{task}_{condition}.csv", "P1 squat condition=heavy"),
        "P1_squat_light.csv": ("{participant}_{task}_{condition}.csv", "P1 squat condition=light"),
        "P1_lunge_heavy.csv": ("{participant}_{task}_{condition}.csv", "P1 lunge condition=heavy"),
        "P1_lunge_light.csv": ("{participant}_{task}_{condition}.csv", "P1 lunge condition=light"),
    },
    "words that are not crossed": {
        "P1_hip_thrust.csv": ("{participant}_{task}.csv", "P1 hip_thrust"),
        "P1_hip_abduction.csv": ("{participant}_{task}.csv", "P1 hip_abduction"),
    },
    "blanks, hyphens and capital endings": {
        "Subject 1 squat.CSV": ("{participant} {task}.csv", "Subject 1 squat"),
        "Subject 2 squat.csv": ("{participant} {task}.csv", "Subject 2 squat"),
    },
    "names of people": {
        "José_squat.csv": ("{participant}_{task}.csv", "José squat"),
        "O'Brien_squat.csv": ("{participant}_{task}.csv", "O'Brien squat"),
        "Max_squat.csv": ("{participant}_{task}.csv", "Max squat"),
        "Max_mvc.csv": ("{participant}_{task}.csv", "Max mvc MVC"),
    },
    "the task first, and a name": {
        "mvc_anna.csv": ("{task}_{participant}.csv", "anna mvc MVC"),
        "squat_anna.csv": ("{task}_{participant}.csv", "anna squat"),
    },
    "a word before the participant": {
        "StudyX_P01_squat.csv": ("StudyX_{participant}_{task}.csv", "P01 squat"),
        "StudyX_P01_max.csv": ("StudyX_{participant}_{task}.csv", "P01 max MVC"),
    },
    "the task first": {
        "hip_thrust_P01.csv": ("{task}_{participant}.csv", "P01 hip_thrust"),
        "squat_P01.csv": ("{task}_{participant}.csv", "P01 squat"),
    },
}  # fmt: skip


@pytest.mark.parametrize("names", FOLDERS.values(), ids=FOLDERS)
def test_a_folder_of_names_is_read(names):
    for one in read_names(names):
        others = [f"{key}={value}" for key, value in one.facts.items() if key not in ("participant", "task")]
        facts = " ".join([one.facts["participant"], one.facts["task"], *others, *(["MVC"] if one.mvc else [])])
        assert (one.pattern, facts) == names[one.name]


@pytest.mark.parametrize("names", FOLDERS.values(), ids=FOLDERS)
def test_the_regular_expression_says_the_same_as_the_facts(names):
    for one in read_names(names):
        match = re.fullmatch(one.regex, one.name)
        assert match, one.regex
        table = one.values.get("task", {})
        found = {key: table.get(value, value) for key, value in match.groupdict().items()}
        assert found == dict(one.facts)


def test_names_of_one_person_hold_no_participant():
    names = read_names(["bench.csv", "bench 2.csv", "bench3.csv", "max bench.csv"])
    found = {one.name: (one.pattern, dict(one.facts), one.mvc) for one in names}
    assert found == {
        "bench.csv": ("{task}.csv", {"task": "bench"}, False),
        "bench 2.csv": ("{task} {run}.csv", {"task": "bench", "run": "2"}, False),
        "bench3.csv": ("{task}{run}.csv", {"task": "bench", "run": "3"}, False),
        "max bench.csv": ("{task}.csv", {"task": "max bench"}, True),
    }


@pytest.mark.skipif(not has_key(Layout, "task"), reason="names have no columns of their own")
@pytest.mark.parametrize("names", FOLDERS.values(), ids=FOLDERS)
def test_a_run_reads_what_was_found(names, tmp_path):
    signal = np.random.default_rng(1).normal(size=300)
    for place, name in enumerate(names):
        path = tmp_path / "d" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame({"VL (mV)": signal + place}).to_csv(path, index=False)
    found = new.look(tmp_path / "d")
    if not found.exercises:
        pytest.skip("maximal contractions alone are no study")
    made = new.write(tmp_path / "s", found)
    assert not [one for one in made.to_do if "would not read" in one.text], made.file.read_text(encoding="utf-8")


def test_a_file_beside_a_recording_is_no_recording_of_another_task():
    names = read_names(["P01_squat_emg.csv", "P01_squat_markers.csv", "P01_bar_press_emg.csv"])
    assert [(one.facts["task"], one.companion) for one in names] == [
        ("bar_press", ""), ("squat", ""), ("squat", "markers"),
    ]  # fmt: skip


def test_loads_that_end_a_task_are_one_exercise():
    names = read_names([f"P01_{task}{load}.csv" for task in ("squat", "deadlift") for load in (60, 80, 100)])
    assert {one.base for one in names} == {"squat{load}", "deadlift{load}"}
    assert {one.facts["task"] for one in names} >= {"squat60", "deadlift100"}


def test_the_order_of_the_files_changes_nothing():
    names = [name for folder in FOLDERS.values() for name in folder if "/" not in name]
    assert read_names(names) == read_names(reversed(names))


@pytest.mark.parametrize(
    "name", ["mvc", "MVIC_quad", "isomMax", "VL_max", "ref_glute", "Referenz", "máximo", "maximal2", "mvcAll"]
)
def test_words_of_maximal_contractions(name):
    assert is_mvc(name)


@pytest.mark.parametrize("name", ["gluteus_maximus", "squat", "climax", "refuse", "VL", "normal"])
def test_other_words(name):
    assert not is_mvc(name)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("knee", "JNTANG"), ("Knee angle", "JNTANG"), ("goni", "JNTANG"), ("flexion", "JNTANG"), ("Winkel", "JNTANG"),
        ("encoder", "POS"), ("bar", "POS"), ("depth", "POS"), ("hoogte", "POS"), ("Tiefe", "POS"), ("Höhe", "POS"),
        ("VL", None), ("hip adductors", None), ("knee extensor", None), ("EMG bar", None), ("", None),
    ],
)  # fmt: skip
def test_headings_that_may_be_a_movement(label, kind):
    assert may_be_movement(label) == kind
