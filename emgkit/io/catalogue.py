"""The recordings of a folder as a table."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emgkit._checks import nearest
from emgkit.channels import stream_of
from emgkit.errors import EmgkitError, FileError
from emgkit.io._assembly import FileContent, Overrides, Signal, survey, with_muscles
from emgkit.io.naming.likely import read_names, without_copy_mark
from emgkit.io.reading import load
from emgkit.io.registry import FORMATS, NOT_YET, detect
from emgkit.notation import counted, listed, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["catalogue", "may_be_recording", "no_recording"]

_FACTS = ("participant", "session", "task", "run")
_MVC = re.compile(r"(?<![a-z])mvi?c", re.IGNORECASE)
# sidecars of EMG-BIDS, tables of people, and texts about a folder
_NO_RECORDING = re.compile(
    r"(?:.*_)?(?:channels|events|electrodes|scans|physio|stim|participants|sessions)\.tsv|readme.*|licen[cs]e.*"
    r"|changes.*|\..*|~\$.*",
    re.IGNORECASE,
)
# a file whose ending is that of a plain text is a recording where so many of its last lines are numbers
_NUMBERS = re.compile(r"[\s\d.,;:+\-eE\"naNA]*\d[\s\d.,;:+\-eE\"naNA]*")


def catalogue(folder: str | os.PathLike[str]) -> pd.DataFrame:
    r"""List the recordings of a folder and of the folders in it.

    Parameters
    ----------
    folder : path
        Any folder, such as a data set of EMG-BIDS or what a laboratory's program has exported.

    Returns
    -------
    DataFrame
        One row a recording, in the order of the paths: ``path`` (within `folder`), ``format``,
        ``participant, session, task, run`` (of EMG-BIDS names; of others as the names of all files make
        likely), ``mvc`` (whether task or name say so), ``n_channels``, ``streams``, ``rates`` (Hz),
        ``duration_s`` (of the longest channel), ``muscles``, ``problem`` (why it cannot be read, or what
        reading needs), ``same_as`` (the first recording whose channels have the same samples; a name such as
        ``squat (2)`` is that of the copy). ``.attrs["others"]`` is the number of files that are no
        recordings, ``.attrs["likely"]`` whether people and tasks are those that names make likely.

    Raises
    ------
    FileError
        The folder does not exist or is a file, or no file in it is a recording.

    Notes
    -----
    Every recording is read, since copies are found by their samples: a copy with other labels, another
    name or in another format is one too, where its numbers are the same.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("squat.csv", "copy.csv"):
    ...         _ = pathlib.Path(folder, name).write_text("time (s),L VL (mV)\n0,0.1\n0.001,0.3\n")
    ...     table = catalogue(folder)
    >>> table[["path", "rates", "muscles", "same_as"]]
            path rates               muscles   same_as
    0   copy.csv  1000  left vastus_lateralis
    1  squat.csv  1000  left vastus_lateralis  copy.csv
    """
    import pandas as pd

    root = Path(folder)
    if not os.path.isdir(root):
        beside = [one.name for one in root.parent.iterdir()] if os.path.isdir(root.parent) else []
        raise FileError(
            "The folder does not exist" if not os.path.exists(root) else "The path is a file, not a folder",
            where=str(root), hint="" if os.path.exists(root) else nearest(root.name, beside),
        )  # fmt: skip
    rows: dict[str, dict[str, Any]] = {}
    digests: dict[str, str] = {}
    others = 0
    for path in _files(root):
        row, digest = _row(path)
        if row is None:
            others += 1
            continue
        name = path.relative_to(root).as_posix()
        rows[name], digests[name] = row, digest
    if not rows:
        raise no_recording(root, others)
    same = _same(digests)
    copies = {name: first for name, first in same.items() if without_copy_mark(name) == first}
    named = {name: row for name, row in rows.items() if row["participant"] is None and name not in copies}
    likely = _from_names(named)
    likely |= {name: likely[first] for name, first in copies.items() if first in likely}
    table = pd.DataFrame(
        [{"path": name, **row, **likely.get(name, {}), "same_as": same.get(name, "")} for name, row in rows.items()]
    )
    table.attrs |= {"others": others, "likely": any(one["participant"] is not None for one in likely.values())}
    return table


def _from_names(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Who did what, as the names of these files make likely."""
    return {
        one.name: {
            **{fact: one.facts.get(fact) for fact in _FACTS},
            "mvc": rows[one.name]["mvc"] or one.mvc,
        }
        for one in read_names(rows)
    }


def _same(digests: Mapping[str, str]) -> dict[str, str]:
    """The files with the samples of another, and the first of them whose name is not that of a copy."""
    first: dict[str, str] = {}
    for name in sorted(digests, key=lambda name: without_copy_mark(name) != name):
        if digests[name]:
            first.setdefault(digests[name], name)
    return {name: first[digest] for name, digest in digests.items() if digest and first[digest] != name}


def _files(root: Path) -> list[Path]:
    found = []
    for folder, inside, names in os.walk(root):
        inside[:] = [name for name in inside if not name.startswith(".")]
        found += [Path(folder, name) for name in names]
    return sorted(found)


def _row(path: Path) -> tuple[dict[str, Any] | None, str]:
    """The row of a file and the digest of its samples; None where it is no recording."""
    if not _has_ending(path):
        return None, ""
    row: dict[str, Any] = {
        "format": "", **dict.fromkeys(_FACTS), "mvc": bool(_MVC.search(path.stem)), "n_channels": 0,
        "streams": "", "rates": "", "duration_s": None, "muscles": "", "problem": "",
    }  # fmt: skip
    try:
        known = detect(path) if path.stat().st_size else None
        row["format"] = known.name if known else ""
        content = load(path)
        signals = with_muscles(survey(content, Overrides(), where=str(path)))
    except EmgkitError as problem:
        if row["format"] in ("delimited", "") and path.suffix.lower() in _texts() and not _is_table(path):
            return None, ""
        return {**row, "problem": str(problem)}, ""
    except OSError as problem:
        return {**row, "problem": problem.strerror or str(problem)}, ""
    return {**row, **_facts(content, signals)}, _digest(signals)


def no_recording(folder: Path, others: int) -> FileError:
    """What is wrong with a folder in which recordings are looked for and only so many other files are found."""
    is_study = os.path.isfile(folder / "study.toml")
    return FileError(
        "The directory holds no recording",
        where=str(folder),
        got=counted(others, "other file") if others else "no file",
        hint="It is a study: name the folder of its recordings, which stands under [data] in its study.toml"
        if is_study
        else "",
    )


def may_be_recording(path: Path) -> bool:
    """Whether a file may be a recording: it has the ending of one, and a plain text ends in numbers.

    It need not be readable: a damaged recording is one too.
    """
    return _has_ending(path) and (path.suffix.lower() not in _texts() or _is_table(path))


def _has_ending(path: Path) -> bool:
    """Whether the name is that of a recording, and of no text or table that lies beside recordings."""
    endings = {ending for known in (*FORMATS, *NOT_YET) for ending in known.extensions}
    return not _NO_RECORDING.fullmatch(path.name) and path.suffix.lower() in endings


def _facts(content: FileContent, signals: Sequence[Signal]) -> dict[str, Any]:
    rates = dict.fromkeys(signal.sfreq for signal in signals if signal.sfreq)
    lengths = [signal.size / signal.sfreq for signal in signals if signal.sfreq]
    streams = dict.fromkeys(stream_of(signal.kind) if signal.kind else "?" for signal in signals)
    muscles = dict.fromkeys(" ".join(filter(None, (signal.side, signal.muscle))) for signal in signals if signal.muscle)
    context = {name: content.context.get(name) for name in _FACTS}
    stated = {"mvc": True} if _MVC.match(str(context["task"] or "")) else {}
    needs = []
    if any(signal.sfreq is None for signal in signals):
        needs.append("the sampling rate is not in the file: read it with sfreq=")
    without = [signal.label for signal in signals if signal.unit is None]
    if without:
        some = listed(without[:3]) + (f" and {len(without) - 3} more" if len(without) > 3 else "")
        needs.append(f"the unit of {some} is not in the file: read it with units=")
    return {
        **context, **stated, "n_channels": len(signals), "streams": ", ".join(streams),
        "rates": ", ".join(number(rate) for rate in sorted(rates, reverse=True)),
        "duration_s": max(lengths, default=None), "muscles": ", ".join(muscles), "problem": "; ".join(needs),
    }  # fmt: skip


def _digest(signals: Sequence[Signal]) -> str:
    """One text for the same samples in the same channels, whatever their labels and their order."""
    own = sorted(hashlib.sha256(signal.samples.tobytes()).hexdigest() for signal in signals)
    return hashlib.sha256("".join(own).encode()).hexdigest()


def _texts() -> tuple[str, ...]:
    return next(known.extensions for known in FORMATS if known.name == "delimited")


def _is_table(path: Path) -> bool:
    """Whether most of the last lines of a text are numbers: a damaged recording rather than a text about one."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 20_000))
        lines = file.read().decode("latin-1").replace("\x00", "").splitlines()[-50:]
    filled = [line for line in lines if line.strip()]
    return 2 * sum(bool(_NUMBERS.fullmatch(line)) for line in filled) >= len(filled)
