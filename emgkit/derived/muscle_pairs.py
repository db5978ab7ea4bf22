"""How far two muscles are active together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from pandas import DataFrame

from emgkit import segments
from emgkit._checks import check_unknown, nearest
from emgkit.channels import Channel
from emgkit.errors import ArgumentError, SignalError
from emgkit.measures import COLUMNS, as_rows
from emgkit.notation import listed
from emgkit.recording import Recording, check_recording
from emgkit.windows import Window, reference_of, windows

__all__ = ["CO_CONTRACTION", "CoContraction", "co_contraction", "pairs_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class CoContraction:
    """An index of co-contraction.

    Parameters
    ----------
    name : str
        What :func:`co_contraction` calls it.
    function : callable
        ``function(a, b, sfreq)``: the number of two amplitudes.
    unit : callable
        The unit of the number, from that of the amplitudes.
    words : str
        What it is, with its formula and source, for a Methods text.
    """

    name: str
    function: Callable[[Array, Array, float], float]
    unit: Callable[[str], str]
    words: str


CO_CONTRACTION: Mapping[str, CoContraction] = MappingProxyType(
    {
        one.name: one
        for one in (
            CoContraction(
                name="falconer-winter",
                function=lambda a, b, _: segments.falconer_winter(a, b),
                unit=lambda _: "%",
                words="co-contraction index 100 · Σ 2 min(a, b) / Σ (a + b) (Falconer and Winter 1985)",
            ),
            CoContraction(
                name="rudolph",
                function=lambda a, b, _: segments.rudolph(a, b),
                unit=lambda unit: unit,
                words="co-contraction index, the mean of (lower / higher) · (lower + higher) (Rudolph et al. 2000),",
            ),
            CoContraction(
                name="common-area",
                function=segments.co_contraction_area,
                unit=lambda unit: f"{unit}·s",
                words="area that is common to the amplitudes, the integral over time of the lower one,",
            ),
        )
    }
)


def pairs_of(channels: Sequence[Channel], muscles: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The channels of two muscles, side by side.

    Parameters
    ----------
    channels : sequence of Channel
        Those of a recording.
    muscles : (str, str)
        Two muscles, or names of channels.

    Returns
    -------
    tuple of (str, str)
        The names of the channels, one pair a side on which both muscles are.

    Raises
    ------
    ArgumentError
        No channel has the muscle, the two are on no side together, or a muscle has two channels on one side.

    Examples
    --------
    >>> from emgkit import Channel
    >>> pairs_of((Channel(name="VL", unit="V"), Channel(name="EMG2", unit="V", muscle="biceps_femoris")),
    ...          ("VL", "biceps_femoris"))
    (('VL', 'EMG2'),)
    """
    first, second = (_by_side(channels, name) for name in muscles)
    both = [side for side in first if side in second]
    if not both:
        raise ArgumentError(
            f"The muscles {listed(muscles)} are on no side together",
            allowed="both muscles on the same side",
            got="; ".join(
                f"{name}: {listed(side or 'side not known' for side in sides)}"
                for name, sides in zip(muscles, (first, second), strict=True)
            ),
        )
    return tuple((first[side], second[side]) for side in both)


def _by_side(channels: Sequence[Channel], name: str) -> dict[str | None, str]:
    """The channel of a muscle on each side."""
    own = [channel for channel in channels if channel.muscle == name]
    own = own or [channel for channel in channels if channel.name == name]
    known = tuple(dict.fromkeys(channel.muscle or channel.name for channel in channels))
    if not own:
        raise ArgumentError(f"There is no muscle {name!r}", allowed=listed(known), hint=nearest(name, known))
    found = {channel.side: channel.name for channel in own}
    if len(found) < len(own):
        raise ArgumentError(
            f"The muscle {name!r} has several channels on one side",
            allowed="the name of a channel",
            got=listed(channel.name for channel in own),
        )
    return found


def co_contraction(
    recording: Recording,
    pairs: Sequence[tuple[str, str]],
    *,
    index: str = "falconer-winter",
    during: str = "repetition",
    phase: str | None = None,
) -> DataFrame:
    """How far two muscles are active together, in every accepted repetition or phase.

    Parameters
    ----------
    recording : Recording
        A normalised envelope: in volts the louder electrode would decide.
    pairs : sequence of (str, str)
        Two channels each.
    index : {"falconer-winter", "rudolph", "common-area"}
        100 sum(2 min) / sum of both (%); the mean of (lower / higher) (lower + higher); the integral of the lower one.
        ``emgkit.segments`` has the sources.
    during, phase
        As for :func:`emgkit.measure`.

    Returns
    -------
    DataFrame
        Rows as of :func:`emgkit.measure`; `channel` and `muscle` name both, ``"VL / BF"``.

    Raises
    ------
    ArgumentError
        The index, a channel or `during` is unknown, or the two channels differ in unit.
    SignalError
        A channel is negative or zero throughout, or there are no such events.

    Examples
    --------
    >>> from emgkit import Channel
    >>> envelope = Recording(
    ...     data=[[30.0] * 100, [10.0] * 100], sfreq=100.0,
    ...     channels=(Channel(name="VL", unit="%MVC"), Channel(name="BF", unit="%MVC")),
    ... )
    >>> co_contraction(envelope, [("VL", "BF")], during="recording")[["channel", "measure", "value", "unit"]]
       channel          measure  value unit
    0  VL / BF  falconer-winter   50.0    %
    """
    check_recording(recording, by="co_contraction")
    check_unknown("index", index, CO_CONTRACTION)
    which = CO_CONTRACTION[index]
    rows = []
    found = windows(recording, during=during, phase=phase)
    for pair in pairs:
        _check_shared(recording, pair, found)
    for window in found:
        for pair in pairs:
            one, two = (_place(recording, name) for name in pair)
            if not {one, two} <= {*window.rows}:
                continue
            channels = (recording.channels[one], recording.channels[two])
            if channels[0].unit != channels[1].unit:
                raise ArgumentError(
                    f"The channels {listed(pair)} differ in unit",
                    allowed="one unit, such as '%MVC'",
                    got=listed(channel.unit for channel in channels),
                )
            a, b = (recording.data[place, window.first : window.stop] for place in (one, two))
            sides = {channel.side for channel in channels}
            rows.append(
                {key: window.facts[key] for key in COLUMNS[:9]}
                | {
                    "channel": " / ".join(pair),
                    "muscle": " / ".join(channel.muscle or channel.name for channel in channels),
                    "side": sides.pop() if len(sides) == 1 else None,
                    "measure": index,
                    "value": which.function(a, b, recording.sfreq),
                    "unit": which.unit(channels[0].unit),
                    "reference": reference_of(recording),
                }
                | window.further
            )
    return as_rows(rows)


def _place(recording: Recording, name: str) -> int:
    """The row of a channel that is no amplitude below zero and not silent throughout."""
    place = recording.names.index(check_unknown("channel", name, recording.names))
    x = recording.data[place]
    if x.mean() <= 0 or -x.min() > 0.5 * x.max():
        raise SignalError(
            f"Channel {name!r} is no amplitude",
            allowed="an envelope or moving RMS above zero",
            got=f"values from {x.min():.3g} to {x.max():.3g}",
            hint="Put Rectify and Envelope, or MovingRMS, into the pipeline first",
        )
    return place


def _check_shared(recording: Recording, pair: Sequence[str], found: Sequence[Window]) -> None:
    """Refuse two channels of which every repetition is one of the two alone."""
    places = {_place(recording, name) for name in pair}
    if not any(places <= {*window.rows} for window in found):
        raise SignalError(
            f"The channels {listed(pair)} have no repetition in common",
            allowed="two channels of one side, where left and right have repetitions of their own",
            got=listed(str(recording.channels[place].side) for place in sorted(places)),
        )
