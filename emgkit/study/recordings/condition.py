"""Condition: from the raw signals of a trial to their envelope."""

from __future__ import annotations

from dataclasses import dataclass

from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Trial

__all__ = ["Conditioned", "condition"]


@dataclass(frozen=True, kw_only=True)
class Conditioned:
    """A trial and its EMG after the filters (None where there are none) and at the end of the processing."""

    trial: Trial
    filtered: Recording | None
    envelope: Recording


def condition(trial: Trial, pipeline: Pipeline) -> Conditioned:
    """Process the EMG of a trial.

    Raises
    ------
    EmgkitError
        A step cannot be applied, for instance because the rate is too low for a cut-off.
    """
    filters, amplitude = pipeline.split_at_amplitude()
    filtered = filters(trial.emg)
    return Conditioned(trial=trial, filtered=filtered if filters.steps else None, envelope=amplitude(filtered))
