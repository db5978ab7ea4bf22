"""Which comparisons a reference allows: what was divided by the MVC or by a task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from emgkit.errors import DesignError, Notice
from emgkit.notation import listed
from emgkit.stats.cells.columns import Codes, Factor

__all__ = ["MUSCLE_COLUMNS", "check_between_muscles", "check_references", "is_percent"]


# a comparison of percentages of different references is a comparison of the references
MUSCLE_COLUMNS = ("muscle", "channel")


def is_percent(table: pd.DataFrame) -> bool:
    """Whether the table's unit is a percentage of a reference contraction."""
    return "unit" in table.columns and any(str(unit).startswith("%") for unit in table["unit"].unique())


def check_between_muscles(table: pd.DataFrame, within: str) -> None:
    """Refuse to contrast percentages of different muscles."""
    if within in MUSCLE_COLUMNS and is_percent(table):
        raise DesignError(
            f"Contrasts between the levels of {within!r} are refused for values in percent of a reference: 100 % of "
            "one muscle is another contraction than 100 % of another, so the contrast would compare the references",
            where="column 'unit'",
            got=listed(table["unit"].unique()),
            hint=f"compare conditions within each muscle: within='exercise', by={within!r}",
        )


def check_references(
    table: pd.DataFrame, factors: Sequence[Factor], compared: Sequence[str], numbers: Codes
) -> list[Notice]:
    """Refuse references that differ between compared levels; other MVC sessions give a notice.

    ``numbers`` are the rows' places in the array spanned by ``factors``. Columns of muscles are not looked at: each
    muscle has its own reference in any case.
    """
    if "reference" not in table.columns:
        return []
    codes, found = pd.factorize(table["reference"].astype("string").fillna("(empty)"))
    if len(found) == 1:
        return []
    shape = tuple(len(factor.levels) for factor in factors)
    notices = []
    dense = np.full(shape, -1, dtype=np.intp)
    dense.ravel()[numbers] = codes
    for axis, factor in enumerate(factors):
        if factor.name not in compared or factor.name in MUSCLE_COLUMNS:
            continue
        lines = np.moveaxis(dense, axis, -1).reshape(-1, shape[axis])
        mixed = [{str(found[code]) for code in line if code >= 0} for line in np.unique(lines, axis=0)]
        names = sorted({name for line in mixed if len(line) > 1 for name in line})
        if not names:
            continue
        if not all(name == "mvc" or name.startswith("mvc:") for name in names):
            raise DesignError(
                f"The levels of {factor.name!r} were normalised to different references, which would remove or invent "
                "the difference between them",
                where="column 'reference'",
                allowed="one reference for all compared levels",
                got=listed(names),
                hint="normalise them to one reference (an MVC, or one task for all), or compare values in volts",
            )
        text = (
            f"The levels of {factor.name!r} were normalised to MVCs of different sessions ({listed(names)}): "
            "the contrast holds the change of the MVC too."
        )
        notices.append(Notice(code="mvc-sessions-differ", text=text))
    return notices
