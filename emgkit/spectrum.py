"""Power spectra: density, median and mean frequency, band power, and noise with a given spectrum.

Time is the last axis, any axes before it are treated alike, and inputs are left as they were.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgkit._checks import check_positive, check_samples, check_whole
from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import number

__all__ = [
    "band_power",
    "density",
    "mean_frequency",
    "median_frequency",
    "shaped_noise",
    "short_time_density",
    "surface_emg_density",
]

_FEWEST_SAMPLES = 16


def density(x: ArrayLike, *, sfreq: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Power spectral density by Welch's method.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit, 16 samples at least.
    sfreq : float
        Sampling rate in Hz.

    Returns
    -------
    frequencies : ndarray, shape (n_frequencies,)
        From 0 to the Nyquist frequency, in Hz.
    psd : ndarray, shape (..., n_frequencies)
        One-sided density in the squared unit of `x` per Hz; its sum times the spacing of the frequencies is the
        variance.

    Raises
    ------
    SignalError
        There are fewer than 16 samples, or some are NaN or infinite.

    Notes
    -----
    Hann windows of 1 s (the whole signal, where it is shorter) that overlap by half, each without its mean [1]_.
    Samples after the last whole window are not used.

    References
    ----------
    .. [1] Welch P (1967). The use of fast Fourier transform for the estimation of power spectra. IEEE Transactions on
       Audio and Electroacoustics 15: 70-73.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.arange(4000) / 1000
    >>> frequencies, psd = density(np.sin(2 * np.pi * 100 * times), sfreq=1000)
    >>> float(frequencies[psd.argmax()]), round(float(psd.sum() * frequencies[1]), 6)
    (100.0, 0.5)
    """
    from scipy.signal import welch

    samples = check_samples(x, at_least=_FEWEST_SAMPLES)
    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    window = min(samples.shape[-1], max(round(sfreq), _FEWEST_SAMPLES))
    frequencies, psd = welch(samples, fs=sfreq, window="hann", nperseg=window, detrend="constant")
    return np.asarray(frequencies), np.asarray(psd)


def short_time_density(
    x: ArrayLike, *, sfreq: float, window: float = 0.25
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Power spectral density in one short window after the other.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit, at least one window long.
    sfreq : float
        Sampling rate in Hz.
    window : float, default 0.25
        Length of a window in seconds, 16 samples at least; frequencies lie ``1 / window`` Hz apart.

    Returns
    -------
    frequencies : ndarray, shape (n_frequencies,)
        From 0 to the Nyquist frequency, in Hz.
    times : ndarray, shape (n_windows,)
        Middle of each window, in seconds after the first sample.
    psd : ndarray, shape (..., n_frequencies, n_windows)
        One-sided density in the squared unit of `x` per Hz.

    Raises
    ------
    ArgumentError
        The window is not a positive length, shorter than 16 samples or longer than the signal.
    SignalError
        There are fewer than 16 samples, or some are NaN or infinite.

    Notes
    -----
    Hann windows that overlap by half, each without its mean, as in :func:`density`, which is their mean over time for
    windows of 1 s. Samples after the last whole window are not used.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.arange(4000) / 1000
    >>> x = np.where(times < 2, np.sin(2 * np.pi * 100 * times), np.sin(2 * np.pi * 60 * times))
    >>> frequencies, middles, psd = short_time_density(x, sfreq=1000)
    >>> [float(frequencies[column.argmax()]) for column in psd[:, [0, -1]].T]
    [100.0, 60.0]
    """
    from scipy.signal import spectrogram

    samples = check_samples(x, at_least=_FEWEST_SAMPLES)
    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    length = round(check_positive("window", window, unit="s") * sfreq)
    if not _FEWEST_SAMPLES <= length <= samples.shape[-1]:
        raise ArgumentError(
            "The window does not fit the signal",
            allowed=f"{number(_FEWEST_SAMPLES / sfreq)} to {number(samples.shape[-1] / sfreq)} s",
            got=f"window = {number(window)} s",
        )
    frequencies, middles, psd = spectrogram(
        samples, fs=sfreq, window="hann", nperseg=length, noverlap=length // 2, detrend="constant"
    )
    return np.asarray(frequencies), np.asarray(middles), np.asarray(psd)


def median_frequency(x: ArrayLike, *, sfreq: float) -> NDArray[np.float64]:
    """Frequency that halves the power of each signal.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit, 16 samples at least.
    sfreq : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray, shape (...)
        Median frequencies in Hz, of no dimension for a single signal.

    Raises
    ------
    SignalError
        A signal is constant, too short, or holds NaN or infinite values.

    Notes
    -----
    The density of :func:`density` is taken as constant around each of its frequencies.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.arange(4000) / 1000
    >>> round(float(median_frequency(np.sin(2 * np.pi * 100 * times), sfreq=1000)), 6)
    100.0
    """
    edges, cumulative = _cumulative_power(x, sfreq)
    total = _power_of_each(x, cumulative)
    rows = cumulative.reshape(-1, len(edges))
    medians = [np.interp(half, row, edges) for half, row in zip(total.ravel() / 2, rows, strict=True)]
    return np.array(medians).reshape(total.shape)


def mean_frequency(x: ArrayLike, *, sfreq: float) -> NDArray[np.float64]:
    """Mean frequency of each signal, weighted by power.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit, 16 samples at least.
    sfreq : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray, shape (...)
        Mean frequencies in Hz, of no dimension for a single signal.

    Raises
    ------
    SignalError
        A signal is constant, too short, or holds NaN or infinite values.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.arange(4000) / 1000
    >>> round(float(mean_frequency(np.sin(2 * np.pi * 100 * times), sfreq=1000)), 6)
    100.0
    """
    frequencies, psd = density(x, sfreq=sfreq)
    total = _power_of_each(x, psd.cumsum(axis=-1) * frequencies[1])
    return np.asarray((psd * frequencies).sum(axis=-1) * frequencies[1] / total)


def band_power(x: ArrayLike, low: float, high: float, *, sfreq: float) -> NDArray[np.float64]:
    """Power of each signal between two frequencies.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit, 16 samples at least.
    low, high : float
        Edges of the band in Hz, from 0 to the Nyquist frequency.
    sfreq : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray, shape (...)
        Power in the squared unit of `x`, of no dimension for a single signal. Neighbouring bands add up, and the band
        from 0 to the Nyquist frequency holds the variance.

    Raises
    ------
    ArgumentError
        The edges are swapped, equal, or not between 0 and the Nyquist frequency.
    SignalError
        A signal is too short or holds NaN or infinite values.

    Examples
    --------
    >>> import numpy as np
    >>> times = np.arange(4000) / 1000
    >>> round(float(band_power(np.sin(2 * np.pi * 100 * times), 90, 110, sfreq=1000)), 6)
    0.5
    """
    low = check_positive("low", low, unit="Hz", zero=True)
    high = check_positive("high", high, unit="Hz")
    nyquist = check_positive("sfreq", sfreq, unit="Hz") / 2
    if low >= high or high > nyquist:
        raise ArgumentError(
            "The band cannot be used",
            allowed=f"'low' below 'high', and 'high' up to the Nyquist frequency of {number(nyquist)} Hz",
            got=f"low {number(low)} Hz, high {number(high)} Hz",
        )
    edges, cumulative = _cumulative_power(x, sfreq)
    rows = cumulative.reshape(-1, len(edges))
    powers = [np.diff(np.interp([low, high], edges, row))[0] for row in rows]
    return np.array(powers).reshape(cumulative.shape[:-1])


def surface_emg_density(frequencies: ArrayLike, *, low: float = 60.0, high: float = 120.0) -> NDArray[np.float64]:
    """Shape of the power spectrum of surface EMG.

    Parameters
    ----------
    frequencies : array_like
        Frequencies in Hz.
    low, high : float
        The model's two parameters in Hz: the density rises with the square of the frequency up to about `low`, and
        falls with its fourth power beyond `high`.

    Returns
    -------
    ndarray
        Density in arbitrary units at each frequency.

    Raises
    ------
    ArgumentError
        A parameter is not above 0.

    Notes
    -----
    S(f) = high^4 f^2 / ((f^2 + low^2) (f^2 + high^2)^2), after [1]_ and [2]_.

    References
    ----------
    .. [1] Shwedyk E, Balasubramanian R, Scott RN (1977). A nonstationary model for the electromyogram. IEEE
       Transactions on Biomedical Engineering 24: 417-424.
    .. [2] Stulen FB, De Luca CJ (1981). Frequency parameters of the myoelectric signal as a measure of muscle
       conduction velocity. IEEE Transactions on Biomedical Engineering 28: 515-523.

    Examples
    --------
    >>> surface_emg_density([0.0, 60.0]).tolist()
    [0.0, 0.32]
    """
    low, high = check_positive("low", low, unit="Hz"), check_positive("high", high, unit="Hz")
    squared = np.square(np.asarray(frequencies, dtype=np.float64))
    return np.asarray(high**4 * squared / ((squared + low**2) * (squared + high**2) ** 2))


def shaped_noise(
    n_samples: int,
    *,
    sfreq: float,
    rng: np.random.Generator,
    n_channels: int = 1,
    density: Callable[[NDArray[np.float64]], NDArray[np.float64]] = surface_emg_density,
) -> NDArray[np.float64]:
    """Draw simulated Gaussian noise of unit variance with a given spectrum.

    Parameters
    ----------
    n_samples : int
        Number of samples.
    sfreq : float
        Sampling rate in Hz.
    rng : numpy.random.Generator
        Source of the random numbers.
    n_channels : int
        Number of independent channels.
    density : callable
        Gives the density, in any unit, at an array of frequencies in Hz.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
        Noise whose expected variance is 1 (that of one draw varies about it), without unit.

    Raises
    ------
    ArgumentError
        A number of samples or channels is below 1, `rng` is no generator, or the density is negative, not finite or
        zero everywhere.

    Notes
    -----
    Independent normal Fourier coefficients with the given variances, over one second more than is asked for: that
    part is cut off, since the end of a Fourier sum runs on into its beginning.

    Examples
    --------
    >>> import numpy as np
    >>> noise = shaped_noise(20_000, sfreq=2000, rng=np.random.default_rng(1), n_channels=2)
    >>> noise.shape, round(float(noise.std()), 1)
    ((2, 20000), 1.0)
    """
    from scipy.fft import irfft, next_fast_len

    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    for name, count in (("n_samples", n_samples), ("n_channels", n_channels)):
        check_whole(name, count)
    if not isinstance(rng, np.random.Generator):
        raise ArgumentError("'rng' cannot be used", allowed="a numpy.random.Generator", got=repr(rng))
    length = next_fast_len(int(n_samples) + math.ceil(sfreq), real=True)
    frequencies = np.linspace(0.0, length // 2 * sfreq / length, length // 2 + 1)
    power = np.asarray(density(frequencies), dtype=np.float64)
    if power.shape != frequencies.shape or not np.isfinite(power).all() or (power < 0).any() or not power.any():
        raise ArgumentError(
            "The density cannot be used",
            allowed="one finite value of at least 0 a frequency, not all of them 0",
            got=f"{power.size} values for {frequencies.size} frequencies"
            + (f", from {power.min():g} to {power.max():g}" if power.size else ""),
        )
    # Every frequency but 0 (and, for an even length, Nyquist) stands for two of the full, two-sided transform.
    sides = np.full(len(power), 2.0)
    sides[0] = 1.0
    if length % 2 == 0:
        sides[-1] = 1.0
    real, imaginary = rng.standard_normal((2, n_channels, len(power)))
    scale = np.sqrt(power / (sides * power).sum())
    coefficients = np.where(sides == 2.0, (real + 1j * imaginary) / math.sqrt(2), real) * scale * length
    return np.ascontiguousarray(irfft(coefficients, n=length, axis=-1)[:, :n_samples])


def _cumulative_power(x: ArrayLike, sfreq: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Power below each edge between two frequencies of the density, from 0 at 0 Hz to the variance at Nyquist."""
    frequencies, psd = density(x, sfreq=sfreq)
    edges = np.concatenate([[0.0], (frequencies[1:] + frequencies[:-1]) / 2, [sfreq / 2]])
    power = np.concatenate([np.zeros((*psd.shape[:-1], 1)), psd * frequencies[1]], axis=-1)
    return edges, power.cumsum(axis=-1)


def _power_of_each(x: ArrayLike, cumulative: NDArray[np.float64]) -> NDArray[np.float64]:
    """Refuse signals that have no power besides their mean and what rounding leaves of it."""
    total = np.asarray(cumulative[..., -1])
    rounding = (8 * np.finfo(float).eps * np.abs(np.asarray(x, dtype=np.float64)).max(axis=-1)) ** 2
    constant = total <= rounding
    if constant.any():
        row = tuple(int(i) for i in np.argwhere(constant)[0])
        raise SignalError(
            "A constant signal has no spectrum",
            where=f"row {row[0] if len(row) == 1 else row}, counted from 0" if row else "",
            got=f"{int(constant.sum())} of {constant.size} signals constant",
        )
    return total
