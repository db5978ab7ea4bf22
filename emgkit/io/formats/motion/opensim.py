"""OpenSim storage and motion files (``.sto``, ``.mot``): a header up to ``endheader``, then a table with a time column.

The format has no units but for angles, of which ``inDegrees`` says whether they are degrees. What the names of the
columns give away is taken (``_tx`` is a translation in m, ``_vx`` of a ground reaction force in N …); the rest are
numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

from emgkit.errors import FileError, FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._kinds import kind_of
from emgkit.io._numbers import check_last_cell
from emgkit.io._text import SPACES, Rows, complete_table, decoded, shortened
from emgkit.io._time_axis import time_axis

__all__ = ["load"]

_LONGEST_HEADER = 500
# a spreadsheet fills its rows up with signs that separate cells
_BLANKS = " \t\r,;"
# name of a column -> unit and kind; the first that fits
_NAMES = (
    # activations, lengths and what else is in a state of the model
    (
        re.compile(r"^/?forceset/|/(?:activation|excitation|fiber_length)$|\.(?:activation|fiber_length)$"),
        "n/a",
        "MISC",
    ),
    (re.compile(r"_t[xyz](?:/speed|_u)$"), "m/s", "VEL"),
    (re.compile(r"(?:force|grf)\w*_v[xyz]$|(?<!tendon)_force$|^F[xyz]\d*$", re.IGNORECASE), "N", "FORCE"),
    (re.compile(r"force\w*_p[xyz]$", re.IGNORECASE), "m", "MISC"),
    (re.compile(r"torque\w*_[xyz]$|_moment$", re.IGNORECASE), "N·m", "MISC"),
    (re.compile(r"_t[xyz](?:/value)?$", re.IGNORECASE), "m", "POS"),
)
# how the rate of change of a coordinate is called
_SPEED = re.compile(r"/speed$|_u$")
# what a file of EMG is called on its first line or by its name: its columns are asked for their unit
_EMG = re.compile(r"emg|electromyogra|excitation", re.IGNORECASE)
# what a file of coordinates is called on its first line
_COORDINATES = re.compile(r"coordinates|kinematics|(?<![a-z])ik(?![a-z])", re.IGNORECASE)
# how coordinates of joints are called in the models that most laboratories use
_JOINT = re.compile(
    r"/value$|flexion|extension|adduction|abduction|rotation|bending|_tilt|_list|_angle|pro_sup|elv|obliquity"
    r"|(?:hip|knee|ankle|subtalar|mtp|elbow|wrist|arm)(?:_\w+)?_[lr]$",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class _Header:
    """Title, names of the columns with time first, unit of angles, and index of the first row of numbers."""

    title: str
    names: list[str]
    angle: str | None
    n_rows: int | None
    first: int
    sep: str


def load(path: Path) -> FileContent:
    """What an OpenSim file says.

    Raises
    ------
    FileError
        The file is empty.
    FormatError
        The header is damaged or contradicts the table, the file is cut off, a cell is not a number, or the times are
        uneven.
    """
    where = str(path)
    if not path.stat().st_size:
        raise FileError("The file is empty", where=where, got="0 bytes")
    text = decoded(path)
    lines = text.split("\n")
    header = _header(lines, where=where)
    rows = [line.strip() if header.sep == SPACES else line.rstrip() for line in lines[header.first :]]
    while rows and not rows[-1]:
        rows.pop()
    if not rows or (header.n_rows is not None and len(rows) < header.n_rows):
        raise FormatError(
            "The OpenSim file is cut off", where=f"{where}, row {header.first + len(rows)}",
            allowed=f"{header.n_rows or 'some'} rows of numbers, as the header says", got=f"{len(rows)} rows",
            hint="Copy or export the file again",
        )  # fmt: skip
    cells = Rows(
        body="\n".join(rows), sep=header.sep, decimal=".", names=header.names, first_row=header.first + 1,
        where=where, open_end=not text.endswith("\n"),
    )  # fmt: skip
    check_last_cell(cells)
    table = complete_table(cells)
    doubled = len(table) > 2 and bool(table[-1, 0] == table[-2, 0])
    if doubled:
        table = table[:-1]
    axis = time_axis(table[:, 0], "s", where=where, first_row=header.first + 1)
    asks = _EMG.search(f"{header.title} {path.stem}") is not None
    labels = numbered(header.names[1:])
    signals = tuple(
        _signal(label, name, Signal(label=label, values=series, sfreq=axis.sfreq, start=axis.start), header, asks=asks)
        for label, name, series in zip(labels, header.names[1:], table[:, 1:].T, strict=True)
    )
    twice = Notice(code="row-twice", text="The last row has the time of the row before it, and was left out.")
    return FileContent(
        signals=signals, notices=(*axis.notices, *[twice] * doubled, *_notices(signals))
    )  # fmt: skip


def _header(lines: list[str], *, where: str) -> _Header:
    end = next(
        (at for at, line in enumerate(lines[:_LONGEST_HEADER]) if line.strip(_BLANKS).lower() == "endheader"), None
    )
    if end is None or end + 1 >= len(lines):
        raise FormatError(
            "The OpenSim header does not end", where=f"{where}, row {min(len(lines), _LONGEST_HEADER)}",
            allowed="a row 'endheader' above the table", got=repr(lines[min(len(lines), _LONGEST_HEADER) - 1][:60]),
        )  # fmt: skip
    pairs: dict[str, str] = {}
    for line in lines[:end]:
        found = re.match(r"\s*(\w+)\s*(?:=\s*|\s)(.*)", line)
        if found:
            pairs.setdefault(found[1].lower(), found[2].strip(_BLANKS))
    head = next((at for at in range(end + 1, min(end + 10, len(lines))) if lines[at].strip()), end + 1)
    sep = next((sign for sign in ("\t", ",", ";") if sign in lines[head].strip()), SPACES)
    names = lines[head].split() if sep == SPACES else lines[head].rstrip().split(sep)
    names = [name.strip() for name in names]
    # a row of blanks has no names at all
    if not names or names[0].lower() != "time":
        raise FormatError(
            "The table of an OpenSim file begins with its times", where=f"{where}, row {head + 1}",
            allowed="a first column 'time'", got=repr(lines[head][:60]),
        )  # fmt: skip
    names = _vectors(names, pairs.get("datatype", "double").lower(), row=head + 1, where=where)
    stated = _count(pairs.get("ncolumns") or pairs.get("datacolumns"))
    # some programs do not count the column of times
    if stated is not None and stated not in (len(names), len(names) - 1):
        raise FormatError(
            "The header of the OpenSim file contradicts its table", where=f"{where}, row {head + 1}",
            allowed=f"{stated} columns, as the header says", got=f"{len(names)} names",
        )  # fmt: skip
    degrees = pairs.get("indegrees", "").lower()
    # SIMM, whose header counts data columns, has degrees and no word on it
    angle = {"yes": "deg", "no": "rad"}.get(degrees, "deg" if "datacolumns" in pairs else None)
    return _Header(
        title=lines[0].strip(_BLANKS), names=names, angle=angle,
        n_rows=_count(pairs.get("nrows") or pairs.get("datarows")), first=head + 1, sep=sep,
    )  # fmt: skip


def _vectors(names: list[str], kind: str, *, row: int, where: str) -> list[str]:
    if kind == "double":
        return names
    raise FormatError(
        "The cells of the OpenSim file are vectors", where=f"{where}, row {row}", allowed="DataType=double",
        got=f"DataType={kind[:40]}", hint="Write it with one number a cell (flatten() of a TimeSeriesTable)",
    )  # fmt: skip


def _count(text: str | None) -> int | None:
    return int(text[:9]) if text and text.isascii() and text.isdigit() else None


def _signal(label: str, name: str, signal: Signal, header: _Header, *, asks: bool) -> Signal:
    """The signal with the unit and kind that its name gives away; without a unit where the user is to be asked."""
    for pattern, unit, kind in _NAMES:
        if pattern.search(name):
            return replace(signal, unit=unit, kind=kind, unit_source="heuristic", kind_source="heuristic")
    if _SPEED.search(name):
        unit = "n/a" if header.angle is None else f"{header.angle}/s"
        return replace(signal, unit=unit, kind="MISC", unit_source="heuristic", kind_source="heuristic")
    is_coordinate = "/" not in name and _COORDINATES.search(header.title) is not None
    if header.angle is not None and not asks and (is_coordinate or _JOINT.search(name)):
        return replace(signal, unit=header.angle, kind="JNTANG", kind_source="heuristic")
    if asks or kind_of(label, None) in ("EMG", "ECG"):
        return signal
    return replace(signal, unit="n/a", unit_source="heuristic")


def _notices(signals: tuple[Signal, ...]) -> tuple[Notice, ...]:
    bare = [signal.label for signal in signals if signal.unit == "n/a"]
    guessed = [signal for signal in signals if signal.unit_source == "heuristic" and signal.unit != "n/a"]
    likely = [signal.label for signal in guessed if not str(signal.unit).endswith("/s")]
    speeds = [signal.label for signal in guessed if signal.label not in likely]
    notices = []
    if likely:
        text = "The file gives no units but for angles; by their names "
        text += f"{shortened(likely)} were taken to be in m, N or N·m."
        notices.append(Notice(code="unit-likely", text=text))
    if speeds:
        text = f"The file gives no units of rates of change; {shortened(speeds)} were taken to be in the unit of the "
        text += "coordinate for each second."
        notices.append(Notice(code="unit-likely", text=text))
    if bare:
        text = f"Kept as numbers without a unit, of which the file has none: {shortened(bare)}."
        hint = f"Say units={{{bare[0]!r}: 'mV'}} where you know it."
        notices.append(Notice(code="unit-unknown", text=text, hint=hint))
    return tuple(notices)
