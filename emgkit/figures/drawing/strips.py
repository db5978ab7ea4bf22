"""Strips of repetitions: all of a recording side by side, small, to be looked over quickly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from emgkit.channels import Event
from emgkit.errors import ArgumentError
from emgkit.figures.drawing import style
from emgkit.figures.raw_signals import extremes
from emgkit.notation import counted, surface
from emgkit.recording import Recording, Trial

__all__ = ["repetition_sheet"]

# inches: the names at the left, a repetition, what stands above one, a row, the gap below a strip
_LEFT, _CELL, _ABOVE, _ROW, _GAP = 1.08, 0.62, 0.17, 0.30, 0.12
_USED = 0.93  # of a cell's width
_POINTS = 50  # of a line, an inch
_MOST = 12
_BESIDE = 0.06  # inches between a name and its row
_MOVEMENT = ("position", "angle")
_COLOURS = ("#2c7699", style.PALETTE[0])
_REJECTED = "#f4f4f4"
_LEGEND = 0.28


@dataclass(frozen=True, kw_only=True, eq=False)
class _Row:
    """One channel: its samples as shown, and their least and greatest value in the repetitions."""

    name: str
    unit: str
    times: NDArray[np.float64]
    values: NDArray[np.float64]
    low: float
    high: float
    color: str
    side: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Strip:
    """One recording."""

    name: str
    rows: tuple[_Row, ...]
    repetitions: tuple[Event, ...]
    phases: tuple[Event, ...]
    notes: str

    @property
    def longest(self) -> float:
        """Duration of the longest repetition (s)."""
        return max(one.duration for one in self.repetitions) or 1.0

    def lines(self, columns: int) -> int:
        """Lines of repetitions below one another."""
        return -(-len(self.repetitions) // columns)

    def height(self, columns: int) -> float:
        """Inches."""
        return self.lines(columns) * (_ABOVE + _ROW * len(self.rows) + _GAP)


def repetition_sheet(
    trials: Recording | Trial | Sequence[Recording | Trial], *, names: Sequence[str] = (), simulated: bool = False
) -> Figure:
    """Draw all repetitions of one recording or several side by side, a row a channel.

    Parameters
    ----------
    trials : Recording, Trial, or sequence of them
        With repetitions among their events. Of a Trial all streams are drawn, the movement first; give it the envelope
        as its EMG, or the raw signal.
    names : sequence of str, optional
        What each is called; by default what its context says.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where a context says so.

    Returns
    -------
    Figure
        One Axes a recording. All its repetitions have the same scale of time, and a channel has one scale of values in
        all of them, which stands beside the row. A repetition of one side (``L1``) shows the channels of that side and
        those without a side. Phases, or accepted repetitions without phases, are tinted; rejected
        ones are hatched, and the heading says why.

    Raises
    ------
    ArgumentError
        There is nothing to draw, a recording has no repetitions, or `names` has another length.

    Examples
    --------
    >>> import emgkit as ek
    >>> emg = ek.Recording(data=[[0.0, 2e-4, -1e-4, 1e-4]], sfreq=2.0, channels=(ek.Channel(name="VL", unit="V"),),
    ...     events=(ek.Event(onset=0.0, duration=1.0, label="repetition", columns={"repetition": 1}),))
    >>> figure = repetition_sheet(emg)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1: 1.0 s', 'VL', '0 to 200 µV']
    >>> import matplotlib.pyplot as plt; plt.close(figure)
    """
    given = [trials] if isinstance(trials, (Recording, Trial)) else list(trials)
    named = list(names) or [_called(one) for one in given]
    if not given or len(named) != len(given):
        raise ArgumentError(
            "There is nothing to draw" if not given else "Each recording needs its name",
            allowed="at least one recording" if not given else f"{len(given)} names",
            got="none" if not given else f"{len(named)} names",
        )
    strips = [_strip(one, name) for one, name in zip(given, named, strict=True)]
    marked = any(style.simulated_mark(one, simulated) for one in given)
    with style.theme():
        width = style.across(style.PAGE_WIDTH)
        columns = max(2, min(_MOST, int((width - _LEFT) / _CELL), max(len(one.repetitions) for one in strips)))
        heads = [_wrapped(one.name, 72.0 * width - 8.0, key="axes.titlesize") for one in strips]
        notes = [style.filled(one.notes, 72.0 * width - 8.0) if one.notes else "" for one in strips]
        lines = [head.count("\n") + 1 for head in heads]
        above = [0.16 * n + 0.13 * (note.count("\n") + bool(note)) + 0.06 for n, note in zip(lines, notes, strict=True)]
        handles = _handles(strips)
        # in one line with the legend, the kind of data would lie over it
        legend = _LEGEND * (2 if marked and _wide(handles) > 72.0 * width else 1)
        height = legend + sum(space + one.height(columns) for space, one in zip(above, strips, strict=True))
        figure = plt.figure(figsize=(width, height), layout="none")
        top = height - legend
        for one, space, head, note in zip(strips, above, heads, notes, strict=True):
            top -= space
            figure.text(
                0.04 / width, (top + space - 0.02) / height, head, va="top", fontsize=style.size("axes.titlesize"),
                fontweight="bold",
            )  # fmt: skip
            figure.text(0.04 / width, (top + 0.04) / height, note, va="bottom", fontsize=style.size(), color=style.GREY)
            tall = one.height(columns)
            ax = figure.add_axes((_LEFT / width, (top - tall) / height, 1 - (_LEFT + 0.04) / width, tall / height))
            _draw(ax, one, columns)
            top -= tall
        _legend(figure, handles, at=legend - _LEGEND, marked=marked)
    return figure


def _called(one: Recording | Trial) -> str:
    """Participant, session, task and run, as far as the context has them."""
    parts = [str(one.context[key]) for key in ("participant", "session", "task", "run") if one.context.get(key)]
    return ", ".join(parts) or "Recording"


def _strip(one: Recording | Trial, name: str) -> _Strip:
    events = sorted(one.events, key=lambda event: event.onset)
    repetitions = tuple(event for event in events if event.label == "repetition")
    if not repetitions:
        raise ArgumentError(
            f"{name!r} has no repetitions", allowed="events labelled 'repetition'", got=counted(len(events), "event"),
            hint="Find them with ek.find_repetitions first",
        )  # fmt: skip
    streams = {one.stream: one} if isinstance(one, Recording) else dict(one)
    order = sorted(streams, key=lambda stream: (stream.split("_")[0] not in _MOVEMENT, stream[:3] != "emg"))
    rows = tuple(row for stream in order for row in _rows(streams[stream], repetitions, moves=stream in _MOVEMENT))
    phases = tuple(event for event in events if event.label == "phase" and event.get("accepted", True))
    return _Strip(name=name, rows=rows, repetitions=repetitions, phases=phases, notes=_notes(repetitions))


def _rows(recording: Recording, repetitions: Sequence[Event], *, moves: bool) -> list[_Row]:
    times = recording.times
    inside = np.zeros(times.size, dtype=bool)
    for one in repetitions:
        inside[slice(*np.searchsorted(times, (one.onset, one.end)))] = True
    rows = []
    for channel, values in zip(recording.channels, recording.data, strict=True):
        unit, factor = surface(channel.unit)
        seen = values[inside & np.isfinite(values)] * factor if inside.any() else np.zeros(1)
        low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 1.0)
        if unit.startswith("%"):
            low = min(0.0, low)
        rows.append(
            _Row(
                name=channel.name, unit=unit, times=times, values=values * factor, low=low, high=high,
                color=_COLOURS[0 if moves else 1], side=channel.side,
            )
        )  # fmt: skip
    return rows


def _notes(repetitions: Sequence[Event]) -> str:
    """Which repetitions were rejected, and why."""
    reasons: dict[str, list[str]] = {}
    for one in repetitions:
        if not one.get("accepted", True):
            reasons.setdefault(str(one.get("reason") or "no reason given"), []).append(_number(one, "?"))
    return "; ".join(f"rejected {', '.join(numbers)}: {reason}" for reason, numbers in reasons.items())


def _draw(ax: Axes, strip: _Strip, columns: int) -> None:
    """The repetitions of a recording in lines, from the left; y counts inches from the top."""
    ax.set(xlim=(0, columns), ylim=(strip.height(columns), 0))
    ax.axis("off")
    tall = _ABOVE + _ROW * len(strip.rows)
    bins = int(_POINTS * ax.get_window_extent().width / ax.figure.dpi / columns)
    segments: list[list[NDArray[np.float64]]] = [[] for _ in strip.rows]
    tints: dict[str, list[NDArray[np.float64]]] = {}
    for place, one in enumerate(strip.repetitions):
        line, left = place // columns, float(place % columns)
        top = line * (tall + _GAP)
        word = f"{_number(one, place + 1)}: {one.duration:.1f} s"
        accepted = bool(one.get("accepted", True))
        ax.text(left, top + _ABOVE - 0.03, word, fontsize=style.size(), color=style.INK if accepted else style.GREY)
        for name, first, last in _tinted(one, strip.phases):
            a, b = (left + _USED * (when - one.onset) / strip.longest for when in (first, last))
            box = np.array([(a, top + _ABOVE), (b, top + _ABOVE), (b, top + tall), (a, top + tall)])
            tints.setdefault(name, []).append(box)
        for row, own in zip(strip.rows, segments, strict=True):
            if None not in (one.side, row.side) and one.side != row.side:
                continue
            at, values = _piece(row, one, bins)
            x = left + _USED * (at - one.onset) / strip.longest
            floor = top + _ABOVE + _ROW * (strip.rows.index(row) + 0.93)
            own.append(np.column_stack([x, floor - 0.86 * _ROW * (values - row.low) / ((row.high - row.low) or 1.0)]))
    for name, boxes in tints.items():
        rejected = name == "rejected"
        face = _REJECTED if rejected else style.PHASES.get(name, style.PHASES["whole"])
        hatch: dict[str, Any] = {"hatch": "////", "edgecolor": "#9a9a9a"} if rejected else {"edgecolor": "white"}
        ax.add_collection(PolyCollection(boxes, facecolor=face, linewidth=0.0 if rejected else 0.6, zorder=0, **hatch))
    for row, own in zip(strip.rows, segments, strict=True):
        ax.add_collection(LineCollection(own, colors=row.color, linewidths=0.7, zorder=2, capstyle="round"))
    _name_rows(ax, strip, columns, tall)


def _name_rows(ax: Axes, strip: _Strip, columns: int, tall: float) -> None:
    """The name of each channel and its scale, at the left of every line."""
    per_inch = columns / (ax.get_position().width * ax.get_figure(root=True).get_figwidth())  # type: ignore[union-attr]
    texts = [(_cut(row.name), _scale(row)) for row in strip.rows]
    for line in range(strip.lines(columns)):
        for place, (row, (name, scale)) in enumerate(zip(strip.rows, texts, strict=True)):
            y = line * (tall + _GAP) + _ABOVE + _ROW * place
            for text, down, color in ((name, 0.02, row.color), (scale, 0.145, style.GREY)):
                ax.text(
                    -_BESIDE * per_inch, y + down, text, ha="right", va="top", fontsize=style.size(), color=color,
                    clip_on=False,
                )  # fmt: skip


def _scale(row: _Row) -> str:
    """The least and the greatest value of a row, or what there is room for."""
    whole = f"{_short(row.low)} to {_short(row.high)} {row.unit}".rstrip()
    return whole if _fits(whole) else _cut(f"up to {_short(row.high)} {row.unit}".rstrip())


def _cut(text: str) -> str:
    """As much of a text as there is room for beside a row."""
    if _fits(text):
        return text
    return next(own for end in range(len(text) - 1, -1, -1) if _fits(own := f"{text[:end].rstrip()}…") or not end)


def _fits(text: str) -> bool:
    return style.text_width(text, key="legend.fontsize") <= 72.0 * (_LEFT - _BESIDE) - 2.0


def _wrapped(text: str, width: float, *, key: str) -> str:
    """The text in lines of so many points; a letter is at most as wide as high, so that short texts need no look."""
    return text if len(text) * style.size(key) <= width else style.wrapped(text, width=width, key=key)


def _short(value: float) -> str:
    """Two or three digits are enough for a scale."""
    text = f"{value:.0f}" if 99.5 <= abs(value) < 9999.5 else f"{value:.2g}"
    return "0" if float(text) == 0 else text.replace("-", "−")


def _piece(row: _Row, one: Event, bins: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times and values of a channel in a repetition, thinned."""
    first, stop = np.searchsorted(row.times, (one.onset, one.end + 1e-9))
    values = row.values[first:stop]
    if values.size == 0:
        return np.empty(0), np.empty(0)
    keep = extremes(values, bins=bins)
    return row.times[first:stop][keep], values[keep]


def _number(one: Event, place: int | str) -> str:
    """What a repetition is called: its number, after L or R where the sides have repetitions of their own."""
    return f"{(one.side or '')[:1].upper()}{one.get('repetition', place)}"


def _tinted(one: Event, phases: Sequence[Event]) -> list[tuple[str, float, float]]:
    """The stretches of a repetition that are tinted: rejected, its phases, or the whole."""
    if not one.get("accepted", True):
        return [("rejected", one.onset, one.end)]
    own = [
        event
        for event in phases
        if event.side in (None, one.side) and event.onset >= one.onset - 1e-6 and event.end <= one.end + 1e-6
    ]
    return [(str(event.get("phase", "whole")), event.onset, event.end) for event in own] or [
        ("whole", one.onset, one.end)
    ]


def _handles(strips: Sequence[_Strip]) -> list[Patch]:
    """What the tints mean."""
    names = dict.fromkeys(
        name for strip in strips for one in strip.repetitions for name, _, _ in _tinted(one, strip.phases)
    )
    return [
        Patch(facecolor=_REJECTED, edgecolor="#9a9a9a", hatch="////", label=name)
        if name == "rejected"
        else Patch(
            facecolor=style.PHASES.get(name, style.PHASES["whole"]), label={"whole": "repetition"}.get(name, name)
        )
        for name in names
    ]


def _wide(handles: Sequence[Patch]) -> float:
    """Points that the legend takes in one line, together with the kind of data."""
    texts = [*(str(handle.get_label()) for handle in handles), style.SIMULATED_DATA]
    return sum(style.text_width(text, key="legend.fontsize") + 3.8 * style.size() for text in texts)


def _legend(figure: Figure, handles: Sequence[Patch], *, at: float, marked: bool) -> None:
    """What the tints mean, `at` inches below the top, and in the line at the top what kind of data these are."""
    width, height = figure.get_size_inches()
    figure.legend(
        handles=list(handles), loc="upper left", bbox_to_anchor=(0.0, 1.0 - at / height), ncols=len(handles),
        borderpad=0.2, handlelength=1.6, columnspacing=1.2,
    )  # fmt: skip
    if marked:
        figure.text(
            1 - 0.05 / width, 1 - 0.06 / height, style.SIMULATED_DATA, ha="right", va="top", fontsize=style.size(),
            fontstyle="italic", color=style.SIMULATED,
        )  # fmt: skip
