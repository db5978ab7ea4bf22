"""Steps that give a signal another rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from emgkit import signal
from emgkit._checks import check_positive
from emgkit.errors import ArgumentError, SignalError
from emgkit.notation import number
from emgkit.recording import Recording, Step
from emgkit.steps._calling import MEASURED, Array, SampleStep, put
from emgkit.steps.conditioning import Envelope, Lowpass, MovingMean, MovingRMS

__all__ = ["Downsample", "Resample"]


@dataclass(frozen=True, kw_only=True)
class Resample(SampleStep):
    """Bring the signals to `sfreq` samples per second."""

    sfreq: float

    accepts: ClassVar[tuple[str, ...]] = MEASURED

    def __post_init__(self) -> None:
        put(self, sfreq=check_positive("sfreq", self.sfreq, unit="Hz"))

    def compute(self, x: Array, sfreq: float) -> Array:
        return signal.resample(x, sfreq=sfreq, to=self.sfreq)

    def changes(self) -> dict[str, Any]:
        return {"sfreq": self.sfreq}

    def sentence(self) -> str:
        return f"The signals were resampled to {number(self.sfreq)} Hz."


@dataclass(frozen=True, kw_only=True)
class Downsample(SampleStep):
    """Keep the samples of an envelope that lie `sfreq` a second apart, and leave out those between them.

    An envelope holds nothing above its cut-off, so nothing is lost: 100 samples a second are enough for 6 Hz, and take
    a twentieth of the room of 2000. A chain that ends with this step never makes the full signal.

    Parameters
    ----------
    sfreq : float
        Samples a second after it, of which the present rate is a whole multiple.

    Raises
    ------
    ArgumentError
        The present rate is no whole multiple.
    SignalError
        No low-pass filter, envelope or moving window came before, or not one slow enough: a cut-off of at most a
        quarter of the new rate, or a window of at least 4 of its samples.

    Examples
    --------
    >>> Downsample(sfreq=100).sentence()
    'Of the envelopes, 100 samples per second were kept.'
    """

    sfreq: float

    accepts: ClassVar[tuple[str, ...]] = MEASURED
    changes_amplitude: ClassVar[bool] = False

    def __post_init__(self) -> None:
        put(self, sfreq=check_positive("sfreq", self.sfreq, unit="Hz"))

    def check(self, recording: Recording) -> None:
        super().check(recording)
        self.every(recording.sfreq)
        self.check_slow(recording.history)

    def every(self, sfreq: float) -> int:
        """How many samples of `sfreq` a kept one stands for."""
        every = round(sfreq / self.sfreq)
        if every < 1 or abs(sfreq / self.sfreq / every - 1) > 1e-9:
            raise ArgumentError(
                "The rate cannot be reached by leaving samples out",
                allowed=f"{number(sfreq)} Hz divided by a whole number",
                got=f"{number(self.sfreq)} Hz",
                hint="Resample(sfreq=…) makes any rate",
            )
        return every

    def check_slow(self, history: Iterable[Step]) -> None:
        """Refuse a signal that would be aliased."""
        fastest = self.sfreq / 4
        cutoffs = [step.cutoff for step in history if isinstance(step, (Lowpass, Envelope))]
        cutoffs += [1 / step.window for step in history if isinstance(step, (MovingRMS, MovingMean))]
        if not cutoffs or min(cutoffs) > fastest * (1 + 1e-9):
            raise SignalError(
                f"Downsample to {number(self.sfreq)} Hz would fold faster parts of the signal into slower ones",
                allowed=f"a signal that was low-passed at {number(fastest)} Hz or below, or averaged over at least "
                f"{number(1 / fastest)} s",
                got=f"the slowest of its filters at {number(min(cutoffs))} Hz" if cutoffs else "no such filter before",
                hint="Put Envelope(…) before it, or use Resample(sfreq=…), which filters",
            )

    def compute(self, x: Array, sfreq: float) -> Array:
        return x[:, :: self.every(sfreq)].copy()

    def changes(self) -> dict[str, Any]:
        return {"sfreq": self.sfreq}

    def sentence(self) -> str:
        return f"Of the envelopes, {number(self.sfreq)} samples per second were kept."
