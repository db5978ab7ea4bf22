"""Thinning keeps every peak, and the order of time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from emgkit.errors import ArgumentError
from emgkit.report.decimation import decimate

signals = hnp.arrays(np.float64, st.integers(1, 400), elements=st.floats(-1e6, 1e6))
points = st.integers(1, 40).map(lambda half: 2 * half)


def buckets(signal: np.ndarray, points: int) -> list[np.ndarray]:
    """The stretches by the definition, one by one."""
    count = points // 2
    edges = [place * signal.size // count for place in range(count + 1)]
    return [signal[a:b] for a, b in pairwise(edges)]


@given(signals, points)
@settings(max_examples=150, deadline=None)
def test_every_bucket_keeps_its_least_and_greatest_value(signal: np.ndarray, points: int) -> None:
    kept = decimate(signal, points)
    if signal.size <= points:
        np.testing.assert_array_equal(kept, signal)
        return
    assert kept.size == points
    for pair, bucket in zip(kept.reshape(-1, 2), buckets(signal, points), strict=True):
        assert pair.min() == bucket.min()
        assert pair.max() == bucket.max()


@given(st.permutations(range(120)), points)
@settings(max_examples=100, deadline=None)
def test_what_is_kept_stays_in_the_order_in_which_it_came(order: list[int], points: int) -> None:
    signal = np.array(order, dtype=float)
    places = [order.index(int(value)) for value in decimate(signal, points)]
    assert places == sorted(places)


@given(signals, points)
@settings(max_examples=100, deadline=None)
def test_thinning_twice_keeps_the_peaks_too(signal: np.ndarray, points: int) -> None:
    again = decimate(decimate(signal, 2 * points), points)
    assert again.min() == signal.min()
    assert again.max() == signal.max()


def test_a_single_sample_that_stands_out_is_never_lost() -> None:
    for place in range(0, 5000, 7):
        signal = np.zeros(5000)
        signal[place] = -3.0
        kept = decimate(signal, 100)
        assert kept.min() == -3.0
        assert abs(np.argmin(kept) / 100 - place / 5000) <= 2 / 100


@pytest.mark.parametrize("points", [0, 1, 7, -2])
def test_a_number_of_points_that_makes_no_pairs_is_refused(points: int) -> None:
    with pytest.raises(ArgumentError, match=rf"Allowed: an even number of at least 2\. Got: {points}"):
        decimate(np.zeros(10), points)


def test_several_signals_at_once_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"Allowed: shape \(n,\)\. Got: shape \(2, 3\)"):
        decimate(np.zeros((2, 3)), 2)
