"""Exchanged recordings are named, and a study says which of its verdicts depend on one person."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import simulate
from emgkit.errors import EmgkitWarning
from emgkit.stats import contrasts
from emgkit.stats.within.summaries import influence_summary
from emgkit.study import Study
from emgkit.study.file.recordings import Comparison
from emgkit.study.recordings import influence
from emgkit.study.writing import tables

SPEC = Comparison(within="exercise", by=("muscle",))
STUDY = """
[study]
title = "Two simulated lifts"
question = "Which of the two activates the vastus lateralis more?"
[data]
folder = "data"
pattern = "{participant}_{task}.csv"
sfreq = 500
[channels]
"VL" = { muscle = "vastus_lateralis" }
[exercises.squat]
task = "squat"
starts = "eccentric"
[exercises.thrust]
task = "thrust"
starts = "concentric"
[mvc]
own_task_maximum = true
[[steps]]
step = "Rectify"
[[steps]]
step = "MovingRMS"
window = 0.1
[[measures]]
name = "mean"
primary = true
[[comparisons]]
within = "exercise"
by = "muscle"
"""


def record(folder, people, *, exchanged=""):
    """Simulated files: the squat four times as active as the thrust, about, and one person's files exchanged."""
    rng = np.random.default_rng(1)
    times = np.arange(0, 10, 1 / 500)
    depth = np.clip(-np.cos(2 * np.pi * (times - 1) / 2.5), -0.5, 1) * ((times > 1) & (times < 8.5))
    for k in range(people):
        for task, activation in (("squat", 4.0), ("thrust", 1.0)):
            shape = np.clip(depth, 0, None)
            sign = -1 if task == "squat" else 1
            scale = 0.05 * activation * np.exp(0.2 * rng.normal())
            emg = rng.normal(size=len(times)) * (0.002 + scale * shape)
            if f"P{k}" == exchanged:
                task = {"squat": "thrust", "thrust": "squat"}[task]
            table = pd.DataFrame({"VL (mV)": emg, "bar (m)": 0.8 + sign * 0.5 * shape})
            table.to_csv(folder / f"P{k}_{task}.csv", index=False)


@pytest.fixture
def run(tmp_path):
    """Run the small study on files that were recorded so or so."""
    (tmp_path / "data").mkdir()
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")

    def run_with(people, **options):
        record(tmp_path / "data", people, **options)
        return Study.load(tmp_path).run(tmp_path / "out", quick=True)

    return run_with


def flags(result):
    return [notice.text for notice in result.notices if notice.code == "contradicts-others"]


def test_exchanged_files_are_named_in_notices_table_and_report(run):
    result = run(8, exchanged="P3")
    (text,) = flags(result)
    assert "participant P3 contradicts all others" in text
    assert "squat / thrust (vastus lateralis)" in text
    table = result.tables["influence"]
    assert set(table.loc[table["contradicts"], "left_out"]) == {"P3"}
    assert len(table) == 8
    # without P3 it is the comparison of the seven others
    cells = result.tables["cells"]
    seven = contrasts(cells[cells["participant"] != "P3"], within="exercise", by="muscle")
    assert table.set_index("left_out").loc["P3", "ratio"] == pytest.approx(seven["ratio"].iloc[0])
    page = result.report.read_text(encoding="utf-8")
    assert "Outlying participants" in page
    assert "P3 has a ratio" in page
    assert (result.out / "tables" / "influence.csv").is_file()


def test_right_files_are_not_flagged(run):
    result = run(8)
    assert flags(result) == []
    page = result.report.read_text(encoding="utf-8")
    assert "Outlying participants" not in page
    assert "No outlying participant was flagged" in page


@pytest.fixture
def cells():
    return simulate.draw_cells("three_lifts", seed=1)


def test_three_people_are_too_few_and_the_study_says_so(cells):
    few = cells[cells["participant"].isin(["01", "02", "03"])]
    table, (notice,) = influence.influence_of(few, SPEC)
    assert table is None
    assert notice.code == "influence-too-few"
    assert "needs 4 participants, and there are 3" in notice.text


def exchange(cells, who, one, other, muscle):
    """Two cells of a person in each other's place."""
    mine = (cells["participant"] == who) & (cells["muscle"] == muscle)
    names = cells["exercise"].where(~mine, cells["exercise"].replace({one: other, other: one}))
    return cells.assign(exercise=names)


def test_every_comparison_gets_a_table_of_its_own_design(cells):
    table, notices = influence.influence_of(cells, SPEC)
    assert (table.groupby("muscle", observed=True).size() == 3 * 13).all()
    assert notices == ()
    raw, _ = influence.influence_of(cells, Comparison(within="exercise", by=("muscle",), log=False, adjust="none"))
    assert "difference" in raw.columns
    assert (raw["p_adjusted"] == raw["p"]).all()


def test_one_notice_a_participant_gathers_the_contrasts(cells):
    swapped = exchange(cells, "05", "deadlift", "squat", "biceps_femoris")
    with pytest.warns(EmgkitWarning, match="05 has a ratio"):
        table, (notice,) = influence.influence_of(swapped, SPEC)
    flagged = table[table["contradicts"]]
    assert set(flagged["left_out"]) == {"05"}
    assert notice.code == "contradicts-others"
    assert notice.text.count("biceps femoris") == len(flagged)
    shown = tables.contradicting(table)
    assert shown["participant"].tolist() == ["05"] * len(flagged)
    assert shown["why"].str.contains("swapped").all()
    assert ". 05 was flagged as outlying." in influence_summary(table)


def test_verdicts_that_depend_on_one_person_are_counted():
    people = [f"P{i}" for i in range(6)]
    gaps = [0.5, 0.45, 0.55, 0.4, 0.6, -0.6]
    cells = pd.DataFrame({
        "participant": people * 2, "exercise": ["a"] * 6 + ["b"] * 6,
        "value": np.exp([1 + gap for gap in gaps] + [1.0] * 6),
    })  # fmt: skip
    spec = Comparison(within="exercise")
    with pytest.warns(EmgkitWarning, match="P5 has a ratio"):
        table, _ = influence.influence_of(cells, spec)
    shown = tables.hanging(table)
    assert shown["left_out"].tolist() == ["P5"]
    (row,) = shown.to_dict("records")
    # exp of the means: (0.5 + 0.45 + 0.55 + 0.4 + 0.6 - 0.6) / 6, and without the last
    assert row["with_everybody"].startswith(f"undecided ({np.exp(1.9 / 6):.2f}, p = .")
    assert row["without"].startswith(f"higher ({np.exp(0.5):.2f}, p < .001")
    assert influence_summary(table).startswith(
        "The significance of 1 of 1 contrast depends on one participant (in 1 of 6 analyses with one left out)."
    )
