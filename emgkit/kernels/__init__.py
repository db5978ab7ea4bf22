"""The mathematics behind :mod:`emgkit.signal`: filter designs, zero-lag passes, window sums.

Nothing here checks arguments; :mod:`emgkit.signal` has done so. Time is the last axis.
"""

from emgkit.kernels.designs import (
    Filter,
    Kind,
    Samples,
    Window,
    butterworth_sections,
    critically_damped_sections,
    mirrored,
    notch_sections,
)
from emgkit.kernels.passes import each_signal, polyphase, whole_ratio, window_sums, zero_lag

__all__ = [
    "Filter",
    "Kind",
    "Samples",
    "Window",
    "butterworth_sections",
    "critically_damped_sections",
    "each_signal",
    "mirrored",
    "notch_sections",
    "polyphase",
    "whole_ratio",
    "window_sums",
    "zero_lag",
]
