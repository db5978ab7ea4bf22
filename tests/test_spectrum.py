"""Spectra against pure tones, Parseval's theorem and integrals in closed form."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import quad

from emgkit import spectrum
from emgkit.errors import ArgumentError, SignalError

Array = NDArray[np.float64]


def tone(frequency: float, *, amplitude: float = 1.0, sfreq: float = 2000, seconds: float = 4) -> Array:
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * sfreq)) / sfreq + 0.3)


# --- density ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sfreq", [1000, 2000, 2148.148148])
def test_the_density_of_a_tone_integrates_to_its_variance(sfreq: float) -> None:
    frequencies, psd = spectrum.density(tone(100, amplitude=3, sfreq=sfreq) + 50, sfreq=sfreq)
    assert psd.sum() * frequencies[1] == pytest.approx(4.5, rel=1e-3)
    assert frequencies[psd.argmax()] == pytest.approx(100, abs=0.5)
    assert frequencies[0] == 0


def test_the_density_of_white_noise_is_flat_at_twice_its_variance_over_the_rate() -> None:
    white = 2 * np.random.default_rng(1).normal(size=(10, 100_000))
    frequencies, psd = spectrum.density(white, sfreq=1000)
    assert psd.shape == (10, len(frequencies))
    bands = psd.mean(axis=0)[5:-6].reshape(-1, 10).mean(axis=1)
    assert np.allclose(bands, 2 * 4 / 1000, rtol=0.05)


def test_a_signal_shorter_than_a_second_is_one_window() -> None:
    frequencies, _ = spectrum.density(tone(100, seconds=0.25), sfreq=2000)
    assert frequencies[1] == pytest.approx(4)
    assert frequencies[-1] == 1000


# --- median, mean, bands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.3, 1, 4])
@pytest.mark.parametrize("frequency", [60, 80.3, 119.5])
def test_median_and_mean_frequency_of_a_tone_are_its_frequency(frequency: float, seconds: float) -> None:
    x = tone(frequency, seconds=seconds)
    resolution = 1 / min(seconds, 1)
    assert spectrum.median_frequency(x, sfreq=2000) == pytest.approx(frequency, abs=0.15 * resolution)
    assert spectrum.mean_frequency(x, sfreq=2000) == pytest.approx(frequency, abs=0.15 * resolution)


def test_on_a_line_of_the_spectrum_they_are_exact() -> None:
    x = tone(100)
    assert spectrum.median_frequency(x, sfreq=2000) == pytest.approx(100, rel=1e-9)
    assert spectrum.mean_frequency(x, sfreq=2000) == pytest.approx(100, rel=1e-9)


def test_of_two_tones_the_mean_is_weighted_by_power_and_the_median_is_the_louder() -> None:
    x = tone(50, amplitude=3) + tone(250, amplitude=1)
    assert spectrum.mean_frequency(x, sfreq=2000) == pytest.approx((9 * 50 + 250) / 10, rel=1e-9)
    assert spectrum.median_frequency(x, sfreq=2000) == pytest.approx(50, abs=0.5)


def test_neither_gain_nor_offset_nor_the_other_channels_change_them() -> None:
    x = np.random.default_rng(2).normal(size=(2, 3, 4000))
    for measured in (spectrum.median_frequency, spectrum.mean_frequency):
        got = measured(x, sfreq=2000)
        assert got.shape == (2, 3)
        assert np.allclose(measured(1e-6 * x + 0.01, sfreq=2000), got, rtol=1e-6)
        assert measured(x[1, 2], sfreq=2000) == pytest.approx(got[1, 2], rel=1e-12)
        assert measured(x[1, 2], sfreq=2000).shape == ()


def test_twice_the_rate_is_twice_the_frequency() -> None:
    x = np.random.default_rng(2).normal(size=500)  # one window at either rate
    for measured in (spectrum.median_frequency, spectrum.mean_frequency):
        assert measured(x, sfreq=2000) == pytest.approx(2 * measured(x, sfreq=1000), rel=1e-12)


def test_white_noise_halves_at_half_the_nyquist_frequency() -> None:
    white = np.random.default_rng(3).normal(size=200_000)
    assert spectrum.median_frequency(white, sfreq=1000) == pytest.approx(250, rel=0.01)
    assert spectrum.mean_frequency(white, sfreq=1000) == pytest.approx(250, rel=0.01)


def test_band_power_holds_the_tone_inside_and_neighbours_add_up() -> None:
    x = tone(100, amplitude=2) + tone(300, amplitude=1)
    assert spectrum.band_power(x, 90, 110, sfreq=2000) == pytest.approx(2, rel=1e-9)
    assert spectrum.band_power(x, 290, 310, sfreq=2000) == pytest.approx(0.5, rel=1e-9)
    noise = np.random.default_rng(4).normal(size=(3, 4001))
    frequencies, psd = spectrum.density(noise, sfreq=1999)
    whole = spectrum.band_power(noise, 0, 999.5, sfreq=1999)
    parts = [spectrum.band_power(noise, a, b, sfreq=1999) for a, b in ((0, 77.7), (77.7, 400.2), (400.2, 999.5))]
    assert np.allclose(sum(parts), whole, rtol=1e-12)
    assert np.allclose(whole, psd.sum(axis=-1) * frequencies[1], rtol=1e-12)


def test_each_line_of_the_density_fills_the_band_around_it() -> None:
    x = np.random.default_rng(10).normal(size=17)
    frequencies, psd = spectrum.density(x, sfreq=17)
    assert frequencies[-1] == pytest.approx(8)  # an odd number of samples has no line at the Nyquist frequency of 8.5
    assert spectrum.band_power(x, 8, 8.5, sfreq=17) == pytest.approx(psd[-1] / 2, rel=1e-9)
    assert spectrum.band_power(x, 2.5, 3.5, sfreq=17) == pytest.approx(psd[3], rel=1e-9)


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measured", [spectrum.density, spectrum.median_frequency, spectrum.mean_frequency])
def test_bad_samples_are_refused(measured: object) -> None:
    assert callable(measured)
    with pytest.raises(SignalError, match=r"1 of 40 samples are NaN or infinite.*sample 3, counted from 0"):
        measured(np.where(np.arange(40) == 3, np.nan, 1.0), sfreq=1000)
    with pytest.raises(SignalError, match=r"too short.*at least 16 samples"):
        measured(np.ones(15), sfreq=1000)
    with pytest.raises(ArgumentError, match="'sfreq' cannot be used"):
        measured(np.ones(40), sfreq=-1)


@pytest.mark.parametrize("level", [0.0, 0.1, 1e6])
def test_a_constant_has_no_median_or_mean_frequency(level: float) -> None:
    x = np.stack([tone(100), np.full(8000, level)])
    for measured in (spectrum.median_frequency, spectrum.mean_frequency):
        with pytest.raises(SignalError, match=r"no spectrum\. Where: row 1.*1 of 2 signals constant"):
            measured(x, sfreq=2000)


@pytest.mark.parametrize(("low", "high"), [(100, 50), (50, 50), (20, 1001)])
def test_bands_outside_the_spectrum_are_refused(low: float, high: float) -> None:
    with pytest.raises(ArgumentError, match=rf"Nyquist frequency of 1000 Hz\. Got: low {low} Hz, high {high} Hz"):
        spectrum.band_power(np.ones(100), low, high, sfreq=2000)


# --- shaped noise -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("low", "high"), [(60, 120), (30, 60), (80, 200)])
def test_the_surface_density_integrates_as_in_closed_form(low: float, high: float) -> None:
    # the integral of f^2 / ((f^2 + a^2)(f^2 + b^2)^2) from 0 to infinity is pi / (4 b (a + b)^2)
    area, _ = quad(lambda f: float(spectrum.surface_emg_density(f, low=low, high=high)), 0, np.inf)
    assert area == pytest.approx(high**3 * math.pi / (4 * (low + high) ** 2), rel=1e-8)


def test_the_surface_density_rises_with_the_square_and_falls_with_the_fourth_power() -> None:
    tiny, huge = spectrum.surface_emg_density([1e-3, 2e-3]), spectrum.surface_emg_density([1e6, 2e6])
    assert tiny[1] / tiny[0] == pytest.approx(4, rel=1e-6)
    assert huge[1] / huge[0] == pytest.approx(1 / 16, rel=1e-6)


def test_shaped_noise_has_unit_variance_in_expectation() -> None:
    # about 1000 s of noise: the variance of the whole is known to about 0.4 %
    noise = spectrum.shaped_noise(1000, sfreq=1000, rng=np.random.default_rng(5), n_channels=1000)
    assert noise.shape == (1000, 1000)
    assert np.mean(noise**2) == pytest.approx(1, abs=0.015)
    assert np.allclose((noise**2).mean(axis=0), 1, atol=6 * math.sqrt(2 / 1000))  # no part louder than another
    kurtosis = np.mean(noise**4) / np.mean(noise**2) ** 2
    assert kurtosis == pytest.approx(3, abs=0.05)


@pytest.mark.parametrize(("n_samples", "sfreq"), [(1, 1), (2, 1), (3, 1), (4, 1), (7, 1000), (1000, 1000)])
def test_white_shaped_noise_is_white_at_any_length(n_samples: int, sfreq: float) -> None:
    rng = np.random.default_rng(6)
    noise = spectrum.shaped_noise(n_samples, sfreq=sfreq, rng=rng, n_channels=4000, density=np.ones_like)
    assert np.mean(noise**2) == pytest.approx(1, abs=6 * math.sqrt(2 / noise.size))
    assert np.mean(noise) == pytest.approx(0, abs=6 / math.sqrt(noise.size))
    if n_samples > 1:
        assert np.mean(noise[:, 1:] * noise[:, :-1]) == pytest.approx(0, abs=6 / math.sqrt(noise[:, 1:].size))
        assert np.mean(noise[:, 0] * noise[:, -1]) == pytest.approx(0, abs=6 / math.sqrt(4000))


def test_shaped_noise_has_the_spectrum_asked_for() -> None:
    noise = spectrum.shaped_noise(400_000, sfreq=2000, rng=np.random.default_rng(7), n_channels=2)
    edges = [0, 20, 40, 60, 90, 120, 180, 300, 1000]
    total, _ = quad(lambda f: float(spectrum.surface_emg_density(f)), 0, 1000)
    for low, high in pairwise(edges):
        expected, _ = quad(lambda f: float(spectrum.surface_emg_density(f)), low, high)
        assert np.allclose(spectrum.band_power(noise, low, high, sfreq=2000), expected / total, rtol=0.05)


def test_the_two_ends_of_shaped_noise_are_independent() -> None:
    # at 2000 Hz neighbours of this noise are alike (correlation above 0.8); a bare Fourier sum joins its ends so
    noise = spectrum.shaped_noise(500, sfreq=2000, rng=np.random.default_rng(8), n_channels=4000)
    assert np.mean(noise[:, 1] * noise[:, 0]) > 0.8
    assert abs(np.mean(noise[:, 0] * noise[:, -1])) < 6 / math.sqrt(4000)


def test_shaped_noise_comes_again_from_the_same_seed_and_channels_differ() -> None:
    first, again = (
        spectrum.shaped_noise(5000, sfreq=2000, rng=np.random.default_rng(9), n_channels=2) for _ in range(2)
    )
    assert np.array_equal(first, again)
    assert abs(np.corrcoef(first)[0, 1]) < 0.1


def test_shaped_noise_refuses_what_is_no_density() -> None:
    rng = np.random.default_rng(0)
    for bad in (np.zeros_like, lambda f: -f, lambda f: np.full_like(f, np.nan), lambda f: f[:-1]):
        with pytest.raises(ArgumentError, match="density cannot be used"):
            spectrum.shaped_noise(100, sfreq=1000, rng=rng, density=bad)
    with pytest.raises(ArgumentError, match=r"'rng' cannot be used.*numpy\.random\.Generator\. Got: 42"):
        spectrum.shaped_noise(100, sfreq=1000, rng=42)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"'n_samples' cannot be used.*Got: 0"):
        spectrum.shaped_noise(0, sfreq=1000, rng=rng)
