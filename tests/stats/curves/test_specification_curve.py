"""Joint tests of many specifications: against every flip by hand, and what moves the effect in closed form."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from emgkit.errors import DesignError
from emgkit.stats.curves.specification_curve import joint_test, variance_shares


def correlated(seed: int, *, n: int = 8, specifications: int = 15, effect: float = 0.0) -> np.ndarray:
    """Differences under specifications that share most of what a person does."""
    rng = np.random.default_rng(seed)
    return effect + rng.normal(0, 0.3, (n, 1)) + rng.normal(0, 0.1, (n, specifications))


def by_hand(differences: np.ndarray) -> tuple[float, float, np.ndarray]:
    """The three p of every flip, one by one, with SciPy's t test."""
    medians, shares, largest = [], [], []
    for flip in itertools.product((1, -1), repeat=len(differences)):
        flipped = differences * np.array(flip)[:, None]
        found = stats.ttest_1samp(flipped, 0)
        medians.append(abs(np.median(flipped.mean(axis=0))))
        significant = found.pvalue < 0.05
        shares.append(max((significant & (found.statistic > 0)).mean(), (significant & (found.statistic < 0)).mean()))
        largest.append(np.abs(found.statistic).max())
    t = np.abs(stats.ttest_1samp(differences, 0).statistic)
    least = 1 - 1e-9
    return (
        float(np.mean(np.array(medians) >= least * medians[0])),
        float(np.mean(np.array(shares) >= least * shares[0])),
        np.array([np.mean(np.array(largest) >= least * one) for one in t]),
    )


@pytest.mark.parametrize("effect", [0.0, 0.15, 0.4])
@pytest.mark.parametrize("n", [5, 8])
def test_every_flip_by_hand(effect: float, n: int) -> None:
    differences = correlated(n, n=n, effect=effect)
    got = joint_test(differences)
    p_median, p_share, p_max_t = by_hand(differences)
    assert got.exact
    assert got.flips == 2**n
    assert got.p_median == pytest.approx(p_median)
    assert got.p_share == pytest.approx(p_share)
    np.testing.assert_allclose(got.p_max_t, p_max_t)
    np.testing.assert_allclose(got.t, stats.ttest_1samp(differences, 0).statistic)
    np.testing.assert_allclose(got.effects, differences.mean(axis=0))
    assert got.median == pytest.approx(np.median(differences.mean(axis=0)))


def test_one_specification_is_the_sign_flip_test() -> None:
    differences = correlated(3, specifications=1, effect=0.2)
    got = joint_test(differences)
    flips = np.array(list(itertools.product((1, -1), repeat=8)))
    means = np.abs(flips @ differences[:, 0])
    assert got.p_median == got.p_max_t[0] == pytest.approx((means >= means[0] * (1 - 1e-9)).mean())


def test_many_participants_are_flipped_at_random_and_alike() -> None:
    differences = correlated(1, n=16, effect=0.2)
    one, same, other = (joint_test(differences, flips=499, seed=seed) for seed in (1, 1, 2))
    assert not one.exact
    assert one.flips == 499
    assert one.p_median == same.p_median
    assert np.array_equal(one.p_max_t, same.p_max_t)
    assert not np.array_equal(one.p_max_t, other.p_max_t)
    # all flips are close to the drawn ones, and no p is below that of the data alone
    assert one.p_median == pytest.approx(other.p_median, abs=0.05)
    assert min(one.p_median, one.p_max_t.min()) >= 1 / 500


@given(seed=st.integers(0, 50), scale=st.floats(0.01, 100))
def test_units_order_and_copies_do_not_matter(seed: int, scale: float) -> None:
    differences = correlated(seed, n=6, effect=0.2)
    got = joint_test(differences)
    scaled = joint_test(scale * differences[::-1, ::-1])
    doubled = joint_test(np.concatenate([differences, differences], axis=1))
    for other in (scaled, doubled):
        assert other.p_median == got.p_median
        assert other.p_share == got.p_share
    assert np.array_equal(scaled.p_max_t[::-1], got.p_max_t)
    mirrored = joint_test(-differences)
    assert (mirrored.median, mirrored.p_median) == (-got.median, got.p_median)


def test_what_cannot_be_tested_is_refused() -> None:
    for wrong in (np.ones((1, 3)), np.ones((5, 0)), np.ones(5)):
        with pytest.raises(DesignError, match="nothing to test together"):
            joint_test(wrong)
    with pytest.raises(DesignError, match="not finite numbers"):
        joint_test(np.array([[1.0, np.nan], [2.0, 3.0]]))


def test_additive_axes_share_the_variance_as_their_squares() -> None:
    band, envelope = np.array([0.0, 3.0]), np.array([-1.0, 0.0, 1.0])
    effects = 5 + band[:, None, None] + envelope[None, :, None] + np.zeros((2, 3, 1))
    got = variance_shares(effects, ("band", "envelope", "mvc"))
    assert got == pytest.approx({"band": 2.25 / (2.25 + 2 / 3), "envelope": (2 / 3) / (2.25 + 2 / 3), "together": 0.0})


def test_axes_that_act_only_in_combination_are_told_so() -> None:
    got = variance_shares(np.array([[1.0, -1.0], [-1.0, 1.0]]), ("a", "b"))
    assert got == pytest.approx({"a": 0.0, "b": 0.0, "together": 1.0})
    same = variance_shares(np.full((2, 2), 0.3), ("a", "b"))
    assert np.isnan(list(same.values())).all()


@pytest.mark.slow
def test_type_one_error_is_five_percent() -> None:
    # 20 specifications of 10 participants without a difference; 200 seeds would leave chance more room
    found = [joint_test(correlated(seed, n=10, specifications=20)) for seed in range(2000)]
    for p in ([one.p_median for one in found], [one.p_max_t.min() for one in found]):
        assert 0.03 <= np.mean(np.array(p) < 0.05) <= 0.07
    # the share is discrete, so its test may err less
    assert np.mean(np.array([one.p_share for one in found]) < 0.05) <= 0.07
