"""A meta-analysis in statsmodels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.stats.results.statsmodels_objects import Key, StatsmodelsObjects

Array = NDArray[np.float64]

__all__ = ["Effects", "meta_objects"]

# statsmodels stops its Paule-Mandel search early, and has no REML: there it is given emgkit's variance between studies
_COMBINED = {"dl": "chi2", "fixed": "chi2"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Effects:
    """Effects of studies, and the model for them."""

    y: Array
    v: Array
    design: pd.DataFrame
    studies: tuple[str, ...]
    tau2: float
    method: str
    student: bool
    log: bool


def meta_objects(effects: Effects, terms: Sequence[str]) -> StatsmodelsObjects:
    """The object of the pooled effects: CombineResults where statsmodels has the estimator, else WLS."""
    if effects.method in _COMBINED and len(terms) == 1:
        return StatsmodelsObjects(
            what="combine_effects", levels=(), parts=partial(_one, effects), make=_combined,
            numbers=partial(_combined_numbers, effects),
        )  # fmt: skip
    return StatsmodelsObjects(
        what="WLS with the variance between studies that emgkit found", levels=(), parts=partial(_one, effects),
        make=_weighted, numbers=partial(_weighted_numbers, effects), needs=("term",),
    )  # fmt: skip


def _one(effects: Effects) -> dict[Key, Effects]:
    return {(): effects}


def _combined(effects: Effects) -> Any:
    from statsmodels.stats.meta_analysis import combine_effects

    return combine_effects(
        effects.y, effects.v, method_re=_COMBINED[effects.method], use_t=effects.student,
        row_names=list(effects.studies),
    )  # fmt: skip


def _combined_numbers(effects: Effects, found: Any, row: Mapping[str, Any]) -> dict[str, float]:
    del row
    # intervals of both models, each normal and after Hartung and Knapp
    fixed, random, fixed_hksj, random_hksj = found.conf_int()
    plain, adjusted, se = (
        (fixed, fixed_hksj, found.sd_eff_w_fe)
        if effects.method == "fixed"
        else (random, random_hksj, found.sd_eff_w_re)
    )
    estimate = found.mean_effect_fe if effects.method == "fixed" else found.mean_effect_re
    low, high = adjusted if effects.student else plain
    numbers = {
        "estimate": float(estimate), "se": float(found.sd_eff_w_re_hksj if effects.student else se),
        "ci_low": float(low), "ci_high": float(high), "q": float(found.q), "q_df": float(found.df),
        "k": float(found.k),
    }  # fmt: skip
    numbers |= {} if effects.student else {"z_low": float(plain[0]), "z_high": float(plain[1])}
    numbers |= {"tau2": max(float(found.tau2), 0.0)} if effects.method != "fixed" else {}
    return _with_ratio(numbers, log=effects.log)


def _weighted(effects: Effects) -> Any:
    from statsmodels.regression.linear_model import WLS

    # its scale is the one that Hartung and Knapp multiply with; without it the interval is the normal one
    outcome = pd.Series(effects.y, index=list(effects.studies), name="effect")
    design = effects.design.set_axis(list(effects.studies))
    model = WLS(outcome, design, weights=1 / (effects.v + effects.tau2))
    if effects.student:
        return model.fit()
    return model.fit(cov_type="fixed scale", cov_kwds={"scale": 1.0}, use_t=False)


def _weighted_numbers(effects: Effects, fitted: Any, row: Mapping[str, Any]) -> dict[str, float]:
    term = str(row["term"])
    low, high = fitted.conf_int().loc[term]
    numbers = {
        "estimate": float(fitted.params[term]), "se": float(fitted.bse[term]), "ci_low": float(low),
        "ci_high": float(high), "t": float(fitted.tvalues[term]), "p": float(fitted.pvalues[term]),
        "k": float(fitted.nobs),
    }  # fmt: skip
    numbers |= {"df": float(fitted.df_resid)} if effects.student else {}
    return _with_ratio(numbers, log=effects.log)


def _with_ratio(numbers: dict[str, float], *, log: bool) -> dict[str, float]:
    if not log:
        return numbers
    ratios = {"ratio": "estimate", "ratio_low": "ci_low", "ratio_high": "ci_high"}
    return {**numbers, **{name: float(np.exp(numbers[of])) for name, of in ratios.items()}}
