"""A C3D file's content: analogue channels and points on one time zero, at which frame 1 is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from emgkit.channels import Event
from emgkit.errors import ArgumentError, FormatError, Notice
from emgkit.io._assembly import Bytes, FileContent, Signal, bytes_of, numbered
from emgkit.io._text import shortened
from emgkit.io._time_axis import Window
from emgkit.io.formats.c3d.analog import analog_channels, analog_values
from emgkit.io.formats.c3d.events import read_events
from emgkit.io.formats.c3d.layout import Layout, read_layout
from emgkit.io.formats.c3d.points import AXES, point_unit, point_values, points
from emgkit.io.formats.motion.described import gap_notice
from emgkit.notation import counted, number

__all__ = ["load"]


def load(path: Path, *, start: float | None = None, stop: float | None = None, lazy: bool = False) -> FileContent:
    """What is in a C3D file; only the frames asked for are read.

    Parameters
    ----------
    path : Path
        The file.
    start, stop : float, optional
        Read the samples from `start` up to `stop` (s from the first frame) alone; the events are those of the whole
        file.
    lazy : bool, default False
        Read analogue samples from the file whenever they are asked for; else it is mapped into the memory.

    Raises
    ------
    FileError
        The file is empty.
    FormatError
        The file is damaged, cut off or contradicts itself, or no channel of it can be read.
    """
    raw = bytes_of(path, lazy=lazy)
    layout = read_layout(path)
    if not layout.n_frames or not layout.n_points + layout.n_analog:
        raise FormatError(
            "The C3D file holds no signal", where=str(path), allowed="analogue channels or points, and a frame of them",
            got=f"{layout.n_analog} analogue channels, {layout.n_points} points, {layout.n_frames} frames",
        )  # fmt: skip
    is_part = start is not None or stop is not None
    window = Window(start=start or 0.0, stop=stop, where=str(path)) if is_part else None
    analog, analog_notices = _analog(layout, raw, window, where=str(path))
    markers, point_notices = _points(layout, raw, window)
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
    events, event_notices = _events(layout)
    return FileContent(
        signals=tuple(signals), events=events, left_out=left_out, origin=layout.start,
        notices=(*layout.notices, *analog_notices, *point_notices, *event_notices),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A signal of the file, and how many of its samples are lacking."""

    signal: Signal
    lacking: int = 0


def _analog(
    layout: Layout, raw: Bytes, window: Window | None, *, where: str
) -> tuple[list[_Found], tuple[Notice, ...]]:
    if not layout.n_analog:
        return [], ()
    whole = layout.n_frames * layout.per_frame
    part = _part(window, whole, layout.analog_rate)
    channels, notices = analog_channels(layout, where=where)
    block, lacking = analog_values(layout, raw, channels, first=part.start, last=part.stop)
    begin = _second(layout, part.start, layout.analog_rate)
    found = [
        _Found(
            signal=Signal(
                label=one.label, values=row, unit=one.unit, sfreq=layout.analog_rate, start=begin, kind=one.kind,
                unit_source=one.unit_source, whole=whole if window else None,
            ),
            lacking=int(count),
        )
        for one, row, count in zip(channels, block.rows(), lacking, strict=True)
    ]  # fmt: skip
    gone = [one.signal.label for one in found if one.lacking]
    if gone:
        text = f"Left out, since samples of it are not numbers: {shortened(gone)}."
        notices = (*notices, Notice(code="samples-missing", text=text))
    return found, notices


def _points(layout: Layout, raw: Bytes, window: Window | None) -> tuple[list[_Found], tuple[Notice, ...]]:
    """Three signals a point, in metres where it is a marker; a point with gaps is left out."""
    if not layout.n_points:
        return [], ()
    part = _part(window, layout.n_frames, layout.frame_rate)
    named = points(layout)
    values, lacking = point_values(layout, raw, named, part)
    unit, source, notices = point_unit(layout, values)
    begin = _second(layout, part.start, layout.frame_rate)
    found = [
        _Found(
            signal=Signal(
                label=f"{one.label}_{axis}" if one.label else "", values=values[3 * place + row],
                unit=one.unit or unit, sfreq=layout.frame_rate, start=begin, kind=one.kind,
                unit_source="header" if one.unit else source,
                whole=layout.n_frames if window else None,
            ),
            lacking=lacking[place],
        )
        for place, one in enumerate(named)
        for row, axis in enumerate(AXES)
    ]  # fmt: skip
    gone = {one.label or f"point {place + 1}": lacking[place] for place, one in enumerate(named) if lacking[place]}
    unknown = {one.unknown: one.label for one in reversed(named) if one.unknown}
    return found, (*notices, *gap_notice(gone, part.stop - part.start), *_without_unit(unknown))


def _without_unit(unknown: dict[str, str]) -> tuple[Notice, ...]:
    return tuple(
        Notice(
            code="unit-unknown",
            text=f"{label} and what else is in {unit!r} are kept as numbers without a unit, since emgkit knows no such "
            "unit.",
        )
        for unit, label in unknown.items()
    )


def _events(layout: Layout) -> tuple[tuple[Event, ...], tuple[Notice, ...]]:
    """The events, and a notice on those beside the recording."""
    events, notices = read_events(layout)
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
    return events, notices


def _part(window: Window | None, n: int, sfreq: float | None) -> slice:
    """The samples to read of `n`."""
    if window is None:
        return slice(0, n)
    if sfreq is None:
        raise ArgumentError(
            "A part in seconds needs the sampling rate, which the file does not give", where=window.where,
            allowed="the whole file", got="start and stop",
        )  # fmt: skip
    return window.samples(n, sfreq)


def _second(layout: Layout, first: int, sfreq: float | None) -> float:
    return layout.start + first / sfreq if first and sfreq else layout.start
