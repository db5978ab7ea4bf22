"""Thousands separators in text files: refused, or read as the user says, and never taken for decimals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit.errors import ArgumentError, FormatError
from emgkit.io import read

VL, BF = np.round(np.random.default_rng(5).normal(size=(2, 60)), 4)
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


def grouped(values, sign):
    return [f"{value:,}".replace(",", sign) for value in values]


COUNTS = [-1104, -44, -438, 947, 2570, -1059, 12345, 7, 1120, -136]


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize(("sep", "sign", "word"), [
    (";", ",", "comma"), ("\t", ",", "comma"), (";", ".", "point"), ("\t", ".", "point"), (",", ".", "point"),
    (",", ",", "comma"), ("|", ",", "comma"),
])  # fmt: skip
@pytest.mark.parametrize("turn", [0, 1, 3])
def test_thousands_are_refused_or_read_as_said_and_never_taken_for_decimals(tmp_path, sep, sign, word, header, turn):
    counts = COUNTS[turn:] + COUNTS[:turn]
    columns = [grouped(counts, sign), grouped(counts[::-1], sign)]
    if sep == sign:
        columns = [[f'"{one}"' if sign in one else one for one in column] for column in columns]
    lines = [sep.join(["VL (uV)", "BF (uV)"])] * header + lines_of(columns, sep=sep)
    path = write(tmp_path, lines)
    error = refused(path, FormatError, f"The {word} could be the decimal sign or a thousands separator",
                    "column 'VL (uV)'" if header else "column 'ch1'", "beside", f"thousands={sign!r} if",
                    "thousands=''", sfreq=1000, units="uV")  # fmt: skip
    row = next(index for index, value in enumerate(counts) if abs(value) >= 1000) + 1 + header
    assert f"row {row}," in error.where
    trial = read(path, sfreq=1000, units="uV", thousands=sign)
    assert trial.emg.data[0].tolist() == pytest.approx([value * 1e-6 for value in counts], rel=1e-12)
    assert trial.emg.data[1].tolist() == pytest.approx([value * 1e-6 for value in counts[::-1]], rel=1e-12)


def test_whole_thousands_alone_are_refused_too(tmp_path):
    path = write(tmp_path, ["VL (uV);BF (uV)", "2,000;0,5", "950;0,25", "-3,000;1,5", "12;0,5"])
    refused(path, FormatError, "thousands separator", "row 2, column 'VL (uV)'", "'2,000' beside '950'", sfreq=1000)
    # and where one is said, another column must fit it
    refused(path, FormatError, "A cell is not a number", "column 'BF (uV)'", sfreq=1000, thousands=",")


def test_what_the_user_calls_decimals_is_read_as_decimals(tmp_path):
    path = write(tmp_path, ["VL (mV)", "1.104", "-3", "2.570", "7"])
    refused(path, FormatError, "The point could be", "thousands='' if it is 1.104", sfreq=1000)
    assert read(path, sfreq=1000, thousands="").emg.data[0].tolist() == pytest.approx([1.104e-3, -3e-3, 2.57e-3, 7e-3])


@pytest.mark.parametrize("cells", [
    ["1.104", "-3.000", "2.570"], ["0.104", "-3", "2.570"], ["1.104", "-3", "2.57"], ["1.104", "3", "1200.5"],
    ["12", "-700", "999"], ["2048", "2047", "2000"],
])  # fmt: skip
def test_decimals_and_whole_numbers_are_no_thousands(tmp_path, cells):
    trial = read(write(tmp_path, ["t (s),VL (mV)", *(f"{i / 1000:.3f},{one}" for i, one in enumerate(cells))]))
    assert trial.emg.data[0].tolist() == pytest.approx([float(one) * 1e-3 for one in cells])


def test_thousands_with_decimals_need_one_word(tmp_path):
    english = write(tmp_path, ["VL (uV);BF (uV)", "1,234.5;2.0", "-12.25;1,000.0"])
    refused(english, FormatError, "both a comma and a point", "thousands=',' or thousands='.'", sfreq=1000)
    assert read(english, sfreq=1, thousands=",").emg.data[0].tolist() == pytest.approx([1234.5e-6, -12.25e-6])
    german = write(tmp_path, ["VL (uV);BF (uV)", "1.234,5;2,0", "-12,25;1.000,0"])
    assert read(german, sfreq=1, thousands=".").emg.data[0].tolist() == pytest.approx([1234.5e-6, -12.25e-6])


@pytest.mark.parametrize(("sep", "decimal"), [*LAYOUTS, (",", ",")])
def test_quoted_numbers_are_read(tmp_path, sep, decimal):
    quoted = [[f'"{one:.4f}"'.replace(".", decimal) for one in column] for column in (VL, BF)]
    for columns in (quoted, [quoted[0], quoted[1][:5] + [one.strip('"') for one in quoted[1][5:]]]):
        if sep == decimal:
            columns = quoted
        trial = read(write(tmp_path, [sep.join(['"VL (mV)"', '"BF (mV)"']), *lines_of(columns, sep=sep)]), sfreq=1000)
        assert trial.emg.data == pytest.approx(np.stack([VL, BF]) * 1e-3)


@pytest.mark.parametrize("sign", ["'", "\u2019", " ", "\u00a0", "\u202f"])
def test_other_signs_between_thousands_are_named_and_read(tmp_path, sign):
    path = write(tmp_path, ["VL (uV);BF (uV)", f"-1{sign}104;947", f"-44;12{sign}345{sign}678"])
    refused(path, FormatError, "A cell is not a number", "row 2, column 'VL (uV)'", f"thousands={sign!r}", sfreq=1000)
    trial = read(path, sfreq=1000, thousands=sign)
    assert trial.emg.data.tolist() == [pytest.approx([-1104e-6, -44e-6]), pytest.approx([947e-6, 12.345678])]


def test_a_sign_that_cannot_separate_thousands_is_refused(tmp_path):
    path = write(tmp_path, ["VL (uV)", "1"])
    refused(path, ArgumentError, "'thousands' cannot be used", "Got: 'x'", sfreq=1000, thousands="x")
    refused(path, ArgumentError, "a bdf file", "'delimited' and 'xlsx' alone", format="bdf", thousands=",")


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.integers(-999_999, 999_999), min_size=4, max_size=30),
    layout=st.sampled_from([(";", ","), ("\t", ","), (";", "."), ("\t", "."), (",", ".")]),
)
def test_grouped_whole_numbers_are_never_changed_silently(tmp_path_factory, values, layout):
    sep, sign = layout
    lines = [sep.join(["VL (uV)", "BF (uV)"]), *lines_of([grouped(values, sign), ["0"] * len(values)], sep=sep)]
    path = write(tmp_path_factory.mktemp("grouped"), lines)
    bare = [value for value in values if abs(value) < 1000]
    try:
        trial = read(path, sfreq=1000)
    except FormatError:
        assert any(abs(value) >= 1000 for value in values)
    else:
        # without a bare number beside them, three decimals are as likely as thousands
        assert len(bare) in (0, len(values))
    trial = read(path, sfreq=1000, thousands=sign)
    assert trial.emg.data[0].tolist() == pytest.approx([value * 1e-6 for value in values])


@pytest.mark.parametrize(("sep", "decimal", "told"), [(";", ",", True), ("\t", ".", True), (",", ".", False)])
def test_three_decimals_throughout_are_read_and_told(tmp_path, sep, decimal, told):
    values = [2.048, 2.051, -1.044, 12.5, 999.999]
    path = write(tmp_path, ["VL (uV)", *lines_of([values, values], sep=sep, decimal=decimal, form="{:.3f}")][1:])
    trial = read(path, sfreq=1000, units="uV")
    assert trial.emg.data[0].tolist() == pytest.approx([value * 1e-6 for value in values])
    assert ("decimals-assumed" in codes(trial)) is told
    if told:
        assert trial.notices[0].text == (
            f"All decimals are three, as in 2{decimal}048: {decimal!r} was taken for the decimal sign. If it separates "
            f"thousands, say thousands={decimal!r}."
        )
    assert "decimals-assumed" not in codes(read(path, sfreq=1000, units="uV", thousands=""))
