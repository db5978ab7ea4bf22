"""The checks, one a file: a number, its limits and where they come from."""

from __future__ import annotations

from emgkit.signal_quality.check import Check
from emgkit.signal_quality.checks import (
    amplitude,
    clipping,
    crosstalk,
    drift,
    dropouts,
    ecg,
    edges,
    flat,
    mains,
    noise,
    offset,
    sign,
    spectrum,
    spikes,
)  # fmt: skip

__all__ = ["CHECKS"]

# in the order of the notices
CHECKS: tuple[Check, ...] = tuple(
    check
    for module in (
        flat, amplitude, spikes, edges, offset, clipping, dropouts, mains, drift, noise, spectrum, sign, ecg, crosstalk,
    )
    for check in module.CHECKS
)  # fmt: skip
