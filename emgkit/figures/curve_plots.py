"""Curves: mean and standard deviation over a repetition or a phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from emgkit.notation import alone, as_title, contrast_text, listed, p_phrase, surface
from emgkit.stats.cells.labels import numbered

if TYPE_CHECKING:
    from emgkit.stats.curves.waveform_test import WaveformTest

__all__ = ["curves", "curves_grid"]

DURING = ("repetition", "phase", "recording")
ANGLE = "joint angle"
_NEEDED = ("point", "mean", "sd", "n")


def curves(
    table: pd.DataFrame | Curves,
    *,
    muscle: str | None = None,
    hue: str = "exercise",
    unit: str | None = None,
    during: str | None = None,
    test: WaveformTest | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the mean curve of each condition with a band of one standard deviation, for one muscle.

    Parameters
    ----------
    table : DataFrame or Curves
        As from ``Curves.ensemble``: ``point`` (0–100, or degrees), ``mean``, ``sd``, ``n``, `hue` and, as a
        rule, ``muscle``. Of Curves the ensemble by `hue` and muscle is drawn.
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
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the table says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        The legend gives n, the number of curves behind a line.

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
        more = 0.0 if test is None else 0.3 + 0.28 * test.summary["contrast"].nunique()
        ax = style.axes_or_new(
            ax, width=style.COLUMN_WIDTH if active() else style.COLUMN_WIDTH + 1.0, height=3.0 + more
        )
        _draw(ax, frame, style.looks(frame[hue]), hue=hue, unit=unit, during=during)
        up = style.legend_above(ax, _handles(frame, style.looks(frame[hue]), hue=hue, with_n=True), columns=2)
        if test is not None:
            _mark_test(ax, test, muscle)
        marked = style.simulated_mark(frame, simulated)
        style.head(ax, as_title(muscle or ""), up=up, marked=marked)
    return ax


def curves_grid(
    table: pd.DataFrame | Curves,
    *,
    hue: str = "exercise",
    unit: str | None = None,
    during: str | None = None,
    simulated: bool = False,
    columns: int | None = None,
) -> Figure:
    """Draw :func:`curves` in one panel a muscle, all with the same value axis.

    Parameters
    ----------
    table, hue, unit, during, simulated
        As for :func:`curves`.
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
    """
    frame, unit, during = _table(table, hue=hue, unit=unit, during=during)
    if "muscle" not in frame.columns:
        raise DesignError("A grid needs a panel a muscle", allowed="a column 'muscle'", got=listed(frame.columns))
    muscles = list(frame["muscle"].astype(str).unique())
    look = style.looks(frame[hue])

    def draw(ax: Axes, muscle: str) -> str:
        own = frame[frame["muscle"].astype(str) == muscle]
        _draw(ax, own, look, hue=hue, unit=unit, during=during)
        counts = [f"{int(n)}" for n in own.groupby(hue, sort=False, observed=True)["n"].max()]
        return counts[0] if len(set(counts)) == 1 else ", ".join(counts)

    return style.grid(
        muscles, draw, columns=columns, height=2.35, handles=_handles(frame, look, hue=hue, with_n=False),
        marked=style.simulated_mark(frame, simulated),
    )  # fmt: skip


def _table(
    table: pd.DataFrame | Curves, *, hue: str, unit: str | None, during: str | None
) -> tuple[pd.DataFrame, str, str]:
    """Give the ensemble, its unit and the word for its time axis."""
    if isinstance(table, Curves):
        unit = table.unit if unit is None else unit
        phases = list(table.index["phase"].unique()) if "phase" in table.index.columns else []
        facts = str(phases[0]) if table.during == "phase" and len(phases) == 1 else table.during
        during = (facts if table.angles is None else ANGLE) if during is None else during
        frame = table.ensemble(by=tuple(name for name in (hue, "muscle") if name in table.index.columns))
    else:
        frame = table
    missing = [column for column in (hue, *_NEEDED) if column not in frame.columns]
    if missing or frame.empty:
        raise DesignError(
            "The table holds no mean curves to draw",
            allowed=f"at least one row and the columns {listed((hue, *_NEEDED))}",
            got=f"{len(frame)} rows; missing columns: {listed(missing)}",
            hint="Take Curves.ensemble(by=(…, 'muscle'))",
        )
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


def _draw(ax: Axes, frame: pd.DataFrame, look: dict[str, style.Look], *, hue: str, unit: str, during: str) -> None:
    low = 0.0
    for level, one in look.items():
        own = frame[frame[hue].astype(str) == level].sort_values("point")
        if own.empty:  # a level that this muscle lacks
            continue
        if own["point"].duplicated().any():
            raise DesignError(
                f"{hue} {level!r} has more than one row a point", allowed=f"one row a {hue}, muscle and point",
                hint="Select one phase, side or group first",
            )  # fmt: skip
        mean, sd = (own[name].to_numpy(dtype=float) * surface(unit)[1] for name in ("mean", "sd"))
        ax.fill_between(own["point"], mean - sd, mean + sd, color=one.color, alpha=0.14, lw=0, zorder=2)
        for edge in (mean - sd, mean + sd):
            ax.plot(own["point"], edge, color=one.color, ls=one.line, lw=0.6, alpha=0.6, zorder=2)
        ax.plot(own["point"], mean, color=one.color, ls=one.line, lw=1.7, zorder=3, label=as_title(level))
        low = min([low, *(mean - sd)[sd == sd], *mean])
    ax.set_xlim(frame["point"].min(), frame["point"].max())
    ax.set_ylim(bottom=low)
    ax.set_xlabel(f"{as_title(during)} (°)" if during == ANGLE else f"{_word(during)} (%)")
    ax.set_ylabel(f"EMG ({surface(unit)[0]})")


def _word(during: str) -> str:
    """What 0 to 100 percent is of; a name that is none of a whole is that of a phase."""
    return as_title(during if during in DURING or during.endswith(" phase") else f"{during} phase")


def _mark_test(ax: Axes, test: WaveformTest, muscle: str | None) -> None:
    """Draw a row a contrast below the curves, dark where it differs, and say under the figure how surely."""
    if muscle is not None and "muscle" in test.summary:
        check_unknown("muscle of the test", muscle, dict.fromkeys(test.summary["muscle"].astype(str)))
    summary, clusters = (_of_muscle(table, muscle) for table in (test.summary, test.differing))
    contrasts = list(summary["contrast"])
    low, high = ax.get_ylim()
    step = 0.075 * (high - low)
    notes = []
    for number, row in enumerate(summary.to_dict("records")):
        y = low - (number + 0.8) * step
        own = clusters[clusters["contrast"] == row["contrast"]]
        ax.plot(ax.get_xlim(), [y, y], color=style.PALE, lw=4.0, solid_capstyle="butt", zorder=1)
        for run in own.to_dict("records"):
            # a run of one point is seen too
            ends = [run["first_point"] - 0.4, run["last_point"] + 0.4]
            ax.plot(
                ends, [y, y], color=style.INK, lw=4.0, solid_capstyle="butt", zorder=2, gid=f"run {row['contrast']}"
            )
        key = "abcdefghijklmnopqrstuvwxyz"[number] if len(contrasts) <= 26 else str(number + 1)
        ax.annotate(
            key, (1.0, y), xycoords=("axes fraction", "data"), xytext=(4, 0), textcoords="offset points", ha="left",
            va="center", fontsize=style.size(), annotation_clip=False,
        )  # fmt: skip
        name = contrast_text(row["contrast"])
        runs = [
            f"{alone('point', run['first_point'])}–{alone('point', run['last_point'])} % ({p_phrase(run['p_holm'])})"
            for run in own.to_dict("records")
        ]
        found = ", ".join(runs) if runs else f"nowhere, {p_phrase(row['p_adjusted'])}"
        notes.append(f"{key}: {name} (n = {alone('n', row['n'])}): {found}")
    ax.set_ylim(low - (len(contrasts) + 0.6) * step, high)
    ax.set_yticks([tick for tick in ax.get_yticks() if low <= tick <= high])
    ax.spines["left"].set_bounds(low, high)
    flips = "random field theory" if test.attrs.get("method") == "rft" else "sign flips"
    head = f"Bars: the curves differ ({test.attrs.get('method')} test, {flips}), p after Holm's correction."
    doubt = " Its ends are no estimates." if test.attrs.get("method") == "cluster" else ""
    style.note(ax, [head + doubt, *notes])


def _of_muscle(table: pd.DataFrame, muscle: str | None) -> pd.DataFrame:
    return table if muscle is None or "muscle" not in table else table[table["muscle"].astype(str) == muscle]


def _handles(frame: pd.DataFrame, look: dict[str, style.Look], *, hue: str, with_n: bool) -> list[Any]:
    handles = []
    for level, one in look.items():
        n = int(frame.loc[frame[hue].astype(str) == level, "n"].max())
        name = as_title(numbered(hue, level))
        label = f"{name} (n = {n})" if with_n else name
        handles.append(Line2D([], [], color=one.color, ls=one.line, lw=1.7, label=label))
    return [*handles, Patch(facecolor=style.GREY, alpha=0.25, lw=0, label="± 1 SD")]
