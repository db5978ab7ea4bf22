"""Text exports of ADInstruments LabChart: lines such as ``Interval=``, ``ChannelTitle=`` and ``UnitName=``, then rows.

Where ``UnitName=`` has a ``*`` or is missing, no conversion of units is on, and the unit of a channel is that of its
``Range=``. A row begins with its time, unless the export leaves it out; a comment behind ``#*`` in a row becomes an
event. Blocks begin with the header lines anew and are separate recordings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
_INTERVAL = re.compile(r"(?P<value>[\d.,]+(?:[eE]-?\d+)?)\s*(?P<unit>s|ms|us|µs)?")
_COMMENT = re.compile(r"\t?#\*?\s?(?P<text>.*)$")
_RANGE = re.compile(r"\s*-?[\d.,]+(?:[eE][-+]?\d+)?\s*(?P<unit>.*?)\s*")
_TIME = re.compile(r"\d+(?:[.,]\d+)?")
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}


@dataclass(frozen=True, kw_only=True)
class _Header:
    sfreq: float
    titles: tuple[str, ...]
    units: tuple[str | None, ...]
    likely: tuple[bool, ...]
    first: int


def load(path: Path) -> FileContent:
    """What a LabChart text export says.

    Raises
    ------
    FormatError
        The header is damaged, the file holds several blocks, or a cell is not a number.
    """
    where = str(path)
    lines = decoded(path).split("\n")
    header = _header(lines, where=where)
    rows: list[str] = []
    comments: list[tuple[int, str]] = []
    for place, line in enumerate(lines[header.first :], start=header.first + 1):
        if _FIELD.fullmatch(line) and line.startswith("Interval="):
            raise FormatError(
                "The file holds several blocks, each a recording of its own",
                where=f"{where}, row {place}",
                hint="Export each block from LabChart as a file of its own",
            )
        if line.strip():
            comment = _COMMENT.search(line) if "#" in line else None
            comments += [(len(rows), comment["text"].strip())] if comment else []
            rows.append((line[: comment.start()] if comment else line).rstrip("\t "))
    if not rows:
        raise FormatError("The file holds no values", where=where, got="a header alone")
    columns = rows[0].count("\t") + 1
    lead = columns - len(header.titles)
    if lead not in (0, 1, 2):
        raise FormatError(
            "The header and the rows of the LabChart text do not fit together",
            where=f"{where}, row {header.first + 1}",
            allowed=f"{counted(len(header.titles), 'channel')}, and a column of times before them",
            got=counted(columns, "column"),
        )
    body = "\n".join("\t".join(row.split("\t")[lead:]) for row in rows)
    decimal = "," if "," in body and "." not in body else "."
    table = complete_table(
        Rows(
            body=body, sep="\t", decimal=decimal, names=numbered(header.titles), first_row=header.first + 1, where=where
        )
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
    guessed = [one.label for one in signals if one.unit_source == "heuristic" and one.unit != "n/a"]
    notices: tuple[Notice, ...] = ()
    if guessed:
        text = f"The unit of {shortened(guessed)} is that of the range, since the file gives no other."
        notices = (Notice(code="unit-likely", text=text),)
    return FileContent(signals=signals, events=events, notices=notices)


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
        sfreq=float(f"{1 / seconds:.12g}"), titles=titles, units=tuple(units), likely=tuple(likely), first=len(fields)
    )


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
