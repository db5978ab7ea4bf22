"""Noraxon MyoResearch (MR3, MR4) CSV exports.

A combined export is one table of all signals at one rate, to which the program has filled up the slower ones. Its
first line names facts, ``type,begin_time,frequency,count,…``, its second gives them, and below an empty line the
table begins with ``time,Activity,Marker,…``. A separated export is a file a signal, with the facts ``type`` (signal
or signal_2d), ``name``, ``units`` and so on. Older versions write other lines above the table, of which a line
``Frequency`` is read. Headings hold units in brackets, or none: EMG is then in µV, as MyoResearch shows it.

An entry of the column Activity is the name of what begins there, and lasts until the next; one of Marker is an
event without duration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, kind_of, numbered
from emgkit.io._preamble import name_and_unit
from emgkit.io._text import shortened, split
from emgkit.io.formats.ragged import Ragged, head_of, read_ragged, separator, value_of
from emgkit.notation import counted, number
from emgkit.units import as_unit, looks_like_a_unit

__all__ = ["load"]

_MOST_LINES = 200
_TIME = re.compile(r"time\b(?:[\s,]*[\[(]?(?P<unit>m?s)[\])]?)?", re.IGNORECASE)
_TEXTS = ("activity", "marker", "markers", "activities")
# a time further than this from its place, in samples, could be that of another sample
_MOST_AWAY = 0.45
# rates that differ by more than this are two
_OTHER_RATE = 1e-5
# EMG without a unit is taken for microvolts where its largest numbers are in these limits
_MICROVOLTS = (0.05, 20_000.0)
# what a heading without a unit can name besides EMG
_NO_EMG = re.compile(
    r"force|pressure|insole|contact|foot ?switch|center|centre|cop\b|traject|velocity|accel|gyro|angle|quaternion"
    r"|orientation|myomotion|mocap|video|sync|trigger|temperature|heart|load|speed|position|flexion|rotation|switch",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class _Table:
    """Where the table stands, its headings, and the facts above it."""

    ragged: Ragged
    headings: tuple[str, ...]
    facts: Mapping[str, str]
    seconds: float

    @property
    def where(self) -> str:
        """The file."""
        return str(self.ragged.path)

    def fact(self, *names: str) -> float | None:
        """The number of the first of these facts that there is."""
        return next((value_of(self.facts[name]) for name in names if name in self.facts), None)


def load(path: Path) -> FileContent:
    """What a CSV export of MyoResearch says, with its activities and markers as events.

    Raises
    ------
    FormatError
        The file has no table, is cut off, or its times do not fit a rate.
    """
    table = _found(path)
    columns, texts = read_ragged(table.ragged)
    times = columns[0] * table.seconds
    if not times.size:
        raise FormatError("The file holds no values", where=table.where, got="headings alone")
    count = table.fact("count")
    if count is not None and times.size < count:
        raise FormatError(
            "The file is cut off", where=table.where, allowed=f"{number(count)} rows, as its header says",
            got=counted(times.size, "row"), hint="Copy or export the file again",
        )  # fmt: skip
    rate, notices = _rate(times, table)
    places = [place for place, name in enumerate(table.headings) if place and name and place not in table.ragged.texts]
    signals, doubts = _signals(places, columns, table, rate=rate, start=float(times[0]))
    if not signals:
        raise FormatError(
            "The table holds no signal", where=table.where, got=repr([name[:30] for name in table.headings[:6]])
        )
    return FileContent(signals=tuple(signals), events=_events(texts, times, table, rate), notices=(*notices, *doubts))


# --- the lines above the table -------------------------------------------------------------------------


def _found(path: Path) -> _Table:
    head, where = head_of(path, most=_MOST_LINES), str(path)
    row = next((row for row, line in enumerate(head.lines) if row and _TIME.match(line.lstrip('\ufeff" '))), None)
    if row is None or row + 1 >= len(head.lines):
        raise FormatError(
            "The file has no table" if row is None else "The file holds no values", where=where,
            allowed="a row of headings that begins with 'time', and numbers below it",
            got=f"{counted(len(head.lines), 'line')} without one" if row is None else "headings alone",
            hint="Export the record from MyoResearch as CSV, with its times",
        )  # fmt: skip
    sep = separator(head.lines[row])
    headings = tuple(split(head.lines[row], sep))
    facts = _facts([split(line, sep) for line in head.lines[:row]])
    unit = (_TIME.match(headings[0]) or {"unit": None})["unit"] or facts.get("time_units", "s")
    if unit not in ("s", "ms"):
        raise FormatError("The unit of the times is not known", where=where, allowed="'s' or 'ms'", got=repr(unit[:20]))
    texts = frozenset(place for place, name in enumerate(headings) if name.strip().lower() in _TEXTS)
    while headings and not headings[-1]:
        headings = headings[:-1]
    ragged = Ragged(
        path=path, offset=head.offsets[row + 1], first_row=row + 2, sep=sep, texts=texts, names=headings,
        decimal="," if sep != "," and "," in head.lines[row + 1] else ".",
    )  # fmt: skip
    return _Table(ragged=ragged, headings=headings, facts=facts, seconds={"s": 1.0, "ms": 1e-3}[unit])


def _facts(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Facts by their names in lower case: names in a row and values in the next, or a name and its value in a row."""
    facts: dict[str, str] = {}
    for names, values in pairwise([*rows, ["", ""]]):
        lower = [name.strip().lower() for name in names]
        if lower and lower[0] == "type" and "frequency" in lower:
            facts |= dict(zip(lower, values, strict=False))
        elif len(names) >= 2 and names[0]:
            facts.setdefault(re.sub(r"\s*[(\[].*", "", lower[0]).rstrip(": "), names[1])
    return facts


# --- rate and signals ----------------------------------------------------------------------------------


def _rate(times: NDArray[np.float64], table: _Table) -> tuple[float | None, tuple[Notice, ...]]:
    """The rate in the header, where the times keep to it; else that of the times, with a notice if it is another."""
    stated = table.fact("frequency", "sampling frequency", "sampling rate", "sample rate")
    if stated is not None and stated <= 0:
        stated = None
    if times.size < 2:
        return stated, ()
    if not times[-1] > times[0]:
        raise FormatError(
            "The times do not rise", where=table.ragged.place(times.size - 1, 0),
            allowed=f"more than {number(float(times[0]))} s", got=f"{number(float(times[-1]))} s",
        )  # fmt: skip
    if stated is not None and _are_even(times, stated):
        return stated, ()
    slope = float((times.size - 1) / (times[-1] - times[0]))
    rate = round(slope) if abs(round(slope) / slope - 1) < _OTHER_RATE and round(slope) else slope
    if not _are_even(times, rate):
        expected = times[0] + np.arange(times.size) / rate
        row = int(np.argmax(np.abs(times - expected) > _MOST_AWAY / rate))
        raise FormatError(
            "The times are not even", where=table.ragged.place(row, 0),
            allowed=f"{number(round(float(expected[row]), 5))} s, at {number(rate)} Hz",
            got=f"{number(float(times[row]))} s", hint="Samples are missing: make a file of each unbroken part",
        )  # fmt: skip
    if stated is None or _is_rounded(stated, rate):
        return rate, ()
    text = f"The header says {number(stated)} Hz, the times say {number(rate)} Hz, which was taken."
    return rate, (Notice(code="rate-contradiction", text=text),)


def _is_rounded(stated: float, rate: float) -> bool:
    """Whether a rate in the header, such as 2000.4 Hz, is that of the times with fewer digits."""
    decimals = number(stated).partition(".")[2]
    return bool(decimals) and round(rate, len(decimals)) == stated


def _are_even(times: NDArray[np.float64], rate: float) -> bool:
    expected = times[0] + np.arange(times.size) / rate
    return bool((np.abs(times - expected) <= _MOST_AWAY / rate).all())


def _signals(
    places: Sequence[int], columns: Sequence[NDArray[np.float64]], table: _Table, *, rate: float | None, start: float
) -> tuple[list[Signal], tuple[Notice, ...]]:
    signals, assumed, without = [], [], {}
    export = table.facts.get("name", "").strip()
    headings = [table.headings[place] for place in places]
    if export and table.facts.get("type", "").lower().startswith("signal"):
        # a separated export calls its columns value, or x and y
        headings = [export if len(headings) == 1 else f"{export}-{heading}" for heading in headings]
    parts = [_name_and_unit(heading, table.facts.get("units")) for heading in headings]
    names = numbered(name for name, _ in parts)
    for label, name, (_, unit), place in zip(numbered(headings), names, parts, places, strict=True):
        values, source = columns[place], "header"
        if unit is None and _is_emg(name, values):
            unit, source = "uV", "heuristic"
            assumed.append(name)
        elif (unit is None or as_unit(unit) is None) and (_is_other(name) or (unit or "").startswith("%")):
            without[name] = unit
            unit = "n/a"
        signals.append(
            Signal(label=label, values=values, unit=unit, sfreq=rate, start=start, name=name, unit_source=source)
        )
    return signals, _doubts(assumed, without)


def _name_and_unit(heading: str, stated: str | None) -> tuple[str, str | None]:
    """Name and unit of a heading: ``VL (uV)`` or ``VL,uV``; the unit among the facts where it has none."""
    # an acceleration in thousandths of g
    name, unit = name_and_unit(re.sub(r"[(\[]mg[)\]]", "(mG)", heading))
    if unit is None and "," in heading:
        before, _, behind = heading.rpartition(",")
        if looks_like_a_unit(behind.strip()):
            name, unit = before.strip(), behind.strip()
    if unit is None and stated:
        unit = stated.strip()
    return name, None if unit is None else as_unit(unit) or unit


def _is_other(name: str) -> bool:
    """Whether a name says that a signal is no EMG."""
    return _NO_EMG.search(name) is not None or kind_of(name, None) not in (None, "EMG")


def _is_emg(name: str, values: NDArray[np.float64]) -> bool:
    """Whether a signal without a unit can be EMG in microvolts, by its name and by its size."""
    if _is_other(name) or not values.size:
        return False
    largest = float(np.percentile(np.abs(values), 99.9))
    return _MICROVOLTS[0] <= largest <= _MICROVOLTS[1]


def _doubts(assumed: Sequence[str], without: Mapping[str, str | None]) -> tuple[Notice, ...]:
    notices = []
    if assumed:
        text = (
            f"The file gives no unit for {shortened(assumed, most=3)}: µV, in which MyoResearch writes EMG, was taken."
        )
        notices.append(Notice(code="units-assumed", text=text, hint="Say units= if that is wrong."))
    if without:
        units = ", ".join(dict.fromkeys(repr(unit) for unit in without.values() if unit))
        lack = f"units that emgkit does not have, {units}" if units else "no unit in the file"
        text = f"{shortened(list(without), most=3)}: {lack}. Their numbers are as in the file."
        notices.append(Notice(code="unit-unknown", text=text))
    return tuple(notices)


# --- events ------------------------------------------------------------------------------------------


def _events(
    texts: Mapping[int, list[tuple[int, str]]], times: NDArray[np.float64], table: _Table, rate: float | None
) -> tuple[Event, ...]:
    """Activities with their duration, and markers without, in the order of their beginning."""
    found: list[Event] = []
    end = float(times[-1]) + (1 / rate if rate else 0.0)
    for place, entries in texts.items():
        entries = [entry for entry in entries if entry[0] < times.size]
        runs = _runs(entries)
        is_marker = table.headings[place].strip().lower().startswith("marker")
        for index, (first, last, label) in enumerate(runs):
            onset, stop = float(times[first]), float(times[first])
            if not is_marker:
                next_one = runs[index + 1][0] if index + 1 < len(runs) else times.size
                # an entry in one row lasts until the next; one that is repeated in every row ends with its last row
                behind = next_one if last == first else last + 1
                stop = float(times[behind]) if behind < times.size else end
            found.append(Event(onset=onset, duration=stop - onset, label=label))
    return tuple(sorted(found, key=lambda event: event.onset))


def _runs(entries: Sequence[tuple[int, str]]) -> list[tuple[int, int, str]]:
    """First row, last row and text of every run of the same entry in rows that follow each other."""
    runs: list[tuple[int, int, str]] = []
    for row, text in entries:
        if runs and runs[-1][1] == row - 1 and runs[-1][2] == text:
            runs[-1] = (runs[-1][0], row, text)
        else:
            runs.append((row, row, text))
    return runs
