"""Account: which file of a folder is which recording, what it is for, and which recordings are left out and why."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path

import pandas as pd

from emgkit import shipped
from emgkit._checks import nearest
from emgkit.errors import Notice, StudyError
from emgkit.notation import counted, listed
from emgkit.study.file.recordings import ChannelSpec, ExcludedFile, ExcludedParticipant, Layout

__all__ = ["Account", "Accounting", "RecordingSource", "account", "exclusion_table", "find", "is_bids"]

_FACTS = ("participant", "group", "session", "task", "run")


@dataclass(frozen=True, kw_only=True)
class Accounting:
    """How the files of a folder are recognised.

    Parameters
    ----------
    layouts : tuple of Layout
        How files are named that are no BIDS set.
    exercises : mapping of str to str
        Task to the name of the exercise.
    mvc_tasks : tuple of str
        Patterns of the tasks that are MVC trials.
    excluded_files, excluded_participants : tuple
        What is left out, each with its reason.
    kept : tuple of str
        Recordings that some comparison keeps although they are left out.
    registry : str, optional
        The data set, for a message that says where to get it.
    """

    layouts: tuple[Layout, ...] = ()
    exercises: Mapping[str, str] = field(default_factory=dict)
    mvc_tasks: tuple[str, ...] = ()
    excluded_files: tuple[ExcludedFile, ...] = ()
    excluded_participants: tuple[ExcludedParticipant, ...] = ()
    kept: tuple[str, ...] = ()
    registry: str | None = None


@dataclass(frozen=True, kw_only=True)
class RecordingSource:
    """One recording: its file, its name within the data folder, the facts in that name, and the role of the recording.

    `exercise` is the name of the exercise, None for other tasks. `mvc` is true for an MVC trial. `excluded` is the
    reason why the recording is left out, else empty. `sfreq`, `units` and `channels` are those of the layout.
    """

    path: Path
    name: str
    facts: Mapping[str, str]
    sfreq: float | None = None
    units: str | dict[str, str] | None = None
    channels: Mapping[str, ChannelSpec] = field(default_factory=dict)
    exercise: str | None = None
    mvc: bool = False
    excluded: str = ""

    @property
    def task(self) -> str:
        """The task recorded."""
        return self.facts.get("task", "")

    @property
    def participant(self) -> str:
        """Who was recorded."""
        return self.facts.get("participant", "")

    @property
    def session(self) -> str | None:
        """The session, where there are several."""
        return self.facts.get("session")


@dataclass(frozen=True, kw_only=True)
class Account:
    """The recordings of a study sorted by name, those that it does not use, and notices about both."""

    sources: tuple[RecordingSource, ...]
    unused: tuple[RecordingSource, ...] = ()
    notices: tuple[Notice, ...] = ()


def is_bids(folder: Path) -> bool:
    """Whether a folder is a BIDS data set."""
    return (folder / "dataset_description.json").is_file() or any(folder.glob("sub-*"))


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


def find(folder: Path | None, rule: Accounting) -> tuple[tuple[RecordingSource, ...], tuple[Notice, ...]]:
    """The recordings in a folder, sorted by name, and a notice of files that fit no layout.

    Raises
    ------
    StudyError
        No folder is named, it is not there, or it holds nothing that the study can read.
    """
    if folder is None:
        raise StudyError("The study does not say where its recordings are", hint=_where_to_get(rule))
    if folder.is_file():
        raise StudyError("The recordings are looked for in a folder", where=str(folder), got="a file")
    if not folder.is_dir():
        raise StudyError("The folder of recordings is not there", where=str(folder), hint=_where_to_get(rule))
    if is_bids(folder):
        return _in_bids(folder), ()
    for layout in rule.layouts:
        sources, unmatched = _in_layout(layout, folder)
        if sources:
            return sources, _left_aside(unmatched, layout)
    wanted = [f"files named {layout.pattern or layout.regex}" for layout in rule.layouts]
    for_files = 'For other files, say how they are named: [data] pattern = "{participant}_{task}.csv"'
    raise StudyError(
        "The folder holds no recording that the study can use",
        where=str(folder),
        allowed=" or ".join(["an EMG-BIDS data set", *wanted]),
        got=listed(sorted(entry.name for entry in folder.iterdir())[:8]),
        hint=_where_to_get(rule) if rule.layouts else for_files,
    )


def _in_bids(folder: Path) -> tuple[RecordingSource, ...]:
    from emgkit.io import bids

    names = {"sub": "participant", "ses": "session", "task": "task", "run": "run"}
    sources = []
    for path in bids.recordings(folder):
        entities = dict(part.split("-", 1) for part in path.stem.split("_") if "-" in part)
        facts = {names[key]: value for key, value in entities.items() if key in names}
        name = path.relative_to(folder).as_posix()
        sources.append(RecordingSource(path=path, name=name, facts=facts))
    if not sources:
        raise StudyError(
            "The BIDS data set holds no EMG recording", where=str(folder), allowed="*_emg.edf or *_emg.bdf"
        )
    return tuple(sources)


def _in_layout(layout: Layout, folder: Path) -> tuple[tuple[RecordingSource, ...], list[str]]:
    expression = _expression(layout)
    sources, others = [], []
    for path in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
        name = path.relative_to(folder).as_posix()
        match = expression.fullmatch(name)
        if match is None:
            others.append(name)
            continue
        parts = {key: text for key, text in match.groupdict().items() if text is not None}
        facts = {key: layout.values.get(key, {}).get(text, text) for key, text in parts.items()}
        sources.append(
            RecordingSource(
                path=path,
                name=name,
                facts=facts,
                sfreq=layout.sfreq,
                units=layout.units,
                channels=layout.channels,
            )
        )
    suffixes = {source.path.suffix for source in sources}
    return tuple(sources), [name for name in others if Path(name).suffix in suffixes]


def _expression(layout: Layout) -> re.Pattern[str]:
    """The regular expression of a layout; a field whose values are listed matches only those."""
    if layout.regex is not None:
        try:
            expression = re.compile(layout.regex)
        except re.error as problem:
            raise StudyError("The layout's regex is not valid", where="data.layouts", got=str(problem)) from None
    else:
        parts = re.split(r"\{(\w+)\}", layout.pattern or "")
        pieces = [re.escape(part) if place % 2 == 0 else _field(part, layout) for place, part in enumerate(parts)]
        expression = re.compile("".join(pieces))
    unknown = sorted(set(expression.groupindex) - set(_FACTS))
    if unknown or not {"participant", "task"} <= set(expression.groupindex):
        raise StudyError(
            "A layout names the participant and the task, and may name the group, the session and the run",
            where=f"data, {layout.pattern or layout.regex}",
            allowed=listed(_FACTS),
            got=listed(expression.groupindex),
        )
    return expression


def _field(name: str, layout: Layout) -> str:
    values = layout.values.get(name)
    inside = "|".join(re.escape(value) for value in values) if values else "[^/_]+"
    return f"(?P<{name}>{inside})"


def _left_aside(names: list[str], layout: Layout) -> tuple[Notice, ...]:
    if not names:
        return ()
    files = f"{counted(len(names), 'file')} {'was' if len(names) == 1 else 'were'}"
    text = f"{files} not used because the name does not fit {layout.pattern or layout.regex}: "
    return (Notice(code="files-not-used", text=text + ", ".join(names[:8]) + (" …" if len(names) > 8 else "")),)


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
