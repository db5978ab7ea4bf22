"""Repetitions from bursts of the EMG itself: circular, because the amplitude that is measured chooses the windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit import signal
from emgkit._checks import check_positive, check_unknown
from emgkit.errors import ArgumentError, Notice, SignalError, warn
from emgkit.events.ways.marking import Mark, marked
from emgkit.notation import listed, number, series
from emgkit.recording import Recording, Trial

__all__ = ["BURST_OPTIONS", "bursts_sentence", "find_bursts"]

Array = NDArray[np.float64]

# the thresholds of the search, with what they are where nobody names others
BURST_OPTIONS = MappingProxyType({"level": 0.2, "shortest": 0.4, "gap": 0.4})
# Hz: the EMG above, and its envelope below
_HIGHPASS, _ENVELOPE = 20.0, 2.5
# percentiles of the envelope that stand for rest and for activity
_REST, _ACTIVE = 10, 85
# activity of less than this multiple of rest is none: 3 dB
_LEAST = 1.4
_MAD = 1.4826


def find_bursts(
    trial: Trial,
    *,
    channels: str | Sequence[str] | None = None,
    level: float = BURST_OPTIONS["level"],
    shortest: float = BURST_OPTIONS["shortest"],
    gap: float = BURST_OPTIONS["gap"],
    exercise: str | None = None,
) -> Trial:
    """Find repetitions as bursts of the EMG, where nothing else shows them. This is circular.

    The amplitude that is measured chooses the windows in which it is measured: a stronger burst is not only higher but
    also longer, and a weak one may be missed. Whatever else a laboratory has is better.

    Parameters
    ----------
    trial : Trial
        Its events are kept.
    channels : str or sequence of str, optional
        EMG channels whose bursts count; all of them where none is named.
    level : float, default 0.2
        A burst is where the envelope is above this part of the way from rest to activity.
    shortest : float, default 0.4
        A shorter burst (s) is none.
    gap : float, default 0.4
        Bursts with a shorter pause between them (s) are one.
    exercise : str, optional
        Goes into the events; without it tables show the task.

    Returns
    -------
    Trial
        With an event ``"repetition"`` for each burst, numbered in time, without phases. Bursts that the recording cuts
        and those of unusual duration are rejected, with the reason.

    Raises
    ------
    ArgumentError
        A threshold or a channel cannot be used.
    SignalError
        The EMG has no bursts that stand out of its rest.

    Warns
    -----
    EmgkitWarning
        The windows are circular (``"circular-windows"``); the trial keeps the notice.

    Notes
    -----
    Each channel is high-pass filtered at 20 Hz, rectified, low-pass filtered at 2.5 Hz and divided by its level of
    rest, the 10th percentile; the channels are then averaged. Activity is the 85th percentile. A burst has an unusual
    duration as in :func:`emgkit.events.find_in_movement`.

    Examples
    --------
    >>> import warnings
    >>> from emgkit import Channel, Recording, Trial
    >>> times = np.arange(0, 14, 1 / 1000)
    >>> active = (times % 4 > 1) & (times % 4 < 3) & (times < 12)
    >>> noise = np.random.default_rng(0).normal(size=times.size) * np.where(active, 1e-4, 5e-6)
    >>> emg = Recording(data=[noise], sfreq=1000.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     found = find_bursts(Trial(streams={"emg": emg}))
    >>> [(round(event.onset), round(event.end)) for event in found.events]
    [(1, 3), (5, 7), (9, 11)]
    """
    if check_positive("level", level) >= 1:
        raise ArgumentError("'level' cannot be used", allowed="a part: above 0, below 1", got=repr(level))
    check_positive("shortest", shortest, unit="s")
    check_positive("gap", gap, unit="s", zero=True)
    emg = trial.emg
    names = emg.names if channels is None else ((channels,) if isinstance(channels, str) else tuple(channels))
    for name in names:
        check_unknown("channel", name, emg.names, where="stream 'emg'")
    envelope = _envelope(emg.pick(*names))
    marks = _judged(_bursts(envelope, emg, level=level, shortest=shortest, gap=gap))
    if not marks:
        raise SignalError(
            "No burst of the EMG was found",
            where=listed(names),
            allowed=f"activity of at least {number(shortest)} s",
            hint="Look at the envelope; a lower level or a smaller shortest finds more",
        )
    text = (
        "The repetitions are bursts of the EMG itself: the amplitude that is measured chose its windows, which is "
        "circular."
    )
    found = marked(trial, marks, starts=None, exercise=exercise, origin="EMG bursts (circular)")
    return replace(found, notices=(*found.notices, warn(Notice(code="circular-windows", text=text))))


def bursts_sentence(
    names: str,
    *,
    channels: str | Sequence[str] | Mapping[str, Any] | None = None,
    level: float = BURST_OPTIONS["level"],
    shortest: float = BURST_OPTIONS["shortest"],
    gap: float = BURST_OPTIONS["gap"],
    **_: Any,
) -> str:
    """Say how :func:`find_bursts` finds the repetitions of some exercises, and that it is circular.

    Examples
    --------
    >>> bursts_sentence("squat", channels="VL").partition(":")[0]
    'The repetitions of squat are bursts of the EMG itself (VL)'
    """
    if isinstance(channels, Mapping):
        which = "each side by itself"
    else:
        which = "all channels" if channels is None else series([channels] if isinstance(channels, str) else channels)
    rest, active = f"{_REST}th percentile", f"{_ACTIVE}th percentile"
    return (
        f"The repetitions of {names} are bursts of the EMG itself ({which}): the amplitude that is measured chose its "
        f"windows, which is circular. The EMG was high-pass filtered at {number(_HIGHPASS)} Hz, rectified, low-pass "
        f"filtered at {number(_ENVELOPE)} Hz and divided by its level of rest, its {rest}, and channels were averaged; "
        f"a burst is where this is above {number(level)} of the way from rest to the {active}, for at least "
        f"{number(shortest)} s, and bursts less than {number(gap)} s apart are one. Bursts were rejected if the "
        "recording cut them, or if their duration differed from the median by more than a factor of two and three "
        "scaled median absolute deviations."
    )


def _envelope(emg: Recording) -> Array:
    """The activity of all channels, in multiples of their rest."""
    x = signal.highpass(emg.data, _HIGHPASS, sfreq=emg.sfreq, order=4)
    each = np.maximum(signal.lowpass(np.abs(x), _ENVELOPE, sfreq=emg.sfreq, order=4), 0.0)
    rest = np.percentile(each, _REST, axis=1, keepdims=True)
    if not (rest > 0).all():
        silent = [name for name, value in zip(emg.names, rest[:, 0], strict=True) if not value > 0]
        raise SignalError(
            f"Channel {silent[0]!r} is silent for a tenth of the recording, so that its rest has no level",
            allowed="the noise of an electrode",
            hint="Name other channels: channels = […]",
        )
    return np.asarray((each / rest).mean(axis=0))


def _bursts(envelope: Array, emg: Recording, *, level: float, shortest: float, gap: float) -> list[Mark]:
    """Where the envelope is high, for long enough."""
    rest, active = np.percentile(envelope, [_REST, _ACTIVE])
    if active < _LEAST * rest:
        raise SignalError(
            "The EMG has no bursts that stand out of its rest",
            where=listed(emg.names),
            allowed=f"activity of at least {_LEAST:g} times rest",
            got=f"{active / rest:.2f} times",
            hint="Take the whole recording (by = 'none'), or mark the repetitions in a table",
        )
    high = np.concatenate([[False], envelope > rest + level * (active - rest), [False]])
    edges = np.flatnonzero(np.diff(high.astype(np.int8))).reshape(-1, 2)
    joined: list[tuple[int, int]] = []
    for first, last in edges.tolist():
        if joined and first - joined[-1][1] < gap * emg.sfreq:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    marks = []
    for first, last in joined:
        if last - first < shortest * emg.sfreq:
            continue
        # so near an end of the recording the filter does not tell where a burst begins
        near = emg.sfreq / (2 * _ENVELOPE)
        cut = [end for end, at in (("start", first < near), ("end", last > envelope.size - near)) if at]
        reason = " and ".join(f"cut by the {end} of the recording" for end in cut)
        start, end = (float(emg.start + at / emg.sfreq) for at in (first, last))
        where = f"the burst at {number(round(start, 3))} s"
        marks.append(Mark(where=where, start=start, end=end, facts={"accepted": not reason, "reason": reason}))
    return marks


def _judged(marks: Sequence[Mark]) -> list[Mark]:
    """Reject bursts whose duration is unlike the others'."""
    logs = np.log([mark.end - mark.start for mark in marks if mark.facts["accepted"]])
    if not logs.size:
        return list(marks)
    centre = float(np.median(logs))
    limit = max(3 * _MAD * float(np.median(np.abs(logs - centre))), np.log(2))
    usual = f"the median {np.exp(centre):.3g} s, outside {np.exp(-limit):.2g} to {np.exp(limit):.2g}"

    def judged(mark: Mark) -> Mark:
        off = float(np.log(mark.end - mark.start)) - centre
        if not mark.facts["accepted"] or abs(off) <= limit:
            return mark
        reason = f"duration of {mark.end - mark.start:.3g} s is {np.exp(off):.2f} times {usual}"
        return replace(mark, facts={"accepted": False, "reason": reason})

    return [judged(mark) for mark in marks]
