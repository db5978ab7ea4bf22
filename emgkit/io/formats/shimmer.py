"""CSV files of Shimmer's Consensys: a line that names the separator, a line of names, a line of units, then rows.

Names are ``<device>_<signal>_CAL`` (calibrated) or ``_RAW`` (counts). The times are Unix times in ms; the rate comes
from a straight line through them, as in other text files.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, numbered
from emgkit.io._text import Rows, complete_table, decoded
from emgkit.notation import counted, number
from emgkit.units import as_unit

__all__ = ["load"]

_SEPARATOR = re.compile(r'"?sep=(?P<sep>\\t|\t|,|;)"?')
_TIME = re.compile(r"time_?stamp|timestamp|system_?time", re.IGNORECASE)
_EMG = re.compile(r"EMG|ExG\d*_CH\d", re.IGNORECASE)
_KINDS = (
    (_EMG, "EMG"),
    (re.compile(r"ECG", re.IGNORECASE), "ECG"),
    (re.compile(r"Accel", re.IGNORECASE), "ACCEL"),
    (re.compile(r"Gyro", re.IGNORECASE), "GYRO"),
    (re.compile(r"Mag_", re.IGNORECASE), "MAGN"),
)
_UNITS = {"m/(s^2)": "m/s^2", "m/(sec^2)*": "m/s^2", "m/(sec^2)": "m/s^2", "deg/sec": "deg/s", "deg/sec*": "deg/s"}
# a clock printed in ms, and packets of a radio link, put a time off its sample by so much of an interval
_JITTER = 5.0


def load(path: Path) -> FileContent:
    """What a Consensys CSV says.

    Raises
    ------
    FormatError
        The header is damaged, a cell is not a number, or the times show lost samples.
    """
    where = str(path)
    lines = decoded(path).split("\n")
    found = _SEPARATOR.fullmatch(lines[0].strip("\ufeff \t"))
    if found is None or len(lines) < 4:
        raise FormatError("The header of the Consensys file cannot be read", where=where, allowed='a line "sep=\\t"')
    sep = found["sep"].replace("\\t", "\t")
    labels, units = (_cells(line, sep) for line in lines[1:3])
    rows = [line.rstrip(f"{sep} ") for line in lines[3:] if line.strip()]
    if len(labels) != len(units) or not rows:
        raise FormatError(
            "The header and the units of the Consensys file do not fit together",
            where=f"{where}, row 3",
            allowed=f"{counted(len(labels), 'unit')} and rows of numbers",
            got=f"{counted(len(units), 'unit')}, {counted(len(rows), 'row')}",
        )
    names = numbered(labels)
    table = complete_table(Rows(body="\n".join(rows), sep=sep, decimal=".", names=names, first_row=4, where=where))
    times = [place for place, label in enumerate(labels) if _TIME.search(label)]
    if not times:
        raise FormatError("The file has no column of times", where=where, allowed="a name with Timestamp")
    rate, notice = _rate(table[:, times[0]], units[times[0]], where=where)
    signals = []
    for place, (label, unit) in enumerate(zip(names, units, strict=True)):
        if place not in times:
            values = np.ascontiguousarray(table[:, place])
            signals.append(_signal(label, unit, values, rate))
    return FileContent(signals=tuple(signals), notices=(notice,) if notice else ())


def _cells(line: str, sep: str) -> list[str]:
    return [cell.strip('" ') for cell in line.rstrip(f"{sep} ").split(sep)]


def _signal(label: str, unit: str, values: NDArray[np.float64], rate: float) -> Signal:
    """A channel; counts (``_RAW``) and what has an unknown unit are no EMG."""
    kind = next((kind for pattern, kind in _KINDS if pattern.search(label)), "MISC")
    known = as_unit(_UNITS.get(unit, unit))
    if label.upper().endswith("_RAW") or unit.lower() == "no_units" or (known is None and kind != "EMG"):
        return Signal(label=label, values=values, unit="n/a", kind="MISC", sfreq=rate)
    return Signal(label=label, values=values, unit=known or unit, kind=kind, sfreq=rate, sfreq_source="heuristic")


def _rate(times: NDArray[np.float64], unit: str, *, where: str) -> tuple[float, Notice | None]:
    """The rate of a straight line through the times, and a notice of their jitter."""
    per_second = {"ms": 1e3, "s": 1.0, "secs": 1.0, "us": 1e6}.get(unit.lower(), 1e3)
    seconds = (times - times[0]) / per_second
    n = np.arange(times.size)
    slope, begin = np.polyfit(n, seconds, 1) if times.size > 2 else (0.0, 0.0)
    off = float(np.abs(seconds - (begin + slope * n)).max() / slope) if slope > 0 else np.inf
    if not off <= _JITTER:
        worst = int(np.argmax(np.abs(np.diff(seconds)))) if times.size > 1 else 0
        raise FormatError(
            "The times are not evenly spaced: samples are missing, or the clock jumped",
            where=f"{where}, row {worst + 5}",
            allowed=f"times within {number(_JITTER)} intervals of a straight line",
            got=f"{off:.3g} intervals off" if np.isfinite(off) else "times that do not go on",
            hint="Use the part before or after, as a file of its own",
        )
    rate = 1 / slope
    if not 0.1 <= rate <= 1e6:
        raise FormatError(
            "The times give no possible sampling rate", where=where, allowed="0.1 Hz to 1 MHz", got=f"{rate:g} Hz"
        )
    if off < 0.5:
        return rate, None
    text = f"The times of the file lie up to {off:.2g} intervals off a straight line; the rate is that of the line."
    return rate, Notice(code="time-jitter", text=text)
