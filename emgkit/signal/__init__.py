"""Filters, envelopes, moving windows and resampling on plain arrays.

Time is the last axis, any axes before it are treated alike, and every function gives a new float64 array and leaves
its input as it was. NaN and infinite values are refused: a filter would smear one of them over a whole channel.
"""

from emgkit.signal.amplitudes import SHAPES as SHAPES
from emgkit.signal.amplitudes import Shape as Shape
from emgkit.signal.amplitudes import (
    envelope,
    moving_mean,
    moving_rms,
    rectify,
    remove_mean,
    tkeo,
    window_samples,
)
from emgkit.signal.filters import CUTOFF_RULES as CUTOFF_RULES
from emgkit.signal.filters import HIGHEST_CUTOFF as HIGHEST_CUTOFF
from emgkit.signal.filters import HIGHEST_ORDER as HIGHEST_ORDER
from emgkit.signal.filters import PADDINGS as PADDINGS
from emgkit.signal.filters import CutoffRule as CutoffRule
from emgkit.signal.filters import Padding as Padding
from emgkit.signal.filters import bandpass, highpass, lowpass, notch
from emgkit.signal.resampling import resample

__all__ = [
    "bandpass",
    "envelope",
    "highpass",
    "lowpass",
    "moving_mean",
    "moving_rms",
    "notch",
    "rectify",
    "remove_mean",
    "resample",
    "tkeo",
    "window_samples",
]
