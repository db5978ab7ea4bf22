"""Several streams of one movement: the first gives the repetitions, and the others show how far they agree."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from emgkit.channels import Event
from emgkit.errors import ArgumentError, EmgkitError, EmgkitWarning, Notice, warn
from emgkit.events.agreement import EDGES, paired, spread
from emgkit.events.ways.marking import Mark
from emgkit.events.ways.stream import stream_of
from emgkit.notation import counted, listed, number, readable, series
from emgkit.recording import Trial

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["channels_of", "find_in_streams", "later_by", "stream_agreement", "stream_agreement_sentence"]

_LATER = tuple(f"{edge}_by_" for edge in EDGES)


def channels_of(streams: Sequence[str], channel: Any) -> Any:
    """The channel of each of several streams; of each side, where any names its channels by side.

    Raises
    ------
    ArgumentError
        There are not as many channels as streams.
    """
    if channel is None:
        return (None,) * len(streams)
    if isinstance(channel, str | Mapping) or len(channel) != len(streams):
        raise ArgumentError(
            "Each of several streams has its channel",
            allowed=f"channel = a list of {len(streams)}, in the order of by",
            got=repr(channel),
        )
    sides = dict.fromkeys(side for one in channel if isinstance(one, Mapping) for side in one)
    if not sides:
        return tuple(channel)
    lacking = [one for one in channel if not isinstance(one, Mapping) or set(one) != set(sides)]
    if lacking:
        raise ArgumentError(
            "Each stream has a channel for each side, or none has",
            where="channel",
            allowed=f"{listed(sides)} in each",
            got=repr(lacking[0]),
        )
    return {side: tuple(one[side] for one in channel) for side in sides}


def find_in_streams(
    trial: Trial, *, find: Callable[..., Trial], streams: Sequence[str], channel: Sequence[str | None], **options: Any
) -> Trial:
    """Find repetitions in the first of several streams, and hold those of the others against them.

    Parameters
    ----------
    trial : Trial
        Without repetitions.
    find : callable
        :func:`emgkit.events.find_in_movement`, or a part of it.
    streams : sequence of str
        The streams; one may be named more than once.
    channel : sequence of str or None
        The channel of each.
    **options
        For `find`; `rest` is that of the first stream.

    Returns
    -------
    Trial
        With the repetitions of the first stream. For each other stream they have the columns `start_by_…, turn_by_…,
        end_by_…`: by how much later (s) that stream has the boundary, None where it has no such repetition.

    Raises
    ------
    ArgumentError
        A stream has several channels.
    SignalError
        A stream is not there, or nothing is found in it.

    Warns
    -----
    EmgkitWarning
        A stream lacks a repetition of the first, or has one more (``"streams-differ"``). The trial keeps the notice.

    Notes
    -----
    A stream other than the first rests where it is while the first rests: at the end of its range at which it is at the
    boundaries of repetitions rather than in their middle; of cycles it is the other way round. Repetitions are paired
    as by :func:`emgkit.events.agreement_of`.
    """
    found = find(trial, by=streams[0], channel=channel[0], **options)
    for place in range(1, len(streams)):
        by, name = streams[place], channel[place]
        try:
            rest = _rest_beside(trial, by, name, found)
            with warnings.catch_warnings():
                # its own doubts show as differences
                warnings.simplefilter("ignore", EmgkitWarning)
                other = find(trial, by=by, channel=name, **{**options, "rest": rest})
        except EmgkitError as problem:
            where = ", ".join(filter(None, (f"stream {by!r}, which is compared", problem.where)))
            raise type(problem)(**{**problem.parts, "where": where}) from problem
        found = _beside(found, other, streams[0], by if streams.count(by) == 1 or name is None else name)
    return found


def later_by(events: Sequence[Event]) -> list[str]:
    """The columns that say how much later another stream has a boundary, in order."""
    return list(dict.fromkeys(name for event in events for name in event.columns if name.startswith(_LATER)))


def stream_agreement(repetitions: pd.DataFrame) -> pd.DataFrame:
    """Sum up how far other streams agree on the repetitions that the first of several streams gave.

    Parameters
    ----------
    repetitions : DataFrame
        Rows of :func:`emgkit.events.audit`, of one trial or of many.

    Returns
    -------
    DataFrame
        A row a stream and boundary (``start``, ``turn``, ``end``): `stream, boundary, n` repetitions of the first,
        `matched` of them in this stream, and of the differences in seconds (this stream − first) the `median`, `mean`,
        `sd` and the 95 % limits of agreement `low` and `high`. Empty where no stream was compared.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"start_by_angle": [0.02, 0.04, None], "end_by_angle": [0.0, 0.01, None]})
    >>> stream_agreement(rows)[["stream", "boundary", "n", "matched", "median"]]
      stream boundary  n  matched  median
    0  angle    start  3        2   0.030
    1  angle      end  3        2   0.005
    """
    import pandas as pd

    streams = dict.fromkeys(name.removeprefix(_LATER[0]) for name in repetitions.columns if name.startswith(_LATER[0]))
    rows = []
    for stream in streams:
        # exercises that were not compared have no number in any row
        for edge, name in ((edge, f"{edge}_by_{stream}") for edge in EDGES):
            apart = repetitions[name].to_numpy(dtype=float, na_value=np.nan) if name in repetitions else np.array([])
            apart = apart[np.isfinite(apart)]
            if apart.size or edge == EDGES[0]:
                facts = {"stream": stream, "boundary": edge, "n": len(repetitions), "matched": apart.size}
                rows.append({**facts, **spread(apart)})
    return pd.DataFrame(rows, columns=["stream", "boundary", "n", "matched", "median", "mean", "sd", "low", "high"])


def stream_agreement_sentence(names: str, agreement: pd.DataFrame) -> str:
    """Say how far the streams agree on the repetitions of some exercises, for a Methods section.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"start_by_angle": [0.02, 0.04, None], "end_by_angle": [0.0, 0.01, None]})
    >>> stream_agreement_sentence("squat", stream_agreement(rows)).partition(": ")[0]
    'The repetitions of squat were searched in the angle signal, too'
    """
    sentences = []
    for stream, own in agreement.groupby("stream", sort=False):
        first = own.iloc[0]
        edges = [
            f"by a median of {_ms(row['median'])} at the {row['boundary']}"
            + (f" (95 % limits of agreement {_ms(row['low'])} to {_ms(row['high'])})" if np.isfinite(row["sd"]) else "")
            for row in own.to_dict("records")
        ]
        sentences.append(
            f"The repetitions of {names} were searched in the {readable(str(stream))} signal, too: "
            f"{first['matched']} of {first['n']} were found in it ({100 * first['matched'] / first['n']:.0f} %)."
        )
        if first["matched"]:
            sentences.append(f"They are later there {series(edges)}; a number below zero is earlier.")
    return " ".join(sentences)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms".replace("-", "−")


def _rest_beside(trial: Trial, by: str, channel: str | None, found: Trial) -> str:
    """Where a stream rests: at the end of its range at which it is while repetitions begin and end, or amid cycles."""
    recording = stream_of(trial, by, channel)
    own = [event for event in found.events if event.label == "repetition"]
    times = recording.times

    def level(fractions: Sequence[float]) -> float:
        at = np.array([event.onset + part * event.duration for event in own for part in fractions])
        return float(np.median(np.interp(at, times, recording.data[0])))

    begins_low = level((0.0, 1.0)) <= level((0.4, 0.5, 0.6))
    # a cycle goes from one turning point away from rest to the next
    cycles = any("zero" in event.columns for event in own)
    return "low" if begins_low != cycles else "high"


def _beside(found: Trial, other: Trial, first: str, name: str) -> Trial:
    """The repetitions with how much later the other stream has their boundaries."""
    repetitions = [event for event in found.events if event.label == "repetition"]
    marks = [[_mark(trial, event) for event in trial.events if event.label == "repetition"] for trial in (found, other)]
    pairs = paired(*marks)
    columns: dict[int, Mapping[str, Any]] = {}
    for place, event in enumerate(repetitions):
        edges = [(getattr(marks[0][place], edge), getattr(marks[1][pairs[place]], edge) if place in pairs else None)
                 for edge in EDGES]  # fmt: skip
        later = [None if None in both else both[1] - both[0] for both in edges]
        columns[id(event)] = {f"{edge}_by_{name}": value for edge, value in zip(EDGES, later, strict=True)}
    events = tuple(
        replace(event, columns={**event.columns, **columns[id(event)]}) if id(event) in columns else event
        for event in found.events
    )
    more = [mark for place, mark in enumerate(marks[1]) if place not in pairs.values()]
    notices = found.notices
    if more or len(pairs) < len(repetitions):
        text = (
            f"The {readable(name)} shows {len(pairs)} of the {counted(len(repetitions), 'repetition')} that the "
            f"{readable(first)} shows"
        )
        if more:
            spans = (f"{number(round(mark.start, 2))} to {number(round(mark.end, 2))} s" for mark in more[:4])
            text += f", and {len(more)} more ({', '.join(spans)}{', …' if len(more) > 4 else ''})"
        notices = (*notices, warn(Notice(code="streams-differ", text=f"{text}.")))
    return replace(found, events=events, notices=notices)


def _mark(trial: Trial, repetition: Event) -> Mark:
    """A repetition as a mark: its turn is where its last phase begins."""
    key = ("repetition", "set", "side")
    phases = [
        event.onset
        for event in trial.events
        if event.label == "phase" and all(event.get(name) == repetition.get(name) for name in key)
    ]
    turn = max(phases) if len(phases) > 1 else None
    return Mark(where="", start=repetition.onset, end=repetition.end, turn=turn)
