"""Onsets: the signal, and when each method finds the muscle active."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from emgkit._checks import check_unknown
from emgkit.errors import DesignError
from emgkit.figures.drawing import style
from emgkit.figures.raw_signals import line
from emgkit.notation import as_title, listed
from emgkit.recording import Recording, check_recording

__all__ = ["onsets"]

_NEEDED = ("channel", "method", "onset", "offset", "confidence")
# how methods are called in print
_NAMES = {
    "hodges-bui": "Hodges–Bui", "bonato": "Bonato", "tkeo": "TKEO", "aglr": "AGLR",
    "profile-likelihood": "profile likelihood", "change-points": "change points",
}  # fmt: skip
# share of the height above the signal that a method's bars take
_ROW = 0.12
_DOUBTFUL = 0.7


def onsets(
    recording: Recording,
    found: pd.DataFrame | Sequence[pd.DataFrame],
    *,
    channel: str,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw a channel and, above it, the bursts that each method found.

    Parameters
    ----------
    recording : Recording
        The signal.
    found : DataFrame or sequence of DataFrame
        Tables of :func:`emgkit.find_onsets`, one a method or concatenated.
    channel : str
        Name of the channel.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the context says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        A row of bars a method, in the order of the tables; pale where the confidence is below 0.7.

    Raises
    ------
    ArgumentError
        The channel is not in the recording.
    DesignError
        A column is missing.

    Examples
    --------
    >>> import emgkit as ek
    >>> noise = np.random.default_rng(1).normal(size=8000)
    >>> noise[3000:5000] *= 20
    >>> emg = ek.Recording(data=[1e-6 * noise], sfreq=2000.0, channels=(ek.Channel(name="VL", unit="V"),))
    >>> ax = onsets(emg, ek.find_onsets(emg), channel="VL")
    >>> [label.get_text() for label in ax.texts][:1]
    ['profile likelihood']
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    check_recording(recording, by="onsets")
    check_unknown("channel", channel, recording.names)
    table = found if isinstance(found, pd.DataFrame) else pd.concat(list(found), ignore_index=True)
    missing = [column for column in _NEEDED if column not in table.columns]
    if missing:
        raise DesignError("The table holds no onsets", allowed=listed(_NEEDED), got=f"without {listed(missing)}")
    own = table[table["channel"] == channel]
    methods = list(dict.fromkeys(table["method"]))
    with style.theme():
        ax = style.axes_or_new(ax, width=style.PAGE_WIDTH, height=2.2 + 0.22 * len(methods))
        x, y, unit = line(recording, channel)
        ax.plot(x, y, color="#8d9aa6", lw=0.5, zorder=2)
        ax.set(xlabel="Time (s)", ylabel=f"EMG ({unit})", xlim=(x[0], x[-1]) if x[-1] > x[0] else None)
        _bars(ax, own, methods, height=float(np.abs(y).max()) or 1.0)
        handles: list[Any] = [
            Line2D([], [], color="#8d9aa6", lw=1.2, label="signal"),
            Patch(facecolor=style.PALETTE[0], label="active"),
            Patch(facecolor=style.PALETTE[0], alpha=0.35, label=f"active, confidence below {_DOUBTFUL}"),
        ]
        up = style.legend_above(ax, handles, columns=3)
        described = recording.channels[recording.names.index(channel)]
        name = as_title(described.muscle) if described.muscle else channel
        marked = style.simulated_mark(recording, simulated)
        style.head(ax, name, up=up, marked=marked)
    return ax


def _bars(ax: Axes, own: pd.DataFrame, methods: list[str], *, height: float) -> None:
    """A row of bars a method above the signal, the first at the top."""
    step = 2 * height * _ROW * 1.25
    left, right = ax.get_xlim()
    for row, method in enumerate(methods):
        middle = 1.1 * height + (len(methods) - row - 0.5) * step
        numbers = own.loc[own["method"] == method, ["onset", "offset", "confidence"]].to_numpy(dtype=np.float64)
        for onset, offset, sure in numbers.tolist():
            begin, end = (edge if np.isnan(seen) else seen for edge, seen in ((left, onset), (right, offset)))
            doubtful = not sure >= _DOUBTFUL
            ax.barh(
                middle, end - begin, left=begin, height=0.6 * step, color=style.PALETTE[0],
                alpha=0.35 if doubtful else 1.0, lw=0, zorder=3,
            )  # fmt: skip
        ax.annotate(
            _NAMES.get(method, method), (1.0, middle), xycoords=("axes fraction", "data"), xytext=(4, 0),
            textcoords="offset points", ha="left", va="center", fontsize=style.size(), color=style.GREY,
        )  # fmt: skip
    ax.set_xlim(left, right)
    ax.set_ylim(-1.1 * height, 1.1 * height + len(methods) * step)
    ax.set_yticks([tick for tick in ax.get_yticks() if abs(tick) <= height])
