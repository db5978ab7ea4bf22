"""``emgkit convert``: recordings to an EMG-BIDS data set, by a map."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

import emgkit
from emgkit.cli.options import JobsOption, JsonOption
from emgkit.cli.printing import progress_shown, sayer
from emgkit.errors import ArgumentError
from emgkit.notation import counted

__all__ = ["convert_recordings"]


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
    jobs: JobsOption = 1,
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
            allowed="SRC… --out DIR --map MAP.toml, SRC… --draft, or --check --out DIR",
            hint="emgkit convert --draft SRC… writes a map to fill in",
        )
    summary: dict[str, Any] = {"data_set": str(out)}
    say = sayer()
    if sources and map_file:
        try:
            with progress_shown() as progress:
                done = emgkit.io.convert(sources, out, map=map_file, progress=progress, jobs=jobs)
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
        for severity, text in conversion_info.issue_lines(issues):
            say(text, style="red" if severity == "error" else "yellow")
        say(f"BIDS validator: {counted(len(errors), 'error')}, {counted(len(issues) - len(errors), 'warning')}.")
    if errors:
        raise typer.Exit(1)


def _draft_map(sources: Sequence[Path], file: Path, *, as_json: bool) -> None:
    """Write a map with TODOs."""
    from emgkit.study.new.draft import draft_map
    from emgkit.toml_files import to_do

    with progress_shown() as progress:
        draft_map(sources, file, progress)
    left = to_do(file.read_text(encoding="utf-8"))
    if as_json:
        rows = [{"line": one.line, "place": one.place, "text": one.text} for one in left]
        print(json.dumps({"map": str(file), "to_do": rows}, indent=2, ensure_ascii=False))
        return
    print(f"Wrote {file}")
    print("To fill in, or to confirm:")
    print("\n".join(f"  {one}" for one in left))
    print(f"Then: emgkit convert {shlex.join(map(str, sources))} --map {shlex.quote(str(file))} --out DIR --check")
