"""Text exports of ADInstruments LabChart: lines such as ``Interval=``, ``ChannelTitle=`` and ``UnitName=``, then rows.

Where ``UnitName=`` has a ``*`` or is missing, no conversion of units is on, and the unit of a channel is that of its
``Range=``. A row begins with its time, unless the export leaves it out; a comment behind ``#*`` in a row becomes an
event. Blocks begin with the header lines anew and are separate recordings; their ``ExcelDateTime=``, in days, says
how much later than the first one each begins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, kind_of, numbered
from emgkit.io._text import Rows, complete_table, decoded, shortened
from emgkit.notation import counted
from emgkit.units import as_unit

__all__ = ["load"]

_FIELD = re.compile(r"(?P<name>[A-Z][A-Za-z]+)=\t?(?P<value>.*)")
_INTERVAL = re.compile(r"(?P<value>\d+(?:[.,]\d*)?(?:[eE]-?\d{1,3})?)\s*(?P<unit>s|ms|us|µs)?")
_COMMENT = re.compile(r"\t?#\*?\s?(?P<text>.*)$")
_RANGE = re.compile(r"\s*-?[\d.,]+(?:[eE][-+]?\d+)?\s*(?P<unit>.*?)\s*")
_TIME = re.compile(r"\d+(?:[.,]\d+)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_DAY = 86_400.0
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}


@dataclass(frozen=True, kw_only=True)
class _Block:
    """One block of the file; `day` is when it begins, None where its times are those of the file."""

    row: int
    day: float | None
    signals: tuple[Signal, ...]
    events: tuple[Event, ...]

    @property
    def end(self) -> float:
        """The second at which its last sample lies."""
        one = self.signals[0]
        return one.start + (one.size - 1) / float(one.sfreq or 1)


@dataclass(frozen=True, kw_only=True)
class _Header:
    sfreq: float
    day: float | None
    titles: tuple[str, ...]
    units: tuple[str | None, ...]
    likely: tuple[bool, ...]
    first: int


def load(path: Path) -> FileContent:
    """What a LabChart text export says.

    Raises
    ------
    FormatError
        The header is damaged, a cell is not a number, or the header does not say when a block begins.
    """
    where = str(path)
    lines = decoded(path).split("\n")
    begins = [place for place, line in enumerate(lines) if line.startswith("Interval=")] or [0]
    if begins[0]:
        begins = [0, *begins]  # what stands above the first header is refused there
    blocks = [
        _block(lines, first, last, where=where)
        for first, last in zip(begins, [*begins[1:], len(lines)], strict=True)
    ]  # fmt: skip
    notices: tuple[Notice, ...] = ()
    if len(blocks) > 1:
        blocks = _one_after_another(blocks, where=where)
        text = f"The file holds {len(blocks)} blocks: they are {len(blocks)} recordings, each with its own beginning."
        notices = (Notice(code="parts", text=text, hint="Export a block alone where only that one is needed"),)
    signals = tuple(signal for block in blocks for signal in block.signals)
    guessed = [one.label for one in signals if one.unit_source == "heuristic" and one.unit != "n/a"]
    if guessed:
        text = f"The unit of {shortened(guessed)} is that of the range, since the file gives no other."
        notices = (*notices, Notice(code="unit-likely", text=text))
    return FileContent(signals=signals, events=tuple(one for block in blocks for one in block.events), notices=notices)


def _block(lines: list[str], first: int, last: int, *, where: str) -> _Block:
    """The signals and events of one block, whose header is line `first`, on its own times."""
    header = _header(lines[first:last], where=f"{where}, row {first + 1}" if first else where)
    top = first + header.first
    rows: list[str] = []
    comments: list[tuple[int, str]] = []
    for line in lines[top:last]:
        if line.strip():
            comment = _COMMENT.search(line) if "#" in line else None
            comments += [(len(rows), comment["text"].strip())] if comment else []
            rows.append((line[: comment.start()] if comment else line).rstrip("\t "))
    if not rows:
        raise FormatError(
            "The file holds no values", where=f"{where}, row {first + 1}" if first else where, got="a header alone"
        )
    columns = rows[0].count("\t") + 1
    lead = columns - len(header.titles)
    if lead not in (0, 1, 2):
        raise FormatError(
            "The header and the rows of the LabChart text do not fit together",
            where=f"{where}, row {top + 1}",
            allowed=f"{counted(len(header.titles), 'channel')}, and a column of times before them",
            got=counted(columns, "column"),
        )
    body = "\n".join("\t".join(row.split("\t")[lead:]) for row in rows)
    decimal = "," if "," in body and "." not in body else "."
    table = complete_table(
        Rows(body=body, sep="\t", decimal=decimal, names=numbered(header.titles), first_row=top + 1, where=where)
    )
    start = _start(rows[0], lead)
    signals = tuple(
        Signal(
            label=label, values=np.ascontiguousarray(table[:, place]), unit=unit, sfreq=header.sfreq, start=start,
            unit_source="heuristic" if likely else "header",
        )
        for place, (label, unit, likely) in enumerate(
            zip(numbered(header.titles), header.units, header.likely, strict=True)
        )
    )  # fmt: skip
    events = tuple(
        Event(onset=start + row / header.sfreq, duration=0.0, label=text or "comment") for row, text in comments
    )
    return _Block(row=first + 1, day=header.day, signals=signals, events=events)


def _one_after_another(blocks: list[_Block], *, where: str) -> list[_Block]:
    """The blocks on the time of the first one.

    Raises
    ------
    FormatError
        A block begins before the one above it ends, as where the header has no day and time.
    """
    found: list[_Block] = []
    for place, block in enumerate(blocks, start=1):
        later = 0.0
        if block.day is not None and blocks[0].day is not None:
            later = round(_DAY * (block.day - blocks[0].day), 4)
        start = later + block.signals[0].start
        if found and start < found[-1].end:
            raise FormatError(
                "The file holds several blocks, and does not say when one begins", where=f"{where}, row {block.row}",
                allowed=f"a time after {found[-1].end:.3f} s, by ExcelDateTime=", got=f"{start:.3f} s",
                hint="Export each block from LabChart as a file of its own",
            )  # fmt: skip
        signals = tuple(
            replace(one, label=f"{one.label} (part {place})", start=start) for one in block.signals
        )  # fmt: skip
        events = tuple(replace(one, onset=one.onset + later) for one in block.events)
        found.append(replace(block, signals=signals, events=events))
    return found


def _start(row: str, lead: int) -> float:
    """The second at which the first row lies, where the export has times in seconds."""
    time = row.split("\t")[0].strip() if lead == 1 else ""
    return float(time.replace(",", ".")) if _TIME.fullmatch(time) else 0.0


def _unit(text: str) -> str | None:
    text = text.strip("* ")
    return as_unit(text) or text or None


def _header(lines: list[str], *, where: str) -> _Header:
    """The lines ``Name=`` at the top of the file."""
    fields: dict[str, str] = {}
    for line in lines:
        found = _FIELD.fullmatch(line.strip("\ufeff"))
        if found is None or found["name"] in fields:
            break
        fields[found["name"]] = found["value"].rstrip()
    interval = _INTERVAL.fullmatch(fields.get("Interval", "").strip())
    titles = tuple(one.strip() for one in fields.get("ChannelTitle", "").split("\t"))
    seconds = float(interval["value"].replace(",", ".")) * _SECONDS[interval["unit"] or "s"] if interval else 0.0
    if not 1e-6 <= seconds <= 10 or not any(titles):
        raise FormatError(
            "The header of the LabChart text cannot be read",
            where=where,
            allowed="Interval= with a time such as '0.5 ms', and ChannelTitle= with a name a channel",
            got=f"Interval={fields.get('Interval', 'none')[:30]!r}, {counted(len(titles), 'title')}",
        )
    units, likely = _units(fields, titles)
    return _Header(
        sfreq=float(f"{1 / seconds:.12g}"), day=_day(fields), titles=titles, units=tuple(units), likely=tuple(likely),
        first=len(fields),
    )  # fmt: skip


def _day(fields: dict[str, str]) -> float | None:
    """When a block begins, in days; None where the times of its rows count from the beginning of the file."""
    text = fields.get("ExcelDateTime", "").strip().split("\t")[0].replace(",", ".")
    counts_anew = fields.get("TimeFormat", "").strip() in ("StartOfBlock", "")
    return float(text) if counts_anew and _NUMBER.fullmatch(text) else None


def _units(fields: dict[str, str], titles: tuple[str, ...]) -> tuple[list[str | None], list[bool]]:
    """The unit of each channel, and whether it is only that of its range."""
    given = [one.strip() for one in fields.get("UnitName", "").split("\t")]
    given = given if len(given) == len(titles) else ["*"] * len(titles)
    ranges = [_RANGE.fullmatch(one) for one in fields.get("Range", "").split("\t")]
    ranges = ranges if len(ranges) == len(titles) else [None] * len(titles)
    likely = [
        text == "*" and found is not None and bool(found["unit"]) for text, found in zip(given, ranges, strict=True)
    ]
    units = [
        _unit(found["unit"] if from_range and found else text)
        for text, found, from_range in zip(given, ranges, likely, strict=True)
    ]
    if any(units):
        # a channel without a unit among others that have one is a number, unless it is EMG
        units = [
            unit or (None if kind_of(title, None) in ("EMG", "ECG") else "n/a")
            for unit, title in zip(units, titles, strict=True)
        ]
    return units, likely
