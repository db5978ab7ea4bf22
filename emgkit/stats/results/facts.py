"""The facts of an analysis, from which its sentences and its Methods paragraph are made."""

from __future__ import annotations

from typing import Any

from emgkit.errors import DesignError
from emgkit.notation import listed

__all__ = ["AnalysisFacts"]


class AnalysisFacts(dict[str, Any]):
    """The facts of an analysis: what was done, as a table carries it in ``.attrs``.

    A fact that is not there is an error that says how it got lost.
    """

    def __missing__(self, key: str) -> Any:
        raise DesignError(
            f"The table's .attrs do not hold {key!r}, so it cannot be put into words",
            where=".attrs",
            got=listed(self),
            hint="pandas loses .attrs where tables are merged or joined: ask the table that emgkit.stats returned, or "
            "give it back with table.attrs = original.attrs",
        )
