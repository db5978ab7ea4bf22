"""Files that no layout fits: those that are recordings are refused, or told where the study file says so."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from emgkit import io
from emgkit.errors import EmgkitError, FormatError, Notice, StudyError
from emgkit.io.naming.fitting import layout_names, nearly_fits, value_lacking
from emgkit.notation import counted
from emgkit.study.file.recordings import IN_SHEET
from emgkit.study.recordings.account.bids_set import rename_hint
from emgkit.study.recordings.account.finding import reads_as_bids
from emgkit.study.recordings.account.near import near_files, shortly
from emgkit.study.recordings.account.sources import Account, Accounting

__all__ = ["look_into"]

# fewer rows of numbers are no recording: 0.1 s at 1000 Hz
_ROWS = 100
_HEAD = 1_000_000
# endings of files that may hold anything, a recording among others
_CONTAINERS = {".mat", ".h5", ".xlsx"}
_CELL = re.compile(r"[-+]?[-\d.,:/ ']*\d[-\d.,:/ ']*(?:[eE][-+]?\d+)?|nan|n/a|[-+]?inf|", re.IGNORECASE)


def look_into(account: Account, folder: Path, rule: Accounting) -> Account:
    """The account with a role for the files that no layout fits, each of them opened, and people without recordings.

    Raises
    ------
    StudyError
        One is a recording, and neither ``[exclude]`` names it nor ``[data] unused`` says that it is only told.
    """
    layouts = () if reads_as_bids(folder, rule) else layout_names(rule.layouts)
    reasons = {
        one.name: _why_no_sheet(one.name, rule) if IN_SHEET in one.name else _why_none(folder / one.name)
        for one in account.files
        if one.role == "unknown"
    }
    lost = [name for name, reason in reasons.items() if not reason or (not layouts and rename_hint(name))]
    if lost and rule.unused == "refuse":
        raise _lost(lost, account, rule, layouts)
    fits_none = "no layout fits" if layouts else "BIDS knows no such name"
    files = tuple(
        one
        if one.role != "unknown"
        else replace(one, role="left out", reason=fits_none)
        if one.name in lost
        else replace(one, role="not a recording", reason=reasons[one.name])
        for one in account.files
    )
    recordings = (*account.sources, *account.unused)
    endings = {PurePosixPath(source.name).suffix.lower() for source in recordings}
    told = [
        name
        for name, reason in reasons.items()
        if name in lost
        or IN_SHEET in name
        or PurePosixPath(name).suffix.lower() in endings
        or reason.endswith("not read yet")
        or (layouts and nearly_fits(name, rule.layouts))
    ]
    notices = (*account.notices, *_not_used(told, layouts))
    if not layouts:
        notices += _not_recorded(folder, {source.participant for source in recordings})
    return replace(account, files=files, notices=notices)


def _why_none(path: Path) -> str:
    """Why a file is no recording; an empty text where it is one, or cannot be looked into."""
    try:
        if not path.stat().st_size:
            return "an empty file"
        known = io.detect(path)
        if known.name != "delimited":
            certain = path.suffix.lower() in known.extensions and not _CONTAINERS & set(known.extensions)
            return "" if certain else _too_short(path)
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FormatError as problem:
        return problem.what[:1].lower() + problem.what[1:]
    except OSError:
        return ""
    rows = sum(_of_numbers(line) for line in _lines(head))
    return "" if rows >= _ROWS else f"text with {counted(rows, 'row')} of numbers"


def _why_no_sheet(name: str, rule: Accounting) -> str:
    """Why a sheet is no recording: a workbook has others, too; an empty text where it nearly fits a layout."""
    return "" if nearly_fits(name, rule.layouts) else "a sheet that no layout fits"


def _too_short(path: Path) -> str:
    """Why a file that may hold anything is no recording; of a workbook, why no sheet is one."""
    reasons = []
    sheets: list[str | None] = [one.name for one in io.sheets(path) if one.kind == "table"]
    for sheet in sheets or [None]:
        try:
            content = io.load(path) if sheet is None else io.load(path, sheet=sheet)
        except EmgkitError as problem:
            reasons.append(problem.what[:1].lower() + problem.what[1:])
            continue
        longest = max((signal.size for signal in content.signals), default=0)
        if longest >= _ROWS:
            return ""
        reasons.append(f"a table of {counted(longest, 'row')}")
    return reasons[0]


def _lines(head: bytes) -> list[str]:
    encoding = "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return head.decode(encoding, errors="replace").splitlines()


def _of_numbers(line: str) -> bool:
    """Whether every cell of a row is a number, a time or missing."""
    separator = next((sign for sign in ("\t", ";", ",") if sign in line), None)
    cells = [cell.strip().strip('"') for cell in line.split(separator)]
    return any(cells) and all(_CELL.fullmatch(cell) for cell in cells)


def _lost(lost: Sequence[str], account: Account, rule: Accounting, layouts: Sequence[str]) -> StudyError:
    """The error of recordings that no layout fits, with what they nearly are."""
    names = [source.name for source in account.sources]
    if layouts:
        layouts_of = rule.layouts
        nearly = [text for name in lost if (text := value_lacking(name, layouts_of) or nearly_fits(name, layouts_of))]
        allowed = f"files named {' or '.join(layouts)}"
    else:
        nearly = [text for name in lost if (text := rename_hint(name))]
        allowed = "sub-LABEL/[ses-LABEL/]emg/sub-LABEL_[ses-LABEL_]task-LABEL[_run-INDEX]_emg.edf or .bdf"
    # a recording of the study has nearly the same name
    nearly = nearly or [f"{name!r} is nearly {near[0]!r}" for name in lost[:3] if (near := near_files([name], names))]
    hint = 'Rename, list under [exclude] files with the reason, or set [data] unused = "report"'
    one = len(lost) == 1
    return StudyError(
        f"{'A recording has' if one else f'{len(lost)} recordings have'} "
        f"a name that {'no layout fits' if layouts else 'BIDS does not know'}",
        allowed=allowed,
        got=shortly(lost, 4),
        hint=". ".join([*(text[0].upper() + text[1:] for text in nearly[:2]), hint]),
    )


def _not_used(names: Sequence[str], layouts: Sequence[str]) -> tuple[Notice, ...]:
    if not names:
        return ()
    verb = "was" if len(names) == 1 else "were"
    fits = f"does not fit {' or '.join(layouts)}" if layouts else "is not one that BIDS knows"
    text = f"{counted(len(names), 'file')} {verb} not used because the name {fits}: "
    return (Notice(code="files-not-used", text=text + ", ".join(names[:8]) + (" …" if len(names) > 8 else "")),)


def _not_recorded(folder: Path, people: Collection[str]) -> tuple[Notice, ...]:
    """A notice of the people whom participants.tsv lists and of whom there is no recording."""
    if not (folder / "participants.tsv").is_file():
        return ()
    listed_ones = dict.fromkeys(io.bids.participants(folder)["participant"])
    absent = [who for who in listed_ones if who not in people]
    if not absent:
        return ()
    names = shortly([str(who) for who in absent])
    text = f"participants.tsv lists {counted(len(absent), 'participant')} of whom there is no recording: {names}."
    return (Notice(code="participants-not-recorded", text=text),)
