"""Printed statistics turned back: closed forms, the rounding of decimals, and what does not fit together."""

from __future__ import annotations

import itertools
import json
import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats

from emgkit.errors import ArgumentError, EmgkitWarning
from emgkit.stats.cells.effect_formulas import d_z_interval
from emgkit.stats.meta.printed import Span, correlation, difference_sd, read_number, read_p
from emgkit.stats.meta.reconstruct import QUANTITIES, reconstruct


def quietly(**printed: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return reconstruct(**printed)


def text(table: pd.DataFrame, code: str) -> str:
    return next(notice.text for notice in table.notices if notice.code == code)


def truth(m1: float, s1: float, m2: float, s2: float, r: float, n: int) -> dict[str, float]:
    """All that follows from the moments of two conditions."""
    sd = math.sqrt(s1**2 + s2**2 - 2 * r * s1 * s2)
    t = (m1 - m2) / (sd / math.sqrt(n))
    half = float(stats.t.ppf(0.975, n - 1)) * sd / math.sqrt(n)
    low, high = d_z_interval(t, n)
    return {
        "difference": m1 - m2, "ratio": m1 / m2, "sd_diff": sd, "t": t, "d_z": t / math.sqrt(n), "r": r,
        "p": 2 * float(stats.t.sf(abs(t), n - 1)), "d_av": (m1 - m2) / math.sqrt((s1**2 + s2**2) / 2),
        "ci_low": m1 - m2 - half, "ci_high": m1 - m2 + half, "d_z_low": float(low), "d_z_high": float(high),
    }  # fmt: skip


def as_printed(p: float, decimals: int) -> str:
    smallest = 10.0**-decimals
    return f"< {smallest:.{decimals}f}" if p < smallest / 2 else f"{p:.{decimals}f}"


STATISTICS = ["p", "t", "ci", "d_z", "r_range"]


@settings(max_examples=120, deadline=None)
@given(
    m1=st.floats(20, 150),
    m2=st.floats(20, 150),
    cv1=st.floats(0.15, 0.7),
    cv2=st.floats(0.15, 0.7),
    r=st.floats(-0.6, 0.95),
    n=st.integers(4, 30),
    decimals=st.integers(0, 3),
    statistic=st.sampled_from(STATISTICS),
)
@example(m1=60.0, m2=60.0, cv1=0.3, cv2=0.3, r=0.5, n=10, decimals=1, statistic="p")
@example(m1=60.2, m2=60.0, cv1=0.3, cv2=0.3, r=0.5, n=10, decimals=0, statistic="p")
@example(m1=60.2, m2=60.0, cv1=0.3, cv2=0.4, r=0.5, n=10, decimals=0, statistic="r_range")
def test_the_truth_lies_within_what_the_digits_leave_open(
    m1: float, m2: float, cv1: float, cv2: float, r: float, n: int, decimals: int, statistic: str
) -> None:
    s1, s2 = cv1 * m1, cv2 * m2
    true = truth(m1, s1, m2, s2, r, n)
    printed: dict[str, Any] = {
        name: f"{value:.{decimals}f}" for name, value in {"mean1": m1, "sd1": s1, "mean2": m2, "sd2": s2}.items()
    }
    if statistic == "p":
        printed["p"] = as_printed(true["p"], 3)
    elif statistic == "ci":
        printed["ci"] = (f"{true['ci_low']:.{decimals}f}", f"{true['ci_high']:.{decimals}f}")
        assume(float(printed["ci"][1]) - float(printed["ci"][0]) > 1.5)
    elif statistic == "r_range":
        printed["r_range"] = (-0.6, 0.95)
    else:
        printed[statistic] = f"{true[statistic]:.2f}"
    got = quietly(**printed, n=n).loc[0]
    assert got["source"] == statistic
    for name, value in true.items():
        slack = 1e-9 * (1 + abs(value))
        assert got[f"{name}_min"] - slack <= value <= got[f"{name}_max"] + slack, name
    assert "sources-disagree" not in got["alarms"]
    assert "impossible-r" not in got["alarms"]
    assert "off-centre" not in got["alarms"]


@pytest.mark.parametrize("statistic", ["p", "t", "ci", "d_z"])
def test_every_digit_printed_gives_everything_back(statistic: str) -> None:
    true = truth(86.8, 28.0, 45.4, 19.0, 0.62, 13)
    full = {"p": f"{true['p']:.20f}", "t": f"{true['t']:.14f}", "d_z": f"{true['d_z']:.14f}",
            "ci": (f"{true['ci_low']:.12f}", f"{true['ci_high']:.12f}")}  # fmt: skip
    got = reconstruct(
        mean1="86.800000000000", sd1="28.000000000000", mean2="45.400000000000", sd2="19.000000000000", n=13,
        **{statistic: full[statistic]},
    ).loc[0]  # fmt: skip
    assert got["alarms"] == ""
    for name, value in true.items():
        np.testing.assert_allclose(got[[name, f"{name}_min", f"{name}_max"]].astype(float), value, rtol=1e-8)


def inside(span: Span, n: int = 9) -> np.ndarray:
    return np.linspace(span.low, span.high, n)


@pytest.mark.parametrize(
    "spans",
    [
        [Span(10.0, 9.5, 10.5), Span(14.0, 13.5, 14.5), Span(10.0, 9.0, 11.0)],
        [Span(14.0, 13.5, 14.5), Span(10.0, 9.5, 10.5), Span(10.0, 9.0, 11.0)],
        [Span(1.0, 0.5, 1.5), Span(2.0, 1.5, 2.5), Span(1.7, 1.0, 2.4)],
        # a turn within an edge: at 13.8 and 10 the least r lies where s1 = 9.51
        [Span(9.5, 8.5, 10.5), Span(14.0, 13.8, 14.2), Span(9.5, 9.0, 10.0)],
        [Span(14.0, 13.8, 14.2), Span(9.5, 8.5, 10.5), Span(9.5, 9.0, 10.0)],
        [Span(28.0, 27.5, 28.5), Span(19.0, 18.5, 19.5), Span(22.0, 21.0, 23.0)],
    ],
)
def test_limits_of_r_are_reached_and_not_passed(spans: list[Span]) -> None:
    s1, s2, s = np.meshgrid(*(inside(span, 101) for span in spans), indexing="ij")
    r = (s1**2 + s2**2 - s**2) / (2 * s1 * s2)
    got = correlation(*spans)
    assert got.low <= r.min() + 1e-12
    assert got.high >= r.max() - 1e-12
    np.testing.assert_allclose([got.low, got.high], [r.min(), r.max()], atol=2e-4)


@pytest.mark.parametrize("r", [Span(math.nan, 0.3, 0.9), Span(math.nan, 0.95, 0.99), Span(math.nan, -0.5, 0.5)])
def test_limits_of_the_spread_are_reached_and_not_passed(r: Span) -> None:
    spans = [Span(10.0, 9.5, 10.5), Span(11.0, 10.5, 11.5), r]
    s1, s2, correlated = np.meshgrid(*(inside(span, 101) for span in spans), indexing="ij")
    sd = np.sqrt(s1**2 + s2**2 - 2 * correlated * s1 * s2)
    got = difference_sd(*spans)
    np.testing.assert_allclose([got.low, got.high], [sd.min(), sd.max()], rtol=1e-4)
    assert got.low <= sd.min() + 1e-12
    assert math.isnan(got.value)


@pytest.mark.parametrize(
    ("mean1", "mean2"), [("86.8", "45.4"), ("45.4", "50.0"), ("45.4", "46"), ("45.4", "45.5"), ("45", "45.1")]
)
def test_all_limits_are_those_of_a_search_over_the_rounding(mean1: str, mean2: str) -> None:
    n, printed = 13, {"mean1": mean1, "sd1": "28.1", "mean2": mean2, "sd2": "28.4", "p": ".004"}
    got = quietly(**printed, n=n).loc[0]
    spans = [read_number(printed[name], name) for name in ("mean1", "sd1", "mean2", "sd2")]
    m1, s1, m2, s2, p = np.meshgrid(*(inside(span, 7) for span in (*spans, read_p(".004"))), indexing="ij")
    d, t = m1 - m2, stats.t.isf(p / 2, n - 1)
    sd, quantile = np.abs(d) * math.sqrt(n) / t, stats.t.ppf(0.975, n - 1)
    sweep = {
        "difference": d, "ratio": m1 / m2, "d_av": d / np.sqrt((s1**2 + s2**2) / 2),
        "ci_low": d - quantile * np.abs(d) / t, "ci_high": d + quantile * np.abs(d) / t, "p": p,
        "d_z": np.copysign(t, d) / math.sqrt(n),
    }  # fmt: skip
    possible = np.abs((s1**2 + s2**2 - sd**2) / (2 * s1 * s2)) <= 1
    assert possible.any()
    if possible.all():  # otherwise these two are cut
        sweep |= {"sd_diff": sd, "r": (s1**2 + s2**2 - sd**2) / (2 * s1 * s2)}
    for name, values in sweep.items():
        limits = got[[f"{name}_min", f"{name}_max"]].astype(float)
        assert limits.iloc[0] <= values[possible].min() + 1e-9, name
        assert limits.iloc[1] >= values[possible].max() - 1e-9, name
        if possible.all():
            np.testing.assert_allclose(limits, [values.min(), values.max()], rtol=1e-3, err_msg=name)


@pytest.mark.parametrize("source", [{"p": ".012"}, {"t": "2.95"}, {"d_z": "0.82"}, {}])
def test_a_change_of_unit_changes_what_has_a_unit(source: dict[str, str]) -> None:
    small = quietly(mean1="0.868", sd1="0.280", mean2="0.454", sd2="0.310", n=13, **source).loc[0]
    large = quietly(mean1="868", sd1="280", mean2="454", sd2="310", n=13, **source).loc[0]
    for name, end in itertools.product(QUANTITIES, ("", "_min", "_max")):
        factor = 1000 if name in ("difference", "sd_diff", "ci_low", "ci_high") else 1
        np.testing.assert_allclose(large[name + end], small[name + end] * factor, rtol=1e-9, err_msg=name)


def test_turning_the_conditions_round() -> None:
    forward = reconstruct(mean1="86.8", sd1="28.0", mean2="45.4", sd2="19.0", n=13, p=".004").loc[0]
    backward = reconstruct(mean1="45.4", sd1="19.0", mean2="86.8", sd2="28.0", n=13, p=".004").loc[0]
    for name in ("difference", "t", "d_z", "d_av"):
        assert (backward[name], backward[f"{name}_max"]) == (-forward[name], -forward[f"{name}_min"])
    assert (backward["ci_low"], backward["d_z_high"]) == (-forward["ci_high"], -forward["d_z_low"])
    assert (backward["r_min"], backward["p"], backward["sd_diff"]) == (
        forward["r_min"], forward["p"], forward["sd_diff"],
    )  # fmt: skip


DELGADO = {"study": "Delgado 2019", "contrast": ["VL squat - RDL", "VL squat - thrust", "GM thrust - squat"], "n": 8,
           "p": [".002", ".009", ".038"]}  # fmt: skip
ES = ["1.36", "2.27", "1.39"]


def test_delgado_2019_if_the_effect_size_is_d_av() -> None:
    got = quietly(**DELGADO, d_av=ES)
    t = stats.t.isf(np.array([0.002, 0.009, 0.038]) / 2, 7)
    r = 1 - (np.array([1.36, 2.27, 1.39]) / (t / math.sqrt(8))) ** 2 / 2
    np.testing.assert_allclose(got["r"], r, rtol=1e-12)
    np.testing.assert_allclose(got["r"], [0.68, -0.61, -0.19], atol=0.005)
    flagged = got["alarms"].str.contains("r-below-siblings")
    assert flagged.tolist() == [False, True, False]
    assert text(got, "r-below-siblings") == (
        "Delgado 2019, VL squat - thrust: r = -0.61, by rounding -0.65 to -0.57 is far below the study's other "
        "contrasts (median 0.25): p may be adjusted, or the effect size another than the one it is taken for."
    )
    assert "taken as equal; unequal ones would put r farther from 0" in text(got, "equal-sds-assumed")


def test_delgado_2019_if_the_effect_size_is_d_z() -> None:
    got = quietly(**DELGADO, d_z=ES)
    assert (got["alarms"] == "sources-disagree").all()
    p = 2 * stats.t.sf(np.array([1.36, 2.27, 1.39]) * math.sqrt(8), 7)
    np.testing.assert_allclose(p, [0.0063, 0.00036, 0.0057], rtol=0.02)
    assert "8 participants, where they would mean p < .001 and p = .009" in got.notices[1].text


def test_contrasts_of_other_studies_are_no_siblings() -> None:
    got = quietly(**{**DELGADO, "study": ["A", "B", "C"]}, d_av=ES)
    assert not got["alarms"].str.contains("siblings").any()


def test_unequal_standard_deviations_put_r_farther_from_zero() -> None:
    for p, sign in ((".002", 1), (".038", -1)):
        equal = quietly(d_av="1.36", p=p, n=8).loc[0, "r"]
        # means and spreads with this d_av: sqrt((3**2 + 1**2) / 2) * 1.36
        unequal = quietly(mean1=f"{1.36 * math.sqrt(5):.12f}", mean2="0.000000000000", sd1="3.000000000000",
                          sd2="1.000000000000", p=p, n=8).loc[0, "r"]  # fmt: skip
        assert sign * unequal > sign * equal > 0


def test_williams_2021_prints_an_interval_and_a_p_of_different_quantiles() -> None:
    got = quietly(ci=[("4", "56"), ("6", "58")], p=[".024", ".016"], n=12, study="Williams 2021")
    assert got["alarms"].tolist() == ["sources-disagree"] * 2
    assert got["difference"].tolist() == [30.0, 32.0]
    # with the normal quantile in place of t(11) each interval gives the printed p
    np.testing.assert_allclose(
        2 * stats.norm.sf(stats.norm.ppf(0.975) * np.array([30, 32]) / 26), [0.024, 0.016], atol=5e-4
    )


def test_without_p_the_correlation_is_swept() -> None:
    got = reconstruct(mean1="51.52", sd1="6.08", mean2="46.88", sd2="7.39", n=21).loc[0]
    assert got["source"] == "r_range"
    assert (got["r_min"], got["r_max"]) == (0.3, 0.9)
    assert got[["r", "t", "p", "d_z", "sd_diff", "ci_low"]].isna().all()
    assert got["d_av"] == pytest.approx(4.64 / math.sqrt((6.08**2 + 7.39**2) / 2), rel=1e-9)
    for r, end in ((0.3, "d_z_min"), (0.9, "d_z_max")):
        d_z = 4.64 / math.sqrt(6.08**2 + 7.39**2 - 2 * r * 6.08 * 7.39)
        assert got[end] == pytest.approx(d_z, rel=6e-3)
    narrow = reconstruct(mean1="51.52", sd1="6.08", mean2="46.88", sd2="7.39", n=21, r_range=(0.6, 0.7)).loc[0]
    assert got["d_z_min"] < narrow["d_z_min"] < narrow["d_z_max"] < got["d_z_max"]
    only = quietly(d_av="0.69", n=21)
    assert text(only, "equal-sds-assumed").endswith("unequal ones would bring d_z nearer to 0 at any r above 0.")
    only = only.loc[0]
    np.testing.assert_allclose(only["d_z_min"], 0.685 / math.sqrt(1.4), rtol=1e-9)
    np.testing.assert_allclose(only["d_z_max"], 0.695 / math.sqrt(0.2), rtol=1e-9)


def test_an_inequality_gives_a_limit_only() -> None:
    got = reconstruct(mean1="86.8", sd1="28.0", mean2="45.4", sd2="19.0", n=13, p="< .001").loc[0]
    assert got[["r", "t", "p", "sd_diff", "d_z", "ci_low"]].isna().all()
    t = stats.t.isf(0.0005, 12)
    assert got["t_min"] == pytest.approx(t, rel=1e-12)
    spread = 41.5 * math.sqrt(13) / t
    assert got["sd_diff_max"] == pytest.approx(spread, rel=1e-9)
    # no correlation can make the differences vary less than the standard deviations differ
    assert got["sd_diff_min"] == pytest.approx(27.95 - 19.05, rel=1e-9)
    assert got["t_max"] == pytest.approx(41.5 * math.sqrt(13) / 8.9, rel=1e-9)
    assert got["r_max"] == 1.0
    assert got["r_min"] < (28**2 + 19**2 - spread**2) / (2 * 28 * 19) < got["r_min"] + 0.02
    alone = reconstruct(n=13, p="p<.05").loc[0]
    assert (alone["d_z_max"], alone["p_min"], alone["p_max"]) == (math.inf, 0.0, pytest.approx(0.05))
    assert reconstruct(n=13, p="> .05").loc[0, "t_min"] == pytest.approx(0.0, abs=1e-12)
    assert np.isnan(reconstruct(n=13, p=".000").loc[0, "t"])


def test_the_source_with_the_most_digits_is_used() -> None:
    means = {"mean1": "86.8", "sd1": "28.0", "mean2": "45.4", "sd2": "19.0", "n": 13}
    assert reconstruct(**means, p=".00006", t="6").loc[0, "source"] == "p"
    assert reconstruct(**means, p="<.001", t="6.0").loc[0, "source"] == "t"
    got = reconstruct(**means, p="<.001", ci=("26.3", "56.5")).loc[0]
    assert got[["source", "ci_low", "ci_high_max"]].tolist() == ["ci", 26.3, 56.55]


def test_standard_errors_printed_as_standard_deviations() -> None:
    true = truth(86.8, 28.0, 45.4, 19.0, 0.62, 13)
    errors = [f"{s / math.sqrt(13):.1f}" for s in (28.0, 19.0)]
    with pytest.warns(EmgkitWarning) as caught:
        got = reconstruct(mean1="86.8", sd1=errors[0], mean2="45.4", sd2=errors[1], n=13, p=f"{true['p']:.8f}")
    assert got.loc[0, "alarms"] == "small-sd, impossible-r"
    assert got.loc[0, "r_max"] < -1
    assert "standard errors be printed as standard deviations (which would make r 0.6" in text(got, "impossible-r")
    assert text(got, "small-sd").startswith("row 1: sd1 is 9 % of its mean. EMG amplitudes differ more between people")
    assert "3.6 times as large with n = 13" in text(got, "small-sd")
    assert [str(each.message) for each in caught] == [notice.text for notice in got.notices]


def test_a_p_too_small_for_unequal_standard_deviations() -> None:
    got = quietly(mean1="86.8", sd1="28.0", mean2="45.4", sd2="9.0", n=13, t="9.51")
    assert got.loc[0, "r"] > 1
    assert "the p, t or interval is too good for such standard deviations" in text(got, "impossible-r")


def test_only_rounding_keeps_r_possible() -> None:
    # differences that vary by 9.02 between standard deviations 9.0 apart, all rounded to 0.1 or coarser
    got = quietly(mean1="86.8", sd1="28.0", mean2="45.4", sd2="19.0", n=13, t="16.6")
    assert got.loc[0, "alarms"] == "r-at-limit"
    assert got.loc[0, "r"] > 1 >= got.loc[0, "r_max"]
    assert text(got, "r-at-limit").startswith("row 1: the digits as they stand give r = 1.00, and only their rounding")


def test_an_interval_around_another_difference() -> None:
    got = quietly(mean1="86.8", sd1="28.0", mean2="45.4", sd2="19.0", n=13, ci=("10", "56"))
    assert got.loc[0, "alarms"] == "off-centre"
    assert text(got, "off-centre") == "row 1: the interval lies around 33, but the means differ by 41.4."
    # the printed means count, with the standard error that the width gives
    assert got.loc[0, "t"] == pytest.approx(41.4 / 23 * stats.t.ppf(0.975, 12), rel=1e-9)


def test_an_effect_size_that_is_another() -> None:
    means = {"mean1": "86.8", "sd1": "28.0", "mean2": "45.4", "sd2": "19.0", "n": 13, "p": ".0001"}
    assert reconstruct(**means, d_av="1.73").loc[0, "alarms"] == ""
    got = quietly(**means, d_av="2.10")
    assert got.loc[0, "alarms"] == "effect-size-differs"
    assert "d_av is printed as 2.1, but means and standard deviations give 1.73" in text(got, "effect-size-differs")


def test_the_table() -> None:
    got = quietly(**DELGADO, d_av=["1.36", None, "1.39"])
    assert got["contrast"].tolist() == DELGADO["contrast"]
    assert got["n"].tolist() == [8, 8, 8]
    assert np.isnan(got.loc[1, "r"])
    assert got.loc[1, "d_z"] == pytest.approx(1.265, abs=0.001)
    assert set(got.columns) == {
        "study", "contrast", "n", "m1", "sd1", "m2", "sd2", "source", "alarms",
        *(name + end for name in QUANTITIES for end in ("", "_min", "_max")),
    }  # fmt: skip
    json.dumps(got.attrs)
    series = quietly(p=pd.Series([".01", np.nan, ".03"]), d_z=pd.Series([None, "1.2", None]), n=np.array([8, 9, 10]))
    assert series["source"].tolist() == ["p", "d_z", "p"]


@pytest.mark.parametrize(
    ("got", "low", "high"),
    [("86.8", 86.75, 86.85), (".30", 0.295, 0.305), ("12", 11.5, 12.5), ("−3.2", -3.25, -3.15),
     ("1.2e-5", 1.15e-5, 1.25e-5), ("86.", 85.5, 86.5), (" 0.010 ", 0.0095, 0.0105)],
)  # fmt: skip
def test_rounding_of_a_printed_number(got: str, low: float, high: float) -> None:
    assert read_number(got, "x")[1:] == (pytest.approx(low, rel=1e-12), pytest.approx(high, rel=1e-12))


@pytest.mark.parametrize(
    ("got", "low", "high"),
    [("p = .038", 0.0375, 0.0385), ("P<0.001", 0, 0.001), ("≤.05", 0, 0.05), (".9996", 0.99955, 0.99965),
     ("1.00", 0.995, 1), (".000", 0, 0.0005), (">.05", 0.05, 1)],
)  # fmt: skip
def test_rounding_of_a_printed_p(got: str, low: float, high: float) -> None:
    assert read_p(got)[1:] == (pytest.approx(low, abs=1e-15), pytest.approx(high, rel=1e-12))


@pytest.mark.parametrize(
    ("printed", "message"),
    [
        ({"mean1": 86.8, "mean2": "45.4"}, r"'mean1' must be the text that is printed.*Got: 86.8.*dtype=str"),
        ({"p": 0.04}, r"'p' must be the text that is printed"),
        ({"p": "n.s."}, r"'p' is not a printed number.*Got: 'n.s.'"),
        ({"p": "1.2"}, r"'p' is not a probability. Allowed: 0 to 1. Got: '1.2'"),
        ({"sd1": "8,1", "sd2": "9"}, r"'sd1' is not a printed number. Allowed: such as '86.8'.*Got: '8,1'"),
        ({"sd1": "0.0", "sd2": "9"}, r"'sd1' is not a standard deviation. Where: row 1. Allowed: above 0. Got: 0.0"),
        ({"mean1": "86.8", "p": ".04"}, r"'mean1' and 'mean2' belong together, and one is missing. Where: row 1"),
        ({"sd2": "8.1", "p": ".04", "study": "X"}, r"'sd1' and 'sd2' belong together.*Where: X"),
        ({"mean1": "8", "mean2": "9"}, r"nothing to reconstruct from. Where: row 1. Allowed: one of p, t, ci, d_z and"),
        ({"sd1": "8", "sd2": "9"}, r"There is nothing to reconstruct from"),
        ({"sd1": "8", "sd2": "9", "p": ".04"}, r"Standard deviations lead nowhere without means or an interval"),
        ({"ci": "4 to 56"}, r"'ci' is no pair. Where: row 1. Allowed: two printed limits, \('4', '56'\)"),
        ({"ci": ("56", "4")}, r"The limits of 'ci' do not differ beyond their rounding.*Allowed: lower, upper"),
        ({"p": ".04", "n": 1}, r"'n' cannot be used. Where: row 1. Allowed: a whole number of at least 2. Got: 1"),
        ({"p": ".04", "n": 12.5}, r"'n' cannot be used.*Got: 12.5"),
        ({"p": [".04", ".05"], "n": [8, 9, 10]}, r"'p' has another number of rows. Allowed: 1 or 3. Got: 2 values"),
        ({"d_av": "1.2", "r_range": (0.9, 0.3)}, r"'r_range' cannot be used. Allowed: two correlations"),
        ({"d_av": "1.2", "r_range": ("0.3", "0.9")}, r"'r_range' cannot be used. Allowed: two correlations"),
    ],
)
def test_what_cannot_be_read(printed: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        reconstruct(**{"n": 13, **printed})
