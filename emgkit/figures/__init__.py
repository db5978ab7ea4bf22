"""Figures: each function draws one thing and returns its Axes; nothing is computed beyond the layout.

Every function labels with the unit it was given and writes "simulated data" on the Axes where
the data are simulated. The files are not named like the functions, so that
``ek.figures.contrasts`` is always the function.
"""

from emgkit.figures import style
from emgkit.figures.activation_plots import activation, activation_grid
from emgkit.figures.contrast_plots import contrasts
from emgkit.figures.curve_plots import curves, curves_grid
from emgkit.figures.raw_signals import signals
from emgkit.figures.style import close, save

__all__ = ["activation", "activation_grid", "close", "contrasts", "curves", "curves_grid", "save", "signals", "style"]
