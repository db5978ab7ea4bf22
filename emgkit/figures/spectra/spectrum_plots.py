"""The power spectrum of a channel, before and after its processing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError
from emgkit.figures.drawing import style
from emgkit.notation import as_title, fixed, listed, surface
from emgkit.recording import Recording, Trial, check_recording
from emgkit.spectrum import density, median_frequency

__all__ = ["channel_title", "spectrum"]

# how far below the highest density the axis goes: 60 dB; a filter's stop band goes on for ever
_DEPTH = 1e-6


def spectrum(
    recordings: Recording | Mapping[str, Recording],
    *,
    channel: str,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the power spectral density of a channel, and its median frequency.

    Parameters
    ----------
    recordings : Recording, or mapping of str to Recording
        What to draw; several recordings of the same channel by a name each, such as ``{"raw": …, "filtered": …}``.
    channel : str
        Name of the channel.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where a context says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Densities (:func:`emgkit.spectrum.density`) on a logarithmic axis that ends 60 dB below the highest of them; a
        mark stands at each median frequency, and the legend gives it in Hz.

    Raises
    ------
    ArgumentError
        A Trial or no recording was given, the channel is not in a recording, or the recordings differ in unit.
    SignalError
        A channel has fewer than 16 samples or is constant.

    Examples
    --------
    >>> import numpy as np, emgkit as ek
    >>> times = np.arange(2000) / 1000
    >>> emg = ek.Recording(data=[1e-4 * np.sin(2 * np.pi * 100 * times)], sfreq=1000.0,
    ...     channels=(ek.Channel(name="VL", unit="V"),))
    >>> ax = spectrum(emg, channel="VL")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Frequency (Hz)', 'Power density (µV²/Hz)')
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    layers: dict[str, Any] = {"signal": recordings}
    if isinstance(recordings, Mapping) and not isinstance(recordings, Trial):
        layers = dict(recordings)
    if not layers:
        raise ArgumentError("There is nothing to draw", allowed="at least one recording", got="none")
    for recording in layers.values():
        check_recording(recording, by="spectrum")
        check_unknown("channel", channel, recording.names)
    units = list(dict.fromkeys(surface(each.channels[each.names.index(channel)].unit) for each in layers.values()))
    if len(units) > 1:
        raise ArgumentError(
            "The recordings differ in unit", where=f"channel {channel!r}", allowed="one unit",
            got=listed(unit for unit, _ in units),
        )  # fmt: skip
    unit, factor = units[0]
    with style.theme():
        ax = style.axes_or_new(ax, width=style.COLUMN_WIDTH, height=2.8)
        handles, highest, last = [], 0.0, 0.0
        for (name, recording), look in zip(layers.items(), style.looks(layers).values(), strict=True):
            x = recording.data[recording.names.index(channel)] * factor
            frequencies, psd = density(x, sfreq=recording.sfreq)
            median = float(median_frequency(x, sfreq=recording.sfreq))
            ax.plot(frequencies[1:], psd[1:], color=look.color, lw=1.0, ls=look.line)
            at = float(psd[abs(frequencies - median).argmin()])
            ax.plot([median], [at], marker="v", ms=6, color=look.color, mec="white", mew=0.7, ls="", zorder=4)
            label = f"{name}: median {fixed(median, 0)} Hz"
            handles.append(Line2D([], [], color=look.color, lw=1.2, ls=look.line, marker="v", ms=5, label=label))
            highest, last = max(highest, float(psd[1:].max())), max(last, float(frequencies[-1]))
        ax.set(yscale="log", ylim=(highest * _DEPTH, highest * 3), xlim=(0.0, last))
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _power_of_ten(value)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.set(xlabel="Frequency (Hz)", ylabel=f"Power density ({unit}²/Hz)")
        up = style.legend_above(ax, handles, columns=2)
        marked = next((mark for each in layers.values() if (mark := style.simulated_mark(each, simulated))), "")
        style.head(ax, channel_title(next(iter(layers.values())), channel), up=up, marked=marked)
    return ax


def _power_of_ten(value: float) -> str:
    """A tick of a logarithmic axis, without a formula: figures show a dollar sign as it is.

    Examples
    --------
    >>> _power_of_ten(1e-4), _power_of_ten(100.0)
    ('10⁻⁴', '10²')
    """
    exponent = round(math.log10(value))
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def channel_title(recording: Recording, channel: str) -> str:
    """The muscle, channel and side of a channel."""
    described = recording.channels[recording.names.index(channel)]
    name = f"{as_title(described.muscle)} ({channel})" if described.muscle else channel
    return name if described.side is None else f"{name}, {described.side}"
