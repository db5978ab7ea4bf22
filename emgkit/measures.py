"""Numbers from recordings: one row a number, and the cells that statistics compare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit import segments
from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError, DesignError, Notice, SignalError, warn
from emgkit.notation import listed
from emgkit.recording import Recording, check_recording
from emgkit.stats.cells.labels import check_spelling
from emgkit.steps import TKEO, Envelope, MovingRMS, Rectify
from emgkit.windows import OWN_SIDE, Window, check_own_repetitions, counted_over_sides, reference_of, windows

__all__ = ["COLUMNS", "MEASURES", "Measure", "as_rows", "averaged_rows", "measure", "summarize", "values_in"]

Array = NDArray[np.float64]

# steps after which negative values are no sign of raw EMG (a filter may undershoot)
_AMPLITUDES = (Rectify, Envelope, MovingRMS, TKEO)

# of a table of numbers, in this order; all but the last three say what the number is of
COLUMNS = (
    "participant", "group", "session", "task", "exercise", "set", "load_kg", "repetition", "phase",
    "channel", "muscle", "side", "measure", "value", "unit", "reference",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number that a stretch of signal gives.

    Parameters
    ----------
    name : str
        What :func:`measure` and tables call it.
    function : callable
        ``function(segment, sfreq)``: samples of shape (n_channels, n_samples) to values of shape (n_channels,). The
        `options` are keywords of it.
    unit : callable
        The unit of the value, from the unit of the samples.
    of : {"amplitude", "signal"}
        What the number is of: an envelope or moving RMS, in general normalised; or the EMG with its two signs, filtered
        and not rectified.
    words : str
        What it is called in a Methods text; the name where left out. It may hold the options, as in ``"{low}"``.
    options : tuple of str
        Numbers that must be given with it, such as the edges of a band.
    """

    name: str
    function: Callable[..., Array]
    unit: Callable[[str], str]
    of: Literal["amplitude", "signal"] = "amplitude"
    words: str = ""
    options: tuple[str, ...] = ()


def _mean(segment: Array, sfreq: float) -> Array:  # noqa: ARG001 - every measure is called alike
    return np.asarray(segment.mean(axis=-1))


def _peak(segment: Array, sfreq: float) -> Array:  # noqa: ARG001
    return np.asarray(segment.max(axis=-1))


def _iemg(segment: Array, sfreq: float) -> Array:
    # each sample stands for one sampling interval, so that windows side by side add up to their union
    return np.asarray(segment.sum(axis=-1) / sfreq)


def _percentile(segment: Array, sfreq: float, *, share: float) -> Array:  # noqa: ARG001
    return segments.percentile(segment, share)


def _highest_mean(segment: Array, sfreq: float, *, window: float) -> Array:
    return segments.highest_mean(segment, window, sfreq)


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        one.name: one
        for one in (
            Measure(name="mean", function=_mean, unit=lambda unit: unit),
            Measure(name="peak", function=_peak, unit=lambda unit: unit),
            Measure(name="iemg", function=_iemg, unit=lambda unit: f"{unit}·s", words="iEMG"),
            *(
                Measure(
                    name=f"p{share}",
                    function=partial(_percentile, share=share),
                    unit=lambda unit: unit,
                    words=f"{share}th percentile of the amplitude (APDF)",
                )
                for share in (10, 50, 90)
            ),
            *(
                Measure(
                    name=f"peak_{round(1000 * window)}ms",
                    function=partial(_highest_mean, window=window),
                    unit=lambda unit: unit,
                    words=f"highest mean over {round(1000 * window)} ms",
                )
                for window in (0.1, 0.5)
            ),
            Measure(name="time_of_peak", function=segments.time_of_peak, unit=lambda _: "%", words="time of the peak"),
            Measure(
                name="burst_duration",
                function=segments.duration_above_half,
                unit=lambda _: "s",
                words="time above half of the peak",
            ),
            Measure(
                name="arv",
                function=segments.arv,
                unit=lambda unit: unit,
                of="signal",
                words="average rectified value of the filtered EMG",
            ),
            Measure(
                name="rms",
                function=segments.rms,
                unit=lambda unit: unit,
                of="signal",
                words="root mean square of the filtered EMG",
            ),
            Measure(
                name="mean_frequency",
                function=segments.mean_frequency,
                unit=lambda _: "Hz",
                of="signal",
                words="mean frequency of the filtered EMG",
            ),
            Measure(
                name="median_frequency",
                function=segments.median_frequency,
                unit=lambda _: "Hz",
                of="signal",
                words="median frequency of the filtered EMG",
            ),
            Measure(
                name="band_power",
                function=segments.band_power,
                unit=lambda unit: f"{unit}^2",
                of="signal",
                words="power of the filtered EMG between {low} and {high} Hz (Welch 1967)",
                options=("low", "high"),
            ),
        )
    }
)


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


def summarize(rows: pd.DataFrame, *, over: str | Sequence[str] = "repetition") -> pd.DataFrame:
    """Average repetitions arithmetically into cells, one row a participant and condition.

    Parameters
    ----------
    rows : DataFrame
        Tables of :func:`measure`, concatenated. Further columns (load, age …) are kept, and rows that differ in one
        are cells of their own, unless `over` names it.
    over : str or sequence of str, default "repetition"
        What is averaged, one after the other in the order named, so that each set, side or session weighs the same
        however many repetitions it has. Sets, sides and sessions stay apart unless they are named here. With
        ``"side"`` the channels of the two sides are averaged by muscle, and the column `channel` goes too; where left
        and right have repetitions of their own, ``"repetition"`` comes before it. With ``"session"`` the references of
        the sessions are joined by ``+``.

    Returns
    -------
    DataFrame
        One row a cell, in order of appearance: all columns but those averaged over, `value` the mean, and
        `n_repetitions`, how many repetitions (of all sets and sessions averaged) it rests on: with ``"side"`` those of
        both sides together where each has its own.

    Raises
    ------
    ArgumentError
        `over` names no column that can be averaged over.
    DesignError
        A column is missing, a row has no participant, labels differ by blanks, case or Unicode form only, a value is
        NaN, the numbers of a cell differ in unit or reference, or sides are averaged before their own repetitions.

    Examples
    --------
    >>> row = dict.fromkeys(COLUMNS) | {"participant": "01", "measure": "mean", "unit": "%MVC", "reference": "mvc"}
    >>> rows = pd.DataFrame([row | {"repetition": 1, "value": 40.0}, row | {"repetition": 2, "value": 60.0}])
    >>> summarize(rows)[["participant", "value", "n_repetitions"]]
      participant  value  n_repetitions
    0          01   50.0              2
    """
    names = (over,) if isinstance(over, str) else tuple(over)
    _check_rows(rows, names)
    # a number made of several repetitions tells of how many
    own = rows["n_repetitions"] if "n_repetitions" in rows.columns else np.ones(len(rows))
    cells = rows.assign(n_repetitions=np.asarray(own, dtype=np.int64))
    for name in names:
        cells = _averaged(cells, name)
    # a cell is of no repetition any more
    return cells.drop(columns=[OWN_SIDE] if "repetition" in names and OWN_SIDE in cells.columns else [])


def averaged_rows(rows: pd.DataFrame, *, over: Sequence[str]) -> tuple[NDArray[np.intp], ...]:
    """Which rows :func:`summarize` averages: for each column of `over`, the number of the cell that each row is in.

    Parameters
    ----------
    rows, over
        As for :func:`summarize`.

    Returns
    -------
    tuple of ndarray
        For the first column of `over` one number a row; for each later one, one number a cell of the step before.
    """
    steps, cells = [], rows.assign(n_repetitions=np.ones(len(rows), dtype=np.int64))
    for name in over:
        steps.append(_cell_numbers(cells, name))
        cells = _averaged(cells, name)
    return tuple(steps)


def _cell_numbers(rows: pd.DataFrame, name: str) -> NDArray[np.intp]:
    """The cell that each row is in when one column goes."""
    return np.asarray(rows.groupby(_keys(rows, name), dropna=False, sort=False, observed=True).ngroup(), dtype=np.intp)


def _keys(rows: pd.DataFrame, name: str) -> list[str]:
    """The columns that tell cells apart when one column goes."""
    numbers = ("value", "unit", "reference", "n_repetitions")
    return [column for column in rows.columns if column not in _gone(name) and column not in numbers]


def _gone(name: str) -> set[str]:
    return {name, *(("channel", OWN_SIDE) if name == "side" else ())}


def _averaged(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows averaged over one column, which goes."""
    gone, keys, cell = _gone(name), _keys(rows, name), _cell_numbers(rows, name)
    _check_one(rows, cell, "unit", keys)
    if name != "session":
        _check_one(rows, cell, "reference", keys)
    first = np.unique(cell, return_index=True)[1]
    cells = rows.iloc[first][[column for column in rows.columns if column not in gone]].reset_index(drop=True)
    cells["value"] = np.bincount(cell, weights=rows["value"].to_numpy(dtype=np.float64)) / np.bincount(cell)
    counts = rows["n_repetitions"]
    cells["n_repetitions"] = (
        counted_over_sides(counts, cell, rows.get(OWN_SIDE))
        if name == "side"
        else counts.groupby(cell).sum().to_numpy()
    )
    if name == "session":
        cells["reference"] = rows["reference"].groupby(cell).agg(lambda column: "+".join(dict.fromkeys(column)))
    return cells


def _column(key: str, values: Sequence[Any]) -> object:
    """Make a column whose type does not depend on what happens to be missing."""
    if key == "load_kg":
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if key == "repetition" and all(isinstance(value, (int, np.integer)) for value in values):
        return np.array(values, dtype=np.int64)
    return pd.Series(values, dtype=object)


def _check_rows(rows: pd.DataFrame, names: tuple[str, ...]) -> None:
    missing = [column for column in COLUMNS if column not in rows.columns]
    if missing:
        # only this function counts repetitions
        already = "n_repetitions" in rows.columns
        raise DesignError(
            "The table is averaged already" if already else "The table lacks columns",
            allowed=listed(COLUMNS),
            got=f"without {listed(missing)}" + ", with 'n_repetitions'" * already,
            hint="Use it as it is; to average over more, name all of it in one call on the rows of measure(…): "
            "summarize(rows, over=['repetition', 'side'])"
            if already
            else "",
        )
    fixed = ("participant", "measure", "value", "unit", "reference")
    for name in names:
        check_unknown("column to average over", name, [column for column in rows.columns if column not in fixed])
    check_own_repetitions(rows, names)
    if not names:
        raise ArgumentError("There is nothing to average over", allowed="at least one column", got=repr(names))
    if rows.empty:
        raise DesignError("The table is empty", allowed="at least one row", got="0 rows")
    nobody = np.flatnonzero(rows["participant"].isna())
    if nobody.size:
        raise DesignError(
            f"{nobody.size} of {len(rows)} rows have no participant, and rows of different people would be averaged",
            where=f"first: {_described(rows.iloc[nobody[0]], COLUMNS[1:13])}",
            allowed="the participant of every row",
            hint="Say who was recorded when reading: trial.with_context(participant='01')",
        )
    for name in ("participant", "group", "exercise", "muscle"):
        check_spelling(name, rows[name].dropna().unique())
    bad = np.flatnonzero(~np.isfinite(rows["value"].to_numpy(dtype=np.float64)))
    if bad.size:
        raise DesignError(
            f"{bad.size} of {len(rows)} values are NaN or infinite",
            where=f"first: {_described(rows.iloc[bad[0]], COLUMNS[:13])}",
            allowed="finite values; a mean over the rest would rest on fewer repetitions without a word",
        )


def _check_one(rows: pd.DataFrame, cell: NDArray[np.integer[Any]], column: str, keys: list[str]) -> None:
    """Refuse to average numbers that do not mean the same."""
    codes = pd.factorize(rows[column], use_na_sentinel=False)[0]
    first = np.unique(cell, return_index=True)[1]
    differs = np.flatnonzero(codes != codes[first][cell])
    if differs.size:
        row = int(differs[0])
        values = dict.fromkeys(str(value) for value in rows[column].to_numpy()[cell == cell[row]])
        raise DesignError(
            f"A cell mixes numbers of more than one {column}",
            where=_described(rows.iloc[row], tuple(keys)),
            allowed=f"one {column} a cell",
            got=listed(values),
        )


def _described(row: pd.Series, keys: Sequence[str]) -> str:
    """Name the facts of a row that are known, as a message does."""
    return ", ".join(f"{key} {row[key]}" for key in keys if key in row.index and not pd.isna(row[key]))
