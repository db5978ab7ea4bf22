"""Vicon Nexus text exports: sections of devices, model outputs and trajectories, each at its own rate.

A section is its name, its rate, a row of devices or subjects, a row of components, a row of units, then a row a sample
that begins with frame and sub-frame; a blank row ends it. Frame 1 is at second 0.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import Event
from emgkit.errors import FileError, FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._numbers import check_last_cell
from emgkit.io._text import Rows, decoded, first_bad_cell, number_table, split
from emgkit.io.formats.motion.described import described, gap_notice, known_unit, without_unit_notice
from emgkit.notation import number
from emgkit.units import UNITS

__all__ = ["load"]

_SECTIONS = ("Devices", "Joints", "Model Outputs", "Segments", "Trajectories", "Events")
_HEADER = 5
# a centre of pressure is no position of a body
_CENTRE = re.compile(r"(?:CoP|Centre of Pressure|Center of Pressure)$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Section:
    """The lines of a section, the number of its first row in the file, and what stands between its cells."""

    name: str
    lines: list[str]
    row: int
    sep: str
    where: str

    @property
    def place(self) -> str:
        return f"{self.where}, section {self.name!r}"


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A column: what stands above it (a device or a subject's marker), its own name, and its unit."""

    above: str
    name: str
    unit: str
    position: int


def load(path: Path) -> FileContent:
    """What a Nexus export says: devices at their rate, model outputs and trajectories at that of the cameras.

    Raises
    ------
    FileError
        The file is empty.
    FormatError
        A section is damaged or cut off, or a cell is not a number.
    """
    where = str(path)
    if not path.stat().st_size:
        raise FileError("The file is empty", where=where, got="0 bytes")
    text = decoded(path)
    signals: list[Signal] = []
    lacking: list[int] = []
    notices: list[Notice] = []
    events: tuple[Event, ...] = ()
    for section in _sections(text, where=where):
        if section.name == "Events":
            events = (*events, *_events(section))
            continue
        found, gaps, more = _signals(section, open_end=not text.endswith("\n"))
        signals += found
        lacking += gaps
        notices += more
    labels = numbered(signal.label for signal in signals)
    kept = [
        Signal(**{**vars(signal), "label": label, "position": position})
        for position, (signal, label) in enumerate(zip(signals, labels, strict=True), start=1)
        if not lacking[position - 1]
    ]
    if not kept:
        raise FormatError(
            "The Nexus file holds no complete column", where=where, allowed="a number in every row of a column",
            got=f"{len(signals)} columns",
        )  # fmt: skip
    left_out = {place: label for place, label in enumerate(labels, start=1) if lacking[place - 1]}
    return FileContent(signals=tuple(kept), events=events, notices=tuple(notices), left_out=left_out)


def _sections(text: str, *, where: str) -> Iterator[_Section]:
    """The sections in the order of the file."""
    lines = text.split("\n")
    starts = [
        at for at, line in enumerate(lines)
        if line.strip(",;\t ") in _SECTIONS and (at == 0 or not lines[at - 1].strip(",;\t "))
    ]  # fmt: skip
    if not starts:
        raise FormatError(
            "This is no Nexus export", where=f"{where}, row 1", allowed=f"a first row such as {_SECTIONS[0]!r}",
            got=repr(lines[0][:60]),
        )  # fmt: skip
    for begin, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = lines[begin:end]
        while part and not part[-1].strip(",;\t "):
            part.pop()
        # a row of devices or units has nothing but separators before the first of them
        head = "".join(part[2:4])
        sep = max("\t;,", key=head.count)
        yield _Section(name=part[0].strip(",;\t "), lines=part, row=begin + 1, sep=sep, where=where)


def _signals(section: _Section, *, open_end: bool) -> tuple[list[Signal], list[int], list[Notice]]:
    """The columns of a section, the number of rows each lacks, and notices."""
    rate = _rate(section)
    columns = _columns(section)
    frames, values = _table(section, columns, open_end=open_end)
    per_frame = _per_frame(frames, section)
    _check_frames(frames, per_frame, section)
    start = (frames[0, 0] - 1) * per_frame / rate + frames[0, 1] / rate
    names = _names(columns, is_device=section.name == "Devices")
    any_unit = any(column.unit for column in columns)
    found, bare = [], []
    for column, name, series in zip(columns, names, values.T, strict=True):
        unit, kind = _described(column, name, section, any_unit=any_unit)
        if unit == "n/a" and kind != "TRIG":
            bare.append((name, column.unit))
        source = "header" if unit != "n/a" else "heuristic"
        found.append(
            Signal(label=name, values=series, unit=unit, sfreq=rate, start=float(start), kind=kind, unit_source=source)
        )
    gaps = np.count_nonzero(np.isnan(values), axis=0).tolist()
    points: dict[str, int] = {}
    for column, name, count in zip(columns, names, gaps, strict=True):
        if count:
            points.setdefault(column.above.partition(":")[2] or column.above or name, count)
    return found, gaps, [*gap_notice(points, len(values)), *without_unit_notice(bare)]


def _rate(section: _Section) -> float:
    text = section.lines[1].strip(",;\t ") if len(section.lines) > 1 else ""
    try:
        rate = float(text.replace(",", "."))
    except ValueError:
        rate = math.nan
    if not 0 < rate < 1e7:
        raise FormatError(
            "The section of a Nexus file gives no rate", where=f"{section.place}, row {section.row + 1}",
            allowed="a number above 0 (Hz)", got=repr(text[:60]),
        )  # fmt: skip
    return rate


def _columns(section: _Section) -> list[_Column]:
    if len(section.lines) <= _HEADER:
        raise FormatError(
            "A section of the Nexus file is cut off", where=f"{section.place}, row {section.row + len(section.lines)}",
            allowed="a rate, three rows of names and units, and rows of numbers",
            got=f"{len(section.lines)} rows", hint="Copy or export the file again",
        )  # fmt: skip
    above, names, units = (split(line, section.sep) for line in section.lines[2:_HEADER])
    width = max(len(names), len(units))
    while width > 2 and not (names[width - 1 : width] or [""])[0] and not (units[width - 1 : width] or [""])[0]:
        width -= 1
    if width < 3 or not names or names[0].lower() != "frame":
        raise FormatError(
            "A section of the Nexus file has no columns", where=f"{section.place}, row {section.row + 3}",
            allowed="Frame, Sub Frame and names", got=repr(section.lines[3][:60]),
        )  # fmt: skip
    above, names, units = ([*cells, *[""] * width][:width] for cells in (above, names, units))
    columns, current = [], ""
    for position in range(2, width):
        current = above[position] or current
        columns.append(_Column(above=current, name=names[position], unit=units[position], position=position))
    return columns


def _table(
    section: _Section, columns: Sequence[_Column], *, open_end: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Frames with sub-frames, and the values, NaN where a cell is empty."""
    width = len(columns) + 2
    body = "\n".join(section.lines[_HEADER:])
    first = section.lines[_HEADER]
    extra = first.count(section.sep) + 1 - width
    if extra > 0 and first.endswith(section.sep * extra):
        body = "\n".join(line.removesuffix(section.sep * extra) for line in section.lines[_HEADER:])
    rows = Rows(
        body=body, sep=section.sep, decimal="," if section.sep != "," and "," in first else ".",
        names=["Frame", "Sub Frame", *(column.name or f"column {column.position + 1}" for column in columns)],
        first_row=section.row + _HEADER, where=section.place, open_end=open_end,
    )  # fmt: skip
    check_last_cell(rows)
    numbers = number_table(rows)
    if np.isnan(numbers[:, :2]).any() or np.isinf(numbers).any():
        raise first_bad_cell(rows) or FormatError("A cell is not a finite number", where=section.place)
    if open_end and np.isnan(numbers[-1]).any() and not np.isnan(numbers[-2:-1]).any():
        raise FormatError(
            "The last row is cut off", where=f"{section.place}, row {section.row + len(section.lines) - 1}",
            allowed="a number in each cell, as in the row before", got=repr(section.lines[-1][-60:]),
            hint="Copy or export the file again",
        )  # fmt: skip
    return numbers[:, :2], numbers[:, 2:]


def _per_frame(frames: NDArray[np.float64], section: _Section) -> int:
    """Rows a frame of the cameras; a section without sub-frames has one."""
    highest = frames[:, 1].max()
    if not (frames[:, 1].min() >= 0 and highest < 1e5 and highest == int(highest)):
        raise FormatError(
            "The sub-frames of a Nexus file are no whole numbers", where=section.place, allowed="0, 1, 2 …",
            got=number(float(highest)),
        )  # fmt: skip
    return int(highest) + 1


def _check_frames(frames: NDArray[np.float64], per_frame: int, section: _Section) -> None:
    """Refuse rows that are missing or stand twice."""
    counts = frames[:, 0] * per_frame + frames[:, 1]
    wrong = np.flatnonzero(np.diff(counts) != 1)
    if wrong.size:
        before, after = frames[wrong[0]], frames[wrong[0] + 1]
        raise FormatError(
            "Frames of a Nexus file are missing or out of order",
            where=f"{section.place}, row {section.row + _HEADER + int(wrong[0]) + 1}",
            allowed=f"the one after frame {before[0]:.10g}, sub-frame {before[1]:.10g}",
            got=f"frame {after[0]:.10g}, sub-frame {after[1]:.10g}",
        )  # fmt: skip


def _names(columns: Sequence[_Column], *, is_device: bool) -> list[str]:
    """Names of the columns, as Nexus writes them into a C3D file: ``EMG1.v`` and ``Force.Fx``; ``LASI_x``.

    The part before a colon is the subject's name and does not belong to the marker's; it stays where markers of two
    subjects have one name.
    """
    if not is_device:
        short = [column.above.partition(":")[2] or column.above for column in columns]
        subjects = {(column.above, name) for column, name in zip(columns, short, strict=True)}
        if len(subjects) > len({name for _, name in subjects}):
            short = _by_subject([column.above for column in columns])
        return [
            f"{name}_{column.name.lower()}" if len(column.name) == 1 else name or column.name
            for column, name in zip(columns, short, strict=True)
        ]
    outputs = [column.above.rpartition(" - ")[2] for column in columns]
    schemes = [
        [column.name for column in columns],
        [f"{output}.{column.name}" for output, column in zip(outputs, columns, strict=True)],
        [f"{column.above}.{column.name}" for column in columns],
    ]
    counts = [Counter(names) for names in schemes]
    return [
        next((names[at] for names, count in zip(schemes, counts, strict=True) if names[at] and count[names[at]] == 1),
             schemes[-1][at])
        for at in range(len(columns))
    ]  # fmt: skip


def _by_subject(above: Sequence[str]) -> list[str]:
    """Names with a number in place of the subject's name."""
    subjects = list(dict.fromkeys(one.partition(":")[0] for one in above if ":" in one))
    return [
        f"{subjects.index(one.partition(':')[0]) + 1}:{one.partition(':')[2]}" if ":" in one else one for one in above
    ]


def _described(column: _Column, name: str, section: _Section, *, any_unit: bool) -> tuple[str | None, str | None]:
    """Unit and kind of a column."""
    if section.name == "Devices":
        unit, kind = described(name, column.unit, any_unit=any_unit)
        if _CENTRE.search(column.above) or (unit and unit in UNITS and UNITS[unit][0] == "N·m"):
            kind = "MISC"
        return unit, kind
    unit = known_unit(column.unit)
    if unit is None:
        return "n/a", "MISC"
    # what a model makes of an EMG is no recorded one
    return unit, "MISC" if UNITS[unit][0] == "V" else None


def _events(section: _Section) -> tuple[Event, ...]:
    """The events, whose side is in ``context``; the names of subjects are not taken."""
    if len(section.lines) < 3:
        return ()
    head = [cell.lower() for cell in split(section.lines[2], section.sep)]
    places = {key: head.index(key) for key in ("context", "name", "time (s)") if key in head}
    if "time (s)" not in places:
        return ()
    events = []
    for position, line in enumerate(section.lines[3:]):
        cells = [*split(line, section.sep), *[""] * len(head)]
        try:
            onset = float(cells[places["time (s)"]].replace(",", "."))
        except ValueError:
            onset = math.nan
        if not math.isfinite(onset):
            raise FormatError(
                "An event of the Nexus file has no time", where=f"{section.place}, row {section.row + 3 + position}",
                allowed="seconds", got=repr(line[:60]),
            )  # fmt: skip
        context = cells[places["context"]] if "context" in places else ""
        label = (cells[places["name"]] if "name" in places else "") or f"event {position + 1}"
        events.append(Event(onset=onset, duration=0.0, label=label, columns={"context": context} if context else {}))
    return tuple(sorted(events, key=lambda event: event.onset))
