"""Numbers of a stretch of signal: one a channel, from samples of shape (n_channels, n_samples) and their rate.

Those of an amplitude (an envelope or a moving RMS) and those of the EMG with its two signs stand apart; which
is which says :data:`emgkit.measures.MEASURES`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgkit import signal, spectrum

__all__ = [
    "arv",
    "band_power",
    "co_contraction_area",
    "duration_above_half",
    "falconer_winter",
    "highest_mean",
    "mean_frequency",
    "median_frequency",
    "percentile",
    "rms",
    "rudolph",
    "time_of_peak",
]

Array = NDArray[np.float64]


def arv(segment: Array, sfreq: float) -> Array:  # noqa: ARG001 - every number is taken alike
    """Average rectified value: the mean of the absolute values, in the unit of the signal.

    Examples
    --------
    >>> arv(np.array([[-1.0, 3.0]]), 1000.0).tolist()
    [2.0]
    """
    return np.asarray(np.abs(segment).mean(axis=-1))


def rms(segment: Array, sfreq: float) -> Array:  # noqa: ARG001
    """Root of the mean of the squares, in the unit of the signal.

    Examples
    --------
    >>> rms(np.array([[-1.0, 7.0]]), 1000.0).tolist()
    [5.0]
    """
    return np.asarray(np.sqrt(np.square(segment).mean(axis=-1)))


def percentile(segment: Array, share: float) -> Array:
    """Level that the amplitude stays below for a share (percent) of the time: a point of the APDF.

    The amplitude probability distribution function [1]_ is read at 10 % (static level), 50 % (median level) and 90 %
    (peak level); between two samples it is a straight line.

    References
    ----------
    .. [1] Jonsson B (1982). Measurement and evaluation of local muscular strain in the shoulder during constrained
       work. Journal of Human Ergology 11: 73-88.

    Examples
    --------
    >>> percentile(np.array([[0.0, 1.0, 2.0, 3.0, 4.0]]), 50).tolist()
    [2.0]
    """
    return np.asarray(np.quantile(segment, share / 100, axis=-1))


def highest_mean(segment: Array, window: float, sfreq: float) -> Array:
    """Largest mean over a window of so many seconds within the stretch; over all of it where it is shorter.

    Examples
    --------
    >>> highest_mean(np.array([[0.0, 1.0, 5.0, 3.0, 1.0]]), 3.0, 1.0).tolist()
    [3.0]
    """
    width = min(signal.window_samples(window, sfreq=sfreq), segment.shape[-1])
    if width == segment.shape[-1]:
        return np.asarray(segment.mean(axis=-1))
    half = width // 2
    # means near the ends rest on fewer samples, so that one of them could win
    return np.asarray(
        signal.moving_mean(segment, window, sfreq=sfreq)[..., half : segment.shape[-1] - half].max(axis=-1)
    )


def time_of_peak(segment: Array, sfreq: float) -> Array:  # noqa: ARG001
    """When the largest sample comes, in percent of the stretch: 0 is the first sample, 100 the last.

    Examples
    --------
    >>> time_of_peak(np.array([[0.0, 5.0, 1.0, 1.0, 1.0]]), 1000.0).tolist()
    [25.0]
    """
    return np.asarray(100 * segment.argmax(axis=-1) / max(1, segment.shape[-1] - 1))


def duration_above_half(segment: Array, sfreq: float) -> Array:
    """For how long the amplitude is at least half of its largest value in the stretch, in s.

    Examples
    --------
    >>> duration_above_half(np.array([[0.0, 2.0, 4.0, 3.0, 1.0]]), 10.0).tolist()
    [0.3]
    """
    return np.asarray((segment >= segment.max(axis=-1, keepdims=True) / 2).sum(axis=-1) / sfreq)


def mean_frequency(segment: Array, sfreq: float) -> Array:
    """Mean frequency (Hz), as :func:`emgkit.spectrum.mean_frequency`."""
    return spectrum.mean_frequency(segment, sfreq=sfreq)


def median_frequency(segment: Array, sfreq: float) -> Array:
    """Median frequency (Hz), as :func:`emgkit.spectrum.median_frequency`."""
    return spectrum.median_frequency(segment, sfreq=sfreq)


def band_power(segment: Array, sfreq: float, *, low: float, high: float) -> Array:
    """Power between two frequencies (Hz), in the squared unit of the signal, as :func:`emgkit.spectrum.band_power`."""
    return spectrum.band_power(segment, low, high, sfreq=sfreq)


def falconer_winter(agonist: Array, antagonist: Array) -> float:
    """Co-contraction index of Falconer and Winter, in percent.

    Twice the area that both amplitudes share, over the sum of their areas: 100 sum(2 min(a, b)) / sum(a + b). It is
    100 % where both are alike, and 0 where one is silent [1]_.

    References
    ----------
    .. [1] Falconer K, Winter DA (1985). Quantitative assessment of co-contraction at the ankle joint in walking.
       Electromyography and Clinical Neurophysiology 25: 135-149.

    Examples
    --------
    >>> falconer_winter(np.array([3.0, 3.0]), np.array([1.0, 1.0]))
    50.0
    """
    return float(100 * 2 * np.minimum(agonist, antagonist).sum() / (agonist + antagonist).sum())


def rudolph(agonist: Array, antagonist: Array) -> float:
    """Co-contraction index of Rudolph and colleagues, in the unit of the amplitudes (%MVC).

    The mean over time of (lower / higher) (lower + higher), which grows with how alike the two are and with how
    active [1]_. Where both are zero it is zero.

    References
    ----------
    .. [1] Rudolph KS, Axe MJ, Snyder-Mackler L (2000). Dynamic stability after ACL injury: who can hop? Knee Surgery,
       Sports Traumatology, Arthroscopy 8: 262-269.

    Examples
    --------
    >>> rudolph(np.array([40.0, 40.0]), np.array([10.0, 10.0]))
    12.5
    """
    low, high = np.minimum(agonist, antagonist), np.maximum(agonist, antagonist)
    share = np.divide(low, high, out=np.zeros_like(low), where=high > 0)
    return float((share * (low + high)).mean())


def co_contraction_area(agonist: Array, antagonist: Array, sfreq: float) -> float:
    """Area that both amplitudes share: the integral over time of the lower one, in their unit times s.

    Examples
    --------
    >>> co_contraction_area(np.array([3.0, 1.0]), np.array([1.0, 2.0]), 2.0)
    1.0
    """
    return float(np.minimum(agonist, antagonist).sum() / sfreq)
