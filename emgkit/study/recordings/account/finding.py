"""Finding: the recordings in a folder, a BIDS data set or files that layouts describe."""

from __future__ import annotations

import tomllib
from pathlib import Path

from emgkit import shipped
from emgkit.errors import Notice, StudyError
from emgkit.notation import counted, listed
from emgkit.study.file.recordings import Layout
from emgkit.study.recordings.account.naming import expression
from emgkit.study.recordings.account.sources import Accounting, RecordingSource

__all__ = ["find", "is_bids"]


def is_bids(folder: Path) -> bool:
    """Whether a folder is a BIDS data set."""
    return (folder / "dataset_description.json").is_file() or any(folder.glob("sub-*"))


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
    named = expression(layout)
    sources, others = [], []
    for path in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
        name = path.relative_to(folder).as_posix()
        match = named.fullmatch(name)
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
