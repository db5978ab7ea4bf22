"""How far a normalised recording exceeds 100 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emgkit.errors import UnitError
from emgkit.recording import Recording

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["above_reference"]


def above_reference(recording: Recording) -> pd.DataFrame:
    """How far each channel of a normalised recording exceeds its reference.

    Parameters
    ----------
    recording : Recording
        In ``%MVC`` or ``%task``.

    Returns
    -------
    DataFrame
        One row a channel: ``channel, maximum`` (%) and ``share_above``, the share of samples above
        100 (0 to 1).

    Raises
    ------
    UnitError
        A channel is not in percent.

    Examples
    --------
    >>> from emgkit import Channel
    >>> percent = Recording(data=[[50.0, 120.0]], sfreq=100.0, channels=(Channel(name="VL", unit="%MVC"),))
    >>> above_reference(percent)
      channel  maximum  share_above
    0      VL    120.0          0.5
    """
    import pandas as pd

    for channel in recording.channels:
        if channel.unit not in ("%MVC", "%task"):
            raise UnitError(
                f"Channel {channel.name!r} is not normalised", allowed="'%MVC' or '%task'", got=repr(channel.unit)
            )
    maximum, share = recording.data.max(axis=1), (recording.data > 100).mean(axis=1)
    return pd.DataFrame({"channel": list(recording.names), "maximum": maximum, "share_above": share})
