"""How a simulated participant moves: when each repetition and phase begins, and how high the bar is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.simulate.specification import Exercise, Specification

__all__ = ["Phase", "Repetition", "Timing", "height", "timing"]

Array = NDArray[np.float64]
BEFORE, AFTER = 1.5, 1.5  # s of rest around the repetitions


@dataclass(frozen=True, kw_only=True)
class Phase:
    """One part of a repetition, in samples of the sEMG: ``first <= sample < stop``."""

    name: str
    first: int
    stop: int


@dataclass(frozen=True, kw_only=True)
class Repetition:
    """One repetition: phases that follow each other without a gap."""

    number: int
    phases: tuple[Phase, ...]

    @property
    def first(self) -> int:
        """The sample at which the movement begins."""
        return self.phases[0].first

    @property
    def stop(self) -> int:
        """The sample after the movement's last."""
        return self.phases[-1].stop


@dataclass(frozen=True, kw_only=True)
class Timing:
    """When everything happens in one trial, on the sample grid of the sEMG."""

    n_samples: int
    sfreq: float
    repetitions: tuple[Repetition, ...]


def timing(spec: Specification, exercise: Exercise, *, tempo: float, rng: np.random.Generator) -> Timing:
    """Draw the phases of one trial.

    Parameters
    ----------
    spec, exercise
        The study and one of its exercises.
    tempo : float
        The participant's own factor on all durations.
    rng : Generator
        Draws the factor of every repetition.

    Returns
    -------
    Timing
        Boundaries are whole samples, so that a truth over a window is a mean over whole samples.
    """
    moving = ("eccentric", "concentric") if exercise.starts == "eccentric" else ("concentric", "eccentric")
    names = (moving[0], "hold", moving[1]) if exercise.hold else moving
    now = BEFORE
    repetitions = []
    for number in range(1, exercise.repetitions + 1):
        factor = tempo * np.exp(spec.movement.repetition_log_sd * rng.standard_normal())
        bounds = now + np.cumsum([0.0, *(factor * getattr(exercise, name) for name in names)])
        edges = [round(bound * spec.sfreq) for bound in bounds]
        phases = tuple(
            Phase(name=name, first=first, stop=stop) for name, first, stop in zip(names, edges, edges[1:], strict=False)
        )
        repetitions.append(Repetition(number=number, phases=phases))
        now = float(bounds[-1]) + exercise.rest  # rests keep their length, so that shoulders never meet
    # a whole number of seconds fits whole records of every rate
    duration = np.ceil(now - exercise.rest + AFTER)
    return Timing(n_samples=round(duration * spec.sfreq), sfreq=spec.sfreq, repetitions=tuple(repetitions))


def height(exercise: Exercise, when: Timing, times: Array) -> Array:
    """Compute the height of the bar (m) or joint angle (deg) without sensor noise, shape of `times` (s).

    Each phase moves along half a cosine; the bar rests low before an exercise that starts with
    the concentric phase, and high before one that starts with the eccentric phase.
    """
    knots, progress = [-np.inf], [0.0]
    for repetition in when.repetitions:
        away = repetition.phases[0]
        back = repetition.phases[-1]
        knots += [away.first, away.stop, back.first, back.stop]
        progress += [0.0, 1.0, 1.0, 0.0]
    knots[0] = min(0.0, knots[1] - 1.0)
    travelled = (1 - np.cos(np.pi * np.interp(times * when.sfreq, knots, progress))) / 2
    raised = travelled if exercise.starts == "concentric" else 1 - travelled
    return np.asarray(exercise.lowest + exercise.range * raised)
