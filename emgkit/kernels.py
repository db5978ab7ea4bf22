"""The mathematics behind :mod:`emgkit.signal`: filter designs, zero-lag passes, window sums.

Nothing here checks arguments; :mod:`emgkit.signal` has done so. Time is the last axis.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import SignalError

__all__ = [
    "Kind",
    "Samples",
    "butterworth_sections",
    "critically_damped_sections",
    "each_signal",
    "notch_sections",
    "polyphase",
    "whole_ratio",
    "window_sums",
    "zero_lag_odd",
    "zero_lag_zeros_after",
]

Kind: TypeAlias = Literal["lowpass", "highpass", "bandpass"]
Samples: TypeAlias = NDArray[np.float64]

# Two equal passes are 3 dB down where the squared gain of one is 1 / sqrt(2): at this (w / w_design)^(2N).
_TWO_PASSES = math.sqrt(2) - 1


def butterworth_sections(
    edges: tuple[float, ...], *, kind: Kind, sfreq: float, per_pass: int, two_passes: bool
) -> Samples:
    """Second-order sections of one pass, 3 dB down at the edges; with `two_passes`, both together are."""
    return _designed(tuple(edges), kind, float(sfreq), per_pass, two_passes).copy()


@lru_cache(maxsize=64)
def _designed(edges: tuple[float, ...], kind: Kind, sfreq: float, per_pass: int, two_passes: bool) -> Samples:
    # a study designs the same few filters hundreds of times
    from scipy.signal import butter

    design = _design_edges(edges, kind=kind, sfreq=sfreq, per_pass=per_pass) if two_passes else edges
    return np.asarray(butter(per_pass, np.squeeze(design), btype=kind, fs=sfreq, output="sos"))


def critically_damped_sections(cutoff: float, *, sfreq: float, per_pass: int, two_passes: bool) -> Samples:
    """Equal first-order sections of one pass, 3 dB down at the cut-off; with `two_passes`, both together are.

    One section has the squared gain 1 / (1 + r^2) at r times its own cut-off, so n of them are 3 dB down where
    r^2 = 2^(1/n) - 1; two passes have twice as many.
    """
    n_sections = 2 * per_pass if two_passes else per_pass
    w = math.tan(math.pi * cutoff / sfreq) / math.sqrt(2 ** (1 / n_sections) - 1)
    return np.tile([w / (1 + w), w / (1 + w), 0.0, 1.0, (w - 1) / (1 + w), 0.0], (per_pass, 1))


def _design_edges(edges: tuple[float, ...], *, kind: Kind, sfreq: float, per_pass: int) -> tuple[float, ...]:
    warped = [math.tan(math.pi * edge / sfreq) for edge in edges]
    factor = _TWO_PASSES ** (1 / (2 * per_pass))
    if kind == "lowpass":
        design = [warped[0] / factor]
    elif kind == "highpass":
        design = [warped[0] * factor]
    else:
        half_band = (warped[1] - warped[0]) / factor / 2
        root = math.sqrt(half_band**2 + warped[0] * warped[1])
        # The lower edge as a quotient: the difference root - half_band loses digits when the band is wide.
        design = [warped[0] * warped[1] / (root + half_band), root + half_band]
    return tuple(math.atan(w) * sfreq / math.pi for w in design)


def notch_sections(frequencies: list[float], *, sfreq: float, width: float) -> Samples:
    """One section a notch, such that two passes are 3 dB down `width` Hz apart."""
    gain = 1 / (1 + math.tan(math.pi * width / sfreq) * math.sqrt(_TWO_PASSES))
    middles = [-2 * gain * math.cos(2 * math.pi * frequency / sfreq) for frequency in frequencies]
    return np.array([[gain, middle, gain, 1.0, middle, 2 * gain - 1] for middle in middles])


def zero_lag_odd(samples: Samples, sections: Samples) -> Samples:
    """Forward and backward, mirrored through the end points as SciPy's ``sosfiltfilt`` does by default."""
    from scipy.signal import sosfiltfilt

    n = samples.shape[-1]
    # SciPy's own default length, to say what is needed where SciPy would only say that it does not fit.
    first_order = min(int((sections[:, 2] == 0).sum()), int((sections[:, 5] == 0).sum()))
    pad = 3 * (2 * len(sections) + 1 - first_order)
    if n <= pad:
        raise SignalError(
            "The signal is too short for this filter", allowed=f"at least {pad + 1} samples", got=f"{n} samples"
        )
    return each_signal(samples, lambda signal: np.asarray(sosfiltfilt(sections, signal, padlen=pad)), n)


def zero_lag_zeros_after(samples: Samples, sections: Samples, n_zeros: int) -> Samples:
    """Forward and backward from zero states, with zeros at the end only, as R's ``signal::filtfilt`` does."""
    from scipy.signal import sosfilt

    n = samples.shape[-1]

    def twice(signal: Samples) -> Samples:
        forward = sosfilt(sections, np.concatenate([signal, np.zeros(n_zeros)]))
        return np.asarray(sosfilt(sections, forward[::-1])[::-1][:n])

    return each_signal(samples, twice, n)


def each_signal(samples: Samples, function: Callable[[Samples], Samples], length: int) -> Samples:
    """One signal after the other: SciPy over a whole array at once is slower and takes several times its memory."""
    result = np.empty((*samples.shape[:-1], length))
    rows = result.reshape(-1, length)
    for row, signal in enumerate(samples.reshape(-1, samples.shape[-1])):
        rows[row] = function(signal)
    return result


def window_sums(x: Samples, width: int) -> Samples:
    """Sum of every `width` neighbours in one signal.

    Put together from sums of 1, 2, 4 … neighbours: each adds only samples inside its own window, and its rounding
    error grows with the logarithm of the width, where a running sum keeps the error of the loudest part so far.
    """
    n = len(x) - width + 1
    total = np.zeros(n)
    doubled, span, used = x, 1, 0
    while True:
        if width & span:
            total += doubled[used : used + n]
            used += span
        if 2 * span > width:
            return total
        doubled = doubled[:-span] + doubled[span:]
        span *= 2


def polyphase(samples: Samples, up: int, down: int) -> Samples:
    """Resample by `up` / `down`, going on beyond the ends along the line from the first to the last sample."""
    from scipy.signal import firwin, resample_poly

    slower = max(up, down)
    # -6 dB at 92 % of the lower Nyquist frequency puts the end of the transition band on that frequency itself.
    taps: Any = firwin(2 * 32 * slower + 1, 0.92 / slower, window=("kaiser", 8.0))
    n = samples.shape[-1]
    length = -(-n * up // down)
    before, after = np.arange(n) / (n - 1), np.arange(length) * (down / up / (n - 1))

    def convert(signal: Samples) -> Samples:
        # Taken off and put back: SciPy's padtype "line" leaves the filter's ripple (1e-4) on a constant.
        first, rise = signal[0], signal[-1] - signal[0]
        rest = resample_poly(signal - (first + rise * before), up, down, window=taps, padtype="constant")
        return np.asarray(rest + (first + rise * after))

    return each_signal(samples, convert, length)


def whole_ratio(sfreq: float, to: float) -> tuple[int, int, float]:
    """Ratio `to` / `sfreq` as two whole numbers up to 10 000 (0 if there is none), and its relative error."""
    slower, faster = sorted((Fraction(sfreq), Fraction(to)))
    ratio = (slower / faster).limit_denominator(10_000)
    error = abs(float(ratio * faster / slower - 1))
    up, down = ratio.numerator, ratio.denominator
    return (up, down, error) if to <= sfreq else (down, up, error)
