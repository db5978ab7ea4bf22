"""The comparisons within participants a second time, by statsmodels, from the same rows of the table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd

from emgkit.stats.cells.blocks import pair_names
from emgkit.stats.cells.columns import Factor
from emgkit.stats.results.statsmodels_objects import Key, StatsmodelsObjects

__all__ = ["anova_objects", "contrast_objects", "equivalence_objects", "influence_objects"]

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """The rows that were analysed, what their columns are, and which contrasts of their levels were made.

    Without ``against`` (a level) and ``weights`` (of some levels: the weights of each contrast by its name) these are
    all pairs.
    """

    table: pd.DataFrame
    outcome: str
    participant: str
    within: tuple[str, ...]
    by: tuple[str, ...] = ()
    between: str | None = None
    log: bool = True
    against: Any = None
    weights: Callable[[Sequence[Any]], Mapping[str, Sequence[float]]] | None = None

    @classmethod
    def of(cls, table: pd.DataFrame, **roles: Any) -> Rows:
        """A copy of the rows, which no later change of the table reaches."""
        return cls(table=table.copy(), **roles)

    def parts(self) -> Iterator[tuple[Key, pd.DataFrame]]:
        """The rows of each level of ``by``, with what was analysed in column ``analysed``."""
        values = self.table[self.outcome].to_numpy(dtype=np.float64)
        table = self.table.assign(analysed=np.log(values) if self.log else values)
        factors = [Factor.of(table, name) for name in self.by]
        for place in itertools.product(*(range(len(factor.levels)) for factor in factors)):
            here = np.ones(len(table), dtype=bool)
            for factor, i in zip(factors, place, strict=True):
                here &= factor.codes == i
            if here.any():
                yield tuple(str(factor.levels[i]) for factor, i in zip(factors, place, strict=True)), table[here]

    def differences(self) -> Iterator[tuple[Key, pd.DataFrame, pd.Series[Any]]]:
        """Each contrast: its key, its rows, and every participant's difference (or difference of differences)."""
        for place, rows in self.parts():
            wide = rows.set_index([self.participant, *self.within])["analysed"].unstack(list(self.within))  # noqa: PD010
            axes = [list(Factor.of(rows, name).levels) for name in self.within]
            for contrast in itertools.product(*map(self._contrasts, axes)):
                names = tuple(name for name, _ in contrast)
                difference = pd.Series(0.0, index=wide.index)
                for corner in itertools.product(*(weights.items() for _, weights in contrast)):
                    levels = tuple(level for level, _ in corner)
                    weight = math.prod(one for _, one in corner)
                    difference = difference + weight * wide[levels if len(levels) > 1 else levels[0]]
                yield (*place, *names), rows, difference.dropna().rename(names[0])

    def _contrasts(self, levels: Sequence[Any]) -> list[tuple[str, dict[Any, float]]]:
        """The contrasts of the levels of one factor: the name of each, and the weights that are not 0."""
        if self.weights is not None:
            named = self.weights(levels).items()
            return [(name, {k: w for k, w in zip(levels, row, strict=True) if w}) for name, row in named]
        pairs: Iterable[tuple[Any, Any]] = itertools.combinations(levels, 2)
        if self.against is not None:
            pairs = ((level, self.against) for level in levels if level != self.against)
        return [(pair_names(pair, log=self.log)[0], {pair[0]: 1.0, pair[1]: -1.0}) for pair in pairs]


def contrast_objects(table: pd.DataFrame, *, test: str, pair_columns: Sequence[str], **roles: Any) -> Any:
    """The objects of a table of contrasts, or what statsmodels lacks.

    Parameters
    ----------
    table : pandas.DataFrame
        The cells.
    test : str
        The test, as in :func:`contrasts`.
    pair_columns : sequence of str
        Columns of the result that hold pairs of levels, beside ``contrast``.
    **roles
        Those of :class:`Rows`.
    """
    if test != "t":
        return {"wilcoxon": "interval of Wilcoxon's signed ranks", "sign-flip": "exact test of sign flips"}[test]
    rows, levels = Rows.of(table, **roles), (*roles["by"], "contrast", *pair_columns)
    if rows.between is not None:
        return StatsmodelsObjects(
            what="CompareMeans of the differences of two groups, to be asked for unequal variances",
            levels=levels, parts=partial(_group_parts, rows), make=_compare_means,
            numbers=partial(_welch_numbers, log=rows.log),
        )  # fmt: skip
    return StatsmodelsObjects(
        what=f"ordinary least squares of the {'weighted sums' if rows.weights else 'differences'} on a constant",
        levels=levels, parts=partial(_difference_parts, rows), make=_mean_by_ols,
        numbers=partial(_mean_numbers, log=rows.log),
    )  # fmt: skip


def equivalence_objects(table: pd.DataFrame, *, bounds: tuple[float, float], **roles: Any) -> StatsmodelsObjects:
    """The objects of tests of equivalence; ``bounds`` are on the scale of the differences."""
    rows = Rows.of(table, **roles)
    return StatsmodelsObjects(
        what="DescrStatsW of the differences, with ttost_mean", levels=(*rows.by, "contrast"),
        parts=partial(_difference_parts, rows), make=_described,
        numbers=partial(_tost_numbers, bounds=bounds, log=rows.log),
    )  # fmt: skip


def influence_objects(table: pd.DataFrame, **roles: Any) -> StatsmodelsObjects:
    """The objects of contrasts from which each participant is left out, with everybody in."""
    rows = Rows.of(table, **roles)
    return StatsmodelsObjects(
        what="ordinary least squares of the differences on a constant, with get_influence",
        levels=(*rows.by, "contrast"), parts=partial(_difference_parts, rows), make=_mean_by_ols,
        numbers=partial(_influence_numbers, log=rows.log), needs=("left_out",),
    )  # fmt: skip


def _difference_parts(rows: Rows) -> dict[Key, Any]:
    return {key: differences for key, _, differences in rows.differences() if len(differences) > 1}


def _group_parts(rows: Rows) -> dict[Key, Any]:
    """The differences of both groups of each pair of groups."""
    parts = {}
    for key, part, differences in rows.differences():
        groups = Factor.of(part, str(rows.between))
        mine = pd.Series(groups.codes, index=part[rows.participant]).groupby(level=0).first()[differences.index]
        present = [i for i in range(len(groups.levels)) if (mine == i).any()]
        for i, j in itertools.combinations(present, 2):
            name = pair_names((groups.levels[i], groups.levels[j]), log=rows.log)[0]
            parts[(*key, name)] = (differences[mine == i].to_numpy(), differences[mine == j].to_numpy())
    return parts


def _mean_by_ols(differences: pd.Series[Any]) -> Any:
    from statsmodels.regression.linear_model import OLS

    return OLS(differences, pd.DataFrame({"const": 1.0}, index=differences.index)).fit()


def _described(differences: pd.Series[Any]) -> Any:
    from statsmodels.stats.weightstats import DescrStatsW

    return DescrStatsW(differences.to_numpy())


def _compare_means(samples: tuple[Any, Any]) -> Any:
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    return CompareMeans(*(DescrStatsW(sample) for sample in samples))


def _scaled(estimate: Any, limits: Any, *, log: bool, end: str = "") -> dict[str, float]:
    """An estimate and its limits in the columns of a table."""
    back = np.exp if log else np.asarray
    name = "ratio" if log else "difference"
    low, high = (float(back(limit)) for limit in limits)
    return {f"{name}{end}": float(back(estimate)), f"ci_low{end}": low, f"ci_high{end}": high}


def _mean_numbers(fitted: Any, row: Row, *, log: bool) -> dict[str, float]:
    del row
    return {
        **_scaled(fitted.params.iloc[0], fitted.conf_int().iloc[0], log=log), "t": float(fitted.tvalues.iloc[0]),
        "df": float(fitted.df_resid), "n": float(fitted.nobs), "p": float(fitted.pvalues.iloc[0]),
    }  # fmt: skip


def _welch_numbers(compared: Any, row: Row, *, log: bool) -> dict[str, float]:
    del row
    t, p, df = compared.ttest_ind(usevar="unequal")
    limits = compared.tconfint_diff(usevar="unequal")
    first, second = compared.d1, compared.d2
    return {
        **_scaled(first.mean - second.mean, limits, log=log), "t": float(t), "df": float(df), "p": float(p),
        "n_first": float(first.nobs), "n_second": float(second.nobs), "n": float(first.nobs + second.nobs),
    }  # fmt: skip


def _tost_numbers(described: Any, row: Row, *, bounds: tuple[float, float], log: bool) -> dict[str, float]:
    del row
    p, (t_lower, p_lower, df), (t_upper, p_upper, _) = described.ttost_mean(*bounds)
    narrow = _scaled(described.mean, described.tconfint_mean(0.1), log=log)
    return {
        **_scaled(described.mean, described.tconfint_mean(), log=log),
        "ci90_low": narrow["ci_low"], "ci90_high": narrow["ci_high"], "t_lower": float(t_lower), "p": float(p),
        "p_lower": float(p_lower), "t_upper": float(t_upper), "p_upper": float(p_upper), "df": float(df),
        "n": float(described.nobs), "p_difference": float(described.ttest_mean(0)[1]),
    }  # fmt: skip


def _influence_numbers(fitted: Any, row: Row, *, log: bool) -> dict[str, float]:
    means, studentised = _left_out(fitted)
    who = str(row["left_out"])
    with_all = _scaled(fitted.params.iloc[0], fitted.conf_int().iloc[0], log=log, end="_all")
    own = {"ratio": float(np.exp(means[who]))} if log else {"difference": float(means[who])}
    return {
        **with_all, **own, "p_all": float(fitted.pvalues.iloc[0]), "n_all": float(fitted.nobs),
        "studentised": float(studentised[who]),
    }  # fmt: skip


@lru_cache(maxsize=1)
def _left_out(fitted: Any) -> tuple[dict[str, float], dict[str, float]]:
    """The mean without each participant, and each one's externally studentised residual."""
    influence, people = fitted.get_influence(), list(map(str, fitted.model.data.row_labels))
    means = np.asarray(fitted.params)[0] - np.asarray(influence.dfbeta)[:, 0]
    studentised = np.asarray(influence.resid_studentized_external)
    return dict(zip(people, means, strict=True)), dict(zip(people, studentised, strict=True))


def anova_objects(table: pd.DataFrame, **roles: Any) -> StatsmodelsObjects:
    """The objects of an analysis of variance: AnovaRM, or with groups the least squares behind each test."""
    rows = Rows.of(table, **roles)
    if rows.between is None:
        return StatsmodelsObjects(
            what="AnovaRM", levels=rows.by, parts=partial(_complete_parts, rows), make=partial(_anova_rm, rows),
            numbers=_anova_rm_numbers, needs=("term",),
        )  # fmt: skip
    return StatsmodelsObjects(
        what="ordinary least squares with participants in their groups, for anova_lm(…, typ=3)",
        levels=(*rows.by, "term"), parts=partial(_term_parts, rows), make=partial(_anova_ols, rows),
        numbers=partial(_anova_ols_numbers, rows),
    )  # fmt: skip


def _complete_parts(rows: Rows) -> dict[Key, Any]:
    """The rows of the participants who have every cell, by level of ``by``."""
    parts = {}
    for place, part in rows.parts():
        cells = part.groupby(list(rows.within), observed=True).ngroups
        complete = part[part.groupby(rows.participant, observed=True)["analysed"].transform("size") == cells]
        if len(complete) > cells:
            parts[place] = complete
    return parts


def _plain(rows: Rows, part: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """The rows with names that any formula can hold: ``analysed``, ``person``, ``f0`` and on, and ``g`` of groups."""
    names = {rows.participant: "person", **{name: f"f{i}" for i, name in enumerate(rows.within)}}
    names |= {rows.between: "g"} if rows.between is not None else {}
    kept = [name for name in names if name in (rows.participant, rows.between, *factors)]
    table = pd.DataFrame({names[name]: Factor.of(part, name).codes.astype(str) for name in kept})
    columns = list(table.columns)
    means = table.assign(analysed=part["analysed"].to_numpy()).groupby(columns)["analysed"].mean()
    return means.reset_index()


def _anova_rm(rows: Rows, part: pd.DataFrame) -> Any:
    from statsmodels.stats.anova import AnovaRM

    plain = _plain(rows, part, rows.within)
    fitted = AnovaRM(plain, "analysed", "person", within=[f"f{i}" for i in range(len(rows.within))]).fit()
    named = [":".join(rows.within[int(name[1:])] for name in str(term).split(":")) for term in fitted.anova_table.index]
    fitted.anova_table.index = pd.Index(named)
    return fitted


def _anova_rm_numbers(fitted: Any, row: Row) -> dict[str, float]:
    f, df1, df2, p = fitted.anova_table.loc[row["term"], ["F Value", "Num DF", "Den DF", "Pr > F"]]
    return {"F": float(f), "df1": float(df1), "df2": float(df2), "p": float(p)}


def _term_parts(rows: Rows) -> dict[Key, Any]:
    """The complete rows and the factors within participants of each term."""
    parts = {}
    for place, part in _complete_parts(rows).items():
        for size in range(len(rows.within) + 1):
            for factors in itertools.combinations(rows.within, size):
                for names in [*([factors] if factors else []), (str(rows.between), *factors)]:
                    parts[(*place, ":".join(names))] = (part, factors)
    return parts


def _anova_ols(rows: Rows, part: tuple[pd.DataFrame, tuple[str, ...]]) -> Any:
    """Least squares whose residual is the error of a term: what participants differ in beyond its lesser factors."""
    from statsmodels.formula.api import ols

    table, factors = part
    plain = _plain(rows, table, factors)
    effects = [f"C(f{rows.within.index(name)}, Sum)" for name in factors]
    people = _in_groups(plain) if factors else pd.DataFrame(index=plain.index)
    lesser = [":".join(some) for size in range(len(effects)) for some in itertools.combinations(effects, size)]
    nested = [":".join(filter(None, (name, some))) for name in people.columns for some in lesser]
    formula = f"analysed ~ {' * '.join(['C(g, Sum)', *effects])}"
    return ols(" + ".join([formula, *nested]), pd.concat([plain, people], axis=1)).fit()


def _in_groups(plain: pd.DataFrame) -> pd.DataFrame:
    """Columns that tell the participants of each group apart, coded to sum to zero within it."""
    columns = {}
    for _, group in plain.groupby("g"):
        first, *others = group["person"].unique()
        for who in others:
            columns[f"p{who}"] = (plain["person"] == who).astype(float) - (plain["person"] == first)
    return pd.DataFrame(columns, index=plain.index)


def _anova_ols_numbers(rows: Rows, fitted: Any, row: Row) -> dict[str, float]:
    from statsmodels.stats.anova import anova_lm

    names = str(row["term"]).split(":")
    wanted = {"C(g, Sum)" if name == rows.between else f"C(f{rows.within.index(name)}, Sum)" for name in names}
    table = anova_lm(fitted, typ=3)
    line = next(term for term in table.index if set(str(term).split(":")) == wanted)
    return {
        "F": float(table.loc[line, "F"]), "df1": float(table.loc[line, "df"]), "df2": float(fitted.df_resid),
        "p": float(table.loc[line, "PR(>F)"]),
    }  # fmt: skip
