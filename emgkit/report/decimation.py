"""Signals thinned for drawing, so that no peak is lost, and all of their samples, packed for a closer look."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgkit.errors import ArgumentError
from emgkit.recording import Recording

__all__ = ["Blocks", "blocks", "decimate", "thinned"]

# samples of a block, and steps from zero to the largest value
_BLOCK, _STEPS = 8192, 250


def decimate(values: ArrayLike, points: int) -> NDArray[np.float64]:
    """The least and the greatest value of each of ``points / 2`` buckets, in the order of the samples.

    What is drawn looks as the whole signal does: every bucket covers the same range of values. Each bucket spans the
    same time, to within a sample, so that point *i* of *m* stands within one bucket of ``i / m`` of the duration.

    Parameters
    ----------
    values : array_like, shape (n_samples,)
        The signal.
    points : int
        The most points wanted; even, at least 2.

    Returns
    -------
    numpy.ndarray, shape (m,)
        `points` values, or all of `values` where there are no more than `points`.

    Raises
    ------
    ArgumentError
        `points` is odd or below 2, or `values` is not a single signal.

    Examples
    --------
    >>> decimate([0, 5, 1, 1, 1, -4, 0, 2], 4)
    array([ 0.,  5., -4.,  2.])
    """
    signal = np.asarray(values, dtype=np.float64)
    if signal.ndim != 1:
        raise ArgumentError("One signal is thinned at a time", allowed="shape (n,)", got=f"shape {signal.shape}")
    if points < 2 or points % 2:
        raise ArgumentError("Each bucket keeps two points", allowed="an even number of at least 2", got=repr(points))
    if signal.size <= points:
        return signal
    edges = np.arange(points // 2 + 1) * signal.size // (points // 2)
    # bucket lengths differ by one sample at most: a short bucket sees its last sample twice
    places = np.minimum(edges[:-1, None] + np.arange(np.diff(edges).max()), edges[1:, None] - 1)
    held = signal[places]
    lowest, highest = held.argmin(axis=1), held.argmax(axis=1)
    first, second = np.minimum(lowest, highest), np.maximum(lowest, highest)
    kept = np.stack([first, second], axis=1) + edges[:-1, None]
    return signal[kept.ravel()]


def thinned(recording: Recording, points: int) -> Recording:
    """The recording with each channel thinned as :func:`decimate` does, its rate lowered by as much.

    Examples
    --------
    >>> from emgkit.channels import Channel
    >>> emg = Recording(data=[np.arange(100.0)], sfreq=50.0, channels=(Channel(name="VL", unit="V"),))
    >>> thin = thinned(emg, 10)
    >>> thin.sfreq, thin.duration, float(thin.data[0, -1])
    (5.0, 2.0, 99.0)
    """
    data = [decimate(row, points) for row in recording.data]
    return recording.derive(data, sfreq=recording.sfreq * len(data[0]) / recording.data.shape[1])


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """All samples of a signal in blocks that can be unpacked one by one.

    A block is compressed with zlib: the lower bytes of its 16-bit numbers, then the upper ones. The numbers stand for
    the first value and each one's difference from the one before: an even number 2d for a difference d, an odd one
    2d - 1 for -d. The sums of the differences times `scale` are the values, within half a `scale`.

    Parameters
    ----------
    size : int
        How many samples there are.
    length : int
        Samples of each block but the last.
    scale : float
        The largest absolute value / the number of steps.
    packed : tuple of bytes
        The blocks.
    """

    size: int
    length: int
    scale: float
    packed: tuple[bytes, ...]


def blocks(values: ArrayLike, *, steps: int = _STEPS) -> Blocks:
    """Pack all samples of a signal.

    Parameters
    ----------
    values : array_like, shape (n_samples,)
        The signal.
    steps : int
        How finely values are told apart: steps from zero to the largest absolute value.

    Examples
    --------
    >>> packed = blocks([0.0, 0.5, -1.0])
    >>> [zlib.decompress(block) for block in packed.packed] == [bytes([0, 250, 749 % 256, 0, 0, 2])]
    True
    """
    signal = np.asarray(values, dtype=np.float64)
    scale = float(np.abs(signal).max(initial=0.0)) / steps or 1.0
    whole = np.round(signal / scale).astype("<i2")
    packed = []
    for first in range(0, signal.size, _BLOCK):
        changes = np.diff(whole[first : first + _BLOCK], prepend=np.int16(0))
        # without signs the upper bytes of small changes are all 0, and take no room
        coded = np.where(changes < 0, -2 * changes - 1, 2 * changes).astype("<u2")
        packed.append(zlib.compress(coded.view(np.uint8).reshape(-1, 2).T.tobytes()))
    return Blocks(size=signal.size, length=_BLOCK, scale=scale, packed=tuple(packed))
