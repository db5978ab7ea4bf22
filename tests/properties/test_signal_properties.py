"""What filters and moving windows promise for any signal, not for chosen ones."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from emgkit import signal

Array = NDArray[np.float64]

FILTERS: dict[str, Callable[[Array], Array]] = {
    "highpass": lambda x: signal.highpass(x, 20, sfreq=1000),
    "lowpass": lambda x: signal.lowpass(x, 6, sfreq=1000),
    "bandpass": lambda x: signal.bandpass(x, 20, 450, sfreq=1000, order=8),
    "zeros after": lambda x: signal.bandpass(x, 20, 450, sfreq=1000, padding="zeros-after"),
    "notch": lambda x: signal.notch(x, 50, sfreq=1000, harmonics=2),
    "remove_mean": signal.remove_mean,
    "moving_mean": lambda x: signal.moving_mean(x, 0.02, sfreq=1000),
    "resample": lambda x: signal.resample(x, sfreq=1000, to=700),
}

few = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 2**32 - 1)
factors = st.floats(-1e6, 1e6).filter(lambda factor: abs(factor) > 1e-6)


def noise(seed: int, n: int = 300) -> Array:
    return np.random.default_rng(seed).normal(size=n)


@pytest.mark.parametrize("name", FILTERS)
@few
@given(seed=seeds, a=factors, b=factors)
def test_filters_are_linear(name: str, seed: int, a: float, b: float) -> None:
    x, y = noise(seed), noise(seed + 1)
    apply = FILTERS[name]
    together, apart = apply(a * x + b * y), a * apply(x) + b * apply(y)
    assert np.allclose(together, apart, rtol=0, atol=1e-9 * (abs(a) + abs(b)))


@few
@given(seed=seeds, factor=factors)
def test_rms_and_rectification_scale_with_the_size_of_the_signal(seed: int, factor: float) -> None:
    x = noise(seed)
    rms = signal.moving_rms(x, 0.02, sfreq=1000)
    assert np.allclose(signal.moving_rms(factor * x, 0.02, sfreq=1000), abs(factor) * rms, rtol=1e-12)
    assert np.allclose(signal.rectify(factor * x), abs(factor) * signal.rectify(x), rtol=1e-15)
    assert np.allclose(signal.tkeo(factor * x), factor**2 * signal.tkeo(x), rtol=1e-9, atol=1e-9 * factor**2)


@pytest.mark.parametrize("name", ["highpass", "lowpass", "bandpass", "notch"])
@few
@given(seed=seeds, offset=st.floats(-1e3, 1e3))
def test_a_zero_lag_filter_commutes_with_time_reversal(name: str, seed: int, offset: float) -> None:
    # with level ends, long enough for the filter to settle before what happens between them
    rest = np.full(8000, offset)
    x = np.concatenate([rest, noise(seed) + offset, rest])
    apply = FILTERS[name]
    assert np.allclose(apply(x[::-1])[::-1], apply(x), rtol=0, atol=1e-9 * (1 + abs(offset)))


@few
@given(
    seed=seeds,
    n=st.integers(1, 80),
    half=st.integers(0, 39),
    loud=st.integers(0, 79),
    louder=st.sampled_from([1.0, 1e6, 1e9]),
)
def test_moving_windows_are_the_exact_sums_over_the_samples_present(
    seed: int, n: int, half: int, loud: int, louder: float
) -> None:
    half = min(half, (n - 1) // 2)
    width = 2 * half + 1
    x = noise(seed, n)
    x[loud % n] *= louder
    mean, rms = signal.moving_mean(x, width, sfreq=1), signal.moving_rms(x, width, sfreq=1)
    for i in range(n):
        held = x[max(0, i - half) : i + half + 1]
        size = math.fsum(abs(held)) / len(held)
        assert mean[i] == pytest.approx(math.fsum(held) / len(held), rel=0, abs=1e-14 * size)
        assert rms[i] == pytest.approx(math.sqrt(math.fsum(held**2) / len(held)), rel=1e-14, abs=0)


@few
@given(seed=seeds, shift=st.integers(1, 50))
def test_a_moving_window_sees_the_same_wherever_the_recording_begins(seed: int, shift: int) -> None:
    x = noise(seed)
    whole, later = (signal.moving_rms(part, 21, sfreq=1) for part in (x, x[shift:]))
    np.testing.assert_allclose(whole[shift + 10 :], later[10:], rtol=1e-14, atol=0)


@few
@given(
    level=st.floats(-1e6, 1e6),
    slope=st.floats(-1e3, 1e3),
    rates=st.tuples(st.integers(100, 4000), st.integers(100, 4000)),
)
def test_resampling_keeps_a_straight_line(level: float, slope: float, rates: tuple[int, int]) -> None:
    sfreq, to = rates
    line = level + slope * np.arange(200) / sfreq
    got = signal.resample(line, sfreq=sfreq, to=to)
    expected = level + slope * np.arange(len(got)) / to
    assert len(got) == -(-200 * to // sfreq)
    assert np.allclose(got, expected, rtol=1e-10, atol=1e-10 * (abs(level) + abs(slope)))


@few
@given(seed=seeds, order=st.sampled_from([2, 4, 6, 8]), low=st.floats(5, 100), wide=st.floats(20, 350))
def test_a_filter_run_on_its_own_output_never_gains_power(seed: int, order: int, low: float, wide: float) -> None:
    x = np.concatenate([np.zeros(2000), noise(seed), np.zeros(2000)])
    once = signal.bandpass(x, low, low + wide, sfreq=1000, order=order)
    twice = signal.bandpass(once, low, low + wide, sfreq=1000, order=order)
    assert np.sum(twice**2) <= np.sum(once**2) * (1 + 1e-9)
    assert np.sum(once**2) <= np.sum(x**2) * (1 + 1e-9)
