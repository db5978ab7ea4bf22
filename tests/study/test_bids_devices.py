"""Devices of one recording in a BIDS data set: a study joins those without EMG to the file with it, on one clock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from emgkit.channels import Channel, Event
from emgkit.io import write_bids
from emgkit.recording import Recording, Trial
from emgkit.study import new
from emgkit.study.file.recordings import ExcludedFile
from emgkit.study.recordings.account import Accounting, find
from emgkit.study.recordings.read import Joining, Reading, join_files, read

EMG, BAR = ("sub-P1/emg/sub-P1_task-squat_recording-" + name + "_emg.bdf" for name in ("emg", "bar"))


def stream(kind: str, unit: str, rate: float) -> Recording:
    values = np.random.default_rng(0).normal(0, 1e-4, (1, int(3 * rate)))
    return Recording(data=values, sfreq=rate, channels=(Channel(name=kind, unit=unit, kind=kind),))


@pytest.fixture
def devices(tmp_path: Path) -> Path:
    """A recording of two devices, of which the one without EMG begins half a second after the other."""
    about = {"participant": "P1", "task": "squat"}
    trials = [
        Trial(streams={"emg": stream("EMG", "V", 1000.0)}, context={**about, "recording": "emg"},
              events=(Event(onset=1.5, duration=0.1, label="flash"),)),
        Trial(streams={"position": stream("POS", "m", 100.0)}, context={**about, "recording": "bar"},
              events=(Event(onset=1.0, duration=0.1, label="flash"), Event(onset=1.2, duration=0.0, label="end"))),
    ]  # fmt: skip
    root = write_bids(trials, tmp_path / "set", name="x")
    scans(root, "10:00:00.000", "10:00:00.500")
    return root


def scans(root: Path, emg: str, bar: str) -> None:
    rows = [f"{name.removeprefix('sub-P1/')}\t1925-01-01T{time}" for name, time in ((EMG, emg), (BAR, bar))]
    (root / "sub-P1" / "sub-P1_scans.tsv").write_text("\n".join(["filename\tacq_time", *rows, ""]), encoding="utf-8")


def roles(root: Path, rule: Accounting | None = None) -> tuple[dict[str, list[str]], dict[str, str]]:
    sources, others = find(root, rule or Accounting())
    return {one.name: [file.name for file in one.joined] for one in sources}, {one.name: one.role for one in others}


def test_the_other_device_is_joined_at_its_beginning(devices: Path) -> None:
    assert roles(devices)[0] == {EMG: [BAR]}
    assert roles(devices)[1][BAR] == "joined"
    ((source,), _) = find(devices, Accounting())
    assert source.joined[0].rule.offset == pytest.approx(0.5)


def test_its_streams_stand_beside_the_emg_and_an_event_of_both_is_one(devices: Path) -> None:
    ((source,), _) = find(devices, Accounting())
    reading = Reading(name=EMG, facts={}, sfreq=None, units=None, thousands=None, channels={}, sheet=None)
    rule = Joining(reading=Reading(name=BAR, facts={}, sfreq=None, units=None, thousands=None, channels={}, sheet=None),
                   offset=source.joined[0].rule.offset, by=None)  # fmt: skip
    trial = join_files(read(source.path, reading), [source.joined[0].path], [rule])
    assert [(name, own.start) for name, own in trial.items()] == [("emg", 0.0), ("position", 0.5)]
    assert [(round(event.onset, 9), event.label) for event in trial.events] == [(1.5, "flash"), (1.7, "end")]
    assert [notice.code for notice in trial.notices] == ["join-lengths"]


@pytest.mark.parametrize("times", [("10:00:00.000", "n/a"), ("n/a", "n/a")])
def test_a_device_whose_beginning_is_not_known_is_a_recording_of_its_own(devices: Path, times: tuple[str, str]) -> None:
    scans(devices, *times)
    assert roles(devices)[0] == {EMG: [], BAR: []}


def test_two_devices_with_emg_are_recordings_of_their_own(devices: Path) -> None:
    table = devices / BAR.replace("_emg.bdf", "_channels.tsv")
    table.write_text(table.read_text("utf-8").replace("POS\tPOS\tm", "POS\tEMG\tuV"), "utf-8")
    assert roles(devices)[0] == {EMG: [], BAR: []}


def test_a_device_that_is_left_out_is_not_joined(devices: Path) -> None:
    rule = Accounting(excluded_files=(ExcludedFile(path=BAR, reason="slipped"),))
    assert roles(devices, rule)[0] == {EMG: [], BAR: []}


def test_a_new_study_takes_the_device_for_another_stream(devices: Path) -> None:
    inventory = new.inventory.look(devices)
    assert [one.name for one in inventory.recordings] == [EMG]
    assert [one.name for one in inventory.of("other streams")] == [BAR]
    assert [channel.name for channel in inventory.recordings[0].beside] == ["POS"]
