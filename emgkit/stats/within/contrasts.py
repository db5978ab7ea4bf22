"""Paired contrasts: every pair of levels, each with its own error term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit._checks import check_option
from emgkit.errors import ArgumentError, Notice
from emgkit.stats.cells.blocks import (
    MISSING,
    Block,
    arrange,
    check_who,
    check_within,
    gap_facts,
    level_columns,
    levels_compared,
)
from emgkit.stats.cells.columns import as_group, as_name, as_names, check_table, only_value
from emgkit.stats.cells.effect_formulas import CONFIDENCE, g_av
from emgkit.stats.cells.multiplicity import TUKEY, adjusted, as_adjust, check_family, check_tukey, families, tukey
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.within import interactions, one_sample
from emgkit.stats.within.in_statsmodels import contrast_objects

Array = NDArray[np.float64]

# the result's own columns, which a `by` column would hide
RESULT_COLUMNS = (
    "contrast", "ratio", "difference", "ci_low", "ci_high", "t", "V", "df", "n", "n_first", "n_second", "missing",
    "p", "p_adjusted", "d_z", "g_av", "g", "d_z_low", "d_z_high", "g_av_low", "g_av_high", "g_low", "g_high",
    "family_size",
)  # fmt: skip
# where several columns within participants belong
FURTHER = "name further columns in 'by', or in 'interaction'"

__all__ = ["adjusted", "contrasts"]


def contrasts(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str],
    by: str | Sequence[str] | None = None,
    between: str | Sequence[str] | None = None,
    interaction: str | Sequence[str] | None = None,
    log: bool = True,
    test: str = "t",
    adjust: str | None = "holm",
    family: str | Sequence[str] = "by",
    between_muscles: bool = False,
    against: Any = None,
    crossed: str | Sequence[str] | None = None,
    missing: str = "refuse",
) -> Results:
    """Compare every pair of levels of one factor within participants, each pair with its own error term.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant, level of ``within`` and level of ``by``, such as :func:`emgkit.summarize` gives.
    outcome, participant : str
        Columns of the value and of the participant.
    within : str or list of one str
        Column of the conditions to compare. Pairs are "first minus second" in alphabetical order, numbers ascending,
        or in the order of an ordered categorical.
    by : str or sequence of str, optional
        Columns whose levels (all combinations) are analysed one by one, such as ``["group", "muscle"]``.
    between : str or list of one str, optional
        Column of groups of participants: each contrast is compared between every pair of groups, by Welch's test.
    interaction : str or sequence of str, optional
        Further columns within participants, such as ``"muscle"``: how much the contrast differs between every pair of
        their levels (a ratio of ratios). ``["exercise", "muscle"]`` is the same with ``within="exercise"``.
    log : bool
        Compare logarithms, and report the ratio of geometric means (for values above 0); else differences of means.
    test : {"t", "wilcoxon", "sign-flip"}
        The paired t test, Wilcoxon's signed ranks (estimate: the median of all means of two differences), or all sign
        flips of the mean difference (up to 20 participants). Estimate, interval and p belong to the one test.
    adjust : str or None
        Correction of p for the number of contrasts in the family: ``"holm"``, ``"bonferroni"``, ``"hochberg"``,
        ``"hommel"``, ``"sidak"``, ``"holm-sidak"``, ``"none"``; ``"benjamini-hochberg"`` or ``"benjamini-yekutieli"``,
        which keep the false discovery rate; ``"tukey"``, of t tests of all pairs of levels. Names of other
        programs (``"fdr_bh"``, ``"BH"``, ``"bonf"``, ``None``) mean the same here.
    family : {"by", "all"} or list of str
        Each level of ``by`` is a family of its own, or all contrasts are one family, or each level of some columns of
        ``by``: ``by=["muscle", "phase"], family=["phase"]`` has one family a phase, over all muscles.
    between_muscles : bool
        Contrast percentages of different muscles all the same; a notice says what that compares.
    against : level of ``within``, optional
        Compare every other level with this one alone, "other minus this one", such as all loads with the lightest.
    crossed : str or list of str, optional
        Columns in which the same participants stand in several levels though some lack a level. A label in some but not
        all levels of a factor is refused otherwise, since it may be two people. Of columns that people go through, such
        as ``"exercise"``, ``"muscle"`` or ``"session"``, a lacking level is a missing cell, and so it is of a factor of
        five levels or more of which everyone has most.
    missing : {"refuse", "pairwise"}
        A participant who lacks some level is refused; or each contrast uses the participants who have both of its
        levels, so that n may differ, and column ``missing`` names who is not in it. The second supposes that what is
        missing has nothing to do with the values.

    Returns
    -------
    Results
        The ``by`` columns, then ``contrast``, ``ratio`` (or ``difference``, in the unit of the outcome), ``ci_low``,
        ``ci_high`` (individual 95 %), ``t``, ``df``, ``n`` (participants), ``p``, ``p_adjusted``, ``d_z``, ``g_av``,
        the 95 % limits of both (``d_z_low``, ``d_z_high``, ``g_av_low``, ``g_av_high``) and ``family_size``. d_z is on
        the scale of the comparison, g_av on the raw scale also when ``log`` is true. ``"wilcoxon"`` has ``V`` and
        ``"sign-flip"`` no ``df``. With ``interaction`` and ``between`` the pair of their levels stands in a column of
        their name; ``n_first``, ``n_second`` and ``g`` (Hedges, of the differences) take the place of d_z and g_av
        where groups are compared, and interactions have no g_av. Where a contrast lacks participants whom others have,
        column ``missing`` names them. ``.attrs`` says what was done in plain values,
        ``.notices`` what is doubtful.

    Raises
    ------
    DesignError
        The table does not have the design: unknown columns, several units (measures, phases, sides, sessions),
        repeated or missing cells, fewer than two levels or participants, values that are not finite numbers or, on the
        log scale, not above 0, percentages compared between muscles, references that differ between levels, labels of
        participants in some but not all levels of a factor, labels that differ by blanks, case or Unicode form only.
    ArgumentError
        An option is unknown, or a column has two roles.

    Notes
    -----
    The interval is exp(m -/+ t* s / sqrt(n)) (without exp for differences), m and s the mean and standard deviation of
    the participants' differences. Where all differences are equal there is no error term: t, p, the interval and d_z
    are NaN, a notice says so, and the contrast is not a member of its family. g_av needs three participants.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["hip_thrust"] * 3 + ["squat"] * 3,
    ...                       "value": [80.0, 60.0, 90.0, 40.0, 33.0, 42.0]})
    >>> contrasts(cells, within="exercise")[["contrast", "ratio", "n"]].round(2)
                 contrast  ratio  n
    0  hip_thrust / squat   1.98  3
    """
    table = check_table(cells)
    adjust = as_adjust(adjust, pairs=True)
    check_option("test", test, one_sample.TESTS)
    check_option("missing", missing, MISSING)
    by_names, factors = as_names("by", by), as_names("interaction", interaction)
    condition, groups = as_name("within", within, hint=FURTHER), as_group(between)
    chosen = check_family(family, by_names, adjust=adjust)
    if adjust == TUKEY:
        check_tukey(test=test, against=against, others=groups is not None or interaction is not None)
    roles: dict[str, Any] = {"outcome": outcome, "participant": participant, "within": condition, "by": by_names}
    options: dict[str, Any] = {"log": log, "test": test, "between_muscles": between_muscles, "crossed": crossed}
    if groups is None and interaction is None:
        compared = _paired(table, roles, **options, missing=missing, against=against)
    else:
        _check_plain(against, missing)
        compared = interactions.compare(
            table, roles, between=groups, interaction=factors, result_columns=RESULT_COLUMNS, **options
        )

    repeats = compared.repeats
    columns = {**compared.columns, **_corrected(compared, by_names, chosen, adjust=adjust)}
    if any(block.missing for block in compared.blocks):
        names = [", ".join(map(str, block.missing)) for block in compared.blocks]
        columns["missing"] = np.repeat(np.array(names, dtype=object), repeats)
    order = ["contrast", *compared.pair_columns, *RESULT_COLUMNS[1:]]
    levels = level_columns(compared.blocks, compared.by_factors, repeats)
    result = pd.DataFrame({**levels, **{name: columns[name] for name in order if name in columns}})
    attrs: dict[Any, Any] = {
        "analysis": compared.analysis, **roles, "between": groups, "interaction": factors,
        "scale": "log" if log else "raw", **one_sample.describe(test), "unit": only_value(table, "unit"),
        "measure": only_value(table, "measure"), "confidence": CONFIDENCE,
        "interval": "individual 95 %", "adjust": adjust, "family": chosen, "people": compared.people,
        "missing": missing, "gaps": gap_facts(compared.blocks, compared.by_factors),
        **({} if against is None else {"against": str(against)}),
    }  # fmt: skip
    kind = "group contrasts" if groups else "interaction contrasts" if factors else "contrasts"
    objects = contrast_objects(
        table, test=test, pair_columns=compared.pair_columns, outcome=outcome, participant=participant, between=groups,
        within=(condition, *(name for name in factors if name != condition)), by=tuple(by_names), log=log,
        against=against,
    )  # fmt: skip
    return Results.of(result, kind, attrs, notices=announce(compared.notices), objects=objects)


def _check_plain(against: Any, missing: str) -> None:
    """Refuse, of contrasts between further levels or groups, what only pairs of levels within participants can have."""
    if against is not None:
        raise ArgumentError(
            "'against' cannot be used with 'between' or 'interaction', which compare every pair of levels",
            allowed="against=None there",
            got=f"against={against!r}",
            hint="leave the other levels out of the table where two of them are to be compared",
        )
    if missing != "refuse":
        raise ArgumentError(
            "Missing cells are left out in pairs of levels within participants alone",
            allowed="missing='refuse' with 'between' or 'interaction'",
            got=f"missing={missing!r}",
            hint="fit a mixed model, which can use incomplete participants",
        )


def _corrected(
    compared: interactions.RawContrasts, by: list[str], family: str | list[str], *, adjust: str
) -> dict[str, Any]:
    """The columns of the corrected p-values and of the sizes of their families."""
    columns, members = compared.columns, families(compared.blocks, by, family, compared.repeats)
    p, size = adjusted(columns["p"], members, adjust="none" if adjust == TUKEY else adjust)
    if adjust == TUKEY:
        p = tukey(columns["t"], columns["df"], np.repeat(levels_compared(compared.blocks), compared.repeats))
    return {"p_adjusted": p, "family_size": size}


def _paired(
    table: pd.DataFrame,
    roles: dict[str, Any],
    *,
    log: bool,
    test: str,
    between_muscles: bool,
    crossed: str | Sequence[str] | None,
    missing: str,
    against: Any,
) -> interactions.RawContrasts:
    """Compare all pairs within participants."""
    notices = check_within(table, **roles, result_columns=RESULT_COLUMNS, between_muscles=between_muscles)
    condition = roles["within"]
    people = check_who(table, roles["participant"], [condition, *roles["by"]], complete=[condition], crossed=crossed)
    blocks, by_factors, found = arrange(table, **roles, log=log, missing=missing, against=against)
    parts = [_compare(block, log=log, test=test) for block in blocks]
    columns: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    columns = interactions.on_scale(columns, log=log, test=test)
    names = [name for block in blocks for name in block.names(log=log)]
    columns["contrast"] = np.array(names, dtype=object)
    tested = [column for block in blocks for column in block.differences(log=log).T]
    return interactions.RawContrasts(
        columns=columns,
        blocks=blocks,
        by_factors=by_factors,
        repeats=[len(block.pairs) for block in blocks],
        notices=[*notices, *found, *_doubts(blocks, columns), *one_sample.doubts(names, tested, test=test)],
        analysis="paired contrasts, each with its own error term",
        people=people,
    )


def _compare(block: Block, *, log: bool, test: str) -> dict[str, Array]:
    """Compare the pairs of one block, each with the standard error of its own differences."""
    first, second = np.array(block.pairs).T
    rounding = interactions.rounding(block.values, log=log)
    g = np.full((3, len(first)), np.nan)
    if len(block.participants) > 2:  # two participants are always correlated at +1 or -1
        with np.errstate(divide="ignore", invalid="ignore"):
            g = np.array(g_av(block.values[:, first], block.values[:, second]))
    tested = one_sample.against_zero(block.differences(log=log), test=test, rounding=rounding)
    return {**tested, "g_av": g[0], "g_av_low": g[1], "g_av_high": g[2]}


def _doubts(blocks: list[Block], columns: dict[str, Any]) -> list[Notice]:
    """Say which numbers are NaN, and why."""
    where = [f" at {block.label}" if block.label else "" for block in blocks for _ in block.pairs]
    names = [f"{contrast}{place}" for contrast, place in zip(columns["contrast"], where, strict=True)]
    notices = one_sample.no_error_term(names, columns["p"], lost="t, p, d_z and the interval are")
    constant = [name for name, g, n in zip(names, columns["g_av"], columns["n"], strict=True) if n > 2 and np.isnan(g)]
    if constant:
        text = f"All participants have the same value in a condition of {'; '.join(constant)}: g_av is NaN."
        notices.append(Notice(code="constant-condition", text=text))
    if (columns["n"] == 2).any():
        text = "With two participants the conditions always correlate at +1 or -1: g_av is NaN, and t has one df."
        notices.append(Notice(code="two-participants", text=text))
    return notices
