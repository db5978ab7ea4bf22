"""Learn the reference that stands for 100 %."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from emgkit._checks import check_option, check_positive
from emgkit.errors import ArgumentError, NormalizationError, UnitError
from emgkit.normalize.trials import Processed, ProcessedTrial, by_name, check_whose, checked_trials, processed_trials
from emgkit.normalize.windows import best_means
from emgkit.notation import listed
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Step, Trial
from emgkit.steps import ChannelReference, Normalize, amplitude_steps

__all__ = ["learn", "reference"]


def reference(
    trials: Iterable[Trial | Recording],
    pipeline: Pipeline,
    *,
    window: float = 0.5,
    kind: str = "mvc",
    across_sessions: bool = False,
) -> Normalize:
    """Learn each channel's reference from trials of one participant and session.

    In each trial the pipeline gives the envelope, and the largest mean over a moving window is
    taken; only windows that lie wholly inside the trial count. The reference of a channel is the
    largest of these over all trials in which the channel exists.

    Parameters
    ----------
    trials : iterable of Trial or Recording
        The maximal voluntary contractions (of a Trial, its EMG), or for ``kind="task"`` all the
        tasks that are compared: one value over them, never one a task.
    pipeline : Pipeline
        The processing up to the envelope, the same that the recordings will get.
    window : float, default 0.5
        Window (s); the nearest odd number of samples.
    kind : {"mvc", "task"}
        The unit becomes ``%MVC`` or ``%task``.
    across_sessions : bool, default False
        Join trials of several sessions, and normalise recordings of any session.

    Returns
    -------
    Normalize
        The step with the numbers inside; ``.table()`` shows every trial's value, the trial that
        won and the coefficient of variation over trials.

    Raises
    ------
    NormalizationError
        No trials; trials of several participants or sessions, or processed differently; a trial
        shorter than the window; a constant channel; a signal that is not rectified.
    UnitError
        A channel is neither in V nor in V^2, or changes its unit between trials.
    ArgumentError
        The pipeline already normalises, `kind` or `window` is not allowed, or `trials` is not a list of trials.

    Notes
    -----
    The largest of many window means lies above the true mean of a steady contraction;
    :func:`best_window_bias` says by how much.

    Examples
    --------
    >>> from emgkit import Channel
    >>> from emgkit.steps import MovingRMS
    >>> trial = Recording(data=[[2e-4, -2e-4] * 500], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),),
    ...                   context={"participant": "01", "task": "mvcKnee", "run": 1})
    >>> percent = reference([trial], Pipeline(MovingRMS(window=0.1)))
    >>> percent.values[0].trial, round(percent.values[0].value, 9)
    ('mvcKnee_run-1', 0.0002)
    """
    trials = checked_trials(trials, pipeline)
    check_option("kind", kind, ("mvc", "task"))
    check_positive("window", window, unit="s")
    if any(isinstance(step, Normalize) for step in pipeline.steps):
        raise ArgumentError(
            "The pipeline of a reference already normalises",
            allowed="steps up to the envelope",
            got=repr(pipeline),
            hint="Make the reference without Normalize, then put it last with pipeline.then(…)",
        )
    check_whose([trial.context for trial in trials], across_sessions=across_sessions)
    processed = processed_trials(trials, pipeline)
    return learn(processed, pipeline, window=window, kind=kind, across_sessions=across_sessions)


def learn(
    trials: Sequence[ProcessedTrial],
    pipeline: Pipeline,
    *,
    window: float = 0.5,
    kind: str = "mvc",
    across_sessions: bool = False,
) -> Normalize:
    """Learn each channel's reference from trials that a pipeline has processed; :func:`reference` does both.

    Parameters
    ----------
    trials : sequence of ProcessedTrial
        Of one participant and session.
    pipeline : Pipeline
        The processing that made the envelopes.
    window, kind, across_sessions
        As for :func:`reference`.

    Returns
    -------
    Normalize
        As from :func:`reference`.

    Raises
    ------
    NormalizationError, UnitError
        As for :func:`reference`.

    Examples
    --------
    >>> from emgkit import Channel
    >>> from emgkit.steps import MovingRMS
    >>> trial = Recording(data=[[2e-4, -2e-4] * 500], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    >>> pipeline = Pipeline(MovingRMS(window=0.1))
    >>> processed = ProcessedTrial(raw=(trial,), envelopes=(pipeline(trial),))
    >>> round(learn([processed], pipeline).values[0].value, 9)
    0.0002
    """
    contexts = [trial.context for trial in trials]
    participant, sessions = check_whose(contexts, across_sessions=across_sessions)
    processed = by_name(trials)
    return Normalize(
        participant=participant,
        session="+".join(sessions) or None,
        kind=kind,
        window=window,
        values=_references(processed, window),
        processing=_common_processing(processed),
        tasks=tuple(str(context["task"]) for context in contexts if context.get("task") is not None),
        across_sessions=across_sessions,
        set_aside=tuple(
            (name, step)
            for name, pairs in processed.items()
            for _, envelope in pairs
            for step in envelope.history
            if not amplitude_steps([step]) and step not in pipeline.steps
        ),
    )


def _common_processing(processed: Processed) -> tuple[Step, ...]:
    processings = {
        amplitude_steps(envelope.history): name for name, pairs in processed.items() for _, envelope in pairs
    }
    if len(processings) > 1:
        stated = (f"{name}: {' → '.join(map(repr, steps)) or 'no step'}" for steps, name in processings.items())
        raise NormalizationError(
            "The trials of a reference were not processed in the same way",
            allowed="the same steps",
            got="; ".join(stated),
        )
    return next(iter(processings))


def _references(processed: Processed, window: float) -> tuple[ChannelReference, ...]:
    """Find the best window of each channel over all trials that have it, channels as they appear."""
    found: dict[str, dict[str, float]] = {}
    units: dict[str, str] = {}
    for name, pairs in processed.items():
        for raw, envelope in pairs:
            best = best_means(envelope, window, name)
            rows = dict(zip(raw.names, raw.data, strict=True))
            for channel, value in zip(envelope.channels, best, strict=True):
                if (
                    channel.unit not in Normalize.accepts
                    or units.setdefault(channel.name, channel.unit) != channel.unit
                ):
                    raise UnitError(
                        f"Channel {channel.name!r} cannot be a reference",
                        where=f"trial {name!r}",
                        allowed=f"{listed(Normalize.accepts)}, the same in all trials",
                        got=repr(channel.unit),
                    )
                # filters leave a constant channel some rounding, which is no contraction
                silent = value <= 1e-9 * abs(rows[channel.name][0])
                silent = silent and (value <= 0 or bool(np.ptp(rows[channel.name]) == 0))
                found.setdefault(channel.name, {})[name] = 0.0 if silent else float(value)
    return tuple(
        ChannelReference(
            channel=channel,
            value=max(values.values()),
            unit=units[channel],
            trial=max(values, key=values.__getitem__),
            trials=tuple(values.items()),
        )
        for channel, values in found.items()
    )
