"""Analysis of variance of repeated measures, with everything that stands beside F."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, special

from emgkit._checks import listed
from emgkit.errors import ArgumentError, Notice, warn
from emgkit.stats import design

Array = NDArray[np.float64]

MOST_FACTORS = 3
# what is smaller than this share of what it is compared with is rounding
ROUNDING = 1e-12
RESULT_COLUMNS = (
    "term", "F", "df1", "df2", "p", "epsilon_gg", "p_gg", "epsilon_hf", "p_hf", "ges", "pes", "mauchly_w", "mauchly_p",
    "n",
)  # fmt: skip

__all__ = ["rm_anova"]


def rm_anova(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str],
    between: None = None,
    log: bool = False,
) -> pd.DataFrame:
    """Analysis of variance of one to three factors within participants, on a complete design.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant and combination of levels.
    outcome, participant : str
        Columns of the value and of the participant.
    within : str or sequence of str
        One to three columns, each with two or more levels.
    between : None
        Factors between participants are not offered.
    log : bool
        Analyse the natural logarithm of the outcome.

    Returns
    -------
    pandas.DataFrame
        One row a term (``"exercise"``, ``"exercise:muscle"``) with ``F``, ``df1``, ``df2``, ``p``, ``epsilon_gg``,
        ``p_gg``, ``epsilon_hf``, ``p_hf``, ``ges`` and ``pes`` (generalised and partial eta squared), ``mauchly_w``,
        ``mauchly_p`` and ``n`` (participants). The degrees of freedom are uncorrected. ``.attrs["notices"]`` is a
        list of ``{"code", "text"}``.

    Raises
    ------
    DesignError
        A cell is missing (nobody is left out), repeated or no usable number, or the table mixes units, measures,
        phases, sides or sessions.
    ArgumentError
        More than three factors, or a factor between participants.

    Notes
    -----
    F and its degrees of freedom come from statsmodels (AnovaRM). Epsilon is computed from the covariance S of a
    term's k orthonormal contrasts: Greenhouse-Geisser tr(S)**2 / (k tr(S S)), Huynh-Feldt
    (n k gg - 2) / (k (n - 1 - k gg)), reported as it is and taken as 1 in its p where it exceeds 1. Report the
    Greenhouse-Geisser p whatever Mauchly's test says: the test is shown, never used to choose. Its p has the
    second-order term of Box's expansion in the number of contrasts. It is NaN for two levels, and where there are no
    more participants than contrasts.

    Generalised eta squared divides by the effect and all error sums of squares, those of participants included.

    References
    ----------
    Greenhouse, S. W. & Geisser, S. (1959). On methods in the analysis of profile data. Psychometrika, 24.
    Huynh, H. & Feldt, L. S. (1976). Estimation of the Box correction for degrees of freedom from sample data in
    randomized block and split-plot designs. Journal of Educational Statistics, 1.
    Olejnik, S. & Algina, J. (2003). Generalized eta and omega squared statistics. Psychological Methods, 8.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["hip_thrust"] * 3 + ["squat"] * 3,
    ...                       "value": [80.0, 60.0, 90.0, 40.0, 33.0, 42.0]})
    >>> rm_anova(cells, within="exercise")[["term", "F", "df1", "df2", "n"]].round(2)
           term      F  df1  df2  n
    0  exercise  39.24  1.0  2.0  3
    """
    table = design.check_table(cells)
    names = _check_factors(within, between)
    roles = [("outcome", outcome), ("participant", participant), *(("within", name) for name in names)]
    design.check_columns(table, roles)
    design.check_single_valued(table, names, "'within'")
    values, notices = _complete(table, outcome, participant, names, log=log)
    notices += _normalisers(table, names, log=log)

    terms = [term for size in range(1, len(names) + 1) for term in itertools.combinations(range(len(names)), size)]
    scores = {term: _scores(values, term) for term in ((), *terms)}
    all_errors = float(sum(_squares(score)[1] for score in scores.values()))
    rounding = 16 * np.finfo(np.float64).eps * max(float(np.abs(values).max()), 1.0 if log else 0.0)
    rows = []
    for term, (f, df1, df2, p) in zip(terms, _f_tests(values, terms), strict=True):
        name = ":".join(names[i] for i in term)
        effect, error = _squares(scores[term])
        effect = effect if effect > values.size * rounding**2 else 0.0
        if error <= values.size * rounding**2:
            f = p = error = np.nan
            text = f"All participants have the same effect of {name}: it has no error term, so F and p are NaN."
            notices.append(Notice(code="no-variance", text=text))
        row = {"term": name, "F": f, "df1": df1, "df2": df2, "p": p, **_sphericity(scores[term], f, df1, df2, p)}
        row |= {"ges": _share(effect, all_errors), "pes": _share(effect, error)}
        rows.append(row)
    result = pd.DataFrame(rows).assign(n=len(values))[list(RESULT_COLUMNS)]
    for notice in notices:
        warn(notice)
    result.attrs = {
        "analysis": "repeated-measures analysis of variance",
        "outcome": outcome, "participant": participant, "within": names, "scale": "log" if log else "raw",
        "unit": design.only_value(table, "unit"), "measure": design.only_value(table, "measure"),
        "notices": [{"code": n.code, "text": n.text} for n in notices],
    }  # fmt: skip
    return result


def _share(effect: float, rest: float) -> float:
    """Share of the effect in both; NaN where nothing varies at all."""
    both = effect + rest
    return effect / both if both > 0 else float("nan")


def _check_factors(within: str | Sequence[str], between: None) -> list[str]:
    """One to three factors within participants, none between them."""
    if between is not None:
        raise ArgumentError(
            "'between' is not offered: unequal groups make the sums of squares ambiguous",
            allowed="None",
            came=repr(between),
            do="analyse the groups one by one, or contrasts(..., by=[group, ...])",
        )
    names = design.as_names("within", within)
    if not 1 <= len(names) <= MOST_FACTORS:
        raise ArgumentError(
            "'within' cannot be used", allowed=f"1 to {MOST_FACTORS} columns", came=f"{len(names)}: {listed(names)}"
        )
    return names


def _complete(
    table: pd.DataFrame, outcome: str, participant: str, names: list[str], *, log: bool
) -> tuple[Array, list[Notice]]:
    """Arrange the values as (participant, level, ...), nothing missing."""
    outcomes = design.outcome_values(table, outcome, participant, log=log)
    person = design.Factor.of(table, participant)
    conditions = [design.Factor.of(table, name) for name in names]
    for condition in conditions:
        design.check_levels(condition.name, condition.levels)
    factors = [person, *conditions]
    numbers = design.cell_numbers(table, factors)
    values = np.full(tuple(len(factor.levels) for factor in factors), np.nan)
    values.ravel()[numbers] = np.log(outcomes) if log else outcomes
    missing = dict[Any, list[str]]()
    for i, *cell in np.argwhere(np.isnan(values)):
        levels = " × ".join(str(c.levels[j]) for c, j in zip(conditions, cell, strict=True))
        missing.setdefault(person.levels[i], []).append(levels)
    if missing:
        raise design.incomplete(person.levels, missing, total=values.size)
    design.check_participants(person.levels)
    return values, design.check_references(table, factors, names, numbers)


def _normalisers(table: pd.DataFrame, names: list[str], *, log: bool) -> list[Notice]:
    """Say which terms would change with the reference contractions of the muscles."""
    muscles = [name for name in names if name in design.MUSCLE_COLUMNS]
    if not muscles or not design.is_percent(table):
        return []
    which = f"The main effect of {muscles[0]!r}"
    if len(names) > 1:
        rest = "the other main effects and the interactions do not depend on them on the log scale"
        which = f"{which} depends" if log else "Every term depends"
        text = f"{which} on the muscles' reference contractions, since values are in percent of them; {rest}."
    else:
        text = f"{which} compares the muscles' reference contractions, since values are in percent of them."
    return [Notice(code="depends-on-normaliser", text=text)]


def _scores(values: Array, term: tuple[int, ...]) -> Array:
    """Each participant's orthonormal contrasts of a term, (n_participants, k); the empty term is the mean."""
    scores = values
    for axis, levels in enumerate(values.shape[1:]):
        basis = linalg.helmert(levels) if axis in term else np.full((1, levels), levels**-0.5)
        scores = np.moveaxis(np.tensordot(scores, basis, axes=(axis + 1, 1)), -1, axis + 1)
    return scores.reshape(len(values), -1)


def _squares(scores: Array) -> tuple[float, float]:
    """Return the sums of squares of a term and of its error."""
    mean = scores.mean(axis=0)
    return float(len(scores) * (mean**2).sum()), float(((scores - mean) ** 2).sum())


def _f_tests(values: Array, terms: list[tuple[int, ...]]) -> list[tuple[float, float, float, float]]:
    """F, its degrees of freedom and p of each term, from statsmodels."""
    from statsmodels.stats.anova import AnovaRM

    # plain names of our own: AnovaRM takes a factor for the subject when its name contains the subject's
    names = [f"f{axis}" for axis in range(values.ndim - 1)]
    index = pd.MultiIndex.from_product([range(size) for size in values.shape], names=["subject", *names])
    long = pd.DataFrame({"y": values.ravel()}, index=index).reset_index()
    with np.errstate(divide="ignore", invalid="ignore"):
        found = AnovaRM(long, "y", "subject", within=names).fit().anova_table
    tests = []
    for term in terms:
        f, df1, df2, p = found.loc[":".join(names[axis] for axis in term), ["F Value", "Num DF", "Den DF", "Pr > F"]]
        tests.append((float(f), float(df1), float(df2), float(p)))
    return tests


def _sphericity(scores: Array, f: float, df1: float, df2: float, p: float) -> dict[str, float]:
    """Epsilons, p-values corrected by them, and Mauchly's test."""
    n, k = scores.shape
    undefined = dict.fromkeys(("epsilon_gg", "p_gg", "epsilon_hf", "p_hf", "mauchly_w", "mauchly_p"), np.nan)
    if k == 1:
        return undefined | {"epsilon_gg": 1.0, "p_gg": p, "epsilon_hf": 1.0, "p_hf": p}
    if np.isnan(f):
        return undefined
    covariance = np.cov(scores, rowvar=False)
    trace = float(np.trace(covariance))
    gg = trace**2 / (k * float((covariance**2).sum()))
    room = n - 1 - k * gg
    hf = (n * k * gg - 2) / (k * room) if room > k * ROUNDING else np.nan
    applied = min(hf, 1.0) if np.isfinite(hf) else np.nan
    w, p_w = _mauchly(covariance, n - 1) if n > k else (np.nan, np.nan)
    return {
        "epsilon_gg": gg,
        "p_gg": float(special.fdtrc(df1 * gg, df2 * gg, f)),
        "epsilon_hf": hf,
        "p_hf": float(special.fdtrc(df1 * applied, df2 * applied, f)),
        "mauchly_w": w,
        "mauchly_p": p_w,
    }


def _mauchly(covariance: Array, df: int) -> tuple[float, float]:
    """Mauchly's W of a covariance with ``df`` degrees of freedom, and its p.

    The second-order term runs over the number of contrasts k throughout; R writes the number of levels in one place.
    """
    k = len(covariance)
    sign, log_det = np.linalg.slogdet(covariance / (np.trace(covariance) / k))
    if sign <= 0:
        return 0.0, 0.0
    rho = 1 - (2 * k**2 + k + 2) / (6 * k * df)
    omega = (k + 2) * (k - 1) * (k - 2) * (2 * k**3 + 6 * k**2 + 3 * k + 2) / (288 * (df * k * rho) ** 2)
    chi2 = -df * rho * log_det
    free = k * (k + 1) / 2 - 1
    first, second = special.chdtrc(free, chi2), special.chdtrc(free + 4, chi2)
    return float(np.exp(log_det)), float(np.clip(first + omega * (second - first), 0, 1))
