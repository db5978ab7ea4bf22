"""The page on the study file shows a file that is valid, and every key there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pandas as pd
from pydantic import BaseModel

from emgkit.io.naming.names import read_names
from emgkit.study.file import expected, published
from emgkit.study.file import recordings as study_file
from emgkit.study.file.read import parse
from emgkit.study.file.recordings import Layout
from emgkit.study.recordings.account.tasks import Tasks
from emgkit.study.script import read_script

PAGE = Path(__file__).parents[2] / "docs" / "how_to" / "study-file.md"


def test_the_example_is_a_valid_study_file():
    examples = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    recorded, excerpt, *places, published = examples
    assert set(parse(recorded, where="the example").exercises) == {"squat", "deadlift"}
    before, after = recorded.split("[[comparisons]]")[0], excerpt
    assert parse(before + after, where="the example").comparisons[0].missing == "pairwise"
    # the others say where recordings are, and nothing else
    assert len(places) == 2
    for part in places:
        parse(re.sub(r"\[data\]\n.*?\n\n", lambda _, part=part: part + "\n", recorded, flags=re.DOTALL), where="a part")
    assert parse(published, where="the example").data.claims == (9, 12)


def test_the_example_of_a_script_keeps_its_promise(tmp_path):
    (text,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    (tmp_path / "recompute.py").write_text(text, encoding="utf-8")
    rows = pd.DataFrame({"id": ["a:b"], "value": [1.5], "unit": ["%MVIC"], "seen": ["direct"]})
    made = read_script(tmp_path, "recompute.py").load()(rows, seed=1, quick=True)
    assert made.finding == ("1 figures were printed.",)
    pd.testing.assert_frame_equal(made.tables[0].frame, rows[["id", "value", "unit", "seen"]])


def test_every_key_stands_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    names = [one for module in (study_file, published, expected) for one in vars(module).values()]
    tables = [one for one in names if isinstance(one, type) and issubclass(one, BaseModel)]
    keys = {key for table in tables for key in table.model_fields} - {"study"}
    missing = {key for key in keys if not re.search(rf"\b{key}\b", text)}
    assert not missing


def test_the_examples_of_names_read_the_files_that_they_show():
    text = PAGE.read_text(encoding="utf-8")
    part = text[text.index("## Names of files") : text.index("## A study of published figures")]
    examples = [tomllib.loads(one) for one in re.findall(r"```\{code-block\} toml\n(.*?)```", part, flags=re.DOTALL)]
    patterns, loads, layouts, regex = examples
    tasks = Tasks(exercises={"squat": "squat", "hip_thrust": "hip_thrust"}, mvc=("mvc*",))

    def read(name, tables):
        found = [Layout(**table) for table in tables]
        return dict(read_names([name], found, tasks)[name].facts)

    one = {"participant": "P01", "task": "squat", "load": "60"}
    assert read("P01_squat_60.csv", [{"pattern": patterns["data"]["pattern"]}]) == one
    assert patterns["comparisons"][0]["within"] == "load"
    squat = Tasks(exercises={loads["exercises"]["squat"]["task"]: "squat"})
    assert dict(squat.role("squat60").facts) == {"load": "60"}
    assert read("P01_squat_60.csv", layouts["data"]["layouts"]) == one
    assert read("mvc/P01.csv", layouts["data"]["layouts"]) == {"participant": "P01", "task": "mvc"}
    assert read("P_01_hip_thrust_2.csv", regex["data"]["layouts"]) == {
        "participant": "P_01", "task": "hip_thrust", "run": "2",
    }  # fmt: skip
