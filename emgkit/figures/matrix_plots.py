"""Every exercise against every other at one look: ratios with intervals above the diagonal, p below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from emgkit.errors import DesignError
from emgkit.figures.drawing import rows, style
from emgkit.figures.drawing.tables import check_rows
from emgkit.notation import capital, fixed, listed, number, p_heading, p_phrase, place, readable, surface

__all__ = ["effect_matrix"]

# fills from no effect to a large one; the darker, the larger, so that greyscale shows the size; light enough for text
_MORE = ("#ffffff", "#e3eef5", "#bfdbe9", "#94c3da")
_LESS = ("#ffffff", "#fbeedd", "#f5d6ac", "#ecbb77")
# |log| of ratios at which the fill changes: a tenth, a third and a doubling
_STEPS = (1.1, 1.33, 2.0)


def effect_matrix(
    table: pd.DataFrame,
    *,
    by: str | None = None,
    unit: str | None = None,
    simulated: bool = False,
    columns: int | None = None,
) -> Figure:
    r"""Draw all pairwise contrasts as a matrix of exercises, one panel a muscle.

    Parameters
    ----------
    table : DataFrame
        As from ``ek.stats.contrasts``: ``contrast``, ``ratio`` or ``difference``, ``ci_low``, ``ci_high``, ``n``,
        ``p_adjusted`` and the `by` column.
    by : str, optional
        Column whose levels are the panels; by default the one left of ``contrast``, if there is one.
    unit : str, optional
        Unit of a difference, by default what ``table.attrs["unit"]`` says.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.
    columns : int, optional
        Panels side by side, by default as many as the width holds.

    Returns
    -------
    Figure
        One Axes a level of `by`. Above the diagonal stands the contrast of the row against the column with its 95 %
        interval, below it the adjusted p of the same pair. The fill says how large a ratio is (blue above 1, orange
        below, darker the further), or which sign a difference has.

    Raises
    ------
    DesignError
        A column is missing, the table is empty, a contrast is no pair, or one stands twice in a panel.

    Examples
    --------
    >>> table = pd.DataFrame({"muscle": "vastus_lateralis", "contrast": ["squat / deadlift"], "ratio": [1.4],
    ...     "ci_low": [1.2], "ci_high": [1.63], "n": [13], "p_adjusted": [0.0004]})
    >>> figure = effect_matrix(table)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1.40\n[1.20, 1.63]', 'p < .001']
    >>> import matplotlib.pyplot as plt; plt.close(figure)
    """
    outcome = "ratio" if "ratio" in table.columns else "difference"
    by = _panel_column(table) if by is None else by
    _check(table, outcome, by)
    unit = str(table.attrs.get("unit") or "") if unit is None else unit
    names = [""] if by is None else list(dict.fromkeys(table[by].astype(str)))
    with style.theme():
        levels = _levels(table["contrast"])
        wide = max(len(levels) * 0.85 + 0.9, 2.2)
        fit = max(1, int(style.across(style.PAGE_WIDTH) / wide))
        figure, panels = style.panels(len(names), columns=min(columns or fit, fit), height=0.5 * len(levels) + 0.95)
        for ax, name in zip(panels, names, strict=True):
            own = table if by is None else table[table[by].astype(str) == name]
            _panel(ax, own, levels, outcome=outcome, unit=unit)
            n = sorted({number(value) for value in own["n"]}, key=float)
            about = [] if by is None else [capital(place(by, readable(name)))]
            style.title(ax, ", ".join([*about, f"n = {' to '.join(n[:: max(1, len(n) - 1)])}"]), pad=5)
        style.letter_panels(panels, pad=5)
        shown, p = surface(unit)[0], p_heading(table.attrs.get("adjust"), table.attrs.get("largest_family"))
        what = "ratio" if outcome == "ratio" else f"difference{f' ({shown})' if shown else ''}"
        figure.supxlabel(
            style.filled(
                f"Above the diagonal: {what}, row {'/' if outcome == 'ratio' else '−'} column, with individual 95 % "
                f"intervals; below: {p}", 72.0 * figure.get_figwidth() - 12.0,
            ), fontsize=style.size(), linespacing=1.25,
        )  # fmt: skip
        style.legend_on_top(figure, _handles(outcome), columns=3)
        if style.simulated_mark(table, simulated):
            for ax in panels:
                style.mark_simulated(ax, pad=19)
    return figure


def _panel_column(table: pd.DataFrame) -> str | None:
    names = [str(column) for column in table.columns]
    before = [name for name in names[: names.index("contrast")] if name != "simulated"] if "contrast" in names else []
    if len(before) > 1:
        raise DesignError(
            "Several columns group the contrasts", allowed="one panel a level of one column", got=listed(before),
            hint="Select the rows of one group or phase, and name the column of the panels with by=",
        )  # fmt: skip
    return before[0] if before else None


def _check(table: pd.DataFrame, outcome: str, by: str | None) -> None:
    needed = [*([] if by is None else [by]), "contrast", outcome, "ci_low", "ci_high", "n", "p_adjusted"]
    check_rows(table, needed, "contrasts to draw")
    keys = [*([] if by is None else [by]), "contrast"]
    twice = table[table.duplicated(keys)]
    if len(twice):
        raise DesignError(
            "A contrast stands twice in a panel", where=", ".join(str(twice.iloc[0][key]) for key in keys),
            allowed="one row a contrast", hint="Select the rows of one phase, group and measure first",
        )  # fmt: skip


def _pair(contrast: str) -> tuple[str, str]:
    for sign in (" / ", " - "):
        if contrast.count(sign) == 1:
            first, second = contrast.split(sign)
            return first, second
    raise DesignError("A contrast is no pair", where="column 'contrast'", allowed="'a / b' or 'a - b'", got=contrast)


def _levels(contrasts: pd.Series[Any]) -> list[str]:
    """The exercises in an order in which each contrast has its first before its second, if there is one."""
    pairs = [_pair(str(contrast)) for contrast in dict.fromkeys(contrasts)]
    names = list(dict.fromkeys(name for pair in pairs for name in pair))
    ordered: list[str] = []
    while names:
        free = next((name for name in names if not any(b == name and a in names for a, b in pairs)), names[0])
        ordered.append(free)
        names.remove(free)
    return ordered


def _panel(ax: Axes, table: pd.DataFrame, levels: Sequence[str], *, outcome: str, unit: str) -> None:
    number_of = {name: i for i, name in enumerate(levels)}
    for i in range(len(levels)):
        ax.add_patch(Rectangle((i - 0.5, i - 0.5), 1, 1, facecolor=style.PALE, edgecolor="white"))
    for row in table.to_dict("records"):
        first, second = _pair(str(row["contrast"]))
        value, low, high = (float(row[name]) for name in (outcome, "ci_low", "ci_high"))
        if outcome == "difference":
            value, low, high = (each * surface(unit)[1] for each in (value, low, high))
        i, j = number_of[first], number_of[second]
        text = rows.estimate(value, low, high, ratio=outcome == "ratio").replace(" [", "\n[", 1)
        ax.add_patch(
            Rectangle(
                (j - 0.5, i - 0.5), 1, 1, facecolor=_fill(value, outcome), edgecolor=style.GREY, lw=0.5, gid=text,
                clip_on=False,
            )
        )  # fmt: skip
        ax.text(j, i, text, ha="center", va="center", fontsize=style.size(), linespacing=1.2)
        ax.text(i, j, p_phrase(float(row["p_adjusted"])), ha="center", va="center", fontsize=style.size())
    names = [style.wrapped(readable(name), width=58.0, key="legend.fontsize") for name in levels]
    ax.set_xticks(range(len(levels)), names)
    ax.set_yticks(range(len(levels)), names)
    ax.set(xlim=(-0.5, len(levels) - 0.5), ylim=(len(levels) - 0.5, -0.5))
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _fill(value: float, outcome: str) -> str:
    """The fill of a cell: its lightness by the size of a ratio, its hue by the direction."""
    if not np.isfinite(value):
        return "#ffffff"
    if outcome == "difference":
        return _MORE[1] if value > 0 else _LESS[1]
    # a ratio that lies on a step belongs to the larger class, whatever rounding says
    size = sum(abs(np.log(value)) >= np.log(step) - 1e-12 for step in _STEPS)
    return (_MORE if value >= 1 else _LESS)[size]


def _handles(outcome: str) -> list[Any]:
    look: dict[str, Any] = {"edgecolor": style.GREY, "lw": 0.5}
    if outcome == "difference":
        return [
            Patch(facecolor=_MORE[1], label="row larger", **look),
            Patch(facecolor=_LESS[1], label="smaller", **look),
        ]
    more = [
        Patch(facecolor=fill, label=f"≥ {fixed(step, 2)}", **look) for fill, step in zip(_MORE[1:], _STEPS, strict=True)
    ]
    less = [
        Patch(facecolor=fill, label=f"≤ {fixed(1 / step, 2)}", **look)
        for fill, step in zip(_LESS[1:], _STEPS, strict=True)
    ]
    return [handle for pair in zip(more, less, strict=True) for handle in pair]
