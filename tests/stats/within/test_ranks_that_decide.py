"""Wilcoxon's test at the edges of its rules: where the normal distribution takes over, and what counts as a tie."""

from __future__ import annotations

import numpy as np
import pytest

from emgkit.stats.within.one_sample import _counts, _rank_place, doubts, signed_rank


def exact_place(n: int) -> int:
    """The number of rank sums whose tail is below 2.5 %."""
    return int((np.cumsum(_counts(n)) / 2.0**n < 0.025).sum())


def test_the_place_of_a_limit_is_exact_to_49_and_one_further_out_beyond() -> None:
    # the tabled critical values are 415 at 49 and 434 at 50 (two-sided .05); the limit stands one after it
    assert exact_place(49) == _rank_place(49, 0.05) == 416
    assert exact_place(50) == 435
    for n in (50, 51, 60, 80):
        assert _rank_place(n, 0.05) == exact_place(n) - 1


def test_the_interval_of_fifty_differences_has_the_means_in_that_place() -> None:
    differences = np.random.default_rng(2).normal(0.3, 1, size=50)
    i, j = np.triu_indices(50)
    means = np.sort((differences[i] + differences[j]) / 2)
    found = signed_rank(differences)
    assert (found["low"], found["high"]) == (means[433], means[-434])


WHOLE = np.array([0.5, -1.25, 2.0, 3.5, 4.75, 6.0, 7.5])


@pytest.mark.parametrize(
    ("differences", "is_tied"),
    [
        (WHOLE, False),
        (np.append(WHOLE, 0.0), True),
        (np.append(WHOLE, 2.0), True),
        (np.append(WHOLE, -2.0), True),
        (np.append(WHOLE, 1.0), False),
        (np.append(WHOLE, 2.0 * (1 + 1e-15)), True),
        (np.append(WHOLE, 2.001), False),
    ],
)
def test_zeros_and_equal_sizes_are_told_as_ties_and_nothing_else_is(differences: np.ndarray, is_tied: bool) -> None:
    found = doubts(["squat / thrust"], [differences], test="wilcoxon")
    assert [notice.code for notice in found] == ["ties"] * is_tied
    assert not doubts(["squat / thrust"], [differences], test="t")
