"""Channels without a signal, and stretches without one."""

from __future__ import annotations

from emgkit.signal_quality.check import Check
from emgkit.signal_quality.samples import FLAT_DURATION, Samples

__all__ = ["CHECKS", "longest_flat"]


_ALWAYS = 1.0  # s


def longest_flat(samples: Samples) -> float:
    """Longest run of exactly equal samples (s); 0 where no two neighbours are equal."""
    longest = samples.runs[1].max()
    return float(longest / samples.sfreq) if longest > 1 else 0.0


def _longest_frozen(samples: Samples) -> float:
    """Longest run of equal samples (s) that no coarse resolution explains; one of a second always counts."""
    lengths = samples.runs[1][samples.still]
    runs = lengths[samples.frozen[samples.still] | (lengths >= _ALWAYS * samples.sfreq)]
    return float(runs.max() / samples.sfreq) if runs.size else 0.0


CHECKS = (
    Check(
        name="constant",
        measures="Whether all samples are equal (1) or not (0)",
        unit="1",
        measure=lambda samples: float(samples.is_constant),
        doubtful=float("nan"),
        bad=0.5,
        source="By definition.",
        words=lambda _samples, _value: "is constant: nothing was recorded.",
        hint="Leave the channel out.",
        of="both",
    ),
    Check(
        name="flat",
        measures="Longest run of exactly equal samples that coarse steps do not explain, or that lasts 1 s",
        unit="s",
        measure=_longest_frozen,
        # a run of exactly 50 ms is one, too
        doubtful=FLAT_DURATION * (1 - 1e-9),
        bad=_ALWAYS,
        source="EMG crosses its mean some 100 times a second, so the same value over 50 ms is no muscle "
        "[engineering choice].",
        words=lambda _, value: f"stays at exactly the same value for {value:.3g} s.",
        hint="Crop the recording, or leave the repetition out.",
        of="both",
    ),
)
