"""Devices of one recording in files of their own: `_scans.tsv` puts them on one clock, and what it lacks is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import emgkit as ek
from emgkit.io import bids, write_bids


@pytest.fixture
def devices(tmp_path: Path, make_trial: Any) -> Path:
    """A recording of two devices, with an event a second after the beginning of each file."""
    write_bids([make_trial(recording=name, seed=0) for name in ("emg", "force")], tmp_path / "set", name="S")
    return tmp_path / "set"


def scans(root: Path, *rows: str) -> None:
    table = "\n".join("\t".join(row.split("|")) for row in ("filename|acq_time", *rows))
    (root / "sub-01" / "sub-01_scans.tsv").write_text(table + "\n", encoding="utf-8")


def of(device: str) -> str:
    return f"emg/sub-01_task-squat_recording-{device}_emg.bdf"


def starts(root: Path) -> list[float]:
    return [next(iter(ek.read(path).values())).start for path in bids.recordings(root)]


def codes(root: Path) -> list[list[str]]:
    return [[one.code for one in ek.read(path).notices] for path in bids.recordings(root)]


@pytest.mark.parametrize("zone", ["", "Z"])
def test_each_device_begins_when_the_table_says(devices: Path, zone: str) -> None:
    before = [[event.onset for event in ek.read(path).events] for path in bids.recordings(devices)]
    scans(devices, f"{of('emg')}|2024-03-01T10:00:00.500000{zone}", f"{of('force')}|2024-03-01T09:59:58.250000{zone}")
    np.testing.assert_allclose(starts(devices), [2.25, 0.0])
    after = [[event.onset for event in ek.read(path).events] for path in bids.recordings(devices)]
    np.testing.assert_allclose(after[0], np.add(before[0], 2.25))
    np.testing.assert_allclose(after[1], before[1])
    assert codes(devices) == [[], []]


def test_events_of_all_devices_count_from_the_first_sample_of_the_first_one(devices: Path) -> None:
    scans(devices, f"{of('emg')}|2024-03-01T10:00:00.0", f"{of('force')}|2024-03-01T10:00:00.25")
    folder = devices / "sub-01" / "emg"
    for path in folder.glob("*_events.*"):
        path.unlink()
    (folder / "sub-01_task-squat_events.tsv").write_text(
        "onset\tduration\ttrial_type\n1.5\t0\tjump\n", encoding="utf-8"
    )
    assert starts(devices) == [0.0, 0.25]
    assert [[event.onset for event in ek.read(path).events] for path in bids.recordings(devices)] == [[1.5], [1.5]]


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (f"{of('emg')}|2024-03-01T10:00:00.5",),
        (f"{of('emg')}|2024-03-01T10:00:00.5", f"{of('force')}|n/a"),
        (f"{of('emg')}|2024-03-01T10:00:00.5", f"{of('force')}|ten o'clock"),
    ],
)
def test_a_beginning_that_nobody_says_is_told(devices: Path, rows: tuple[str, ...]) -> None:
    if rows:
        scans(devices, *rows)
    assert starts(devices) == [0.0, 0.0]
    assert codes(devices) == [["clock-unknown"], ["clock-unknown"]]
    (notice,) = ek.read(bids.recordings(devices)[0]).notices
    assert notice.text == (
        "The recording has 2 files, told apart by recording-, and sub-01_scans.tsv does not say when each of them "
        "begins: the times of each count from its own first sample."
    )


def test_whole_seconds_are_used_and_told(devices: Path) -> None:
    scans(devices, f"{of('emg')}|2024-03-01T10:00:00", f"{of('force')}|2024-03-01T10:00:03")
    assert starts(devices) == [0.0, 3.0]
    assert codes(devices) == [["clock-coarse"], ["clock-coarse"]]
    # devices that one trigger starts have one time
    scans(devices, f"{of('emg')}|2024-03-01T10:00:00", f"{of('force')}|2024-03-01T10:00:00")
    assert (starts(devices), codes(devices)) == ([0.0, 0.0], [[], []])


def test_other_runs_and_a_single_device_have_a_clock_of_their_own(tmp_path: Path, make_trial: Any) -> None:
    trials = [make_trial(recording="emg", run=run) for run in (1, 2)]
    write_bids(trials, tmp_path / "set", name="S")
    assert (starts(tmp_path / "set"), codes(tmp_path / "set")) == ([0.0, 0.0], [[], []])


def test_the_table_is_one_of_the_files_that_a_recording_is_made_of(devices: Path) -> None:
    first = bids.recordings(devices)[0]
    assert "sub-01_scans.tsv" not in [path.name for path in bids.files_of(first)]
    scans(devices, f"{of('emg')}|n/a")
    assert "sub-01_scans.tsv" in [path.name for path in bids.files_of(first)]
