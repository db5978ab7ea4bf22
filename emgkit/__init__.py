"""emgkit: from raw surface-EMG recordings to a verdict.

Public names are resolved on first use, so ``import emgkit`` loads nothing heavy.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# public name -> module it lives in
_PUBLIC = {
    "Channel": "channels",
    "Event": "channels",
    "Recording": "recording",
    "Trial": "recording",
    "Bandpass": "steps",
    "Downsample": "steps",
    "Edited": "steps",
    "EditedEvents": "steps",
    "Envelope": "steps",
    "Highpass": "steps",
    "InterpolateSpikes": "steps",
    "Lowpass": "steps",
    "MovingMean": "steps",
    "MovingRMS": "steps",
    "Normalize": "steps",
    "Notch": "steps",
    "Rectify": "steps",
    "RemoveECG": "steps",
    "RemoveMains": "steps",
    "RemoveMean": "steps",
    "Resample": "steps",
    "TKEO": "steps",
    "Pipeline": "pipeline",
    "reference": "normalize",
    "find_onsets": "events",
    "find_repetitions": "events",
    "mark_repetitions": "events",
    "Curves": "curves",
    "against_angle": "curves",
    "register_phases": "curves",
    "time_normalize": "curves",
    "measure": "measures",
    "co_contraction": "derived",
    "slopes": "derived",
    "symmetry": "derived",
    "synergies": "factorization",
    "summarize": "measures",
    "quality": "signal_quality",
    "join": "io",
    "catalogue": "io.catalogue",
    "read": "io",
    "Study": "study",
    "EmgkitError": "errors",
    "EmgkitWarning": "errors",
    "Notice": "errors",
}
_MODULES = (
    "errors",
    "events",
    "figures",
    "io",
    "literature",
    "multiverse",
    "replication",
    "report",
    "signal",
    "signal_quality",
    "simulate",
    "spectrum",
    "stats",
    "steps",
)

__all__ = ["__version__", *sorted(_PUBLIC), *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        value = getattr(importlib.import_module(f"emgkit.{_PUBLIC[name]}"), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return importlib.import_module(f"emgkit.{name}")
    raise AttributeError(f"module 'emgkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
