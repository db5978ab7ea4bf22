"""Figures: each function draws one thing and returns its Axes; nothing is computed beyond the layout.

Every function labels with the unit it was given and writes "simulated data" on the Axes where
the data are simulated. The files are not named like the functions, so that
``ek.figures.contrasts`` is always the function.
"""

from emgkit.figures.activation_plots import activation, activation_grid
from emgkit.figures.angle_plots import angle, angle_grid
from emgkit.figures.body import body_map, body_map_grid
from emgkit.figures.contrast_plots import contrasts
from emgkit.figures.curve_plots import curves, curves_grid
from emgkit.figures.detection_plots import detection, detection_grid
from emgkit.figures.drawing import style
from emgkit.figures.drawing.sheets import contact_sheet
from emgkit.figures.drawing.strips import repetition_sheet
from emgkit.figures.drawing.style import close, save
from emgkit.figures.forest_plots import forest
from emgkit.figures.lift_plots import lifts
from emgkit.figures.matrix_plots import effect_matrix
from emgkit.figures.mvc_plots import mvc, mvc_grid
from emgkit.figures.onset_plots import onsets
from emgkit.figures.paired_plots import paired
from emgkit.figures.people import bland_altman, raincloud
from emgkit.figures.published_plots import published
from emgkit.figures.raw_signals import signals
from emgkit.figures.residual_plots import residuals
from emgkit.figures.specifications import specification_curve
from emgkit.figures.spectra import spectrogram, spectrum

__all__ = [
    "activation", "activation_grid", "angle", "angle_grid", "bland_altman", "body_map", "body_map_grid", "close",
    "contact_sheet", "contrasts", "curves", "curves_grid", "detection", "detection_grid", "effect_matrix", "forest",
    "lifts", "mvc", "mvc_grid", "onsets", "paired", "published", "raincloud", "repetition_sheet", "residuals",
    "save", "signals", "specification_curve", "spectrogram", "spectrum", "style",
]  # fmt: skip
