"""The whole recording, or a stretch of it, as one repetition: for holds, isometric tasks and walking without events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emgkit.channels import Event, Value
from emgkit.errors import ArgumentError
from emgkit.notation import number
from emgkit.recording import Trial

__all__ = ["stretch_sentence", "take_whole"]


def take_whole(
    trial: Trial, *, start: float | None = None, stop: float | None = None, exercise: str | None = None
) -> Trial:
    """Take the whole recording, or a stretch of it, as one repetition without phases.

    Parameters
    ----------
    trial : Trial
        Its events are kept.
    start, stop : float, optional
        Where the stretch begins and ends, on the time of the trial (s). Left out: where the EMG begins and ends.
    exercise : str, optional
        Goes into the event; without it tables show the task.

    Returns
    -------
    Trial
        With one event ``"repetition"`` (columns `exercise, repetition, accepted, reason`).

    Raises
    ------
    ArgumentError
        The stretch is empty or reaches beyond the recording.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Recording, Trial
    >>> emg = Recording(data=np.ones((1, 5000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    >>> hold = take_whole(Trial(streams={"emg": emg}), start=1.0, stop=4.5)
    >>> [(event.onset, event.duration) for event in hold.events]
    [(1.0, 3.5)]
    """
    emg = trial.emg
    first, last = emg.start, emg.start + emg.duration
    begins = first if start is None else float(start)
    ends = last if stop is None else float(stop)
    # a stretch may be written with fewer decimals than the end of the recording has
    if not first - 0.5 / emg.sfreq <= begins < ends <= last + 0.5 / emg.sfreq:
        raise ArgumentError(
            "The stretch is not within the recording",
            allowed=f"{number(first)} s <= start < stop <= {number(last)} s",
            got=f"start = {number(begins)} s, stop = {number(ends)} s",
        )
    begins, ends = max(begins, first), min(ends, last)
    named: dict[str, Value] = {} if exercise is None else {"exercise": exercise}
    columns: dict[str, Value] = {**named, "repetition": 1, "accepted": True, "reason": ""}
    event = Event(onset=begins, duration=ends - begins, label="repetition", columns=columns)
    return replace(trial, events=(*trial.events, event))


def stretch_sentence(names: str, *, start: float | None = None, stop: float | None = None, **_: Any) -> str:
    """Say what was taken in place of the repetitions of some exercises, for a Methods section.

    Examples
    --------
    >>> stretch_sentence("plank", start=2.0)
    'No repetitions were searched in plank: the stretch from 2 s to the end of each recording was measured.'
    """
    first = "the start" if start is None else f"{number(start)} s"
    last = "the end" if stop is None else f"{number(stop)} s"
    whole = start is None and stop is None
    what = "the whole of each recording" if whole else f"the stretch from {first} to {last} of each recording"
    return f"No repetitions were searched in {names}: {what} was measured."
