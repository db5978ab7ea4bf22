"""When the burst of a muscle begins in each repetition, and how long it lasts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_option, check_unknown
from emgkit.derived.tables import check_columns, row_of
from emgkit.measures import as_rows
from emgkit.recording import Recording, check_recording
from emgkit.windows import windows

__all__ = ["BURST_TIMES", "burst_times"]

Array = NDArray[np.float64]

# number -> what it is, for a Methods text
BURST_TIMES: Mapping[str, str] = MappingProxyType(
    {
        "onset_latency": "latency of the onset of the burst after the start",
        "burst_duration": "duration of the burst, from its onset to its offset,",
    }
)


def burst_times(
    recording: Recording, onsets: pd.DataFrame, name: str, *, during: str = "repetition", phase: str | None = None
) -> pd.DataFrame:
    """Onset latency or duration of the burst that belongs to each accepted repetition or phase.

    Parameters
    ----------
    recording : Recording
        With the repetitions; its samples are not used.
    onsets : DataFrame
        Bursts of its channels, as :func:`emgkit.find_onsets` gives them.
    name : {"onset_latency", "burst_duration"}
        The onset minus the start of the repetition (negative before it), or the offset minus the onset; in s.
    during : {"repetition", "phase"}
        What the burst belongs to.
    phase : str, optional
        Only this phase of each repetition.

    Returns
    -------
    DataFrame
        Rows as of :func:`emgkit.measure`; `value` is NaN where a repetition has no burst of its own, or where the edge
        that is needed lies outside the recording.

    Raises
    ------
    ArgumentError
        A name or `during` is unknown.
    DesignError
        The table of onsets lacks a column.
    SignalError
        There are no such events.

    Notes
    -----
    A burst belongs to the repetition that it overlaps longest, and of several the longest counts. So a muscle that
    stays active over two repetitions has an onset in one of them alone.

    Examples
    --------
    >>> from emgkit import Channel, Event, Recording
    >>> emg = Recording(
    ...     data=np.zeros((1, 5000)), sfreq=1000.0, channels=(Channel(name="VL", unit="V"),),
    ...     events=(Event(onset=1.0, duration=2.0, label="repetition", columns={"repetition": 1}),),
    ... )
    >>> onsets = pd.DataFrame({"channel": ["VL"], "onset": [0.9], "offset": [2.4]})
    >>> burst_times(emg, onsets, "onset_latency")["value"].round(3).tolist()
    [-0.1]
    """
    check_recording(recording, by="burst_times")
    check_unknown("number of a burst", name, BURST_TIMES)
    check_option("during", during, ("repetition", "phase"))
    if len(onsets):
        check_columns(onsets, ("channel", "onset", "offset"))
    found = windows(recording, during=during, phase=phase)
    spans = recording.start + np.array([[w.first, w.stop] for w in found]) / recording.sfreq
    values = np.full((len(found), len(recording.channels)), np.nan)
    for row, channel in enumerate(recording.names):
        own = [place for place, window in enumerate(found) if row in window.rows]
        values[own, row] = _values(onsets, channel, spans[own], name)
    return as_rows(
        [
            row_of(window, recording.channels[row], measure=name, value=own[row], unit="s")
            for window, own in zip(found, values, strict=True)
            for row in window.rows
        ]
    )


def _values(onsets: pd.DataFrame, channel: str, spans: Array, name: str) -> Array:
    """The number of each repetition of one channel; NaN where it has none."""
    values = np.full(len(spans), np.nan)
    own = onsets[onsets["channel"] == channel] if len(onsets) else onsets
    if own.empty:
        return values
    onset, offset = (own[edge].to_numpy(dtype=np.float64) for edge in ("onset", "offset"))
    # an edge that is not seen lies outside the recording
    begin, end = np.where(np.isnan(onset), -np.inf, onset), np.where(np.isnan(offset), np.inf, offset)
    shared = np.minimum(end, spans[:, [1]]) - np.maximum(begin, spans[:, [0]])
    longest = shared.argmax(axis=0)
    for place, (start, _) in enumerate(spans):
        mine = np.flatnonzero((longest == place) & (shared[place] > 0))
        if len(mine):
            best = mine[shared[place, mine].argmax()]
            values[place] = onset[best] - start if name == "onset_latency" else offset[best] - onset[best]
    return values
