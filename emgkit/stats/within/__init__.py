"""Comparisons within participants: contrasts, analysis of variance, equivalence, effect sizes, reliability."""

from emgkit.stats.within import words  # registers the kinds of tables that these analyses give

__all__ = ["words"]
