"""Restricted maximum likelihood of a mixed model with one grouping factor, to the last digits.

The deviance is profiled in the relative Cholesky factor (as Bates et al., 2015), with exact first and second
derivatives. All work is done on small arrays, one a participant, so that nothing grows with the number of rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from emgkit.stats.mixed.moments import Moments
from emgkit.stats.mixed.reml_one_ratio import Design, best_ratio

Array = NDArray[np.float64]

# a standard deviation below this share of the residual one counts as zero (as in lme4)
SINGULAR = 1e-4
STEPS = 200
# scales of the random effects that starting points are taken from, by the number of blocks
SCALES = {1: (0.1, 0.4, 1.5, 6.0, 25.0), 2: (0.1, 0.5, 2.5, 12.0), 3: (0.15, 1.2, 10.0), 4: (0.3, 3.0), 5: (0.6,)}
# with more participants than this, eigenvalues cost more than a search
SPECTRAL = 300
# how many starting points are followed down at most
STARTS = 4

__all__ = ["Fit", "Problem", "RandomLayout", "fit", "moments", "profiled_ml", "random_effects", "reduce"]


@dataclass(frozen=True, kw_only=True)
class RandomLayout:
    """Which random effects there are and which parameters they share.

    Parameters
    ----------
    rows : numpy.ndarray, (n_rows, q)
        The random-effects row of every observation, in the columns of its own participant.
    patterns : numpy.ndarray, (r, q, q)
        Where each parameter stands in the relative Cholesky factor of one participant's random effects.
    blocks : tuple of (int, int, bool)
        First column, end, and whether the block has a full covariance.
    """

    rows: Array
    patterns: Array
    blocks: tuple[tuple[int, int, bool], ...]

    @property
    def diagonal(self) -> NDArray[np.bool_]:
        """Which parameters stand on the diagonal."""
        return np.asarray(np.einsum("jaa->j", self.patterns) > 0)

    def symmetric(self) -> Array:
        """Derivatives of the covariance of random effects by its own elements, (r, q, q)."""
        return np.where(self.diagonal[:, None, None], self.patterns, self.patterns + self.patterns.transpose(0, 2, 1))


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What the likelihood needs of the data, one small array a participant.

    The model matrix is orthonormal and the outcome is what it leaves over, in units of its root mean square; ``r``
    takes coefficients back. Random effects are scaled too: ``scaling`` times a relative Cholesky factor in the
    columns of the layout is one here. Each participant's rows are turned so that the first q hold all random effects:
    ``root`` (n_participants, q, q) are these random-effects rows, ``x`` and ``y`` the fixed ones and the outcome, and
    ``rest`` what remains of all participants, as one triangle of (X, y). Sums of squares then add up without any
    subtraction, whatever the variances are.
    """

    layout: RandomLayout
    root: Array
    x: Array
    y: Array
    rest: Array
    yy: float
    n: int
    r: Array
    start: Array
    unit: float
    scaling: Array

    @property
    def p(self) -> int:
        """Number of fixed effects."""
        return len(self.r)

    @property
    def s(self) -> Array:
        """Z'Z of every participant, (n_participants, q, q)."""
        return np.swapaxes(self.root, 1, 2) @ self.root

    @property
    def f(self) -> Array:
        """Z'X of every participant, (n_participants, q, p)."""
        return np.swapaxes(self.root, 1, 2) @ self.x

    @property
    def e(self) -> Array:
        """Z'y of every participant, (n_participants, q)."""
        return (np.swapaxes(self.root, 1, 2) @ self.y[..., None])[..., 0]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The optimum: the relative Cholesky factor in the columns of the layout, and what belongs to it."""

    problem: Problem
    theta: Array
    factor: Array
    sigma: float
    deviance: float
    singular: bool
    converged: bool


def reduce(x: Array, y: Array, layout: RandomLayout, codes: NDArray[np.intp]) -> Problem:
    """Cross products of one data set; ``codes`` number the participants. X must have full column rank."""
    basis, r = np.linalg.qr(x)
    start = basis.T @ y
    left = y - basis @ start
    left = left - basis @ (basis.T @ left)
    unit = float(np.sqrt(left @ left / len(y)))
    left = left / (unit or 1.0)  # an outcome that X reproduces is for the caller to refuse
    scaling = np.eye(layout.rows.shape[1])
    for begin, end, full in layout.blocks:
        part = layout.rows[:, begin:end]
        if full:
            scaling[begin:end, begin:end] = linalg.cholesky(part.T @ part / len(y))
        elif end - begin == 1:
            scaling[begin, begin] = np.sqrt((part**2).mean())
    rows = linalg.solve_triangular(scaling.T, layout.rows.T, lower=True).T
    q = len(scaling)
    count = np.bincount(codes)
    place = np.empty(len(y), dtype=np.intp)
    order = np.argsort(codes, kind="stable")
    place[order] = np.arange(len(y)) - np.repeat(np.cumsum(count) - count, count)
    # participants with fewer rows get rows of zeros, which change nothing
    stacked = np.zeros((len(count), max(int(count.max()), q), q + x.shape[1] + 1))
    stacked[codes, place] = np.column_stack([rows, basis, left])
    turned, root = np.linalg.qr(stacked[..., :q])
    first = np.swapaxes(turned, 1, 2) @ stacked[..., q:]
    after = (stacked[..., q:] - turned @ first).reshape(-1, x.shape[1] + 1)
    return Problem(
        layout=layout, root=root, x=np.ascontiguousarray(first[..., :-1]), y=first[..., -1],
        rest=_triangle(after), yy=float(left @ left), n=len(y), r=r, start=start, unit=unit,
        scaling=scaling,
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _State:
    """The profiled deviance at one factor, and what its derivatives need."""

    deviance: float
    rss: float
    k: Array
    beta: Array
    b: Array
    c: Array
    u: Array


def _triangle(matrix: Array) -> Array:
    """R of the QR decomposition."""
    return np.asarray(np.linalg.qr(matrix, mode="r"), dtype=np.float64)


def _state(problem: Problem, factor: Array) -> _State:
    x, y = problem.x, problem.y
    q, p = problem.root.shape[-1], problem.p
    spread = problem.root @ factor
    a = spread @ np.swapaxes(spread, 1, 2) + np.eye(q)
    lower = np.linalg.cholesky(a)
    joined = np.concatenate([x, y[..., None], problem.root], axis=2)
    whitened = np.linalg.solve(lower, joined)
    fixed = np.concatenate([whitened[..., : p + 1].reshape(-1, p + 1), problem.rest])
    triangle = _triangle(fixed)
    inverse = np.linalg.inv(triangle[:p, :p])
    beta = inverse @ triangle[:p, p]
    root = np.swapaxes(whitened[..., p + 1 :], 1, 2)
    rss = float(triangle[p, p] ** 2)
    logs = 2 * np.log(np.einsum("gaa->ga", lower)).sum() + 2 * np.log(np.abs(np.diag(triangle)[:p])).sum()
    return _State(
        deviance=float(logs + (problem.n - p) * np.log(rss)) if rss > 0 else np.inf,
        rss=rss,
        k=inverse @ inverse.T,
        beta=beta,
        b=root @ whitened[..., p + 1 :],
        c=root @ whitened[..., :p],
        u=(root @ (whitened[..., p] - whitened[..., :p] @ beta)[..., None])[..., 0],
    )


def _moments(problem: Problem, state: _State, middle: Array) -> Moments:
    """Moments for derivatives of V with ``middle`` (r, q, q) between the random-effects columns."""
    p, r = problem.p, len(middle)
    b, c, u, k = state.b, state.c, state.u, state.k
    rows = b.shape[0] * b.shape[1]
    flat_c = c.reshape(rows, p)
    mc = middle[:, None] @ c
    bmc = b @ mc
    h = flat_c.T @ mc.reshape(r, rows, p)
    left = mc.transpose(0, 3, 1, 2).reshape(r * p, rows)
    qq = (left @ bmc.transpose(1, 2, 0, 3).reshape(rows, r * p)).reshape(r, p, r, p).transpose(0, 2, 1, 3)
    mb = middle[:, None] @ b
    kh = k @ h
    mu = np.einsum("jab,gb->jga", middle, u)
    cmu = mu.reshape(r, rows) @ flat_c
    bmu = (b @ mu[..., None])[..., 0]
    tt = mb.reshape(r, rows * b.shape[1]) @ mb.transpose(0, 1, 3, 2).reshape(r, rows * b.shape[1]).T
    tt = tt - 2 * np.einsum("ab,jkba->jk", k, qq) + np.einsum("jab,kba->jk", kh, kh)
    return Moments(
        df=problem.n - p,
        k=k,
        beta=state.beta,
        rss=np.asarray(state.rss),
        t=np.einsum("jab,ba->j", middle, b.sum(axis=0)) - np.einsum("jaa->j", kh),
        s=mu.reshape(r, rows) @ u.ravel(),
        tt=(tt + tt.T) / 2,
        ss=mu.reshape(r, rows) @ bmu.reshape(r, rows).T - cmu @ k @ cmu.T,
        h=h,
        q=qq,
    )


def moments(problem: Problem, factor: Array, middle: Array) -> Moments:
    """Moments at a factor in the columns of the layout, with derivatives in the same columns."""
    scaling = problem.scaling
    return _moments(problem, _state(problem, scaling @ factor), scaling @ middle @ scaling.T)


def _second(state: _State, patterns: Array) -> tuple[Array, Array]:
    """tr(P V_jk) and y'P V_jk P y, V_jk the second derivatives by the elements of the factor."""
    d_t = state.b.sum(axis=0) - np.einsum("gap,pq,gbq->ab", state.c, state.k, state.c, optimize=True)
    d_s = state.u.T @ state.u
    shape = (len(patterns), patterns.shape[1] ** 2)
    flat = patterns.reshape(shape)
    return 2 * (d_t @ patterns).reshape(shape) @ flat.T, 2 * (d_s @ patterns).reshape(shape) @ flat.T


def random_effects(problem: Problem, factor: Array) -> Array:
    """Best linear unbiased predictions in the columns of the layout, (n_participants, q), in units of ``unit``."""
    state = _state(problem, problem.scaling @ factor)
    return np.asarray(state.u @ problem.scaling @ factor @ factor.T)


def factor_derivatives(patterns: Array, factor: Array) -> Array:
    """Derivatives of factor @ factor.T by the parameters, (r, q, q)."""
    half = patterns @ factor.T
    return np.asarray(half + half.transpose(0, 2, 1))


def second_moments(problem: Problem, factor: Array) -> tuple[Array, Array]:
    """Second-derivative terms at a factor in the columns of the layout: traces and quadratic forms, (r, r) each."""
    state = _state(problem, problem.scaling @ factor)
    return _second(state, problem.scaling @ problem.layout.patterns)


def _derivatives(problem: Problem, theta: Array) -> tuple[float, Array, Array]:
    """Profiled deviance (without its constants), its gradient and its Hessian."""
    patterns = problem.layout.patterns
    factor = np.tensordot(theta, patterns, axes=1)
    state = _state(problem, factor)
    m = _moments(problem, state, factor_derivatives(patterns, factor))
    t2, s2 = _second(state, patterns)
    share = m.df / state.rss
    gradient = m.t - share * m.s
    hessian = t2 - m.tt + share * (2 * m.ss - s2) - share / state.rss * np.outer(m.s, m.s)
    return state.deviance, gradient, hessian


def _value(problem: Problem, theta: Array) -> float:
    return _state(problem, np.tensordot(theta, problem.layout.patterns, axes=1)).deviance


def profiled_ml(problem: Problem, factor: Array) -> float:
    """The profiled deviance of maximum likelihood at a factor as the problem scales it, without its constants."""
    state = _state(problem, factor)
    return float(state.deviance + np.linalg.slogdet(state.k)[1] + problem.p * np.log(state.rss))


def _descend(problem: Problem, theta: Array) -> tuple[Array, float, bool]:
    """Newton's method with steps that go downhill also where the deviance curves the other way."""
    now, gradient, hessian = _derivatives(problem, theta)
    for _ in range(STEPS):
        curves, axes = np.linalg.eigh((hessian + hessian.T) / 2)
        size = np.maximum(np.abs(curves), 1e-8 * max(float(np.abs(curves).max()), 1e-8))
        along = axes.T @ gradient
        step = -axes @ (along / size)
        expected = float((along**2 / size).sum())
        if expected < 1e-18 * (1 + abs(now)):
            return theta, now, True
        longest = float(np.linalg.norm(step)) / (1 + float(np.linalg.norm(theta)))
        step = step / max(longest, 1.0)
        for _ in range(40):
            after = _derivatives(problem, theta + step)
            # where the expected gain is below rounding of the deviance, a smaller gradient decides
            small = expected < 1e-9 and np.abs(after[1]).max() < 0.5 * np.abs(gradient).max()
            if after[0] < now - 1e-12 * abs(now) or (small and after[0] <= now + 1e-9):
                break
            step = step / 4
        else:
            return theta, now, expected < 1e-9 * (1 + 0.01 * abs(now))
        theta = theta + step
        now, gradient, hessian = after
    return theta, now, False


def _starts(problem: Problem) -> list[Array]:
    """Factors to start from, best first, never with a zero on the diagonal."""
    layout = problem.layout
    if layout.rows.shape[1] == 1 and len(problem.root) <= SPECTRAL:
        design = Design(s=problem.s[:, 0, 0], f=problem.f[:, 0], n=problem.n)
        ratio = best_ratio(design, problem.e, np.array([problem.yy]))
        return [np.sqrt(np.maximum(ratio, 1e-3))]
    groups = [np.flatnonzero([bool(p[a:b, a:b].any()) for p in layout.patterns]) for a, b, _ in layout.blocks]
    diagonal = layout.diagonal.astype(np.float64)
    scales = SCALES[min(len(groups), max(SCALES))]
    grid = np.full((len(scales),) * len(groups), np.inf)
    thetas = {}
    for place in np.ndindex(grid.shape):
        theta = diagonal.copy()
        for members, at in zip(groups, place, strict=True):
            theta[members] *= scales[at]
        thetas[place], grid[place] = theta, _value(problem, theta)
    # the deviance can have several valleys far apart: start from every point of the grid that no neighbour undercuts
    lowest = grid
    for axis in range(grid.ndim):
        before, after = (np.full(1, at) for at in (0, len(scales) - 1))
        left = np.concatenate([grid.take(before, axis), grid.take(range(len(scales) - 1), axis)], axis)
        right = np.concatenate([grid.take(range(1, len(scales)), axis), grid.take(after, axis)], axis)
        lowest = np.minimum(lowest, np.minimum(left, right))
    order = sorted(thetas, key=lambda place: (grid[place] > lowest[place], grid[place]))
    count = max(int((grid <= lowest).sum()), 2 if any(full for _, _, full in layout.blocks) else 1)
    return [thetas[place] for place in order[: min(count, STARTS)]]


def _leave_zero(problem: Problem, theta: Array, value: float, converged: bool) -> tuple[Array, float, bool]:
    """Accept a zero on the diagonal only where the deviance rises away from it."""
    diagonal = np.flatnonzero(problem.layout.diagonal)
    for _ in range(5):
        better = None
        for j in diagonal[np.abs(theta[diagonal]) < 1e-2]:
            for away in (0.02, 0.1, 0.4):
                tried = theta.copy()
                tried[j] = away
                if _value(problem, tried) < value - 1e-9 * (1 + abs(value)):
                    better = tried
        if better is None:
            break
        again = _descend(problem, better)
        if again[1] >= value - 1e-10:
            break
        theta, value, converged = again
    for j in diagonal[np.abs(theta[diagonal]) < SINGULAR]:
        exact = theta.copy()
        exact[j] = 0.0
        at_zero = _value(problem, exact)
        if at_zero <= value + 1e-9:
            theta, value = exact, min(at_zero, value)
    return theta, value, converged


def fit(problem: Problem) -> Fit:
    """Find the REML optimum.

    Returns
    -------
    Fit
        With the deviance of the model in the units and columns it was given in.

    References
    ----------
    Bates, D., Maechler, M., Bolker, B. & Walker, S. (2015). Fitting linear mixed-effects models using lme4. Journal of
    Statistical Software, 67.
    """
    layout = problem.layout
    theta, converged = np.empty(0), True  # without random terms this is least squares, and nothing is searched
    if len(layout.patterns):
        found = [_leave_zero(problem, *_descend(problem, start)) for start in _starts(problem)]
        theta, _, converged = min(found, key=lambda result: result[1])

    scaled = np.tensordot(theta, layout.patterns, axes=1)
    singular = bool((np.abs(theta[layout.diagonal]) < SINGULAR).any())
    factor = np.zeros_like(scaled)
    for begin, end, full in layout.blocks:
        part = np.linalg.inv(problem.scaling[begin:end, begin:end]) @ scaled[begin:end, begin:end]
        # back to a lower triangle with a diagonal that is not negative
        lower = _triangle(part.T).T if full else part
        factor[begin:end, begin:end] = lower * np.where(np.diag(lower) < 0, -1.0, 1.0)
    picked = np.array([np.argwhere(pattern)[0] for pattern in layout.patterns], dtype=np.intp).reshape(-1, 2)
    state = _state(problem, scaled)
    free = problem.n - problem.p
    constant = 2 * float(np.log(np.abs(np.diag(problem.r))).sum()) + free * (1 + np.log(2 * np.pi / free))
    return Fit(
        problem=problem,
        theta=factor[picked[:, 0], picked[:, 1]],
        factor=factor,
        sigma=problem.unit * float(np.sqrt(state.rss / free)),
        deviance=state.deviance + constant + 2 * free * float(np.log(problem.unit)),
        singular=singular,
        converged=converged,
    )
