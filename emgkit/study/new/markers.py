"""Channels that are axes of markers: the markers by name, and the vertical axis that moves most."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from emgkit.notation import first_few

__all__ = ["Ranges", "likely_vertical", "markers_in_words", "moved"]

# channel -> between which values 98 % of its samples lie, as a difference
Ranges = Mapping[str, float]
_AXIS = re.compile(r"(?P<marker>.*[^\W_])[ _.:-]+(?P<axis>[xyzXYZ])")
# what programs call points that nobody named, and points that a model computes
_UNNAMED = re.compile(r"(?:\*|usermo|uname|unlabell?ed|c_\d+$).*", re.IGNORECASE)
_NAMED = 24


def moved(samples: np.ndarray) -> float:
    """How far most samples of a channel lie apart; gaps and single slips of a marker do not count."""
    there = samples[np.isfinite(samples)]
    return float(np.subtract(*np.percentile(there, [99, 1]))) if there.size else 0.0


def markers_in_words(channels: Sequence[str]) -> str:
    """The markers without their axes where all channels are axes, those with a name first; empty where one is none.

    Examples
    --------
    >>> markers_in_words(["LASI_x", "LASI_y", "LASI_z", "bar_z"])
    'the axes of 2 markers: LASI, bar'
    >>> markers_in_words(["LASI_x", "knee"])
    ''
    """
    matches = [_AXIS.fullmatch(name) for name in channels]
    if not channels or None in matches:
        return ""
    markers = list(dict.fromkeys(match["marker"] for match in matches if match))
    markers.sort(key=lambda name: _UNNAMED.fullmatch(name) is not None)
    word = "marker" if len(markers) == 1 else "markers"
    return f"the axes of {len(markers)} {word}: {first_few(markers, _NAMED)}"


def likely_vertical(channels: Sequence[str], recordings: Sequence[Ranges]) -> str | None:
    """The vertical axis (z) that moves most over all recordings, of the named ones that all have; None without one.

    Examples
    --------
    >>> likely_vertical(["hip_x", "hip_z", "bar_z"], [{"hip_x": 9.0, "hip_z": 0.4, "bar_z": 0.6}])
    'bar_z'
    """
    vertical = [name for name in channels if (match := _AXIS.fullmatch(name)) and match["axis"] in "zZ"]
    named = [name for name in vertical if not _UNNAMED.fullmatch(name[:-2])]
    everywhere = [name for name in named if recordings and all(own.get(name, 0.0) > 0 for own in recordings)]
    return max(everywhere, key=lambda name: float(np.median([own[name] for own in recordings])), default=None)
