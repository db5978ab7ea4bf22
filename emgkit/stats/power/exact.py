"""How many participants a comparison within participants needs, and the smallest effect it could see."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import integrate, optimize, special, stats

from emgkit._checks import check_positive, check_whole
from emgkit.errors import ArgumentError
from emgkit.notation import listed
from emgkit.stats.cells.effect_formulas import ALPHA
from emgkit.stats.power.in_statsmodels import power_objects
from emgkit.stats.results.results import Results

Array = NDArray[np.float64]
Numbers = float | Sequence[float] | NDArray[Any]

MOST_PARTICIPANTS = 1_000_000
# an effect of more standard deviations is none that a study looks for
MOST_EFFECT = 1e6

__all__ = ["power_between", "power_equivalence", "power_paired", "power_within"]


def power_paired(
    *, effect: Numbers | None = None, n: Numbers | None = None, power: Numbers | None = None, alpha: float = ALPHA
) -> Results:
    """Power of a two-sided paired t test, exact; the one of ``effect``, ``n`` and ``power`` not given is found.

    Parameters
    ----------
    effect : float or sequence of float, optional
        d_z, the mean difference over the standard deviation of the differences; its sign does not matter.
    n : int or sequence of int, optional
        Participants.
    power : float or sequence of float, optional
        The power wanted.
    alpha : float
        Two-sided level; divide it by the size of the family for the first step of Holm's correction.

    Returns
    -------
    Results
        One row a combination: ``effect``, ``n``, ``alpha``, ``power``. Where ``n`` is found, it is the smallest that
        has the power, and ``power`` is what it then is. Where ``effect`` is found (``n`` and ``power`` given), the
        table is a sensitivity curve: the smallest effect a study of that size sees with that power.

    Raises
    ------
    ArgumentError
        Not exactly two of the three are given, or one is out of range.

    Notes
    -----
    With t noncentral, df = n - 1 and noncentrality d_z sqrt(n), the power is the probability beyond the critical
    values on both sides. Do not compute it from the effect that a study found ("observed power" is its p-value in other
    words): give the smallest effect that matters.

    References
    ----------
    Cohen, J. (1988). Statistical Power Analysis for the Behavioral Sciences (2nd ed.). Erlbaum.

    Examples
    --------
    >>> power_paired(effect=[0.5, 0.8, 1.2], power=0.8)[["effect", "n"]]
       effect   n
    0     0.5  34
    1     0.8  15
    2     1.2   8
    """

    def of(effect: float, n: float) -> float:
        return _beyond(effect * np.sqrt(n), n - 1, float(special.stdtrit(n - 1, 1 - alpha / 2)))

    table = _solve(of, "effect", effect, n, power, alpha=alpha)
    size = "The effect size is d_z, the mean over the standard deviation of the participants' differences."
    facts = {"test": "a two-sided paired t test (noncentral t, df = n − 1)", "size": size}
    return _results(table, "power", facts, {"effect size": effect, "n": n, "power": power}, alpha=alpha)


def power_between(
    *, effect: Numbers | None = None, n: Numbers | None = None, power: Numbers | None = None, alpha: float = ALPHA
) -> Results:
    """Power of a two-sided t test between two groups, such as of their changes.

    Parameters
    ----------
    effect : float or sequence of float, optional
        d, the difference between the groups over the standard deviation within a group, of whatever is compared: for
        changes, the standard deviation of the changes.
    n : int or sequence of int, optional
        Participants in each of the two groups.
    power, alpha : optional
        As in :func:`power_paired`; the one of ``effect``, ``n`` and ``power`` not given is found.

    Returns
    -------
    Results
        One row a combination: ``effect``, ``n``, ``alpha``, ``power``, as in :func:`power_paired`.

    Raises
    ------
    ArgumentError
        Not exactly two of the three are given, or one is out of range.

    Notes
    -----
    With t noncentral, df = 2 n - 2 and noncentrality d sqrt(n / 2): Student's test with groups of one size and one
    standard deviation, with which Welch's all but agrees.

    Examples
    --------
    >>> power_between(effect=[0.5, 0.8], power=0.8)["n"].tolist()
    [64, 26]
    """

    def of(effect: float, n: float) -> float:
        return _beyond(effect * np.sqrt(n / 2), 2 * n - 2, float(special.stdtrit(2 * n - 2, 1 - alpha / 2)))

    table = _solve(of, "effect", effect, n, power, alpha=alpha)
    size = "The effect size is d, the difference over the standard deviation within a group; n is that of each group."
    facts = {"test": "a two-sided t test between two groups (noncentral t, df = 2 n − 2)", "size": size}
    return _results(table, "power between", facts, {"effect size": effect, "n": n, "power": power}, alpha=alpha)


def power_equivalence(
    *,
    bound: Numbers | None = None,
    n: Numbers | None = None,
    power: Numbers | None = None,
    effect: float = 0.0,
    alpha: float = ALPHA,
) -> Results:
    """Power of two one-sided paired t tests against -bound and +bound, exact.

    Parameters
    ----------
    bound : float or sequence of float, optional
        The bound in standard deviations of the differences; log(1.25) over the log-SD of the ratios for 0.8 to 1.25.
    n, power : optional
        As in :func:`power_paired`; the one of ``bound``, ``n`` and ``power`` not given is found.
    effect : float
        True d_z, within the bounds.
    alpha : float
        Level of each side.

    Returns
    -------
    Results
        One row a combination: ``bound``, ``effect``, ``n``, ``alpha``, ``power``.

    Raises
    ------
    ArgumentError
        Not exactly two of the three are given, or one is out of range.

    Notes
    -----
    The probability that the interval of the mean lies within the bounds, integrated over the distribution of the
    standard deviation.

    Examples
    --------
    >>> power_equivalence(bound=0.8, power=0.8)["n"].tolist()
    [15]
    """

    def of(bound: float, n: float) -> float:
        critical, df = special.stdtrit(n - 1, 1 - alpha), n - 1
        # beyond this spread the interval is wider than the bounds
        most = bound * np.sqrt(n) / critical

        def inside(spread: float) -> float:
            room = np.array([bound - effect, -bound - effect]) * np.sqrt(n) + np.array([-1, 1]) * critical * spread
            return max(float(special.ndtr(room[0]) - special.ndtr(room[1])), 0.0)

        return _over_spread(inside, df, most=most)

    if bound is not None and np.min(np.abs(bound)) <= abs(effect):
        raise ArgumentError(
            "'effect' cannot be used", allowed="a true d_z between the bounds", got=f"{effect!r}, with bound {bound!r}"
        )
    table = _solve(of, "bound", bound, n, power, alpha=alpha, floor=abs(effect))
    table.insert(1, "effect", float(effect))
    facts = {
        "test": "two one-sided paired t tests (df = n − 1)",
        "size": "Bounds and the true d_z are in standard deviations of the participants' differences.",
    }
    return _results(table, "power of equivalence", facts, {"bound": bound, "n": n, "power": power}, alpha=alpha)


def power_within(
    *,
    f: Numbers | None = None,
    n: Numbers | None = None,
    power: Numbers | None = None,
    levels: int,
    r: float = 0.5,
    epsilon: float = 1.0,
    alpha: float = ALPHA,
) -> Results:
    """Power of the F test of one factor within participants; the one of ``f``, ``n`` and ``power`` not given is found.

    Parameters
    ----------
    f : float or sequence of float, optional
        Cohen's f: the standard deviation of the condition means over that of the values within a condition.
    n, power : optional
        As in :func:`power_paired`.
    levels : int
        Number of conditions.
    r : float
        Correlation between conditions, below 1.
    epsilon : float
        Departure from sphericity, between 1 / (levels - 1) and 1.
    alpha : float
        Level.

    Returns
    -------
    Results
        One row a combination: ``f``, ``n``, ``alpha``, ``power``, ``noncentrality``, ``df1``, ``df2``.

    Raises
    ------
    ArgumentError
        Not exactly two of the three are given, or one is out of range.

    Notes
    -----
    Noncentrality f**2 n levels epsilon / (1 - r), degrees of freedom (levels - 1) epsilon and
    (n - 1) (levels - 1) epsilon: one group in G*Power's "ANOVA: Repeated measures, within factors" with its default
    option "as in G*Power 3.0", where f does not include the correlation. Under "as in SPSS" f comes from partial eta
    squared and includes it: that f is this one times sqrt(levels / ((levels - 1) (1 - r))), but for n against n - 1.
    The same number means a much larger effect here than there.

    References
    ----------
    Faul, F., Erdfelder, E., Lang, A.-G. & Buchner, A. (2007). G*Power 3: a flexible statistical power analysis program
    for the social, behavioral, and biomedical sciences. Behavior Research Methods, 39.

    Examples
    --------
    >>> power_within(f=0.25, power=0.8, levels=3)[["f", "n", "df1"]]
          f   n  df1
    0  0.25  28  2.0
    """
    check_whole("levels", levels, least=2)
    _between("r", r, -1 / (levels - 1), 1.0)
    if not 1 / (levels - 1) - 1e-12 <= epsilon <= 1:
        raise ArgumentError(
            "'epsilon' cannot be used", allowed=f"{1 / (levels - 1):.4g} to 1 for {levels} levels", got=repr(epsilon)
        )

    def parts(f: Any, n: Any) -> tuple[Any, Any, Any]:
        return f**2 * n * levels * epsilon / (1 - r), (levels - 1) * epsilon, (n - 1) * (levels - 1) * epsilon

    def of(f: float, n: float) -> float:
        noncentrality, df1, df2 = parts(f, n)
        critical = special.fdtri(df1, df2, 1 - alpha)
        return _beyond_f(noncentrality, df1, df2, critical) if noncentrality > 0 else alpha

    table = _solve(of, "f", f, n, power, alpha=alpha)
    table["noncentrality"], table["df1"], table["df2"] = parts(table["f"], table["n"])
    how = f"r = {r:g} between conditions, epsilon = {epsilon:g}"
    facts = {
        "test": f"the F test of one factor with {levels} levels within participants (noncentral F, {how})",
        "size": "Cohen's f is the standard deviation of the condition means over that within a condition.",
        "conditions": int(levels), "r": r, "epsilon": epsilon,
    }  # fmt: skip
    return _results(table, "power within", facts, {"effect size": f, "n": n, "power": power}, alpha=alpha)


def _results(
    table: pd.DataFrame, kind: str, facts: dict[str, Any], given: dict[str, Numbers | None], *, alpha: float
) -> Results:
    """Say in plain values what was computed: the one of ``given`` that was not given."""
    found = next(name for name, value in given.items() if value is None)
    analysis = {"analysis": "power, exact", "found": "number of participants" if found == "n" else found}
    return Results.of(table, kind, {**analysis, "alpha": float(alpha), **facts}, objects=power_objects(kind))


def _beyond(noncentrality: float, df: float, critical: float) -> float:
    """Probability of a noncentral t beyond -critical or +critical."""
    size = abs(float(noncentrality))
    exact = _known(lambda: float(stats.nct.sf(critical, df, size) + stats.nct.cdf(-critical, df, size)))
    if np.isfinite(exact):
        return exact
    # SciPy has no value of some large noncentralities: the chance of a smaller t, over the distribution of the spread
    return 1.0 - _over_spread(lambda s: special.ndtr(critical * s - size) - special.ndtr(-critical * s - size), df)


def _beyond_f(noncentrality: float, df1: float, df2: float, critical: float) -> float:
    """Probability of a noncentral F beyond the critical value."""
    exact = _known(lambda: float(stats.ncf.sf(critical, df1, df2, noncentrality)))
    if np.isfinite(exact):
        return exact
    # there the root of the noncentral chi square is all but normal
    middle = np.sqrt(noncentrality + df1 - 1)
    return 1.0 - _over_spread(lambda s: special.ndtr(np.sqrt(critical * df1) * s - middle), df2)


def _known(of: Callable[[], float]) -> float:
    """A value of SciPy's distributions, NaN where it says that its series did not converge."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = of()
    return float("nan") if caught else value


def _over_spread(of: Callable[[float], float], df: float, *, most: float = np.inf) -> float:
    """Mean of a function of s / sigma over the distribution of s with ``df``, which counts up to ``most``."""

    def density(s: float) -> float:
        return float(of(s)) * 2 * df * s * float(stats.chi2.pdf(df * s**2, df))

    # nothing lies beyond 40 standard deviations; s concentrates about 1
    reach = 40 / np.sqrt(2 * df)
    low, high = max(0.0, 1 - reach), min(1 + reach, most)
    if high <= low:
        return 0.0
    middle = min(1.0, high)
    parts = [
        integrate.quad(density, a, b, limit=200, epsabs=1e-12)[0] for a, b in ((low, middle), (middle, high)) if b > a
    ]
    return float(sum(parts))


def _solve(
    of: Callable[[float, float], float], name: str, size: Numbers | None, n: Numbers | None, power: Numbers | None, *,
    alpha: float, floor: float = 0.0,
) -> pd.DataFrame:  # fmt: skip
    """Find the missing one of an effect's size, the number of participants and the power, for all combinations."""
    _between("alpha", alpha, 0.0, 1.0)
    given = {name: size, "n": n, "power": power}
    missing = [key for key, value in given.items() if value is None]
    if len(missing) != 1:
        raise ArgumentError(
            "One of three is found from the other two",
            allowed=f"two of {listed(given)}",
            got=listed(key for key in given if key not in missing),
        )
    lists = {
        key: np.atleast_1d(np.asarray(value, dtype=object)).tolist()
        for key, value in given.items()
        if value is not None
    }
    sizes = [
        abs(check_positive(name, abs(one) if isinstance(one, (int, float)) else one)) for one in lists.get(name, [])
    ]
    _check_sizes(name, sizes)
    counts = counts_of(lists["n"]) if "n" in lists else []
    powers = [_between("power", one, alpha, 1.0) for one in lists.get("power", [])]
    rows = []
    if missing == ["power"]:
        rows = [(d, k, of(d, k)) for d, k in itertools.product(sizes, counts)]
    elif missing == ["n"]:
        for d, wanted in itertools.product(sizes, powers):
            k = _fewest(lambda k, d=d: of(d, k), wanted)  # type: ignore[misc]
            rows.append((d, k, of(d, k)))
    else:
        for k, wanted in itertools.product(counts, powers):
            high = max(2 * floor, 1.0)
            while of(high, k) < wanted:
                high *= 2
                if high > MOST_EFFECT:
                    raise ArgumentError(
                        f"No {name} up to {MOST_EFFECT:g} gives a power of {wanted!r} with n = {k}",
                        allowed="a power below 1 that a computer can tell from it, such as 0.99",
                        hint="ask for less power, or give more participants",
                    )
            found = optimize.brentq(lambda d, k=k, w=wanted: of(d, k) - w, floor, high, xtol=1e-12, rtol=1e-12)
            rows.append((float(found), k, wanted))
    table = pd.DataFrame(rows, columns=[name, "n", "power"])
    table.insert(2, "alpha", alpha)
    return table


def _check_sizes(name: str, sizes: Sequence[float]) -> None:
    """Refuse effects beyond every study, which are most often in another unit."""
    if sizes and max(sizes) > MOST_EFFECT:
        raise ArgumentError(
            f"{name!r} cannot be used",
            allowed=f"standard deviations, up to {MOST_EFFECT:g}",
            got=repr(max(sizes)),
            hint="divide the difference by its standard deviation first",
        )


def _fewest(of: Callable[[int], float], wanted: float) -> int:
    """Find the smallest number of participants, from 2, with at least the power wanted."""
    high = 2
    while of(high) < wanted:
        high *= 2
        if high > MOST_PARTICIPANTS:
            raise ArgumentError(
                "No study is large enough", allowed=f"at most {MOST_PARTICIPANTS} participants", got="a tiny effect"
            )
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if of(middle) >= wanted else (middle, high)
    return high


def counts_of(n: Numbers) -> list[int]:
    """Numbers of participants, 2 or more; 12.0 is one, as arrays have it."""
    given = np.atleast_1d(np.asarray(n, dtype=object)).tolist()
    whole = [int(one) if isinstance(one, float) and one.is_integer() else one for one in given]
    return [check_whole("n", one, least=2) for one in whole]


def _between(name: str, value: Any, low: float, high: float) -> float:
    """Refuse a number that does not lie between two others."""
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not number or not low < value < high:
        raise ArgumentError(f"{name!r} cannot be used", allowed=f"above {low:g} and below {high:g}", got=repr(value))
    return float(value)
