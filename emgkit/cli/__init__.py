"""The ``emgkit`` command, one module a command.

Exit status 0: done; 1: a check of the user's data failed; 2: bad input or usage, or an error that nobody foresaw.
"""

from __future__ import annotations

import sys
import traceback
from typing import Annotated

import typer

import emgkit
from emgkit.cli.check import check
from emgkit.cli.claims import claims
from emgkit.cli.convert import convert_recordings
from emgkit.cli.info import info
from emgkit.cli.mark import mark
from emgkit.cli.multiverse import multiverse
from emgkit.cli.new import new
from emgkit.cli.printing import say_error
from emgkit.cli.run import reproduce, run
from emgkit.cli.unforeseen import in_plain_words
from emgkit.errors import EmgkitError

__all__ = ["app", "main"]

app = typer.Typer(
    name="emgkit",
    help="From raw surface-EMG recordings to a verdict: filter, normalise, cut into repetitions, compare, report.",
    epilog="Start with: emgkit reproduce",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: it loads in half the time
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command; say an error in plain words and leave with status 2. ``--debug`` shows where it was raised."""
    words = sys.argv[1:]
    # the option may stand before the command or behind it
    own = words[: words.index("--")] if "--" in words else words
    debug = "--debug" in own
    arguments = [word for word in own if word != "--debug"] + words[len(own) :]
    try:
        app(arguments)
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        sys.exit(130)
    except Exception as problem:  # the outermost layer: nobody is shown a traceback who has not asked for it
        if debug:
            traceback.print_exc()
        say_error(problem if isinstance(problem, EmgkitError) else in_plain_words(problem, arguments))
        sys.exit(2)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"emgkit {emgkit.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", is_eager=True, callback=_show_version)
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the code an error was raised; for any command.")
    ] = False,
) -> None:
    """Options of the command itself."""


# the name, the function, and its line in the list of commands
for _name, _command, _line in (
    ("info", info, "Show what a recording or a folder holds."),
    ("check", check, "Judge the EMG of recordings: good, doubtful or bad."),
    ("convert", convert_recordings, "Convert recordings to EMG-BIDS."),
    ("mark", mark, "Write a page to mark repetitions by hand."),
    ("new", new, "Write a study file for a folder of recordings."),
    ("run", run, "Run a study, to tables, figures and a report."),
    ("reproduce", reproduce, "Run the main study: hip thrust, squat and deadlift."),
    ("multiverse", multiverse, "Run a study under every defensible processing."),
    ("claims", claims, "Show what published figures say of each claim."),
):
    app.command(name=_name, short_help=_line)(_command)
