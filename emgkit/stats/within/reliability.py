"""Reliability of a measurement over trials: how well people are told apart, and how much one value wanders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats

from emgkit.errors import DesignError, Notice
from emgkit.notation import listed
from emgkit.stats.cells.blocks import Block, arrange, check_within, level_columns
from emgkit.stats.cells.columns import NAMED, as_name, as_names, check_table, only_value
from emgkit.stats.cells.effect_formulas import CONFIDENCE
from emgkit.stats.results.facts import announce
from emgkit.stats.results.results import Results

Array = NDArray[np.float64]

RESULT_COLUMNS = ("quantity", "trials", "value", "ci_low", "ci_high", "unit", "n", "n_trials")

__all__ = ["reliability"]


def reliability(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str] = "trial",
    by: str | Sequence[str] | None = None,
) -> Results:
    """Reliability of repeated trials: ICC(2,1), ICC(3,1), SEM, MDC95, CV, and limits of agreement.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant and trial; every participant has every trial.
    outcome, participant : str
        Columns of the value, which is above 0, and of the participant.
    within : str or list of one str
        Column of the trial, day or rater.
    by : str or sequence of str, optional
        Columns whose levels are analysed one by one, such as ``"muscle"``.

    Returns
    -------
    Results
        One row a quantity: the ``by`` columns, ``quantity``, ``trials`` (the pair, for limits of agreement),
        ``value``, ``ci_low``, ``ci_high`` (95 %), ``unit``, ``n`` (participants) and ``n_trials``. Quantities:
        ``icc_2_1`` (absolute agreement, trials random), ``icc_3_1`` (consistency, trials fixed), ``sem`` and ``mdc95``
        (in the unit of the value), ``cv`` (typical error of the logarithms, %), and for each pair of trials ``bias``
        ("first minus second"), ``agreement_low`` and ``agreement_high``.

    Raises
    ------
    DesignError
        A participant lacks a trial or has it twice, there are fewer than two trials or three participants, or values
        are not above 0.

    Notes
    -----
    From the two-way analysis of variance with MS of participants, of trials and of the error (n participants, k
    trials): ICC(3,1) = (MSp - MSe) / (MSp + (k - 1) MSe), ICC(2,1) = (MSp - MSe) / (MSp + (k - 1) MSe +
    k (MSt - MSe) / n); limits after Shrout & Fleiss (1979) and McGraw & Wong (1996). SEM = sqrt(MSe), MDC95 =
    1.96 sqrt(2) SEM, CV = 100 (exp(sqrt(MSe of the logs)) - 1); their limits come from chi-squared. Limits of
    agreement are bias -/+ 1.96 SD of the differences, and their own limits -/+ t SD sqrt(1 / n + 1.96**2 / (2 (n - 1)))
    (Bland & Altman, 1999). A high ICC needs no precise measurement where people differ much: read it with the SEM.

    References
    ----------
    Shrout, P. E. & Fleiss, J. L. (1979). Intraclass correlations: uses in assessing rater reliability. Psychological
    Bulletin, 86.
    McGraw, K. O. & Wong, S. P. (1996). Forming inferences about some intraclass correlation coefficients. Psychological
    Methods, 1.
    Bland, J. M. & Altman, D. G. (1999). Measuring agreement in method comparison studies. Statistical Methods in
    Medical Research, 8.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"] * 2, "trial": [1] * 4 + [2] * 4,
    ...                       "value": [500.0, 320.0, 410.0, 650.0, 520.0, 300.0, 430.0, 640.0]})
    >>> reliability(cells).set_index("quantity")["value"].round(3)[["icc_3_1", "sem"]]
    quantity
    icc_3_1     0.989
    sem        14.577
    Name: value, dtype: float64
    """
    table = check_table(cells)
    by_names = as_names("by", by)
    trial = as_name("within", within, hint="name further columns in 'by'")
    roles: dict[str, Any] = {"outcome": outcome, "participant": participant, "within": trial, "by": by_names}
    hidden = [name for name in RESULT_COLUMNS if name not in ("value", "unit")]
    check_within(table, **roles, result_columns=hidden)
    blocks, by_factors, notices = arrange(table, **roles, log=False)
    _check_positive(blocks, outcome)
    unit = only_value(table, "unit")
    frames = []
    for block in blocks:
        if len(block.participants) < 3:
            raise DesignError(
                "Reliability needs people who can be told apart",
                where=block.label,
                allowed="at least 3 participants",
                got=f"{len(block.participants)}",
            )
        frames.append(_quantities(block, unit))
        if frames[-1]["value"].isna().any():
            text = (
                f"The trials differ by the same amount in all participants{f' at {block.label}' if block.label else ''}"
            )
            notices.append(Notice(code="no-variance", text=f"{text}: an ICC is not defined. Check for copied values."))
    levels = level_columns(blocks, by_factors, [len(frame) for frame in frames])
    result = pd.concat([pd.DataFrame(levels), pd.concat(frames, ignore_index=True)], axis=1)
    attrs = {
        "analysis": "reliability", **roles, "scale": "raw", "unit": unit, "confidence": CONFIDENCE,
    }  # fmt: skip
    return Results.of(result, "reliability", attrs, notices=announce(notices))


def _check_positive(blocks: Sequence[Block], outcome: str) -> None:
    """Refuse values that have no logarithm, of which the coefficient of variation is made."""
    for block in blocks:
        low = block.participants[np.flatnonzero((block.values <= 0).any(axis=1))]
        if len(low):
            raise DesignError(
                f"The coefficient of variation needs values above 0, and {outcome!r} is 0 or negative",
                where=", ".join(text for text in (block.label, f"participants {listed(low[:NAMED])}") if text),
                hint="a zero-lag Butterworth envelope can undershoot below zero: process with MovingRMS instead",
            )


def _quantities(block: Block, unit: str) -> pd.DataFrame:
    """All quantities of one block."""
    n, k = block.values.shape
    people, trials, error = _mean_squares(block.values)
    error = error if error > (16 * np.finfo(np.float64).eps * block.values.max()) ** 2 else 0.0
    df = (n - 1) * (k - 1)
    sem = np.sqrt(error) * np.array([1.0, *_spread_limits(df)])
    log_error = np.sqrt(_mean_squares(np.log(block.values))[2]) * np.array([1.0, *_spread_limits(df)])
    undefined = (np.nan,) * 3
    rows: list[tuple[Any, ...]] = [
        ("icc_2_1", "", *(_icc_agreement(people, trials, error, n, k) if error else undefined), ""),
        ("icc_3_1", "", *(_icc_consistency(people, error, n, k) if error else undefined), ""),
        ("sem", "", *sem, unit),
        ("mdc95", "", *(1.96 * np.sqrt(2) * sem), unit),
        ("cv", "", *(100 * np.expm1(log_error)), "%"),
    ]
    for i, j in block.pairs:
        pair = f"{block.levels[i]} - {block.levels[j]}"
        rows += [(name, pair, *numbers, unit) for name, numbers in _agreement(block.values[:, i] - block.values[:, j])]
    frame = pd.DataFrame(rows, columns=["quantity", "trials", "value", "ci_low", "ci_high", "unit"])
    return frame.assign(n=n, n_trials=k)


def _mean_squares(values: Array) -> tuple[float, float, float]:
    """Mean squares of participants, trials and error of a two-way table, (n_participants, n_trials)."""
    n, k = values.shape
    row, column, grand = values.mean(axis=1), values.mean(axis=0), values.mean()
    residual = values - row[:, None] - column + grand
    return (
        float(k * ((row - grand) ** 2).sum() / (n - 1)),
        float(n * ((column - grand) ** 2).sum() / (k - 1)),
        float((residual**2).sum() / ((n - 1) * (k - 1))),
    )


def _spread_limits(df: int) -> tuple[float, float]:
    """Limits of a standard deviation, as factors of it."""
    tail = (1 - CONFIDENCE) / 2
    return float(np.sqrt(df / special.chdtri(df, tail))), float(np.sqrt(df / special.chdtri(df, 1 - tail)))


def _icc_consistency(people: float, error: float, n: int, k: int) -> tuple[float, float, float]:
    """ICC(3,1) and its limits."""
    df1, df2, upper = n - 1, (n - 1) * (k - 1), (1 + CONFIDENCE) / 2
    low = people / error / stats.f.ppf(upper, df1, df2)
    high = people / error * stats.f.ppf(upper, df2, df1)
    f = people / error
    return tuple(float((x - 1) / (x + k - 1)) for x in (f, low, high))  # type: ignore[return-value]


def _icc_agreement(people: float, trials: float, error: float, n: int, k: int) -> tuple[float, float, float]:
    """ICC(2,1) and its limits."""
    icc = (people - error) / (people + (k - 1) * error + k * (trials - error) / n)
    ratio = trials / error
    a, b = k * icc * ratio, n * (1 + (k - 1) * icc) - k * icc
    df = (k - 1) * (n - 1) * (a + b) ** 2 / ((n - 1) * a**2 + b**2)
    upper = (1 + CONFIDENCE) / 2
    f_low, f_high = stats.f.ppf(upper, n - 1, df), stats.f.ppf(upper, df, n - 1)
    rest = k * trials + (k * n - k - n) * error
    low = n * (people - f_low * error) / (f_low * rest + n * people)
    high = n * (f_high * people - error) / (rest + n * f_high * people)
    return float(icc), float(low), float(high)


def _agreement(differences: Array) -> list[tuple[str, tuple[float, float, float]]]:
    """Bias and limits of agreement of two trials, each with its own limits."""
    n = len(differences)
    bias, sd, t = float(differences.mean()), float(differences.std(ddof=1)), float(special.stdtrit(n - 1, 0.975))
    half = t * sd / np.sqrt(n)
    rows = [("bias", (bias, bias - half, bias + half))]
    half = t * sd * np.sqrt(1 / n + 1.96**2 / (2 * (n - 1)))
    for name, limit in (("agreement_low", bias - 1.96 * sd), ("agreement_high", bias + 1.96 * sd)):
        rows.append((name, (limit, limit - half, limit + half)))
    return rows
