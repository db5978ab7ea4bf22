"""The trials of a reference: of one person, each with a name, its EMG as recorded and its envelope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from emgkit.errors import ArgumentError, NormalizationError
from emgkit.notation import listed
from emgkit.pipeline import Pipeline
from emgkit.recording import Recording, Step, Trial

__all__ = ["Processed", "ProcessedTrial", "by_name", "check_whose", "checked_trials", "processed_trials"]

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


def checked_trials(trials: object, pipeline: object) -> list[Trial | Recording]:
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


def processed_trials(trials: Sequence[Trial | Recording], pipeline: Pipeline) -> list[ProcessedTrial]:
    """The trials with their envelopes."""
    found = []
    for name, trial in zip(_names([trial.context for trial in trials]), trials, strict=True):
        raw = tuple(_emg(trial, name))
        found.append(ProcessedTrial(raw=raw, envelopes=tuple(map(pipeline, raw))))
    return found


def by_name(trials: Sequence[ProcessedTrial]) -> Processed:
    """Signals and envelopes by the names of the trials."""
    names = _names([trial.context for trial in trials])
    return {name: list(zip(trial.raw, trial.envelopes, strict=True)) for name, trial in zip(names, trials, strict=True)}


def check_whose(contexts: Sequence[Mapping[str, object]], *, across_sessions: bool) -> tuple[str | None, list[str]]:
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
