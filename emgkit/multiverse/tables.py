"""The tables of a multiverse: every specification, the joint tests of each curve, and what moves the effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.multiverse.axes import Curve, Space
from emgkit.multiverse.cells import Differences
from emgkit.stats.curves.specification_curve import ALPHA, JointTest, joint_test, variance_shares
from emgkit.stats.within.interactions import rounding
from emgkit.stats.within.one_sample import t_test

__all__ = ["ALL", "OWN", "Tables", "tables_of", "verdicts"]

Array = NDArray[np.float64]

# how the curve of the study's own quantity is called, and all curves of one scale together
OWN, ALL = "as in the study", "all"


@dataclass(frozen=True, kw_only=True, eq=False)
class Tables:
    """The tables, one row each a specification, a curve, and an axis; all of every contrast."""

    specifications: pd.DataFrame
    curves: pd.DataFrame
    variance: pd.DataFrame


def tables_of(found: Sequence[Differences], space: Space) -> Tables:
    """Test every contrast under every specification, one by one and together.

    Parameters
    ----------
    found : sequence of Differences
        One a contrast.
    space : Space
        The specifications.
    """
    specifications, curves, variance = [], [], []
    for one in found:
        for curve in space.curves():
            part = one.values[np.ix_(*curve.options)]
            joint = joint_test(part.reshape(-1, part.shape[-1]).T, flips=space.flips, seed=space.seed)
            table = _specifications(one, curve, space, joint)
            specifications.append(table)
            curves.append(_curve_row(one, curve, joint, table))
            variance += _variance_rows(one, curve, space, part.mean(axis=-1), table)
        variance += _all_together(one, space)
    return Tables(
        specifications=pd.concat(specifications, ignore_index=True),
        curves=pd.DataFrame(curves),
        variance=pd.DataFrame(variance),
    )


def verdicts(table: pd.DataFrame) -> NDArray[np.intp]:
    """What each specification says: 1 higher, -1 lower, 0 undecided at the level of one t test."""
    return np.asarray(np.sign(table["t"]).where(table["p"] < ALPHA, 0), dtype=np.intp)


def _facts(one: Differences, curve: Curve) -> dict[str, str]:
    sign = " / " if curve.log else " - "
    return {**one.at, "contrast": sign.join(one.pair), "curve": curve.label or OWN}


def _specifications(one: Differences, curve: Curve, space: Space, joint: JointTest) -> pd.DataFrame:
    """One row a specification of a curve, in the order of the axes."""
    part = one.values[np.ix_(*curve.options)]
    differences = part.reshape(-1, part.shape[-1]).T
    tested = t_test(differences, rounding=rounding(np.exp(differences), log=curve.log))
    numbers = np.arange(space.size).reshape(space.shape)
    options = np.meshgrid(*curve.options, indexing="ij")
    labels = {
        axis.name: np.array([choice.label for choice in axis.choices], dtype=object)[option.ravel()]
        for axis, option in zip(space.axes, options, strict=True)
        if len(axis.choices) > 1
    }
    own = numbers[space.own]
    back = np.exp if curve.log else np.asarray
    mine = numbers[np.ix_(*curve.options)].ravel()
    return pd.DataFrame(
        {
            **_facts(one, curve),
            "specification": mine + 1,
            **labels,
            "ratio" if curve.log else "difference": back(tested["center"]),
            "ci_low": back(tested["low"]),
            "ci_high": back(tested["high"]),
            **{name: tested[name] for name in ("t", "df", "n", "p")},
            "p_max_t": joint.p_max_t,
            "own": mine == own,
        }
    )


def _curve_row(one: Differences, curve: Curve, joint: JointTest, table: pd.DataFrame) -> dict[str, object]:
    """The joint tests of a curve."""
    effect = "ratio" if curve.log else "difference"
    back = np.exp if curve.log else np.asarray
    said = verdicts(table)
    own = table[table["own"]]
    return {
        **_facts(one, curve),
        "scale": effect,
        "specifications": len(table),
        "n": joint.n,
        "own": float(own[effect].iloc[0]) if len(own) else np.nan,
        "own_p": float(own["p"].iloc[0]) if len(own) else np.nan,
        "median": float(back(joint.median)),
        "lowest": float(table[effect].min()),
        "highest": float(table[effect].max()),
        "p_median": joint.p_median,
        "higher": float((said > 0).mean()),
        "lower": float((said < 0).mean()),
        "share_significant": joint.share,
        "p_share": joint.p_share,
        "share_max_t": float((joint.p_max_t < ALPHA).mean()),
        "flips": joint.flips,
        "exact": joint.exact,
    }


def _variance_rows(
    one: Differences, curve: Curve, space: Space, effects: Array, table: pd.DataFrame
) -> list[dict[str, object]]:
    """How much of the variance of the effect, and of the verdict, each axis of a curve explains."""
    names = tuple(axis.name for axis in space.axes)
    said = variance_shares(verdicts(table).reshape(effects.shape).astype(np.float64), names)
    return [
        {**_facts(one, curve), "axis": name, "share_of_effect": share, "share_of_verdict": said[name]}
        for name, share in variance_shares(effects, names).items()
    ]


def _all_together(one: Differences, space: Space) -> list[dict[str, object]]:
    """The same of all specifications on the study's own scale, other quantities among them."""
    options = tuple((axis.own,) if axis.name == "scale" else tuple(range(len(axis.choices))) for axis in space.axes)
    whole = Curve(label=ALL, options=options, log=bool(space.values("scale")[options[-1][0]]))
    if sum(one.log == whole.log for one in space.curves()) < 2:
        return []
    effects = one.values[np.ix_(*options)].mean(axis=-1)
    names = tuple(axis.name for axis in space.axes)
    return [
        {**_facts(one, whole), "axis": name, "share_of_effect": share, "share_of_verdict": np.nan}
        for name, share in variance_shares(effects, names).items()
    ]
