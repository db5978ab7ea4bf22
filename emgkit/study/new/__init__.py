"""A first study file, written from a folder of recordings.

``look`` makes an :class:`Inventory` of the folder, ``questions`` are what it leaves open, and ``study_text`` writes the
file with the answers; ``listing`` is what the user sees.
"""

from __future__ import annotations

import csv
import io as text_io
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from emgkit import io
from emgkit.errors import EmgkitError, StudyError
from emgkit.io.naming.likely.words import SIDES, bare
from emgkit.notation import as_title, listed
from emgkit.study.file.published import PublishedFile
from emgkit.study.file.read import parse
from emgkit.study.file.recordings import StudyFile
from emgkit.study.new.asking import ask
from emgkit.study.new.design import ways
from emgkit.study.new.inventory import ROLES, FoundRecording, Inventory, Progress, look
from emgkit.study.new.listing import as_dict, listing
from emgkit.study.new.question import Answer, Question, parsed
from emgkit.study.new.questions import questions, stand_ins
from emgkit.study.new.writing import REPETITIONS, SCHEMA, study_text, unseen
from emgkit.study.recordings.account import Account, RecordingSource, account
from emgkit.study.recordings.plan import plan_of
from emgkit.toml_files import ToDo, to_do

__all__ = [
    "ROLES",
    "SCHEMA",
    "Inventory",
    "Question",
    "Skeleton",
    "as_dict",
    "ask",
    "listing",
    "look",
    "new",
    "parsed",
    "questions",
    "schema",
    "study_text",
    "survey",
    "ways",
    "write",
]


@dataclass(frozen=True, kw_only=True)
class Skeleton:
    """What was written, and what the user has to fill in.

    Parameters
    ----------
    file : Path
        The study file.
    to_do : tuple of ToDo
        Its lines that hold a TODO, each with the table that it belongs to.
    inventory : Inventory
        What the folder of recordings holds.
    """

    file: Path
    to_do: tuple[ToDo, ...]
    inventory: Inventory


def schema() -> dict[str, Any]:
    """The JSON schema of study files, which lets editors complete and check them.

    Examples
    --------
    >>> schema()["title"]
    'emgkit study file'
    """
    adapter: TypeAdapter[Any] = TypeAdapter(StudyFile | PublishedFile)
    made = adapter.json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "emgkit study file", **made}


def new(
    study: str | os.PathLike[str],
    data: str | os.PathLike[str],
    *,
    answers: Mapping[str, Answer] | None = None,
) -> Skeleton:
    """Write a study folder for a folder of recordings: the study file, its schema for editors, and a README.

    Parameters
    ----------
    study : path
        The new folder; it must not be there yet, or be empty.
    data : path
        An EMG-BIDS data set, or a folder of files such as ``P01_squat.csv``. Every file is looked into; nothing in it
        is changed.
    answers : mapping, optional
        Answers to :func:`questions`, by their ids.

    Returns
    -------
    Skeleton
        The file, what it leaves to the user (each such place holds "TODO"), and what was found.

    Raises
    ------
    StudyError
        The study folder holds something, or the data folder holds no recording that emgkit knows.
    """
    return write(study, survey(study, data), answers=answers)


def survey(
    study: str | os.PathLike[str],
    data: str | os.PathLike[str],
    progress: Progress = lambda _what, _done, _total: None,
) -> Inventory:
    """What a folder of recordings holds, if a study of it can be written to a folder; errors as for :func:`new`."""
    folder, source = Path(study), Path(data)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(
            "The study's folder is not empty", where=str(folder), hint="Name a folder that is not there yet"
        )
    if os.path.isfile(source):
        raise StudyError(
            "The recordings are looked for in a folder", where=str(source), got="a file", hint="Name it with --data DIR"
        )
    if not os.path.isdir(source):
        raise StudyError("The folder of recordings is not there", where=str(source), hint="Name it with --data DIR")
    inventory = look(source, progress)
    _check_usable(inventory)
    return _with_taken(inventory)


def _with_taken(inventory: Inventory) -> Inventory:
    """The inventory with the files that a run would take for recordings beside those that were found."""
    known = {one.name for one in (*inventory.recordings, *inventory.companions)}
    try:
        found = _account(inventory, "data", by_regex=False)
    except EmgkitError:
        return inventory
    taken = (one.name for one in (*found.sources, *found.unused) if one.name not in known and not one.excluded)
    return replace(inventory, taken=tuple(taken))


def _account(inventory: Inventory, here: str, *, by_regex: bool) -> Account:
    """What a run would find in the folder, with an allowed answer in the place of each TODO."""
    text = study_text(inventory, title="A study", here=here, answers=stand_ins(inventory), by_regex=by_regex)
    file = parse(text, where="the new study file")
    if not isinstance(file, StudyFile):
        raise StudyError("The new study file is not a study of recordings", where=str(inventory.folder))
    return account(inventory.folder, plan_of(file).accounting)


def _check_usable(inventory: Inventory) -> None:
    where = str(inventory.folder)
    odd = inventory.of("name not understood")
    if not inventory.recordings and odd:
        raise StudyError(
            "The participant and the task cannot be read from the names of the files",
            where=where,
            allowed="P01_squat.csv, or women/P01_squat.csv, or P01_day1_squat.csv",
            got="; ".join(file.name for file in odd[:4]),
            hint="Rename the files, or write the study file by hand: docs/how_to/study-file.md shows [data] regex",
        )
    if not inventory.recordings:
        endings = listed(sorted({ending for one in io.FORMATS for ending in one.extensions}))
        unread = inventory.of("cannot be read")
        raise StudyError(
            "The folder holds no recording that emgkit knows",
            where=where,
            allowed=endings,
            got="; ".join(f"{file.name}: {file.why}" for file in unread[:2])
            or listed(f.name for f in inventory.files[:5]),
        )
    if not inventory.exercises:
        raise StudyError(
            "The folder holds no task but maximal contractions", where=where, got=listed(inventory.tasks),
            hint="A task whose name holds mvc, max or reference is taken for one",
        )  # fmt: skip


def write(
    study: str | os.PathLike[str], inventory: Inventory, *, answers: Mapping[str, Answer] | None = None
) -> Skeleton:
    """Write a study folder from what was found in a folder of recordings; parameters as for :func:`new`."""
    folder = Path(study)
    here = Path(os.path.relpath(inventory.folder.resolve(), folder.resolve())).as_posix()
    by_regex, misread = _reading(inventory, here)
    text = study_text(inventory, title=_title(folder), here=here, answers=answers, by_regex=by_regex, misread=misread)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCHEMA).write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(f"# {_title(folder)}\n\nTODO: the question, and the finding.\n", encoding="utf-8")
    unmarked = unseen(inventory, answers or {})
    if unmarked and not (folder / REPETITIONS).exists():
        (folder / REPETITIONS).write_text(_template(unmarked), encoding="utf-8", newline="")
    file = folder / "study.toml"
    file.write_text(text, encoding="utf-8")
    return Skeleton(file=file, to_do=to_do(text), inventory=inventory)


def _template(recordings: Sequence[FoundRecording]) -> str:
    """The table of repetitions to fill in: its columns, and a row for each recording."""
    lines = text_io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    columns = ("file", "start", "turn", "end", "set", "repetition", "load", "accepted", "reason")
    writer.writerow(columns)
    writer.writerows([one.name, *[""] * (len(columns) - 1)] for one in recordings)
    return lines.getvalue()


def _reading(inventory: Inventory, here: str) -> tuple[bool, tuple[str, ...]]:
    """Whether names are read by regular expressions, because patterns do not tell them apart, and what is misread.

    The file is checked as a run would read it, with an allowed answer in the place of each TODO.
    """
    misread: dict[bool, tuple[str, ...]] = {}
    for by_regex in (False, True):
        try:
            found = _account(inventory, here, by_regex=by_regex)
        except EmgkitError as problem:
            misread[by_regex] = (str(problem),)
            continue
        misread[by_regex] = _misread(inventory, found)
        if not misread[by_regex]:
            return by_regex, ()
    return False, misread[False]


def _misread(inventory: Inventory, found: Account) -> tuple[str, ...]:
    """Recordings to which a run would give another role or other facts than were found."""
    read = {source.name: source for source in found.sources}
    labels = bool(inventory.shared_labels)
    return tuple(
        one.name for one in inventory.recordings if one.name not in read or not _same(one, read[one.name], labels)
    )


def _same(found: FoundRecording, read: RecordingSource, labels: bool) -> bool:
    """Whether a run gives a recording the same role and facts; group and label together may be the person."""
    facts = {**found.named.facts, **({"participant": found.person} if labels else {})}
    if "side" in facts:
        # a run writes L and links as left
        facts["side"] = SIDES.get(bare(facts["side"]), facts["side"])
    return read.mvc == found.mvc and all(read.facts.get(key) == value for key, value in facts.items())


def _title(folder: Path) -> str:
    return as_title(re.sub("-", " ", folder.resolve().name))
