"""Random terms of a mixed model: what varies between participants, and how it is written."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import ArgumentError
from emgkit.notation import listed
from emgkit.stats.cells.columns import Factor
from emgkit.stats.mixed.formula import Columns, Term, Variable, model_matrix, parse_terms
from emgkit.stats.mixed.reml import RandomLayout

Array = NDArray[np.float64]

ALLOWED = "'1', a list such as ['1', 'exercise'], slopes such as '1 + x', or None for one row a participant"

__all__ = ["RandomTerms", "named_terms", "random_terms", "with_items"]


@dataclass(frozen=True, kw_only=True)
class RandomTerms:
    """The random effects of each participant.

    Parameters
    ----------
    layout : RandomLayout
        Their columns and shared parameters.
    terms : tuple of Term
        Variables of every block: ``()`` for the participant.
    full : bool
        Whether they are slopes with a full covariance.
    parameters : tuple of (str, str, str)
        Group, name and second name (empty for a variance) of every parameter.
    effects : tuple of (str, str)
        Group and name of every column; the level of a nested term.
    items : tuple of str
        Columns whose levels are random, too, and crossed with participants.
    owners : tuple
        With items the participant of every column, empty for an item.
    """

    layout: RandomLayout
    terms: tuple[Term, ...]
    full: bool
    parameters: tuple[tuple[str, str, str], ...]
    effects: tuple[tuple[str, str], ...]
    items: tuple[str, ...] = ()
    owners: tuple[Any, ...] = ()

    @property
    def intercept_only(self) -> bool:
        """Whether participants differ in their level and in nothing else."""
        return self.terms == ((),) and not self.items

    def groups(self, codes: NDArray[np.intp]) -> NDArray[np.intp]:
        """The number of each row's group of dependent rows: its participant, or with items one group for all."""
        return np.zeros_like(codes) if self.items else codes


def named_terms(random: str | Sequence[str] | None) -> tuple[tuple[Term, ...], bool]:
    """Read the argument ``random``: its terms, and whether they are slopes of one covariance."""
    if random is None:
        return (), False
    if isinstance(random, str):
        return parse_terms(random, where="random"), True
    if not isinstance(random, Sequence) or not random or not all(isinstance(entry, str) for entry in random):
        raise ArgumentError("'random' cannot be used", allowed=ALLOWED, got=repr(random))
    found: list[Term] = []
    for entry in random:
        terms = parse_terms(entry if entry.strip() == "1" else f"0 + {entry}", where="random")
        if len(terms) != 1:
            raise ArgumentError(
                f"An entry of 'random' names {len(terms)} terms",
                allowed=ALLOWED,
                got=repr(entry),
                hint="give each nested term an entry of its own, or slopes as one text instead of a list",
            )
        if any(set(terms[0]) == set(term) for term in found):
            raise ArgumentError("'random' names a term twice", got=repr(list(random)))
        found.append(terms[0])
    return tuple(found), False


def random_terms(
    terms: tuple[Term, ...],
    variables: Mapping[str, Variable],
    participant: str,
    *,
    n: int,
    slopes: bool,
    correlated: bool,
) -> RandomTerms:
    """Lay out the random effects.

    Parameters
    ----------
    terms : tuple of Term
        From :func:`named_terms`.
    variables : mapping
        The columns they name.
    participant : str
        Name of the grouping column, for labels.
    n : int
        Number of rows.
    slopes : bool
        Whether the terms are slopes of one block, else nested groups.
    correlated : bool
        Whether slopes have a full covariance.
    """
    levels = {name: variable.levels for name, variable in variables.items()}
    values = {name: variable.values for name, variable in variables.items()}
    nested_numbers = [name for term in terms if not slopes for name in term if not variables[name].is_factor]
    if nested_numbers:
        raise ArgumentError(
            f"{listed(nested_numbers)} in the list 'random' holds numbers, and a nested term needs levels",
            allowed=ALLOWED,
            hint=f"for slopes give random='1 + {nested_numbers[0]}'; for levels 'C({nested_numbers[0]})'",
        )
    if slopes and terms != ((),):
        return _slopes(terms, levels, values, participant, correlated=correlated)
    rows: list[Array] = []
    effects: list[tuple[str, str]] = []
    parameters, blocks, patterns = [], [], []
    at = 0
    for term in terms:
        shape = tuple(len(levels[name]) for name in term)
        place = np.ravel_multi_index(tuple(values[name] for name in term), shape) if term else np.zeros(n, dtype=int)
        used, place = np.unique(place, return_inverse=True)
        names = list(itertools.product(*(levels[name] for name in term)))
        group = ":".join([participant, *term])
        rows.append(np.eye(len(used))[place])
        effects += [(group, ":".join(str(level) for level in names[i]) or "1") for i in used]
        parameters.append((group, "1", ""))
        blocks.append((at, at + len(used), False))
        at += len(used)
    for begin, end, _ in blocks:
        pattern = np.zeros((at, at))
        pattern[range(begin, end), range(begin, end)] = 1
        patterns.append(pattern)
    joined = np.concatenate(rows, axis=1) if rows else np.empty((n, 0))
    layout = RandomLayout(rows=joined, patterns=np.array(patterns).reshape(len(terms), at, at), blocks=tuple(blocks))
    return RandomTerms(layout=layout, terms=terms, full=False, parameters=tuple(parameters), effects=tuple(effects))


def _slopes(
    terms: tuple[Term, ...],
    levels: Mapping[str, tuple[Any, ...]],
    values: Mapping[str, NDArray[Any]],
    participant: str,
    *,
    correlated: bool,
) -> RandomTerms:
    """One block of random coefficients, with a covariance of its own or uncorrelated."""
    factors = [name for name in levels if levels[name]]
    if not correlated and factors:
        raise ArgumentError(
            f"Uncorrelated slopes of the factor {listed(factors)} depend on how its levels are coded",
            allowed="correlated=False with slopes of numbers",
            got=f"levels {listed(levels[factors[0]])}",
            hint=f"give random={['1', *factors]!r}, or correlated slopes",
        )
    columns = Columns(terms=terms, levels=levels)
    rows = model_matrix(columns, values)
    names = [name.replace("intercept", "1") if name == "intercept" else name for _, name in columns.names()]
    q = len(names)
    pairs = [(i, j) for j in range(q) for i in range(j, q)] if correlated else [(i, i) for i in range(q)]
    patterns = np.zeros((len(pairs), q, q))
    for number, (i, j) in enumerate(pairs):
        patterns[number, i, j] = 1
    blocks = ((0, q, True),) if correlated else tuple((i, i + 1, False) for i in range(q))
    return RandomTerms(
        layout=RandomLayout(rows=rows, patterns=patterns, blocks=blocks),
        terms=terms,
        full=correlated,
        parameters=tuple((participant, names[j], "" if i == j else names[i]) for i, j in pairs),
        effects=tuple((participant, name) for name in names),
    )


def with_items(random: RandomTerms, person: Factor, items: Sequence[Factor]) -> RandomTerms:
    """The random terms of participants beside those of items, which all participants share.

    Rows of one item depend on each other across participants, so that one group holds everybody: each participant has
    columns of their own in it, and each item has one.
    """
    if not items:
        return random
    if random.full or not random.terms:
        raise ArgumentError(
            "'items' cannot be used with these random terms of participants",
            allowed="random='1', a list such as ['1', 'exercise'], or slopes of numbers with correlated=False",
            got=repr(" + ".join(":".join(term) or "1" for term in random.terms)) if random.terms else "random=None",
            hint="a full covariance of slopes is estimated for participants alone, without 'items'",
        )
    n, layout = len(person.levels), random.layout
    parts, effects, owners = list[Array](), list[tuple[str, str]](), list[Any]()
    for begin, end, _ in layout.blocks:
        own = np.zeros((len(person.codes), n, end - begin))
        own[np.arange(len(own)), person.codes] = layout.rows[:, begin:end]
        used = own.any(axis=0)
        parts.append(own[:, used])
        effects += [random.effects[begin + column] for _, column in np.argwhere(used)]
        owners += [person.levels[who] for who, _ in np.argwhere(used)]
    for factor in items:
        parts.append(np.eye(len(factor.levels))[factor.codes])
        effects += [(factor.name, str(level)) for level in factor.levels]
        owners += [""] * len(factor.levels)
    ends = np.cumsum([part.shape[1] for part in parts])
    blocks = tuple((int(end) - part.shape[1], int(end), False) for part, end in zip(parts, ends, strict=True))
    patterns = np.zeros((len(blocks), ends[-1], ends[-1]))
    for pattern, (begin, end, _) in zip(patterns, blocks, strict=True):
        pattern[range(begin, end), range(begin, end)] = 1
    return RandomTerms(
        layout=RandomLayout(rows=np.concatenate(parts, axis=1), patterns=patterns, blocks=blocks), terms=random.terms,
        full=False, parameters=(*random.parameters, *((factor.name, "1", "") for factor in items)),
        effects=tuple(effects), items=tuple(factor.name for factor in items), owners=tuple(owners),
    )  # fmt: skip
