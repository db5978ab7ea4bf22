"""Measure: the numbers, curves and repetitions of one recording of an exercise, and the quality of any recording."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
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

__all__ = ["QUIET", "Graded", "Grading", "Measured", "Measuring", "grade", "measure", "percent_of"]

# what the scorecard says of muscles that are quiet
QUIET = ("low-snr", "no-signal")


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """Which numbers are taken, and which facts in names become columns: always, and of those who have the fact."""

    measures: tuple[MeasureSpec, ...]
    columns: tuple[str, ...] = ()
    where_known: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Grading:
    """Whether a recording is an MVC trial, and which facts in names become columns."""

    mvc: bool
    columns: tuple[str, ...] = ()


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
    """The quality of one recording, the checks behind it, its rate (Hz), what is doubtful, and the reader's remarks."""

    table: pd.DataFrame
    checks: pd.DataFrame
    sfreq: float
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
    filtered = conditioned.trial.emg if conditioned.filtered is None else conditioned.filtered
    rows = [
        measures.measure(
            percent if measures.MEASURES[spec.name].of == "amplitude" else filtered,
            spec.name,
            during=spec.during,
            phase=spec.phase,
        )
        for spec in rule.measures
    ]
    trial, curves = conditioned.trial, time_normalize(percent, during="repetition")
    load, known = (
        [one for one in names if trial.context.get(one) is not None] for names in (("load_kg",), rule.where_known)
    )
    facts = dict.fromkeys((*rule.columns, *known))
    return Measured(
        rows=_with_columns(pd.concat(rows, ignore_index=True), trial, facts, "load_kg"),
        repetitions=_labelled(audit(trial), trial, rule.columns),
        curves=replace(curves, index=_with_columns(curves.index, trial, (*load, *rule.columns), "set")),
        extremes=_labelled(above_reference(percent).assign(minimum=percent.data.min(axis=1)), trial, rule.columns),
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
            hint=_where_the_mvc_is(missing[0].name, known),
        )
    return normalize(conditioned.envelope)


def _where_the_mvc_is(name: str, known: Collection[str]) -> str:
    """What to do about a channel without a reference; a side in a name makes another channel of the same label."""
    if name.removesuffix(" left").removesuffix(" right") in known:
        return (
            "The names of the MVC trials have no side, and {side} in a name is the side of the electrodes. For the "
            "side that works, write {leg} or {arm} in the pattern"
        )
    return (
        f'If an MVC trial has it by another label, say so: [channels] "…" = {{ name = "{name}" }}; else leave it out '
        "under [exclude] channels"
    )


def grade(trial: Trial, rule: Grading) -> Graded:
    """Judge the EMG of a recording; in an MVC trial the muscles that it does not test are meant to be quiet."""
    card = quality(trial.emg)
    notices = tuple(notice for notice in card.notices if not (rule.mvc and notice.code in QUIET))
    return Graded(
        table=_labelled(card.to_frame(), trial, rule.columns),
        checks=_labelled(card.checks(), trial, rule.columns),
        sfreq=trial.emg.sfreq,
        notices=notices,
        remarks=trial.notices,
    )


def _with_columns(table: pd.DataFrame, trial: Trial, columns: Iterable[str], behind: str) -> pd.DataFrame:
    """The table with the facts in the name of its recording as columns behind one of its own."""
    place = list(table.columns).index(behind) + 1
    facts = {name: pd.Series([trial.context.get(name)] * len(table), dtype=object) for name in columns}
    names = [*table.columns[:place], *facts, *table.columns[place:]]
    return table.assign(**facts)[names]


def _labelled(table: pd.DataFrame, trial: Trial, columns: Iterable[str]) -> pd.DataFrame:
    """The table with the facts of its recording in front."""
    names = dict.fromkeys(("participant", "session", "task", "run", *columns))
    facts: dict[str, Any] = {name: trial.context.get(name) for name in names}
    rest = table.drop(columns=[name for name in facts if name in table.columns])
    return pd.concat([pd.DataFrame([facts] * len(rest), index=rest.index), rest], axis=1)
