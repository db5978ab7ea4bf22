"""Numbers made of two muscles, of two sides, or of a row of repetitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit import segments
from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError, DesignError, SignalError
from emgkit.measures import COLUMNS
from emgkit.notation import listed
from emgkit.recording import Recording, check_recording
from emgkit.windows import Window, reference_of, windows

__all__ = ["CO_CONTRACTION", "co_contraction", "slopes", "symmetry"]

Array = NDArray[np.float64]
Index = tuple[Callable[[Array, Array, float], float], Callable[[str], str]]

# index -> its function of two amplitudes and their rate, and its unit from theirs
CO_CONTRACTION: Mapping[str, Index] = MappingProxyType(
    {
        "falconer-winter": (lambda a, b, _: segments.falconer_winter(a, b), lambda _: "%"),
        "rudolph": (lambda a, b, _: segments.rudolph(a, b), lambda unit: unit),
        "common-area": (segments.co_contraction_area, lambda unit: f"{unit}·s"),
    }
)


def co_contraction(
    recording: Recording,
    pairs: Sequence[tuple[str, str]],
    *,
    index: str = "falconer-winter",
    during: str = "repetition",
    phase: str | None = None,
) -> pd.DataFrame:
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
    function, unit = CO_CONTRACTION[index]
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
                    "value": function(a, b, recording.sfreq),
                    "unit": unit(channels[0].unit),
                    "reference": reference_of(recording),
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def symmetry(cells: pd.DataFrame) -> pd.DataFrame:
    """Symmetry index of the two sides: 100 (right - left) / ((right + left) / 2), in percent.

    Parameters
    ----------
    cells : DataFrame
        Rows of :func:`emgkit.measure` or cells of :func:`emgkit.summarize`, with both sides.

    Returns
    -------
    DataFrame
        One row a pair: the columns without `channel` and `side`, `value` the index (0: alike, 200: the right one
        alone), `unit` ``"%"``, `measure` with ``"symmetry of "`` in front.

    Raises
    ------
    DesignError
        A side is missing, or stands twice.

    Notes
    -----
    After [1]_. It is positive where the right side is larger.

    References
    ----------
    .. [1] Robinson RO, Herzog W, Nigg BM (1987). Use of force platform variables to quantify the effects of
       chiropractic manipulation on gait symmetry. Journal of Manipulative and Physiological Therapeutics 10: 172-176.

    Examples
    --------
    >>> cells = pd.DataFrame({"participant": "01", "side": ["left", "right"], "measure": "mean", "value": [40.0, 60.0],
    ...                       "unit": "%MVC"})
    >>> symmetry(cells)[["participant", "measure", "value", "unit"]]
      participant           measure  value unit
    0          01  symmetry of mean   40.0    %
    """
    _check_columns(cells, ("side", "value", "measure", "unit"))
    keys = [name for name in cells.columns if name not in ("side", "channel", "value", "n_repetitions", "reference")]
    rows = []
    for _, group in cells.groupby(keys, dropna=False, sort=False, observed=True):
        if sorted(map(str, group["side"])) != ["left", "right"]:
            raise DesignError(
                "A symmetry index needs one number of each side",
                where=_named(group.iloc[0], keys),
                allowed="a left and a right side",
                got=listed(map(str, group["side"])),
                hint="Average repetitions with summarize first, or leave out who lacks a side",
            )
        left, right = (float(group.loc[group["side"] == side, "value"].iloc[0]) for side in ("left", "right"))
        first = group.iloc[0].drop([name for name in ("side", "channel") if name in group.columns])
        rows.append(first.to_dict() | {
            "measure": f"symmetry of {first['measure']}", "value": 200 * (right - left) / (right + left), "unit": "%",
        })  # fmt: skip
    return pd.DataFrame(rows)


def slopes(rows: pd.DataFrame, *, over: str = "repetition") -> pd.DataFrame:
    """How a number changes from repetition to repetition: a straight line each, with its interval.

    Parameters
    ----------
    rows : DataFrame
        Rows of :func:`emgkit.measure`, at least three a line: of the median frequency, say, for fatigue.
    over : str, default "repetition"
        The numeric column along which the line runs.

    Returns
    -------
    DataFrame
        One row a line: the other columns, `intercept`, `slope` (unit of the value per step of `over`), `ci_low` and
        `ci_high` (95 %, from t with n - 2 degrees of freedom), `percent` (slope in percent of the intercept) and `n`.

    Raises
    ------
    DesignError
        A column is missing, or a line has fewer than three different places.

    Notes
    -----
    Ordinary least squares. The interval is of one person's line; a group is compared by its slopes, one a participant.

    Examples
    --------
    >>> rows = pd.DataFrame({"muscle": "VL", "repetition": [1, 2, 3, 4], "value": [80.0, 77.0, 76.0, 73.0]})
    >>> slopes(rows)[["muscle", "intercept", "slope", "ci_low", "ci_high", "n"]].round(2)
      muscle  intercept  slope  ci_low  ci_high  n
    0     VL       82.0   -2.2   -3.42    -0.98  4
    """
    from scipy.stats import t as student

    _check_columns(rows, (over, "value"))
    keys = [name for name in rows.columns if name not in (over, "value")]
    lines = []
    for _, group in rows.groupby(keys, dropna=False, sort=False, observed=True):
        x, y = (group[name].to_numpy(dtype=np.float64) for name in (over, "value"))
        if len(np.unique(x)) < 3:
            raise DesignError(
                "A slope with an interval needs three places",
                where=_named(group.iloc[0], keys),
                allowed=f"at least 3 different values of {over!r}",
                got=str(len(np.unique(x))),
            )
        spread = ((x - x.mean()) ** 2).sum()
        slope = ((x - x.mean()) * (y - y.mean())).sum() / spread
        intercept = y.mean() - slope * x.mean()
        error = np.sqrt(((y - intercept - slope * x) ** 2).sum() / (len(x) - 2) / spread)
        half = student.ppf(0.975, len(x) - 2) * error
        lines.append(group.iloc[0][keys].to_dict() | {
            "intercept": intercept, "slope": slope, "ci_low": slope - half, "ci_high": slope + half,
            "percent": 100 * slope / intercept, "n": len(x),
        })  # fmt: skip
    return pd.DataFrame(lines)


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


def _check_columns(table: pd.DataFrame, needed: tuple[str, ...]) -> None:
    missing = [name for name in needed if name not in table.columns]
    if missing or table.empty:
        raise DesignError(
            "The table lacks what is needed", allowed=f"rows with {listed(needed)}",
            got=f"{len(table)} rows without {listed(missing)}",
        )  # fmt: skip


def _named(row: Any, keys: Sequence[str]) -> str:
    return ", ".join(f"{key} {row[key]}" for key in keys if not pd.isna(row[key]))
