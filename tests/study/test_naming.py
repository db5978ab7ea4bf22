"""Names of files are read as they were meant, or refused with the readings that are left: never as something else."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from emgkit.errors import StudyError
from emgkit.io.naming.names import expression, read_names
from emgkit.io.naming.patterns import Pattern
from emgkit.study.file.recordings import ExcludedFile, ExcludedParticipant, Layout
from emgkit.study.recordings.account import Accounting, account
from emgkit.study.recordings.account.name_columns import checked_facts, columns_of, context_of
from emgkit.study.recordings.account.tasks import Tasks

LIFTS = Tasks(exercises={"squat": "squat", "hip_thrust": "thrust"}, mvc=("mvc*",))


def facts(names, *patterns, tasks=LIFTS):
    """The facts in each name, as a list of values in the order of the pattern."""
    layouts = [Layout(pattern=pattern) for pattern in patterns]
    return {name: tuple(one.facts.values()) for name, one in read_names(names, layouts, tasks).items()}


@pytest.mark.parametrize(
    ("pattern", "tasks", "read"),
    [
        (
            "{participant}_{task}_{run}.csv",
            {"squat": "squat"},
            {"S01_mvc_glute_1.csv": ("S01", "mvc_glute", "1"), "S01_squat_1.csv": ("S01", "squat", "1")},
        ),
        ("{participant}_{task}_{run}.csv", {"squat": "squat"}, {"S01_mvc_glute_1.csv": ("S01", "mvc_glute", "1")}),
        ("{participant}_{task}_{muscle}.csv", {"EMG": "squat"}, {"ID_1_EMG_VL.csv": ("ID_1", "EMG", "VL")}),
        (
            "{participant}_{task}_{run}.csv",
            {"hip_thrust_{load}": "thrust"},
            {"P_01_hip_thrust_60_2.csv": ("P_01", "hip_thrust_60", "2"), "P_01_rest_1.csv": ("P_01", "rest", "1")},
        ),
        (
            "{participant}_{task}_{load}_{run}.csv",
            {"hip_thrust": "thrust"},
            {"P_01_hip_thrust_60_2.csv": ("P_01", "hip_thrust", "60", "2")},
        ),
        # people with and without a separator in their names
        (
            "{participant}_{task}_{run}.csv",
            {"squat": "squat"},
            {
                "Anna_Lena_squat_1.csv": ("Anna_Lena", "squat", "1"),
                "Bob_squat_1.csv": ("Bob", "squat", "1"),
                "Bob_mvc_glute_1.csv": ("Bob", "mvc_glute", "1"),
                "Anna_Lena_mvc_glute_2.csv": ("Anna_Lena", "mvc_glute", "2"),
            },
        ),
        ("{participant}{task}.csv", {"squat": "squat"}, {"P01squat.csv": ("P01", "squat")}),
        ("{participant}/{participant}_{task}.csv", {"squat": "squat"}, {"P_1/P_1_squat.CSV": ("P_1", "squat")}),
        ("{participant} {task}.csv", {"back squat": "squat"}, {"P 01 back squat.csv": ("P 01", "back squat")}),
        ("{participant}-{task}.csv", {"squat": "squat"}, {"Anna-Lena-squat.csv": ("Anna-Lena", "squat")}),
        ("{participant}_{task}_{temp}.csv", {"squat": "squat"}, {"P1_squat_-10.csv": ("P1", "squat", "-10")}),
        (
            "{participant}_{task}.csv",
            {"squat": "squat"},
            {
                f"{who}_squat.csv": (who, "squat")
                for who in ("José", "O'Brien", "P_01", "Anna-Lena", "Zoë", "P 01", "M.X")
            },
        ),
    ],
)
def test_separators_inside_fields(pattern, tasks, read):
    assert facts(read, pattern, tasks=Tasks(exercises=tasks, mvc=("mvc*",))) == read


def test_a_name_with_two_readings_is_refused_and_both_are_shown():
    with pytest.raises(StudyError) as caught:
        facts(["a_mvc_squat.csv"], "{participant}_{task}.csv")
    text = str(caught.value)
    assert "The name 'a_mvc_squat.csv' can be read in two ways" in text
    assert "participant 'a', task 'mvc_squat'; or participant 'a_mvc', task 'squat'" in text
    assert "values.task" in text
    # another file of the same layout tells which is meant
    both = facts(["a_mvc_squat.csv", "a_squat.csv"], "{participant}_{task}.csv")
    assert both["a_mvc_squat.csv"] == ("a", "mvc_squat")


@pytest.mark.parametrize(
    "name", ["P01__squat.csv", "_squat.csv", "P01_.csv", "P01_squat_.csv", "P01.csv", "a/P01_squat.csv"]
)
def test_a_name_with_an_empty_field_does_not_fit(name):
    assert facts([name], "{participant}_{task}.csv") == {}


def test_a_layout_with_a_known_task_goes_before_one_without():
    names = ["P_1_squat_60.csv", "P_1_mvc.csv", "P_1_mvc_glute.csv"]
    patterns = ("{participant}_{task}_{load}.csv", "{participant}_{task}.csv")
    assert facts(names, *patterns) == {
        "P_1_squat_60.csv": ("P_1", "squat", "60"),
        "P_1_mvc.csv": ("P_1", "mvc"),
        "P_1_mvc_glute.csv": ("P_1", "mvc_glute"),  # a load is a number in these files
    }


def test_a_thousand_names_are_read_in_less_than_three_seconds():
    names = [f"P_{i:03}_{task}_{load}_{run}.csv" for i in range(50) for task in ("hip_thrust", "mvc_glute", "rest")
             for load in (60, 80, 100) for run in range(3)]  # fmt: skip
    begin = time.process_time()
    found = facts(names, "{participant}_{task}_{load}_{run}.csv", "{participant}_{task}.csv")
    assert time.process_time() - begin < 3
    assert found["P_003_mvc_glute_60_1.csv"] == ("P_003", "mvc_glute", "60", "1")
    assert found["P_003_rest_60_1.csv"] == ("P_003", "rest", "60", "1")


PEOPLE = st.from_regex(r"[A-Za-zÀ-ÿ0-9]+([_ '\-.][A-Za-zÀ-ÿ0-9]+)?", fullmatch=True)
TASK = st.sampled_from(["squat", "hip_thrust", "mvc", "mvc_glute_max", "MVC_VL"])
PATTERNS = st.sampled_from([
    "{participant}_{task}_{load}_{run}.csv", "{participant}/{task}_{load}_{run}.csv",
    "{load}/{participant}-{task}-{run}.txt",
    "{run}_{participant}_{task}_{load}.csv", "{task}/{participant}/{participant}_{load}_{run}.csv",
])  # fmt: skip


@given(
    pattern=PATTERNS,
    people=st.lists(PEOPLE, min_size=1, max_size=3, unique=True),
    tasks=st.lists(TASK, min_size=1, max_size=3, unique=True),
    load=st.sampled_from(["60", "7.5", "-10", "low", "60_kg"]),
    run=st.integers(1, 12),
)
def test_a_name_made_from_facts_gives_these_facts_or_is_refused(pattern, people, tasks, load, run):
    made = {}
    for who in people:
        for task in tasks:
            meant = {"participant": who, "task": task, "load": load, "run": str(run)}
            made[pattern.format(**meant)] = {name: unicodedata.normalize("NFC", text) for name, text in meant.items()}
    assume(len(made) == len(people) * len(tasks))
    # "mvc*" may go on as far as it likes, so that the shortest load is the one meant
    assume("_" not in load or not any(task.lower().startswith("mvc") for task in tasks))
    try:
        found = read_names(made, [Layout(pattern=pattern)], LIFTS)
    except StudyError:
        return
    for name, reading in found.items():
        assert dict(reading.facts) == made[name]


@given(st.text(max_size=30), PATTERNS)
def test_any_name_is_read_or_left_aside(name, pattern):
    for reading in Pattern(pattern).readings(name):
        assert (
            unicodedata.normalize("NFC", pattern.format(**reading)).lower()
            == unicodedata.normalize("NFC", name).lower()
        )
        assert expression(Layout(pattern=pattern)).fullmatch(pattern.format(**reading))


def test_a_pattern_with_an_open_brace_is_refused():
    for text in ("{participant_{task}.csv", "{}_{task}.csv", "{participant}_{task name}.csv"):
        with pytest.raises(StudyError, match=r"A pattern cannot be read.*each a name of letters"):
            Pattern(text)


def test_fields_side_by_side_that_nothing_separates_are_refused():
    with pytest.raises(StudyError, match=r"can be read in more than 5000 ways.*Let something stand between the fields"):
        Pattern("{a}{b}{c}{d}{e}").readings("x" * 60)


def test_the_task_holds_a_load():
    tasks = Tasks(exercises={"squat{load}": "squat", "{load}kg_thrust": "thrust"}, mvc=("mvc*",))
    assert (tasks.role("squat60").exercise, dict(tasks.role("squat60").facts)) == ("squat", {"load": "60"})
    assert (tasks.role("7.5kg_thrust").exercise, dict(tasks.role("7.5kg_thrust").facts)) == ("thrust", {"load": "7.5"})
    for task in ("squat", "squat_", "Squat60"):
        assert tasks.role(task).exercise is None
    # a pattern takes no MVC trial
    assert Tasks(exercises={"{load}": "squat"}, mvc=("mvc*",)).role("mvc1").exercise is None


def test_a_task_that_fits_two_exercises_is_refused_and_both_are_shown():
    tasks = Tasks(exercises={"squat{load}": "squat", "squatjump{load}": "jump"})
    with pytest.raises(StudyError) as caught:
        tasks.role("squatjump40")
    text = str(caught.value)
    assert "The task 'squatjump40' fits two exercises" in text
    assert "[exercises.squat] task = \"squat{load}\" with 'load = jump40'" in text
    assert "[exercises.jump] task = \"squatjump{load}\" with 'load = 40'" in text


def lay(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    return folder


def test_the_account_has_the_load_of_a_task(tmp_path):
    rule = Accounting(layouts=(Layout(pattern="{participant}_{task}.csv"),), exercises={"squat{load}": "squat"})
    (source,) = account(lay(tmp_path, "P1_squat60.csv"), rule).sources
    assert dict(source.facts) == {"participant": "P1", "task": "squat60", "load": "60"}
    assert source.exercise == "squat"


def test_names_that_differ_in_unicode_form_only_are_refused(tmp_path):
    rule = Accounting(layouts=(Layout(pattern="{participant}_{task}.csv"),), exercises={"squat": "squat"})
    folder = lay(tmp_path, "Zo\u00eb_squat.csv", "Zoe\u0308_squat.csv")
    if len(list(folder.iterdir())) == 2:  # a disk may take them for one file
        with pytest.raises(StudyError, match=r"differ by blanks, upper and lower case or Unicode form only.*Zo\\xeb"):
            account(folder, rule)


def test_a_name_in_the_form_of_another_disk_is_the_same_in_tables_and_in_the_study_file(tmp_path):
    rule = Accounting(
        layouts=(Layout(pattern="{participant}_{task}.csv"),), exercises={"squat": "squat"},
        excluded_participants=(ExcludedParticipant(participant="Jos\u00e9", reason="ill"),),
        excluded_files=(ExcludedFile(path="\u00c5sa_squat.csv", reason="noise"),),
    )  # fmt: skip
    folder = lay(tmp_path, "Zoe\u0308_squat.csv", "Jose\u0301_squat.csv", "A\u030asa_squat.csv")
    found = {source.participant: source.excluded for source in account(folder, rule).sources}
    assert found == {"Zo\u00eb": "", "Jos\u00e9": "ill", "\u00c5sa": "noise"}


@pytest.mark.parametrize(
    ("fact", "text", "match"),
    [
        ("load_kg", "60kg", "load_kg in the name cannot be used.*Allowed: a number of kilograms.*Got: '60kg'"),
        ("set", "a", "set in the name cannot be used.*Allowed: a whole number"),
        (
            "side",
            "links",
            "Allowed: .left., .right., .L. and .R..*values.side = .*for the side that works, write {leg}",
        ),
    ],
)
def test_a_fact_that_cannot_be_is_refused(fact, text, match):
    with pytest.raises(StudyError, match=match):
        checked_facts({"participant": "P1", fact: text}, {}, where="P1.csv")


def test_the_name_and_the_task_agree():
    with pytest.raises(
        StudyError, match=r"says two different things about 'load'.*Got: '80' and, in the task 'squat60', '60'"
    ):
        checked_facts({"task": "squat60", "load": "80"}, {"load": "60"}, where="x.csv")
    assert context_of(checked_facts({"load_kg": "7,5", "set": "02", "side": "L"}, {}, where="x")) == {
        "load_kg": 7.5, "set": 2, "side": "left",
    }  # fmt: skip


def test_columns_are_the_fields_that_are_not_in_every_table():
    layouts = [
        Layout(pattern="{group}/{participant}_{task}_{day}.csv"),
        Layout(pattern="{participant}_{task}_{run}.csv"),
    ]
    tasks = Tasks(exercises={"squat{load}": "squat"})
    assert columns_of(layouts, tasks) == ("day", "load")
    assert columns_of(layouts, tasks, named={"run"}) == ("day", "load", "run")


@pytest.mark.parametrize(
    ("pattern", "match"),
    [
        (
            "{participant}_{exercise}.csv",
            r"Write \{task\}, and which exercise a task is|names the participant and the task",
        ),
        ("{participant}_{task}_{exercise}.csv", r"cannot be called 'exercise'.*Write \{task\}"),
        ("{participant}_{task}_{channel}.csv", r"cannot be called 'channel'.*Write \{muscle\}"),
        ("{participant}_{task}_{value}.csv", r"cannot be called 'value'.*such as \{value_in_name\}"),
        (
            "{task}.csv",
            r"names the participant and the task.*Allowed: \{participant\} in it.*\{participant\}/\{task\}\.csv, "
            r"or say who it is: layouts = \[\{ pattern = .*participant = \"P1\"",
        ),
        ("{participant}_{load}.csv", r"Allowed: \{task\} in it.*layouts = \[\{ pattern = .*task = \"squat\""),
    ],
)
def test_a_pattern_that_cannot_be_says_what_to_write(pattern, match):
    with pytest.raises(StudyError, match=match):
        columns_of([Layout(pattern=pattern)], LIFTS)
