from __future__ import annotations

import warnings
from fractions import Fraction

import mne
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emgkit.channels import Channel, Event
from emgkit.errors import ArgumentError, EmgkitWarning, FileError, FormatError, UnitError
from emgkit.io import read, write_bdf, write_edf
from emgkit.io.formats.edf import record_duration
from emgkit.recording import Recording, Trial

STEPS = {".bdf": 2**23 - 1, ".edf": 2**15 - 1}


def emg(data, sfreq=2000.0, unit="V", **channel):
    data = np.atleast_2d(np.asarray(data, dtype=float))
    channels = [Channel(name=f"EMG {row}", unit=unit, **channel) for row in range(len(data))]
    return Recording(data=data, sfreq=sfreq, channels=channels)


def half_a_step(values, suffix):
    """Half a step of the range that holds the values; the range is at most 1 % larger than their peak."""
    return 0.5 * 1.01 * np.abs(values).max() / STEPS[suffix]


@pytest.mark.parametrize(("write", "suffix"), [(write_bdf, ".bdf"), (write_edf, ".edf")])
def test_what_is_written_is_read_back_to_half_a_step_at_each_rate(tmp_path, make_trial, write, suffix):
    trial = make_trial(n=3001, n_slow=151)
    back = read(write(trial, tmp_path / f"a{suffix}"))
    assert list(back) == ["emg", "position"]
    for stream, recording in trial.items():
        assert back[stream].data.shape == recording.data.shape
        assert back[stream].sfreq == recording.sfreq
        assert back[stream].names == recording.names
        for got, row in zip(back[stream].data, recording.data, strict=True):
            assert np.abs(got - row).max() <= half_a_step(row, suffix)
    assert {c.unit_source for c in back.emg.channels} == {"header"}
    assert {c.kind_source for c in back.emg.channels} == {"heuristic"}


@settings(max_examples=25, deadline=None)
@given(
    data=arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 260)), elements=st.floats(-5e-3, 5e-3)),
    sfreq=st.sampled_from([1000.0, 2000.0, 148.148, 2148.148148148148, 1925.93, 333.3333333333333, 512.0]),
)
def test_any_small_recording_comes_back(tmp_path_factory, data, sfreq):
    # a channel whose largest value is below a picovolt is refused, not flattened
    data = np.where(np.abs(data).max(axis=1, keepdims=True) < 1e-12, 0.0, data)
    path = write_bdf(Trial(streams={"emg": emg(data, sfreq)}), tmp_path_factory.mktemp("any") / "a.bdf")
    back = read(path).emg
    assert back.data.shape == data.shape
    assert back.sfreq == pytest.approx(sfreq, rel=3e-6)
    for got, row in zip(back.data, data, strict=True):
        # below 0.01 µV the header's decimals limit the range: 0.0001 µV then
        assert np.abs(got - row).max() <= 0.5 * max(1.01 * np.abs(row).max(), 1.01e-10) / STEPS[".bdf"] + 1e-24


def test_zeros_and_constants_stay_what_they_are(tmp_path):
    trial = Trial(streams={"emg": emg([[0.0] * 100, [2e-4] * 100, [0.0, 3e-4] * 50])})
    back = read(write_bdf(trial, tmp_path / "a.bdf")).emg.data
    assert (back[0] == 0).all()
    assert (back[2, ::2] == 0).all()
    assert back[1] == pytest.approx(2e-4, rel=1e-6)
    assert np.ptp(back[1]) == 0


def test_the_rates_of_a_trigno_are_exact_and_not_collapsed_to_one(tmp_path, make_trial):
    trial = make_trial(sfreq=29 / 0.0135, n=4297, slow=2 / 0.0135, n_slow=297)
    path = write_bdf(trial, tmp_path / "trigno.bdf")
    back = read(path)
    assert back.emg.sfreq == pytest.approx(58000 / 27, rel=1e-15)
    assert back.position.sfreq == pytest.approx(4000 / 27, rel=1e-15)
    assert back.position.times[-1] == pytest.approx(296 * 0.00675, rel=1e-12)
    assert back.emg.data.shape == (2, 4297)
    raw = mne.io.read_raw_bdf(path, verbose="error")
    assert raw.info["sfreq"] == pytest.approx(2148.148148, abs=1e-6)


def test_a_rate_printed_with_few_decimals_is_the_trigno_rate_it_stands_for(tmp_path):
    back = read(write_bdf(Trial(streams={"emg": emg([[1e-4] * 50], 2148.148)}), tmp_path / "a.bdf"))
    assert back.emg.sfreq == pytest.approx(29 / 0.0135, rel=1e-15)


def test_mne_reads_the_same_samples_and_knows_the_padding(tmp_path, make_trial):
    trial = make_trial(slow=2000.0, n=3001, n_slow=3001)
    path = write_bdf(trial, tmp_path / "a.bdf")
    raw = mne.io.read_raw_bdf(path, verbose="error")
    assert raw.get_data(picks=["EMG VL"])[0, :3001] == pytest.approx(read(path).emg.data[0], abs=1e-12)
    (note,) = raw.annotations
    assert note["description"] == "BAD_ACQ_SKIP"
    assert note["onset"] == pytest.approx(3001 / 2000)
    assert raw.n_times == 4000


def test_streams_that_end_at_different_times_keep_their_lengths(tmp_path, make_trial):
    trial = make_trial(n=3000, n_slow=137)
    back = read(write_bdf(trial, tmp_path / "a.bdf"))
    assert back.emg.data.shape[1] == 3000
    assert back.position.data.shape[1] == 137
    assert [notice.code for notice in back.notices] == ["unequal-length"]


def test_events_travel_as_annotations_and_lost_columns_are_said(tmp_path, make_trial, repetition):
    plain = Event(onset=0.5, duration=0.0, label="lift off")
    path = write_bdf(make_trial(events=[plain]), tmp_path / "a.bdf")
    assert read(path).events == (plain,)
    with pytest.warns(EmgkitWarning, match=r"not their columns 'exercise', 'set'.*write_bids keeps them"):
        write_bdf(make_trial(events=[repetition]), tmp_path / "b.bdf")
    (event,) = read(tmp_path / "b.bdf").events
    assert (event.onset, event.duration, event.label) == (pytest.approx(0.3, abs=1e-12), 0.75, "repetition")


def test_a_cropped_recording_begins_at_zero_with_its_events(tmp_path, make_trial):
    trial = make_trial(events=[Event(onset=2.5, duration=0.1, label="go")], start=2.0)
    back = read(write_bdf(trial, tmp_path / "a.bdf"))
    assert back.emg.start == 0.0
    assert back.events[0].onset == 0.5


def test_streams_that_begin_apart_are_refused(tmp_path, make_trial):
    trial = make_trial()
    apart = Trial(streams={"emg": trial.emg, "position": make_trial(start=0.5).position})
    with pytest.raises(ArgumentError, match=r"must begin together.*Got: 0\.5 s \(position\)"):
        write_bdf(apart, tmp_path / "a.bdf")


def test_rates_that_no_record_holds_are_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"rates do not fit.*Got: '1234\.5678 Hz'.*Resample"):
        write_bdf(Trial(streams={"emg": emg([[1e-4] * 10], 1234.5678)}), tmp_path / "a.bdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ((2000,), "1"),
        ((2000, 100, 1), "1"),
        ((Fraction(58000, 27),), "0.999"),
        ((Fraction(10, 3),), "0.9"),
        ((Fraction(3001, 3),), "3"),
        ((Fraction(1, 4),), "4"),
    ],
)
def test_the_data_record_holds_whole_samples(rates, expected):
    duration = record_duration([Fraction(rate) for rate in rates])
    assert duration == Fraction(expected)
    assert all((rate * duration).denominator == 1 for rate in rates)


def test_hours_of_fractional_records_are_written(tmp_path):
    # 7211 records of 0.99 s is where edfio's comparison of durations fails by rounding
    slow = Recording(
        data=np.ones((1, 7211 * 11)), sfreq=100 / 9, channels=[Channel(name="a", unit="deg", kind="JNTANG")]
    )
    fast = Recording(data=np.ones((1, 7211 * 99)), sfreq=100.0, channels=[Channel(name="b", unit="m", kind="POS")])
    back = read(write_bdf(Trial(streams={"angle": slow, "position": fast}), tmp_path / "a.bdf"))
    assert back.angle.data.shape[1] == 7211 * 11
    assert back.position.data.shape[1] == 7211 * 99


@pytest.mark.parametrize("name", ["EMG vastus laterali", "Músculo", " VL", "BDF Annotations"])
def test_a_name_the_header_cannot_hold_is_refused(tmp_path, name):
    bad = Recording(data=[[1e-4]], sfreq=100.0, channels=[Channel(name=name, unit="V")])
    with pytest.raises(ArgumentError, match=r"does not fit into an EDF or BDF header.*16 printable ASCII"):
        write_bdf(Trial(streams={"emg": bad}), tmp_path / "a.bdf")


def test_a_name_in_two_streams_is_refused(tmp_path):
    trial = Trial(streams={"emg": emg([[1e-4]]), "emg_2": emg([[1e-4]], 1000.0)})
    with pytest.raises(ArgumentError, match=r"unique over all streams.*'EMG 0'"):
        write_bdf(trial, tmp_path / "a.bdf")


def test_a_value_beyond_the_header_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="Channel 'EMG 0' does not fit into the range"):
        write_bdf(Trial(streams={"emg": emg([[20.0]])}), tmp_path / "a.bdf")


def test_a_file_is_not_replaced_unasked_and_survives_a_failure(tmp_path, make_trial):
    path = write_bdf(make_trial(), tmp_path / "a.bdf")
    before = path.read_bytes()
    with pytest.raises(FileError, match=r"The file exists.*overwrite=True"):
        write_bdf(make_trial(), path)
    with pytest.raises(ArgumentError):
        write_bdf(make_trial(sfreq=1234.5678), path, overwrite=True)
    assert path.read_bytes() == before
    assert write_bdf(make_trial(seed=1), path, overwrite=True).read_bytes() != before
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.bdf"]


@pytest.mark.parametrize("lost", [1, 3, 1000, 9000])
def test_a_file_that_is_cut_off_is_refused(tmp_path, make_trial, lost):
    path = write_bdf(make_trial(), tmp_path / "a.bdf")
    path.write_bytes(path.read_bytes()[:-lost])
    with pytest.raises(FormatError, match=r"cut off.*Allowed: \d+ bytes \(2 data records\).*Copy the file again"):
        read(path)


def test_a_file_that_is_too_long_is_refused(tmp_path, make_trial):
    path = write_edf(make_trial(), tmp_path / "a.edf")
    whole = path.read_bytes()
    path.write_bytes(whole + b"\1" * len(whole))
    with pytest.raises(FormatError, match="longer than its header says"):
        read(path)
    path.write_bytes(whole + b"\0\0")
    trial = read(path)
    assert [notice.code for notice in trial.notices] == ["length-by-size"]
    assert trial.emg.data.shape == make_trial().emg.data.shape


def test_a_damaged_header_is_refused(tmp_path, make_trial):
    path = write_bdf(make_trial(), tmp_path / "a.bdf")
    whole = path.read_bytes()
    for start, junk, message in [
        (236, b"0       ", "never closed"),
        (236, b"many    ", "header of the EDF or BDF file is damaged"),
        (244, b"0       ", "2 data records of 0 s"),
        (256 + 104 * 4, b"low     ", "header of the EDF or BDF file is damaged"),
    ]:
        path.write_bytes(whole[:start] + junk + whole[start + len(junk) :])
        with pytest.raises(FormatError, match=message):
            read(path)
    # one channel without a scaling is left out, and a flag of gaps is no gap
    path.write_bytes(whole[: 256 + 120 * 4] + b"8388607 " + whole[256 + 120 * 4 + 8 :])
    (notice,) = read(path).notices
    assert "channel 1, 'EMG VL'" in notice.text
    assert "digital range 8388607 to 8388607" in notice.text
    path.write_bytes(whole[:192] + b"BDF+D" + whole[197:])
    assert (read(path).emg.data == read(write_bdf(make_trial(), tmp_path / "b.bdf")).emg.data).all()
    path.write_bytes(b"Time;VL\n0;1\n")
    with pytest.raises(FormatError, match="has no EDF or BDF header"):
        read(path)


def header_with_dimension(path, old, new):
    path.write_bytes(path.read_bytes().replace(old.ljust(8), new.ljust(8)))
    return path


def test_the_unit_of_the_header_scales_the_samples_once(tmp_path):
    path = write_bdf(Trial(streams={"emg": emg([[1e-4, -2e-4]])}), tmp_path / "a.bdf")
    peaks = {unit: np.abs(read(header_with_dimension(path, old, unit)).emg.data).max() for old, unit in
             ((b"uV", b"uV"), (b"uV", b"mV"), (b"mV", b"V"))}  # fmt: skip
    assert peaks[b"uV"] == pytest.approx(2e-4)
    assert peaks[b"mV"] == pytest.approx(2e-1)
    assert peaks[b"V"] == pytest.approx(2e2)


def test_an_unknown_or_missing_unit_is_refused_and_can_be_said(tmp_path):
    path = write_bdf(Trial(streams={"emg": emg([[1e-4, -2e-4]])}), tmp_path / "a.bdf")
    with pytest.raises(UnitError, match=r"Unknown unit 'muV'.*a\.bdf, channel 'EMG 0'.*Did you mean '.V'"):
        read(header_with_dimension(path, b"uV", b"muV"))
    with pytest.raises(UnitError, match=r"Channel 'EMG 0' has no unit.*units='mV'"):
        read(header_with_dimension(path, b"muV", b""))
    emg_back = read(path, units="uV").emg
    assert emg_back.channels[0].unit_source == "user"
    assert np.abs(emg_back.data).max() == pytest.approx(2e-4)


def test_no_warning_of_the_library_beneath_comes_through(tmp_path, make_trial):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read(write_bdf(make_trial(), tmp_path / "a.bdf"))) == 2
