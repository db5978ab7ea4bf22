"""``emgkit check``: what it prints, and with which status it leaves."""

from __future__ import annotations

import json

import numpy as np
import pytest

from emgkit import spectrum


def write(path, *, spike=0.0, seed=1):
    emg = 0.1 * spectrum.shaped_noise(10_000, sfreq=1000.0, rng=np.random.default_rng(seed))[0]
    emg[4000] += spike
    times = np.arange(emg.size) / 1000
    np.savetxt(path, np.column_stack([times, emg]), delimiter=",", header="time (s),VL (mV)", comments="", fmt="%.6f")
    return path


def test_a_good_recording_leaves_with_status_0(emgkit, tmp_path):
    done = emgkit("check", str(write(tmp_path / "squat.csv")))
    assert done.returncode == 0, done.stderr
    assert "1 recording, 1 channel of EMG: 1 good, 0 doubtful, 0 bad." in done.stdout


def test_a_sample_of_5000_mv_is_bad_and_says_what_to_do(emgkit, tmp_path):
    done = emgkit("check", str(write(tmp_path / "mvc.csv", spike=5000.0)))
    assert done.returncode == 1
    assert "Channel 'VL' reaches 5 V, where surface EMG stays below some 5 mV." in done.stdout
    assert "has 1 spike of at most some 2 ms, the largest of 5 V at 4.000 s after its start" in done.stdout
    assert "0 good, 0 doubtful, 1 bad" in done.stdout


def test_a_folder_is_searched_and_copies_and_damaged_files_are_told(emgkit, tmp_path):
    write(tmp_path / "a.csv")
    (tmp_path / "deeper").mkdir()
    write(tmp_path / "deeper" / "b.csv")
    (tmp_path / "damaged.c3d").write_bytes(b"")
    (tmp_path / "README.md").write_text("About.")
    done = emgkit("check", str(tmp_path), "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert [one["file"].rpartition("/")[2] for one in found["files"]] == ["a.csv", "damaged.c3d", "b.csv"]
    assert [bool(one["problem"]) for one in found["files"]] == [False, True, False]
    assert found["copies"] == [f"The same samples stand in '{tmp_path}/a.csv' and '{tmp_path}/deeper/b.csv'."]
    (channel,) = found["files"][0]["channels"]
    assert channel["status"] == "good"
    checks = {one["check"]: one for one in channel["checks"]}
    assert checks["mains"] == {
        "check": "mains", "value": pytest.approx(0, abs=0.02), "unit": "1", "limit": 0.1, "verdict": "good",
        "text": "", "hint": "",
    }  # fmt: skip
    assert checks["ecg"]["verdict"] == "good"


def test_a_file_that_is_named_and_cannot_be_read_is_bad_input(emgkit, tmp_path):
    done = emgkit("check", str(tmp_path / "none.csv"))
    assert done.returncode == 2
    assert "does not exist" in done.stderr


def workbook(path, sheets):
    """A workbook without headers: two channels a sheet, the second with a third of a microvolt of noise only."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for seed, name in enumerate(sheets):
        rng = np.random.default_rng(seed)
        active = 100 * spectrum.shaped_noise(4000, sfreq=1000.0, rng=rng)[0]
        sheet = book.create_sheet(name)
        for row in np.column_stack([active, 0.3 * rng.standard_normal(4000)]).round(3).tolist():
            sheet.append(row)
    book.save(path)
    return path


def test_the_sheets_of_a_workbook_are_recordings_and_their_dead_channels_have_numbers(emgkit, tmp_path):
    path = workbook(tmp_path / "ID_1.xlsx", ["DNM", "EMG_VL", "EMG_BF"])
    done = emgkit("check", str(path), "--sheet", "EMG_*", "--sfreq", "1000", "--units", "uV", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert [(one["file"], one["sheet"]) for one in found["files"]] == [(str(path), "EMG_VL"), (str(path), "EMG_BF")]
    for one in found["files"]:
        assert [(row["channel"], row["status"]) for row in one["channels"]] == [("ch1", "good"), ("ch2", "bad")]
    asked = emgkit("check", str(path), "--sfreq", "1000", "--units", "uV")
    assert asked.returncode == 2
    assert "The workbook has several sheets" in asked.stderr
    assert "Name those that are EMG, --sheet 'EMG_BF'; --sheet may be repeated, '*' stands for any" in asked.stderr
    wrong = emgkit("check", str(tmp_path), "--sheet", "emg_*")
    assert "The workbook has no sheet of that name" in wrong.stdout
    assert "1 file could not be read" in wrong.stdout
