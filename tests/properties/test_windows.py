"""Numbers of envelopes that are never written down, against envelopes by SciPy that are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit.kernels import Filter, Window, compiled, designs, passes
from emgkit.kernels.windows import plan_of

needs_compiled = pytest.mark.skipif(not compiled.compiled(), reason="the compiled kernels are not installed")


def low_pass(cutoff: float, per_pass: int = 2, *, damped: bool = False) -> Filter:
    if damped:
        return designs.mirrored(designs.critically_damped_sections(cutoff, sfreq=1000.0, per_pass=2, two_passes=True))
    return designs.mirrored(
        designs.butterworth_sections((cutoff,), kind="lowpass", sfreq=1000.0, per_pass=per_pass, two_passes=True)
    )


SMOOTHERS = (
    low_pass(6.0), low_pass(40.0), low_pass(20.0, 4), low_pass(15.0, 3), low_pass(9.0, damped=True),
    Window(width=51), Window(width=101, squared=True), Window(width=7, squared=True), Window(width=1),
)  # fmt: skip


def envelope(x: np.ndarray, one: Filter | Window) -> np.ndarray:
    """By SciPy, one signal."""
    return passes._by_scipy(np.abs(x), [one])


@needs_compiled
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_sums_peaks_and_windows_are_those_of_the_envelopes(data: st.DataObject) -> None:
    n_signals = data.draw(st.sampled_from([1, 2, 5, 8, 16, 17, 40]))
    n = data.draw(st.integers(120, 9000))
    chosen = data.draw(st.lists(st.sampled_from(SMOOTHERS), min_size=1, max_size=4, unique_by=id))
    edges = st.tuples(st.integers(0, n), st.integers(0, n)).filter(lambda pair: pair[0] != pair[1])
    stretches = [tuple(sorted(pair)) for pair in data.draw(st.lists(edges, max_size=4))]
    widths = sorted(data.draw(st.sets(st.integers(1, n), max_size=3)))
    x = np.random.default_rng(n).standard_normal((n_signals, n))
    # a loud part before a quiet one
    x[:, : n // 3] *= data.draw(st.sampled_from([1.0, 1e3]))
    if data.draw(st.booleans()):
        x = x[:, ::-1]
    plan = plan_of((n_signals, n), chosen, widths=widths, stretches=stretches)
    assert plan is not None
    found = plan.measure(x)
    for place, one in enumerate(chosen):
        y = np.stack([envelope(row, one) for row in x])
        scale = np.abs(y).max(axis=1)
        for s, (first, stop) in enumerate(stretches):
            part = y[:, first:stop]
            # a filter's rounding is that of its loudest part, a window's is its own
            allowed = 1e-12 * (scale if isinstance(one, Filter) else np.abs(part).max(axis=1))
            assert (np.abs(found.peaks[place, s] - part.max(axis=1)) <= allowed).all()
            assert (np.abs(found.sums[place, s] / (stop - first) - part.mean(axis=1)) <= allowed).all()
        for w, width in enumerate(widths):
            expected = [passes.window_sums(row, width).max() / width for row in y]
            np.testing.assert_allclose(found.highest[place, w], expected, rtol=2e-12, atol=1e-13 * scale.max())


@needs_compiled
def test_long_signals_are_cut_so_that_their_blocks_stay_small() -> None:
    x = np.random.default_rng(0).standard_normal((1, 3_000_000))
    plan = plan_of(x.shape, [low_pass(6.0)], widths=[501], stretches=[(1000, 2_999_000)])
    assert plan is not None
    assert max(one.layout.length for one in plan.families) <= 131_072
    found, y = plan.measure(x), envelope(x[0], low_pass(6.0))
    np.testing.assert_allclose(found.sums[0, 0], y[1000:2_999_000].sum(), rtol=1e-12)
    np.testing.assert_allclose(found.highest[0, 0], passes.window_sums(y, 501).max() / 501, rtol=1e-12)


@pytest.mark.parametrize(
    ("shape", "smoother", "widths"),
    [
        ((1, 300), low_pass(6.0), [301]),
        ((1, 15), low_pass(6.0), []),
        ((1, 300), Window(width=299), []),
        ((1, 300), Filter(sections=low_pass(6.0).sections, pad=6, zeros=True), []),
    ],
)
def test_what_does_not_fit_is_left_to_others(shape: tuple[int, int], smoother: Filter, widths: list[int]) -> None:
    assert plan_of(shape, [smoother], widths=widths) is None
