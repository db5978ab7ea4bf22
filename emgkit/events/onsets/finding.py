"""Bursts of every channel of a recording: when each begins and ends, how sure that is, and by which rule."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from emgkit import signal
from emgkit._checks import check_unknown
from emgkit.channels import Channel
from emgkit.errors import ArgumentError, SignalError
from emgkit.events.onsets.aglr import LikelihoodRatio
from emgkit.events.onsets.bonato import Bonato
from emgkit.events.onsets.change_points import ChangePoints
from emgkit.events.onsets.hodges_bui import HodgesBui
from emgkit.events.onsets.method import BAND, Array, OnsetMethod
from emgkit.events.onsets.profile_likelihood import ProfileLikelihood
from emgkit.events.onsets.rest import given_rest, quietest
from emgkit.events.onsets.tkeo import TeagerKaiser
from emgkit.notation import listed, number
from emgkit.recording import Recording, check_recording
from emgkit.steps import TKEO, Envelope, MovingRMS, Rectify
from emgkit.steps.offset import is_smooth

__all__ = ["COLUMNS", "METHODS", "confidence", "find_onsets", "onsets_sentence"]

METHODS: Mapping[str, type[OnsetMethod]] = MappingProxyType(
    {
        one.name: one
        for one in (HodgesBui, Bonato, TeagerKaiser, LikelihoodRatio, ProfileLikelihood, ChangePoints)
    }
)  # fmt: skip

COLUMNS = (
    "channel", "muscle", "side", "burst", "onset", "offset", "duration", "confidence", "method", "threshold",
    "threshold_unit", "baseline_start", "baseline_stop",
)  # fmt: skip

_DEFAULT = "profile-likelihood"
_AMPLITUDES = (Rectify, Envelope, MovingRMS, TKEO)
# s to each side of an edge that its confidence compares
_BESIDE = 0.05


def find_onsets(
    recording: Recording,
    *,
    method: str | OnsetMethod = _DEFAULT,
    baseline: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Find when each muscle becomes active and when it stops.

    Parameters
    ----------
    recording : Recording
        EMG with its two signs: raw or filtered, not rectified. Each channel stands by itself.
    method : str or OnsetMethod, default "profile-likelihood"
        ``"hodges-bui"``, ``"bonato"``, ``"tkeo"``, ``"aglr"``, ``"profile-likelihood"`` or ``"change-points"``; or one
        of their classes in ``emgkit.events.onsets`` with other parameters, such as ``TeagerKaiser(sds=15)``.
    baseline : (start, stop), optional
        A stretch in which all muscles rest (s, on the trial's time zero). Without it, the quietest 0.5 s of each
        channel.

    Returns
    -------
    DataFrame
        One row a burst, in order of channels and of time: `channel, muscle, side, burst` (number, from 1), `onset`,
        `offset` and `duration` (s, on the trial's time zero; an edge outside the recording, or within `hold` of its
        ends, is NaN), `confidence`, `method`, `threshold`, `threshold_unit`, `baseline_start`, `baseline_stop` (s).
        ``.attrs["methods"]`` is the sentence for a Methods section.

    Raises
    ------
    ArgumentError
        The method is unknown, a channel is no EMG, or the baseline lies outside the recording.
    SignalError
        The signal is rectified or an envelope, its rate is too low, or no rest is found.

    Notes
    -----
    Every method starts from the EMG band-passed at 30 to 300 Hz, takes its threshold from rest, and counts in seconds
    and Hz, so that neither the unit nor the sampling rate nor the time zero changes what it finds.

    `confidence` is the probability that a rectified value of the 50 ms inside an edge is larger than one of the 50 ms
    outside; of onset and offset, the smaller. It is 0.5 where nothing changes. Where a normal signal becomes k times as
    large it is (2 / pi) arctan k: 0.7 for k = 2, 0.81 for 10 dB, 0.94 for 20 dB. A slow rise has a low one, too.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel
    >>> noise = np.random.default_rng(1).normal(size=8000)
    >>> noise[3000:5000] *= 20
    >>> emg = Recording(data=[1e-6 * noise], sfreq=2000.0, channels=(Channel(name="VL", unit="V", kind="EMG"),))
    >>> find_onsets(emg)[["channel", "burst", "onset", "offset"]].round(2)
      channel  burst  onset  offset
    0      VL      1    1.5     2.5
    """
    check_recording(recording, by="find_onsets")
    found = _method(method)
    _check_signal(recording)
    rest = None if baseline is None else given_rest(recording, baseline)
    rows = [
        row
        for channel, x in zip(recording.channels, recording.data, strict=True)
        for row in _bursts(recording, channel, x, method=found, rest=rest)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("channel", "muscle", "side", "method", "threshold_unit"):
        table[name] = table[name].astype(object)
    for name in ("onset", "offset", "duration", "confidence", "threshold", "baseline_start", "baseline_stop"):
        table[name] = table[name].astype(np.float64)
    table["burst"] = table["burst"].astype(np.int64)
    table.attrs["methods"] = onsets_sentence(found, baseline=baseline)
    return table


def onsets_sentence(method: str | OnsetMethod | None = None, *, baseline: tuple[float, float] | None = None) -> str:
    """Say how :func:`find_onsets` finds bursts, for a Methods section; parameters as there.

    Examples
    --------
    >>> onsets_sentence("tkeo", baseline=(0, 0.5)).rpartition(". ")[2]
    'Rest was the stretch from 0 to 0.5 s.'
    """
    return f"{_method(_DEFAULT if method is None else method).sentence()} {_rest_sentence(baseline)}"


def confidence(inside: Array, outside: Array) -> float:
    """Probability that a rectified value of the first is larger than one of the second; ties count half.

    Examples
    --------
    >>> confidence(np.array([3.0, -4.0]), np.array([1.0, -3.5]))
    0.75
    """
    high, low = np.abs(inside), np.sort(np.abs(outside))
    if not len(high) or not len(low):
        return float("nan")
    below = np.searchsorted(low, high, side="left") + np.searchsorted(low, high, side="right")
    return float(below.mean() / (2 * len(low)))


def _method(method: str | OnsetMethod) -> OnsetMethod:
    if isinstance(method, OnsetMethod):
        return method
    if not isinstance(method, str):
        raise ArgumentError("'method' cannot be used", allowed=listed(METHODS), got=repr(method))
    return METHODS[check_unknown("method", method, METHODS)]()


def _check_signal(recording: Recording) -> None:
    made = [type(step).__name__ for step in recording.history if isinstance(step, _AMPLITUDES)]
    if made:
        raise SignalError(
            "Onsets are found in EMG with its two signs",
            allowed="raw or filtered EMG",
            got=f"the result of {listed(made)}",
            hint="Call find_onsets before the steps that make an amplitude; each method makes its own",
        )
    others = [channel for channel in recording.channels if channel.kind != "EMG"]
    if others:
        raise ArgumentError(
            f"Channel {others[0].name!r} is no EMG", allowed="'EMG'", got=repr(others[0].kind),
            hint="Take trial.emg, or pick() the EMG",
        )  # fmt: skip
    least = 2 * BAND[1] / signal.HIGHEST_CUTOFF
    if recording.sfreq <= least:
        raise SignalError(
            f"The rate is too low for onsets, which are found at {number(BAND[0])}–{number(BAND[1])} Hz",
            allowed=f"above {number(round(least, 1))} Hz",
            got=f"{number(recording.sfreq)} Hz",
        )


def _bursts(
    recording: Recording, channel: Channel, x: Array, *, method: OnsetMethod, rest: slice | None
) -> list[tuple[object, ...]]:
    """The rows of one channel."""
    sfreq = recording.sfreq
    if 0 <= x.min() < x.max() and is_smooth(x, sfreq=sfreq):
        raise SignalError(
            f"Channel {channel.name!r} looks like an envelope",
            allowed="raw or filtered EMG, which has two signs about its mean",
            got="no value below zero, and fewer crossings of the mean than EMG has",
        )
    # the median first: a filter that starts in a large offset takes time to forget it
    y = signal.bandpass(x - np.median(x), *BAND, sfreq=sfreq)
    rest = quietest(x, y, sfreq=sfreq, name=channel.name) if rest is None else rest
    if not y[rest].std() > 0:
        raise SignalError(
            f"Channel {channel.name!r} is flat where it should rest",
            allowed="the noise of an amplifier",
            hint="Name another baseline=(start, stop), or leave the channel out with pick()",
        )
    found = method.find(y, rest, sfreq)
    # so near to the ends of the recording nothing is seen of the rest beyond a burst
    start, first_seen, last_seen = recording.start, method.hold * sfreq, len(y) - method.hold * sfreq
    around = [start + edge / sfreq for edge in (rest.start, rest.stop)]
    rows: list[tuple[object, ...]] = []
    for burst, (first, stop) in enumerate(found.intervals.tolist(), start=1):
        onset = start + first / sfreq if first > first_seen else np.nan
        offset = start + stop / sfreq if stop < last_seen else np.nan
        seen = (not np.isnan(onset), not np.isnan(offset))
        sure = _sure(y, first, stop, seen=seen, beside=max(1, round(_BESIDE * sfreq)))
        rows.append((
            channel.name, channel.muscle, channel.side, burst, onset, offset, offset - onset, sure, method.name,
            found.threshold, found.unit.format(channel.unit), *around,
        ))  # fmt: skip
    return rows


def _sure(y: Array, first: int, stop: int, *, seen: tuple[bool, bool], beside: int) -> float:
    """The smaller confidence of the edges that are seen; NaN where none is."""
    middle = (first + stop + 1) // 2
    edges = []
    if seen[0]:
        edges.append(confidence(y[first : min(first + beside, middle)], y[max(0, first - beside) : first]))
    if seen[1]:
        edges.append(confidence(y[max(stop - beside, middle - 1) : stop], y[stop : stop + beside]))
    return min(edges, default=float("nan"))


def _rest_sentence(baseline: tuple[float, float] | None) -> str:
    if baseline is None:
        return "Rest was the quietest 0.5 s of each channel."
    begins, ends = (number(float(edge)) for edge in baseline)
    return f"Rest was the stretch from {begins} to {ends} s."
