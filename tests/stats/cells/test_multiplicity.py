"""Corrections of p for several tests, against statsmodels and their own properties."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.multitest import multipletests

from emgkit.stats.cells.multiplicity import ADJUSTMENTS, adjusted, at_step, corrected, holm_steps

THEIRS = {
    "holm": "holm", "bonferroni": "bonferroni", "hochberg": "simes-hochberg", "hommel": "hommel",
    "benjamini-hochberg": "fdr_bh", "benjamini-yekutieli": "fdr_by", "sidak": "sidak", "holm-sidak": "holm-sidak",
}  # fmt: skip
p_values = st.lists(st.floats(1e-12, 1.0), min_size=1, max_size=12)


def one(p: list[float], adjust: str) -> np.ndarray:
    return adjusted(np.array(p, dtype=float), np.zeros(len(p), dtype=np.intp), adjust=adjust)[0]


@pytest.mark.parametrize("adjust", THEIRS)
@settings(max_examples=10, deadline=None)  # each call of theirs empties the garbage collector
@given(p=p_values)
def test_as_statsmodels(adjust: str, p: list[float]) -> None:
    with np.errstate(divide="ignore"):  # their Šidák of p = 1
        theirs = multipletests(p, method=THEIRS[adjust])[1]
    np.testing.assert_allclose(one(p, adjust), theirs, rtol=1e-12)


@settings(max_examples=40, deadline=None)
@given(p=p_values)
def test_from_the_mildest_to_the_most_careful(p: list[float]) -> None:
    order = ["none", "benjamini-hochberg", "hommel", "hochberg", "holm", "bonferroni"]
    found = [one(p, adjust) for adjust in order]
    for milder, harder in itertools.pairwise(found):
        assert (milder <= harder * (1 + 1e-12)).all()
    assert max(float(c.max()) for c in found) <= 1


@pytest.mark.parametrize("adjust", ADJUSTMENTS)
def test_empty_p_are_in_no_family_and_families_do_not_mix(adjust: str) -> None:
    p = np.array([0.01, 0.2, np.nan, 0.03, 0.04, np.nan])
    got, size = adjusted(p, np.array([0, 1, 0, 0, 1, 2]), adjust=adjust)
    np.testing.assert_allclose(got[[0, 3]], one([0.01, 0.03], adjust))
    np.testing.assert_allclose(got[[1, 4]], one([0.2, 0.04], adjust))
    assert np.isnan(got[[2, 5]]).all()
    assert size.tolist() == [2, 2, 2, 2, 2, 0]


@settings(max_examples=30, deadline=None)
@given(p=arrays(np.float64, (4, 3), elements=st.floats(1e-12, 1.0)), adjust=st.sampled_from(list(ADJUSTMENTS)))
def test_many_families_at_once_are_each_one_by_itself(p: np.ndarray, adjust: str) -> None:
    together = corrected(p, adjust=adjust)
    for study, column in enumerate(p.T):
        np.testing.assert_allclose(together[:, study], one(column.tolist(), adjust), rtol=1e-15)


@settings(max_examples=30, deadline=None)
@given(p=p_values)
def test_holm_by_its_steps_is_holm(p: list[float]) -> None:
    times, floor = holm_steps(np.array(p), np.zeros(len(p), dtype=np.intp))
    np.testing.assert_array_equal(at_step(np.array(p), times, floor), one(p, "holm"))
