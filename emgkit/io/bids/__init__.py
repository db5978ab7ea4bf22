"""EMG-BIDS: listing, reading with all sidecars, and writing whole data sets (BIDS 1.11.1)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emgkit.channels import Event, Value
from emgkit.errors import FileError, Notice
from emgkit.io._assembly import FileContent, Signal
from emgkit.io._tables import read_json
from emgkit.io.bids._cells import MISSING, read_cells, typed_columns
from emgkit.io.bids._channels import with_channels
from emgkit.io.bids._clock import delay_of, delayed, devices_of, moved, scans_of
from emgkit.io.bids._participants import facts_of, read_participants
from emgkit.io.bids._writing import ENTITIES, SIMULATED, write_bids
from emgkit.notation import counted, listed, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["channels", "clock", "dataset", "files_of", "participants", "recordings", "sidecar", "write_bids"]


def recordings(root: str | os.PathLike[str]) -> list[Path]:
    """The EMG recordings of a BIDS data set, sorted by path.

    Parameters
    ----------
    root : path
        The folder that holds ``dataset_description.json``.

    Returns
    -------
    list of Path
        Every ``sub-*/[ses-*/]emg/*_emg.{edf,bdf}``; each can be given to :func:`emgkit.read`.

    Raises
    ------
    FileError
        `root` is not a BIDS data set, or it holds no EMG recording.
    """
    folder = _checked_root(root)
    found = [p for pattern in ("sub-*/emg/*_emg.*", "sub-*/ses-*/emg/*_emg.*") for p in folder.glob(pattern)]
    found = sorted(path for path in found if path.suffix in (".edf", ".bdf"))
    if not found:
        raise FileError(
            "The data set holds no EMG recording", where=str(folder), allowed="sub-*/[ses-*/]emg/*_emg.edf or .bdf"
        )
    return found


def participants(root: str | os.PathLike[str]) -> pd.DataFrame:
    """The table of participants: ``participant`` (without ``sub-``) and whatever else is known.

    Parameters
    ----------
    root : path
        The folder that holds ``dataset_description.json``.

    Returns
    -------
    DataFrame
        One row a row of participants.tsv, in its order; without that file, one row for each ``sub-``
        folder. Where rows are about single sessions, tasks or runs, columns ``session``, ``task`` …
        say about which.

    Raises
    ------
    FileError
        `root` is not a BIDS data set.
    FormatError
        The table has no column ``participant_id``, or two rows are about the same recordings.

    Notes
    -----
    Missing are an empty cell, ``n/a``, ``NA`` and ``NaN``, in any case. A column ``session`` (``ses``,
    ``session_id``), ``task``, ``run``, ``acquisition`` or ``recording`` says which recordings a row is about:
    a recording takes the row that fits its file name, and the file name stands. Numbers are compared by
    their value, so that session 1 is that of ``ses-01``.
    """
    import pandas as pd

    folder = _checked_root(root)
    rows = read_participants(folder)
    if not rows:
        labels = sorted(entry.name[4:] for entry in folder.glob("sub-*") if entry.is_dir())
        return pd.DataFrame({"participant": labels})
    words = [word for word in ENTITIES if word != "participant" and any(word in row.entities for row in rows)]
    return pd.DataFrame(
        [{"participant": row.label, **{word: row.entities.get(word) for word in words}, **row.facts} for row in rows]
    )


def dataset(root: str | os.PathLike[str]) -> dict[str, Any]:
    """What ``dataset_description.json`` says of a data set."""
    return read_json(_checked_root(root) / "dataset_description.json")


def sidecar(path: str | os.PathLike[str]) -> dict[str, Any]:
    """What the JSON sidecars say of a recording; a deeper or more specific file goes before the others.

    Parameters
    ----------
    path : path
        A file of :func:`recordings`.

    Returns
    -------
    dict
        Empty where the file's name is none of EMG-BIDS.
    """
    entities = _entities(Path(path))
    return {} if entities is None else _merged(_levels(Path(path))[1], "emg", entities)


def channels(path: str | os.PathLike[str]) -> pd.DataFrame:
    """The table ``channels.tsv`` of a recording, as text, a missing value as ``n/a``; empty where there is none."""
    import pandas as pd

    entities = _entities(Path(path))
    table = None if entities is None else _deepest(_levels(Path(path))[1], "channels", entities)
    return pd.DataFrame({} if table is None else read_cells(table)[0])


def clock(path: str | os.PathLike[str]) -> dict[Path, float]:
    """When the files of one recording begin, a device each: seconds after the first of them; a file alone begins at 0.

    Parameters
    ----------
    path : path
        A file of :func:`recordings`.

    Returns
    -------
    dict of Path to float
        The files that have its name but for ``recording-``, by the times in ``_scans.tsv``; empty where these do not
        say when each of them begins.
    """
    own = Path(path)
    found: dict[Path, float] = {}
    for one in devices_of(own, _entities(own) or {}):
        delay, _ = delay_of(one, _entities(one) or {})
        if delay is None:
            return {}
        found[one] = delay
    return found


def files_of(path: Path) -> tuple[Path, ...]:
    """All files that reading a recording opens: its own, then the BIDS sidecars that describe it."""
    entities = _entities(path)
    if entities is None:
        beside = events_beside(path)
        return (path, *(one for one in (beside, beside.with_suffix(".json")) if one.is_file()))
    root, levels = _levels(path)
    endings = ("emg.json", "channels.tsv", "events.tsv", "events.json")
    described = [one for ending in endings for files in levels for one in _applicable(files, ending, entities)]
    about = [root / "participants.tsv", root / "participants.json"]
    if len(devices_of(path, entities)) > 1:
        about.append(scans_of(path, entities))
    return (path, *described, *(one for one in about if one.is_file()))


def with_sidecars(content: FileContent, path: Path) -> FileContent:
    """The content of a data file with what its BIDS sidecars add; to a file that is none of BIDS, a table of events."""
    entities = _entities(path)
    if entities is None:
        return _with_events_beside(content, path)
    root, levels = _levels(path)
    context: dict[str, Value] = {
        name: int(entities[key]) if name == "run" and entities[key].isdecimal() else entities[key]
        for name, key in ENTITIES.items()
        if key in entities
    }
    facts, notices = facts_of(read_participants(root), context, where=str(root / "participants.tsv"))
    context |= facts
    stated = _merged(levels, "emg", entities)
    if stated.get(SIMULATED) is True:
        context["simulated"] = True
    delay, doubts = delay_of(path, entities)
    content, notices = delayed(content, delay), [*notices, *doubts]
    signals = content.signals
    table = _deepest(levels, "channels", entities)
    if table is not None:
        signals, found = with_channels(signals, table, left_out=content.left_out.values())
        notices += found
    events = content.events
    table = _deepest(levels, "events", entities)
    if table is not None:
        events = _read_events(table, _merged(levels, "events", entities))
        # a table for all files of a recording counts from the beginning of the first one
        events = moved(events, delay) if "_recording-" in table.name else events
    notices += _duration_notice(signals, stated)
    return replace(content, signals=signals, events=events, context=context, notices=(*content.notices, *notices))


def events_beside(path: Path) -> Path:
    """Where the table of events of a file lies whose name is none of BIDS: ``squat.csv`` has ``squat_events.tsv``."""
    return path.with_name(f"{path.stem}_events.tsv")


def _with_events_beside(content: FileContent, path: Path) -> FileContent:
    """The content with the events of the table beside its file, if there is one."""
    table = events_beside(path)
    if not table.is_file():
        return content
    described = table.with_suffix(".json")
    events = _read_events(table, read_json(described) if described.is_file() else {})
    notices = content.notices
    if content.events:
        text = f"The file has {counted(len(content.events), 'event')}, in whose place those of {table.name} are used."
        notices = (*notices, Notice(code="events-replaced", text=text))
    return replace(content, events=events, notices=notices)


def _checked_root(root: str | os.PathLike[str]) -> Path:
    folder = Path(root)
    if not (folder / "dataset_description.json").is_file():
        raise FileError(
            "The folder is not a BIDS data set" if folder.is_dir() else "The folder does not exist",
            where=str(folder),
            allowed="a folder with a dataset_description.json",
        )
    return folder


def _entities(path: Path) -> dict[str, str] | None:
    """The entities in a file's name; None where the name is none of an EMG-BIDS recording."""
    *parts, suffix = path.stem.split("_")
    if suffix != "emg" or not parts or not all("-" in part for part in parts) or not parts[0].startswith("sub-"):
        return None
    return dict(part.split("-", 1) for part in parts)


def _levels(path: Path) -> tuple[Path, list[list[str]]]:
    """The root of the recording's data set, and the sidecars of each level from there to the recording."""
    root = next((folder for folder in path.parents if (folder / "dataset_description.json").is_file()), path.parent)
    between = [path.parent, *path.parent.parents]
    return root, _beside(list(reversed(between[: between.index(root) + 1])))


def _beside(levels: Sequence[Path]) -> list[list[str]]:
    """The JSON and TSV files of each level, the root first; listed once for all sidecars of a recording."""
    return [[entry.path for entry in os.scandir(folder) if entry.name.endswith((".json", ".tsv"))] for folder in levels]


def _applicable(files: Sequence[str], ending: str, entities: Mapping[str, str]) -> list[Path]:
    """The files of one level that describe the recording, the most specific last."""
    found = []
    for path in files:
        if not path.endswith(ending):
            continue
        *parts, last = os.path.basename(path).split("_")
        named = dict(part.split("-", 1) for part in parts if "-" in part)
        if last == ending and len(named) == len(parts) and named.items() <= entities.items():
            found.append((len(named), path))
    return [Path(path) for _, path in sorted(found)]


def _deepest(levels: Sequence[Sequence[str]], suffix: str, entities: Mapping[str, str]) -> Path | None:
    """The table that describes the recording: the deepest, then the most specific one."""
    found = [path for files in levels for path in _applicable(files, f"{suffix}.tsv", entities)]
    return found[-1] if found else None


def _merged(levels: Sequence[Sequence[str]], suffix: str, entities: Mapping[str, str]) -> dict[str, Any]:
    """The JSON that describes the recording; a deeper or more specific file goes before the others."""
    content: dict[str, Any] = {}
    for files in levels:
        for path in _applicable(files, f"{suffix}.json", entities):
            content |= read_json(path)
    return content


def _duration_notice(signals: Sequence[Signal], sidecar: Mapping[str, Any]) -> list[Notice]:
    stated = sidecar.get("RecordingDuration")
    longest = max(((s.whole or s.size) / s.sfreq for s in signals if s.sfreq), default=0.0)
    if not isinstance(stated, (int, float)) or not longest or abs(stated - longest) <= max(0.001 * longest, 0.002):
        return []
    text = f"The sidecar says the recording lasts {number(stated)} s; the file holds {number(longest)} s."
    return [Notice(code="duration-contradiction", text=text)]


def _read_events(path: Path, described: Mapping[str, Any]) -> tuple[Event, ...]:
    table, _ = read_cells(path)
    if "onset" not in table or "duration" not in table:
        raise FileError("The table of events has no column 'onset' or 'duration'", where=str(path), got=listed(table))
    onsets, durations, labels = table.pop("onset"), table.pop("duration"), table.pop("trial_type", None)
    columns = typed_columns(table, described)
    events = []
    for row, (onset, duration) in enumerate(zip(onsets, durations, strict=True)):
        label = labels[row] if labels and labels[row] != MISSING else "event"
        facts = {name: values[row] for name, values in columns.items() if values[row] is not None}
        try:
            # BIDS writes n/a for an unknown duration: the event is then a moment
            lasts = 0.0 if duration == MISSING else float(duration)
            events.append(Event(onset=float(onset), duration=lasts, label=label, columns=facts))
        except ValueError as error:
            raise FileError(
                "An event has no usable onset or duration", where=f"{path}, row {row + 2}", got=str(error)
            ) from None
    return tuple(events)
