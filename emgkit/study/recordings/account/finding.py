"""Finding: what each file in a folder is, a BIDS data set or files that layouts describe."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from emgkit import shipped
from emgkit.errors import StudyError
from emgkit.io.naming.names import NameReading, expression, read_names
from emgkit.notation import listed
from emgkit.study.file.recordings import Layout
from emgkit.study.recordings.account.bids_set import in_bids
from emgkit.study.recordings.account.second_files import file_and_sheet, second_names, with_sheets
from emgkit.study.recordings.account.sources import Accounting, ListedFile, RecordingSource
from emgkit.study.recordings.keys import files_below

__all__ = ["find", "is_bids", "layout_names", "nearly_fits", "reads_as_bids"]

# what systems and programs leave behind, beside names that begin with a point
_HIDDEN = ("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r")


def is_bids(folder: Path) -> bool:
    """Whether a folder is a BIDS data set."""
    return (folder / "dataset_description.json").is_file() or any(folder.glob("sub-*"))


def reads_as_bids(folder: Path, rule: Accounting) -> bool:
    """Whether the folder is read as BIDS; layouts go before folders that are merely named as in BIDS."""
    return (folder / "dataset_description.json").is_file() or (not rule.layouts and is_bids(folder))


def find(folder: Path | None, rule: Accounting) -> tuple[tuple[RecordingSource, ...], tuple[ListedFile, ...]]:
    """The recordings in a folder, sorted by name, and every other file, with its role as far as its name tells.

    Each file is tried with each layout. A layout fits an ending in any case.

    Raises
    ------
    StudyError
        No folder is named, it is not there, it holds nothing that the study can use, or a name has two readings.
    """
    if folder is None:
        raise StudyError("The study does not say where its recordings are", hint=_where_to_get(rule))
    if folder.is_file():
        raise StudyError("The recordings are looked for in a folder", where=str(folder), got="a file")
    if not folder.is_dir():
        raise StudyError("The folder of recordings is not there", where=str(folder), hint=_where_to_get(rule))
    names = files_below(folder)
    aside = _left_behind(names)
    names = with_sheets(folder, [name for name in names if name not in aside], rule)
    seconds = second_names(names, rule)
    names = tuple(name for name in names if name not in seconds)
    if reads_as_bids(folder, rule):
        sources, others = in_bids(folder, names)
    else:
        found = _by_layouts(folder, names, rule)
        sources = tuple(found.values())
        others = tuple(ListedFile(name=name, role="unknown") for name in names if name not in found)
        if not sources:
            raise _nothing_there(folder, names, rule)
    hidden = (ListedFile(name=name, role="not a recording", reason=reason) for name, reason in aside.items())
    joined = (ListedFile(name=name, role="joined") for name in seconds)
    return sources, (*others, *joined, *hidden)


def layout_names(layouts: Sequence[Layout]) -> list[str]:
    """The patterns of the layouts, for messages."""
    return [str(layout.pattern or layout.regex) for layout in layouts]


def nearly_fits(name: str, layouts: Sequence[Layout]) -> str:
    """The layout that a name fits but for upper and lower case, for blanks or for its ending, and for which of these.

    An empty text where there is none.
    """
    stem = PurePosixPath(name).with_suffix("").as_posix()
    for layout in layouts:
        exact = expression(layout)
        loose = re.compile(exact.pattern, re.IGNORECASE)
        pattern = layout.pattern or layout.regex
        if loose.fullmatch(name) and not exact.fullmatch(name):
            return f"{name!r} fits {pattern} but for upper and lower case"
        if "".join(name.split()) != name and loose.fullmatch("".join(name.split())):
            return f"{name!r} fits {pattern} but for blanks"
        ending = PurePosixPath(layout.pattern or "").suffix
        if ending and "{" not in ending and not name.endswith(ending) and loose.fullmatch(stem + ending):
            return f"{name!r} fits {pattern} but for its ending"
    return ""


def _left_behind(names: Sequence[str]) -> dict[str, str]:
    """The files that systems, programs and earlier runs leave behind, with what they are."""
    known = set(names)
    runs = (name.removesuffix("provenance.json") for name in names if name.endswith("/provenance.json"))
    results = tuple(folder for folder in runs if f"{folder}report.html" in known)
    found = {}
    for name in names:
        if any(part.startswith((".", "~$")) or part.casefold() in _HIDDEN for part in name.split("/")):
            found[name] = "a hidden file of the system or of a program"
        elif name.startswith(results):
            found[name] = "written by an earlier run"
    return found


def _by_layouts(folder: Path, names: Sequence[str], rule: Accounting) -> dict[str, RecordingSource]:
    """The recordings among these names, each by the layout that fits it."""
    found = read_names(names, rule.layouts, rule.tasks)
    for name, reading in found.items():
        _check_other_layouts(name, reading, rule)
    places = {name: file_and_sheet(name, reading.layout) for name, reading in found.items()}
    return {
        name: RecordingSource(
            path=folder / places[name][0],
            sheet=places[name][1],
            name=name,
            facts=reading.facts,
            sfreq=reading.layout.sfreq,
            units=reading.layout.units,
            thousands=reading.layout.thousands,
            channels=reading.layout.channels,
        )
        for name, reading in found.items()
    }


def _check_other_layouts(name: str, reading: NameReading, rule: Accounting) -> None:
    """Refuse a name in which another layout reads who was recorded, or what was done, in another way.

    Raises
    ------
    StudyError
        Shows both layouts with what they read.
    """
    # a later layout whose task is stated, and not read, fits any name and is for what the others leave
    for layout in (one for one in rule.layouts if one is not reading.layout and one.task is None):
        other = read_names([name], [layout], rule.tasks).get(name)
        if other is None or other.known != reading.known:
            continue
        # a run may be a part of the task in one of them
        one, two = (
            {key: read[key] for key in read if key not in ("task", "run")} for read in (reading.facts, other.facts)
        )
        if one != two or not rule.tasks.alike(reading.facts["task"], other.facts["task"]):
            first, second = layout_names([reading.layout, layout])
            raise StudyError(
                "A name fits two layouts, which read different facts in it",
                where=name,
                allowed="layouts that read the same in a name",
                got=f"{reading.text} by {first}; {other.text} by {second}",
                hint="Make one of them narrower: list what may stand in it as values, or write it as a regex",
            )


def _nothing_there(folder: Path, names: Sequence[str], rule: Accounting) -> StudyError:
    """The error of a folder in which no file is a recording of the study, with the files that nearly are."""
    near = [text for name in names if (text := nearly_fits(name, rule.layouts))][:3]
    for_files = 'For other files, say how they are named: [data] pattern = "{participant}_{task}.csv"'
    where_to_get = _where_to_get(rule) if rule.layouts else for_files
    return StudyError(
        "The folder holds no recording that the study can use",
        where=str(folder),
        allowed=" or ".join(["an EMG-BIDS data set", *(f"files named {one}" for one in layout_names(rule.layouts))]),
        got="; ".join(near) if near else listed(names[:8]) + (" …" if len(names) > 8 else ""),
        hint=where_to_get,
    )


def _where_to_get(rule: Accounting) -> str:
    """How to get the data set that the registry describes."""
    instruction = "Name the folder with --data DIR"
    if rule.registry is None:
        return instruction
    registry = tomllib.loads(shipped.path("datasets", "registry.toml").read_text(encoding="utf-8"))
    if rule.registry not in registry:
        raise StudyError(
            f"The registry has no data set {rule.registry!r}", where="data.registry", allowed=listed(registry)
        )
    entry = registry[rule.registry]
    return f"{instruction}. {entry['title']} ({entry['licence']}) is at {entry['address']}; {entry['how']}"
