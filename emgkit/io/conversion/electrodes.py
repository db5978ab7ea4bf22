"""Where sensors were placed, as BIDS writes it: a place on the line between two landmarks, in percent of its length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from emgkit.channels import Value
from emgkit.errors import ArgumentError, Notice
from emgkit.io import bids
from emgkit.io._tables import MISSING, write_json, write_table
from emgkit.io.conversion.map_file import Line, Placement
from emgkit.notation import listed, readable

__all__ = ["write_electrodes"]


def write_electrodes(root: Path, work: Path, files: Iterable[str], placement: Placement) -> tuple[Notice, ...]:
    """Write the places of sensors for each participant, or session: ``_electrodes.tsv``, and a system for each line.

    Parameters
    ----------
    root, work : Path
        The data set, and the folder into which files are written.
    files : iterable of str
        The signals of the data set, by their names in it.
    placement : Placement
        What the map says of places.

    Returns
    -------
    tuple of Notice
        The muscles whose place the map gives, and on which no channel is.

    Raises
    ------
    ArgumentError
        A channel of a participant is on another muscle or side in another recording.
    """
    lines = placement.lines
    folders: dict[str, dict[str, tuple[str, str]]] = {}
    unused = dict.fromkeys((*placement.muscles, *lines))
    for file in files:
        folder = file.rpartition("/")[0]
        for name, place in _places(root / file).items():
            unused.pop(place[0], None)
            if place[0] not in lines:
                continue
            before = folders.setdefault(folder, {}).setdefault(name, place)
            if before != place:
                raise ArgumentError(
                    f"The channel {name!r} is not on one place in all recordings of a participant",
                    where=folder, allowed="a session for each placement, or other names of channels",
                    got=f"{' '.join(before)} and {' '.join(place)}",
                )  # fmt: skip
    _write(work, folders, lines)
    if not unused:
        return ()
    text = f"The map gives the place on {listed(unused)}, of which no recording has a channel."
    return (Notice(code="placement-unused", text=text),)


def _write(work: Path, folders: Mapping[str, Mapping[str, tuple[str, str]]], lines: Mapping[str, Line]) -> None:
    for folder, channels in folders.items():
        stem = folder.removesuffix("/emg").replace("/", "_")
        (work / folder).mkdir(parents=True, exist_ok=True)
        for muscle, side in dict.fromkeys(channels.values()):
            path = work / folder / f"{stem}_space-{_label(muscle, side)}_coordsystem.json"
            write_json(path, _system(muscle, side, lines[muscle]))
        columns: dict[str, list[Value]] = {
            "name": list(channels),
            "x": [lines[muscle].percent for muscle, _ in channels.values()],
            "y": [0.0] * len(channels),
            "coordinate_system": [_label(muscle, side) for muscle, side in channels.values()],
        }
        write_table(work / folder / f"{stem}_electrodes.tsv", columns)


def _places(path: Path) -> dict[str, tuple[str, str]]:
    """Muscle and side of each channel of EMG in a file; an empty side where it is not known."""
    table = bids.channels(path)
    sides = table["side"] if "side" in table else [MISSING] * len(table)
    return {
        name: (muscle, "" if side == MISSING else side)
        for name, kind, muscle, side in zip(table["name"], table["type"], table["target_muscle"], sides, strict=True)
        if kind == "EMG"
    }


def _label(muscle: str, side: str) -> str:
    """The name of a line in BIDS.

    Examples
    --------
    >>> _label("vastus_lateralis", "left")
    'vastusLateralisLeft'
    """
    first, *more = [*muscle.split("_"), *([side] if side else [])]
    return "".join([first, *(word.capitalize() for word in more)])


def _system(muscle: str, side: str, line: Line) -> dict[str, str]:
    """The line as a system of coordinates."""
    where = " ".join(filter(None, (side, readable(muscle))))
    text = (
        f"Sensors on the {where}: x is the share of the line from {line.start} to {line.end}, "
        "y the distance from it in the same unit."
    )
    return {
        "EMGCoordinateSystem": "Other",
        "EMGCoordinateUnits": "percent",
        "EMGCoordinateSystemDescription": text,
    }
