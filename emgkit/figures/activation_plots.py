"""Activation: every participant's value, and among them the mean with its interval."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from emgkit.errors import DesignError
from emgkit.figures.drawing import style
from emgkit.figures.drawing.letters import LETTERS_NOTE, letters_of, write_letter
from emgkit.figures.drawing.tables import check_rows
from emgkit.notation import as_title, counted, listed, number, surface
from emgkit.stats.cells.labels import in_order, numbered
from emgkit.stats.cells.means import mean_with_interval

__all__ = ["activation", "activation_grid", "prepare", "value_label", "wrapped_ticks"]

# width of a cluster, of 1 between clusters, and half the length of a mean's bar at most: with these the bars
# of neighbouring clusters, and the edge of the axes, stay apart
_CLUSTER, _REACH = 0.72, 0.11
# participants for whose mean an interval is drawn: that of two is some nine times their distance
_FEWEST = 3
# what one value axis, and one row a participant, cannot hold several of
_SINGLE = ("measure", "unit", "phase", "side", "session")


def activation(
    cells: pd.DataFrame,
    *,
    x: str = "exercise",
    by: str | None = "muscle",
    value: str = "value",
    participant: str = "participant",
    unit: str | None = None,
    log: bool = True,
    contrasts: pd.DataFrame | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw each participant's value a condition, connected, and the geometric mean of each condition with its interval.

    Parameters
    ----------
    cells : DataFrame
        One row a participant, level of `x` and level of `by`, as from ``ek.summarize``.
    x : str, default "exercise"
        Column of the conditions that stand side by side.
    by : str, optional
        Column whose levels make clusters; None for one.
    value, participant : str
        Columns of the value and of the person.
    unit : str, optional
        Unit of the value, by default the one in column ``unit``.
    log : bool, default True
        Geometric means, as contrasts of logarithms compare them; else arithmetic ones. The 95 % interval is that of the
        mean over participants; with two of them none is drawn.
    contrasts : DataFrame, optional
        What ``ek.stats.contrasts`` made of the same cells, or a table of `x`, `by` and ``letters``: each level has its
        letters above it, and levels that share one did not differ significantly.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Levels stand in the order of the table (or of a categorical).

    Raises
    ------
    DesignError
        A column is missing, the table is empty, a row has no participant or one has two rows in a cell, or the
        table holds several units, measures, phases, sides or sessions, no unit is known, a value is not above 0
        and has no logarithm, or the contrasts are of other levels.

    Examples
    --------
    >>> cells = pd.DataFrame({"participant": ["1", "1", "2", "2"], "exercise": ["squat", "deadlift"] * 2,
    ...     "muscle": "vastus_lateralis", "value": [80.0, 60.0, 70.0, 66.0], "unit": "%MVC"})
    >>> ax = activation(cells)
    >>> ax.get_ylabel()
    'Activation (%MVC)'
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    table, spec = prepare(cells, x=x, by=by, value=value, participant=participant, unit=unit, log=log)
    with style.theme():
        width = 1.2 + 0.5 * len(spec.clusters) * len(spec.levels)
        ax = style.axes_or_new(ax, width=float(np.clip(width, style.COLUMN_WIDTH, style.PAGE_WIDTH)), height=3.2)
        letters = letters_of(cells, contrasts, x=x, by=by)
        _draw(ax, table, spec, letters)
        style.note(ax, [LETTERS_NOTE] if letters else [])
        up = style.legend_above(ax, _handles(spec), columns=4)
        marked = style.simulated_mark(cells, simulated)
        style.head(ax, spec.n_text, up=up, marked=marked)
    return ax


def activation_grid(
    cells: pd.DataFrame,
    *,
    x: str = "exercise",
    by: str = "muscle",
    value: str = "value",
    participant: str = "participant",
    unit: str | None = None,
    log: bool = True,
    contrasts: pd.DataFrame | None = None,
    simulated: bool = False,
    columns: int | None = None,
) -> Figure:
    """Draw activation in one panel a level of `by`, all with the same value axis.

    Parameters
    ----------
    cells, x, value, participant, unit, log, contrasts, simulated
        As for :func:`activation`.
    by : str, default "muscle"
        Column whose levels are the panels.
    columns : int, optional
        Panels side by side, by default 2 or 3.

    Returns
    -------
    Figure
        One Axes a level, its name as the title.

    Raises
    ------
    DesignError
        As for :func:`activation`.
    """
    table, spec = prepare(cells, x=x, by=by, value=value, participant=participant, unit=unit, log=log)

    letters = letters_of(cells, contrasts, x=x, by=by)

    def draw(ax: Axes, cluster: str) -> str:
        own = table[table["cluster"] == cluster]
        n = int(own["participant"].nunique())
        _draw(ax, own, replace(spec, clusters=(cluster,), n=n), letters)
        return str(n)

    return style.grid(
        spec.clusters, draw, columns=columns, height=2.6, handles=_handles(replace(spec, clusters=("",))),
        marked=style.simulated_mark(cells, simulated), below=[LETTERS_NOTE] if letters else [],
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Spec:
    """What is drawn: conditions and clusters in order, and the words for the value."""

    levels: tuple[str, ...]
    clusters: tuple[str, ...]
    n: int
    unit: str
    measure: str
    factor: str
    log: bool

    @property
    def n_text(self) -> str:
        return f"n = {counted(self.n, 'participant')}"


def prepare(
    cells: pd.DataFrame, *, x: str, by: str | None, value: str, participant: str, unit: str | None, log: bool
) -> tuple[pd.DataFrame, _Spec]:
    """Give the table with plain column names and values as shown, and what will be drawn."""
    _check_cells(cells, x, by, value=value, participant=participant)
    if unit is None:
        unit = str(cells["unit"].iloc[0]) if "unit" in cells.columns else ""
    if not unit:
        raise DesignError(
            "The unit of the values is not known", allowed="a column 'unit', or unit=", got=listed(cells.columns)
        )
    shown, factor = surface(unit)
    table = pd.DataFrame({
        "participant": cells[participant].astype(str).to_numpy(),
        "level": cells[x].astype(str).to_numpy(),
        "cluster": "" if by is None else cells[by].astype(str).to_numpy(),
        "value": cells[value].to_numpy(dtype=float) * factor,
    })  # fmt: skip
    if log and (table["value"] <= 0).any():
        raise DesignError(
            f"The geometric mean needs values above 0, and {int((table['value'] <= 0).sum())} of {len(table)} are not",
            where=f"column {value!r}",
            allowed="values above 0",
            got=f"a lowest value of {number(float(table['value'].min()))} {shown}".rstrip(),
            hint="Draw arithmetic means: log=False",
        )
    measure = str(cells["measure"].iloc[0]) if "measure" in cells.columns else ""
    return table, _Spec(
        levels=_levels(cells[x]), clusters=("",) if by is None else _levels(cells[by]),
        n=int(table["participant"].nunique()), unit=shown, measure=measure, factor=x,
        log=log,
    )  # fmt: skip


def _check_cells(cells: pd.DataFrame, x: str, by: str | None, *, value: str, participant: str) -> None:
    """Refuse a table that is not one row a participant and condition of one thing."""
    needed = [participant, x, value, *([] if by is None else [by])]
    check_rows(cells, needed, "activation to draw")
    nobody = int(cells[participant].isna().sum())
    if nobody:
        raise DesignError(
            f"{nobody} of {len(cells)} rows have no participant",
            where=f"column {participant!r}",
            allowed="the participant of every row",
            got="missing values",
            hint="Say who was recorded when reading: trial.with_context(participant='01')",
        )
    for column in _SINGLE:
        if column in cells.columns and column not in needed and len(cells[column].unique()) > 1:
            raise DesignError(
                f"The rows differ in {column!r} and cannot share one figure",
                allowed=f"one {column}",
                got=listed(_levels(cells[column])),
                hint=f"Select the rows of one {column} first",
            )
    keys = [participant, x, *([] if by is None else [by])]
    twice = cells[cells.duplicated(keys)]
    if len(twice):
        raise DesignError(
            "A participant has more than one row in a cell",
            where=", ".join(f"{key} {twice.iloc[0][key]}" for key in keys),
            allowed=f"one row a combination of {listed(keys)}",
            hint="Average repetitions, sets and sides with ek.summarize first; if the rows are of different people, "
            "let their labels differ",
        )


def _levels(column: pd.Series[Any]) -> tuple[str, ...]:
    """Levels that occur, in the order of a categorical, else of the table; numbers in them ascend."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = set(column.astype(str))
        return tuple(str(level) for level in column.cat.categories if str(level) in present)
    return tuple(in_order(str(level) for level in column))


def _positions(place: int, n_levels: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    if n_levels == 1:
        return np.array([float(place)])
    return place + np.linspace(-_CLUSTER / 2, _CLUSTER / 2, n_levels)


def _draw(ax: Axes, table: pd.DataFrame, spec: _Spec, letters: Mapping[tuple[str, str], str]) -> None:
    look = style.looks(spec.levels)
    ticks, highest = list[tuple[float, str]](), -np.inf
    for place, cluster in enumerate(spec.clusters):
        own = table[table["cluster"] == cluster].set_index(["participant", "level"])
        own = own["value"].unstack("level").reindex(columns=list(spec.levels))  # noqa: PD010 - nothing to aggregate
        at = _positions(place, len(spec.levels))
        for row in own.to_numpy():
            ax.plot(at, row, color="#b9bfc5", lw=0.6, zorder=1)
        counts = own.notna().sum()
        for position, level in zip(at, spec.levels, strict=True):
            one = look[level]
            ax.plot(
                np.full(len(own), position), own[level], ls="", marker=one.marker, ms=3.8, mfc=one.color, mec="white",
                mew=0.5, zorder=3,
            )  # fmt: skip
            reach = min(_REACH, 0.27 * _CLUSTER / max(1, len(spec.levels) - 1))
            mean, *limits = mean_with_interval(own[level], log=spec.log)
            name = f"{cluster} {level}".strip()
            ax.plot(
                [position - reach, position + reach], [mean, mean], color=one.color, lw=3, solid_capstyle="butt",
                zorder=2, label=f"mean {name}",
            )  # fmt: skip
            if counts[level] >= _FEWEST:
                low, high = limits
                ax.add_patch(
                    Rectangle(
                        (position - reach, low), 2 * reach, high - low, color=one.color, alpha=0.22, lw=0, zorder=0,
                        label=f"interval {name}",
                    )
                )  # fmt: skip
                highest = max(highest, high)
            text = letters.get((cluster, level), "")
            if text:
                write_letter(ax, text, float(position), float(np.nanmax([own[level].max(), *limits])))
            if len(spec.clusters) == 1:
                few = f"\nn = {counts[level]}" if counts[level] != spec.n else ""
                ticks.append((float(position), as_title(level) + few))
        if len(spec.clusters) > 1:
            few = "" if (counts == spec.n).all() else f"\nn = {', '.join(str(number) for number in counts)}"
            ticks.append((float(place), as_title(cluster) + few))
    ax.set_xticks([position for position, _ in ticks], wrapped_ticks([text for _, text in ticks], ax))
    ax.tick_params(axis="x", length=0)
    if len(spec.clusters) == 1 and all(numbered(spec.factor, level) != level for level in spec.levels):
        ax.set_xlabel(as_title(spec.factor))
    ax.set_xlim(-0.56, len(spec.clusters) - 0.44)
    low, high = float(table["value"].min()), max(float(table["value"].max()), float(highest))
    room = (0.11 if letters else 0.05) * (high - min(0.0, low)) or 1.0
    ax.set_ylim(0.0 if low >= 0 else low - room, high + room)
    ax.set_ylabel(value_label(spec))


def value_label(spec: _Spec) -> str:
    """What the values are, with their unit."""
    # an angle, a time or a frequency is no activation
    noun = " activation" if spec.unit == "µV" or spec.unit.startswith(("%MVC", "%task")) else ""
    word = f"{as_title(spec.measure)}{noun}" if spec.measure else "Activation"
    return f"{word} ({spec.unit})"


def wrapped_ticks(labels: list[str], ax: Axes) -> list[str]:
    """Break labels into lines that fit beside each other; a letter is some 5 points wide."""
    points = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted()).width * 72.0
    width = int(np.clip(points / len(labels) / 5.0, 8, 30))
    return [
        "\n".join(textwrap.fill(line, width=width, break_long_words=False) for line in label.split("\n"))
        for label in labels
    ]


def _handles(spec: _Spec) -> list[Any]:
    """Levels where the axis does not name them, and what line and dots mean."""
    look = style.looks(spec.levels)
    handles: list[Any] = []
    if len(spec.clusters) > 1:
        handles += [
            Line2D(
                [], [], ls="", marker=one.marker, ms=5, color=one.color, label=as_title(numbered(spec.factor, level))
            )
            for level, one in look.items()
        ]
    else:
        handles.append(Line2D([], [], ls="-", lw=0.6, marker="o", ms=3.6, color=style.GREY, label="participant"))
    handles.append(Line2D([], [], lw=3, color=style.INK, label="geometric mean" if spec.log else "mean"))
    if spec.n >= _FEWEST:
        handles.append(Patch(color=style.INK, alpha=0.22, lw=0, label="95 % CI"))
    return handles
