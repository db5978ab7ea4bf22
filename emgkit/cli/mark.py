"""``emgkit mark``: the page on which repetitions are marked by hand, and how far two people agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import emgkit
from emgkit.cli.options import (
    ChannelsOption,
    DataOption,
    JsonOption,
    SfreqOption,
    SheetOption,
    ThousandsOption,
    UnitsOption,
    overrides_given,
)
from emgkit.cli.printing import print_table, progress_shown, sayer
from emgkit.errors import ArgumentError, FileError
from emgkit.notation import counted

if TYPE_CHECKING:
    from pandas import DataFrame

    from emgkit.io import Overrides
    from emgkit.report import RecordingToMark

__all__ = ["mark"]


def mark(
    recordings: Annotated[
        str | None, typer.Argument(metavar="FILE|STUDY", help="A recording, or a study whose exercises are marked.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="FILE.html", help="The page to write.")] = Path("marks.html"),
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="detected", help="Begin with the repetitions that the study's settings find."),
    ] = None,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            "--compare", metavar="A.csv B.csv", help="Show how far two people's tables agree; writes no page."
        ),
    ] = None,
    data: DataOption = None,
    sfreq: SfreqOption = None,
    units: UnitsOption = None,
    channels: ChannelsOption = None,
    thousands: ThousandsOption = None,
    sheet: SheetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a page on which repetitions are marked by hand, in a browser, and saved as the table that a study reads.

    With --compare, show how far the tables of two people agree.
    """
    if (recordings is None) == (compare is None):
        raise ArgumentError(
            "emgkit mark needs a recording, a study, or two tables to compare",
            allowed="emgkit mark FILE, emgkit mark STUDY or emgkit mark --compare A.csv B.csv",
            got="none of these" if recordings is None else "a recording or study, and --compare",
        )
    if compare is not None:
        _show_agreement(*compare, as_json=as_json)
        return
    if begin not in (None, "detected"):
        raise ArgumentError("--from names an unknown beginning", allowed="detected", got=str(begin))
    _check_out(out)
    path = Path(str(recordings))
    if _is_recording(path):
        if begin or data:
            raise ArgumentError(
                f"{'--from' if begin else '--data'} needs a study",
                where=str(path),
                hint="The study file says how repetitions are found; emgkit new writes one",
            )
        overrides = overrides_given(sfreq, units or [], channels)
        page, pages = _file_to_mark(path, overrides, thousands=thousands, sheet=sheet)
    else:
        options = {"sfreq": sfreq, "units": units, "channels": channels, "thousands": thousands, "sheet": sheet}
        given = [f"--{name}" for name, value in options.items() if value is not None]
        if given:
            raise ArgumentError(f"{', '.join(given)} cannot be given for a study", hint="Write it into the study file")
        page, pages = _study_to_mark(str(recordings), data, detected=begin is not None)
    _write(page, out)
    found = sum(len(one.found) for one in pages)
    if as_json:
        names = [one.file for one in pages]
        print(json.dumps({"page": str(out), "recordings": names, "found": found}, indent=2, ensure_ascii=False))
        return
    more = f", {counted(found, 'repetition')} found" if begin else ""
    print(f"Wrote {out}: {counted(len(pages), 'recording')}{more}.")
    print("Open it in a browser, mark, and save the table.")


def _is_recording(path: Path) -> bool:
    """Whether a file is to be marked, and not a study; a file that is not there is refused."""
    study_file = path.suffix.lower() == ".toml"
    if path.suffix and not study_file and not path.exists():
        raise FileError(
            "There is no such recording",
            where=str(path),
            hint="Name a file that is there, or the folder of a study",
        )
    return path.is_file() and not study_file


def _check_out(out: Path) -> None:
    """Refuse a place where a file stands that is no page to mark: it would be lost."""
    from emgkit.report.marking import is_marking_page

    try:
        lost = out.is_file() and out.stat().st_size > 0 and not is_marking_page(out)
    except (OSError, ValueError) as problem:  # a null in a name is a ValueError
        got = getattr(problem, "strerror", None) or str(problem)
        raise FileError("The page cannot be written", where=str(out), got=got) from None
    if lost:
        raise FileError(
            "The file exists and is no page to mark repetitions on; it would be lost",
            where=str(out),
            hint="Name another file with --out",
        )


def _write(page: str, out: Path) -> None:
    """Write the page, in a folder that is made where there is none."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")
    except OSError as problem:
        raise FileError("The page cannot be written", where=str(out), got=str(problem.strerror)) from None


def _file_to_mark(
    path: Path, overrides: Overrides, *, thousands: str | None, sheet: str | None
) -> tuple[str, tuple[RecordingToMark, ...]]:
    """The page of one file, and what is on it."""
    from emgkit import report
    from emgkit.io.naming.layouts import IN_SHEET
    from emgkit.report import recording_info

    content = emgkit.io.load(path, thousands=thousands, sheet=sheet)
    where = emgkit.io.place(path, sheet)
    needs = recording_info.needs(emgkit.io.survey(content, overrides, where=where), content.stated_sfreq)
    if needs:
        raise ArgumentError("The file does not say all that is needed to read it", where=where, hint=needs)
    trial = emgkit.io.assemble(content, overrides, where=where, recognise=True)
    name = path.name if sheet is None else f"{path.name}{IN_SHEET}{sheet}"
    notes = [notice.message for notice in trial.notices]
    pages = (report.recording_to_mark(trial, file=name, notes=notes),)
    return report.marking_page(pages, title=f"Repetitions of {path.name}"), pages


def _study_to_mark(name: str, data: Path | None, *, detected: bool) -> tuple[str, tuple[RecordingToMark, ...]]:
    """The page of a study's exercises, and what is on it."""
    from emgkit import report
    from emgkit.study import Study
    from emgkit.study.mark import recordings_to_mark

    study = Study.load(name)
    with progress_shown() as progress:
        pages = recordings_to_mark(study, data, detected=detected, progress=progress)
    return report.marking_page(pages, title=f"Repetitions of {study.slug}"), pages


def _show_agreement(first: Path, second: Path, *, as_json: bool) -> None:
    """Print how far two tables agree: which repetitions both have, where they begin and end, and what is accepted."""
    from emgkit.events import agreement_of

    found = agreement_of(first, second)
    if as_json:
        rows = {
            "boundaries": json.loads(found.boundaries.to_json(orient="records", double_precision=15)),
            "recordings": json.loads(found.recordings.to_json(orient="records")),
            "repetitions": json.loads(found.repetitions.to_json(orient="records", double_precision=15)),
        }
        counts = {name: None if value != value else value for name, value in found.counts.items()}
        print(json.dumps({"first": str(first), "second": str(second), "counts": counts, **rows}, indent=2))
        return
    say = sayer()
    say(f"First: {first}. Second: {second}.", style="bold")
    recordings = _rows(found.recordings)
    print_table(recordings, title=next(iter(recordings[0])))
    for text in found.sentences():
        say(text)
    boundaries = [row for row in _rows(found.boundaries) if row["n"]]
    if boundaries:
        say("Boundaries, second − first, in ms; 95 % of the differences are expected between low and high:")
        print_table(
            [
                {key: value if key in ("boundary", "n") else _milliseconds(value) for key, value in row.items()}
                for row in boundaries
            ],
            title="boundary",
        )


def _rows(table: DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _milliseconds(seconds: float) -> float | str:
    return "–" if seconds != seconds else round(1000 * seconds, 1)
