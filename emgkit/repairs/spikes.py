"""Spikes: single samples, or a few, that no muscle makes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgkit._checks import check_positive, check_samples

__all__ = ["bridge", "find_spikes"]

Array = NDArray[np.float64]

# s; the level of the signal is taken of blocks of this length, and a spike fills less than a tenth of one
_BLOCK = 0.05
_LEVEL = 0.9


def find_spikes(x: ArrayLike, *, sfreq: float, times: float = 10.0) -> NDArray[np.bool_]:
    """Samples that stand far above everything around them for less than 5 ms.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    sfreq : float
        Sampling rate in Hz.
    times : float, default 10
        How many times the level around it a spike is.

    Returns
    -------
    ndarray of bool, shape (..., n_samples)
        True at every sample of a spike.

    Raises
    ------
    ArgumentError
        `times` or the rate is not above 0.
    SignalError
        There are no samples, or NaN or infinite ones.

    Notes
    -----
    About the median, the level is what 90 % of the samples of a block of 50 ms stay below: the largest of the block, of
    its two neighbours, and of the median over all blocks. Of normal noise it is 1.64 standard deviations, so ten times
    that is 16 of them. The tenth that is above cannot raise it: so a spike fills less than a tenth of a block.

    Examples
    --------
    >>> x = np.sin(np.arange(1000.0))
    >>> x[400] = 50.0
    >>> np.flatnonzero(find_spikes(x, sfreq=1000)).tolist()
    [400]
    """
    samples = check_samples(x)
    sfreq, times = check_positive("sfreq", sfreq, unit="Hz"), check_positive("times", times)
    rows = samples.reshape(-1, samples.shape[-1])
    return np.array([_spikes(one, sfreq, times) for one in rows], dtype=bool).reshape(samples.shape)


def bridge(x: ArrayLike, bad: NDArray[np.bool_]) -> Array:
    """Replace samples by a straight line between their neighbours; at an end, by the one neighbour.

    Parameters
    ----------
    x : array_like, shape (..., n_samples)
        Signals in any unit.
    bad : ndarray of bool, shape (..., n_samples)
        What to replace.

    Returns
    -------
    ndarray, shape (..., n_samples)
        Signals in the same unit.

    Examples
    --------
    >>> bridge([1.0, 9.0, 9.0, 4.0], np.array([False, True, True, False])).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    out = check_samples(x).copy()
    rows, marks = out.reshape(-1, out.shape[-1]), np.asarray(bad).reshape(-1, out.shape[-1])
    for row, mark in zip(rows, marks, strict=True):
        if mark.any() and not mark.all():
            row[mark] = np.interp(np.flatnonzero(mark), np.flatnonzero(~mark), row[~mark])
    return out


def _spikes(x: Array, sfreq: float, times: float) -> NDArray[np.bool_]:
    size = np.abs(x - np.median(x))
    n_blocks = max(1, round(len(x) / max(2.0, _BLOCK * sfreq)))
    edges = np.linspace(0, len(x), n_blocks + 1).round().astype(np.intp)
    levels = np.array([np.quantile(size[first:stop], _LEVEL, method="lower") for first, stop in _pairs(edges)])
    beside = np.pad(levels, 1, mode="edge")
    level = np.maximum.reduce([beside[:-2], levels, beside[2:], np.full(n_blocks, np.median(levels))])
    # a channel that is flat but for a few samples has no level to stand above
    return np.asarray((size > times * np.repeat(level, np.diff(edges))) & bool(np.median(levels) > 0))


def _pairs(edges: NDArray[np.intp]) -> list[tuple[int, int]]:
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
