"""Mixed models: incomplete tables, repetitions and covariates, with small-sample inference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_option
from emgkit.errors import ArgumentError, Notice
from emgkit.notation import listed
from emgkit.stats.cells.columns import (
    Factor,
    as_names,
    check_columns,
    check_participants,
    check_single_valued,
    check_table,
    only_value,
    outcome_values,
)
from emgkit.stats.cells.effect_formulas import CONFIDENCE
from emgkit.stats.cells.people import as_crossed, check_people, people_at_levels
from emgkit.stats.cells.references import check_references, is_percent
from emgkit.stats.mixed import checks, marginal, reml
from emgkit.stats.mixed.estimates import Estimates
from emgkit.stats.mixed.formula import Columns, Formula, Variable, model_matrix, parse
from emgkit.stats.mixed.marginal import Grid, column_name
from emgkit.stats.mixed.random_terms import RandomTerms, named_terms, random_terms, with_items
from emgkit.stats.mixed.small_sample import METHODS, Inference, inference
from emgkit.stats.mixed.statsmodels_twin import fit_mixedlm, model_objects, variance_objects
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.results.statsmodels_objects import StatsmodelsObjects

Array = NDArray[np.float64]

# what a singular fit means
SINGULAR = (
    "The table holds too little to estimate all random terms, "
    "so the degrees of freedom may be too many and p too small."
)

__all__ = ["MixedModel", "mixed_model"]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A checked table, taken apart for the fit."""

    formula: Formula
    participant: str
    person: Factor
    known: Mapping[str, Variable]
    columns: Columns
    x: Array
    random: RandomTerms
    repeats: checks.Repeats
    people: Mapping[str, Mapping[str, Any]]
    notices: tuple[Notice, ...]

    @property
    def groups(self) -> NDArray[np.intp]:
        """The number of each row's group of dependent rows."""
        return self.random.groups(self.person.codes)

    def grid(self, r: Array, *, log: bool, percent: bool, outcomes: tuple[str, ...] = ()) -> Grid:
        """What the tables need to know of the model."""
        covariates = {name: float(v.values.mean()) for name, v in self.known.items() if not v.is_factor}
        return Grid(
            columns=self.columns,
            covariates={name: value for name, value in covariates.items() if name in self.columns.levels},
            r=r, n=len(self.person.levels), log=log, percent=percent, outcomes=outcomes, person=self.person.codes,
            codes={column_name(name): v.values for name, v in self.known.items() if v.is_factor},
            at_zero=checks.at_zero(self.formula.terms, self.known),
        )  # fmt: skip


def prepare(
    table: pd.DataFrame,
    formula: Formula,
    participant: str,
    random: str | Sequence[str] | None,
    *,
    correlated: bool,
    log: bool,
    outcomes: Sequence[str],
    crossed: str | Sequence[str] | None,
    items: str | Sequence[str] | None = None,
) -> Prepared:
    """Check everything but the values of the outcome, and build the model matrix."""
    terms, slopes = named_terms(random)
    names = list(dict.fromkeys(column_name(name) for term in (*formula.terms, *terms) for name in term))
    roles = [("participant", participant), *(("outcome", name) for name in outcomes)]
    item_names = as_names("items", items)
    check_columns(table, [*roles, *(("items", name) for name in item_names), *(("formula", name) for name in names)])
    check_single_valued(table, names, "the formula")
    known = checks.read_variables(table, (*formula.terms, *terms), participant)
    # statsmodels and pandas sort the groups of a model alphabetically, numbers or not
    person = Factor.of(table, participant, order_by=str)
    check_participants(person.levels)
    factors = [Factor(name=column_name(name), levels=pd.Index(v.levels), codes=v.values)
               for name, v in known.items() if v.is_factor]  # fmt: skip
    check_people(table, person, factors, crossed=as_crossed(crossed, [f.name for f in factors], table.columns))
    if random is None:
        checks.check_one_row(table, person)
    repeats = checks.check_rows(table, known, person=person, outcome=outcomes, items=item_names)
    axes = [person, *factors]
    numbers = np.ravel_multi_index(tuple(f.codes for f in axes), tuple(len(f.levels) for f in axes))
    notices = check_references(table, axes, [f.name for f in factors], numbers)
    notices += checks.normaliser_notices(table, formula.terms, log=log)
    notices += checks.covariate_notices(formula.terms, known)

    fixed_names = {name for term in formula.terms for name in term}
    columns = Columns(terms=formula.terms, levels={name: v.levels for name, v in known.items() if name in fixed_names})
    values = {name: v.values for name, v in known.items() if name in fixed_names}
    x = model_matrix(columns, values) if values else np.ones((len(table), 1))
    checks.check_rank(x, columns, known)
    effects = random_terms(
        terms, {name: v for name, v in known.items() if any(name in term for term in terms)}, participant,
        n=len(table), slopes=slopes, correlated=correlated,
    )  # fmt: skip
    effects = with_items(effects, person, [checks.item(table, name) for name in item_names])
    notices += checks.pseudo_replication(
        known, formula.terms, random=effects, person=person, repeats=repeats
    )  # fmt: skip
    return Prepared(
        formula=formula, participant=participant, person=person, known=known, columns=columns, x=x, random=effects,
        repeats=repeats, people=people_at_levels(person, factors), notices=tuple(notices),
    )  # fmt: skip


def mixed_model(
    cells: pd.DataFrame,
    formula: str,
    *,
    participant: str = "participant",
    random: str | Sequence[str] | None = "1",
    df: str = "kenward-roger",
    log: bool = True,
    correlated: bool = True,
    items: str | Sequence[str] | None = None,
    crossed: str | Sequence[str] | None = None,
) -> MixedModel:
    """Fit a linear mixed model with participants as random, and test it as small samples need.

    Participants may lack cells, have repetitions, and differ in covariates or groups.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a value: a participant, the columns the formula names, the outcome.
    formula : str
        Such as ``"value ~ exercise * muscle"``. Columns of numbers are covariates, others factors (``C(load_kg)`` makes
        a factor of numbers), coded to sum to zero, levels in alphabetical order or that of an ordered categorical.
    participant : str
        Column of the participant.
    random : str, list of str or None
        What varies between participants. ``"1"``: their level. ``["1", "exercise"]``: also participant:exercise, and so
        on for further entries, each with a variance of its own. ``"1 + x"``: level and slope (or, of a factor, the
        effect of each level) with a full covariance. ``None``: nothing, for tables of one row a participant, such as an
        analysis of covariance ``"post ~ pre + group"``.
    df : {"kenward-roger", "satterthwaite"}
        How degrees of freedom (and, for the first, standard errors) are found.
    log : bool
        Analyse the natural logarithm of the outcome, which needs values above 0, and give means and contrasts as
        geometric means and ratios; else the values themselves, and differences.
    correlated : bool
        False takes the covariances out of ``"1 + x"``.
    items : str or list of str, optional
        Columns whose levels are a sample from many, too, such as ``"rater"`` or ``"stimulus"``, and crossed with
        participants: each level has a random effect that all participants share, ``(1 | rater)`` in lme4.
    crossed : str or list of str, optional
        Columns in which the same participants stand in several levels though some lack a level. A label in some but not
        all levels of a factor is refused otherwise, since it may be two people. Of columns that people go through, such
        as ``"exercise"``, ``"muscle"`` or ``"session"``, a lacking level is a missing cell, and so it is of a factor of
        five levels or more of which everyone has most.

    Returns
    -------
    MixedModel
        The fit, its tables, marginal means and contrasts.

    Raises
    ------
    DesignError
        A column is missing, empty or mixed up; labels of participants stand in some but not all levels of a factor;
        labels differ by blanks, case or Unicode form only; a cell of an interaction has no values; rows are copies of
        one another; the random terms cannot be told from the residual; nothing is left for an error term.
    ArgumentError
        The formula, the random terms or an option cannot be read.

    Notes
    -----
    REML, the deviance profiled in the relative Cholesky factor (Bates et al., 2015) and polished with exact first and
    second derivatives. A variance of zero is reported, flagged and kept in the model, where degrees of freedom may be
    too many. F tests are type III. On a complete design without repetitions :func:`contrasts` gives each pair its own
    error term, and is the first choice.

    References
    ----------
    Bates, D., Maechler, M., Bolker, B. & Walker, S. (2015). Fitting linear mixed-effects models using lme4. Journal of
    Statistical Software, 67.
    Kenward, M. G. & Roger, J. H. (1997). Small sample inference for fixed effects from restricted maximum likelihood.
    Biometrics, 53.
    Fai, A. H.-T. & Cornelius, P. L. (1996). Approximate F-tests of multiple degree of freedom hypotheses in generalized
    least squares analyses of unbalanced split-plot experiments. Journal of Statistical Computation and Simulation, 54.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"] * 2,
    ...                       "exercise": ["hip_thrust"] * 4 + ["squat"] * 4,
    ...                       "value": [80.0, 60.0, 90.0, 71.0, 40.0, 33.0, 42.0, 55.0]})
    >>> model = mixed_model(cells, "value ~ exercise", random="1")
    >>> model.contrasts("exercise")[["contrast", "ratio", "df", "n"]].round(2)
                 contrast  ratio   df  n
    0  hip_thrust / squat   1.78  3.0  4
    """
    table = check_table(cells)
    check_option("df", df, METHODS)
    parsed = parse(formula)
    if not parsed.outcome:
        raise ArgumentError("The formula has no left side", allowed="such as 'value ~ exercise'", got=repr(formula))
    prepared = prepare(
        table, parsed, participant, random, correlated=correlated, log=log, outcomes=[parsed.outcome],
        crossed=crossed, items=items,
    )  # fmt: skip
    values = outcome_values(table, parsed.outcome, participant, log=log)
    analysed = np.log(values) if log else values
    checks.check_size(analysed)

    problem = reml.reduce(prepared.x, analysed, prepared.random.layout, prepared.groups)
    checks.check_identified(problem, prepared.random, people=len(prepared.person.levels))
    rounding = 64 * np.finfo(np.float64).eps * max(float(np.abs(analysed).max()), 1.0 if log else 0.0)
    if problem.unit <= rounding:
        raise checks.no_error()
    checks.check_residual(problem)
    fit = reml.fit(problem)
    known, terms = prepared.known, parsed.terms
    notices = [*prepared.notices, *_fit_notices(fit, prepared.random)]
    notices += checks.pooled_error(
        analysed, known=known, terms=terms, random=prepared.random, person=prepared.person, repeats=prepared.repeats,
        log=log, unit=only_value(table, "unit"),
    )  # fmt: skip
    return MixedModel(
        formula=formula, participant=participant, random=random, df=df, log=log, sigma=fit.sigma,
        items=prepared.random.items, reml_deviance=fit.deviance, singular=fit.singular,
        n=len(prepared.person.levels), n_rows=len(table),
        notices=announce(notices),
        _fit=fit, _prepared=prepared, _analysed=analysed, _table=table[[participant, *_columns(prepared)]],
        _unit=only_value(table, "unit"), _measure=only_value(table, "measure"),
        _percent=is_percent(table),
    )  # fmt: skip


def _columns(prepared: Prepared) -> list[str]:
    return [column_name(name) for name in prepared.known]


def _fit_notices(fit: reml.Fit, random: RandomTerms) -> list[Notice]:
    """Say where the optimum lies on the edge, or was not reached."""
    notices = []
    if fit.singular:
        # a factor's diagonal of zero is a variance of zero only where nothing stands beside it in its row
        sizes = np.sqrt((fit.factor**2).sum(axis=1) * (random.layout.rows**2).mean(axis=0))
        places = [int(np.argwhere(pattern)[0][0]) for pattern in random.layout.patterns]
        zero = [
            group if name == "1" else f"{group} ({name})"
            for (group, name, other), place in zip(random.parameters, places, strict=True)
            if not other and sizes[place] < reml.SINGULAR
        ]
        correlated = f"the random effects of {random.parameters[0][0]} are perfectly correlated"
        what = f"the variance of {', '.join(zero)} is estimated as zero" if zero else correlated
        text = f"The fit is singular: {what}. {SINGULAR}"
        notices.append(Notice(code="singular", text=text))
    if not fit.converged:
        text = "The likelihood has no clear optimum: the variances may be off."
        notices.append(Notice(code="not-converged", text=text, hint="Simplify the random terms."))
    return notices


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class MixedModel(Estimates):
    """A fitted mixed model.

    Parameters
    ----------
    formula, participant, random, df, log, items
        As given to :func:`mixed_model`.
    sigma : float
        Residual standard deviation.
    reml_deviance : float
        Minus twice the restricted log-likelihood.
    singular : bool
        Whether a variance is zero or slopes are perfectly correlated.
    n, n_rows : int
        Participants and rows.
    notices : tuple of Notice
        What is doubtful.
    """

    formula: str
    participant: str
    random: str | Sequence[str] | None
    df: str
    log: bool
    items: tuple[str, ...]
    sigma: float
    reml_deviance: float
    singular: bool
    n: int
    n_rows: int
    notices: tuple[Notice, ...]
    _fit: reml.Fit
    _prepared: Prepared
    _analysed: Array
    _table: pd.DataFrame
    _unit: str
    _measure: str
    _percent: bool

    def __repr__(self) -> str:
        edge = ", singular" if self.singular else ""
        name, random = ("MixedModel", f", random={self.random!r}") if self.random is not None else ("Linear model", "")
        random += f", items={listed(self.items)}" if self.items else ""
        return (
            f"<{name} {self.formula!r}{random}{', log' if self.log else ''}: "
            f"{self.n} participants, {self.n_rows} rows, REML deviance {self.reml_deviance:.2f}{edge}>\n\n"
            f"{self.terms}\n\n{self._variances}"
        )

    def methods(self) -> str:
        """What was done, as in :meth:`Results.methods`."""
        return self.terms.methods()

    def sentences(self) -> list[str]:
        """The F test of every term, then the variance components."""
        return [*self.terms.sentences(), *self.variances.sentences()]

    def _repr_html_(self) -> str:
        return f"{self.terms._repr_html_()}{self._variances._repr_html_()}"

    @property
    def _variances(self) -> Results:
        """The variances without what is doubtful, which stands below the terms already."""
        return Results.of(self.variances, "variances", self.variances.attrs)

    @cached_property
    def _known(self) -> Inference:
        problem = self._fit.problem
        known = inference(self._fit, self.df)
        return marginal.rescaled(known, problem.start, np.asarray(problem.unit))

    @cached_property
    def _grid(self) -> Grid:
        return self._prepared.grid(self._fit.problem.r, log=self.log, percent=self._percent)

    @cached_property
    def variances(self) -> Results:
        """Variance components: ``group``, ``name`` (and ``other``), ``variance``, ``sd``, ``correlation``.

        In a row of a covariance ``variance`` holds the covariance and ``sd`` is NaN. The last row is the residual.
        """
        factor = self._fit.factor
        covariance = self.sigma**2 * factor @ factor.T
        sd = np.sqrt(np.diag(covariance))
        rows: list[tuple[str, str, str, float, float, float]] = []
        where = [np.argwhere(pattern)[0] for pattern in self._fit.problem.layout.patterns]
        for (group, name, other), (i, j) in zip(self._prepared.random.parameters, where, strict=True):
            if other:
                both = float(sd[i] * sd[j])
                correlation = float(covariance[i, j]) / both if both > 0 else np.nan
                rows.append((group, name, other, float(covariance[i, j]), np.nan, correlation))
            else:
                rows.append((group, name, "", float(covariance[i, i]), float(sd[i]), np.nan))
        rows.append(("residual", "", "", self.sigma**2, self.sigma, np.nan))
        columns = ["group", "name", "other", "variance", "sd", "correlation"]
        return self._finished(pd.DataFrame(rows, columns=columns), "variances", objects=variance_objects(self))

    @cached_property
    def residuals(self) -> Results:
        """One row a row of the table: ``observed``, ``fitted``, ``residual``, ``standardized``.

        Fitted values include the random effects. On the scale of the model (logarithms where ``log``); ``standardized``
        is divided by sigma.
        """
        effects = self._effects[self._prepared.groups]
        fitted = self._prepared.x @ self._coefficients + (self._fit.problem.layout.rows * effects).sum(axis=1)
        left = self._analysed - fitted
        return self._finished(
            self._table.assign(observed=self._analysed, fitted=fitted, residual=left, standardized=left / self.sigma),
            "rows of a model",
        )

    @cached_property
    def random_effects(self) -> Results:
        """Predicted random effects (best linear unbiased): participant, ``group``, ``name``, ``estimate``.

        The participant is empty where the group is one of items.
        """
        random, people = self._prepared.random, self._prepared.person.levels
        present = np.diagonal(self._fit.problem.s, axis1=1, axis2=2) > 0
        groups, names = ([effect[i] for effect in random.effects] for i in (0, 1))
        owners = random.owners if random.items else people.repeat(len(groups))
        table = pd.DataFrame({
            self.participant: owners, "group": groups * len(present), "name": names * len(present),
            "estimate": self._effects.ravel(),
        })  # fmt: skip
        return self._finished(table[present.ravel()].reset_index(drop=True), "participants of a model")

    @property
    def _coefficients(self) -> Array:
        return np.asarray(np.linalg.solve(self._fit.problem.r, self._known.beta), dtype=np.float64)

    @cached_property
    def _effects(self) -> Array:
        """Random effects of every participant (with items of all) in the columns of the layout, (n_groups, q)."""
        problem = self._fit.problem
        return reml.random_effects(problem, self._fit.factor) * problem.unit

    @cached_property
    def statsmodels(self) -> Any:
        """The same model in statsmodels: MixedLM at the optimum, its inference z only; OLS without random terms."""
        return self._in_statsmodels(self._fit.factor, reml=True)

    def _in_statsmodels(self, factor: Array, *, reml: bool) -> Any:
        prepared = self._prepared
        return fit_mixedlm(
            self._analysed, prepared.x, columns=prepared.columns, codes=prepared.groups, random=prepared.random,
            factor=factor, reml=reml,
        )  # fmt: skip

    def _objects(self, again: Callable[[Any, Any], pd.DataFrame], labels: Sequence[str]) -> StatsmodelsObjects | str:
        return model_objects(self, again, self._grid, labels)

    def _finished(
        self, table: pd.DataFrame, kind: str, *, objects: StatsmodelsObjects | str = "", **facts: Any
    ) -> Results:
        """Say in plain values what the table is."""
        random = self.random if self.random is None or isinstance(self.random, str) else list(self.random)
        attrs = {
            "analysis": "linear mixed model (REML)" if random is not None else "linear model (least squares)",
            "formula": self.formula, "outcome": self._prepared.formula.outcome,
            "participant": self.participant,
            "random": random, "items": list(self.items), "df": self.df, "scale": "log" if self.log else "raw",
            "unit": self._unit, "measure": self._measure, "confidence": CONFIDENCE,
            "interval": "individual 95 %", "singular": self.singular, "covariates": dict(self._grid.covariates),
            **marginal.coding(self._grid), "n": [self.n], "n_rows": self.n_rows, "people": dict(self._prepared.people),
        }  # fmt: skip
        notices = [*self.notices, *checks.no_test(table)]
        return Results.of(table, kind, {**attrs, **facts}, notices=notices, objects=objects)
