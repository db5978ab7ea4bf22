"""Published values as they were printed: nothing here was measured or computed by emgkit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from emgkit.errors import DesignError
from emgkit.figures.drawing import rows, style
from emgkit.figures.drawing.tables import check_rows
from emgkit.lifts import lift_of
from emgkit.notation import as_title, listed, p_text, readable, surface

__all__ = ["published"]

SEEN = ("direct", "second-hand", "derived")
# spreads from wide to narrow: how each is drawn, and what the legend calls it
_SPREADS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("sd", {"lw": 5.0, "alpha": 0.3, "zorder": 2}, "± 1 SD"),
    ("range", {"lw": 1.0, "ls": (0, (1, 1.2)), "marker": "|", "ms": 6, "zorder": 2.5}, "range"),
    ("ci", {"lw": 1.7, "zorder": 3}, "95 % CI"),
    ("se", {"lw": 1.7, "ls": (0, (3, 1)), "zorder": 3}, "± 1 SE"),
)


def published(
    table: pd.DataFrame,
    *,
    by: str = "muscle",
    label: str | Sequence[str] | None = None,
    unit: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw values that studies printed, each with the spread that stands beside it in print, and no other.

    Parameters
    ----------
    table : DataFrame
        One row a value, as from ``ek.literature.figures()``: ``study``, ``exercise``, ``value``, and where known
        ``comparator`` (the value is then of ``exercise`` against it), ``site``, ``phase``, ``statistic``, ``unit``,
        ``sd``, ``se``, ``ci_low``, ``ci_high``, ``range_low``, ``range_high``, ``n``, ``p`` and ``seen``.
    by : str, default "muscle"
        Column whose levels group the rows.
    label : str or sequence of str, optional
        Columns that name a row; by default the study, the exercise (and its comparator), and of ``site``, ``phase``
        and ``statistic`` those that differ between rows.
    unit : str, optional
        Unit of the values, by default the one in column ``unit``.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A dark mark was read at its source; a hollow one and † mean second-hand, a hollow square and ‡ that the value
        was worked out from others in print. Wide bars are standard deviations, solid lines 95 % intervals, dashed
        lines standard errors, dotted lines with ends ranges. A row without a value has its range alone.

    Raises
    ------
    DesignError
        A column is missing, the table is empty, holds several units, values of one condition beside comparisons, or
        ``seen`` holds another word.

    Examples
    --------
    >>> table = pd.DataFrame({"study": ["Contreras 2015"] * 2, "exercise": ["hip_thrust", "back_squat"],
    ...     "muscle": "gluteus_maximus", "site": "upper", "statistic": "mean", "unit": "%MVIC", "value": [69.5, 29.4],
    ...     "n": 13, "seen": "direct"})
    >>> ax = published(table)
    >>> ax.get_xlabel()
    'Mean (%MVIC)'
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    unit = _check(table, by=by, unit=unit)
    seen = list(table["seen"]) if "seen" in table.columns else ["direct"] * len(table)
    spreads = {name: _limits(table, name) for name, _, _ in _SPREADS}
    with style.theme():
        ax, layout = rows.axes_for(
            ax, _labels(table, label, seen), [as_title(level) for level in table[by]], _columns(table, spreads),
            lines_below=3,
        )  # fmt: skip
        rows.write(ax, layout)
        values = _numbers(table, "value")
        shown = np.concatenate([values, *(limit for pair in spreads.values() for limit in pair)])
        compared = bool(_compared(table).any())
        rows.linear_axis(
            ax, shown, null=0.0 if compared else None, label=_axis_label(table, unit, compared),
            points=layout.points,
        )  # fmt: skip
        if not compared and shown[np.isfinite(shown)].min() >= 0:
            ax.set_xlim(left=0.0)
        colors = _colors(table, compared)
        _draw(ax, values, spreads, seen=seen, layout=layout, colors=colors)
        style.mark(ax, "published values", pad=17, right=layout.right, color=style.INK)
        _legend(ax, spreads, seen, color=colors[0] if len(set(colors)) == 1 else style.INK)
    return ax


def _check(table: pd.DataFrame, *, by: str, unit: str | None) -> str:
    """Refuse what one value axis cannot hold, and give the unit."""
    needed = ["study", "exercise", by, "value"]
    check_rows(table, needed, "published values to draw")
    units = list(table["unit"].unique()) if "unit" in table.columns else []
    if unit is None and len(units) != 1:
        raise DesignError(
            "Published values need one unit to share an axis",
            allowed="one unit in column 'unit', or unit=",
            got=listed(units),
            hint="Select the rows of one unit first",
        )
    if len(_compared(table).unique()) > 1:
        raise DesignError(
            "Values of one condition stand beside comparisons of two",
            where="column 'comparator'",
            allowed="a comparator in every row, or in none",
            hint="Draw the comparisons in a figure of their own",
        )
    unknown = sorted(set(table.get("seen", pd.Series(dtype=str)).dropna().astype(str)) - set(SEEN))
    if unknown or ("seen" in table.columns and table["seen"].isna().any()):
        raise DesignError(
            "How a value was seen is not known",
            where="column 'seen'",
            allowed=listed(SEEN),
            got=listed(unknown) if unknown else "missing values",
        )
    return str(units[0]) if unit is None else unit


def _compared(table: pd.DataFrame) -> pd.Series[bool]:
    column = table["comparator"] if "comparator" in table.columns else pd.Series("", index=table.index)
    return column.fillna("").astype(str).str.strip().ne("")


def _labels(table: pd.DataFrame, label: str | Sequence[str] | None, seen: Sequence[str]) -> list[str]:
    """Name the rows by what differs between them; a sign says that a value is not from its source."""
    if label is not None:
        names = [label] if isinstance(label, str) else list(label)
        texts = [" · ".join(readable(row[name]) for name in names if _given(row[name])) for _, row in table.iterrows()]
    else:
        differing = [
            name
            for name in ("site", "phase", "statistic")
            if name in table.columns and len(table[name].dropna().astype(str).unique()) > 1
        ]
        texts = []
        for _, row in table.iterrows():
            what = readable(row["exercise"])
            other = row.get("comparator", "")
            if pd.notna(other) and str(other).strip():
                what += f" against {readable(other)}"
            details = [readable(row[name]) for name in differing if _given(row[name])]
            study = str(row["study"])
            study = readable(study).title() if "_" in study else study
            texts.append(", ".join([f"{study}: {what}", *details]))
    sign = {"second-hand": " †", "derived": " ‡"}
    return [text + sign.get(how, "") for text, how in zip(texts, seen, strict=True)]


def _given(value: Any) -> bool:
    return bool(pd.notna(value)) and str(value) not in ("", "NR")


def _limits(table: pd.DataFrame, name: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Give the two ends of a spread in every row, NaN where it is not printed."""
    if name in ("sd", "se"):
        value, spread = (_numbers(table, column) for column in ("value", name))
        return value - spread, value + spread
    return _numbers(table, f"{name}_low"), _numbers(table, f"{name}_high")


def _numbers(table: pd.DataFrame, name: str) -> np.ndarray[Any, Any]:
    # by way of astype, which makes NaN of a missing whole number
    return table[name].astype("float64").to_numpy() if name in table.columns else np.full(len(table), np.nan)


def _columns(table: pd.DataFrame, spreads: dict[str, Any]) -> list[rows.RowColumn]:
    """Values as text with their spread, n, and p where one is printed."""
    texts = []
    for number, value in enumerate(_numbers(table, "value")):
        text = _printed(value, table["decimals"].iloc[number] if "decimals" in table.columns else None)
        for name in ("sd", "se"):
            spread = _numbers(table, name)[number]
            text += f" ± {spread:g}{' (SE)' if name == 'se' else ''}" if np.isfinite(spread) else ""
        for name, word in (("ci", ""), ("range", "range ")):
            low, high = (limit[number] for limit in spreads[name])
            text += f" [{word}{low:g}, {high:g}]" if np.isfinite([low, high]).all() else ""
        texts.append(text.replace("-", "−"))
    columns = [rows.RowColumn(head="value", texts=tuple(texts))]
    n = ["" if np.isnan(each) else f"{each:g}" for each in _numbers(table, "n")]
    if any(n):
        columns.append(rows.RowColumn(head="n", texts=tuple(n), name="n"))
    p = [_printed_p(value) for value in table["p"]] if "p" in table.columns else []
    if any(p):
        columns.append(rows.RowColumn(head="p", texts=tuple(p), name="p"))
    return columns


def _printed(value: float, decimals: Any) -> str:
    """A value with the decimals it has in print, where they are known."""
    if not np.isfinite(value):
        return "–"
    return f"{value:g}" if decimals is None or pd.isna(decimals) else f"{value:.{int(decimals)}f}"


def _printed_p(value: Any) -> str:
    """A p value as it is printed: a number exactly, words as they are, "<.001" with the blank of all figures."""
    if not _given(value):
        return ""
    if isinstance(value, int | float | np.number):
        return p_text(float(value))
    return re.sub(r"^([<>])(?=[.\d])", r"\1 ", str(value))


def _axis_label(table: pd.DataFrame, unit: str, compared: bool) -> str:
    statistics = list(table["statistic"].dropna().astype(str).unique()) if "statistic" in table.columns else []
    word = as_title(statistics[0]) if len(statistics) == 1 else "Published value"
    if compared and unit == "effect size":
        return "Effect size"
    if compared and unit.endswith(" difference") and word in ("Mean", "Peak"):
        return f"Difference of {word.lower()}s ({unit.removesuffix(' difference')})"
    if compared and "difference" not in word.lower():
        word = f"{word} of the comparison"
    return f"{word} ({surface(unit)[0]})"


def _colors(table: pd.DataFrame, compared: bool) -> list[str]:
    """The colour of each row: that of its lift; ink for comparisons and for what is none of the three lifts."""
    look = style.looks(table["exercise"])
    return [
        look[str(exercise)].color if lift_of(exercise) and not compared else style.INK for exercise in table["exercise"]
    ]


def _draw(
    ax: Axes,
    values: np.ndarray[Any, Any],
    spreads: dict[str, Any],
    *,
    seen: Sequence[str],
    layout: rows.RowLayout,
    colors: Sequence[str],
) -> None:
    for number, (y, value, color) in enumerate(zip(layout.y, values, colors, strict=True)):
        for name, look, _ in _SPREADS:
            low, high = (limit[number] for limit in spreads[name])
            rows.interval(ax, low, high, y, color=color, **look)
        ax.plot([value], [y], color=color, ls="", ms=5.5, mew=1.1, zorder=4, **_mark(seen[number], color))


def _mark(how: str, color: str) -> dict[str, Any]:
    hollow = how != "direct"
    return {"marker": "s" if how == "derived" else "o", "mfc": "white" if hollow else color}


def _legend(ax: Axes, spreads: dict[str, Any], seen: Sequence[str], *, color: str) -> None:
    """Say what the lines and the hollow marks mean, of those that occur."""
    words = {"direct": "read at its source", "second-hand": "† second-hand", "derived": "‡ worked out from print"}
    handles: list[Any] = [
        Line2D([], [], color=color, ls="", ms=5.5, mew=1.1, label=words[how], **_mark(how, color))
        for how in SEEN
        if how in seen
    ]
    handles += [
        Line2D([], [], color=color, label=text, **{key: value for key, value in look.items() if key != "zorder"})
        for name, look, text in _SPREADS
        if (np.isfinite(spreads[name][0]) & np.isfinite(spreads[name][1])).any()
    ]
    rows.legend_under(ax, handles)
