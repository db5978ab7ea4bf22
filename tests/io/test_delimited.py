from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit.errors import ArgumentError, FormatError, UnitError
from emgkit.io import read
from emgkit.io.registry import detect

TWO = [[0.5, -1.25], [2.0, 1e-05]]


def written(tmp_path, content, *, encoding="utf-8", name="a.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize(
    "content",
    [
        "VL,BF\n0.5,2.0\n-1.25,1e-05\n",
        "VL;BF\r\n0.5;2.0\r\n-1.25;1e-05\r\n",
        "VL;BF\n0,5;2,0\n-1,25;1e-05",
        "VL\tBF\n0,5\t2,0\n-1,25\t0,00001\n",
        "VL\tBF\n0.5\t2\n-1.25\t0.00001\n\t\n",
        '"VL","BF"\n"0,5","2,0"\n"-1,25","1e-05"\n',
        "# made by a program\n\n# VL;BF\nVL,BF\n0.5,2\n-1.25,.00001\n\n\n",
        "sep=;\nVL;BF\n0.5;2.0\n-1.25;1E-05\n",
        "VL,BF,\n0.5,2.0,\n-1.25,1e-05,\n",
        "VL,BF\n0.5,2.0,\n-1.25,1e-05,\n",
        "VL BF\n0.5   2.0\n-1.25 0.00001\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_decimal_signs_and_encodings_are_told_apart(tmp_path, content, encoding):
    trial = read(written(tmp_path, content, encoding=encoding), sfreq=1000, units="V")
    assert trial.emg.names == ("VL", "BF")
    assert trial.emg.data.tolist() == TWO


def test_without_a_header_channels_are_numbered_and_everything_must_be_said(tmp_path):
    path = written(tmp_path, "0.5;2.0\n-1.25;1e-05\n", name="a.txt")
    with pytest.raises(ArgumentError, match="gives no sampling rate"):
        read(path)
    with pytest.raises(UnitError, match="Channel 'ch1' has no unit"):
        read(path, sfreq=1000)
    trial = read(path, sfreq=1000, units="V", channels={"ch2": {"name": "BF"}})
    assert trial.emg.names == ("ch1", "BF")
    assert trial.emg.data.tolist() == TWO


@pytest.mark.parametrize(
    ("label", "name", "peak"),
    [
        ("VL (mV)", "VL", 1e-3),
        ("VL [uV]", "VL", 1e-6),
        ("VL_µV", "VL", 1e-6),
        ("R VL (left) (V)", "R VL (left)", 1.0),
        ("EMG_1_mV", "EMG_1", 1e-3),
        ("LAT uV", "LAT", 1e-6),
        ("EMG 1 mV", "EMG 1", 1e-3),
        ("VL/µV", "VL", 1e-6),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_the_unit_is_in_brackets_or_behind_an_underscore(tmp_path, label, name, peak, encoding):
    trial = read(written(tmp_path, f"{label}\n1\n-1\n", encoding=encoding), sfreq=1000)
    assert trial.emg.names == (name,)
    assert trial.emg.data.max() == peak
    assert trial.emg.channels[0].unit_source == "header"


@pytest.mark.parametrize("label", ["sensor V", "left s", "gluteus m", "P g", "uV"])
def test_a_last_word_that_may_be_a_part_of_the_name_is_no_unit(tmp_path, label):
    with pytest.raises(UnitError, match=f"Channel '{label}' has no unit"):
        read(written(tmp_path, f"{label}\n1\n-1\n"), sfreq=1000)


def test_movement_and_time_have_their_units_behind_a_blank(tmp_path):
    rows = "".join(f"{i * 5},{i % 7},{i % 3 * 10},{i % 5}\n" for i in range(50))
    trial = read(written(tmp_path, "t ms,VL mV,knee deg,bar cm\n" + rows))
    assert trial.emg.sfreq == 200
    assert (trial.angle.names, trial.position.names) == (("knee",), ("bar",))
    assert trial.position.data.max() == pytest.approx(0.04)


def test_a_label_in_brackets_that_is_no_unit_stays_in_the_name(tmp_path):
    with pytest.raises(UnitError, match=r"Channel 'VL \(left\)' has no unit"):
        read(written(tmp_path, "VL (left)\n1\n"), sfreq=1000)


def with_times(times, head="time (s)", form="{:.4f}"):
    return f"{head},VL (mV)\n" + "".join(f"{form.format(t)},{i}\n" for i, t in enumerate(times))


@pytest.mark.parametrize("head", ["time (s)", "Time", "t [s]", "Zeit (s)", "temps", "Tiempo [s]", "X[s]"])
def test_the_rate_comes_from_the_times(tmp_path, head):
    trial = read(written(tmp_path, with_times(np.arange(2001) / 2000 + 3, head)))
    assert trial.emg.sfreq == 2000
    assert trial.emg.sfreq_source == "header"
    assert trial.emg.start == 3
    assert trial.emg.data.shape == (1, 2001)
    assert trial.emg.times[-1] == pytest.approx(4.0, abs=1e-12)


@pytest.mark.parametrize(
    ("times", "head", "form", "sfreq"),
    [
        (np.arange(500), "time (ms)", "{:.0f}", 1000),
        (np.arange(500) / 2, "t (ms)", "{:.1f}", 2000),
        (np.arange(5000) * 0.0135 / 29, "t (s)", "{:.6f}", 29 / 0.0135),
        (np.arange(900) * 0.0135 / 2, "t (s)", "{:.4f}", 2 / 0.0135),
        (np.arange(40000) / 1500, "t (s)", "{:.6f}", 1500),
        (np.arange(100) / 3.7, "t (s)", "{!r}", 3.7),
    ],
)
def test_printed_times_give_the_rate_they_stand_for(tmp_path, times, head, form, sfreq):
    content = with_times([float(t) for t in times], head, form)
    assert read(written(tmp_path, content)).emg.sfreq == pytest.approx(sfreq, rel=1e-12)


def test_times_without_a_unit_are_seconds_or_milliseconds_with_a_notice(tmp_path):
    seconds = read(written(tmp_path, with_times(np.arange(100) / 1000, "t")))
    millis = read(written(tmp_path, with_times(np.arange(100), "t")))
    assert seconds.emg.sfreq == millis.emg.sfreq == 1000
    assert [n.text for n in seconds.notices] == ["The times have no unit; their steps of 0.001 were taken for s."]
    assert [n.text for n in millis.notices] == ["The times have no unit; their steps of 1 were taken for ms."]
    with pytest.raises(UnitError, match=r"unit of the times is not known.*steps of 40"):
        read(written(tmp_path, with_times(np.arange(100) * 40, "t")))


@pytest.mark.parametrize("gap", [50, 99, 3])
def test_times_with_a_missing_sample_are_refused(tmp_path, gap):
    times = np.delete(np.arange(102) / 1000, gap + 1)
    message = rf"not evenly spaced.*row {gap + 3}.*steps of 0\.001.*Got: {gap / 1000:g} and then {(gap + 2) / 1000:g}"
    with pytest.raises(FormatError, match=message):
        read(written(tmp_path, with_times(times)))


def test_times_that_go_back_or_stand_still_are_refused(tmp_path):
    for times in ([0, 0.001, 0.0005, 0.003], [0.0, 0.0, 0.0]):
        with pytest.raises(FormatError, match="not evenly spaced"):
            read(written(tmp_path, with_times(times)))
    with pytest.raises(FormatError, match="One row gives no sampling rate"):
        read(written(tmp_path, with_times([0.0])))


def test_a_rate_that_contradicts_the_times_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"'sfreq' contradicts the file.*1000 Hz.*Got: 2000 Hz"):
        read(written(tmp_path, with_times(np.arange(100) / 1000)), sfreq=2000)


def test_two_time_columns_are_refused(tmp_path):
    with pytest.raises(FormatError, match=r"more than one column of times.*'X\[s\]' and 'time'"):
        read(written(tmp_path, "X[s],VL (mV),time\n0,1,0\n0.001,1,0.001\n"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("VL,BF\n1.5,2\n3,4\n5", r"last row is cut off.*row 4.*Allowed: 2 cells. Got: 1 cells: '5'"),
        ("VL,BF\n1.5,2\n3,4\n5,", r"cell is empty.*row 4, column 'BF'"),
        ("VL,BF\n1.5,2\n3\n5,6\n", r"wrong number of cells.*row 3.*Got: 1 cells"),
        ("VL,BF\n1.5,2\n3,4,5\n5,6\n", r"wrong number of cells.*row 3.*Got: 3 cells"),
        ("VL,BF\n1.5,2\n\n5,6\n", r"wrong number of cells.*row 3.*Got: 0 cells"),
        ("VL,BF\n1.5,2\n3,NaN\n5,6\n", r"not a number.*row 3, column 'BF'.*Got: 'NaN'"),
        ("VL,BF\n1.5,2\n,4\n5,6\n", r"cell is empty.*row 3, column 'VL'.*fills no gaps"),
        ("VL,BF\n1.5,2\n3,inf\n5,6\n", r"not a number.*row 3, column 'BF'.*Got: 'inf'"),
        ("#\nVL,BF\n1.5,2\n3,four\n", r"not a number.*row 4, column 'BF'.*Got: 'four'"),
        ("VL,BF\n1.5,2,3\n3,4,5\n", r"wrong number of cells.*row 2.*Allowed: 2 cells. Got: 3 cells"),
        ("VL,BF\n", r"holds no row of numbers"),
        ("# nothing\n", r"holds no row of numbers"),
        ("who,VL,BF\nP1,1,2\nP2,3,4\n", r"holds no row of numbers.*take columns of text out.*file of each person"),
        ("a;b\n1.234,5;2\n", r"both a comma and a point.*Got: '1\.234,5;2'"),
        ('a,b\n"1,234.5","2"\n', r"both a comma and a point"),
        ("VL,BF\n0,5,2,0\n1,5,2,5\n", r"comma could be the separator or the decimal sign.*Got: '0,5,2,0'"),
        ("0,0012,0,5\n1,5,2,5\n", r"comma could be the separator"),
        ("Program: X\nDate, today\nVL,BF\n1,2\n", r"Two rows above the numbers could be the header.*rows 2 and 3"),
        ("VL (mV),VL (mV)\n1,2\n", r"must be unique.*'VL \(mV\)'"),
        ("VL (mV),VL_mV\n1,2\n", r"must be unique.*'VL'"),
    ],
)
def test_a_damaged_or_ambiguous_text_is_refused_with_the_place(tmp_path, content, message):
    with pytest.raises(FormatError, match=message):
        read(written(tmp_path, content), sfreq=1000, units="mV")


@settings(max_examples=30, deadline=None)
@given(
    values=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20),
    layout=st.sampled_from([(",", "."), (";", "."), (";", ","), ("\t", ","), ("\t", ".")]),
)
def test_every_digit_of_a_number_is_kept(tmp_path_factory, values, layout):
    sep, decimal = layout
    rows = [f"{value!r}{sep}0.5".replace(".", decimal) for value in values]
    path = tmp_path_factory.mktemp("digits") / "a.csv"
    path.write_text("\n".join([f"VL{sep}BF", *rows]))
    assert read(path, sfreq=1000, units="V").emg.data[0].tolist() == values


CHANNELS = {
    "Recto Femoral": {"name": "RF", "muscle": "rectus_femoris"},
    "Flexo-Extension": {"name": "FX", "kind": "JNTANG", "unit": "deg"},
}


def test_the_published_recordings_of_the_lower_limb(recordings):
    folder = recordings / "uci_lower_limb" / "normal"
    with pytest.raises(UnitError, match="'Flexo-Extension' has no unit"):
        read(folder / "05N_standing.csv", sfreq=1000, units="mV")
    trial = read(folder / "05N_standing.csv", sfreq=1000, units="mV", channels=CHANNELS)
    assert trial.emg.names == ("RF", "Biceps Femoral", "Vasto Medial", "EMG Semitendinoso")
    assert trial.emg.data.shape == (4, 15260)
    assert trial.emg.data[:, 0].tolist() == pytest.approx([4.5e-6, 2.2e-6, 7e-7, 3.7e-6], rel=1e-12)
    assert trial.angle.data[0, [0, -1]].tolist() == [2.6, 4.1]
    assert trial.emg.channels[0].muscle == "rectus_femoris"
    assert trial.emg.duration == 15.26


def test_all_published_recordings_of_the_lower_limb_are_whole(recordings):
    paths = sorted((recordings / "uci_lower_limb").glob("*/*.csv"))
    trials = [read(path, sfreq=1000, units="mV", channels=CHANNELS) for path in paths]
    assert len(trials) == 66
    # 66 files hold as many rows as lines, less their header
    rows = [path.read_text().rstrip("\n").count("\n") for path in paths]
    assert [trial.emg.data.shape[1] for trial in trials] == rows


def test_a_time_column_of_a_published_recording(recordings):
    trial = read(recordings / "musclesyneRgies_walk" / "raw_emg_uV.csv", units="uV")
    assert trial.emg.sfreq == 1000
    assert len(trial.emg.channels) == 13
    assert [notice.code for notice in trial.notices] == ["time-unit-likely", "kind-assumed"]


@pytest.mark.parametrize(
    "name",
    [
        "vicon_noraxon_cmj/vicon_CMJ_kinem_kinet_emg.csv",
        "biopac/femg_raw_exported_sample.txt",
    ],
)
def test_exports_of_other_programs_are_not_taken_for_plain_tables(recordings, name):
    assert detect(recordings / name).name != "delimited"


def test_a_column_of_times_without_a_header_is_no_signal(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{i / 1000:.3f} {(-1) ** i * 0.1} 0.2\n" for i in range(20)), encoding="utf-8")
    with pytest.raises(FormatError, match=r"rises evenly.*0, 0\.001, 0\.002.*Add a header row"):
        read(path, sfreq=1000, units="mV")


def test_a_file_without_times_begins_at_zero_and_one_with_times_where_they_begin(tmp_path):
    """Also where only a part of the files has a column of times, and the times are in milliseconds."""
    assert read(written(tmp_path, "VL (V)\n1\n2\n3\n"), sfreq=1000).emg.start == 0.0
    late = read(written(tmp_path, "time (ms),VL (V)\n2500,1\n2501,2\n2502,3\n"))
    assert (late.emg.start, late.emg.sfreq) == (2.5, 1000.0)


@pytest.mark.parametrize(
    ("digits", "seconds", "sfreq"),
    # the last digit leaves open 50, 5 and 0.0005 of a million; the true rate is 20 of a million above 1000 Hz
    [(4, 2, 1000.0), (4, 20, 1000.02), (9, 2, 1000.02)],
)
def test_a_rate_is_as_round_as_the_printed_digits_leave_open(tmp_path, digits, seconds, sfreq):
    rows = "".join(f"{at / 1000.02:.{digits}f},1\n" for at in range(1000 * seconds + 1))
    trial = read(written(tmp_path, f"time (s),VL (V)\n{rows}"))
    assert trial.emg.sfreq == (sfreq if sfreq == 1000.0 else pytest.approx(sfreq, rel=1e-6))
