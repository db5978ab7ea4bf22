"""Filters, envelopes, moving windows and resampling on plain arrays.

Time is the last axis, any axes before it are treated alike, and every function gives a new float64 array and leaves
its input as it was. NaN and infinite values are refused: a filter would smear one of them over a whole channel.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from emgkit._checks import check_option, check_positive, check_samples, check_whole
from emgkit.errors import ArgumentError, SignalError
from emgkit.kernels import (
    Kind,
    Samples,
    butterworth_sections,
    critically_damped_sections,
    each_signal,
    notch_sections,
    polyphase,
    whole_ratio,
    window_sums,
    zero_lag_odd,
    zero_lag_zeros_after,
)
from emgkit.notation import number

__all__ = [
    "bandpass",
    "envelope",
    "highpass",
    "lowpass",
    "moving_mean",
    "moving_rms",
    "notch",
    "rectify",
    "remove_mean",
    "resample",
    "tkeo",
    "window_samples",
]

CutoffRule: TypeAlias = Literal["applied", "per-pass"]
Padding: TypeAlias = Literal["odd", "zeros-after"]

Shape: TypeAlias = Literal["butterworth", "critically-damped"]

SHAPES: tuple[Shape, ...] = ("butterworth", "critically-damped")
CUTOFF_RULES: tuple[CutoffRule, ...] = ("applied", "per-pass")
PADDINGS: tuple[Padding, ...] = ("odd", "zeros-after")

# Nearer to Nyquist than this, the recorder's own analogue filter has acted before; nothing is lowered silently.
HIGHEST_CUTOFF = 0.95


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


def highpass(
    x: ArrayLike,
    cutoff: float,
    *,
    sfreq: float,
    order: int = 4,
    cutoff_rule: CutoffRule = "applied",
    padding: Padding = "odd",
) -> Samples:
    """Zero-lag Butterworth high-pass filter.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    cutoff : float
        Cut-off frequency in Hz.
    sfreq, order, cutoff_rule, padding
        As for :func:`bandpass`, which also has the formulas.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Filtered signals in the unit of `x`.

    Raises
    ------
    ArgumentError, SignalError
        As for :func:`bandpass`.

    Examples
    --------
    >>> bool(abs(highpass([5.0] * 1000, 20, sfreq=1000)).max() < 1e-12)
    True
    """
    return _filtered(
        x, {"cutoff": cutoff}, "highpass", sfreq=sfreq, order=order, cutoff_rule=cutoff_rule, padding=padding
    )


def lowpass(
    x: ArrayLike,
    cutoff: float,
    *,
    sfreq: float,
    order: int = 4,
    cutoff_rule: CutoffRule = "applied",
    padding: Padding = "odd",
) -> Samples:
    """Zero-lag Butterworth low-pass filter.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    cutoff : float
        Cut-off frequency in Hz.
    sfreq, order, cutoff_rule, padding
        As for :func:`bandpass`, which also has the formulas.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Filtered signals in the unit of `x`.

    Raises
    ------
    ArgumentError, SignalError
        As for :func:`bandpass`.

    Examples
    --------
    >>> bool(abs(lowpass([1.0] * 1000, 6, sfreq=1000) - 1).max() < 1e-9)
    True
    """
    return _filtered(
        x, {"cutoff": cutoff}, "lowpass", sfreq=sfreq, order=order, cutoff_rule=cutoff_rule, padding=padding
    )


def bandpass(
    x: ArrayLike,
    low: float,
    high: float,
    *,
    sfreq: float,
    order: int = 4,
    cutoff_rule: CutoffRule = "applied",
    padding: Padding = "odd",
) -> Samples:
    """Zero-lag Butterworth band-pass filter.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    low, high : float
        Lower and upper cut-off frequency in Hz.
    sfreq : float
        Sampling rate in Hz.
    order : int
        Net order at each edge after both passes; even, because each pass has half of it.
    cutoff_rule : {"applied", "per-pass"}
        ``"applied"``: the whole zero-lag filter is 3 dB down at the cut-offs. ``"per-pass"``: one pass is, so that
        both together are 6 dB down; the uncorrected filter of many published scripts.
    padding : {"odd", "zeros-after"}
        How the signal goes on beyond its ends; see Notes.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Filtered signals in the unit of `x`.

    Raises
    ------
    ArgumentError
        The order is odd, the cut-offs are swapped or not between 0 and 0.95 of the Nyquist frequency, or the rule or
        the padding is unknown.
    SignalError
        There are fewer samples than the padding needs, or NaN or infinite ones.

    Notes
    -----
    One pass of order N = `order` / 2 forward and one backward, in second-order sections. With w = tan(pi f / sfreq)
    and C = (sqrt(2) - 1)^(1 / 2N), the design edges are w / C (low-pass), w C (high-pass), and for a band-pass
    +-B'/2 + sqrt(B'^2/4 + w1 w2) with B' = (w2 - w1) / C; w1 w2 stays as it is.

    ``"odd"`` mirrors the signal through each end point and starts each pass in the steady state, as SciPy's
    ``sosfiltfilt`` does. ``"zeros-after"`` appends twice as many zeros as one pass has numerator coefficients to the
    end only, and starts both passes from a zero state, as ``filtfilt`` of R's package *signal* does.

    Examples
    --------
    >>> import numpy as np
    >>> tone = np.sin(2 * np.pi * 100 * np.arange(4000) / 2000)
    >>> round(float(bandpass(tone, 20, 450, sfreq=2000)[1000:3000].max()), 3)
    1.0
    """
    edges = {"low": low, "high": high}
    return _filtered(x, edges, "bandpass", sfreq=sfreq, order=order, cutoff_rule=cutoff_rule, padding=padding)


def notch(x: ArrayLike, frequency: float, *, sfreq: float, harmonics: int = 1, width: float = 2.0) -> Samples:
    """Zero-lag notch filter at a mains frequency and its multiples.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    frequency : float
        Frequency to remove, in Hz.
    sfreq : float
        Sampling rate in Hz.
    harmonics : int
        How many multiples to remove: 1 is `frequency` alone, 3 with 50 Hz is 50, 100 and 150 Hz.
    width : float
        Distance in Hz between the two frequencies about a notch where its two passes together are 3 dB down.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Filtered signals in the unit of `x`. Within about 1 / `width` seconds of both ends, where the filter has not
        settled, some of the hum is left.

    Raises
    ------
    ArgumentError
        A notch does not lie between 0 and the Nyquist frequency, or is wider than the notches are apart.
    SignalError
        There are fewer samples than the padding needs, or NaN or infinite ones.

    Notes
    -----
    With b = tan(pi width / sfreq) sqrt(sqrt(2) - 1), g = 1 / (1 + b) and c = cos(2 pi f / sfreq), one pass is
    g (1 - 2 c / z + 1 / z^2) / (1 - 2 g c / z + (2 g - 1) / z^2). The ends are ``"odd"``, as in :func:`bandpass`.

    Examples
    --------
    >>> import numpy as np
    >>> hum = np.sin(2 * np.pi * 50 * np.arange(10_000) / 1000)
    >>> bool(abs(notch(hum, 50, sfreq=1000)[4000:6000]).max() < 1e-6)
    True
    """
    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    frequency = check_positive("frequency", frequency, unit="Hz")
    width = check_positive("width", width, unit="Hz")
    highest = check_whole("harmonics", harmonics) * frequency
    if width >= frequency:
        raise ArgumentError(
            "The notch is too wide", allowed=f"a width below {number(frequency)} Hz", got=f"{number(width)} Hz"
        )
    if highest + width / 2 >= sfreq / 2:
        raise ArgumentError(
            "The highest notch, with its width, reaches the Nyquist frequency",
            allowed=f"harmonics below {number(sfreq / 2 - width / 2)} Hz at a rate of {number(sfreq)} Hz",
            got=f"{harmonics} harmonics of {number(frequency)} Hz, up to {number(highest)} Hz",
        )
    frequencies = [k * frequency for k in range(1, harmonics + 1)]
    return zero_lag_odd(check_samples(x), notch_sections(frequencies, sfreq=sfreq, width=width))


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
    return _filtered(
        samples, {"cutoff": cutoff}, "lowpass", sfreq=sfreq, order=order, cutoff_rule=cutoff_rule, padding=padding,
        damped=shape == "critically-damped",
    )  # fmt: skip


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
    width, n = window_samples(window, sfreq=sfreq), samples.shape[-1]
    if width > n:
        raise SignalError(
            "The window is longer than the signal",
            allowed=f"a window of at most {n} samples ({number(n / sfreq)} s)",
            got=f"{width} samples ({number(window)} s)",
        )
    half, middle = width // 2, np.arange(n)
    n_held = np.minimum(middle + half, n - 1) - np.maximum(middle - half, 0) + 1
    return each_signal(samples, lambda signal: window_sums(np.pad(signal, half), width) / n_held, n)


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
    return np.sqrt(moving_mean(np.square(check_samples(x)), window, sfreq=sfreq))


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


def resample(x: ArrayLike, *, sfreq: float, to: float) -> Samples:
    """Resample to another rate with a linear-phase anti-aliasing filter.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit, two samples at least.
    sfreq, to : float
        Present and new sampling rate in Hz.

    Returns
    -------
    ndarray, shape (..., ceil(n_samples * to / sfreq))
        Resampled signals in the unit of `x`. The first sample keeps its time and sample k lies k / `to` after it.

    Raises
    ------
    ArgumentError
        The two rates are not in a ratio of whole numbers up to 10 000 (to 1 part in 10^9).
    SignalError
        There are fewer than two samples, or NaN or infinite ones.

    Notes
    -----
    Rational polyphase resampling with a Kaiser-windowed (beta 8) filter of 32 samples of the slower rate to each side:
    the gain is 1 to within 2e-4 up to 84 % of the lower of the two Nyquist frequencies and below 2e-4 above it. Beyond
    its ends the signal goes on along the line from its first to its last sample, so that a constant or a straight line
    stays what it is up to the edge.

    Examples
    --------
    >>> resample([1.0] * 2900, sfreq=2148.148148, to=2000).shape
    (2700,)
    """
    samples = check_samples(x, at_least=2)
    sfreq, to = check_positive("sfreq", sfreq, unit="Hz"), check_positive("to", to, unit="Hz")
    up, down, error = whole_ratio(sfreq, to)
    if not (up and down) or error > 1e-9:
        raise ArgumentError(
            "The sampling rates have no simple ratio",
            allowed="a ratio of whole numbers up to 10 000, to 1 part in 10^9",
            got=f"{sfreq!r} Hz to {to!r} Hz",
            hint="Give both rates with all their digits, such as 58000 / 27",
        )
    return samples.copy() if up == down else polyphase(samples, up, down)


def _filtered(
    x: ArrayLike,
    edges: dict[str, float],
    kind: Kind,
    *,
    sfreq: float,
    order: int,
    cutoff_rule: str,
    padding: str,
    damped: bool = False,
) -> Samples:
    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    _check_edges(edges, sfreq)
    check_option("cutoff_rule", cutoff_rule, CUTOFF_RULES)
    check_option("padding", padding, PADDINGS)
    if check_whole("order", order) % 2:
        raise ArgumentError(
            "The order is odd: it counts both passes, so each has half of it",
            allowed="an even number of at least 2",
            got=str(order),
        )
    samples, per_pass, applied = check_samples(x), order // 2, cutoff_rule == "applied"
    sections = (
        critically_damped_sections(edges["cutoff"], sfreq=sfreq, per_pass=per_pass, two_passes=applied)
        if damped
        else butterworth_sections(tuple(edges.values()), kind=kind, sfreq=sfreq, per_pass=per_pass, two_passes=applied)
    )
    if padding == "odd":
        return zero_lag_odd(samples, sections)
    # One pass written as a single fraction has this many numerator coefficients; the sections do not show it.
    n_coefficients = len(edges) * per_pass + 1
    return zero_lag_zeros_after(samples, sections, 2 * n_coefficients)


def _check_edges(edges: dict[str, float], sfreq: float) -> None:
    limit = HIGHEST_CUTOFF * sfreq / 2
    for name, value in edges.items():
        if check_positive(name, value, unit="Hz") >= limit:
            raise ArgumentError(
                f"The cut-off {name!r} is too high for the sampling rate",
                allowed=f"below {number(limit)} Hz, 0.95 of the Nyquist frequency at {number(sfreq)} Hz",
                got=f"{number(value)} Hz",
            )
    if "low" in edges and edges["low"] >= edges["high"]:
        raise ArgumentError(
            "The cut-offs are swapped or equal",
            allowed="'low' below 'high'",
            got=f"low {number(edges['low'])} Hz, high {number(edges['high'])} Hz",
        )
