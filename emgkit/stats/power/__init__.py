"""Power: exact, and of simulated studies."""

from emgkit.stats.power import words  # registers the kinds of tables that these analyses give

__all__ = ["words"]
