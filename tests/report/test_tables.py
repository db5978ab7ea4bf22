"""Digits for people: enough to read, never a different number."""

from __future__ import annotations

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emgkit.notation import p_text
from emgkit.report.cells import columns


def cells(frame: pd.DataFrame, place: int = 0, **formats: str) -> tuple[str, ...]:
    return columns(frame, formats)[place].cells


def test_limits_become_one_column_with_the_digits_of_their_estimate() -> None:
    frame = pd.DataFrame({"difference": [12.345, -0.04], "ci_low": [9.87, -2.0], "ci_high": [14.8, 1.26]})
    shown = columns(frame, {})
    assert [column.heading for column in shown] == ["difference", "95 % CI"]
    assert shown[0].cells == ("12.3", "−0.04")
    assert shown[1].cells == ("[9.9, 14.8]", "[−2.00, 1.26]")


def test_limits_of_an_effect_size_follow_it() -> None:
    frame = pd.DataFrame({"d_z": [0.5], "d_z_low": [-0.043], "d_z_high": [1.04]})
    shown = columns(frame, {})
    assert [column.heading for column in shown] == ["<i>d</i><sub>z</sub>", "<i>d</i><sub>z</sub> 95 % CI"]
    assert shown[1].cells == ("[−0.04, 1.04]",)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("ratio", [1.0, 12.345], ("1.00", "12.35")),
        ("ges", [0.0214], (".021",)),
        ("n", [20, 7], ("20", "7")),
        ("g_av", [-0.004, -0.006, 0.0], ("0.00", "−0.01", "0.00")),
        ("df", [19.0], ("19",)),
        ("df", [17.321], ("17.3",)),
        ("load_kg", [100.0, 82.5], ("100.0", "82.5")),
        ("value", [85.31, 126.443], ("85.3", "126.4")),
        ("value", [1e6, 0.25], ("1000000.00", "0.25")),
        ("value", [0.02134, 126.44], ("0.0213", "126")),
        ("value", [3.1e-7], ("3.10×10⁻⁷",)),
        ("value", [np.nan, math.inf, -2.511], ("–", "∞", "−2.51")),
        ("p_adjusted", [0.04999, 0.9999, 0.00099], (".04999", "> .999", "< .001")),
    ],
)
def test_the_usual_digits(name: str, values: list[float], expected: tuple[str, ...]) -> None:
    assert cells(pd.DataFrame({name: values})) == expected


def test_a_format_goes_before_the_usual_digits() -> None:
    assert cells(pd.DataFrame({"load_kg": [82.5]}), load_kg=".1f") == ("82.5",)


def test_volts_are_shown_as_microvolts_and_percent_as_it_is() -> None:
    shown = columns(pd.DataFrame({"value": [3.1e-4, 85.312], "unit": ["V", "%MVC"]}), {})
    assert [column.cells for column in shown] == [("310.0", "85.3"), ("µV", "%MVC")]


def test_names_lose_their_underscores_and_files_keep_them() -> None:
    frame = pd.DataFrame({"muscle": ["gluteus_maximus"], "file": ["sub-01_task-squat_emg.bdf"], "won": [True]})
    assert [column.cells[0] for column in columns(frame, {})] == ["gluteus maximus", "sub-01_task-squat_emg.bdf", "yes"]


def test_names_and_studies_are_written_as_people_write_them() -> None:
    frame = pd.DataFrame(
        {"study": ["contreras_2015", "mccurdy_2018"], "comparator": ["back_squat", ""], "file": ["a_b", "c_d"]}
    )
    assert [column.cells for column in columns(frame, {})] == [
        ("Contreras 2015", "McCurdy 2018"), ("back squat", "–"), ("a_b", "c_d"),
    ]  # fmt: skip


def test_the_limits_of_a_p_have_its_digits_and_not_those_of_the_difference() -> None:
    frame = pd.DataFrame({"difference": [30.0], "p_low": [0.0171], "p_high": [0.0342]})
    assert cells(frame, 1) == ("[.017, .034]",)


def test_missing_cells_show_that_they_are_missing() -> None:
    frame = pd.DataFrame({"reason": [None, "", "x"], "n": pd.array([1, None, 3], dtype="Int64")})
    assert [column.cells for column in columns(frame, {})] == [("–", "–", "x"), ("1", "–", "3")]


def test_the_table_itself_is_left_alone() -> None:
    frame = pd.DataFrame({"value": [3.1e-4], "unit": ["V"]})
    before = frame.copy()
    columns(frame, {})
    pd.testing.assert_frame_equal(frame, before)


@given(st.lists(st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-290), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
@example([0.0, 1e-280])
@example([0.049999, 49.99])
def test_a_shown_number_is_the_number_to_its_digits(values: list[float]) -> None:
    for value, cell in zip(values, cells(pd.DataFrame({"value": values})), strict=True):
        mantissa, _, power = cell.replace("−", "-").partition("×10")
        exponent = int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)
        shown = float(f"{mantissa}e{exponent}")
        decimals = len(mantissa.partition(".")[2])
        assert abs(shown - value) <= 0.501 * 10.0 ** (exponent - decimals)
        if value:
            assert abs(shown - value) <= 0.06 * abs(value), "fewer than one and a half digits left"


@given(st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_a_shown_p_is_on_the_right_side(p: float) -> None:
    text = p_text(p)
    assert re.fullmatch(r"\.\d{3}|\.0(49|50)\d+|< \.001|> \.999", text)
    if text.startswith("."):
        assert float(text) == pytest.approx(p, abs=0.000501)
        assert (float(text) < 0.05, float(text) > 0.05) == (p < 0.05, p > 0.05)
    else:
        assert (p < 0.001) == text.startswith("<")
