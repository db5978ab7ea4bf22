"""Onsets drawn: a bar a burst, a row a method, pale where the confidence is low."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import emgkit as ek
from emgkit import figures
from emgkit.errors import ArgumentError, DesignError

EMG = ek.Recording(
    data=[1e-5 * np.sin(np.arange(8000))], sfreq=2000.0, channels=(ek.Channel(name="VL", unit="V", kind="EMG"),)
)
FOUND = pd.DataFrame({
    "channel": "VL", "method": ["tkeo", "tkeo", "aglr"], "onset": [0.5, 2.0, np.nan], "offset": [1.0, np.nan, 1.25],
    "confidence": [0.9, 0.6, 0.9],
})  # fmt: skip


def test_each_burst_is_a_bar_from_onset_to_offset(legible):
    ax = figures.onsets(EMG, FOUND, channel="VL", simulated=True)
    bars = [(bar.get_x(), bar.get_x() + bar.get_width(), bar.get_alpha()) for bar in ax.patches]
    end = float(EMG.times[-1])
    assert bars == [pytest.approx(one) for one in ((0.5, 1.0, 1.0), (2.0, end, 0.35), (0.0, 1.25, 1.0))]
    assert ax.patches[0].get_y() == ax.patches[1].get_y() > ax.patches[2].get_y()
    assert {"TKEO", "AGLR", "simulated data", "VL", "EMG (µV)"} <= set(legible(ax.figure))


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(ArgumentError, match="Unknown channel 'BF'"):
        figures.onsets(EMG, FOUND, channel="BF")
    with pytest.raises(DesignError, match="without 'confidence'"):
        figures.onsets(EMG, [FOUND.drop(columns="confidence")], channel="VL")
