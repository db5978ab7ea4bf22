"""CSV exports of Delsys Trigno Discover.

The lines above the numbers: program, date, length of the collection; the names of the sensors, each over its
first column; the mode of each sensor; the names of the signals with their units; from version 1.5 on their
rates, from version 2 on also the time between two samples. Every signal fills its column from the first row on
at its own rate, after a column of its times where the export has such columns. Version 1.4 writes the rate, as
a whole number, where later ones write the unit. Devices that are linked to Discover, such as a heart-rate
strap, send when they please: their rate is -1 Hz. Version 2 puts a table of markers to the right of the signals.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import shortened, split
from emgkit.io.formats.delsys.signals import (
    check_times,
    described,
    rate_of_times,
    trigno_rate,
    with_usual_unit,
    zeros_notice,
)
from emgkit.io.formats.ragged import Head, Ragged, head_of, read_ragged, separator, value_of
from emgkit.notation import counted, number

__all__ = ["load"]

# a header has at most so many lines
_MOST_LINES = 40
_TIMES = re.compile(r"\btime series\b", re.IGNORECASE)
_BRACKET = re.compile(r"(?P<name>.*?)\s*\((?P<inside>.*)\)\s*")
_MODE = re.compile(r"sensor mode\b", re.IGNORECASE)
# channels that are longer or shorter than the header says by more than this share are worth a notice
_OTHER_LENGTH = 0.02


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A signal of the file: its column, that of its times, its number (from 1) and names, and what the header says."""

    place: int
    times: int | None
    position: int
    label: str
    name: str
    unit: str | None
    rate: float | None


@dataclass(frozen=True, kw_only=True)
class _Header:
    ragged: Ragged
    columns: tuple[_Column, ...]
    linked: tuple[_Column, ...]
    length: float | None
    markers: Mapping[str, int]


def load(path: Path) -> FileContent:
    """What a CSV export of Trigno Discover says; each signal has its own rate and length.

    Raises
    ------
    FormatError
        The header is damaged, a cell is empty or no number, or times do not fit a rate.
    """
    header = _read_header(path)
    columns, texts = read_ragged(header.ragged)
    signals = [_signal(one, columns, where=str(path)) for one in header.columns]
    kept = [signal for signal in signals if signal.size]
    if not kept:
        raise FormatError("The file holds no values", where=str(path), got="headings alone")
    linked = {one.position: one.label for one in header.linked}
    empty = {signal.position or 0: signal.label for signal in signals if not signal.size}
    return FileContent(
        signals=tuple(kept),
        events=_events(header, texts),
        notices=(
            *_left_out(linked.values(), empty.values()), *_assumed(header), *_without_unit(header),
            *_lengths(kept, header.length), *zeros_notice(kept),
        ),
        left_out={**linked, **empty},
    )  # fmt: skip


# --- the header --------------------------------------------------------------------------------------


def _read_header(path: Path) -> _Header:
    head, where = head_of(path, most=_MOST_LINES), str(path)
    modes = next((row for row, line in enumerate(head.lines) if _MODE.search(line)), None)
    if modes is None or modes == 0 or modes + 2 >= len(head.lines):
        raise FormatError(
            "The header of a Trigno Discover export is damaged", where=where,
            allowed="a row of sensors, a row of their modes and a row of signals, and numbers below them",
            got=f"{counted(len(head.lines), 'line')}, {'none' if modes is None else f'line {modes + 1}'} of modes",
        )  # fmt: skip
    sep = separator(head.lines[modes + 1])
    names = split(head.lines[modes + 1], sep)
    first = next((row for row in range(modes + 2, len(head.lines)) if _is_numbers(head.lines[row], sep)), None)
    if first is None:
        raise FormatError("The file holds no values", where=where, got="a header alone")
    above = [split(line, sep) for line in head.lines[modes + 2 : first]]
    rates = next((row for row in above if any("hz" in cell.lower() for cell in row)), [])
    markers = _marker_columns(above)
    decimal = "," if sep != "," and "," in head.lines[first] else "."
    sensors = _sensors(split(head.lines[modes - 1], sep), split(head.lines[modes], sep), len(names), where=where)
    columns = _columns(names, sensors, rates)
    if not columns:
        raise FormatError(
            "The header names no signal", where=f"{where}, row {modes + 2}", got=repr([name[:30] for name in names[:4]])
        )
    linked = tuple(one for one in columns if one.rate is not None and one.rate <= 0)
    ragged = Ragged(
        path=path, offset=head.offsets[first], first_row=first + 1, sep=sep, decimal=decimal,
        names=names[: max(place for place, name in enumerate(names) if name) + 1],
        texts=frozenset(_text_columns(markers, head, first, sep)),
        skipped=frozenset(place for one in linked for place in (one.place, one.times) if place is not None),
    )  # fmt: skip
    return _Header(
        ragged=ragged, columns=tuple(one for one in columns if one not in linked), linked=linked,
        length=_length(head.lines[: modes - 1], sep), markers=markers,
    )  # fmt: skip


def _is_numbers(line: str, sep: str) -> bool:
    cells = [cell for cell in split(line, sep) if cell]
    return bool(cells) and re.fullmatch(r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?", cells[0]) is not None


def _length(lines: list[str], sep: str) -> float | None:
    """The length of the collection (s)."""
    line = next((one for one in lines if "length" in one.lower()), "")
    return value_of(split(line, sep)[-1]) if line else None


def _sensors(names: list[str], modes: list[str], width: int, *, where: str) -> list[str]:
    """The sensor of each column; its name and its mode stand over its first column alone."""
    begins = [place for place, name in enumerate(names) if name]
    if begins != [place for place, mode in enumerate(modes) if mode] or not begins or begins[0] != 0:
        raise FormatError(
            "The row of sensors and the row of their modes do not fit together", where=where,
            allowed="one name over each mode", got=f"{len(begins)} names, {sum(map(bool, modes))} modes",
            hint="A name may hold the separator of the file: rename that sensor",
        )  # fmt: skip
    sensors, current = [], ""
    for place in range(width):
        current = names[place] if place < len(names) and names[place] else current
        sensors.append(current)
    return sensors


def _columns(names: list[str], sensors: list[str], rates: list[str]) -> list[_Column]:
    """The signals, each with the column of its times, which stands before it."""
    found: list[_Column] = []
    times: int | None = None
    for place, heading in enumerate(names):
        if not heading:
            continue
        if _TIMES.search(heading):
            times = place
            continue
        bracket = _BRACKET.fullmatch(heading)
        name, inside = (bracket["name"], bracket["inside"].strip()) if bracket else (heading, "")
        printed = rates[place] if place < len(rates) and rates[place] else ""
        unit: str | None = inside or "n/a"
        if not printed and inside.lower().endswith("hz"):
            printed, unit = inside, None
        found.append(
            _Column(
                place=place,
                times=times,
                position=len(found) + 1,
                label=f"{' '.join(sensors[place].split())}: {name}",
                name=name,
                unit=unit,
                rate=_rate(printed),
            )
        )
        times = None
    labels = numbered(one.label for one in found)
    return [replace(one, label=label) for one, label in zip(found, labels, strict=True)]


def _rate(printed: str) -> float | None:
    """The rate (Hz) that is printed; zero or less for a device without one."""
    value = value_of(printed)
    if value is None or value <= 0:
        return value
    return trigno_rate(value, away=0.0 if "." in printed or "," in printed else 0.5)


def _marker_columns(above: list[list[str]]) -> dict[str, int]:
    """The columns of the table of markers, by their headings in lower case."""
    row = next((cells for cells in above if "type" in [cell.lower() for cell in cells]), [])
    start = [cell.lower() for cell in row].index("type") if row else 0
    return {cell.lower(): place for place, cell in enumerate(row) if place >= start and cell} if row else {}


def _text_columns(markers: Mapping[str, int], head: Head, first: int, sep: str) -> range:
    """All columns from that of the first marker on."""
    return range(min(markers.values()), len(split(head.lines[first], sep))) if markers else range(0)


# --- signals and events ------------------------------------------------------------------------------


def _signal(column: _Column, columns: list[NDArray[np.float64]], *, where: str) -> Signal:
    values, rate, start = columns[column.place], column.rate, 0.0
    if column.times is not None and values.size:
        times = columns[column.times]
        if times.size != values.size:
            raise FormatError(
                "A channel has not as many times as samples", where=f"{where}, channel {column.label[:60]!r}",
                allowed=f"{values.size} times", got=f"{times.size}",
            )  # fmt: skip
        rate = rate or rate_of_times(times)
        start = float(times[0])
        if rate is not None:
            check_times(times, rate, where=f"{where}, channel {column.label[:60]!r}")
        columns[column.times] = np.empty(0)  # times are needed no more
    signal = Signal(
        label=column.label, values=values, unit=column.unit, sfreq=rate, start=start, position=column.position
    )
    return with_usual_unit(described(signal, column.name), volts="mV")


def _events(header: _Header, texts: Mapping[int, list[tuple[int, str]]]) -> tuple[Event, ...]:
    """The markers, at their times."""
    markers = header.markers
    time = next((place for name, place in markers.items() if name.startswith("time")), None)
    if time is None:
        return ()
    labels = [dict(texts.get(markers[name], ())) for name in ("label", "name", "type") if name in markers]
    events = []
    for row, cell in texts.get(time, ()):
        onset = value_of(cell)
        label = next((known[row] for known in labels if row in known), "marker")
        if onset is None:
            raise FormatError(
                "The time of a marker is not a number", where=header.ragged.place(row, time), got=repr(cell[:60])
            )
        events.append(Event(onset=onset, duration=0.0, label=label))
    return tuple(sorted(events, key=lambda event: event.onset))


# --- what is doubtful --------------------------------------------------------------------------------


def _left_out(linked: Collection[str], empty: Collection[str]) -> tuple[Notice, ...]:
    notices = []
    if linked:
        text = f"{shortened(list(linked), most=4)} are of linked devices without a sampling rate, and are left out."
        notices.append(Notice(code="no-rate-left-out", text=text, hint="Their values stand in the file, with times"))
    if empty:
        notices.append(Notice(code="empty-left-out", text=f"{shortened(list(empty), most=4)} hold no values."))
    return tuple(notices)


def _assumed(header: _Header) -> tuple[Notice, ...]:
    if all(one.unit is not None for one in header.columns):
        return ()
    text = (
        "This version of Trigno Discover writes no units: mV for EMG, g, deg/s and V were taken, as later ones write."
    )
    return (Notice(code="units-assumed", text=text),)


def _without_unit(header: _Header) -> tuple[Notice, ...]:
    lost = {
        one.label: one.unit
        for one in header.columns
        if one.unit not in (None, "n/a") and described(_bare(one), one.name).unit == "n/a"
    }
    if not lost:
        return ()
    units = ", ".join(dict.fromkeys(str(unit) for unit in lost.values()))
    text = f"{shortened(list(lost), most=3)} are in {units}, a unit that emgkit does not have."
    return (Notice(code="unit-unknown", text=text),)


def _bare(column: _Column) -> Signal:
    return Signal(label=column.label, values=np.empty(0), unit=column.unit)


def _lengths(signals: list[Signal], stated: float | None) -> tuple[Notice, ...]:
    """A notice where the signals last longer or shorter than the header says."""
    if not stated:
        return ()
    ends = {signal.label: signal.size / signal.sfreq for signal in signals if signal.sfreq}
    longest = max(ends.values(), default=stated)
    if abs(longest - stated) <= max(_OTHER_LENGTH * stated, 0.1):
        return ()
    label = max(ends, key=lambda one: ends[one])
    text = (
        f"The header says {number(stated)} s, but the longest channel, {label!r}, lasts {number(round(longest, 5))} s: "
        "the file was cut. Each channel keeps its own length."
    )
    return (Notice(code="duration-contradiction", text=text),)
