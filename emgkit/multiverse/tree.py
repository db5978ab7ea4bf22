"""One session under every specification: the stages of a study as a tree, in which nothing is computed twice.

.. code-block:: text

    recordings ─ filters ─┬─ amplitude ─┬─ reference ─┬─ measures of every phase
                          ├─ amplitude … ├─ reference …
               ─ filters …

The branch with the study's own settings calls the functions that a study's own run calls, and gives the study's own
numbers. So does each branch that :mod:`emgkit.multiverse.at_once` cannot measure; the others agree to about 1e-12.
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
from emgkit.multiverse.at_once import AtOnce, can_be_measured, is_simple, references_of
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Step, Trial
from emgkit.steps import in_one_go
from emgkit.steps.conditioning import is_without_offset
from emgkit.study.file.measures import MeasureSpec
from emgkit.study.recordings.condition import Conditioned
from emgkit.study.recordings.measure import Measuring, percent_of, rows_of_measure
from emgkit.study.recordings.reference import take_reference
from emgkit.study.recordings.session import SessionParts
from emgkit.windows import Window, windows

__all__ = ["Branches", "SessionValues", "every_way"]

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
    own : tuple of int
        The filters, the amplitude and the window of the study itself.
    """

    filters: tuple[Pipeline, ...]
    amplitudes: tuple[Pipeline, ...]
    windows: tuple[float, ...]
    measures: tuple[tuple[MeasureSpec, ...], ...]
    own: tuple[int, int, int] = (0, 0, 0)


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


def every_way(session: SessionParts, branches: Branches) -> SessionValues:
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


class _Session:
    """The recordings of a session, which go into one branch after the other."""

    def __init__(
        self, exercises: Sequence[_Branching], contractions: Sequence[_Branching], parts: SessionParts, tree: Branches
    ) -> None:
        self.exercises, self.contractions, self.parts, self.tree = exercises, contractions, parts, tree
        self.every = [*exercises, *contractions]
        self.plans: dict[Any, tuple[list[AtOnce], list[AtOnce]] | None] = {}

    def filter(self, f: int) -> None:
        for one in self.every:
            one.filter(self.tree.filters[f])

    def amplify(self, f: int, a: int) -> None:
        for one in self.every:
            one.amplify(self.tree.amplitudes[a], filters=self.tree.filters[f])

    def percents(self, f: int, a: int, w: int) -> list[Recording]:
        """The envelopes of the exercises in percent of the reference."""
        pipeline = self.tree.filters[f].then(self.tree.amplitudes[a])
        rule = replace(self.parts.reference, pipeline=pipeline, window=self.tree.windows[w])
        normalize = take_reference([one.conditioned for one in self.contractions], rule)
        return [percent_of(one.conditioned, normalize) for one in self.exercises]

    def numbers(self, percents: Sequence[Recording], p: int, s: int) -> Array:
        """The numbers of one phase and summary."""
        spec, pairs = self.tree.measures[p][s], zip(self.exercises, percents, strict=True)
        return np.concatenate(
            [values_in(_of(spec, one, percent), spec.name, one.found[p], **spec.options) for one, percent in pairs]
        )

    def at_once(self, simple: Sequence[int]) -> list[list[Array]] | None:
        """For each phase and summary the numbers under some amplitudes and every window; None where that cannot be."""
        plans = self._plans(simple)
        if plans is None:
            return None
        exercises = [plan.measure(one.filtered) for plan, one in zip(plans[0], self.exercises, strict=True)]
        contractions = exercises if self.contractions[0].like is not None else [
            plan.measure(one.filtered) for plan, one in zip(plans[1], self.contractions, strict=True)
        ]  # fmt: skip
        raw = [one.trial.emg for one in self.contractions]
        references = references_of(list(zip(raw, contractions, strict=True)))
        if references is None:
            return None

        def numbers(p: int, spec: MeasureSpec) -> Array:
            shape = (len(simple), len(self.tree.windows))
            parts = []
            for plan, measured, one in zip(plans[0], exercises, self.exercises, strict=True):
                found = plan.in_percent(measured, references, phase=p, spec=spec, filtered=one.filtered)
                parts.append(np.broadcast_to(found, (*shape, found.shape[-1])))
            return np.concatenate(parts, axis=-1)

        return [[numbers(p, spec) for spec in summaries] for p, summaries in enumerate(self.tree.measures)]

    def _plans(self, simple: Sequence[int]) -> tuple[list[AtOnce], list[AtOnce]] | None:
        """How the exercises and the trials of the reference are measured; the same in all branches of one length."""
        key = tuple(
            (one.filtered.data.shape, one.filtered.sfreq, is_without_offset(one.filtered.history))
            for one in self.every
        )  # fmt: skip
        if key not in self.plans:
            amplitudes = [self.tree.amplitudes[a] for a in simple]
            shared = self.contractions[0].like is not None
            widths, measures = self.tree.windows, self.tree.measures
            own = [
                AtOnce.of(one.filtered, amplitudes, widths=widths if shared else (), measures=measures)
                for one in self.exercises
            ]
            others = [] if shared else [AtOnce.of(one.filtered, amplitudes, widths=widths) for one in self.contractions]
            made = [plan for plan in (*own, *others) if plan is not None]
            whole = len(made) == len(own) + len(others)
            self.plans[key] = (made[: len(own)], made[len(own) :]) if whole else None
        return self.plans[key]


def _walk(
    exercises: Sequence[_Branching], contractions: Sequence[_Branching], parts: SessionParts, tree: Branches
) -> SessionValues:
    session = _Session(exercises, contractions, parts, tree)
    f, a, w = tree.own
    session.filter(f)
    session.amplify(f, a)
    percents = session.percents(f, a, w)
    rows = _rows(exercises, percents, parts.measuring, tree)
    lengths = (len(tree.filters), len(tree.amplitudes), len(tree.windows))
    values = [np.empty((*lengths, len(own), len(table))) for own, table in zip(tree.measures, rows, strict=True)]
    places = [(p, s) for p, summaries in enumerate(tree.measures) for s in range(len(summaries))]
    mine = [session.numbers(percents, p, s) for p, s in places]
    simple = [place for place, one in enumerate(tree.amplitudes) if is_simple(one)]
    simple = simple if can_be_measured(tree.measures) else []
    for f in range(len(tree.filters)):
        session.filter(f)
        found = session.at_once(simple) if simple else None
        if found is not None:
            for p, s in places:
                values[p][f, simple, :, s] = found[p][s]
        for a in range(len(tree.amplitudes)):
            if found is not None and a in simple:
                continue
            session.amplify(f, a)
            for w in range(len(tree.windows)):
                percents = session.percents(f, a, w)
                for p, s in places:
                    values[p][f, a, w, s] = session.numbers(percents, p, s)
    for (p, s), numbers in zip(places, mine, strict=True):
        values[p][(*tree.own, s)] = numbers
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
