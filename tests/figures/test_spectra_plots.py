"""Spectra: a tone stands at its frequency, and when it sounds; the numbers are those of the library."""

from __future__ import annotations

import numpy as np
import pytest

import emgkit as ek
from emgkit import figures
from emgkit.errors import ArgumentError, SignalError
from emgkit.spectrum import density, median_frequency, short_time_density

TIMES = np.arange(8000) / 2000


def recording(x, unit="V", events=()):
    return ek.Recording(data=[x], sfreq=2000.0, channels=(ek.Channel(name="VL", unit=unit, kind="EMG"),), events=events)


def noise(size=1e-4):
    return recording(size * np.random.default_rng(1).standard_normal(8000))


def test_the_spectrum_is_the_density_in_microvolts_with_its_median(legible):
    made = noise()
    ax = figures.spectrum(made, channel="VL")
    frequencies, psd = density(made.data[0] * 1e6, sfreq=2000.0)
    line, mark = ax.lines
    assert line.get_xdata() == pytest.approx(frequencies[1:])
    assert line.get_ydata() == pytest.approx(psd[1:])
    median = float(median_frequency(made.data[0], sfreq=2000.0))
    assert mark.get_xdata()[0] == pytest.approx(median)
    assert {f"signal: median {median:.0f} Hz", "Power density (µV²/Hz)"} <= set(legible(ax.figure))
    assert (ax.get_yscale(), ax.get_xlim()) == ("log", (0, 1000))


def test_several_recordings_share_the_axes_and_one_unit():
    made = noise()
    ax = figures.spectrum({"raw": made, "filtered": ek.Bandpass(low=20, high=450)(made)}, channel="VL")
    labels = [text.get_text().split(":")[0] for text in ax.get_legend().get_texts()]
    assert labels == ["raw", "filtered"]
    percent = recording(made.data[0], unit="%MVC")
    with pytest.raises(ArgumentError, match="differ in unit"):
        figures.spectrum({"raw": made, "percent": percent}, channel="VL")
    with pytest.raises(ArgumentError, match="nothing to draw"):
        figures.spectrum({}, channel="VL")
    with pytest.raises(ArgumentError, match="Unknown channel 'BF'"):
        figures.spectrum(made, channel="BF")


def tones():
    return np.where(TIMES < 2, np.sin(2 * np.pi * 100 * TIMES), np.sin(2 * np.pi * 300 * TIMES))


def test_a_tone_stands_in_the_spectrogram_where_and_when_it_sounds(legible):
    event = ek.Event(onset=1.0, duration=1.5, label="repetition", columns={"repetition": 1, "accepted": True})
    ax = figures.spectrogram(recording(1e-4 * tones(), events=(event,)), channel="VL")
    mesh = ax.collections[0]
    values = np.asarray(mesh.get_array())
    corners = mesh.get_coordinates()
    middle = (corners[:-1, 0, 1] + corners[1:, 0, 1]) / 2
    times = (corners[0, :-1, 0] + corners[0, 1:, 0]) / 2
    for low, high, tone in ((0.2, 1.8, 100), (2.2, 3.8, 300)):
        for column in values.T[(times > low) & (times < high)]:
            assert middle[column.argmax()] == pytest.approx(tone, abs=2)
    (bar,) = [line for line in ax.lines if line.get_gid() == "repetition"]
    assert list(bar.get_xdata()) == [1.0, 2.5]
    assert "Power density (dB re 1 µV²/Hz)" in legible(ax.figure)
    # a sine of 100 µV has 5000 µV² of power, which a Hann window of 0.25 s spreads over 1.5 bins of 4 Hz
    assert mesh.get_clim()[1] == pytest.approx(10 * np.log10(5000 / (1.5 * 4)), abs=0.1)


def test_the_mean_over_time_is_welchs_density():
    x = np.random.default_rng(2).standard_normal((2, 9000))
    frequencies, psd = density(x, sfreq=2000.0)
    short, times, parts = short_time_density(x, sfreq=2000.0, window=1.0)
    assert short == pytest.approx(frequencies)
    assert parts.mean(axis=-1) == pytest.approx(psd)
    assert times == pytest.approx(np.arange(0.5, 4.1, 0.5))


def test_windows_that_do_not_fit_are_refused():
    with pytest.raises(ArgumentError, match=r"does not fit the signal.*Allowed: 0.008 to 4 s"):
        short_time_density(TIMES, sfreq=2000.0, window=5.0)
    with pytest.raises(SignalError, match="holds no power"):
        figures.spectrogram(recording(np.zeros(8000)), channel="VL")
