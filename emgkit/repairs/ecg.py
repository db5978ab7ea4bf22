"""Heartbeats in EMG: where they are, and what is left of the signal without them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgkit import signal
from emgkit._checks import check_positive, check_samples

__all__ = ["heartbeats", "high_pass_beats", "subtract_beats"]

Array = NDArray[np.float64]
Beats = NDArray[np.intp]

# Hz; where the QRS complex is strong and EMG weak
_BAND = (10.0, 40.0)
# s; the shortest time between two beats (200 a minute), and the half width of a QRS complex
_SHORTEST, _QRS = 0.3, 0.06
# a beat has from half to twice the height of the mean one, and stands so many times above what surrounds it
_LEAST, _MOST, _ABOVE = 0.5, 2.0, 4.0
# fewer beats give no shape
_FEWEST = 5
# the spread of the times between beats over their median, from which on they are no rhythm
_UNSTEADY = 0.35
# Hz; above it a signal is EMG and no heartbeat
_FAST = 60.0
# how many times what chance leaves of EMG in the mean of the beats is taken off it
_CHANCE = 10.0
# by what share the sizes of beats vary, mostly with breathing, and by how much (s) their places
_VARIES, _MOVES = 0.15, 0.003
_TINY = float(np.finfo(np.float64).tiny)


def heartbeats(x: ArrayLike, *, sfreq: float) -> Beats:
    """Samples at which the heart beats, from the channel that shows it best.

    Parameters
    ----------
    x : array_like, shape (n_channels, n_samples)
        EMG in any unit.
    sfreq : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray of int, shape (n_beats,)
        The middle of each QRS complex; empty where no channel shows at least 5 beats in a rhythm.

    Raises
    ------
    ArgumentError, SignalError
        As for :func:`emgkit.signal.bandpass`.

    Notes
    -----
    Between 10 and 40 Hz, peaks four times above what surrounds them, and near the height of the highest, give a first
    shape of 120 ms; where the signal has
    that shape, from half to twice as high, is a beat. Where one is missing in the rhythm, the best match near its
    place is taken.

    Examples
    --------
    >>> times = np.arange(20_000) / 1000
    >>> beat = np.exp(-0.5 * (((times + 0.4) % 0.8 - 0.4) / 0.012) ** 2)
    >>> heartbeats([beat], sfreq=1000)[:3].tolist()
    [800, 1600, 2400]
    """
    samples = np.atleast_2d(check_samples(x))
    sfreq = check_positive("sfreq", sfreq, unit="Hz")
    best, best_match = np.zeros(0, dtype=np.intp), 0.0
    for one in samples:
        y = signal.bandpass(one - np.median(one), *_BAND, sfreq=sfreq)
        beats, match = _beats(y, sfreq)
        if match > best_match:
            best, best_match = beats, match
    return best


def subtract_beats(x: ArrayLike, beats: Beats, *, sfreq: float) -> Array:
    """Subtract the mean heartbeat of each channel from each of its beats.

    Parameters
    ----------
    x : array_like, shape (n_channels, n_samples)
        EMG in any unit.
    beats : ndarray of int, shape (n_beats,)
        Samples of the beats, as :func:`heartbeats` finds them.
    sfreq : float
        Sampling rate in Hz.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
        EMG in the same unit, unchanged where the mean heartbeat does not stand out from the EMG.

    Notes
    -----
    The mean is weighted by the inverse of the EMG's power (above 60 Hz) around each beat, so that beats at rest give
    the shape. Where the square of the mean is no more than what EMG leaves of itself in a mean of so many beats, it is
    taken as zero, and near that as smaller. Each beat has its own size and place: by least squares as far as
    the EMG around it permits, and those of the mean otherwise.

    Examples
    --------
    >>> times = np.arange(20_000) / 1000
    >>> beat = np.exp(-0.5 * (((times + 0.4) % 0.8 - 0.4) / 0.012) ** 2)
    >>> beats = np.arange(800, 19_500, 800)
    >>> bool(abs(subtract_beats([beat], beats, sfreq=1000)[0, 500:19_500]).max() < 0.02)
    True
    """
    samples = np.atleast_2d(check_samples(x))
    out = samples.copy()
    if len(beats) < _FEWEST:
        return out
    typical = float(np.median(np.diff(beats)))
    before, after = (round(min(longest * sfreq, share * typical)) for longest, share in ((0.25, 0.35), (0.45, 0.6)))
    inside = beats[(beats >= before) & (beats < samples.shape[1] - after)]
    if len(inside) < _FEWEST:
        return out
    places = inside[:, np.newaxis] + np.arange(-before, after)
    for row, one in zip(out, samples, strict=True):
        shape, each = _shapes(one, places, sfreq)
        own = dict(zip(inside.tolist(), each, strict=True))
        padded = np.zeros(len(one) + before + after)
        for beat in beats.tolist():
            padded[beat : beat + before + after] += own.get(beat, shape)
        row -= padded[before : before + len(one)]
    return out


def high_pass_beats(x: ArrayLike, beats: Beats, *, sfreq: float, cutoff: float, reach: float = 0.1) -> Array:
    """High-pass filter the signal around each heartbeat, and leave it as it is between them.

    Parameters
    ----------
    x : array_like, shape (n_channels, n_samples)
        EMG in any unit.
    beats : ndarray of int, shape (n_beats,)
        Samples of the beats.
    sfreq : float
        Sampling rate in Hz.
    cutoff : float
        Cut-off of the zero-lag fourth-order filter in Hz.
    reach : float
        How far from a beat the filtered signal is taken, in s; over a quarter of it one signal gives way to the other.

    Returns
    -------
    ndarray, shape (n_channels, n_samples)
        EMG in the same unit.

    Examples
    --------
    >>> drift = high_pass_beats(np.ones((1, 1000)), np.array([500]), sfreq=1000, cutoff=30)[0]
    >>> float(drift[100]), bool(abs(drift[500]) < 1e-6)
    (1.0, True)
    """
    samples = np.atleast_2d(check_samples(x))
    filtered = signal.highpass(samples, cutoff, sfreq=sfreq)
    if not len(beats):
        return samples.copy()
    apart = np.abs(np.arange(samples.shape[1])[:, np.newaxis] - _nearest(beats, samples.shape[1])).min(axis=1) / sfreq
    share = np.clip((reach - apart) / (reach / 4), 0.0, 1.0)
    return np.asarray(share * filtered + (1 - share) * samples)


def _nearest(beats: Beats, n: int) -> Beats:
    """The beats before and after each sample, shape (n, 2)."""
    place = np.searchsorted(beats, np.arange(n))
    return np.column_stack([beats[np.maximum(place - 1, 0)], beats[np.minimum(place, len(beats) - 1)]])


def _beats(y: Array, sfreq: float) -> tuple[Beats, float]:
    """Beats in one filtered signal, and how well they match: their mean height over what surrounds them."""
    level = _local_level(y, sfreq)
    if not level.any():
        return np.zeros(0, dtype=np.intp), 0.0
    beats, score = _standing_out(y, np.maximum(level, 1e-3 * level.max()), sfreq)
    # in a contraction that is held, the few beats at rest stand out so far that the others look like none
    return (beats, score) if len(beats) else _standing_out(y, np.maximum(level, np.median(level)), sfreq)


def _standing_out(y: Array, level: Array, sfreq: float) -> tuple[Beats, float]:
    """Beats whose peaks stand out of what surrounds them."""
    from scipy.signal import find_peaks

    none = np.zeros(0, dtype=np.intp)
    apart, half = max(1, round(_SHORTEST * sfreq)), max(1, round(_QRS * sfreq))
    z = y / level
    peaks, found = find_peaks(np.abs(z), distance=apart, height=_ABOVE)
    # at rest T waves stand out, too
    peaks = peaks[found["peak_heights"] > _LEAST * np.quantile(found["peak_heights"], 0.9)] if len(peaks) else peaks
    up = float(np.sign(np.median(z[peaks]))) if len(peaks) else 0.0
    peaks = peaks[np.sign(z[peaks]) == up]
    match, score = np.zeros(len(y)), 0.0
    for _ in range(3):
        peaks = peaks[(peaks >= half) & (peaks < len(y) - half)]
        if len(peaks) < _FEWEST:
            return none, 0.0
        shape = np.median(y[peaks[:, np.newaxis] + np.arange(-half, half + 1)], axis=0)
        match = _match(y, shape)
        around = _local_level(match, sfreq)
        peaks = find_peaks(match, distance=apart, height=np.maximum(_LEAST, _ABOVE * around))[0]
        peaks = peaks[match[peaks] <= _MOST]
        score = float(1 / max(1e-6, np.median(around)))
    if len(peaks) < _FEWEST:
        return none, 0.0
    between = np.diff(peaks)
    typical = float(np.median(between))
    if np.median(np.abs(between - typical)) > _UNSTEADY * typical or not _SHORTEST < typical / sfreq < 2.0:
        return none, 0.0
    return _filled(peaks, match, typical), score


def _match(y: Array, shape: Array) -> Array:
    """How many times the shape stands at each sample, by least squares."""
    from scipy.signal import fftconvolve

    return np.asarray(fftconvolve(y, shape[::-1], mode="same") / float(shape @ shape))


def _local_level(y: Array, sfreq: float) -> Array:
    """Robust standard deviation around each sample: of blocks of 1 s, a straight line between their middles."""
    width = max(1, round(sfreq))
    n_blocks = max(1, len(y) // width)
    size = np.abs(y)
    # blocks whose lengths differ by one sample at most, the longer ones first
    short, n_long = divmod(len(y), n_blocks)
    longer, rest = np.split(size, [n_long * (short + 1)])
    parts = longer.reshape(n_long, short + 1), rest.reshape(n_blocks - n_long, short)
    levels = np.concatenate([np.median(part, axis=1) for part in parts if part.size]) / 0.6745
    middles = (np.arange(n_blocks) + 0.5) * len(y) / n_blocks
    return np.interp(np.arange(len(y)), middles, levels)


def _filled(peaks: Beats, match: Array, typical: float) -> Beats:
    """The beats with those that the rhythm says are missing, each at the best match near its place."""
    beats = [int(peaks[0])]
    for peak in peaks[1:].tolist():
        start, missing = beats[-1], round((peak - beats[-1]) / typical) - 1
        for number in range(1, missing + 1):
            place = start + number * (peak - start) / (missing + 1)
            low, high = (round(place + side * 0.2 * typical) for side in (-1, 1))
            best = low + int(np.argmax(match[low:high]))
            if match[best] > _LEAST / 2:
                beats.append(best)
        beats.append(peak)
    return np.array(beats, dtype=np.intp)


def _shapes(x: Array, places: NDArray[np.intp], sfreq: float) -> tuple[Array, Array]:
    """The mean heartbeat of a channel, and each beat as far as it is one, of its own size and at its own place."""
    power = (signal.highpass(x, min(_FAST, 0.4 * sfreq), sfreq=sfreq) ** 2)[places].mean(axis=1)
    weights = 1 / np.maximum(power, 1e-3 * power.max() + _TINY)
    pieces = x[places]
    # a line through the ends takes offset and drift away, and what is subtracted begins and ends at zero
    edge = max(1, round(0.02 * sfreq))
    first, last = (np.median(part, axis=1) for part in (pieces[:, :edge], pieces[:, -edge:]))
    pieces = pieces - np.linspace(first, last, pieces.shape[1]).T
    shape = _mean_shape(pieces, weights, edge=edge, sfreq=sfreq)
    for _ in range(2):
        if not shape.any():
            return shape, np.zeros_like(pieces)
        slope = np.gradient(shape)
        size, shift = _fitted(pieces, shape, slope, sfreq).T[:, :, np.newaxis]
        shape = _mean_shape((pieces - shift * slope) / size, weights * size[:, 0] ** 2, edge=edge, sfreq=sfreq)
    slope = np.gradient(shape)
    size, shift = _fitted(pieces, shape, slope, sfreq).T[:, :, np.newaxis]
    return shape, size * shape + shift * slope


def _mean_shape(pieces: Array, weights: Array, *, edge: int, sfreq: float) -> Array:
    """The weighted mean, where it is more than what chance leaves of EMG in it; zero at both ends."""
    weights = weights / weights.sum()
    mean = weights @ pieces
    window = min(_QRS, len(mean) / sfreq)
    stands = signal.moving_mean(mean**2, window, sfreq=sfreq)
    by_chance = signal.moving_mean(weights**2 @ (pieces - mean) ** 2, window, sfreq=sfreq)
    rise = np.clip((np.arange(len(mean)) + 1) / (edge + 1), 0, 1)
    keep = np.clip(1 - _CHANCE * by_chance / np.maximum(stands, _TINY), 0, 1)
    return np.asarray(mean * keep * np.minimum(rise, rise[::-1]))


def _fitted(pieces: Array, shape: Array, slope: Array, sfreq: float) -> Array:
    """Of each beat, how many times the shape and how many times its slope it holds; shape (n_beats, 2).

    The slope stands for a small shift in time. The further EMG drowns a beat, the nearer it stays to the mean one.
    """
    basis = np.column_stack([shape, slope])
    if not slope.any():
        return np.tile([1.0, 0.0], (len(pieces), 1))
    plain = pieces @ basis @ np.linalg.pinv(basis.T @ basis)
    left = ((pieces - plain @ basis.T) ** 2).mean(axis=1)
    # EMG has some 540 independent values a second, whatever the rate
    variance = np.maximum(left * sfreq / 540, _TINY)[:, np.newaxis, np.newaxis]
    prior = np.diag([1 / _VARIES**2, 1 / (_MOVES * sfreq) ** 2])
    mean = prior @ np.array([1.0, 0.0])
    right = (pieces @ basis)[:, :, np.newaxis] / variance + mean[:, np.newaxis]
    found = np.linalg.solve(basis.T @ basis / variance + prior, right)[:, :, 0]
    return np.column_stack([np.clip(found[:, 0], _LEAST, _MOST), found[:, 1]])
