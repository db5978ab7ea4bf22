"""Corrections of p for several tests, against statsmodels and their own properties."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from emgkit.stats.cells.multiplicity import ADJUSTMENTS, adjusted

THEIRS = {
    "holm": "holm", "bonferroni": "bonferroni", "hochberg": "simes-hochberg", "hommel": "hommel",
    "benjamini-hochberg": "fdr_bh", "benjamini-yekutieli": "fdr_by",
}  # fmt: skip
p_values = st.lists(st.floats(1e-12, 1.0), min_size=1, max_size=12)


def one(p: list[float], adjust: str) -> np.ndarray:
    return adjusted(np.array(p, dtype=float), np.zeros(len(p), dtype=np.intp), adjust=adjust)[0]


@pytest.mark.parametrize("adjust", THEIRS)
@settings(max_examples=10, deadline=None)  # each call of theirs empties the garbage collector
@given(p=p_values)
def test_as_statsmodels(adjust: str, p: list[float]) -> None:
    np.testing.assert_allclose(one(p, adjust), multipletests(p, method=THEIRS[adjust])[1], rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(p=p_values)
def test_from_the_mildest_to_the_most_careful(p: list[float]) -> None:
    order = ["none", "benjamini-hochberg", "hommel", "hochberg", "holm", "bonferroni"]
    corrected = [one(p, adjust) for adjust in order]
    for milder, harder in itertools.pairwise(corrected):
        assert (milder <= harder * (1 + 1e-12)).all()
    assert max(float(c.max()) for c in corrected) <= 1


@pytest.mark.parametrize("adjust", ADJUSTMENTS)
def test_empty_p_are_in_no_family_and_families_do_not_mix(adjust: str) -> None:
    p = np.array([0.01, 0.2, np.nan, 0.03, 0.04, np.nan])
    got, size = adjusted(p, np.array([0, 1, 0, 0, 1, 2]), adjust=adjust)
    np.testing.assert_allclose(got[[0, 3]], one([0.01, 0.03], adjust))
    np.testing.assert_allclose(got[[1, 4]], one([0.2, 0.04], adjust))
    assert np.isnan(got[[2, 5]]).all()
    assert size.tolist() == [2, 2, 2, 2, 2, 0]
