"""What ``emgkit check`` finds in recordings: the scorecard of each, and copies among them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from emgkit.errors import ArgumentError, EmgkitError, Notice
from emgkit.io import place, read, sheets
from emgkit.io.catalogue import may_be_recording, no_recording
from emgkit.notation import counted, listed
from emgkit.signal_quality import Duplicate, Scorecard, duplicates, quality

__all__ = ["CheckedFile", "CheckedFiles", "check_files"]


@dataclass(frozen=True, kw_only=True)
class CheckedFile:
    """One recording, a file or a sheet of a workbook: the scorecards of its EMG by stream, or why there is none.

    `problem` is an error of reading; a recording without EMG has neither cards nor a problem.
    """

    path: Path
    cards: Mapping[str, Scorecard]
    problem: str = ""
    sheet: str | None = None

    @property
    def name(self) -> str:
        """The file, and the sheet in it."""
        return place(self.path, self.sheet)

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is doubtful in its EMG."""
        return tuple(notice for card in self.cards.values() for notice in card.notices)

    @property
    def is_bad(self) -> bool:
        """Whether a channel is bad, or the file cannot be read."""
        return bool(self.problem) or any(card.status == "bad" for card in self.cards.values())

    def rows(self) -> list[dict[str, Any]]:
        """One row a channel, for a reader."""
        return [
            {
                "channel": row.channel, "status": row.status, "flagged": ", ".join(row.flagged),
                "baseline_uv": round(1e6 * row.baseline_noise, 2) if row.unit == "V" else None,
                "snr_db": round(row.snr_db, 1), "mains_share": round(row.mains_share, 3),
                "drift_share": round(row.drift_share, 3),
            }
            for card in self.cards.values()
            for row in card.rows
        ]  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Everything, as plain values for JSON."""
        channels = [
            {
                "channel": row.channel, "muscle": row.muscle, "side": row.side, "status": row.status,
                "flagged": list(row.flagged),
                "checks": [
                    {
                        "check": one.check, "value": _plain(one.value), "unit": one.unit, "limit": _plain(one.limit),
                        "verdict": one.verdict, "text": one.text, "hint": one.hint,
                    }
                    for one in row.findings
                ],
            }
            for card in self.cards.values()
            for row in card.rows
        ]  # fmt: skip
        sheet = {} if self.sheet is None else {"sheet": self.sheet}
        return {
            "file": str(self.path), **sheet, "bad": self.is_bad, "problem": self.problem, "channels": channels,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class CheckedFiles:
    """All recordings, and which of them or of their channels are copies."""

    files: tuple[CheckedFile, ...]
    copies: tuple[Duplicate, ...]

    @property
    def is_bad(self) -> bool:
        """Whether anything is bad: a channel, a file, or a copy."""
        return bool(self.copies) or any(one.is_bad for one in self.files)

    def summary(self) -> str:
        """How many channels are good, doubtful and bad."""
        status = [row.status for one in self.files for card in one.cards.values() for row in card.rows]
        counts = ", ".join(f"{status.count(kind)} {kind}" for kind in ("good", "doubtful", "bad"))
        problems = sum(bool(one.problem) for one in self.files)
        read_not = f"; {counted(problems, 'file')} could not be read" if problems else ""
        return f"{counted(len(self.files), 'recording')}, {counted(len(status), 'channel')} of EMG: {counts}{read_not}."


def check_files(
    paths: Sequence[Path],
    *,
    sfreq: float | None = None,
    units: str | None = None,
    sheet: Sequence[str] = (),
) -> CheckedFiles:
    """Judge the EMG of recordings.

    Parameters
    ----------
    paths : sequence of Path
        Recordings, and folders of which every recording is taken.
    sfreq, units : optional
        As for :func:`emgkit.read`, where the files say none.
    sheet : sequence of str, optional
        Names of the sheets of workbooks, each a recording; ``*`` stands for any letters.

    Returns
    -------
    CheckedFiles
        In the order of the paths; what cannot be read in a folder is told with the rest.

    Raises
    ------
    EmgkitError
        A folder holds no recording; a file that was named itself cannot be read, or is a workbook of several sheets of
        which none is named.
    """
    checked: list[CheckedFile] = []

    def recordings() -> Iterator[tuple[str, Any]]:
        for path, named in _files(paths):
            for own in _sheets(path, sheet, named=named, checked=checked):
                try:
                    trial = read(path, sfreq=sfreq, units=units, sheet=own)
                except EmgkitError as problem:
                    if named:
                        raise
                    checked.append(CheckedFile(path=path, cards={}, problem=str(problem), sheet=own))
                    continue
                streams = {name: recording for name, recording in trial.items() if recording.stream == "emg"}
                cards = {name: quality(one) for name, one in streams.items()}
                checked.append(CheckedFile(path=path, cards=cards, sheet=own))
                label = checked[-1].name
                yield from ((label if name == "emg" else f"{label} ({name})", one) for name, one in streams.items())

    copies = duplicates(recordings())
    return CheckedFiles(files=tuple(checked), copies=copies)


def _files(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Every recording once, and whether it was named itself."""
    seen: set[Path] = set()
    for path in paths:
        inside = sorted(Path(folder, name) for folder, _, names in os.walk(path) for name in names)
        found = [(one, False) for one in inside if may_be_recording(one)] if path.is_dir() else [(path, True)]
        if not found:
            raise no_recording(path, len(inside))
        for one, named in found:
            if one.resolve() not in seen:
                seen.add(one.resolve())
                yield one, named


def _sheets(path: Path, patterns: Sequence[str], *, named: bool, checked: list[CheckedFile]) -> tuple[str | None, ...]:
    """The sheets of a workbook that are asked for; None of a file that holds one recording."""
    try:
        return _asked(path, patterns)
    except EmgkitError as problem:
        if named:
            raise
        checked.append(CheckedFile(path=path, cards={}, problem=str(problem)))
        return ()


def _asked(path: Path, patterns: Sequence[str]) -> tuple[str | None, ...]:
    there = [one for one in sheets(path) if one.kind == "table"]
    names = [one.name for one in there]
    if not there or (not patterns and sum(not one.hidden for one in there) < 2):
        return (None,)
    asked = tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))
    if not asked:
        raise ArgumentError(
            "The workbook has no sheet of that name" if patterns else "The workbook has several sheets",
            where=str(path),
            allowed=listed(names),
            got=listed(patterns) if patterns else "",
            hint=f"Name those that are EMG, --sheet {names[-1]!r}; --sheet may be repeated, '*' stands for any letters",
        )
    return asked


def _plain(value: float) -> float | None:
    """A number as JSON has it, which knows no NaN."""
    return float(value) if math.isfinite(value) else None
