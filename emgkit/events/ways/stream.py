"""The one channel of a trial that shows its movement."""

from __future__ import annotations

import numpy as np

from emgkit._checks import check_option, check_unknown
from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import listed, number
from emgkit.recording import Recording, Trial

__all__ = ["stream_of"]


def stream_of(trial: Trial, by: str, channel: str | None) -> Recording:
    """Take the channel to search, or say why there is none.

    Parameters
    ----------
    trial : Trial
        The trial.
    by : {"position", "angle"}
        Stream; ``"angle_2"`` and the like for a second one.
    channel : str or None
        Which channel, where the stream has several.

    Raises
    ------
    ArgumentError
        The stream has several channels, or the channel is a velocity.
    SignalError
        The trial has no such stream, or it does not move.
    """
    check_option("by", by.rstrip("0123456789").rstrip("_"), ("position", "angle"))
    if by not in trial:
        raise SignalError(f"The trial has no stream {by!r} to find repetitions in", allowed=listed(trial), got=repr(by))
    recording = trial[by]
    if channel is None and len(recording.names) > 1:
        raise ArgumentError(
            f"The stream {by!r} has several channels",
            allowed=f"channel = one of {listed(recording.names)}",
            got="none",
            hint="Where left and right move by themselves: channel = { left = '…', right = '…' }",
        )
    if channel is not None:
        check_unknown("channel", channel, recording.names, where=f"stream {by!r}")
        recording = recording.pick(channel)
    name, x = recording.names[0], recording.data[0]
    if recording.channels[0].kind == "VEL":
        raise ArgumentError(f"Channel {name!r} is a velocity", allowed="a position or an angle", got="kind VEL")
    if not np.ptp(x) > 1e-12 * np.abs(x).max():
        raise SignalError(
            f"Channel {name!r} of the stream {by!r} is constant",
            allowed="a stream that moves",
            got=f"{number(x[0])} {recording.channels[0].unit} throughout",
        )
    return recording
