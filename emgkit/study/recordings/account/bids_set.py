"""BIDS: what each file of an EMG-BIDS data set is, by its place and name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from emgkit.errors import Notice, StudyError
from emgkit.io import bids
from emgkit.notation import counted, listed
from emgkit.study.file.recordings import Join
from emgkit.study.recordings.account.near import shortly
from emgkit.study.recordings.account.sources import JoinedFile, ListedFile, RecordingSource

__all__ = ["in_bids", "rename_hint", "sidecar_notices", "with_devices"]

_ENTITIES = {
    "sub": "participant", "ses": "session", "task": "task", "acq": "acquisition", "run": "run",
    "recording": "recording",
}  # fmt: skip
_ASIDE = ("derivatives", "sourcedata", "code", "stimuli", "phenotype")
_OTHER_DATA = (
    "anat", "beh", "dwi", "eeg", "fmap", "func", "ieeg", "meg", "micr", "motion", "mrs", "nirs", "perf", "pet",
)  # fmt: skip
_ABOUT = re.compile(r"(README|CHANGES|LICENSE|CITATION|dataset_description)\b")
_ORPHAN = "no recording has this name"
# what reading a recording opens beside it
_SIDECAR = re.compile(r"(?:.*_)?(channels\.tsv|events\.tsv|events\.json|emg\.json)|participants\.(?:tsv|json)")


def in_bids(folder: Path, names: Sequence[str]) -> tuple[tuple[RecordingSource, ...], tuple[ListedFile, ...]]:
    """The recordings of an EMG-BIDS data set, and every other file with its role; "unknown" is what BIDS does not know.

    Raises
    ------
    StudyError
        There is no EMG recording, or a sidecar is spelled so that no recording takes it.
    """
    paths = {one.relative_to(folder).as_posix(): one for one in bids.recordings(folder)}
    facts = {name: read for name in names if name in paths and (read := _facts(name)) is not None}
    if not facts:
        raise StudyError(
            "The BIDS data set holds no EMG recording",
            where=str(folder),
            allowed="sub-LABEL/[ses-LABEL/]emg/sub-LABEL_[ses-LABEL_]task-LABEL_emg.edf or .bdf",
            got=listed(list(paths)[:3]),
        )
    sources = tuple(RecordingSource(path=paths[name], name=name, facts=read) for name, read in facts.items())
    used = {one.relative_to(folder).as_posix() for source in sources for one in bids.files_of(source.path)[1:]}
    return sources, tuple(_listed(name, used) for name in names if name not in facts)


def with_devices(
    sources: Sequence[RecordingSource], *, aside: Collection[str]
) -> tuple[tuple[RecordingSource, ...], tuple[ListedFile, ...]]:
    """The recordings, with the files of their other devices joined to the one with EMG; and these files.

    Files of one recording are those that ``recording-`` alone tells apart. They are joined where ``_scans.tsv`` says
    when each begins, and one of them alone holds EMG; others stay recordings of their own, as those `aside` do.
    """
    by_path = {source.path: source for source in sources if source.name not in aside}
    first: dict[str, RecordingSource] = {}
    second: dict[str, str] = {}
    for source in by_path.values():
        begins = bids.clock(source.path) if "recording" in source.facts else {}
        with_emg = [path for path in begins if _holds_emg(path)]
        if len(begins) < 2 or with_emg != [source.path] or not set(begins) <= set(by_path):
            continue
        others = tuple(by_path[path] for path in begins if path != source.path)
        offsets = {one.name: begins[one.path] - begins[source.path] for one in others}
        rules = {one.name: Join(pattern=one.name, offset=offsets[one.name]) for one in others}
        joined = tuple(JoinedFile(path=one.path, name=one.name, rule=rules[one.name]) for one in others)
        first[source.name] = replace(source, joined=joined)
        second |= {one.name: source.name for one in others}
    kept = tuple(first.get(source.name, source) for source in sources if source.name not in second)
    return kept, tuple(ListedFile(name=name, role="joined", reason=f"joined to {one}") for name, one in second.items())


def _holds_emg(path: Path) -> bool:
    """Whether a file has EMG, or nothing says that it has none."""
    table = bids.channels(path)
    return "type" not in table or any(kind.upper() == "EMG" for kind in table["type"])


def rename_hint(name: str) -> str:
    """What a file of a BIDS data set would have to be called, where its only fault is upper case; else an empty text.

    Examples
    --------
    >>> rename_hint("Sub-01/emg/sub-01_task-hipThrust_EMG.BDF")
    "only lower case is valid in BIDS: 'sub-01/emg/sub-01_task-hipThrust_emg.bdf'"
    >>> rename_hint("sub-01/squat.csv")
    ''
    """
    *folders, file = name.split("/")
    *parts, last = file.split("_")
    # a label keeps its case, the key before it does not
    lower = [re.sub(r"^[A-Za-z]+(?=-)", lambda key: key[0].lower(), part) for part in (*folders, *parts)]
    lower = ["emg" if part.casefold() == "emg" else part for part in lower]
    right = "/".join([*lower[: len(folders)], "_".join([*lower[len(folders) :], last.lower()])])
    if right == name or not (_facts(right) or _SIDECAR.fullmatch(right.split("/")[-1])):
        return ""
    return f"only lower case is valid in BIDS: {right!r}"


def sidecar_notices(
    folder: Path, sources: Sequence[RecordingSource], others: Iterable[ListedFile]
) -> tuple[Notice, ...]:
    """Notices of recordings without a sidecar that most others have, and of sidecars that no recording takes."""
    kinds = {source.name: _kinds(source.path) for source in sources}
    notices = []
    for kind in sorted(set().union(*kinds.values())):
        lacking = [name for name, own in kinds.items() if kind not in own]
        having = len(kinds) - len(lacking)
        if 0 < len(lacking) < having:
            text = f"No {kind} describes {shortly(lacking)}; {counted(having, 'other recording')} have one."
            notices.append(Notice(code="sidecars-missing", text=text))
    if not (folder / "participants.tsv").is_file():
        text = "The data set has no participants.tsv: nothing is known of its participants."
        notices.append(Notice(code="sidecars-missing", text=text))
    orphans = [one.name for one in others if one.reason == _ORPHAN]
    if orphans:
        text = f"No recording has the name of {shortly(orphans)}: nothing in it is used."
        notices.append(Notice(code="sidecars-unused", text=text))
    return tuple(notices)


def _facts(name: str) -> dict[str, str] | None:
    """The facts in the name of an EMG recording; None where place or name is none that BIDS knows."""
    path = PurePosixPath(name)
    *parts, suffix = path.stem.split("_")
    pairs = dict(part.split("-", 1) for part in parts if "-" in part)
    if suffix != "emg" or path.suffix not in (".edf", ".bdf") or len(pairs) < len(parts):
        return None
    if not {"sub", "task"} <= set(pairs) <= set(_ENTITIES):
        return None
    place = [f"{key}-{pairs[key]}" for key in ("sub", "ses") if key in pairs]
    if path.parent.parts != (*place, "emg"):
        return None
    return {_ENTITIES[key]: label for key, label in pairs.items()}


def _listed(name: str, used: Collection[str]) -> ListedFile:
    """A file that is no recording, with its role."""
    parts = name.split("/")
    file = parts[-1]
    if name in used:
        is_events = re.search(r"(?:^|_)events\.", file) is not None
        return ListedFile(name=name, role="events" if is_events else "side table")
    if parts[0] in _ASIDE and len(parts) > 1:
        return ListedFile(name=name, role="not a recording", reason=f"beside the raw data, in {parts[0]}")
    if parts[0].startswith("sub-") and len(parts) > 2 and parts[-2] in _OTHER_DATA:
        return ListedFile(name=name, role="left out", reason=f"{parts[-2]} data; a study reads emg")
    if len(parts) == 1 and _ABOUT.match(file):
        return ListedFile(name=name, role="not a recording", reason="about the data set")
    if file.endswith((".tsv", ".json")) and not rename_hint(name):
        return ListedFile(name=name, role="side table", reason=_ORPHAN if _SIDECAR.fullmatch(file) else "not read")
    return ListedFile(name=name, role="unknown")


def _kinds(path: Path) -> set[str]:
    """The kinds of sidecar that describe a recording."""
    found = (_SIDECAR.fullmatch(one.name) for one in bids.files_of(path)[1:])
    return {one[1] for one in found if one is not None and one[1]}
