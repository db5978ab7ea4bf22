"""Learn the reference that stands for 100 %, and judge the rule that finds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from emgkit import signal, spectrum
from emgkit._checks import check_option, check_positive, check_whole
from emgkit.channels import Channel
from emgkit.errors import ArgumentError, NormalizationError, UnitError
from emgkit.notation import listed, number
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Step, Trial
from emgkit.steps import ChannelReference, Normalize, amplitude_steps

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ProcessedTrial", "above_reference", "best_window_bias", "best_windows", "learn", "reference", "windows_of"]

# samples that a simulation holds at a time
_BLOCK = 8_000_000

Array = NDArray[np.float64]

# trial name -> (as recorded, its envelope) of each stream
Processed = Mapping[str, Sequence[tuple[Recording, Recording]]]


@dataclass(frozen=True, kw_only=True, eq=False)
class ProcessedTrial:
    """The EMG of a trial as it was recorded, and its envelope, one a stream.

    Parameters
    ----------
    raw, envelopes : tuple of Recording
        In the same order.
    """

    raw: tuple[Recording, ...]
    envelopes: tuple[Recording, ...]

    @property
    def context(self) -> Mapping[str, object]:
        """The facts of the trial."""
        return self.raw[0].context


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
    >>> from emgkit.steps import MovingRMS
    >>> trial = Recording(data=[[2e-4, -2e-4] * 500], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),),
    ...                   context={"participant": "01", "task": "mvcKnee", "run": 1})
    >>> percent = reference([trial], Pipeline(MovingRMS(window=0.1)))
    >>> percent.values[0].trial, round(percent.values[0].value, 9)
    ('mvcKnee_run-1', 0.0002)
    """
    trials = _checked_trials(trials, pipeline)
    check_option("kind", kind, ("mvc", "task"))
    check_positive("window", window, unit="s")
    if any(isinstance(step, Normalize) for step in pipeline.steps):
        raise ArgumentError(
            "The pipeline of a reference already normalises",
            allowed="steps up to the envelope",
            got=repr(pipeline),
            hint="Make the reference without Normalize, then put it last with pipeline.then(…)",
        )
    _check_whose([trial.context for trial in trials], across_sessions=across_sessions)
    processed = _processed(trials, pipeline)
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
    >>> from emgkit.steps import MovingRMS
    >>> trial = Recording(data=[[2e-4, -2e-4] * 500], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    >>> pipeline = Pipeline(MovingRMS(window=0.1))
    >>> processed = ProcessedTrial(raw=(trial,), envelopes=(pipeline(trial),))
    >>> round(learn([processed], pipeline).values[0].value, 9)
    0.0002
    """
    contexts = [trial.context for trial in trials]
    participant, sessions = _check_whose(contexts, across_sessions=across_sessions)
    processed = _by_name(trials)
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


def above_reference(recording: Recording) -> pd.DataFrame:
    """How far each channel of a normalised recording exceeds its reference.

    Parameters
    ----------
    recording : Recording
        In ``%MVC`` or ``%task``.

    Returns
    -------
    DataFrame
        One row a channel: ``channel, maximum`` (%) and ``share_above``, the share of samples above
        100 (0 to 1).

    Raises
    ------
    UnitError
        A channel is not in percent.

    Examples
    --------
    >>> percent = Recording(data=[[50.0, 120.0]], sfreq=100.0, channels=(Channel(name="VL", unit="%MVC"),))
    >>> above_reference(percent)
      channel  maximum  share_above
    0      VL    120.0          0.5
    """
    import pandas as pd

    for channel in recording.channels:
        if channel.unit not in ("%MVC", "%task"):
            raise UnitError(
                f"Channel {channel.name!r} is not normalised", allowed="'%MVC' or '%task'", got=repr(channel.unit)
            )
    maximum, share = recording.data.max(axis=1), (recording.data > 100).mean(axis=1)
    return pd.DataFrame({"channel": list(recording.names), "maximum": maximum, "share_above": share})


def best_windows(trials: Iterable[Trial | Recording], pipeline: Pipeline, *, window: float = 0.5) -> pd.DataFrame:
    """Where the best window of each trial and channel lies, and how even the signal is in it.

    Parameters
    ----------
    trials : iterable of Trial or Recording
        The trials of a reference.
    pipeline : Pipeline
        The processing up to the envelope.
    window : float, default 0.5
        Window (s).

    Returns
    -------
    DataFrame
        One row a trial and channel: ``channel, trial, start, stop`` (s on the trial's clock), ``crest`` (largest
        distance of a recorded sample from the median in the window over their root mean square) and
        ``largest_share``, the share that the largest 1 % of these distances have in their sum.

    Raises
    ------
    NormalizationError, ArgumentError
        As for :func:`reference`.

    Notes
    -----
    Gaussian EMG of 1000 samples has a crest of some 3.4 and a largest share of 3.6 %. A single sample of 5 V in a
    contraction of 0.2 mV has a crest of 32 and a share of 97 %.

    Examples
    --------
    >>> from emgkit.steps import MovingRMS
    >>> trial = Recording(data=[[0.0, 2e-4, 0.0, -2e-4] * 250], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),),
    ...                   context={"participant": "01", "task": "mvcKnee"})
    >>> round(float(best_windows([trial], Pipeline(MovingRMS(window=0.1))).loc[0, "crest"]), 2)
    1.41
    """
    trials = _checked_trials(trials, pipeline)
    check_positive("window", window, unit="s")
    return windows_of(_processed(trials, pipeline), window=window)


def windows_of(trials: Sequence[ProcessedTrial], *, window: float = 0.5) -> pd.DataFrame:
    """Where the best window of each trial and channel lies, of trials that are processed.

    Parameters
    ----------
    trials : sequence of ProcessedTrial
        The trials of a reference.
    window : float, default 0.5
        Window (s).

    Returns
    -------
    DataFrame
        As from :func:`best_windows`.

    Raises
    ------
    NormalizationError
        As for :func:`reference`.

    Examples
    --------
    >>> from emgkit.steps import MovingRMS
    >>> trial = Recording(data=[[2e-4, -2e-4] * 500], sfreq=1000.0, channels=(Channel(name="VL", unit="V"),))
    >>> pipeline = Pipeline(MovingRMS(window=0.1))
    >>> processed = ProcessedTrial(raw=(trial,), envelopes=(pipeline(trial),))
    >>> windows_of([processed])["channel"].tolist()
    ['VL']
    """
    import pandas as pd

    rows = []
    for name, pairs in _by_name(trials).items():
        for raw, envelope in pairs:
            width = signal.window_samples(window, sfreq=envelope.sfreq)
            for channel, means in zip(envelope.names, _whole_windows(envelope, window, name), strict=True):
                start = envelope.start + int(means.argmax()) / envelope.sfreq
                first = round((start - raw.start) * raw.sfreq)
                part = raw.data[raw.names.index(channel), first : first + round(width * raw.sfreq / envelope.sfreq)]
                stop = start + width / envelope.sfreq
                rows.append((channel, name, start, stop, *_evenness(part)))
    return pd.DataFrame(rows, columns=["channel", "trial", "start", "stop", "crest", "largest_share"])


def best_window_bias(
    pipeline: Pipeline,
    *,
    sfreq: float,
    window: float = 0.5,
    duration: float,
    trials: int = 1,
    seed: int = 0,
    replicates: int = 200,
) -> float:
    """How much the best window exceeds the true mean of a perfectly steady contraction.

    Monte Carlo: simulated surface-EMG noise of constant power goes through the pipeline, and the
    rule of :func:`reference` is applied to `trials` independent trials at a time.

    Parameters
    ----------
    pipeline : Pipeline
        The processing up to the envelope.
    sfreq : float
        Rate (Hz).
    window, duration : float
        Length of the window and of a trial (s).
    trials : int, default 1
        Number of trials over which the largest is taken.
    seed : int, default 0
        Seed of the simulated noise.
    replicates : int, default 200
        Number of simulated references.

    Returns
    -------
    float
        Mean of the rule's value over the mean of the envelope; 1 is unbiased.

    Raises
    ------
    ArgumentError
        A number is not above 0.
    NormalizationError
        The trial is shorter than the window.

    Examples
    --------
    >>> from emgkit.steps import Rectify
    >>> best_window_bias(Pipeline(Rectify()), sfreq=1000, window=0.2, duration=2, replicates=20) > 1.05
    True
    """
    sfreq, duration = check_positive("sfreq", sfreq, unit="Hz"), check_positive("duration", duration, unit="s")
    for name, count in (("trials", trials), ("replicates", replicates)):
        check_whole(name, count)
    rng = np.random.default_rng(seed)
    n_samples = round(duration * sfreq)
    best, mean = np.empty((replicates, trials)), np.empty((replicates, trials))
    block = max(1, _BLOCK // (n_samples * trials))
    for first in range(0, replicates, block):
        rows = slice(first, min(first + block, replicates))
        shape = best[rows].shape
        noise = spectrum.shaped_noise(n_samples, sfreq=sfreq, rng=rng, n_channels=shape[0] * trials)
        channels = tuple(Channel(name=str(row), unit="V") for row in range(len(noise)))
        envelope = pipeline(Recording(data=noise * 1e-4, sfreq=sfreq, channels=channels))
        best[rows] = _best_window(envelope, window, "simulated").reshape(shape)
        mean[rows] = envelope.data.mean(axis=1).reshape(shape)
    return float(best.max(axis=1).mean() / mean.mean())


def _checked_trials(trials: object, pipeline: object) -> list[Trial | Recording]:
    """The trials as a list; what is easily given in their place is refused by name."""
    if isinstance(trials, (Trial, Recording)):
        raise ArgumentError(
            "reference takes a list of trials",
            allowed="trials of one participant, such as all MVC trials",
            got=f"one {type(trials).__name__}",
            hint="Put it into a list: reference([trial], pipeline)",
        )
    if isinstance(trials, (Pipeline, Step)):
        raise ArgumentError(
            "The arguments of reference are swapped",
            allowed="the trials, then the pipeline",
            got=f"a {type(trials).__name__} first",
            hint="Write reference(trials, pipeline)",
        )
    if not isinstance(pipeline, Pipeline):
        raise ArgumentError(
            "reference needs the processing as a Pipeline",
            allowed="a Pipeline",
            got=f"a {type(pipeline).__name__}",
            hint="Write reference(trials, Pipeline(…steps…))",
        )
    if not isinstance(trials, Iterable):
        raise ArgumentError("reference takes a list of trials", allowed="a list", got=f"a {type(trials).__name__}")
    found = list(trials)
    for trial in found:
        if not isinstance(trial, (Trial, Recording)):
            raise ArgumentError(
                "reference takes a list of trials",
                allowed="Trials or Recordings",
                got=f"{trial!r:.60} in the list",
                hint="Read the files first: [read(path) for path in paths]"
                if isinstance(trial, (str, PurePath))
                else "",
            )
    if not found:
        raise NormalizationError(
            "There are no trials to take a reference from", allowed="at least one trial", got="none"
        )
    return found


def _processed(trials: Sequence[Trial | Recording], pipeline: Pipeline) -> list[ProcessedTrial]:
    """The trials with their envelopes."""
    found = []
    for name, trial in zip(_names([trial.context for trial in trials]), trials, strict=True):
        raw = tuple(_emg(trial, name))
        found.append(ProcessedTrial(raw=raw, envelopes=tuple(map(pipeline, raw))))
    return found


def _by_name(trials: Sequence[ProcessedTrial]) -> Processed:
    """Signals and envelopes by the names of the trials."""
    names = _names([trial.context for trial in trials])
    return {name: list(zip(trial.raw, trial.envelopes, strict=True)) for name, trial in zip(names, trials, strict=True)}


def _check_whose(contexts: Sequence[Mapping[str, object]], *, across_sessions: bool) -> tuple[str | None, list[str]]:
    """The one participant of the trials, and their sessions; several only where they are joined."""
    participant = _only("participant", contexts)
    if not across_sessions:
        _only("session", contexts)
    sessions = {str(context["session"]) for context in contexts if context.get("session") is not None}
    return participant, sorted(sessions)


def _fact(context: Mapping[str, object], fact: str) -> str | None:
    return None if context.get(fact) is None else str(context[fact])


def _only(fact: str, contexts: Sequence[Mapping[str, object]]) -> str | None:
    """Find the one participant or session that all trials name; None if none names any."""
    stated = dict.fromkeys(_fact(context, fact) for context in contexts)
    if len(stated) > 1:
        raise NormalizationError(
            f"The trials of a reference are not of one {fact}",
            allowed=f"trials of one {fact}",
            got=listed("without one" if value is None else value for value in stated),
            hint="Say across_sessions=True to join sessions"
            if fact == "session"
            else "Make one reference a participant",
        )
    return next(iter(stated))


def _names(contexts: Sequence[Mapping[str, object]]) -> list[str]:
    """Name each trial ``task_run-<run>``, the session before it where there are several."""
    with_session = len({_fact(context, "session") for context in contexts} - {None}) > 1
    names = []
    for context in contexts:
        session, task, run = (_fact(context, fact) for fact in ("session", "task", "run"))
        parts = (with_session and session and f"ses-{session}", task or "trial", run and f"run-{run}")
        names.append("_".join(part for part in parts if part))
    counts, seen = Counter(names), Counter[str]()
    for place, name in enumerate(names):
        if counts[name] > 1:
            seen[name] += 1
            names[place] = f"{name} ({seen[name]})"
    return names


def _emg(trial: Trial | Recording, name: str) -> list[Recording]:
    """Take the EMG of a trial; that of a second device is a stream of its own."""
    if isinstance(trial, Recording):
        return [trial]
    streams = [recording for recording in trial.values() if recording.stream == "emg"]
    if not streams:
        raise NormalizationError(f"Trial {name!r} has no EMG", got=f"the streams {listed(trial)}")
    counts = Counter(channel for recording in streams for channel in recording.names)
    twice = [channel for channel, count in counts.items() if count > 1]
    if twice:
        raise NormalizationError(f"Trial {name!r} has a channel in two streams", got=listed(twice))
    return streams


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
            best = _best_window(envelope, window, name)
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


def _evenness(x: Array) -> tuple[float, float]:
    """Crest of a piece of signal about its median, and the share of the largest 1 % of its samples in their sum."""
    sizes = np.sort(np.abs(x - np.median(x)))
    if sizes.size == 0 or sizes[-1] == 0:
        return np.nan, np.nan
    largest = max(1, round(0.01 * sizes.size))
    return float(sizes[-1] / np.sqrt(np.square(sizes).mean())), float(sizes[-largest:].sum() / sizes.sum())


def _best_window(recording: Recording, window: float, name: str) -> Array:
    """Compute the largest mean over the windows that lie wholly inside, shape (n_channels,)."""
    best: Array = _whole_windows(recording, window, name).max(axis=1)
    return best


def _whole_windows(recording: Recording, window: float, name: str) -> Array:
    """Compute the means over all windows that lie wholly inside, shape (n_channels, n_windows)."""
    width = signal.window_samples(window, sfreq=recording.sfreq)
    if recording.data.shape[1] < width:
        raise NormalizationError(
            f"Trial {name!r} is shorter than the window of the reference",
            allowed=f"at least {width} samples ({number(window)} s)",
            got=f"{recording.data.shape[1]} samples ({number(recording.duration)} s)",
            hint="Leave the trial out or say a shorter window",
        )
    for channel, row in zip(recording.names, recording.data, strict=True):
        # an oscillation about zero has hardly any mean; an amplitude is nearly all mean
        if row.min() < 0 and row.sum() < 0.5 * np.abs(row).sum():
            raise NormalizationError(
                f"Channel {channel!r} oscillates about zero: that is no amplitude",
                where=f"trial {name!r}",
                allowed="a rectified signal or an envelope",
                hint="Put Rectify and Envelope, or MovingRMS, into the pipeline",
            )
    means = signal.moving_mean(recording.data, window, sfreq=recording.sfreq)
    # moving_mean shortens its window at the edges; only the whole ones count
    return means[:, width // 2 : means.shape[1] - width // 2]
