"""Finding: what each file in a folder is, a BIDS data set or files that layouts describe."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from emgkit import shipped
from emgkit.errors import StudyError
from emgkit.io.naming.fitting import check_other_layouts, layout_names, nearly_fits, value_lacking
from emgkit.io.naming.folders import file_and_sheet, files_below, is_hidden, with_sheets
from emgkit.io.naming.names import read_names
from emgkit.notation import counted, listed
from emgkit.study.recordings.account.bids_set import in_bids, with_devices
from emgkit.study.recordings.account.near import shortly
from emgkit.study.recordings.account.second_files import second_names
from emgkit.study.recordings.account.sources import Accounting, ListedFile, RecordingSource

__all__ = ["find", "is_bids", "reads_as_bids"]


def is_bids(folder: Path) -> bool:
    """Whether a folder is a BIDS data set."""
    return (folder / "dataset_description.json").is_file() or any(folder.glob("sub-*"))


def reads_as_bids(folder: Path, rule: Accounting) -> bool:
    """Whether the folder is read as BIDS; layouts go before folders that are merely named as in BIDS."""
    return (folder / "dataset_description.json").is_file() or (not rule.layouts and is_bids(folder))


_EVENTS = re.compile(r"_events\.(?:tsv|json)$")


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
    if os.path.isfile(folder):
        raise StudyError("The recordings are looked for in a folder", where=str(folder), got="a file")
    if not os.path.isdir(folder):
        raise StudyError("The folder of recordings is not there", where=str(folder), hint=_where_to_get(rule))
    names = files_below(folder)
    aside = _left_behind(names)
    _check_text([name for name in names if name not in aside])
    excluded = {entry.path for entry in rule.excluded_files}
    names = with_sheets(
        folder, [name for name in names if name not in aside], (*rule.layouts, *rule.joins), closed=excluded
    )
    seconds = second_names(names, rule)
    names = tuple(name for name in names if name not in seconds)
    if reads_as_bids(folder, rule):
        sources, others = in_bids(folder, names)
        sources, devices = with_devices(sources, aside=excluded)
        others = (*others, *devices)
    else:
        tables = _tables_of_events(names)
        found = _by_layouts(folder, [name for name in names if name not in tables], rule)
        sources = tuple(found.values())
        others = tuple(
            ListedFile(name=name, role="events" if name in tables else "unknown") for name in names if name not in found
        )
        if not sources:
            raise _nothing_there(folder, names, rule)
    hidden = (ListedFile(name=name, role="not a recording", reason=reason) for name, reason in aside.items())
    joined = (ListedFile(name=name, role="joined") for name in seconds)
    return sources, (*others, *joined, *hidden)


def _check_text(names: Sequence[str]) -> None:
    """Refuse names that are no text: the letters of such a person are lost, and no output could name the file.

    Raises
    ------
    StudyError
        Shows the names, with the bytes that are no letters.
    """
    shown = {name: name.encode("utf-8", "backslashreplace").decode() for name in names}
    broken = [text.replace("\\udc", "\\x") for name, text in shown.items() if text != name]
    if broken:
        are = "has a name that is" if len(broken) == 1 else "have names that are"
        raise StudyError(
            f"{counted(len(broken), 'file')} below the recordings {are} not text in UTF-8",
            allowed="names in UTF-8",
            got=shortly(broken, 4).replace("\\\\", "\\"),
            hint="Rename the files; names with other letters than a to z break so in archives of older systems",
        )


def _tables_of_events(names: Sequence[str]) -> set[str]:
    """The tables of events that lie beside a file, with what describes their columns."""
    files = {str(PurePosixPath(name).with_suffix("")) for name in names}
    return {name for name in names if (ending := _EVENTS.search(name)) and name[: ending.start()] in files}


def _left_behind(names: Sequence[str]) -> dict[str, str]:
    """The files that systems, programs and earlier runs leave behind, with what they are."""
    known = set(names)
    runs = (name.removesuffix("provenance.json") for name in names if name.endswith("/provenance.json"))
    results = tuple(folder for folder in runs if f"{folder}report.html" in known)
    found = {}
    for name in names:
        if is_hidden(name):
            found[name] = "a hidden file of the system or of a program"
        elif name.startswith(results):
            found[name] = "written by an earlier run"
    return found


def _by_layouts(folder: Path, names: Sequence[str], rule: Accounting) -> dict[str, RecordingSource]:
    """The recordings among these names, each by the layout that fits it."""
    found = read_names(names, rule.layouts, rule.tasks)
    for name, reading in found.items():
        check_other_layouts(name, reading, rule.layouts, rule.tasks)
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


def _nothing_there(folder: Path, names: Sequence[str], rule: Accounting) -> StudyError:
    """The error of a folder in which no file is a recording of the study, with the files that nearly are."""
    layouts = rule.layouts
    near = [text for name in names if (text := value_lacking(name, layouts) or nearly_fits(name, layouts))][:3]
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
