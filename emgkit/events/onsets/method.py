"""What every way to find onsets is: its parameters, what it finds in one signal, and its sentence."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from emgkit._checks import KeywordsOnly, check_positive
from emgkit.notation import number

__all__ = ["BAND", "INDEPENDENT", "Array", "Found", "OnsetMethod", "bursts", "runs"]

Array = NDArray[np.float64]

# Hz; every method works on the EMG in this band, so that none depends on the sampling rate
BAND = (30.0, 300.0)
# a signal of that bandwidth has so many independent values a second, at whatever rate it is sampled
INDEPENDENT = 2 * (BAND[1] - BAND[0])


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a method found in one signal.

    Parameters
    ----------
    intervals : ndarray of int, shape (n_bursts, 2)
        First sample of each burst, and the one after its last.
    threshold : float
        What had to be passed; NaN of a method without a threshold.
    unit : str
        Its unit, with ``{}`` for the unit of the signal.
    """

    intervals: NDArray[np.intp]
    threshold: float = np.nan
    unit: str = "n/a"


@dataclass(frozen=True, kw_only=True)
class OnsetMethod(KeywordsOnly):
    """The parameters that all methods share.

    Parameters
    ----------
    hold : float
        A burst lasts at least so long (s).
    gap : float
        A shorter silence does not end a burst (s).
    """

    hold: float = 0.025
    gap: float = 0.1

    name: ClassVar[str]

    def __post_init__(self) -> None:
        for one in fields(self):
            object.__setattr__(self, one.name, check_positive(one.name, getattr(self, one.name)))

    def find(self, y: Array, rest: slice, sfreq: float) -> Found:
        """Find the bursts in one signal.

        Parameters
        ----------
        y : ndarray, shape (n_samples,)
            EMG in the band 30–300 Hz, in any unit.
        rest : slice
            Samples at rest.
        sfreq : float
            Samples per second (Hz).
        """
        raise NotImplementedError

    def rule(self) -> str:
        """Say in words, with every number, when the muscle counts as active."""
        raise NotImplementedError

    def sentence(self) -> str:
        """Say what the method does, for a Methods section."""
        low, high = (number(edge) for edge in BAND)
        return (
            f"Onsets and offsets were found in the EMG band-passed at {low}–{high} Hz (zero lag, net order 4): "
            f"{self.rule()}. Bursts shorter than {number(1000 * self.hold)} ms were dropped, and silences shorter than "
            f"{number(1000 * self.gap)} ms did not end a burst."
        )

    def parameters(self) -> dict[str, Any]:
        """Give the parameters by name."""
        return {one.name: getattr(self, one.name) for one in fields(cast(Any, self))}


def runs(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """First sample, and the one after the last, of each run of True; shape (n_runs, 2).

    Examples
    --------
    >>> runs(np.array([False, True, True, False, True])).tolist()
    [[1, 3], [4, 5]]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    return edges.reshape(-1, 2)


def bursts(active: NDArray[np.intp], *, hold: float, gap: float) -> NDArray[np.intp]:
    """Drop runs shorter than `hold` samples, then join those with less than `gap` samples between them.

    Examples
    --------
    >>> bursts(np.array([[0, 1], [10, 30], [35, 60], [90, 99]]), hold=5, gap=10).tolist()
    [[10, 60], [90, 99]]
    """
    kept = active[active[:, 1] - active[:, 0] >= hold - 1e-6]
    if not len(kept):
        return kept
    apart = kept[1:, 0] - kept[:-1, 1] >= gap - 1e-6
    return np.column_stack([kept[np.r_[True, apart], 0], kept[np.r_[apart, True], 1]])
