"""The recordings of a folder as a table."""

import os
from pathlib import Path

import numpy as np
import pytest

import emgkit as ek
from emgkit.errors import FileError

X = np.random.default_rng(2).normal(0, 1e-4, (2, 1000))


def trial(scale=1.0, names=("VL", "BF"), samples=X, **context):
    channels = [ek.Channel(name=name, unit="V") for name in names]
    return ek.Trial(
        streams={"emg": ek.Recording(data=samples * scale, sfreq=1000.0, channels=channels)}, context=context
    )


@pytest.fixture
def folder(tmp_path):
    data = {"participant": "01", "task": "squat"}
    bids = tmp_path / "bids"
    ek.io.write_bids([trial(**data), trial(0.5, **(data | {"task": "mvcQuad"}))], bids, name="one")
    ek.io.write_bdf(trial(names=("R VL", "R BF")), tmp_path / "copy_of_01.bdf")
    ek.io.write_bdf(trial(0.3), tmp_path / "p2_MVIC.bdf")
    (tmp_path / "bare.csv").write_text("VL,BF\n0.5,0.1\n0.25,-0.1\n", encoding="utf-8")
    (tmp_path / "damaged.csv").write_text("VL (mV),BF (mV)\n0.5,0.1\n0.25,x\n0.1,0.2\n0.3,0.4\n", encoding="utf-8")
    (tmp_path / "empty.edf").write_bytes(b"")
    (tmp_path / "cut.bdf").write_bytes((tmp_path / "p2_MVIC.bdf").read_bytes()[:2000])
    (tmp_path / "notes.txt").write_text("Participant 2 was late.\nNothing else.\n", encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "README.md").write_text("x", encoding="utf-8")
    return tmp_path


def test_a_folder_as_a_table(folder):
    table = ek.catalogue(folder).set_index("path")
    squat, mvc = "bids/sub-01/emg/sub-01_task-squat_emg.bdf", "bids/sub-01/emg/sub-01_task-mvcQuad_emg.bdf"
    assert set(table.index) == {squat, mvc, "copy_of_01.bdf", "p2_MVIC.bdf", "bare.csv", "damaged.csv", "empty.edf",
                                "cut.bdf"}  # fmt: skip
    assert list(table.columns) == [
        "format", "participant", "session", "task", "run", "mvc", "n_channels", "streams", "rates", "duration_s",
        "muscles", "problem", "same_as",
    ]  # fmt: skip
    row = table.loc[squat]
    assert (row["format"], row.participant, row.task, row.n_channels, row.streams) == ("bdf", "01", "squat", 2, "emg")
    assert (row.rates, row.duration_s, row.problem, row.same_as) == ("1000", 1.0, "", "")
    assert table.loc["copy_of_01.bdf", "same_as"] == squat
    assert table.loc["copy_of_01.bdf", "muscles"] == "right vastus_lateralis, right biceps_femoris"
    assert set(table.index[table.mvc]) == {mvc, "p2_MVIC.bdf"}
    assert set(table.index[table.same_as != ""]) == {"copy_of_01.bdf"}


def test_a_copy_with_its_channels_in_another_order_is_one(tmp_path):
    ek.io.write_bdf(trial(), tmp_path / "a.bdf")
    ek.io.write_bdf(trial(names=("BF", "VL"), samples=X[::-1]), tmp_path / "b.bdf")
    ek.io.write_bdf(trial(samples=X[:, :-1]), tmp_path / "c.bdf")
    assert list(ek.catalogue(tmp_path).same_as) == ["", "a.bdf", ""]


def test_what_cannot_be_read_says_why_and_other_files_are_counted(folder):
    table = ek.catalogue(folder).set_index("path")
    problems = table.problem[table.problem != ""]
    assert set(problems.index) == {"bare.csv", "damaged.csv", "empty.edf", "cut.bdf"}
    assert problems["bare.csv"] == (
        "the sampling rate is not in the file: read it with sfreq=; the unit of 'VL' and 'BF' is not in the file: "
        "read it with units="
    )
    assert "'x'" in problems["damaged.csv"]
    assert "empty" in problems["empty.edf"]
    assert "cut off" in problems["cut.bdf"]
    inside = [path.name for path in folder.rglob("*") if path.is_file()]
    assert ek.catalogue(folder).attrs["others"] == len(inside) - len(table)


@pytest.mark.parametrize(
    ("place", "text"), [("nothing", "does not exist"), ("photo.jpg", "is a file"), ("a", "holds no")]
)
def test_no_folder_and_no_recording_are_refused(folder, place, text):
    (folder / "a").mkdir()
    (folder / "a" / "notes.txt").write_text("Nothing.", encoding="utf-8")
    with pytest.raises(FileError, match=text):
        ek.catalogue(folder / place)


def test_the_recordings_at_hand_are_listed():
    recordings = os.environ.get("EMGKIT_RECORDINGS")
    if not recordings:
        pytest.skip("EMGKIT_RECORDINGS is not set: tests on real recordings cannot run")
    table = ek.catalogue(Path(recordings) / "uci_lower_limb")
    same = table[table.same_as != ""].set_index("path").same_as
    assert any("02N_sitting" in path and "01N_sitting" in other for path, other in same.items())
    assert any("02N_standing" in path and "01N_standing" in other for path, other in same.items())


def test_people_and_tasks_are_those_that_names_make_likely(tmp_path):
    for place, name in enumerate(("Anna_squat", "Anna_max_knee", "Bert_squat", "Bert_max_knee")):
        ek.io.write_bdf(trial(1 + place), tmp_path / f"{name}.bdf")
    (tmp_path / "Bert_squat (2).bdf").write_bytes((tmp_path / "Bert_squat.bdf").read_bytes())
    table = ek.catalogue(tmp_path)
    assert [tuple(row) for row in table[["path", "participant", "task", "mvc", "same_as"]].to_numpy()] == [
        ("Anna_max_knee.bdf", "Anna", "max_knee", True, ""),
        ("Anna_squat.bdf", "Anna", "squat", False, ""),
        ("Bert_max_knee.bdf", "Bert", "max_knee", True, ""),
        # a copy is the recording that it is of, and no task of its own
        ("Bert_squat (2).bdf", "Bert", "squat", False, "Bert_squat.bdf"),
        ("Bert_squat.bdf", "Bert", "squat", False, ""),
    ]
    assert table.attrs == {"others": 0, "likely": True}


def test_names_of_a_data_set_are_no_guess(tmp_path):
    ek.io.write_bids([trial(participant="01", task="squat")], tmp_path / "set", name="one")
    assert ek.catalogue(tmp_path / "set").attrs["likely"] is False
