"""Numbers from recordings: one row a number."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError, Notice, SignalError, warn
from emgkit.measures.definitions import MEASURES, Measure
from emgkit.notation import listed
from emgkit.recording import Recording, check_recording
from emgkit.steps import TKEO, Envelope, MovingRMS, Rectify
from emgkit.windows import Window, reference_of, windows

__all__ = ["COLUMNS", "as_rows", "measure", "values_in"]

Array = NDArray[np.float64]
# steps after which negative values are no sign of raw EMG (a filter may undershoot)
_AMPLITUDES = (Rectify, Envelope, MovingRMS, TKEO)
# of a table of numbers, in this order; all but the last three say what the number is of
COLUMNS = (
    "participant", "group", "session", "task", "exercise", "set", "load_kg", "repetition", "phase",
    "channel", "muscle", "side", "measure", "value", "unit", "reference",
)  # fmt: skip


def measure(
    recording: Recording, name: str, *, during: str = "repetition", phase: str | None = None, **options: float
) -> pd.DataFrame:
    """One number a channel for every accepted repetition, phase, or the whole recording.

    Parameters
    ----------
    recording : Recording
        An envelope, in general normalised; for ``"arv"``, ``"rms"`` and the frequencies the filtered EMG.
    name : str
        A key of :data:`MEASURES`: ``"mean"``, ``"peak"`` (the largest sample), ``"iemg"`` (the integral over time),
        ``"p10"``, ``"p50"``, ``"p90"`` (percentiles), ``"peak_100ms"``, ``"peak_500ms"`` (the highest mean over a
        window), ``"time_of_peak"`` (%), ``"burst_duration"`` (s above half of the peak); of the filtered EMG ``"arv"``,
        ``"rms"``, ``"mean_frequency"``, ``"median_frequency"`` and ``"band_power"``. ``emgkit.segments`` has the
        formulas.
    during : {"repetition", "phase", "half", "angle", "recording"}
        What the number is taken over. ``"phase"`` gives every phase of every repetition, ``"half"`` and ``"angle"`` the
        parts cut by :func:`emgkit.events.find_halves` and :func:`emgkit.events.find_angle_bins`.
    phase : str, optional
        Only this phase of each repetition, ``"eccentric"``, ``"concentric"`` or ``"hold"``; not with ``"recording"``.
    **options : float
        What a measure needs besides: `low` and `high` (Hz) of ``"band_power"``.

    Returns
    -------
    DataFrame
        One row a number, with the columns :data:`COLUMNS`. `exercise` is the event's or else the task; `phase` is
        ``"whole"`` for whole repetitions and recordings, ``"concentric, lower half"`` and the like for halves; bins of
        an angle add `angle_low` and `angle_high` (degrees). What is not known is None (`load_kg`: NaN). A remark
        (``not-rectified``) stands in ``.attrs["notices"]``, too.

    Raises
    ------
    ArgumentError
        The measure or `during` is unknown, an option is missing or not the measure's, or a whole Trial was given.
    SignalError
        There are no such events, all are rejected, or one does not lie wholly inside the recording; or a measure of the
        filtered EMG is asked of an amplitude; or left and right have repetitions of their own, and a channel has none.

    Warns
    -----
    EmgkitWarning
        A mean or an integral of EMG that has negative values and was never rectified: values of both signs cancel.

    Notes
    -----
    A window holds the samples with ``onset <= t < onset + duration``. A repetition that has a side is measured in the
    channels of that side alone, one without a side in all; where repetitions have sides, the column `repetition_side`
    holds them. The integrated EMG is the sum of the samples divided by the
    sampling rate, in V·s or %MVC·s, and so does not depend on the rate. Rejected repetitions give no row; they stand in
    :func:`emgkit.events.audit`.

    Examples
    --------
    >>> import numpy as np
    >>> from emgkit import Channel, Event, Recording
    >>> envelope = Recording(
    ...     data=np.ones((1, 5000)), sfreq=1000.0, channels=(Channel(name="VL", unit="%MVC"),),
    ...     events=(Event(onset=1.0, duration=2.0, label="repetition", columns={"repetition": 1}),),
    ... )
    >>> measure(envelope, "iemg")[["repetition", "phase", "value", "unit"]]
       repetition  phase  value    unit
    0           1  whole    2.0  %MVC·s
    """
    check_recording(recording, by="measure")
    check_unknown("measure", name, MEASURES)
    which = MEASURES[name]
    _check_options(which, options)
    _check_signed(recording, which)
    found = windows(recording, during=during, phase=phase)
    rows_of = [(w.facts, recording.channels[row]) for w in found for row in w.rows]
    columns: dict[str, object] = {key: _column(key, [facts[key] for facts, _ in rows_of]) for key in COLUMNS[:9]}
    for key in ("channel", "muscle", "side"):
        part = "name" if key == "channel" else key
        columns[key] = _column(key, [getattr(channel, part) for _, channel in rows_of])
    columns["measure"] = _column("measure", [name] * len(rows_of))
    columns["value"] = values_in(recording, name, found, **options)
    columns["unit"] = _column("unit", [which.unit(channel.unit) for _, channel in rows_of])
    columns["reference"] = _column("reference", [reference_of(recording)] * len(rows_of))
    further = dict.fromkeys(key for window in found for key in window.further)
    columns |= {key: np.array([facts.get(key) for facts, _ in rows_of]) for key in further}
    rows = pd.DataFrame(columns)
    remark = _not_rectified(recording, name)
    if remark is not None:
        rows.attrs["notices"] = [{"code": remark.code, "text": remark.text}]
        warn(remark)
    return rows


def values_in(recording: Recording, name: str, found: Sequence[Window], **options: float) -> Array:
    """The numbers alone that :func:`measure` gives of some windows, in the order of its rows.

    Parameters
    ----------
    recording : Recording
        As for :func:`measure`.
    name : str
        A key of :data:`MEASURES`.
    found : sequence of Window
        As ``emgkit.windows.windows`` gives them.
    **options : float
        As for :func:`measure`.

    Returns
    -------
    ndarray, shape (n_rows,)
        One number a window and channel.
    """
    function = MEASURES[name].function
    return np.concatenate([function(window.cut(recording.data), recording.sfreq, **options) for window in found])


def as_rows(facts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Put numbers from elsewhere into a table like that of :func:`measure`.

    Parameters
    ----------
    facts : sequence of mapping
        One a row: `value`, `unit` and what is known of the other :data:`COLUMNS`.

    Returns
    -------
    DataFrame
        With the columns :data:`COLUMNS`, and those that some row has besides; what is not known is None
        (`load_kg`: NaN).

    Examples
    --------
    >>> as_rows([{"participant": "01", "measure": "mean", "value": 40.0, "unit": "%MVC"}])["load_kg"].tolist()
    [nan]
    """
    further = dict.fromkeys(name for one in facts for name in one if name not in COLUMNS)
    columns = {key: _column(key, [one.get(key) for one in facts]) for key in COLUMNS}
    columns["value"] = np.array([one["value"] for one in facts], dtype=np.float64)
    return pd.DataFrame(columns | {key: np.array([one.get(key) for one in facts]) for key in further})


def _check_options(which: Measure, options: Collection[str]) -> None:
    """Refuse options that a measure does not have, and the lack of those that it needs."""
    if set(options) != set(which.options):
        raise ArgumentError(
            f"The measure {which.name!r} is taken with other options",
            allowed=", ".join(f"{name}=…" for name in which.options) or "no options",
            got=", ".join(f"{name}=…" for name in options) or "none",
        )


def _check_signed(recording: Recording, which: Measure) -> None:
    """Refuse to take a number of the EMG itself from an amplitude."""
    made = [type(step).__name__ for step in recording.history if isinstance(step, _AMPLITUDES)]
    if which.of == "signal" and made:
        raise SignalError(
            f"The measure {which.name!r} is of EMG with its two signs",
            allowed="raw or filtered EMG",
            got=f"the result of {listed(made)}",
            hint="Measure the recording before the steps that make an amplitude; a study file does so by itself",
        )


def _not_rectified(recording: Recording, name: str) -> Notice | None:
    """A remark where values of both signs cancel in a mean or an integral of EMG."""
    if name not in ("mean", "iemg", "p10", "p50", "p90", "peak_100ms", "peak_500ms") or any(
        isinstance(step, _AMPLITUDES) for step in recording.history
    ):
        return None
    lows = recording.data.min(axis=1)
    channels = [c.name for c, low in zip(recording.channels, lows, strict=True) if c.kind == "EMG" and low < 0]
    if not channels:
        return None
    text = (
        f"The {name} was taken of EMG that is not rectified ({listed(channels)}): values above and below zero cancel. "
        "Put Rectify and Envelope, or MovingRMS, into the pipeline first."
    )
    return Notice(code="not-rectified", text=text)


def _column(key: str, values: Sequence[Any]) -> object:
    """Make a column whose type does not depend on what happens to be missing."""
    if key == "load_kg":
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if key == "repetition" and all(isinstance(value, (int, np.integer)) for value in values):
        return np.array(values, dtype=np.int64)
    return pd.Series(values, dtype=object)
