"""Mains hum, fitted as sines and subtracted."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgkit import signal
from emgkit._checks import check_positive, check_samples, check_whole
from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import number

__all__ = ["subtract_hum"]

Array = NDArray[np.float64]

# s; hum is fitted anew in pieces of this length, each half over the next
_PIECE = 2.0
# s; a shorter signal cannot tell hum from EMG
_SHORTEST = 0.5
# Hz; how far mains may lie from its nominal frequency
_OFF = 0.5


def subtract_hum(x: ArrayLike, frequency: float, *, sfreq: float, harmonics: int = 3) -> Array:
    """Subtract the sines at a mains frequency and its multiples that fit the signal best.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    frequency : float
        Nominal frequency in Hz; the real one is looked for within 0.5 Hz.
    sfreq : float
        Sampling rate in Hz.
    harmonics : int
        How many multiples: 1 is `frequency` alone, 3 with 50 Hz is 50, 100 and 150 Hz.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Signals in the same unit.

    Raises
    ------
    ArgumentError
        The highest multiple is not below the Nyquist frequency.
    SignalError
        The signal is shorter than 0.5 s, or holds NaN or infinite values.

    Notes
    -----
    The frequency is that of the largest Fourier sum, over all multiples, of the whole signal. Amplitude and phase are
    fitted by least squares in pieces of 2 s that overlap by half, and the fits are put together with Hann weights. A
    piece loses one independent value in 2 B T to each of a sine and a cosine, with B the bandwidth and T the length:
    of EMG about 0.1 % a multiple, where a notch 2 Hz wide takes all that lies in it.

    Examples
    --------
    >>> times = np.arange(4000) / 1000
    >>> hum = np.sin(2 * np.pi * 50.1 * times) + 0.3 * np.sin(2 * np.pi * 150.3 * times)
    >>> bool(abs(subtract_hum(hum, 50, sfreq=1000)).max() < 1e-3)
    True
    """
    samples = check_samples(x)
    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    frequency = check_positive("frequency", frequency, unit="Hz")
    highest = (frequency + _OFF) * check_whole("harmonics", harmonics)
    if highest >= sfreq / 2:
        raise ArgumentError(
            "The highest multiple of the mains frequency reaches the Nyquist frequency",
            allowed=f"below {number(sfreq / 2)} Hz at a rate of {number(sfreq)} Hz",
            got=f"{harmonics} harmonics of {number(frequency)} Hz, up to {number(harmonics * frequency)} Hz",
        )
    if samples.shape[-1] < _SHORTEST * sfreq:
        raise SignalError(
            "The signal is too short to tell hum from EMG",
            allowed=f"at least {number(_SHORTEST)} s",
            got=f"{number(round(samples.shape[-1] / sfreq, 3))} s",
        )
    rows = samples.reshape(-1, samples.shape[-1])
    clean = [one - _hum(one, frequency, sfreq, harmonics) for one in rows]
    return np.array(clean).reshape(samples.shape)


def _hum(x: Array, nominal: float, sfreq: float, harmonics: int) -> Array:
    """The hum in one signal."""
    about_zero = signal.remove_mean(x)
    frequency = _frequency(about_zero, nominal, sfreq, harmonics)
    n, length = len(x), min(len(x), round(_PIECE * sfreq))
    angles = 2 * np.pi * frequency / sfreq * np.arange(n)
    waves = np.stack([wave(k * angles) for k in range(1, harmonics + 1) for wave in (np.cos, np.sin)])
    total, weight = np.zeros(n), np.zeros(n)
    # never zero at an end, so that every sample has a fit
    hann = np.sin(np.pi * (np.arange(length) + 0.5) / length) ** 2
    starts = [*range(0, n - length, max(1, length // 2)), n - length]
    for first in starts:
        piece = slice(first, first + length)
        own = np.vstack([waves[:, piece], np.ones(length)])
        size = np.linalg.lstsq(own.T, about_zero[piece], rcond=None)[0]
        total[piece] += hann * (size[:-1] @ waves[:, piece])
        weight[piece] += hann
    return np.asarray(total / weight)


def _frequency(x: Array, nominal: float, sfreq: float, harmonics: int) -> float:
    """The frequency near the nominal one whose multiples hold most power, far finer than the length resolves."""
    from scipy.signal import czt

    step = min(0.05, 0.05 * sfreq / len(x))
    grid = nominal + np.arange(-_OFF, _OFF + step / 2, step)
    tapered = x * np.hanning(len(x))
    power = np.zeros(len(grid))
    for k in range(1, harmonics + 1):
        spectrum = czt(
            tapered, m=len(grid), w=np.exp(-2j * np.pi * k * step / sfreq), a=np.exp(2j * np.pi * k * grid[0] / sfreq)
        )
        power += np.abs(spectrum) ** 2
    return float(grid[int(np.argmax(power))])
