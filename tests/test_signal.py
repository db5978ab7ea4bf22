"""Filters, envelopes and moving windows against closed forms, published numbers and other programs."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.signal import butter, lfilter

from emgkit import signal
from emgkit.errors import ArgumentError, SignalError

Array = NDArray[np.float64]
HALF_POWER = 1 / math.sqrt(2)

# Each function as it is used on a signal without negative values at 1000 Hz.
FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "remove_mean": signal.remove_mean,
    "highpass": lambda x: signal.highpass(x, 20, sfreq=1000),
    "lowpass": lambda x: signal.lowpass(x, 100, sfreq=1000),
    "lowpass, zeros after": lambda x: signal.lowpass(x, 100, sfreq=1000, padding="zeros-after"),
    "bandpass": lambda x: signal.bandpass(x, 20, 450, sfreq=1000),
    "notch": lambda x: signal.notch(x, 50, sfreq=1000, harmonics=3),
    "rectify": signal.rectify,
    "envelope": lambda x: signal.envelope(x, 6, sfreq=1000),
    "moving_mean": lambda x: signal.moving_mean(x, 0.05, sfreq=1000),
    "moving_rms": lambda x: signal.moving_rms(x, 0.05, sfreq=1000),
    "tkeo": signal.tkeo,
    "resample": lambda x: signal.resample(x, sfreq=1000, to=800),
    "resample to the same rate": lambda x: signal.resample(x, sfreq=1000, to=1000),
}


def gain(apply: Callable[[Array], Array], frequency: float, *, sfreq: float, seconds: float = 20) -> float:
    """Gain of a zero-lag filter at one frequency, from what it makes of an impulse in the middle of zeros."""
    middle = round(seconds * sfreq / 2)
    impulse = np.zeros(2 * middle + 1)
    impulse[middle] = 1
    turns = (np.arange(len(impulse)) - middle) * frequency / sfreq
    response = complex(apply(impulse) @ np.exp(-2j * np.pi * turns))
    assert abs(response.imag) < 1e-9, "not zero-lag"
    return response.real


# --- cut-offs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [2, 4, 8])
@pytest.mark.parametrize(
    ("sfreq", "cutoff"),
    [(1000, 6), (2000, 6), (2148.148148, 6), (1000, 20), (2000, 20), (1000, 450), (2000, 450), (2148.148148, 450)],
)
def test_the_stated_cutoff_is_where_the_whole_filter_is_3_db_down(sfreq: float, cutoff: float, order: int) -> None:
    for filtered in (signal.lowpass, signal.highpass):
        measured = gain(lambda x, f=filtered: f(x, cutoff, sfreq=sfreq, order=order), cutoff, sfreq=sfreq)
        assert measured == pytest.approx(HALF_POWER, rel=1e-8)


@pytest.mark.parametrize("order", [2, 4, 8])
@pytest.mark.parametrize(
    ("sfreq", "low", "high"), [(1000, 20, 450), (2000, 20, 450), (2148.148148, 10, 500), (2000, 90, 110), (200, 20, 90)]
)
def test_a_bandpass_is_3_db_down_at_both_cutoffs(sfreq: float, low: float, high: float, order: int) -> None:
    for edge in (low, high):
        measured = gain(lambda x: signal.bandpass(x, low, high, sfreq=sfreq, order=order), edge, sfreq=sfreq)
        assert measured == pytest.approx(HALF_POWER, rel=1e-8)


def test_a_sine_at_the_cutoff_loses_3_db() -> None:
    times = np.arange(20_000) / 2000
    sine = 3 * np.cos(2 * np.pi * 450 * times)
    filtered = signal.lowpass(sine, 450, sfreq=2000)
    assert np.allclose(filtered[5000:15_000], sine[5000:15_000] * HALF_POWER, atol=1e-9)


def test_the_whole_gain_is_that_of_two_butterworth_passes() -> None:
    # |H|^2 = 1 / (1 + (w / w_c)^2N) in the warped domain, with w_c such that its value at the cut-off is 1 / sqrt(2)
    sfreq, cutoff, per_pass = 2000, 100, 3
    for frequency in (20, 80, 100, 130, 300):
        ratio = math.tan(math.pi * frequency / sfreq) / math.tan(math.pi * cutoff / sfreq)
        expected = 1 / (1 + (math.sqrt(2) - 1) * ratio ** (2 * per_pass))
        measured = gain(lambda x: signal.lowpass(x, cutoff, sfreq=sfreq, order=2 * per_pass), frequency, sfreq=sfreq)
        assert measured == pytest.approx(expected, rel=1e-8)


def test_the_per_pass_rule_leaves_half_the_amplitude_at_the_cutoff() -> None:
    measured = gain(lambda x: signal.bandpass(x, 20, 450, sfreq=2000, cutoff_rule="per-pass"), 20, sfreq=2000)
    assert measured == pytest.approx(0.5, rel=1e-8)
    # a high-pass of second order at 20 Hz, run twice, is 24.6 dB down an octave below
    measured = gain(lambda x: signal.highpass(x, 20, sfreq=2000, cutoff_rule="per-pass"), 10, sfreq=2000)
    assert 20 * math.log10(measured) == pytest.approx(-24.6, abs=0.05)


# --- ends -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["highpass", "lowpass", "bandpass"])
@pytest.mark.parametrize("order", [2, 4, 8])
def test_zeros_after_is_filtfilt_of_r(kind: str, order: int) -> None:
    x = np.random.default_rng(1).normal(size=400) + 5
    edges = (50, 200) if kind == "bandpass" else (50,)
    b, a = butter(order // 2, edges if len(edges) == 2 else 50, kind, fs=1000)
    padded = np.append(x, np.zeros(2 * len(b)))
    expected = lfilter(b, a, lfilter(b, a, padded)[::-1])[::-1][: len(x)]
    got = getattr(signal, kind)(x, *edges, sfreq=1000, order=order, cutoff_rule="per-pass", padding="zeros-after")
    assert np.allclose(got, expected, rtol=0, atol=1e-9)


def test_a_published_walk_is_reproduced_to_rounding(recordings: Path) -> None:
    """The recipe of the R package musclesyneRgies, from its raw signals to its 600 stored points."""
    folder = recordings / "musclesyneRgies_walk"
    raw, stored, cycles = (
        np.genfromtxt(folder / name, delimiter=",", skip_header=1)
        for name in ("raw_emg_uV.csv", "filt_norm_emg_200pts.csv", "cycles.csv")
    )
    times, x = raw[:, 0], signal.remove_mean(raw[:, 1:].T)
    r = {"sfreq": 1000, "order": 8, "cutoff_rule": "per-pass", "padding": "zeros-after"}
    x = signal.lowpass(signal.rectify(signal.highpass(x, 50, **r)), 20, **r)
    assert (x <= 0).sum() == 72
    x[x <= 0] = x[x > 0].min()
    x -= x.min(axis=1, keepdims=True)
    x /= x.max(axis=1, keepdims=True)
    touchdowns, lift_offs = cycles[:, 0], cycles[:, 1]
    points = []
    for cycle in (1, 2, 3):
        edges = np.searchsorted(times, [touchdowns[cycle], lift_offs[cycle], touchdowns[cycle + 1]])
        for first, end in pairwise(edges):
            at = np.linspace(first, end - 1, 100)
            points.append([np.interp(at, np.arange(first, end), row[first:end]) for row in x])
    reached = np.concatenate(points, axis=1).T
    assert np.abs(reached - stored[:, 1:]).max() < 3e-12


@pytest.mark.parametrize("name", ["lowpass", "envelope", "moving_mean", "moving_rms", "resample", "notch"])
def test_a_constant_stays_constant_to_the_edge(name: str) -> None:
    filtered = FUNCTIONS[name](np.full(3000, 7.0))
    assert np.abs(filtered - 7).max() < 1e-9


def test_a_signal_shorter_than_the_padding_says_what_is_needed() -> None:
    with pytest.raises(
        SignalError, match=r"too short for this filter\. Allowed: at least 16 samples\. Got: 15 samples"
    ):
        signal.bandpass(np.ones(15), 20, 450, sfreq=2000)
    assert signal.bandpass(np.ones(16), 20, 450, sfreq=2000).shape == (16,)
    assert signal.lowpass(np.ones(1), 20, sfreq=2000, padding="zeros-after").shape == (1,)


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"low": 450, "high": 20}, "swapped or equal.*Got: low 450 Hz, high 20 Hz"),
        ({"low": 20, "high": 20}, "swapped or equal"),
        ({"low": 0, "high": 450}, "'low' cannot be used.*above 0 Hz.*Got: 0"),
        ({"low": -5, "high": 450}, "'low' cannot be used.*Got: -5"),
        ({"low": 20, "high": math.nan}, "'high' cannot be used.*Got: nan"),
        ({"low": 20, "high": 475}, r"'high' is too high.*below 475 Hz, 0\.95 of the Nyquist.*1000 Hz.*Got: 475 Hz"),
        ({"low": 600, "high": 700}, "'low' is too high.*Got: 600 Hz"),
        ({"low": 20, "high": 450, "order": 3}, "order is odd.*even number of at least 2.*Got: 3"),
        ({"low": 20, "high": 450, "order": 0}, "'order' cannot be used.*Got: 0"),
        ({"low": 20, "high": 450, "order": 4.0}, r"'order' cannot be used.*Got: 4\.0"),
        ({"low": 20, "high": 450, "cutoff_rule": "aplied"}, "'applied' and 'per-pass'.*Did you mean 'applied'"),
        ({"low": 20, "high": 450, "padding": "even"}, "'padding'.*'odd' and 'zeros-after'.*Got: 'even'"),
        ({"low": 20, "high": 450, "sfreq": 0}, "'sfreq' cannot be used"),
    ],
)
def test_filters_refuse_what_makes_no_filter(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        signal.bandpass(np.ones(1000), **{"sfreq": 1000, **arguments})


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nan_and_infinity_are_refused_and_counted(name: str) -> None:
    x = np.ones((2, 500))
    x[1, 17], x[1, 99] = np.nan, np.inf
    with pytest.raises(SignalError, match=r"2 of 1000 samples are NaN or infinite\. Where: .*sample 17 of row 1"):
        FUNCTIONS[name](x)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_empty_and_complex_arrays_are_refused(name: str) -> None:
    with pytest.raises(SignalError, match=r"The signal is empty.*shape \(2, 0\)"):
        FUNCTIONS[name](np.ones((2, 0)))
    with pytest.raises(ArgumentError, match=r"real numbers\. Got: values of type complex128"):
        FUNCTIONS[name](np.ones(500, dtype=complex))  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="time on its last axis"):
        FUNCTIONS[name](np.float64(3))  # type: ignore[arg-type]


def test_masked_samples_are_refused_instead_of_unmasked() -> None:
    with pytest.raises(ArgumentError, match="masked values"):
        signal.rectify(np.ma.masked_greater(np.arange(5.0), 3))


# --- purity -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_input_stays_and_the_result_is_new(name: str) -> None:
    x = np.random.default_rng(2).random((2, 3, 500))
    x.setflags(write=False)
    before = x.copy()
    y = FUNCTIONS[name](x)
    assert np.array_equal(x, before)
    assert y.dtype == np.float64
    assert y.flags.writeable
    assert not np.shares_memory(x, y)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_signal_is_treated_alone_and_along_the_last_axis(name: str) -> None:
    x = np.random.default_rng(3).random((2, 3, 500))
    y = FUNCTIONS[name](x)
    assert y.shape[:-1] == (2, 3)
    for i, j in np.ndindex(2, 3):
        assert np.array_equal(y[i, j], FUNCTIONS[name](x[i, j]))
    whole = (100 * x).round()
    assert np.allclose(FUNCTIONS[name](whole.astype(np.int16)), FUNCTIONS[name](whole))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_twice_the_gain_gives_twice_the_amplitude(name: str) -> None:
    x = np.random.default_rng(4).random(500)
    power = 4 if name == "tkeo" else 2
    assert np.array_equal(FUNCTIONS[name](2 * x), power * FUNCTIONS[name](x))


# --- rectify, envelope ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sfreq", [1000, 2000, 2148.148148])
def test_the_envelope_of_a_sine_is_2_over_pi_at_any_rate(sfreq: float) -> None:
    sine = 5 * np.sin(2 * np.pi * 97 * np.arange(round(10 * sfreq)) / sfreq)
    level = signal.envelope(signal.rectify(sine), 6, sfreq=sfreq)
    inner = level[round(2 * sfreq) : -round(2 * sfreq)]
    assert np.allclose(inner, 10 / math.pi, rtol=1e-3)


def test_an_envelope_of_a_signal_not_rectified_is_refused() -> None:
    with pytest.raises(SignalError, match=r"rectified signal.*Got: 1 of 3 values below 0\. Hint: Rectify"):
        signal.envelope([1.0, -1.0, 1.0], 6, sfreq=1000)


def test_undershoot_beside_a_burst_is_kept() -> None:
    burst = np.zeros(7000)
    burst[3000:4000] = 1
    level = signal.envelope(burst, 6, sfreq=2000)
    assert level.min() == pytest.approx(-0.034, abs=0.001)
    assert level.sum() == pytest.approx(burst.sum(), rel=1e-6)


# --- notch ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sfreq", "width"), [(1000, 2), (2000, 1), (2148.148148, 5)])
def test_the_width_of_a_notch_is_that_between_its_3_db_points(sfreq: float, width: float) -> None:
    def excess(frequency: float) -> float:
        return gain(lambda x: signal.notch(x, 50, sfreq=sfreq, width=width), frequency, sfreq=sfreq) - HALF_POWER

    below, above = brentq(excess, 50 - width, 50), brentq(excess, 50, 50 + width)
    assert above - below == pytest.approx(width, rel=1e-6)


def test_a_notch_takes_out_each_harmonic_and_no_more() -> None:
    def measured(frequency: float) -> float:
        return gain(lambda x: signal.notch(x, 50, sfreq=1000, harmonics=3), frequency, sfreq=1000)

    assert all(abs(measured(f)) < 1e-9 for f in (50, 100, 150))
    assert all(0.98 < measured(f) < 1 for f in (20, 75, 125, 200, 250))


def test_a_notch_at_or_above_nyquist_is_refused_instead_of_skipped() -> None:
    x = np.ones(1000)
    with pytest.raises(ArgumentError, match=r"reaches the Nyquist.*below 499 Hz.*10 harmonics of 50 Hz, up to 500 Hz"):
        signal.notch(x, 50, sfreq=1000, harmonics=10)
    assert signal.notch(x, 50, sfreq=1000, harmonics=9).shape == x.shape
    with pytest.raises(ArgumentError, match=r"'harmonics' cannot be used.*Got: 0"):
        signal.notch(x, 50, sfreq=1000, harmonics=0)
    for width in (50, 60):
        with pytest.raises(ArgumentError, match=rf"too wide.*below 50 Hz.*Got: {width} Hz"):
            signal.notch(x, 50, sfreq=1000, width=width)
    assert signal.notch(x, 50, sfreq=1000, width=49.9).shape == x.shape


@pytest.mark.parametrize(("width", "is_refused"), [(1.9, False), (2, True), (2.1, True)])
def test_a_notch_and_half_its_width_stay_below_nyquist(width: float, is_refused: bool) -> None:
    if is_refused:
        with pytest.raises(ArgumentError, match="reaches the Nyquist"):
            signal.notch(np.ones(1000), 49, sfreq=100, width=width)
    else:
        assert signal.notch(np.ones(1000), 49, sfreq=100, width=width).shape == (1000,)


# --- moving windows ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "sfreq", "expected"),
    [(0.1, 2000, 201), (0.0999, 2000, 199), (0.1, 1000, 101), (0.29, 100, 29), (0.5, 2148.148148, 1075), (1, 1, 1),
     (30 - 4e-7, 1, 31), (30 - 6e-7, 1, 29)],  # a length is told to a millionth of a sample
)  # fmt: skip
def test_a_window_is_the_nearest_odd_number_of_samples(window: float, sfreq: float, expected: int) -> None:
    assert signal.window_samples(window, sfreq=sfreq) == expected


def test_windows_shorter_than_a_sample_or_longer_than_the_signal_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"shorter than one sample.*at least 0\.001 s at 1000 Hz.*0\.0005 s"):
        signal.window_samples(0.0005, sfreq=1000)
    with pytest.raises(SignalError, match=r"longer than the signal.*at most 100 samples \(0\.1 s\).*101 samples"):
        signal.moving_rms(np.ones(100), 0.1, sfreq=1000)
    assert signal.moving_rms(np.ones(101), 0.1, sfreq=1000).shape == (101,)


@pytest.mark.parametrize("width", [1, 3, 7, 64, 101, 128])
def test_an_impulse_is_seen_by_exactly_the_samples_of_one_window(width: int) -> None:
    impulse = np.zeros(1001)
    impulse[500] = 3
    width = signal.window_samples(width, sfreq=1)
    expected = np.zeros(1001)
    expected[500 - width // 2 : 500 + width // 2 + 1] = 3
    assert np.allclose(signal.moving_mean(impulse, width, sfreq=1), expected / width, rtol=1e-15)
    assert np.allclose(signal.moving_rms(impulse, width, sfreq=1), expected / math.sqrt(width), rtol=1e-15)


def test_the_rms_of_a_sine_over_whole_periods_is_that_over_root_two() -> None:
    sine = 4 * np.sin(2 * np.pi * np.arange(2000) / 101)
    assert np.allclose(signal.moving_rms(sine, 101, sfreq=1)[50:-50], 4 / math.sqrt(2), rtol=1e-12)


@pytest.mark.parametrize("louder", [1e6, 1e9])
@pytest.mark.parametrize("width", [11, 201])
def test_a_loud_part_leaves_no_error_in_the_quiet_one(louder: float, width: int) -> None:
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.normal(size=700), louder * rng.normal(size=300), rng.normal(size=1000)])
    rms, mean = signal.moving_rms(x, width, sfreq=1), signal.moving_mean(np.abs(x), width, sfreq=1)
    for i in range(len(x)):
        held = x[max(0, i - width // 2) : i + width // 2 + 1]
        assert rms[i] == pytest.approx(math.sqrt(math.fsum(held**2) / len(held)), rel=1e-12, abs=0)
        assert mean[i] == pytest.approx(math.fsum(abs(held)) / len(held), rel=1e-12, abs=0)


# --- TKEO, resampling -------------------------------------------------------------------------------------------


def test_the_teager_energy_of_a_sine_is_constant() -> None:
    energy = signal.tkeo(3 * np.sin(2 * np.pi * 80 * np.arange(500) / 1000 + 0.4))
    assert np.allclose(energy, 9 * math.sin(2 * math.pi * 80 / 1000) ** 2, rtol=1e-12)
    with pytest.raises(SignalError, match=r"too short.*at least 3 samples.*shape \(2,\)"):
        signal.tkeo([1.0, 2.0])
    # 3^2 - 2 * 5, and 5^2 - 3 * 4; the ends repeat what stands beside them
    assert signal.tkeo([2.0, 3.0, 5.0, 4.0]).tolist() == [-1.0, -1.0, 13.0, 13.0]
    assert signal.tkeo([1.0, 1.0, 1.0]).tolist() == [0.0] * 3


@pytest.mark.parametrize(
    ("sfreq", "to"),
    [(2000, 1000), (1000, 2000), (2148.148148, 2000), (1259.259259, 1000), (1000, 1925.925926), (1000, 1000 / 3)],
)
def test_a_sine_keeps_amplitude_and_phase_at_another_rate(sfreq: float, to: float) -> None:
    frequency = 0.84 * min(sfreq, to) / 2
    n = round(4 * sfreq)
    x = np.sin(2 * np.pi * frequency * np.arange(n) / sfreq + 0.3)
    y = signal.resample(x, sfreq=sfreq, to=to)
    assert len(y) == math.ceil(n * to / sfreq - 1e-5)
    inner = slice(len(y) // 4, -len(y) // 4)
    expected = np.sin(2 * np.pi * frequency * np.arange(len(y)) / to + 0.3)
    assert np.abs(y - expected)[inner].max() < 2e-4


def test_what_the_lower_rate_cannot_hold_is_gone() -> None:
    times = np.arange(8000) / 2000
    for frequency in (500, 510, 700, 999):
        aliased = signal.resample(np.sin(2 * np.pi * frequency * times), sfreq=2000, to=1000)
        assert np.abs(aliased[500:-500]).max() < 2e-4


def test_a_straight_line_stays_one_to_the_edge() -> None:
    line = 3 + 0.01 * np.arange(2001)
    resampled = signal.resample(line, sfreq=2148.148148, to=2000)
    assert np.allclose(resampled, 3 + 0.01 * np.arange(len(resampled)) * 29 / 27, rtol=1e-12)


def test_the_same_rate_gives_the_same_samples() -> None:
    x = np.random.default_rng(6).normal(size=100)
    assert np.array_equal(signal.resample(x, sfreq=2148.148148, to=58000 / 27), x)


def test_rates_without_a_simple_ratio_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"no simple ratio.*Got: 2148\.14 Hz to 2000\.0 Hz.*58000 / 27"):
        signal.resample(np.ones(100), sfreq=2148.14, to=2000)
    with pytest.raises(ArgumentError, match="no simple ratio"):
        signal.resample(np.ones(100), sfreq=1e6, to=1)


def test_the_largest_ratio_and_the_shortest_signal_are_resampled() -> None:
    assert signal.resample([1.0, 1.0], sfreq=1, to=10_000) == pytest.approx(np.ones(20_000))
    with pytest.raises(ArgumentError, match="no simple ratio"):
        signal.resample([1.0, 1.0], sfreq=1, to=10_001)
    with pytest.raises(SignalError, match=r"too short.*at least 2 samples"):
        signal.resample([1.0], sfreq=1, to=2)
    # to one part in 10^9
    assert len(signal.resample(np.ones(10), sfreq=1000 * (1 + 9e-10), to=500)) == 5
    with pytest.raises(ArgumentError, match="no simple ratio"):
        signal.resample(np.ones(10), sfreq=1000 * (1 + 1.2e-9), to=500)


@pytest.mark.parametrize("order", [2, 4, 8])
@pytest.mark.parametrize(("rule", "gain"), [("applied", np.sqrt(0.5)), ("per-pass", 0.5)])
def test_a_critically_damped_envelope_has_its_cut_off_and_never_overshoots(order, rule, gain):
    times = np.arange(20_000) / 1000
    sine = 1 + np.sin(2 * np.pi * 6 * times)
    smooth = signal.envelope(sine, 6, sfreq=1000, order=order, cutoff_rule=rule, shape="critically-damped")
    assert np.ptp(smooth[5000:15_000]) / 2 == pytest.approx(gain, rel=1e-3)
    step = np.r_[np.zeros(2000), np.ones(2000), np.zeros(2000)]
    smooth = signal.envelope(step, 6, sfreq=1000, order=order, cutoff_rule=rule, shape="critically-damped")
    assert smooth.min() >= -1e-12
    assert smooth.max() <= 1 + 1e-9
    assert signal.envelope(step, 6, sfreq=1000).min() < -0.01
