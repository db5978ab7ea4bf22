"""``emgkit claims``: what published figures say of each claim."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from emgkit.cli.options import JsonOption

if TYPE_CHECKING:
    from pandas import DataFrame

    from emgkit.literature import Claim

__all__ = ["claims"]


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
