"""Figures of what frequencies a recording holds: its spectrum, and how it changes over time."""

from emgkit.figures.spectra.spectrogram_plots import spectrogram
from emgkit.figures.spectra.spectrum_plots import spectrum

__all__ = ["spectrogram", "spectrum"]
