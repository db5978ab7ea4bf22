"""Letters of difference above the levels of a figure: levels that share one did not differ significantly."""

from __future__ import annotations

from typing import cast

import pandas as pd
from matplotlib.axes import Axes

from emgkit.errors import DesignError
from emgkit.figures.drawing.appearance import size
from emgkit.notation import listed
from emgkit.stats.results.results import Results
from emgkit.stats.within.levels import level_table

__all__ = ["LETTERS_NOTE", "letters_of", "write_letter"]

LETTERS_NOTE = "Levels that share a letter did not differ significantly."


def letters_of(
    cells: pd.DataFrame, contrasts: pd.DataFrame | None, *, x: str, by: str | None
) -> dict[tuple[str, str], str]:
    """The letters of each level of `by` and `x`.

    Parameters
    ----------
    cells : DataFrame
        What is drawn.
    contrasts : DataFrame, optional
        What ``ek.stats.contrasts`` made of the same cells, or a table with `x`, `by` and ``letters``; None, or
        contrasts with one level alone: no letters.
    x, by : str
        Columns of the levels, and of what they are compared within.

    Returns
    -------
    dict
        ``(level of by, level of x)`` -> letters; the level of `by` is empty where there is none.

    Raises
    ------
    DesignError
        The contrasts are of other columns.
    """
    if contrasts is None or "against" in contrasts.attrs:
        return {}
    ready = "letters" in contrasts.columns
    own_by = [] if by is None else [by]
    if not ready:
        facts = (contrasts.attrs.get("within"), list(contrasts.attrs.get("by") or []))
        if facts != (x, own_by):
            raise DesignError(
                "The contrasts are not of the levels that are drawn",
                allowed=f"contrasts within {x!r}{f' by {by!r}' if by else ' without by'}",
                got=f"within {facts[0]!r} by {listed(facts[1]) or 'nothing'}",
            )
    table = contrasts if ready else level_table(cells, cast(Results, contrasts))
    missing = [name for name in (x, *own_by) if name not in table.columns]
    if missing:
        raise DesignError("The letters have no levels", allowed=f"columns {listed((x, *own_by))}", got=listed(table))
    places = [""] * len(table) if by is None else table[by].astype(str)
    return dict(zip(zip(places, table[x].astype(str), strict=True), table["letters"].astype(str), strict=True))


def write_letter(ax: Axes, letters: str, x: float, y: float) -> None:
    """Write the letters of a level above its highest value."""
    ax.annotate(
        letters, (x, y), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=size(),
        gid="letters",
    )  # fmt: skip
