"""Which recordings a study has: files, and who did what in each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from emgkit import shipped
from emgkit.errors import Notice, StudyError
from emgkit.notation import listed
from emgkit.study.file.recordings import ChannelSpec, Layout, StudyFile

__all__ = ["RecordingSource", "find", "is_bids"]

_FACTS = ("participant", "group", "session", "task", "run")


@dataclass(frozen=True, kw_only=True)
class RecordingSource:
    """One recording's file, its name within the data folder, and the facts its name tells."""

    path: Path
    name: str
    facts: Mapping[str, str]
    sfreq: float | None = None
    units: str | dict[str, str] | None = None
    channels: Mapping[str, ChannelSpec] = field(default_factory=dict)

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


def is_bids(folder: Path) -> bool:
    """Whether a folder is a BIDS data set."""
    return (folder / "dataset_description.json").is_file() or any(folder.glob("sub-*"))


def find(file: StudyFile, folder: Path | None) -> tuple[tuple[RecordingSource, ...], tuple[Notice, ...]]:
    """The recordings of a study in a folder, sorted by name.

    Parameters
    ----------
    file : StudyFile
        The study.
    folder : Path or None
        Where the data are; None where nobody said.

    Returns
    -------
    sources : tuple of Source
        At least one.
    notices : tuple of Notice
        Files that look like recordings and match no layout.

    Raises
    ------
    StudyError
        No folder is named, it is not there, or it holds nothing that the study can read.
    """
    if folder is None:
        raise StudyError("The study does not say where its recordings are", hint=_where_to_get(file))
    if folder.is_file():
        raise StudyError("The recordings are looked for in a folder", where=str(folder), got="a file")
    if not folder.is_dir():
        raise StudyError("The folder of recordings is not there", where=str(folder), hint=_where_to_get(file))
    if is_bids(folder):
        return _in_bids(folder), ()
    layouts = file.data.all_layouts()
    for layout in layouts:
        sources, unmatched = _in_layout(layout, folder)
        if sources:
            return sources, _left_aside(unmatched, layout)
    wanted = [f"files named {layout.pattern or layout.regex}" for layout in layouts]
    for_files = 'For other files, say how they are named: [data] pattern = "{participant}_{task}.csv"'
    raise StudyError(
        "The folder holds no recording that the study can use",
        where=str(folder),
        allowed=" or ".join(["an EMG-BIDS data set", *wanted]),
        got=listed(sorted(entry.name for entry in folder.iterdir())[:8]),
        hint=_where_to_get(file) if layouts else for_files,
    )


def _in_bids(folder: Path) -> tuple[RecordingSource, ...]:
    from emgkit.io import bids

    names = {"sub": "participant", "ses": "session", "task": "task", "run": "run"}
    sources = []
    for path in bids.recordings(folder):
        entities = dict(part.split("-", 1) for part in path.stem.split("_") if "-" in part)
        facts = {names[key]: value for key, value in entities.items() if key in names}
        name = path.relative_to(folder).as_posix()
        sources.append(RecordingSource(path=path, name=name, facts=MappingProxyType(facts)))
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
                facts=MappingProxyType(facts),
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
    files = "1 file was" if len(names) == 1 else f"{len(names)} files were"
    text = f"{files} not used because the name does not fit {layout.pattern or layout.regex}: "
    return (Notice(code="files-not-used", text=text + ", ".join(names[:8]) + (" …" if len(names) > 8 else "")),)


def _where_to_get(file: StudyFile) -> str:
    """What the registry says of the data set, as an instruction."""
    instruction = "Name the folder with --data DIR"
    if file.data.registry is None:
        return instruction
    registry = tomllib.loads(shipped.path("datasets", "registry.toml").read_text(encoding="utf-8"))
    if file.data.registry not in registry:
        raise StudyError(
            f"The registry has no data set {file.data.registry!r}", where="data.registry", allowed=listed(registry)
        )
    entry = registry[file.data.registry]
    return f"{instruction}. {entry['title']} ({entry['licence']}) is at {entry['address']}; {entry['how']}"
