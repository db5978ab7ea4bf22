"""Each number of a study's statistics that statsmodels defines, computed a second time and compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from emgkit.errors import StudyError
from emgkit.notation import counted
from emgkit.stats.results.agreement import Compared, compared_numbers
from emgkit.stats.results.results import Results
from emgkit.study.versions import versions

__all__ = ["LARGEST", "Agreement", "agreement_with_statsmodels"]

# the largest relative difference that rounding explains
LARGEST = 1e-6


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """How far the numbers of a study agree with those of statsmodels.

    Parameters
    ----------
    values : int
        Numbers that were compared.
    largest_difference : float
        The largest relative difference, measured as in :class:`~emgkit.stats.results.agreement.Compared`.
    version : str
        Of statsmodels.

    Examples
    --------
    >>> print(Agreement(values=72, largest_difference=4.2e-15, version="0.15.0").sentence())
    72 numbers of the statistics were computed a second time with statsmodels 0.15.0 (Seabold and Perktold 2010); the largest relative difference was 4.2e-15.
    """  # noqa: E501

    values: int
    largest_difference: float
    version: str

    def sentence(self) -> str:
        """What was compared, and how far it agrees; empty where there was nothing."""
        if not self.values:
            return ""
        are = "was" if self.values == 1 else "were"
        return (
            f"{counted(self.values, 'number')} of the statistics {are} computed a second time with statsmodels "
            f"{self.version} (Seabold and Perktold 2010); the largest relative difference was "
            f"{self.largest_difference:.2g}."
        )

    def as_dict(self) -> dict[str, Any]:
        """For the provenance."""
        return {"values": self.values, "largest_difference": self.largest_difference, "version": self.version}


def agreement_with_statsmodels(tables: Iterable[pd.DataFrame | None]) -> Agreement:
    """Compute what statsmodels defines a second time through its objects, and compare.

    Parameters
    ----------
    tables : iterable of DataFrame or None
        The tables of a study; those that are no results of :mod:`emgkit.stats` are passed over.

    Raises
    ------
    StudyError
        A number differs from that of statsmodels by more than rounding explains.
    """
    values, largest = 0, 0.0
    apart = list[Compared]()
    for table in tables:
        if not isinstance(table, Results) or "table" not in table.attrs:
            continue
        for one in compared_numbers(table):
            values, largest = values + 1, max(largest, one.difference)
            apart += [one] if one.difference > LARGEST else []
    if apart:
        worst = max(apart, key=lambda one: one.difference)
        more = f"; {counted(len(apart) - 1, 'further number')} as well" if len(apart) > 1 else ""
        raise StudyError(
            "A number of the statistics disagrees with statsmodels",
            where=worst.where,
            allowed=f"a relative difference of at most {LARGEST:g}",
            got=f"{worst.own!r} from emgkit, {worst.other!r} from statsmodels{more}",
            hint="A script of the study may have changed the table; else this is an error of emgkit or of a library: "
            "do not use the results, and report it",
        )
    return Agreement(values=values, largest_difference=largest, version=versions()["statsmodels"])
