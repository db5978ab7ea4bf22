"""Sign flips against brute force, and their error rates."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from emgkit.errors import ArgumentError, DesignError
from emgkit.stats.cells.sign_flips import (
    AT_ONCE,
    check_flips,
    largest,
    largest_mass,
    scaled,
    share_at_least,
    signs,
    t_of_r,
)
from emgkit.stats.within import one_sample


def brute_force(values: np.ndarray) -> np.ndarray:
    """The t statistic under every flip, one by one."""
    rows = np.array(list(itertools.product([1.0, -1.0], repeat=len(values))))
    return np.array([stats.ttest_1samp(row[:, None] * values, 0).statistic for row in rows])


def brute_mass(t: np.ndarray, threshold: float) -> float:
    """The largest cluster mass of one t curve, point by point."""
    most = mass = 0.0
    for before, now in itertools.pairwise([0.0, *t]):
        mass = (mass if before * now > 0 and abs(before) > threshold else 0.0) + abs(now) if abs(now) > threshold else 0
        most = max(most, mass)
    return most


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(3, 7))
def test_the_largest_t_is_that_of_a_t_test_on_flipped_data(seed: int, n: int) -> None:
    values = np.random.default_rng(seed).normal(0.3, 1, (n, 9))
    expected = np.abs(brute_force(values)).max(axis=1)
    got = t_of_r(largest(scaled(values), None, seed=0), n)
    np.testing.assert_allclose(np.sort(np.tile(got, 2)), np.sort(expected), rtol=1e-9)
    observed = np.abs(stats.ttest_1samp(values, 0).statistic)
    ours = share_at_least(got, observed)
    np.testing.assert_allclose(ours, [(expected >= t * (1 - 1e-9)).mean() for t in observed])


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_largest_mass_is_that_of_runs_found_one_by_one(seed: int) -> None:
    values = np.random.default_rng(seed).normal(0, 1, (6, 12)).cumsum(axis=1)
    expected = [brute_mass(t, 1.2) for t in brute_force(values)]
    got = largest_mass(scaled(values), 1.2, None, seed=0)
    np.testing.assert_allclose(np.sort(np.tile(got, 2)), np.sort(expected), rtol=1e-9)


@pytest.mark.parametrize("threshold", [0.3, 2.1])
def test_masses_of_many_flips_do_not_run_into_one_another(threshold: float) -> None:
    # at the low threshold nearly all points lie beyond it: neighbours of either sign, and the last of one flip's beside
    # the first of the next one's
    values = np.random.default_rng(2).normal(0.2, 1, (9, 17))
    rows = np.concatenate(list(signs(9, 2 * AT_ONCE + 5, seed=3)))
    assert len(rows) == 2 * AT_ONCE + 6
    flipped = rows[:, :, None] * values
    t = flipped.mean(axis=1) / (flipped.std(axis=1, ddof=1) / 3)
    got = largest_mass(scaled(values), threshold, len(rows) - 1, seed=3)
    np.testing.assert_allclose(got, [brute_mass(one, threshold) for one in t], rtol=1e-9)
    got = largest(scaled(values), len(rows) - 1, seed=3)
    np.testing.assert_allclose(t_of_r(got, 9), np.abs(t).max(axis=1), rtol=1e-9)


def test_all_flips_in_several_batches() -> None:
    rows = np.concatenate(list(signs(13, None, seed=0)))
    assert rows.shape == (4096, 13)
    assert len(np.unique(np.concatenate([rows, -rows]), axis=0)) == 8192
    np.testing.assert_array_equal(rows[0], 1)


def test_drawn_flips_begin_with_the_data_and_depend_on_the_seed_alone() -> None:
    first, again, other = (np.concatenate(list(signs(9, 5000, seed=seed))) for seed in (1, 1, 2))
    fewer = np.concatenate(list(signs(9, 3000, seed=1)))
    np.testing.assert_array_equal(first[:3001], fewer)
    # every participant on its own, and no two alike
    np.testing.assert_allclose(first[1:].T @ first[1:] / 5000, np.eye(9), atol=0.07)
    assert first.shape == (5001, 9)
    np.testing.assert_array_equal(first[0], 1)
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert set(np.unique(first)) == {-1.0, 1.0}
    assert abs(first[1:].mean()) < 0.02


def test_drawn_flips_approach_all_flips() -> None:
    values = np.random.default_rng(4).normal(0.4, 1, (12, 20))
    shares, t = scaled(values), np.abs(stats.ttest_1samp(values, 0).statistic)
    r = t / np.sqrt(t**2 + 11)
    exact = share_at_least(largest(shares, None, seed=0), r)
    drawn = share_at_least(largest(shares, 20_000, seed=1), r)
    np.testing.assert_allclose(drawn, exact, atol=4 * np.sqrt(0.25 / 20_000))
    assert drawn.min() >= 1 / 20_001


def test_equal_statistics_are_equal_in_spite_of_rounding() -> None:
    # all flips of equal differences that keep one sign in the sum tie with the data or lie below
    values = np.full((6, 1), 0.1) + np.array([[1e-3, -1e-3, 2e-3, -2e-3, 3e-3, -3e-3]]).T
    null = largest(scaled(values), None, seed=0)
    assert share_at_least(null, null[:1])[0] == 1 / 32


@pytest.mark.parametrize(
    ("flips", "n", "text"),
    [
        ("exact", 5, r"smallest two-sided p that 5 participants and 32 sign flips can give is 0\.0625.*alpha = 0\.05"),
        (10_000, 5, r"is 0\.0625.*at least 6 participants"),
        (10, 12, r"12 participants and 10 sign flips can give is 0\.09.*more flips.*raise 'flips'"),
        (19, 12, r"can give is 0\.05, so none can be below alpha = 0\.05 whatever the data.*more flips"),
        ("exact", 21, r"21 participants have 2\*\*21 sign flips.*at most 20 participants.*flips=10000"),
    ],
)
def test_what_cannot_be_tested_is_refused(flips: int | str, n: int, text: str) -> None:
    with pytest.raises(DesignError, match=text):
        check_flips(flips, n, alpha=0.05)


@pytest.mark.parametrize("flips", ["all", 0, -3, 2.5, True])
def test_unusable_flips(flips: object) -> None:
    with pytest.raises(ArgumentError, match=r"'flips' cannot be used.*'exact' or a whole number above 0"):
        check_flips(flips, 10, alpha=0.05)  # type: ignore[arg-type]


def test_type_one_error_of_max_t_is_at_most_five_percent_for_smooth_heavy_tailed_curves() -> None:
    rng, wrong = np.random.default_rng(6), 0
    kernel = np.exp(-0.5 * (np.arange(-15, 16) / 5) ** 2)
    for _ in range(800):
        noise = rng.standard_t(3, (9, 71))
        curves = np.array([np.convolve(one, kernel, mode="valid") for one in noise])
        null = largest(scaled(curves), None, seed=0)
        wrong += share_at_least(null, null[:1])[0] <= 0.05
    # the exact level is 12 / 256 = .047; three standard errors around it
    assert 0.024 < wrong / 800 < 0.07


def test_type_one_error_of_one_contrast() -> None:
    rng = np.random.default_rng(7)
    p = np.array([one_sample.sign_flip(rng.standard_t(3, 10))["p"] for _ in range(2000)])
    assert 0.035 < (p <= 0.05).mean() < 0.065


def test_interval_of_the_sign_flip_test_covers_and_belongs_to_its_p() -> None:
    rng, hits = np.random.default_rng(8), 0
    for _ in range(1000):
        values = rng.laplace(0.3, 1, 9)
        found = one_sample.sign_flip(values)
        hits += found["low"] <= 0.3 <= found["high"]
        assert (found["p"] > 0.05) == (found["low"] <= 0 <= found["high"])
    assert 0.93 < hits / 1000 < 0.975


def test_interval_holds_exactly_the_means_that_are_not_rejected() -> None:
    values = np.random.default_rng(9).normal(2, 1, 8)
    found = one_sample.sign_flip(values)
    for limit, inward in ((found["low"], 1e-6), (found["high"], -1e-6)):
        assert one_sample.sign_flip(values - limit - inward)["p"] > 0.05
        assert one_sample.sign_flip(values - limit + inward)["p"] <= 0.05


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), n=st.integers(6, 30))
def test_signed_ranks_as_scipy(seed: int, n: int) -> None:
    values = np.random.default_rng(seed).normal(0.3, 1, n)
    found = one_sample.signed_rank(values)
    assert found["p"] == pytest.approx(stats.wilcoxon(values, method="exact").pvalue, rel=1e-10)
    assert found["V"] == stats.wilcoxon(values, alternative="greater").statistic
    assert (found["p"] > 0.05) == (found["low"] <= 0 <= found["high"])


def test_signed_ranks_with_ties_and_with_many() -> None:
    rng = np.random.default_rng(3)
    for values in (rng.integers(-3, 8, 20).astype(float), rng.normal(0.2, 1, 60)):
        expected = stats.wilcoxon(values, zero_method="wilcox", correction=True, method="asymptotic")
        assert one_sample.signed_rank(values)["p"] == pytest.approx(expected.pvalue, rel=1e-10)
    assert one_sample.signed_rank(np.zeros(5))["p"] == 1.0
    # ties but for rounding are ties
    near = np.array([0.1 + 0.2, 0.3, -0.3, 1.0, 2.0, 3.0, 4.0])
    assert one_sample.signed_rank(near)["V"] == one_sample.signed_rank(np.round(near, 9))["V"]


def test_median_of_means_of_two_covers() -> None:
    rng, hits = np.random.default_rng(5), 0
    for _ in range(1000):
        found = one_sample.signed_rank(rng.laplace(0, 1, 12))
        hits += found["low"] <= 0 <= found["high"]
    assert 0.94 < hits / 1000 < 0.98
