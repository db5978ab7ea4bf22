"""What printed figures imply: both readings of a percentage, rounding limits, and t of a printed p."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from emgkit import literature, replication
from emgkit.errors import DesignError

CONTRERAS = literature.figures(study="contreras_2015")
ANDERSEN = literature.figures(study="andersen_2018")


def test_each_contrast_has_its_two_printed_sides():
    table = literature.printed_contrasts(CONTRERAS)
    assert len(table) == 8
    lower = table[(table["site"] == "lower") & (table["statistic"] == "mean")].iloc[0]
    assert (lower["value"], lower["comparator_value"]) == (86.8, 45.4)
    assert (lower["ratio_low"], lower["ratio_high"]) == pytest.approx((86.75 / 45.45, 86.85 / 45.35), rel=1e-12)
    assert lower["difference_high"] - lower["difference_low"] == pytest.approx(0.2)
    # 110 is printed without decimals, 99.5 with one
    lateral = table[(table["muscle"] == "vastus_lateralis") & (table["statistic"] == "mean")].iloc[0]
    assert (lateral["ratio_low"], lateral["ratio_high"]) == pytest.approx((99.45 / 110.5, 99.55 / 109.5), rel=1e-12)
    assert set(table["seen"]) == {"direct"}


def test_a_second_hand_side_makes_a_second_hand_contrast():
    table = CONTRERAS.copy()
    side = table["id"] == "contreras_2015:biceps_femoris_mean_back_squat"
    table.loc[side, "seen"] = "second-hand"
    marks = literature.printed_contrasts(table).set_index("id")["seen"]
    assert marks["contreras_2015:biceps_femoris_mean_hip_thrust_vs_back_squat"] == "second-hand"
    assert (marks == "direct").sum() == 7


def test_a_missing_side_is_named():
    table = CONTRERAS[CONTRERAS["id"] != "contreras_2015:biceps_femoris_mean_back_squat"]
    with pytest.raises(
        DesignError, match=r"(?s)needs its two sides.*biceps_femoris_mean.*one row of back_squat.*0 rows"
    ):
        literature.printed_contrasts(table)


@given(st.integers(1, 90))
def test_the_two_readings_agree_on_which_lift_is_higher_and_one_undoes_the_other(percent):
    table = ANDERSEN.head(1).assign(value=float(percent), decimals=0)
    comparator, exercise = literature.percent_readings(table)["ratio"]
    assert comparator == pytest.approx(1 + percent / 100)
    # the lower lift is then that much below the higher one
    assert 1 - 1 / exercise == pytest.approx(percent / 100)
    assert exercise > comparator > 1


def test_a_printed_p_gives_back_itself():
    implied = literature.implied_by_p(literature.percent_readings(ANDERSEN))
    exact = implied[~implied["p"].str.startswith("<")]
    again = 2 * stats.t.sf(exact["t"], exact["df"])
    assert again == pytest.approx(exact["p"].astype(float).to_numpy(), rel=1e-9)
    assert exact["d_z"].to_numpy() == pytest.approx((exact["t"] / np.sqrt(13)).to_numpy())
    # p below .05: the interval leaves out 1, and its upper limit mirrors the lower one on the log scale
    assert (exact["ci_low"] > 1).all()
    assert (exact["ci_low"] * exact["ci_high"]).to_numpy() == pytest.approx((exact["ratio"] ** 2).to_numpy())
    limit = implied[implied["p"].str.startswith("<")]
    assert limit["t"].isna().all()
    assert limit["t_low"].to_numpy() == pytest.approx(stats.t.isf(0.0005, 12))


@given(st.integers(1, 300), st.sampled_from([".025", "<.001"]))
def test_limits_are_in_order_and_on_the_side_of_the_difference(percent, p):
    """-16 % with p = .025 is the mirror image of its own lift turned round, not a t of both signs."""
    table = ANDERSEN.head(1).assign(decimals=0, p=p)
    higher, lower = (
        literature.implied_by_p(literature.percent_readings(table.assign(value=sign * float(percent))))
        for sign in (1, -1)
    )
    for rows, sign in ((higher, 1), (lower, -1)):
        known = rows[rows["ratio"].notna()]
        assert len(known) == (2 if percent < 100 else 1)
        for name in ("t", "t_low", "t_high", "d_z", "d_z_low", "d_z_high"):
            assert (known[name].dropna() * sign > 0).all()
            assert rows.loc[rows["ratio"].isna(), name].isna().all()
        if p == ".025":
            for name in ("t", "d_z"):
                assert (known[f"{name}_low"] < known[name]).all()
                assert (known[name] < known[f"{name}_high"]).all()
            assert (known["ci_low"] < known["ratio"]).all()
            assert (known["ratio"] < known["ci_high"]).all()
    assert lower["t_low"].dropna().tolist() == pytest.approx((-higher["t_high"].dropna()).tolist())
    assert lower["t_high"].dropna().tolist() == pytest.approx((-higher["t_low"].dropna()).tolist())


def test_a_limit_of_p_bounds_t_from_the_side_of_zero():
    table = ANDERSEN.head(1).assign(decimals=0, p="<.001", value=-16.0)
    row = literature.implied_by_p(literature.percent_readings(table)).iloc[0]
    assert row["t_high"] == pytest.approx(-stats.t.isf(0.0005, 12))
    assert np.isnan(row["t_low"])


@pytest.mark.parametrize("value", [100.0, 150.0])
def test_a_lift_cannot_be_its_own_hundred_percent_higher(value):
    """Of the exercise itself, 100 % leaves the comparator with nothing: no ratio, and no negative one."""
    readings = literature.percent_readings(ANDERSEN.head(1).assign(value=value, decimals=0)).set_index(
        "hundred_percent_is"
    )
    assert readings.loc["hex_bar_deadlift", "ratio"] == pytest.approx(1 + value / 100)
    assert readings.loc["barbell_hip_thrust", ["ratio", "ratio_low", "ratio_high"]].isna().tolist()[0]
    down = literature.percent_readings(ANDERSEN.head(1).assign(value=-value, decimals=0)).set_index(
        "hundred_percent_is"
    )
    assert np.isnan(down.loc["hex_bar_deadlift", "ratio"])
    assert down.loc["barbell_hip_thrust", "ratio"] == pytest.approx(1 / (1 + value / 100))


def test_designs_take_their_findings_from_print():
    table = literature.printed_contrasts(CONTRERAS)
    design = replication.printed_design(table[table["statistic"] == "peak"], study="Contreras 2015", repetitions=10)
    assert design.measure == "peak"
    assert design.means["upper_gluteus_maximus"] == {"barbell_hip_thrust": 172.0, "back_squat": 84.9}
    assert [one.reported for one in design.findings] == ["higher", "higher", "higher", "no difference"]
    with pytest.raises(DesignError, match=r"(?s)one statistic.*mean, peak"):
        replication.printed_design(table, study="Contreras 2015", repetitions=10)
    lower = table.assign(
        difference=-table["difference"], value=table["comparator_value"], comparator_value=table["value"]
    )
    turned = replication.printed_design(pd.DataFrame(lower[lower["statistic"] == "mean"]), study="x", repetitions=1)
    assert turned.findings[0].reported == "lower"
