"""From printed cells to the design of a virtual replication."""

from __future__ import annotations

from typing import Any

import pandas as pd

from emgkit.errors import DesignError
from emgkit.replication.design import PublishedDesign, ReportedResult

__all__ = ["printed_design"]

_REPORTED = {"n.s.": "no difference", "": "not reported"}


def printed_design(contrasts: pd.DataFrame, **design: Any) -> PublishedDesign:
    """Make the design of a virtual replication from printed contrasts.

    Parameters
    ----------
    contrasts : pandas.DataFrame
        Rows of :func:`printed_contrasts` of one study and one statistic ("mean" or "peak").
    **design
        What else :class:`emgkit.replication.PublishedDesign` takes: ``study`` (the name in sentences), ``repetitions``,
        ``people``, ``load``, ``adjust`` …

    Returns
    -------
    emgkit.replication.PublishedDesign
        Its "muscles" are muscles, after their electrode site if one is named; a contrast printed as "n.s." was
        reported as no difference, one without p is no finding, every other one is higher or lower as the two cells say.

    Raises
    ------
    DesignError
        The rows are of several studies, sample sizes or statistics.

    Examples
    --------
    >>> from emgkit import literature
    >>> table = literature.printed_contrasts(literature.figures(study="contreras_2015"))
    >>> design = printed_design(table[table["statistic"] == "mean"], study="Contreras 2015", repetitions=10)
    >>> design.n, design.means["lower_gluteus_maximus"]["back_squat"], design.findings[-1].reported
    (13, 45.4, 'no difference')
    """
    for name in ("study", "n", "statistic"):
        if len(set(contrasts[name])) != 1:
            raise DesignError(
                f"A virtual replication has one {name}",
                allowed="rows of printed_contrasts of one study and statistic",
                got=", ".join(map(str, contrasts[name].unique())) or "no rows",
            )
    means: dict[str, dict[str, float]] = {}
    findings = []
    for row in contrasts.to_dict("records"):
        muscle = "_".join(part for part in (row["site"], row["muscle"]) if part)
        sides = {row["exercise"]: row["value"], row["comparator"]: row["comparator_value"]}
        means.setdefault(muscle, {}).update(sides)
        reported = _REPORTED.get(row["p"], "higher" if row["difference"] > 0 else "lower")
        if reported != "not reported":
            findings.append(
                ReportedResult(muscle=muscle, first=row["exercise"], second=row["comparator"], reported=reported)
            )
    return PublishedDesign(
        n=int(contrasts["n"].iloc[0]),
        means=means,
        findings=tuple(findings),
        measure=str(contrasts["statistic"].iloc[0]),
        **design,
    )
