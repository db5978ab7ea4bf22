"""Contrasts with their intervals: the result of a comparison at one look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from emgkit.figures.drawing import rows, style
from emgkit.figures.drawing.tables import check_rows
from emgkit.notation import capital, contrast_text, number, p_heading, p_text, place, readable, surface
from emgkit.stats.cells.labels import numbered

__all__ = ["contrasts"]


def contrasts(
    table: pd.DataFrame,
    *,
    by: str | Sequence[str] | None = None,
    unit: str | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw each contrast with its individual 95 % interval, and write its numbers beside it.

    Parameters
    ----------
    table : DataFrame
        As from ``ek.stats.contrasts``: ``contrast``, ``ratio`` or ``difference``, ``ci_low``,
        ``ci_high``, ``n``, ``p_adjusted`` and the `by` columns.
    by : str or sequence of str, optional
        Columns whose levels group the rows; by default those left of ``contrast``.
    unit : str, optional
        Unit of a difference, by default what ``table.attrs["unit"]`` says; a ratio has none.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise. The numbers need some 190 points at its right.

    Returns
    -------
    Axes
        Ratios on a logarithmic axis with a line at 1, differences on a linear one with a line at 0.
        A contrast without a finite interval has its row and no mark.

    Raises
    ------
    DesignError
        A column is missing, or the table holds no row.

    Examples
    --------
    >>> table = pd.DataFrame({"muscle": ["vastus_lateralis"], "contrast": ["squat / deadlift"], "ratio": [1.4],
    ...     "ci_low": [1.2], "ci_high": [1.63], "n": [13], "p_adjusted": [0.0004]})
    >>> ax = contrasts(table)
    >>> ax.get_xscale()
    'log'
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    groups = _groups(table, by)
    outcome = "ratio" if "ratio" in table.columns else "difference"
    needed = [*groups, "contrast", outcome, "ci_low", "ci_high", "n", "p_adjusted"]
    check_rows(table, needed, "contrasts to draw")
    unit = str(table.attrs.get("unit", "")) if unit is None else unit
    shown = table.copy()
    if outcome == "difference":
        limits = ["difference", "ci_low", "ci_high"]
        shown[limits] = table[limits] * surface(unit)[1]
    keys = [
        " · ".join(capital(place(name, readable(level))) for name, level in zip(groups, row, strict=True))
        for row in table[groups].to_numpy().tolist()
    ]
    factor = str(table.attrs.get("within") or "")
    labels = [numbered(factor, contrast_text(name)) for name in table["contrast"]]
    with style.theme():
        columns = _columns(
            shown, outcome=outcome, p=p_heading(table.attrs.get("adjust"), table.attrs.get("largest_family"))
        )
        ax, layout = rows.axes_for(ax, labels, keys, columns)
        rows.write(ax, layout)
        _axis(ax, shown, layout, outcome=outcome, unit=surface(unit)[0])
        for y, row in zip(layout.y, shown.to_dict("records"), strict=True):
            _contrast(ax, row, y, outcome=outcome)
        if style.simulated_mark(table, simulated):
            style.mark_simulated(ax, pad=17, right=layout.right)
    return ax


def _groups(table: pd.DataFrame, by: str | Sequence[str] | None) -> list[str]:
    if by is not None:
        return [by] if isinstance(by, str) else list(by)
    columns = [str(column) for column in table.columns]
    before = columns[: columns.index("contrast")] if "contrast" in columns else []
    return [column for column in before if column != "simulated"]


def _contrast(ax: Axes, row: dict[Any, Any], y: float, *, outcome: str) -> None:
    """Draw one contrast in ink: a colour would be that of one of its two sides."""
    rows.interval(ax, float(row["ci_low"]), float(row["ci_high"]), y, color=style.INK)
    if pd.notna(row[outcome]):
        ax.plot([row[outcome]], [y], marker="o", color=style.INK, ms=6, mec="white", mew=0.7, ls="", zorder=4)


def _columns(table: pd.DataFrame, *, outcome: str, p: str) -> list[rows.RowColumn]:
    """Estimate, n and p; the head of the p values says how they were adjusted."""
    ratio = outcome == "ratio"
    estimates = tuple(
        rows.estimate(value, low, high, ratio=ratio)
        for value, low, high in zip(table[outcome], table["ci_low"], table["ci_high"], strict=True)
    )
    exact = tuple(p_text(float(value)) for value in table["p_adjusted"])
    return [
        rows.RowColumn(head=f"{outcome} [95 % CI]", texts=estimates),
        rows.RowColumn(head="n", texts=tuple(number(n) for n in table["n"]), name="n"),
        rows.RowColumn(head=p, texts=exact, name=p),
    ]


def _axis(ax: Axes, table: pd.DataFrame, layout: rows.RowLayout, *, outcome: str, unit: str) -> None:
    """Set a logarithmic axis about 1 for ratios, a linear one about 0 for differences."""
    values = table[[outcome, "ci_low", "ci_high"]].to_numpy(dtype=float)
    intervals = ", individual 95 % confidence intervals"
    if outcome == "ratio":
        rows.ratio_axis(ax, values, label=f"Ratio (logarithmic axis){intervals}", points=layout.points)
        return
    label = f"Difference{f' ({unit})' if unit else ''}{intervals}"
    rows.linear_axis(ax, values, null=0.0, label=label, points=layout.points)
