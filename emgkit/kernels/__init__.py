"""The mathematics behind :mod:`emgkit.signal`: filter designs, zero-lag passes, window sums.

Nothing here checks arguments; :mod:`emgkit.signal` has done so. Time is the last axis.

The idea of the quick filters stands in two places: :mod:`emgkit.kernels.compiled` tells why 16 pieces of signals are
computed side by side, and :mod:`emgkit.kernels.chain` how a signal is cut into them (:mod:`emgkit.kernels.cutting`,
:mod:`emgkit.kernels.edges`) and goes through a whole chain of filters before anything is written.
:mod:`emgkit.kernels.passes` has the same by SciPy.
"""

from emgkit.kernels.designs import (
    Filter,
    Kind,
    Samples,
    Unread,
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
    "Unread",
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
