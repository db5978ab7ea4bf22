"""Normalize: percent of a reference that was learnt from other trials."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from emgkit._checks import check_option, check_positive
from emgkit.errors import ArgumentError, NormalizationError, UnitError
from emgkit.notation import counted, listed, number, surface
from emgkit.recording import Recording, Step, check_recording
from emgkit.steps._calling import SampleStep, put

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "KINDS",
    "ChannelReference",
    "Normalize",
    "amplitude_steps",
]

KINDS = ("mvc", "task")


def amplitude_steps(history: Iterable[Step]) -> tuple[Step, ...]:
    """Pick the steps that count when the processing of a reference and a recording is compared.

    Examples
    --------
    >>> from emgkit.steps import Crop, Rectify
    >>> amplitude_steps((Crop(tmin=0, tmax=1), Rectify()))
    (Rectify(),)
    """
    return tuple(step for step in history if step.changes_amplitude and not step.repair)


@dataclass(frozen=True, kw_only=True)
class ChannelReference:
    """What stands for 100 % of one channel, the trial that gave it, and what the others gave.

    Parameters
    ----------
    channel : str
        Name of the channel.
    value : float
        The reference, above 0 (in `unit`).
    unit : str
        ``"V"`` or ``"V^2"``.
    trial : str
        Name of the trial that gave the value.
    trials : tuple of (str, float), optional
        Name and value of every trial; by default this one alone.
    """

    channel: str
    value: float
    unit: str
    trial: str
    trials: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        trials = tuple((str(name), float(value)) for name, value in self.trials) or ((self.trial, float(self.value)),)
        put(self, value=float(self.value), trials=trials)
        if not 0 < self.value < np.inf:
            raise NormalizationError(
                f"The reference of channel {self.channel!r} cannot be divided by",
                where=f"trial {self.trial!r}",
                allowed=f"a finite value above 0 {self.unit}",
                got=f"{self.value:g} {self.unit}",
                hint="A constant or silent channel was not recorded: check the electrode, or leave the channel out",
            )

    @property
    def cv(self) -> float:
        """Standard deviation (ddof = 1) over mean of the trials' values; NaN for one trial."""
        values = [value for _, value in self.trials]
        return statistics.stdev(values) / statistics.fmean(values) if len(values) > 1 else float("nan")


@dataclass(frozen=True, kw_only=True, repr=False)
class Normalize(SampleStep):
    """Divide each channel by its reference; 100 is the reference. Values above 100 are kept.

    Made by :func:`emgkit.reference`, which learns the numbers.

    Parameters
    ----------
    participant, session : str or None
        Whose reference it is; joined sessions read ``"1+2"``.
    kind : {"mvc", "task"}
        Maximal voluntary contractions (unit ``%MVC``), or the tasks themselves (``%task``).
    window : float
        Window of the best moving mean (s).
    values : sequence of ChannelReference
        One a channel.
    processing : sequence of Step
        The amplitude-changing steps that made the reference; the recording must have the same.
    tasks : sequence of str
        The tasks of the trials.
    across_sessions : bool, default False
        Whether a recording of another session may be normalised.
    set_aside : sequence of (trial, Step)
        Selections and repairs of the trials, left out of the comparison of the processing.

    Raises
    ------
    NormalizationError
        When called: the recording is of another participant, session or processing, or has a
        channel without a reference.
    """

    participant: str | None = None
    session: str | None = None
    kind: str = "mvc"
    window: float
    values: tuple[ChannelReference, ...]
    processing: tuple[Step, ...] = ()
    tasks: tuple[str, ...] = ()
    across_sessions: bool = False
    set_aside: tuple[tuple[str, Step], ...] = ()

    accepts: ClassVar[tuple[str, ...]] = ("V", "V^2")

    def __post_init__(self) -> None:
        check_option("kind", self.kind, KINDS)
        put(
            self,
            window=check_positive("window", self.window, unit="s"),
            values=tuple(self.values),
            processing=amplitude_steps(self.processing),
            tasks=tuple(sorted(set(self.tasks))),
            set_aside=tuple((str(trial), step) for trial, step in self.set_aside),
        )
        names = [value.channel for value in self.values]
        if not names or len(set(names)) < len(names):
            raise ArgumentError(
                "A reference needs one value a channel", allowed="at least one, each channel once", got=listed(names)
            )

    @property
    def unit(self) -> str:
        """Unit of what it returns: ``"%MVC"`` or ``"%task"``."""
        return "%MVC" if self.kind == "mvc" else "%task"

    @property
    def label(self) -> str:
        """What tables say under ``reference``: ``"mvc:<session>"`` or ``"task:<tasks>"``."""
        detail = self.session if self.kind == "mvc" else "+".join(self.tasks)
        return f"{self.kind}:{detail}" if detail else self.kind

    @property
    def summary(self) -> str:
        """Whose reference it is and of how many channels; the numbers are in :meth:`table`."""
        return (
            f"participant={self.participant!r}, session={self.session!r}, kind={self.kind!r}, "
            f"window={number(self.window)} s, {counted(len(self.values), 'channel')}"
        )

    def __repr__(self) -> str:
        return f"<Normalize: {self.summary}>"

    def __call__(self, recording: Recording) -> Recording:
        check_recording(recording, by="Normalize")
        self.check(recording)
        references = {value.channel: value.value for value in self.values}
        divisors = np.array([[references[name]] for name in recording.names])
        return self.derived(recording, recording.data / divisors * 100.0)

    def changes(self) -> dict[str, Any]:
        return {"unit": self.unit}

    def check(self, recording: Recording) -> None:
        super().check(recording)
        self._check_belongs(recording)
        references = {value.channel: value for value in self.values}
        for channel in recording.channels:
            reference = references.get(channel.name)
            if reference is None:
                raise NormalizationError(
                    f"Channel {channel.name!r} has no reference",
                    allowed=f"the channels of the reference: {listed(references)}",
                    got=repr(channel.name),
                    hint="Pick the channels that have a reference, or give a trial in which it was recorded",
                )
            if reference.unit != channel.unit:
                raise UnitError(
                    f"Channel {channel.name!r} and its reference differ in unit",
                    allowed=f"{reference.unit!r}, as the reference",
                    got=repr(channel.unit),
                )

    def _check_belongs(self, recording: Recording) -> None:
        for fact in ("participant", "session"):
            ours, got = getattr(self, fact), recording.context.get(fact)
            if (fact == "participant" or not self.across_sessions) and ours != (None if got is None else str(got)):
                raise NormalizationError(
                    f"The reference is not of this recording's {fact}",
                    allowed=f"{fact} {ours!r}, as the reference",
                    got=f"{fact} {got!r}",
                    hint="Say reference(…, across_sessions=True) if that is meant" if fact == "session" else "",
                )
        came_by = amplitude_steps(recording.history)
        if came_by != self.processing:
            raise NormalizationError(
                "The recording was not processed as its reference was",
                allowed=f"the reference's steps: {_steps(self.processing)}",
                got=_steps(came_by),
                hint="Process both with the same Pipeline",
            )

    def table(self) -> pd.DataFrame:
        """One row a channel and trial: ``channel, trial, value, unit, won, cv``."""
        import pandas as pd

        rows = [
            (reference.channel, trial, value, reference.unit, trial == reference.trial, reference.cv)
            for reference in self.values
            for trial, value in reference.trials
        ]
        return pd.DataFrame(rows, columns=["channel", "trial", "value", "unit", "won", "cv"])

    def sentence(self) -> str:
        source = "maximal voluntary contraction" if self.kind == "mvc" else f"trial ({', '.join(self.tasks)})"
        whose = "".join(f", {fact} {stated}" for fact in ("participant", "session") if (stated := getattr(self, fact)))
        values = ", ".join(f"{value.channel} {_surface(value)} ({value.trial})" for value in self.values)
        aside = "; ".join(f"{trial}: {step.sentence().rstrip('.')}" for trial, step in self.set_aside)
        return (
            f"Amplitudes are in percent of a reference: the largest mean over a moving window of "
            f"{number(self.window)} s in any {source} processed in the same way{whose}: 100 % is {values}"
            + (f", after the following in the trials of the reference alone: {aside}." if aside else ".")
        )


def _surface(value: ChannelReference) -> str:
    unit, factor = surface(value.unit)
    return f"{value.value * factor:.4g} {unit}"


def _steps(steps: Iterable[Step]) -> str:
    return " → ".join(map(repr, steps)) or "no step"
