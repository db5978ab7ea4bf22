"""Account: which file of a folder is which recording, what it is for, and which recordings are left out and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from emgkit._checks import nearest
from emgkit.errors import Notice, StudyError
from emgkit.notation import listed
from emgkit.study.recordings.account.finding import find
from emgkit.study.recordings.account.sources import Account, Accounting, RecordingSource

__all__ = ["account", "exclusion_table"]


def account(folder: Path | None, rule: Accounting) -> Account:
    """Find every recording in a folder and give it its role.

    Parameters
    ----------
    folder : Path or None
        Where the data are; None where neither the study file nor the user names a folder.
    rule : Accounting
        How the files are recognised.

    Raises
    ------
    StudyError
        The folder holds no recording that the study can use, or none of a task, or none of an excluded participant.
    """
    found, notices = find(folder, rule)
    sources = tuple(_with_role(source, rule) for source in found)
    wanted = tuple(one for one in sources if one.exercise is not None or one.mvc)
    unused = tuple(one for one in sources if one.exercise is None and not one.mvc)
    missing = sorted(set(rule.exercises) - {one.task for one in wanted})
    if missing:
        raise StudyError(
            f"No recording of the task {listed(missing)} was found",
            allowed=f"recordings of the tasks {listed(sorted(rule.exercises))}",
            got=f"recordings of {listed(sorted({one.task for one in sources}))}",
        )
    if unused:
        tasks = listed(sorted({one.task for one in unused}))
        text = f"Recordings of tasks that the study does not name were not used: {tasks}."
        notices = (*notices, Notice(code="tasks-not-used", text=text))
    return Account(sources=wanted, unused=unused, notices=(*notices, *_exclusion_notices(rule, wanted)))


def exclusion_table(sources: Sequence[RecordingSource], failed: Mapping[str, str]) -> pd.DataFrame:
    """Recordings left out by the study file, and those that could not be read, with why: one row a recording."""
    reasons = {source.name: source.excluded for source in sources if source.excluded}
    for name, problem in failed.items():
        before = f"{reasons[name]}; " if name in reasons else ""
        reasons[name] = f"{before}could not be read: {problem}"
    return pd.DataFrame(list(reasons.items()), columns=["recording", "why"])


def _with_role(source: RecordingSource, rule: Accounting) -> RecordingSource:
    """The source with its exercise, whether it is an MVC trial, and why it is left out."""
    files = {entry.path: entry.reason for entry in rule.excluded_files}
    people = {entry.participant: entry.reason for entry in rule.excluded_participants}
    return replace(
        source,
        exercise=rule.exercises.get(source.task),
        mvc=any(fnmatchcase(source.task.lower(), pattern.lower()) for pattern in rule.mvc_tasks),
        excluded=files.get(source.name, people.get(source.participant, "")),
    )


def _exclusion_notices(rule: Accounting, sources: Sequence[RecordingSource]) -> tuple[Notice, ...]:
    """Entries of ``[exclude]`` and `keep` that fit none of these recordings.

    Raises
    ------
    StudyError
        An excluded participant is not among those recorded while others are: the name is misspelt.
    """
    names = {source.name for source in sources}
    people = {source.participant for source in sources}
    for entry in rule.excluded_participants:
        if entry.participant not in people:
            raise StudyError(
                f"There is no participant {entry.participant!r} to exclude",
                where="[exclude] participants",
                allowed=listed(sorted(people)),
                hint=nearest(entry.participant, people),
            )
    lost = [name for name in (*(entry.path for entry in rule.excluded_files), *rule.kept) if name not in names]
    if not lost:
        return ()
    text = f"The study file excludes or keeps what is not among these recordings: {listed(dict.fromkeys(lost))}."
    return (Notice(code="exclusion-not-found", text=text),)
