"""AcqKnowledge recordings of BIOPAC (``.acq``), through the library bioread: every channel at its own rate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from emgkit.channels import Event
from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import FileContent, Signal, kind_of, numbered
from emgkit.io._extras import library, silent
from emgkit.io._text import shortened
from emgkit.notation import counted
from emgkit.units import as_unit

__all__ = ["load"]

# compressed channels are at most so many times as long as their file
_MOST_PACKED = 1000


def load(path: Path) -> FileContent:
    """What an AcqKnowledge recording says.

    Raises
    ------
    FormatError
        The file is damaged or cut off.
    """
    where = str(path)
    reader = library("bioread.reader", extra="acq", where=where).Reader
    try:
        with path.open("rb") as file, silent("bioread"):
            headers = reader.read_headers(file).datafile
            claimed = sum(int(one.point_count) * np.dtype(one.dtype).itemsize for one in headers.channels)
            _check_size(claimed, path.stat().st_size, packed=bool(headers.is_compressed), where=where)
        with path.open("rb") as file, silent("bioread"):
            found = reader.read(file).datafile
        signals, unknown = _signals(found)
        events, outside = _events(found)
    except FormatError:
        raise
    except Exception as problem:  # the library ends in many kinds of errors on damaged files
        raise FormatError(
            "The AcqKnowledge file is damaged, or of a version that cannot be read",
            where=where,
            got=f"{type(problem).__name__}: {str(problem)[:160]}",
            hint="Export it from AcqKnowledge as text or MATLAB",
        ) from None
    notices = []
    if unknown:
        text = f"Left without a unit, since emgkit does not know it: {shortened(unknown)}."
        notices.append(Notice(code="unit-unknown", text=text))
    if outside:
        text = f"{counted(outside, 'marker')} outside the recording left out."
        notices.append(Notice(code="events-outside", text=text))
    return FileContent(signals=tuple(signals), events=tuple(events), notices=tuple(notices))


def _check_size(claimed: int, held: int, *, packed: bool, where: str) -> None:
    most = held * (_MOST_PACKED if packed else 1)
    if claimed > most:
        raise FormatError(
            "The file is shorter than its header says",
            where=where,
            allowed=f"at least {claimed} bytes of samples" if not packed else f"at most {most} bytes of samples",
            got=f"{held} bytes in all" if not packed else f"{claimed} bytes of samples",
            hint="Copy or export the file again",
        )


def _signals(found: Any) -> tuple[list[Signal], list[str]]:
    """The channels, and those in a unit that is not known."""
    signals, unknown = [], []
    for channel, label in zip(found.channels, numbered(str(one.name).strip() for one in found.channels), strict=True):
        text = str(channel.units).strip()
        unit, kind = as_unit(text) or text or None, None
        values = np.asarray(channel.data, dtype=np.float64)
        rate = float(channel.samples_per_second)
        if len(values) != int(channel.point_count) or not 0.001 <= rate <= 1e6 or not np.isfinite(values).all():
            raise ValueError(f"channel {label!r}: {len(values)} of {channel.point_count} samples at {rate:g} Hz")
        if as_unit(text) is None and kind_of(label, None) != "EMG":
            unknown.append(f"{label} ({text})")
            unit, kind = "n/a", "MISC"
        signals.append(Signal(label=label, values=values, unit=unit, sfreq=rate, kind=kind))
    return signals, unknown


def _events(found: Any) -> tuple[list[Event], int]:
    """The markers within the recording, and how many lie outside; those that begin a segment have its name."""
    rate = float(found.samples_per_second)
    seconds = max((float(one.point_count) / float(one.samples_per_second) for one in found.channels), default=0.0)
    events = list(_markers(found, rate))
    inside = [event for event in events if 0 <= event.onset <= seconds]
    return inside, len(events) - len(inside)


def _markers(found: Any, rate: float) -> Iterator[Event]:
    for marker in found.event_markers:
        label = str(marker.text or marker.type or "").strip("\0 ") or "marker"
        yield Event(onset=int(marker.sample_index) / rate, duration=0.0, label=label)
