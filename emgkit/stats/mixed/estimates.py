"""The tables that a fitted model of one outcome or of many has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import pandas as pd

from emgkit.stats.cells.columns import as_name, as_names
from emgkit.stats.cells.multiplicity import as_adjust, check_family
from emgkit.stats.mixed import marginal
from emgkit.stats.mixed.marginal import Grid
from emgkit.stats.mixed.small_sample import Inference
from emgkit.stats.results.results import Results
from emgkit.stats.results.statsmodels_objects import StatsmodelsObjects

# where several factors belong
FURTHER = "name further ones in 'by', or ask for interaction_contrasts([...])"

__all__ = ["Estimates"]


class Estimates(ABC):
    """Coefficients, tests, marginal means and contrasts; with several outcomes, ``outcome`` is the first column."""

    @property
    @abstractmethod
    def _known(self) -> Inference:
        """The estimates in the units of the outcome."""

    @property
    @abstractmethod
    def _grid(self) -> Grid:
        """The design they belong to."""

    @abstractmethod
    def _finished(
        self, table: pd.DataFrame, kind: str, *, objects: StatsmodelsObjects | str = "", **facts: Any
    ) -> Results:
        """Say in plain values what the table is."""

    @abstractmethod
    def _objects(self, again: Callable[[Any, Any], pd.DataFrame], labels: Sequence[str]) -> StatsmodelsObjects | str:
        """What statsmodels makes of the table that ``again`` makes, its rows named by ``labels``."""

    def _made(
        self, kind: str, again: Callable[[Any, Any], pd.DataFrame], labels: Sequence[str], **facts: Any
    ) -> Results:
        """The table that ``again`` makes of the design and the estimates."""
        return self._finished(again(self._grid, self._known), kind, objects=self._objects(again, labels), **facts)

    @cached_property
    def fixed(self) -> Results:
        """Coefficients (on the log scale where ``log``) under sum-to-zero coding, with t tests and 95 % limits."""
        columns, zero = self._grid.columns, self._grid.at_zero
        coded = marginal.coded_columns(self._grid)
        held = {name: list(zero[term]) for term, name in columns.names() if term in zero}
        return self._made("coefficients", marginal.fixed, ["term"], coded=coded, at_zero=held)

    @cached_property
    def terms(self) -> Results:
        """Type III F test of every term: ``term``, ``F``, ``df1``, ``df2``, ``n``, ``p``.

        Without an intercept the test of the first factor is that all its means are zero; its sentence says so.
        """
        held = {term: list(names) for term, names in self._grid.at_zero.items()}
        tests = marginal.zero_tests(self._grid.columns)
        return self._made("terms", marginal.terms, ["term"], at_zero=held, zero_tests=tests)

    def marginal_means(self, factors: str | Sequence[str], *, by: str | Sequence[str] | None = None) -> Results:
        """Give the marginal means of a factor or of combinations of several, with 95 % limits.

        Parameters
        ----------
        factors : str or sequence of str
            Factors of the formula.
        by : str or sequence of str, optional
            Further factors, which come first in the table.

        Returns
        -------
        Results
            The levels, ``mean`` (or ``geometric_mean``), ``ci_low``, ``ci_high``, ``estimate`` and ``se`` (on the scale
            of the model), ``df``, ``n``. The factors not named are averaged with equal weights, covariates stand at
            their mean.
        """
        names = as_names("factors", factors)
        groups = as_names("by", by)
        again = partial(marginal.means, factors=names, by=groups)
        return self._made("marginal means", again, [*groups, *names], by=groups, levels=names)

    def contrasts(
        self,
        factor: str | Sequence[str],
        *,
        by: str | Sequence[str] | None = None,
        adjust: str | None = "holm",
        family: str | Sequence[str] = "by",
    ) -> Results:
        """Compare every pair of levels of a factor: differences, or ratios of geometric means.

        Parameters
        ----------
        factor : str or list of one str
            A factor of the formula; pairs are first minus second.
        by : str or sequence of str, optional
            Factors at whose levels it is compared one by one.
        adjust : str or None
            Correction of p for the number of contrasts in the family, as in :func:`emgkit.stats.contrasts`.
        family : {"by", "all"} or list of str
            Each level of ``by`` is a family of its own, or all contrasts are one family, or each level of some columns
            of ``by`` is one.

        Returns
        -------
        Results
            The levels of ``by``, ``contrast``, ``ratio`` (or ``difference``), ``ci_low``, ``ci_high`` (individual 95 %
            limits), ``estimate`` and ``se`` (on the scale of the model), ``t``, ``df``, ``n``, ``p``, ``p_adjusted``,
            ``family_size``.
        """
        groups, name = as_names("by", by), as_name("factor", factor, hint=FURTHER)
        adjust = as_adjust(adjust, pairs=True)
        chosen = check_family(family, groups, adjust=adjust)
        again = partial(marginal.contrasts, factor=name, by=groups, adjust=adjust, family=chosen)
        facts = {"within": name, "by": groups, "adjust": adjust, "family": chosen}
        return self._made("model contrasts", again, [*groups, "contrast"], **facts)

    def interaction_contrasts(
        self,
        factors: Sequence[str],
        *,
        by: str | Sequence[str] | None = None,
        adjust: str | None = "holm",
        family: str | Sequence[str] = "by",
    ) -> Results:
        """Compare differences between levels of a factor: differences of differences, or ratios of ratios.

        Parameters
        ----------
        factors : sequence of str
            Two factors or more; every pair of the first against every pair of the others.
        by, adjust, family
            As in :meth:`contrasts`.
        """
        names = as_names("factors", factors)
        groups = as_names("by", by)
        adjust = as_adjust(adjust)
        chosen = check_family(family, groups)
        again = partial(marginal.interaction_contrasts, factors=names, by=groups, adjust=adjust, family=chosen)
        facts = {"within": names[0], "interaction": names, "by": groups, "adjust": adjust, "family": chosen}
        return self._made("model contrasts", again, [*groups, "contrast"], **facts)

    def joint_tests(self, factor: str | Sequence[str], *, by: str | Sequence[str] | None = None) -> Results:
        """F test that all levels of a factor are alike, at each level of ``by``."""
        groups, name = as_names("by", by), as_name("factor", factor, hint=FURTHER)
        again = partial(marginal.joint_tests, factor=name, by=groups)
        return self._made("terms", again, [*groups, "term"], by=groups)
