"""A new study from a folder of recordings: valid, runnable once filled in, and open about what it does not know."""

from __future__ import annotations

import json
import re
import tomllib

import numpy as np
import pandas as pd
import pytest

from emgkit import simulate
from emgkit.errors import StudyError
from emgkit.study import Study, new
from emgkit.study.file.read import parse

RATE = 1000


def write_csv(path, seed, *, lift):
    """Two muscles and a bar that goes up and down six times, or an MVC."""
    rng = np.random.default_rng(seed)
    time = np.arange(16 * RATE) / RATE
    bar = np.where((time > 2) & (time < 14), 0.25 * (1 - np.cos(np.pi * (time - 2))), 0.0)
    force = 0.3 + bar if lift else 3 * np.exp(-0.5 * ((time - 8) / 2) ** 2)
    table = pd.DataFrame({"VL (mV)": 0.2 * force * rng.normal(size=time.size)})
    table["BF (mV)"] = 0.1 * force * rng.normal(size=time.size)
    table["bar (m)"] = bar
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False)


@pytest.fixture
def files(tmp_path):
    for place, person in enumerate(["P01", "P02", "P03"]):
        for shift, task in enumerate(["deadlift", "carry", "mvcAll"]):
            write_csv(tmp_path / "files" / f"{person}_{task}.csv", 10 * place + shift, lift=task != "mvcAll")
    return tmp_path / "files"


@pytest.mark.long
def test_a_folder_of_files_becomes_a_study_that_runs_once_filled_in(files, tmp_path):
    made = new.new(tmp_path / "my_study", files)
    text = made.file.read_text(encoding="utf-8")
    file = parse(text, where="new")
    assert file.study.title == "My study"
    assert (file.data.folder, file.data.pattern) == ("../files", "{participant}_{task}.csv")
    assert {name: one.starts for name, one in file.exercises.items()} == {
        "carry": "eccentric",
        "deadlift": "concentric",
    }
    assert file.mvc.tasks == ("mvcAll",)
    # every guess that could be wrong is named, and nothing else
    asked = [line.split("#")[0].split("=")[0].strip() for line in made.to_do]
    assert asked == ["question", "sfreq", '"VL"', '"BF"', "starts"]
    filled = text.replace('"VL" = { muscle = "TODO" }', '"VL" = { muscle = "vastus_lateralis" }')
    filled = filled.replace('"BF" = { muscle = "TODO" }', '"BF" = { muscle = "biceps_femoris" }')
    filled = filled.replace('starts = "eccentric"', 'starts = "concentric"')
    made.file.write_text(filled, encoding="utf-8")
    with pytest.raises(StudyError, match=r'(?s)not filled in yet.*line \d+: question = "TODO.*sfreq = 1000  # TODO'):
        Study.load(made.file.parent).run(tmp_path / "out")
    made.file.write_text(re.sub("TODO:? ?", "", filled), encoding="utf-8")
    result = Study.load(made.file.parent).run(tmp_path / "out", quick=True)
    assert set(result.tables["contrasts"]["muscle"]) == {"vastus_lateralis", "biceps_femoris"}


def test_a_complete_bids_set_needs_nothing_but_the_question(tmp_path):
    spec = simulate.load_spec("three_lifts").model_copy(update={"participants": 2})
    root = simulate.study(spec, tmp_path / "set", seed=3)
    made = new.new(tmp_path / "lifts", root)
    assert made.to_do == ('question = "TODO: what shall be compared?"',)
    file = Study.load(made.file.parent).file
    assert {name: (one.starts, one.by) for name, one in file.exercises.items()} == {
        "deadlift": ("concentric", "position"), "hip_thrust": ("concentric", "position"),
        "squat": ("eccentric", "position"),
    }  # fmt: skip


def test_groups_and_sessions_are_told_by_the_folders(tmp_path):
    for group in ("women", "men"):
        for person in ("a", "b", "c"):
            write_csv(tmp_path / "d" / group / f"{group[0]}{person}_squat.csv", 1, lift=True)
    text = new.new(tmp_path / "s", tmp_path / "d").file.read_text(encoding="utf-8")
    assert 'pattern = "{group}/{participant}_{task}.csv"' in text
    assert "own_task_maximum = true" in text


def test_the_schema_beside_the_file_is_the_current_one(files, tmp_path):
    made = new.new(tmp_path / "s", files)
    written = json.loads((made.file.parent / new.SCHEMA).read_text(encoding="utf-8"))
    assert written == new.schema()
    assert made.file.read_text(encoding="utf-8").startswith(f"#:schema ./{new.SCHEMA}\n")
    comparison = written["$defs"]["Comparison"]["properties"]
    assert comparison["adjust"]["enum"] == ["holm", "bonferroni", "none"]
    assert "eccentric" in json.dumps(written["$defs"]["Exercise"])
    assert tomllib.loads(made.file.read_text(encoding="utf-8"))


def test_what_cannot_be_told_is_refused(files, tmp_path):
    new.new(tmp_path / "s", files)
    with pytest.raises(StudyError, match="folder is not empty"):
        new.new(tmp_path / "s", files)
    with pytest.raises(StudyError, match="folder of recordings is not there"):
        new.new(tmp_path / "t", tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudyError, match="holds no recording that emgkit knows"):
        new.new(tmp_path / "t", tmp_path / "empty")
    (files / "readme.txt").write_text("hello", encoding="utf-8")
    new.new(tmp_path / "u", files)
    (files / "readme.txt").rename(files / "notes.txt")
    with pytest.raises(StudyError, match="recordings of several formats"):
        new.new(tmp_path / "t", files)
    (files / "notes.txt").rename(files / "P01.csv")
    with pytest.raises(StudyError, match="participant and the task cannot be read"):
        new.new(tmp_path / "t", files)
    assert not (tmp_path / "t").exists()
