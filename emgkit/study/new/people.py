"""Who was recorded: the part of a name that is the participant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from emgkit.study.new.parts import LOAD, Part, Row, Rows
from emgkit.study.new.words import FIRST_PHASE, SESSIONS, SIDES, bare, is_mvc

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
    """The participant: the first code with a number in the stem, else in a folder, else the first part."""
    rows = {name: _joined_code(row) for name, row in rows.items()}
    coded = {name: _code(row) for name, row in rows.items()}
    if not any(place is not None for place in coded.values()):
        coded = _first_parts(rows)
    return {name: _as_person(row, coded[name]) for name, row in rows.items()}


def _joined_code(row: Row) -> Row:
    """``ID_1_EMG`` with the participant ``ID_1``: a word for a person and the number after it are one part."""
    for place, (one, after) in enumerate(pairwise(row)):
        if not one.folder and not after.folder and _PREFIX.fullmatch(bare(one.text)) and after.text.isdigit():
            joined = replace(one, text=one.text + after.before + after.text)
            return (*row[:place], joined, *row[place + 2 :])
    return row


def _code(row: Row) -> int | None:
    """Where a row has a person's code: in the stem's first part, else in a folder, else anywhere in the stem."""
    codes = [place for place, part in enumerate(row) if _PERSON.fullmatch(bare(part.text)) and not is_mvc(part.text)]
    codes = [
        place
        for place in codes
        if not LOAD.fullmatch(row[place].text) and not SESSIONS.fullmatch(bare(row[place].text))
    ]
    first = next((place for place, part in enumerate(row) if not part.folder), None)
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
        stem = tuple(part.text for part in row if not part.folder)
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
    found: dict[str, int | None] = {}
    for name, row in rows.items():
        own = [place for place, part in enumerate(row) if not part.folder]
        found[name] = 0 if row[0].folder and (in_folders or repeated) else own[1] if behind else own[0]
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
