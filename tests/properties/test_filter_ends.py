"""Filters of every net order end as SciPy's do: as long a mirrored signal, the same numbers to the last sample."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal as reference

from emgkit import kernels
from emgkit.kernels.designs import mirrored

DESIGNS = [
    (order, kind, edges)
    for order in range(1, 9)
    for kind, edges in (("lowpass", 40.0), ("highpass", 20.0), ("bandpass", (20.0, 200.0)))
]


@pytest.mark.parametrize(("order", "kind", "edges"), DESIGNS)
def test_the_ends_are_those_of_sosfiltfilt(order, kind, edges):
    sections = reference.butter(order, edges, kind, fs=1000, output="sos")
    found = mirrored(sections)
    x = np.random.default_rng(order).normal(size=(2, found.pad + 1)) + 5
    np.testing.assert_allclose(kernels.zero_lag(x, [found]), reference.sosfiltfilt(sections, x), rtol=1e-7, atol=1e-9)
    with pytest.raises(ValueError, match="padlen"):
        reference.sosfiltfilt(sections, x[:, :-1])
