"""Letters of difference: a compact display of all pairwise decisions at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from emgkit.errors import ArgumentError

__all__ = ["letters_of_difference"]

_ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def letters_of_difference(differ: ArrayLike) -> tuple[str, ...]:
    """Give each level its letters: two levels share a letter exactly if they were not shown to differ.

    Parameters
    ----------
    differ : array_like of bool, (n_levels, n_levels)
        Whether two levels were shown to differ: symmetric, with a diagonal of False.

    Returns
    -------
    tuple of str
        The letters of each level, in the order of the levels: the first one has an "a". Behind "z" come "a′", "b′" and
        so on.

    Raises
    ------
    ArgumentError
        The matrix is not square, not symmetric, or a level differs from itself.

    Notes
    -----
    Insert and absorb: all levels begin with one letter. Each pair that differs divides every set of levels with both
    into two, each without one of the pair; a set that lies in another one is absorbed. Then a letter goes whose pairs
    have another letter in common, as long as each level keeps one.

    References
    ----------
    Piepho, H.-P. (2004). An algorithm for a letter-based representation of all-pairwise comparisons. Journal of
    Computational and Graphical Statistics, 13(2), 456-466. doi:10.1198/1061860043515

    Examples
    --------
    The first level differs from the third, and the second from neither.

    >>> letters_of_difference([[False, False, True], [False, False, False], [True, False, False]])
    ('a', 'ab', 'b')
    """
    matrix = _checked(differ)
    size = len(matrix)
    sets = {frozenset(range(size))}
    for first, second in np.argwhere(np.triu(matrix)).tolist():
        parted = {part for one in sets for part in _without_both(one, first, second)}
        sets = {one for one in parted if not any(one < other for other in parted)}
    ordered = _swept(sorted(sets, key=sorted))
    return tuple("".join(_letter(i) for i, members in enumerate(ordered) if level in members) for level in range(size))


def _checked(differ: ArrayLike) -> NDArray[np.bool_]:
    matrix = np.asarray(differ, dtype=bool)
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
    if not square or (matrix != matrix.T).any() or np.diag(matrix).any():
        raise ArgumentError(
            "'differ' is not a matrix of pairwise decisions",
            allowed="a square, symmetric matrix of bool whose diagonal is False",
            got=f"shape {matrix.shape}" if not square else "a matrix without that symmetry or that diagonal",
        )
    return matrix


def _without_both(members: frozenset[int], first: int, second: int) -> Iterable[frozenset[int]]:
    """A set of levels as it is, or in two parts if it holds both levels of a pair that differs."""
    return (members - {first}, members - {second}) if {first, second} <= members else (members,)


def _swept(sets: list[frozenset[int]]) -> list[frozenset[int]]:
    """The sets without those whose pairs, or whose one level, other sets hold as well."""
    kept = list(sets)
    for one in reversed(sets):
        others = [each for each in kept if each != one]
        pairs = [{i, j} for i in one for j in one]
        if all(any(pair <= each for each in others) for pair in pairs):
            kept = others
    return kept


def _letter(place: int) -> str:
    return _ALPHABET[place % len(_ALPHABET)] + "′" * (place // len(_ALPHABET))
