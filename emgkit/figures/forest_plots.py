"""Forest plots: studies with their intervals, and what they give together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from emgkit.errors import DesignError
from emgkit.figures.drawing import rows, style
from emgkit.lifts import lift_of
from emgkit.notation import alone, as_title, listed, p_phrase, surface, writer

if TYPE_CHECKING:
    from emgkit.stats.meta.meta_analysis import MetaAnalysis

__all__ = ["forest"]

# where a table of studies, and one of pooled effects, may hold estimate and limits: the first set that is there
_STUDIES = (
    ("ratio", "ratio_low", "ratio_high"),
    ("ratio", "ci_low", "ci_high"),
    ("difference", "ci_low", "ci_high"),
    ("yi", "ci_low", "ci_high"),
    ("value", "ci_low", "ci_high"),
)
_POOLED = (
    ("ratio", "ratio_low", "ratio_high", "ratio_prediction_low", "ratio_prediction_high"),
    ("ratio", "ci_low", "ci_high", "prediction_low", "prediction_high"),
    ("estimate", "ci_low", "ci_high", "prediction_low", "prediction_high"),
    ("difference", "ci_low", "ci_high", "prediction_low", "prediction_high"),
)
_WORDS = {
    "mean_change": "Difference", "smcc": "Standardised change (SD of change)",
    "smcr": "Standardised change (SD of first)", "smcrh": "Standardised change (SD of first)",
}  # fmt: skip


def forest(
    studies: MetaAnalysis | pd.DataFrame,
    pooled: pd.DataFrame | None = None,
    *,
    unit: str | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw each study's effect with its 95 % interval, and the pooled effect as a diamond.

    Parameters
    ----------
    studies : MetaAnalysis or DataFrame
        What ``ek.stats.meta_analysis`` found, or one row a study: ``study``, then ``ratio``, ``difference`` or
        ``value`` with ``ci_low`` and ``ci_high``, and where known ``n``, ``weight`` (percent), ``range_low`` and
        ``range_high``. A review's row, whose numbers are pooled already, has True in column ``pooled``.
    pooled : DataFrame, optional
        One row, such as ``MetaAnalysis.pooled`` without a moderator: the estimate, its limits, and where known
        ``prediction_low``, ``prediction_high``, ``k``, ``n``, ``p``, ``tau2``, ``i2``.
    unit : str, optional
        Unit of differences and values, by default what ``attrs["unit"]`` or column ``unit`` says; ratios have none.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where a table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        The area of a study's square goes with its weight. The diamond spans the pooled interval, the line through it
        the prediction interval, in which the effect of a new study is expected. A dotted line with ends is a range
        over studies, not an interval, and is called so in the numbers; reviews have hollow diamonds. Rows named after
        hip thrust, squat or deadlift have the lift's colour.

    Raises
    ------
    DesignError
        A column is missing, the table is empty, the pooled table has several rows, or ratios are not above 0.

    Examples
    --------
    >>> studies = pd.DataFrame({"study": ["A", "B"], "ratio": [1.4, 1.1], "ci_low": [1.1, 0.8],
    ...     "ci_high": [1.8, 1.5], "n": [13, 8]})
    >>> ax = forest(studies)
    >>> ax.get_xscale()
    'log'
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    if not isinstance(studies, pd.DataFrame):
        pooled = studies.pooled if pooled is None else pooled
        studies = studies.effects
    table, outcome = _studies(studies)
    whole = _whole(pooled)
    unit = _unit(studies, outcome) if unit is None else unit
    ratio = outcome == "ratio"
    if not ratio:
        numeric = ["value", "low", "high", "range_low", "range_high"]
        factor = surface(unit)[1]
        table[numeric] = table[numeric] * factor
        whole = {key: x * factor if key in _LIMITS else x for key, x in whole.items()}
    drawn = np.concatenate([
        table[["value", "low", "high", "range_low", "range_high"]].to_numpy().ravel(),
        [whole.get(key, np.nan) for key in _LIMITS],
    ])  # fmt: skip
    if ratio and (drawn[np.isfinite(drawn)] <= 0).any():
        raise DesignError("Ratios cannot be drawn on a logarithmic axis", allowed="above 0", got="0 or less")
    with style.theme():
        labels = [*table["study"], *(["Pooled"] if whole else [])]
        groups = [*([""] * len(table)), *(["Together"] if whole else [])]
        notes = _notes(whole, pooled)
        ax, layout = rows.axes_for(ax, labels, groups, _columns(table, whole, ratio=ratio), lines_below=2 + len(notes))
        rows.write(ax, layout)
        measure = str(pooled.attrs.get("measure", outcome)) if pooled is not None else outcome
        label = _axis_label(table, measure, outcome, surface(unit)[0])
        if ratio:
            rows.ratio_axis(ax, drawn, label=label, points=layout.points)
        else:
            null = None if outcome == "value" else 0.0
            rows.linear_axis(ax, drawn, null=null, label=label, points=layout.points)
        _draw_studies(ax, table, layout)
        if whole:
            _draw_whole(ax, whole, layout.y[-1])
        style.note(ax, notes)
        if style.simulated_mark(studies, simulated) or style.simulated_mark(pooled, False):
            style.mark_simulated(ax, pad=17, right=layout.right)
    return ax


_LIMITS = ("value", "low", "high", "prediction_low", "prediction_high")


def _studies(table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Give the studies under plain names, and the column of their estimates."""
    found = next((names for names in _STUDIES if set(names) <= set(table.columns)), None)
    if found is None or "study" not in table.columns or table.empty:
        raise DesignError(
            "The table holds no studies to draw",
            allowed="at least one row, 'study', and 'ratio', 'difference' or 'value' with 'ci_low' and 'ci_high'",
            got=f"{len(table)} rows; columns {listed(table.columns)}",
        )
    plain = pd.DataFrame({"study": [str(study) for study in table["study"]]})
    for name, column in zip(("value", "low", "high"), found, strict=True):
        plain[name] = table[column].astype("float64").to_numpy()
    for name in ("range_low", "range_high", "n", "weight"):
        plain[name] = table[name].astype("float64").to_numpy() if name in table.columns else np.nan
    plain["pooled"] = table["pooled"].fillna(False).astype(bool).to_numpy() if "pooled" in table.columns else False
    return plain, "difference" if found[0] == "yi" else found[0]


def _whole(pooled: pd.DataFrame | None) -> dict[str, Any]:
    """Give the pooled effect under plain names; nothing where there is none."""
    if pooled is None:
        return {}
    found = next((names for names in _POOLED if set(names[:3]) <= set(pooled.columns)), None)
    if found is None or len(pooled) != 1:
        raise DesignError(
            "The pooled effect cannot be drawn",
            allowed="one row with 'estimate' or 'ratio' and its limits",
            got=f"{len(pooled)} rows; columns {listed(pooled.columns)}",
            hint="" if found is None else "A meta-regression has a row a coefficient: draw its studies alone",
        )
    row = pooled.iloc[0]
    whole = {name: float(row.get(column, np.nan)) for name, column in zip(_LIMITS, found, strict=True)}
    return whole | {
        name: float(row.get(name, np.nan)) for name in ("k", "n", "p", "tau2", "tau2_low", "tau2_high", "i2")
    }


def _unit(table: pd.DataFrame, outcome: str) -> str:
    if outcome == "ratio":
        return ""
    if "unit" in table.columns and len(table["unit"].unique()) == 1:
        return str(table["unit"].iloc[0])
    return str(table.attrs.get("unit") or "")


def _axis_label(table: pd.DataFrame, measure: str, outcome: str, unit: str) -> str:
    word = "Ratio (logarithmic axis)" if outcome == "ratio" else _WORDS.get(measure, as_title(outcome))
    unit = "" if outcome == "ratio" or word.startswith("Standardised") else unit
    drawn = [("95 % intervals", "low"), ("ranges (dotted)", "range_low")]
    kinds = " and ".join(text for text, column in drawn if table[column].notna().any())
    return f"{word}{f' ({unit})' if unit else ''}{f', {kinds}' if kinds else ''}"


def _columns(table: pd.DataFrame, whole: dict[str, Any], *, ratio: bool) -> list[rows.RowColumn]:
    texts = []
    for row in table.to_dict("records"):
        text = rows.estimate(row["value"], row["low"], row["high"], ratio=ratio)
        if np.isfinite([row["range_low"], row["range_high"]]).all():
            least, most = (alone("range", row[end]) for end in ("range_low", "range_high"))
            text = f"{text.removesuffix(' [–]')} (range {least} to {most})"
        texts.append(text)
    if whole:
        texts.append(rows.estimate(whole["value"], whole["low"], whole["high"], ratio=ratio))
    head = "estimate [95 % CI]" if table["low"].notna().any() else "estimate"
    columns = [rows.RowColumn(head=head, texts=tuple(texts))]
    for name, end in (("weight", " %"), ("n", "")):
        values = [*table[name], *([whole.get(name, np.nan)] if whole else [])]
        written = tuple("" if np.isnan(value) else alone(name, value) + end for value in values)
        if any(written):
            columns.append(rows.RowColumn(head=name, texts=written, name=name))
    return columns


def _notes(whole: dict[str, Any], pooled: pd.DataFrame | None) -> list[str]:
    """What belongs below the axis: how many studies, the exact p, how much they differ, and which interval it is."""
    if not whole or pooled is None:
        return []
    parts = []
    if np.isfinite(whole["k"]):
        n = f", n = {alone('n', whole['n'])}" if np.isfinite(whole["n"]) else ""
        parts.append(f"k = {alone('k', whole['k'])} studies{n}")
    if np.isfinite(whole["p"]):
        parts.append(p_phrase(whole["p"], "pooled p"))
    if np.isfinite(whole["i2"]):
        scale = " (log scale)" if pooled.attrs.get("measure") == "log_ratio" else ""
        tau2 = writer("tau2", [tuple(whole[name] for name in ("tau2", "tau2_low", "tau2_high"))])(whole["tau2"])
        parts.append(f"τ² = {tau2}{scale}, I² = {alone('i2', whole['i2'])} %")
    drawn = [f"diamond: {pooled.attrs['interval']} interval"] if "interval" in pooled.attrs else []
    if np.isfinite(whole["prediction_low"]):
        drawn.append("line through it: prediction interval")
    return ["; ".join(parts), "; ".join(drawn)]


def _draw_studies(ax: Axes, table: pd.DataFrame, layout: rows.RowLayout) -> None:
    greatest, looks = table["weight"].max(), style.looks(name for name in table["study"] if lift_of(name))
    for y, row in zip(layout.y, table.to_dict("records"), strict=False):
        color = looks[row["study"]].color if row["study"] in looks else style.PALETTE[0]
        rows.interval(
            ax, row["range_low"], row["range_high"], y, color=color, lw=1.0, ls=(0, (1, 1.2)), marker="|", ms=6
        )
        rows.interval(ax, row["low"], row["high"], y, color=color, lw=1.3)
        share = row["weight"] / greatest if np.isfinite(row["weight"]) else 0.4
        look = {"marker": "D", "mfc": "white", "ms": 5.5} if row["pooled"] else {"marker": "s", "ms": 9.0 * share**0.5}
        ax.plot([row["value"]], [y], ls="", **{"color": color, "mec": color, "mew": 1.0, "zorder": 4} | look)


def _draw_whole(ax: Axes, whole: dict[str, Any], y: float) -> None:
    color = style.INK
    rows.interval(ax, whole["prediction_low"], whole["prediction_high"], y, color=color, lw=1.2, zorder=3)
    corners = [(whole["low"], y), (whole["value"], y - 0.32), (whole["high"], y), (whole["value"], y + 0.32)]
    ax.add_patch(Polygon(corners, closed=True, facecolor=color, edgecolor=color, lw=0.7, zorder=4, gid="pooled"))
