"""Virtual training trials: individual changes against the change of the group's mean."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from emgkit._checks import check_positive, check_whole
from emgkit.errors import ArgumentError
from emgkit.simulate.draw import check_seed

__all__ = ["replicate_change"]


def replicate_change(
    *,
    n: int,
    mean_change: float,
    sd_change: float,
    seed: int,
    replicates: int = 10_000,
    cvs: Sequence[float] = (0.1, 0.2, 0.3),
    correlations: Sequence[float] = (-0.6, -0.3, 0.0, 0.3, 0.6),
) -> pd.DataFrame:
    """Simulate how far the mean of individual changes may lie from the change of the group's mean.

    A paper that prints "+31 ± 15 %" may mean the average of each participant's own change, or what the group's mean
    before and after says. They differ where those who start lower gain more, and by chance.

    Parameters
    ----------
    n : int
        Participants.
    mean_change, sd_change : float
        Mean and standard deviation of the individual changes, as parts: 0.31 and 0.15.
    seed : int
        A whole number of at least 0.
    replicates : int
        Simulated trials at each cv and r.
    cvs : sequence of float
        Standard deviations of the values before training, as parts of their mean; swept, as papers rarely print them.
    correlations : sequence of float
        Correlations of the logarithms of the value before and of the individual ratio.

    Returns
    -------
    DataFrame
        One row a cv and r: ``cv, r, n``; ``mean_of_ratios``, ``ratio_of_means`` and ``difference`` (the second minus
        the first), each as median, ``_low`` and ``_high``, the central 95 % of the simulated trials, in percent
        change (points for the difference); ``replicates``. ``attrs["simulated"]`` is True.

    Raises
    ------
    ArgumentError
        A number is outside what is allowed.

    Notes
    -----
    Values before and individual ratios after / before are log-normal with the stated means and standard deviations.
    In a large group the ratio of means is the mean ratio times ``exp(r s_b s_g)``, with the two log-SDs.

    Examples
    --------
    >>> table = replicate_change(n=20, mean_change=0.31, sd_change=0.15, seed=1, replicates=2000)
    >>> table.query("cv == 0.2 and r == 0")[["difference", "difference_low", "difference_high"]].round(0)
       difference  difference_low  difference_high
    7        -0.0            -1.0              1.0
    """
    check_whole("n", n, least=2)
    check_whole("replicates", replicates)
    ratio = check_positive("1 + mean_change", 1 + mean_change)
    gain_sd = float(np.sqrt(np.log1p((check_positive("sd_change", sd_change) / ratio) ** 2)))
    normals = np.random.default_rng(check_seed(seed)).standard_normal((2, n, replicates))
    rows = []
    for cv in cvs:
        before_sd = float(np.sqrt(np.log1p(check_positive("cvs", cv) ** 2)))
        before = np.exp(before_sd * normals[0])
        for r in correlations:
            if not -1 <= r <= 1:
                raise ArgumentError("'correlations' cannot be used", allowed="-1 to 1", got=repr(r))
            logs = gain_sd * (r * normals[0] + np.sqrt(1 - r**2) * normals[1])
            ratios = ratio * np.exp(logs - gain_sd**2 / 2)
            of_ratios = 100 * (ratios.mean(axis=0) - 1)
            of_means = 100 * ((before * ratios).mean(axis=0) / before.mean(axis=0) - 1)
            row: dict[str, float] = {"cv": float(cv), "r": float(r), "n": n}
            for name, values in (
                ("mean_of_ratios", of_ratios), ("ratio_of_means", of_means), ("difference", of_means - of_ratios)
            ):  # fmt: skip
                low, median, high = np.quantile(values, [0.025, 0.5, 0.975]).tolist()
                row |= {name: median, f"{name}_low": low, f"{name}_high": high}
            rows.append(row)
    table = pd.DataFrame(rows).assign(replicates=replicates)
    table.attrs = {
        "simulated": True, "analysis": "individual changes against the change of the group's mean",
        "n": n, "mean_change": mean_change, "sd_change": sd_change, "seed": int(seed), "notices": [],
    }  # fmt: skip
    return table
