"""Tests of mixed models in small samples: Kenward-Roger and Satterthwaite.

Both need the same arrays: the covariance of the coefficients, its derivatives by the variance parameters, and the
covariance of the variance parameters' estimates. Everything takes leading axes, so many fits are tested at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.stats.mixed.moments import Moments
from emgkit.stats.mixed.reml import Fit, factor_derivatives, moments, second_moments

Array = NDArray[np.float64]

METHODS = ("kenward-roger", "satterthwaite")
# eigenvalues of the information below this share of the largest are no direction of their own
NO_INFORMATION = 1e-10

__all__ = ["METHODS", "Inference", "inference", "kenward_roger", "satterthwaite"]


@dataclass(frozen=True, kw_only=True)
class Inference:
    """What is known about the coefficients, in the columns of the orthonormal model matrix.

    Parameters
    ----------
    method : {"kenward-roger", "satterthwaite"}
        Which correction the tests have.
    beta : numpy.ndarray, (..., p)
        Coefficients.
    plain : numpy.ndarray, (..., p, p)
        Their covariance as if the variances were known.
    covariance : numpy.ndarray, (..., p, p)
        The covariance that standard errors are taken from.
    change : numpy.ndarray, (..., r, p, p)
        Derivatives of ``plain`` by the variance parameters.
    spread : numpy.ndarray, (..., r, r)
        Covariance of the estimates of the variance parameters.
    """

    method: str
    beta: Array
    plain: Array
    covariance: Array
    change: Array
    spread: Array

    def single(self, rows: Array) -> tuple[Array, Array, Array]:
        """Estimate, standard error and degrees of freedom of every row of ``rows`` (m, p), each (..., m)."""
        estimate = self.beta @ rows.T
        variance = _quadratic(rows, self.covariance)
        plain = _quadratic(rows, self.plain)
        change = np.einsum("ma,...jab,mb->...mj", rows, self.change, rows, optimize=True)
        spread = np.einsum("...mj,...jk,...mk->...m", change, self.spread, change, optimize=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            df = 2 * plain**2 / spread
        return estimate, np.sqrt(variance), df

    def joint(self, rows: Array) -> tuple[Array, float, Array]:
        """F of all ``rows`` (m, p, of full rank) being zero, and its two degrees of freedom."""
        return (_joint_kenward_roger if self.method == "kenward-roger" else _joint_satterthwaite)(self, rows)


def _quadratic(rows: Array, matrix: Array) -> Array:
    return np.asarray(((rows @ matrix) * rows).sum(axis=-1))


def kenward_roger(m: Moments) -> Inference:
    """Inference after Kenward and Roger (1997), V being linear in the variance parameters.

    ``m`` are moments for derivatives by the elements of the random effects' covariance. The residual variance needs
    none of its own: V itself is the last parameter, a linear combination of all others, and the method does not depend
    on the linear basis.

    References
    ----------
    Kenward, M. G. & Roger, J. H. (1997). Small sample inference for fixed effects from restricted maximum likelihood.
    Biometrics, 53.
    """
    r = m.t.shape[-1]
    lead = m.t.shape[:-1]
    information = np.empty((*lead, r + 1, r + 1))
    information[..., :r, :r] = m.tt
    information[..., :r, r] = information[..., r, :r] = m.t
    information[..., r, r] = m.df
    spread = 2 * _inverse(information)

    change = np.concatenate([m.k[..., None, :, :] @ m.h @ m.k[..., None, :, :], m.k[..., None, :, :]], axis=-3)
    # Q_jk - P_j K P_k vanishes where one of the two is V
    excess = m.q - m.h[..., :, None, :, :] @ m.k[..., None, None, :, :] @ m.h[..., None, :, :, :]
    bias = np.einsum("...jk,...jkab->...ab", spread[..., :r, :r], excess)
    sigma2 = (m.rss / m.df)[..., None, None]
    covariance = sigma2 * (m.k + m.k @ (bias + np.swapaxes(bias, -1, -2)) @ m.k)
    return Inference(
        method="kenward-roger", beta=m.beta, plain=sigma2 * m.k, covariance=covariance,
        change=sigma2[..., None] * change, spread=spread,
    )  # fmt: skip


def satterthwaite(m: Moments, t2: Array, s2: Array) -> Inference:
    """Inference with Satterthwaite's degrees of freedom.

    ``m`` are moments for derivatives by the elements of the relative Cholesky factor, ``t2`` and ``s2`` the terms of
    second derivatives. The covariance of the variance parameters is twice the inverse of the deviance's observed
    Hessian in the Cholesky factor and the residual standard deviation, over its positive eigenvalues: at a variance
    of zero the factor cannot move either way, and adds nothing.

    References
    ----------
    Kuznetsova, A., Brockhoff, P. B. & Christensen, R. H. B. (2017). lmerTest package: tests in linear mixed effects
    models. Journal of Statistical Software, 82.
    """
    r = m.t.shape[-1]
    share = (m.df / m.rss)[..., None, None]
    hessian = np.empty((*m.t.shape[:-1], r + 1, r + 1))
    hessian[..., :r, :r] = t2 - m.tt + share * (2 * m.ss - s2)
    # the residual standard deviation in units of its own estimate
    hessian[..., :r, r] = hessian[..., r, :r] = 2 * share[..., 0] * m.s
    hessian[..., r, r] = 4 * m.df
    change = np.concatenate([m.k[..., None, :, :] @ m.h @ m.k[..., None, :, :], 2 * m.k[..., None, :, :]], axis=-3)
    sigma2 = (m.rss / m.df)[..., None, None]
    return Inference(
        method="satterthwaite", beta=m.beta, plain=sigma2 * m.k, covariance=sigma2 * m.k,
        change=sigma2[..., None] * change, spread=2 * _inverse(hessian),
    )  # fmt: skip


def inference(fit: Fit, method: str) -> Inference:
    """Inference from a fit, in the units of the outcome as the fit scales it."""
    problem, patterns = fit.problem, fit.problem.layout.patterns
    if method == "kenward-roger":
        return kenward_roger(moments(problem, fit.factor, problem.layout.symmetric()))
    first = moments(problem, fit.factor, factor_derivatives(patterns, fit.factor))
    return satterthwaite(first, *second_moments(problem, fit.factor))


def _inverse(matrix: Array) -> Array:
    """Inverse over the positive eigenvalues, each row and column first put on its own scale."""
    size = np.sqrt(np.abs(np.diagonal(matrix, axis1=-2, axis2=-1)))
    size = np.where(size > 0, size, 1.0)
    scale = size[..., :, None] * size[..., None, :]
    values, vectors = np.linalg.eigh(matrix / scale)
    known = values > NO_INFORMATION * values[..., -1:]
    weights = np.divide(1.0, values, out=np.zeros_like(values), where=known)
    return np.asarray((vectors * weights[..., None, :]) @ np.swapaxes(vectors, -1, -2) / scale)


def _joint_kenward_roger(known: Inference, rows: Array) -> tuple[Array, float, Array]:
    """F with the scale and the denominator of Kenward and Roger."""
    size = len(rows)
    estimate = (known.beta @ rows.T)[..., None]
    raw = np.swapaxes(estimate, -1, -2) @ np.linalg.solve(rows @ known.covariance @ rows.T, estimate)
    f = raw[..., 0, 0] / size
    change = np.linalg.solve((rows @ known.plain @ rows.T)[..., None, :, :], rows @ known.change @ rows.T)
    traces = np.einsum("...jaa->...j", change)
    a1 = np.einsum("...j,...jk,...k->...", traces, known.spread, traces, optimize=True)
    a2 = np.einsum("...jab,...jk,...kba->...", change, known.spread, change, optimize=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        if size == 1:
            return f, 1.0, 2 / a2
        b = (a1 + 6 * a2) / (2 * size)
        g = ((size + 1) * a1 - (size + 4) * a2) / ((size + 2) * a2)
        below = 3 * size + 2 * (1 - g)
        c1, c2, c3 = g / below, (size - g) / below, (size + 2 - g) / below
        v0, v1, v2 = 1 + c1 * b, 1 - c2 * b, 1 - c3 * b
        mean = 1 - a2 / size
        v0 = np.where(np.abs(v0) < 1e-10, 0.0, v0)
        ratio = np.where((np.abs(mean) < 1e-14) & (np.abs(v1) < 1e-14), 1.0, mean / v1)
        df = 4 + (size + 2) / (size * (ratio**2 * v0 / v2 / size) - 1)
        scale = np.where(np.abs(df - 2) < 1e-2, 1.0, df * mean / (df - 2))
        # as many contrasts as participants leave nothing to judge them by
        scale = np.where(df > 1e-6, scale, np.nan)
    return scale * f, float(size), df


def _joint_satterthwaite(known: Inference, rows: Array) -> tuple[Array, float, Array]:
    """F with the denominator of Fai and Cornelius (1996): the mean of independent squared t."""
    size = len(rows)
    covariance = rows @ known.covariance @ rows.T
    variance, axes = np.linalg.eigh((covariance + np.swapaxes(covariance, -1, -2)) / 2)
    estimate = ((known.beta @ rows.T)[..., None, :] @ axes)[..., 0, :]
    f = (estimate**2 / variance).sum(axis=-1) / size
    change = rows @ known.change @ rows.T
    along = np.einsum("...am,...jab,...bm->...mj", axes, change, axes, optimize=True)
    spread = np.einsum("...mj,...jk,...mk->...m", along, known.spread, along, optimize=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = 2 * variance**2 / spread
        expected = (df / (df - 2)).sum(axis=-1)
        joined = 2 * expected / (expected - size)
    alike = np.ptp(df, axis=-1) < 1e-8
    joined = np.where((df > 2).all(axis=-1), joined, 2.0)
    return f, float(size), np.where(alike | (size == 1), df.mean(axis=-1), joined)
