"""What one recording of an exercise gives: its numbers, curves and repetitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from emgkit.curves import Curves, against_angle, register_phases, time_normalize
from emgkit.errors import Notice
from emgkit.events import audit
from emgkit.normalize import above_reference
from emgkit.recording import Recording, Trial
from emgkit.steps import Normalize
from emgkit.study.file.measures import CurveSpec, MeasureSpec
from emgkit.study.recordings.condition import Conditioned
from emgkit.study.recordings.measure.columns import counted_rows, labelled, with_columns
from emgkit.study.recordings.measure.numbers import Signals, Taken, joint_of, take
from emgkit.study.recordings.measure.percent import percent_of

__all__ = ["Measured", "Measuring", "measure", "rows_of_measure"]


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """Which numbers and curves are taken, and which facts in names become columns: always, and of those who have them.

    Of a measure that is made of both sides, the numbers of each side are taken; a session puts them together.
    """

    measures: tuple[MeasureSpec, ...]
    curves: tuple[CurveSpec, ...] = (CurveSpec(),)
    columns: tuple[str, ...] = ()
    where_known: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """What one recording of an exercise gives: tables, curves, and the notices of the trial.

    `sides` has the numbers of single sides, by what the measure that is made of them is called; `details` the further
    tables of measures, by name.
    """

    rows: pd.DataFrame
    repetitions: pd.DataFrame
    curves: tuple[Curves, ...]
    extremes: pd.DataFrame
    notices: tuple[Notice, ...]
    sides: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)


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
    trial, signals = conditioned.trial, _signals(conditioned, percent)
    taken = {spec: take(signals, spec) for spec in rule.measures}
    load, facts = [one for one in ("load_kg",) if trial.context.get(one) is not None], _facts(trial, rule)

    def told(table: pd.DataFrame) -> pd.DataFrame:
        return with_columns(table, trial, facts, "load_kg")

    own = [one.rows for spec, one in taken.items() if spec.name != "symmetry"]
    return Measured(
        rows=told(pd.concat(_counted(own), ignore_index=True)) if own else pd.DataFrame(),
        repetitions=labelled(audit(trial), trial, rule.columns),
        curves=tuple(
            replace(one, index=with_columns(one.index, trial, (*load, *rule.columns), "set"))
            for one in (_curves(signals, spec) for spec in rule.curves)
        ),
        extremes=labelled(above_reference(percent).assign(minimum=percent.data.min(axis=1)), trial, rule.columns),
        notices=(*trial.notices, *(notice for one in taken.values() for notice in one.notices)),
        sides={spec.called: told(one.rows) for spec, one in taken.items() if spec.name == "symmetry"},
        details={name: labelled(table, trial, rule.columns) for name, table in _details(taken).items()},
    )


def rows_of_measure(conditioned: Conditioned, percent: Recording, spec: MeasureSpec, rule: Measuring) -> pd.DataFrame:
    """The rows of one measure of a recording, whose envelope in percent is given."""
    trial = conditioned.trial
    rows = take(_signals(conditioned, percent), spec).rows
    return with_columns(rows, trial, _facts(trial, rule), "load_kg")


def _signals(conditioned: Conditioned, percent: Recording) -> Signals:
    filtered = conditioned.trial.emg if conditioned.filtered is None else conditioned.filtered
    return Signals(trial=conditioned.trial, percent=percent, filtered=filtered)


def _facts(trial: Trial, rule: Measuring) -> dict[str, None]:
    """The facts in the name of a recording that become columns."""
    known = [one for one in rule.where_known if trial.context.get(one) is not None]
    return dict.fromkeys((*rule.columns, *known))


def _counted(tables: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """The tables with the number of repetitions behind each number, where a measure is made of several."""
    if not any("n_repetitions" in table.columns for table in tables):
        return tables
    return [counted_rows(table) for table in tables]


def _details(taken: Mapping[MeasureSpec, Taken]) -> dict[str, pd.DataFrame]:
    """The further tables of all measures, each of one kind in one."""
    names = dict.fromkeys(name for one in taken.values() for name in one.details)
    tables = {name: [one.details[name] for one in taken.values() if name in one.details] for name in names}
    # two measures may be of the same bursts
    return {name: pd.concat(own, ignore_index=True).drop_duplicates(ignore_index=True) for name, own in tables.items()}


def _curves(signals: Signals, spec: CurveSpec) -> Curves:
    """The curves of one entry of the study file."""
    if spec.against == "angle":
        return against_angle(signals.percent, joint_of(signals.trial, spec.channel, "[[curves]]"), phase=spec.phase)
    if spec.against == "phases":
        found = register_phases(signals.percent)
    else:
        found = time_normalize(signals.percent, during="repetition", phase=spec.phase)
    return found if spec.most_repeatable is None else found.most_repeatable(spec.most_repeatable)
