"""CSV exports of Delsys EMGworks: a column of times before every channel, ``X[s]``.

One kind begins with a line a channel, such as ``Label: Mini sensor 10: EMG 10 Sampling frequency:
1.259259e+003 Number of points: 81141 start: 0.000000e+000 Unit: V Domain Unit: s``; the other with the
headings alone, and then neither rates nor units are in the file. Every channel fills its columns from
the first row on at its own rate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import shortened, split
from emgkit.io.formats.delsys.signals import (
    check_times,
    described,
    lengths_without_padding,
    padding_notice,
    rate_of_times,
    trigno_rate,
    with_usual_unit,
    zeros_notice,
)
from emgkit.io.formats.ragged import Head, Ragged, head_of, read_ragged, separator, value_of
from emgkit.notation import counted

__all__ = ["load"]

# so many channels, and a few lines more
_MOST_LINES = 2000
_TIMES = re.compile(r"X ?\[(?P<unit>m?s)\]")
_LABEL = re.compile(
    r"Label: (?P<label>.*?) Sampling frequency: (?P<rate>\S+) Number of points: (?P<count>\d+) "
    r"start: (?P<start>\S+) Unit: (?P<unit>.*?)(?: Domain Unit: .*)?"
)


@dataclass(frozen=True, kw_only=True)
class _Stated:
    """What the line of a channel says."""

    label: str
    rate: float
    count: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class _Channel:
    """A channel of the file: its column, that of its times, and what its line says of it."""

    place: int
    times: int
    label: str
    stated: _Stated | None


def load(path: Path) -> FileContent:
    """What a CSV export of EMGworks says; each channel has its own rate and length.

    Raises
    ------
    FormatError
        The header is damaged, a cell is empty or no number, or times do not fit a rate.
    """
    where, head = str(path), head_of(path, most=_MOST_LINES)
    row = next((row for row, line in enumerate(head.lines) if _TIMES.match(line.lstrip('\ufeff" '))), None)
    if row is None:
        raise FormatError(
            "The file has no row of headings", where=where, allowed="a row that begins with X[s]",
            got=f"{counted(len(head.lines), 'line')} without one",
        )  # fmt: skip
    sep = separator(head.lines[row])
    headings = split(head.lines[row], sep)
    channels = _channels(headings, _stated(head, row, where=where), where=where)
    seconds = {"s": 1.0, "ms": 1e-3}[_TIMES.match(headings[0])["unit"]]  # type: ignore[index]  # it was found
    first = row + 1
    columns, _ = read_ragged(
        Ragged(
            path=path, offset=head.offsets[first], first_row=first + 1, sep=sep, names=headings,
            decimal="," if sep != "," and first < len(head.lines) and "," in head.lines[first] else ".",
        )
    )  # fmt: skip
    signals = []
    for one, behind in zip_longest(channels, channels[1:]):
        signals.append(_signal(one, columns, seconds, where=where))
        if behind is None or behind.times != one.times:
            columns[one.times] = np.empty(0)  # times are needed no more
    empty = {place: one.label for place, one in enumerate(signals, start=1) if not one.size}
    kept, padding = _without_padding([signal for signal in signals if signal.size])
    if not kept:
        raise FormatError("The file holds no values", where=where, got="headings alone")
    return FileContent(
        signals=tuple(kept),
        notices=(*_doubts(channels, signals, list(empty.values())), *padding, *zeros_notice(kept)),
        left_out=empty,
    )


def _stated(head: Head, row: int, *, where: str) -> dict[str, list[_Stated]]:
    """What the lines above the headings say, by label."""
    found: dict[str, list[_Stated]] = {}
    for number, line in enumerate(head.lines[:row], start=1):
        text = line.strip(' "\t')
        match = _LABEL.fullmatch(text)
        if match is None:
            if text.startswith("Label:"):
                raise FormatError(
                    "The line of a channel is damaged", where=f"{where}, row {number}",
                    allowed="Label: … Sampling frequency: … Number of points: … start: … Unit: …", got=repr(text[:120]),
                )  # fmt: skip
            continue
        rate = value_of(match["rate"])
        if rate is None or rate <= 0 or value_of(match["start"]) is None:
            raise FormatError(
                "The line of a channel is damaged", where=f"{where}, row {number}",
                allowed="a rate above 0 and a start", got=repr(text[:120]),
            )  # fmt: skip
        one = _Stated(
            label=match["label"].strip(), rate=trigno_rate(rate), count=int(match["count"][:12]), unit=match["unit"]
        )
        found.setdefault(one.label, []).append(one)
    return found


def _channels(headings: list[str], stated: dict[str, list[_Stated]], *, where: str) -> list[_Channel]:
    """The channels, each with the nearest column of times before it, and with its line where there is one."""
    found, times = [], 0
    waiting = {label: list(lines) for label, lines in stated.items()}
    for place, heading in enumerate(headings):
        if _TIMES.fullmatch(heading):
            times = place
        elif heading:
            line = waiting.get(heading, [])
            if stated and not line:
                raise FormatError(
                    "A column has no line above the headings", where=f"{where}, column {place + 1}",
                    allowed=f"one of {shortened([label[:60] for label in stated], most=3)}", got=repr(heading[:60]),
                )  # fmt: skip
            found.append(_Channel(place=place, times=times, label=heading, stated=line.pop(0) if line else None))
    left = [label for label, lines in waiting.items() if lines]
    if left or not found:
        raise FormatError(
            "A channel has no column" if left else "The headings name no channel", where=where,
            allowed="a column for each channel", got=shortened([label[:60] for label in left or headings[:4]], most=3),
        )  # fmt: skip
    labels = numbered(one.label for one in found)
    return [replace(one, label=label) for one, label in zip(found, labels, strict=True)]


def _signal(channel: _Channel, columns: list[NDArray[np.float64]], seconds: float, *, where: str) -> Signal:
    values, times, stated = columns[channel.place], columns[channel.times], channel.stated
    times = times if seconds == 1 else times * seconds
    where = f"{where}, channel {channel.label[:60]!r}"
    if times.size < values.size:
        raise FormatError(
            "A channel has not as many times as samples", where=where, allowed=f"{values.size} times",
            got=f"{times.size}",
        )  # fmt: skip
    times = times[: values.size]
    rate = stated.rate if stated else rate_of_times(times)
    if values.size and rate is None:
        raise FormatError(
            "The times of a channel do not rise", where=where, allowed="at least two times that rise",
            got=f"{times[0]:g} s to {times[-1]:g} s in {counted(times.size, 'sample')}",
        )  # fmt: skip
    if values.size and rate is not None:
        check_times(times, rate, where=where)
    signal = Signal(
        label=channel.label, values=values, unit=stated.unit if stated else None, sfreq=rate,
        start=float(times[0]) if values.size else 0.0,
    )  # fmt: skip
    return with_usual_unit(described(signal, channel.label.rsplit(": ", 1)[-1]), volts="V")


def _without_padding(signals: list[Signal]) -> tuple[list[Signal], tuple[Notice, ...]]:
    sizes = [signal.size for signal in signals]
    used = [int(np.flatnonzero(signal.samples)[-1]) + 1 if signal.samples.any() else 0 for signal in signals]
    lengths = lengths_without_padding(sizes, [signal.sfreq for signal in signals], used)
    kept = [replace(signal, values=signal.samples[:length]) for signal, length in zip(signals, lengths, strict=True)]
    return kept, padding_notice([signal.label for signal in signals], sizes, lengths)


def _doubts(channels: list[_Channel], signals: list[Signal], empty: list[str]) -> list[Notice]:
    notices = []
    if empty:
        notices.append(Notice(code="empty-left-out", text=f"{shortened(empty, most=4)} hold no values."))
    if any(one.stated is None for one in channels):
        text = "This export of EMGworks writes no units: V for EMG, g and deg/s were taken, as its others write."
        notices.append(Notice(code="units-assumed", text=text))
    short = {
        signal.label: (signal.size, one.stated.count)
        for one, signal in zip(channels, signals, strict=True)
        if one.stated and signal.size != one.stated.count
    }
    if short:
        label, (got, stated) = next(iter(short.items()))
        others = f", and {counted(len(short) - 1, 'other channel')} do not either" if len(short) > 1 else ""
        text = f"{label!r} holds {got} samples where its header says {stated}{others}: the file was cut."
        notices.append(Notice(code="shorter-than-stated", text=text, hint="Export it again if you need all of it."))
    return notices
