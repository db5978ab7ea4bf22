"""Every step of the processing: its parameters, its call and its Methods sentence.

The mathematics stands in :mod:`emgkit.signal`. A step checks its parameters when it is made, the
units when it is called, and adds itself to the history. :data:`STEPS` names them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from emgkit._checks import check_unknown
from emgkit.errors import ArgumentError
from emgkit.notation import listed
from emgkit.recording import Crop, Pick, Step
from emgkit.steps._calling import parameters
from emgkit.steps.conditioning import (
    TKEO,
    Bandpass,
    Envelope,
    Highpass,
    Lowpass,
    MovingMean,
    MovingRMS,
    Notch,
    Rectify,
    RemoveMean,
)  # fmt: skip
from emgkit.steps.mending import Edited, EditedEvents, InterpolateSpikes, RemoveECG, RemoveMains
from emgkit.steps.normalization import ChannelReference, Normalize, amplitude_steps
from emgkit.steps.rates import Downsample, Resample

__all__ = [
    "STEPS", "TKEO", "Bandpass", "ChannelReference", "Crop", "Downsample", "Edited", "EditedEvents", "Envelope",
    "Highpass",
    "InterpolateSpikes", "Lowpass", "MovingMean", "MovingRMS", "Normalize", "Notch", "Pick", "Rectify", "RemoveECG",
    "RemoveMains", "RemoveMean", "Resample", "amplitude_steps", "step_from_dict", "step_to_dict",
]  # fmt: skip

STEPS: Mapping[str, type[Step]] = MappingProxyType(
    {
        step.__name__: step
        for step in (
            RemoveMean, Highpass, Lowpass, Bandpass, Notch, Rectify, Envelope, MovingRMS, MovingMean, TKEO,
            Resample, Downsample, Edited, EditedEvents, InterpolateSpikes, RemoveMains, RemoveECG, Normalize, Pick,
            Crop,
        )
    }
)  # fmt: skip

# raise a step's number when what it computes changes; older files then say so instead of giving other numbers
_VERSIONS: Mapping[str, int] = MappingProxyType(dict.fromkeys(STEPS, 1))

# parameters that JSON holds in another shape than the step does
_FROM_JSON: Mapping[str, Callable[[Any], object]] = MappingProxyType(
    {
        "processing": lambda steps: tuple(step_from_dict(step) for step in steps),
        "set_aside": lambda pairs: tuple((trial, step_from_dict(step)) for trial, step in pairs),
        "values": lambda values: tuple(_make(ChannelReference, value) for value in values),
    }
)


def _plain(value: Any) -> Any:
    """Turn a parameter into what JSON can hold."""
    if isinstance(value, ChannelReference):
        return {name: _plain(part) for name, part in parameters(value).items()}
    if is_dataclass(value):
        return step_to_dict(cast(Step, value))
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return value.item() if isinstance(value, np.generic) else value


def step_to_dict(step: Step) -> dict[str, Any]:
    """Write a step as plain values that JSON and TOML can hold.

    Raises
    ------
    ArgumentError
        The step is not one of :data:`STEPS`.

    Examples
    --------
    >>> step_to_dict(MovingRMS(window=0.1))
    {'step': 'MovingRMS', 'version': 1, 'window': 0.1}
    """
    name = type(step).__name__
    if STEPS.get(name) is not type(step):
        raise ArgumentError(f"Step {name!r} cannot be written down", allowed=listed(STEPS), got=repr(step))
    plain = {key: _plain(value) for key, value in parameters(step).items()}
    return {"step": name, "version": _VERSIONS[name], **plain}


def step_from_dict(mapping: Mapping[str, Any]) -> Step:
    """Make the step that :func:`step_to_dict`, or a study file, wrote down; ``version`` may be absent.

    Raises
    ------
    ArgumentError
        The step, a parameter or the version is unknown, or a parameter is missing.

    Examples
    --------
    >>> step_from_dict({"step": "Bandpass", "low": 20, "high": 450}).order
    4
    """
    if not isinstance(mapping, Mapping) or "step" not in mapping:
        raise ArgumentError("A step has no name", allowed=f"'step' = one of {listed(STEPS)}", got=repr(mapping))
    name = check_unknown("step", str(mapping["step"]), STEPS)
    version = mapping.get("version", _VERSIONS[name])
    if version != _VERSIONS[name]:
        raise ArgumentError(
            f"Step {name!r} was written by a version that computes otherwise",
            allowed=f"version {_VERSIONS[name]}",
            got=f"version {version!r}",
            hint="Use the emgkit that wrote it, or write the step anew",
        )
    given = {key: value for key, value in mapping.items() if key not in ("step", "version")}
    step: Step = _make(STEPS[name], given)
    return step


def _make(made: type[Any], given: Mapping[str, Any]) -> Any:
    """Make a step, or a part of one, from its parameters by name."""
    where = f"step {made.__name__!r}"
    known = fields(made)
    for key in given:
        check_unknown("parameter", key, (one.name for one in known), where=where)
    missing = [one.name for one in known if one.name not in given and one.default is MISSING]
    if missing:
        raise ArgumentError(f"{listed(missing)} is missing", where=where, allowed=listed(one.name for one in known))
    return made(**{key: _FROM_JSON[key](value) if key in _FROM_JSON else value for key, value in given.items()})
