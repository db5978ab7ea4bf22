"""A study in which left and right have repetitions of their own, from a table, from events and from two channels."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import EmgkitError, SignalError, StudyError
from emgkit.study.file.read import parse
from emgkit.study.recordings.analysis import analyse
from emgkit.study.recordings.plan import plan_of
from emgkit.study.writing.methods import methods_of
from emgkit.study.writing.tables import study_tables

STUDY = """
[study]
title = "Two ways to walk"
question = "Which of the two activates the vastus lateralis more?"
[data]
folder = "data"
pattern = "{participant}_{task}.csv"
sfreq = 500
units = "mV"
[channels]
"VL left" = { muscle = "vastus_lateralis", side = "left" }
"VL right" = { muscle = "vastus_lateralis", side = "right" }
[exercises.slow]
task = "slow"
WAY
[exercises.fast]
task = "fast"
WAY
[mvc]
tasks = ["mvc"]
[[steps]]
step = "Highpass"
cutoff = 20
[[steps]]
step = "MovingRMS"
window = 0.1
[[measures]]
name = "mean"
primary = true
[summary]
over = ["repetition", "side"]
[[comparisons]]
within = "exercise"
by = "muscle"
"""
TABLE = ('by = "table"', '[repetitions]\ntable = "reps.csv"')
EVENTS = ('by = "events"\nevents = { start = { left = "strike L", right = "strike R" } }', "")
LABEL = ('by = "events"\nevents = { start = "strike" }', "")
KNEES = ('by = "angle"\nchannel = { left = "knee L", right = "knee R" }\nrest = "low"', "")
# each side has its own strides, and within them a stretch in which its muscle alone is active
STRIKES = {"left": np.arange(1.0, 9.5, 1.2), "right": np.arange(1.6, 9.0, 1.2)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people who walk, with the same strides in events, in a table, and as bends of two knees."""
    folder = tmp_path_factory.mktemp("sides")
    rng, times = np.random.default_rng(3), np.arange(0, 10, 1 / 500)
    (folder / "data").mkdir()
    rows = []
    for who in ("P1", "P2", "P3", "P4"):
        for task in ("slow", "fast", "mvc"):
            columns, moments = {}, []
            for side, strikes in STRIKES.items():
                active = np.full(times.size, 0.02 if task != "mvc" else 1.0)
                bend = np.zeros_like(times)
                for a, b in pairwise(strikes):
                    active[(times >= a) & (times < a + 0.3)] = 0.5
                    bend += np.where((times >= a) & (times < b), 30 - 30 * np.cos(2 * np.pi * (times - a) / 1.2), 0)
                    rows.append({"participant": who, "task": task, "side": side, "start": a, "end": b})
                emg = rng.normal(size=times.size) * active * np.exp(0.1 * rng.normal())
                columns |= {f"VL {side} (mV)": emg.round(5), f"knee {side[0].upper()} (deg)": bend.round(3)}
                moments += [(time, f"strike {side[0].upper()}", side) for time in strikes]
            pd.DataFrame(columns).to_csv(folder / "data" / f"{who}_{task}.csv", index=False)
            if task != "mvc":
                events = pd.DataFrame(sorted(moments), columns=["onset", "trial_type", "side"]).assign(duration=0.0)
                path = folder / "data" / f"{who}_{task}_events.tsv"
                events[["onset", "duration", "trial_type", "side"]].to_csv(path, sep="\t", index=False)
    table = pd.DataFrame([row for row in rows if row["task"] != "mvc"])
    table.to_csv(folder / "reps.csv", index=False)
    return folder


def run(folder: Path, way: tuple[str, str], extra: str = "") -> tuple[dict[str, pd.DataFrame], str]:
    """The tables and the Methods."""
    text = STUDY.replace("WAY", way[0]).replace("[[measures]]", f"{way[1]}\n{extra}\n[[measures]]", 1)
    file = parse(text, where="study.toml")
    plan = plan_of(file, folder)
    analysis = analyse(file, plan, folder / "data", progress=lambda *_: None)
    tables = study_tables(analysis)
    return tables, methods_of(analysis, plan.pipeline, tables).text


pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


def test_a_table_and_events_give_the_same_rows_of_each_side(folder):
    rows = {}
    for name, way in {"table": TABLE, "events": EVENTS}.items():
        tables, text = run(folder, way)
        counts = tables["repetitions"].groupby(["participant", "exercise", "side"]).size()
        assert {(side, n) for (_, _, side), n in counts.items()} == {(s, len(t) - 1) for s, t in STRIKES.items()}
        rows[name] = tables["measures"]
        assert "Left and right had repetitions of their own in slow and fast; each muscle was measured in the" in text
    pd.testing.assert_frame_equal(rows["table"], rows["events"])
    assert rows["table"].groupby("side")["repetition"].max().to_dict() == {s: len(t) - 1 for s, t in STRIKES.items()}
    assert "“strike L” (left) or “strike R” (right)" in text


def test_each_side_is_searched_in_its_own_channel_and_the_methods_name_them(folder):
    tables, text = run(folder, KNEES)
    assert set(tables["repetitions"]["side"]) == {"left", "right"}
    assert "those of the left side in knee L and those of the right side in knee R; each muscle was" in text


def test_a_repetition_of_one_side_is_left_out(folder):
    entry = '[exclude]\nrepetitions = [{ participant = "P1", task = "slow", repetition = 2, SIDEreason = "a stumble" }]'
    tables, text = run(folder, TABLE, entry.replace("SIDE", 'side = "left", '))
    rejected = tables["repetitions"][~tables["repetitions"]["accepted"].astype(bool)]
    assert rejected[["participant", "exercise", "side", "repetition"]].to_numpy().tolist() == [
        ["P1", "slow", "left", 2]
    ]
    assert "repetition left 2 of P1_slow.csv" in text
    with pytest.raises(StudyError, match=r'no repetition 2 to leave out.*left 1.*side = "left" or "right" says whose'):
        run(folder, TABLE, entry.replace("SIDE", ""))


def test_a_muscle_without_repetitions_of_its_side_is_refused(folder):
    way = (EVENTS[0].replace(', right = "strike R"', ""), "")
    with pytest.raises(SignalError, match=r"muscles of the right side have no repetitions.*P1_(slow|fast)\.csv"):
        run(folder, way)


@pytest.mark.parametrize("key", ['channel = { links = "a" }', 'events = { start = { links = "a" } }'])
def test_a_side_is_left_or_right(folder, key):
    by = "angle" if key.startswith("channel") else "events"
    with pytest.raises(EmgkitError, match=r"Unknown side 'links'.*'left' and 'right'"):
        run(folder, (f'by = "{by}"\n{key}', ""))
