"""Excel workbooks: a sheet is a table by the rules of text files, and what is no recording is refused soon."""

from __future__ import annotations

import datetime
import io
import time
import zipfile

import numpy as np
import openpyxl
import pytest
from openpyxl.chart import LineChart, Reference

import emgkit.io
from emgkit.errors import ArgumentError, EmgkitError, FormatError, UnitError
from emgkit.io import read

N = 40
VL, BF = np.round(np.random.default_rng(5).normal(size=(2, N)), 4)
SLOWEST = 10.0


def table(*columns, header=("VL (mV)", "BF (mV)")):
    return [list(header), *(list(row) for row in zip(*(columns or (VL, BF)), strict=True))]


def book(path, sheets, change=None):
    """A workbook with sheets of rows; `change` is given the workbook before it is saved."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if change is not None:
        change(made)
    made.save(path)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.xlsx"


def refused(path, error, *parts, **given):
    with pytest.raises(error) as caught:
        read(path, **given)
    for part in parts:
        assert part in str(caught.value), str(caught.value)
    assert len(str(caught.value)) <= 600 + 2 * len(str(path))
    return caught.value


def codes(trial):
    return [notice.code for notice in trial.notices]


# --- a sheet is a table ----------------------------------------------------------------------------


def test_numbers_are_those_of_the_cells(path):
    book(path, {"squat": table()})
    trial = read(path, sfreq=1000)
    assert trial.emg.names == ("VL", "BF")
    assert trial.emg.data.tolist() == [[one * 1e-3 for one in column] for column in (VL, BF)]
    assert trial.notices == ()


def test_a_sheet_gives_what_the_same_text_file_gives(path, tmp_path):
    times = np.arange(N) / 500
    rows = [["Subject 3"], ["# fs = 500 Hz"], ["time", "VL", "BF", "Sync", "n"], ["s", "uV", "uV", "V", ""]]
    rows += [[float(t), float(a), float(b), i % 2, i] for i, (t, a, b) in enumerate(zip(times, VL, BF, strict=True))]
    book(path, {"squat": rows})
    text = tmp_path / "a.tsv"
    text.write_text("\n".join("\t".join(str(cell) for cell in row) for row in rows) + "\n")
    one, other = read(path), read(text)
    assert list(one) == list(other) == ["emg", "trigger", "other"]
    for stream in one:
        assert one[stream].data.tolist() == other[stream].data.tolist()
        assert one[stream].channels == other[stream].channels
        assert one[stream].sfreq == other[stream].sfreq == 500
    assert [notice.text for notice in one.notices] == [notice.text for notice in other.notices]


def test_whole_numbers_beside_three_decimals_are_what_the_cells_hold(path):
    values = [1.104, 947, -1.059, 12, 7, 1.12]
    book(path, {"a": table(values, header=["VL (uV)"])})
    assert read(path, sfreq=1000).emg.data[0].tolist() == pytest.approx([one * 1e-6 for one in values], rel=1e-12)


def test_headerless_columns_are_named_by_position(path):
    book(path, {"a": table()[1:]})
    trial = read(path, sfreq=1000, units="mV", channels={1: {"name": "VL"}, "ch2": {"name": "BF"}})
    assert trial.emg.names == ("VL", "BF")
    error = refused(path, ArgumentError, "no sampling rate")
    assert error.where == f"{path}, channel 'ch1'"
    # a ramp without a name is no signal
    book(path, {"a": [[i / 1000, float(v)] for i, v in enumerate(VL)]})
    refused(path, FormatError, "The first column rises evenly", "sheet 'a'", sfreq=1000, units="mV")


def test_a_table_may_stand_anywhere_on_its_sheet(path):
    rows = [[], [], *([None, None, *row] for row in table()), [], [None, None, None]]
    book(path, {"a": rows}, lambda made: setattr(made["a"]["F2"], "value", ""))
    assert read(path, sfreq=1000).emg.data.shape == (2, N)


def test_dates_and_clock_times_make_a_time_axis(path):
    start = datetime.datetime(2024, 5, 2, 12, 34)
    times = [start + datetime.timedelta(milliseconds=10 * i) for i in range(N)]
    for given in (times, [one.time() for one in times], [one - datetime.datetime(2024, 5, 2) for one in times]):
        book(path, {"a": table(given, VL, header=("clock", "VL (mV)"))})
        trial = read(path)
        assert trial.emg.sfreq == 100
        assert trial.emg.start == 12 * 3600 + 34 * 60
        assert codes(trial) == ["clock-times"]


@pytest.mark.parametrize("decimal", [".", ","])
def test_columns_of_text_are_read_as_text_files_are(path, decimal):
    texts = [str(one).replace(".", decimal) for one in VL.tolist()]
    times = (np.arange(N) / 1000).tolist()
    book(path, {"a": table(times, texts, header=("time (s)", "VL (mV)"))})
    trial = read(path)
    assert trial.emg.data[0].tolist() == [one * 1e-3 for one in VL]
    assert trial.emg.sfreq == 1000


def test_thousands_in_text_are_refused_or_read_as_said(path):
    texts = ["1,104", "947", "-1,059", "12", "7", "1,120"]
    book(path, {"a": table(texts, [0.5, 1.104, 947.0, 2.0, 1e-5, 3], header=("VL (uV)", "BF (uV)"))})
    what = "The comma could be the decimal sign or a thousands separator"
    refused(path, FormatError, what, "row 2, column 'VL (uV)'", sfreq=1000)
    trial = read(path, sfreq=1000, thousands=",")
    assert trial.emg.data.tolist() == pytest.approx(
        np.array([[1104, 947, -1059, 12, 7, 1120], [0.5, 1.104, 947, 2, 1e-5, 3]]) * 1e-6, rel=1e-12
    )


def test_one_column_of_text_with_a_decimal_comma_is_one_column(path):
    book(path, {"a": table([str(one).replace(".", ",") for one in VL.tolist()], header=["VL (mV)"])})
    assert read(path, sfreq=1000).emg.data[0].tolist() == [one * 1e-3 for one in VL]


# --- what is no table ------------------------------------------------------------------------------


def test_numbers_and_text_in_one_column_are_refused(path):
    cells = [float(one) for one in VL]
    cells[6] = "1.104"
    book(path, {"a": table(cells, BF)})
    refused(path, FormatError, "A column holds numbers as numbers and as text", "sheet 'a', column A, row 8",
            "the text '1.104' and the number", sfreq=1000)  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "what", "got"),
    [
        (None, "A cell is empty", "''"), ("", "A cell is empty", "''"), ("x", "A cell is not a number", "'x'"),
        (True, "A cell is not a number", "'TRUE'"), ("#N/A", "A cell is not a number", "'error #N/A'"),
        ("=A2*2", "A formula was saved without its value", "'=A2*2'"), ("nan", "A cell is not a number", "'nan'"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("row", [1, 9, N])
@pytest.mark.parametrize("column", [0, 1])
def test_a_cell_that_is_no_number_is_refused_with_its_place(path, cell, what, got, row, column):
    rows = table()
    rows[row][column] = cell
    book(path, {"a": rows})
    error = refused(path, FormatError, what, f"Got: {got}", sfreq=1000)
    assert error.where.startswith(f"{path}, sheet 'a', ")
    assert error.where.endswith(
        (f"row {row + 1}, column '{['VL', 'BF'][column]} (mV)'", f"cell {'AB'[column]}{row + 1}")
    )


def test_an_error_of_excel_in_the_last_row_is_not_cut_off_as_a_comment(path):
    book(path, {"a": [*table(), ["#N/A", "#N/A"]]})
    refused(path, FormatError, "A cell is not a number", f"row {N + 2}", sfreq=1000)


def test_a_column_of_formulas_without_values_does_not_vanish(path):
    rows = [[*row, f"=A{place}*2"] for place, row in enumerate(table()[1:], start=1)]
    book(path, {"a": rows})
    refused(
        path, FormatError, "A formula was saved without its value", "cell C1", "let it compute", sfreq=1, units="mV"
    )
    book(path, {"a": [["=1"], ["=2"]], "b": [[]]})
    refused(path, FormatError, "A formula was saved without its value", sfreq=1, units="mV")


def test_saved_values_of_formulas_are_read(path):
    book(path, {"a": table()})
    change_part(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>", b"<f>1+1</f><v>"))
    assert read(path, sfreq=1000).emg.data[0].tolist() == [one * 1e-3 for one in VL]


def test_merged_cells_are_named_where_they_leave_cells_empty(path):
    book(path, {"a": [["Recording of Monday", None], *table()]}, lambda made: made["a"].merge_cells("A1:B1"))
    assert codes(read(path, sfreq=1000)) == ["preamble-skipped"]
    book(path, {"a": table()}, lambda made: made["a"].merge_cells("A5:A8"))
    refused(path, FormatError, "A cell is empty", "row 6, column 'VL (mV)'", "merged cells ('A5:A8')", sfreq=1000)


def test_empty_columns_and_rows_inside_are_refused(path):
    rows = [[row[0], None, row[1]] for row in table()]
    book(path, {"a": rows})
    refused(path, FormatError, "An empty column stands inside the table", "column B", sfreq=1000)
    book(path, {"a": [*table()[:9], [], *table()[9:]]})
    refused(path, FormatError, "wrong number of cells", "row 10", sfreq=1000)
    book(path, {"a": [[]]})
    refused(path, ArgumentError, "no visible sheet with cells", "'a' (empty)")


# --- sheets ----------------------------------------------------------------------------------------


def test_one_sheet_of_several_is_named(path):
    book(path, {"squat": table(), "deadlift": table(BF, VL), "Sheet3": []})
    refused(path, ArgumentError, "The workbook has several sheets", "'squat', 'deadlift', 'Sheet3' (empty)",
            "read(path, sheet='squat')")  # fmt: skip
    assert read(path, sheet="deadlift", sfreq=1000).emg.data[0].tolist() == [one * 1e-3 for one in BF]
    refused(path, ArgumentError, "no sheet 'Squat'", "Did you mean 'squat'", sheet="Squat")
    refused(path, FormatError, "The sheet 'Sheet3' is empty", sheet="Sheet3")
    error = refused(path, ArgumentError, "gives no sampling rate", sheet="squat")
    assert error.where == f"{path}, sheet 'squat', channel 'VL (mV)'"


def test_an_empty_second_sheet_needs_no_name(path):
    book(path, {"squat": table(), "Sheet2": [], "Sheet3": []})
    assert read(path, sfreq=1000).emg.data.shape == (2, N)


def test_hidden_sheets_and_charts_are_told(path):
    def change(made):
        made["secret"].sheet_state = "hidden"
        chart = LineChart()
        chart.add_data(Reference(made["squat"], min_col=1, min_row=1, max_row=9), titles_from_data=True)
        made.create_chartsheet("plot").add_chart(chart)

    book(path, {"squat": table(), "secret": table(BF, VL)}, change)
    trial = read(path, sfreq=1000)
    assert [notice.text for notice in trial.notices] == ["Hidden sheets of the workbook were not read: 'secret'."]
    assert trial.emg.data[0].tolist() == [one * 1e-3 for one in VL]
    assert read(path, sheet="secret", sfreq=1000).emg.data[0].tolist() == [one * 1e-3 for one in BF]
    refused(path, FormatError, "'plot' is a chart", "'secret' (hidden)", sheet="plot")
    assert [(one.name, one.kind, one.hidden) for one in emgkit.io.sheets(path)] == [
        ("squat", "table", False), ("secret", "table", True), ("plot", "chart", False),
    ]  # fmt: skip


def test_sheets_are_for_workbooks_alone(tmp_path):
    text = tmp_path / "a.csv"
    text.write_text("VL (mV)\n1\n2\n")
    refused(text, ArgumentError, "'sheet' is for 'xlsx' alone", "a delimited file", sheet="a")
    assert emgkit.io.sheets(text) == ()


def test_an_old_or_locked_workbook_says_how_to_save_it(tmp_path):
    (tmp_path / "a.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    refused(tmp_path / "a.xls", FormatError, "Excel (XLS)", "save it as an Excel workbook (.xlsx), without a password")


# --- hostile and damaged ---------------------------------------------------------------------------


def change_part(path, name, change):
    """Rewrite one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, content in parts.items():
            archive.writestr(one, content)


def soon(path, error, *parts, **given):
    begin = time.process_time()
    found = refused(path, error, *parts, **given)
    assert time.process_time() - begin < SLOWEST
    return found


def test_a_bomb_is_refused_before_it_is_unpacked(path):
    book(path, {"a": table()})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/more.xml", "w") as part:
        for _ in range(300):
            part.write(bytes(2**20))
    soon(path, FormatError, "unpacks to far more than a recording does", "from a file of", sfreq=1000)


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(path, part, encoding):
    book(path, {"a": table()})
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'

    def change(xml):
        text = xml.decode().partition("?>")[2] if xml.startswith(b"<?xml") else xml.decode()
        return f'<?xml version="1.0" encoding="{encoding}"?>{bomb}{text}'.encode(encoding)

    change_part(path, part, change)
    soon(path, FormatError, "defines words of its own", part, sfreq=1000)


@pytest.mark.parametrize("size", ["A1:XFD1048576", "A1", "Z9:A1", "B5:C6"])
def test_the_stated_size_of_a_sheet_is_not_believed(path, size):
    book(path, {"a": table()})
    change_part(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'ref="A1:B41"', f'ref="{size}"'.encode()))
    begin = time.process_time()
    try:
        assert read(path, sfreq=1000).emg.data.shape == (2, N)
    except FormatError:
        assert size == "Z9:A1"
    assert time.process_time() - begin < SLOWEST


@pytest.mark.parametrize(
    ("old", "new"), [(b'r="9"', b'r="99999999999"'), (b'r="9"', b'r="1048577"'), (b'r="B9"', b'r="ZZZ9"')]
)
def test_cells_far_out_are_refused_soon(path, old, new):
    book(path, {"a": table()})
    change_part(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(old, new))
    soon(path, FormatError, sfreq=1000)


@pytest.mark.fuzz("xlsx")
def test_damage_ends_in_errors_of_emgkit(path):
    book(path, {"a": table(), "b": table()})
    whole = path.read_bytes()
    read_ones, messages = 0, []
    begin = time.process_time()
    for seed in range(250):
        rng = np.random.default_rng(seed)
        raw = bytearray(whole)
        if seed % 2:
            raw = raw[: rng.integers(1, len(raw))]
        else:
            for at in rng.integers(0, len(raw), rng.integers(1, 6)):
                raw[at] = rng.integers(256)
        path.write_bytes(bytes(raw))
        try:
            trial = read(path, format="xlsx", sheet="a", sfreq=1000)
        except EmgkitError as error:
            messages.append(len(str(error)))
        else:
            assert trial.emg.data[:, :2].tolist() == [[v * 1e-3 for v in column[:2]] for column in (VL, BF)], seed
            read_ones += 1
    assert 0 < read_ones < 200
    assert max(messages) <= 600 + len(str(path))
    assert time.process_time() - begin < 6 * SLOWEST


PARTS = ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml",
         "xl/_rels/workbook.xml.rels"]  # fmt: skip


@pytest.mark.fuzz("xlsx")
@pytest.mark.parametrize("part", PARTS)
def test_damage_inside_a_part_ends_in_errors_of_emgkit(path, part):
    book(path, {"a": table()})
    whole = path.read_bytes()
    for seed in range(60):
        rng = np.random.default_rng(seed)

        def change(xml, rng=rng):
            at = int(rng.integers(len(xml)))
            junk = [b"", b"<", b'"', b"9" * 30, b"\xff", b"-1", b"</v>", b"&#0;", b"1e999"][rng.integers(9)]
            return xml[:at] + junk + xml[at + int(rng.integers(5)) :]

        path.write_bytes(whole)
        change_part(path, part, change)
        try:
            trial = read(path, sfreq=1000)
        except EmgkitError:
            continue
        assert np.isfinite(trial.emg.data).all(), seed


def test_a_large_workbook_is_read_soon(path):
    rng = np.random.default_rng(0)
    made = openpyxl.Workbook(write_only=True)
    for name in ("a", "b"):
        sheet = made.create_sheet(name)
        for row in rng.normal(size=(20_001, 4)).tolist():
            sheet.append(row)
    made.save(path)
    begin = time.process_time()
    for name in ("a", "b"):
        assert read(path, sheet=name, sfreq=2000, units="uV").emg.data.shape == (4, 20_001)
    assert time.process_time() - begin < SLOWEST


# --- real workbooks --------------------------------------------------------------------------------


def test_the_workbook_of_a_laboratory_is_read_sheet_by_sheet(recordings):
    path = recordings / "elderly_isometric_xlsx" / "ID_1.xlsx"
    names = [one.name for one in emgkit.io.sheets(path)]
    assert names == ["DNM", "EMG_VL", "EMG_BF", "EMG_TA", "EMG_LG"]
    begin = time.process_time()
    muscles = {place: {"name": name} for place, name in enumerate(("VL", "BF", "TA", "GL"), start=1)}
    trials = {name: read(path, sheet=name, sfreq=2000, units="uV", channels=muscles) for name in names[1:]}
    assert time.process_time() - begin < SLOWEST
    assert {trial.emg.data.shape for trial in trials.values()} == {(4, 20_001)}
    import pandas as pd

    cells = pd.read_excel(io.BytesIO(path.read_bytes()), sheet_name="EMG_TA", header=None).to_numpy()
    assert trials["EMG_TA"].emg.data.tolist() == (cells.T * 1e-6).tolist()
    with pytest.raises(UnitError, match="no unit"):
        read(path, sheet="DNM", sfreq=2000)
    with pytest.raises(EmgkitError):
        read(path.with_name("Demographics.xlsx"), sfreq=1)
