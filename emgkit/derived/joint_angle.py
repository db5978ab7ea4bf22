"""At which joint angle a muscle is most active."""

from __future__ import annotations

from pandas import DataFrame

from emgkit.curves.angle import angle_at, check_angle
from emgkit.derived.tables import row_of
from emgkit.measures import as_rows
from emgkit.recording import Recording, check_recording
from emgkit.windows import windows

__all__ = ["angle_of_peak"]


def angle_of_peak(
    recording: Recording, angle: Recording, *, during: str = "repetition", phase: str | None = None
) -> DataFrame:
    """Joint angle at which each channel has its largest sample, in every accepted repetition or phase.

    Parameters
    ----------
    recording : Recording
        An envelope, in general normalised.
    angle : Recording
        One channel, the joint angle, on the same time zero; it may have another rate.
    during, phase
        As for :func:`emgkit.measure`.

    Returns
    -------
    DataFrame
        Rows as of :func:`emgkit.measure`, `measure` ``"angle_of_peak"``, in the unit of the angle (deg).

    Raises
    ------
    ArgumentError
        The angle has several channels or is none, or `during` is unknown.
    SignalError
        There are no such events, or the angle does not cover the time of a peak.

    Notes
    -----
    Between two samples of the angle it lies on the line from one to the next.

    Examples
    --------
    >>> from emgkit import Channel
    >>> envelope = Recording(data=[[1.0, 2.0, 9.0, 1.0]], sfreq=10.0, channels=(Channel(name="VL", unit="%MVC"),))
    >>> knee = Recording(data=[[0.0, 20.0]], sfreq=5.0, channels=(Channel(name="knee", unit="deg", kind="JNTANG"),))
    >>> angle_of_peak(envelope, knee, during="recording")[["channel", "value", "unit"]]
      channel  value unit
    0      VL   20.0  deg
    """
    check_recording(recording, by="angle_of_peak")
    check_angle(angle)
    rows = []
    for window in windows(recording, during=during, phase=phase):
        places = window.first + window.cut(recording.data).argmax(axis=1)
        values = angle_at(angle, recording.start + places / recording.sfreq)
        rows += [
            row_of(window, recording.channels[row], measure="angle_of_peak", value=value, unit=angle.channels[0].unit)
            for row, value in zip(window.rows, values, strict=True)
        ]
    return as_rows(rows)
