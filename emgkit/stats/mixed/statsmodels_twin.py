"""The same mixed model in statsmodels."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emgkit.stats.mixed.formula import Columns
from emgkit.stats.mixed.random_terms import RandomTerms

Array = NDArray[np.float64]

__all__ = ["fit_mixedlm"]


def fit_mixedlm(
    outcome: Array, x: Array, *, columns: Columns, codes: NDArray[np.intp], random: RandomTerms, factor: Array
) -> Any:
    """Fit MixedLM by REML, started at a relative Cholesky factor.

    Parameters
    ----------
    outcome : numpy.ndarray, (n_rows,)
        As analysed.
    x : numpy.ndarray, (n_rows, p)
        Model matrix, with its ``columns``.
    codes : numpy.ndarray, (n_rows,)
        Number of each row's participant.
    random : RandomTerms
        Slopes become ``exog_re``, everything else variance components.
    factor : numpy.ndarray, (q, q)
        Where to start.

    Returns
    -------
    statsmodels.regression.mixed_linear_model.MixedLMResults
        Variances stand in ``cov_re`` and ``vcomp``, the residual one in ``scale``. Without random terms, the results of
        OLS.
    """
    from statsmodels.regression.linear_model import OLS
    from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams, VCSpec

    if not random.terms:
        least_squares = OLS(outcome, x)
        least_squares.exog_names[:] = [name for _, name in columns.names()]
        return least_squares.fit()
    rows, covariance = random.layout.rows, factor @ factor.T
    whole = random.full or random.intercept_only
    if whole:
        model = MixedLM(outcome, x, codes, exog_re=rows)
        start = MixedLMParams.from_components(fe_params=np.zeros(x.shape[1]), cov_re=covariance)
    else:
        # one variance component a block, one matrix a participant, without the columns it has no values in
        names = [":".join((group, name)) for group, name, _ in random.parameters]
        people = [np.flatnonzero(codes == code) for code in range(int(codes.max()) + 1)]
        parts = [[rows[at, begin:end] for at in people] for begin, end, _ in random.layout.blocks]
        kept = [[part[:, part.any(axis=0)] for part in block] for block in parts]
        labels = [[[str(column) for column in range(part.shape[1])] for part in block] for block in kept]
        model = MixedLM(outcome, x, codes, exog_vc=VCSpec(names, labels, kept))
        first = [begin for begin, _, _ in random.layout.blocks]
        start = MixedLMParams.from_components(fe_params=np.zeros(x.shape[1]), vcomp=np.diag(covariance)[first])
    model.exog_names[:] = [name for _, name in columns.names()]
    with warnings.catch_warnings():
        # its warnings of a boundary or of convergence are about its own scaling, not about this optimum
        warnings.simplefilter("ignore")
        return model.fit(reml=True, start_params=start)
