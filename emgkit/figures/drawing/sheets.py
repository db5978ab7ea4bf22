"""Contact sheets: all channels, or all repetitions of one, small and side by side, to be looked over quickly."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from emgkit._checks import check_unknown
from emgkit.channels import Event
from emgkit.errors import ArgumentError
from emgkit.figures import raw_signals
from emgkit.figures.drawing import style
from emgkit.recording import Recording, Trial

__all__ = ["contact_sheet"]

# panels side by side on a page and in one column of it, and the height of a panel, inches
_PAGE, _COLUMN, _HEIGHT = 4, 2, 1.15


def contact_sheet(
    recordings: Recording | Trial | Sequence[Recording | Trial],
    *,
    channel: str | None = None,
    simulated: bool = False,
) -> Figure:
    """Draw every channel, or every repetition of one channel, as a small panel.

    Parameters
    ----------
    recordings : Recording, Trial, or sequence of them
        What to look over; of a Trial all streams.
    channel : str, optional
        Draw the repetitions of this channel, one panel each, instead of all channels.
    simulated : bool, default False
        Write "simulated data" on the figure; also done where a context says so.

    Returns
    -------
    Figure
        One Axes a channel or repetition. Value axes are each panel's own for channels, and shared for repetitions.
        Accepted phases or repetitions are tinted, rejected ones hatched.

    Raises
    ------
    ArgumentError
        There is nothing to draw, the channel is in none of the recordings, or it has no repetitions.

    Examples
    --------
    >>> import emgkit as ek
    >>> emg = ek.Recording(data=[[0.0, 2e-4, -1e-4], [0.0, 1e-4, 0.0]], sfreq=1000.0,
    ...     channels=(ek.Channel(name="VL", unit="V"), ek.Channel(name="BF", unit="V")))
    >>> figure = contact_sheet(emg)
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['VL', 'BF']
    >>> import matplotlib.pyplot as plt; plt.close(figure)
    """
    given = [recordings] if isinstance(recordings, (Recording, Trial)) else list(recordings)
    streams = [stream for each in given for stream in (each.values() if isinstance(each, Trial) else (each,))]
    whose = [_whose(stream, streams) for stream in streams]
    if channel is None:
        panels = [(stream, name, who) for stream, who in zip(streams, whose, strict=True) for name in stream.names]
    else:
        check_unknown("channel", channel, dict.fromkeys(name for stream in streams for name in stream.names))
        panels = [
            (_cut(stream, event), channel, f"{who} {_number(event)}".strip())
            for stream, who in zip(streams, whose, strict=True)
            if channel in stream.names
            for event in raw_signals.own_events(stream, channel)
            if event.label == "repetition"
        ]
    if not panels:
        raise ArgumentError(
            "There is nothing to draw" if channel is None else f"Channel {channel!r} has no repetitions",
            allowed="at least one channel" if channel is None else "events labelled 'repetition'",
            got=f"{len(streams)} recordings",
            hint="" if channel is None else "Find them with ek.find_repetitions first",
        )
    return _sheet(panels, shared=channel is not None, simulated=simulated)


def _whose(stream: Recording, streams: Sequence[Recording]) -> str:
    """What tells a recording from the others: those of participant, session, task and run that differ."""
    names = ("participant", "session", "task", "run")
    differing = [name for name in names if len({str(each.context.get(name, "")) for each in streams}) > 1]
    return " ".join(str(stream.context.get(name, "")) for name in differing).strip()


def _cut(stream: Recording, event: Event) -> Recording:
    """The samples of a repetition, of a cut one those that there are."""
    return stream.crop(max(event.onset, float(stream.times[0])), min(event.end, float(stream.times[-1])))


def _number(event: Event) -> str:
    side = "" if event.side is None else f"{event.side} "
    number = f"{side}repetition {event.get('repetition')}" if event.get("repetition") is not None else "repetition"
    return number if event.get("accepted", True) else f"{number}, rejected"


def _sheet(panels: list[tuple[Recording, str, str]], *, shared: bool, simulated: bool) -> Figure:
    with style.theme():
        most = _PAGE if style.across(style.PAGE_WIDTH) > style.NARROW else _COLUMN
        columns = min(most, len(panels))
        figure, axes = style.panels(len(panels), columns=columns, height=_HEIGHT)
        for ax, (stream, name, who) in zip(axes, panels, strict=True):
            _panel(ax, stream, name)
            style.title(ax, " · ".join(part for part in ([who] if shared else [name, who]) if part), pad=2)
        if shared:
            style.share_values(axes)
        figure.supxlabel("Time (s)", fontsize=style.size("axes.labelsize"))
        figure.draw_without_rendering()
        for ax in axes:
            text = style.wrapped(ax.get_title(loc="left"), width=ax.bbox.width * 72.0 / ax.figure.dpi)
            style.title(ax, text, pad=2)
        if any(style.simulated_mark(stream, simulated) for stream, _, _ in panels):
            figure.text(
                1.0 - 4.0 / (72.0 * figure.get_figwidth()), 1.0, style.SIMULATED_DATA, ha="right", va="top",
                fontsize=style.size(), fontstyle="italic",
                color=style.SIMULATED,
            )  # fmt: skip
            figure.get_layout_engine().set(rect=(0, 0, 1, 1 - 12.0 / (72.0 * figure.get_figheight())))  # type: ignore[union-attr, call-arg]
    return figure


def _panel(ax: Axes, stream: Recording, name: str) -> None:
    x, y, unit = raw_signals.line(stream, name)
    raw_signals.bands(ax, raw_signals.own_events(stream, name), float(x[0]), float(x[-1]), numbers=False)
    ax.plot(x, y, color=style.PALETTE[0], lw=0.4, zorder=2)
    ax.set_ylabel(unit)
    if x[-1] > x[0]:
        ax.set_xlim(x[0], x[-1])
    ax.locator_params(nbins=4)
