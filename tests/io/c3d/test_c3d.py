"""C3D: every processor and number type, and what laboratories' programs write into the parameters."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit.errors import ArgumentError, FileError, FormatError, UnitError
from emgkit.io import load, read
from emgkit.io.formats.c3d.parameters import Numbers

ENCODINGS = [(processor, real) for processor in ("PC", "DEC", "MIPS") for real in (True, False)]


def counts(n_channels=3, n=40, *, seed=0, low=-2048, high=2048):
    return np.random.default_rng(seed).integers(low, high, size=(n_channels, n))


def positions(n_points=2, n=10, *, seed=1):
    """Positions (mm) that a scale of 0.01 writes exactly, none at the origin."""
    return np.random.default_rng(seed).integers(1, 30_000, size=(n_points, 3, n)) / 100


def codes(trial):
    return [notice.code for notice in trial.notices]


def doubts(trial):
    """Notices on the file; that volts are too many for EMG is none of its faults here."""
    return [code for code in codes(trial) if code != "amplitude-unlikely"]


@pytest.mark.parametrize(("processor", "real"), ENCODINGS)
def test_each_processor_and_number_type_gives_the_same_samples(written, processor, real):
    path = written(
        counts(), positions(), processor=processor, real=real, per_frame=4, rate=50.0,
        scales=[1e-6, 2e-6, -3e-6], offsets=[0, 100, -7], general=0.5,
    )  # fmt: skip
    trial = read(path)
    emg, places = trial["emg"], trial["position"]
    expected = (counts() - np.array([[0], [100], [-7]])) * np.float32([[1e-6], [2e-6], [-3e-6]]).astype(float) * 0.5
    np.testing.assert_allclose(emg.data, expected, rtol=1e-15)
    np.testing.assert_allclose(places.data, positions().reshape(6, -1) / 1000, atol=4e-9 if real else 1e-8)
    assert (emg.sfreq, places.sfreq, emg.start, places.start) == (200.0, 50.0, 0.0, 0.0)
    assert (emg.names, emg.channels[0].kind, emg.channels[0].unit) == (("EMG1", "EMG2", "EMG3"), "EMG", "V")
    assert places.names == ("M1_x", "M1_y", "M1_z", "M2_x", "M2_y", "M2_z")
    assert {(one.unit, one.kind, one.unit_source) for one in places.channels} == {("m", "POS", "header")}
    assert not trial.notices


@pytest.mark.parametrize("value", [1.0, -1.0, 1.5e-38, -3.25e10, 1e-30, 0.1, 0.0, 3e38 / 4])
def test_a_vax_real_is_the_same_number(value):
    bits = int(np.float32(value).view(np.uint32)) + ((2 << 23) if value else 0)
    raw = (bits >> 16).to_bytes(2, "little") + (bits & 0xFFFF).to_bytes(2, "little")
    assert Numbers(processor="DEC").real(raw) == np.float32(value)


def test_numbers_of_16_bits_without_a_sign(written):
    stored = counts(low=0, high=65536)
    for offset in (32768, -32768):
        # -32768 is how the same 16 bits read with a sign
        path = written(stored, real=False, unsigned=True, offsets=[offset] * 3, scales=[1e-6] * 3)
        np.testing.assert_allclose(read(path)["emg"].data, (stored - 32768) * float(np.float32(1e-6)), rtol=1e-15)
    path = written(stored, real=False, offsets=[0] * 3)
    signed = np.where(stored > 32767, stored - 65536, stored)
    np.testing.assert_array_equal(read(path)["emg"].data, signed)


def test_the_first_frame_gives_the_start_and_events_share_its_time(written):
    events = [("Right", "Foot Off", 61.25), ("Left", "Foot Strike", 0.55), ("", "", 0.58)]
    trial = read(written(counts(), positions(), per_frame=4, first=51, events=events))
    assert (trial["emg"].start, trial["position"].start) == (0.5, 0.5)
    assert [(round(one.onset, 5), one.label, dict(one.columns)) for one in trial.events] == [
        (0.55, "Foot Strike", {"context": "Left"}), (0.58, "event 3", {}), (61.25, "Foot Off", {"context": "Right"}),
    ]  # fmt: skip
    [notice] = trial.notices
    assert notice.text == "1 event of 3 lies outside of the recording (0.5 to 0.6 s), the first at 61.25 s."


def test_events_are_pairs_of_minutes_and_seconds_or_seconds_alone(written):
    flat = {"EVENT:USED": 2, "EVENT:LABELS": ["a", "b"], "EVENT:TIMES": [0.0, 0.02, 0.0, 0.04]}
    assert [round(one.onset, 5) for one in read(written(counts(), change=flat)).events] == [0.02, 0.04]
    alone = flat | {"EVENT:TIMES": [0.02, 0.04]}
    assert [round(one.onset, 5) for one in read(written(counts(), change=alone)).events] == [0.02, 0.04]
    none = flat | {"EVENT:TIMES": [[0.0, np.nan], [0.0, 0.04]]}
    trial = read(written(counts(), change=none))
    assert (len(trial.events), codes(trial)) == (1, ["annotations-left-out"])


def test_events_of_the_header_count_where_no_group_has_any(written, c3d_bytes):
    raw = bytearray(c3d_bytes(counts(), words={150: 12345, 151: 2, 153: 0.0625, 155: 0.25}))
    raw[396:404] = b"RHS LTO\0"
    path = written(counts())
    path.write_bytes(raw)
    assert [(one.onset, one.label) for one in read(path).events] == [(0.0625, "RHS"), (0.25, "LTO")]
    path.write_bytes(c3d_bytes(counts(), words={150: 12345, 151: 1, 153: 0.1}, events=[("", "own", 0.2)]))
    assert [one.label for one in read(path).events] == ["own"]


def test_points_with_gaps_are_left_out_and_named(written):
    places = positions(4)
    places[0, :, 3:5] = np.nan
    places[1] = np.nan
    places[3, :, 0] = 0
    trial = read(written(counts(), places, per_frame=4))
    assert trial["position"].names == ("M3_x", "M3_y", "M3_z")
    [notice] = trial.notices
    assert (notice.code, notice.text) == (
        "marker-gaps",
        "Left out: 3 points with gaps: in frames of 10 the position is lacking of M1 (2), M4 (1); "
        "in all frames of M2.",
    )  # fmt: skip
    content = load(written(counts(), places, per_frame=4))
    assert content.left_out[4] == "M1_x"
    assert [one.position for one in content.signals] == [1, 2, 3, 10, 11, 12]
    places[2, :, 5] = np.nan
    with pytest.raises(FormatError, match=r"No channel of the C3D file is complete.*gaps in all of 12 channels"):
        read(written(None, places))


def test_a_channel_with_a_sample_that_is_no_number_is_left_out(written):
    stored = counts().astype(float)
    stored[1, 7] = np.nan
    trial = read(written(stored))
    assert (trial["emg"].names, trial.notices[0].text) == (
        ("EMG1", "EMG3"), "Left out, since samples of it are not numbers: 'EMG2'.",
    )  # fmt: skip


@pytest.mark.parametrize("n_frames", [65535, 65536, 70001, 140000])
def test_more_frames_than_the_header_counts(written, n_frames):
    stored = np.arange(n_frames)[np.newaxis] % 30011
    long = {"TRIAL:ACTUAL_START_FIELD": [1, 0], "TRIAL:ACTUAL_END_FIELD": [n_frames % 65536, n_frames >> 16]}
    ends = [65535, n_frames % 65536]
    for change in (long, {"POINT:LONG_FRAMES": float(n_frames), "POINT:FRAMES": 65535}):
        for last in ends:
            trial = read(written(stored, real=False, change=change, words={5: last}))
            assert trial["emg"].data.shape == (1, n_frames)
            assert not doubts(trial)
    # without them, the size of the file says it
    trial = read(written(stored, real=False, change={"POINT:FRAMES": None}, words={5: 65535}))
    held = trial["emg"].data[0, :n_frames]
    # up to a block behind the last frame is padding
    assert abs(trial["emg"].data.shape[1] - n_frames) < 256
    assert (held == stored[0, : held.size]).all()
    assert doubts(trial) == ([] if n_frames < 65792 else ["length-by-size"])


def test_a_first_frame_beyond_the_header(written):
    long = {"TRIAL:ACTUAL_START_FIELD": [70001 % 65536, 1], "TRIAL:ACTUAL_END_FIELD": [70040 % 65536, 1]}
    trial = read(written(counts(), change=long, words={4: 65535, 5: 65535}))
    assert (trial["emg"].data.shape[1], trial["emg"].start) == (40, 700.0)


def test_labels_and_scales_beyond_255_go_on_in_parameters_with_a_number(written):
    stored = counts(600, 4)
    trial = read(written(stored, scales=np.arange(1, 601) * 2.0**-20, offsets=np.arange(600)))
    assert (trial["emg"].names[254:257], trial["emg"].names[-1]) == (("EMG255", "EMG256", "EMG257"), "EMG600")
    expected = (stored - np.arange(600)[:, np.newaxis]) * np.arange(1, 601)[:, np.newaxis] * 2.0**-20
    np.testing.assert_array_equal(trial["emg"].data, expected)
    assert len(read(written(None, positions(300, 3)))["position"].names) == 900


def test_units_stand_a_channel_each(written):
    names = ["EMG1", "VL", "Fz1", "Mx1", "Sync", "Pot", "Code", "Foot Switch1.FS"]
    change = {"ANALOG:LABELS": names, "ANALOG:UNITS": ["uV", "mV", "N", "Nmm", "", "", "furlong", "V"]}
    trial = read(written(np.full((8, 8), 2.0), change=change))
    found = {one.name: (name, one.kind, one.unit, value) for name, stream in trial.items()
             for one, value in zip(stream.channels, stream.data[:, 0], strict=True)}  # fmt: skip
    assert found == {
        "EMG1": ("emg", "EMG", "V", pytest.approx(2e-6)), "VL": ("emg", "EMG", "V", pytest.approx(2e-3)),
        "Fz1": ("force", "FORCE", "N", 2.0), "Mx1": ("other", "MISC", "N·m", pytest.approx(2e-3)),
        "Sync": ("trigger", "TRIG", "n/a", 2.0), "Pot": ("other", "MISC", "n/a", 2.0),
        "Code": ("other", "MISC", "n/a", 2.0), "Foot Switch1.FS": ("other", "MISC", "V", 2.0),
    }  # fmt: skip
    [notice] = trial.notices
    assert notice.message == (
        "Kept as numbers without a unit: 'Pot' and 'Code'. The file gives as their unit: 'furlong'. "
        "Say units={'Pot': 'mV'} where you know it."
    )
    trial = read(written(np.full((8, 8), 2.0), change=change), units={"Pot": "V"})
    assert trial["emg"].data[2, 0] == 2.0


@pytest.mark.parametrize("text", ["N.mm", "Nmm", "N mm", "ntmm", "N-mm"])
def test_moments_in_each_spelling(written, text):
    trial = read(written([[500.0] * 4], change={"ANALOG:UNITS": [text], "ANALOG:LABELS": ["My"]}))
    assert (trial["other"].channels[0].unit, trial["other"].data[0, 0]) == ("N·m", 0.5)


def test_missing_units_are_asked_for(written):
    for change in ({"ANALOG:UNITS": None}, {"ANALOG:UNITS": [""] * 3}, {"ANALOG:UNITS": []}):
        path = written(counts(), change=change | {"ANALOG:LABELS": ["CH1 Raw", "CH2 Raw", "CH1 activated"]})
        with pytest.raises(UnitError, match=r"Channel 'CH1 Raw' has no unit.*units='mV'"):
            read(path)
        np.testing.assert_allclose(read(path, units="mV")["emg"].data, counts() / 1000, rtol=1e-12)


def test_channels_of_a_force_plate_are_no_emg(written):
    plates = {"FORCE_PLATFORM:CHANNEL": [[1, 2]]}
    trial = read(written(counts(), change=plates))
    assert (trial["emg"].names, trial["other"].names) == (("EMG3",), ("EMG1", "EMG2"))
    centre = plates | {"ANALOG:UNITS": ["N", "mm", "V"]}
    trial = read(written(counts(), positions(), per_frame=4, change=centre))
    assert {name: stream.names[0] for name, stream in trial.items()} == {
        "force": "EMG1", "other": "EMG2", "emg": "EMG3", "position": "M1_x",
    }  # fmt: skip


def test_model_outputs_are_no_positions(written):
    change = {
        "POINT:LABELS": ["Ann:LKneeAngles", "Ann:LKneeMoment", "Ann:LKneePower", "Ann:EMG1", "Ann:LGRF", "Ann:LASI"],
        "POINT:ANGLES": ["Ann:LKneeAngles"], "POINT:MOMENTS": ["Ann:LKneeMoment"], "POINT:POWERS": ["Ann:LKneePower"],
        "POINT:SCALARS": ["Ann:EMG1"], "POINT:FORCES": ["Ann:LGRF"], "POINT:MOMENT_UNITS": "Nmm",
        "POINT:POWER_UNITS": "W", "POINT:SCALAR_UNITS": "mm", "SUBJECTS:NAMES": ["Ann"],
    }  # fmt: skip
    trial = read(written(None, positions(6), change=change))
    found = {one.name: (name, one.kind, one.unit) for name, stream in trial.items() for one in stream.channels
             if one.name.endswith("_x")}  # fmt: skip
    assert found == {
        "LKneeAngles_x": ("angle", "JNTANG", "deg"), "LKneeMoment_x": ("other", "MISC", "N·m"),
        "LKneePower_x": ("other", "MISC", "n/a"), "EMG1_x": ("other", "MISC", "n/a"),
        "LGRF_x": ("force", "FORCE", "N"), "LASI_x": ("position", "POS", "m"),
    }  # fmt: skip
    assert trial["angle"].data[0, 0] == pytest.approx(positions(6)[0, 0, 0], rel=1e-6)
    assert [one.text for one in trial.notices] == [
        "LKneePower and what else is in 'W' are kept as numbers without a unit, since emgkit knows no such unit."
    ]


def test_no_name_of_a_person_goes_into_the_trial(written):
    labels = {"POINT:LABELS": ["Ann B:LASI", "Ann B:RASI"], "SUBJECTS:NAMES": ["Ann B"]}
    trial = read(written(None, positions(), change=labels))
    assert trial["position"].names[::3] == ("LASI_x", "RASI_x")
    two = {"POINT:LABELS": ["Ann:LASI", "Bob:LASI"], "SUBJECTS:NAMES": ["Ann", "Bob"],
           "SUBJECTS:LABEL_PREFIXES": ["Ann:", "Bob:"]}  # fmt: skip
    trial = read(written(None, positions(), change=two))
    assert trial["position"].names[::3] == ("1:LASI_x", "2:LASI_x")
    assert "Ann" not in repr(trial.context)


def test_labels_that_occur_twice_or_are_missing_get_their_position(written):
    trial = read(written(counts(), change={"ANALOG:LABELS": ["A", "A"]}))
    assert trial["emg"].names == ("A #1", "A #2", "channel 3")


@pytest.mark.parametrize(
    ("change", "unit", "source"),
    [
        ({"POINT:UNITS": "m"}, 1.0, "header"), ({"POINT:UNITS": "mete"}, 1.0, "header"),
        ({"POINT:UNITS": None}, 1e-3, "heuristic"),
    ],
)  # fmt: skip
def test_the_unit_of_the_points(written, change, unit, source):
    trial = read(written(None, positions(), change=change))
    np.testing.assert_allclose(trial["position"].data, positions().reshape(6, -1) * unit, rtol=1e-6)
    assert trial["position"].channels[0].unit_source == source
    assert codes(trial) == ["unit-likely"] * (source == "heuristic")


@pytest.mark.parametrize(
    ("change", "words", "rates", "doubts"),
    [
        ({"POINT:RATE": None}, {}, (400.0, 100.0), []),
        ({"POINT:RATE": 0.0}, {11: 0.0}, (400.0, 100.0), []),
        ({"ANALOG:RATE": None}, {}, (400.0, 100.0), []),
        ({"ANALOG:RATE": None, "POINT:RATE": None}, {}, (400.0, 100.0), []),
        ({"POINT:RATE": 99.99}, {}, (399.96, 99.99), []),
        ({"ANALOG:RATE": 1000.0}, {}, (1000.0, 250.0), ["rate-contradiction"]),
    ],
)
def test_rates(written, change, words, rates, doubts):
    trial = read(written(counts(), positions(), per_frame=4, change=change, words=words))
    assert (trial["emg"].sfreq, trial["position"].sfreq) == pytest.approx(rates, rel=1e-6)
    assert codes(trial) == doubts


def test_a_file_without_a_rate_asks_for_it(written):
    path = written(counts(), change={"POINT:RATE": 0.0, "ANALOG:RATE": 0.0}, words={11: 0.0})
    with pytest.raises(ArgumentError, match="no sampling rate"):
        read(path)
    assert read(path, sfreq=1000)["emg"].sfreq == 1000
    with pytest.raises(ArgumentError, match="needs the sampling rate"):
        read(path, start=0.1)


def test_a_header_that_has_channels_in_place_of_samples(written):
    trial = read(written(counts(), positions(), per_frame=4, words={3: 3}))
    assert trial["emg"].data.shape == (3, 40)
    np.testing.assert_array_equal(trial["emg"].data, counts())


@pytest.mark.parametrize(("processor", "real"), ENCODINGS)
@pytest.mark.parametrize(("start", "stop"), [(0.02, 0.08), (0.0251, 0.0799), (None, 0.0226), (0.0975, None)])
def test_a_part_is_the_same_as_the_whole_cropped(written, processor, real, start, stop):
    events = [("", "a", 0.51), ("", "b", 0.55), ("", "c", 0.599)]
    path = written(counts(), positions(), processor=processor, real=real, per_frame=4, first=51, events=events)
    whole, part = read(path, units="V"), read(path, units="V", start=start, stop=stop)
    low, high = 0.5 + (start or 0.0), 0.5 + (stop or 9.0)
    for name, stream in whole.items():
        inside = (stream.times >= low - 1e-9) & (stream.times < high - 1e-9)
        if not inside.any():
            assert name not in part
            continue
        np.testing.assert_array_equal(part[name].data, stream.data[:, inside])
        assert part[name].start == pytest.approx(stream.times[inside][0])
    assert [one.label for one in part.events] == [label for _, label, time in events if low <= time < high]


def test_gaps_beside_the_part_do_not_count(written):
    places = positions()
    places[0, :, :2] = np.nan
    path = written(counts(), places, per_frame=4)
    assert len(read(path)["position"].names) == 3
    assert len(read(path, start=0.02)["position"].names) == 6


@pytest.mark.parametrize(("start", "stop"), [(-0.1, None), (None, 0.2), (0.05, 0.05), (0.09, 0.02), (np.nan, None)])
def test_a_part_beyond_the_recording_is_refused(written, start, stop):
    what = "'start' cannot be used" if np.isnan(start or 0) else "The part to read"
    with pytest.raises(ArgumentError, match=what):
        read(written(counts(), per_frame=4, first=51), start=start, stop=stop)


def test_whole_numbers_without_a_scale_are_refused(written):
    path = written(counts(), real=False, change={"ANALOG:SCALE": [1.0, 1.0]})
    with pytest.raises(FormatError, match=r"ANALOG:SCALE.*Allowed: 3 scales\. Got: 2 scales"):
        read(path)
    trial = read(written(counts(), scales=[1, 0, 1]))
    assert trial.notices[0].text == "All values of 'EMG2' are 0, since the file gives the scale 0."


def test_bytes_behind_the_last_frame_are_left_out(written, c3d_bytes):
    path = written(counts())
    path.write_bytes(c3d_bytes(counts(), pad=False) + bytes(2000))
    trial = read(path)
    assert trial["emg"].data.shape == (3, 40)
    assert trial.notices[0].text == "The file holds 2000 bytes behind its last frame, number 40; they were left out."


def test_a_file_that_is_cut_off_says_what_it_holds(written, c3d_bytes):
    path = written(counts())
    raw = c3d_bytes(counts(), pad=False)
    path.write_bytes(raw[:-1])
    with pytest.raises(FormatError) as caught:
        read(path)
    error = caught.value
    assert (error.what, error.where, error.allowed, error.got) == (
        "The C3D file is cut off", str(path), "frames: 40 in the header, 40 in POINT:FRAMES",
        "39 frames of 12 bytes in the 479 bytes of its data",
    )  # fmt: skip
    path.write_bytes(raw)
    assert read(path)["emg"].data.shape == (3, 40)
    path.write_bytes(b"")
    with pytest.raises(FileError, match="empty"):
        read(path)


@pytest.mark.parametrize(
    ("words", "raw", "text"),
    [
        ({3: 7, 10: 2}, {}, r"contradicts itself.*7 samples in a frame, 2 of each channel, 3 channels"),
        ({9: 60000}, {}, r"data of the C3D file begin outside of it.*block 60000"),
        ({5: 0}, {}, r"cut off|bytes behind"),
        ({}, {0: 200}, r"parameter section of the C3D file is missing.*block 200"),
        ({}, {515: 83}, r"for which processor.*Allowed: 84 \(PC\).*Got: 83"),
        ({7: 0.0}, {}, r"how its samples are stored"),
    ],
)
def test_a_header_that_cannot_be_is_refused(written, c3d_bytes, words, raw, text):
    change = {"POINT:SCALE": 0.0} if 7 in words else {"POINT:FRAMES": 9000} if 5 in words else {}
    damaged = bytearray(c3d_bytes(counts(), words=words, change=change))
    for place, value in raw.items():
        damaged[place] = value
    path = written(counts())
    path.write_bytes(damaged)
    with pytest.raises(FormatError, match=text):
        read(path)


def test_a_file_without_frames_is_refused(written):
    with pytest.raises(FormatError, match=r"holds no signal.*0 analogue channels, 0 points"):
        read(written(words={4: 1, 5: 300}))


def test_half_of_16_bits_as_an_offset_of_reals_has_no_sign(written):
    numbers = np.array([[32768.0, 32768.0, 32770.0]])
    trial = read(written(numbers, offsets=[-(2**15)], scales=[1e-6]))
    assert trial.emg.data[0] == pytest.approx([0, 0, 2e-6], abs=1e-12)
    trial = read(written(np.array([[-32768, -32768, -32766]]), real=False, offsets=[-(2**15)], scales=[1e-6]))
    assert trial.emg.data[0] == pytest.approx([0, 0, 2e-6], abs=1e-12)
