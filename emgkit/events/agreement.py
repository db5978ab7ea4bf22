"""How far two people agree who marked the same recordings."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from emgkit.channels import SIDES
from emgkit.errors import ArgumentError
from emgkit.events.ways.marking import Mark
from emgkit.events.ways.table import WHOSE, RepetitionTable, as_table, mark_of
from emgkit.notation import counted, listed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EDGES", "Agreement", "agreement_of", "paired", "spread"]

Table: TypeAlias = "RepetitionTable | pd.DataFrame | str | os.PathLike[str]"

EDGES = ("start", "turn", "end")
# 95 % of normally distributed differences lie within so many standard deviations
_LIMITS = 1.959963984540054


@dataclass(frozen=True, kw_only=True, eq=False)
class Agreement:
    """What :func:`agreement_of` gives.

    Parameters
    ----------
    repetitions : DataFrame
        A row a repetition that either has: the recording, and ``start, turn, end`` (s), ``accepted`` and ``reason`` of
        each, with ``_first`` and ``_second`` behind their names; missing where only the other has it.
    boundaries : DataFrame
        A row a boundary (``start``, ``turn``, ``end``): `n` repetitions, and of the differences second − first in
        seconds the `median`, `mean`, `sd` and the 95 % limits of agreement `low` and `high`.
    """

    repetitions: pd.DataFrame
    boundaries: pd.DataFrame

    @property
    def counts(self) -> Mapping[str, float]:
        """How many repetitions each has and both have, and how often both accept or both reject.

        `share_both` is of all that either has; `kappa` is Cohen's kappa of accepting and rejecting, NaN where it has no
        value because one of them decided the same of all.
        """
        first, second = (self.repetitions[f"start_{one}"].notna() for one in ("first", "second"))
        both = self.repetitions[first & second]
        accepted = [both[f"accepted_{one}"].astype(bool).to_numpy() for one in ("first", "second")]
        same = int((accepted[0] == accepted[1]).sum())
        return {
            "first": int(first.sum()),
            "second": int(second.sum()),
            "both": len(both),
            "share_both": _share(len(both), len(self.repetitions)),
            "share_of_first": _share(len(both), int(first.sum())),
            "share_of_second": _share(len(both), int(second.sum())),
            "both_accept": int((accepted[0] & accepted[1]).sum()),
            "both_reject": int((~accepted[0] & ~accepted[1]).sum()),
            "share_same_decision": _share(same, len(both)),
            "kappa": _kappa(*accepted),
        }

    @property
    def recordings(self) -> pd.DataFrame:
        """A row a recording: how many repetitions each has, both have, and of how many they decide differently."""
        import pandas as pd

        whose = [name for name in WHOSE if name in self.repetitions]
        rows = []
        for names, own in self.repetitions.groupby(whose, sort=False, dropna=False):
            first, second = own["start_first"].notna(), own["start_second"].notna()
            both = own[first & second]
            rows.append(
                {
                    **dict(zip(whose, names, strict=True)),
                    "first": int(first.sum()),
                    "second": int(second.sum()),
                    "both": len(both),
                    "decided_differently": int((both["accepted_first"] != both["accepted_second"]).sum()),
                }
            )
        return pd.DataFrame(rows)

    def sentences(self) -> list[str]:
        """What was found, in words.

        Examples
        --------
        >>> import pandas as pd
        >>> one = pd.DataFrame({"file": "a.csv", "start": [1.0, 4.0], "end": [3.0, 6.0]})
        >>> two = one.assign(start=one["start"] + [0.02, 0.04])
        >>> print(" ".join(agreement_of(one, two).sentences()))
        Both have 2 of the 2 repetitions that either has (100 %). Of these, both accept 2 and reject 0, and decide
        differently on 0.
        """
        counts = self.counts
        total, both = len(self.repetitions), int(counts["both"])
        texts = [
            f"Both have {both} of the {counted(total, 'repetition')} that either has "
            f"({100 * counts['share_both']:.0f} %)."
        ]
        if both:
            accept, reject = int(counts["both_accept"]), int(counts["both_reject"])
            kappa = "" if np.isnan(counts["kappa"]) else f" (Cohen's kappa {counts['kappa']:.2f})"
            texts.append(
                f"Of these, both accept {accept} and reject {reject}, and decide differently on "
                f"{both - accept - reject}{kappa}."
            )
        return texts


def agreement_of(first: Table, second: Table) -> Agreement:
    """Compare the repetitions that two people marked in the same recordings.

    Two repetitions are the same one if more than half of the time that either covers is covered by both. Of repetitions
    that do not overlap within a table, none can have two partners then.

    Parameters
    ----------
    first, second : DataFrame or path
        As the marking page saves them and :func:`emgkit.mark_repetitions` reads them, in seconds: columns `start` and
        `end`, `file` or `participant, task, session, run`, and where there are any `turn, accepted, reason`. Rows of
        phases are left aside.

    Returns
    -------
    Agreement
        The repetitions side by side, the differences of their boundaries, and how often the decisions are the same.

    Raises
    ------
    ArgumentError
        A column is missing or unknown, a cell cannot be used, a repetition ends before it starts, or no recording is in
        both tables.
    FileError
        A file is missing or cannot be read.

    Notes
    -----
    The limits of agreement are the mean difference ± 1.96 standard deviations of the differences [1]_. They are for
    differences that spread alike everywhere; the median does not depend on that.

    References
    ----------
    .. [1] Bland JM, Altman DG (1986). Statistical methods for assessing agreement between two methods of clinical
       measurement. Lancet 327:307-310.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.DataFrame({"file": "a.csv", "start": [1.0, 4.0, 8.0], "end": [3.0, 6.0, 9.0]})
    >>> two = pd.DataFrame({"file": "a.csv", "start": [1.1, 4.1], "end": [3.0, 6.2], "accepted": ["yes", "no"]})
    >>> found = agreement_of(one, two)
    >>> found.counts["both"], found.counts["share_same_decision"]
    (2, 0.5)
    >>> found.boundaries.round(3)
      boundary  n  median  mean     sd    low   high
    0    start  2     0.1   0.1  0.000  0.100  0.100
    1     turn  0     NaN   NaN    NaN    NaN    NaN
    2      end  2     0.1   0.1  0.141 -0.177  0.377
    """
    import pandas as pd

    tables = [_named(first, "the first table"), _named(second, "the second table")]
    whose = _whose(tables)
    marks = [_marks(table, whose) for table in tables]
    if not marks[0].keys() & marks[1].keys():
        raise ArgumentError(
            "The two tables have no recording in common",
            allowed=f"the same {listed(whose)} in both",
            got="; ".join(", ".join(next(iter(one))) for one in marks),
        )
    rows = [
        {**dict(zip(whose, key, strict=True)), **row}
        for key in dict.fromkeys((*marks[0], *marks[1]))
        for row in _side_by_side(*(one.get(key, []) for one in marks))
    ]
    repetitions = pd.DataFrame(rows)
    return Agreement(repetitions=repetitions, boundaries=_boundaries(repetitions))


def _named(table: Table, name: str) -> RepetitionTable:
    """The table with a name that tells it from the other: two files may have one name in two folders."""
    if isinstance(table, RepetitionTable):
        return table
    return replace(as_table(table), name=str(table) if isinstance(table, (str, os.PathLike)) else name)


def _whose(tables: Sequence[RepetitionTable]) -> list[str]:
    """The columns that say which recording a row is about: the file where both have it, else the facts of both."""
    there = [{name for row in table.rows for name in row} for table in tables]
    shared = [name for name in WHOSE if all(name in names for names in there)]
    if not shared:
        raise ArgumentError(
            "The two tables do not say in the same way which recording a row is about",
            allowed="a column 'file' in both, or participant and task",
            got="; ".join(listed(sorted(names & {*WHOSE})) or "nothing" for names in there),
        )
    return ["file"] if "file" in shared else shared


def _marks(table: RepetitionTable, whose: Sequence[str]) -> dict[tuple[str, ...], list[Mark]]:
    """The repetitions of a table by recording."""
    found: dict[tuple[str, ...], list[Mark]] = {}
    for row in table.rows:
        mark = mark_of(table, row)
        if mark.phase is not None:
            continue
        if not mark.start < mark.end:
            raise ArgumentError(
                "A repetition does not end after it starts",
                where=mark.at("end"),
                allowed="start < end, both in seconds",
                got=f"start {mark.start:g}, end {mark.end:g}",
            )
        found.setdefault(tuple(row.get(name, "") for name in whose), []).append(mark)
    if not found:
        raise ArgumentError(
            "The table has no row of a repetition", where=table.name, got=f"{counted(len(table.rows), 'row')} of phases"
        )
    return found


def _side_by_side(first: Sequence[Mark], second: Sequence[Mark]) -> list[dict[str, Any]]:
    """The repetitions of a recording in the order of time, with what each of the two has of them."""
    pairs = paired(first, second)
    both: list[tuple[Mark | None, Mark | None]] = [
        (one, second[pairs[i]] if i in pairs else None) for i, one in enumerate(first)
    ]
    both += [(None, two) for j, two in enumerate(second) if j not in pairs.values()]
    rows = [{**_cells(one, "first"), **_cells(two, "second")} for one, two in both]
    return sorted(rows, key=lambda row: row["start_second"] if row["start_first"] is None else row["start_first"])


def paired(first: Sequence[Mark], second: Sequence[Mark]) -> dict[int, int]:
    """The place of each repetition's partner: both cover more than half of the time that either covers."""
    from scipy.optimize import linear_sum_assignment

    overlap = np.array([[_overlap(one, two) for two in second] for one in first]).reshape(len(first), len(second))
    # repetitions of one table may overlap, as those of the left and the right leg do
    return {int(i): int(j) for i, j in zip(*linear_sum_assignment(-overlap), strict=True) if overlap[i, j] > 0.5}


def spread(apart: NDArray[np.float64]) -> dict[str, float]:
    """Of differences the median, the mean, the standard deviation and the 95 % limits of agreement."""
    mean = float(apart.mean()) if apart.size else np.nan
    sd = float(apart.std(ddof=1)) if apart.size > 1 else np.nan
    median = float(np.median(apart)) if apart.size else np.nan
    return {"median": median, "mean": mean, "sd": sd, "low": mean - _LIMITS * sd, "high": mean + _LIMITS * sd}


def _overlap(one: Mark, two: Mark) -> float:
    """The time that both cover, of the time that either covers; none of a left and a right one."""
    if {one.side, two.side} == {*SIDES}:
        return 0.0
    shared = max(0.0, min(one.end, two.end) - max(one.start, two.start))
    return shared / (one.end - one.start + two.end - two.start - shared)


def _cells(mark: Mark | None, who: str) -> dict[str, Any]:
    if mark is None:
        return {f"{name}_{who}": None for name in (*EDGES, "accepted", "reason")}
    facts = {"accepted": mark.facts.get("accepted", True), "reason": mark.facts.get("reason", "")}
    return {f"{name}_{who}": value for name, value in {**{e: getattr(mark, e) for e in EDGES}, **facts}.items()}


def _boundaries(repetitions: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for edge in EDGES:
        columns = [repetitions[f"{edge}_{one}"].to_numpy(dtype=float, na_value=np.nan) for one in ("first", "second")]
        apart = columns[1] - columns[0]
        apart = apart[np.isfinite(apart)]
        rows.append({"boundary": edge, "n": apart.size, **spread(apart)})
    return pd.DataFrame(rows)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _kappa(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Cohen's kappa: the agreement beyond that of two people who decide by chance, each as often as here."""
    if not first.size:
        return float("nan")
    by_chance = first.mean() * second.mean() + (1 - first.mean()) * (1 - second.mean())
    return float(((first == second).mean() - by_chance) / (1 - by_chance)) if by_chance < 1 else float("nan")
