"""One repetition on a smoothed stream: where it leaves rest, pauses, and comes back.

Positions are in samples and may lie between two of them. Everything is relative to a movement's own excursion and peak
velocity, so that neither the unit nor the size of the stream matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Motion", "Repetition", "find_phases", "meet"]

Array = NDArray[np.float64]

# a movement's core, as parts of its excursion: pauses and wobbles outside it belong to rest or hold
_CORE = (0.2, 0.8)
# noise lifts the velocity threshold to no more than this part of the peak
_MOST_NOISE = 0.2
# a movement that the recording cuts still counts as whole if it lacks no more than this part of its excursion
_MISSING = 0.1
# a stream that stays above this part of the excursion has not come to rest
_AWAY = 0.5
# seconds: a movement is over when its velocity stays below the threshold so long, and begins no more than so far
# outside the crossing of the threshold
_STILL, _FURTHEST = 0.05, 0.1
# noise above this part of the velocity at which a movement begins blurs the crossing: a curve is fitted then
_BLURS = 0.5
# the fit is made to some so many means of neighbouring samples, and never to fewer than so many
_FITTED, _FEWEST = 100, 8
# seconds: a top wider than this, for noise, is better placed by the smoothed stream
_SHARP = 0.04


@dataclass(frozen=True, kw_only=True)
class Motion:
    """A stream that goes up from rest, and what its velocity must exceed.

    Parameters
    ----------
    raw, smooth, velocity : ndarray, shape (n_samples,)
        As recorded, low-pass filtered, and the derivative of the latter per sample.
    sfreq : float
        Samples per second.
    edge : float
        Part of a movement's peak velocity at which it begins and ends.
    noise : float
        Velocity per sample that noise makes.
    grain : float
        Standard deviation of the noise from sample to sample.
    """

    raw: Array
    smooth: Array
    velocity: Array
    sfreq: float
    edge: float
    noise: float
    grain: float

    def threshold(self, peak: float) -> float:
        """Velocity at which a movement with this peak velocity begins and ends."""
        return min(max(self.edge * peak, self.noise), max(self.edge, _MOST_NOISE) * peak)


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """Edges of a movement away from rest and of the one back, None where the recording cuts them.

    Parameters
    ----------
    leaves, arrives : float or None
        Start of the movement away from rest, and its end.
    turn : float
        The turning point.
    departs, returns : float or None
        Start of the movement back, and its end.
    excursion : float
        From the mean level of the two ends to the highest point; with one end, from that.
    """

    leaves: float | None
    arrives: float | None
    turn: float
    departs: float | None
    returns: float | None
    excursion: float


def find_phases(motion: Motion, *, left: int, peak: int, right: int, rest: tuple[float, float]) -> Repetition:
    """Find the edges of the repetition between two valleys.

    Parameters
    ----------
    motion : Motion
        The stream.
    left, peak, right : int
        Samples of the valley before, of the highest point, and of the valley after.
    rest : (float, float)
        Level of rest before and after, to judge whether the recording cuts a movement.
    """
    y = motion.smooth
    there, back = slice(left, peak + 1), slice(right, peak - 1 if peak else None, -1)
    leaves, arrives = _movement(motion, y[there], motion.velocity[there], rest[0], motion.raw[there])
    # the way back is a way there in reversed time
    returns, departs = _movement(motion, y[back], -motion.velocity[back], rest[1], motion.raw[back])
    leaves, arrives = (None if position is None else left + position for position in (leaves, arrives))
    returns, departs = (None if position is None else right - position for position in (returns, departs))
    levels = [float(y[round(end)]) for end in (leaves, returns) if end is not None]
    base = float(np.mean(levels)) if levels else float(y[left : right + 1].min())
    return Repetition(
        leaves=leaves,
        arrives=arrives,
        turn=turning_point(motion, peak),
        departs=departs,
        returns=returns,
        excursion=float(y[peak]) - base,
    )


def meet(before: float, after: float, turn: float, *, shortest: float) -> tuple[float, float]:
    """Join the end of a movement and the start of the opposite one at the turning point, unless a pause parts them.

    Examples
    --------
    >>> meet(10.0, 300.0, 150.0, shortest=100.0), meet(140.0, 155.0, 150.0, shortest=100.0)
    ((10.0, 300.0), (150.0, 150.0))
    """
    return (before, after) if after - before >= max(shortest, 0.0) else (turn, turn)


def turning_point(motion: Motion, peak: int) -> float:
    """Place the top near the peak of the smoothed stream.

    Smoothing draws a top that is steeper on one side than on the other to the slower side. Where the stream as
    recorded has a sharp top, that one is taken; where noise blurs it, the smoothed one.
    """
    half = max(1, round(2 * _SHARP * motion.sfreq))
    first = max(0, peak - half)
    near = motion.raw[first : peak + half + 1]
    top = np.flatnonzero(near >= near.max() - 2 * motion.grain)
    if top[-1] - top[0] <= max(_SHARP * motion.sfreq, 2):
        return float(first + top.mean())
    return float(peak)


def _movement(motion: Motion, y: Array, v: Array, rest: float, raw: Array) -> tuple[float | None, float | None]:
    """Find the edges of an upward movement that ends at the last sample or in a pause before it."""
    low, high = float(y.min()), float(y[-1])
    # a recording that begins or ends away from rest shows no movement there, at most a wobble
    if high <= low or low - rest > _AWAY * (high - rest):
        return None, None
    first_core = int(np.flatnonzero(y < low + _CORE[0] * (high - low))[-1]) + 1
    last_core = first_core + int(np.argmax(y[first_core:] >= low + _CORE[1] * (high - low)))
    peak = float(v[first_core : last_core + 1].max())
    level, blurred = motion.threshold(peak), motion.noise > _BLURS * motion.edge * peak
    before = _edge(v[: last_core + 1][::-1], last_core - first_core, level, motion.sfreq)
    after = _edge(v[first_core:], last_core - first_core, level, motion.sfreq)
    begins = None if before is None else max(last_core - before, 0.0)
    if begins is not None and blurred:
        begins = _beginning(raw, begins, first_core)
    if begins is None and y[0] - rest <= _MISSING * (high - rest):
        begins = 0.0
    last = float(len(y) - 1)
    ends = last if after is None else min(first_core + after, last)
    if after is not None and blurred:
        # an end is a beginning in reversed time, upside down
        ends = last - _beginning(-raw[::-1], last - ends, len(y) - 1 - last_core)
    return begins, ends


def _beginning(raw: Array, near: float, core: int) -> float:
    """Place the beginning of a movement near where it was found, from the stream as recorded.

    A parabola that rises from a level is fitted by least squares to the movement's beginning, up to its core, and as
    much of the rest before: its velocity is the straight line of a crossing, and noise is averaged over all of it.
    """
    first = max(0, round(near - (core - near)))
    step = max(1, (core - first) // _FITTED)
    n = (core - first) // step
    if n < _FEWEST:
        return near
    x = raw[first : first + n * step].reshape(n, step).mean(axis=1)
    x = x - x.mean()
    candidates = np.arange(n - 3)
    rise = np.maximum(np.arange(n) - candidates[:, np.newaxis], 0.0) ** 2
    rise -= rise.mean(axis=1, keepdims=True)
    explained = np.maximum(rise @ x, 0.0) ** 2 / (rise**2).sum(axis=1)
    best = int(np.argmax(explained))
    if not 0 < best < n - 4:
        return near
    left, top, right = explained[best - 1 : best + 2]
    place = best + 0.5 * (left - right) / min(left - 2 * top + right, -np.finfo(np.float64).tiny)
    return float(first + step * place + 0.5 * (step - 1))


def _edge(v: Array, core: int, level: float, sfreq: float) -> float | None:
    """Follow the velocity outward from a movement's core to where it comes down to nothing; None if it never does.

    The straight line through its crossings of three times the threshold and of the threshold meets zero half their
    distance further out. That takes away the delay of a bare threshold.
    """
    over = v[core:] > level
    # a dip that noise makes is shorter than a stop
    still = max(1, round(_STILL * sfreq))
    moving = np.convolve(over, np.ones(still))[still - 1 :] > 0
    stops = np.flatnonzero(~moving)
    if stops.size == 0:
        return None
    at = core + int(stops[0])
    crossing = _between(v, at, level)
    fast = np.flatnonzero(v[:at] > 3 * level)
    if fast.size == 0:
        return crossing
    further = 0.5 * (crossing - _between(v, int(fast[-1]) + 1, 3 * level))
    return crossing + min(further, _FURTHEST * sfreq)


def _between(v: Array, i: int, level: float) -> float:
    """Interpolate the position between samples i − 1 and i at which the velocity comes down to a level."""
    if i == 0 or v[i - 1] <= level or v[i] > level:
        return float(i)
    return float(i - 1 + (v[i - 1] - level) / (v[i - 1] - v[i]))
