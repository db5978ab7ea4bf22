from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import ArgumentError
from emgkit.replication import replicate_change

# Lin 2017: squat +31 ± 15 % in 20 participants; the printed group means say 185 -> 237 lb
LIN = {"n": 20, "mean_change": 0.31, "sd_change": 0.15}
PRINTED = 100 * (237 / 185 - 1) - 31


def at(table, cv, r):
    return table[(table["cv"] == cv) & (table["r"] == r)].iloc[0]


def test_a_large_group_has_the_closed_form():
    table = replicate_change(n=40_000, mean_change=0.31, sd_change=0.15, seed=1, replicates=40)
    for row in table.to_dict("records"):
        log_sds = np.sqrt(np.log1p(row["cv"] ** 2)) * np.sqrt(np.log1p((0.15 / 1.31) ** 2))
        assert row["mean_of_ratios"] == pytest.approx(31, abs=0.1)
        assert row["ratio_of_means"] == pytest.approx(100 * (1.31 * np.exp(row["r"] * log_sds) - 1), abs=0.1)


def test_individual_changes_have_the_stated_spread():
    row = at(replicate_change(**LIN, seed=1), 0.2, 0.0)
    width = row["mean_of_ratios_high"] - row["mean_of_ratios_low"]
    assert width == pytest.approx(2 * 1.96 * 15 / np.sqrt(20), rel=0.05)


def test_a_printed_difference_of_three_points_needs_weaker_people_who_gain_more():
    assert pytest.approx(-2.9, abs=0.05) == PRINTED
    table = replicate_change(**LIN, seed=1)
    likely, chance = at(table, 0.2, -0.6), at(table, 0.2, 0.0)
    assert likely["difference_low"] < PRINTED < likely["difference_high"]
    assert chance["difference_low"] > PRINTED
    assert table.groupby("cv")["difference"].is_monotonic_increasing.all()


def test_the_difference_is_that_of_each_trial_and_the_seed_is_all_that_matters():
    table = replicate_change(**LIN, seed=1, replicates=1)
    np.testing.assert_allclose(table["difference"], table["ratio_of_means"] - table["mean_of_ratios"], atol=1e-9)
    pd.testing.assert_frame_equal(table, replicate_change(**LIN, seed=1, replicates=1))
    assert not np.allclose(table["difference"], replicate_change(**LIN, seed=2, replicates=1)["difference"])
    assert table.attrs["simulated"] is True


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 1}, "'n' cannot be used"),
        ({"sd_change": 0}, "'sd_change' cannot be used"),
        ({"mean_change": -1.0}, "'1 [+] mean_change' cannot be used"),
        ({"cvs": [0.0]}, "'cvs' cannot be used"),
        ({"correlations": [1.1]}, "'correlations' cannot be used. Allowed: -1 to 1. Got: 1.1"),
        ({"seed": 1.5}, "'seed' cannot be used"),
    ],
)
def test_bad_numbers_are_refused(change, message):
    with pytest.raises(ArgumentError, match=message):
        replicate_change(**{**LIN, "seed": 1, "replicates": 10, **change})
