"""Statistics on tables of cells: one row a participant and condition, a table back.

The participant is the unit, every estimate has an interval, and nothing is left out silently. This package knows
nothing of recordings.
"""

from __future__ import annotations

from emgkit.stats.anova import rm_anova
from emgkit.stats.paired import contrasts

__all__ = ["contrasts", "rm_anova"]
