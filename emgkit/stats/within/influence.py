"""Leave each participant out in turn: whose data carry a result, and whose contradict everybody else's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from emgkit._checks import check_option
from emgkit.errors import DesignError, Notice
from emgkit.notation import alone, capital, p_phrase
from emgkit.stats.cells.blocks import (
    MISSING,
    Block,
    arrange,
    check_who,
    check_within,
    gap_facts,
    level_columns,
    levels_compared,
    levels_of,
)
from emgkit.stats.cells.columns import as_name, as_names, check_table, only_value
from emgkit.stats.cells.effect_formulas import ALPHA
from emgkit.stats.cells.multiplicity import (
    TUKEY,
    adjusted,
    as_adjust,
    check_family,
    check_tukey,
    families,
    is_below,
    tukey,
)
from emgkit.stats.results.facts import AnalysisFacts, announce
from emgkit.stats.results.results import Results
from emgkit.stats.results.sentences import contrast_name, estimate_text, place_text
from emgkit.stats.within import interactions, one_sample
from emgkit.stats.within.in_statsmodels import influence_objects
from emgkit.stats.within.summaries import own_and_others

Array = NDArray[np.float64]

FEWEST = 4
RESULT_COLUMNS = (
    "contrast", "left_out", "ratio", "difference", "ci_low", "ci_high", "p", "p_adjusted", "ratio_all",
    "difference_all", "ci_low_all", "ci_high_all", "p_all", "p_adjusted_all", "n_all", "own", "others_low",
    "others_high", "verdict", "verdict_all", "verdict_changes", "studentised", "p_outlier", "contradicts", "why",
)  # fmt: skip

__all__ = ["influence"]


def influence(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str],
    by: str | Sequence[str] | None = None,
    log: bool = True,
    adjust: str | None = "holm",
    family: str | Sequence[str] = "by",
    against: Any = None,
    crossed: str | Sequence[str] | None = None,
    missing: str = "refuse",
) -> Results:
    """Say how every contrast moves when one participant is left out, and flag who contradicts all others.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant, level of ``within`` and level of ``by``.
    outcome, participant, within, by, log, adjust, family, against, crossed, missing
        As in :func:`contrasts`.

    Returns
    -------
    Results
        One row a contrast and participant ``left_out``: ``ratio`` (or ``difference``), ``ci_low``, ``ci_high`` (95 %),
        ``p``, ``p_adjusted`` without that participant, the same with everybody (``_all``, and ``n_all``), the
        participant's ``own`` ratio or difference, the range of the others' (``others_low``, ``others_high``),
        ``verdict`` and ``verdict_all`` (``"higher"``, ``"lower"`` or
        ``"undecided"``, the last where ``p_adjusted`` is not below .05), ``verdict_changes``, ``studentised`` (the
        deleted residual), ``p_outlier`` (corrected for all rows of the table), ``contradicts`` and ``why`` in words.

    Raises
    ------
    DesignError
        The table does not have the design, as in :func:`contrasts`, or there are fewer than four participants.

    Notes
    -----
    The externally studentised residual is (x_i - m) / (s sqrt(1 + 1 / (n - 1))), m and s the mean and standard
    deviation of the other participants' (log) differences; it is t distributed with n - 2 degrees of freedom. A
    participant contradicts the others where ``p_outlier``, two-sided after Bonferroni for every row of the table, is
    below .05, and the own difference goes the other way than the mean of the others. So at most one clean table in
    twenty has any flag. Two such participants can hide each other. A flag is a reason to look at the files (swapped
    conditions or channels), never one to drop a person.

    References
    ----------
    Cook, R. D. & Weisberg, S. (1982). Residuals and Influence in Regression. Chapman & Hall.

    Examples
    --------
    >>> import pandas as pd
    >>> people = [f"P{i}" for i in range(6)]
    >>> cells = pd.DataFrame({"participant": people * 2, "exercise": ["hip_thrust"] * 6 + ["squat"] * 6,
    ...                       "value": [80.0, 60.0, 90.0, 71.0, 82.0, 66.0, 40.0, 31.0, 46.0, 35.0, 41.0, 34.0]})
    >>> found = influence(cells, within="exercise")
    >>> int(found["contradicts"].sum()), bool(found["verdict_changes"].any())
    (0, False)
    """
    table = check_table(cells)
    by_names = as_names("by", by)
    condition = as_name("within", within, hint="name further columns in 'by'")
    adjust = as_adjust(adjust, pairs=True)
    check_option("missing", missing, MISSING)
    chosen = check_family(family, by_names, adjust=adjust)
    if adjust == TUKEY:
        check_tukey(against=against)
    roles: dict[str, Any] = {"outcome": outcome, "participant": participant, "within": condition, "by": by_names}
    notices = check_within(table, **roles, result_columns=RESULT_COLUMNS)
    people = check_who(table, participant, [condition, *by_names], complete=[condition], crossed=crossed)
    blocks, by_factors, found = arrange(table, **roles, log=log, missing=missing, against=against)
    _check_enough(blocks)
    parts = [_leave_out(block, log=log) for block in blocks]
    sizes = _adjust(parts, blocks, by_names, chosen, adjust=adjust)
    starts = np.cumsum([0, *(len(block.pairs) for block in blocks[:-1])])
    alone = [block for block, size in zip(blocks, sizes[starts], strict=True) if size == 1]
    only = [{name: list(level) for name, level in levels_of(block, by_factors).items()} for block in alone]
    frames = [_frame(block, part, log=log) for block, part in zip(blocks, parts, strict=True)]
    levels = level_columns(blocks, by_factors, [len(frame) for frame in frames])
    result = pd.concat([pd.DataFrame(levels), pd.concat(frames, ignore_index=True)], axis=1)
    result["p_outlier"] = np.minimum(result["p_outlier"] * result["p_outlier"].notna().sum(), 1.0)
    result["contradicts"] = is_below(result["p_outlier"]) & result["contradicts"]
    attrs: dict[Any, Any] = {
        "analysis": "leave one participant out", **roles, "scale": "log" if log else "raw", "alpha": ALPHA,
        "unit": only_value(table, "unit"), "measure": only_value(table, "measure"), "adjust": adjust,
        "family": chosen, "largest_family": int(sizes.max()), "families_of_one": only, "people": people,
        "missing": missing, "gaps": gap_facts(blocks, by_factors),
    }  # fmt: skip
    attrs["n"] = result["n_all"].unique().tolist()
    facts = AnalysisFacts({str(k): fact for k, fact in Results.of(result, "influence", attrs).attrs.items()})
    flagged = result[result["contradicts"]]
    whys = [_why(row, facts) for row in flagged.to_dict("records")]
    result["why"] = pd.Series(whys, index=flagged.index, dtype=object).reindex(result.index, fill_value="")
    notices = [*notices, *found, *_no_error(result), *_flags(result, facts)]
    objects = influence_objects(
        table,
        outcome=outcome,
        participant=participant,
        within=(condition,),
        by=tuple(by_names),
        log=log,
        against=against,
    )
    return Results.of(result, "influence", attrs, notices=announce(notices), objects=objects)


def _check_enough(blocks: list[Block]) -> None:
    """Refuse a level of ``by`` with so few participants that leaving one out leaves nothing to compare with."""
    for block in blocks:
        if len(block.participants) < FEWEST:
            raise DesignError(
                "Leaving one participant out needs others to compare with",
                where=block.label,
                allowed=f"at least {FEWEST} participants",
                got=f"{len(block.participants)}",
            )


def _leave_out(block: Block, *, log: bool) -> dict[str, Any]:
    """Contrasts with everybody, and without each participant, (n_participants, n_contrasts)."""
    differences = block.differences(log=log)
    n, size = differences.shape
    rounding = interactions.rounding(block.values, log=log)
    others = np.array([np.delete(np.arange(n), i) for i in range(n)])
    # all reduced samples beside each other, (n - 1, n * n_contrasts)
    reduced = differences[others].transpose(1, 0, 2).reshape(n - 1, n * size)
    without = {
        name: column.reshape(n, size)
        for name, column in one_sample.t_test(reduced, rounding=rounding).items()
        if name in ("center", "low", "high", "t", "df", "p")
    }
    spread = reduced.std(axis=0, ddof=1).reshape(n, size)
    miss = differences - without["center"]
    with np.errstate(divide="ignore", invalid="ignore"):
        studentised = miss / (np.where(spread <= rounding, np.nan, spread) * np.sqrt(1 + 1 / (n - 1)))
    return {
        "own": differences,
        "all": one_sample.t_test(differences, rounding=rounding),
        "without": without,
        "studentised": studentised,
        "p_outlier": 2 * special.stdtr(n - 2, -np.abs(studentised)),
        "opposite": np.sign(differences) * np.sign(without["center"]) < 0,
        "others": others,
    }


def _adjust(
    parts: list[dict[str, Any]], blocks: list[Block], by: list[str], family: str | list[str], *, adjust: str
) -> NDArray[np.intp]:
    """Correct p with everybody, and in each table without one participant, where the others' p stay.

    Gives the number of tests in the family of each contrast, with everybody.
    """
    repeats = [len(block.pairs) for block in blocks]
    members = families(blocks, by, family, repeats)
    everybody = np.concatenate([part["all"]["p"] for part in parts])
    if adjust == TUKEY:
        # of one level of `by`, so that nobody's p depends on those of others
        for part, count in zip(parts, levels_compared(blocks), strict=True):
            for one in (part["all"], part["without"]):
                one["p_adjusted"] = tukey(one["t"], one["df"], count)
        return adjusted(everybody, members, adjust="none")[1]
    ends = np.cumsum([0, *repeats])
    whole, family_sizes = adjusted(everybody, members, adjust=adjust)
    people = {name: None for block in blocks for name in block.participants}
    for k, part in enumerate(parts):
        part["all"]["p_adjusted"] = whole[ends[k] : ends[k + 1]]
        part["without"]["p_adjusted"] = np.empty_like(part["without"]["p"])
    for name in people:
        p = everybody.copy()
        places = [(k, block.participants.get_loc(name)) for k, block in enumerate(blocks) if name in block.participants]
        for k, i in places:
            p[ends[k] : ends[k + 1]] = parts[k]["without"]["p"][i]
        corrected, _ = adjusted(p, members, adjust=adjust)
        for k, i in places:
            parts[k]["without"]["p_adjusted"][i] = corrected[ends[k] : ends[k + 1]]
    return family_sizes


def _frame(block: Block, part: dict[str, Any], *, log: bool) -> pd.DataFrame:
    """Rows of one block: contrast after contrast, every participant left out."""
    n, size = part["own"].shape
    back = np.exp if log else np.asarray
    estimate = "ratio" if log else "difference"
    without, everybody = part["without"], {name: np.tile(part["all"][name], (n, 1)) for name in part["all"]}
    everybody["p_adjusted"] = np.tile(part["all"]["p_adjusted"], (n, 1))
    first, second = (np.array(block.pairs)[:, side] for side in (0, 1))
    analysed = np.log(block.values) if log else block.values
    gaps = analysed[:, first] - analysed[:, second]
    # the range of the others says in plain numbers how far off a participant is
    low, high = gaps[part["others"]].min(axis=1), gaps[part["others"]].max(axis=1)
    columns = {
        "contrast": np.tile(np.array(block.names(log=log), dtype=object), (n, 1)),
        "left_out": np.repeat(np.array(block.participants, dtype=object)[:, None], size, axis=1),
        estimate: back(without["center"]), "ci_low": back(without["low"]), "ci_high": back(without["high"]),
        "p": without["p"], "p_adjusted": without["p_adjusted"],
        f"{estimate}_all": back(everybody["center"]), "ci_low_all": back(everybody["low"]),
        "ci_high_all": back(everybody["high"]), "p_all": everybody["p"], "p_adjusted_all": everybody["p_adjusted"],
        "n_all": np.full((n, size), n), "own": back(part["own"]),
        "verdict": _verdict(without["center"], without["p_adjusted"]),
        "verdict_all": _verdict(everybody["center"], everybody["p_adjusted"]),
        "verdict_changes": np.zeros((n, size), dtype=bool),
        "others_low": back(low), "others_high": back(high),
        "studentised": part["studentised"], "p_outlier": part["p_outlier"], "contradicts": part["opposite"],
    }  # fmt: skip
    frame = pd.DataFrame({name: column.T.ravel() for name, column in columns.items()})
    return frame.assign(verdict_changes=frame["verdict"] != frame["verdict_all"])


def _verdict(center: Array, p: Array) -> NDArray[Any]:
    """Say in one word what a contrast shows."""
    word = np.where(center > 0, "higher", "lower").astype(object)
    word[~is_below(p)] = "undecided"
    return word


def _why(row: dict[Any, Any], facts: AnalysisFacts) -> str:
    """Say in a sentence what is strange about a participant."""
    kind = "ratio" if facts["scale"] == "log" else "difference"
    own, low, high = own_and_others(row, facts)
    mean, _ = estimate_text(row, facts, kind)
    return (
        f"{row['left_out']} has a {kind} {contrast_name(row['contrast'], facts)} of {own}, while those of the other "
        f"{row['n_all'] - 1} lie between {low} and {high} (mean {mean}): studentised deleted residual "
        f"{alone('studentised', row['studentised'])}, {p_phrase(row['p_outlier'])} after correction for all rows; look "
        "whether two files or channels were swapped"
    )


def _no_error(result: pd.DataFrame) -> list[Notice]:
    """Say which contrasts have no error term, with everybody or without someone."""
    lost = result[result["p"].isna() | result["p_all"].isna()]
    if lost.empty:
        return []
    names = "; ".join(map(str, lost["contrast"].unique()))
    text = (
        f"The participants, or all but one of them, differ by the same amount in {names}: p and limits are NaN there."
    )
    return [Notice(code="no-variance", text=f"{text} Check for copied values.")]


def _flags(result: pd.DataFrame, facts: AnalysisFacts) -> list[Notice]:
    """Make a notice of every flag."""
    notices = []
    for row in result[result["contradicts"]].to_dict("records"):
        where = capital(", ".join(place_text(name, row[name], facts) for name in facts["by"]))
        text = f"{where}: {row['why']}." if where else f"{row['why']}."
        notices.append(Notice(code="contradicts-others", text=text))
    return notices
