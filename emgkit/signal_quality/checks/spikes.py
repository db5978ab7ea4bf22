"""Single samples and short pieces that no muscle gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.notation import counted
from emgkit.signal_quality.check import Check
from emgkit.signal_quality.checks.amplitude import in_words
from emgkit.signal_quality.samples import Array, Samples

__all__ = ["CHECKS", "Spikes", "find_spikes"]

_LAG = 0.002  # s; the lobes of a motor unit's potential under the skin last longer
_BLOCK, _AROUND = 0.05, 0.025  # s, where the largest is looked for, and the neighbours that it is held against
_USUAL, _NEIGHBOURS = 4.0, 6.0  # times 99 % of the samples, times 90 % of the neighbours


@dataclass(frozen=True, kw_only=True, eq=False)
class Spikes:
    """Where the spikes are (sample), how far each stands out of what is 2 ms beside it, and the power they hold."""

    places: NDArray[np.intp]
    heights: Array
    share: float


def find_spikes(x: Array, *, sfreq: float, usual: float) -> Spikes:
    """Find samples that stand out of those 2 ms before and after them, of all samples and of their neighbours.

    Parameters
    ----------
    x : ndarray, shape (n_samples,)
        One signal.
    sfreq : float
        Rate (Hz).
    usual : float
        Amplitude that 99 % of the samples stay below.

    Returns
    -------
    Spikes
        Of each 50 ms at most one.
    """
    lag, block, around = (max(1, round(seconds * sfreq)) for seconds in (_LAG, _BLOCK, _AROUND))
    none = Spikes(places=np.empty(0, dtype=np.intp), heights=np.empty(0), share=0.0)
    blocks = (x.size - 2 * lag) // block
    if blocks < 2:
        return none
    # how far each sample lies from the mean of the two that are a lag away
    out = np.abs(x[lag:-lag] - (x[: -2 * lag] + x[2 * lag :]) / 2)
    # the last block may overlap the one before it
    firsts = np.append(np.arange(blocks) * block, out.size - block)
    largest = np.append(out[: blocks * block].reshape(blocks, block).argmax(axis=1), out[-block:].argmax()) + firsts
    largest = np.unique(largest[out[largest] > _USUAL * usual])
    # a spike is seen a lag before and after itself, too
    echoes = np.clip(largest[:, np.newaxis] + np.arange(-2 * lag, 2 * lag + 1), 0, out.size - 1)
    largest = largest[out[largest] == out[echoes].max(axis=1)]
    offsets = np.concatenate((np.arange(-around, -2 * lag), np.arange(2 * lag + 1, around + 1)))
    if offsets.size == 0 or largest.size == 0:
        return none
    beside = largest[:, np.newaxis] + offsets
    inside = (beside >= 0) & (beside < out.size)
    neighbours = np.where(inside, out[np.clip(beside, 0, out.size - 1)], np.nan)
    found = out[largest] > _NEIGHBOURS * np.nanquantile(neighbours, 0.9, axis=1)
    places = largest[found] + lag
    if places.size == 0:
        return none
    middle = float(np.median(x))
    near = np.unique(np.clip(places[:, np.newaxis] + np.arange(-lag, lag + 1), 0, x.size - 1))
    total = float(np.square(x - middle).sum())
    return Spikes(places=places, heights=out[places - lag], share=float(np.square(x[near] - middle).sum() / total))


def _share(samples: Samples) -> float:
    return find_spikes(samples.x, sfreq=samples.sfreq, usual=samples.usual).share


def _words(samples: Samples, value: float) -> str:
    spikes = find_spikes(samples.x, sfreq=samples.sfreq, usual=samples.usual)
    largest = spikes.heights.max()
    when = spikes.places[spikes.heights.argmax()] / samples.sfreq
    size = in_words(largest) if samples.unit == "V" else f"{largest:.3g} {samples.unit}"
    return (
        f"has {counted(spikes.places.size, 'spike')} of at most some 2 ms, the largest of {size} at {when:.3f} s after "
        f"its start; they hold {100 * value:.3g} % of the power."
    )


CHECKS = (
    Check(
        name="spikes",
        measures="Share of the power within 2 ms of samples that stand out at least 4 times as far as 99 % of all "
        "samples, and 6 times as far as 90 % of those within 25 ms",
        unit="1",
        measure=_share,
        doubtful=0.0,
        bad=0.05,
        source="The lobes of motor-unit potentials under the skin last 3 ms and longer, so that shorter ones are "
        "electrical; a twentieth of the power makes an RMS 2.5 % too large [engineering choice].",
        words=_words,
        hint="Look at them; leave out the repetitions or the trial, or cut them out of the recording.",
    ),
)
