"""The error of the chain from recording to cell: recordings of known activation, sent through the whole of it."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pandas as pd

from emgkit._checks import check_positive, check_whole
from emgkit.errors import ArgumentError
from emgkit.events import find_repetitions
from emgkit.measures import measure, summarize
from emgkit.normalize import reference
from emgkit.pipeline import Pipeline
from emgkit.replication.design import PublishedDesign
from emgkit.simulate.draw import check_seed
from emgkit.simulate.session import trials, truth
from emgkit.simulate.specification import Specification, load_spec
from emgkit.steps import Bandpass, Envelope, Rectify

__all__ = ["ENVELOPE", "chain_error"]

ENVELOPE = Pipeline(Bandpass(low=20, high=450, order=4), Rectify(), Envelope(cutoff=6, order=4))
# the largest over the mean of the activation in the simulated repetitions; only sets the level of peak designs
PEAK_OVER_MEAN = 1.6
MOST_PEOPLE = 13  # recorded a replicate: the error belongs to a recording, more of them only take longer
SFREQ = 1000.0  # Hz; twice the rate takes twice the time and gives the same errors
CELL = ["participant", "exercise", "muscle"]


def chain_error(
    design: PublishedDesign,
    *,
    seed: int,
    replicates: int = 5,
    pipeline: Pipeline = ENVELOPE,
    level: float | None = None,
) -> pd.DataFrame:
    """Estimate how far the chain from raw signal to cell is off, at the means of a published study.

    Whole studies of raw surface EMG whose true activation is known are simulated in memory and sent through
    ``find_repetitions``, the pipeline, the MVC reference, ``measure`` and ``summarize``.

    Parameters
    ----------
    design : PublishedDesign
        Participants, repetitions, muscles, conditions, means, measure and phase are those of the recordings.
    seed : int
        A whole number of at least 0.
    replicates : int
        Simulated studies.
    pipeline : Pipeline
        The processing up to the envelope; 20-450 Hz, rectified, 6 Hz unless given.
    level : float, optional
        For a design in ratios, and only there: what a mean of 1 is in the recordings, in %MVC. An assumption that
        hardly matters, as the error is relative.

    Returns
    -------
    pandas.DataFrame
        One row a muscle and condition: ``muscle, condition, measure, phase``; ``bias``, the mean of log(measured /
        true) over recordings, and ``bias_se``; ``sd`` of that log error and ``sd_se``; its two parts ``sd_own``,
        of the recording of that condition, and ``sd_reference``, of the MVC reference, which all conditions of a
        participant and muscle share; ``recordings`` and ``replicates``. ``attrs["simulated"]`` is True.

    Raises
    ------
    ArgumentError
        A parameter is outside what is allowed.

    Notes
    -----
    A value is true to the activation that was simulated: its mean over the repetition (or phase), or its largest
    value in it, averaged over the repetitions. The bias holds two things that belong to the method: the best window
    of a maximal contraction lies above its mean (all percentages come out lower), and the largest sample of a noisy
    envelope above the peak of the activation. Both are much the same in all conditions, so that a ratio of conditions
    is free of them.

    The error belongs to a recording, so no more than 13 participants a replicate are recorded however large the
    published study was. The recordings are short: 1000 Hz, one maximal contraction a muscle, repetitions of two seconds
    that all begin with the concentric phase, clean but for electrode noise; people and tempo as in ``three_lifts``.

    Examples
    --------
    >>> from emgkit.replication import ReportedResult, PublishedDesign
    >>> design = PublishedDesign(
    ...     study="An example", n=4, repetitions=3, means={"vastus_lateralis": {"hip_thrust": 99.5, "squat": 110.0}},
    ...     findings=[ReportedResult(muscle="vastus_lateralis", first="hip_thrust", second="squat",
    ...                       reported="no difference")],
    ... )
    >>> error = chain_error(design, seed=1, replicates=2)
    >>> error[["condition", "recordings"]]
        condition  recordings
    0  hip_thrust           8
    1       squat           8
    >>> bool((error["bias"].abs() < 0.15).all())
    True
    """
    check_whole("replicates", replicates, least=2)
    spec = _recorded(design, _scale(design, level))
    seeds = np.random.SeedSequence(check_seed(seed)).generate_state(replicates)
    errors = pd.concat([_errors(spec, design, pipeline, seed=int(one)) for one in seeds], ignore_index=True)
    rows = []
    for muscle in design.muscles:
        for condition in design.conditions(muscle):
            found = errors[(errors["muscle"] == muscle) & (errors["exercise"] == condition)]
            m = len(found)
            sd = float(found["total"].std())
            rows.append(
                {"muscle": muscle, "condition": condition, "measure": design.measure, "phase": design.phase,
                 "bias": float(found["total"].mean()), "bias_se": sd / np.sqrt(m),
                 "sd": sd, "sd_se": sd / np.sqrt(2 * (m - 1)),
                 "sd_own": float(found["own"].std()), "sd_reference": float(found["shared"].std()),
                 "recordings": m, "replicates": replicates}
            )  # fmt: skip
    table = pd.DataFrame(rows)
    table.attrs = {
        "simulated": True, "analysis": "error of the chain from raw signal to cell, simulated recordings",
        "study": design.study, "seed": int(seed), "level": level, "pipeline": pipeline.to_json(),
    }  # fmt: skip
    return table


def _scale(design: PublishedDesign, level: float | None) -> float:
    """Find what one unit of the means is in %MVC of activation over the whole repetition."""
    if design.unit == "ratio":
        if level is None:
            raise ArgumentError(
                "The means are ratios, and recordings need a level",
                where=design.study,
                hint="Name 'level', the %MVC that a mean of 1 shall be in the recordings, such as 60",
            )
        percent = check_positive("level", level, unit="%MVC")
    else:
        if level is not None:
            raise ArgumentError(
                "'level' belongs to a design in ratios", where=design.study, got=f"{level!r}, with %MVIC"
            )
        percent = 1.0
    return percent / PEAK_OVER_MEAN if design.measure == "peak" else percent


def _recorded(design: PublishedDesign, scale: float) -> Specification:
    """Specify the recordings: the people and contractions of ``three_lifts``, at the design's size and means."""
    shipped = load_spec("three_lifts")
    conditions = list(dict.fromkeys(c for muscle in design.muscles for c in design.conditions(muscle)))
    source = {"mark": "assumed", "source": f"virtual recording at the level of {design.study}"}

    def percent(muscle: str, condition: str) -> float:
        # a condition that this muscle has no mean of is recorded all the same, and not looked at
        row = design.means[muscle]
        return scale * row.get(condition, float(np.mean(list(row.values()))))

    return load_spec(
        {
            "title": f"{design.study}: virtual recordings (simulated)",
            "participants": min(design.n, MOST_PEOPLE),
            "sfreq": SFREQ,
            "movement": shipped.movement,
            "variation": shipped.variation,
            "activation": shipped.activation,
            "mvc": shipped.mvc.model_copy(update={"runs": 1}),
            "exercises": {
                condition: {
                    "task": f"lift{number}", "starts": "concentric", "repetitions": design.repetitions, "range": 0.5,
                    "concentric": 1.0, "eccentric": 1.0, "rest": 0.8,
                    "means": {m: {"percent": percent(m, condition), **source} for m in design.muscles},
                }
                for number, condition in enumerate(conditions, start=1)
            },
            "muscles": {
                muscle: {
                    "channel": f"M{number}", "side": "right", "amplitude": 2e-4, "gain_log_sd": 0.4,
                    "mvc": {f"mvc{number}": "maximal contraction of this muscle"},
                }
                for number, muscle in enumerate(design.muscles, start=1)
            },
        }
    )  # fmt: skip


def _errors(spec: Specification, design: PublishedDesign, pipeline: Pipeline, *, seed: int) -> pd.DataFrame:
    """Log errors of every cell of one simulated study: ``total`` = ``own`` - ``shared``."""
    cells, references = _measured(spec, design, pipeline, seed=seed)
    true = truth(spec, seed=seed)
    activation = true.activation[true.activation["phase"] == design.phase]
    known = activation.groupby(CELL)["peak" if design.measure == "peak" else "activation"].mean().rename("true")
    gains = true.mvc.groupby(["participant", "muscle"])["gain"].first()
    # the gain is the RMS of a maximal contraction, the reference a rectified mean: only the spread has a meaning
    shared = (references / gains).map(np.log).rename("shared")
    errors = cells.join(known, on=CELL).join(shared, on=["participant", "muscle"])
    errors["total"] = np.log(errors["value"] / errors["true"])
    errors["own"] = errors["total"] + errors["shared"]
    return errors


def _measured(
    spec: Specification, design: PublishedDesign, pipeline: Pipeline, *, seed: int
) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Send one simulated study through the chain: its cells, and the reference of each participant and muscle (V)."""
    names = {exercise.task: exercise.name for exercise in spec.exercises}
    muscles = {muscle.channel: muscle.name for muscle in spec.muscles}
    phase = None if design.phase == "whole" else design.phase
    rows, references = [], {}
    for who, session in groupby(trials(spec, seed=seed), key=lambda trial: str(trial.context["participant"])):
        by_task = {str(trial.context["task"]): trial for trial in session}
        normalize = reference([trial for task, trial in by_task.items() if task not in names], pipeline)
        references.update({(who, muscles[one.channel]): one.value for one in normalize.values})
        for task, exercise in names.items():
            found = find_repetitions(by_task[task], by="position", starts="concentric", exercise=exercise)
            percent = pipeline.then(normalize)(found.emg)
            rows.append(measure(percent, design.measure, during="repetition", phase=phase))
    index = pd.MultiIndex.from_tuples(list(references), names=["participant", "muscle"])
    return summarize(pd.concat(rows, ignore_index=True)), pd.Series(list(references.values()), index=index)
