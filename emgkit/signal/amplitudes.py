"""Rectification, envelopes and moving windows on plain arrays."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from emgkit._checks import check_option, check_positive, check_samples
from emgkit.errors import ArgumentError, SignalError
from emgkit.kernels import Samples, Window, zero_lag
from emgkit.notation import number
from emgkit.signal.filters import CutoffRule, Padding, design

__all__ = [
    "SHAPES",
    "Shape",
    "envelope",
    "moving_mean",
    "moving_rms",
    "rectify",
    "remove_mean",
    "tkeo",
    "window_samples",
]

Shape: TypeAlias = Literal["butterworth", "critically-damped"]

SHAPES: tuple[Shape, ...] = ("butterworth", "critically-damped")


def remove_mean(x: ArrayLike) -> Samples:
    """Subtract each signal's mean over time.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.

    Returns
    -------
    ndarray, shape (..., n_samples)
        The same signals about zero, in the same unit.

    Raises
    ------
    SignalError
        There are no samples, or NaN or infinite ones.

    Examples
    --------
    >>> remove_mean([1.0, 2.0, 3.0])
    array([-1.,  0.,  1.])
    """
    samples = check_samples(x)
    return np.asarray(samples - samples.mean(axis=-1, keepdims=True))


def rectify(x: ArrayLike) -> Samples:
    """Full-wave rectification: the absolute value of every sample.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit, without offset.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Rectified signals in the unit of `x`.

    Raises
    ------
    SignalError
        There are no samples, or NaN or infinite ones.

    Examples
    --------
    >>> rectify([-1.0, 2.0])
    array([1., 2.])
    """
    return np.abs(check_samples(x))


def envelope(
    x: ArrayLike,
    cutoff: float = 6.0,
    *,
    sfreq: float,
    order: int = 4,
    cutoff_rule: CutoffRule = "applied",
    padding: Padding = "odd",
    shape: Shape = "butterworth",
) -> Samples:
    """Linear envelope: the zero-lag low-pass of an already rectified signal.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Rectified signals in any unit.
    cutoff : float
        Cut-off frequency in Hz.
    sfreq, order, cutoff_rule, padding
        As for :func:`bandpass`, which also has the formulas.
    shape : {"butterworth", "critically-damped"}
        The second neither overshoots nor falls below zero [1]_.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Envelopes in the unit of `x`. A Butterworth filter overshoots, so that beside a sudden burst the envelope can
        fall slightly below zero; such values are kept as they are.

    Raises
    ------
    SignalError
        Some values are negative (rectify first); else as for :func:`bandpass`.
    ArgumentError
        As for :func:`bandpass`.

    Notes
    -----
    One pass of the critically damped filter is `order` / 2 equal first-order sections. So that both passes together are
    3 dB down at the cut-off, each section's own cut-off is the stated one, w = tan(pi f / sfreq), over
    sqrt(2^(1 / order) - 1): for the usual order 4 it is 2.299 times as high.

    References
    ----------
    .. [1] Robertson DG, Dowling JJ (2003). Design and responses of Butterworth and critically damped digital filters.
       Journal of Electromyography and Kinesiology 13: 569-573.

    Examples
    --------
    >>> bool(abs(envelope(rectify([-2.0, 2.0] * 500), sfreq=1000) - 2).max() < 1e-9)
    True
    """
    samples = check_samples(x)
    n_negative = int((samples < 0).sum())
    if n_negative:
        raise SignalError(
            "An envelope needs a rectified signal",
            allowed="no value below 0",
            got=f"{n_negative} of {samples.size} values below 0",
            hint="Rectify the signal first",
        )
    check_option("shape", shape, SHAPES)
    one = design(
        "lowpass", {"cutoff": cutoff}, sfreq=sfreq, order=order, cutoff_rule=cutoff_rule, padding=padding,
        damped=shape == "critically-damped",
    )  # fmt: skip
    return zero_lag(samples, [one])


def window_samples(window: float, *, sfreq: float) -> int:
    """Nearest odd number of samples in a window, so that it has a middle sample.

    Parameters
    ----------
    window : float
        Length in seconds, at least one sample.
    sfreq : float
        Sampling rate in Hz.

    Returns
    -------
    int
        Odd number of samples; halfway between two odd numbers, the larger.

    Raises
    ------
    ArgumentError
        The window is shorter than one sample.

    Examples
    --------
    >>> window_samples(0.1, sfreq=2000), window_samples(0.1, sfreq=1925.925926)
    (201, 193)
    """
    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    # Rounded, so that 0.29 s at 100 Hz is 29 samples and not 28.999999999999996.
    exact = round(check_positive("window", window, unit="s") * sfreq, 6)
    if exact < 1:
        raise ArgumentError(
            "The window is shorter than one sample",
            allowed=f"at least {number(1 / sfreq)} s at {number(sfreq)} Hz",
            got=f"{number(window)} s",
        )
    return 2 * math.floor(exact / 2) + 1


def moving_mean(x: ArrayLike, window: float, *, sfreq: float) -> Samples:
    """Mean over a window centred on each sample.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    window : float
        Length in seconds; the nearest odd number of samples is used.
    sfreq : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Means in the unit of `x`; near the ends, of the samples that the window still holds.

    Raises
    ------
    ArgumentError
        The window is shorter than one sample.
    SignalError
        The window is longer than the signal, or there are NaN or infinite samples.

    Notes
    -----
    Every sum adds only the samples inside its own window, so that a loud part leaves no rounding error in the quiet
    part after it, as a running sum does.

    Examples
    --------
    >>> moving_mean([0.0, 3.0, 0.0, 0.0], 3, sfreq=1)
    array([1.5, 1. , 1. , 0. ])
    """
    samples = check_samples(x)
    return zero_lag(samples, [moving_window(window, sfreq=sfreq, n=samples.shape[-1])])


def moving_window(window: float, *, sfreq: float, n: int, squared: bool = False) -> Window:
    """The window that :func:`moving_mean` or :func:`moving_rms` moves over ``n`` samples, with their errors."""
    width = window_samples(window, sfreq=sfreq)
    if width > n:
        raise SignalError(
            "The window is longer than the signal",
            allowed=f"a window of at most {n} samples ({number(n / sfreq)} s)",
            got=f"{width} samples ({number(window)} s)",
        )
    return Window(width=width, squared=squared)


def moving_rms(x: ArrayLike, window: float, *, sfreq: float) -> Samples:
    """Root mean square over a window centred on each sample.

    Parameters
    ----------
    x, window, sfreq
        As for :func:`moving_mean`.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Root mean squares in the unit of `x`; near the ends, of the samples that the window still holds.

    Raises
    ------
    ArgumentError, SignalError
        As for :func:`moving_mean`.

    Examples
    --------
    >>> moving_rms([3.0, -3.0, 3.0, -3.0], 3, sfreq=1)
    array([3., 3., 3., 3.])
    """
    samples = check_samples(x)
    return zero_lag(samples, [moving_window(window, sfreq=sfreq, n=samples.shape[-1], squared=True)])


def tkeo(x: ArrayLike) -> Samples:
    """Teager-Kaiser energy operator, y[n] = x[n]^2 - x[n-1] x[n+1].

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit, three samples at least.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Energy in the squared unit of `x`. The first and the last sample, which have only one neighbour, repeat the
        value beside them. For a sine of amplitude A it is A^2 sin^2(2 pi f / sfreq) throughout.

    Raises
    ------
    SignalError
        There are fewer than three samples, or NaN or infinite ones.

    Examples
    --------
    >>> tkeo([0.0, 1.0, 0.0, -1.0])
    array([1., 1., 1., 1.])
    """
    samples = check_samples(x, at_least=3)
    energy = np.empty_like(samples)
    energy[..., 1:-1] = samples[..., 1:-1] ** 2 - samples[..., :-2] * samples[..., 2:]
    energy[..., 0], energy[..., -1] = energy[..., 1], energy[..., -2]
    return energy
