"""Hum at the mains frequency and its harmonics."""

from __future__ import annotations

from emgkit.notation import number, percent
from emgkit.signal_quality.check import Check

__all__ = ["CHECKS", "FREQUENCIES"]

FREQUENCIES = (50.0, 60.0)  # Hz

CHECKS = (
    Check(
        name="mains",
        measures="Share of the power from 10 Hz up at the mains frequency and its harmonics",
        unit="1",
        measure=lambda samples: samples.mains_share,
        doubtful=0.10,
        bad=0.50,
        source="A tenth of the power being hum makes an amplitude 1 / sqrt(0.9) = 5 % too large; half makes it 41 % "
        "too large [engineering choice].",
        words=lambda samples, value: (
            f"has {percent(value)} of its power at {number(samples.mains)} Hz and its harmonics."
        ),
        hint="Take the hum off with Notch, and look after reference electrode and cables.",
    ),
)
