"""What the interactive viewer shows: each recording's signals thinned and packed, with its repetitions."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from emgkit.channels import Channel, Event
from emgkit.figures.drawing import style
from emgkit.notation import as_title, surface
from emgkit.recording import Recording, Trial
from emgkit.report.decimation import Blocks, blocks, decimate

__all__ = [
    "COLOURS",
    "DARK",
    "REJECTED",
    "Row",
    "Trace",
    "View",
    "as_json",
    "colours",
    "content",
    "fitting",
    "packed",
    "view",
]

COLOURS: Mapping[str, str] = MappingProxyType(
    {"raw": "#9fb0bf", "filtered": style.PALETTE[0], "envelope": style.PALETTE[1], "movement": "#2c7699"}
)
"""The stages of the processing in the order in which they are drawn, and the colour of each."""

REJECTED = "#dcdcdc"

DARK: Mapping[str, str] = MappingProxyType(
    {
        "raw": "#6d8296", "filtered": "#8fc2ef", "envelope": "#ff9472", "movement": "#5fc3e4", "eccentric": "#1d3d52",
        "concentric": "#463b1c", "hold": "#3a3058", "whole": "#2a343e", "rejected": "#3d3d3d",
    }
)  # fmt: skip
"""The same, and the stretches, for a page with a dark ground."""

# a line of a screen's width needs fewer; the rest is for zooming in
_POINTS = 4000
# what all traces together may take on the page, in bytes
_ROOM = 14_000_000
# and all of their samples, where there is room beside them
_CLOSE = 12_500_000
# with these a shorter line of a screen's width is enough
_POINTS_BESIDE = 2400
# raw EMG in steps of about a pixel: it takes most of the room, and nobody reads its single values off
_EMG_STEPS = {"raw": 100, "filtered": 100}
_LARGEST = 32767
_STEPS = 250
_MOVEMENT = ("position", "angle")


@dataclass(frozen=True, kw_only=True, eq=False)
class Trace:
    """One line of the viewer.

    Parameters
    ----------
    stage : str
        A key of ``COLOURS``.
    unit : str
        The unit as shown.
    start, duration : float
        Second of its first sample, and seconds covered.
    values : numpy.ndarray, shape (m,)
        Thinned, in that unit, spread evenly over these seconds.
    every : Blocks, optional
        All of its samples, where `values` are fewer.
    """

    stage: str
    unit: str
    start: float
    duration: float
    values: NDArray[np.float64]
    every: Blocks | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Row:
    """The traces of one channel, under one heading, with its side; `hidden` until the reader chooses it."""

    name: str
    heading: str
    traces: tuple[Trace, ...]
    hidden: bool = False
    side: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """One recording of the viewer.

    Parameters
    ----------
    name : str
        What the reader chooses it by.
    start, duration : float
        Second of the first sample, and seconds covered.
    rows : tuple of Row
        One a channel, then the movement.
    events : tuple of Event
        Repetitions and phases.
    """

    name: str
    start: float
    duration: float
    rows: tuple[Row, ...]
    events: tuple[Event, ...]


def view(
    trial: Trial,
    filtered: Recording | None,
    envelope: Recording,
    *,
    name: str,
    beside: Sequence[str] = _MOVEMENT,
    points: int = _POINTS,
    close: bool = True,
) -> View:
    """Thin the signals of a recording for the viewer.

    Parameters
    ----------
    trial : Trial
        The recording as it was read, with its repetitions among the events.
    filtered : Recording or None
        Its EMG after the filters, before it was rectified; None where nothing was filtered.
    envelope : Recording
        Its EMG at the end of the processing.
    name : str
        What the reader chooses it by.
    beside : sequence of str
        The streams that are shown below the EMG, where the trial has them.
    points : int
        How many points of a line are kept at most; even.
    close : bool
        Whether all samples are kept beside them, for a closer look.
    """
    stages = {"raw": trial.emg, "filtered": filtered, "envelope": envelope}
    rows = [
        Row(
            name=channel.name,
            heading=_heading(channel),
            side=channel.side,
            traces=tuple(
                _trace(stage, recording, channel.name, points, close)
                for stage, recording in stages.items()
                if recording is not None and channel.name in recording.names
            ),
        )
        for channel in trial.emg.channels
    ]
    for other in (name for name in beside if name in trial):
        stage = "raw" if other.startswith("emg") else "movement"
        rows += [
            Row(
                name=channel.name,
                heading=_heading(channel),
                side=channel.side,
                traces=(_trace(stage, trial[other], channel.name, points, close),),
            )
            for channel in trial[other].channels
        ]
    events = tuple(event for event in trial.events if event.label in ("repetition", "phase"))
    return View(name=name, start=trial.emg.start, duration=trial.emg.duration, rows=tuple(rows), events=events)


def packed(views: Sequence[View]) -> Markup:
    """All recordings as JSON that can stand in a page.

    Every trace is a line of whole numbers from -32767 to 32767: 16 bits each, the lower byte first, in base64. Times
    its ``scale`` they are the values, each within half a ``scale``, which is the largest absolute value / 32767.
    Where many recordings would make the page too large, each is thinned further.

    A trace that was thinned has all of its samples too, as :class:`Blocks` in base64, for the recordings for which
    there is room.

    Returns
    -------
    markupsafe.Markup
        JSON without ``<``, so that it cannot end the element that it stands in.
    """
    traces = sum(len(row.traces) for each in views for row in each.rows)
    points = max(2, min(_POINTS, int(fitting(_ROOM) / max(traces, 1)) // 2 * 2))
    room = _CLOSE if points == _POINTS else 0
    recordings = []
    for each in views:
        needed = _letters(each)
        close = needed <= room
        room -= needed if close else 0
        recordings.append(content(each, points, close=close))
    return as_json({"colours": colours(), "dark": dict(DARK), "recordings": recordings})


def _letters(each: View) -> int:
    """How many letters of base64 all samples of a recording take."""
    held = (trace.every for row in each.rows for trace in row.traces)
    return sum(4 * -(-len(block) // 3) for every in held if every is not None for block in every.packed)


def fitting(room: float) -> float:
    """How many points fit into this many bytes of a page: a point takes two, and base64 four letters for three."""
    return room / (8 / 3)


def colours() -> dict[str, str]:
    """The colours of lines and of stretches."""
    return {**COLOURS, **style.PHASES, "rejected": REJECTED}


def as_json(value: Mapping[str, Any]) -> Markup:
    """JSON that can stand in a page: without ``<``, it cannot end the element that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))


def _heading(channel: Channel) -> str:
    name = f"{as_title(channel.muscle)} ({channel.name})" if channel.muscle else channel.name
    return name if channel.side is None else f"{name}, {channel.side}"


def _trace(stage: str, recording: Recording, name: str, points: int, close: bool) -> Trace:
    place = recording.names.index(name)
    unit, factor = surface(recording.channels[place].unit)
    signal = recording.data[place] * factor
    return Trace(
        stage=stage,
        unit=unit,
        start=recording.start,
        duration=recording.duration,
        values=decimate(signal, points),
        every=blocks(signal, steps=_EMG_STEPS.get(stage, _STEPS)) if close and signal.size > points else None,
    )


def content(each: View, points: int, *, close: bool = False) -> dict[str, Any]:
    """A recording as JSON has it, with `points` points a line at most (even), `close` with all; see :func:`packed`."""
    sided = any(event.side for event in each.events)
    return {
        "name": each.name,
        "start": each.start,
        "duration": each.duration,
        "bands": _bands(each.events),
        **({"thinned": True} if any(trace.every for row in each.rows for trace in row.traces) else {}),
        "rows": [
            {
                "name": row.name,
                "heading": row.heading,
                "traces": [_packed(trace, points, close) for trace in row.traces],
                **({"hidden": True} if row.hidden else {}),
                **({"of": row.side} if row.side and sided else {}),
            }
            for row in each.rows
        ],
    }


def _packed(trace: Trace, points: int, close: bool) -> dict[str, Any]:
    held = close and trace.every is not None
    values = decimate(trace.values, min(points, _POINTS_BESIDE) if held else points)
    largest = float(np.abs(values).max())
    scale = largest / _LARGEST if largest else 1.0
    whole = np.round(values / scale).astype("<i2")
    return {
        "stage": trace.stage,
        "unit": trace.unit,
        "start": trace.start,
        "duration": trace.duration,
        "scale": scale,
        "values": _base64(whole.tobytes()),
        **({"every": _every(trace.every)} if held and trace.every is not None else {}),
    }


def _every(held: Blocks) -> dict[str, Any]:
    packed_blocks = [_base64(block) for block in held.packed]
    return {"size": held.size, "length": held.length, "scale": held.scale, "blocks": packed_blocks}


def _base64(held: bytes) -> str:
    return base64.b64encode(held).decode("ascii")


def _bands(events: Sequence[Event]) -> list[dict[str, Any]]:
    """The stretches that are tinted, and the numbers above them: phases where there are any, else repetitions."""
    repetitions = [event for event in events if event.label == "repetition"]
    phases = [event for event in events if event.label == "phase" and event.get("accepted", True)]
    tinted = phases or [event for event in repetitions if event.get("accepted", True)]
    bands = [_band(event, str(event.get("phase") or "whole") if phases else "whole") for event in tinted]
    bands += [_band(event, "rejected") for event in repetitions if not event.get("accepted", True)]
    numbers = [
        {**_band(event, "number"), "text": str(event.get("repetition"))}
        for event in repetitions
        if event.get("repetition") is not None
    ]
    return bands + numbers


def _band(event: Event, kind: str) -> dict[str, Any]:
    # a stretch of one side is drawn over the channels of that side
    of = {} if event.side is None else {"of": event.side}
    return {"from": round(event.onset, 4), "to": round(event.end, 4), "kind": kind, **of}
