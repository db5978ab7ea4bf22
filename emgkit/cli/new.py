"""``emgkit new``: a study file for a folder of recordings."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from emgkit.cli.options import JsonOption
from emgkit.cli.printing import progress_shown
from emgkit.errors import ArgumentError

__all__ = ["new"]


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
    with progress_shown() as progress:
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
