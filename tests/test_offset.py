"""Raw EMG on an offset is refused where an amplitude is made of it, and flagged by the scorecard; other EMG is not."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import emgkit as ek
from emgkit.errors import SignalError
from emgkit.recording import Recording
from emgkit.steps.offset import is_smooth, offset_ratio

AMPLITUDES = (ek.Rectify(), ek.MovingRMS(window=0.1), ek.TKEO())
every_amplitude = pytest.mark.parametrize("step", AMPLITUDES, ids=lambda step: type(step).__name__)


def emg(offset: float = 0.0, *, sd: float = 1e-4, n: int = 8000, sfreq: float = 2000.0, kind: str = "EMG") -> Recording:
    """Two channels of noise in bursts and rest, the second on an offset."""
    rng = np.random.default_rng(7)
    bursts = 0.1 + 0.9 * (np.sin(2 * np.pi * np.arange(n) / sfreq) > 0)
    data = rng.normal(0, sd, (2, n)) * bursts
    data *= sd / data.std(axis=1, keepdims=True)
    data -= data.mean(axis=1, keepdims=True)
    data[1] += offset
    return Recording(data=data, sfreq=sfreq, channels=[ek.Channel(name=c, unit="V", kind=kind) for c in ("VL", "BF")])


def offset_codes(recording: Recording) -> list[bool]:
    return ["offset" in row.flagged for row in ek.quality(recording).rows]


@every_amplitude
@pytest.mark.parametrize("offset", [2.5, -2.5, 2.5e-3, 1.01e-4, -1.5e-4, 3e-4, 6e-4])
def test_an_offset_larger_than_the_signal_is_refused(step: Any, offset: float) -> None:
    name = type(step).__name__
    with pytest.raises(SignalError, match=rf"{name} cannot work on channel 'BF': its offset is larger") as caught:
        step(emg(offset))
    assert caught.value.allowed == "a signal about zero, its mean smaller than its standard deviation"
    assert caught.value.got.startswith(f"a mean of {offset:.4g} V, {abs(offset) / 1e-4:.3g} times")
    assert caught.value.hint == f"Put RemoveMean() or Highpass(cutoff=20) before {name} in the Pipeline"
    assert offset_codes(emg(offset)) == [False, True]


@every_amplitude
@pytest.mark.parametrize("offset", [0.0, 0.5e-4, -0.99e-4])
def test_a_smaller_offset_is_no_matter(step: Any, offset: float) -> None:
    step(emg(offset))
    assert offset_codes(emg(offset)) == [False, False]


@given(st.floats(-7, 5), st.floats(-9, 0), st.sampled_from([-1, 1]), st.sampled_from(AMPLITUDES))
@settings(max_examples=60, deadline=None)
def test_at_any_scale(exponent: float, size: float, sign: int, step: Any) -> None:
    sd = 10.0**size
    ratio = 10.0**exponent
    assume(not 0.999 < ratio < 1.001)
    recording = emg(sign * sd * ratio, sd=sd, n=1000)
    assert offset_codes(recording) == [False, ratio > 1]
    if ratio > 1:
        with pytest.raises(SignalError, match="its offset is larger"):
            step(recording)
    else:
        step(recording)


@every_amplitude
@pytest.mark.parametrize("before", [ek.RemoveMean(), ek.Highpass(cutoff=20), ek.Bandpass(low=20, high=450)])
def test_what_was_high_passed_or_lost_its_mean_is_silent(step: Any, before: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = ek.Pipeline(before, step)(emg(2.5))
        # a piece of it may well have a mean
        ek.Pipeline(step)(before(emg(2.5)).crop(0.1, 0.4))
    np.testing.assert_allclose(made.data, ek.Pipeline(before, step)(emg(0.0)).data, atol=1e-11)


@every_amplitude
def test_a_slow_drift_on_an_offset_is_refused_and_so_is_a_piece_of_it_without_its_mean(step: Any) -> None:
    drift = np.linspace(-1, 1, 8000) * 1e-2
    drifting = Recording(data=emg().data[:1] + drift + 2.5, sfreq=2000.0, channels=emg().channels[:1])
    assert is_smooth(drifting.data[0], sfreq=2000.0)
    with pytest.raises(SignalError, match="its offset is larger"):
        step(drifting)
    step(ek.RemoveMean()(drifting))
    with pytest.raises(SignalError, match="its offset is larger"):
        step(ek.RemoveMean()(drifting).crop(0.1, 0.6))
    step(ek.RemoveMean()(drifting.crop(0.1, 0.6)))
    step(ek.Highpass(cutoff=20)(drifting).crop(0.1, 0.6))


@every_amplitude
def test_a_piece_of_a_signal_that_was_high_passed_is_silent_wherever_it_is_cut(step: Any) -> None:
    slow = Recording(
        data=np.sin(2 * np.pi * 2 * np.arange(8000) / 2000)[None], sfreq=2000.0, channels=emg().channels[:1]
    )
    high = ek.Highpass(cutoff=1)(slow)
    step(high.crop(2.075, 2.18))
    with pytest.raises(SignalError, match="its offset is larger"):
        step(slow.crop(2.075, 2.18))


def test_an_envelope_without_rectification_does_not_hide_an_offset() -> None:
    with pytest.raises(SignalError, match="Envelope cannot work on channel 'BF': its offset is larger"):
        ek.Envelope(cutoff=6)(Recording(data=emg(2.5).data[1:], sfreq=2000.0, channels=emg().channels[1:]))


def test_amplitudes_may_be_smoothed_and_rectified_again() -> None:
    rectified = ek.Rectify()(emg())
    envelope = ek.Envelope(cutoff=6)(rectified)
    for history in (True, False):  # made here, or read from the export of another program
        for made in (rectified, ek.MovingRMS(window=0.1)(emg())):
            one = made if history else Recording(data=made.data, sfreq=made.sfreq, channels=made.channels)
            if history or made is rectified:
                ek.Pipeline(ek.Rectify(), ek.Envelope(cutoff=6))(one)
            else:
                ek.Envelope(cutoff=3)(one)
    assert is_smooth(envelope.data[0], sfreq=2000.0)
    assert not is_smooth(emg().data[0] + 2.5, sfreq=2000.0)


def test_other_kinds_of_signals_have_their_own_zero() -> None:
    angle = Recording(
        data=90 + emg().data[:1], sfreq=2000.0, channels=[ek.Channel(name="knee", unit="deg", kind="JNTANG")]
    )
    assert ek.Rectify()(angle).data.min() > 89


def test_what_has_no_spread_or_is_too_short_says_nothing() -> None:
    assert offset_ratio(np.full(1000, 2.5), sfreq=1000.0) == 0
    assert offset_ratio(2.5 + np.arange(99.0), sfreq=1000.0) == 0
    assert offset_ratio(2.5 + np.sin(np.arange(100.0)), sfreq=1000.0) > 1


def test_the_notice_of_the_scorecard() -> None:
    (notice,) = (one for one in ek.quality(emg(2.5e-3)).notices if one.code == "offset")
    assert notice.text == (
        "Channel 'BF' has an offset: its mean is 25 times its standard deviation. Take it off before the signal is "
        "rectified, with RemoveMean or a high-pass; it would be taken for amplitude."
    )
    assert not any(row.flagged and "offset" in row.flagged for row in ek.quality(ek.Rectify()(emg())).rows)


# ------------------------------------------------------------------ pieces shorter than a period


def piece(n: int, sfreq: float = 2000.0) -> Recording:
    data = np.abs(np.random.default_rng(1).normal(0, 1e-4, (1, n)))
    return Recording(data=data, sfreq=sfreq, channels=[ek.Channel(name="VL", unit="V")])


@pytest.mark.parametrize("make", [ek.Envelope, ek.Lowpass], ids=lambda make: make.__name__)
@pytest.mark.parametrize("n", [2, 20, 50, 100, 200, 333])
def test_a_piece_shorter_than_a_period_of_the_cut_off_is_refused(make: Any, n: int) -> None:
    with pytest.raises(SignalError, match="shorter than one period of its cut-off") as caught:
        make(cutoff=6)(piece(n))
    assert caught.value.allowed == "at least 0.1667 s (334 samples at 2000 Hz) for 6 Hz"
    assert caught.value.got == f"{n / 2000:.4g} s ({n} samples)"
    assert caught.value.hint == "Filter the whole recording, then cut the piece out of the result"
    assert make(cutoff=6)(piece(334)).data.shape == (1, 334)


@given(st.floats(1, 40), st.floats(200, 4000), st.integers(20, 2000))
@settings(max_examples=60, deadline=None)
def test_the_shortest_length_is_that_of_the_message(cutoff: float, sfreq: float, n: int) -> None:
    step, recording = ek.Envelope(cutoff=cutoff), piece(n, sfreq)
    if n >= sfreq / cutoff:
        assert step(recording).data.shape == (1, n)
    elif n < sfreq / cutoff * (1 - 1e-6):
        with pytest.raises(SignalError, match="shorter than one period") as caught:
            step(recording)
        least = int(caught.value.allowed.partition("(")[2].partition(" ")[0])
        assert step(piece(least, sfreq)).data.shape == (1, least)


def test_the_mean_of_an_accepted_piece_is_about_that_of_the_signal() -> None:
    ratios = []
    for seed in range(100):
        data = np.abs(np.random.default_rng(seed).normal(0, 1e-4, (1, 334)))
        recording = Recording(data=data, sfreq=2000.0, channels=[ek.Channel(name="VL", unit="V")])
        ratios.append(ek.Envelope(cutoff=6)(recording).data.mean() / data.mean())
    assert 0.7 < min(ratios) < max(ratios) < 1.4


@pytest.mark.parametrize("make", [ek.MovingRMS, ek.MovingMean], ids=lambda make: make.__name__)
def test_a_window_longer_than_the_piece_is_refused(make: Any) -> None:
    with pytest.raises(SignalError, match=r"The window is longer than the signal. .*at most 20 samples \(0.01 s\)"):
        make(window=0.1)(piece(20))
