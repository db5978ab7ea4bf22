"""Where a muscle rests: a stretch that the user gives, or the quietest one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from emgkit import signal
from emgkit.errors import ArgumentError, SignalError
from emgkit.events.onsets.method import Array, runs
from emgkit.notation import number
from emgkit.recording import Recording

__all__ = ["given_rest", "quietest"]

# s; long enough for a standard deviation, short enough for the rest between two lifts
LENGTH, HOP = 0.5, 0.05
# s; the same value for so long is a lost packet or a dead channel, not rest
FLAT = 0.05
# the loudest stretch has to have so many times the amplitude of the quietest (6 dB), else which one is rest?
LOUDER = 2.0


def given_rest(recording: Recording, baseline: tuple[float, float]) -> slice:
    """The samples of a stretch at rest that the user named.

    Raises
    ------
    ArgumentError
        The stretch is not a pair of times, lies outside the recording, or is shorter than 0.1 s.
    """
    first, last = recording.start, recording.start + recording.duration
    allowed = f"(start, stop) within {number(round(first, 6))}–{number(round(last, 6))} s, at least 0.1 s long"
    try:
        begins, ends = (float(edge) for edge in baseline)
    except (TypeError, ValueError):
        raise ArgumentError("'baseline' cannot be used", allowed=allowed, got=repr(baseline)) from None
    half = 0.5 / recording.sfreq
    if not (first - half <= begins and begins + 0.1 - half <= ends and ends <= last + half):
        raise ArgumentError(
            "The baseline does not lie within the recording, or is too short",
            allowed=allowed,
            got=f"{number(begins)}–{number(ends)} s",
        )
    begin = max(0, round((begins - recording.start) * recording.sfreq))
    return slice(begin, min(recording.data.shape[1], round((ends - recording.start) * recording.sfreq)))


def quietest(x: Array, y: Array, *, sfreq: float, name: str) -> slice:
    """The quietest 0.5 s of a channel.

    Parameters
    ----------
    x, y : ndarray, shape (n_samples,)
        The channel as it is, where lost samples show, and in the band of the method.
    sfreq : float
        Samples per second (Hz).
    name : str
        Of the channel, for messages.

    Raises
    ------
    SignalError
        The channel is shorter than 1 s or flat, or its loudest stretch is less than twice its quietest.
    """
    width, hop = round(LENGTH * sfreq), max(1, round(HOP * sfreq))
    if len(y) < 2 * width:
        raise SignalError(
            "The recording is too short to find rest in it",
            allowed=f"at least {number(2 * LENGTH)} s",
            got=f"{number(round(len(y) / sfreq, 3))} s",
            hint="Name the stretch at rest with baseline=(start, stop)",
        )
    first = np.arange(0, len(y) - width + 1, hop)
    levels = np.sqrt(signal.moving_mean(y**2, width / sfreq, sfreq=sfreq)[first + width // 2])
    usable = ~_holds_flat(x, sfreq=sfreq, first=first, width=width) & (levels > 0)
    if not usable.any():
        raise SignalError(
            f"Channel {name!r} is flat in every stretch of {number(LENGTH)} s",
            allowed="a stretch at rest with the noise of an amplifier",
            hint="Leave the channel out with pick()",
        )
    quiet, loud = levels[usable].min(), levels[usable].max()
    if loud < LOUDER * quiet:
        raise SignalError(
            f"No rest is found in channel {name!r}: it is as loud throughout",
            allowed=f"a loudest {number(LENGTH)} s of at least {number(LOUDER)} times the amplitude of the quietest",
            got=f"{loud / quiet:.2g} times",
            hint="Name the stretch at rest with baseline=(start, stop), or leave the channel out with pick()",
        )
    begin = int(first[usable][np.argmin(levels[usable])])
    return slice(begin, begin + width)


def _holds_flat(x: Array, *, sfreq: float, first: NDArray[np.intp], width: int) -> NDArray[np.bool_]:
    """Which windows touch a run of one and the same value."""
    same = runs(x[1:] == x[:-1])
    flat = np.zeros(len(x) + 1)
    for begin, stop in same[same[:, 1] - same[:, 0] + 1 >= FLAT * sfreq].tolist():
        flat[begin + 1 : stop + 2] = 1.0
    counted = np.cumsum(flat)
    return np.asarray(counted[first + width] > counted[first])
