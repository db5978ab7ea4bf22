"""Reference: what stands for 100 % in one participant's session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from emgkit import normalize
from emgkit.pipeline import Pipeline
from emgkit.recording import Trial
from emgkit.steps import Normalize

__all__ = ["ReferenceRule", "find_windows", "take_reference"]


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


def take_reference(trials: Sequence[Trial], rule: ReferenceRule) -> Normalize:
    """The largest value of each channel over the trials of one participant's session.

    Raises
    ------
    EmgkitError
        As :func:`emgkit.reference`.
    """
    return normalize.reference(
        trials, rule.pipeline, window=rule.window, kind=rule.kind, across_sessions=rule.across_sessions
    )


def find_windows(trials: Sequence[Trial], rule: ReferenceRule) -> pd.DataFrame:
    """Where the best window of each trial and channel lies, and how even the signal is in it.

    Raises
    ------
    EmgkitError
        As :func:`emgkit.normalize.best_windows`.
    """
    return normalize.best_windows(trials, rule.pipeline, window=rule.window)
