"""References: the trials of maximal contractions, and the window that was chosen in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError, DesignError
from emgkit.figures.drawing import style
from emgkit.notation import as_title, listed, number, places, surface
from emgkit.recording import Recording, check_recording

__all__ = ["mvc", "mvc_grid"]

_NEEDED = ("channel", "trial", "start", "stop")
_SIGNAL, _WINDOW = "#8d9aa6", style.PHASES["concentric"]
# inches a row; the share of it that the text takes; points of a line an inch
_ROW, _TEXT, _POINTS = 0.46, 0.36, 60
# samples so many times larger than the reference are cut off, or an artefact would flatten all else
_CUT = 4.0


def mvc(
    recordings: Recording | Sequence[Recording],
    envelopes: Recording | Sequence[Recording],
    windows: pd.DataFrame,
    *,
    channel: str,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the trials that a reference comes from, a row each, with the window that was chosen.

    Parameters
    ----------
    recordings : Recording or sequence of Recording
        The trials as recorded, in the order of the rows of `windows`.
    envelopes : Recording or sequence of Recording
        The same trials, processed.
    windows : DataFrame
        One row a trial and channel, as from ``emgkit.normalize.best_windows``: ``channel, trial, start, stop`` (s);
        where known ``value`` and ``unit`` of the reference, ``won`` (False: drawn pale) and ``participant``.
    channel : str
        Name of the channel.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where a context says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Each row has the size of the signal (its distance from the median) and the envelope over it, the window tinted,
        and a mark at the largest sample in it. Rows of one participant share their scale, those of several have their
        own; what is larger than 4 times the reference is cut off.

    Raises
    ------
    ArgumentError
        The channel is in no recording.
    DesignError
        `windows` lacks a column, or has not one row a recording that has the channel.

    Examples
    --------
    >>> import emgkit as ek
    >>> from emgkit.normalize import best_windows
    >>> burst = np.where(abs(np.arange(4000) - 2000) < 900, 2e-4, 1e-6) * np.tile([1, -1], 2000)
    >>> emg = ek.Recording(data=[burst], sfreq=1000.0, channels=(ek.Channel(name="VL", unit="V", kind="EMG"),),
    ...     context={"participant": "01", "task": "mvcKnee"})
    >>> pipeline = ek.Pipeline(ek.MovingRMS(window=0.1))
    >>> ax = mvc(emg, pipeline(emg), best_windows([emg], pipeline), channel="VL")
    >>> ax.get_xlabel()
    'Time (s)'
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    given, processed = _pairs(recordings, envelopes)
    _check_columns(windows)
    check_unknown("channel", channel, dict.fromkeys(name for one in given for name in one.names))
    rows, pairs = _own(windows, given, processed, channel)
    with style.theme():
        ax = style.axes_or_new(ax, width=style.PAGE_WIDTH, height=0.9 + max(1.0, _ROW * len(rows)))
        _draw(ax, rows, pairs, channel)
        up = style.legend_above(ax, _handles(), columns=4)
        marked = style.SIMULATED_DATA if any(style.simulated_mark(one, simulated) for one in given) else ""
        style.head(ax, _heading(given, channel), up=up, marked=marked)
        ax.set_xlabel("Time (s)")
        _fit(ax)
    return ax


def mvc_grid(
    recordings: Sequence[Recording], envelopes: Sequence[Recording], windows: pd.DataFrame, *, simulated: bool = False
) -> Figure:
    """Draw :func:`mvc` in one panel a channel.

    Parameters
    ----------
    recordings, envelopes : sequence of Recording
        As for :func:`mvc`; the rows of each channel stand in the order of the recordings that have it.
    windows : DataFrame
        As for :func:`mvc`.
    simulated : bool, default False
        As for :func:`mvc`.

    Returns
    -------
    Figure
        One Axes a channel, in the order of the table.

    Raises
    ------
    DesignError
        As for :func:`mvc`.
    """
    given, processed = _pairs(recordings, envelopes)
    _check_columns(windows)
    channels = list(dict.fromkeys(map(str, windows["channel"])))
    parts = {name: _own(windows, given, processed, name) for name in channels}
    most = max(len(rows) for rows, _ in parts.values())
    with style.theme():
        figure, axes = style.panels(len(channels), columns=None, height=0.5 + max(0.8, _ROW * most))
        for ax, name in zip(axes, channels, strict=True):
            _draw(ax, *parts[name], name)
            ax.set_ylim(max(1, most), 0)
            place = ax.get_subplotspec()
            if place is not None and not place.is_first_col():
                ax.set_ylabel("")
        figure.supxlabel("Time (s)", fontsize=style.size("axes.labelsize"))
        style.legend_on_top(figure, _handles(), columns=4)
        marked = style.SIMULATED_DATA if any(style.simulated_mark(one, simulated) for one in given) else ""
        names = [_heading(given, name) for name in channels]
        style.name_panels(axes, names, [""] * len(axes), marked=marked)
        for ax in axes:
            _fit(ax)
    return figure


def _pairs(
    recordings: Recording | Sequence[Recording], envelopes: Recording | Sequence[Recording]
) -> tuple[list[Recording], list[Recording]]:
    """The recordings and their envelopes as lists of the same length."""
    given, processed = ([one] if isinstance(one, Recording) else list(one) for one in (recordings, envelopes))
    for recording in (*given, *processed):
        check_recording(recording, by="mvc")
    if len(given) != len(processed):
        raise ArgumentError(
            "Each trial needs its envelope", allowed="as many envelopes as recordings",
            got=f"{len(given)} recordings, {len(processed)} envelopes",
        )  # fmt: skip
    return given, processed


def _check_columns(windows: pd.DataFrame) -> None:
    missing = [column for column in _NEEDED if column not in windows.columns]
    if missing:
        raise DesignError("The table holds no windows", allowed=listed(_NEEDED), got=f"without {listed(missing)}")


def _own(
    windows: pd.DataFrame, given: Sequence[Recording], processed: Sequence[Recording], channel: str
) -> tuple[list[dict[str, Any]], list[tuple[Recording, Recording]]]:
    """The rows of a channel, and the recordings that have it."""
    rows = windows[windows["channel"].astype(str) == channel].to_dict("records")
    pairs = [pair for pair in zip(given, processed, strict=True) if channel in pair[0].names]
    if len(rows) != len(pairs):
        raise DesignError(
            "Windows and recordings do not fit together",
            where=f"channel {channel!r}",
            allowed="a row of the table for each recording that has the channel",
            got=f"{len(rows)} rows, {len(pairs)} recordings",
        )
    return [{str(key): value for key, value in row.items()} for row in rows], pairs


def _draw(ax: Axes, rows: Sequence[dict[str, Any]], pairs: Sequence[tuple[Recording, Recording]], channel: str) -> None:
    """A row a trial, from the top."""
    points = int(_POINTS * ax.get_window_extent().width / ax.figure.dpi)
    lines = [(_line(raw, channel, points, size=True), _line(envelope, channel, points)) for raw, envelope in pairs]
    longest = max(float(times[-1]) for (times, _), _ in lines)
    tops: dict[str, float] = {}
    for row, ((_, sizes), (_, level)) in zip(rows, lines, strict=True):
        who, largest = str(row.get("participant", "")), float(np.nanmax(level))
        top = min(float(sizes.max()), _CUT * largest) if largest > 0 else float(sizes.max())
        tops[who] = max(tops.get(who, 0.0), top)
    for place, (row, line, (raw, _)) in enumerate(zip(rows, lines, pairs, strict=True)):
        _row(ax, place, row, line, start=raw.start, top=tops[str(row.get("participant", ""))] or 1.0)
    people = [str(row.get("participant", "")) for row in rows]
    shown = [who if who != before else "" for who, before in zip(people, ["", *people], strict=False)]
    ax.set_yticks([place + 0.5 for place in range(len(rows))], shown)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    if any(people):
        ax.set_ylabel("Participant")
    ax.set(xlim=(0.0, longest or 1.0), ylim=(max(1, len(rows)), 0))


def _row(
    ax: Axes,
    place: int,
    row: dict[str, Any],
    line: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]],
    *,
    start: float,
    top: float,
) -> None:
    """One trial: text above, the size of the signal, the envelope, the window and the largest sample in it."""
    (times, sizes), (at, level) = line
    pale = 1.0 if bool(row.get("won", True)) else 0.45
    floor, height = place + 0.96, 1 - _TEXT - 0.02
    first, last = float(row["start"]) - start, float(row["stop"]) - start

    def up(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(floor - height * np.clip(values / top, 0.0, 1.0))

    ax.fill_between([first, last], floor, floor - height, color=_WINDOW, alpha=pale, lw=0, zorder=1)
    ax.fill_between(times, floor, up(sizes), color=_SIGNAL, alpha=pale, lw=0.2, zorder=2)
    ax.plot(at, up(level), color=style.PALETTE[1], lw=1.1, alpha=pale, zorder=3)
    inside = (times >= first) & (times <= last)
    if inside.any():
        chosen = up(sizes[inside])
        ax.fill_between(times[inside], floor, chosen, color=style.PALETTE[3], alpha=pale, lw=0.2, zorder=2.5)
        peak = int(np.flatnonzero(inside)[sizes[inside].argmax()])
        ax.plot(times[peak], up(sizes[peak : peak + 1])[0], "v", color=style.INK, ms=3, alpha=pale, zorder=4)
    ax.axhline(floor, color=style.PALE, lw=0.6, zorder=0)
    ax.text(0.0, place + 0.05, str(row["trial"]), gid="trial", va="top", fontsize=style.size(), color=style.GREY)
    if np.isfinite(float(row.get("value", np.nan))):
        unit, factor = surface(str(row.get("unit", "")))
        size = float(row["value"]) * factor
        ax.annotate(
            f"{number(round(size, places([size]) or 0))} {unit}",
            (1.0, place + 0.05), xycoords=("axes fraction", "data"), ha="right", va="top", fontsize=style.size(),
            color=style.INK, gid="value",
        )  # fmt: skip


def _fit(ax: Axes) -> None:
    """Shorten the names of trials to the width that the values leave them."""
    width = ax.get_window_extent().width * 72.0 / ax.figure.dpi
    values = [one.get_text() for one in ax.texts if one.get_gid() == "value"]
    beside = max([0.0, *(style.text_width(text, key="legend.fontsize") for text in values)])
    for one in ax.texts:
        if one.get_gid() == "trial":
            one.set_text(_shortened(one.get_text(), width - beside - 8.0))


def _shortened(text: str, room: float) -> str:
    """The text, its middle left out where it is wider than so many points."""
    kept = len(text)
    short = text
    while kept > 4 and style.text_width(short, key="legend.fontsize") > room:
        kept -= 1
        short = f"{text[: kept // 2]}…{text[len(text) - (kept - kept // 2) :]}"
    return short


def _line(
    recording: Recording, channel: str, points: int, *, size: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Seconds from the start, and the largest value, or distance from the median, of each of so many pieces."""
    values = recording.data[recording.names.index(channel)]
    if size:
        values = np.abs(values - np.median(values))
    starts = np.unique(np.linspace(0, values.size, points + 1).astype(int)[:-1])
    ends = np.append(starts[1:], values.size)
    kept = np.array([first + int(values[first:end].argmax()) for first, end in zip(starts, ends, strict=True)])
    return kept / recording.sfreq, values[kept]


def _handles() -> list[Any]:
    return [
        Patch(facecolor=_SIGNAL, label="size of the signal"),
        Line2D([], [], color=style.PALETTE[1], lw=1.4, label="envelope"),
        Patch(facecolor=style.PALETTE[3], label="window of the reference"),
        Line2D([], [], color=style.INK, marker="v", ms=4, ls="", label="largest sample in it"),
    ]


def _heading(given: Sequence[Recording], channel: str) -> str:
    described = next(one.channels[one.names.index(channel)] for one in given if channel in one.names)
    name = f"{as_title(described.muscle)} ({channel})" if described.muscle else channel
    return name if described.side is None else f"{name}, {described.side}"
