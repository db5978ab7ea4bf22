"""The spectrogram of a channel: how its power is spread over frequencies from moment to moment."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from emgkit._checks import check_unknown
from emgkit.errors import SignalError
from emgkit.figures.drawing import style
from emgkit.figures.raw_signals import own_events
from emgkit.figures.spectra.spectrum_plots import channel_title
from emgkit.notation import number, surface
from emgkit.recording import Recording, check_recording
from emgkit.spectrum import short_time_density

__all__ = ["spectrogram"]

# dB below the highest density that have a colour of their own
_RANGE = 50.0


def spectrogram(
    recording: Recording,
    *,
    channel: str,
    window: float = 0.25,
    highest: float | None = None,
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the power of a channel by time and frequency.

    Parameters
    ----------
    recording : Recording
        The signal, as a rule before rectification.
    channel : str
        Name of the channel.
    window : float, default 0.25
        Length of a window in seconds; windows overlap by half.
    highest : float, optional
        Highest frequency of the axis in Hz, by default the Nyquist frequency.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where the context says so.
    ax : Axes, optional
        Where to draw; a new figure otherwise. The colour bar takes its room from it.

    Returns
    -------
    Axes
        Densities (:func:`emgkit.spectrum.short_time_density`) in decibels relative to 1 µV²/Hz, or to 1 of the squared
        unit of the channel per Hz; those more than 50 dB below the highest have the darkest colour. Lines on top mark
        the accepted repetitions.

    Raises
    ------
    ArgumentError
        A Trial was given, the channel is not in the recording, or the window does not fit.
    SignalError
        The channel holds no power.

    Examples
    --------
    >>> import numpy as np, emgkit as ek
    >>> times = np.arange(2000) / 1000
    >>> emg = ek.Recording(data=[1e-4 * np.sin(2 * np.pi * 100 * times)], sfreq=1000.0,
    ...     channels=(ek.Channel(name="VL", unit="V"),))
    >>> ax = spectrogram(emg, channel="VL")
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('Time (s)', 'Frequency (Hz)')
    >>> import matplotlib.pyplot as plt; plt.close(ax.figure)
    """
    check_recording(recording, by="spectrogram")
    check_unknown("channel", channel, recording.names)
    index = recording.names.index(channel)
    unit, factor = surface(recording.channels[index].unit)
    frequencies, middles, psd = short_time_density(recording.data[index] * factor, sfreq=recording.sfreq, window=window)
    if not psd.max() > 0:
        raise SignalError("The channel holds no power", where=f"channel {channel!r}", allowed="a signal that varies")
    top = 10 * np.log10(psd.max())
    decibels = 10 * np.log10(np.maximum(psd, psd.max() * 10 ** (-_RANGE / 10)))
    with style.theme():
        ax = style.axes_or_new(ax, width=style.COLUMN_WIDTH, height=3.0)
        first, step = float(recording.times[0]), float(np.diff(middles)[0]) if middles.size > 1 else window
        edges = first + np.append(middles - step / 2, middles[-1] + step / 2)
        rows = np.append(frequencies - frequencies[1] / 2, frequencies[-1] + frequencies[1] / 2)
        # a bitmap: thousands of cells would make a vector file of megabytes
        mesh = ax.pcolormesh(edges, rows, decibels, cmap="cividis", vmin=top - _RANGE, vmax=top, rasterized=True)
        ax.set(xlabel="Time (s)", ylabel="Frequency (Hz)")
        ax.set(xlim=(edges[0], edges[-1]), ylim=(0.0, highest or frequencies[-1]))
        for event in own_events(recording, channel):
            if event.label == "repetition" and event.get("accepted", True):
                ends = [max(event.onset, float(edges[0])), min(event.end, float(edges[-1]))]
                if ends[0] < ends[1]:
                    ax.plot(
                        ends, [1.015, 1.015], color=style.INK, lw=2.0, solid_capstyle="butt", clip_on=False,
                        transform=ax.get_xaxis_transform(), gid="repetition",
                    )  # fmt: skip
        above = "; lines on top: repetitions" if any(line.get_gid() == "repetition" for line in ax.lines) else ""
        style.note(ax, [f"Windows of {number(window)} s{above}"])
        bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02, extend="min")
        bar.set_label(f"Power density (dB re 1 {unit}²/Hz)", fontsize=style.size("axes.labelsize"))
        bar.outline.set_visible(False)
        figure = ax.get_figure(root=True)
        width = 72.0 * figure.get_figwidth() - 120.0 if figure is not None and len(figure.axes) < 3 else 300.0
        text = style.wrapped(channel_title(recording, channel), width=max(width, 80.0))
        style.title(ax, text, pad=7)
        marked = style.simulated_mark(recording, simulated)
        if marked:
            style.mark(ax, marked, pad=22 + 1.25 * style.size("axes.titlesize") * text.count("\n"))
        style.settle(ax)
    return ax
