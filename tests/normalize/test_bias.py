"""How far the rule of a reference lies above a steady contraction."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import emgkit as ek
from emgkit.errors import ArgumentError, NormalizationError
from emgkit.normalize import best_window_bias
from emgkit.normalize import bias as simulation
from emgkit.spectrum import surface_emg_density

RMS = ek.Pipeline(ek.MovingRMS(window=0.05))
RECTIFIED = ek.Pipeline(ek.Rectify())
STANDARD = ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))


def mean_rectified_cv(n_samples: int, *, sfreq: float) -> float:
    """Coefficient of variation of the mean of `n_samples` of rectified surface-EMG noise, in closed form.

    For two normal values of correlation r, E|x||y| = (2 / pi) (sqrt(1 - r^2) + r arcsin r).
    """
    density = surface_emg_density(np.arange(2**15 + 1) * sfreq / 2**16)
    lags = np.fft.irfft(density)[:n_samples]
    r = np.clip(lags / lags[0], -1, 1)
    covariance = np.sqrt(1 - r**2) + r * np.arcsin(r) - 1
    weights = 2 * (1 - np.arange(n_samples) / n_samples)
    weights[0] = 1
    return float(np.sqrt((weights * covariance).sum() / n_samples))


def test_one_window_as_long_as_the_trial_is_unbiased() -> None:
    for pipeline in (RECTIFIED, STANDARD):
        assert best_window_bias(pipeline, sfreq=2000, window=0.5005, duration=0.5005, replicates=50) == pytest.approx(
            1, 1e-9
        )


def test_the_best_of_three_whole_trials_is_as_far_above_as_theory_says() -> None:
    # three independent means, nearly normal: the largest lies 3 / (2 sqrt(pi)) standard deviations above
    cv = mean_rectified_cv(1001, sfreq=2000)
    found = best_window_bias(RECTIFIED, sfreq=2000, window=0.5005, duration=0.5005, trials=3, replicates=1500)
    expected = 1 + 1.5 / np.sqrt(np.pi) * cv
    # the largest of three scatters by 0.748 standard deviations: four standard errors
    tolerance = 4 * 0.748 * cv / np.sqrt(1500)
    assert found == pytest.approx(expected, abs=tolerance)
    assert expected - 1 > 10 * tolerance


def test_the_bias_grows_with_the_length_and_the_number_of_trials() -> None:
    def bias(duration: float, trials: int) -> float:
        return best_window_bias(STANDARD, sfreq=2000, duration=duration, trials=trials, replicates=60)

    for shorter, longer in pairwise([bias(0.6, 1), bias(3, 1), bias(3, 3)]):
        assert longer > shorter + 0.01
    assert bias(5, 1) > bias(1, 1)


def test_the_simulation_is_fixed_by_its_seed() -> None:
    def bias(seed: int) -> float:
        return best_window_bias(RMS, sfreq=1000, window=0.25, duration=1, trials=2, replicates=30, seed=seed)

    assert bias(7) == bias(7) != bias(8)


def test_the_simulation_may_go_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = best_window_bias(RMS, sfreq=1000, window=0.25, duration=1, trials=2, replicates=100)
    monkeypatch.setattr(simulation, "_BLOCK", 7 * 2 * 1000)
    blocks = best_window_bias(RMS, sfreq=1000, window=0.25, duration=1, trials=2, replicates=100)
    assert blocks != whole
    assert blocks == pytest.approx(whole, abs=0.02)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"trials": 0}, "'trials' cannot be used"),
        ({"trials": 1.5}, "'trials' cannot be used. Allowed: a whole number"),
        ({"replicates": 0}, "'replicates' cannot be used"),
        ({"duration": -1}, "'duration' cannot be used"),
        ({"sfreq": 0}, "'sfreq' cannot be used"),
    ],
)
def test_the_simulation_refuses_wrong_arguments(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        best_window_bias(RMS, **{"sfreq": 1000, "duration": 1, **wrong})


def test_the_simulated_trial_must_hold_a_window() -> None:
    with pytest.raises(NormalizationError, match=r"Trial 'simulated' is shorter than the window"):
        best_window_bias(RMS, sfreq=1000, duration=0.3)
