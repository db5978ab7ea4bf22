"""Resampling on plain arrays."""

from __future__ import annotations

from numpy.typing import ArrayLike

from emgkit._checks import check_positive, check_samples
from emgkit.errors import ArgumentError
from emgkit.kernels import Samples, polyphase, whole_ratio

__all__ = ["resample"]


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
