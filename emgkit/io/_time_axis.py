"""The times of a recording: a column of times as a rate and a start, and the part of a recording that is read.

A column holds seconds and their parts, Unix times, or clock times with or without a date.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import ArgumentError, FormatError, Notice, UnitError
from emgkit.io._assembly import FileContent, Signal
from emgkit.io._text import SPACES, shortened, split
from emgkit.notation import number

__all__ = ["CLOCK", "DATE", "DATE_AND_CLOCK", "TimeAxis", "Window", "clocks_to_microseconds", "is_second",
           "is_time_name", "time_axis", "time_column"]  # fmt: skip

_TIME_NAMES = {
    "time", "times", "t", "zeit", "temps", "tiempo", "tempo", "tijd", "timestamp", "timestamps", "x", "sec", "seconds",
    "segundos", "time stamp", "elapsed time", "elapsed", "unix time", "unixtime", "unix", "unix timestamp", "epoch",
    "datetime", "date time", "date/time", "clock", "clock time", "uhrzeit", "hora", "heure",
}  # fmt: skip
_SECOND = {
    "s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "msec": 1e-3, "milliseconds": 1e-3,
    "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "microseconds": 1e-6, "ns": 1e-9, "nanoseconds": 1e-9,
}  # fmt: skip
_DATE = r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2}))"
_CLOCK = (
    r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,2}):(?P<seconds>\d{2})(?:[.,](?P<fraction>\d+)|:(?P<millis>\d{3}))?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
)
DATE = re.compile(_DATE)
CLOCK = re.compile(_CLOCK)
DATE_AND_CLOCK = re.compile(rf"(?P<date>{_DATE})(?:[T ]\s*){_CLOCK}(?:Z|[+-]\d\d:?\d\d)?")
# a sampling interval up to this is one in seconds (50 Hz and more), up to 20 one in milliseconds
_LONGEST_STEP = 0.02
_TRIGNO_FRAME = 0.0135
# seconds since 1970 of the years 2000 to 2100
_UNIX = (946_684_800.0, 4_102_444_800.0)
_DAY = 86_400_000_000
# a time further than this from a straight line, in samples, could be that of another sample
_MOST_AWAY = 0.45
# jitter below this share of a step is not worth a notice
_LEAST_JITTER = 0.01


@dataclass(frozen=True, kw_only=True)
class TimeAxis:
    """Rate (Hz) and start (s) of a column of times, with what is doubtful in it."""

    sfreq: float
    start: float
    notices: tuple[Notice, ...]


def is_time_name(name: str) -> bool:
    """Whether a column of that name holds times."""
    return name.strip().lower() in _TIME_NAMES


def is_second(unit: str) -> bool:
    """Whether a unit is a second or a part of one."""
    return unit in _SECOND


def time_column(names: Sequence[str], parts: Sequence[tuple[str, str | None]], *, where: str) -> int | None:
    """The position of the column of times; None without one.

    Raises
    ------
    FormatError
        More than one column holds times.
    """
    clocks = [
        index
        for index, (name, unit) in enumerate(parts)
        if is_time_name(name) and (unit in _SECOND or (unit is None and name.lower() != "x"))
    ]
    if len(clocks) > 1:
        raise FormatError(
            "The file has more than one column of times", where=where, allowed="one column of times for all channels",
            got=shortened(names[index] for index in clocks), hint="Export one time column, or one file for each rate",
        )  # fmt: skip
    return clocks[0] if clocks else None


# --- clock times -----------------------------------------------------------------------------------


def clocks_to_microseconds(
    body: str, sep: str, *, names: Sequence[str], first_row: int, where: str
) -> tuple[str, int | None, list[int]]:
    """The rows with their clock times as whole microseconds since midnight of the first day.

    Returns
    -------
    body : str
        The rows; a cell that is no clock time is left as it is. Dates are 0.
    clock : int, optional
        Position of the column of clock times; None without one.
    dates : list of int
        Positions of columns that hold dates alone.

    Raises
    ------
    FormatError
        A date changes where the clock does not pass midnight.
    """
    first = split(body.partition("\n")[0], sep)
    found = [index for index, cell in enumerate(first) if CLOCK.fullmatch(cell) or DATE_AND_CLOCK.fullmatch(cell)]
    # 1.2.24 is a date only where a clock time stands beside it
    dates = [index for index, cell in enumerate(first) if DATE.fullmatch(cell)] if found else []
    if not found:
        return body, None, []
    if len(found) > 1:
        raise FormatError(
            "The file has more than one column of clock times", where=where, allowed="one column of times",
            got=shortened(names[index] if index < len(names) else f"column {index + 1}" for index in found),
        )  # fmt: skip
    clock, rows, days, before, day = found[0], [], 0, -1, ""
    for position, line in enumerate(body.split("\n")):
        cells = split(line, sep) if '"' in line or sep == SPACES else line.split(sep)
        match = _clock(cells[clock].strip()) if len(cells) == len(first) else None
        if match is None:
            rows.append(line)
            continue
        date = " ".join([match["date"] or "", *(cells[index].strip() for index in dates)])
        at = _microseconds(match)
        midnight = before - at > _DAY // 2
        if position and date != day and not midnight:
            raise FormatError(
                "The date changes where the clock does not pass midnight",
                where=f"{where}, row {first_row + position}", allowed="one recording without a gap",
                got=f"{day.strip()!r} and then {date.strip()!r}", hint="Make a file of each recording",
            )  # fmt: skip
        days += midnight
        before, day = at, date
        cells[clock] = str(at + days * _DAY)
        for index in dates:
            cells[index] = "0"
        rows.append(_joined(cells, sep))
    return "\n".join(rows), clock, dates


def _clock(cell: str) -> dict[str, str | None] | None:
    match = DATE_AND_CLOCK.fullmatch(cell) or CLOCK.fullmatch(cell)
    return {"date": None, **match.groupdict()} if match else None


def _joined(cells: list[str], sep: str) -> str:
    if sep == SPACES:
        return " ".join(cells)
    return sep.join(f'"{cell}"' if sep in cell and cell[:1] != '"' else cell for cell in cells)


def _microseconds(match: dict[str, str | None]) -> int:
    hours = int(match["hours"] or 0)
    if match["half"]:
        hours = hours % 12 + (12 if match["half"] in "Pp" else 0)
    fraction = (match["fraction"] or match["millis"] or "").ljust(6, "0")[:6]
    return ((hours * 60 + int(match["minutes"] or 0)) * 60 + int(match["seconds"] or 0)) * 1_000_000 + int(fraction)


# --- the straight line -----------------------------------------------------------------------------


def time_axis(times: NDArray[np.float64], unit: str | None, *, where: str, first_row: int) -> TimeAxis:
    """Rate and start from a column of times, which must lie on a straight line.

    Parameters
    ----------
    times : ndarray, shape (n_rows,)
        The times as they stand in the file.
    unit : str, optional
        Their unit; None is guessed from the steps, with a notice.
    where : str
        The file.
    first_row : int
        Number of the first row in the file, for messages.

    Raises
    ------
    FormatError
        The times go back, stand still, have gaps, come in bursts or jitter by nearly half a sample.
    UnitError
        The unit cannot be guessed.
    """
    if times.size < 2:
        raise FormatError("One row gives no sampling rate", where=where, allowed="at least two rows", got="1 row")
    since = times - times[0]
    samples = np.arange(times.size, dtype=np.float64)
    mean_step = float(since[-1]) / (times.size - 1)
    ends = _largest(since - mean_step * samples)
    samples -= (times.size - 1) / 2
    away = since - since.mean()
    step = float(samples @ away / (samples @ samples))
    # one sample missing moves the times by at least half a step away from a straight line
    away -= step * samples
    furthest = _largest(away)
    even = step > 0 and mean_step > 0 and max(ends, furthest) <= _MOST_AWAY * step
    if not even or (times[1:] < times[:-1]).any():
        raise _uneven(times, step, away, where=where, first_row=first_row)
    unit, notices = (unit, ()) if unit is not None else _likely_unit(float(times[0]), step, where=where)
    factor = _SECOND[unit]
    if not step * factor >= np.finfo(np.float64).tiny:
        raise FormatError("The times are too close to one another for a rate", where=where, got=f"{step:.3g} {unit}")
    resolution = max(_resolution(times), float(np.spacing(_largest(times))))
    if unit == "us" and not (times % 1000).any():
        resolution = max(resolution, 1000.0)  # clock times that show milliseconds
    jitter = float(np.sqrt(np.mean(away**2)))
    # what rounding to the printed digits or the jitter leaves uncertain of the slope
    tolerance = max(resolution / float(since[-1]), 3 * jitter * np.sqrt(12 / times.size**3) / step)
    sfreq = _rounded(1 / (step * factor), tolerance)
    if furthest > max(0.6 * resolution, _LEAST_JITTER * step):
        text = (
            f"The times jitter by {number(float(f'{1000 * factor * jitter:.2g}'))} ms (SD) around a straight line; "
            f"the rate is the slope of that line, {number(sfreq)} Hz."
        )
        notices = (*notices, Notice(code="time-jitter", text=text))
    return TimeAxis(sfreq=sfreq, start=float(times[0]) * factor, notices=notices)


def _largest(values: NDArray[np.float64]) -> float:
    """The largest size of a number."""
    return max(float(values.max()), -float(values.min()))


def _uneven(
    times: NDArray[np.float64], step: float, away: NDArray[np.float64], *, where: str, first_row: int
) -> FormatError:
    """The error for times that are not on a straight line: where they leave it, and what that looks like."""
    steps = np.diff(times)
    usual = float(np.median(steps))
    row = int(np.argmax(np.abs(steps - usual)))
    others = np.delete(steps, row)
    regular = usual > 0 and others.size > 0 and bool((np.abs(others - usual) <= 0.35 * usual).mean() > 0.9)
    back = int((steps < 0).sum())
    if 0 < back <= max(1, 0.02 * steps.size):
        row = int(np.argmax(steps < 0))
        hint = "The times go back there; export the file again, or make a file of each part"
    elif not back and usual < 0.6 * step:
        between = steps > step
        size, row = round(times.size / (1 + int(between.sum()))), int(np.argmax(between))
        hint = (
            f"The times come in bursts of about {size} rows with nearly the same time, as from a clock printed too "
            "coarsely or a link that sends in packets: they are not the times of the samples. Cut the column and "
            "give the rate with sfreq="
        )
    elif regular and steps[row] > usual:
        lost = max(1, round(float(steps[row]) / usual) - 1)
        hint = f"About {lost} {'sample is' if lost == 1 else 'samples are'} missing there; export the file again, "
        hint += "or make a file of each part"
    elif step > 0 and not regular and usual > 0:
        jitter = float(np.sqrt(np.mean(away**2)))
        hint = (
            f"The times jitter by {number(float(f'{jitter / step:.2g}'))} samples (SD): they are not the times of the "
            "samples, or are printed with too few digits. Export the file again, or cut the column and give sfreq="
        )
    else:
        hint = "Samples are missing or doubled, or the times are printed with too few digits; export the file again"
    return FormatError(
        "The times are not evenly spaced",
        where=f"{where}, row {first_row + row + 1}",
        allowed=f"steps of {number(usual)}, as in most rows" if usual > 0 else "times that go on",
        got=f"{number(float(times[row]))} and then {number(float(times[row + 1]))}",
        hint=hint,
    )


def _likely_unit(first: float, step: float, *, where: str) -> tuple[str, tuple[Notice, ...]]:
    """The unit of times that have none: that of a date of this century, else the one that gives a usual rate."""
    for unit in ("s", "ms", "us", "ns"):
        if _UNIX[0] <= first * _SECOND[unit] <= _UNIX[1]:
            text = f"The times have no unit; from {number(first)} on they were taken for {unit} since 1970 (Unix time)."
            return unit, (Notice(code="time-unit-likely", text=text),)
    unit = "s" if step <= _LONGEST_STEP else "ms" if step <= 1000 * _LONGEST_STEP else ""
    if not unit:
        raise UnitError(
            "The unit of the times is not known", where=where, allowed="'time (s)' or 'time (ms)' in the header",
            got=f"steps of {number(step)}",
        )  # fmt: skip
    text = f"The times have no unit; their steps of {number(step)} were taken for {unit}."
    return unit, (Notice(code="time-unit-likely", text=text),)


def _resolution(times: NDArray[np.float64]) -> float:
    """The last decimal the times are printed with."""
    sample = times[:: max(1, times.size // 1000)]
    for decimals in range(10):
        scaled = sample * 10.0**decimals
        if np.allclose(scaled, np.rint(scaled), rtol=0, atol=1e-4):
            return float(10.0**-decimals)
    return 0.0


def _rounded(rate: float, tolerance: float) -> float:
    """The whole rate or the Trigno rate next to it, if the digits and the jitter of the times allow it."""
    allowed = max(1e-9, min(tolerance, 1e-4)) * rate
    candidates = [float(round(rate)), round(rate * _TRIGNO_FRAME) / _TRIGNO_FRAME]
    nearest = min(candidates, key=lambda candidate: abs(candidate - rate))
    return nearest if abs(nearest - rate) <= allowed and nearest > 0 else rate


@dataclass(frozen=True, kw_only=True)
class Window:
    """The part of a recording that is read.

    Parameters
    ----------
    start, stop : float
        Seconds from the beginning of the recording; a sample at `stop` is not in it. None is its end.
    where : str
        The file, for messages.
    """

    start: float = 0.0
    stop: float | None = None
    where: str = ""

    def __post_init__(self) -> None:
        stop = math.inf if self.stop is None else self.stop
        if not 0 <= self.start < stop:
            raise ArgumentError(
                "The part to read is empty, or begins before the recording",
                where=self.where, allowed="0 <= start < stop, in seconds from the beginning of the recording",
                got=self._stated,
            )  # fmt: skip

    @property
    def _stated(self) -> str:
        return f"start = {number(self.start)} s" + ("" if self.stop is None else f", stop = {number(self.stop)} s")

    def samples(self, n: int, sfreq: float, *, begins: float = 0.0, origin: float = 0.0) -> slice:
        """The samples within, of `n` at `sfreq` (Hz) from `begins` on, in a recording from `origin` on (s).

        Examples
        --------
        >>> Window(start=0.5, stop=2.0).samples(1500, 1000.0)
        slice(500, 1500, None)
        """
        # a thousandth of a sample absorbs the rounding of times, as in Crop
        first = max(0, math.ceil((origin + self.start - begins) * sfreq - 1e-3))
        last = n if self.stop is None else min(n, math.ceil((origin + self.stop - begins) * sfreq - 1e-3))
        return slice(min(first, n), max(last, min(first, n)))

    def cut(self, content: FileContent, *, sfreq: float | None = None) -> FileContent:
        """The content within; signals that are a part already stay as they are.

        Parameters
        ----------
        content : FileContent
            What the file says.
        sfreq : float, optional
            The rate (Hz) of signals for which the file gives none.

        Raises
        ------
        ArgumentError
            The part reaches beyond the recording, or a rate is not known.
        """
        likely = content.likely_sfreq[0] if content.likely_sfreq else None
        rates = [signal.sfreq or sfreq or likely for signal in content.signals]
        if None in rates:
            raise ArgumentError(
                "A part in seconds needs the sampling rate, which the file does not give",
                where=self.where, allowed="sfreq= beside start= and stop=", got="none",
            )  # fmt: skip
        known = [(signal, float(rate)) for signal, rate in zip(content.signals, rates, strict=True) if rate]
        is_part = any(signal.whole is not None for signal in content.signals)
        origin = content.origin if is_part else min(signal.start for signal in content.signals)
        end = max(_end(signal, rate) for signal, rate in known)
        self._check(end if is_part else end - origin, max(rate for _, rate in known))
        signals = tuple(signal if is_part else self._cut(signal, rate, origin) for signal, rate in known)
        stop = math.inf if self.stop is None else origin + self.stop
        start = origin + self.start
        positions = [signal.position or place for place, signal in enumerate(signals, start=1)]
        empty = {place: one.label for place, one in zip(positions, signals, strict=True) if not one.size}
        notices = content.notices
        if len(empty) == len(signals):
            raise ArgumentError(
                "The part to read holds no sample",
                where=self.where,
                allowed=f"a part longer than {number(1 / max(rate for _, rate in known))} s, in which a sample lies",
                got=self._stated,
            )  # fmt: skip
        if empty:
            text = f"No sample of {shortened(empty.values())} lies in the part that was read: left out."
            notices = (*notices, Notice(code="channel-left-out", text=text))
        return replace(
            content,
            signals=tuple(
                replace(one, position=place) for place, one in zip(positions, signals, strict=True) if one.size
            ),
            events=tuple(e for e in content.events if e.onset < stop and (e.end > start or e.onset >= start)),
            notices=notices,
            left_out={**content.left_out, **empty},
        )

    def _cut(self, signal: Signal, rate: float, origin: float) -> Signal:
        part = self.samples(signal.size, rate, begins=signal.start, origin=origin)
        start = signal.start + part.start / rate
        return replace(signal, values=signal.samples[part], start=start, whole=signal.size)

    def _check(self, duration: float, sfreq: float) -> None:
        least = 1e-3 / sfreq
        if self.start > duration - least or (self.stop or 0.0) > duration + least:
            raise ArgumentError(
                "The part to read reaches beyond the recording",
                where=self.where, allowed=f"0 <= start < stop <= {number(duration)} s",
                got=self._stated,
            )  # fmt: skip


def _end(signal: Signal, rate: float) -> float:
    """Second at which the whole signal ends; counted from its beginning where a part of it was read."""
    return signal.whole / rate if signal.whole is not None else signal.start + signal.size / rate
