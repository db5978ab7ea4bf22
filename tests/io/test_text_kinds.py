"""Text files as laboratories have them: many variants of each kind, made by small builders."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit.errors import ArgumentError, FormatError, UnitError
from emgkit.io import read

N = 60
RNG = np.random.default_rng(5)
VL, BF = np.round(RNG.normal(size=(2, N)), 4)
LAYOUTS = [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), ("|", ".")]


def lines_of(columns, *, sep=",", decimal=".", form="{:.4f}"):
    """Rows of text; a column of text stays as it is."""
    cells = [
        [one if isinstance(one, str) else form.format(one).replace(".", decimal) for one in column]
        for column in columns
    ]
    return [sep.join(row) for row in zip(*cells, strict=True)]


def write(tmp_path, lines, *, end="\n", last=True, encoding="utf-8", name="a.csv"):
    path = tmp_path / name
    path.write_bytes((end.join(lines) + (end if last else "")).encode(encoding))
    return path


def refused(path, error, *parts, **given):
    with pytest.raises(error) as caught:
        read(path, **given)
    for part in parts:
        assert part in str(caught.value), str(caught.value)
    return caught.value


def codes(trial):
    return [notice.code for notice in trial.notices]


# --- a row of units, a preamble, comments ----------------------------------------------------------


@pytest.mark.parametrize(("sep", "decimal"), LAYOUTS)
@pytest.mark.parametrize("units", [("s", "mV", "uV"), ("[s]", "[mV]", "[µV]"), ("(s)", "(mv)", "(Microvolts)")])
@pytest.mark.parametrize("title", [[], ["Squat of subject 3"], ["", "Squat", "made today", ""], ["# a", "Name: x"]])
def test_a_row_of_units_gives_the_units(tmp_path, sep, decimal, units, title):
    times = np.arange(N) / 1000
    rows = lines_of([times, VL, BF], sep=sep, decimal=decimal)
    path = write(tmp_path, [*title, sep.join(["time", "VL", "BF"]), sep.join(units), *rows])
    trial = read(path)
    assert (trial.emg.names, trial.emg.sfreq) == (("VL", "BF"), 1000)
    assert trial.emg.data == pytest.approx(np.stack([VL * 1e-3, BF * 1e-6]), rel=1e-12)
    assert {channel.unit_source for channel in trial.emg.channels} == {"header"}
    plain = any(line and not line.startswith("#") for line in title)
    assert codes(trial) == (["preamble-skipped"] if plain else [])


def test_a_row_of_units_can_leave_cells_empty_and_hold_unknown_ones(tmp_path):
    rows = lines_of([np.arange(N) / 1000, VL, BF])
    error = refused(write(tmp_path, ["time,VL,BF", "s,mV,", *rows]), UnitError, "Channel 'BF' has no unit")
    assert error.allowed == "'mV', 'µV' and 'V'"
    refused(write(tmp_path, ["time,VL,BF", "s,mV,microV", *rows]), UnitError, "Unknown unit 'microV'", "channel 'BF'")
    alone = write(tmp_path, ["VL,BF", "microV,microV", *lines_of([VL, BF])])
    refused(alone, UnitError, "Unknown unit 'microV'", "channel 'VL'", "Did you mean 'µV'?", sfreq=1000)
    both = write(tmp_path, ["time (s),VL (mV),BF", "s,uV,mV", *rows])
    refused(both, FormatError, "Header and row of units disagree", "row 1", "one unit for 'VL (mV)'", "'mV' and 'uV'")
    assert read(write(tmp_path, ["time (s),VL (mV),BF", "s,mV,mV", *rows])).emg.data[0] == pytest.approx(VL * 1e-3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("sign", ["#", "%", ";", "!", "//", " # "])
@pytest.mark.parametrize(("sep", "decimal"), LAYOUTS)
def test_comments_above_the_header_are_skipped(tmp_path, sign, sep, decimal, end, encoding):
    rows = lines_of([np.arange(N) / 1000, VL, BF], sep=sep, decimal=decimal)
    head = [f"{sign} subject 3, day 2", f"{sign} fs = 1000 Hz", f"{sign} 1, 2", ""]
    trial = read(
        write(tmp_path, [*head, sep.join(["time (s)", "VL (mV)", "BF (mV)"]), *rows], end=end, encoding=encoding)
    )
    assert trial.emg.data == pytest.approx(np.stack([VL, BF]) * 1e-3)
    assert trial.notices == ()


@pytest.mark.parametrize("sign", ["#", "%", "!", "//", "; "])
@pytest.mark.parametrize("below", [[], ["s,mV,mV"]])
def test_a_header_behind_a_comment_sign_is_the_header(tmp_path, sign, below):
    names = "time,VL,BF" if below else "time (s),VL (mV),BF (mV)"
    rows = lines_of([np.arange(N) / 1000, VL, BF])
    trial = read(write(tmp_path, [f"{sign} subject 3", f"{sign}{names}", *(f"{sign}{one}" for one in below), *rows]))
    assert trial.emg.data == pytest.approx(np.stack([VL, BF]) * 1e-3)
    assert (trial.emg.names, trial.notices) == (("VL", "BF"), ())


def test_a_comment_that_only_may_be_the_header_is_noticed(tmp_path):
    trial = read(write(tmp_path, ["# VL,BF", *lines_of([VL, BF])]), sfreq=1000, units="mV")
    assert trial.emg.names == ("VL", "BF")
    assert trial.notices[0].text == "Row 1, which is a comment, was taken for the header: 'VL,BF'."
    trial = read(write(tmp_path, ["# one subject", *lines_of([VL, BF])]), sfreq=1000, units="mV")
    assert trial.emg.names == ("ch1", "ch2")


def test_a_unit_that_begins_with_a_comment_sign_and_an_empty_name_are_no_comments(tmp_path):
    assert read(write(tmp_path, ["%MVC VL,BF", *lines_of([VL, BF])]), sfreq=1, units="mV").emg.names == (
        "%MVC VL",
        "BF",
    )
    counts = [str(index) for index in range(N)]
    trial = read(write(tmp_path, [";VL (mV);BF (mV)", *lines_of([counts, VL, BF], sep=";", decimal=",")]), sfreq=1000)
    assert (trial.emg.names, trial["other"].names) == (("VL", "BF"), ("count",))


@pytest.mark.parametrize("behind", [["# end"], ["", "// end", "% of file"], ["! end", ""]])
def test_comments_behind_the_table_are_skipped(tmp_path, behind):
    trial = read(write(tmp_path, ["VL (mV),BF (mV)", *lines_of([VL, BF]), *behind]), sfreq=1000)
    assert trial.emg.data.shape == (2, N)


@pytest.mark.parametrize("sign", ["#", "%", "!", "//", ";"])
def test_a_comment_in_the_middle_is_refused_with_its_place(tmp_path, sign):
    rows = lines_of([VL, BF])
    path = write(tmp_path, ["VL (mV),BF (mV)", *rows[:30], f"{sign} pause", *rows[30:]])
    refused(
        path, FormatError, "A comment stands between the rows of numbers", "row 32", "pause", "delete the line", sfreq=1
    )


def test_a_preamble_is_skipped_and_told(tmp_path):
    rows = lines_of([np.arange(N) / 1000, VL])
    head = ["Subject,P01", "Rate,1000", "", "2000"]
    trial = read(write(tmp_path, [*head, "time (s),VL (mV)", *rows]))
    assert trial.emg.data[0] == pytest.approx(VL * 1e-3)
    assert [one.text for one in trial.notices] == ["Rows 1 to 4 above the header were skipped: 'Subject,P01' …"]
    trial = read(write(tmp_path, ["Program: X", "Date: today, 1", "VL,BF", "1,2"]), sfreq=1000, units="mV")
    assert trial.emg.names == ("VL", "BF")
    assert trial.notices[0].text == "Rows 1 to 2 above the header were skipped: 'Program: X' …"


def test_what_could_be_two_headers_is_refused_with_the_start_of_the_table(tmp_path):
    path = write(tmp_path, ["left,right", "VL,BF", *lines_of([VL, BF])])
    error = refused(path, FormatError, "Two rows above the numbers could be the header", sfreq=1, units="mV")
    assert error.where == f"{path}, rows 1 and 2"
    assert error.hint == "The table seems to start at row 2: delete the rows above it"
    path = write(tmp_path, ["Squat of subject 3", *lines_of([VL, BF], sep=";")])
    error = refused(path, FormatError, "The row above the numbers is not a header for them", sfreq=1, units="mV")
    assert error.hint == "The table seems to start at row 2: put one header row directly above it"


def test_numbers_above_text_belong_to_the_table(tmp_path):
    path = write(tmp_path, ["VL,BF", "1.5,2", "foo,bar", "3,4", "5,6"])
    refused(path, FormatError, "A cell is not a number", "row 3, column 'VL'", "Got: 'foo'", sfreq=1, units="mV")
    path = write(tmp_path, ["VL,BF", "x,2", "3,4", "5,6"])
    refused(path, FormatError, "A cell is not a number", "row 2, column 'VL'", "Got: 'x'", sfreq=1, units="mV")


def test_a_stated_separator_that_is_unknown_is_refused(tmp_path):
    refused(write(tmp_path, ["sep=ab", "VL", "1"]), FormatError, "separator that the file states is unknown", "'ab'")


# --- times -----------------------------------------------------------------------------------------


def with_times(tmp_path, times, *, head="time (s)", form="{:.6f}"):
    values = np.resize(VL, len(times))
    cells = [one if isinstance(one, str) else form.format(one) for one in times]
    return write(tmp_path, [f"{head};VL (mV)", *(f"{a};{b:.4f}" for a, b in zip(cells, values, strict=True))])


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("sfreq", [1000, 2000, 29 / 0.0135])
def test_small_jitter_is_told_and_the_rate_is_that_of_the_line(tmp_path, seed, sfreq):
    times = (np.arange(3000) + np.random.default_rng(seed).normal(0, 0.05, 3000)) / sfreq
    trial = read(with_times(tmp_path, times - times[0]))
    assert trial.emg.sfreq == pytest.approx(sfreq, rel=1e-12)
    (notice,) = trial.notices
    assert notice.code == "time-jitter"
    assert "ms (SD) around a straight line; the rate is the slope of that line" in notice.text


@pytest.mark.parametrize("seed", range(4))
def test_large_jitter_is_refused(tmp_path, seed):
    times = (np.arange(400) + np.random.default_rng(seed).normal(0, 0.3, 400)) / 1000
    refused(with_times(tmp_path, np.sort(times)), FormatError, "not evenly spaced", "jitter by 0.", "give sfreq=")


@pytest.mark.parametrize("burst", [2, 5, 10, 40])
def test_bursts_are_refused_by_name(tmp_path, burst):
    times = np.arange(400) // burst * burst / 1000
    error = refused(with_times(tmp_path, times), FormatError, "not evenly spaced")
    if burst > 2:
        assert f"row {burst + 2}." in str(error)
        assert f"bursts of about {burst} rows" in error.hint


@pytest.mark.parametrize(("gap", "lost"), [(200, 1), (3, 1), (390, 7), (50, 60)])
def test_a_dropped_block_is_refused_with_its_place(tmp_path, gap, lost):
    times = np.delete(np.arange(500) / 1000, slice(gap, gap + lost))
    error = refused(with_times(tmp_path, times), FormatError, "not evenly spaced", f"row {gap + 2}.")
    assert error.hint.startswith(f"About {lost} sample{'s are' if lost > 1 else ' is'} missing there")


def test_bursts_whose_times_rise_a_little_and_a_gap_among_jitter_are_told_apart(tmp_path):
    index = np.arange(400)
    bursts = index // 10 / 100 + index % 10 * 1e-5
    refused(with_times(tmp_path, bursts), FormatError, "not evenly spaced", "row 12.", "bursts of about 10 rows")
    jitter = (index + np.random.default_rng(2).normal(0, 0.05, 400)) / 1000
    refused(with_times(tmp_path, np.delete(jitter, 200)), FormatError, "row 202.", "About 1 sample is missing there")
    wild = (index + np.random.default_rng(2).normal(0, 0.5, 400)) / 1000
    refused(with_times(tmp_path, wild), FormatError, "not evenly spaced", "The times jitter by 0.", "give sfreq=")


def test_times_that_go_back_say_so(tmp_path):
    times = np.concatenate([np.arange(100), np.arange(100)]) / 1000
    refused(with_times(tmp_path, times), FormatError, "not evenly spaced", "row 102.", "go back there")


def clock(seconds, form):
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return form.format(
        h=int(hours) % 24, h12=(int(hours) - 1) % 12 + 1, half="PM" if int(hours) % 24 >= 12 else "AM",
        m=int(minutes), s=left, whole=int(left), ms=round(left % 1 * 1000),
    )  # fmt: skip


CLOCKS = [
    "{h:02d}:{m:02d}:{s:06.3f}", "{h:d}:{m:02d}:{s:09.6f}", "2024-03-01 {h:02d}:{m:02d}:{s:06.3f}",
    "2024-03-01T{h:02d}:{m:02d}:{s:06.3f}Z", "01.03.2024 {h:02d}:{m:02d}:{s:06.3f}",
    "{h12:d}:{m:02d}:{s:06.3f} {half}", "{h:02d}:{m:02d}:{whole:02d}:{ms:03d}",
]  # fmt: skip


@pytest.mark.parametrize("form", CLOCKS)
@pytest.mark.parametrize("start", [45240.0, 59.9, 46799.95])
@pytest.mark.parametrize("sep", [";", "\t", ","])
def test_clock_times_make_a_time_axis(tmp_path, form, start, sep):
    times = [clock(round(start + i / 1000, 3), form) for i in range(N)]
    rows = lines_of([times, VL, BF], sep=sep, decimal="," if sep == ";" else ".")
    trial = read(write(tmp_path, [sep.join(["Timestamp", "VL (mV)", "BF (mV)"]), *rows]))
    assert (trial.emg.sfreq, trial.emg.names) == (1000, ("VL", "BF"))
    assert trial.emg.start == pytest.approx(start, abs=1e-9)
    assert [one.text for one in trial.notices] == [
        f"The times are clock times: the recording starts at {start:.10g} s, counted from midnight."
    ]
    assert trial.emg.data == pytest.approx(np.stack([VL, BF]) * 1e-3)


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("dates", ["{}", "2024-03-{:02d}", "{:02d}/03/2024"])
def test_a_column_of_dates_beside_the_clock_is_understood_past_midnight(tmp_path, header, dates):
    seconds = [86399.95 + i / 1000 for i in range(100)]
    days = [dates.format(1 + int(one // 86400)) if "/" in dates or "-" in dates else None for one in seconds]
    clocks = [clock(round(one, 3), CLOCKS[0]) for one in seconds]
    columns = [clocks, np.resize(VL, 100)] if days[0] is None else [days, clocks, np.resize(VL, 100)]
    names = ["clock", "VL (mV)"] if days[0] is None else ["day", "clock", "VL (mV)"]
    trial = read(write(tmp_path, [";".join(names)] * header + lines_of(columns, sep=";")), units="mV")
    assert trial.emg.sfreq == 1000
    assert trial.emg.duration == pytest.approx(0.1)
    assert len(trial.emg.names) == 1


def test_clock_times_with_a_gap_or_another_day_are_refused(tmp_path):
    clocks = [clock(45240 + i / 1000, CLOCKS[0]) for i in range(100)]
    del clocks[40:44]
    refused(with_times(tmp_path, clocks, head="time"), FormatError, "not evenly spaced", "row 42.", "About 4 samples")
    clocks = [clock(45240 + i / 1000, CLOCKS[2]) for i in range(100)]
    clocks[50:] = [one.replace("03-01", "03-02") for one in clocks[50:]]
    refused(with_times(tmp_path, clocks, head="time"), FormatError, "date changes", "row 52", "'2024-03-01' and then")
    whole = [clock(45240 + i // 50, "{h:02d}:{m:02d}:{whole:02d}") for i in range(200)]
    refused(with_times(tmp_path, whole, head="time"), FormatError, "bursts of about 50 rows")
    clocks[3] = "noon"
    refused(
        with_times(tmp_path, clocks[:50], head="time"), FormatError, "A cell is not a number", "row 5, column 'time'"
    )


@pytest.mark.parametrize(("scale", "unit"), [(1, "s"), (1000, "ms"), (10**6, "us"), (10**9, "ns")])
@pytest.mark.parametrize("named", [True, False])
def test_unix_times_are_read_in_any_unit(tmp_path, scale, unit, named):
    begin = 1_709_296_440
    times = [f"{begin}.{i:03d}" if scale == 1 else str((begin * 1000 + i) * scale // 1000) for i in range(100)]
    trial = read(with_times(tmp_path, times, head=f"timestamp ({unit})" if named else "timestamp"))
    assert trial.emg.sfreq == 1000
    assert trial.emg.start == pytest.approx(begin)
    assert codes(trial) == ([] if named else ["time-unit-likely"])


@pytest.mark.parametrize("head", ["time_s", "Time_s", "t_s", "Time [sec]", "time (seconds)"])
def test_a_unit_of_the_times_is_read_from_its_name(tmp_path, head):
    assert codes(read(with_times(tmp_path, np.arange(N) / 1000, head=head))) == []
    trial = read(with_times(tmp_path, np.arange(N) * 1.0, head="time_ms", form="{:.0f}"))
    assert (trial.emg.sfreq, codes(trial)) == (1000, [])


# --- a rate that is named --------------------------------------------------------------------------


RATES = [
    "# Sampling Rate (Hz):= 1000.00", "% fs = 1000 Hz", "# sampling frequency: 1 kHz", "// Fs=1000", "# srate 1000",
    "# sample rate [Hz]; 1,000", "; Abtastrate: 1000 Hz", "! Frecuencia de muestreo = 1000 Hz", "# samplingrate=1e3",
    "# Sampling frequency (kHz) 1.0", "Rate,1000",
]  # fmt: skip


@pytest.mark.parametrize("line", RATES)
def test_a_rate_in_a_comment_is_proposed_and_a_contradiction_told(tmp_path, line):
    path = write(tmp_path, [line, "VL (mV),BF (mV)", *lines_of([VL, BF])])
    error = refused(path, ArgumentError, "The file gives no sampling rate")
    assert error.hint == f"Say it: read(path, sfreq=1000), if the rate in row 1 of the file, {line!r}, is right"
    trial = read(path, sfreq=2000)
    assert trial.emg.sfreq == 2000
    (notice,) = [one for one in trial.notices if one.code == "rate-contradiction"]
    assert notice.text == f"sfreq=2000 Hz was taken, though row 1 of the file, {line!r}, says 1000 Hz."
    assert "rate-contradiction" not in codes(read(path, sfreq=1000))


@pytest.mark.parametrize("line", [
    "# heart rate: 60", "# low-pass frequency 450 Hz", "# samples: 400", "# high-pass 20 Hz", "# sampling rate unknown",
    "# sampling rate 1000 Hz, resampled from a sampling rate of 2000 Hz", "# sampling rate of channel 1: two",
])  # fmt: skip
def test_other_numbers_in_comments_are_no_rate(tmp_path, line):
    error = refused(write(tmp_path, [line, "VL (mV),BF (mV)", *lines_of([VL, BF])]), ArgumentError, "no sampling rate")
    assert error.hint == "Say it: read(path, sfreq=1000)"


def test_times_go_before_a_comment_that_contradicts_them(tmp_path):
    rows = lines_of([np.arange(N) / 1000, VL])
    trial = read(write(tmp_path, ["# fs = 2000 Hz", "time (s),VL (mV)", *rows]))
    assert trial.emg.sfreq == 1000
    assert trial.notices[0].text == (
        "The times give 1000 Hz, which was taken, though row 1 of the file, '# fs = 2000 Hz', says 2000 Hz."
    )


# --- counters, units, counts -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sample", "index", "Nr", "Sample Number", "Frame", "#", "i", "", "Punkt"])
@pytest.mark.parametrize("first", [0, 1, 1000])
@pytest.mark.parametrize(("sep", "decimal"), [(",", "."), (";", ","), ("\t", ".")])
def test_a_column_that_counts_by_one_is_a_counter_whatever_its_name(tmp_path, name, first, sep, decimal):
    counts = [str(first + index) for index in range(N)]
    header = sep.join([f'"{name}"', "VL", "BF"])
    trial = read(
        write(tmp_path, [header, *lines_of([counts, VL, BF], sep=sep, decimal=decimal)]), sfreq=1000, units="mV"
    )
    assert trial.emg.names == ("VL", "BF")
    (channel,) = trial["other"].channels
    assert (channel.name, channel.kind, channel.unit) == (name or "count", "MISC", "n/a")
    assert trial.notices[0].text == f"{name or 'count'!r} counts by one: taken for a counter, not for EMG."


def test_a_counter_that_starts_again_and_one_behind_the_signals_are_counters(tmp_path):
    wrapped, late = [str(index % 16) for index in range(N)], [f"{index}.0" for index in range(N)]
    trial = read(write(tmp_path, ["nSeq,VL,k", *lines_of([wrapped, VL, late])]), sfreq=1000, units="mV")
    assert (trial.emg.names, trial["other"].names) == (("VL",), ("nSeq", "k"))


@pytest.mark.parametrize("name", ["Sample (#)", "n [counts]", "Frame"])
def test_a_counter_that_leaves_numbers_out_is_refused_with_its_place(tmp_path, name):
    counts = [str(index + 7 * (index >= 40)) for index in range(N)]
    error = refused(write(tmp_path, [f"{name},VL", *lines_of([counts, VL])]), FormatError, sfreq=1000, units="mV")
    assert error.what == "A column that counts by one leaves numbers out"
    assert error.where.endswith(f"row 42, column {name!r}")
    assert (error.allowed, error.got) == ("40 after 39", "47")
    whole = [str(index) for index in range(N)]
    trial = read(write(tmp_path, [f"{name},VL", *lines_of([whole, VL])]), sfreq=1000, units="mV")
    assert [(one.kind, one.unit) for one in trial["other"].channels] == [("MISC", "n/a")]


@pytest.mark.parametrize("cells", [[0, 1, 0, 1] * 15, [0, 1, 2, 5] * 15, [0, 2, 4, 6] * 15, [3] * N])
def test_what_does_not_count_by_one_is_no_counter(tmp_path, cells):
    trial = read(write(tmp_path, ["A,VL", *lines_of([[str(one) for one in cells], VL])]), sfreq=1000, units="mV")
    assert trial.emg.names == ("A", "VL")


@pytest.mark.parametrize(("word", "factor"), [
    ("mv", 1e-3), ("Volts", 1), ("volt", 1), ("v", 1), ("uv", 1e-6), ("millivolts", 1e-3), ("MicroVolt", 1e-6),
])  # fmt: skip
@pytest.mark.parametrize("form", ["VL ({})", "VL [{}]", "VL [ {} ]"])
def test_words_for_units_are_read_where_they_mean_one_thing(tmp_path, word, factor, form):
    trial = read(write(tmp_path, [form.format(word), *lines_of([VL])]), sfreq=1000)
    assert trial.emg.names == ("VL",)
    assert trial.emg.data[0] == pytest.approx(VL * factor)


@pytest.mark.parametrize(("word", "nearest"), [
    ("microV", "Did you mean 'µV'?"), ("muV", "Did you mean 'µV' or 'mV'?"), ("MV", "Did you mean 'mV' or 'V'?"),
    ("%", "Did you mean '%MVC' or '%task'?"), ("a.u.", "Say what it means"), ("LSB", "Say what it means"),
    ("dB", "Say what it means"), ("mV RMS", "Say what it means"),
])  # fmt: skip
def test_unknown_units_are_called_unknown_with_the_nearest(tmp_path, word, nearest):
    path = write(tmp_path, [f"VL ({word})", *lines_of([VL])])
    error = refused(path, UnitError, f"Unknown unit {word!r}", f"channel 'VL ({word})'", nearest, sfreq=1000)
    assert error.allowed == "'mV', 'µV' and 'V'"
    assert read(path, sfreq=1000, units={f"VL ({word})": "uV"}).emg.data[0] == pytest.approx(VL * 1e-6)


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
@pytest.mark.parametrize("head", [["# Sampling Rate (Hz):= 500", "# Resolution:= 12", "# Labels:= EMG"], ["EMG"]])
def test_counts_of_a_converter_are_flagged_with_their_offset(tmp_path, bits, head):
    counts = [str(2 ** (bits - 1) + round(one * 2 ** (bits - 4))) for one in VL.tolist() if abs(one) < 2]
    path = write(tmp_path, [*head, *counts], name="a.txt")
    error = refused(path, UnitError, "has no unit", "holds whole numbers around", sfreq=500)
    assert f"counts of a {bits}-bit converter with its zero at {2 ** (bits - 1)}" in error.hint
    assert "offset-likely" in codes(read(path, sfreq=500, units="mV"))
    flat = write(tmp_path, [*head, *(str(int(one) - 2 ** (bits - 1)) for one in counts)], name="b.txt")
    assert "offset-likely" not in codes(read(flat, sfreq=500, units="mV"))
