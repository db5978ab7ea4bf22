"""Numbers made of two muscles, of two sides, of a row of repetitions, of bursts or of a joint angle."""

from __future__ import annotations

from emgkit.derived.bursts import BURST_TIMES, burst_times
from emgkit.derived.joint_angle import angle_of_peak
from emgkit.derived.lines import slopes
from emgkit.derived.muscle_pairs import CO_CONTRACTION, CoContraction, co_contraction, pairs_of
from emgkit.derived.sides import SYMMETRY, SymmetryIndex, symmetry

__all__ = [
    "BURST_TIMES",
    "CO_CONTRACTION",
    "SYMMETRY",
    "CoContraction",
    "SymmetryIndex",
    "angle_of_peak",
    "burst_times",
    "co_contraction",
    "pairs_of",
    "slopes",
    "symmetry",
]
