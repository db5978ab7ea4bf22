"""Which source becomes which recording of the data set, settled for all before the first is read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emgkit._checks import nearest
from emgkit.channels import Value
from emgkit.errors import ArgumentError, EmgkitError, FileError, Notice
from emgkit.io.bids._labels import bids_label, labels_made, register
from emgkit.io.bids._writing import ENTITIES
from emgkit.io.catalogue import may_be_recording
from emgkit.io.conversion.map_file import ConversionMap
from emgkit.io.naming.fitting import check_other_layouts, layout_names, nearly_fits
from emgkit.io.naming.folders import file_and_sheet, files_below, is_hidden, with_sheets
from emgkit.io.naming.layouts import Layout
from emgkit.io.naming.names import AnyTask, read_names
from emgkit.io.naming.patterns import Pattern
from emgkit.notation import counted, listed

__all__ = ["LeftOut", "Plan", "Planned", "paths_of", "plan", "source_files"]

# so many names stand in a message
_SHOWN = 4


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A source and what it becomes: `labels` are the context with BIDS labels, `facts` are about the participant."""

    path: Path
    name: str
    layout: Layout
    sheet: str | None
    participant: str
    task: str
    labels: Mapping[str, Value]
    facts: Mapping[str, Value]

    @property
    def stem(self) -> str:
        """The name of the recording in the data set, without ``_emg.bdf``."""
        label = bids_label(self.participant)
        entities = {"participant": label, **self.labels}
        return "_".join(f"{key}-{entities[word]}" for word, key in ENTITIES.items() if word in entities)


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """A source that is not in the data set, and why."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The recordings to write, what is left out, and what was remarked."""

    recordings: tuple[Planned, ...]
    left_out: tuple[LeftOut, ...]
    notices: tuple[Notice, ...]


def plan(sources: Sequence[Path], rules: ConversionMap) -> Plan:
    """Which source becomes which recording.

    Raises
    ------
    FileError
        A source is not there, or none is a recording that the map names.
    ArgumentError
        Two sources would have one name, two people or tasks one label, a label cannot be made, or a recording fits no
        layout.
    """
    layouts = rules.data.all_layouts()
    reasons = {entry.path: entry.reason for entry in rules.exclude.files}
    found = _files(sources, layouts, closed=set(reasons))
    _check_known("files", reasons, found)
    left_out = [LeftOut(name=name, reason=reason) for name, reason in reasons.items()]
    names = [name for name in found if name not in reasons]
    # each by itself: that others are named in one way does not tell which of two readings is meant
    readings = {name: one for name in names for one in read_names([name], layouts, AnyTask()).values()}
    for name, reading in readings.items():
        check_other_layouts(name, reading, layouts, AnyTask())
    if not readings:
        raise FileError(
            "No source has a name that the map can read", where=", ".join(map(str, sources[:_SHOWN])),
            allowed=listed(layout_names(layouts)), got=_some(names), hint=_near(names, layouts),
        )  # fmt: skip
    left_out += _unfitted([name for name in names if name not in readings], found, rules)
    people = {entry.participant: entry.reason for entry in rules.exclude.participants}
    _check_known("participants", people, {reading.facts["participant"]: None for reading in readings.values()})
    planned = []
    for name, reading in readings.items():
        if (who := reading.facts["participant"]) in people:
            left_out.append(LeftOut(name=name, reason=f"participant {who!r}: {people[who]}"))
            continue
        folder, inside = found[name]
        file, sheet = file_and_sheet(inside, reading.layout)
        facts = _with_task(reading.facts, rules.data.task, where=name)
        planned.append(_planned(folder / file, name, reading.layout, sheet=sheet, read=facts))
    notices = _check_labels(planned)
    _check_stems(planned)
    return Plan(recordings=tuple(planned), left_out=tuple(left_out), notices=notices)


def source_files(sources: Sequence[Path]) -> dict[str, tuple[Path, str]]:
    """All files of the sources: the name for people to the folder and the name within it.

    Raises
    ------
    FileError
        A source is not there.
    ArgumentError
        Two sources hold a file of one name.
    """
    found: dict[str, tuple[Path, str]] = {}
    for source in sources:
        if not os.path.exists(source):
            beside = [entry.name for entry in source.parent.iterdir()] if os.path.isdir(source.parent) else []
            raise FileError("A source is not there", where=str(source), hint=nearest(source.name, beside))
        folder, inside = (source, files_below(source)) if os.path.isdir(source) else (source.parent, (source.name,))
        for name in (one for one in inside if not is_hidden(one)):
            if name in found and found[name][0].resolve() != folder.resolve():
                if not may_be_recording(folder / name):
                    # every folder may have its README
                    continue
                raise ArgumentError(
                    f"Two sources hold a file {name!r}",
                    where=f"{found[name][0]} and {folder}", allowed="files that their names tell apart",
                    hint="Give the folder above them both, and let its folders be a part of the pattern",
                )  # fmt: skip
            found[name] = (folder, name)
    return found


def _files(sources: Sequence[Path], layouts: Sequence[Layout], *, closed: set[str]) -> dict[str, tuple[Path, str]]:
    """The files of the sources, and in place of a workbook its sheets where these are recordings."""
    folders: dict[Path, list[str]] = {}
    for folder, name in source_files(sources).values():
        folders.setdefault(folder, []).append(name)
    return {
        name: (folder, name)
        for folder, names in folders.items()
        for name in with_sheets(folder, names, layouts, closed=closed)
    }


def _check_known(what: str, named: Iterable[str], there: Mapping[str, object]) -> None:
    """Refuse a name under ``[exclude]`` that is not among the sources."""
    for name in named:
        if name not in there:
            raise ArgumentError(
                f"The map leaves out {name!r}, which is not among the sources", where=f"[exclude] {what}",
                allowed=_some(list(there)), got=repr(name), hint=nearest(name, list(there)),
            )  # fmt: skip


def _unfitted(names: Sequence[str], found: Mapping[str, tuple[Path, str]], rules: ConversionMap) -> list[LeftOut]:
    """The files that no layout fits; a recording among them is refused, unless the map reports such files alone."""
    lost = [name for name in names if ", sheet " in name or may_be_recording(found[name][0] / found[name][1])]
    if lost and rules.data.unused == "refuse":
        layouts = rules.data.all_layouts()
        raise ArgumentError(
            f"No pattern of the map fits {counted(len(lost), 'recording')}",
            where="[data]", allowed=listed(layout_names(layouts)), got=_some(lost),
            hint=_near(lost, layouts)
            + "Add a layout, leave them out under [exclude] files with the reason, or write unused = \"report\"",
        )  # fmt: skip
    kept = set(lost)
    return [
        LeftOut(name=name, reason="no pattern of the map fits" if name in kept else "not a recording") for name in names
    ]


def _with_task(read: Mapping[str, str], template: str | None, *, where: str) -> dict[str, str]:
    """The facts with the task that the map makes of them; those that became a part of it are no longer apart."""
    if template is None:
        return dict(read)
    fields = Pattern(template).fields
    for field in fields:
        if field not in read:
            raise ArgumentError(
                f"The task is made of {field!r}, which the name does not tell", where=f"[data] task, {where}",
                allowed=f"fields of the name: {listed(read)}", got=template, hint=nearest(field, list(read)),
            )  # fmt: skip
    task = template
    for field in fields:
        task = task.replace(f"{{{field}}}", read[field])
    kept = {key: text for key, text in read.items() if key in ENTITIES or key not in fields}
    return {**kept, "task": task}


def _planned(path: Path, name: str, layout: Layout, *, sheet: str | None, read: Mapping[str, str]) -> Planned:
    """A source with the labels that its name gives."""
    odd = {"muscle", "side"} & set(read)
    if odd:
        raise ArgumentError(
            f"The name of a recording tells the {sorted(odd)[0]}, which is that of a channel",
            where=name, allowed="[channels], or channels = { … } of a layout, with the label in the file",
            hint="For the leg that works write {leg}",
        )  # fmt: skip
    labels: dict[str, Value] = {}
    for word in ENTITIES:
        if word == "participant" or word not in read:
            continue
        label = bids_label(read[word])
        if word == "run":
            label = label if label.isascii() and label.isdigit() else ""
        if not label:
            raise ArgumentError(
                f"The {word} cannot be a BIDS label",
                where=name, allowed="a whole number" if word == "run" else "letters, digits and '+'",
                got=repr(read[word]),
                hint="Name the field {acquisition}, which may hold letters" if word == "run"
                else f'Translate it in the layout: values.{word} = {{ "{read[word]}" = "…" }}',
            )  # fmt: skip
        labels[word] = int(label) if word == "run" and label == str(int(label)) else label
    facts = {key: text for key, text in read.items() if key not in ENTITIES}
    return Planned(
        path=path, name=name, layout=layout, sheet=sheet, participant=read["participant"], task=read["task"],
        labels=labels, facts=facts,
    )  # fmt: skip


def _check_labels(planned: Sequence[Planned]) -> tuple[Notice, ...]:
    """Refuse people, or tasks, that would share a label; tell which labels are not as the names are."""
    people: dict[str, str] = {}
    for one in planned:
        try:
            register(people, one.participant)
        except EmgkitError as problem:
            raise ArgumentError(
                problem.what, where=one.name, allowed=problem.allowed, got=problem.got,
                hint=f'Translate it in the layout: values.participant = {{ "{one.participant}" = "P01", … }}',
            ) from None  # fmt: skip
    tasks: dict[str, str] = {}
    for one in planned:
        label = str(one.labels["task"])
        same = next((task for task in tasks if task != one.task and tasks[task].casefold() == label.casefold()), None)
        if same is not None:
            raise ArgumentError(
                "Two tasks would have the same BIDS label",
                where=one.name, got=f"{same!r} and {one.task!r}, both task-{label}",
                hint=f'Translate one of them in the layout: values.task = {{ "{one.task}" = "…", … }}',
            )  # fmt: skip
        tasks[one.task] = label
    made = labels_made(people)
    changed = [f"{task!r} as task-{label}" for task, label in tasks.items() if task != label]
    notices = [made] if made is not None else []
    if changed:
        text = f"BIDS labels are letters and digits: {', '.join(changed)}. The names stand in _emg.json (TaskName)."
        notices.append(Notice(code="labels-made", text=text))
    return tuple(notices)


def _check_stems(planned: Sequence[Planned]) -> None:
    """Refuse two sources that would have one name in the data set."""
    taken: dict[str, str] = {}
    for one in planned:
        key = one.stem.casefold()
        if key in taken:
            raise ArgumentError(
                "Two sources would have the same name in the data set",
                where=f"{one.stem}_emg.bdf", got=f"{taken[key]!r} and {one.name!r}",
                hint="Name what tells them apart in the pattern, as {run}, {session} or {acquisition}, or leave one "
                "out under [exclude] files with the reason",
            )  # fmt: skip
        taken[key] = one.name


def _near(names: Sequence[str], layouts: Sequence[Layout]) -> str:
    near = [text for name in names if (text := nearly_fits(name, layouts))][:2]
    return f"{'; '.join(near)}. " if near else ""


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:_SHOWN])) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def paths_of(sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> tuple[Path, ...]:
    """The sources as paths."""
    if isinstance(sources, (str, os.PathLike)):
        return (Path(sources),)
    found = tuple(Path(one) for one in sources)
    if not found:
        raise ArgumentError("There is nothing to convert", allowed="files or folders of recordings", got="none")
    return found
