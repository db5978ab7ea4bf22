"""Who was recorded: the part of a name that is the participant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from emgkit.io.naming.likely.parts import LOAD, Part, Row, Rows
from emgkit.io.naming.likely.words import FIRST_PHASE, GROUPS, NOISE, SESSIONS, SIDES, bare, is_mvc

__all__ = ["is_code", "with_people"]

# a code of a person, which a number ends: P01, VP07, sub-3, ID_1; a number and a letter: 05A
_PERSON = re.compile(
    r"(?!g\d|grp|group|day|ses|rep|run|set|mvc|mvic|max|rm\d|v\d)[a-z]{1,9}[-_. ]?\d{1,4}[a-z]?|\d{1,4}[a-z]"
)
_PREFIX = re.compile(r"(?:p|s|vp|vpn|id|pp|tn|sub|subj|subject|part|participant|patient|proband|suj|sujet|sujeto|ppn)")


def is_code(text: str) -> bool:
    """Whether a text is a person's code: ``P01``, ``ID_1``, ``05A``."""
    return bool(_PERSON.fullmatch(bare(text)))


def with_people(rows: Rows) -> Rows:
    """The participant: the first code with a number in the stem, else in a folder, else the first part.

    Where that gives nobody both a maximal contraction and an exercise, a folder is a person's.
    """
    if not rows:
        return rows
    rows = {name: _joined_code(row) for name, row in rows.items()}
    found: Mapping[str, int | None] = {name: _code(row) for name, row in rows.items()}
    coded = [name for name, place in found.items() if place is not None]
    certain = any(_strong(rows[name][found[name] or 0]) for name in coded)
    if not certain and 2 * len(coded) <= len(rows):
        found = _first_parts(rows)
    if not certain and _apart(rows, found):
        folders = _own_folders(rows)
        found = folders if folders and not _apart(rows, folders) else _one_person(rows, found)
    return {name: _as_person(row, found[name]) for name, row in rows.items()}


def _apart(rows: Rows, found: Mapping[str, int | None]) -> bool:
    """Whether maximal contractions and exercises would be of different people, or people are tasks by their names."""
    labels = {name: "" if place is None else rows[name][place].text for name, place in found.items()}
    # Max_squat.csv and Max_mvc.csv: the name of a person
    names = {labels[name] for name, row in rows.items() if any(is_mvc(p.text) for p in row if p.text != labels[name])}
    people: dict[bool, set[str]] = {True: set(), False: set()}
    for name, row in rows.items():
        words = [part.text for part in row if part.text != labels[name] or part.text not in names]
        people[any(map(is_mvc, words))].add(bare(labels[name]))
    whole = all(sum(not part.folder for part in row) == 1 for row in rows.values())
    tasks = whole and all(one in FIRST_PHASE or is_mvc(one) for one in set().union(*people.values()))
    return tasks or bool(people[True] and people[False] and not people[True] & people[False])


def _own_folders(rows: Rows) -> dict[str, int | None]:
    """The innermost folder of each recording as the participant, where there are several; else nothing."""
    found = {
        name: max((place for place, part in enumerate(row) if part.folder and not _aside(part)), default=None)
        for name, row in rows.items()
    }
    labels = {None if place is None else rows[name][place].text for name, place in found.items()}
    return found if len(labels) > 1 and None not in labels else {}


def _one_person(rows: Rows, found: Mapping[str, int | None]) -> Mapping[str, int | None]:
    """The innermost folder that all recordings are in as the participant; nobody, where there is none.

    Where there is none, the names have to begin with well-known exercises, else they are read as before.
    """
    shared = set.intersection(
        *({part.text for part in row if part.folder and not _aside(part)} for row in rows.values())
    )
    first = [next((bare(part.text) for part in row if not part.folder), "") for row in rows.values()]
    if not shared and not any(one.rstrip("0123456789") in FIRST_PHASE for one in first):
        return found
    return {
        name: max((place for place, part in enumerate(row) if part.folder and part.text in shared), default=None)
        for name, row in rows.items()
    }


def _aside(part: Part) -> bool:
    """Whether a folder is nobody: a date, a session, a group, a word that says nothing, or maximal contractions."""
    text = bare(part.text)
    return bool(part.field) or bool(SESSIONS.fullmatch(text)) or text in GROUPS | NOISE or is_mvc(part.text)


def _joined_code(row: Row) -> Row:
    """``ID_1_EMG`` with the participant ``ID_1``: a word for a person and the number after it are one part."""
    for place, (one, after) in enumerate(pairwise(row)):
        if not one.folder and not after.folder and _PREFIX.fullmatch(bare(one.text)) and after.text.isdigit():
            joined = replace(one, text=one.text + after.before + after.text)
            return (*row[:place], joined, *row[place + 2 :])
    return row


def _code(row: Row) -> int | None:
    """Where a row has a person's code: in the stem's first part, else in a folder, else anywhere in the stem."""
    codes = [
        place
        for place, part in enumerate(row)
        if not part.field and _PERSON.fullmatch(bare(part.text)) and not is_mvc(part.text)
    ]
    codes = [
        place
        for place in codes
        if not LOAD.fullmatch(row[place].text) and not SESSIONS.fullmatch(bare(row[place].text))
    ]
    first = next((place for place, part in enumerate(row) if not part.folder and not part.field), None)
    # a folder that is the person's own goes before another code in the stem; the same code in both is the stem's
    folders = [place for place in codes if row[place].folder]
    if first in codes and not any(_strong(row[place]) and row[place].text != row[first].text for place in folders):
        return first
    strong = [place for place in codes if _strong(row[place])]
    return next(iter([place for place in strong if not row[place].folder] + folders), None)


def _strong(part: Part) -> bool:
    """Whether a code begins with a word for a person."""
    return bool(re.fullmatch(_PREFIX.pattern + r"[-_. ]?\d+[a-z]?", bare(part.text)))


def _first_parts(rows: Rows) -> dict[str, int | None]:
    """The participants of names without codes: the first part of the stem, or the folder where stems repeat."""
    stems: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    starts: dict[str, set[str]] = defaultdict(set)
    for row in rows.values():
        folder = "/".join(part.text for part in row if part.folder)
        stem = tuple(part.text for part in row if not part.folder and not part.field)
        if not stem:
            return dict.fromkeys(rows)
        stems[folder].add(stem)
        starts[folder].add(stem[0])
    same = len({frozenset(own) for own in starts.values()}) == 1
    firsts = {one for own in starts.values() for one in own}
    tasks = all(is_mvc(one) or bare(one) in SIDES or bare(one) in FIRST_PHASE for one in firsts)
    many = len(starts) > 2 and len(starts) >= len(firsts) and not all(one.isdigit() for one in firsts)
    in_folders = same and len(starts) > 1 and (tasks or many)
    alone = all(len(stem) == 1 for own in stems.values() for stem in own)
    repeated = alone and len({next(iter(own))[0] for own in stems.values()}) < len(stems)
    behind = _task_first([stem for own in stems.values() for stem in own])
    constant = set.intersection(*({part.text for part in row if part.folder} for row in rows.values()))
    found: dict[str, int | None] = {}
    for name, row in rows.items():
        own = [place for place, part in enumerate(row) if not part.folder and not part.field]
        folders = [place for place, part in enumerate(row) if part.folder and not _aside(part)]
        folders = [place for place in folders if row[place].text not in constant] or folders
        found[name] = folders[0] if folders and (in_folders or repeated) else own[1] if behind else own[0]
    return found


def _task_first(stems: Sequence[tuple[str, ...]]) -> bool:
    """Whether the person stands behind the task, as in ``squat_01`` and ``mvc_anna``."""
    if any(len(stem) < 2 for stem in stems):
        return False
    numbered = all(not stem[0].isdigit() and stem[1].isdigit() for stem in stems)
    maximal = any(is_mvc(stem[0]) for stem in stems) and not any(is_mvc(word) for stem in stems for word in stem[1:])
    return numbered or maximal


def _as_person(row: Row, place: int | None) -> Row:
    if place is None:
        return row
    text = row[place].text
    return tuple(
        part.called("participant") if at == place or (part.text == text and part.folder) else part
        for at, part in enumerate(row)
    )
