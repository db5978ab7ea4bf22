"""What a converted BIDS data set still tells: maximal contractions by TaskName, loads in tasks, and groups."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from emgkit.io.conversion import convert
from emgkit.study import new
from emgkit.study.new.data_set import facts_of_people, load_patterns
from emgkit.study.new.design import exercise_name

PEOPLE = {"women": ("P1", "P2"), "men": ("P3", "P4")}
MAP = r"""
[dataset]
name = "x"
authors = ["A"]
license = "CC0"
[data]
unused = "refuse"
[[data.layouts]]
regex = '(?P<group>[^/]+)/(?P<participant>P\d)_(?P<task>.+)\.csv'
[channels]
VL = { kind = "EMG", muscle = "vastus_lateralis", side = "right" }
[hardware]
PowerLineFrequency = 50
"""


@pytest.fixture(scope="module")
def data_set(tmp_path_factory):
    """A data set as ``emgkit convert`` makes it of a laboratory's files."""
    folder = tmp_path_factory.mktemp("lab")
    place = 0
    for group, people in PEOPLE.items():
        for who in people:
            for task in ("squat60", "squat80", "lunge_20kg", "lunge_30kg", "jump1", "quad_max"):
                place += 1
                rows = [f"{k / 1000},{(k * place) % 7 - 3 + place / 10:.5f}" for k in range(50)]
                path = folder / "in" / group / f"{who}_{task}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n".join(["time (s),VL (mV)", *rows]) + "\n", encoding="utf-8")
    (folder / "map.toml").write_text(MAP, encoding="utf-8")
    convert(folder / "in", folder / "set", map=folder / "map.toml")
    return folder / "set"


def test_a_converted_set_has_the_same_tasks_loads_and_groups_as_its_files(data_set, tmp_path):
    text = new.new(tmp_path / "study", data_set).file.read_text(encoding="utf-8")
    assert '[exercises.squat]\ntask = "squat{load}"' in text
    assert '[exercises.lunge]\ntask = "lunge{load}kg"' in text
    assert '[exercises.jump1]\ntask = "jump1"' in text
    assert 'tasks = ["quadmax"]' in text
    assert 'by = ["group", "TODO", "muscle"]' in text
    assert "TODO: emgkit run would not read" not in text
    found = new.look(data_set)
    assert found.groups == {"P1": "women", "P2": "women", "P3": "men", "P4": "men"}
    shown = new.listing(found)
    assert "4 participants and 4 tasks in 2 groups: men 2, women 2" in shown
    assert "load in the names: 20, 30, 60, 80" in shown


def test_the_name_in_a_sidecar_for_all_recordings_of_a_task_counts_too(data_set, tmp_path):
    root = tmp_path / "set"
    for path in data_set.rglob("*"):
        if path.is_file() and "quadmax_emg.json" not in path.name:
            copy = root / path.relative_to(data_set)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    assert [one.task for one in new.look(root).mvcs] == []
    (root / "task-quadmax_emg.json").write_text(json.dumps({"TaskName": "quad max"}), encoding="utf-8")
    assert {one.task for one in new.look(root).mvcs} == {"quadmax"}


@pytest.mark.parametrize(
    ("tasks", "patterns"),
    [
        (["bench100", "bench80"], {"bench100": "bench{load}", "bench80": "bench{load}"}),
        # counted from one: no loads
        (["jump1", "jump2"], {}),
        (["squat60"], {}),
        # the pattern would take the jump for a load
        (["squat60", "squat80", "squatjump"], {}),
        (["task60", "task80"], {}),
        (["curl5kg", "curl10kg", "curl5lb"], {"curl5kg": "curl{load}kg", "curl10kg": "curl{load}kg"}),
        (["row1kg", "row2kg"], {"row1kg": "row{load}kg", "row2kg": "row{load}kg"}),
    ],
)
def test_loads_at_the_end_of_a_label(tasks, patterns):
    assert load_patterns(tasks) == patterns
    assert {exercise_name(pattern) for pattern in patterns.values()} <= {"bench", "curl", "row"}


def table(root, **columns):
    people = [f"sub-P{n}" for n in range(1, 5)]
    (root / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.11.1"}', encoding="utf-8")
    frame = pd.DataFrame({"participant_id": people, **columns})
    frame.to_csv(root / "participants.tsv", sep="\t", index=False, na_rep="n/a")
    for who in people:
        (root / who).mkdir(exist_ok=True)
    return root


def test_columns_that_divide_the_people_are_levels_that_everybody_has(tmp_path):
    root = table(
        tmp_path, group=[1, 1, 2, 2], sex=["F", "M", "F", "M"], age=[20, 21, 20, 21], name=["a", "b", "c", "d"],
        hand=["left", "right", None, "left"], site=["X"] * 4,
    )  # fmt: skip
    found = facts_of_people(root, ["P1", "P2", "P3", "P4"])
    assert found == {
        "group": {"P1": "1", "P2": "1", "P3": "2", "P4": "2"},
        "sex": {"P1": "F", "P2": "M", "P3": "F", "P4": "M"},
    }
    assert facts_of_people(root, ["P1", "P2"]) == {}
    assert facts_of_people(tmp_path / "none", ["P1"]) == {}


def test_other_columns_are_named_beside_the_comparison(data_set, tmp_path):
    root = tmp_path / "set"
    for path in data_set.rglob("*"):
        if path.is_file():
            copy = root / path.relative_to(data_set)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    people = pd.read_csv(root / "participants.tsv", sep="\t").drop(columns="group").assign(sex=["F", "M"] * 2)
    people.to_csv(root / "participants.tsv", sep="\t", index=False)
    text = new.new(tmp_path / "study", root).file.read_text(encoding="utf-8")
    assert "# participants.tsv tells of each participant, and by may name: sex\n" in text
    assert 'by = ["TODO", "muscle"]' in text
