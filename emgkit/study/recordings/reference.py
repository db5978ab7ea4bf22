"""Reference: what stands for 100 % in one participant's session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from emgkit import normalize
from emgkit.normalize import ProcessedTrial
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Trial
from emgkit.report.decimation import thinned
from emgkit.steps import Normalize
from emgkit.study.recordings.condition import Conditioned, condition

__all__ = [
    "ReferenceRule",
    "ShownReference",
    "condition_reference",
    "find_windows",
    "show_references",
    "take_reference",
]

# points that a drawn trial keeps
_POINTS = 2000


@dataclass(frozen=True, kw_only=True)
class ReferenceRule:
    """How the reference is taken.

    Parameters
    ----------
    pipeline : Pipeline
        The processing up to the envelope, that of the exercises.
    window : float
        Window of the largest mean (s).
    kind : {"mvc", "task"}
        Maximal voluntary contractions, or the largest value over the exercises themselves.
    across_sessions : bool
        Whether trials of several sessions make one reference.
    """

    pipeline: Pipeline
    window: float
    kind: str = "mvc"
    across_sessions: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class ShownReference:
    """The trial that gave the reference of a channel, thinned for drawing: as recorded, and its envelope."""

    channel: str
    raw: Recording
    envelope: Recording


def condition_reference(trial: Trial, pipeline: Pipeline) -> Conditioned:
    """Process a trial of a reference as the exercises are, its repetitions aside.

    Raises
    ------
    EmgkitError
        As :func:`emgkit.study.recordings.condition.condition`.
    """
    return condition(trial, pipeline)


def take_reference(trials: Sequence[Conditioned], rule: ReferenceRule) -> Normalize:
    """The largest value of each channel over the trials of one participant's session.

    Raises
    ------
    EmgkitError
        As :func:`emgkit.reference`.
    """
    return normalize.learn(
        _processed(trials), rule.pipeline, window=rule.window, kind=rule.kind, across_sessions=rule.across_sessions
    )


def find_windows(trials: Sequence[Conditioned], rule: ReferenceRule) -> pd.DataFrame:
    """Where the best window of each trial and channel lies, and how even the signal is in it.

    Raises
    ------
    EmgkitError
        As :func:`emgkit.normalize.best_windows`.
    """
    return normalize.windows_of(_processed(trials), window=rule.window)


def show_references(
    trials: Sequence[Conditioned], reference: Normalize, windows: pd.DataFrame
) -> tuple[ShownReference, ...]:
    """The trials that won, in the order of the channels of the reference."""
    # every trial has a row, in the order of the trials
    by_name = dict(zip(dict.fromkeys(windows["trial"]), trials, strict=True))
    found = []
    for value in reference.values:
        won = by_name[value.trial]
        raw, envelope = (thinned(one.pick(value.channel), _POINTS) for one in (won.trial.emg, won.envelope))
        found.append(ShownReference(channel=value.channel, raw=raw, envelope=envelope))
    return tuple(found)


def _processed(trials: Sequence[Conditioned]) -> list[ProcessedTrial]:
    return [ProcessedTrial(raw=(one.trial.emg,), envelopes=(one.envelope,)) for one in trials]
