"""Curves on a common axis: percent of a repetition or of its phases, or degrees of a joint angle."""

from __future__ import annotations

from emgkit.curves.angle import against_angle
from emgkit.curves.normalizing import register_phases, time_normalize
from emgkit.curves.table import INDEX, Curves

__all__ = ["INDEX", "Curves", "against_angle", "register_phases", "time_normalize"]
