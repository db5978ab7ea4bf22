"""Tables from a fitted linear model: coefficients, tests of terms, marginal means and their contrasts.

A marginal mean is the model's prediction on a balanced grid of all levels, with covariates at their mean, averaged over
the factors not named with equal weights.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from emgkit._checks import nearest
from emgkit.errors import ArgumentError, DesignError
from emgkit.notation import listed
from emgkit.stats.cells.blocks import pair_names
from emgkit.stats.cells.effect_formulas import CONFIDENCE
from emgkit.stats.cells.multiplicity import TUKEY, adjusted, tukey
from emgkit.stats.cells.references import MUSCLE_COLUMNS
from emgkit.stats.mixed.formula import Columns, Term, model_matrix
from emgkit.stats.mixed.small_sample import Inference

Array = NDArray[np.float64]

# the results' own columns, which a column of the design would hide
RESULT_COLUMNS = (
    "outcome", "term", "contrast", "mean", "geometric_mean", "ratio", "difference", "estimate", "se", "ci_low",
    "ci_high", "t", "F", "df", "df1", "df2", "n", "p", "p_adjusted", "family_size",
)  # fmt: skip

__all__ = [
    "Grid",
    "coded_columns",
    "coding",
    "column_name",
    "contrasts",
    "fixed",
    "interaction_contrasts",
    "joint_tests",
    "means",
    "terms",
    "zero_tests",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """What the tables need to know of a model besides its estimates.

    Parameters
    ----------
    columns : Columns
        Of the model matrix.
    covariates : mapping of str to float
        Their means, where marginal means are taken.
    r : numpy.ndarray, (p, p)
        Takes coefficients of the model matrix to those of its orthonormal form.
    n : int
        Number of participants.
    log : bool
        Whether the outcome is a logarithm.
    percent : bool
        Whether the outcome is in percent of a reference contraction.
    outcomes : tuple of str
        Names of several outcomes, on the leading axis of the inference; empty for one.
    person, codes : numpy.ndarray (n_rows,), mapping of column to numpy.ndarray (n_rows,)
        The participant of every row of the table, and its level of every factor.
    at_zero : mapping of str to tuple of str
        Terms whose effect is that where covariates are 0, which they interact with: label of the term, covariates.
    """

    columns: Columns
    covariates: Mapping[str, float]
    r: Array
    n: int
    log: bool
    percent: bool
    outcomes: tuple[str, ...]
    person: NDArray[np.intp]
    codes: Mapping[str, NDArray[np.intp]]
    at_zero: Mapping[str, tuple[str, ...]]

    @property
    def factors(self) -> dict[str, tuple[Any, ...]]:
        """Column and levels of the factors."""
        return {column_name(name): levels for name, levels in self.columns.levels.items() if levels}

    def coded_factors(self, term: Term) -> list[str]:
        """Columns of the factors that are coded to sum to zero in a term; the others have a column for every level."""
        return [column_name(name) for name in term if self.columns.levels[name] and self.columns.coded(term, name)]

    def people(self, cells: Mapping[str, Sequence[Any]]) -> int:
        """How many participants have a row at these levels: levels of each factor, any of which will do."""
        there = np.ones(len(self.person), dtype=bool)
        for name, wanted in cells.items():
            known = self.factors[name]
            there &= np.isin(self.codes[name], [known.index(level) for level in wanted])
        return len(np.unique(self.person[there]))

    def rows(self, values: Mapping[str, NDArray[Any]]) -> Array:
        """Rows of the orthonormal model matrix at given levels and covariates."""
        return self.orthonormal(model_matrix(self.columns, values))

    def orthonormal(self, rows: Array) -> Array:
        """Rows of coefficients as rows of the orthonormal coefficients."""
        return np.asarray(np.linalg.solve(self.r.T, rows.T).T, dtype=np.float64)


def column_name(name: str) -> str:
    """Column of the table that a formula calls ``C(column)`` or by its name.

    Examples
    --------
    >>> column_name("C(load_kg)")
    'load_kg'
    """
    return name[2:-1] if name.startswith("C(") else name


def coding(grid: Grid) -> dict[str, Any]:
    """Facts on the columns for sentences.

    ``factors`` are those coded to sum to zero in every term, ``level_terms`` the terms in which further ones have a
    coefficient for every level, ``coded_terms`` those in which these are coded all the same, and ``slopes`` the
    covariates.
    """
    terms: dict[str, tuple[list[str], list[str]]] = {name: ([], []) for name in grid.factors}
    for term in grid.columns.terms:
        coded = grid.coded_factors(term)
        for name in map(column_name, term):
            if name in terms:
                terms[name][name in coded].append(":".join(map(column_name, term)))
    levels = {name: found[0] for name, found in terms.items() if found[0]}
    return {
        "factors": [name for name in terms if name not in levels],
        "level_terms": levels,
        "coded_terms": {name: terms[name][1] for name in levels if terms[name][1]},
        "slopes": list(grid.covariates),
    }


def coded_columns(grid: Grid) -> dict[str, list[str]]:
    """Coefficients of factors coded to sum to zero: the columns of those factors, none where all of them are."""
    found = dict[str, list[str]]()
    for term in grid.columns.terms:
        coded, factors = grid.coded_factors(term), [name for name in term if grid.columns.levels[name]]
        if coded:
            found[":".join(map(column_name, term))] = coded if len(coded) < len(factors) else []
    return {name: found[term] for term, name in grid.columns.names() if term in found}


def zero_tests(columns: Columns) -> dict[str, str]:
    """Terms whose F tests that all ``"means"`` or all ``"slopes"`` are zero, not that they are equal.

    These are the terms with a column for every level, as the first factor has without an intercept.

    Examples
    --------
    >>> zero_tests(Columns(terms=(("exercise",),), levels={"exercise": ("deadlift", "squat")}))
    {'exercise': 'means'}
    """
    found = {}
    for term in columns.terms:
        factors = [name for name in term if columns.levels[name]]
        if factors and not any(columns.coded(term, name) for name in factors):
            found[":".join(map(column_name, term))] = "slopes" if len(factors) < len(term) else "means"
    return found


def fixed(grid: Grid, known: Inference) -> pd.DataFrame:
    """Coefficients under sum-to-zero coding, with t tests."""
    labels = [name for _, name in grid.columns.names()]
    estimate, se, df = known.single(grid.orthonormal(np.eye(len(labels))))
    half = special.stdtrit(df, (1 + CONFIDENCE) / 2) * se
    numbers = {"estimate": estimate, "se": se, "ci_low": estimate - half, "ci_high": estimate + half}
    return _table(grid, {"term": labels}, numbers | _t_test(estimate, se, df))


def terms(grid: Grid, known: Inference) -> pd.DataFrame:
    """F of every term: type III, since factors are coded to sum to zero."""
    owners = [term for term, _ in grid.columns.names()]
    every = grid.orthonormal(np.eye(len(owners)))
    labels = [term for term in dict.fromkeys(owners) if term != "intercept"]
    return _f_table(grid, known, {"term": labels}, [every[[o == label for o in owners]] for label in labels])


def means(grid: Grid, known: Inference, factors: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    """Marginal means of all combinations of ``factors``, at each combination of ``by``."""
    names = _check(grid, factors, by)
    levels, rows = _means(grid, names)
    estimate, se, df = known.single(rows)
    half = special.stdtrit(df, (1 + CONFIDENCE) / 2) * se
    back = np.exp if grid.log else np.asarray
    numbers = {
        "geometric_mean" if grid.log else "mean": back(estimate),
        "ci_low": back(estimate - half), "ci_high": back(estimate + half), "estimate": estimate, "se": se, "df": df,
    }  # fmt: skip
    n = _people(grid, {name: [[level] for level in levels[name]] for name in names}) if names else None
    return _table(grid, levels, numbers, n=n)


def contrasts(
    grid: Grid, known: Inference, factor: str, by: Sequence[str], *, adjust: str, family: str | list[str]
) -> pd.DataFrame:
    """Every pair of levels of ``factor``, at each combination of ``by``."""
    names = _check(grid, [factor], by)
    _refuse_between_muscles(grid, factor)
    levels, rows = _means(grid, names)
    size = len(grid.factors[factor])
    pairs = list(itertools.combinations(range(size), 2))
    first, second = np.array(pairs).T
    cells = rows.reshape(-1, size, rows.shape[-1])
    labels = [_pair(grid, factor, pair) for pair in pairs] * len(cells)
    keys = {name: _repeated(levels[name][::size], len(pairs)) for name in by}
    members = _members(keys, by, family, len(labels))
    difference = (cells[:, first] - cells[:, second]).reshape(-1, rows.shape[-1])
    both = [[grid.factors[factor][i] for i in pair] for pair in pairs] * len(cells)
    n = _people(grid, {name: [[level] for level in keys[name]] for name in by} | {factor: both})
    keys |= {"contrast": labels}
    return _compared(grid, known, keys, rows=difference, members=members, adjust=adjust, n=n, levels=size)


def interaction_contrasts(
    grid: Grid, known: Inference, factors: Sequence[str], by: Sequence[str], *, adjust: str, family: str | list[str]
) -> pd.DataFrame:
    """Differences of differences (ratios of ratios): pairs of one factor against pairs of the others."""
    names = _check(grid, factors, by)
    wanted = names[len(by) :]
    if len(wanted) < 2:
        raise ArgumentError("An interaction needs two factors or more", got=listed(wanted))
    levels, rows = _means(grid, names)
    sizes = [len(grid.factors[name]) for name in wanted]
    pairs = [list(itertools.combinations(range(size), 2)) for size in sizes]
    cells = rows.reshape(-1, *sizes, rows.shape[-1])
    for axis, chosen in enumerate(pairs):
        first, second = np.array(chosen).T
        cells = cells.take(first, axis=axis + 1) - cells.take(second, axis=axis + 1)
    combined = list(itertools.product(*pairs))
    texts = [[_pair(grid, name, pair) for name, pair in zip(wanted, one, strict=True)] for one in combined]
    step = int(np.prod(sizes))
    keys = {name: _repeated(levels[name][::step], len(combined)) for name in by}
    for position, name in enumerate(wanted):
        keys[name] = [text[position] for text in texts] * len(cells)
    keys["contrast"] = [" : ".join(text) for text in texts] * len(cells)
    total = len(keys["contrast"])
    held = {name: [[level] for level in keys[name]] for name in by}
    for position, name in enumerate(wanted):
        held[name] = [[grid.factors[name][i] for i in one[position]] for one in combined] * len(cells)
    members = _members(keys, by, family, total)
    rows = cells.reshape(total, -1)
    return _compared(grid, known, keys, rows=rows, members=members, adjust=adjust, n=_people(grid, held))


def joint_tests(grid: Grid, known: Inference, factor: str, by: Sequence[str]) -> pd.DataFrame:
    """F of all contrasts of ``factor``, at each combination of ``by``."""
    names = _check(grid, [factor], by)
    _refuse_between_muscles(grid, factor)
    levels, rows = _means(grid, names)
    size = len(grid.factors[factor])
    cells = rows.reshape(-1, size, rows.shape[-1])
    keys = {name: levels[name][::size] for name in by}
    n = _people(grid, {name: [[level] for level in keys[name]] for name in by}) if by else None
    tests = [cell[1:] - cell[:1] for cell in cells]
    return _f_table(grid, known, keys | {"term": [factor] * len(cells)}, tests, n=n)


def rescaled(known: Inference, start: Array, unit: Array) -> Inference:
    """Inference in the units of the outcome: ``start`` are the coefficients taken out, ``unit`` the divisor."""
    squared = (unit**2)[..., None, None]
    return dataclasses.replace(
        known,
        beta=known.beta * unit[..., None] + start,
        plain=known.plain * squared,
        covariance=known.covariance * squared,
        change=known.change * squared[..., None],
    )


def _check(grid: Grid, factors: Sequence[str], by: Sequence[str]) -> list[str]:
    """Refuse what is not a factor of the formula; ``by`` comes first."""
    names = [*by, *factors]
    for name in names:
        if name in grid.covariates:
            raise ArgumentError(
                f"{name!r} is a covariate, and has no levels to take means at",
                allowed=listed(grid.factors),
                hint=f"its slope is in .fixed; C({name}) in the formula makes it a factor",
            )
        if name not in grid.factors:
            raise ArgumentError(
                f"{name!r} is not a factor of the formula",
                allowed=listed(grid.factors),
                got=repr(name),
                hint=nearest(name, grid.factors),
            )
        if name in RESULT_COLUMNS:
            raise ArgumentError(
                f"{name!r} would stand beside a column of the result with the same name", hint="rename the column"
            )
    if len(set(names)) < len(names):
        raise ArgumentError("A factor is named twice", got=listed(names))
    return names


def _refuse_between_muscles(grid: Grid, factor: str) -> None:
    if grid.percent and factor in MUSCLE_COLUMNS:
        raise DesignError(
            f"Contrasts between the levels of {factor!r} are refused for values in percent of a reference: 100 % of "
            "one muscle is another contraction than 100 % of another, so the contrast would compare the references",
            where="column 'unit'",
            hint=f"compare conditions within each muscle: contrasts(..., by={factor!r})",
        )


def _means(grid: Grid, names: Sequence[str]) -> tuple[dict[str, list[Any]], Array]:
    """Levels and rows of the marginal means of ``names``, the last one fastest."""
    factors = grid.factors
    others = [name for name in factors if name not in names]
    order = [*names, *others]
    shape = [len(factors[name]) for name in order]
    places = dict(zip(order, np.indices(shape).reshape(len(shape), -1), strict=True)) if order else {}
    total = int(np.prod(shape)) if shape else 1
    values = {
        name: places[column_name(name)] if levels else np.full(total, grid.covariates[name])
        for name, levels in grid.columns.levels.items()
    }
    kept = int(np.prod([len(factors[name]) for name in names])) if names else 1
    rows = grid.rows(values).reshape(kept, total // kept, -1).mean(axis=1)
    step = total // kept
    return {name: [factors[name][i] for i in places[name][::step]] for name in names}, rows


def _pair(grid: Grid, factor: str, pair: tuple[int, int]) -> str:
    return pair_names([grid.factors[factor][i] for i in pair], log=grid.log)[0]


def _members(
    keys: Mapping[str, Sequence[Any]], by: Sequence[str], family: str | list[str], count: int
) -> NDArray[np.intp]:
    """Number the family of each of ``count`` contrasts, by its levels of the columns that the family is of."""
    named = list(by) if family == "by" else [] if family == "all" else family
    found: dict[tuple[Any, ...], int] = {}
    levels = [tuple(keys[name][i] for name in named) for i in range(count)]
    return np.array([found.setdefault(level, len(found)) for level in levels], dtype=np.intp)


def _repeated(values: Iterable[Any], times: int) -> list[Any]:
    return [value for value in values for _ in range(times)]


def _t_test(estimate: Array, se: Array, df: Array) -> dict[str, Array]:
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / se
    return {"t": t, "df": df, "p": 2 * special.stdtr(df, -np.abs(t))}


def _compared(
    grid: Grid,
    known: Inference,
    keys: Mapping[str, Sequence[Any]],
    *,
    rows: Array,
    members: NDArray[np.intp],
    adjust: str,
    n: Sequence[int],
    levels: int = 0,
) -> pd.DataFrame:
    """The table of contrasts ``rows``, their p corrected in families ``members`` (of each outcome)."""
    estimate, se, df = known.single(rows)
    half = special.stdtrit(df, (1 + CONFIDENCE) / 2) * se
    back = np.exp if grid.log else np.asarray
    tested = _t_test(estimate, se, df)
    flat = tested["p"].reshape(-1, len(rows))
    plain = "none" if adjust == TUKEY else adjust
    found, sizes = zip(*(adjusted(p, members, adjust=plain) for p in flat), strict=True)
    corrected = tukey(tested["t"], tested["df"], levels) if adjust == TUKEY else np.array(found)
    shape = tested["p"].shape
    return _table(grid, keys, {
        "ratio" if grid.log else "difference": back(estimate),
        "ci_low": back(estimate - half), "ci_high": back(estimate + half), "estimate": estimate, "se": se, **tested,
        "p_adjusted": np.reshape(corrected, shape), "family_size": np.reshape(sizes, shape),
    }, n=n)  # fmt: skip


def _f_table(
    grid: Grid,
    known: Inference,
    keys: Mapping[str, Sequence[Any]],
    tests: Sequence[Array],
    *,
    n: Sequence[int] | None = None,
) -> pd.DataFrame:
    found = [known.joint(rows) for rows in tests]
    f, df2 = (np.stack([test[i] for test in found], axis=-1) if found else np.empty(0) for i in (0, 2))
    df1 = np.broadcast_to(np.array([test[1] for test in found], dtype=np.float64), f.shape)
    p: Array = np.asarray(special.fdtrc(df1, df2, f), dtype=np.float64)
    return _table(grid, keys, {"F": f, "df1": df1, "df2": df2, "p": p}, n=n)


def _people(grid: Grid, held: Mapping[str, Sequence[Sequence[Any]]]) -> list[int]:
    """Participants who have a row in the cells of each row of a table: its levels, factor by factor."""
    return [grid.people(dict(zip(held, cells, strict=True))) for cells in zip(*held.values(), strict=True)]


def _table(
    grid: Grid,
    keys: Mapping[str, Sequence[Any]],
    numbers: Mapping[str, Array],
    *,
    n: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Labels beside numbers, repeated for every outcome; n (by default everybody) last of the design's columns."""
    count = len(grid.outcomes) or 1
    columns: dict[str, Any] = {}
    if grid.outcomes:
        columns["outcome"] = _repeated(grid.outcomes, len(next(iter(keys.values()))))
    columns |= {name: list(values) * count for name, values in keys.items()}
    columns |= {name: np.ravel(values) for name, values in numbers.items()}
    table = pd.DataFrame(columns)
    after = "df2" if "df2" in table.columns else "df"
    table.insert(int(list(table.columns).index(after)) + 1, "n", grid.n if n is None else list(n) * count)
    return table
