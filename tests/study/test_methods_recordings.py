"""What the Methods text says of the recordings: muscles and sides of all of them, second files, whole recordings."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from emgkit.study import Study

# a stage that finds a number on a doubtful signal warns, and the study keeps the notice
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

STUDY = """
[study]
title = "Two holds"
question = "Which?"
[data]
folder = "data"
pattern = "{participant}_{task}_%s.csv"
sfreq = 500
%s
[channels]
"EMG" = { %s }
[exercises.plank]
task = "plank"
by = "none"
[exercises.bridge]
task = "bridge"
by = "none"
%s
[mvc]
tasks = ["mvc"]
[[steps]]
step = "Rectify"
[[steps]]
step = "MovingRMS"
window = 0.1
[[measures]]
name = "mean"
primary = true
[summary]
over = ["repetition"%s]
[[comparisons]]
within = "exercise"
by = "muscle"
"""


def methods(folder, text, parts, *, second=False):
    rng = np.random.default_rng(3)
    (folder / "data").mkdir(parents=True)
    for who in ("A", "B"):
        for task, scale in (("plank", 0.2), ("bridge", 0.1), ("mvc", 0.4)):
            for part in parts:
                table = pd.DataFrame({"EMG (mV)": rng.normal(size=1000) * scale})
                table.round(6).to_csv(folder / "data" / f"{who}_{task}_{part}.csv", index=False)
            if second:
                force = pd.DataFrame({"force (N)": rng.normal(size=150).round(4)})
                force.to_csv(folder / "data" / f"{who}_{task}_force.csv", index=False)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    Study.load(folder).run(folder / "out")
    return (folder / "out" / "methods.md").read_text(encoding="utf-8")


def test_a_muscle_a_file_names_every_muscle_and_a_whole_recording_is_no_repetition(tmp_path):
    study = STUDY % ("{muscle}", "", 'kind = "EMG"', "", "")
    text = methods(tmp_path, f'{study}[[curves]]\nagainst = "time"\n', ("soleus", "vastus_medialis"))
    assert "The muscles recorded were soleus and vastus medialis." in text
    assert "The tasks were bridge (4 recordings) and plank (4 recordings)." in text
    assert "The measure was the mean over the whole recording (primary)." in text
    assert "averaged arithmetically over recordings, so that" in text
    assert "each recording was resampled to 101 points" in text
    assert "repetition" not in text.replace("No repetitions were searched in plank and bridge", "")
    assert not re.search(r" $", text, re.MULTILINE)


def test_a_side_a_file_names_both_sides(tmp_path):
    text = methods(tmp_path, STUDY % ("{side}", "", 'muscle = "soleus"', "", ', "side"'), ("L", "R"))
    assert "The muscle recorded was soleus, on the left and right sides." in text
    assert "averaged arithmetically over sides, so that" in text


def test_runs_that_were_measured_whole_are_averaged_too(tmp_path):
    parts = ("L_1", "L_2", "R_1", "R_2")
    text = methods(tmp_path, STUDY % ("{side}_{run}", "", 'muscle = "soleus"', "", ', "side"'), parts)
    assert "averaged arithmetically over recordings and sides, so that" in text


@pytest.mark.parametrize(
    ("offset", "when"),
    [
        ("", "they began with the EMG"),
        (", offset = 0.25", "they began 0.25 s after the EMG"),
        (", offset = -0.5", "they began 0.5 s before the EMG"),
    ],
)
def test_second_files_and_their_offset_are_told(tmp_path, offset, when):
    join = f'join = [{{ pattern = "{{participant}}_{{task}}_force.csv", sfreq = 100{offset} }}]'
    text = methods(tmp_path, STUDY % ("{muscle}", join, 'kind = "EMG"', "", ""), ("soleus",), second=True)
    where = "{participant}_{task}_force.csv"
    assert f"Further signals were read from second files ({where}); {when}." in text


def test_a_stretch_of_a_recording_is_called_so(tmp_path):
    text = STUDY % ("{muscle}", "", 'kind = "EMG"', "start = 0.5\nstop = 1.5", "")
    text = methods(tmp_path, text.replace('task = "plank"\n', 'task = "plank"\nstart = 0.5\n'), ("soleus",))
    assert "The tasks were bridge (2 stretches) and plank (2 stretches)." in text
    assert "the mean over the whole stretch (primary)" in text
    assert "averaged arithmetically over stretches" in text
