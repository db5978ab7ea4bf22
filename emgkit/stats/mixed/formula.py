"""Formulas of models: ``"value ~ exercise * muscle"`` becomes terms, and terms become columns.

A column of numbers is a covariate, every other column a factor; ``C(load_kg)`` makes a factor of numbers. Factors are
coded to sum to zero, so that a test of a term is a type III test and means over a factor weigh its levels equally.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.errors import ArgumentError
from emgkit.stats.cells.columns import Factor

Array = NDArray[np.float64]
# a term is the variables that are multiplied in it; the empty term is the intercept
Term = tuple[str, ...]

GRAMMAR = "names of columns joined by + - * : ** and brackets, C(column) for a factor of numbers, 0 for no intercept"
TOKEN = re.compile(r"\s*(?:(C\(\s*[^\W\d]\w*\s*\))|([^\W\d]\w*)|(\d+)|(\*\*|[-+*:/^()~|]))")

__all__ = ["Columns", "Formula", "Term", "Variable", "model_matrix", "parse", "parse_terms", "variables"]


@dataclass(frozen=True)
class Formula:
    """What a formula says: the outcome (empty where it has no left side) and the terms in order of their size."""

    outcome: str
    terms: tuple[Term, ...]


@functools.lru_cache(maxsize=64)
def parse(text: str) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text : str
        Such as ``"value ~ exercise * muscle"``; the left side is one column, or missing.

    Raises
    ------
    ArgumentError
        The text is no formula, or one of another program; says where.

    Examples
    --------
    >>> parse("value ~ exercise * muscle").terms
    ((), ('exercise',), ('muscle',), ('exercise', 'muscle'))
    """
    if not isinstance(text, str) or text.count("~") != 1:
        raise ArgumentError("The formula cannot be used", allowed="such as 'value ~ exercise * muscle'", got=repr(text))
    left, right = (side.strip() for side in text.split("~"))
    if left and not re.fullmatch(r"[^\W\d]\w*", left):
        do = "give log=True" if left.startswith(("log", "np.log")) else "compute it as a column of the table first"
        raise ArgumentError("The left side of the formula is not a column", allowed="one name", got=repr(left), hint=do)
    terms = parse_terms(right, where=f"formula {text!r}")
    if any(left == _plain(name) for term in terms for name in term):
        raise ArgumentError(f"Column {left!r} stands on both sides of the formula", got=repr(text))
    return Formula(outcome=left, terms=terms)


@functools.lru_cache(maxsize=64)
def parse_terms(text: str, *, where: str = "") -> tuple[Term, ...]:
    """Read the right side of a formula: its terms, the intercept among them unless it is taken out.

    Examples
    --------
    >>> parse_terms("1 + x")
    ((), ('x',))
    """
    reader = _Reader(text, where)
    found = reader.sum(start={(): None})
    if reader.kind:
        reader.fail()
    if not found:
        raise ArgumentError("The formula has no terms", where=where, allowed=GRAMMAR, got=repr(text))
    return tuple(sorted(found, key=len))


class _Reader:
    """Reads the terms of one text; sets of terms are dictionaries, which keep their order."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where, self.at, self.kind, self.token = text, where, 0, "", ""
        self.next()

    def next(self) -> None:
        found = TOKEN.match(self.text, self.at)
        if not found:
            if self.text[self.at :].strip():
                self.fail()
            self.kind, self.token = "", ""
            return
        self.kind = ("factor", "name", "number", "sign")[next(i for i, group in enumerate(found.groups()) if group)]
        self.token, self.at = found[0].strip(), found.end()

    def fail(self) -> None:
        rest = self.text[max(self.at - len(self.token), 0) :].strip() or "its end"
        bar = "|" in self.text
        raise ArgumentError(
            f"The formula cannot be read at {rest!r}",
            where=self.where,
            allowed=GRAMMAR,
            got=repr(self.text),
            hint="name random terms in random="
            if bar
            else "compute anything else as a column of the table first, and rename columns whose names hold spaces",
        )

    def accept(self, *signs: str) -> str:
        if self.kind == "sign" and self.token in signs:
            token = self.token
            self.next()
            return token
        return ""

    def sum(self, start: dict[Term, None]) -> dict[Term, None]:
        terms = dict(start)
        sign = self.accept("+", "-") or "+"
        while sign:
            if self.kind == "number" and self.token == "0":
                self.next()
                here: dict[Term, None] = {(): None}
                sign = "-" if sign == "+" else "+"
            else:
                here = self.product()
            taken = {frozenset(term) for term in here} if sign == "-" else set()
            terms = _together({t: None for t in terms if frozenset(t) not in taken}, {} if sign == "-" else here)
            sign = self.accept("+", "-")
        return terms

    def product(self) -> dict[Term, None]:
        terms = self.interaction()
        while sign := self.accept("*", "/"):
            other = self.interaction()
            if sign == "*":
                terms = _together(terms, other, _crossed(terms, other))
            else:
                whole = tuple(dict.fromkeys(name for term in terms for name in term))
                terms = _together(terms, _crossed({whole: None}, other))
        return terms

    def interaction(self) -> dict[Term, None]:
        terms = self.power()
        while self.accept(":"):
            terms = _crossed(terms, self.power())
        return terms

    def power(self) -> dict[Term, None]:
        terms = self.atom()
        if self.accept("**", "^"):
            if self.kind != "number" or not 1 <= int(self.token) <= 9:
                self.fail()
            raised = terms
            for _ in range(int(self.token) - 1):
                raised = _together(raised, _crossed(raised, terms))
            self.next()
            return raised
        return terms

    def atom(self) -> dict[Term, None]:
        if self.accept("("):
            terms = self.sum(start={})
            if not self.accept(")"):
                self.fail()
            return terms
        token = re.sub(r"\s", "", self.token)
        if self.kind not in ("factor", "name") and token != "1":
            self.fail()
        self.next()
        return {(): None} if token == "1" else {(token,): None}


def _crossed(first: Mapping[Term, None], second: Mapping[Term, None]) -> dict[Term, None]:
    """Every term of the one times every term of the other; a factor times itself is itself."""
    return _together(dict.fromkeys(tuple(dict.fromkeys((*a, *b))) for a in first for b in second))


def _together(*parts: Mapping[Term, None]) -> dict[Term, None]:
    """Terms of all parts, a:b and b:a as one."""
    known: dict[frozenset[str], Term] = {}
    for part in parts:
        for term in part:
            known.setdefault(frozenset(term), term)
    return dict.fromkeys(known.values())


def _plain(name: str) -> str:
    return name[2:-1] if name.startswith("C(") else name


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One column that a formula names: a factor with its levels, or a covariate.

    Parameters
    ----------
    name : str
        The column.
    levels : tuple
        Levels in their order; empty for a covariate.
    values : numpy.ndarray, (n_rows,)
        Position in ``levels``, or the numbers.
    """

    name: str
    levels: tuple[Any, ...]
    values: NDArray[Any]

    @property
    def is_factor(self) -> bool:
        """Whether it has levels."""
        return bool(self.levels)


def variables(table: pd.DataFrame, terms: Sequence[Term]) -> dict[str, Variable]:
    """Read the columns that ``terms`` name, by their names in the formula; the columns must be there and be filled."""
    found: dict[str, Variable] = {}
    for name in dict.fromkeys(name for term in terms for name in term):
        column = table[_plain(name)]
        numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
        if numeric and not name.startswith("C("):
            values = column.to_numpy(dtype=np.float64, na_value=np.nan)
            found[name] = Variable(name=name, levels=(), values=values)
        else:
            factor = Factor.of(table, _plain(name))
            found[name] = Variable(name=name, levels=tuple(factor.levels), values=factor.codes)
    return found


@dataclass(frozen=True, kw_only=True)
class Columns:
    """How the columns of a model matrix are made, so that the same columns can be made at other values.

    Parameters
    ----------
    terms : tuple of Term
        Terms in the order of the columns.
    levels : mapping
        The levels of every factor; empty for a covariate.
    """

    terms: tuple[Term, ...]
    levels: Mapping[str, tuple[Any, ...]]

    def coded(self, term: Term, name: str) -> bool:
        """Whether a factor stands in a term by sum-to-zero columns; without its margin it has one column a level."""
        margin = frozenset(term) - {name}
        if not margin and () not in self.terms:
            # without an intercept, the first factor that stands alone has a column for each of its levels
            alone = [other[0] for other in self.terms if len(other) == 1 and self.levels[other[0]]]
            return name != alone[0]
        return any(frozenset(other) == margin for other in self.terms)

    def names(self) -> list[tuple[str, str]]:
        """Term and name of every column."""
        result = []
        for term in self.terms:
            texts = [""]
            for name in term:
                if self.levels[name]:
                    kept = self.levels[name][:-1] if self.coded(term, name) else self.levels[name]
                    parts = [f"{_plain(name)}[{level}]" for level in kept]
                else:
                    parts = [name]
                # the first factor varies fastest, as in R
                texts = [f"{text}:{part}" if text else part for part in parts for text in texts]
            label = ":".join(_plain(name) for name in term) or "intercept"
            result += [(label, text or "intercept") for text in texts]
        return result


def model_matrix(columns: Columns, values: Mapping[str, NDArray[Any]]) -> Array:
    """Build the model matrix at given levels (as positions) and covariates.

    Parameters
    ----------
    columns : Columns
        What to build.
    values : mapping of str to numpy.ndarray, (n_rows,)
        One array a variable, all of one length.

    Returns
    -------
    numpy.ndarray, (n_rows, n_columns)
        The intercept first, if there is one.

    Examples
    --------
    >>> columns = Columns(terms=((), ("exercise",)), levels={"exercise": ("deadlift", "hip_thrust", "squat")})
    >>> model_matrix(columns, {"exercise": np.array([0, 1, 2])})
    array([[ 1.,  1.,  0.],
           [ 1.,  0.,  1.],
           [ 1., -1., -1.]])
    """
    n = len(next(iter(values.values()))) if values else 1
    blocks: list[Array] = []
    for term in columns.terms:
        block = np.ones((n, 1))
        for name in term:
            levels = len(columns.levels[name])
            if levels:
                basis = np.eye(levels)
                if columns.coded(term, name):
                    basis = basis[:, :-1].copy()
                    basis[-1] = -1
                part = basis[values[name]]
            else:
                part = np.asarray(values[name], dtype=np.float64)[:, None]
            block = (part[:, :, None] * block[:, None, :]).reshape(n, -1)
        blocks.append(block)
    return np.concatenate(blocks, axis=1)
