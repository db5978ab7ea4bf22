"""Pooling of published comparisons within participants: effects from summaries, then a random-effects model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from emgkit._checks import check_option
from emgkit.errors import ArgumentError, DesignError, Notice
from emgkit.notation import listed, number
from emgkit.stats.cells.columns import (
    Factor,
    check_columns,
    check_levels,
    check_single_valued,
    check_table,
    outcome_values,
)
from emgkit.stats.cells.effect_formulas import CONFIDENCE, small_sample_factor
from emgkit.stats.meta import between_studies
from emgkit.stats.meta.in_statsmodels import Effects, meta_objects
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results
from emgkit.stats.results.statsmodels_objects import StatsmodelsObjects

Array = NDArray[np.float64]

NORMAL = float(special.ndtri((1 + CONFIDENCE) / 2))
SUMMARIES = ("m1", "sd1", "m2", "sd2", "n")
# columns of ratios, each with the logarithm it is made from
RATIOS = {"ratio": "yi", "ratio_low": "ci_low", "ratio_high": "ci_high"}
POOLED_RATIOS = {
    "ratio": "estimate", "ratio_low": "ci_low", "ratio_high": "ci_high", "ratio_z_low": "z_low",
    "ratio_z_high": "z_high", "ratio_prediction_low": "prediction_low", "ratio_prediction_high": "prediction_high",
}  # fmt: skip
# the result's own columns of effects, which a moderator would hide
EFFECT_COLUMNS = ("study", "yi", "vi", "ci_low", "ci_high", "weight", *RATIOS)

__all__ = ["MEASURES", "MetaAnalysis", "meta_analysis"]


def _log_ratio(m1: Array, sd1: Array, m2: Array, sd2: Array, n: Array, r: Array) -> tuple[Array, Array]:
    cv1, cv2 = sd1 / m1, sd2 / m2
    return np.log(m1 / m2), (cv1**2 + cv2**2 - 2 * r * cv1 * cv2) / n


def _mean_change(m1: Array, sd1: Array, m2: Array, sd2: Array, n: Array, r: Array) -> tuple[Array, Array]:
    return m1 - m2, _change_variance(sd1, sd2, r) / n


def _smcc(m1: Array, sd1: Array, m2: Array, sd2: Array, n: Array, r: Array) -> tuple[Array, Array]:
    g = small_sample_factor(n - 1) * (m1 - m2) / np.sqrt(_change_variance(sd1, sd2, r))
    return g, 1 / n + g**2 / (2 * n)


def _smcr(m1: Array, sd1: Array, m2: Array, sd2: Array, n: Array, r: Array) -> tuple[Array, Array]:
    del sd2
    g = small_sample_factor(n - 1) * (m1 - m2) / sd1
    return g, 2 * (1 - r) / n + g**2 / (2 * n)


def _smcrh(m1: Array, sd1: Array, m2: Array, sd2: Array, n: Array, r: Array) -> tuple[Array, Array]:
    factor = small_sample_factor(n - 1)
    g = factor * (m1 - m2) / sd1
    variance = _change_variance(sd1, sd2, r) / (sd1**2 * (n - 1)) + g**2 / (2 * (n - 1))
    return g, factor**2 * variance


def _change_variance(sd1: Array, sd2: Array, r: Array) -> Array:
    return sd1**2 + sd2**2 - 2 * r * sd1 * sd2


Effect = Callable[[Array, Array, Array, Array, Array, Array], tuple[Array, Array]]
MEASURES: dict[str, Effect] = {
    "log_ratio": _log_ratio,
    "mean_change": _mean_change,
    "smcc": _smcc,
    "smcr": _smcr,
    "smcrh": _smcrh,
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MetaAnalysis:
    """What :func:`meta_analysis` found: two tables.

    Parameters
    ----------
    effects : Results
        One row a study.
    pooled : Results
        One row a coefficient: the pooled effect alone, or the intercept and the moderator's terms. ``.attrs`` says
        what was done.
    """

    effects: Results
    pooled: Results

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is doubtful about the analysis, as in :class:`Results`."""
        return self.pooled.notices

    @property
    def statsmodels(self) -> StatsmodelsObjects:
        """The object of the pooled effects, as in :attr:`Results.statsmodels`."""
        return self.pooled.statsmodels

    def methods(self) -> str:
        """What was done, as in :meth:`Results.methods`."""
        return self.pooled.methods()

    def sentences(self) -> list[str]:
        """The pooled effect or coefficients, then one sentence a study."""
        return [*self.pooled.sentences(), *self.effects.sentences()]

    def __repr__(self) -> str:
        return f"{self.effects}\n\n{self.pooled}"

    def _repr_html_(self) -> str:
        return f"{self.effects._repr_html_()}{self.pooled._repr_html_()}"


def meta_analysis(
    studies: pd.DataFrame,
    *,
    measure: str = "log_ratio",
    method: str = "reml",
    knapp_hartung: bool = True,
    moderator: str | None = None,
    r: float | None = None,
) -> MetaAnalysis:
    """Pool comparisons of two conditions within participants, from the summaries that studies publish.

    Parameters
    ----------
    studies : pandas.DataFrame
        One row a study: ``m1``, ``sd1``, ``m2``, ``sd2`` (means and standard deviations of the two conditions), ``n``
        (participants), ``r`` (correlation of the conditions) and, to name the rows, ``study``. Studies must not share
        participants.
    measure : {"log_ratio", "mean_change", "smcc", "smcr", "smcrh"}
        The effect: logarithm of m1 / m2; m1 - m2; or m1 - m2 in standard deviations of the change (smcc) or of the
        first condition (smcr, with equal variances; smcrh, with unequal ones). Ratios and raw percentages of one
        reference can be compared between laboratories; standardised changes depend on how alike the participants are.
    method : {"reml", "dl", "pm", "fixed"}
        Estimator of the variance between studies: restricted likelihood, DerSimonian-Laird, Paule-Mandel, or none.
    knapp_hartung : bool
        Interval and test after Hartung and Knapp, with Student's t, from three studies on; else normal. A fixed model
        always has the normal interval.
    moderator : str, optional
        Column that may explain differences between studies: numbers give a slope, names a difference from the first
        level.
    r : float, optional
        Correlation to assume in rows that have none; a notice names them.

    Returns
    -------
    MetaAnalysis
        ``.effects``: the summaries, ``yi`` and ``vi`` (effect and sampling variance), ``ci_low``, ``ci_high`` (normal
        95 %), ``weight`` (percent) and, for ratios, ``ratio``, ``ratio_low``, ``ratio_high``. ``.pooled``: ``term``,
        ``estimate``, ``se``, ``ci_low``, ``ci_high``, ``t``, ``df`` (infinite: a normal test), ``p``, the normal
        interval ``z_low``, ``z_high``, the 95 % prediction interval of a new study's effect ``prediction_low``,
        ``prediction_high``; ratios of all of these; and of the model ``k`` (studies), ``n`` (participants), ``tau2``
        with its Q-profile interval ``tau2_low``, ``tau2_high``, ``q``, ``q_df``, ``q_p`` (heterogeneity), ``i2``
        (percent), ``h2``, and the joint F test of a moderator ``moderator_f``, ``moderator_df1``, ``moderator_df2``,
        ``moderator_p``.

    Raises
    ------
    DesignError
        A column is missing or holds what it cannot hold, a study stands twice, measures, units or phases are mixed, or
        there are too few studies: two at least, and with a moderator two more than coefficients.
    ArgumentError
        An option is unknown, or ``r`` has no row to be used for.

    Notes
    -----
    Effects and variances are those of metafor's MC, SMCC, SMCR, SMCRH and ROMC; d becomes g with the exact factor of
    n - 1 df. The Hartung-Knapp interval uses Student's t with k - p df and can be narrower than the normal one, mostly
    where tau2 = 0: it stays the result, and a notice points to the normal interval. The prediction interval is
    estimate -/+ t(k - 1) sqrt(tau2 + se**2), from three studies on (Higgins and colleagues, 2009, took k - 2 df; k - 1
    is metafor's); a fixed model and a regression have none. With fewer than ten studies a moderator's test says
    little. The intercept of a regression is the effect where the moderator is 0: subtract a typical value first.

    References
    ----------
    Viechtbauer, W. (2010). Conducting meta-analyses in R with the metafor package. Journal of Statistical Software, 36.
    Knapp, G., & Hartung, J. (2003). Improved tests for a random effects meta-regression with a single covariate.
    Statistics in Medicine, 22.
    Higgins, J. P. T., Thompson, S. G., & Spiegelhalter, D. J. (2009). A re-evaluation of random-effects meta-analysis.
    Journal of the Royal Statistical Society: Series A, 172.

    Examples
    --------
    >>> import pandas as pd
    >>> studies = pd.DataFrame({"study": ["A", "B", "C"], "m1": [88.0, 75.0, 53.0], "sd1": [28.0, 29.0, 14.0],
    ...                         "m2": [51.0, 51.0, 36.0], "sd2": [19.0, 23.0, 23.0], "n": [13, 12, 10],
    ...                         "r": [0.7, 0.6, 0.6]})
    >>> found = meta_analysis(studies, measure="mean_change")
    >>> found.pooled[["estimate", "ci_low", "ci_high", "k"]].round(1)
       estimate  ci_low  ci_high  k
    0      26.2     0.4     51.9  3
    """
    check_option("measure", measure, tuple(MEASURES))
    check_option("method", method, between_studies.METHODS)
    table, notices = _summaries(studies, measure=measure, moderator=moderator, r=r)
    columns = (table[name].to_numpy(dtype=np.float64) for name in (*SUMMARIES, "r"))
    y, v = MEASURES[measure](*columns)
    terms, matrix = _terms(table, moderator)

    model = between_studies.fit(y, v, matrix, method=method)
    student = knapp_hartung and method != "fixed" and len(y) > 2
    if knapp_hartung and method != "fixed" and not student:
        text = "Two studies are too few for the Hartung-Knapp interval (one df) and for a prediction interval: "
        notices.append(Notice(code="two-studies", text=f"{text}the interval is the normal one."))
    pooled = _coefficients(terms, model, y, v, student=student, notices=notices)
    single = moderator is None and method != "fixed" and len(y) > 2
    reach = np.sqrt(model.tau2 + pooled["se"] ** 2) * stats.t.isf((1 - CONFIDENCE) / 2, max(len(y) - 1, 1))
    pooled["prediction_low"] = pooled["estimate"] - reach if single else np.nan
    pooled["prediction_high"] = pooled["estimate"] + reach if single else np.nan
    effects = table.assign(yi=y, vi=v, ci_low=y - NORMAL * np.sqrt(v), ci_high=y + NORMAL * np.sqrt(v))
    effects["weight"] = 100 * model.weights / model.weights.sum()
    if measure == "log_ratio":
        _add_ratios(effects, RATIOS)
        _add_ratios(pooled, POOLED_RATIOS)
    _add_model(pooled, model, y, v, matrix, n=int(table["n"].sum()), notices=notices)
    if moderator is not None:
        _add_joint_test(pooled, model, student=student)
    attrs = {
        "analysis": "random-effects meta-analysis" if method != "fixed" else "fixed-effect meta-analysis",
        "measure": measure, "scale": "log" if measure == "log_ratio" else "raw", "method": method,
        "moderator": moderator, "moderator_reference": _reference(table, moderator), "confidence": CONFIDENCE,
        "interval": f"Hartung-Knapp, t({model.df})" if student else "normal", "k": len(y), "n": [int(table["n"].sum())],
    }  # fmt: skip
    in_statsmodels = Effects(
        y=y, v=v, design=pd.DataFrame(matrix, columns=terms), studies=tuple(map(str, table["study"])), tau2=model.tau2,
        method=method, student=student, log=measure == "log_ratio",
    )  # fmt: skip
    # what is doubtful stands once, below the pooled effect
    return MetaAnalysis(
        effects=Results.of(effects, "study effects", attrs),
        pooled=Results.of(
            pooled, "pooled effects", attrs, notices=announce(notices), objects=meta_objects(in_statsmodels, terms)
        ),
    )


def _summaries(
    studies: pd.DataFrame, *, measure: str, moderator: str | None, r: float | None
) -> tuple[pd.DataFrame, list[Notice]]:
    """Check the published summaries, and fill in an assumed correlation."""
    table = check_table(studies).reset_index(drop=True)
    needed = [*SUMMARIES, *(["r"] if r is None else [])]
    if r is None and "r" not in table.columns:
        raise _without_r("The table has no column 'r'")
    check_columns(table, [(name, name) for name in needed])
    named = [] if moderator is None else [moderator]
    if moderator is not None:
        check_columns(table, [*((name, name) for name in needed), ("moderator", moderator)])
        if moderator in EFFECT_COLUMNS:
            raise ArgumentError(
                f"{moderator!r} as moderator would stand beside a column of the result with the same name",
                hint="rename the column of the table",
            )
    # ratios and standardised changes have no unit, so that laboratories may differ in theirs
    check_single_valued(table, [*named, *(["unit"] if measure != "mean_change" else [])], "'moderator'")
    if "study" not in table.columns:
        table["study"] = [f"row {label}" for label in studies.index]
    _check_studies(table)
    filled, notices = _correlations(table, r)
    kept = table[["study", *named, *SUMMARIES]].assign(r=filled)
    _check_values(kept, measure)
    return kept, notices


def _check_studies(table: pd.DataFrame) -> None:
    """Refuse a single study, and effects that share participants."""
    repeated = table["study"][table["study"].duplicated()].unique()
    if len(repeated):
        raise DesignError(
            f"Studies stand in more than one row: {listed(repeated)}",
            where="column 'study'",
            allowed="one effect a study: effects of the same participants are not independent",
            hint="choose or average them; name samples of different people apart, such as 'X 2015 women'",
        )
    if len(table) < 2:
        raise DesignError("There is nothing to pool", allowed="two studies or more", got="1 study")


def _without_r(what: str, where: str = "") -> DesignError:
    return DesignError(
        what,
        where=where,
        allowed="the correlation of the two conditions, on which the sampling variance depends",
        hint="find it with reconstruct() from a printed p, t or interval, or assume one for these rows, such as r=0.6, "
        "and show how the result changes with it",
    )


def _correlations(table: pd.DataFrame, r: float | None) -> tuple[pd.Series[Any], list[Notice]]:
    """Return the correlations, an assumed one where a row has none."""
    got = table["r"] if "r" in table.columns else pd.Series(np.nan, index=table.index)
    missing = got.isna()
    if r is None:
        if missing.any():
            what = f"Column 'r' is empty in {int(missing.sum())} of {len(table)} rows"
            raise _without_r(what, _names(table, missing))
        return got, []
    if isinstance(r, bool) or not isinstance(r, int | float) or not -1 < r < 1:
        raise ArgumentError("'r' cannot be used", allowed="a number between -1 and 1", got=repr(r))
    if not missing.any():
        raise ArgumentError("'r' has no row to be used for: every study has its own correlation", got=number(r))
    text = f"A correlation of {number(r)} is assumed, not known, for {_names(table, missing)}."
    return got.where(~missing, r), [Notice(code="r-assumed", text=text)]


def _names(table: pd.DataFrame, chosen: pd.Series[bool]) -> str:
    return listed(table.loc[chosen, "study"])


def _check_values(table: pd.DataFrame, measure: str) -> None:
    """Refuse summaries that no sample can have, or that the measure cannot use."""
    standardised = measure.startswith("smc")
    smallest = 3 if standardised else 2
    for name in (*SUMMARIES, "r"):
        values = pd.Series(outcome_values(table, name, "study", log=False), index=table.index)
        if name.startswith("sd"):
            _refuse(table, name, values <= 0, "standard deviations above 0")
        elif name.startswith("m") and measure == "log_ratio":
            _refuse(table, name, values <= 0, "means above 0 for a ratio; differences can use 'mean_change'")
        elif name == "n":
            bad = (values < smallest) | (values != values.round())
            _refuse(table, name, bad, f"whole numbers of at least {smallest} participants")
        elif name == "r":
            _refuse(table, name, values.abs() >= 1, "correlations between -1 and 1, both excluded")


def _refuse(table: pd.DataFrame, name: str, bad: pd.Series[bool], allowed: str) -> None:
    if bad.any():
        got = [f"{number(value)} ({study})" for value, study in table.loc[bad, [name, "study"]].to_numpy().tolist()]
        raise DesignError(f"Column {name!r} cannot be used", allowed=allowed, got=", ".join(got))


def _terms(table: pd.DataFrame, moderator: str | None) -> tuple[list[str], Array]:
    """Name the coefficients and build their columns."""
    ones = np.ones((len(table), 1))
    if moderator is None:
        return ["pooled"], ones
    column = table[moderator]
    if pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
        values = outcome_values(table, moderator, "study", log=False)
        if np.ptp(values) == 0:
            raise DesignError(
                f"The moderator {moderator!r} has one value in all studies, so it explains nothing",
                got=number(values[0]),
            )
        names, columns = [moderator], values[:, None]
    else:
        factor = Factor.of(table, moderator)
        check_levels(moderator, factor.levels)
        names = [f"{moderator}: {level} - {factor.levels[0]}" for level in factor.levels[1:]]
        columns = (factor.codes[:, None] == np.arange(1, len(factor.levels))).astype(np.float64)
    if len(table) < len(names) + 3:
        raise DesignError(
            f"There are too few studies for the moderator {moderator!r}",
            allowed=f"at least {len(names) + 3} for {len(names) + 1} coefficients",
            got=f"{len(table)} studies",
        )
    return ["intercept", *names], np.hstack([ones, columns])


def _reference(table: pd.DataFrame, moderator: str | None) -> str:
    """The level of a moderator that its intercept is of; empty for numbers."""
    if moderator is None or (
        pd.api.types.is_numeric_dtype(table[moderator].dtype) and not pd.api.types.is_bool_dtype(table[moderator].dtype)
    ):
        return ""
    return str(Factor.of(table, moderator).levels[0])


def _coefficients(
    terms: list[str],
    model: between_studies.RandomEffects,
    y: Array,
    v: Array,
    *,
    student: bool,
    notices: list[Notice],
) -> pd.DataFrame:
    """The coefficients with the interval asked for and the normal one."""
    plain = np.sqrt(np.diag(model.covariance))
    adjustment = model.adjustment if student else 1.0
    # residuals that are nothing but rounding are no error term
    if student and adjustment <= (16 * np.finfo(np.float64).eps) ** 2 * float((y**2 / v).sum()):
        adjustment = np.nan
        text = "All studies have the same effect: the Hartung-Knapp interval, t and p are NaN. Check for copied values."
        notices.append(Notice(code="no-variance", text=f"{text} The normal interval stands beside it."))
    df = float(model.df) if student else np.inf
    estimate, se = model.coefficients, plain * np.sqrt(adjustment)
    quantile = stats.t.isf((1 - CONFIDENCE) / 2, df)
    narrower = [term for term, own, z in zip(terms, quantile * se, NORMAL * plain, strict=True) if own < z]
    if student and narrower:
        text = f"The Hartung-Knapp interval of {listed(narrower)} is narrower than the normal one (z_low, z_high)"
        about = ({"term": tuple(map(str, narrower))},)
        notices.append(Notice(code="hartung-knapp-narrower", text=f"{text}.", hint="Report both.", about=about))
    return pd.DataFrame(
        {
            "term": terms,
            "estimate": estimate,
            "se": se,
            "ci_low": estimate - quantile * se,
            "ci_high": estimate + quantile * se,
            "t": estimate / se,
            "df": df,
            "p": 2 * stats.t.sf(np.abs(estimate / se), df),
            "z_low": estimate - NORMAL * plain,
            "z_high": estimate + NORMAL * plain,
        }
    )


def _add_ratios(table: pd.DataFrame, columns: dict[str, str]) -> None:
    for new, old in columns.items():
        table[new] = np.exp(table[old])


def _add_model(
    pooled: pd.DataFrame,
    model: between_studies.RandomEffects,
    y: Array,
    v: Array,
    matrix: Array,
    *,
    n: int,
    notices: list[Notice],
) -> None:
    """Put what holds for the whole model into every row."""
    low, high = between_studies.profile_interval(y, v, matrix, confidence=CONFIDENCE)
    if np.isnan(low):
        text = "The effects are more alike than their sampling errors allow for: tau2 has no Q-profile interval."
        notices.append(Notice(code="tau2-interval-empty", text=text))
    whole = {
        "k": len(y), "n": n, "tau2": model.tau2, "tau2_low": low, "tau2_high": high, "q": model.q, "q_df": model.df,
        "q_p": float(stats.chi2.sf(model.q, model.df)), "i2": model.i2, "h2": model.h2,
    }  # fmt: skip
    for name, value in whole.items():
        pooled[name] = value


def _add_joint_test(pooled: pd.DataFrame, model: between_studies.RandomEffects, *, student: bool) -> None:
    """Test all terms of the moderator at once."""
    slopes, count = model.coefficients[1:], len(model.coefficients) - 1
    wald = float(slopes @ np.linalg.solve(model.covariance[1:, 1:], slopes)) / count
    f = wald / model.adjustment if student else wald
    pooled["moderator_f"], pooled["moderator_df1"] = f, count
    pooled["moderator_df2"] = float(model.df) if student else np.inf
    pooled["moderator_p"] = stats.f.sf(f, count, model.df) if student else stats.chi2.sf(f * count, count)
