"""Zero-lag filtering, window sums and resampling, one signal after the other.

Nothing here checks more than lengths; :mod:`emgkit.signal` has done so. Time is the last axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from emgkit.errors import SignalError
from emgkit.kernels import chain
from emgkit.kernels.designs import Filter, Samples, Unread, Window

__all__ = ["each_signal", "polyphase", "whole_ratio", "window_sums", "zero_lag"]


def zero_lag(
    samples: Samples | Unread,
    stages: Sequence[Filter | Window],
    *,
    offsets: Samples | None = None,
    factors: Samples | None = None,
    every: int = 1,
    single: bool = False,
) -> Samples:
    """Filter by one filter, or moving window, after the other.

    The compiled chain does it where there is one and where its blocks hold what the filters remember; SciPy does it
    elsewhere, with the same numbers to about 1e-13 of the largest (see :func:`emgkit.kernels.chain.zero_lag_chain`).

    Parameters
    ----------
    samples : ndarray, shape (..., n_samples), or Unread
        Signals; of those that are not read yet, a part is read just before it is needed.
    stages : sequence of Filter or Window
        In their order.
    offsets, factors : ndarray, shape (n_signals,), optional
        What is subtracted from each signal first, and what the result is multiplied by.
    every : int
        Keep every so-manieth sample of the result.
    single : bool
        Compute in single precision, where there is a compiled chain; SciPy computes in double precision.

    Raises
    ------
    SignalError
        The signal is not longer than the extension that a filter needs, or the result is not finite.
    """
    n = samples.shape[-1]
    for one in stages:
        if isinstance(one, Filter) and n <= one.pad and not one.zeros:
            raise SignalError(
                "The signal is too short for this filter", allowed=f"at least {one.pad + 1} samples", got=f"{n} samples"
            )
    rows = samples.reshape(-1, n) if isinstance(samples, np.ndarray) else samples
    n_signals = rows.shape[0]
    offsets = np.zeros(n_signals) if offsets is None else offsets
    factors = np.ones(n_signals) if factors is None else factors
    with np.errstate(over="ignore", invalid="ignore"):
        if chain.is_fast(n, stages, every=every, single=single):
            result, is_finite = chain.zero_lag_chain(
                rows, stages, offsets=offsets, factors=factors, every=every, single=single
            )
        else:
            result = np.empty((n_signals, -(-n // every)))
            for row, signal, offset, factor in zip(result, _one_by_one(rows), offsets, factors, strict=True):
                row[:] = _by_scipy(signal - offset, stages)[::every] * factor
            is_finite = bool(np.isfinite(result).all())
    if not is_finite:
        raise SignalError(
            "The samples are too large to be filtered: the result overflows",
            allowed=f"samples up to about 1e{18 if single else 300}{' in single precision' if single else ''}",
            got=f"{max(np.abs(signal).max() for signal in _one_by_one(rows)):.3g}",
        )
    return result if len(samples.shape) == 2 else result.reshape(*samples.shape[:-1], -1)


def _one_by_one(rows: Samples | Unread) -> Iterator[Samples]:
    if isinstance(rows, np.ndarray):
        yield from rows
    else:
        for row in range(rows.shape[0]):
            yield rows.part(row, 0, rows.shape[1])


def _by_scipy(signal: Samples, stages: Sequence[Filter | Window]) -> Samples:
    from scipy.signal import sosfilt, sosfiltfilt

    for one in stages:
        if isinstance(one, Window):
            signal = _averaged(signal, one)
            continue
        if one.zeros:
            forward = sosfilt(one.sections, np.concatenate([signal, np.zeros(one.pad)]))
            signal = np.asarray(sosfilt(one.sections, forward[::-1])[::-1][: len(signal)])
        else:
            signal = np.asarray(sosfiltfilt(one.sections, signal, padlen=one.pad))
        if one.after == "rectified":
            signal = np.abs(signal)
    return signal


def _averaged(signal: Samples, window: Window) -> Samples:
    n, half, middle = len(signal), window.half, np.arange(len(signal))
    n_held = np.minimum(middle + half, n - 1) - np.maximum(middle - half, 0) + 1
    means = window_sums(np.pad(signal * signal if window.squared else signal, half), window.width) / n_held
    return np.asarray(np.sqrt(means)) if window.squared else means


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
