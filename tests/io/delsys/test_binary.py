"""Delsys .emg and .hpf files: the two files of one recording, and built ones of every kind."""

from __future__ import annotations

import json

import numpy as np
import pytest

from emgkit.errors import ArgumentError, FormatError
from emgkit.io import detect, read
from emgkit.io.formats.delsys import emg, hpf

COUNTS = [("VL", [1, -2, 3, 32767]), ("BF", [5, 6, -32768, 8])]
EMG, ACC = 2000.0, 2 * 2000 / 27
RNG = np.random.default_rng(0)
FAST = (RNG.normal(size=(2, 1350)) * 1e-4).astype("f4")
SLOW = RNG.normal(size=(2, 100)).astype("f4")
CHANNELS = [
    ("R BICEPS: EMG 1", "Volts", EMG, FAST[0]),
    ("R BICEPS: ACC X 1", "g", ACC, np.pad(SLOW[0], (0, 1250))),
    ("R BICEPS: ACC Y 1", "g", ACC, np.pad(SLOW[1], (0, 1250))),
    ("L BICEPS: EMG 2", "Volts", EMG, FAST[1]),
]


# --- .emg --------------------------------------------------------------------------------------------


def test_counts_are_scaled_as_the_header_says(written):
    path = written("emg", COUNTS, gain=500.0, resolution=2.0**-12, offset=0.25)
    assert detect(path).name == "delsys-emg"
    trial = read(path)
    assert trial.emg.names == ("VL", "BF")
    assert trial.emg.data == pytest.approx((np.array([counts for _, counts in COUNTS]) * 2.0**-12 - 0.25) / 500)
    assert (trial.emg.sfreq, trial.emg.channels[0].unit, trial.emg.channels[0].unit_source) == (2000, "V", "header")
    assert trial.notices == ()


def test_markers_besides_start_and_end_are_told(written):
    trial = read(written("emg", COUNTS, tail=b"\x05\x00" + bytes(40)))
    assert [(one.code, one.text) for one in trial.notices] == [
        ("markers-left-out", "The file has 3 markers that emgkit does not read, besides its start and end.")
    ]


def test_a_part_is_read_alone(written):
    counts = np.arange(4000)
    path = written("emg", [("VL", counts), ("BF", -counts)])
    signal = emg.load(path, start=0.5, stop=1.25).signals[0]
    whole = emg.load(path).signals[0]
    assert (signal.start, signal.whole, whole.whole) == (0.5, 4000, None)
    assert np.array_equal(signal.samples, whole.samples[1000:2500])
    part = read(path, start=0.5, stop=1.25).emg
    assert np.array_equal(part.data, read(path).emg.data[:, 1000:2500])
    assert part.start == 0.5
    with pytest.raises(ArgumentError, match="reaches beyond the recording"):
        read(path, start=2.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw[:300], r"cut off inside its header.*byte 295.*Allowed: 8 more bytes.*Got: 5"),
        (lambda raw: raw[: len(raw) - 12], r"file is cut off.*Allowed: \d+ bytes, for 4 samples of 2 channels"),
        (lambda raw: raw[:4] + b"\x02" + raw[5:], r"version of the Delsys EMG format.*Got: version 2.*File Utility"),
        (lambda raw: raw[:295] + b"\xff\xff\xff\x7f" + raw[299:], r"header is damaged|cut off inside"),
        (lambda raw: raw[:299] + b"\xff\xff\xff\xff" + raw[303:], r"file is cut off"),
        (lambda raw: raw[:307] + bytes(8) + raw[315:], r"header gives no recording.*0 Hz"),
        (lambda raw: raw[:323] + b"\x01\0\0\0" + raw[327:], r"samples begin inside the header.*Got: byte 1"),
        (lambda raw: b"XEMG" + raw[4:], r"no Delsys EMG file.*Got: b'XEMG'"),
        (lambda raw: raw.replace(np.float64(1000).tobytes(), bytes(8)), r"channel has no scaling.*channel 'VL'"),
    ],
)
def test_a_damaged_emg_file_is_refused_with_its_byte(written, change, message):
    with pytest.raises(FormatError, match=message) as caught:
        read(written("emg", COUNTS, change=change))
    assert len(str(caught.value)) <= 600


# --- .hpf --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", [7, 100, 1350, 5000])
@pytest.mark.parametrize("kind", ["Float", "Double"])
def test_channels_keep_their_own_rates_and_lengths(written, block, kind):
    path = written("hpf", CHANNELS, block=block, fields={"DataType": kind})
    assert detect(path).name == "delsys-hpf"
    trial = read(path)
    assert trial.emg.names == ("R BICEPS: EMG 1", "L BICEPS: EMG 2")
    assert np.array_equal(trial.emg.data, FAST.astype(float))
    assert trial["acc"].data == pytest.approx(SLOW.astype(float) * 9.80665)
    assert (trial.emg.sfreq, trial["acc"].sfreq) == (EMG, ACC)
    assert [notice.code for notice in trial.notices] == ["padding-left-out"]


def test_padding_may_be_no_number(written):
    filled = [*SLOW[0], *[np.nan] * 1250]
    assert read(written("hpf", [CHANNELS[0], ("a: ACC X 1", "g", ACC, filled)]))["acc"].data.shape == (1, 100)


def test_groups_are_read_too(written):
    channels = [("EMG Ch1 (V)", "Volts", EMG, FAST[0]), ("Goniometer", "deg", 100.0, SLOW[0][:68])]
    trial = read(written("hpf", channels, groups=True))
    assert (trial.emg.names, trial["angle"].sfreq, trial["angle"].data.shape) == (("EMG Ch1 (V)",), 100, (1, 68))


def test_a_sensor_that_sent_nothing_is_told_once(written):
    trial = read(written("hpf", [CHANNELS[0], ("L BICEPS: EMG 2", "Volts", EMG, np.zeros(1350))]))
    (notice,) = trial.notices
    assert (notice.code, "'L BICEPS: EMG 2' is zero throughout" in notice.text) == ("sensor-silent", True)


def test_the_switches_of_an_fsr_adapter_are_numbers_and_long_words_for_units_are_read(written):
    adapter, imu = "Trigno FSR Adapter 11", "Trigno IM sensor 2"
    channels = [
        CHANNELS[0], (f"{adapter}: EMG 11", "Percent", EMG, FAST[0]), (f"{adapter}: ACC X 11", "Percent", EMG, FAST[1]),
        (f"{imu}: Gyro X 2 (IM)", "deg/sec", EMG, FAST[0]), (f"{imu}: Mag X 2 (IM)", "uTesla", EMG, FAST[0]),
    ]  # fmt: skip
    trial = read(written("hpf", channels))
    assert {(one.name, one.kind, one.unit) for stream in trial.values() for one in stream.channels} == {
        ("R BICEPS: EMG 1", "EMG", "V"),
        (f"{adapter}: EMG 11", "MISC", "n/a"), (f"{adapter}: ACC X 11", "MISC", "n/a"),
        (f"{imu}: Gyro X 2 (IM)", "GYRO", "deg/s"), (f"{imu}: Mag X 2 (IM)", "MAGN", "T"),
    }  # fmt: skip
    assert trial["gyro"].data[0] == pytest.approx(FAST[0].astype(float))


def test_slow_channels_that_hold_numbers_to_the_end_run_on(written):
    channels = [*CHANNELS[:2], ("R BICEPS: ACC Y 1", "g", ACC, RNG.normal(size=1350))]
    trial = read(written("hpf", channels))
    assert trial["acc"].data.shape == (2, 1350)
    assert [notice.code for notice in trial.notices] == ["unequal-length"]


def test_a_part_of_an_hpf_file_is_read_alone(written):
    path = written("hpf", CHANNELS)
    whole = {signal.label: signal for signal in hpf.load(path).signals}
    for signal in hpf.load(path, start=0.2, stop=0.5).signals:
        first = round(signal.start * signal.sfreq)
        assert 0.2 <= signal.start < 0.2 + 1 / signal.sfreq
        assert 0.5 - 1 / signal.sfreq <= (first + signal.size) / signal.sfreq < 0.5 + 1 / signal.sfreq
        assert np.array_equal(signal.samples, whole[signal.label].samples[first : first + signal.size])
    trial, part = read(path), read(path, start=0.2, stop=0.5)
    assert np.array_equal(part.emg.data, trial.emg.data[:, 400:1000])
    assert np.array_equal(part["acc"].data, trial["acc"].data[:, 30:75])
    assert part["acc"].start == pytest.approx(30 / ACC)
    with pytest.raises(ArgumentError, match="reaches beyond the recording"):
        read(path, start=0.7)


def test_events_of_an_hpf_file_are_told(written):
    trial = read(written("hpf", CHANNELS[:1], events=2))
    assert [notice.text for notice in trial.notices] == ["The file has 2 events that emgkit does not read."]


def test_no_name_of_a_person_is_kept(written):
    trial = read(written("hpf", CHANNELS))
    assert dict(trial.context) == {}
    assert "Jane" not in repr(trial) + str(trial.notices)


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<ChannelInformationData>&b;</ChannelInformationData>"
)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"change": lambda raw: raw[:20]}, r"cut off.*header of 28 bytes.*Got: 20"),
        ({"change": lambda raw: raw[:-1]}, r"cut off, or the size.*Allowed: a chunk of 16 to 4095 bytes.*Got: 4096"),
        ({"change": lambda raw: raw[:20] + b"\x02" + raw[21:]}, r"of a version that is not read.*Got: 0x1000, b'datx'"),
        ({"change": lambda raw: raw[:4096]}, r"holds no samples"),
        ({"xml": lambda _: BOMB}, r"description of the channels is damaged.*declaration in its XML"),
        ({"xml": lambda text: text[:-5]}, r"description of the channels is damaged.*Allowed: XML"),
        ({"xml": lambda _: b"<a/>"}, r"does not fit their number.*Allowed: 4 channels.*Got: 0 descriptions"),
        ({"fields": {"DataType": "Int16"}}, r"stored in a way that is not read.*Allowed: Float or Double.*'Int16'"),
        ({"fields": {"InternalGain": "2"}}, r"not in its unit.*Allowed: InternalGain 1.*Got: '2'"),
        ({"fields": {"DataIndex": "7"}}, r"samples of a channel do not lie in their chunk"),
        ({"first": lambda begin: begin + 1}, r"Samples are missing.*Allowed: sample 0 comes next.*Got: sample 1"),
    ],
)
def test_a_damaged_hpf_file_is_refused_with_its_byte(written, more, message):
    with pytest.raises(FormatError, match=message) as caught:
        read(written("hpf", CHANNELS, **more), format="delsys-hpf")
    assert len(str(caught.value)) <= 600


def test_a_sample_that_is_no_number_is_refused(written):
    channels = [("EMG 1", "Volts", EMG, [1e-4, np.nan, 2e-4])]
    with pytest.raises(FormatError, match=r"not a finite number.*channel 'EMG 1', sample 2"):
        read(written("hpf", channels))


# --- the real files ----------------------------------------------------------------------------------


def test_the_two_files_of_one_recording_agree(recordings):
    folder = recordings / "delsys_binary"
    expected = json.loads((folder / "expected_values.json").read_text())
    first, second = read(folder / "Set1[Rep2]_v3.emg").emg, read(folder / "Set1[Rep2]_v3.emg.hpf").emg
    for recording, name in ((first, "Set1[Rep2]_v3.emg"), (second, "Set1[Rep2]_v3.emg.hpf")):
        known = expected[name]
        assert list(recording.names) == known["labels"]
        assert recording.data.shape == (known["channels"], known["n"])
        assert recording.sfreq == known["fs"]
        for place, value in expected["Set1[Rep2]_v3.emg"]["values_V"].items():
            channel, sample = (int(number) for number in place.removeprefix("ch").rstrip("]").split("["))
            assert recording.data[channel, sample] == pytest.approx(value, abs=known.get("tol", 1e-9))
    assert np.abs(first.data - second.data).max() < 1e-9
