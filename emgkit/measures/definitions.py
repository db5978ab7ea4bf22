"""Every measure: its name, its function and its unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emgkit import segments

__all__ = ["MEASURES", "Measure"]

Array = NDArray[np.float64]


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
