"""A simulated participant's session: every trial with its signals, and the truth behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from emgkit.channels import Channel
from emgkit.recording import Recording, Trial
from emgkit.simulate import inertial
from emgkit.simulate.draw import Purpose, check_seed, draw, generator, participant_label
from emgkit.simulate.movement import Timing, height, timing
from emgkit.simulate.signals import activation, disturbed, interference, mvc_activation
from emgkit.simulate.specification import Exercise, Imu, Muscle, Specification, load_spec

__all__ = ["Spec", "Truth", "trials", "truth"]

Array = NDArray[np.float64]
Spec = str | Path | Mapping[str, Any] | Specification


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of a simulated study, as three tables.

    Parameters
    ----------
    activation : DataFrame
        ``participant, task, exercise, channel, muscle, side, phase, repetition, activation, peak, unit,
        onset, duration``: the mean of the activation over the window and its largest value, in %MVC.
        Phase ``whole`` is the whole repetition.
    means : DataFrame
        ``participant, exercise, muscle, stated, drawn, unit``: the population's mean and the
        participant's own expected value.
    mvc : DataFrame
        ``participant, muscle, channel, gain, unit, task, run, level, best``: the RMS of a maximal
        contraction in V, and the fraction of it that each MVC trial reaches; one a muscle is 1.
    """

    activation: pd.DataFrame
    means: pd.DataFrame
    mvc: pd.DataFrame


def trials(spec: Spec, *, seed: int) -> Iterator[Trial]:
    """Make the simulated trials of a study, one after the other, without writing a file.

    Parameters
    ----------
    spec : str, Path, Mapping or Specification
        See :func:`load_spec`.
    seed : int
        A whole number of at least 0. Each participant, trial and purpose has random numbers of
        its own: another participant more, or an artefact switched on, changes nothing else.

    Yields
    ------
    Trial
        Participant by participant, the MVC trials first. Streams ``emg`` (V) and, in the exercises,
        ``position`` (m) or ``angle`` (deg), and of a specification with ``movement.imu`` ``acc`` (m/s²) and ``gyro``
        (deg/s); context ``participant, task,
        simulated`` and, for MVC trials, ``run``.

    Examples
    --------
    >>> trial = next(trials("three_lifts", seed=1))
    >>> trial.context["participant"], trial.context["task"], trial.emg.names
    ('01', 'mvcGmaxProne', ('GMAX', 'BF', 'VL'))
    """
    spec = load_spec(spec)
    for person in _people(spec, seed):
        for number, (task, run) in enumerate(person.levels):
            yield _mvc_trial(spec, person, number, task, run)
        for number, exercise in enumerate(spec.exercises):
            yield _exercise_trial(spec, person, number, exercise)


def truth(spec: Spec, *, seed: int) -> Truth:
    """Tell what is true of the trials that :func:`trials` makes from the same specification and seed.

    Returns
    -------
    Truth
        Tables of activation, means and MVC.

    Examples
    --------
    >>> true = truth("three_lifts", seed=1)
    >>> whole = true.activation.query("phase == 'whole'")
    >>> len(whole)
    585
    """
    spec = load_spec(spec)
    rows: list[dict[str, Any]] = []
    means: list[dict[str, Any]] = []
    mvc: list[dict[str, Any]] = []
    for person in _people(spec, seed):
        for number, exercise in enumerate(spec.exercises):
            rows += _activation_rows(spec, person, number, exercise)
            stated = {mean.name: mean.percent for mean in exercise.means}
            for muscle, drawn in zip(spec.muscles, person.means[number], strict=True):
                means.append(
                    {"participant": person.label, "exercise": exercise.name, "muscle": muscle.name,
                     "stated": stated[muscle.name], "drawn": float(drawn), "unit": "%MVC"}
                )  # fmt: skip
        mvc += _mvc_rows(spec, person)
    return Truth(activation=pd.DataFrame(rows), means=pd.DataFrame(means), mvc=pd.DataFrame(mvc))


@dataclass(frozen=True, kw_only=True)
class _Person:
    """All that is fixed about a participant before a signal is made."""

    seed: int
    index: int
    means: Array  # (n_exercises, n_muscles), %MVC
    repetitions: tuple[Array, ...]  # (n_repetitions, n_muscles) an exercise, %MVC
    gains: Array  # (n_muscles,), V RMS
    tempo: float
    levels: dict[tuple[str, int], Array]  # (task, run) -> fraction of MVC a channel

    @property
    def label(self) -> str:
        return participant_label(self.index)

    def rng(self, purpose: Purpose, trial: int) -> np.random.Generator:
        return generator(self.seed, self.index, purpose, trial)


def _people(spec: Specification, seed: int) -> Iterator[_Person]:
    seed = check_seed(seed)
    drawn = draw(spec, seed=seed)
    amplitudes = np.array([muscle.amplitude for muscle in spec.muscles])
    gain_log_sds = np.array([muscle.gain_log_sd for muscle in spec.muscles])
    for i in range(spec.participants):
        normals = generator(seed, i, Purpose.GAIN).standard_normal(len(spec.muscles))
        tempo = generator(seed, i, Purpose.TEMPO).standard_normal()
        yield _Person(
            seed=seed,
            index=i,
            means=drawn.means[i],
            repetitions=tuple(values[i] for values in drawn.repetitions),
            gains=amplitudes * np.exp(gain_log_sds * normals),
            tempo=float(np.exp(spec.movement.tempo_log_sd * tempo)),
            levels=_levels(spec, generator(seed, i, Purpose.MVC)),
        )


def _levels(spec: Specification, rng: np.random.Generator) -> dict[tuple[str, int], Array]:
    """Draw what every channel reaches in every MVC trial: exactly one trial a muscle reaches 1."""
    levels = {}
    for tested, muscle in enumerate(spec.muscles):
        best_position = rng.integers(len(muscle.mvc))
        best_run = rng.integers(spec.mvc.runs, size=len(muscle.mvc))
        for p, position in enumerate(muscle.mvc):
            of_position = 1.0 if p == best_position else rng.uniform(*spec.mvc.weaker_position)
            for run in range(spec.mvc.runs):
                reached = rng.uniform(*spec.mvc.others, size=len(spec.muscles))
                reached[tested] = of_position * (1.0 if run == best_run[p] else rng.uniform(*spec.mvc.weaker_run))
                levels[position.name, run + 1] = reached
    return levels


def _mvc_trial(spec: Specification, person: _Person, number: int, task: str, run: int) -> Trial:
    tonic = spec.activation.tonic / 100
    trace = mvc_activation(spec.mvc, person.levels[task, run], tonic=tonic, sfreq=spec.sfreq)
    trial = len(spec.exercises) + number
    emg = _emg(spec, person, trial, trace, moving=np.zeros(trace.shape[1]))
    return Trial(
        streams={"emg": emg}, context={"participant": person.label, "task": task, "run": run, "simulated": True}
    )


def _exercise_trial(spec: Specification, person: _Person, number: int, exercise: Exercise) -> Trial:
    when, trace = _performed(spec, person, number, exercise)
    times = np.arange(when.n_samples) / spec.sfreq
    speed = np.abs(np.gradient(height(exercise, when, times)))
    emg = _emg(spec, person, number, trace, moving=speed / speed.max())
    movement = spec.movement
    instants = np.arange(round(when.n_samples / spec.sfreq * movement.sfreq)) / movement.sfreq
    noise = movement.noise * person.rng(Purpose.SENSOR, number).standard_normal(len(instants))
    kind, unit, name = ("POS", "m", "bar") if movement.stream == "position" else ("JNTANG", "deg", "joint")
    stream = Recording(
        data=(height(exercise, when, instants) + noise)[np.newaxis],
        sfreq=movement.sfreq,
        channels=(Channel(name=name, unit=unit, kind=kind),),
    )
    sensor = {} if movement.imu is None else _inertial(spec, person, number, when=when, imu=movement.imu)
    return Trial(
        streams={"emg": emg, movement.stream: stream, **sensor},
        context={"participant": person.label, "task": exercise.task, "simulated": True},
    )


def _inertial(spec: Specification, person: _Person, number: int, *, when: Timing, imu: Imu) -> dict[str, Recording]:
    """What a sensor on the limb feels; how it is stuck on is a participant's own."""
    exercise = spec.exercises[number]
    mounting, _ = np.linalg.qr(generator(person.seed, person.index, Purpose.IMU).standard_normal((3, 3)))
    rng = person.rng(Purpose.IMU, number + 1)
    instants = np.arange(round(when.n_samples / spec.sfreq * imu.sfreq)) / imu.sfreq
    reached = height(exercise, when, instants)
    angle = np.radians(imu.tilt + imu.turn * (reached - exercise.lowest) / exercise.range)
    rise = reached if spec.movement.stream == "position" else np.zeros_like(reached)
    offset = imu.rotation_offset * rng.standard_normal((3, 1))
    shape = (3, len(instants))
    acc = inertial.felt(angle, rise, imu, mounting=mounting) + imu.acceleration_noise * rng.standard_normal(shape)
    gyro = inertial.turned(angle, imu, mounting=mounting) + offset + imu.rotation_noise * rng.standard_normal(shape)
    return {
        stream: Recording(
            data=data,
            sfreq=imu.sfreq,
            channels=tuple(Channel(name=f"{stream.upper()} {axis}", unit=unit, kind=kind) for axis in "XYZ"),
        )
        for stream, data, unit, kind in (("acc", acc, "m/s^2", "ACCEL"), ("gyro", gyro, "deg/s", "GYRO"))
    }


def _performed(spec: Specification, person: _Person, number: int, exercise: Exercise) -> tuple[Timing, Array]:
    rng = person.rng(Purpose.TEMPO, number + 1)
    when = timing(spec, exercise, tempo=person.tempo, rng=rng)
    return when, activation(when, person.repetitions[number], spec.activation)


def _emg(spec: Specification, person: _Person, trial: int, trace: Array, *, moving: Array) -> Recording:
    signal = interference(trace, person.gains, sfreq=spec.sfreq, rng=person.rng(Purpose.SIGNAL, trial))
    rng = person.rng(Purpose.ARTEFACTS, trial)
    data = disturbed(signal, spec.artefacts, sfreq=spec.sfreq, moving=moving, rng=rng)
    return Recording(data=data, sfreq=spec.sfreq, channels=tuple(_channel(muscle) for muscle in spec.muscles))


def _channel(muscle: Muscle) -> Channel:
    return Channel(name=muscle.channel, unit="V", kind="EMG", muscle=muscle.name, side=muscle.side)


def _activation_rows(spec: Specification, person: _Person, number: int, exercise: Exercise) -> list[dict[str, Any]]:
    when, trace = _performed(spec, person, number, exercise)
    rows = []
    for repetition in when.repetitions:
        windows = [("whole", repetition.first, repetition.stop)]
        windows += [(phase.name, phase.first, phase.stop) for phase in repetition.phases]
        for phase, first, stop in windows:
            window = 100 * trace[:, first:stop]
            rows += [
                {"participant": person.label, "task": exercise.task, "exercise": exercise.name,
                 "channel": muscle.channel, "muscle": muscle.name, "side": muscle.side, "phase": phase,
                 "repetition": repetition.number, "activation": float(mean), "peak": float(peak), "unit": "%MVC",
                 "onset": first / spec.sfreq, "duration": (stop - first) / spec.sfreq}
                for muscle, mean, peak in zip(spec.muscles, window.mean(axis=1), window.max(axis=1), strict=True)
            ]  # fmt: skip
    return rows


def _mvc_rows(spec: Specification, person: _Person) -> list[dict[str, Any]]:
    return [
        {"participant": person.label, "muscle": muscle.name, "channel": muscle.channel,
         "gain": float(person.gains[m]), "unit": "V", "task": task, "run": run,
         "level": float(reached[m]), "best": bool(reached[m] == 1.0)}
        for m, muscle in enumerate(spec.muscles)
        for (task, run), reached in person.levels.items()
    ]  # fmt: skip
