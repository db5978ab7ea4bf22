"""The Bayes factor of a paired contrast after Jeffreys, Zellner and Siow."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import integrate

from emgkit._checks import check_positive
from emgkit.stats.results.facts import announce, quietly
from emgkit.stats.results.results import Results
from emgkit.stats.within.contrasts import contrasts

# the scale of the prior that BayesFactor, jamovi, JASP and pingouin call medium
MEDIUM = 0.5**0.5

__all__ = ["bayes_factors", "jzs"]


def bayes_factors(
    cells: pd.DataFrame,
    *,
    outcome: str = "value",
    participant: str = "participant",
    within: str | Sequence[str],
    by: str | Sequence[str] | None = None,
    log: bool = True,
    r: float = MEDIUM,
    against: Any = None,
    crossed: str | Sequence[str] | None = None,
) -> Results:
    """Weigh for every pair of levels whether they differ or are equal: the Bayes factor of the paired t test.

    Parameters
    ----------
    cells : pandas.DataFrame
        One row a participant, level of ``within`` and level of ``by``.
    outcome, participant, within, by, log, against, crossed
        As in :func:`contrasts`.
    r : float
        Scale of the prior: half of the effects d_z that one expects lie within -r and r. State it before looking.

    Returns
    -------
    Results
        The ``by`` columns, ``contrast``, ``ratio`` (or ``difference``), ``ci_low``, ``ci_high`` (95 %, of the t test),
        ``t``, ``df``, ``n``, ``bf10`` and ``bf01``: how many times more probable the values are if the levels differ
        than if they are equal, and the reverse.

    Raises
    ------
    DesignError
        The table does not have the design, as in :func:`contrasts`.
    ArgumentError
        ``r`` is not a number above 0.

    Notes
    -----
    The prior of d_z is a Cauchy distribution with scale r, and the Bayes factor is ``jzs`` of t and n. It depends
    on r, which is printed beside it, and is not corrected for several contrasts. No threshold makes it a test.

    References
    ----------
    Rouder, J. N., Speckman, P. L., Sun, D., Morey, R. D. & Iverson, G. (2009). Bayesian t tests for accepting and
    rejecting the null hypothesis. Psychonomic Bulletin & Review, 16.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"] * 2, "exercise": ["a"] * 4 + ["b"] * 4,
    ...                       "value": [80.0, 60.0, 90.0, 70.0, 42.0, 33.0, 41.0, 39.0]})
    >>> bayes_factors(cells, within="exercise")[["contrast", "t", "bf10"]].round(2)
      contrast      t   bf10
    0    a / b  14.17  38.75
    """
    scale = check_positive("r", r)
    compared = quietly(
        contrasts, cells, outcome=outcome, participant=participant, within=within, by=by, log=log, adjust="none",
        against=against, crossed=crossed,
    )  # fmt: skip
    kept = [
        name
        for name in compared.columns
        if name not in ("p", "p_adjusted", "family_size") and name[:3] not in ("d_z", "g_a")
    ]
    factors = [jzs(t, int(n), r=scale) for t, n in zip(compared["t"], compared["n"], strict=True)]
    result = pd.DataFrame(compared[kept]).assign(bf10=factors, bf01=[1 / factor for factor in factors])
    facts = {
        key: fact for key, fact in compared.attrs.items() if key not in ("adjust", "largest_family", "notices", "table")
    }
    facts |= {"analysis": "Bayes factors of paired contrasts", "prior_scale": scale}
    return Results.of(result, "bayes factors", facts, notices=announce(compared.notices), objects=compared.statsmodels)


def jzs(t: float, n: int, *, r: float = MEDIUM) -> float:
    """Bayes factor for a difference, from a paired (or one-sample) t.

    Parameters
    ----------
    t : float
        The t statistic.
    n : int
        Participants.
    r : float
        Scale of the Cauchy prior of d_z.

    Returns
    -------
    float
        How many times more probable t is with a difference than without; NaN for a t that is NaN.

    Notes
    -----
    With v = n - 1 the integral over g from 0 to infinity of
    (1 + n g r**2)**(-1/2) (1 + t**2 / ((1 + n g r**2) v))**(-(v + 1)/2) (2 pi)**(-1/2) g**(-3/2) exp(-1/(2 g)),
    over (1 + t**2 / v)**(-(v + 1)/2) (Rouder et al., 2009, equation 1, with a scale). It is computed over the logarithm
    of g.

    References
    ----------
    Rouder, J. N., Speckman, P. L., Sun, D., Morey, R. D. & Iverson, G. (2009). Bayesian t tests for accepting and
    rejecting the null hypothesis. Psychonomic Bulletin & Review, 16.

    Examples
    --------
    >>> round(1 / jzs(2.03, 80, r=1.0), 2)
    1.56
    """
    if not np.isfinite(t):
        return float("nan")
    v = n - 1
    null = -(v + 1) / 2 * np.log1p(t**2 / v)

    def density(u: float) -> float:
        g = np.exp(u)
        spread = 1 + n * g * r**2
        of_t = -0.5 * np.log(spread) - (v + 1) / 2 * np.log1p(t**2 / (spread * v))
        # g**(-3/2) dg is g**(-1/2) du
        return float(np.exp(of_t - null - 0.5 * np.log(2 * np.pi) - 0.5 * u - 0.5 / g))

    # beyond these limits exp(-1 / (2 g)) and g**(-1/2) leave nothing
    middle = [-2.0, 0.0, 3.0, 8.0]
    edges = [-7.0, *middle, 80.0]
    pieces = (integrate.quad(density, a, b, limit=200, epsabs=0, epsrel=1e-11)[0] for a, b in itertools.pairwise(edges))
    return float(sum(pieces))
