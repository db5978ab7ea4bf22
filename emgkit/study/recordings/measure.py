"""Measure: the numbers, curves and repetitions of one recording of an exercise, and the quality of any recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from emgkit import measures
from emgkit.curves import Curves, time_normalize
from emgkit.errors import Notice, StudyError
from emgkit.events import audit
from emgkit.normalize import above_reference
from emgkit.notation import listed
from emgkit.recording import Recording, Trial
from emgkit.signal_quality import quality
from emgkit.steps import Normalize
from emgkit.study.file.recordings import MeasureSpec
from emgkit.study.recordings.condition import Conditioned

__all__ = ["Graded", "Measured", "Measuring", "grade", "measure", "percent_of"]


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """Which numbers are taken."""

    measures: tuple[MeasureSpec, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """What one recording of an exercise gives: tables, curves, and the notices of the trial."""

    rows: pd.DataFrame
    repetitions: pd.DataFrame
    curves: Curves
    extremes: pd.DataFrame
    notices: tuple[Notice, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Graded:
    """The quality of one recording, what is doubtful in it, and what its reader remarked."""

    table: pd.DataFrame
    notices: tuple[Notice, ...]
    remarks: tuple[Notice, ...]


def measure(conditioned: Conditioned, normalize: Normalize, rule: Measuring) -> Measured:
    """Take every measure of a recording.

    Raises
    ------
    StudyError
        A channel has no reference.
    EmgkitError
        A number cannot be taken.
    """
    percent = percent_of(conditioned, normalize)
    rows = [measures.measure(percent, spec.name, during=spec.during, phase=spec.phase) for spec in rule.measures]
    trial = conditioned.trial
    return Measured(
        rows=pd.concat(rows, ignore_index=True),
        repetitions=_labelled(audit(trial), trial),
        curves=time_normalize(percent, during="repetition"),
        extremes=_labelled(above_reference(percent).assign(minimum=percent.data.min(axis=1)), trial),
        notices=trial.notices,
    )


def percent_of(conditioned: Conditioned, normalize: Normalize) -> Recording:
    """The envelope of a recording in percent of the reference.

    Raises
    ------
    StudyError
        A channel has no reference.
    """
    known = {value.channel for value in normalize.values}
    missing = [channel for channel in conditioned.envelope.channels if channel.name not in known]
    if missing:
        names = listed(f"{one.name} ({one.muscle})" if one.muscle else one.name for one in missing)
        session = f", session {normalize.session}" if normalize.session else ""
        raise StudyError(
            f"There is no MVC of {names} for participant {normalize.participant}{session}",
            allowed="an MVC trial that has the channel",
            got=f"MVC trials ({listed(normalize.tasks)}) with {listed(sorted(known))}",
        )
    return normalize(conditioned.envelope)


def grade(trial: Trial, mvc: bool) -> Graded:
    """Judge the EMG of a recording; in an MVC trial the muscles that it does not test are meant to be quiet."""
    card = quality(trial.emg)
    notices = tuple(notice for notice in card.notices if not (mvc and notice.code == "low-snr"))
    return Graded(table=_labelled(card.to_frame(), trial), notices=notices, remarks=trial.notices)


def _labelled(table: pd.DataFrame, trial: Trial) -> pd.DataFrame:
    """The table with the facts of its recording in front."""
    facts: dict[str, Any] = {name: trial.context.get(name) for name in ("participant", "session", "task", "run")}
    rest = table.drop(columns=[name for name in facts if name in table.columns])
    return pd.concat([pd.DataFrame([facts] * len(rest), index=rest.index), rest], axis=1)
