"""Analysis of variance of repeated measures, with everything that stands beside F."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg, special

from emgkit._checks import check_option
from emgkit.errors import ArgumentError, DesignError, Notice
from emgkit.notation import counted, listed
from emgkit.stats.cells.blocks import check_hidden, check_who
from emgkit.stats.cells.columns import (
    Factor,
    as_group,
    as_names,
    cell_numbers,
    check_columns,
    check_levels,
    check_participants,
    check_single_valued,
    check_table,
    incomplete,
    only_value,
    outcome_values,
)
from emgkit.stats.cells.references import MUSCLE_COLUMNS, check_references, is_percent
from emgkit.stats.cells.regions import regions
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.within import interactions
from emgkit.stats.within.in_statsmodels import anova_objects
from emgkit.stats.within.sphericity import epsilons, mauchly, pillai

Array = NDArray[np.float64]

MOST_FACTORS = 3
# what becomes of a participant without some cell
MISSING = ("refuse", "complete-cases")
RESULT_COLUMNS = (
    "term", "F", "df1", "df2", "p", "epsilon_gg", "p_gg", "epsilon_hf", "p_hf", "ges", "pes", "epsilon_hf_uncapped",
    "mauchly_w", "mauchly_p", "pillai", "p_pillai", "ss", "ss_error", "n",
)  # fmt: skip

__all__ = ["rm_anova"]


def rm_anova(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str],
    between: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    log: bool = True,
    crossed: str | Sequence[str] | None = None,
    missing: str = "refuse",
) -> Results:
    """Analysis of variance of one to three factors within participants, and of groups of them, on a complete design.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant and combination of levels.
    outcome, participant : str
        Columns of the value and of the participant.
    within : str or sequence of str
        One to three columns, each with two or more levels.
    between : str or list of one str, optional
        Column of groups of participants; they may differ in size.
    by : str or sequence of str, optional
        Columns whose levels (all combinations) are analysed one by one, each with the participants it has.
    log : bool
        Analyse the natural logarithm of the outcome, which needs values above 0; else the values themselves.
    crossed : str or list of str, optional
        Columns of ``by`` in which the same participants stand in several levels though some lack a level, as in
        :func:`contrasts`.
    missing : {"refuse", "complete-cases"}
        A participant who lacks a cell is refused; or each level of ``by`` is analysed with the participants who have
        all of its cells, and a level with fewer than two of them is left out. Notices name who is left out.

    Returns
    -------
    Results
        The ``by`` columns, then one row a term (``"exercise"``, ``"exercise:muscle"``; with groups also ``"group"``
        and, below each term, ``"group:exercise"``) with ``F``, ``df1``, ``df2``, ``p``, ``epsilon_gg``, ``p_gg``,
        ``epsilon_hf``, ``p_hf``, ``ges`` and ``pes`` (generalised and partial eta squared), ``epsilon_hf_uncapped``,
        ``mauchly_w``, ``mauchly_p``, ``pillai`` and ``p_pillai`` (the multivariate test, which needs no sphericity),
        the sums of squares ``ss`` and ``ss_error``, and ``n`` (participants). The degrees of freedom are uncorrected.
        ``.notices`` says what is doubtful, ``.attrs["groups"]`` the size of every group (empty where levels of ``by``
        differ in it).

    Raises
    ------
    DesignError
        A cell is missing (nobody is left out), repeated or no usable number; a participant is in two groups, or alone
        in one; the table mixes units, measures, phases, sides or sessions.
    ArgumentError
        More than three factors, or a column has two roles.

    Notes
    -----
    Sums of squares are of type III: the mean of a term is that of the groups' means, each with the same weight, so that
    unequal groups change what is estimated well, not what is estimated. The error of a term is the variation of its
    contrasts within groups, with n - g degrees of freedom a contrast (g groups, 1 without ``between``).

    Epsilon is computed from the covariance S of a term's k orthonormal contrasts within groups: Greenhouse-Geisser
    tr(S)**2 / (k tr(S S)), Huynh-Feldt ((n - g + 1) k gg - 2) / (k (n - g - k gg)) (Lecoutre's form). The latter can
    exceed 1, which no epsilon can: ``epsilon_hf`` and its p take it as 1 there, ``epsilon_hf_uncapped`` holds it.
    Report the Greenhouse-Geisser p whatever Mauchly's test says: the test is shown, never used to choose. Its p has the
    second-order term of Box's expansion in the number of contrasts. It is NaN for two levels and, like Pillai's trace,
    where the contrasts outnumber n - g.

    Generalised eta squared divides by the effect and all error sums of squares, those of participants included; groups
    count as manipulated, not observed.

    References
    ----------
    Greenhouse, S. W. & Geisser, S. (1959). On methods in the analysis of profile data. Psychometrika, 24.
    Huynh, H. & Feldt, L. S. (1976). Estimation of the Box correction for degrees of freedom from sample data in
    randomized block and split-plot designs. Journal of Educational Statistics, 1.
    Lecoutre, B. (1991). A correction for the epsilon-tilde approximate test in repeated measures designs with two or
    more independent groups. Journal of Educational Statistics, 16.
    Olejnik, S. & Algina, J. (2003). Generalized eta and omega squared statistics. Psychological Methods, 8.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["hip_thrust"] * 3 + ["squat"] * 3,
    ...                       "value": [80.0, 60.0, 90.0, 40.0, 33.0, 42.0]})
    >>> rm_anova(cells, within="exercise")[["term", "F", "df1", "df2", "n"]].round(2)
           term       F  df1  df2  n
    0  exercise  206.43  1.0  2.0  3
    """
    table = check_table(cells)
    check_option("missing", missing, MISSING)
    names, group, by_names = _check_factors(within), as_group(between), as_names("by", by)
    roles = [("outcome", outcome), ("participant", participant), *(("within", name) for name in names)]
    roles += [*([] if group is None else [("between", group)]), *(("by", name) for name in by_names)]
    check_columns(table, roles)
    check_hidden([("by", name) for name in by_names], RESULT_COLUMNS)
    check_single_valued(table, [name for _, name in roles[2:]], "'within'" + " or 'between'" * bool(group) + " or 'by'")
    complete = [*names, *([] if group is None else [group])]
    people = check_who(table, participant, [*complete, *by_names], complete=complete, crossed=crossed)
    parts, sizes, notices = [], list[dict[str, int]](), dict[Notice, list[dict[str, tuple[str, ...]]]]()
    chosen, left_out = list(_parts(table, by_names)), list[dict[str, Any]]()
    if missing == "complete-cases":
        chosen, left_out = _complete_cases(chosen, participant, names)
    for levels, part in chosen:
        rows, groups, found = _one(
            part, names, outcome=outcome, participant=participant, between=group, log=log, where=levels
        )
        parts.append(rows.assign(**levels)[[*by_names, *RESULT_COLUMNS]])
        sizes.append(groups)
        for notice in found:
            notices.setdefault(notice, []).append({name: (str(level),) for name, level in levels.items()})
    result = pd.concat(parts, ignore_index=True)
    about = [replace(notice, about=tuple(places) if by_names else ()) for notice, places in notices.items()]
    about += [_left_out_notice(gap, of=len(chosen)) for gap in left_out]
    corrected = result.loc[(result["epsilon_gg"] != 1) & result["p_gg"].notna(), "term"]
    attrs = {
        "analysis": "repeated-measures analysis of variance",
        "outcome": outcome, "participant": participant, "within": names, "between": group, "by": by_names,
        # sizes that differ between the levels of `by` are none of the whole analysis
        "groups": sizes[0] if all(one == sizes[0] for one in sizes) else {},
        "scale": "log" if log else "raw",
        "unit": only_value(table, "unit"), "measure": only_value(table, "measure"), "people": people,
        "missing": missing, "left_out": _left_out_facts(left_out, [levels for levels, _ in _parts(table, by_names)]),
        "epsilon_corrected": corrected.unique().tolist(),
    }  # fmt: skip
    objects = anova_objects(
        table, outcome=outcome, participant=participant, within=tuple(names), by=tuple(by_names), between=group, log=log
    )
    return Results.of(result, "anova", attrs, notices=announce(about), objects=objects)


def _parts(table: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """The rows of each level of ``by`` that has any, with the level of each of its columns."""
    factors = [Factor.of(table, name) for name in by]
    for place in np.ndindex(tuple(len(factor.levels) for factor in factors)):
        here = np.ones(len(table), dtype=bool)
        for factor, i in zip(factors, place, strict=True):
            here &= factor.codes == i
        if here.any():
            yield {factor.name: factor.levels[i] for factor, i in zip(factors, place, strict=True)}, table[here]


def _complete_cases(
    parts: list[tuple[dict[str, Any], pd.DataFrame]], participant: str, names: list[str]
) -> tuple[list[tuple[dict[str, Any], pd.DataFrame]], list[dict[str, Any]]]:
    """The parts with the participants who have all cells, without parts of fewer than two; and who is left out where.

    Each of those left out is plain values: ``who``, ``at`` (the level of each column of ``by``) and ``kept``, how many
    others there are; where that is fewer than two, no analysis was made.
    """
    whole, left_out = [], list[dict[str, Any]]()
    for levels, part in parts:
        cells = part.groupby(names, observed=True).ngroups
        counts = part.groupby(participant, observed=True).size()
        complete = part[participant].map(counts) >= cells
        lacking = [str(name) for name in part.loc[~complete, participant].unique()]
        kept = int(part.loc[complete, participant].nunique())
        if lacking or kept < 2:
            at = {name: str(level) for name, level in levels.items()}
            left_out.append({"who": lacking, "at": at, "kept": kept})
        if kept > 1:
            whole.append((levels, part[complete]))
    if not whole:
        raise DesignError(
            "Fewer than two participants have every cell, so there is no analysis of variance",
            got=f"{max(gap['kept'] for gap in left_out)} of them",
            allowed="at least two complete participants",
            hint="contrasts(…, missing='pairwise') compares those who have both levels of each contrast",
        )
    return whole, left_out


def _left_out_facts(left_out: Sequence[Mapping[str, Any]], every: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Who is left out, with ``kept`` as of each place, and ``at``, the regions of ``by`` where both are the same."""
    alike: dict[tuple[tuple[str, ...], int], list[Mapping[str, str]]] = {}
    for gap in left_out:
        # where none was made it does not matter who has every cell
        who = tuple(gap["who"]) if gap["kept"] > 1 else ()
        alike.setdefault((who, gap["kept"]), []).append(gap["at"])
    places = [{name: str(level) for name, level in levels.items()} for levels in every]
    return [{"who": list(who), "kept": kept, "at": regions(there, places)} for (who, kept), there in alike.items()]


def _left_out_notice(gap: dict[str, Any], *, of: int) -> Notice:
    """Say who is not in the analysis of variance at one level of ``by``, or that there is none."""
    place = ", ".join(f"{name} {level}" for name, level in gap["at"].items())
    at = f" at {place}" if place else ""
    if gap["kept"] < 2:
        who = counted(gap["kept"], "participant")
        text = f"The analysis of variance was not made{at}: {who} {'has' if gap['kept'] == 1 else 'have'} every cell."
        return Notice(code="anova-not-made", text=text)
    verb = "is" if len(gap["who"]) == 1 else "are"
    text = f"{listed(gap['who'])} {verb} not in the analysis of variance{at}: it uses the complete cases."
    about = ({name: (level,) for name, level in gap["at"].items()},) if gap["at"] and of > 1 else ()
    return Notice(code="complete-cases", text=text, about=about)


def _one(
    table: pd.DataFrame,
    names: list[str],
    *,
    outcome: str,
    participant: str,
    between: str | None,
    log: bool,
    where: Mapping[str, Any],
) -> tuple[pd.DataFrame, dict[str, int], list[Notice]]:
    """The rows of one level of ``by``, the sizes of its groups, and what is doubtful."""
    try:
        if between is not None:
            interactions.groups_of(table, participant, between)  # a label in two groups, before its rows are copies
        values, people, notices = _complete(table, outcome, participant, names, log=log)
        groups, sizes = _groups(table, participant, between, people)
    except DesignError as error:
        if not where:
            raise
        label = ", ".join(f"{name} {level}" for name, level in where.items())
        place = f"{label}: {error.where}" if error.where else label
        raise DesignError(**{**error.parts, "where": place}) from None
    notices += _normalisers(table, names, between, log=log)

    terms = [term for size in range(1, len(names) + 1) for term in itertools.combinations(range(len(names)), size)]
    strata = [_stratum(values, groups, term, [names[i] for i in term], between) for term in ((), *terms)]
    rounding = 16 * np.finfo(np.float64).eps * max(float(np.abs(values).max()), 1.0 if log else 0.0)
    rows, unvarying = _rows(strata, zero=values.size * rounding**2)
    for name in unvarying:
        text = f"All participants have the same effect of {name}: it has no error term, so F and p are NaN."
        notices.append(Notice(code="no-variance", text=text))
    found = pd.DataFrame(rows).assign(n=len(values))
    few = found.loc[found["F"].notna() & (found["p_pillai"].isna() | found["epsilon_hf"].isna()), "term"].tolist()
    if few:
        text = (
            f"There are too few participants for {listed(few)}: its contrasts outnumber the degrees of freedom of its "
            "error, so Pillai's trace, Mauchly's W or the Huynh-Feldt epsilon are NaN."
        )
        notices.append(Notice(code="few-participants", text=text))
    return found, sizes, notices


def _check_factors(within: str | Sequence[str]) -> list[str]:
    """One to three factors within participants."""
    names = as_names("within", within)
    if not 1 <= len(names) <= MOST_FACTORS:
        raise ArgumentError(
            "'within' cannot be used", allowed=f"1 to {MOST_FACTORS} columns", got=f"{len(names)}: {listed(names)}"
        )
    return names


def _complete(
    table: pd.DataFrame, outcome: str, participant: str, names: list[str], *, log: bool
) -> tuple[Array, pd.Index[Any], list[Notice]]:
    """Arrange the values as (participant, level, ...), nothing missing."""
    outcomes = outcome_values(table, outcome, participant, log=log)
    person = Factor.of(table, participant)
    conditions = [Factor.of(table, name) for name in names]
    for condition in conditions:
        check_levels(condition.name, condition.levels)
    factors = [person, *conditions]
    numbers = cell_numbers(table, factors)
    values = np.full(tuple(len(factor.levels) for factor in factors), np.nan)
    values.ravel()[numbers] = np.log(outcomes) if log else outcomes
    missing = dict[Any, list[str]]()
    for i, *cell in np.argwhere(np.isnan(values)):
        levels = " × ".join(str(c.levels[j]) for c, j in zip(conditions, cell, strict=True))
        missing.setdefault(person.levels[i], []).append(levels)
    if missing:
        raise incomplete(person.levels, missing, total=values.size)
    check_participants(person.levels)
    return values, person.levels, check_references(table, factors, names, numbers)


def _groups(
    table: pd.DataFrame, participant: str, between: str | None, people: pd.Index[Any]
) -> tuple[NDArray[np.intp], dict[str, int]]:
    """Number the group of every participant (all 0 without groups), and count them by name."""
    if between is None:
        return np.zeros(len(people), dtype=np.intp), {}
    mine = interactions.groups_of(table, participant, between).loc[list(people)].cat.remove_unused_categories()
    levels = list(mine.cat.categories)
    codes = mine.cat.codes.to_numpy(dtype=np.intp)
    counts = np.bincount(codes)
    alone = [f"{people[codes == i][0]} in {level}" for i, level in enumerate(levels) if counts[i] == 1]
    if alone:
        raise DesignError(
            "A comparison of groups needs at least two participants in each",
            where=f"column {between!r}",
            got=f"alone are {listed(alone)}" if len(alone) > 1 else f"alone is {listed(alone)}",
            hint="leave that group out of the table and report it, or join groups",
        )
    _check_group_references(table, between)
    return np.asarray(codes, dtype=np.intp), {
        str(level): int(count) for level, count in zip(levels, counts, strict=True)
    }


def _check_group_references(table: pd.DataFrame, between: str) -> None:
    """Refuse groups that were normalised to different references."""
    if "reference" not in table.columns:
        return
    found = table["reference"].astype("string").fillna("(empty)")
    mine = {level: frozenset(found[table[between] == level]) for level in table[between].unique()}
    names = sorted(set().union(*mine.values()))
    if len(set(mine.values())) > 1 and not all(name == "mvc" or name.startswith("mvc:") for name in names):
        raise DesignError(
            f"The groups in {between!r} were normalised to different references, which would remove or invent the "
            "difference between them",
            where="column 'reference'",
            allowed="the same references in all groups",
            got=listed(names),
            hint="normalise them to one reference (an MVC, or one task for all), or compare values in volts",
        )


def _normalisers(table: pd.DataFrame, names: list[str], between: str | None, *, log: bool) -> list[Notice]:
    """Say which terms would change with the reference contractions of the muscles."""
    muscles = [name for name in names if name in MUSCLE_COLUMNS]
    if not muscles or not is_percent(table):
        return []
    which = f"The main effect of {muscles[0]!r}"
    if len(names) == 1 and between is None:
        text = f"{which} compares the muscles' reference contractions, since values are in percent of them."
    else:
        subject, verb = which, "depends"
        if between is not None:
            subject, verb = f"{which}, that of {between!r} and their interaction", "depend"
        rest = "the other main effects and the interactions do not depend on them on the log scale"
        start = f"{subject} {verb}" if log else "Every term depends"
        text = f"{start} on the muscles' reference contractions, since values are in percent of them; {rest}."
    return [Notice(code="depends-on-normaliser", text=text)]


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """The contrasts of one term within participants: its effects, and the error they share.

    Parameters
    ----------
    effects : tuple of (str, numpy.ndarray (k, k), int)
        Name, sums of squares and products, and degrees of freedom a contrast.
    error : numpy.ndarray, (k, k)
        Sums of squares and products within groups.
    df : int
        Its degrees of freedom a contrast.
    """

    effects: tuple[tuple[str, Array, int], ...]
    error: Array
    df: int


def _stratum(
    values: Array, groups: NDArray[np.intp], term: tuple[int, ...], names: list[str], between: str | None
) -> Stratum:
    """Split the contrasts of a term into the mean of all groups, the differences between groups, and the error."""
    scores = _scores(values, term)
    counts = np.bincount(groups)
    means = np.array([scores[groups == group].mean(axis=0) for group in range(len(counts))])
    left = scores - means[groups]
    effects = []
    if names:
        # of the groups' means with equal weights: type III
        middle = means.mean(axis=0)
        effects.append((":".join(names), np.outer(middle, middle) * len(counts) ** 2 / (1 / counts).sum(), 1))
    if between is not None:
        apart = (means - scores.mean(axis=0)) * np.sqrt(counts)[:, None]
        effects.append((":".join([between, *names]), apart.T @ apart, len(counts) - 1))
    return Stratum(effects=tuple(effects), error=left.T @ left, df=len(scores) - len(counts))


def _scores(values: Array, term: tuple[int, ...]) -> Array:
    """Each participant's orthonormal contrasts of a term, (n_participants, k); the empty term is the mean."""
    scores = values
    for axis, levels in enumerate(values.shape[1:]):
        basis = linalg.helmert(levels) if axis in term else np.full((1, levels), levels**-0.5)
        scores = np.moveaxis(np.tensordot(scores, basis, axes=(axis + 1, 1)), -1, axis + 1)
    return scores.reshape(len(values), -1)


def _rows(strata: Sequence[Stratum], *, zero: float) -> tuple[list[dict[str, Any]], list[str]]:
    """Rows of the table, and the terms without an error; sums of squares up to ``zero`` are rounding."""
    all_errors = float(sum(np.trace(stratum.error) for stratum in strata))
    rows, unvarying = list[dict[str, Any]](), list[str]()
    for stratum in strata:
        error = float(np.trace(stratum.error))
        varies = error > zero
        beside = _sphericity(stratum, varies=varies)
        for name, squares, df in stratum.effects:
            effect = float(np.trace(squares))
            effect = effect if effect > zero else 0.0
            df1, df2 = float(df * len(squares)), float(stratum.df * len(squares))
            f = effect / df1 / (error / df2) if varies else np.nan
            corrected = {
                f"p_{which}": float(special.fdtrc(df1 * epsilon, df2 * epsilon, f))
                for which, epsilon in (("gg", beside["epsilon_gg"]), ("hf", beside["epsilon_hf"]))
            }
            trace, p = pillai(squares, stratum.error, df, stratum.df) if varies else (np.nan, np.nan)
            rows.append({
                "term": name, "F": f, "df1": df1, "df2": df2, "p": float(special.fdtrc(df1, df2, f)), **beside,
                **corrected, "ges": _share(effect, all_errors), "pes": _share(effect, error if varies else np.nan),
                "pillai": trace, "p_pillai": p, "ss": effect, "ss_error": error if varies else 0.0,
            })  # fmt: skip
            if not varies:
                unvarying.append(name)
    return rows, unvarying


def _sphericity(stratum: Stratum, *, varies: bool) -> dict[str, float]:
    """Epsilons and Mauchly's test of an error; a single contrast is spherical, and not tested."""
    gg, hf, w, p = 1.0, 1.0, np.nan, np.nan
    if not varies:
        gg, hf = (1.0, 1.0) if len(stratum.error) == 1 else (np.nan, np.nan)
    elif len(stratum.error) > 1:
        (gg, hf), (w, p) = epsilons(stratum.error, stratum.df), mauchly(stratum.error, stratum.df)
    capped = float(np.minimum(hf, 1.0))
    return {"epsilon_gg": gg, "epsilon_hf": capped, "epsilon_hf_uncapped": hf, "mauchly_w": w, "mauchly_p": p}


def _share(effect: float, rest: float) -> float:
    """Share of the effect in both; NaN where nothing varies at all."""
    both = effect + rest
    return effect / both if both > 0 else float("nan")
