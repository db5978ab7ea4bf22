"""Planned contrasts within participants: weighted sums of several levels, and trends over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.errors import ArgumentError, Notice
from emgkit.notation import listed, series
from emgkit.stats.cells.blocks import Block, arrange, check_who, check_within, level_columns
from emgkit.stats.cells.columns import as_name, as_names, check_table, only_value
from emgkit.stats.cells.effect_formulas import CONFIDENCE
from emgkit.stats.cells.multiplicity import adjusted, as_adjust, check_family, families
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.within import interactions, one_sample
from emgkit.stats.within.in_statsmodels import contrast_objects

Array = NDArray[np.float64]

POLYNOMIAL = "polynomial"
TRENDS = ("linear", "quadratic", "cubic", "quartic")
RESULT_COLUMNS = (
    "contrast", "ratio", "difference", "ci_low", "ci_high", "t", "df", "n", "p", "p_adjusted", "d_z", "d_z_low",
    "d_z_high", "family_size",
)  # fmt: skip

__all__ = ["planned_contrasts"]


def planned_contrasts(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str],
    weights: str | Mapping[str, Mapping[Any, float]],
    by: str | Sequence[str] | None = None,
    log: bool = True,
    adjust: str | None = "holm",
    family: str | Sequence[str] = "by",
    crossed: str | Sequence[str] | None = None,
) -> Results:
    """Test weighted sums of the levels of a factor within participants, each with its own error term.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant, level of ``within`` and level of ``by``.
    outcome, participant, within, by, log, family, crossed
        As in :func:`contrasts`.
    weights : mapping of str to mapping of level to float, or "polynomial"
        The name of each contrast with the weight of its levels, which add up to 0; a level that is not named has
        weight 0: ``{"bridges": {"hip_thrust": 0.5, "glute_bridge": 0.5, "squat": -1}}``. ``"polynomial"`` has the
        linear, quadratic, cubic and quartic trend over levels in equal steps, in their order.
    adjust : str or None
        As in :func:`contrasts`, without ``"tukey"``.

    Returns
    -------
    Results
        The ``by`` columns, ``contrast``, ``ratio`` (the exponential of the weighted sum of logarithms) or
        ``difference`` (the weighted sum), ``ci_low``, ``ci_high`` (individual 95 %), ``t``, ``df``, ``n``, ``p``,
        ``p_adjusted``, ``d_z`` with limits, and ``family_size``.

    Raises
    ------
    DesignError
        The table does not have the design, as in :func:`contrasts`.
    ArgumentError
        A weight is of no level, or the weights of a contrast do not add up to 0.

    Notes
    -----
    Each participant's weighted sum is tested against 0 with n - 1 degrees of freedom. Polynomial weights are whole
    numbers as in R's emmeans, such as -1, 0, 1 and 1, -2, 1 for three levels; the estimate grows with their size, t and
    p do not.

    References
    ----------
    Maxwell, S. E. & Delaney, H. D. (2004). Designing Experiments and Analyzing Data (2nd ed.). Erlbaum.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 3, "load_kg": [60] * 3 + [80] * 3 + [100] * 3,
    ...                       "value": [40.0, 33.0, 42.0, 50.0, 39.0, 55.0, 66.0, 48.0, 71.0]})
    >>> planned_contrasts(cells, within="load_kg", weights="polynomial")[["contrast", "ratio", "p"]].round(3)
        contrast  ratio      p
    0     linear  1.595  0.010
    1  quadratic  1.027  0.329
    """
    table = check_table(cells)
    by_names, condition = as_names("by", by), as_name("within", within, hint="name further columns in 'by'")
    adjust = as_adjust(adjust)
    chosen = check_family(family, by_names)
    roles: dict[str, Any] = {"outcome": outcome, "participant": participant, "within": condition, "by": by_names}
    notices = check_within(table, **roles, result_columns=RESULT_COLUMNS)
    people = check_who(table, participant, [condition, *by_names], complete=[condition], crossed=crossed)
    blocks, by_factors, found = arrange(table, **roles, log=log)
    named = [_weights(weights, block.levels, block.label) for block in blocks]
    parts = [_tested(block, list(one.values()), log=log) for block, one in zip(blocks, named, strict=True)]
    columns = interactions.on_scale(
        {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, log=log, test="t"
    )
    columns["contrast"] = [name for one in named for name in one]
    repeats = [len(one) for one in named]
    members = families(blocks, by_names, chosen, repeats)
    columns["p_adjusted"], columns["family_size"] = adjusted(columns["p"], members, adjust=adjust)
    levels = level_columns(blocks, by_factors, repeats)
    result = pd.DataFrame({**levels, **{name: columns[name] for name in RESULT_COLUMNS if name in columns}})
    equal = one_sample.no_error_term(columns["contrast"], columns["p"], lost="t, p, d_z and the interval are")
    if isinstance(weights, str):
        found = [*found, *_of_steps(blocks[0].levels, named=isinstance(table[condition].dtype, pd.CategoricalDtype))]
    attrs: dict[Any, Any] = {
        "analysis": "planned contrasts within participants", **roles, "scale": "log" if log else "raw", "test": "t",
        "unit": only_value(table, "unit"), "measure": only_value(table, "measure"), "confidence": CONFIDENCE,
        "interval": "individual 95 %", "adjust": adjust, "family": chosen, "people": people,
        "weights": _facts(named[0], blocks[0]), "trends": isinstance(weights, str),
    }  # fmt: skip
    objects = contrast_objects(
        table, test="t", pair_columns=[], outcome=outcome, participant=participant, within=(condition,),
        by=tuple(by_names), log=log, weights=partial(_weights, weights),
    )  # fmt: skip
    return Results.of(result, "planned contrasts", attrs, notices=announce([*notices, *found, *equal]), objects=objects)


def _tested(block: Block, rows: Sequence[Array], *, log: bool) -> dict[str, Array]:
    analysed = np.log(block.values) if log else block.values
    size = float(np.abs(rows).sum(axis=1).max())
    return one_sample.t_test(
        np.asarray(analysed @ np.array(rows).T), rounding=size * interactions.rounding(block.values, log=log)
    )


def _weights(
    weights: str | Mapping[str, Mapping[Any, float]], levels: Sequence[Any], where: str = ""
) -> dict[str, Array]:
    """The weights of every contrast in the order of some levels."""
    if isinstance(weights, str):
        if weights != POLYNOMIAL:
            raise ArgumentError(
                "'weights' cannot be used", allowed=f"{POLYNOMIAL!r}, or a mapping of names", got=repr(weights)
            )
        return dict(zip(TRENDS, _trends(len(levels)), strict=False))
    if not isinstance(weights, Mapping) or not weights:
        raise ArgumentError(
            "'weights' cannot be used", allowed="the name of each contrast with the weights of its levels",
            got=repr(weights),
        )  # fmt: skip
    return {str(name): _checked(str(name), one, levels, where) for name, one in weights.items()}


def _checked(name: str, weights: Mapping[Any, float], levels: Sequence[Any], where: str) -> Array:
    """The weights of one contrast: of levels that are there, finite, adding up to 0."""
    numbers = isinstance(weights, Mapping) and all(isinstance(one, (int, float, np.number)) for one in weights.values())
    if not numbers:
        raise ArgumentError(
            f"The weights of {name!r} cannot be used", allowed="a number for each level, such as {'squat': -1}",
            got=repr(weights),
        )  # fmt: skip
    unknown = [level for level in weights if level not in levels]
    if unknown:
        raise ArgumentError(
            f"The weights of {name!r} name no level of the factor", where=where, allowed=listed(levels),
            got=listed(unknown),
        )  # fmt: skip
    row = np.array([float(weights.get(level, 0.0)) for level in levels])
    if not np.isfinite(row).all() or not row.any() or abs(row.sum()) > 1e-9 * np.abs(row).sum():
        raise ArgumentError(
            f"The weights of {name!r} are not those of a contrast",
            allowed="finite weights, some of them above and some below 0, that add up to 0",
            got=listed(row.tolist()),
            hint="a mean of several levels has weights that add up to 1, and one against another to 0",
        )
    return row


def _of_steps(levels: Sequence[Any], *, named: bool) -> list[Notice]:
    """Say that trends take levels as equal steps, where their numbers are not, or where nobody chose their order."""
    numbers = all(isinstance(level, (int, float, np.number)) and not isinstance(level, bool) for level in levels)
    steps = np.diff(np.array(levels, dtype=float)) if numbers else np.empty(0)
    if named or (numbers and np.ptp(steps) <= 1e-9 * np.abs(steps).max()):
        return []
    text = f"The trends take {series(str(level) for level in levels)} as equal steps in this order."
    hint = "Weights of your own hold other steps; an ordered categorical column has an order of your own"
    return [Notice(code="trend-steps", text=text, hint=hint)]


def _trends(levels: int) -> list[Array]:
    """Orthogonal polynomials over levels in equal steps, as whole numbers: linear, then up to quartic."""
    steps = np.arange(levels) - (levels - 1) / 2
    basis = np.linalg.qr(np.vander(steps, min(levels, len(TRENDS) + 1), increasing=True))[0].T[1:]
    found = []
    for row in basis:
        row = row * np.sign(row[-1])
        smallest = np.abs(row[np.abs(row) > 1e-9]).min()
        # the smallest multiple that makes whole numbers of all of them
        scale = next(
            (k for k in range(1, 1000) if np.abs(row / smallest * k - np.rint(row / smallest * k)).max() < 1e-7), 1
        )
        found.append(np.asarray(np.rint(row / smallest * scale * 1e7) / 1e7))
    return found


def _facts(named: Mapping[str, Array], block: Block) -> dict[str, dict[str, float]]:
    """Name of each contrast, and the weights of its levels that are not 0."""
    return {
        name: {str(level): float(weight) for level, weight in zip(block.levels, row, strict=True) if weight}
        for name, row in named.items()
    }
