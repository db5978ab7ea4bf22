"""One session under every specification: the stages of a study as a tree, in which nothing is computed twice.

.. code-block:: text

    recordings ─ filters ─┬─ amplitude ─┬─ reference ─┬─ measures of every phase
                          ├─ amplitude … ├─ reference …
               ─ filters …

Each branch calls the functions that a study's own run calls; so the branch with the study's own settings gives the
study's own numbers.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.errors import EmgkitWarning
from emgkit.measures import MEASURES, values_in
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Step, Trial
from emgkit.steps import in_one_go
from emgkit.study.file.measures import MeasureSpec
from emgkit.study.recordings.condition import Conditioned
from emgkit.study.recordings.measure import Measuring, percent_of, rows_of_measure
from emgkit.study.recordings.reference import take_reference
from emgkit.study.recordings.session import SessionParts
from emgkit.windows import Window, windows

__all__ = ["Branches", "SessionValues", "walk"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Branches:
    """What is computed of each session.

    Parameters
    ----------
    filters, amplitudes : tuple of Pipeline
        Every pipeline of filters, and what follows each of them.
    windows : tuple of float
        The windows of the reference (s).
    measures : tuple of tuple of MeasureSpec
        For each phase, the measure of each summary.
    """

    filters: tuple[Pipeline, ...]
    amplitudes: tuple[Pipeline, ...]
    windows: tuple[float, ...]
    measures: tuple[tuple[MeasureSpec, ...], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class SessionValues:
    """What a session gives.

    Parameters
    ----------
    rows : tuple of DataFrame
        For each phase the rows that every specification has in common, with the values of one of them. Columns
        ``from_first`` and ``from_last`` count a row's repetition in its recording from either end, from 0.
    values : tuple of ndarray, shape (n_filters, n_amplitudes, n_windows, n_summaries, n_rows)
        For each phase the values of these rows.
    """

    rows: tuple[pd.DataFrame, ...]
    values: tuple[Array, ...]


def walk(session: SessionParts, branches: Branches) -> SessionValues:
    """Measure the recordings of a session under every specification.

    Parameters
    ----------
    session : SessionParts
        Its stages; the recordings are read here.
    branches : Branches
        What is computed.

    Raises
    ------
    EmgkitError
        A step cannot be applied, or a number cannot be taken.
    """
    memory: dict[Any, Any] = {}
    with warnings.catch_warnings():
        # what is doubtful in the recordings is noticed when the study runs as it is
        warnings.simplefilter("ignore", EmgkitWarning)
        exercises = [_Branching(stage.run(memory)) for stage in session.trials]
        if [stage.inputs[0] for stage in session.trials] == list(session.contractions):
            contractions = [
                _Branching(stage.run(memory), like=one)
                for stage, one in zip(session.contractions, exercises, strict=True)
            ]
        else:
            contractions = [_Branching(stage.run(memory)) for stage in session.contractions]
        memory.clear()
        return _walk(exercises, contractions, session, branches)


class _Branching:
    """A recording on its way through the tree; it keeps what the branches below have in common.

    A trial of the reference that is a recording of an exercise (`like`) too has the samples of the latter.
    """

    def __init__(self, trial: Trial, *, like: _Branching | None = None) -> None:
        self.trial, self.like = trial, like
        self.kept: dict[tuple[Step, ...], Recording] = {}
        self.filtered: Recording = trial.emg
        self.conditioned = Conditioned(trial=trial, filtered=None, envelope=trial.emg)
        self.found: list[tuple[Window, ...]] = []

    def filter(self, filters: Pipeline) -> None:
        """Go into a branch of filters; what several of them begin with, such as the search for spikes, is kept."""
        if self.like is not None:
            self.filtered = self._with_own_facts(self.like.filtered)
            return
        recording, done, steps = self.trial.emg, tuple[Step, ...](), filters.steps
        while steps:
            length = in_one_go.run_length(steps, recording.history)
            done, run, steps = (*done, *steps[:length]), steps[:length], steps[length:]
            if done in self.kept:
                recording = self.kept[done]
                continue
            recording = in_one_go.apply(run, recording)
            if steps:
                self.kept[done] = recording
        self.filtered = recording

    def amplify(self, amplitude: Pipeline, *, filters: Pipeline) -> None:
        """Go into a branch of amplitudes."""
        envelope = (
            amplitude(self.filtered) if self.like is None else self._with_own_facts(self.like.conditioned.envelope)
        )
        filtered = self.filtered if filters.steps else None
        self.conditioned = Conditioned(trial=self.trial, filtered=filtered, envelope=envelope)

    def _with_own_facts(self, recording: Recording) -> Recording:
        own = self.trial.emg
        return replace(recording, events=own.events, context=own.context)


def _walk(
    exercises: Sequence[_Branching], contractions: Sequence[_Branching], session: SessionParts, branches: Branches
) -> SessionValues:
    every = [*exercises, *contractions]
    rows: list[pd.DataFrame] = []
    values: list[Array] = []
    for f, filters in enumerate(branches.filters):
        for one in every:
            one.filter(filters)
        for a, amplitude in enumerate(branches.amplitudes):
            for one in every:
                one.amplify(amplitude, filters=filters)
            for w, window in enumerate(branches.windows):
                rule = replace(session.reference, pipeline=filters.then(amplitude), window=window)
                normalize = take_reference([one.conditioned for one in contractions], rule)
                percents = [percent_of(one.conditioned, normalize) for one in exercises]
                if not rows:
                    rows = _rows(exercises, percents, session.measuring, branches)
                    lengths = [
                        (len(branches.filters), len(branches.amplitudes), len(branches.windows), len(summaries))
                        for summaries in branches.measures
                    ]
                    values = [np.empty((*shape, len(own))) for shape, own in zip(lengths, rows, strict=True)]
                for p, summaries in enumerate(branches.measures):
                    for s, spec in enumerate(summaries):
                        values[p][f, a, w, s] = np.concatenate(
                            [
                                values_in(_of(spec, one, percent), spec.name, one.found[p], **spec.options)
                                for one, percent in zip(exercises, percents, strict=True)
                            ]
                        )
    return SessionValues(rows=tuple(rows), values=tuple(values))


def _of(spec: MeasureSpec, one: _Branching, percent: Recording) -> Recording:
    """The recording that a measure is of."""
    return percent if MEASURES[spec.name].of == "amplitude" else one.filtered


def _rows(
    exercises: Sequence[_Branching], percents: Sequence[Recording], measuring: Measuring, branches: Branches
) -> list[pd.DataFrame]:
    """The rows of each phase; the windows that they stand for are kept with each recording."""
    found = []
    for summaries in branches.measures:
        spec, tables = summaries[0], []
        for one, percent in zip(exercises, percents, strict=True):
            one.found.append(windows(percent, during=spec.during, phase=spec.phase))
            table = rows_of_measure(one.conditioned, percent, spec, measuring)
            same = table.groupby("channel", sort=False)
            tables.append(table.assign(from_first=same.cumcount(), from_last=same.cumcount(ascending=False)))
        found.append(pd.concat(tables, ignore_index=True))
    return found
