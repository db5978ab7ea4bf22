"""A C3D file's content: analogue channels and points on one time zero, at which frame 1 is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emgkit.channels import Event
from emgkit.errors import ArgumentError, FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import shortened
from emgkit.io.formats.c3d.analog import analog_channels, analog_values
from emgkit.io.formats.c3d.events import read_events
from emgkit.io.formats.c3d.layout import Layout, read_layout
from emgkit.io.formats.c3d.points import AXES, point_unit, point_values, points
from emgkit.io.formats.motion.described import gap_notice
from emgkit.notation import counted, number

__all__ = ["load"]


def load(path: Path, *, start: float | None = None, stop: float | None = None) -> FileContent:
    """What is in a C3D file; only the frames asked for are read.

    Parameters
    ----------
    path : Path
        The file.
    start, stop : float, optional
        Seconds on the file's own time, on which frame 1 is 0: the samples with ``start <= time < stop``.

    Raises
    ------
    FileError
        The file is empty.
    FormatError
        The file is damaged, cut off or contradicts itself, or no channel of it can be read.
    ArgumentError
        `start` and `stop` reach beyond the recording.
    """
    layout = read_layout(path)
    if not layout.n_frames or not layout.n_points + layout.n_analog:
        raise FormatError(
            "The C3D file holds no signal", where=str(path), allowed="analogue channels or points, and a frame of them",
            got=f"{layout.n_analog} analogue channels, {layout.n_points} points, {layout.n_frames} frames",
        )  # fmt: skip
    analog, analog_notices = _analog(layout, path, start, stop)
    markers, point_notices = _points(layout, path, start, stop)
    found = [*analog, *markers]
    labels = numbered(one.signal.label for one in found)
    signals, left_out = [], {}
    for position, (label, one) in enumerate(zip(labels, found, strict=True), start=1):
        if one.lacking:
            left_out[position] = label
        else:
            signals.append(replace(one.signal, label=label, position=position))
    if not signals:
        raise FormatError(
            "No channel of the C3D file is complete", where=str(path), allowed="a number in every frame",
            got=f"gaps in all of {counted(len(found), 'channel')}",
            hint="Fill the gaps in the program that recorded it, and export the file again",
        )  # fmt: skip
    events, event_notices = _events(layout, start, stop)
    return FileContent(
        signals=tuple(signals), events=events, left_out=left_out,
        notices=(*layout.notices, *analog_notices, *point_notices, *event_notices),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A signal of the file, and how many of its samples are lacking."""

    signal: Signal
    lacking: int = 0


def _analog(
    layout: Layout, path: Path, start: float | None, stop: float | None
) -> tuple[list[_Found], tuple[Notice, ...]]:
    if not layout.n_analog:
        return [], ()
    first, last = _window(
        start, stop, sfreq=layout.analog_rate, begin=layout.start, n=layout.n_frames * layout.per_frame
    )
    channels, notices = analog_channels(layout, where=str(path))
    values = analog_values(layout, layout.frames(path), channels, first=first, last=last)
    # the sum of finite samples is finite
    with np.errstate(over="ignore", invalid="ignore"):
        lacking = [0 if np.isfinite(total) else 1 for total in values.sum(axis=1)]
    begin = _second(layout, first, layout.analog_rate)
    found = [
        _Found(
            signal=Signal(
                label=one.label, values=row, unit=one.unit, sfreq=layout.analog_rate, start=begin, kind=one.kind,
                unit_source=one.unit_source,
            ),
            lacking=bad and int(np.count_nonzero(~np.isfinite(row))),
        )
        for one, row, bad in zip(channels, values, lacking, strict=True)
    ]  # fmt: skip
    gone = [one.signal.label for one in found if one.lacking]
    if gone:
        text = f"Left out, since samples of it are no number: {shortened(gone)}."
        notices = (*notices, Notice(code="samples-missing", text=text))
    return found, notices


def _points(
    layout: Layout, path: Path, start: float | None, stop: float | None
) -> tuple[list[_Found], tuple[Notice, ...]]:
    """Three signals a point, in metres where it is a marker; a point with gaps is left out."""
    if not layout.n_points:
        return [], ()
    first, last = _window(start, stop, sfreq=layout.frame_rate, begin=layout.start, n=layout.n_frames)
    if first == last:
        return [], (Notice(code="no-frame", text="No frame of the points falls into the part that was read."),)
    named = points(layout)
    values, lacking = point_values(layout, layout.frames(path)[first:last], named)
    unit, source, notices = point_unit(layout, values)
    begin = _second(layout, first, layout.frame_rate)
    found = [
        _Found(
            signal=Signal(
                label=f"{one.label}_{axis}" if one.label else "", values=values[3 * place + row],
                unit=one.unit or unit, sfreq=layout.frame_rate, start=begin, kind=one.kind,
                unit_source="header" if one.unit else source,
            ),
            lacking=lacking[place],
        )
        for place, one in enumerate(named)
        for row, axis in enumerate(AXES)
    ]  # fmt: skip
    gone = {one.label or f"point {place + 1}": lacking[place] for place, one in enumerate(named) if lacking[place]}
    unknown = {one.unknown: one.label for one in reversed(named) if one.unknown}
    return found, (*notices, *gap_notice(gone, last - first), *_without_unit(unknown))


def _without_unit(unknown: dict[str, str]) -> tuple[Notice, ...]:
    return tuple(
        Notice(
            code="unit-unknown",
            text=f"{label} and what else is in {unit!r} are kept as numbers without a unit, since emgkit knows no such "
            "unit.",
        )
        for unit, label in unknown.items()
    )


def _events(layout: Layout, start: float | None, stop: float | None) -> tuple[tuple[Event, ...], tuple[Notice, ...]]:
    """The events that overlap the part read, and a notice on those beside the recording."""
    events, notices = read_events(layout)
    end = np.inf
    if layout.frame_rate:
        end = layout.start + layout.n_frames / layout.frame_rate
        beside = [event for event in events if not layout.start - 1e-6 <= event.onset <= end + 1e-6]
        if beside:
            text = (
                f"{counted(len(beside), 'event')} of {len(events)} {'lies' if len(beside) == 1 else 'lie'} "
                "outside of the recording "
                f"({number(layout.start)} to {number(end)} s), the first at {number(beside[0].onset)} s."
            )
            notices = (*notices, Notice(code="events-outside", text=text))
    if start is None and stop is None:
        return events, notices
    low, high = layout.start if start is None else start, end if stop is None else stop
    return tuple(event for event in events if event.onset < high and event.end >= low), notices


def _second(layout: Layout, first: int, sfreq: float | None) -> float:
    return layout.start + first / sfreq if first and sfreq else layout.start


def _window(start: float | None, stop: float | None, *, sfreq: float | None, begin: float, n: int) -> tuple[int, int]:
    """First sample and the one behind the last, of the samples with ``start <= time < stop``."""
    if start is None and stop is None:
        return 0, n
    if sfreq is None:
        raise ArgumentError(
            "A part of a file without a rate cannot be read", allowed="the whole file", got="start, stop"
        )
    low, high = begin if start is None else start, begin + n / sfreq if stop is None else stop
    # a thousandth of a sample absorbs the rounding of times
    first, last = np.ceil((np.array([low, high]) - begin) * sfreq - 1e-3)
    if not (0 <= first <= last <= n and low < high):
        raise ArgumentError(
            "The part to read is empty or reaches beyond the recording",
            allowed=f"{number(begin)} <= start < stop <= {number(begin + n / sfreq)} s",
            got=f"start = {start}, stop = {stop}",
        )  # fmt: skip
    return int(first), int(last)
