"""Near fits: labels that one slip of the hand tells apart, and files that nearly have the name that is missing."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath

from emgkit.errors import EmgkitError
from emgkit.notation import first_few, listed
from emgkit.stats.cells.labels import spelled_alike
from emgkit.study.recordings.account.sources import IDLE, Account, Accounting, RecordingSource

__all__ = ["near_files", "near_label", "quoted", "shortly", "telling_near_files"]

# names are compared as difflib does, 1 being the same
_CUTOFF = 0.8
_MOST = 3


def near_label(label: str, named: Iterable[str]) -> str | None:
    """The label that this one nearly is: blanks, case, one letter, two letters swapped, or something behind it.

    Two labels that differ in a digit are two levels.

    Examples
    --------
    >>> near_label("sqaut", ["squat"]), near_label("squat copy", ["squat"])
    ('squat', 'squat')
    >>> near_label("squat2", ["squat1"]), near_label("rest", ["squat"])
    (None, None)
    """
    known = [one for one in named if one != label]
    alike = [one for one in known if spelled_alike([label, one])]
    nearly = [one for one in known if _one_slip(label.casefold(), one.casefold()) or _longer(label, one)]
    return next(iter([*alike, *nearly]), None)


def near_files(names: Iterable[str], files: Collection[str]) -> list[str]:
    """The files whose names are nearest to any of these; upper and lower case, blanks and the ending do not count."""
    plain = {file: _plain(file) for file in files}
    found: dict[str, float] = {}
    for name in {_plain(one) for one in names}:
        matcher = difflib.SequenceMatcher(b=name, autojunk=False)
        for file, text in plain.items():
            matcher.set_seq1(text)
            if matcher.real_quick_ratio() >= _CUTOFF and matcher.quick_ratio() >= _CUTOFF:
                found[file] = max(found.get(file, 0.0), matcher.ratio())
    return sorted((file for file in found if found[file] >= _CUTOFF), key=lambda file: (-found[file], file))[:_MOST]


@contextmanager
def telling_near_files(account: Account, rule: Accounting) -> Iterator[None]:
    """Add to an error about a participant the files that nearly fit what the participant lacks."""
    try:
        yield
    except EmgkitError as problem:
        people = {source.participant for source in account.sources}
        about = [who for who in people if re.search(rf"articipant '?{re.escape(who)}(?![\w/])", problem.what)]
        found = [name for who in about for name in _near_files_of(who, account, rule)][:_MOST]
        if not found:
            raise
        hint = f"Files that nearly fit: {listed(found)}. {problem.hint}".strip()
        raise type(problem)(**{**problem.parts, "hint": hint}) from problem


def quoted(labels: Sequence[str]) -> list[str]:
    r"""Labels in quotes; with escapes where two would look the same.

    Examples
    --------
    >>> quoted(["squat", "squat "])
    ["'squat'", "'squat '"]
    >>> quoted(["Jos\u00e9", "Jose\u0301"])
    ["'Jos\\xe9'", "'Jose\\u0301'"]
    """
    texts = [repr(label) for label in labels]
    same = len({unicodedata.normalize("NFC", text) for text in texts}) < len(set(texts))
    return [ascii(label) for label in labels] if same else texts


def shortly(names: Sequence[str], most: int = 8) -> str:
    """Names in quotes, and how many more there are.

    Examples
    --------
    >>> shortly(["a", "b", "c"], most=2)
    "'a', 'b' and 1 more"
    """
    if len(names) <= most:
        return listed(names)
    return first_few(list(map(repr, names)), most)


def _near_files_of(participant: str, account: Account, rule: Accounting) -> list[str]:
    """The files without a use whose names are nearly those of recordings that the participant lacks."""
    tasks: dict[str, set[str]] = {}
    for source in account.sources:
        tasks.setdefault(source.participant, set()).add(source.task)
    every = set().union(*tasks.values())
    own = [source for source in account.sources if source.participant == participant]
    lacking = every - tasks[participant]
    # whoever has every recording, or is left out, is somebody else
    others = {who for who in tasks if who != participant and (tasks[who] == every or rule.leaves_out("", who))}
    theirs = [_signs(source, rule) for source in account.sources if source.participant in others]
    signs = _signs(own[0], rule)
    # what lies idle, and what belongs to somebody who lacks a recording as well and may be the same person
    files = {one.name: one.facts.get("participant", "") for one in account.files if one.role in IDLE}
    files |= {one.name: one.participant for one in account.sources if one.participant != participant}
    idle = [
        name
        for name, who in files.items()
        if who not in others
        and not rule.leaves_out(name, who)
        and (_bears(name, signs) or not any(_bears(name, one) for one in theirs))
    ]
    # the names that others' recordings would have, were they of the participant
    names = {
        source.name.replace(source.participant, participant) for source in account.sources if source.task in lacking
    }
    if not any(source.mvc for source in own):
        words = [pattern.strip("*?") for pattern in rule.mvc_tasks]
        names |= {own[0].name.replace(own[0].task, word) for word in words if word}
    return near_files(names, idle)


def _signs(source: RecordingSource, rule: Accounting) -> tuple[str, ...]:
    """What in the name of a file tells whose it is: the label, and the group where labels are those of a group."""
    label = source.written.get("participant", source.participant)
    group = source.written.get("group", "") if rule.labels == "per group" else ""
    return (label, group) if group else (label,)


def _bears(name: str, signs: Sequence[str]) -> bool:
    """Whether each of these stands in a name as a part of its own: P1 does not in ``P10_squat.csv``."""

    def ends(sign: str) -> str:
        return r"(?!\d)" if sign[-1:].isdigit() else r"(?![^\W_])"

    return all(re.search(rf"(?<![^\W_]){re.escape(one)}{ends(one)}", name, re.IGNORECASE) for one in signs)


def _plain(name: str) -> str:
    """A file's name without ending, blanks and case."""
    stem = PurePosixPath(name).with_suffix("").as_posix() if PurePosixPath(name).suffix else name
    return "".join(unicodedata.normalize("NFC", stem).casefold().split())


def _longer(label: str, named: str) -> bool:
    """Whether something stands behind the named label, set off by a sign: ``squat copy``, ``squat (2)``."""
    return re.match(re.escape(named.casefold()) + r"[\W_]", label.casefold()) is not None


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter is wrong, lacking or too many, or two neighbours are swapped."""
    if min(len(one), len(other)) < 3 or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    if len(a) != len(b):
        longer, shorter = (a, b) if len(a) > len(b) else (b, a)
        return longer[1:] == shorter
    swapped = len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or (a[1:] == b[1:] and not (a[:1].isdigit() and b[:1].isdigit()))
