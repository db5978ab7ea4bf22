"""Linear mixed models by REML, with Kenward-Roger and Satterthwaite degrees of freedom."""

from emgkit.stats.mixed import words  # registers the kinds of tables that these analyses give

__all__ = ["words"]
