"""The axes of a multiverse: what each option changes in a study, and which option is the study's own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from emgkit._checks import check_unknown
from emgkit.errors import EmgkitError, StudyError
from emgkit.measures import MEASURES
from emgkit.notation import listed, number
from emgkit.pipeline import Pipeline
from emgkit.recording import Step
from emgkit.steps import (
    TKEO,
    Bandpass,
    Envelope,
    InterpolateSpikes,
    MovingMean,
    MovingRMS,
    Notch,
    Rectify,
    RemoveMains,
    step_from_dict,
)
from emgkit.study.file.measures import MeasureSpec
from emgkit.study.file.multiverse import AXES, Multiverse, Option
from emgkit.study.file.recordings import Comparison, StudyFile

__all__ = ["Axis", "Choice", "Curve", "Space", "errors_name", "space_of"]

Steps = tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An option of an axis.

    Parameters
    ----------
    label : str
        What tables and figures call it.
    value : object
        What it sets: steps, a window (s), a phase, which repetitions, a measure, or whether logarithms are compared.
    kind : {"E", "N"}
        An equivalent way to the study's quantity, or another quantity.
    why : str
        Why it is defensible.
    own : bool
        It is the study's own setting.
    """

    label: str
    value: Any
    kind: str = "E"
    why: str = ""
    own: bool = True


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis with its options; one that the study file does not have holds the study's own setting alone."""

    name: str
    choices: tuple[Choice, ...]

    @property
    def own(self) -> int:
        """The place of the study's own option."""
        return next(place for place, one in enumerate(self.choices) if one.own)

    @property
    def groups(self) -> tuple[tuple[int, ...], ...]:
        """The options that share a curve: all equivalent ones, and each other one alone."""
        equal = tuple(place for place, one in enumerate(self.choices) if one.kind == "E")
        return (equal, *((place,) for place, one in enumerate(self.choices) if one.kind == "N"))


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The specifications that measure one quantity: the options of each axis that belong to it.

    `label` names what differs from the study's own quantity, and is empty for the study's own curve.
    """

    label: str
    options: tuple[tuple[int, ...], ...]
    log: bool

    @property
    def own(self) -> bool:
        """Whether it holds the study as it is."""
        return not self.label


@dataclass(frozen=True, kw_only=True)
class Space:
    """All specifications of a study: the product of its axes.

    Parameters
    ----------
    axes : tuple of Axis
        In the order of the processing, every one there is.
    filters : tuple of Pipeline
        The filters of each combination of the first four axes.
    amplitudes : tuple of Pipeline
        What follows the filters, by option of the axis ``envelope``.
    comparison : Comparison
        What is compared.
    measure : MeasureSpec
        The measure that the study compares.
    flips, seed : int
        The sign flips of more than 13 participants.
    """

    axes: tuple[Axis, ...]
    filters: tuple[Pipeline, ...]
    amplitudes: tuple[Pipeline, ...]
    comparison: Comparison
    measure: MeasureSpec
    flips: int
    seed: int

    @property
    def shape(self) -> tuple[int, ...]:
        """How many options each axis has."""
        return tuple(len(axis.choices) for axis in self.axes)

    @property
    def size(self) -> int:
        """How many specifications there are."""
        count = 1
        for length in self.shape:
            count *= length
        return count

    @property
    def own(self) -> tuple[int, ...]:
        """The place of the study as it is."""
        return tuple(axis.own for axis in self.axes)

    @property
    def varied(self) -> tuple[Axis, ...]:
        """The axes with several options."""
        return tuple(axis for axis in self.axes if len(axis.choices) > 1)

    def axis(self, name: str) -> Axis:
        """An axis by its name."""
        return self.axes[AXES.index(name)]

    def values(self, name: str) -> tuple[Any, ...]:
        """What the options of an axis set."""
        return tuple(one.value for one in self.axis(name).choices)

    def measured(self, phase: str, summary: str) -> MeasureSpec:
        """The measure of a phase and a summary; the study's own where both are its own."""
        changes: dict[str, Any] = {}
        if phase != _phase_of(self.measure):
            changes |= {"during": "repetition", "phase": None if phase == "whole" else phase}
        if summary != self.measure.name:
            changes |= {"name": summary, "label": None, **dict.fromkeys(self.measure.given)}
        return self.measure.model_copy(update=changes)

    def curves(self) -> tuple[Curve, ...]:
        """The curves, that of the study's own quantity first."""
        found = []
        for options in itertools.product(*(axis.groups for axis in self.axes)):
            named = [
                f"{axis.name}: {axis.choices[group[0]].label}"
                for axis, group in zip(self.axes, options, strict=True)
                if axis.choices[group[0]].kind == "N"
            ]
            log = bool(self.values("scale")[options[AXES.index("scale")][0]])
            found.append(Curve(label=", ".join(named), options=options, log=log))
        return tuple(found)


def space_of(file: StudyFile, axes: Multiverse) -> Space:
    """The specifications that axes make of a study.

    Parameters
    ----------
    file : StudyFile
        The study as it is.
    axes : Multiverse
        The axes.

    Raises
    ------
    StudyError
        An option cannot be used, stands twice, or is not defensible by its own kind; an axis lacks the study's own
        setting.
    """
    pipeline = Pipeline(*(step_from_dict(step) for step in file.steps))
    comparison = next(one for one in file.comparisons if axes.comparison in (None, one.name))
    measure = file.measure_of(comparison)
    if measure.name not in MEASURES or measure.by_burst:
        raise StudyError(
            f"The multiverse cannot take the measure {measure.called!r}",
            where="[multiverse]",
            allowed=f"a number of one stretch of one channel: {listed(MEASURES)}",
            got=f"comparison {comparison.name!r} of {measure.called!r}",
            hint='Name another comparison: [multiverse] comparison = "…"',
        )
    own = _own_values(file, pipeline, comparison, measure)
    found = tuple(_axis(name, axes.axes.get(name, ()), own) for name in AXES)
    by_name = {axis.name: axis for axis in found}
    changes = [[one.value for one in by_name[name].choices] for name in ("artefacts", "band", "order", "notch")]
    return Space(
        axes=found,
        filters=tuple(Pipeline(*_filters(own["filters"], *combination)) for combination in itertools.product(*changes)),
        amplitudes=tuple(Pipeline(*one.value) for one in by_name["envelope"].choices),
        comparison=comparison,
        measure=measure,
        flips=axes.flips,
        seed=axes.seed,
    )


@contextmanager
def errors_name(where: str) -> Iterator[None]:
    """Say in an error raised inside which option is meant."""
    try:
        yield
    except EmgkitError as problem:
        place = ", ".join(part for part in (where, problem.where) if part)
        raise StudyError(**{**problem.parts, "where": place}) from problem


def _own_values(file: StudyFile, pipeline: Pipeline, comparison: Comparison, measure: MeasureSpec) -> dict[str, Any]:
    """What the study itself sets, by axis; `filters` are its steps before the amplitude."""
    filters, amplitude = pipeline.split_at_amplitude()
    return {
        "filters": filters.steps,
        "artefacts": tuple(one for one in filters.steps if isinstance(one, InterpolateSpikes)),
        "band": tuple((one.low, one.high) for one in filters.steps if isinstance(one, Bandpass)),
        "order": tuple(one.order for one in filters.steps if isinstance(one, Bandpass)),
        "notch": tuple(one for one in filters.steps if isinstance(one, (Notch, RemoveMains))),
        "envelope": amplitude.steps,
        "mvc": file.mvc.window,
        "phase": _phase_of(measure),
        "repetitions": "all",
        "summary": measure.name,
        "scale": comparison.log,
    }


def _phase_of(measure: MeasureSpec) -> str:
    """What the axis ``phase`` calls the part that a measure is of; of parts that it does not know, their own name."""
    if measure.during == "repetition" or (measure.during == "phase" and measure.phase is not None):
        return measure.phase or "whole"
    return measure.during


def _axis(name: str, options: Sequence[Option], own: Mapping[str, Any]) -> Axis:
    if not options:
        return Axis(name=name, choices=(Choice(label="as in the study", value=own[name]),))
    if name in ("band", "order") and len(own["band"]) != 1:
        raise StudyError(
            f"The axis {name!r} changes the study's band-pass filter",
            where=f"[multiverse] {name}",
            allowed="one step Bandpass before the amplitude",
            got=f"{len(own['band'])} of them",
        )
    choices = []
    for place, option in enumerate(options, 1):
        with errors_name(f"[multiverse] {name}, option {place}"):
            value = _value(name, option, own)
            label = _label(name, value)
            choices.append(Choice(label=label, value=value, kind=option.kind, why=option.why, own=value == own[name]))
    _check_axis(name, choices, own)
    return Axis(name=name, choices=tuple(choices))


def _check_axis(name: str, choices: Sequence[Choice], own: Mapping[str, Any]) -> None:
    where = f"[multiverse] {name}"
    labels = [one.label for one in choices]
    twice = [label for label in labels if labels.count(label) > 1]
    if twice:
        raise StudyError("An option stands twice", where=where, allowed="options that differ", got=twice[0])
    if not any(one.own for one in choices):
        raise StudyError(
            "The study's own setting is not among the options",
            where=where,
            allowed=f"{_label(name, own[name])}, as the study has it, among them",
            got=listed(labels),
            hint="Add it, with the reason why it was chosen, so that the study is one of the specifications",
        )
    for one in choices:
        if one.own and one.kind == "N":
            raise StudyError(
                "The study's own setting measures what the study measures",
                where=f"{where}, {one.label}",
                allowed='kind = "E"',
                got='kind = "N"',
            )
        if name == "scale" and not one.own and one.kind == "E":
            raise StudyError(
                "A ratio and a difference are not the same quantity",
                where=f"{where}, {one.label}",
                allowed='kind = "N"',
                got='kind = "E"',
            )


def _value(name: str, option: Option, own: Mapping[str, Any]) -> Any:
    """What an option sets, in the form of the study's own value."""
    given = option.model_dump(exclude={"kind", "why"}, exclude_none=True)
    if name == "band":
        replace(_bandpass(own["filters"]), **given)
        return ((given["low"], given["high"]),)
    if name == "order":
        replace(_bandpass(own["filters"]), **given)
        return (given["order"],)
    if name in ("artefacts", "notch"):
        if given["step"] != "none":
            return (step_from_dict(given),)
        unused = sorted(set(given) - {"step"})
        if unused:
            raise StudyError('step = "none" takes no parameters', got=listed(unused))
        return ()
    if name == "envelope":
        step = step_from_dict(given)
        replaced = (Rectify, Envelope, MovingRMS, MovingMean, TKEO)
        behind = tuple(one for one in own["envelope"] if not isinstance(one, replaced))
        steps = (*(() if isinstance(step, MovingRMS) else (Rectify(),)), step, *behind)
        # the square of a rectified signal is that of the signal: Rectify before MovingRMS changes nothing
        bare = tuple(one for one in own["envelope"] if not isinstance(one, Rectify))
        return own["envelope"] if steps == bare else steps
    value = next(iter(given.values()))
    if name == "summary":
        check_unknown("measure", value, MEASURES)
        if value != own[name] and MEASURES[value].options:
            raise StudyError(
                f"The measure {value!r} needs options",
                allowed=listed(one for one in MEASURES if not MEASURES[one].options),
                got=repr(value),
            )
    if name == "mvc" and value <= 0:
        raise StudyError("The window of the reference is no duration", allowed="above 0 s", got=f"{number(value)} s")
    return value


def _bandpass(steps: Steps) -> Bandpass:
    return next(one for one in steps if isinstance(one, Bandpass))


def _filters(own: Steps, artefacts: Steps, band: Any, order: Any, notch: Steps) -> Steps:
    """The filters of one combination: the study's own, with what the options change in its place."""
    steps = _exchanged(own, (InterpolateSpikes,), artefacts, place=0)
    if band:
        found = _bandpass(steps)
        changed = replace(found, low=band[0][0], high=band[0][1], order=order[0])
        steps = tuple(changed if one is found else one for one in steps)
    behind = next((place + 1 for place, one in enumerate(steps) if isinstance(one, Bandpass)), len(steps))
    return _exchanged(steps, (Notch, RemoveMains), notch, place=behind)


def _exchanged(steps: Steps, kinds: tuple[type, ...], new: Steps, *, place: int) -> Steps:
    """The steps with others for those of some kinds: where the first of these stood, or else at a place."""
    if tuple(one for one in steps if isinstance(one, kinds)) == new:
        return steps
    at = next((i for i, one in enumerate(steps) if isinstance(one, kinds)), place)
    before, behind = (tuple(one for one in part if not isinstance(one, kinds)) for part in (steps[:at], steps[at:]))
    return (*before, *new, *behind)


def _label(name: str, value: Any) -> str:
    """What an option is called."""
    if name == "band":
        return f"{number(value[0][0])}–{number(value[0][1])} Hz"
    if name == "order":
        return number(value[0])
    if name in ("artefacts", "notch"):
        return " + ".join(map(_step_label, value)) or "none"
    if name == "envelope":
        return " + ".join(_step_label(one) for one in value if not isinstance(one, Rectify)) or "none"
    if name == "mvc":
        return f"{number(value)} s"
    if name == "scale":
        return "logarithms" if value else "differences"
    return str(value)


def _step_label(step: Step) -> str:
    """A step in a few words."""
    if isinstance(step, InterpolateSpikes):
        return f"spikes over {number(step.times)} × bridged"
    if isinstance(step, Notch):
        return f"notch {number(step.frequency)} Hz, {step.harmonics} × {number(step.width)} Hz"
    if isinstance(step, RemoveMains):
        return f"hum of {number(step.frequency)} Hz subtracted, {step.harmonics} ×"
    if isinstance(step, Envelope):
        shape = "" if step.shape == "butterworth" else f", {step.shape}"
        return f"low-pass {number(step.cutoff)} Hz, order {step.order}{shape}"
    if isinstance(step, (MovingRMS, MovingMean)):
        kind = "RMS" if isinstance(step, MovingRMS) else "mean"
        return f"{kind} {number(1000 * step.window)} ms"
    return type(step).__name__
