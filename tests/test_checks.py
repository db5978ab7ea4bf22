"""Any value at all ends in one short message, also one that is in no set, equals nothing or has no text."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import emgkit as ek
from emgkit import _checks
from emgkit.errors import ArgumentError, EmgkitError
from emgkit.stats.cells.multiplicity import as_adjust

ODD: dict[str, Any] = {
    "a table": {"a": 1}, "a list": ["holm"], "an array": np.arange(3.0), "a data frame": pd.DataFrame({"a": [1]}),
    "a huge number": 10**400, "a number without a text": 10**5000, "NaN": math.nan, "a long text": "x" * 5000,
    "true": True, "bytes": b"holm", "a type": int, "a set": {"holm"},
}  # fmt: skip


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_a_check_refuses_what_it_cannot_use(value):
    for check in (
        lambda: _checks.check_option("adjust", value, {"holm", "none"}),
        lambda: _checks.check_option("adjust", value, ("holm", "none")),
        lambda: _checks.check_unknown("column", value, ["holm"]),
        lambda: as_adjust(value),
        lambda: as_adjust(value, pairs=True),
        lambda: _checks.check_positive("width", -1 if isinstance(value, int) and abs(value) < 10 else value),
        lambda: _checks.check_seconds("start", value),
        lambda: _checks.check_samples(value, at_least=10),
    ):
        with pytest.raises(EmgkitError, match="Got: ") as caught:
            check()
        assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_a_function_refuses_it_as_an_error_of_emgkit(value):
    cells = pd.DataFrame(
        {"participant": list("aabb"), "exercise": ["squat", "thrust"] * 2, "value": [1.0, 2.0, 1.5, 3.5]}
    )
    for call in (
        lambda: ek.stats.contrasts(cells, within="exercise", adjust=value),
        lambda: ek.Bandpass(low=value, high=450.0),
        lambda: ek.Envelope(cutoff=6.0, order=value),
        lambda: ek.Envelope(cutoff=6.0, shape=value),
        lambda: ek.signal.lowpass(np.zeros(1000), value, sfreq=value),
    ):
        with pytest.raises(EmgkitError):
            call()


@pytest.mark.parametrize(
    "value", [*ODD.values(), math.inf, -math.inf, "1"], ids=[*ODD, "inf", "-inf", "a number's text"]
)
def test_a_time_is_a_finite_number(value, tmp_path):
    data = np.sin(np.arange(4000))[np.newaxis] * 1e-4
    emg = ek.Recording(data=data, sfreq=2000.0, channels=(ek.Channel(name="VL", unit="V"),))
    path = ek.io.write_bdf(ek.Trial(streams={"emg": emg}), tmp_path / "a.bdf")
    for call, name in (
        (lambda: emg.crop(value, 1.5), "tmin"),
        (lambda: emg.crop(0.5, value), "tmax"),
        (lambda: ek.Edited(channel="VL", tmin=value, tmax=1.5, reason="a spike"), "tmin"),
        (lambda: ek.Edited(channel="VL", tmin=0.5, tmax=value, reason="a spike"), "tmax"),
        (lambda: ek.read(path, start=value), "start"),
        (lambda: ek.read(path, stop=value, lazy=True), "stop"),
    ):
        with pytest.raises(ArgumentError, match=f"'{name}' cannot be used.*a finite number of seconds") as caught:
            call()
        assert len(str(caught.value)) < 300


def test_what_is_allowed_passes():
    assert _checks.check_option("adjust", "holm", {"holm", "none"}) == "holm"
    assert _checks.check_option("dimensions", 3, (2, 3)) == 3
    assert _checks.check_unknown("column", "a", ["a"]) == "a"
    assert as_adjust(None) == "none"
    assert _checks.check_positive("width", 10**300) == 1e300
