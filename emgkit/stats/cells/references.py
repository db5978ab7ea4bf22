"""Which comparisons a reference allows: what was divided by the MVC or by a task."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from emgkit.errors import DesignError, Notice
from emgkit.notation import listed
from emgkit.stats.cells.columns import Codes, Factor, pair_names

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
    table: pd.DataFrame,
    factors: Sequence[Factor],
    compared: Sequence[str],
    numbers: Codes,
    *,
    by: Sequence[str] | None = None,
    within: str = "",
) -> list[Notice]:
    """Refuse references that differ between compared levels; other MVC sessions give a notice.

    ``numbers`` are the rows' places in the array spanned by ``factors``. Columns of muscles are not looked at: each
    muscle has its own reference in any case. With ``by`` a notice says at which of its levels, and in which contrasts
    of ``within``, the references differ; without, it is about all rows.
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
        about = () if by is None else _places(dense, factors, axis, by=by, contrasts=factor.name == within)
        notices.append(Notice(code="mvc-sessions-differ", text=text, about=about))
    return notices


def _places(
    codes: Codes, factors: Sequence[Factor], axis: int, *, by: Sequence[str], contrasts: bool
) -> tuple[dict[str, tuple[str, ...]], ...]:
    """Where the references of two levels along an axis differ: the level of each column of ``by``, and the contrasts.

    Without ``contrasts`` the rows of the table are no contrasts of this factor alone.
    """
    kept = [i for i, factor in enumerate(factors) if factor.name in by]
    rest = [i for i in range(len(factors)) if i not in kept and i != axis]
    ordered = codes.transpose(*kept, *rest, axis).reshape(*(codes.shape[i] for i in kept), -1, codes.shape[axis])
    levels, places = factors[axis].levels, []
    for place in np.ndindex(ordered.shape[:-2]):
        lines = np.unique(ordered[place], axis=0)
        names = list[str]()
        for first, second in itertools.combinations(range(len(levels)), 2):
            a, b = lines[:, first], lines[:, second]
            if ((a >= 0) & (b >= 0) & (a != b)).any():
                pair = [levels[first], levels[second]]
                names += [*pair_names(pair, log=True), *pair_names(pair, log=False)]
        if names:
            here = {factors[i].name: (str(factors[i].levels[at]),) for i, at in zip(kept, place, strict=True)}
            places.append({**here, **({"contrast": tuple(names)} if contrasts else {})})
    return tuple(places)
