from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import emgkit as ek
from emgkit import simulate
from emgkit.errors import FileError, StudyError
from emgkit.io import bids
from emgkit.simulate import session

SPEC = simulate.load_spec("three_lifts")
SMALL = SPEC.model_copy(update={"participants": 2, "mvc": SPEC.mvc.model_copy(update={"runs": 1})})


def contents(root):
    return {path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return simulate.study(SMALL, tmp_path_factory.mktemp("simulated") / "set", seed=4)


def test_it_is_valid_emg_bids(root):
    validator = Path(sys.executable).with_name("bids-validator-deno")
    if not validator.exists():
        pytest.skip("bids-validator-deno is not installed")
    done = subprocess.run([validator, root, "--format", "json"], capture_output=True, text=True, check=False)
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
    assert done.returncode == 0


def test_what_is_read_is_what_was_simulated(root):
    paths = bids.recordings(root)
    made = {(t.context["participant"], t.context["task"]): t for t in simulate.trials(SMALL, seed=4)}
    assert len(paths) == len(made) == 2 * (7 + 3)
    for path in paths:
        trial = ek.read(path)
        original = made[trial.context["participant"], trial.context["task"]]
        assert trial.context["simulated"] is True
        assert list(trial) == list(original)
        for stream, recording in original.items():
            assert trial[stream].sfreq == recording.sfreq
            size = np.abs(recording.data).max()
            np.testing.assert_allclose(trial[stream].data, recording.data, atol=1e-6 * size)
        described = [(c.name, c.unit, c.kind, c.muscle, c.side) for c in trial.emg.channels]
        assert described == [(c.name, c.unit, c.kind, c.muscle, c.side) for c in original.emg.channels]


def test_the_truth_stands_beside_the_recordings(root):
    true = simulate.truth(SMALL, seed=4)
    for name, table in (("truth", true.activation), ("means", true.means), ("mvc", true.mvc)):
        read = pd.read_csv(root / "derivatives" / "truth" / f"{name}.csv", dtype={"participant": str})
        assert read.pop("simulated").all()
        pd.testing.assert_frame_equal(read, table, check_exact=True, check_dtype=False)
    for column in ("participant", "exercise", "muscle", "phase", "repetition", "activation", "onset", "duration"):
        assert column in true.activation
    stated = json.loads((root / "derivatives" / "truth" / "specification.json").read_text(encoding="utf-8"))
    assert stated["seed"] == 4
    assert simulate.load_spec(stated["specification"]) == SMALL


def test_everything_says_simulated(root):
    described = json.loads((root / "dataset_description.json").read_text(encoding="utf-8"))
    assert "simulated" in described["Name"]
    assert described["DatasetType"] == "raw"
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert "Nobody was recorded" in readme
    assert all(mean.source in readme for exercise in SPEC.exercises for mean in exercise.means)
    sidecars = list(root.glob("sub-*/emg/*_emg.json"))
    assert len(sidecars) == 20
    assert all(json.loads(path.read_text(encoding="utf-8"))["emgkitSimulated"] is True for path in sidecars)


def test_the_same_seed_gives_the_same_bytes(root, tmp_path):
    again = simulate.study(SMALL, tmp_path / "again", seed=4)
    assert contents(again) == contents(root)


def test_another_participant_leaves_the_files_of_the_others(root, tmp_path):
    one = simulate.study(SMALL.model_copy(update={"participants": 1}), tmp_path / "one", seed=4)
    first, both = contents(one), contents(root)
    files = [path for path in first if path.parts[0] == "sub-01"]
    assert len(files) == sum(path.parts[0] == "sub-01" for path in both) > 20
    assert all(first[path] == both[path] for path in files)


def test_a_title_that_does_not_say_simulated_is_made_to(tmp_path):
    spec = SMALL.model_copy(update={"participants": 1, "title": "Three lifts", "exercises": SPEC.exercises[:1]})
    made = simulate.study(spec, tmp_path / "set", seed=1)
    assert json.loads((made / "dataset_description.json").read_text())["Name"] == "Three lifts (simulated)"


def test_an_existing_folder_is_left_alone(tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "mine.txt").write_text("mine")
    with pytest.raises(FileError, match="The folder exists"):
        simulate.study(SMALL, tmp_path / "set", seed=1)
    assert [path.name for path in tmp_path.rglob("*")] == ["set", "mine.txt"]


def test_it_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    made = session._exercise_trial

    def breaks(spec, person, number, exercise):
        if exercise.name == "deadlift":
            raise OSError("no space left")
        return made(spec, person, number, exercise)

    monkeypatch.setattr(session, "_exercise_trial", breaks)
    with pytest.raises(OSError, match="no space left"):
        simulate.study(SMALL, tmp_path / "set", seed=1)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_specification_writes_nothing(tmp_path):
    with pytest.raises(StudyError, match="The key 'participants' is missing"):
        simulate.study({"title": "x"}, tmp_path / "set", seed=1)
    assert list(tmp_path.iterdir()) == []
