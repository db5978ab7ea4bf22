"""``emgkit claims``: what published figures say of each claim."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from emgkit.cli.options import JsonOption
from emgkit.cli.printing import sayer

if TYPE_CHECKING:
    from pandas import DataFrame

    from emgkit.literature import Claim, LiftAnswer

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
        _show_answers(literature.lift_answers())
        _show_ledger(literature.claims())
    else:
        _show_claim(literature.claim(number), literature.figures())


_STYLES = {"agrees": "green", "agrees, narrower": "green", "mixed": "yellow", "disagrees": "red"}


def _show_answers(answers: Iterable[LiftAnswer]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for answer in answers:
        console.print(Text.assemble((f"{answer.lead}.", "bold"), f" {answer.details}"), end="\n\n")


def _show_ledger(ledger: DataFrame) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 1, 0))
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("claim", overflow="fold", ratio=1)
    table.add_column("decided by", width=10)
    table.add_column("the evidence read", width=16)
    sides = ("for", "against", "neither")
    for side in sides:
        table.add_column(side, justify="right", width=len(side))
    for row in ledger.to_dict("records"):
        says = row["evidence_says"]
        counts = ("·" if says == "nothing read" else str(row[f"studies_{side}"]) for side in sides)
        style = _STYLES.get(says, "dim")
        table.add_row(str(row["number"]), row["claim"], row["decided_by"], f"[{style}]{says}[/]", *counts)
    console.print(table)
    counted = ledger["evidence_says"].value_counts()
    console.print(f"\n{'; '.join(f'{count} {says}' for says, count in counted.items())}.")
    console.print(
        "The numbers are studies that compared what the claim compares, read at the source; second-hand figures are "
        "not counted. One claim in full: emgkit claims 11"
    )


def _show_claim(one: Claim, table: DataFrame) -> None:
    from emgkit.literature.claims import grouped, verdict
    from emgkit.literature.wording import reference

    say = sayer()
    say(f"Claim {one.number}: {one.claim}", style="bold")
    say(f"The evidence read: {verdict(one)}", style=_STYLES.get(one.evidence_says))
    told = {
        "": one.reason,
        "The authors conclude": one.conclusion,
        "What would test it": one.test,
        "Limits": one.limits,
    }
    for title, text in told.items():
        if text:
            say(f"{title}: {text}" if title else text)
    groups = grouped(one, table) | {"References": [reference(each) for each in one.references]}
    for heading, lines in groups.items():
        if lines:
            say()
            say(heading, style="bold cyan")
            for line in lines:
                say(line, indent=2)
