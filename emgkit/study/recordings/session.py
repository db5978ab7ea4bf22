"""The session of one participant: its stages, and what they give together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from emgkit import report
from emgkit.curves import Curves
from emgkit.errors import Notice, StudyError
from emgkit.notation import listed, readable
from emgkit.recording import Recording, Trial
from emgkit.steps import Normalize
from emgkit.study.file.measures import MeasureSpec
from emgkit.study.recordings.account import RecordingSource
from emgkit.study.recordings.condition import Conditioned, condition
from emgkit.study.recordings.keys import Stage
from emgkit.study.recordings.measure import (
    Graded,
    Grading,
    Measured,
    Measuring,
    counted_rows,
    grade,
    measure,
    percent_of,
    symmetry_rows,
)
from emgkit.study.recordings.plan import Plan
from emgkit.study.recordings.reference import (
    ReferenceRule,
    ShownReference,
    condition_reference,
    find_windows,
    show_references,
    take_reference,
)
from emgkit.study.recordings.segment import segment

__all__ = [
    "Gathering", "Session", "SessionParts", "gather", "parts_of", "rows_of", "session_stage", "sessions_of", "show",
    "show_example",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Session:
    """What one participant's session gives.

    `rates` are those of its EMG (Hz). `won` are the trials that gave the references. `example` is one recording as it
    was read and in percent of the reference. `views` are for the viewer of the page. `details` are further tables of
    measures, by name.
    """

    rows: pd.DataFrame
    repetitions: pd.DataFrame
    curves: tuple[Curves, ...]
    references: pd.DataFrame
    extremes: pd.DataFrame
    quality: pd.DataFrame
    checks: pd.DataFrame
    normalize: Normalize
    notices: tuple[Notice, ...]
    rates: tuple[float, ...]
    won: tuple[ShownReference, ...]
    example: tuple[Recording, Recording]
    views: tuple[report.View, ...]
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def people(self) -> set[str]:
        """Whose session it is."""
        return set(self.rows["participant"])


@dataclass(frozen=True, kw_only=True)
class Gathering:
    """Whose session it is, the names of its recordings (all, exercises, MVC trials), and its measures of both sides."""

    participant: str
    session: str | None
    recordings: tuple[str, ...]
    exercises: tuple[str, ...]
    contractions: tuple[str, ...]
    symmetry: tuple[MeasureSpec, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SessionParts:
    """The stages that the numbers of a session rest on, and the rules for them.

    Parameters
    ----------
    trials : tuple of Stage
        The recordings of exercises, cut into repetitions.
    contractions : tuple of Stage
        The recordings that the reference is taken from, as they were read.
    reference : ReferenceRule
        How the reference is taken.
    measuring : Measuring
        Which numbers are taken.
    about : str
        Whose session it is, for errors.
    """

    trials: tuple[Stage[Trial], ...]
    contractions: tuple[Stage[Trial], ...]
    reference: ReferenceRule
    measuring: Measuring
    about: str


def parts_of(session: Stage[Session]) -> SessionParts:
    """Take a session's stage apart, for other settings of the same stages."""
    measured = session.inputs[0]
    reference = measured[0].inputs[1]
    return SessionParts(
        trials=tuple(one.inputs[0].inputs[0] for one in measured),
        contractions=tuple(one.inputs[0] for one in reference.inputs[0]),
        reference=reference.parameters,
        measuring=measured[0].parameters,
        about=session.about,
    )


def sessions_of(
    sources: Sequence[RecordingSource], *, across_sessions: bool
) -> tuple[tuple[RecordingSource, ...], ...]:
    """The recordings by participant and session; a session of nothing but MVC trials is none."""
    groups: dict[tuple[str, str | None], list[RecordingSource]] = {}
    for source in sources:
        groups.setdefault((source.participant, None if across_sessions else source.session), []).append(source)
    return tuple(tuple(group) for group in groups.values() if not all(source.mvc for source in group))


def session_stage(group: Sequence[RecordingSource], reads: Mapping[str, Stage[Trial]], plan: Plan) -> Stage[Session]:
    """The stages of one participant's session, from the trials to a :class:`Session`.

    Parameters
    ----------
    group : sequence of RecordingSource
        All recordings of the session, MVC trials among them.
    reads : mapping of str to Stage
        The reading of each recording, by its name.
    plan : Plan
        What the study does.

    Raises
    ------
    StudyError
        The session has no MVC trial.
    """
    exercises = [(one, one.exercise) for one in group if one.exercise is not None]
    contractions, reference, windows, won = _reference_stages(group, reads, plan)
    # what is noticed in exercises stands with their numbers
    own = {one.name for one, _ in exercises}
    contractions = {name: stage for name, stage in contractions.items() if name not in own}
    measured, shown, examples = [], [], []
    for source, exercise in exercises:
        about = source.name
        trial = Stage(
            function=segment, inputs=(reads[about],), parameters=plan.segmentation(source, exercise), about=about
        )
        conditioned = Stage(function=condition, inputs=(trial,), parameters=plan.pipeline, about=about)
        inputs = (conditioned, reference)
        measured.append(Stage(function=measure, inputs=inputs, parameters=plan.measuring, about=about))
        label = _recording_label(source, exercise, plan.columns)
        shown.append(Stage(function=show, inputs=inputs, parameters=label, about=about))
        examples.append(Stage(function=show_example, inputs=inputs, about=about))
    graded = [
        Stage(
            function=grade,
            inputs=(reads[one.name],),
            parameters=Grading(mvc=one.mvc, columns=plan.columns),
            about=one.name,
        )
        for one in group
    ]
    return Stage(
        function=gather,
        inputs=(
            tuple(measured),
            tuple(graded),
            tuple(contractions.values()),
            reference,
            windows,
            won,
            examples[0],
            tuple(shown),
        ),
        parameters=Gathering(
            participant=group[0].participant,
            session=group[0].session,
            recordings=tuple(one.name for one in group),
            exercises=tuple(one.name for one, _ in exercises),
            contractions=tuple(contractions),
            symmetry=tuple(spec for spec in plan.measuring.measures if spec.name == "symmetry"),
        ),
        about=f"participant {group[0].participant}",
    )


def _reference_stages(
    group: Sequence[RecordingSource], reads: Mapping[str, Stage[Trial]], plan: Plan
) -> tuple[dict[str, Stage[Conditioned]], Stage[Normalize], Stage[pd.DataFrame], Stage[tuple[ShownReference, ...]]]:
    """The trials of the reference, MVC trials or the exercises themselves, and what is taken from them.

    The trials come by the names of their recordings, then the reference, its windows, and the trials that won.
    """
    first = group[0]
    about = f"participant {first.participant}"
    if plan.reference.kind == "task":
        used = [one for one in group if one.exercise is not None]
    else:
        used = [one for one in group if one.mvc]
    if not used:
        joins = first.session and plan.reference.kind != "task"
        raise StudyError(
            f"There is no MVC trial of {about}" + (f", session {first.session}" if first.session else ""),
            allowed=f"tasks named {listed(plan.accounting.mvc_tasks)}",
            got=listed(sorted({one.task for one in group})),
            hint=f"Name the MVC trials in [mvc] tasks; or leave the participant out: [exclude] participants = "
            f'[{{ participant = "{first.participant}", reason = "…" }}]; or set mvc.own_task_maximum'
            + (
                "; or, where another session of this participant has MVC trials, [mvc] across_sessions = true"
                if joins
                else ""
            ),
        )
    conditioned = {
        one.name: Stage(
            function=condition_reference, inputs=(reads[one.name],), parameters=plan.pipeline, about=one.name
        )
        for one in used
    }
    trials = tuple(conditioned.values())
    reference = Stage(function=take_reference, inputs=(trials,), parameters=plan.reference, about=about)
    windows = Stage(function=find_windows, inputs=(trials,), parameters=plan.reference, about=about)
    won = Stage(function=show_references, inputs=(trials, reference, windows), about=about)
    return conditioned, reference, windows, won


def gather(
    measured: Sequence[Measured],
    graded: Sequence[Graded],
    contractions: Sequence[Conditioned],
    normalize: Normalize,
    windows: pd.DataFrame,
    won: Sequence[ShownReference],
    example: tuple[Recording, Recording],
    views: Sequence[report.View],
    rule: Gathering,
) -> Session:
    """Put the recordings of a session together; every notice names its recording."""
    grades = dict(zip(rule.recordings, graded, strict=True))
    notices: list[Notice] = []
    found = [*(one.notices for one in measured), *(one.trial.notices for one in contractions)]
    for name, own in zip((*rule.exercises, *rule.contractions), found, strict=True):
        # the remarks of the reader come first among the notices of a trial
        notices += _named(name, own[len(grades[name].remarks) :])
    for name, card in grades.items():
        notices += _named(name, (*card.notices, *card.remarks))
    references = normalize.table().drop(columns=["participant", "session"], errors="ignore")
    references = references.merge(windows, on=["channel", "trial"], how="left", validate="one_to_one")
    facts = pd.DataFrame([{"participant": rule.participant, "session": rule.session}] * len(references))
    return Session(
        rows=_rows(measured, rule),
        repetitions=pd.concat([one.repetitions for one in measured], ignore_index=True),
        curves=tuple(Curves.concat(own) for own in zip(*(one.curves for one in measured), strict=True)),
        references=pd.concat([facts, references], axis=1),
        extremes=pd.concat([one.extremes for one in measured], ignore_index=True),
        quality=pd.concat([card.table for card in graded], ignore_index=True),
        checks=pd.concat([card.checks for card in graded], ignore_index=True),
        normalize=normalize,
        notices=tuple(notices),
        rates=tuple(sorted({card.sfreq for card in graded})),
        won=tuple(won),
        example=example,
        views=tuple(views),
        details={
            name: pd.concat([one.details[name] for one in measured if name in one.details], ignore_index=True)
            for name in dict.fromkeys(name for one in measured for name in one.details)
        },
    )


def _rows(measured: Sequence[Measured], rule: Gathering) -> pd.DataFrame:
    """The rows of all recordings, and behind them those that are made of the sides of an exercise."""
    tables = [one.rows for one in measured if len(one.rows)]
    if not rule.symmetry:
        return pd.concat(tables, ignore_index=True)
    both = [symmetry_rows([one.sides[spec.called] for one in measured], spec) for spec in rule.symmetry]
    return pd.concat([counted_rows(table) for table in (*tables, *both)], ignore_index=True)


def rows_of(session: Session) -> pd.DataFrame:
    """The rows of a session, which are all that comparisons need of it."""
    return session.rows


def show(conditioned: Conditioned, normalize: Normalize, name: str) -> report.View:
    """A recording for the viewer of the page."""
    percent = percent_of(conditioned, normalize)
    return report.view(conditioned.trial, conditioned.filtered, percent, name=name)


def show_example(conditioned: Conditioned, normalize: Normalize) -> tuple[Recording, Recording]:
    """The EMG of a recording as it was read, and in percent of the reference."""
    return conditioned.trial.emg, percent_of(conditioned, normalize)


def _recording_label(source: RecordingSource, exercise: str, columns: Sequence[str]) -> str:
    """What a reader chooses a recording by: ``participant 01, squat, load 60``."""
    named = {key: f"{readable(key)} {value}" for key, value in source.facts.items() if value}
    facts = [named[key] for key in ("participant", "session") if key in named]
    rest = [named[key] for key in dict.fromkeys(("set", "load_kg", *columns, "side", "muscle", "run")) if key in named]
    return ", ".join([*facts, readable(exercise), *rest])


def _named(name: str, notices: Sequence[Notice]) -> list[Notice]:
    """The notices with the name of their recording in front."""
    return [replace(notice, text=f"{name}: {notice.text}") for notice in notices]
