"""How a p, an interval, a unit and a heading are written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgkit.notation import (
    equation,
    estimate,
    first_few,
    heading,
    p_phrase,
    p_text,
    ratio_places,
    surface,
    symbol,
)
from emgkit.units import INSIDE


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.5, ".500"), (0.0342, ".034"), (0.00121, ".001"), (0.001, ".001"), (4.1e-9, "< .001"), (0.0, "< .001"),
        (0.000999, "< .001"), (0.9994, ".999"), (0.9996, "> .999"), (1.0, "> .999"), (0.05, ".050"),
        (0.0497, ".0497"), (0.0496, ".0496"), (0.04996, ".04996"), (0.049999, ".049999"), (0.05004, ".05004"),
        (0.0504, ".0504"), (0.0494, ".049"), (0.0506, ".051"), (math.nan, "–"),
    ],
)  # fmt: skip
def test_p_has_three_decimals_and_the_side_of_five_percent(p: float, text: str) -> None:
    assert p_text(p) == text
    assert p_phrase(p) == (f"p {text}" if text[0] in "<>" else f"p = {text}")


@given(p=st.floats(0, 1) | st.floats(0.0494, 0.0506))
def test_p_is_never_read_on_the_wrong_side(p: float) -> None:
    text = p_text(p)
    if text.startswith("."):
        assert float(text) == pytest.approx(p, abs=0.000501)
        assert (float(text) < 0.05, float(text) > 0.05) == (p < 0.05, p > 0.05)
    else:
        assert (p < 0.001) == text.startswith("<")
    assert "= >" not in p_phrase(p)
    assert "= <" not in p_phrase(p)


@given(low=st.floats(0.01, 10), high=st.floats(0.01, 10))
def test_an_interval_that_is_off_one_reads_so(low: float, high: float) -> None:
    low, high = sorted((low, high))
    _, limits = estimate(math.sqrt(low * high), low, high, ratio=True)
    first, last = (float(text) for text in limits.strip("[]").split(", "))
    if not 1 - 1e-5 < low < 1 + 1e-5 and not 1 - 1e-5 < high < 1 + 1e-5:
        assert (first > 1, last < 1) == (low > 1, high < 1)


def test_a_limit_that_lies_on_one_but_for_rounding_errors_has_two_decimals() -> None:
    assert ratio_places([(0.8, 0.64, 0.8 * 1.25 - 1e-16)]) == 2
    assert ratio_places([(0.8, 0.64, 0.9996)]) == 4


def test_every_unit_inside_has_one_surface() -> None:
    shown = {unit: surface(unit)[0] for unit in INSIDE}
    changed = {unit: text for unit, text in shown.items() if unit != text}
    assert changed == {"V": "µV", "V^2": "µV²", "V·s": "µV·s", "deg": "°", "deg/s": "°/s", "m/s^2": "m/s²"}
    assert [surface(unit)[1] for unit in changed] == [1e6, 1e12, 1e6, 1.0, 1.0, 1.0]
    assert not any("^" in text for text in shown.values())


@pytest.mark.parametrize(
    ("name", "text"), [("p", "p = n.s."), ("n", "n = 13"), ("weight", "weight = 28 %"), ("p", "p > .999")]
)
def test_a_name_and_its_number(name: str, text: str) -> None:
    number = text.removeprefix(f"{name} ").removeprefix("= ")
    assert equation(name, number) == (text if number[0] not in "n" else "p n.s.")


@pytest.mark.parametrize(
    ("name", "plain", "parts"),
    [
        ("d_z", "d_z", ("d", "z", "")),
        ("g_av 95 % CI", "g_av 95 % CI", ("g", "av", " 95 % CI")),
        ("p_adjusted", "p adjusted", ("p", "", " adjusted")),
        ("epsilon_hf_uncapped", "ε (HF), uncapped", ("ε", "", " (HF), uncapped")),
        ("load_kg", "load (kg)", ("", "", "load (kg)")),
        ("participant", "participant", ("", "", "participant")),
        ("baseline_noise (µV)", "baseline noise (µV)", ("", "", "baseline noise (µV)")),
        ("n_repetitions", "repetitions", ("", "", "repetitions")),
    ],
)
def test_headings(name: str, plain: str, parts: tuple[str, str, str]) -> None:
    assert heading(name) == plain
    assert symbol(plain) == parts


@pytest.mark.parametrize(
    ("texts", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c"], "a, b and 1 more")]
)
def test_of_many_texts_the_first_stand_and_the_number_of_the_others(texts: list[str], text: str) -> None:
    assert first_few(texts, 2) == text
    assert first_few(texts, 2, between="; ") == text.replace(", ", "; ").replace(" and", "; and")
