"""Hip thrust, squat and deadlift on three muscles: published comparisons, and below them those of a run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from emgkit.figures.drawing import rows, style
from emgkit.figures.drawing.tables import check_rows
from emgkit.lifts import is_variant, lift_name, lift_of
from emgkit.notation import as_title, fixed, p_text, readable

__all__ = ["lifts"]

_NEEDED = (
    "muscle", "name", "n", "sex", "load", "first", "second", "ratio", "ci_low", "ci_high", "outcome", "printed", "p",
    "seen", "own_reference",
)  # fmt: skip
_RUN = ("muscle", "first", "second", "ratio", "ci_low", "ci_high", "n", "p_adjusted")
# inches across a page, and across a phone or a column
_WIDE, _NARROW = 9.0, 3.9
# where the arrow of a direction without a ratio ends, on the side of the higher lift
_REACH = 1.22
_PEOPLE = {"M": "men", "F": "women", "M+F": "people"}
# behind the comparisons of a simulated run
_SIMULATED_GROUND = "#faf1ee"
# inches a row on a page and in one column, and points that a label beside the axes may take
_ROW, _NARROW_ROW, _LABEL = 0.19, 0.22, 240.0


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """One comparison in a row: where its first lift lies, how sure that is, and its interval."""

    ratio: float
    low: float
    high: float
    outcome: str


@dataclass(frozen=True, kw_only=True)
class _Row:
    """One row: two lifts, where it comes from, their comparisons, and the words beside them."""

    muscle: str
    first: str
    second: str
    origin: str
    signs: str
    marks: tuple[_Mark, ...]
    result: str
    people: str
    p: str

    @property
    def pair(self) -> str:
        return f"{lift_name(self.first)} / {lift_name(self.second)}{self.signs}"


def lifts(
    table: pd.DataFrame,
    run: pd.DataFrame | None = None,
    *,
    headings: Mapping[str, str] | None = None,
    simulated: bool = True,
    narrow: bool = False,
) -> Figure:
    """Draw which of hip thrust, squat and deadlift activates a muscle more, study by study.

    In each row the second lift stands at 1 and the first at the ratio to it, each in its own colour: the one farther
    right is the more active. Comparisons of a run, such as a simulated one, stand below in a part of their own.

    Parameters
    ----------
    table : DataFrame
        As from ``ek.literature.lift_contrasts``: one row a comparison.
    run : DataFrame, optional
        Comparisons of a run: ``muscle, first, second, ratio, ci_low, ci_high, n, p_adjusted``.
    headings : mapping of str to str, optional
        What stands above the rows of a muscle, such as the answer; by default its name.
    simulated : bool, default True
        Whether the run is simulated; its part then says so.
    narrow : bool, default False
        For a phone or one column of a page.

    Returns
    -------
    Figure
        One Axes, or two with a run, on a logarithmic scale of ratios.

    Raises
    ------
    DesignError
        A table holds no row or lacks a column.

    Examples
    --------
    >>> from emgkit import literature
    >>> figure = lifts(literature.lift_contrasts())
    >>> figure.axes[0].get_xscale()
    'log'
    >>> import matplotlib.pyplot as plt; plt.close(figure)
    """
    _check(table, _NEEDED, "published comparisons")
    parts = [_published_rows(table)]
    heads = [("ratio or result", "participants, load", "p")]
    if run is not None:
        _check(run, _RUN, "comparisons of the run")
        parts.append(_run_rows(run))
        heads.append(("ratio [95 % CI]", "participants", "p"))
    values = [value for own in parts for row in own for one in row.marks for value in (one.ratio, one.low, one.high)]
    with style.theme():
        width = style.across(_NARROW if narrow else _WIDE)
        narrow = width < style.NARROW
        layouts = [_layout(own, head, narrow=narrow, width=width) for own, head in zip(parts, heads, strict=True)]
        height = _NARROW_ROW if narrow else _ROW
        heights = [layout.bottom for layout in layouts]
        handles = _handles([row for own in parts for row in own])
        below = 0.18 * (len(handles) + 1 if narrow else -(-len(handles) // 4))
        figure = plt.figure(figsize=(width, 0.6 + 0.5 * len(parts) + below + height * sum(heights)))
        grid = figure.add_gridspec(len(parts), 1, height_ratios=heights)
        axes = [figure.add_subplot(grid[number]) for number in range(len(parts))]
        points = min(layout.points for layout in layouts)
        for number, (ax, layout, own) in enumerate(zip(axes, layouts, parts, strict=True)):
            _draw(ax, layout, own, headings={} if number else dict(headings or {}))
            label = "Ratio of activation: first lift / second lift" if number == len(axes) - 1 else ""
            rows.ratio_axis(ax, np.asarray([*values, _REACH, 1 / _REACH]), label=label, points=points)
        _titles(axes, simulated=simulated, ground=not narrow)
        style.legend_below(figure, handles)
    return figure


def _check(table: pd.DataFrame, needed: Sequence[str], what: str) -> None:
    check_rows(table, needed, f"{what} to draw", hint="ek.literature.lift_contrasts() gives such a table")


def _published_rows(table: pd.DataFrame) -> list[_Row]:
    """One row a study, a pair of lifts and a way it was read; its muscles, regions and statistics are marks in it."""
    keys = ["muscle", "name", "first", "second", "seen"]
    found = []
    for _, own in table.groupby(keys, sort=False):
        one = own.iloc[0]
        n = "" if pd.isna(one["n"]) else f"{one['n']} {_PEOPLE.get(one['sex'], 'people')}"
        load = str(one["load"]).replace("estimated ", "").replace("%", " %").replace("first training session", "")
        signs = {" †": one["seen"] == "second-hand", " ‡": own["own_reference"].any()}
        found.append(
            _Row(
                muscle=one["muscle"], first=one["first"], second=one["second"], origin=one["name"],
                signs="".join(sign for sign, there in signs.items() if there),
                marks=tuple(_marks(own)), result=_result(own), people=", ".join(part for part in (n, load) if part),
                p=_printed_ps(own),
            )
        )  # fmt: skip
    return found


def _run_rows(run: pd.DataFrame) -> list[_Row]:
    return [
        _Row(
            muscle=row["muscle"], first=row["first"], second=row["second"], origin="", signs="",
            marks=(_Mark(ratio=row["ratio"], low=row["ci_low"], high=row["ci_high"], outcome=_outcome(row)),),
            result=rows.estimate(row["ratio"], row["ci_low"], row["ci_high"], ratio=True),
            people=f"n = {int(row['n'])}", p=p_text(float(row["p_adjusted"])),
        )
        for row in run.to_dict("records")
    ]  # fmt: skip


def _marks(own: pd.DataFrame) -> list[_Mark]:
    """What is drawn of a row: every ratio, or its direction alone where no ratio was printed."""
    known = own[own["ratio"].notna()]
    shown = known if len(known) else own.drop_duplicates("outcome")
    return [
        _Mark(ratio=row["ratio"], low=row["ci_low"], high=row["ci_high"], outcome=row["outcome"])
        for row in shown.to_dict("records")
    ]


def _outcome(row: dict[Any, Any]) -> str:
    if row["ci_low"] > 1 or row["ci_high"] < 1:
        return "higher" if row["ratio"] > 1 else "lower"
    return "no difference"


def _result(own: pd.DataFrame) -> str:
    """The ratios, or what was printed instead of them."""
    ratios = own["ratio"].dropna()
    if len(ratios) == 1 and np.isfinite(own["ci_low"].iloc[0]):
        return rows.estimate(ratios.iloc[0], own["ci_low"].iloc[0], own["ci_high"].iloc[0], ratio=True)
    if len(ratios) > 2:
        return f"{fixed(ratios.min(), 2)} to {fixed(ratios.max(), 2)}"
    if len(ratios):
        return ", ".join(fixed(ratio, 2) for ratio in ratios)
    printed = [text for text in own["printed"] if text]
    return printed[0] if printed else str(own["outcome"].iloc[0])


def _printed_ps(own: pd.DataFrame) -> str:
    """The p of a row as printed, each once."""
    return ", ".join(dict.fromkeys(text.replace("<", "< ") for text in own["p"] if text))


def _layout(own: list[_Row], heads: Sequence[str], *, narrow: bool, width: float) -> rows.RowLayout:
    """Labels beside the axes, and three columns of words; on a phone all but the result stands in the label."""
    if narrow:
        labels = [
            " · ".join(
                part for part in (row.pair, ", ".join(text for text in (row.origin, row.people) if text)) if part
            )
            for row in own
        ]
    else:
        labels = [f"{row.origin}: {row.pair}" if row.origin else row.pair for row in own]
    texts = [tuple(getattr(row, name) for row in own) for name in ("result", "people", "p")]
    columns = [rows.RowColumn(head=head, texts=text) for head, text in zip(heads, texts, strict=True)]
    groups = [row.muscle for row in own]
    return rows.lay_out(labels, groups, columns[: 1 if narrow else 3], narrow=narrow, width=width, label=_LABEL)


def _draw(ax: Axes, layout: rows.RowLayout, own: list[_Row], *, headings: Mapping[str, str]) -> None:
    rows.write(ax, replace(layout, headings=()))
    for at, muscle in layout.headings:
        best = next(row.first for row in own if row.muscle == muscle)
        text = headings.get(muscle, as_title(muscle))
        left = {"xytext": (0, 0), "ha": "left"} if layout.narrow else {"xytext": (-6, 0), "ha": "right"}
        ax.annotate(
            text, (0, at), xycoords=("axes fraction", "data"), textcoords="offset points", va="center_baseline",
            fontsize=style.size("axes.titlesize"), fontweight="bold", annotation_clip=False,
            color=style.LIFT_LOOKS[lift_of(best)].color if muscle in headings else style.INK, **left,
        )  # fmt: skip
    for y, row in zip(layout.y, own, strict=True):
        first, second = (style.lift_look(lift_of(name), int(is_variant(name))) for name in (row.first, row.second))
        for one in row.marks:
            _mark(ax, y, one, first)
        ax.plot([1.0], [y], ls="", marker=second.marker, color=second.color, ms=5, mec="white", mew=0.5, zorder=3)


def _mark(ax: Axes, y: float, one: _Mark, look: style.Look) -> None:
    """Draw where the first lift lies against the second, which is at 1."""
    shown = one.outcome in ("higher", "lower")
    if np.isnan(one.ratio):
        if shown:
            end = _REACH if one.outcome == "higher" else 1 / _REACH
            arrow = {"arrowstyle": "-|>", "color": look.color, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", (end, y), (1.0, y), arrowprops=arrow, zorder=2.5)
        else:
            ax.plot([1.0], [y], ls="", marker=look.marker, ms=9, mfc="none", mec=look.color, mew=1.3, zorder=2.8)
        return
    ax.plot([1.0, one.ratio], [y, y], color="#c3c9cf", lw=1.0, zorder=2)
    rows.interval(ax, one.low, one.high, y, color=look.color, lw=1.7)
    face = look.color if shown else "white"
    ax.plot([one.ratio], [y], ls="", marker=look.marker, ms=6, mfc=face, mec=look.color, mew=1.2, zorder=4)


def _titles(axes: Sequence[Axes], *, simulated: bool, ground: bool) -> None:
    """Say what each part is, from the left edge of the figure; that of a simulated run has another ground."""
    run = "Simulated recordings: a test of the software, no evidence on the lifts" if simulated else "This run"
    for number, (ax, text) in enumerate(zip(axes, ("Published studies", run), strict=False)):
        figure = ax.get_figure(root=True)
        if figure is None:
            continue
        marked = simulated and number == 1
        points = style.size("axes.titlesize")
        lines = style.wrapped(text, width=(72.0 * figure.get_figwidth() - 12.0) * points / (points + 1))
        # an empty title keeps the room, which a text beside the axes does not
        ax.set_title(re.sub(r".+", " ", lines), pad=16, fontsize=style.size("axes.titlesize") + 1)
        written = ax.annotate(
            lines, (0.0, 1.0), xycoords=(figure.transFigure, "axes fraction"), xytext=(6, 16),
            textcoords="offset points", fontsize=style.size("axes.titlesize") + 1, fontweight="bold",
            color=style.SIMULATED if marked else style.INK, va="baseline", annotation_clip=False,
        )  # fmt: skip
        written.set_in_layout(False)
        if marked and ground:
            ax.set_facecolor(_SIMULATED_GROUND)


def _handles(own: list[_Row]) -> list[Any]:
    """What colours, hollow marks, arrows and signs mean, of those that occur."""
    used = {name for row in own for name in (row.first, row.second)}
    handles = [
        Line2D([], [], ls="", marker=look.marker, color=look.color, ms=6, label=readable(lift))
        for lift, look in style.LIFT_LOOKS.items()
        if any(lift_of(name) == lift for name in used)
    ]
    marks = [one for row in own for one in row.marks]
    signs = " ".join(row.signs for row in own)
    grey: dict[str, Any] = {"color": style.GREY}
    explained: list[tuple[bool, dict[str, Any], str]] = [
        (any(map(is_variant, used)), {"ls": "", "marker": "D", "ms": 5, "alpha": 0.6}, "lighter: a variant"),
        (
            any(one.outcome not in ("higher", "lower") for one in marks),
            {"ls": "", "marker": "o", "ms": 6, "mfc": "white"},
            "hollow: no difference shown, or not tested",
        ),
        (
            any(np.isnan(one.ratio) and one.outcome in ("higher", "lower") for one in marks),
            {"marker": ">", "ms": 4},
            "direction only, no ratio printed",
        ),
        (any(np.isfinite(one.low) for one in marks), {"lw": 1.7}, "95 % interval; a published one is implied by its p"),
        ("†" in signs, {"ls": ""}, "† read second-hand, not counted"),
        ("‡" in signs, {"ls": ""}, "‡ each lift in % of its own 1RM lift"),
    ]
    return handles + [Line2D([], [], **grey | look, label=text) for there, look, text in explained if there]
