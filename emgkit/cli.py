"""The ``emgkit`` command. Exit status 0: done; 1: a check of the user's data failed; 2: bad input or usage."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import emgkit
from emgkit.errors import ArgumentError, EmgkitError, FileError
from emgkit.notation import capital, counted

if TYPE_CHECKING:
    from pandas import DataFrame

    from emgkit.io import FileContent, Overrides, Sheet
    from emgkit.literature import Claim
    from emgkit.recording import Trial
    from emgkit.report import RecordingToMark
    from emgkit.report.commands.quality_check import CheckedFiles
    from emgkit.study import Result

__all__ = ["app", "main"]

app = typer.Typer(
    name="emgkit",
    help="From raw surface-EMG recordings to a verdict: filter, normalise, cut into repetitions, compare, report.",
    epilog="Start with: emgkit reproduce",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Where to write; default: <study folder>/results or results/<name>."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Where the recordings are, if not where the study says.")
]
# what a file may not say of itself
SfreqOption = Annotated[float | None, typer.Option(metavar="HZ", help="Rate, if the file says none.")]
UnitsOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="UNIT|CHANNEL=UNIT",
        help="Unit of the EMG (mV) or of one channel ('knee angle=deg'), if the file says none; may be repeated.",
    ),
]
ChannelsOption = Annotated[
    Path | None, typer.Option(metavar="MAP.toml", help=r"A TOML file with a table \[channels], as a study file has it.")
]
ThousandsOption = Annotated[
    str | None, typer.Option(metavar="SIGN", help="Sign between thousands in a text file; '' if there is none.")
]
SheetOption = Annotated[str | None, typer.Option(metavar="NAME", help="Sheet of an Excel workbook.")]


def main() -> None:
    """Run the command; say an error in plain words and leave with status 2."""
    try:
        app()
    except EmgkitError as problem:
        _say_error(problem)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        sys.exit(130)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"emgkit {emgkit.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Options of the command itself."""


@app.command()
def info(
    path: Annotated[
        Path,
        typer.Argument(metavar="FILE|DIR", help="A recording of any format that is read, or a folder of recordings."),
    ],
    sfreq: SfreqOption = None,
    units: UnitsOption = None,
    channels: ChannelsOption = None,
    thousands: ThousandsOption = None,
    sheet: SheetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a recording holds: its channels with position, stream, rate and unit; "?" where the file has none.

    Of a folder, show its recordings: who, what, how long, and which are copies of others.
    """
    from emgkit.report import recording_info

    if path.is_dir():
        _list_recordings(path, as_json=as_json)
        return
    sheets = emgkit.io.sheets(path)
    if sheet is None and sum(one.kind == "table" and not one.hidden for one in sheets) > 1:
        _list_sheets(path, sheets, as_json=as_json)
        return
    content = emgkit.io.load(path, thousands=thousands, sheet=sheet)
    overrides = _overrides(sfreq, units or [], channels)
    where = emgkit.io.place(path, sheet)
    signals = emgkit.io.survey(content, overrides, where=where)
    needs = recording_info.needs(signals, content.stated_sfreq)
    signals = emgkit.io.with_muscles(signals)
    rows = [recording_info.channel_row(signal) for signal in signals]
    held: FileContent | Trial = content
    if not needs:
        held = emgkit.io.assemble(content, overrides, where=where, recognise=True)
        inside = {channel.name: (name, channel.unit) for name, own in held.items() for channel in own.channels}
        for row in rows:
            row["stream"], row["unit"] = inside[row["channel"]]
            del row["samples"]
    sources, doubts = recording_info.sources(signals), recording_info.muscle_doubts(signals)
    if as_json:
        events = [
            {"onset": one.onset, "duration": one.duration, "label": one.label, **one.columns} for one in held.events
        ]
        notices = [{"code": one.code, "text": one.text, "hint": one.hint} for one in held.notices]
        labels = {"recognised": sources["labels"], "doubtful": doubts}
        summary = {"file": str(path), "context": dict(held.context), "channels": [
            row | own for row, own in zip(rows, sources["channels"], strict=True)
        ], "labels": labels, "events": events, "notices": notices}  # fmt: skip
        print(json.dumps(summary | ({"needs": needs} if needs else {}), indent=2, ensure_ascii=False))
        return
    say = _sayer()
    who = ", ".join(f"{key} {value}" for key, value in held.context.items() if value is not None)
    say(path.name + (f"  ({who})" if who else ""), style="bold")
    _print_table(rows, title="channel")
    for text in sources["texts"]:
        say(text)
    for label, why in sources["labels"].items():
        say(f"Recognised: {label!r}, since {why}.")
    counts = Counter(event.label for event in held.events)
    say(f"Events: {', '.join(f'{count} × {label}' for label, count in counts.items()) or 'none'}")
    for label, why in doubts.items():
        say(f"Not clear: the muscle of {label!r}. {capital(why)}.", style="yellow")
    for notice in held.notices:
        say(f"Note: {notice.message}", style="yellow")
    if needs:
        say(f"To read it: {needs}", style="yellow")


def _list_recordings(folder: Path, *, as_json: bool) -> None:
    """Print the recordings of a folder."""
    from emgkit.io.catalogue import catalogue

    table = catalogue(folder)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    if as_json:
        print(json.dumps({"folder": str(folder), "recordings": rows, "others": table.attrs["others"]}, indent=2))
        return
    say = _sayer()
    say(str(folder), style="bold")
    _print_table(
        [
            {str(key): _cell(value) for key, value in row.items() if key != "problem"}
            | {"mvc": "yes" if row["mvc"] else ""}
            for row in rows
        ],
        title="path",
    )
    for row in rows:
        if row["problem"]:
            say(f"{row['path']}: {row['problem']}", style="yellow")
    doubtful, copies = (sum(bool(row[key]) for row in rows) for key in ("problem", "same_as"))
    say(
        f"{counted(len(rows), 'recording')}, {doubtful} with a problem, {copies} with the samples of another; "
        f"{counted(table.attrs['others'], 'other file')}."
    )


def _cell(value: Any) -> Any:
    return "" if value is None else round(value, 3) if isinstance(value, float) else value


def _sayer() -> Callable[..., None]:
    """Something that prints a text, broken between its words where a terminal is narrow."""
    from rich.console import Console

    console = Console()

    def say(text: str, style: str | None = None) -> None:
        console.print(text, style=style, markup=False, highlight=False, soft_wrap=not console.is_terminal)

    return say


def _print_table(rows: Sequence[dict[str, Any]], *, title: str) -> None:
    from rich.console import Console

    from emgkit.report.terminal import table_lines

    console = Console()
    for line in table_lines(rows, width=console.width, title=title):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _list_sheets(path: Path, sheets: Sequence[Sheet], *, as_json: bool) -> None:
    """Print the sheets of a workbook, of which one must be named."""
    rows = [{"sheet": one.name, "holds": one.kind, "hidden": one.hidden} for one in sheets]
    needs = f"say --sheet {next(one.name for one in sheets if one.kind == 'table')!r}, or another one"
    if as_json:
        print(json.dumps({"file": str(path), "sheets": rows, "needs": needs}, indent=2))
        return
    say = _sayer()
    say(path.name, style="bold")
    _print_table([{**row, "hidden": "yes" if row["hidden"] else "no"} for row in rows], title="sheet")
    say(f"To read one: {needs}; in Python, ek.read(path, sheet=…)", style="yellow")


def _overrides(sfreq: float | None, units: list[str], channel_map: Path | None) -> Overrides:
    """The units given on the command line (``mV`` is for all EMG, ``angle=deg`` for one channel), and the map."""
    blanket = [unit for unit in units if "=" not in unit]
    single = {label: unit for label, _, unit in (one.rpartition("=") for one in units if "=" in one)}
    if len(set(blanket)) > 1:
        raise ArgumentError(
            "Several units were given for all EMG",
            allowed="one, and CHANNEL=UNIT for others",
            got=", ".join(blanket),
            hint="Write --units mV --units 'knee angle=deg'",
        )
    channels = {k: dict(v) for k, v in emgkit.io.channel_map(channel_map).items()} if channel_map else {}
    if not blanket:
        return emgkit.io.Overrides(sfreq=sfreq, units=single or None, channels=channels or None)
    for label, unit in single.items():
        channels[label] = channels.get(label, {}) | {"unit": unit}
    return emgkit.io.Overrides(sfreq=sfreq, units=blanket[0], channels=channels)


@app.command(name="convert")
def convert_recordings(
    sources: Annotated[
        list[Path] | None, typer.Argument(metavar="SRC…", help="Recordings of any format that is read, or folders.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="The folder of the data set.")] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", metavar="MAP.toml", help="What the recordings do not say themselves.")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Write a map to fill in (map.toml, or --map).")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Run the BIDS validator on the data set; without SRC, do only that.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Convert recordings to an EMG-BIDS data set, by a map; run it again to go on where it was stopped."""
    from emgkit.report import conversion_info

    if draft:
        _draft_map(sources or [], map_file or Path("map.toml"), as_json=as_json)
        return
    if out is None or (sources and map_file is None) or not (sources or check):
        raise ArgumentError(
            "Something is missing to convert",
            allowed="SRC… --out DIR --map MAP.toml, SRC --draft, or --check --out DIR",
            hint="emgkit convert --draft SRC writes a map to fill in",
        )
    summary: dict[str, Any] = {"data_set": str(out)}
    say = _sayer()
    if sources and map_file:
        try:
            with _progress() as progress:
                done = emgkit.io.convert(sources, out, map=map_file, progress=progress)
        except KeyboardInterrupt:
            print("Interrupted; what is finished is kept. The same command goes on.", file=sys.stderr)
            raise typer.Exit(130) from None
        summary |= conversion_info.as_dict(done)
        if not as_json:
            for line in conversion_info.remarks(done):
                say(line, style="yellow")
            say(conversion_info.counts(done))
    issues = emgkit.io.check_bids(out) if check else ()
    errors = [one for one in issues if one.severity == "error"]
    if as_json:
        summary |= {"issues": conversion_info.issues_as_dict(issues)} if check else {}
        print(json.dumps(summary, indent=2, ensure_ascii=False))
    elif check:
        for one in issues:
            say(str(one), style="red" if one.severity == "error" else "yellow")
        say(f"BIDS validator: {counted(len(errors), 'error')}, {counted(len(issues) - len(errors), 'warning')}.")
    if errors:
        raise typer.Exit(1)


def _draft_map(sources: Sequence[Path], file: Path, *, as_json: bool) -> None:
    """Write a map with TODOs for a folder."""
    from emgkit.study.new.draft import draft_map
    from emgkit.toml_files import to_do

    if len(sources) != 1:
        raise ArgumentError("A draft is made of one folder", allowed="emgkit convert --draft FOLDER",
                            got=counted(len(sources), "source"))  # fmt: skip
    with _progress() as progress:
        draft_map(sources[0], file, progress)
    left = to_do(file.read_text(encoding="utf-8"))
    if as_json:
        rows = [{"line": one.line, "place": one.place, "text": one.text} for one in left]
        print(json.dumps({"map": str(file), "to_do": rows}, indent=2, ensure_ascii=False))
        return
    print(f"Wrote {file}")
    print("To fill in, or to confirm:")
    print("\n".join(f"  {one}" for one in left))
    print(f"Then: emgkit convert {shlex.quote(str(sources[0]))} --map {shlex.quote(str(file))} --out DIR --check")


@app.command()
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
    path = Path(str(recordings))
    if path.is_file() and path.suffix.lower() != ".toml":
        if begin or data:
            raise ArgumentError(
                f"{'--from' if begin else '--data'} needs a study",
                where=str(path),
                hint="The study file says how repetitions are found; emgkit new writes one",
            )
        page, pages = _file_to_mark(path, _overrides(sfreq, units or [], channels), thousands=thousands, sheet=sheet)
    else:
        options = {"sfreq": sfreq, "units": units, "channels": channels, "thousands": thousands, "sheet": sheet}
        given = [f"--{name}" for name, value in options.items() if value is not None]
        if given:
            raise ArgumentError(f"{', '.join(given)} cannot be given for a study", hint="Write it into the study file")
        page, pages = _study_to_mark(str(recordings), data, detected=begin is not None)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page, encoding="utf-8")
    except OSError as problem:
        raise FileError("The page cannot be written", where=str(out), got=str(problem.strerror)) from None
    found = sum(len(one.found) for one in pages)
    if as_json:
        names = [one.file for one in pages]
        print(json.dumps({"page": str(out), "recordings": names, "found": found}, indent=2, ensure_ascii=False))
        return
    more = f", {counted(found, 'repetition')} found" if begin else ""
    print(f"Wrote {out}: {counted(len(pages), 'recording')}{more}.")
    print("Open it in a browser, mark, and save the table.")


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
    with _progress() as progress:
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
    say = _sayer()
    say(f"First: {first}. Second: {second}.", style="bold")
    recordings = _rows(found.recordings)
    _print_table(recordings, title=next(iter(recordings[0])))
    for text in found.sentences():
        say(text)
    boundaries = [row for row in _rows(found.boundaries) if row["n"]]
    if boundaries:
        say("Boundaries, second − first, in ms; 95 % of the differences are expected between low and high:")
        _print_table(
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


@app.command()
def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Recordings, or folders of recordings.")],
    sfreq: Annotated[float | None, typer.Option(metavar="HZ", help="Rate, if the files say none.")] = None,
    units: Annotated[str | None, typer.Option(metavar="UNIT", help="Unit of the EMG, if the files say none.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge the EMG of recordings, channel by channel: good, doubtful or bad, with the number and the limit.

    Leaves with status 1 where something is bad: a channel, a file that cannot be read, or a copy of another.
    """
    from emgkit.report.commands import quality_check

    found = quality_check.check_files(paths, sfreq=sfreq, units=units)
    if as_json:
        copies = [one.notice.text for one in found.copies]
        files = [one.to_dict() for one in found.files]
        print(json.dumps({"bad": found.is_bad, "files": files, "copies": copies}, indent=2, ensure_ascii=False))
    else:
        _show_checked(found)
    if found.is_bad:
        raise typer.Exit(1)


def _show_checked(found: CheckedFiles) -> None:
    from emgkit.report import remarks

    say = _sayer()
    for one in found.files:
        say(str(one.path), style="bold")
        rows = one.rows()
        if rows:
            _print_table(rows, title="channel")
        elif not one.problem:
            say("No EMG.")
        for remark in remarks.remarks(one.notices):
            if remark.hint:
                say(f"{remark.heading}. {remark.hint}", style="yellow")
            for text, _ in remark.texts:
                say(f"  {text}" if remark.hint else text, style="yellow")
        if one.problem:
            say(one.problem, style="red")
    for copy in found.copies:
        say(copy.notice.text, style="red")
    say(found.summary())


@app.command()
def claims(
    number: Annotated[int | None, typer.Argument(metavar="NUMBER", help="One claim, with every figure.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what published figures say of 25 claims on the hip thrust; with a number, one of them in full."""
    from emgkit import literature

    if as_json:
        rows = literature.claims().to_dict("records") if number is None else literature.claim(number).to_dict()
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    elif number is None:
        _show_ledger(literature.claims())
    else:
        _show_claim(literature.claim(number), literature.figures())


_VERDICT_STYLES = {"supported": "green", "contradicted": "red", "mixed": "yellow", "overstated": "yellow"}


def _show_ledger(ledger: DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 1, 0))
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("claim", overflow="fold", ratio=1)
    table.add_column("verdict", width=12)
    columns = {
        "for": "figures_for",
        "against": "figures_against",
        "neither": "figures_neither",
        "2nd hand": "second_hand",
    }
    for head in columns:
        table.add_column(head, justify="right", width=max(map(len, head.split())))
    for row in ledger.to_dict("records"):
        style = _VERDICT_STYLES.get(row["verdict"], "dim")
        counts = (str(len(row[column]) or "·") for column in columns.values())
        table.add_row(str(row["number"]), row["claim"], f"[{style}]{row['verdict']}[/]", *counts)
    console.print(table)
    verdicts = ledger["verdict"].value_counts()
    console.print(f"\n{', '.join(f'{count} {verdict}' for verdict, count in verdicts.items())}.")
    console.print(
        "Counted are published contrasts that were judged to be the claim's own question; the verdict follows from "
        "those read at the source. Second-hand figures decide nothing. One claim in full: emgkit claims 11"
    )


def _show_claim(one: Claim, table: DataFrame) -> None:
    from rich.console import Console
    from rich.padding import Padding

    from emgkit.literature.claims import grouped
    from emgkit.literature.wording import reference

    console = Console(highlight=False)

    def say(text: str, indent: int = 0, style: str | None = None) -> None:
        console.print(Padding(text, (0, 0, 0, indent)), style=style, markup=False)

    say(f"Claim {one.number}: {one.claim}", style="bold")
    say(f"Verdict: {one.verdict.upper()}", style=_VERDICT_STYLES.get(one.verdict))
    for title, text in (("", one.reason), ("What would test it: ", one.test), ("Limits: ", one.limits)):
        if text:
            say(f"{title}{text}")
    groups = grouped(one, table) | {"References": [reference(each) for each in one.references]}
    for heading, lines in groups.items():
        if lines:
            console.print()
            say(heading, style="bold cyan")
            for line in lines:
                say(line, 2)


def _shipped_studies(begun: str) -> list[str]:
    """Names of the studies that come with emgkit, for tab completion."""
    from emgkit import shipped

    names = sorted(path.parent.name for path in shipped.folder("studies").glob("*/study.toml"))
    return [name for name in names if name.startswith(begun)]


@app.command()
def run(
    study: Annotated[
        str,
        typer.Argument(
            metavar="STUDY",
            help="A folder with a study.toml, or a name (three_lifts).",
            autocompletion=_shipped_studies,
        ),
    ],
    data: DataOption = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A quick look: five simulated participants, few simulated studies.")
    ] = False,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run a study: from its raw recordings or published figures to tables, figures and a report."""
    _run(study, data=data, out=out, as_json=as_json, quick=quick)


@app.command()
def new(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="The new study's folder.")],
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="The recordings: an EMG-BIDS data set or a folder of files.")
    ],
    ask: Annotated[bool, typer.Option("--ask", help="Put the questions one by one, in a terminal.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a folder of recordings holds, and write a study file for it; what it cannot know it marks TODO."""
    from emgkit.study import new

    if ask and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise ArgumentError("--ask needs a terminal", hint="Leave --ask out, and fill in the TODOs in the study file")
    with _progress() as progress:
        found = new.survey(study, data, progress)
    if not as_json:
        print(new.listing(found, shutil.get_terminal_size().columns), end="\n\n")
    answers = new.ask(found, read=input, show=print) if ask else {}
    made = new.write(study, found, answers=answers)
    if as_json:
        to_do = [{"line": one.line, "place": one.place, "text": one.text} for one in made.to_do]
        print(json.dumps({"study": str(made.file), **new.as_dict(found), "to_do": to_do}, indent=2, ensure_ascii=False))
        return
    print(f"Wrote {made.file}")
    if made.to_do:
        print("To fill in:")
        print("\n".join(f"  {one}" for one in made.to_do))
    print(f"Then: emgkit run {shlex.quote(str(made.file.parent))}")


@app.command()
def reproduce(
    quick: Annotated[bool, typer.Option("--quick", help="Only five simulated participants.")] = False,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the main study: hip thrust, squat and deadlift, from simulated raw signals to the report."""
    _run("three_lifts", out=out, as_json=as_json, quick=quick)


def _run(name: str, *, data: Path | None = None, out: Path | None, as_json: bool, quick: bool) -> None:
    from emgkit.study import Study

    study = Study.load(name)
    if study.simulated and data is None and not as_json:
        print(f"SIMULATED DATA: {_SIMULATED}", flush=True)
    with _progress() as progress:
        result = study.run(out, data, progress=progress, quick=quick)
    if as_json:
        print(_as_json(result))
    else:
        _show(result, warned=study.simulated and data is None)
    _check_expected(result)


def _check_expected(result: Result) -> None:
    """Leave with status 1 where a number is not the one that the study file expects."""
    table = result.tables.get("expected")
    wrong = [] if table is None else [row for row in table.itertuples() if row.holds == "no"]
    for row in wrong:
        print(f"emgkit: expected {row.expected}, got {row.came}: {row.table}, {row.row}, {row.column}", file=sys.stderr)
    if wrong:
        raise typer.Exit(1)


# the finding of the report begins with the same sentence
_SIMULATED = "this run tests whether the chain returns what was put in; it is no evidence on any claim."


def _as_json(result: Result) -> str:
    tables = {
        name: json.loads(result.tables[name].to_json(orient="records", double_precision=15))
        for name in result.tables
        if name.startswith("contrasts")
    }
    content = {
        "study": result.study.slug,
        "simulated": result.simulated,
        "finding": list(result.finding),
        "tables": tables,
        "notices": [{"code": notice.code, "text": notice.text} for notice in result.notices],
        "report": str(result.report),
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _show(result: Result, *, warned: bool) -> None:
    from rich.console import Console
    from rich.padding import Padding

    console = Console(highlight=False)

    def say(text: str, indent: int = 0, style: str | None = None) -> None:
        console.print(Padding(text, (0, 0, 0, indent)), style=style, markup=False)

    if result.simulated and not warned:
        say(f"SIMULATED DATA: {_SIMULATED}")
    console.print()
    say(result.study.file.study.title, style="bold")
    for level in result.levels:
        console.print()
        say(f"{capital(level.name)}: {level.order}", style="bold cyan")
        for contrast in level.contrasts:
            say(contrast, 2)
        if level.doubt:
            say(level.doubt, 2, style="yellow")
        for one in level.published:
            say(f"Claim: {one.claim}.", 2)
            for statement in one.statements:
                say(f"published: {statement}", 4, style="dim")
            say(f"verdict, from the published figures alone: {one.verdict.upper()}. {one.why}", 4)
    # the levels stand above, the notices below
    shown = {level.sentence() for level in result.levels} | {notice.text for notice in result.notices}
    rest = [
        text for text in result.finding if text not in shown and not text.startswith(("The data are", "Verdict on"))
    ]
    console.print()
    for text in rest:
        say(text)
    _show_notices(result, say)
    console.print(f"Report: {result.report}", markup=False, soft_wrap=True)


def _show_notices(result: Result, say: Callable[..., None]) -> None:
    """Remarks, those of one kind in one line where they are many."""
    kinds: dict[str, list[str]] = {}
    for notice in result.notices:
        kinds.setdefault(notice.code, []).append(notice.message)
    for code, texts in kinds.items():
        if len(texts) <= 2:
            for text in texts:
                say(f"Note: {text}", style="yellow")
        else:
            say(f"Note: {len(texts)} remarks “{code.replace('-', ' ')}”; the report lists them.", style="yellow")


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error, gone when done; one line a stage where no terminal watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        printed: set[str] = set()

        def name_stage(what: str, _done: int, total: int) -> None:
            if what not in printed:
                print(f"{what} ({total}) …", file=sys.stderr, flush=True)
                printed.add(what)

        yield name_stage
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield show


def _say_error(problem: EmgkitError) -> None:
    """The parts of an error, one a line, on standard error."""
    parts = (("Where", problem.where), ("Allowed", problem.allowed), ("Got", problem.got), ("Hint", problem.hint))
    print(f"emgkit: {problem.what}", file=sys.stderr)
    for label, text in parts:
        if text:
            print(f"  {label + ':':9}{text}", file=sys.stderr)
