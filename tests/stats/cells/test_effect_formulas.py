"""Effect sizes: closed forms, and the distribution each interval was turned out of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from emgkit.stats.cells.effect_formulas import d_av, d_z, d_z_interval, g_av, small_sample_factor


def test_small_sample_factor_closed_forms() -> None:
    # gamma(1) / gamma(1/2) = 1/sqrt(pi); gamma(3/2) / (sqrt(3/2) gamma(1)) = sqrt(pi/6)
    np.testing.assert_allclose(small_sample_factor([2, 3]), [np.pi**-0.5, np.sqrt(np.pi / 6)], rtol=1e-14)
    # Hedges' approximation 1 - 3 / (4 nu - 1) is within 0.1 % from nu = 8
    np.testing.assert_allclose(small_sample_factor([8, 50]), 1 - 3 / (4 * np.array([8, 50]) - 1), rtol=1e-3)


@settings(max_examples=60, deadline=None)
@given(t=st.floats(-1e4, 1e4).map(lambda t: round(t, 6)), n=st.integers(2, 60))
def test_limits_of_d_z_leave_the_tails_they_promise(t: float, n: int) -> None:
    low, high = d_z_interval(t, n)
    # the distribution's own rounding is largest far left of its centre: look from the right
    size, limits = abs(t), np.array([low, high]) * np.sqrt(n) * (-1 if t < 0 else 1)
    below = sorted(stats.nct.cdf(size, n - 1, limits))
    np.testing.assert_allclose(below, [0.025, 0.975], atol=1e-8)


def test_limits_of_d_z_mirror_and_scale() -> None:
    low, high = d_z_interval([3.0, -3.0], 13)
    assert (low[0], high[0]) == (-high[1], -low[1])
    near, far = d_z_interval([1e6, 1e9], 13)
    np.testing.assert_allclose([near[1], far[1]], [near[0] * 1e3, far[0] * 1e3], rtol=1e-12)
    assert np.isnan(d_z_interval(np.nan, 13)).all()
    tiny, zero = d_z_interval(7e-146, 2), d_z_interval(0.0, 2)
    assert tiny == zero
    assert np.isfinite(tiny).all()


def test_limits_at_t_zero_are_the_normal_quantile() -> None:
    # at t = 0 the statistic's sign is the sign of Z + delta
    _, high = d_z_interval(0.0, 16)
    assert high == pytest.approx(stats.norm.ppf(0.975) / 4, rel=1e-9)


def test_a_shift_in_units_of_the_spread() -> None:
    rng = np.random.default_rng(3)
    first = rng.normal(size=(10, 4))
    first = (first - first.mean(axis=0)) / first.std(axis=0, ddof=1)
    np.testing.assert_allclose(d_av(first + 0.7, first), 0.7, rtol=1e-12)
    # r = 1 and equal spreads: nu = n - 1, and Bonett's variance is d**2 / (2 (n - 1))
    g, low, high = g_av(first + 0.7, first)
    factor = small_sample_factor(9)
    half = stats.norm.ppf(0.975) * 0.7 / np.sqrt(18)
    np.testing.assert_allclose([g, low, high], np.outer(factor * np.array([0.7, 0.7 - half, 0.7 + half]), np.ones(4)))


def test_uncorrelated_conditions_have_twice_the_degrees_of_freedom() -> None:
    first = np.array([1.0, 1.0, -1.0, -1.0]) + 2
    second = np.array([1.0, -1.0, 1.0, -1.0])
    g, low, high = g_av(first, second)
    d = 2 / np.sqrt(4 / 3)
    assert g == pytest.approx(small_sample_factor(6) * d, rel=1e-12)
    # r = 0: variance d**2 / (4 (n - 1)) + 2 / (n - 1)
    half = stats.norm.ppf(0.975) * np.sqrt(d**2 / 12 + 2 / 3)
    assert (high - low) / 2 == pytest.approx(small_sample_factor(6) * half, rel=1e-12)


def test_d_z_is_t_over_root_n() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.normal(size=(2, 12, 3))
    np.testing.assert_allclose(d_z(first, second), stats.ttest_rel(first, second).statistic / np.sqrt(12))


def test_turning_a_pair_round_changes_signs_only() -> None:
    rng = np.random.default_rng(5)
    first, second = rng.lognormal(size=(2, 9, 3))
    g, low, high = g_av(first, second)
    np.testing.assert_allclose(g_av(second, first), [-g, -high, -low], rtol=1e-12)
