"""What names in a BIDS data set tell apart, beside participant, session, task and run."""

from __future__ import annotations

import json

import numpy as np
import pytest

from emgkit import Channel, Recording, Trial
from emgkit.errors import ArgumentError, DesignError
from emgkit.io.formats.edf import write_bdf
from emgkit.study import Study
from emgkit.study.file.read import parse
from emgkit.study.recordings.analysis import analyse
from emgkit.study.recordings.plan import plan_of

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

STUDY = """
[study]
title = "Two electrodes"
question = "Which of the lifts activates the muscle more?"
[data]
bids = "data"
[channels]
"VL" = { muscle = "vastus_lateralis" }
"BF" = { muscle = "biceps_femoris" }
[exercises.squat]
task = "squat"
by = "none"
[exercises.thrust]
task = "thrust"
by = "none"
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
"""
COMPARED = '[[comparisons]]\nwithin = "exercise"\nby = ["muscle"]\n'


@pytest.fixture
def recorded(tmp_path):
    """A function that records three people with two labels of an entity in the names, and gives the study."""

    def make(entity, text=COMPARED, *, channels=None):
        rng = np.random.default_rng(3)
        for who in ("1", "2", "3"):
            for task, scale in (("squat", 2e-4), ("thrust", 1e-4), ("mvc", 5e-4)):
                for label in ("bipolar", "grid"):
                    names = ("VL", "BF") if channels is None else channels[label]
                    emg = Recording(
                        data=rng.normal(size=(len(names), 3000)) * scale,
                        sfreq=1000.0 if label == "grid" else 2000.0,
                        channels=tuple(Channel(name=name, unit="V") for name in names),
                    )
                    folder = tmp_path / "data" / f"sub-{who}" / "emg"
                    folder.mkdir(parents=True, exist_ok=True)
                    path = folder / f"sub-{who}_task-{task}_{entity}-{label}_emg.bdf"
                    write_bdf(Trial(streams={"emg": emg}), path, overwrite=True)
        (tmp_path / "data" / "dataset_description.json").write_text(json.dumps({"Name": "a", "BIDSVersion": "1.10.0"}))
        (tmp_path / "study.toml").write_text(STUDY + text, encoding="utf-8")
        return Study.load(tmp_path)

    return make


@pytest.fixture
def computed(recorded, quiet):
    def make(*given, **options):
        study = recorded(*given, **options)
        return analyse(study.file, plan_of(study.file), study.folder / "data", progress=quiet)

    return make


@pytest.mark.parametrize(("entity", "name"), [("acq", "acquisition"), ("recording", "recording")])
def test_two_acquisitions_of_a_task_are_no_repetitions_of_it(computed, entity, name):
    with pytest.raises(DesignError, match=f"24 rows share a cell.*the rows differ in '{name}'"):
        computed(entity)


@pytest.mark.parametrize(("entity", "name"), [("acq", "acquisition"), ("recording", "recording")])
def test_they_are_compared_or_averaged_where_the_study_names_them(computed, entity, name):
    (one,) = computed(entity, f'[[comparisons]]\nwithin = "{name}"\nby = ["muscle", "exercise"]\n').compared
    assert list(one.contrasts["contrast"]) == ["bipolar / grid"] * 4
    assert list(one.cells["n_repetitions"]) == [1] * 24
    (one,) = computed(entity, f'[summary]\nover = ["repetition", "{name}"]\n{COMPARED}').compared
    assert list(one.cells["n_repetitions"]) == [2] * 12


def test_acquisitions_of_a_muscle_each_are_compared_muscle_by_muscle(computed):
    (one,) = computed("acq", channels={"bipolar": ("VL",), "grid": ("BF",)}).compared
    assert list(one.contrasts["muscle"]) == ["biceps_femoris", "vastus_lateralis"]
    assert set(one.contrasts["n"]) == {3}


def test_methods_name_the_muscles_and_rates_of_all_recordings(recorded, tmp_path):
    recorded("acq", channels={"bipolar": ("VL",), "grid": ("BF",)}).run(tmp_path / "out", quick=True)
    text = (tmp_path / "out" / "methods.md").read_text(encoding="utf-8")
    assert "Recordings of 3 participants, sampled at 1000 Hz and 2000 Hz, were available" in text
    assert "The muscles recorded were biceps femoris and vastus lateralis." in text
    assert " \n" not in text


def test_only_names_in_a_bids_set_tell_an_acquisition():
    text = (STUDY + COMPARED.replace('"muscle"', '"acquisition"')).replace(
        'bids = "data"', 'folder = "data"\npattern = "{participant}_{task}.csv"'
    )
    with pytest.raises(ArgumentError, match="Unknown column 'acquisition'"):
        plan_of(parse(text, where="study.toml"))
