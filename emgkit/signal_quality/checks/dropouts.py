"""Lost samples, which wireless systems fill with zeros."""

from __future__ import annotations

from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import Samples

__all__ = ["CHECKS", "dropout_time", "dropouts"]


def dropouts(samples: Samples) -> int:
    """Runs of exact zeros of at least 10 ms between other samples."""
    return int(samples.gone.sum())


def dropout_time(samples: Samples) -> float:
    """Their length together (s)."""
    return float(samples.runs[1][samples.gone].sum() / samples.sfreq)


CHECKS = (
    Check(
        name="dropouts",
        measures="Length together of the runs of exact zeros of at least 10 ms between other samples",
        unit="s",
        measure=dropout_time,
        doubtful=0.0,
        bad=1.0,
        source="A packet of a wireless system holds 10 ms and more [engineering choice].",
        words=lambda samples, value: f"is exactly zero in {dropouts(samples)} stretches, {value:.3g} s together.",
        hint="Leave out the repetitions in which samples were lost.",
        of="both",
    ),
)
