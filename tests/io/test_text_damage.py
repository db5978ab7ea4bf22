"""Damaged text files: whatever is wrong with them, they are read or refused by an error of emgkit, and soon."""

from __future__ import annotations

import time

import numpy as np
import pytest

from emgkit.errors import EmgkitError, FormatError
from emgkit.io import read

SLOWEST = 10.0
SEPARATORS = [",", ";", "\t", " ", "|"]
JUNK = ["", "NaN", "n/a", "-", "1e999", "1.2.3", "1,2", "--5", "0x1F", "\ufffd", '"', "''", "True", "1e", "#",
        "12:34:00", "2024-01-01", "1_000", "inf", "nan", "9" * 400, "\u0663", "1 000", "1'000", "=A1", "mV", "%", ";",
        "//", "\x0c", "\u2028"]  # fmt: skip


def made(rng):
    """A text as laboratories have it: layout, header, comments, units, times and numbers at random."""
    sep = SEPARATORS[rng.integers(len(SEPARATORS))]
    decimal = "," if sep != "," and rng.random() < 0.3 else "."
    width, rows = int(rng.integers(1, 6)), int(rng.integers(2, 60))
    numbers = rng.normal(size=(rows, width)) * 10.0 ** rng.integers(-3, 4)
    form = ["{:.4f}", "{:.0f}", "{!r}", "{:.3e}", "{:,.0f}"][rng.integers(5 if sep != "," else 4)]
    table = [[form.format(float(one)).replace(".", decimal) for one in row] for row in numbers]
    names = [f"M{index}" + ["", " (mV)", " [uV]", "_uV"][rng.integers(4)] for index in range(width)]
    kind = rng.integers(5)
    times = (
        [f"{i / 1000:.3f}".replace(".", decimal) for i in range(rows)] if kind == 1 else [str(i) for i in range(rows)]
    )
    if kind == 2:
        times = [f"12:00:{i / 1000:06.3f}" for i in range(rows)]
    if kind in (1, 2, 3):
        table = [[one, *row] for one, row in zip(times, table, strict=True)]
        names = [["time (s)", "clock", "n"][kind - 1], *names]
    head = [
        ["# fs = 1000 Hz", "% a, b", "Title", "; c", "sep=;", "", "Subject,3"][i]
        for i in rng.integers(0, 7, rng.integers(3))
    ]
    head += [sep.join(names)] * bool(rng.random() < 0.8) + [sep.join(["mV"] * len(names))] * bool(rng.random() < 0.2)
    return head, table, sep


def spoilt(rng, head, table, sep):
    """The same text, damaged in one of many ways."""
    row = int(rng.integers(len(table)))
    column = int(rng.integers(len(table[row])))
    way = rng.integers(9)
    if way == 0:
        table[row][column] = JUNK[rng.integers(len(JUNK))]
    elif way == 1:
        for cells in table:
            cells[column] = ""
    elif way == 2:
        del table[row][column]
    elif way == 3:
        table[row].append("1")
    lines = [*head, *(sep.join(cells) for cells in table)]
    if way == 4:
        other = SEPARATORS[rng.integers(len(SEPARATORS))]
        lines = [line.replace(sep, other) if rng.random() < 0.3 else line for line in lines]
    elif way == 5:
        lines.insert(int(rng.integers(len(lines) + 1)), ["# pause", "", "text", "1", ";;;", '"'][rng.integers(6)])
    end = ["\n", "\r\n", "\r"][rng.integers(3)]
    raw = (end.join(lines) + end * bool(rng.random() < 0.7)).encode(
        ["utf-8", "utf-8-sig", "utf-16", "cp1252"][rng.integers(4)], "replace"
    )
    if way == 6:
        raw = raw[: rng.integers(1, len(raw) + 1)]
    elif way == 7:
        at = int(rng.integers(len(raw)))
        raw = raw[:at] + bytes(rng.integers(0, 256, rng.integers(1, 4), dtype=np.uint8)) + raw[at + 1 :]
    return raw


@pytest.mark.fuzz("delimited")
@pytest.mark.parametrize("block", range(8))
def test_a_damaged_text_is_read_or_refused_by_an_error_of_emgkit(tmp_path, block):
    path = tmp_path / "a.csv"
    outcomes = []
    for seed in range(100 * block, 100 * block + 100):
        rng = np.random.default_rng(seed)
        path.write_bytes(spoilt(rng, *made(rng)))
        whole = {"sfreq": 1000, "units": "mV"}
        given = [whole, whole, whole, {}, {"units": "mV"}, {**whole, "thousands": ","}][rng.integers(6)]
        begin = time.process_time()
        try:
            trial = read(path, format="delimited", **given)
        except EmgkitError:
            outcomes.append(False)
        else:
            assert all(np.isfinite(recording.data).all() for recording in trial.values()), seed
            outcomes.append(True)
        assert time.process_time() - begin < SLOWEST, seed
    assert 3 < sum(outcomes) < 97


@pytest.mark.parametrize(("sep", "decimal"), [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), ("|", ".")])
@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_that_ends_anywhere_inside_a_row_is_refused(tmp_path, sep, decimal, header, end):
    numbers = np.random.default_rng(7).normal(size=(60, 2))
    rows = [sep.join(f"{one:.4f}".replace(".", decimal) for one in row) for row in numbers]
    whole = end.join([sep.join(["VL (mV)", "BF (mV)"])] * header + rows)
    path = tmp_path / "a.csv"
    for left in range(1, len(rows[-1])):
        path.write_bytes(whole[:-left].encode())
        with pytest.raises(FormatError, match=rf"last row is cut off.*row {60 + header}"):
            read(path, sfreq=1000, units="mV")
    path.write_bytes(whole.encode())
    assert read(path, sfreq=1000, units="mV").emg.data.shape == (2, 60)


def test_a_last_cell_with_fewer_decimals_says_what_was_expected(tmp_path):
    path = tmp_path / "a.csv"
    short = "VL,BF\n" + "\n".join(f"{i % 7 / 10:.3e},0.1234" for i in range(40))[:-2]
    path.write_text(short)
    with pytest.raises(FormatError, match="fewer decimals than all others of its column") as caught:
        read(path, sfreq=1)
    error = caught.value
    assert (error.where, error.allowed, error.got) == (
        f"{path}, row 41, column 'BF'", "4 decimals, as in '0.1234'", "'0.12'",
    )  # fmt: skip
    # a line break shows that the row is whole, and free decimals say nothing
    path.write_text(short + "\n")
    assert read(path, sfreq=1, units="mV").emg.data.shape == (2, 40)
    path.write_text("VL\n" + "\n".join(["0.25", "-1", "0.1234"] * 10) + "\n0.1")
    assert read(path, sfreq=1, units="mV").emg.data.shape == (1, 31)


def test_utf_16_cut_inside_a_character_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("VL (mV)\n1\n2\n".encode("utf-16")[:-1])
    with pytest.raises(FormatError, match=r"cut off inside a character.*byte 24"):
        read(path)


def test_a_quoted_cell_that_is_cut_off_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("VL (mV),BF (mV)\n" + '"0.5","0.25"\n' * 20 + '"0.5","0.2')
    with pytest.raises(FormatError, match=r"last row is cut off inside a quoted cell.*row 22\..*Got: '0\.2'"):
        read(path, sfreq=1000)


@pytest.mark.parametrize("left", range(1, 200, 3))
def test_no_cut_changes_a_number_that_is_read(tmp_path, left):
    rng = np.random.default_rng(3)
    rows = [f"{i / 1000:.3f};{a:.4f};{b:.4f}" for i, (a, b) in enumerate(rng.normal(size=(60, 2)))]
    whole = "time (s);VL (mV);BF (mV)\n" + "\n".join(rows) + "\n"
    path = tmp_path / "a.csv"
    path.write_text(whole)
    before = read(path).emg.data
    cut = whole[:-left]
    path.write_text(cut)
    if cut.endswith("\n") or cut.rpartition("\n")[2] in rows:
        after = read(path).emg.data
        assert after.tolist() == before[:, : after.shape[1]].tolist()
    else:
        with pytest.raises(FormatError, match="cut off"):
            read(path)


@pytest.mark.parametrize(("form", "last"), [("{:.4f}", ""), ("{:.0f}", ""), ("{:.4f}", "x"), ("{:.0f}", ",5")])
def test_ten_thousand_columns_are_read_or_refused_soon(tmp_path, form, last):
    numbers = np.random.default_rng(0).normal(size=(60, 10_000)) * 100
    path = tmp_path / "a.csv"
    lines = [",".join(f"c{index} (mV)" for index in range(10_000))]
    lines += [",".join(form.format(one) for one in row) for row in numbers]
    path.write_text("\n".join(lines) + last)
    begin = time.process_time()
    if last:
        with pytest.raises(FormatError, match="row 61"):
            read(path, sfreq=1000)
    else:
        assert read(path, sfreq=1000).emg.data.shape == (10_000, 60)
    assert time.process_time() - begin < SLOWEST


def test_an_error_at_the_end_of_a_long_file_is_found_soon(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("VL (mV),BF (mV)\n" + "0.1234,-0.5678\n" * 300_000 + "0.1234,oops\n")
    begin = time.process_time()
    with pytest.raises(FormatError, match="row 300002, column 'BF"):
        read(path, sfreq=1000)
    assert time.process_time() - begin < SLOWEST


def test_a_bad_last_cell_before_a_line_break_is_no_cut(tmp_path):
    path = tmp_path / "a.csv"
    for end, what in (("\n", "A cell is not a number"), ("", "The last row is cut off: a cell is not a number")):
        path.write_text("VL (mV),BF (mV)\n0.5,0.25\n0.5,-" + end)
        with pytest.raises(FormatError) as caught:
            read(path, sfreq=1000)
        assert caught.value.what == what


WIDE = [f"c{index}" for index in range(10_000)]


@pytest.mark.parametrize(
    ("head", "given"),
    [
        (WIDE, {"sfreq": 1000, "units": "mV"}),
        (WIDE, {"sfreq": 1000}),
        (WIDE, {}),
        (["c"] * 10_000, {"sfreq": 1000, "units": "mV"}),
        (["time"] * 10_000, {"units": "mV"}),
        (WIDE, {"sfreq": 1000, "channels": {name: {"kind": "EMG", "unit": "mV"} for name in WIDE}}),
        (WIDE, {"sfreq": 1000, "channels": {"c": {"kind": "EMG"}}}),
        (WIDE, {"sfreq": 1000, "units": dict.fromkeys(WIDE, "mV")}),
        ([f"{name} (furlong)" for name in WIDE], {"sfreq": 1000}),
        ([f"time {name} (s)" for name in WIDE], {}),
    ],
    ids=[
        "read",
        "no unit",
        "no rate",
        "one name",
        "times",
        "channels",
        "a wrong label",
        "units",
        "unknown unit",
        "counts",
    ],
)
def test_ten_thousand_columns_end_soon_and_in_a_short_message(tmp_path, head, given):
    numbers = np.random.default_rng(0).normal(size=(40, 10_000)) * 100
    path = tmp_path / "a.csv"
    path.write_text("\n".join([",".join(head), *(",".join(f"{one:.4f}" for one in row) for row in numbers)]) + "\n")
    begin = time.process_time()
    messages = outcome(path, given)
    assert time.process_time() - begin < SLOWEST
    assert all(len(one) <= 700 for one in messages)


def outcome(path, given):
    """The messages that reading a file ends in: its notices, or its error."""
    try:
        return [notice.text for notice in read(path, **given).notices]
    except EmgkitError as error:
        return [str(error)]


LONG = [
    "x" * 10_000, "VL" + " " * 10_000 + "x", "(" * 10_000, "flex" * 2_500, "acc " + "u" * 10_000, "a" * 9_996 + "kraf",
    "VL (" + "u" * 10_000 + ")", "x" * 10_000 + " (mV)", "time" * 2_500, "_" * 10_000 + "_mV", "\u00e9" * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("heading", LONG, ids=range(len(LONG)))
@pytest.mark.parametrize("cells", [("0.1", "0.3"), ("oo", "0.3"), ("1,1", "2"), ("1", "2")])
@pytest.mark.parametrize("given", [{}, {"units": "mV"}, {"channels": {"VL": {}}}], ids=["bare", "units", "channels"])
def test_ten_thousand_letters_end_soon_and_in_a_short_message(tmp_path, heading, cells, given):
    path = tmp_path / "a.csv"
    rows = [f"{cells[place % 2]};{place % 7}" for place in range(30)]
    for head in (f"{heading};BF (mV)", f"{heading};{heading}"):
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
        begin = time.process_time()
        messages = outcome(path, {"sfreq": 1000, **given})
        assert time.process_time() - begin < 1
        assert all(len(one) <= 700 for one in messages)
