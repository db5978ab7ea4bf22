"""Statistics on tables of cells: one row a participant and condition, a table back.

The participant is the unit, every estimate has an interval, and nothing is left out silently. This package knows
nothing of recordings.
"""

from __future__ import annotations

from emgkit.stats.cells.long import from_wide
from emgkit.stats.cells.wide import to_wide
from emgkit.stats.curves.waveform_test import waveform_test
from emgkit.stats.follow_up.bayes import bayes_factors
from emgkit.stats.follow_up.friedman import friedman
from emgkit.stats.follow_up.likelihood import compare_models
from emgkit.stats.follow_up.normality import normality
from emgkit.stats.follow_up.planned import planned_contrasts
from emgkit.stats.follow_up.post_hoc import post_hoc
from emgkit.stats.meta.meta_analysis import meta_analysis
from emgkit.stats.meta.reconstruct import reconstruct
from emgkit.stats.mixed.many import mixed_model_many
from emgkit.stats.mixed.model import mixed_model
from emgkit.stats.power.exact import power_between, power_equivalence, power_paired, power_within
from emgkit.stats.power.simulated import power_simulate
from emgkit.stats.results.results import Results
from emgkit.stats.within.anova import rm_anova
from emgkit.stats.within.contrasts import contrasts
from emgkit.stats.within.effect_sizes import effect_sizes
from emgkit.stats.within.equivalence import equivalence
from emgkit.stats.within.influence import influence
from emgkit.stats.within.reliability import reliability

__all__ = [
    "Results",
    "bayes_factors",
    "compare_models",
    "contrasts",
    "effect_sizes",
    "equivalence",
    "friedman",
    "from_wide",
    "influence",
    "meta_analysis",
    "mixed_model",
    "mixed_model_many",
    "normality",
    "planned_contrasts",
    "post_hoc",
    "power_between",
    "power_equivalence",
    "power_paired",
    "power_simulate",
    "power_within",
    "reconstruct",
    "reliability",
    "rm_anova",
    "to_wide",
    "waveform_test",
]


def __dir__() -> list[str]:
    return sorted(__all__)
