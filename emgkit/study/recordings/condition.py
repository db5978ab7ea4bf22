"""Condition: from the raw signals of a trial to their envelope."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace

from emgkit.errors import EmgkitWarning, Notice
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
    """Process the EMG of a trial; what its steps remark, such as spikes that were bridged, is a notice of the trial.

    Raises
    ------
    EmgkitError
        A step cannot be applied, for instance because the rate is too low for a cut-off.
    """
    filters, amplitude = pipeline.split_at_amplitude()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", EmgkitWarning)
        filtered = filters(trial.emg)
        envelope = amplitude(filtered)
    remarks = tuple(_remarks(caught))
    trial = replace(trial, notices=(*trial.notices, *remarks)) if remarks else trial
    return Conditioned(trial=trial, filtered=filtered if filters.steps else None, envelope=envelope)


def _remarks(caught: list[warnings.WarningMessage]) -> Iterator[Notice]:
    """The notices among the warnings; any other warning is issued again."""
    for one in caught:
        if isinstance(one.message, EmgkitWarning):
            yield one.message.notice
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
