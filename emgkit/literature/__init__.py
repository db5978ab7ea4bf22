"""What published studies reported, and what their figures say of 25 claims.

Every figure keeps the place where it was read; what was read second-hand is marked and shown, but not counted.
"""

from __future__ import annotations

from emgkit.literature.claims import Claim, claim, claims
from emgkit.literature.figures import figures, sources
from emgkit.literature.implied import implied_by_p, percent_readings, printed_contrasts
from emgkit.literature.lifts import LiftAnswer, lift_answers, lift_contrasts

__all__ = [
    "Claim",
    "LiftAnswer",
    "claim",
    "claims",
    "figures",
    "implied_by_p",
    "lift_answers",
    "lift_contrasts",
    "percent_readings",
    "printed_contrasts",
    "sources",
]
