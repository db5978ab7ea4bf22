"""Second files, one for each recording, that stand beside the first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path, PurePosixPath

from emgkit.errors import StudyError
from emgkit.io.naming.folders import file_and_sheet, loose
from emgkit.notation import listed
from emgkit.study.file.recordings import IN_SHEET, Join
from emgkit.study.recordings.account.near import near_files, shortly
from emgkit.study.recordings.account.sources import Accounting, JoinedFile, ListedFile, RecordingSource

__all__ = ["second_names", "with_second_files"]

_FIELD = re.compile(r"\{(\w+)\}")


def second_names(names: Sequence[str], rule: Accounting) -> dict[str, None]:
    """The names that fit a join; one that fits a layout too belongs to the pattern with more text of its own."""

    def own_text(name: str, patterns: Sequence[str]) -> int:
        return max((len(_FIELD.sub("", one)) for one in patterns if loose(one).fullmatch(name)), default=-1)

    joins = [one.pattern for one in rule.joins]
    layouts = [one.pattern for one in rule.layouts if one.pattern is not None]
    return {name: None for name in names if joins and own_text(name, joins) > own_text(name, layouts)}


def with_second_files(
    sources: Sequence[RecordingSource], others: Sequence[ListedFile], folder: Path | None, rule: Accounting
) -> tuple[tuple[RecordingSource, ...], tuple[ListedFile, ...]]:
    """The recordings with their second files, and all other files; those that are joined say to what.

    Raises
    ------
    StudyError
        A recording of an exercise lacks its second file, a second file fits no recording or several, or a pattern
        names a fact that recordings do not have.
    """
    left = {_plain(one.name): one.name for one in others if one.role == "joined"}
    # devices of one recording in a BIDS data set are joined already
    taken = {second.name: source.name for source in sources for second in source.joined}
    missing: dict[str, str] = {}
    joined = []
    for source in sources:
        files = []
        for join in rule.joins:
            expected = _expected(join, source)
            name = next((left[one] for one in map(_plain, expected) if one in left), None)
            if name is not None:
                _refuse_two(name, source, taken, join)
                taken[name] = source.name
                file, sheet = file_and_sheet(name, join)
                files.append(JoinedFile(path=(folder or Path()) / file, name=name, rule=join, sheet=sheet))
            elif source.exercise is not None and _is_used(source, rule):
                missing[source.name] = expected[0]
        joined.append(replace(source, joined=(*source.joined, *files)))
    _refuse_missing(missing, [one.name for one in others if one.name not in taken])
    # a name that differs from that of another by the case of its ending alone is not in `left`
    _refuse_alone([one.name for one in others if one.role == "joined" and one.name not in taken], sources, rule)
    idle = {source.name for source in sources if not _is_used(source, rule)}
    return tuple(joined), tuple(_listed(one, taken[one.name], idle) if one.name in taken else one for one in others)


def _is_used(source: RecordingSource, rule: Accounting) -> bool:
    """Whether a comparison uses a recording of an exercise or an MVC trial."""
    return (source.exercise is not None or source.mvc) and any(map(source.is_used, rule.kept or ((),)))


def _listed(one: ListedFile, first: str, idle: Collection[str]) -> ListedFile:
    """A second file in the list of files."""
    if first in idle:
        return replace(one, role="left out", reason=f"joined to {first}, which is not used")
    return replace(one, reason=f"joined to {first}")


def _expected(join: Join, source: RecordingSource) -> list[str]:
    """The names that the second file of a recording may have: one, but for facts that are written in several ways.

    Raises
    ------
    StudyError
        The pattern names a fact that the recording does not have.
    """
    choices = []
    for place, piece in enumerate(_FIELD.split(join.pattern)):
        if place % 2 == 0:
            choices.append([piece])
            continue
        if piece not in source.facts:
            raise StudyError(
                f"The second files are named by {piece!r}, which the recording does not have",
                where=f"[data] join, {join.pattern}",
                allowed=f"the facts in {source.name!r}: {listed(source.facts)}",
                got=f"{{{piece}}}",
            )
        facts = list(dict.fromkeys((source.written.get(piece, source.facts[piece]), source.facts[piece])))
        choices.append([text for text, value in join.values.get(piece, {}).items() if value in facts] or facts)
    return ["".join(choice) for choice in product(*choices)]


def _plain(name: str) -> str:
    """A name in one Unicode form, with the ending of the file in lower case."""
    file, within, sheet = unicodedata.normalize("NFC", name).partition(IN_SHEET)
    ending = PurePosixPath(file).suffix
    return file.removesuffix(ending) + ending.lower() + within + sheet


def _refuse_two(name: str, source: RecordingSource, taken: Mapping[str, str], join: Join) -> None:
    if name in taken:
        raise StudyError(
            "A file to join fits two recordings",
            where=f"[data] join, {join.pattern}",
            allowed="a second file for each recording: more of its facts in the pattern",
            got=f"{name!r} fits {taken[name]!r} and {source.name!r}",
        )


def _refuse_missing(missing: Mapping[str, str], idle: Sequence[str]) -> None:
    if not missing:
        return
    names = [f"{name} ({expected})" for name, expected in missing.items()]
    raise StudyError(
        "A recording lacks the file to join" if len(missing) == 1 else f"{len(missing)} recordings lack a file to join",
        where="[data] join",
        allowed="for every recording of an exercise, the file in brackets",
        got=shortly(names, 4),
        hint=_near_hint(missing.values(), idle)
        + "Rename the file, or leave the recording out under [exclude] files with the reason",
    )


def _refuse_alone(alone: Sequence[str], sources: Sequence[RecordingSource], rule: Accounting) -> None:
    if not alone:
        return
    raise StudyError(
        "A file to join fits no recording" if len(alone) == 1 else f"{len(alone)} files to join fit no recording",
        where=f"[data] join, {listed(one.pattern for one in rule.joins)}",
        allowed="a file for each recording, with its facts in the name",
        got=shortly(alone, 4),
        hint=_near_hint(alone, [one.name for one in sources])
        + "Rename them, or leave them out under [exclude] files with the reason",
    )


def _near_hint(names: Iterable[str], others: Sequence[str]) -> str:
    near = near_files(list(names)[:3], others)
    return f"Files that nearly fit: {listed(near)}. " if near else ""
