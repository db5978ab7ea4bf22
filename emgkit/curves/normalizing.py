"""Curves over time: 0 to 100 percent of a repetition or a phase, or of its phases with equal shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_whole
from emgkit.curves.table import INDEX, Curves
from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import listed, number
from emgkit.recording import Recording
from emgkit.windows import OWN_SIDE, Window, reference_of, windows

__all__ = ["curve_index", "one_unit", "register_phases", "time_normalize"]


def time_normalize(
    recording: Recording, *, during: str = "repetition", phase: str | None = None, points: int = 101
) -> Curves:
    """Every accepted repetition or phase of every channel on 0 to 100 percent of its duration.

    Parameters
    ----------
    recording : Recording
        An envelope, in general normalised.
    during : {"repetition", "phase", "recording"}
        What 0 to 100 percent is of.
    phase : str, optional
        Only this phase of each repetition: ``"eccentric"``, ``"concentric"`` or ``"hold"``.
    points : int, default 101
        Number of points, 0 and 100 percent included.

    Returns
    -------
    Curves
        In order of time, then of channels.

    Raises
    ------
    ArgumentError
        `points` is below 2, or the channels differ in unit.
    SignalError
        There are no such events, all are rejected, or one has fewer than 2 samples or does not lie wholly inside.

    Notes
    -----
    Linear interpolation at equally spaced positions from the first to the last sample of the window.

    Examples
    --------
    >>> from emgkit import Channel, Event, Recording
    >>> ramp = Recording(
    ...     data=[[0.0, 1.0, 2.0, 3.0, 4.0, 9.0]], sfreq=10.0, channels=(Channel(name="VL", unit="%MVC"),),
    ...     events=(Event(onset=0.0, duration=0.5, label="repetition", columns={"repetition": 1}),),
    ... )
    >>> time_normalize(ramp, points=3).values
    array([[0., 2., 4.]])
    """
    check_whole("points", points, least=2)
    unit = one_unit(recording)
    found = windows(recording, during=during, phase=phase)
    short = [w for w in found if w.stop - w.first < 2]
    if short:
        raise SignalError(
            "A window is too short for a curve",
            where=f"repetition {short[0].facts['repetition']} ({short[0].facts['phase']}) at "
            f"{number(recording.start + short[0].first / recording.sfreq)} s",
            allowed="at least 2 samples",
            got="1 sample",
        )
    return Curves(
        values=np.concatenate([_stretched(w.cut(recording.data), points) for w in found]),
        index=curve_index(recording, found),
        during=during if phase is None else "phase",
        unit=unit,
        reference=reference_of(recording),
    )


def one_unit(recording: Recording) -> str:
    """The unit that all channels share.

    Raises
    ------
    ArgumentError
        They differ in unit.
    """
    units = dict.fromkeys(channel.unit for channel in recording.channels)
    if len(units) > 1:
        raise ArgumentError(
            "The channels differ in unit", allowed="one unit", got=listed(units), hint="Pick those of one"
        )
    return next(iter(units))


def curve_index(recording: Recording, found: Sequence[Window]) -> pd.DataFrame:
    """What the curves of these windows are of, in order of time, then of channels."""
    facts = [
        (*(w.facts[key] for key in INDEX[:8]), channel.name, channel.muscle, channel.side)
        for w in found
        for channel in (recording.channels[row] for row in w.rows)
    ]
    index = pd.DataFrame(
        {key: pd.Series(values, dtype=object) for key, values in zip(INDEX, zip(*facts, strict=True), strict=True)}
    )
    if any(OWN_SIDE in w.facts for w in found):
        index[OWN_SIDE] = pd.Series([w.facts.get(OWN_SIDE) for w in found for _ in w.rows], dtype=object)
    if all(isinstance(w.facts["repetition"], int) for w in found):
        index["repetition"] = index["repetition"].astype(np.int64)
    return index


def register_phases(
    recording: Recording, *, order: Sequence[str] = ("eccentric", "concentric"), points: int = 101
) -> Curves:
    """Every accepted repetition with its phases in one order, each on the same share of 0 to 100 percent.

    So the boundary between two phases lies at the same percentage in all repetitions, and a lift that starts with the
    concentric phase can be laid over one that starts with the eccentric phase.

    Parameters
    ----------
    recording : Recording
        An envelope, in general normalised.
    order : sequence of str, default ("eccentric", "concentric")
        The phases, whichever came first; a phase that is not named, such as ``"hold"``, is left out.
    points : int, default 101
        Number of points, 0 and 100 percent included.

    Returns
    -------
    Curves
        In order of time, then of channels; `phase` names the phases in their order.

    Raises
    ------
    ArgumentError
        No phase or one phase twice is named, `points` is below 2, or the channels differ in unit.
    SignalError
        A repetition lacks a phase, or has it more than once; else as for :func:`time_normalize`.

    Notes
    -----
    With K phases the k-th takes the points from 100 (k - 1) / K percent on; within each, linear interpolation from its
    first to its last sample. The point on a boundary belongs to the phase that begins there. Where the order is not
    that of the movement, the curve may jump at the boundary.

    Examples
    --------
    >>> from emgkit import Channel, Event, Recording
    >>> ramp = Recording(
    ...     data=[[10.0, 11.0, 12.0, 0.0, 1.0, 2.0, 9.0]], sfreq=10.0, channels=(Channel(name="VL", unit="%MVC"),),
    ...     events=(
    ...         Event(onset=0.0, duration=0.3, label="phase", columns={"repetition": 1, "phase": "concentric"}),
    ...         Event(onset=0.3, duration=0.3, label="phase", columns={"repetition": 1, "phase": "eccentric"}),
    ...     ),
    ... )
    >>> register_phases(ramp, points=5).values
    array([[ 0.,  1., 10., 11., 12.]])
    """
    names = (order,) if isinstance(order, str) else tuple(order)
    if not names or len(set(names)) < len(names):
        raise ArgumentError("The phases cannot be put in order", allowed="each phase once", got=repr(names))
    parts = [time_normalize(recording, during="phase", phase=name, points=points) for name in names]
    keys = [key for key in INDEX if key != "phase"]
    for name, part in zip(names, parts, strict=True):
        same = len(part) == len(parts[0]) and part.index[keys].equals(parts[0].index[keys])
        if not same or part.index.duplicated(keys).any():
            counts = ", ".join(f"{len(one)} {which}" for which, one in zip(names, parts, strict=True))
            raise SignalError(
                f"The repetitions do not all have the phase {name!r} once",
                allowed=f"each of {listed(names)} once a repetition",
                got=f"curves of phases: {counts}",
            )
    place = np.linspace(0.0, len(names), points)
    which = np.minimum(place.astype(np.intp), len(names) - 1)
    within = place - which
    values = np.empty((len(parts[0]), points))
    for phase, name in enumerate(names):
        parts_of = [w.cut(recording.data) for w in windows(recording, during="phase", phase=name)]
        shares = within[which == phase]
        values[:, which == phase] = np.concatenate([_at(one, shares * (one.shape[1] - 1)) for one in parts_of])
    said = ", then ".join(names)
    index = parts[0].index.assign(phase=said)
    return replace(parts[0], values=values, index=index, during=f"{said} phase", against="phases")


def _stretched(segment: NDArray[np.float64], points: int) -> NDArray[np.float64]:
    return _at(segment, np.linspace(0.0, segment.shape[1] - 1, points))


def _at(segment: NDArray[np.float64], position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values between the samples of a segment, on the line from one to the next."""
    left = np.minimum(position.astype(np.intp), segment.shape[1] - 2)
    share = position - left
    return np.asarray(segment[:, left] * (1.0 - share) + segment[:, left + 1] * share)
