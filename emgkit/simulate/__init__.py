"""Simulated studies whose truth is known: people, movements, sEMG and artefacts.

Nothing in here was measured on anybody, and everything that is written says so.
"""

from __future__ import annotations

from emgkit.simulate.dataset import study
from emgkit.simulate.draw import draw_cells, true_ratios
from emgkit.simulate.session import Truth, trials, truth
from emgkit.simulate.specification import Specification, fingerprint, load_spec

__all__ = [
    "Specification",
    "Truth",
    "draw_cells",
    "fingerprint",
    "load_spec",
    "study",
    "trials",
    "true_ratios",
    "truth",
]
