"""How a command writes to a terminal: texts, tables, errors and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from emgkit.errors import EmgkitError

__all__ = ["print_table", "progress_shown", "say_error", "sayer", "unchanged"]


def sayer() -> Callable[..., None]:
    """Something that prints a text, broken between its words where a terminal is narrow; in a file it is one line."""
    from rich.console import Console
    from rich.padding import Padding

    console = Console(highlight=False)

    def say(text: str = "", style: str | None = None, *, indent: int = 0) -> None:
        if console.is_terminal:
            console.print(Padding(text, (0, 0, 0, indent), expand=False), style=style, markup=False)
        else:
            console.print(" " * indent + text, markup=False, soft_wrap=True)

    return say


def print_table(rows: Sequence[dict[str, Any]], *, title: str) -> None:
    """Print rows as a table that fits the terminal; ``title`` is the column that names a row."""
    from rich.console import Console

    from emgkit.report.terminal import table_lines

    console = Console()
    for line in table_lines(rows, width=console.width, title=title):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress_shown() -> Iterator[Callable[[str, int, int], None]]:
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


def unchanged(since: datetime) -> str:
    """What a run prints that computed nothing."""
    return f"Nothing has changed since these results were written, on {since:%Y-%m-%d at %H:%M}. --force computes anew."


def say_error(problem: EmgkitError) -> None:
    """The parts of an error, one a line, on standard error."""
    print("emgkit: " + "\n".join(map(_printable, problem.lines())), file=sys.stderr)


def _printable(text: str) -> str:
    """A text without the signs that would steer a terminal: a name in a file may hold any."""
    return "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)
