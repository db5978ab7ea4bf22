"""What the streams of an XDF file hold: signals where a stream is regular, events where it is not.

The clocks of the streams are brought together by their clock offsets, as pyxdf does it. Nothing is resampled, and no
time stamp is smoothed: a stream has the rate of the straight line through its time stamps, and where they jump it is
cut into recordings of their own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import SAME_RATE, FileContent, Signal, kind_of, numbered
from emgkit.io._extras import library, silent
from emgkit.io._text import shortened
from emgkit.io.formats.xdf.chunks import checked
from emgkit.notation import counted, number
from emgkit.units import as_unit

__all__ = ["load"]

# a step between two time stamps that is longer than usual by so many seconds and intervals is a break
_BREAK_SECONDS, _BREAK_INTERVALS = 0.1, 2.0
_MOST_PARTS = 20
# off a straight line by more than this share of an interval is told, by more than so many seconds refused
# seconds: thirty million years, of which a number still holds the tenths
_LATEST = 1e15
_JITTER, _MOST_OFF = 0.5, 0.5
_KINDS = (
    ("EMG", re.compile(r"s?emg", re.IGNORECASE)),
    ("ECG", re.compile(r"e[ck]g", re.IGNORECASE)),
    ("EEG", re.compile(r"eeg", re.IGNORECASE)),
    ("ACCEL", re.compile(r"acc.*", re.IGNORECASE)),
    ("GYRO", re.compile(r"gyr.*", re.IGNORECASE)),
    ("MAGN", re.compile(r"mag.*", re.IGNORECASE)),
    ("TRIG", re.compile(r"trig.*|stim.*|marker.*|ttl", re.IGNORECASE)),
    ("FORCE", re.compile(r"force.*", re.IGNORECASE)),
    ("MISC", re.compile(r"misc|aux.*|audio|gaze|data|counter|battery|temp.*", re.IGNORECASE)),
)


@dataclass(frozen=True, kw_only=True)
class _Stream:
    """A stream as the library gives it: values (n_samples, n_channels) or rows of texts, with their times (s)."""

    name: str
    kind: str
    nominal: float
    labels: tuple[str, ...]
    types: tuple[str, ...]
    units: tuple[str, ...]
    values: Any
    times: NDArray[np.float64]

    @property
    def is_regular(self) -> bool:
        """Whether it holds numbers at a rate."""
        return self.nominal > 0 and isinstance(self.values, np.ndarray)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Samples without a break: the first and the one behind the last, with the line through their times."""

    first: int
    last: int
    sfreq: float
    start: float
    off: float


def load(path: Path) -> FileContent:
    """What an XDF file says.

    Raises
    ------
    FormatError
        pyxdf is not installed, or the file is damaged, is cut off, or has no signal with even times.
    """
    where = str(path)
    pyxdf = library("pyxdf", extra="xdf", where=where)
    raw, counts = checked(path)
    try:
        with silent("pyxdf"):
            found, _ = pyxdf.load_xdf(io.BytesIO(raw), synchronize_clocks=True, dejitter_timestamps=False)
        streams = [_stream(one) for one in found]
        synchronised = sum(bool(len(one["clock_times"])) for one in found)
    except Exception as problem:  # the library ends in many kinds of errors on damaged files
        raise FormatError(
            "The XDF file is damaged", where=where, got=f"{type(problem).__name__}: {str(problem)[:160]}"
        ) from None
    notices = list(_dropped([counts[one["info"]["stream_id"]] for one in found], streams))
    empty = [one.name for one in streams if not one.times.size]
    if empty:
        notices.append(Notice(code="stream-empty", text=f"Left out, since they hold no sample: {shortened(empty)}."))
    filled = [one for one in streams if one.times.size]
    if any(not np.isfinite(one.times).all() for one in filled):
        raise FormatError("A time stamp is not a number", where=where, allowed="seconds")
    zero = min((float(one.times.min()) for one in filled), default=0.0)
    text = f"Times are seconds since the first time stamp of the file; the clocks of {synchronised} of "
    text += f"{counted(len(streams), 'stream')} were brought together by their clock offsets."
    notices.append(Notice(code="times-synchronised", text=text))
    signals: list[Signal] = []
    for one in filled:
        if one.is_regular:
            more, told = _signals(one, zero, where=where)
            signals += more
            notices += told
    events = tuple(sorted((e for one in filled for e in _events(one, zero)), key=lambda e: e.onset))
    notices += _left_out(filled)
    if not signals:
        raise FormatError(
            "The XDF file holds no signal", where=where, allowed="a stream of numbers at a rate, with samples",
            got=shortened(one.name for one in filled) if filled else "streams without samples",
        )  # fmt: skip
    labels = numbered(signal.label for signal in signals)
    named = tuple(replace(signal, label=label) for signal, label in zip(signals, labels, strict=True))
    return FileContent(signals=named, events=events, notices=tuple(notices))


def _stream(found: Mapping[str, Any]) -> _Stream:
    info = found["info"]
    channels = [dict(one) for one in _inside(info.get("desc"), "channels", "channel")]
    count = int(info["channel_count"][0])
    if len(channels) != count:
        channels = [{} for _ in range(count)]
    name = _first(info, "name") or "stream"
    return _Stream(
        name=name,
        kind=_first(info, "type"),
        nominal=float(info["nominal_srate"][0]),
        labels=tuple(_first(one, "label") or (name if count == 1 else f"{name} {place}")
                     for place, one in enumerate(channels, start=1)),
        types=tuple(_first(one, "type") for one in channels),
        units=tuple(_first(one, "unit") for one in channels),
        values=found["time_series"],
        times=np.asarray(found["time_stamps"], dtype=np.float64),
    )  # fmt: skip


def _inside(value: Any, *keys: str) -> list[Mapping[str, Any]]:
    """The elements of that path in a description."""
    for key in keys:
        first = value[0] if isinstance(value, list) and value else None
        value = first.get(key) if isinstance(first, Mapping) else None
    return [one for one in value or [] if isinstance(one, Mapping)]


def _first(element: Mapping[str, Any], key: str) -> str:
    texts = element.get(key)
    text = texts[0] if isinstance(texts, list) and texts else None
    return " ".join(text.split()) if isinstance(text, str) else ""


def _dropped(counts: list[int], streams: list[_Stream]) -> Iterator[Notice]:
    """A notice on samples that the library takes for garbage behind the end of a stream."""
    for count, stream in zip(counts, streams, strict=True):
        if stream.times.size < count:
            text = f"{counted(count - stream.times.size, 'sample')} at the end of {stream.name!r} left out: a clock "
            text += "offset that cannot be right stands beside them, and the file does not count them."
            yield Notice(code="samples-left-out", text=text)


def _left_out(streams: list[_Stream]) -> list[Notice]:
    """A notice on streams of real numbers without a rate, which are neither signals nor events."""
    names = [one.name for one in streams if not one.is_regular and _is_irregular_signal(one)]
    if not names:
        return []
    text = f"Left out, since they have no rate and are no events: {shortened(names)}."
    return [Notice(code="stream-left-out", text=text)]


def _is_irregular_signal(one: _Stream) -> bool:
    return isinstance(one.values, np.ndarray) and (one.values.dtype.kind == "f" or one.values.shape[1] > 1)


# --- signals -----------------------------------------------------------------------------------------


def _signals(one: _Stream, zero: float, *, where: str) -> tuple[list[Signal], list[Notice]]:
    """The signals of a regular stream, in as many parts as its times have, with what is told of them."""
    parts, alone = _parts(one, where=where)
    notices = []
    if len(parts) > 1:
        gaps = [parts[i + 1].start - float(one.times[parts[i].last - 1]) for i in range(len(parts) - 1)]
        text = f"The times of {one.name!r} jump: it is {len(parts)} recordings, with {number(round(max(gaps), 3))} s "
        text += "between two of them at most."
        notices.append(Notice(code="parts", text=text))
    if alone:
        text = f"{counted(alone, 'sample')} of {one.name!r} stand alone between jumps of its times: left out."
        notices.append(Notice(code="samples-left-out", text=text))
    rates = [part.sfreq for part in parts]
    if any(abs(rate / one.nominal - 1) > SAME_RATE for rate in rates):
        text = f"{one.name!r} says {number(one.nominal)} Hz; its time stamps give "
        text += f"{', '.join(number(round(rate, 4)) for rate in rates[:4])} Hz, which is taken."
        notices.append(Notice(code="rate-contradiction", text=text))
    worst = max(parts, key=lambda part: part.off)
    if worst.off > _JITTER:
        text = f"The time stamps of {one.name!r} lie up to {worst.off:.2g} intervals ({worst.off / worst.sfreq:.2g} s) "
        text += "off a straight line; the line is taken."
        notices.append(Notice(code="time-jitter", text=text))
    broken = [label for label, row in zip(one.labels, one.values.T, strict=True) if not np.isfinite(row).all()]
    if broken:
        text = f"Left out, since samples of it are not numbers: {shortened(broken)}."
        notices.append(Notice(code="samples-missing", text=text))
    signals = [
        Signal(
            label=label if len(parts) == 1 else f"{label} (part {place})",
            values=np.ascontiguousarray(one.values[part.first : part.last, row], dtype=np.float64),
            sfreq=part.sfreq, start=part.start - zero, sfreq_source="header", **_described(one, row),
        )
        for place, part in enumerate(parts, start=1)
        for row, label in enumerate(one.labels)
        if label not in broken
    ]  # fmt: skip
    return signals, notices


def _described(one: _Stream, row: int) -> dict[str, Any]:
    """Unit and kind of a channel; only what could be EMG or ECG is asked for a unit where none is known."""
    text = one.units[row]
    unit = as_unit(text) or (as_unit(text.lower()) if text else None)
    stated = next((kind for kind, pattern in _KINDS if pattern.fullmatch(one.types[row])), None)
    stated = stated or next((kind for kind, pattern in _KINDS if pattern.fullmatch(one.kind)), None)
    kind = stated or kind_of(one.labels[row], unit)
    if kind in ("EMG", "ECG", None) and (unit or stated):
        return {"unit": unit or text or None, "kind": kind}
    return {"unit": unit or "n/a", "kind": kind or "MISC"}


def _parts(one: _Stream, *, where: str) -> tuple[list[_Part], int]:
    """The parts without a break, and how many samples stand alone.

    Raises
    ------
    FormatError
        The times go back within a part, are uneven, or jump too often.
    """
    place = f"{where}, stream {one.name!r}"
    if one.times.size and not np.abs(one.times).max() < _LATEST:
        raise FormatError(
            "A time stamp of a stream is larger than a clock gives", where=place,
            allowed=f"below {_LATEST:.0e} s", got=f"{float(np.abs(one.times).max()):.3g} s",
        )  # fmt: skip
    steps = np.diff(one.times)
    usual = float(np.median(steps)) if steps.size else 1 / one.nominal
    longest = float(np.clip(usual, 1 / one.nominal, 2 / one.nominal))
    longest += max(_BREAK_SECONDS, _BREAK_INTERVALS / one.nominal)
    cuts = np.flatnonzero((steps > longest) | (steps < -_BREAK_SECONDS)) + 1
    if cuts.size >= _MOST_PARTS:
        raise FormatError(
            "The time stamps of a stream jump too often", where=place, allowed=f"at most {_MOST_PARTS} parts",
            got=f"{cuts.size + 1} parts", hint="Samples are missing, or the times are not those of the samples",
        )  # fmt: skip
    edges = [0, *cuts.tolist(), one.times.size]
    bounds = list(pairwise(edges))
    long = [(first, last) for first, last in bounds if last - first > 1]
    if not long:
        raise FormatError("A stream has no two samples in a row", where=place, allowed="at least two", got="one")
    return [_line(one, first, last, where=place) for first, last in long], len(bounds) - len(long)


def _line(one: _Stream, first: int, last: int, *, where: str) -> _Part:
    """The straight line through the times of a part."""
    times = one.times[first:last]
    samples = np.arange(times.size) - (times.size - 1) / 2
    with np.errstate(over="ignore", invalid="ignore"):  # of times that are no times; they are refused below
        middle = float(times.mean())
        step = float(samples @ (times - middle) / (samples @ samples))
        away = np.abs(times - middle - step * samples).max() if step > 0 else np.inf
    if not (step > 0 and away <= max(_MOST_OFF, step)):
        raise FormatError(
            "The time stamps of a stream are not evenly spaced", where=where,
            allowed=f"times within {number(_MOST_OFF)} s of a straight line",
            got=f"{away:.3g} s off" if np.isfinite(away) else "times that do not go on",
            hint="Samples are missing, or the times are not those of the samples",
        )  # fmt: skip
    # what the jitter leaves uncertain of the rate
    nominal = 1 / one.nominal
    is_nominal = abs(step / nominal - 1) <= SAME_RATE and abs(step - nominal) * times.size < _JITTER * nominal
    return _Part(
        first=first, last=last, sfreq=one.nominal if is_nominal else 1 / step,
        start=middle + step * float(samples[0]), off=float(away) / step,
    )  # fmt: skip


# --- events ------------------------------------------------------------------------------------------


def _events(one: _Stream, zero: float) -> Iterator[Event]:
    """The events of a stream of texts, or of single whole numbers without a rate."""
    if one.is_regular or _is_irregular_signal(one):
        return
    for time, row in zip(one.times.tolist(), one.values, strict=True):
        label = "; ".join(str(value) for value in row).strip() or one.name
        yield Event(onset=time - zero, duration=0.0, label=label, columns={"stream": one.name})
