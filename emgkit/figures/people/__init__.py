"""Figures in which every participant is a point."""

from emgkit.figures.people.agreement_plots import bland_altman
from emgkit.figures.people.raincloud_plots import raincloud

__all__ = ["bland_altman", "raincloud"]
