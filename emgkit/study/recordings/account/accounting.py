"""Account: which file of a folder is which recording, what it is for, and which recordings are left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from emgkit._checks import nearest
from emgkit.errors import Notice, StudyError
from emgkit.io.naming.patterns import composed
from emgkit.notation import listed
from emgkit.stats.cells.labels import spelled_alike
from emgkit.study.recordings.account.bids_set import sidecar_notices
from emgkit.study.recordings.account.counts import count_notices, pooled_references
from emgkit.study.recordings.account.finding import find, reads_as_bids
from emgkit.study.recordings.account.name_columns import checked_facts
from emgkit.study.recordings.account.near import near_files, near_label, shortly
from emgkit.study.recordings.account.people import check_groups, check_same_facts, check_spelling, with_people
from emgkit.study.recordings.account.second_files import with_second_files
from emgkit.study.recordings.account.sources import IDLE, Account, Accounting, ListedFile, RecordingSource, Role
from emgkit.study.recordings.account.tasks import Tasks

__all__ = ["account", "exclusion_table", "file_table"]


def account(folder: Path | None, rule: Accounting) -> Account:
    """Find every recording in a folder and give it its role; a file that no layout fits is "unknown".

    Parameters
    ----------
    folder : Path or None
        Where the data are; None where neither the study file nor the user names a folder.
    rule : Accounting
        How the files are recognised.

    Raises
    ------
    StudyError
        The folder holds no recording that the study can use, or none of a task, or none of an excluded participant;
        labels or files are told apart by a slip alone, or by nothing.
    """
    found, others = find(folder, rule)
    files = {composed(entry.path): entry.reason for entry in rule.excluded_files}
    found = tuple(replace(one, written=one.facts, excluded=files.get(composed(one.name), "")) for one in found)
    found = with_people(found, rule)
    tasks = rule.tasks
    sources = tuple(_with_role(source, rule, tasks) for source in found)
    others = tuple(
        replace(one, role="left out", reason=files[composed(one.name)]) if composed(one.name) in files else one
        for one in others
    )
    for kept in dict.fromkeys(rule.kept or ((),)):
        _check_names([one for one in sources if one.is_used(kept)], rule)
    # after the check, so that two Unicode forms of a label are no person of their own
    sources = tuple(replace(one, facts={name: composed(text) for name, text in one.facts.items()}) for one in sources)
    sources, others = with_second_files(sources, others, folder, rule)
    wanted, unused = _by_use(sources)
    present = {one.exercise for one in wanted}
    missing = sorted(task for task, name in rule.exercises.items() if name not in present)
    every = (*(_entry(source) for source in sources), *others)
    if missing:
        idle = [
            one.name
            for one in every
            if one.role in IDLE and not rule.leaves_out(one.name, one.facts.get("participant", ""))
        ]
        near = near_files([one.name.replace(one.task, task) for task in missing for one in sources if one.task], idle)
        raise StudyError(
            f"No recording of the task {listed(missing)} was found",
            allowed=f"recordings of the tasks {listed(sorted(rule.exercises))}",
            got=f"recordings of {listed(sorted({one.task for one in sources}))}",
            hint=f"Files that nearly fit: {listed(near)}" if near else "",
        )
    notices = _unused_notices([one for one in unused if not one.excluded])
    if folder is not None and reads_as_bids(folder, rule):
        notices += sidecar_notices(folder, wanted, others)
    return Account(
        sources=wanted,
        unused=unused,
        files=tuple(sorted(every, key=lambda one: one.name.split("/"))),
        notices=(
            *notices,
            *pooled_references(wanted),
            *count_notices(wanted),
            *_exclusion_notices(rule, wanted, every),
        ),
    )


def exclusion_table(sources: Sequence[RecordingSource], failed: Mapping[str, str]) -> pd.DataFrame:
    """Recordings left out by the study file, and those that could not be read, with why: one row a recording."""
    reasons = {source.name: source.excluded for source in sources if source.excluded}
    for name, problem in failed.items():
        before = f"{reasons[name]}; " if name in reasons else ""
        reasons[name] = f"{before}could not be read: {problem}"
    return pd.DataFrame(list(reasons.items()), columns=["recording", "why"])


def file_table(files: Sequence[ListedFile], failed: Mapping[str, str], kept: Sequence[str] = ()) -> pd.DataFrame:
    """Every file below the data folder with its role: one row a file.

    Parameters
    ----------
    files : sequence of ListedFile
        All files.
    failed : mapping of str to str
        Recordings that could not be read, with why.
    kept : sequence of str
        Recordings that are used although the study file excludes them.

    Returns
    -------
    DataFrame
        ``file, role``, the facts in the names, and ``reason``, why a file is not used.
    """
    first = ("participant", "group", "session", "task", "run")
    facts = [*first, *sorted({name for one in files for name in one.facts} - set(first))]
    rows = []
    for one in files:
        role, reason = one.role, one.reason
        if one.name in failed:
            role, reason = "left out", f"could not be read: {failed[one.name]}"
        elif one.name in kept:
            role, reason = one.use or role, f"kept, although excluded: {reason}"
        # a name that is no Unicode shows its bytes
        name = one.name.encode("utf-8", "backslashreplace").decode()
        rows.append({"file": name, "role": role, **{fact: one.facts.get(fact) for fact in facts}, "reason": reason})
    return pd.DataFrame(rows, columns=["file", "role", *facts, "reason"])


def _with_role(source: RecordingSource, rule: Accounting, tasks: Tasks) -> RecordingSource:
    """The source with its exercise, whether it is an MVC trial, and why it is left out."""
    people = {composed(entry.participant): entry.reason for entry in rule.excluded_participants}
    role = tasks.role(source.task)
    return replace(
        source,
        facts=checked_facts(source.facts, role.facts, where=source.name),
        exercise=role.exercise,
        mvc=role.mvc,
        excluded=source.excluded or people.get(composed(source.participant), ""),
    )


def _by_use(sources: Sequence[RecordingSource]) -> tuple[tuple[RecordingSource, ...], tuple[RecordingSource, ...]]:
    """The recordings that the study uses, and those whose task it does not name."""
    wanted = tuple(one for one in sources if one.exercise is not None or one.mvc)
    return wanted, tuple(one for one in sources if one.exercise is None and not one.mvc)


def _entry(source: RecordingSource) -> ListedFile:
    """The recording in the list of files."""
    use: Role | None = "MVC" if source.mvc else None
    if source.exercise is not None:
        use = "exercise and MVC" if source.mvc else "exercise"
    reason = source.excluded or ("" if use else f"the study names no task {source.task!r}")
    return ListedFile(
        name=source.name, role="left out" if reason else use or "left out", facts=source.facts, reason=reason, use=use
    )


def _check_names(used: Sequence[RecordingSource], rule: Accounting) -> None:
    """Refuse labels and recordings of one comparison that nothing, or a slip alone, tells apart.

    Raises
    ------
    StudyError
        Names the labels and the files.
    """
    check_groups(used, rule)
    wanted, unused = _by_use(used)
    check_spelling(wanted)
    check_same_facts(wanted)
    if rule.unused == "report":
        return
    named = {*rule.exercises, *(pattern for pattern in rule.mvc_tasks if "*" not in pattern)}
    named |= {one.task for one in wanted}
    there = {_with_task(one, one.task) for one in wanted}
    near = []
    for one in unused:
        task = near_label(one.task, sorted(named))
        # a task of its own, such as squatR beside squatL, is recorded beside the one that is named
        if task is not None and (spelled_alike([task, one.task]) or _with_task(one, task) not in there):
            near.append(f"{one.name} has {one.task!r}, nearly {task!r}")
    if near:
        raise StudyError(
            "The study names no task of these recordings, but one that is nearly the same",
            allowed=f"the tasks {listed(sorted(named))}",
            got="; ".join(near[:4]) + (f"; {len(near) - 4} more" if len(near) > 4 else ""),
            hint="Rename the files, leave them out under [exclude] files with the reason, or set "
            '[data] unused = "report"',
        )


def _with_task(source: RecordingSource, task: str) -> frozenset[tuple[str, str]]:
    """The facts of a recording, had it this task."""
    return frozenset({**source.facts, "task": task}.items())


def _unused_notices(unused: Sequence[RecordingSource]) -> tuple[Notice, ...]:
    if not unused:
        return ()
    tasks = listed(sorted({one.task for one in unused}))
    text = f"Recordings of tasks that the study does not name were not used: {tasks}."
    hint = f"They are {shortly([one.name for one in unused])}."
    return (Notice(code="tasks-not-used", text=text, hint=hint),)


def _exclusion_notices(
    rule: Accounting, sources: Sequence[RecordingSource], files: Sequence[ListedFile]
) -> tuple[Notice, ...]:
    """Entries of ``[exclude]`` and `keep` that fit none of these recordings.

    Raises
    ------
    StudyError
        An excluded participant is not among those recorded while others are: the name is misspelt.
    """
    kept, names = {composed(source.name) for source in sources}, {composed(one.name) for one in files}
    people = {source.participant for source in sources}
    for entry in rule.excluded_participants:
        if composed(entry.participant) not in people:
            raise StudyError(
                f"There is no participant {entry.participant!r} to exclude",
                where="[exclude] participants",
                allowed=listed(sorted(people)),
                hint=nearest(entry.participant, people),
            )
    lost = [entry.path for entry in rule.excluded_files if composed(entry.path) not in names]
    lost += [name for names in rule.kept for name in names if composed(name) not in kept]
    if not lost:
        return ()
    text = f"The study file excludes or keeps what is not among these recordings: {listed(dict.fromkeys(lost))}."
    near = near_files(lost, names)
    hint = f"Files that nearly fit: {listed(near)}." if near else ""
    return (Notice(code="exclusion-not-found", text=text, hint=hint),)
