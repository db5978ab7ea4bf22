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
from emgkit.stats.cells.multiplicity import NAMES
from emgkit.study import Study, new
from emgkit.study.file.read import parse
from emgkit.study.new.questions import stand_ins

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


def answered(folder, data, **known):
    """What `new` writes with these answers; every other question gets an answer that is allowed."""
    found = new.survey(folder, data)
    return new.write(folder, found, answers={**stand_ins(found), **known})


@pytest.mark.long
def test_a_folder_of_files_becomes_a_study_that_runs_once_filled_in(files, tmp_path):
    made = new.new(tmp_path / "my_study", files)
    text = made.file.read_text(encoding="utf-8")
    # every guess that could be wrong is named with its place, and nothing else
    asked = [(one.place, one.text.partition(" = ")[0]) for one in made.to_do]
    assert asked == [
        ("[study]", "question"), ("[data]", "sfreq"), ("[channels]", '"VL"'), ("[channels]", '"BF"'),
        ("[exercises.carry]", "starts"), ("[exercises.deadlift]", "starts"),
    ]  # fmt: skip
    assert [text.splitlines()[one.line - 1] for one in made.to_do] == [one.text for one in made.to_do]
    with pytest.raises(
        StudyError, match=r'(?s)not filled in yet.*line 12, \[data\]: sfreq = "TODO"; .*and 1 line more'
    ):
        Study.load(made.file.parent)
    # the first answer alone makes the file readable; a run still refuses it
    filled = text.replace('sfreq = "TODO"', "sfreq = 1000")
    made.file.write_text(filled, encoding="utf-8")
    with pytest.raises(StudyError, match=r'\[exercises\.carry\]: starts = "TODO"'):
        Study.load(made.file.parent)
    filled = filled.replace('starts = "TODO"', 'starts = "concentric"')
    made.file.write_text(filled, encoding="utf-8")
    with pytest.raises(StudyError, match=r'not filled in yet.*question = "TODO'):
        Study.load(made.file.parent).run(tmp_path / "out")
    filled = filled.replace('"VL" = { muscle = "TODO" }', '"VL" = { muscle = "vastus_lateralis" }')
    filled = filled.replace('"BF" = { muscle = "TODO" }', '"BF" = { muscle = "biceps_femoris" }')
    made.file.write_text(re.sub("TODO:? ?", "", filled), encoding="utf-8")
    file = parse(made.file.read_text(encoding="utf-8"), where="new")
    assert file.study.title == "My study"
    assert (file.data.folder, file.data.pattern) == ("../files", "{participant}_{task}.csv")
    assert {name: (one.by, one.starts) for name, one in file.exercises.items()} == {
        "carry": ("position", "concentric"), "deadlift": ("position", "concentric"),
    }  # fmt: skip
    assert file.mvc.tasks == ("mvcAll",)
    result = Study.load(made.file.parent).run(tmp_path / "out", quick=True)
    assert set(result.tables["contrasts"]["muscle"]) == {"vastus_lateralis", "biceps_femoris"}


def test_of_a_complete_bids_set_only_the_question_and_the_first_phases_are_open(tmp_path):
    spec = simulate.load_spec("three_lifts").model_copy(update={"participants": 2})
    root = simulate.study(spec, tmp_path / "set", seed=3)
    made = new.new(tmp_path / "lifts", root)
    text = made.file.read_text(encoding="utf-8")
    assert [str(one).partition(", ")[2] for one in made.to_do] == [
        '[study]: question = "TODO: what shall be compared?"',
        '[exercises.deadlift]: starts = "TODO"',
        '[exercises.hip_thrust]: starts = "TODO"',
        '[exercises.squat]: starts = "TODO"',
    ]
    # what is usual stands beside the question, and is no value
    for lift, phase in {"deadlift": "concentric", "hip thrust": "concentric", "squat": "eccentric"}.items():
        assert f'# {lift} usually begins "{phase}"\nstarts = "TODO"' in text
    file = answered(tmp_path / "filled", root).file
    assert {name: one.by for name, one in Study.load(file.parent).file.exercises.items()} == dict.fromkeys(
        ("deadlift", "hip_thrust", "squat"), "position"
    )


def test_a_group_is_told_by_the_folders(tmp_path):
    for group in ("women", "men"):
        for person in ("a", "b", "c"):
            write_csv(tmp_path / "d" / group / f"{group[0]}{person}_squat.csv", 1, lift=True)
    text = new.new(tmp_path / "s", tmp_path / "d").file.read_text(encoding="utf-8")
    assert 'pattern = "{group}/{participant}_{task}.csv"' in text
    assert 'own_task_maximum = "TODO"' in text
    text = answered(tmp_path / "t", tmp_path / "d").file.read_text(encoding="utf-8")
    assert "own_task_maximum = true" in text


def test_the_schema_beside_the_file_is_the_current_one(files, tmp_path):
    made = new.new(tmp_path / "s", files)
    written = json.loads((made.file.parent / new.SCHEMA).read_text(encoding="utf-8"))
    assert written == new.schema()
    assert made.file.read_text(encoding="utf-8").startswith(f"#:schema ./{new.SCHEMA}\n")
    comparison = written["$defs"]["Comparison"]["properties"]
    assert set(comparison["adjust"]["enum"]) == set(NAMES)
    assert "eccentric" in json.dumps(written["$defs"]["Exercise"])
    assert tomllib.loads(made.file.read_text(encoding="utf-8"))


def test_what_cannot_be_told_is_refused(files, tmp_path):
    new.new(tmp_path / "s", files)
    with pytest.raises(StudyError, match="folder is not empty"):
        new.new(tmp_path / "s", files)
    with pytest.raises(StudyError, match="folder of recordings is not there"):
        new.new(tmp_path / "t", tmp_path / "nowhere")
    one = next(files.glob("*.csv"))
    with pytest.raises(StudyError, match=rf"looked for in a folder.*{one.name}.*Got: a file"):
        new.new(tmp_path / "t", one)
    (tmp_path / "empty").mkdir()
    with pytest.raises(StudyError, match="holds no recording that emgkit knows"):
        new.new(tmp_path / "t", tmp_path / "empty")
    (files / "readme.txt").write_text("hello", encoding="utf-8")
    (files / "notes2.txt").write_text("hello", encoding="utf-8")
    made = new.new(tmp_path / "u", files)
    roles = {file.name: file.role for file in made.inventory.files}
    assert (roles["readme.txt"], roles["notes2.txt"]) == ("not a recording", "cannot be read")
    for name in [path for path in files.iterdir() if path.suffix == ".csv"]:
        name.rename(files / name.name.replace("_", "").replace("P0", "p"))
    with pytest.raises(StudyError, match="participant and the task cannot be read"):
        new.new(tmp_path / "t", files)
    assert not (tmp_path / "t").exists()


def test_a_folder_of_nothing_but_maximal_contractions_is_no_study(files, tmp_path):
    for path in files.glob("*.csv"):
        if "mvc" not in path.name:
            path.unlink()
    with pytest.raises(StudyError, match="no task but maximal contractions"):
        new.new(tmp_path / "t", files)
