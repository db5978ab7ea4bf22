"""Survey: what a recording holds, without its samples, for the checks of all recordings together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from emgkit.channels import Channel
from emgkit.recording import Recording, Trial
from emgkit.signal_quality.copies import Digests, digests

__all__ = ["Survey", "survey"]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What a recording holds.

    Parameters
    ----------
    streams : mapping of str to tuple of Channel
        The channels of each stream, as it was read.
    emg : tuple of Channel
        The EMG channels that the study uses; none in a recording that no comparison uses.
    duration : float
        Of the EMG, in seconds.
    simulated : bool
        Whether the recording says that it is simulated.
    extremes : tuple of (str, float)
        The channels in volts that are used, and how far each goes from its median.
    samples : mapping
        Digests of the samples of each EMG channel that is used, by which copies are found.
    """

    streams: Mapping[str, tuple[Channel, ...]]
    emg: tuple[Channel, ...] = ()
    duration: float = 0.0
    simulated: bool = False
    extremes: tuple[tuple[str, float], ...] = ()
    samples: Digests

    @property
    def read_emg(self) -> tuple[Channel, ...]:
        """The EMG channels that were read, those among them that are left out."""
        return self.streams["emg"]


def survey(whole: Trial, used: Trial | None = None) -> Survey:
    """Look at a recording as it was read, and at what the study uses of it."""
    streams = {name: stream.channels for name, stream in whole.items()}
    if used is None:
        return Survey(streams=streams, samples={})
    return Survey(
        streams=streams,
        emg=used.emg.channels,
        duration=used.emg.duration,
        simulated=bool(used.context.get("simulated")),
        extremes=tuple(one for stream in used.values() if stream.stream == "emg" for one in _extremes(stream)),
        samples=digests(used.emg),
    )


def _extremes(emg: Recording) -> list[tuple[str, float]]:
    """How far each channel in volts goes from its median."""
    found = []
    for channel, x in zip(emg.channels, emg.data, strict=True):
        if channel.unit == "V":
            middle = float(np.median(x[:: max(1, x.size // 10_000)]))
            found.append((channel.name, max(float(x.max()) - middle, middle - float(x.min()))))
    return found
