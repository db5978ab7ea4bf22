"""What a call gets that leaves an option out: the results of all who left it out rest on it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from emgkit import events, normalize, signal, stats
from emgkit.events import onsets
from emgkit.events.ways.inertial import find_in_sensor
from emgkit.signal.filters import design, design_notch
from emgkit.stats.within import one_sample
from emgkit.stats.within.residuals import largest_residuals

FILTER = {"order": 4, "cutoff_rule": "applied", "padding": "odd"}
NOTCH = {"harmonics": 1, "width": 2.0}
MOVEMENT = {
    "cutoff": 6.0, "prominence": 0.3, "distance": 0.5, "edge": 0.05, "minimum_hold": 0.1, "smallest": 0.6,
    "largest": 1.5,
}  # fmt: skip
BURSTS = {"level": 0.2, "shortest": 0.4, "gap": 0.4}
ONSETS = {"hold": 0.025, "gap": 0.1}
TABLE = {"outcome": "value", "participant": "participant"}
PAIRS = {**TABLE, "log": True, "adjust": "holm", "family": "by"}
REFERENCE = {"window": 0.5, "kind": "mvc", "across_sessions": False}

LEFT_OUT: list[tuple[Callable[..., Any], dict[str, Any]]] = [
    (signal.lowpass, FILTER),
    (signal.highpass, FILTER),
    (signal.bandpass, FILTER),
    (signal.envelope, {"cutoff": 6.0, **FILTER, "shape": "butterworth"}),
    (signal.notch, NOTCH),
    (design, {**FILTER, "damped": False}),
    (design_notch, NOTCH),
    (normalize.reference, REFERENCE),
    (normalize.learn, REFERENCE),
    (normalize.best_windows, {"window": 0.5}),
    (normalize.windows_of, {"window": 0.5}),
    (normalize.best_window_bias, {"window": 0.5, "trials": 1, "seed": 0, "replicates": 200}),
    (events.find_in_movement, MOVEMENT),
    (find_in_sensor, MOVEMENT),
    (events.find_bursts, BURSTS),
    (events.find_by_trigger, {"edge": "rise"}),
    (events.mark_repetitions, {"unit": "s", "offset": 0.0}),
    (events.find_halves, {"cutoff": 6.0}),
    (events.find_angle_bins, {"width": 15.0, "by": "angle", "cutoff": 6.0}),
    (events.find_onsets, {"method": "profile-likelihood"}),
    (onsets.HodgesBui, {**ONSETS, "sds": 3.0, "cutoff": 50.0}),
    (onsets.TeagerKaiser, {**ONSETS, "sds": 3.0, "cutoff": 50.0}),
    (onsets.Bonato, {"hold": 0.03, "gap": 0.1, "false_alarm": 0.05, "pairs": 5, "enough": 1}),
    (onsets.LikelihoodRatio, {**ONSETS, "evidence": 12.0, "window": 0.05}),
    (onsets.ProfileLikelihood, {**ONSETS, "reach": 0.25}),
    (onsets.ChangePoints, {**ONSETS, "penalty": 3.0, "ratio": 2.0}),
    (stats.rm_anova, {**TABLE, "log": True, "missing": "refuse"}),
    (stats.contrasts, {**PAIRS, "test": "t", "between_muscles": False, "missing": "refuse"}),
    (stats.effect_sizes, {**TABLE, "log": True}),
    (stats.equivalence, {**PAIRS, "bounds": (0.8, 1.25)}),
    (stats.influence, {**PAIRS, "missing": "refuse"}),
    (stats.reliability, {**TABLE, "within": "trial"}),
    (one_sample.t_test, {"confidence": 0.95}),
    (one_sample.signed_rank, {"confidence": 0.95}),
    (one_sample.sign_flip, {"confidence": 0.95}),
    (one_sample.against_zero, {"confidence": 0.95}),
    (largest_residuals, {"count": 3}),
]


@pytest.mark.parametrize(("function", "expected"), LEFT_OUT, ids=lambda one: getattr(one, "__qualname__", ""))
def test_a_function_has_the_values_that_studies_rest_on(function: Callable[..., Any], expected: dict[str, Any]) -> None:
    found = {
        name: one.default
        for name, one in inspect.signature(function).parameters.items()
        if one.default is not inspect.Parameter.empty and one.default is not None
    }
    assert found == expected
    assert {name: type(value) for name, value in found.items()} == {name: type(one) for name, one in expected.items()}
