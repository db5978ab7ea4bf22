"""Random-field theory on curves whose smoothness is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, stats

from emgkit.stats.curves import random_field


def smooth(rng: np.random.Generator, shape: tuple[int, ...], width: float) -> np.ndarray:
    """Gaussian curves of a known FWHM, without edge effects."""
    pad = int(4 * width)
    noise = rng.normal(size=(*shape[:-1], shape[-1] + 2 * pad))
    return np.asarray(ndimage.gaussian_filter1d(noise, width / np.sqrt(8 * np.log(2)), axis=-1)[..., pad:-pad])


@pytest.mark.parametrize("width", [8.0, 20.0])
def test_the_smoothness_comes_back(width: float) -> None:
    curves = smooth(np.random.default_rng(1), (15, 5000), width)
    # the mean of ratios of two estimates from 15 curves lies a few percent off
    assert random_field.fwhm(curves - curves.mean(axis=0)) == pytest.approx(width, rel=0.06)


def test_a_single_point_is_the_t_distribution() -> None:
    t = np.array([0.0, 1.0, 2.5, 4.0])
    expected = stats.t.sf(t, 9)
    np.testing.assert_allclose(random_field.p_of_height(t, 9, 0.0), -np.expm1(-expected), rtol=1e-12)


def test_the_threshold_shares_alpha_between_both_sides() -> None:
    assert 2 * random_field.p_of_height(random_field.threshold(0.05, 12, 5.0), 12, 5.0) == pytest.approx(0.05, rel=1e-9)


def test_smoother_curves_have_lower_thresholds() -> None:
    heights = [random_field.threshold(0.05, 12, resels) for resels in (1.0, 5.0, 20.0)]
    assert heights == sorted(heights)
    assert heights[0] > stats.t.isf(0.025, 12)


def test_five_percent_of_smooth_curves_exceed_the_threshold() -> None:
    curves = smooth(np.random.default_rng(2), (1500, 12, 101), 15.0)
    t = curves.mean(axis=1) / curves.std(axis=1, ddof=1) * np.sqrt(12)
    height = random_field.threshold(0.05, 11, 100 / 15)
    assert 0.033 < (np.abs(t).max(axis=1) > height).mean() < 0.062
