"""Sign flips: what could have come out if the two conditions of every participant were exchangeable.

Under the null hypothesis each participant's difference could as well have had the other sign. The sum of squares is the
same under every flip, so the t statistic needs no more than the sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import ArgumentError, DesignError
from emgkit.notation import number
from emgkit.stats.cells.multiplicity import is_below

Array = NDArray[np.float64]

# half of 2**20 flips of 101 points take a tenth of a second
MOST_EXACT = 20
# this many flips at a time stay in the processor's cache; a multiple of 8, as bits come in bytes
AT_ONCE = 1024
# statistics that are equal but for rounding are equal
ROUNDING = 1e-9

__all__ = [
    "check_flips",
    "largest",
    "largest_mass",
    "r_of_t",
    "scaled",
    "share_at_least",
    "signs",
    "smallest_p",
    "t_of_r",
]


def check_flips(flips: int | str, n: int, *, alpha: float | None, where: str = "") -> int | None:
    """Check the number of flips: None for all of them, else how many are drawn.

    ``alpha`` is the level below which the smallest p must be.
    """
    drawn = isinstance(flips, (int, np.integer)) and not isinstance(flips, bool)
    if flips != "exact" and not (drawn and int(flips) >= 1):
        raise ArgumentError("'flips' cannot be used", allowed="'exact' or a whole number above 0", got=repr(flips))
    if not drawn and n > MOST_EXACT:
        raise DesignError(
            f"{n} participants have 2**{n} sign flips, too many to try them all",
            where=where,
            allowed=f"at most {MOST_EXACT} participants for flips='exact'",
            hint="draw them: flips=10000",
        )
    least = smallest_p(n, int(flips) if drawn else None)
    if alpha is not None and not is_below(least, alpha):
        few = not is_below(2.0 ** (1 - n), alpha)
        raise DesignError(
            f"The smallest two-sided p that {n} participants and {flips if drawn else 2**n} sign flips can give is "
            f"{number(least)}, so none can be below alpha = {number(alpha)} whatever the data",
            where=where,
            allowed=f"at least {int(np.floor(2 - np.log2(alpha)))} participants" if few else "more flips",
            hint="describe the curves without a test, or measure more participants" if few else "raise 'flips'",
        )
    return int(flips) if drawn else None


def smallest_p(n: int, drawn: int | None) -> float:
    """Smallest two-sided p: of all flips (None), or of a number of drawn ones beside the data themselves.

    Examples
    --------
    >>> smallest_p(5, None), smallest_p(6, None)
    (0.0625, 0.03125)
    """
    return 2.0 ** (1 - n) if drawn is None else max(2.0 ** (1 - n), 1 / (drawn + 1))


def signs(n: int, drawn: int | None, *, seed: int | None) -> Iterator[Array]:
    """Rows of signs, (flips, n): half of all flips, or the data themselves and then drawn ones.

    The other half of all flips are the mirror images, with the same size of every statistic. The first row is that of
    the data themselves.
    """
    total = 2 ** (n - 1) if drawn is None else drawn + 1
    rng = np.random.default_rng(seed)
    for first in range(0, total, AT_ONCE):
        size = min(AT_ONCE, total - first)
        if drawn is None:
            numbers = np.arange(first, first + size, dtype="<u4")
            bits = np.unpackbits(numbers.view(np.uint8).reshape(size, 4), axis=1, count=n, bitorder="little")
        else:
            numbers = np.frombuffer(rng.bytes(AT_ONCE * n // 8), dtype=np.uint8)
            bits = np.unpackbits(numbers, count=size * n).reshape(size, n)
            bits[: 1 if first == 0 else 0] = 0
        rows = bits.astype(np.float64)
        rows *= -2
        rows += 1
        yield rows


def scaled(differences: Array) -> Array:
    """Divide by sqrt(n sum of squares), so that sums over participants are r, with |r| <= 1; constants become 0.

    t = r sqrt((n - 1) / (1 - r**2)) rises with r, so r can be compared in its place.
    """
    n = len(differences)
    spread = differences.std(axis=0, ddof=1)
    size = np.sqrt(n * (differences**2).sum(axis=0))
    return np.asarray(np.divide(differences, size, out=np.zeros_like(differences), where=spread > 0))


def t_of_r(r: Array, n: int) -> Array:
    """Give the t statistic of r."""
    with np.errstate(divide="ignore"):
        return np.asarray(r * np.sqrt((n - 1) / np.maximum(1 - r**2, 0.0)))


def r_of_t(t: float, n: int) -> float:
    """Give the r of a t statistic."""
    return float(t / np.sqrt(t**2 + n - 1))


def largest(shares: Array, drawn: int | None, *, seed: int | None) -> Array:
    """Largest |r| over the points under every flip, of differences :func:`scaled` before; (flips,)."""
    # a column a flip, as maxima of many flips are taken side by side
    return np.concatenate([np.abs(r, out=r).max(axis=1) for r in _sums(shares, drawn, seed=seed, order="F")])


def largest_mass(shares: Array, threshold: float, drawn: int | None, *, seed: int | None) -> Array:
    """Largest cluster mass under every flip, of differences :func:`scaled` before; (flips,).

    A cluster is a run of points with |t| above ``threshold`` and one sign, its mass the sum of |t|.
    """
    n, points = shares.shape
    bound = r_of_t(threshold, n)
    # a last point of 0 parts one flip's runs from the next one's
    padded, maxima = np.concatenate([shares, np.zeros((n, 1))], axis=1), []
    for rows in _sums(padded, drawn, seed=seed, order="C"):
        flat = rows.ravel()
        # few points lie beyond the threshold: only these are looked at
        beyond = np.flatnonzero(np.abs(flat) > bound)
        most = np.zeros(len(rows))
        if len(beyond):
            r = flat[beyond]
            begins = np.diff(beyond, prepend=-2) > 1
            begins[1:] |= (r[1:] > 0) != (r[:-1] > 0)
            edges = np.flatnonzero(begins)
            mass = np.add.reduceat(np.abs(t_of_r(r, n)), edges)
            np.maximum.at(most, beyond[edges] // (points + 1), mass)
        maxima.append(most)
    return np.concatenate(maxima)


def _sums(shares: Array, drawn: int | None, *, seed: int | None, order: Literal["C", "F"]) -> Iterator[Array]:
    """Sums over the participants under the flips of :func:`signs`, (flips, points), some flips at a time.

    Each array takes the place of the one before, as fresh memory costs more than the sums. Of all flips, each is one
    of the first participants and one of the others, so their sums are added; drawn ones are a matrix product.
    """
    n, points = shares.shape
    if drawn is None:
        first = min(n - 1, AT_ONCE.bit_length() - 1)
        low = np.asarray(_all_sums(shares[:first]), order=order)
        room = np.empty_like(low)
        for rest in _all_sums(shares[first : n - 1]) + shares[n - 1]:
            yield np.add(low, rest, out=room)
        return
    room = np.empty((AT_ONCE, points), order=order)
    for rows in signs(n, drawn, seed=seed):
        found = room[: len(rows)]
        if order == "C":
            np.matmul(rows, shares, out=found)
        else:
            np.matmul(shares.T, rows.T, out=found.T)
        yield found


def _all_sums(shares: Array) -> Array:
    """Sums over some participants under all of their flips, the first one's sign changing fastest; (flips, points)."""
    sums = np.zeros((1, shares.shape[1]))
    for one in shares:
        sums = np.concatenate([sums + one, sums - one])
    return sums


def share_at_least(null: Array, observed: Array) -> Array:
    """Share of the flips whose statistic is at least as large as each observed one: the p-value.

    Examples
    --------
    >>> share_at_least(np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 0.5])).tolist()
    [0.5, 1.0]
    """
    ordered = np.sort(null)
    at = np.searchsorted(ordered, observed * (1 - np.sign(observed) * ROUNDING), side="left")
    return np.asarray((len(ordered) - at) / len(ordered))
