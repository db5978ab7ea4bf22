"""CSV exports of Trigno Discover: every channel at its own rate and length, of every version and language."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

import emgkit as ek
from emgkit.errors import FormatError
from emgkit.io import detect, load, read

EMG, ACC = 29 * 2000 / 27, 2000 / 27
GLUTE = ("R GMAX (76998)", [("EMG 1", "mV", EMG, [0.1, -0.2, 0.3, 0.4]), ("ACC X", "G", ACC, [0.5, 1.0])])
THIGH = ("L BF (77001)", [("EMG 1", "mV", EMG, [1, 2, 3, 4])])
ODD = ("Analog 9 (1)", [("Analog 1", "V", 60 * 2000 / 27, [1, 2, 3, 4]), ("GYRO Z", "deg/s", ACC, [7])])
LINKED = ("HR Strap  (6)", [("Heart Rate", "BPM", -1.0, [76, 77])])


def codes(trial) -> list[str]:
    return [notice.code for notice in trial.notices]


@pytest.mark.parametrize("version", ["1.4.2", "1.5.0", "1.6.4", "1.7.0", "2.1.0.7"])
@pytest.mark.parametrize("times", [False, True])
@pytest.mark.parametrize(("sep", "decimal"), [(", ", "."), (",", "."), ("; ", ","), ("\t", ","), (";", ".")])
def test_every_channel_has_its_own_rate_and_length(written, version, times, sep, decimal):
    path = written("discover", [GLUTE, THIGH, ODD], version=version, times=times, sep=sep, decimal=decimal)
    assert detect(path).name == "delsys-discover"
    trial = read(path)
    assert trial.emg.names == ("R GMAX (76998): EMG 1", "L BF (77001): EMG 1")
    assert trial.emg.data == pytest.approx(np.array([[0.1, -0.2, 0.3, 0.4], [1, 2, 3, 4]]) * 1e-3)
    assert trial["acc"].data == pytest.approx(np.array([[0.5, 1.0]]) * 9.80665)
    assert trial["gyro"].data.tolist() == [[7]]
    assert trial["other"].data.tolist() == [[1, 2, 3, 4]]
    assert [trial[name].sfreq for name in ("emg", "acc", "gyro", "other")] == [EMG, ACC, ACC, 60 * 2000 / 27]
    sources = {channel.unit_source for recording in trial.values() for channel in recording.channels}
    assert sources == {"heuristic" if version == "1.4.2" else "header"}
    assert ("units-assumed" in codes(trial)) is (version == "1.4.2")
    assert {channel.kind_source for recording in trial.values() for channel in recording.channels} == {"header"}


def test_rates_are_whole_multiples_of_a_frame_of_13_5_ms(written):
    rates = [count * 2000 / 27 for count in (1, 2, 5, 7, 14, 15, 17, 26, 29, 30, 50, 54, 60)]
    signals = [(f"Analog {place}", "V", rate, [0.5, 1.5]) for place, rate in enumerate(rates)]
    content = load(written("discover", [("A (1)", signals)]))
    assert [signal.sfreq for signal in content.signals] == rates
    # a rate of no Trigno stays as it is
    content = load(written("discover", [("A (1)", [("EMG 1", "mV", 1000.0, [0.5, 1.5])])]))
    assert content.signals[0].sfreq == 1000


def test_devices_without_a_rate_are_left_out_with_a_notice(written):
    trial = read(written("discover", [GLUTE, LINKED], times=True))
    assert set(trial) == {"emg", "acc"}
    notice = next(notice for notice in trial.notices if notice.code == "no-rate-left-out")
    assert "'HR Strap (6): Heart Rate'" in notice.text
    assert load(written("discover", [LINKED, THIGH])).left_out == {1: "HR Strap (6): Heart Rate"}


def test_what_a_linked_device_left_out_is_no_damage(written):
    linked = ("VO2 Master  (5)", [("Ventilation", "L/min", -1.0, [1, 2, 3]), ("State", "", -1.0, [4, 5, 6])])

    def gaps(text):
        return text.replace(", 1, 4", ",  , calibrating").replace(", 2, 5", ", 2,  ")

    trial = read(written("discover", [THIGH, linked], change=gaps))
    assert trial.emg.data == pytest.approx(np.array([[1, 2, 3, 4]]) * 1e-3)


def test_a_goniometer_is_an_angle(written):
    trial = read(written("discover", [("Gonio 3 (1)", [("GONI X", "deg", ACC, [10, 20])]), THIGH]))
    assert trial["angle"].data.tolist() == [[10, 20]]
    assert trial["angle"].channels[0].kind == "JNTANG"


def test_times_that_do_not_begin_at_zero_are_the_start(written):
    def later(text):
        lines = text.split("\r\n")
        for row in range(7, 11):
            cells = lines[row].split(", ")
            lines[row] = ", ".join([f"{float(cells[0]) + 2:.7f}", *cells[1:]])
        return "\r\n".join(lines)

    assert read(written("discover", [THIGH], times=True, change=later)).emg.start == 2


def test_markers_of_version_2_are_events(written):
    trial = read(written("discover", [GLUTE, THIGH], version="2.0.1.3", times=True, markers=[("b", 0.001), ("a", 0.0)]))
    assert [(event.onset, event.duration, event.label) for event in trial.events] == [(0, 0, "a"), (0.001, 0, "b")]
    assert trial.emg.data.shape == (2, 4)


def test_slow_channels_of_a_file_that_was_cut_by_rows_run_on(written):
    sensor = ("A (1)", [("EMG 1", "mV", EMG, [0.5] * 9), ("ACC X", "G", ACC, [1.0] * 9)])
    trial = read(written("discover", [sensor], length=9 / EMG))
    assert trial.emg.duration == pytest.approx(9 / EMG)
    assert trial["acc"].duration == pytest.approx(9 / ACC)
    text = next(notice.text for notice in trial.notices if notice.code == "duration-contradiction")
    assert "'A (1): ACC X', lasts 0.1215 s" in text
    assert "duration-contradiction" in codes(read(written("discover", [sensor], length=64.4)))


def test_silence_before_a_sensor_sends_is_told(written):
    sensors = [("A (1)", [("EMG 1", "mV", EMG, [0, 0, 0, 0.5])]), ("B (2)", [("EMG 1", "mV", EMG, [0, 0, 0, 0])])]
    text = next(notice.text for notice in read(written("discover", sensors)).notices if notice.code == "sensor-silent")
    assert "'A (1): EMG 1' begins with exact zeros" in text
    assert "'B (2): EMG 1' is zero throughout" in text


def test_units_that_emgkit_has_not_are_told(written):
    trial = read(written("discover", [THIGH, ("FSR 21 (2)", [("Analog 1", "%", EMG, [1, 2, 3, 4])])]))
    assert trial["other"].channels[0].unit == "n/a"
    assert "are in %" in next(notice.text for notice in trial.notices if notice.code == "unit-unknown")


def test_repeated_names_get_their_numbers(written):
    sensor = ("A (1)", [("Analog ?", "V", EMG, [1, 2]), ("Analog ?", "V", EMG, [3, 4])])
    assert read(written("discover", [THIGH, sensor]))["other"].names == ("A (1): Analog ? #2", "A (1): Analog ? #3")


def changed(old, new, count=1):
    def change(text):
        assert old in text
        return text.replace(old, new, count)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (changed("0.3, ", " , "), r"cell is empty.*numbers follow it.*row 10, column 1 \('EMG 1 \(mV\)'\)"),
        (changed("0.3, ", "x, "), r"cell is not a number.*row 10, column 1.*Got: 'x'"),
        (changed("0.3, ", "inf, "), r"row 10, column 1"),
        (changed("0.3, ", "0.3, 1, "), r"wrong number of cells.*row 10.*Allowed: 3 cells.*Got: 4 cells"),
        (lambda text: text[: text.rindex(", ")], r"last row is cut off.*row 11.*Allowed: 3 cells.*Got: 2 cells"),
        (lambda text: "\r\n".join(text.split("\r\n")[:7]), r"holds no values"),
        (lambda text: "\r\n".join(text.split("\r\n")[:4]), r"header of a Trigno Discover export is damaged"),
        (changed("sensor mode: 40", ""), r"sensors and the row of their modes do not fit.*Got: 2 names, 1 modes"),
        (changed("R GMAX", "R, GMAX"), r"do not fit together.*rename that sensor"),
        (changed("0.1, ", "0.1\r, "), r"no table of numbers.*row 8"),
        (changed("0.3, ", "\r\n0.3, "), r"cell is empty.*row 10, column 1"),
        (lambda text: text.replace("Trigno", "\x00", 1), r"is of an unknown format|no table|not text"),
    ],
)  # fmt: skip
def test_damage_is_refused_with_its_place(written, change, message):
    with pytest.raises(FormatError, match=message) as caught:
        read(written("discover", [GLUTE, THIGH], change=change))
    assert len(str(caught.value)) <= 600 or "unknown format" in str(caught.value)


def test_times_that_do_not_fit_the_rate_are_refused(written):
    def gap(text):
        return text.replace("0.0009310345, 0.3", "0.5009, 0.3", 1)

    with pytest.raises(FormatError, match=r"times of a channel do not fit its rate.*'R GMAX .*sample 3"):
        read(written("discover", [GLUTE], times=True, change=gap))
    with pytest.raises(FormatError, match=r"not as many times as samples.*Allowed: 4 times.*Got: 3"):
        read(written("discover", [THIGH], times=True, change=changed("\r\n0.001396552, 4", "\r\n , 4")))


def test_nothing_of_the_header_that_names_a_person_or_a_day_is_kept(written):
    trial = read(written("discover", [GLUTE]))
    assert dict(trial.context) == {}
    assert "2026" not in repr(trial)


def test_an_export_goes_through_a_pipeline(written):
    rng = np.random.default_rng(1)
    samples = rng.normal(scale=0.1, size=4000).round(6).tolist()
    trial = read(written("discover", [("VL (1)", [("EMG 1", "mV", EMG, samples)])]))
    envelope = ek.Pipeline(ek.Bandpass(low=20, high=450, order=4), ek.Rectify(), ek.Envelope(cutoff=6, order=4))
    assert envelope(trial.emg).data.mean() == pytest.approx(
        np.sqrt(2 / np.pi) * 1e-4 * np.sqrt(430 / (EMG / 2)), rel=0.1
    )


def test_memory_keeps_to_what_the_channels_hold(written):
    rng = np.random.default_rng(2)
    fast = rng.normal(size=60000).round(5)
    sensors = [
        (f"S{place} (1)", [("EMG 1", "mV", EMG, fast), *((f"ACC {axis}", "G", ACC, fast[:2069]) for axis in "XYZ")])
        for place in range(8)
    ]
    path = written("discover", sensors)
    load(path)
    tracemalloc.start()
    content = load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    held = sum(signal.samples.nbytes for signal in content.signals)
    # a chunk of the text takes its share, whatever the size of the file
    assert peak <= 2.5 * held + 30e6


@pytest.mark.parametrize(
    ("name", "durations"),
    [
        ("discover150", {"other": 0.05625, "emg": 0.19853, "ecg": 0.19853, "acc": 1.6875, "gyro": 1.6875}),
        ("discover164_basic", {"other": 0.1125, "emg": 0.12981, "other_2": 0.48214, "acc": 3.375}),
        ("discover170", {"other": 0.09, "emg_2": 0.09, "emg": 0.15882, "ecg": 0.15882, "other_2": 0.38571, "acc": 1.35,
                         "gyro": 1.35}),
    ],
)  # fmt: skip
def test_real_exports_have_the_known_durations(recordings, name, durations):
    trial = read(recordings / "delsys_discover_csv" / f"{name}.csv")
    assert {stream: round(recording.duration, 5) for stream, recording in trial.items()} == durations


def test_numbers_of_a_real_export_stand_where_they_belong(recordings):
    path = recordings / "delsys_discover_csv" / "discover150.csv"
    trial = read(path)
    rows = [line.split(", ") for line in path.read_text().split("\n")[7:] if line]
    assert len(rows) == 250
    assert trial.emg.pick("EMG 01 04498 (54717): EMG 1").data[0].tolist() == [float(row[0]) * 1e-3 for row in rows]
    assert trial["gyro"].pick("Snaplead 12 01397 (62880): GYRO Z").data[0].tolist() == [float(row[-1]) for row in rows]
    assert len(trial.emg.names) == 8
    assert np.linalg.norm(trial["acc"].data[:3], axis=0).mean() == pytest.approx(9.8, rel=0.2)
