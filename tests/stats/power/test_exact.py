"""Exact power: closed forms, round trips and every refusal."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from emgkit.errors import ArgumentError
from emgkit.stats import power_equivalence, power_paired, power_within


def test_power_is_what_statsmodels_says() -> None:
    got = power_paired(effect=[0.2, 0.7], n=[6, 13, 40])
    for row in got.to_dict("records"):
        expected = TTestPower().power(row["effect"], row["n"], 0.05)
        assert row["power"] == pytest.approx(expected, rel=1e-8)
    assert got[["effect", "n"]].to_numpy().tolist() == [[e, n] for e in (0.2, 0.7) for n in (6, 13, 40)]


def test_the_missing_one_is_found_and_goes_round() -> None:
    sensitivity = power_paired(n=range(6, 31, 6), power=0.8)
    assert sensitivity["effect"].is_monotonic_decreasing
    for row in sensitivity.to_dict("records"):
        assert power_paired(effect=row["effect"], n=row["n"])["power"][0] == pytest.approx(0.8, abs=1e-9)
    found = power_paired(effect=0.6, power=0.9)
    n = int(found["n"][0])
    assert found["power"][0] >= 0.9 > power_paired(effect=0.6, n=n - 1)["power"][0]
    assert power_paired(effect=-0.6, power=0.9).equals(found)
    assert power_paired(effect=9.0, power=0.8)["n"].tolist() == [3]


def test_two_conditions_within_are_a_paired_t_test() -> None:
    # d_z = f sqrt(2 * 2 / (2 (1 - r))) / ... : F is t squared, so the noncentralities agree
    f, r, n = 0.3, 0.6, 17
    d_z = f * np.sqrt(2 / (1 - r))
    within = power_within(f=f, n=n, levels=2, r=r).iloc[0]
    assert within["noncentrality"] == pytest.approx(n * d_z**2)
    assert within["power"] == pytest.approx(power_paired(effect=d_z, n=n)["power"][0], rel=1e-6)


def test_within_goes_round() -> None:
    options = {"levels": 4, "r": 0.4, "epsilon": 0.7}
    for row in power_within(n=[8, 20], power=0.85, **options).to_dict("records"):
        assert power_within(f=row["f"], n=row["n"], **options)["power"][0] == pytest.approx(0.85, abs=1e-8)


def test_power_of_equivalence_by_simulation() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0.1, 1, (40_000, 20))
    center, error = values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(20)
    half = stats.t.ppf(0.95, 19) * error
    share = ((center - half > -0.7) & (center + half < 0.7)).mean()
    assert power_equivalence(bound=0.7, effect=0.1, n=20)["power"][0] == pytest.approx(share, abs=0.01)
    found = power_equivalence(n=20, power=0.8, effect=0.1)
    assert power_equivalence(bound=found["bound"][0], n=20, effect=0.1)["power"][0] == pytest.approx(0.8, abs=1e-8)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: power_paired(effect=0.5), "two of 'effect', 'n' and 'power'. Got: 'effect'"),
        (lambda: power_paired(effect=0.5, n=10, power=0.8), "One of three is found from the other two"),
        (lambda: power_paired(effect=0.0, power=0.8), "'effect' cannot be used"),
        (lambda: power_paired(effect=0.5, n=1), "'n' cannot be used.*whole number of at least 2.*Got: 1"),
        (lambda: power_paired(effect=0.5, n=10.5), "'n' cannot be used.*Got: 10.5"),
        (lambda: power_paired(effect=0.5, power=80), "'power' cannot be used.*above 0.05 and below 1. Got: 80"),
        (lambda: power_paired(effect=0.5, n=10, alpha=5), "'alpha' cannot be used"),
        (lambda: power_paired(effect=1e-5, power=0.9), "No study is large enough"),
        (lambda: power_within(f=0.2, n=10, levels=1), "'levels' cannot be used.*at least 2"),
        (lambda: power_within(f=0.2, n=10, levels=3, r=1.0), "'r' cannot be used.*below 1"),
        (lambda: power_within(f=0.2, n=10, levels=3, epsilon=0.3), "'epsilon' cannot be used.*0.5 to 1 for 3 levels"),
        (lambda: power_equivalence(bound=0.2, effect=0.3, n=10), "'effect' cannot be used.*between the bounds"),
    ],
)
def test_unusable_arguments(call: object, text: str) -> None:
    with pytest.raises(ArgumentError, match=text):
        call()  # type: ignore[operator]
