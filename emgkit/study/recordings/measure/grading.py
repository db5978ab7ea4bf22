"""The quality of any recording of a study."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from emgkit.errors import Notice
from emgkit.recording import Trial
from emgkit.signal_quality import quality
from emgkit.study.recordings.measure.columns import labelled

__all__ = ["QUIET", "Graded", "Grading", "grade"]

# what the scorecard says of muscles that are quiet
QUIET = ("low-snr", "no-signal")


@dataclass(frozen=True, kw_only=True)
class Grading:
    """Whether a recording is an MVC trial, and which facts in names become columns."""

    mvc: bool
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Graded:
    """The quality of one recording, the checks behind it, its rate (Hz), what is doubtful, and the reader's remarks."""

    table: pd.DataFrame
    checks: pd.DataFrame
    sfreq: float
    notices: tuple[Notice, ...]
    remarks: tuple[Notice, ...]


def grade(trial: Trial, rule: Grading) -> Graded:
    """Judge the EMG of a recording; in an MVC trial the muscles that it does not test are meant to be quiet."""
    card = quality(trial.emg)
    notices = tuple(notice for notice in card.notices if not (rule.mvc and notice.code in QUIET))
    return Graded(
        table=labelled(card.to_frame(), trial, rule.columns),
        checks=labelled(card.checks(), trial, rule.columns),
        sfreq=trial.emg.sfreq,
        notices=notices,
        remarks=trial.notices,
    )
