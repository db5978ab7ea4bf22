"""The signal itself: raw EMG, its envelope, and the stretches that were measured."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from emgkit._checks import check_unknown
from emgkit.channels import Event
from emgkit.errors import ArgumentError
from emgkit.figures.drawing import style
from emgkit.notation import as_title, counted, number, surface
from emgkit.recording import Recording, check_recording

__all__ = ["bands", "extremes", "line", "signals"]

Array = NDArray[np.float64]

# bins across the width: two points each, more than a printed column can show
_BINS = 2000


def signals(
    raw: Recording,
    envelope: Recording | None = None,
    *,
    channel: str,
    filtered: Recording | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw a channel, the filtered signal and the envelope over it, and the repetitions behind.

    Parameters
    ----------
    raw : Recording
        The signal; volts are shown in µV. Long signals are drawn as the least and the greatest
        value of each of 2000 bins, so that every peak stays.
    envelope : Recording, optional
        The same channel, processed. In the unit of `raw` it shares its axis; in another
        (``%MVC``) it has an axis of its own at the right, zero at the same height.
    channel : str
        Name of the channel.
    filtered : Recording, optional
        The same channel before rectification, drawn over the raw signal on its axis, so that one sees what the filters
        took away.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the context says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        The axes of the raw signal. Accepted phases (or, without phases, repetitions) are tinted,
        rejected repetitions are hatched, accepted ones numbered.

    Raises
    ------
    ArgumentError
        A Trial was given, the channel is not in a recording, the recordings do not overlap in time, or the filtered
        signal is in another unit than the raw one.

    Examples
    --------
    >>> import emgkit as ek
    >>> emg = ek.Recording(data=[[0.0, 2e-4, -1e-4]], sfreq=1000.0, channels=(ek.Channel(name="VL", unit="V"),))
    >>> ax = signals(emg, channel="VL")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Time (s)', 'EMG (µV)')
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    layers = {"signal": raw, "filtered signal": filtered, "envelope": envelope}
    for what, recording in layers.items():
        if recording is not None:
            _check(recording, raw, channel, what)
    with style.theme():
        ax = style.axes_or_new(ax, width=style.PAGE_WIDTH, height=2.9)
        x, y, unit = line(raw, channel)
        handles = bands(ax, own_events(raw, channel), float(x[0]), float(x[-1]))
        behind = envelope is not None or filtered is not None
        ax.plot(x, y, color="#8d9aa6" if behind else style.PALETTE[0], lw=0.5, zorder=2)
        kind = raw.channels[raw.names.index(channel)].kind
        word = "EMG" if kind == "EMG" else as_title(raw.stream)
        ax.set(xlabel="Time (s)", ylabel=f"{word} ({unit})", xlim=(x[0], x[-1]) if x[-1] > x[0] else None)
        name = "signal" if filtered is None else "raw signal"
        lines: list[Any] = [Line2D([], [], color=ax.lines[-1].get_color(), lw=1.2, label=name)]
        if filtered is not None:
            ax.plot(*line(filtered, channel)[:2], color=style.PALETTE[0], lw=0.5, zorder=3)
            lines.append(Line2D([], [], color=style.PALETTE[0], lw=1.2, label="filtered"))
        if envelope is not None:
            lines.append(_envelope(ax, envelope, channel, unit))
        up = style.legend_above(ax, [*lines, *handles], columns=6)
        marked = style.simulated_mark(raw, simulated)
        style.head(ax, _heading(raw, channel), up=up, marked=marked)
    return ax


def _check(recording: Recording, raw: Recording, channel: str, what: str) -> None:
    """Refuse a layer that is no recording, lacks the channel, or cannot lie over the raw signal."""
    check_recording(recording, by="signals")
    check_unknown("channel", channel, recording.names)
    if recording.times[0] > raw.times[-1] or recording.times[-1] < raw.times[0]:
        raise ArgumentError(
            f"Signal and {what} do not overlap in time",
            allowed=f"{number(raw.times[0])} to {number(raw.times[-1])} s",
            got=f"{number(recording.times[0])} to {number(recording.times[-1])} s",
        )
    units = [each.channels[each.names.index(channel)].unit for each in (raw, recording)]
    if what == "filtered signal" and surface(units[0])[0] != surface(units[1])[0]:
        raise ArgumentError(
            "The filtered signal is in another unit than the raw one", where=f"channel {channel!r}",
            allowed=f"{units[0]!r}", got=f"{units[1]!r}", hint="Give what is in percent as the envelope",
        )  # fmt: skip


def own_events(recording: Recording, channel: str) -> tuple[Event, ...]:
    """The events that a channel is measured in: all but those of the other side."""
    side = recording.channels[recording.names.index(channel)].side
    return tuple(event for event in recording.events if side is None or event.side in (None, side))


def line(recording: Recording, channel: str) -> tuple[Array, Array, str]:
    """Give times, values as shown and unit as shown, thinned where there are more samples than bins."""
    index = recording.names.index(channel)
    unit, factor = surface(recording.channels[index].unit)
    y = recording.data[index] * factor
    keep = extremes(y)
    return recording.times[keep], y[keep], unit


def extremes(y: Array, *, bins: int = _BINS) -> NDArray[np.intp]:
    """Give the indices of the least and the greatest value in each of about so many bins, and of both ends."""
    if y.size <= 4 * bins:
        return np.arange(y.size)
    length = -(-y.size // bins)
    used = y.size // length * length
    parts = y[:used].reshape(-1, length)
    first = np.arange(0, used, length)
    rest = np.arange(used, y.size)  # fewer than one bin: kept whole
    return np.unique(np.concatenate(([0], first + parts.argmin(1), first + parts.argmax(1), rest, [y.size - 1])))


def _envelope(ax: Axes, envelope: Recording, channel: str, unit: str) -> Line2D:
    x, y, shown = line(envelope, channel)
    color = style.PALETTE[1]
    if shown == unit:
        ax.plot(x, y, color=color, lw=1.4, zorder=4)
        return Line2D([], [], color=color, lw=1.6, label=f"envelope ({shown})")
    over = ax.twinx()
    over.plot(x, y, color=color, lw=1.4, zorder=4)
    # both axes symmetric about zero, so that zero is at one height
    for axes, top in ((ax, np.abs(ax.get_ylim()).max()), (over, 1.1 * np.abs(y).max() or 1.0)):
        axes.set_ylim(-top, top)
    ticks = MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]).tick_values(min(0.0, y.min()), y.max())
    over.set_yticks([tick for tick in ticks if min(0.0, float(y.min())) <= tick <= over.get_ylim()[1]])
    over.set_ylabel(f"Envelope ({shown})", color=color)
    over.tick_params(axis="y", colors=color)
    over.spines["right"].set(visible=True, color=color)
    return Line2D([], [], color=color, lw=1.6, label=f"envelope ({shown}, right)")


def bands(ax: Axes, events: tuple[Event, ...], first: float, last: float, *, numbers: bool = True) -> list[Any]:
    """Tint what was measured, hatch what was rejected, number the repetitions; the legend's entries."""
    seen = [event for event in events if event.onset < last and event.end > first]
    repetitions = [event for event in seen if event.label == "repetition"]
    phases = [event for event in seen if event.label == "phase" and event.get("accepted", True)]
    used: dict[str, Patch] = {}
    tinted = phases or [event for event in repetitions if event.get("accepted", True)]
    for event in tinted:
        name = str(event.get("phase", "whole")) if phases else "whole"
        color = style.PHASES.get(name, style.PHASES["whole"])
        ax.axvspan(event.onset, event.end, facecolor=color, edgecolor="white", lw=0.8, zorder=0)
        used.setdefault(name, Patch(facecolor=color, label="repetition" if name == "whole" else name))
    for event in repetitions:
        if not event.get("accepted", True):
            ax.axvspan(event.onset, event.end, facecolor="#f4f4f4", edgecolor="#9a9a9a", hatch="////", lw=0, zorder=0)
            used.setdefault("rejected", Patch(facecolor="#f4f4f4", edgecolor="#9a9a9a", hatch="////", label="rejected"))
        if numbers and event.get("repetition") is not None and first <= event.onset + event.duration / 2 <= last:
            ax.annotate(
                str(event.get("repetition")), (event.onset + event.duration / 2, 1.0), fontsize=style.size(),
                color=style.GREY, xycoords=("data", "axes fraction"), xytext=(0, -2), textcoords="offset points",
                ha="center", va="top", zorder=5,
                bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
            )  # fmt: skip
    return list(used.values())


def _heading(raw: Recording, channel: str) -> str:
    described = raw.channels[raw.names.index(channel)]
    name = f"{as_title(described.muscle)} ({channel})" if described.muscle else channel
    parts = [name if described.side is None else f"{name}, {described.side}"]
    repetitions = [event for event in own_events(raw, channel) if event.label == "repetition"]
    if repetitions:
        accepted = sum(bool(event.get("accepted", True)) for event in repetitions)
        parts.append(f"{accepted} of {counted(len(repetitions), 'repetition')} accepted")
    return " · ".join(parts)
