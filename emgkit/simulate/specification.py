"""What a simulated study is: its people, exercises, muscles, true means and artefacts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, field_validator, model_serializer, model_validator

from emgkit import shipped, toml_files
from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError, FileError, StudyError
from emgkit.notation import listed
from emgkit.toml_files import TomlTable

__all__ = [
    "Activation", "Artefacts", "Exercise", "Imu", "Mean", "Movement", "Muscle", "Mvc", "MvcPosition", "Specification",
    "Variation", "fingerprint", "load_spec",
]  # fmt: skip

# raised whenever the same specification and seed would give other samples
SIMULATOR = 1

_NAME = "The specification"

Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(strict=True, ge=1)]
Text = Annotated[str, Field(strict=True, min_length=1)]
Fraction = Annotated[float, Field(strict=True, gt=0, le=1)]
Mark = Literal["published", "second-hand", "derived", "assumed"]


class _Sourced(TomlTable):
    mark: Mark
    source: Text


class Mean(_Sourced):
    """The population's arithmetic mean of one muscle in one exercise, in %MVC over the whole repetition."""

    name: Text
    percent: Positive


class Exercise(TomlTable):
    """One exercise: its BIDS task, its timing (s), its range of movement (m or deg) and its true means."""

    name: Text
    task: Text
    starts: Literal["eccentric", "concentric"]
    repetitions: Count
    range: Positive
    lowest: NotNegative = 0.0
    concentric: Positive
    eccentric: Positive
    hold: NotNegative = 0.0
    rest: Positive
    means: tuple[Mean, ...]

    @field_validator("means", mode="before")
    @classmethod
    def _by_name(cls, tables: Any) -> Any:
        return _named(tables)


class MvcPosition(TomlTable):
    """One posture in which a muscle's maximal voluntary contraction is recorded."""

    name: Text
    description: Text


class Muscle(TomlTable):
    """One electrode: channel, side, amplitude of a maximal contraction (V RMS) and the postures that test it."""

    name: Text
    channel: Annotated[str, Field(strict=True, min_length=1, max_length=16)]
    side: Literal["left", "right"]
    amplitude: Positive
    gain_log_sd: NotNegative
    mvc: tuple[MvcPosition, ...] = Field(min_length=1)

    @field_validator("mvc", mode="before")
    @classmethod
    def _by_name(cls, tables: Any) -> Any:
        if isinstance(tables, Mapping):
            return [{"name": name, "description": text} for name, text in tables.items()]
        return tables


class Imu(TomlTable):
    """An inertial unit on a limb that turns about a joint as the movement goes on.

    The limb is tilted by `tilt` (deg) to the vertical at the lowest point, and by `tilt` + `turn` at the highest; the
    sensor lies `radius` (m) from the joint. `acceleration_noise` (m/s²) and `rotation_noise` (deg/s) are standard
    deviations of each axis, `rotation_offset` (deg/s) that of the gyroscope's offset from trial to trial.
    """

    sfreq: Positive
    turn: Positive
    tilt: NotNegative = 10.0
    radius: NotNegative = 0.25
    acceleration_noise: NotNegative = 0.15
    rotation_noise: NotNegative = 2.0
    rotation_offset: NotNegative = 1.0


class Movement(TomlTable):
    """The stream in which the repetitions are found, and how tempo varies; with `imu`, also streams acc and gyro."""

    stream: Literal["position", "angle"]
    sfreq: Positive
    noise: NotNegative
    tempo_log_sd: NotNegative
    repetition_log_sd: NotNegative
    imu: Imu | None = None

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # a specification without a sensor is written, and hashed, as before there were any
        table: dict[str, Any] = plain(self)
        return {name: value for name, value in table.items() if not (name == "imu" and value is None)}


class Variation(_Sourced):
    """Standard deviations on the natural-log scale, each drawn for every muscle by itself."""

    participant: NotNegative
    participant_exercise: NotNegative
    repetition: NotNegative


class Activation(_Sourced):
    """Activation of the phases relative to each other, the tonic level (%MVC) and the lead (s)."""

    concentric: Positive
    eccentric: Positive
    hold: Positive
    tonic: Positive
    lead: Annotated[float, Field(strict=True, gt=0, le=0.5)]


class Mvc(_Sourced):
    """How maximal contractions are recorded (s), and what the weaker positions and runs reach of the best."""

    runs: Count
    quiet: Positive
    ramp: Positive
    plateau: Positive
    weaker_position: tuple[Fraction, Fraction]
    weaker_run: tuple[Fraction, Fraction]
    others: tuple[Fraction, Fraction]

    @field_validator("weaker_position", "weaker_run", "others")
    @classmethod
    def _from_low_to_high(cls, span: tuple[float, float]) -> tuple[float, float]:
        if span[0] > span[1]:
            raise ValueError(f"a range goes from low to high, not from {span[0]:g} to {span[1]:g}")
        return span


class Artefacts(TomlTable):
    """What disturbs the signals: amplitudes in V, everything but the electrode noise off unless named."""

    noise: NotNegative = 1.5e-6
    mains: NotNegative = 0.0
    mains_frequency: Positive = 50.0
    ecg: NotNegative = 0.0
    movement: NotNegative = 0.0
    clip: Positive | None = None
    dropouts: NotNegative = 0.0  # a minute


class Specification(TomlTable):
    """A simulated study, whole. Made by :func:`load_spec`; frozen and hashable."""

    title: Text
    participants: Count
    sfreq: Positive
    movement: Movement
    variation: Variation
    activation: Activation
    mvc: Mvc
    artefacts: Artefacts = Artefacts()
    exercises: tuple[Exercise, ...] = Field(min_length=1)
    muscles: tuple[Muscle, ...] = Field(min_length=1)

    @field_validator("exercises", "muscles", mode="before")
    @classmethod
    def _by_name(cls, tables: Any) -> Any:
        return _named(tables)

    @model_validator(mode="after")
    def _holds_together(self) -> Specification:
        muscles = [muscle.name for muscle in self.muscles]
        _unique("channel", [muscle.channel for muscle in self.muscles])
        tasks = [exercise.task for exercise in self.exercises]
        tasks += [position.name for muscle in self.muscles for position in muscle.mvc]
        _unique("task", tasks)
        for task in tasks:
            if not re.fullmatch("[A-Za-z0-9]+", task):
                raise ArgumentError("The task is no BIDS label", allowed="letters and digits only", got=repr(task))
        for muscle in self.muscles:
            for position in muscle.mvc:
                if not position.name.startswith("mvc"):
                    raise ValueError(f"The MVC task {position.name!r} must begin with 'mvc'")
        for exercise in self.exercises:
            self._check_exercise(exercise, muscles)
        return self

    def _check_exercise(self, exercise: Exercise, muscles: list[str]) -> None:
        if exercise.task.startswith("mvc"):
            raise ValueError(f"The task {exercise.task!r} of an exercise may not begin with 'mvc'")
        named = [mean.name for mean in exercise.means]
        for name in named:
            check_unknown("muscle", name, muscles, where=f"means of {exercise.name}")
        missing = [name for name in muscles if name not in named]
        if missing:
            raise ValueError(f"Exercise {exercise.name!r} has no mean for {listed(missing)}")
        # the shoulders of two repetitions must not reach into each other's window at the fastest tempo
        shortest = 2 * self.activation.lead
        if exercise.rest < 2 * shortest:
            raise ArgumentError(
                f"Exercise {exercise.name!r} rests too briefly",
                allowed=f"at least {2 * shortest:g} s, four times the lead",
                got=f"{exercise.rest:g} s",
            )

    def exercise(self, name: str) -> Exercise:
        """Find the exercise of that name.

        Raises
        ------
        ArgumentError
            The study has no such exercise.
        """
        check_unknown("exercise", name, [exercise.name for exercise in self.exercises])
        return next(exercise for exercise in self.exercises if exercise.name == name)


def load_spec(spec: str | Path | Mapping[str, Any] | Specification) -> Specification:
    """Read and check the specification of a simulated study.

    Parameters
    ----------
    spec : str, Path, Mapping or Specification
        The name of a specification that comes with emgkit (``"three_lifts"``), a TOML file,
        or its contents.

    Returns
    -------
    Specification
        Frozen and hashable.

    Raises
    ------
    FileError
        There is no such file.
    StudyError
        A key is misspelt, a value is outside what is allowed, or the parts do not fit together.

    Examples
    --------
    >>> spec = load_spec("three_lifts")
    >>> spec.participants, [exercise.name for exercise in spec.exercises]
    (13, ['hip_thrust', 'squat', 'deadlift'])
    """
    if isinstance(spec, Specification):
        return spec
    where, tables = ("", spec) if isinstance(spec, Mapping) else _read(spec)
    return toml_files.validate(tables, Specification, where=where, name=_NAME, error=StudyError)


def fingerprint(spec: str | Path | Mapping[str, Any] | Specification, *, seed: int) -> str:
    """Make a short text that changes whenever the simulated samples would: the key of a cache.

    Examples
    --------
    >>> fingerprint("three_lifts", seed=1) == fingerprint("three_lifts", seed=2)
    False
    """
    text = f"{SIMULATOR}:{seed}:{load_spec(spec).model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _read(spec: str | Path) -> tuple[str, dict[str, Any]]:
    named = isinstance(spec, str) and re.fullmatch(r"\w+", spec) and not Path(spec).exists()
    path = shipped.path("datasets", "simulated", f"{spec}.toml") if named else Path(spec)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise FileError("The specification cannot be read", where=str(path), got=str(problem.strerror)) from problem
    except UnicodeDecodeError as problem:
        raise StudyError("The specification is not UTF-8 text", where=str(path), got=str(problem)) from None
    return path.name, toml_files.tables_of(text, where=str(path), name=_NAME, error=StudyError)


def _named(tables: Any) -> Any:
    """Turn ``{"squat": {…}}`` into ``[{"name": "squat", …}]``, in the order of the file."""
    if isinstance(tables, Mapping):
        return [{"name": name, **table} if isinstance(table, Mapping) else table for name, table in tables.items()]
    return tables


def _unique(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"Every {what} must be named once. More than once: {listed(twice)}")
