"""People and labels: who is one person, and which labels, or recordings, nothing but a slip tells apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from emgkit.errors import StudyError
from emgkit.notation import counted
from emgkit.stats.cells.labels import spelled_alike
from emgkit.study.recordings.account.near import quoted, shortly
from emgkit.study.recordings.account.sources import Accounting, RecordingSource

__all__ = ["check_groups", "check_same_facts", "check_spelling", "with_people"]

# facts that say where a person belongs, and not what the person did
_GROUPS = ("group", "site", "centre", "center", "cohort", "lab")


def with_people(sources: Sequence[RecordingSource], rule: Accounting) -> tuple[RecordingSource, ...]:
    """The recordings with the person as participant: the label, or group and label together.

    Raises
    ------
    StudyError
        Labels are those of a group, and the names of the files tell no group.
    """
    if rule.labels != "per group":
        return tuple(sources)
    lacking = [source.name for source in sources if not _group(source)]
    if lacking:
        raise StudyError(
            "Participants are told apart by their group, and names of files tell no group",
            where='[data] labels = "per group"',
            allowed="a pattern with {group} in it",
            got=shortly(lacking, 3),
        )
    return tuple(
        replace(source, facts={**source.facts, "participant": f"{_group(source)}/{source.participant}"})
        for source in sources
    )


def check_groups(sources: Sequence[RecordingSource], rule: Accounting) -> None:
    """Refuse a label that stands in two groups, where the study file does not say how many people it is.

    Raises
    ------
    StudyError
        Names the label and a file in each group.
    """
    if rule.labels is not None:
        return
    places: dict[str, dict[str, RecordingSource]] = {}
    for source in sources:
        if source.participant:
            places.setdefault(source.participant, {}).setdefault(_group(source), source)
    shared = {label: groups for label, groups in places.items() if len(groups) > 1}
    if not shared:
        return
    who, groups = next(iter(shared.items()))
    more = f"; and {counted(len(shared) - 1, 'other label')}" if len(shared) > 1 else ""
    example = next(group for group in groups if group)
    raise StudyError(
        f"The label {who!r} stands in {len(groups)} groups: it may be one person or several",
        where="[data] of the study file",
        allowed=f'labels = "per group": group and label together are the person, such as "{example}/{who}"; '
        'labels = "per study": one person who is in each group',
        got="; ".join(f"group {group!r}: {one.name}" for group, one in list(groups.items())[:3]) + more,
    )


def check_spelling(sources: Sequence[RecordingSource]) -> None:
    """Refuse labels of participants, tasks, groups and other facts that differ by blanks, case or Unicode form only.

    Raises
    ------
    StudyError
        Shows the labels in quotes, each with a file.
    """
    for fact in dict.fromkeys(fact for source in sources for fact in source.facts):
        files: dict[str, str] = {}
        for source in sources:
            if fact in source.facts:
                files.setdefault(source.facts[fact], source.name)
        alike = spelled_alike(files)
        if alike:
            shown = [
                " and ".join(f"{text} ({files[label]})" for text, label in zip(quoted(same), same, strict=True))
                for same in alike[:3]
            ]
            raise StudyError(
                f"Labels of the {fact} differ by blanks, upper and lower case or Unicode form only",
                allowed="one spelling of each label",
                got="; ".join(shown) + (f"; {len(alike) - 3} more" if len(alike) > 3 else ""),
                hint="Rename the files, leave some out under [exclude] files with the reason, or let [[data.layouts]] "
                f"translate every label of the {fact}: {_translation(fact, alike[0])}",
            )


def _translation(fact: str, alike: Sequence[str]) -> str:
    """The values of a layout that make labels one, the rest left open: ``values.task = { "MVC" = "MVC", … }``."""
    same = ", ".join(f'"{label}" = "{alike[0]}"' for label in alike)
    return f"values.{fact} = {{ {same}, … }}"


def check_same_facts(sources: Sequence[RecordingSource]) -> None:
    """Refuse two files whose names tell the same facts.

    Raises
    ------
    StudyError
        Names the files and their facts.
    """
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for source in sources:
        found.setdefault(tuple(sorted(source.facts.items())), []).append(source.name)
    doubled = [(facts, names) for facts, names in found.items() if len(names) > 1]
    if doubled:
        facts, names = doubled[0]
        more = f"; {len(doubled) - 1} more such groups" if len(doubled) > 1 else ""
        raise StudyError(
            f"{len(names)} files give the same recording: {_in_words(dict(facts))}",
            allowed="one file for each participant, session, task and run",
            got=shortly(names, 4) + more,
            hint="Name what tells them apart in the pattern, such as {run}, or leave all but one out under "
            "[exclude] files with the reason",
        )


def _group(source: RecordingSource) -> str:
    return "/".join(source.facts[name] for name in _GROUPS if source.facts.get(name))


def _in_words(facts: Mapping[str, str]) -> str:
    first = ("participant", "session", "task", "run")
    order = [*(name for name in first if name in facts), *(name for name in facts if name not in first)]
    return ", ".join(f"{name} {facts[name]!r}" for name in order)
