"""``emgkit check``: what it prints, and with which status it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from emgkit import spectrum
from emgkit.errors import Notice
from emgkit.report.commands.quality_check import CheckedFile, CheckedFiles
from emgkit.report.commands.quality_summary import channel_ranges, found_kinds
from emgkit.signal_quality import ChannelQuality, Finding, Scorecard


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


def test_a_folder_without_recordings_is_bad_input(emgkit, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "study.toml").write_text("")
    for command in ("check", "info"):
        done = emgkit(command, str(tmp_path / "empty"))
        assert done.returncode == 2
        assert "The directory holds no recording" in done.stderr
        assert "Hint:" not in done.stderr
        done = emgkit(command, str(tmp_path / "study"))
        assert done.returncode == 2
        assert "Got:     1 other file" in done.stderr
        assert "It is a study: name the folder of its recordings" in " ".join(done.stderr.split())


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


def grid(path, *, hum=(), channels=12, sfreq=1000.0, seed=1):
    """A recording of numbered channels, some of which are mostly hum."""
    rng = np.random.default_rng(seed)
    emg = np.stack([0.1 * spectrum.shaped_noise(4000, sfreq=sfreq, rng=rng)[0] for _ in range(channels)])
    times = np.arange(4000) / sfreq
    for number in hum:
        emg[number - 1] += np.sin(2 * np.pi * 50 * times) * (1 + 0.1 * number)
    head = ",".join(["time (s)", *(f"EMG{number} (mV)" for number in range(1, channels + 1))])
    np.savetxt(path, np.column_stack([times, *emg]), delimiter=",", header=head, comments="", fmt="%.6f")
    return path


def test_several_recordings_are_a_summary_a_row_each_and_findings_by_kind(emgkit, tmp_path):
    (tmp_path / "P1").mkdir()
    for place, name in enumerate(("P1/jump.csv", "P1/squat.csv", "P2_jump.csv"), 1):
        grid(tmp_path / name, hum=() if place == 3 else range(7, 13), seed=place)
    (tmp_path / "damaged.c3d").write_bytes(b"")
    done = emgkit("check", str(tmp_path))
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "4 recordings, 36 channels of EMG: 24 good, 0 doubtful, 12 bad; 1 file could not be read."
    assert lines[2] == f"Recordings in {tmp_path}"
    assert [line.split() for line in lines[3:8]] == [
        ["recording", "channels", "good", "doubtful", "bad", "remark"],
        ["P1/jump.csv", "12", "6", "0", "6"],
        ["P1/squat.csv", "12", "6", "0", "6"],
        ["P2_jump.csv", "12", "12", "0", "0"],
        ["damaged.c3d", "0", "0", "0", "0", "cannot", "be", "read"],
    ]
    hum = lines.index("Mains hum. Take the hum off with Notch, and look after reference electrode and cables.")
    assert lines[hum + 1] == "  bad: EMG7–EMG12 in P1/jump.csv and P1/squat.csv."
    assert lines[hum + 2].startswith("  The worst, in P1/")
    assert "Channel 'EMG12' has 100 % of its power at 50 Hz and its harmonics (0.99" in lines[hum + 2]
    assert lines[hum + 2].endswith("; bad above 0.5).")
    assert done.stdout.count("Take the hum off") == 1
    assert "damaged.c3d" in lines[-3]
    assert len(lines) < 20


def test_one_recording_is_shown_channel_by_channel(emgkit, tmp_path):
    done = emgkit("check", str(grid(tmp_path / "squat.csv", hum=(2,), channels=3)))
    assert "channel  status  flagged" in done.stdout
    assert "Channel 'EMG2' has 9" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 recording, 3 channels of EMG: 2 good, 0 doubtful, 1 bad."


def checked(name, *findings, channels=("A", "B"), codes=()):
    """A recording with findings: (check, channel, value, verdict)."""
    made = [
        Finding(channel=channel, check=check, value=value, unit="1", limit=0.5, verdict=verdict,
                text=f"Channel {channel!r} is wrong.", hint="Mend it.")
        for check, channel, value, verdict in findings
    ]  # fmt: skip
    measures = dict.fromkeys(
        ("clipped_share", "longest_flat", "dropout_time", "mains_share", "drift_share", "baseline_noise", "snr_db",
         "negative_share"), 0.0,
    )  # fmt: skip
    rows = tuple(
        ChannelQuality(
            channel=one, muscle=None, side=None, unit="V", dropouts=0, **measures,
            findings=tuple(finding for finding in made if finding.channel == one),
        )
        for one in channels
    )  # fmt: skip
    card = Scorecard(rows=rows, notices=tuple(Notice(code=code, text=text) for code, text in codes), mains=50.0)
    return CheckedFile(path=Path(name), cards={"emg": card})


def kinds(*files):
    return found_kinds(CheckedFiles(files=files, copies=()))


def test_channels_of_few_recordings_are_named_with_them_and_verdicts_stand_apart():
    (kind,) = kinds(
        checked("a.csv", ("mains", "A", 0.6, "bad"), ("mains", "B", 0.7, "bad")),
        checked("b.csv", ("mains", "A", 0.9, "bad")),
        checked("c.csv", ("mains", "A", 0.2, "doubtful")),
        checked("d.csv"),
    )
    assert kind.lines == (
        "bad: A in a.csv and b.csv; B in a.csv.",
        "doubtful: A in c.csv.",
        "The worst, in b.csv: Channel 'A' is wrong (0.9; bad above 0.5).",
    )
    assert (kind.heading, kind.hint) == ("Mains hum", "Mend it.")


def test_all_channels_of_all_recordings_are_not_listed_and_what_is_of_a_recording_has_no_channel():
    files = [
        checked(f"{n}.csv", ("drift", "A", 0.6, "bad"), ("drift", "B", 0.6, "bad"), codes=[("low-rate", "It is low.")])
        for n in range(3)
    ]
    drift, rate = kinds(*files)
    assert drift.lines[0] == "bad: all 2 channels in all 3 recordings."
    assert rate.heading == "Low sampling rates"
    assert rate.lines == ("all 3 recordings: It is low.",)


def test_findings_here_and_there_are_counted_and_bad_kinds_come_first():
    names = [f"C{n}" for n in range(1, 41)]
    spikes = [("spikes", name, 0.6, "doubtful") for name in names]
    files = [checked(f"{n}.csv", spikes[n], ("edges", "C1", 9.0, "bad"), channels=names) for n in range(40)]
    edges, found = kinds(*files)
    assert edges.heading.startswith("Transients")
    assert found.lines[0] == "doubtful: C1–C40 in 1 of 40 recordings each."


def test_of_a_check_whose_small_numbers_are_bad_the_smallest_is_the_worst():
    files = [checked(f"{n}.csv", ("no-signal", "A", float(n), "bad")) for n in (2, 1, 3)]
    assert "The worst, in 1.csv: Channel 'A' is wrong (1; bad below 0.5)." in kinds(*files)[0].lines


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (["EMG1.v", "EMG10.v", "EMG2.v", "EMG9.v", "EMG11.v"], "EMG1.v, EMG2.v and EMG9.v–EMG11.v"),
        (["ch08", "ch09", "ch10"], "ch08–ch10"),
        (["ch9", "ch10", "ch011"], "ch9, ch10 and ch011"),
        (["VL", "BF"], "BF and VL"),
        (["R1C1", "R1C2", "R1C3", "R2C1"], "R1C1–R1C3 and R2C1"),
    ],
)
def test_channels_with_numbers_in_a_row_are_a_range(names, text):
    assert channel_ranges(names) == text
