"""Studies beside one another: meta-analysis, and what printed figures imply."""

from emgkit.stats.meta import words  # registers the kinds of tables that these analyses give

__all__ = ["words"]
