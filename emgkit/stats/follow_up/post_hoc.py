"""Pairs after an omnibus test: the contrasts that belong to an analysis of variance, or to Friedman's test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from emgkit._checks import check_option
from emgkit.errors import ArgumentError
from emgkit.notation import listed
from emgkit.stats.cells.columns import as_names, check_columns, check_table, outcome_values
from emgkit.stats.results.facts import AnalysisFacts, announce, quietly
from emgkit.stats.results.results import Results
from emgkit.stats.within.contrasts import contrasts

__all__ = ["post_hoc"]

OMNIBUS = ("anova", "friedman")


def post_hoc(
    omnibus: Results,
    cells: pd.DataFrame,
    *,
    term: str | None = None,
    by: str | Sequence[str] | None = None,
    adjust: str | None = "holm",
) -> Results:
    """Compare the pairs of levels of a term of :func:`rm_anova`, or those of :func:`friedman`.

    Parameters
    ----------
    omnibus : Results
        What :func:`rm_anova` or :func:`friedman` gave; columns and scale are taken from it.
    cells : pandas.DataFrame
        The table that it was given.
    term : str, optional
        A factor within participants of the analysis, such as ``"exercise"``; needed where there are several.
    by : str or sequence of str, optional
        Further factors within participants at whose levels it is compared one by one (simple effects). Those that are
        not named are averaged over, on the scale of the analysis.
    adjust : str or None
        As in :func:`contrasts`.

    Returns
    -------
    Results
        As :func:`contrasts` gives it: after an analysis of variance by t tests, each pair with its own error term;
        after Friedman's test by Wilcoxon's signed ranks.

    Raises
    ------
    ArgumentError
        ``omnibus`` is another table, or ``term`` and ``by`` are no factors within participants of it.
    DesignError
        As in :func:`contrasts`.

    Notes
    -----
    These are planned as well as unplanned comparisons: with a correction within the family they need no significant F
    before them. R's emmeans gives the same for the multivariate model of afex. Conover's and Nemenyi's pairs after
    Friedman's test use ranks over all levels, so that a pair depends on the levels beside it; signed ranks do not.

    References
    ----------
    Maxwell, S. E. (1980). Pairwise multiple comparisons in repeated measures designs. Journal of Educational
    Statistics, 5.
    Benavoli, A., Corani, G. & Mangili, F. (2016). Should we really use post-hoc tests based on mean-ranks? Journal of
    Machine Learning Research, 17.

    Examples
    --------
    >>> import pandas as pd
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["hip_thrust"] * 3 + ["squat"] * 3,
    ...                       "value": [80.0, 60.0, 90.0, 40.0, 33.0, 42.0]})
    >>> stats.post_hoc(stats.rm_anova(cells, within="exercise"), cells)[["contrast", "ratio", "n"]].round(2)
                 contrast  ratio  n
    0  hip_thrust / squat   1.98  3
    """
    facts = AnalysisFacts.of(omnibus) if isinstance(omnibus, pd.DataFrame) else AnalysisFacts()
    if facts.get("table") not in OMNIBUS:
        raise ArgumentError(
            "'omnibus' is not an omnibus test", allowed="the result of rm_anova or of friedman",
            got=str(facts.get("table") or type(omnibus).__name__),
        )  # fmt: skip
    table = check_table(cells)
    factors, before = as_names("within", facts["within"]), list(facts["by"] or [])
    if term is None:
        if len(factors) > 1:
            raise ArgumentError(
                "The analysis has several factors", allowed=f"term= one of {listed(factors)}", got="none"
            )
        term = factors[0]
    check_option("term", term, factors)
    further = as_names("by", by)
    for name in further:
        check_option("by", name, [one for one in factors if one != term])
    check_columns(table, [("cells", name) for name in (facts["participant"], facts["outcome"], *factors, *before)])
    log = facts["scale"] == "log"
    averaged = [name for name in factors if name not in (term, *further)]
    options: dict[str, Any] = {
        "test": "wilcoxon" if facts["table"] == "friedman" else "t",
        "adjust": adjust,
        "log": log,
    }
    found = quietly(
        contrasts, _averaged(table, facts, averaged, log=log) if averaged else table, outcome=facts["outcome"],
        participant=facts["participant"], within=term, by=[*before, *further], **options,
    )  # fmt: skip
    announce(found.notices)
    return found


def _averaged(table: pd.DataFrame, facts: AnalysisFacts, over: Sequence[str], *, log: bool) -> pd.DataFrame:
    """Cells averaged over some factors, each level with the same weight: geometric means where logarithms count."""
    outcome = facts["outcome"]
    values = outcome_values(table, outcome, facts["participant"], log=log)
    keys = [facts["participant"], *(n for n in as_names("within", facts["within"]) if n not in over), *facts["by"]]
    same = [name for name in ("measure", "unit", "phase", "side", "session", "reference") if name in table.columns]
    kept = [name for name in same if name not in (*keys, *over) and len(table[name].unique()) == 1]
    means = table.assign(**{outcome: np.log(values) if log else values}).groupby(
        [*keys, *kept], observed=True, dropna=False
    )
    found: pd.DataFrame = means[outcome].mean().reset_index()
    found[outcome] = np.exp(found[outcome]) if log else found[outcome]
    return found
