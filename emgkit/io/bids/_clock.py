"""One clock for the files of one recording: ``recording-`` tells its devices apart, ``_scans.tsv`` when each began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from emgkit.channels import Event
from emgkit.errors import Notice
from emgkit.io._assembly import FileContent
from emgkit.io.bids._cells import read_cells
from emgkit.notation import counted, number

__all__ = ["delay_of", "delayed", "devices_of", "moved", "scans_of"]


def scans_of(path: Path, entities: Mapping[str, str]) -> Path:
    """Where the table lies that says when each file of a participant, or of a session, was recorded."""
    stem = "_".join(f"{key}-{entities[key]}" for key in ("sub", "ses") if key in entities)
    return path.parent.parent / f"{stem}_scans.tsv"


def devices_of(path: Path, entities: Mapping[str, str]) -> tuple[Path, ...]:
    """The files of one recording, a device each, sorted; the file alone where nothing stands beside it."""
    if "recording" not in entities:
        return (path,)
    found = [one for ending in ("edf", "bdf") for one in path.parent.glob(f"sub-*_recording-*_emg.{ending}")]
    # the same name but for the device
    return tuple(sorted(one for one in found if _without_device(one) == _without_device(path))) or (path,)


def delay_of(path: Path, entities: Mapping[str, str]) -> tuple[float | None, tuple[Notice, ...]]:
    """Seconds by which a file begins after the first of its recording, by ``acq_time``, and what is doubtful in it.

    None, with a notice, where nothing says it.
    """
    devices = devices_of(path, entities)
    if len(devices) == 1:
        return 0.0, ()
    scans = scans_of(path, entities)
    stated = _times(scans)
    times = {one: stated.get(f"{one.parent.name}/{one.name}") for one in devices}
    begins = [time for time in times.values() if time is not None]
    own = times[path]
    if own is None or len(begins) < len(devices):
        text = (
            f"The recording has {counted(len(devices), 'file')}, told apart by recording-, and {scans.name} does not "
            "say when each of them begins: the times of each count from its own first sample."
        )
        hint = "Write the beginning of each file into its column acq_time, with fractions of a second."
        return None, (Notice(code="clock-unknown", text=text, hint=hint),)
    delay = (own - min(begins)).total_seconds()
    apart = (max(begins) - min(begins)).total_seconds()
    if apart and not any(time.microsecond for time in begins):
        text = (
            f"{scans.name} gives the beginnings of the {counted(len(devices), 'file')} of the recording in whole "
            f"seconds, {number(apart)} s apart: between its devices times are right to a second."
        )
        return delay, (Notice(code="clock-coarse", text=text),)
    return delay, ()


def delayed(content: FileContent, delay: float | None) -> FileContent:
    """The content with its signals and its own events so many seconds later, where that is known."""
    if not delay:
        return content
    return replace(
        content,
        signals=tuple(replace(signal, start=signal.start + delay) for signal in content.signals),
        events=moved(content.events, delay),
        origin=content.origin + delay,
    )


def moved(events: tuple[Event, ...], delay: float | None) -> tuple[Event, ...]:
    """The events so many seconds later, where that is known."""
    return tuple(replace(event, onset=event.onset + delay) for event in events) if delay else events


def _without_device(path: Path) -> str:
    return "_".join(part for part in path.stem.split("_") if not part.startswith("recording-"))


def _times(scans: Path) -> dict[str, datetime | None]:
    """When each file of a table begins, by its name in it; None where the table does not say it."""
    table = read_cells(scans)[0] if scans.is_file() else {}
    rows = zip(table.get("filename", ()), table.get("acq_time", ()), strict=False)
    return {name: _time(cell) for name, cell in rows}


def _time(cell: str) -> datetime | None:
    try:
        # of one recording all times are of one zone
        return datetime.fromisoformat(cell).replace(tzinfo=None)
    except ValueError:
        return None
