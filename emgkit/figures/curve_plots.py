"""Curves: the middle and the spread of participants over a repetition, its phases or the joint angle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from emgkit._checks import check_unknown
from emgkit.curves import Curves
from emgkit.errors import DesignError
from emgkit.figures.drawing import style
from emgkit.figures.drawing.journals import active
from emgkit.figures.drawing.tables import check_rows
from emgkit.notation import alone, as_title, contrast_text, listed, number, p_phrase, surface
from emgkit.stats.cells.labels import numbered

if TYPE_CHECKING:
    from emgkit.stats.curves.waveform_test import WaveformTest

__all__ = ["curves", "curves_grid"]

DURING = ("repetition", "phase", "recording")
ANGLE = "joint angle"
_NEEDED = ("point", "mean", "sd", "n")
_QUARTILES = ("median", "q25", "q75")


def curves(
    table: pd.DataFrame | Curves,
    *,
    muscle: str | None = None,
    hue: str = "exercise",
    unit: str | None = None,
    during: str | None = None,
    test: WaveformTest | None = None,
    zero: str = "",
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the curve of each condition with a band of the spread over participants, for one muscle.

    Parameters
    ----------
    table : DataFrame or Curves
        As from ``Curves.ensemble``: ``point`` (0–100, or degrees), ``mean``, ``sd``, ``n``, as a rule ``median``,
        ``q25``, ``q75`` and ``muscle``, `hue`, and ``phase`` where there are several. Of Curves the ensemble by `hue`,
        muscle and phase is drawn.
    muscle : str, optional
        Which muscle, where the table holds several.
    hue : str, default "exercise"
        Column whose levels are the lines.
    unit : str, optional
        Unit of the curves, by default what the table says.
    during : str, optional
        ``"repetition"``, ``"recording"``, the name of a phase or ``"joint angle"``, for the label of the axis.
    test : WaveformTest, optional
        What ``ek.stats.waveform_test`` found for these curves: below them a row a contrast with a bar where it differs,
        and under the figure the percents and exact p of each bar. A contrast without one has its p for the whole curve.
    zero : str, optional
        What 0 % is, for the label of the time axis, such as ``"heel strike"``; by default its ticks say start and end.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        The line is the median and the band the quartiles; without them in the table, the mean and one standard
        deviation, which is cut at 0 where no mean is below it. Several phases stand side by side, each with its own 0
        to 100 %, as do the phases of curves from ``ek.register_phases``. The legend gives n, the number of curves
        behind a line, and says what the band is.

    Raises
    ------
    DesignError
        A column is missing, no unit is known, or several muscles are left.
    ArgumentError
        The muscle is not in the table.

    Examples
    --------
    >>> table = pd.DataFrame({"exercise": "squat", "muscle": "vastus_lateralis", "point": [0, 50, 100],
    ...     "mean": [20.0, 80.0, 30.0], "sd": [5.0, 15.0, 6.0], "n": 13})
    >>> ax = curves(table, unit="%MVC")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Repetition (%)', 'EMG (%MVC)')
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    frame, unit, during = _table(table, hue=hue, unit=unit, during=during)
    if "muscle" in frame.columns:
        muscles = list(frame["muscle"].astype(str).unique())
        muscle = style.one_muscle(muscles, muscle, hint="Name one with muscle=, or draw all with curves_grid")
        frame = frame[frame["muscle"].astype(str) == muscle]
    with style.theme():
        # a row of bars and a line of text a contrast need their room
        more = 0.0 if test is None else 0.3 + 0.28 * len(_of_muscle(test.summary, muscle))
        ax = style.axes_or_new(
            ax, width=style.COLUMN_WIDTH if active() else style.COLUMN_WIDTH + 1.0, height=3.0 + more
        )
        parts = _parts(frame, during)
        _draw(ax, frame, style.looks(frame[hue]), parts, hue=hue, unit=unit)
        _time_axis(ax, frame, parts, during=during, zero=zero)
        up = style.legend_above(ax, _handles(frame, style.looks(frame[hue]), hue=hue, with_n=True), columns=2)
        if test is not None:
            _check_muscle(test, muscle)
            _bars(ax, test, parts, muscle)
            style.note(ax, [_test_head(test), *_test_lines(test, parts, muscle)])
        marked = style.simulated_mark(frame, simulated)
        style.head(ax, as_title(muscle or ""), up=up, marked=marked)
    return ax


def curves_grid(
    table: pd.DataFrame | Curves,
    *,
    hue: str = "exercise",
    unit: str | None = None,
    during: str | None = None,
    test: WaveformTest | None = None,
    zero: str = "",
    simulated: bool = False,
    columns: int | None = None,
) -> Figure:
    """Draw :func:`curves` in one panel a muscle, all with the same value axis.

    Parameters
    ----------
    table, hue, unit, during, zero, simulated
        As for :func:`curves`.
    test : WaveformTest, optional
        As for :func:`curves`; the bars of each panel have a letter, and a line below the panels says which contrast it
        is. Where and with what p a muscle differs is in the test's own tables.
    columns : int, optional
        Panels side by side, by default 2 or 3.

    Returns
    -------
    Figure
        One Axes a muscle. Where n differs between lines or muscles, each panel gives its own.

    Raises
    ------
    DesignError
        A column is missing.
    ArgumentError
        The test is of other muscles.
    """
    frame, unit, during = _table(table, hue=hue, unit=unit, during=during)
    if "muscle" not in frame.columns:
        raise DesignError("A grid needs a panel a muscle", allowed="a column 'muscle'", got=listed(frame.columns))
    muscles = list(frame["muscle"].astype(str).unique())
    look, parts = style.looks(frame[hue]), _parts(frame, during)
    for muscle in muscles if test is not None else []:
        _check_muscle(test, muscle)

    def draw(ax: Axes, muscle: str) -> str:
        own = frame[frame["muscle"].astype(str) == muscle]
        _draw(ax, own, look, parts, hue=hue, unit=unit)
        _time_axis(ax, own, parts, during=during, zero=zero)
        counts = [f"{int(n)}" for n in own.groupby(hue, sort=False, observed=True)["n"].max()]
        return counts[0] if len(set(counts)) == 1 else ", ".join(counts)

    keys = [] if test is None else [f"{key}: {contrast_text(name)}" for name, key in _keys(test).items()]
    figure = style.grid(
        muscles, draw, columns=columns, height=2.35, handles=_handles(frame, look, hue=hue, with_n=False),
        marked=style.simulated_mark(frame, simulated),
        below=[] if test is None else [_test_head(test, p=False), "; ".join(keys)],
    )  # fmt: skip
    if test is not None:
        with style.theme():
            for ax, muscle in zip(figure.axes, muscles, strict=True):
                _bars(ax, test, parts, muscle)
    return figure


def _table(
    table: pd.DataFrame | Curves, *, hue: str, unit: str | None, during: str | None
) -> tuple[pd.DataFrame, str, str]:
    """Give the ensemble, its unit and the word for its time axis."""
    if isinstance(table, Curves):
        unit = table.unit if unit is None else unit
        phases = list(table.index["phase"].unique()) if "phase" in table.index.columns else []
        facts = str(phases[0]) if table.during == "phase" and len(phases) == 1 else table.during
        during = (facts if table.angles is None else ANGLE) if during is None else during
        names = (hue, "muscle", *(["phase"] if len(phases) > 1 else []))
        frame = table.ensemble(by=tuple(dict.fromkeys(name for name in names if name in table.index.columns)))
    else:
        frame = table
    check_rows(frame, (hue, *_NEEDED), "mean curves to draw", hint="Take Curves.ensemble(by=(…, 'muscle'))")
    if "muscle" in frame.columns and frame["muscle"].isna().all():
        raise DesignError(
            "No curve has a muscle",
            where="column 'muscle'",
            allowed="the muscle of each curve, or no such column",
            got="missing values",
            hint="Name the muscles when reading: read(path, channels={'VL': {'muscle': 'vastus_lateralis'}})",
        )
    if unit is None:
        units = list(frame["unit"].unique()) if "unit" in frame.columns else [frame.attrs.get("unit", "")]
        if len(units) > 1:
            raise DesignError("The curves have several units", allowed="one", got=listed(units))
        unit = str(units[0])
    if not unit:
        raise DesignError("The unit of the curves is not known", allowed="unit=, such as unit='%MVC'", got="nothing")
    if during is None:
        phases = list(frame["phase"].unique()) if "phase" in frame.columns else []
        during = str(phases[0]) if len(phases) == 1 and phases[0] != "whole" else "repetition"
    return frame, unit, during


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A phase on the time axis: where it starts and how wide it is; `moved` where its points are its own percents."""

    phase: str
    start: float
    width: float
    moved: bool


def _parts(frame: pd.DataFrame, during: str) -> tuple[_Part, ...]:
    """The phases that stand side by side: those of the table, or those that the curves were registered on."""
    names = [str(name) for name in frame["phase"].unique()] if "phase" in frame.columns else []
    if len(names) > 1:
        order = list(style.PHASES)
        names.sort(key=lambda name: order.index(name) if name in order else len(order))
        return tuple(_Part(phase=name, start=100.0 * k, width=100.0, moved=True) for k, name in enumerate(names))
    names = during.removesuffix(" phase").split(", then ")
    if len(names) < 2:
        return ()
    width = 100.0 / len(names)
    return tuple(_Part(phase=name, start=width * k, width=width, moved=False) for k, name in enumerate(names))


def _stretches(frame: pd.DataFrame, parts: tuple[_Part, ...]) -> list[tuple[float, pd.DataFrame]]:
    """The rows that one line is drawn through, and how far they are moved to the right."""
    if not any(part.moved for part in parts):
        return [(0.0, frame)]
    return [(part.start, frame[frame["phase"].astype(str) == part.phase]) for part in parts]


def _draw(
    ax: Axes, frame: pd.DataFrame, look: dict[str, style.Look], parts: tuple[_Part, ...], *, hue: str, unit: str
) -> None:
    lowest = 0.0
    for level, one in look.items():
        label = as_title(level)
        for moved, rows in _stretches(frame[frame[hue].astype(str) == level], parts):
            own = rows.sort_values("point")
            if own.empty:  # a level that this muscle or phase lacks
                continue
            if own["point"].duplicated().any():
                raise DesignError(
                    f"{hue} {level!r} has more than one row a point", allowed=f"one row a {hue}, muscle and point",
                    hint="Select one phase, side or group first",
                )  # fmt: skip
            x = own["point"].to_numpy(dtype=float) + moved
            middle, low, high = (each * surface(unit)[1] for each in _band(own))
            ax.fill_between(x, low, high, color=one.color, alpha=0.14, lw=0, zorder=2)
            for edge in (low, high):
                ax.plot(x, edge, color=one.color, ls=one.line, lw=0.6, alpha=0.6, zorder=2)
            ax.plot(x, middle, color=one.color, ls=one.line, lw=1.7, zorder=3, label=label)
            label = f"_{as_title(level)}"
            lowest = min([lowest, *low[np.isfinite(low)], *middle[np.isfinite(middle)]])
    ax.set_ylim(bottom=lowest)
    ax.set_ylabel(f"EMG ({surface(unit)[0]})")


def _has_quartiles(frame: pd.DataFrame) -> bool:
    return set(_QUARTILES) <= set(frame.columns)


def _band(own: pd.DataFrame) -> tuple[Any, Any, Any]:
    """The line and both edges of its band; an amplitude's band does not go below 0."""
    if _has_quartiles(own):
        middle, low, high = (own[name].to_numpy(dtype=float) for name in _QUARTILES)
        return middle, low, high
    mean, sd = (own[name].to_numpy(dtype=float) for name in ("mean", "sd"))
    low = mean - sd
    return mean, np.where(low < 0, 0.0, low) if (mean >= 0).all() else low, mean + sd


def _time_axis(ax: Axes, frame: pd.DataFrame, parts: tuple[_Part, ...], *, during: str, zero: str) -> None:
    """Say what is drawn from 0 to 100 %, where it starts, and where one phase ends."""
    first, last = float(frame["point"].min()), float(frame["point"].max())
    ax.set_xlim(first, parts[-1].start + parts[-1].width if parts else last)
    for part in parts:
        ax.axvspan(part.start, part.start + part.width, color=style.PHASES.get(part.phase, style.PALE), alpha=0.3,
                   lw=0, zorder=0, gid=f"phase {part.phase}")  # fmt: skip
        if part.start:
            ax.axvline(part.start, color=style.GREY, lw=0.9, ls=(0, (4, 2)), zorder=1, gid="phase line")
    if during == ANGLE:
        ax.set_xlabel(f"{as_title(during)} (°)")
        return
    word = "Each phase" if any(part.moved for part in parts) else _word(during)
    ax.set_xlabel(f"{word} (%){f', 0 = {zero}' if zero else ''}")
    if parts:
        edges = [(0.0, "0"), (parts[-1].start + parts[-1].width, "100")]
        edges += [(part.start, "100 | 0" if part.moved else number(round(part.start, 1))) for part in parts[1:]]
        ax.set_xticks(*zip(*sorted(edges), strict=True))
        middles = [part.start + part.width / 2 for part in parts]
        ax.set_xticks(middles, [as_title(part.phase) for part in parts], minor=True)
        ax.tick_params(axis="x", which="minor", length=0, pad=5.0 + 1.2 * style.size("xtick.labelsize"),
                       labelsize=style.size("xtick.labelsize"))  # fmt: skip
    elif (first, last) == (0.0, 100.0):
        start, end = ("", "") if zero else ("\nstart", "\nend")
        ax.set_xticks([0, 25, 50, 75, 100], [f"0{start}", "25", "50", "75", f"100{end}"])


def _word(during: str) -> str:
    """What 0 to 100 percent is of; a name that is none of a whole is that of a phase."""
    return as_title(during if during in DURING or during.endswith(" phase") else f"{during} phase")


def _check_muscle(test: WaveformTest | None, muscle: str | None) -> None:
    if test is not None and muscle is not None and "muscle" in test.summary:
        check_unknown("muscle of the test", muscle, dict.fromkeys(test.summary["muscle"].astype(str)))


def _keys(test: WaveformTest) -> dict[str, str]:
    """A letter a contrast."""
    names = list(dict.fromkeys(test.summary["contrast"].astype(str)))
    letters = "abcdefghijklmnopqrstuvwxyz" if len(names) <= 26 else [str(k + 1) for k in range(len(names))]
    return dict(zip(names, letters, strict=False))


def _bars(ax: Axes, test: WaveformTest, parts: tuple[_Part, ...], muscle: str | None) -> None:
    """Draw a row a contrast below the curves, dark where it differs, and tint the curves above it."""
    clusters, keys = _of_muscle(test.differing, muscle), _keys(test)
    low, high = ax.get_ylim()
    step = 0.075 * (high - low)
    for place, (contrast, key) in enumerate(keys.items()):
        y = low - (place + 0.8) * step
        for stretch in _tested(ax, test, parts):
            ax.plot(stretch, [y, y], color=style.PALE, lw=4.0, solid_capstyle="butt", zorder=1)
        for run in clusters[clusters["contrast"].astype(str) == contrast].to_dict("records"):
            # a run of one point is seen too
            moved = _moved(run, parts)
            ends = [run["first_point"] - 0.4 + moved, run["last_point"] + 0.4 + moved]
            ax.plot(ends, [y, y], color=style.INK, lw=4.0, solid_capstyle="butt", zorder=2, gid=f"run {contrast}")
            ax.fill_between(ends, low, high, color=style.GREY, alpha=0.16, lw=0, zorder=0.5, gid=f"band {contrast}")
        ax.annotate(
            key, (1.0, y), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points", ha="left",
            va="center", fontsize=style.size(), annotation_clip=False,
        )  # fmt: skip
    ax.set_ylim(low - (len(keys) + 0.6) * step, high)
    ax.set_yticks([tick for tick in ax.get_yticks() if low <= tick <= high])
    ax.spines["left"].set_bounds(low, high)


def _tested(ax: Axes, test: WaveformTest, parts: tuple[_Part, ...]) -> list[tuple[float, float]]:
    """The stretches of the axis that the test is of."""
    if not any(part.moved for part in parts) or "phase" not in test.summary:
        return [ax.get_xlim()]
    phases = set(test.summary["phase"].astype(str))
    return [(part.start, part.start + part.width) for part in parts if part.phase in phases]


def _moved(row: dict[Any, Any], parts: tuple[_Part, ...]) -> float:
    return next((part.start for part in parts if part.moved and part.phase == str(row.get("phase"))), 0.0)


def _test_head(test: WaveformTest, *, p: bool = True) -> str:
    """What the bars are, and of which test."""
    flips = "random field theory" if test.attrs.get("method") == "rft" else "sign flips"
    holm = "p after Holm's correction" if p else "after Holm's correction"
    head = f"Bars: the curves differ ({test.attrs.get('method')} test, {flips}), {holm}."
    return head + (" Its ends are no estimates." if test.attrs.get("method") == "cluster" else "")


def _test_lines(test: WaveformTest, parts: tuple[_Part, ...], muscle: str | None) -> list[str]:
    """A line a contrast, and phase where there are several: where it differs, how surely, and else its p."""
    clusters, keys, lines = _of_muscle(test.differing, muscle), _keys(test), []
    for row in _of_muscle(test.summary, muscle).to_dict("records"):
        own = clusters[clusters["contrast"] == row["contrast"]]
        phase = str(row["phase"]) if len(parts) > 1 and "phase" in row and parts[0].moved else ""
        own = own[own["phase"].astype(str) == phase] if phase else own
        runs = [
            f"{alone('point', run['first_point'])}–{alone('point', run['last_point'])} % ({p_phrase(run['p_holm'])})"
            for run in own.to_dict("records")
        ]
        found = ", ".join(runs) if runs else f"nowhere, {p_phrase(row['p_adjusted'])}"
        about = f"{contrast_text(row['contrast'])}{f', {phase}' if phase else ''} (n = {alone('n', row['n'])})"
        lines.append(f"{keys[str(row['contrast'])]}: {about}: {found}")
    return lines


def _of_muscle(table: pd.DataFrame, muscle: str | None) -> pd.DataFrame:
    return table if muscle is None or "muscle" not in table else table[table["muscle"].astype(str) == muscle]


def _handles(frame: pd.DataFrame, look: dict[str, style.Look], *, hue: str, with_n: bool) -> list[Any]:
    handles = []
    for level, one in look.items():
        n = int(frame.loc[frame[hue].astype(str) == level, "n"].max())
        name = as_title(numbered(hue, level))
        label = f"{name} (n = {n})" if with_n else name
        handles.append(Line2D([], [], color=one.color, ls=one.line, lw=1.7, label=label))
    if _has_quartiles(frame):
        middle, band = "median", "quartiles, 25 to 75 %"
        spread = bool(frame["q25"].notna().any())
    else:
        below = bool((frame["mean"] >= 0).all() and (frame["mean"] < frame["sd"]).any())
        middle, band, spread = "", f"± 1 SD{', cut at 0' if below else ''}", True
    if middle:
        handles.append(Line2D([], [], color=style.GREY, lw=1.7, label=middle))
    return [*handles, Patch(facecolor=style.GREY, alpha=0.25, lw=0, label=band)] if spread else handles
