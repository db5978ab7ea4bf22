"""``emgkit info``: what a recording, a workbook or a folder holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import emgkit
from emgkit.cli.options import (
    ChannelsOption,
    JsonOption,
    SfreqOption,
    SheetOption,
    ThousandsOption,
    UnitsOption,
    overrides_given,
)
from emgkit.cli.printing import print_table, sayer

if TYPE_CHECKING:
    from emgkit.io import FileContent, Overrides, Sheet
    from emgkit.recording import Trial

__all__ = ["info"]


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
    if path.is_dir():
        _list_recordings(path, as_json=as_json)
        return
    sheets = emgkit.io.sheets(path)
    if sheet is None and sum(one.kind == "table" and not one.hidden for one in sheets) > 1:
        _list_sheets(path, sheets, as_json=as_json)
        return
    content = emgkit.io.load(path, thousands=thousands, sheet=sheet)
    overrides = overrides_given(sfreq, units or [], channels)
    _show_recording(path, content, overrides, where=emgkit.io.place(path, sheet), as_json=as_json)


def _show_recording(path: Path, content: FileContent, overrides: Overrides, *, where: str, as_json: bool) -> None:
    """Print the channels of a recording, its events, and what is doubtful or lacking."""
    from emgkit.report import recording_info

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
    say = sayer()
    who = ", ".join(f"{key} {value}" for key, value in held.context.items() if value is not None)
    say(path.name + (f"  ({who})" if who else ""), style="bold")
    print_table([recording_info.shown(row) for row in rows], title="channel")
    for text in sources["texts"]:
        say(text)
    for label, why in sources["labels"].items():
        say(f"Recognised: {label!r}, since {why}.")
    counts = Counter(event.label for event in held.events)
    say(f"Events: {', '.join(f'{count} × {label}' for label, count in counts.items()) or 'none'}")
    for text in recording_info.doubt_texts(doubts):
        say(text, style="yellow")
    for notice in held.notices:
        say(f"Note: {notice.message}", style="yellow")
    if needs:
        say(f"To read it: {needs}", style="yellow")


def _list_recordings(folder: Path, *, as_json: bool) -> None:
    """Print the recordings of a folder."""
    from emgkit.io.catalogue import catalogue
    from emgkit.report import recording_info

    table = catalogue(folder)
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    rows = [{str(key): value for key, value in row.items()} for row in records]
    if as_json:
        facts = {"others": table.attrs["others"], "likely": table.attrs["likely"]}
        print(json.dumps({"folder": str(folder), "recordings": rows, **facts}, indent=2, ensure_ascii=False))
        return
    say = sayer()
    say(str(folder), style="bold")
    # what cannot be read has no facts: it would hide what is the same in all others
    read, unread = ([row for row in rows if bool(row["n_channels"]) is whole] for whole in (True, False))
    for part in (read, unread):
        print_table([recording_info.folder_row(row) for row in part], title="path")
    remarks, counts = recording_info.folder_texts(rows, others=table.attrs["others"], likely=table.attrs["likely"])
    for text in remarks:
        say(text, style="yellow")
    for text in counts:
        say(text)


def _list_sheets(path: Path, sheets: Sequence[Sheet], *, as_json: bool) -> None:
    """Print the sheets of a workbook, of which one must be named."""
    rows = [{"sheet": one.name, "holds": one.kind, "hidden": one.hidden} for one in sheets]
    needs = f"say --sheet {next(one.name for one in sheets if one.kind == 'table')!r}, or another one"
    if as_json:
        print(json.dumps({"file": str(path), "sheets": rows, "needs": needs}, indent=2))
        return
    say = sayer()
    say(path.name, style="bold")
    print_table([{**row, "hidden": "yes" if row["hidden"] else "no"} for row in rows], title="sheet")
    say(f"To read one: {needs}; in Python, ek.read(path, sheet=…)", style="yellow")
