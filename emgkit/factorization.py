"""Muscle synergies: a few activations over time, and how much of each every muscle has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_whole
from emgkit.curves import time_normalize
from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import number
from emgkit.recording import Recording, check_recording
from emgkit.windows import windows

__all__ = ["Synergies", "synergies", "synergies_sentence"]

Array = NDArray[np.float64]

# of one start: no more steps than this, and none once the error falls by less than this part in ten steps
_STEPS, _STILL = 2000, 1e-6
# random starts, where no other number is asked for
_STARTS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class Synergies:
    """What :func:`synergies` found.

    Parameters
    ----------
    weights : DataFrame, shape (n_channels, n_synergies)
        How much of each synergy a channel has, by channel name; the largest of each synergy is 1.
    activations : ndarray, shape (n_synergies, n_samples)
        Activation of each synergy over time, in the unit of the recording.
    vaf : float
        Variance accounted for, by all channels together (0 to 1).
    vaf_by_channel : Series
        The same channel by channel.
    starts : int
        From how many random starts the best was taken.
    """

    weights: pd.DataFrame
    activations: Array
    vaf: float
    vaf_by_channel: pd.Series
    starts: int

    def sentence(self) -> str:
        """Say what was done, for a Methods section."""
        n = self.weights.shape[1]
        return (
            f"{n} muscle {'synergy was' if n == 1 else 'synergies were'} taken from the envelopes by "
            f"{_how(self.starts)}; they account for {number(round(100 * self.vaf, 1))} % of the sum of squares."
        )


def synergies_sentence(*, starts: int = _STARTS, seed: int) -> str:
    """Say how :func:`synergies` takes synergies of repetitions, for a Methods section.

    Examples
    --------
    >>> synergies_sentence(seed=1)[:63]
    'Muscle synergies were taken from the envelopes by non-negative '
    """
    return (
        f"Muscle synergies were taken from the envelopes by {_how(starts)}, seed {seed}, over all repetitions of a "
        "recording together, each resampled to 101 points; the variance accounted for is 1 − Σ (x − x̂)² / Σ x², over "
        "all channels."
    )


def _how(starts: int) -> str:
    return (
        "non-negative matrix factorisation (Lee and Seung 1999; hierarchical alternating least squares, best of "
        f"{starts} random starts)"
    )


def synergies(
    recording: Recording,
    *,
    n: int,
    seed: int,
    starts: int = _STARTS,
    during: str = "recording",
    phase: str | None = None,
) -> Synergies:
    """Take muscle synergies from envelopes by non-negative matrix factorisation.

    Parameters
    ----------
    recording : Recording
        Normalised envelopes, one a muscle, none below zero. Resample them to some 100 Hz first: it saves time.
    n : int
        How many synergies, at most one a channel.
    seed : int
        Of the random starts.
    starts : int, default 10
        How many random starts the best is taken from.
    during : {"recording", "repetition", "phase"}
        With repetitions or phases, each accepted one is resampled to 101 points, and they are taken one behind the
        other, so that each has the same weight.
    phase : str, optional
        Only this phase of each repetition.

    Returns
    -------
    Synergies
        Ordered by how much of the sum of squares each has, the largest first.

    Raises
    ------
    ArgumentError
        `n` is larger than the number of channels.
    SignalError
        A value is below zero, a channel is zero throughout, or left and right have repetitions of their own.

    Notes
    -----
    Channels times samples X is approached by W C, both without negative values, such that the sum of the squares of
    X - W C is least [1]_; each column of W and row of C in turn has its closed form [2]_. Variance accounted for is
    1 - sum((X - W C)^2) / sum(X^2), about zero and not about the mean.

    References
    ----------
    .. [1] Lee DD, Seung HS (1999). Learning the parts of objects by non-negative matrix factorization. Nature 401:
       788-791.
    .. [2] Cichocki A, Phan AH (2009). Fast local algorithms for large scale nonnegative matrix and tensor
       factorizations. IEICE Transactions on Fundamentals E92-A: 708-721.

    Examples
    --------
    >>> from emgkit import Channel
    >>> rise = np.linspace(0, 1, 50)
    >>> two = Recording(
    ...     data=[rise, 2 * rise, rise[::-1]], sfreq=100.0,
    ...     channels=tuple(Channel(name=name, unit="%MVC") for name in ("VL", "VM", "BF")),
    ... )
    >>> round(synergies(two, n=2, seed=1).vaf, 6)
    1.0
    """
    check_recording(recording, by="synergies")
    check_whole("n", n)
    check_whole("starts", starts)
    x = recording.data if during == "recording" else _one_behind_the_other(recording, during, phase)
    if n > len(x):
        raise ArgumentError(
            "There are more synergies than channels", allowed=f"at most {len(x)}", got=f"n = {n}"
        )  # fmt: skip
    for name, one in zip(recording.names, x, strict=True):
        if one.min() < 0 or one.max() <= 0:
            raise SignalError(
                f"Channel {name!r} has values below zero, or nothing but zero",
                allowed="an envelope that is not negative",
                got=f"values from {one.min():.3g} to {one.max():.3g}",
                hint="MovingRMS and Envelope(shape='critically-damped') never fall below zero",
            )
    rng = np.random.default_rng(seed)
    found = [_factors(x, n, rng) for _ in range(starts)]
    weights, activations = min(found, key=lambda one: float(((x - one[0] @ one[1]) ** 2).sum()))
    top = np.maximum(weights.max(axis=0), np.finfo(float).tiny)
    weights, activations = weights / top, activations * top[:, np.newaxis]
    order = np.argsort(-(weights**2).sum(axis=0) * (activations**2).sum(axis=1))
    weights, activations = weights[:, order], activations[order]
    left = (x - weights @ activations) ** 2
    names = [f"synergy {place}" for place in range(1, n + 1)]
    return Synergies(
        weights=pd.DataFrame(weights, index=list(recording.names), columns=names),
        activations=activations,
        vaf=float(1 - left.sum() / (x**2).sum()),
        vaf_by_channel=pd.Series(1 - left.sum(axis=1) / (x**2).sum(axis=1), index=list(recording.names)),
        starts=starts,
    )


def _one_behind_the_other(recording: Recording, during: str, phase: str | None) -> Array:
    """The time-normalised repetitions of each channel, shape (n_channels, n_repetitions * 101)."""
    n_channels = len(recording.channels)
    if any(len(window.rows) < n_channels for window in windows(recording, during=during, phase=phase)):
        raise SignalError(
            "Synergies are of muscles in the same repetitions",
            allowed="repetitions of all channels",
            got="repetitions of the left and of the right side",
            hint="Pick the channels of one side",
        )
    values = time_normalize(recording, during=during, phase=phase).values
    return np.ascontiguousarray(values.reshape(-1, n_channels, values.shape[1]).swapaxes(0, 1).reshape(n_channels, -1))


def _factors(x: Array, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Weights and activations from one random start."""
    weights, activations = rng.random((len(x), n)), rng.random((n, x.shape[1])) * x.mean()
    before = np.inf
    for step in range(_STEPS):
        _improve(activations, weights.T @ weights, weights.T @ x)
        _improve(weights.T, activations @ activations.T, activations @ x.T)
        if step % 10 == 9:
            error = float(((x - weights @ activations) ** 2).sum())
            if before - error <= _STILL * error or error <= 1e-12 * float((x**2).sum()):
                break
            before = error
    return weights, activations


def _improve(rows: Array, gram: Array, target: Array) -> None:
    """Bring each row to its closed form in turn, in place, the others as they are."""
    for k in range(len(rows)):
        rows[k] = np.maximum(rows[k] + (target[k] - gram[k] @ rows) / max(gram[k, k], 1e-300), 1e-16)
