"""A study of loads: a fact in the name of a file becomes a column of every table, and a factor of the comparison."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import ArgumentError, EmgkitError, StudyError
from emgkit.study import Study
from emgkit.study.writing.result import Result

pytestmark = pytest.mark.long

LOADS = ("60", "80", "100")
PEOPLE = ("José", "Zoe\u0308", "O'Brien", "P_01 $x_1$")  # ë as a disk may write it
TEXT = """
[study]
title = "Squat and hip thrust with three loads"
question = "How much does the load matter?"
[data]
folder = "data"
pattern = "{participant}_{task}.csv"
sfreq = 500
[channels]
"VL_L" = { muscle = "vastus_lateralis", side = "left" }
"VL_R" = { muscle = "vastus_lateralis", side = "right" }
[exercises.squat]
task = "squat{load}"
starts = "eccentric"
[exercises.hip_thrust]
task = "hip_thrust_{load}kg"
starts = "concentric"
[[steps]]
step = "Highpass"
cutoff = 20
[[steps]]
step = "Rectify"
[[steps]]
step = "MovingRMS"
window = 0.1
[[measures]]
name = "mean"
primary = true
[[comparisons]]
within = "load"
by = ["exercise", "muscle", "side"]
"""


def write(path: Path, *, amplitude: float, sign: int, seed: int) -> None:
    """Two channels of EMG and a bar that moves two times."""
    rng = np.random.default_rng(seed)
    times = np.arange(0, 8, 1 / 500)
    depth = np.clip(-np.cos(2 * np.pi * (times - 1) / 2.5), 0, 1) * ((times > 1) & (times < 6))
    shape = depth if sign else np.ones_like(times)
    emg = {f"{name} (mV)": rng.normal(size=len(times)) * (0.002 + amplitude * shape) for name in ("VL_L", "VL_R")}
    table = pd.DataFrame({**emg, "position (m)": 0.2 * (sign or 1) * depth})
    path.parent.mkdir(parents=True, exist_ok=True)
    table.round(6).to_csv(path, index=False)


def record(folder: Path, tasks: dict[str, tuple[float, int]], people: tuple[str, ...] = PEOPLE) -> None:
    """A file of each person and task; a task has an amplitude and a direction, 0 for an MVC."""
    for number, who in enumerate(people):
        for place, (task, (amplitude, sign)) in enumerate(tasks.items()):
            scale = 1 + 0.1 * number + 0.02 * ((number * 7 + place * 3) % 5)
            write(folder / f"{who}_{task}.csv", amplitude=amplitude * scale, sign=sign, seed=100 * number + place)


@pytest.fixture(scope="module")
def loads(shared: Callable[[str, Callable[[Path], Any]], Any]) -> Path:
    """The folder of the study."""

    def make(folder: Path) -> Path:
        tasks = {f"squat{load}": (0.0015 * int(load), -1) for load in LOADS}
        tasks |= {f"hip_thrust_{load}kg": (0.0010 * int(load), 1) for load in LOADS}
        record(folder / "data", {**tasks, "mvc": (0.4, 0)})
        (folder / "study.toml").write_text(TEXT, encoding="utf-8")
        return folder

    return Path(shared("three_loads", make))


@pytest.fixture(scope="module")
def result(loads: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return Study.load(loads).run(out=tmp_path_factory.mktemp("loads") / "out")


def test_loads_are_compared_in_the_order_of_their_size(result: Result) -> None:
    table = result.tables["contrasts"]
    assert list(table["contrast"].unique()) == ["60 / 80", "60 / 100", "80 / 100"]
    assert len(table) == 3 * 2 * 2
    assert set(table["n"]) == {len(PEOPLE)}
    assert (table["ratio"] < 1).all()
    assert table["ratio"].iloc[1] == pytest.approx(0.6, abs=0.05)


@pytest.mark.parametrize("name", ["measures", "cells", "repetitions", "quality", "extremes", "curves"])
def test_every_table_has_the_load(result: Result, name: str) -> None:
    found = set(result.tables[name]["load"].dropna())
    assert found == set(LOADS)


def test_the_load_stands_beside_the_other_facts(result: Result) -> None:
    columns = list(result.tables["measures"].columns)
    assert columns[columns.index("load_kg") + 1] == "load"
    assert set(result.tables["measures"]["exercise"]) == {"squat", "hip_thrust"}


def test_people_are_named_as_they_are(result: Result) -> None:
    names = {"José", "Zoë", "O'Brien", "P_01 $x_1$"}
    assert set(result.tables["cells"]["participant"]) == names
    page = result.report.read_text(encoding="utf-8")
    assert "José" in page
    assert "Zoë" in page


def test_the_finding_and_the_figures_name_the_loads(result: Result) -> None:
    text = " ".join(result.finding)
    assert "100" in text
    svg = (result.out / "figures" / "activation.svg").read_text(encoding="utf-8")
    assert "hip thrust" in svg.lower()
    assert "Load 100 was highest for " in text
    for level in result.levels:
        assert re.sub(r"[\d.]+ %MVC", "x", level.order).startswith("load 100 x (a), load 80 x (b), load 60 x (c); ")
        assert level.contrasts[0].startswith("load 60 / 100 0.")


def study_of(folder: Path, text: str) -> Study:
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return Study.load(folder)


def test_a_column_that_no_name_has_is_answered_with_the_nearest(loads: Path, tmp_path: Path) -> None:
    study = study_of(tmp_path, TEXT.replace('within = "load"', 'within = "laod"'))
    with pytest.raises(ArgumentError, match=r"Unknown column.*'load'.*Did you mean 'load'"):
        study.run(out=tmp_path / "out", data=loads / "data")


def test_loads_that_are_not_named_are_never_averaged_silently(loads: Path, tmp_path: Path) -> None:
    text = TEXT.replace('within = "load"', 'within = "exercise"').replace('"exercise", "muscle"', '"muscle"')
    with pytest.raises(EmgkitError, match=r"share a cell.*differ in.*'load'"):
        study_of(tmp_path, text).run(out=tmp_path / "out", data=loads / "data")
    over = text.replace("[[comparisons]]", '[summary]\nover = ["repetition", "load"]\n[[comparisons]]')
    done = study_of(tmp_path, over).run(out=tmp_path / "out", data=loads / "data")
    assert list(done.tables["contrasts"]["contrast"].unique()) == ["squat / hip_thrust"]
    assert "load" not in done.tables["cells"]


@pytest.mark.parametrize("name", ["value", "unit", "exercise", "repetition", "channel", "contrast", "n"])
def test_a_field_with_the_name_of_a_column_of_the_tables_is_refused(loads: Path, tmp_path: Path, name: str) -> None:
    text = TEXT.replace('"{participant}_{task}.csv"', f'"{{participant}}_{{task}}_{{{name}}}.csv"')
    with pytest.raises(StudyError, match=f"cannot be called '{name}'"):
        study_of(tmp_path, text).run(out=tmp_path / "out", data=loads / "data")


ONE = (TEXT[: TEXT.index("[exercises.hip")].replace("squat{load}", "squat") + TEXT[TEXT.index("[[steps]]") :]).replace(
    'by = ["exercise", "muscle", "side"]', 'by = ["muscle", "side"]'
)


def test_a_study_of_one_exercise_needs_no_task_in_its_names(tmp_path: Path) -> None:
    record(tmp_path / "data" / "squats", {load: (0.0015 * int(load), -1) for load in LOADS}, ("P1", "P2", "P3"))
    record(tmp_path / "data" / "maxima", {"1": (0.4, 0)}, ("P1", "P2", "P3"))
    text = ONE.replace('pattern = "{participant}_{task}.csv"\nsfreq = 500', "").replace(
        "[channels]",
        """[[data.layouts]]
pattern = "squats/{participant}_{load}.csv"
sfreq = 500
[[data.layouts]]
pattern = "maxima/{participant}_{run}.csv"
task = "mvc"
sfreq = 500
[channels]""",
    )
    table = study_of(tmp_path, text).run(out=tmp_path / "out").tables["contrasts"]
    assert list(table["contrast"].unique()) == ["60 / 80", "60 / 100", "80 / 100"]


def test_a_load_in_kilograms_is_a_number(tmp_path: Path) -> None:
    record(tmp_path / "data", {f"squat_{kg}": (0.02 * kg, -1) for kg in (7.5, 10)} | {"mvc": (0.4, 0)}, ("P1", "P2"))
    text = ONE.replace('task = "squat"', 'task = "squat_{load_kg}"').replace('"load"', '"load_kg"')
    tables = study_of(tmp_path, text).run(out=tmp_path / "out").tables
    assert set(tables["measures"]["load_kg"]) == {7.5, 10.0}
    assert set(tables["contrasts"]["contrast"]) == {"7.5 / 10.0"}


def test_a_side_in_the_name_is_that_of_the_electrodes(tmp_path: Path) -> None:
    tasks = (("squat60", 0.1, -1), ("squat80", 0.2, -1), ("mvc", 0.4, 0))
    for place, (who, side, (task, amplitude, sign)) in enumerate(product(("P1", "P2"), ("left", "right"), tasks)):
        path = tmp_path / "data" / f"{who}_{task}_{side}.csv"
        write(path, amplitude=amplitude * (2 if side == "left" else 1), sign=sign, seed=place)
        table = pd.read_csv(path).drop(columns="VL_R (mV)").rename(columns={"VL_L (mV)": "VL (mV)"})
        table.to_csv(path, index=False)
    text = ONE.replace('task = "squat"', 'task = "squat{load}"').replace("{task}.csv", "{task}_{side}.csv")
    text = text[: text.index('"VL_L"')] + '"VL" = { muscle = "vastus_lateralis" }\n' + text[text.index("[exer") :]
    tables = study_of(tmp_path, text).run(out=tmp_path / "out").tables
    # each side has its own reference, or one would be twice the other
    assert set(tables["references"]["channel"]) == {"VL left", "VL right"}
    left, right = (tables["cells"].query("side == @side")["value"].to_numpy() for side in ("left", "right"))
    np.testing.assert_allclose(left, right, rtol=0.15)


def test_runs_of_a_task_are_its_repetitions_unless_they_are_named(tmp_path: Path) -> None:
    tasks = {f"squat{load}_{run}": (0.0015 * int(load) * int(run), -1) for load in ("60", "80") for run in ("1", "2")}
    record(tmp_path / "data", {**tasks, "mvc_1": (0.4, 0)}, ("P1", "P2"))
    text = ONE.replace('task = "squat"', 'task = "squat{load}"').replace("{task}.csv", "{task}_{run}.csv")
    tables = study_of(tmp_path, text).run(out=tmp_path / "out").tables
    assert set(tables["measures"]["run"]) == {"1", "2"}
    assert "run" not in tables["cells"]
    assert set(tables["cells"]["n_repetitions"]) == {4}
    named = text.replace('by = ["muscle", "side"]', 'by = ["muscle", "side", "load"]').replace('"load"\n', '"run"\n')
    table = study_of(tmp_path, named).run(out=tmp_path / "out").tables["contrasts"]
    assert set(table["contrast"]) == {"1 / 2"}
    assert table["ratio"].to_numpy() == pytest.approx(0.5, abs=0.1)


def test_a_muscle_in_the_name_is_that_of_the_one_channel(tmp_path: Path) -> None:
    tasks = (("squat60", 0.1, -1), ("squat80", 0.2, -1), ("mvc", 0.4, 0))
    for place, (who, muscle, (task, amplitude, sign)) in enumerate(product(("P_1", "P_2"), ("VL", "BF"), tasks)):
        path = tmp_path / "data" / f"{who}_{task}_{muscle}.csv"
        write(path, amplitude=amplitude * (2 if muscle == "VL" else 1), sign=sign, seed=place)
        table = pd.read_csv(path).drop(columns="VL_R (mV)").rename(columns={"VL_L (mV)": "EMG (mV)"})
        table.to_csv(path, index=False)
    text = ONE.replace('task = "squat"', 'task = "squat{load}"').replace('["muscle", "side"]', '"muscle"')
    text = text[: text.index("[channels]")] + text[text.index("[exer") :]
    pattern = 'pattern = "{participant}_{task}.csv"\nsfreq = 500\n'
    layout = '[[data.layouts]]\npattern = "{participant}_{task}_{muscle}.csv"\nsfreq = 500\n'
    values = 'values.muscle = { VL = "vastus_lateralis", BF = "biceps_femoris" }\n'
    tables = study_of(tmp_path, text.replace(pattern, layout + values)).run(out=tmp_path / "out").tables
    assert set(tables["cells"]["muscle"]) == {"vastus_lateralis", "biceps_femoris"}
    assert set(tables["references"]["channel"]) == {"EMG vastus_lateralis", "EMG biceps_femoris"}
    assert set(tables["cells"]["participant"]) == {"P_1", "P_2"}


def test_a_muscle_in_the_name_of_a_file_with_two_channels_is_refused(tmp_path: Path) -> None:
    for name in ("P1_squat60_VL.csv", "P1_mvc_VL.csv"):
        write(tmp_path / "data" / name, amplitude=0.1, sign=-1, seed=1)
    text = ONE.replace('task = "squat"', 'task = "squat{load}"').replace("{task}.csv", "{task}_{muscle}.csv")
    with pytest.raises(StudyError, match=r"one muscle, and the recording has several EMG channels.*'VL_L' and 'VL_R'"):
        study_of(tmp_path, text).run(out=tmp_path / "out")


def test_the_side_that_works_is_not_the_side_of_the_electrodes(tmp_path: Path) -> None:
    for name in ("P1_squat60_left.csv", "P1_mvc_left.csv"):
        write(tmp_path / "data" / name, amplitude=0.1, sign=-1, seed=1)
    text = ONE.replace('task = "squat"', 'task = "squat{load}"').replace("{task}.csv", "{task}_{side}.csv")
    with pytest.raises(StudyError, match=r"differ in the side.*'left' in the name, 'right' of the channel.*\{leg\}"):
        study_of(tmp_path, text).run(out=tmp_path / "out")
