"""``emgkit check``: the scorecard of recordings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from emgkit.cli.options import JsonOption
from emgkit.cli.printing import print_table, sayer

if TYPE_CHECKING:
    from emgkit.report.commands.quality_check import CheckedFiles

__all__ = ["check"]


def check(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Recordings, or folders of recordings.")],
    sfreq: Annotated[float | None, typer.Option(metavar="HZ", help="Rate, if the files say none.")] = None,
    units: Annotated[str | None, typer.Option(metavar="UNIT", help="Unit of the EMG, if the files say none.")] = None,
    sheet: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Sheet of Excel workbooks; '*' stands for any letters; may be repeated."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge the EMG of recordings, channel by channel: good, doubtful or bad, with the number and the limit.

    Leaves with status 1 where something is bad: a channel, a file that cannot be read, or a copy of another.
    """
    from emgkit.report.commands import quality_check

    found = quality_check.check_files(paths, sfreq=sfreq, units=units, sheet=sheet or ())
    if as_json:
        copies = [one.notice.text for one in found.copies]
        files = [one.to_dict() for one in found.files]
        print(json.dumps({"bad": found.is_bad, "files": files, "copies": copies}, indent=2, ensure_ascii=False))
    else:
        _show_checked(found)
    if found.is_bad:
        raise typer.Exit(1)


def _show_checked(found: CheckedFiles) -> None:
    """One recording channel by channel; of several a summary, a row each, and what was found by its kind."""
    if len(found.files) == 1:
        _show_one(found)
    else:
        _show_several(found)


def _show_one(found: CheckedFiles) -> None:
    from emgkit.report import remarks

    say = sayer()
    for one in found.files:
        say(one.name, style="bold")
        rows = one.rows()
        if rows:
            print_table(rows, title="channel")
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


def _show_several(found: CheckedFiles) -> None:
    from emgkit.report.commands import quality_summary

    say = sayer()
    say(found.summary(), style="bold")
    if not found.files:
        return
    folder, _ = quality_summary.names_within(found)
    say(f"\nRecordings in {folder}")
    print_table(quality_summary.recording_rows(found), title="recording")
    for kind in quality_summary.found_kinds(found):
        say(f"\n{kind.heading}. {kind.hint}".rstrip(), style="yellow")
        for line in kind.lines:
            say(line, indent=2)
    problems = [one.problem for one in found.files if one.problem]
    if problems or found.copies:
        say()
    for text in (*problems, *(copy.notice.text for copy in found.copies)):
        say(text, style="red")
    say("\nemgkit check FILE shows each channel of one recording, and --json all numbers.")
