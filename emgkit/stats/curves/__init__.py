"""Tests of whole curves."""

from emgkit.stats.curves import words  # registers the kinds of tables that these analyses give

__all__ = ["words"]
