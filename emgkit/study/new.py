"""A first study file, written from a folder of recordings."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from emgkit import io
from emgkit.errors import EmgkitError, StudyError
from emgkit.io import Overrides
from emgkit.notation import as_title, listed
from emgkit.study.file.published import PublishedFile
from emgkit.study.file.read import parse
from emgkit.study.file.recordings import StudyFile
from emgkit.study.recordings.account import is_bids

if TYPE_CHECKING:
    from emgkit.io._assembly import Signal

__all__ = ["SCHEMA", "Skeleton", "new", "schema"]

SCHEMA = "study.schema.json"

# the first phase of well-known lifts; of all others the file asks
_STARTS = {
    "squat": "eccentric", "backsquat": "eccentric", "frontsquat": "eccentric", "benchpress": "eccentric",
    "hipthrust": "concentric", "glutebridge": "concentric", "deadlift": "concentric", "bridge": "concentric",
}  # fmt: skip
_STREAMS = {"POS": "position", "JNTANG": "angle"}
_BARE = re.compile(r"[A-Za-z0-9_-]+")  # a TOML key that needs no quotes
# what lies beside recordings and is none
_TEXTS = re.compile(r"(readme|licen[cs]e|changes|changelog|participants|dataset_description)\b", re.IGNORECASE)
_STEM = re.compile(r"[^_/.]+")


@dataclass(frozen=True, kw_only=True)
class Skeleton:
    """What was written, and what the user has to fill in."""

    file: Path
    to_do: tuple[str, ...]


def schema() -> dict[str, Any]:
    """The JSON schema of study files, which lets editors complete and check them.

    Examples
    --------
    >>> schema()["title"]
    'emgkit study file'
    """
    adapter: TypeAdapter[Any] = TypeAdapter(StudyFile | PublishedFile)
    made = adapter.json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "emgkit study file", **made}


def new(study: str | os.PathLike[str], data: str | os.PathLike[str]) -> Skeleton:
    """Write a study folder for a folder of recordings: the study file, its schema for editors, and a README.

    Parameters
    ----------
    study : path
        The new folder; it must not be there yet, or be empty.
    data : path
        An EMG-BIDS data set, or a folder of files such as ``P01_squat.csv``. The first recording of each task is read;
        nothing in it is changed.

    Returns
    -------
    Skeleton
        The file, and what it leaves to the user: each such place holds "TODO".

    Raises
    ------
    StudyError
        The study folder holds something, or the data folder holds no recording that emgkit knows.
    """
    folder, source = Path(study), Path(data)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StudyError(
            "The study's folder is not empty", where=str(folder), hint="Name a folder that is not there yet"
        )
    if not source.is_dir():
        raise StudyError("The folder of recordings is not there", where=str(source), hint="Name it with --data DIR")
    text = _text(folder, source)
    parse(text, where="the new study file")  # before anything is written
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCHEMA).write_text(json.dumps(schema(), indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(f"# {_title(folder)}\n\nTODO: the question, and the finding.\n", encoding="utf-8")
    file = folder / "study.toml"
    file.write_text(text, encoding="utf-8")
    to_do = tuple(line.strip() for line in text.splitlines() if "TODO" in line)
    return Skeleton(file=file, to_do=to_do)


@dataclass(frozen=True, kw_only=True)
class _Recording:
    """The first recording of a task: its labels with what is known of them."""

    task: str
    channels: tuple[Signal, ...]


def _text(folder: Path, source: Path) -> str:
    """The study file."""
    here = Path(os.path.relpath(source.resolve(), folder.resolve())).as_posix()
    if is_bids(source):
        names = {path: _entity(path, "task") for path in io.bids.recordings(source)}
        data = [f"bids = {_quoted(here)}"]
    else:
        names, pattern = _named(source)
        data = [f"folder = {_quoted(here)}", f"pattern = {_quoted(pattern)}"]
    firsts: dict[str, Path] = {}
    for path, task in sorted(names.items()):
        firsts.setdefault(task, path)
    recordings = [_survey(task, path) for task, path in firsts.items()]
    if not is_bids(source):
        data += _lacking(recordings)
    mvc = sorted(task for task in firsts if task.lower().startswith("mvc"))
    lifts = [one for one in recordings if one.task not in mvc]
    if not lifts:
        raise StudyError("The folder holds no task but MVC trials", where=str(source), got=listed(firsts))
    parts = [
        f"#:schema ./{SCHEMA}",
        f'[study]\ntitle = {_quoted(_title(folder))}\nquestion = "TODO: what shall be compared?"',
        "[data]\n" + "\n".join(data),
        *_channels(recordings),
        *(_exercise(one) for one in lifts),
        _mvc(mvc),
        _CHAIN,
    ]
    return "\n\n".join(parts) + "\n"


_CHAIN = """# the order is the order of the processing; another envelope: step = "MovingRMS", window = 0.1
[[steps]]
step = "Bandpass"
low = 20
high = 450
order = 4

[[steps]]
step = "Rectify"

[[steps]]
step = "Envelope"
cutoff = 6
order = 4

[[measures]]
name = "mean"
during = "repetition"
primary = true

[[comparisons]]
within = "exercise"
by = "muscle\""""


def _named(source: Path) -> tuple[dict[Path, str], str]:
    """The recordings of a folder with their tasks, and the pattern of their names."""
    endings = {ending for one in io.FORMATS for ending in one.extensions}
    paths = sorted(path for path in source.rglob("*") if path.is_file() and path.suffix.lower() in endings)
    paths = [path for path in paths if not _TEXTS.match(path.name)]
    if not paths:
        raise StudyError(
            "The folder holds no recording that emgkit knows", where=str(source), allowed=listed(sorted(endings))
        )
    kinds = sorted({path.suffix for path in paths})
    if len(kinds) > 1:
        raise StudyError(
            "The folder holds recordings of several formats",
            where=str(source),
            allowed="files of one format, named alike",
            got=listed(kinds),
            hint="Name the folder of one of them with --data",
        )
    fields = {path: _STEM.findall(path.relative_to(source).with_suffix("").as_posix()) for path in paths}
    names = _fields(list(fields.values()))
    place = names.index("task")
    first = paths[0].relative_to(source)
    words = iter(names)
    pattern = _STEM.sub(lambda _match: "{" + next(words) + "}", first.with_suffix("").as_posix()) + first.suffix
    return {path: parts[place] for path, parts in fields.items()}, pattern


def _fields(stems: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The facts in the parts of the names: the task is the part that repeats over participants."""
    lengths = sorted({len(parts) for parts in stems})
    if lengths == [2]:
        return ("participant", "task")
    if lengths == [3]:
        # group/participant_task: the first part has fewer values than the second
        first, second = (len({parts[place] for parts in stems}) for place in (0, 1))
        return ("group", "participant", "task") if first <= second else ("participant", "session", "task")
    raise StudyError(
        "The participant and the task cannot be read from the names of the files",
        allowed="P01_squat.csv, or women/P01_squat.csv, or P01_day1_squat.csv, all alike",
        got="; ".join("_".join(parts) for parts in list(stems)[:4]),
        hint="Write the study file by hand: docs/how_to/study-file.md shows [data] pattern and layouts",
    )


def _survey(task: str, path: Path) -> _Recording:
    """What the channels of a file are; nothing is assumed that the file does not say."""
    try:
        return _Recording(task=task, channels=io.survey(io.load(path), Overrides(), where=str(path)))
    except EmgkitError as problem:
        raise StudyError(
            "A recording could not be looked into", where=str(path), got=str(problem), hint=f"Try: emgkit info {path}"
        ) from None


def _lacking(recordings: Iterable[_Recording]) -> list[str]:
    """Lines for what the files do not say."""
    signals = [signal for one in recordings for signal in one.channels]
    lines = []
    if any(signal.sfreq is None for signal in signals):
        lines.append("sfreq = 1000  # TODO: the sampling rate in Hz; the files do not say it")
    if any(signal.unit is None and signal.kind in (None, "EMG") for signal in signals):
        lines.append('units = "mV"  # TODO: the unit of the EMG; the files do not say it')
    return lines


def _channels(recordings: Iterable[_Recording]) -> list[str]:
    """``[channels]`` for the EMG channels whose muscle nothing says, and for others whose unit nothing says."""
    labels = {
        signal.name or signal.label: signal
        for one in recordings
        for signal in one.channels
        if signal.kind in (None, "EMG") and not signal.muscle
    }
    lines = [
        f'{_quoted(label)} = {{ muscle = "TODO" }}  # and side = "left" or "right"; or kind = "MISC", if it is no EMG'
        for label in labels
    ]
    others = {
        signal.name or signal.label: signal
        for one in recordings
        for signal in one.channels
        if signal.kind not in (None, "EMG") and signal.unit is None
    }
    lines += [
        f'{_quoted(label)} = {{ kind = "{signal.kind}", unit = "TODO" }}  # such as "deg" or "m"'
        for label, signal in others.items()
    ]
    if not lines:
        return []
    return ["[channels]\n" + "\n".join(lines)]


def _exercise(one: _Recording) -> str:
    """``[exercises.<name>]`` for a task."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", one.task).lower().replace("-", "_")
    by = next((_STREAMS[str(signal.kind)] for signal in one.channels if signal.kind in _STREAMS), "events")
    lines = [
        f"[exercises.{name if _BARE.fullmatch(name) else _quoted(name)}]",
        f"task = {_quoted(one.task)}",
        f'by = "{by}"',
    ]
    if by != "events":
        starts = _STARTS.get(name.replace("_", ""))
        ask = "" if starts else "  # TODO: concentric or eccentric first? leave the line out for cycles such as gait"
        lines.insert(2, f'starts = "{starts or "eccentric"}"{ask}')
    return "\n".join(lines)


def _mvc(tasks: Sequence[str]) -> str:
    if tasks:
        return f"[mvc]\ntasks = [{', '.join(map(_quoted, tasks))}]\nwindow = 0.5"
    return "# no task is named mvc…: 100 % is the best half second of all tasks\n[mvc]\nown_task_maximum = true"


def _entity(path: Path, name: str) -> str:
    return dict(part.split("-", 1) for part in path.stem.split("_") if "-" in part).get(name, "")


def _title(folder: Path) -> str:
    return as_title(folder.resolve().name.replace("-", " "))


def _quoted(text: str) -> str:
    """A text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)
