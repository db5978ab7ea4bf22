"""What all steps share: units, the call, and setting a checked parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import UnitError
from emgkit.notation import listed
from emgkit.recording import Recording, Step, check_recording
from emgkit.units import UNITS

__all__ = [
    "MEASURED",
    "PERCENT",
    "PHYSICAL",
    "Defaults",
    "apply",
    "check_units",
    "parameters",
    "put",
]

Array = NDArray[np.float64]

PERCENT = ("%MVC", "%task")
MEASURED = tuple(unit for unit in dict.fromkeys(inside for inside, _ in UNITS.values()) if unit != "n/a")
PHYSICAL = tuple(unit for unit in MEASURED if unit not in PERCENT)


class Defaults:
    """What most steps are: for physical units, changing the amplitude, no repair."""

    accepts: ClassVar[tuple[str, ...]] = PHYSICAL
    changes_amplitude: ClassVar[bool] = True
    repair: ClassVar[bool] = False


def apply(
    step: Step, recording: Recording, compute: Callable[[Array], Array], *, unit: str | None = None, **changes: Any
) -> Recording:
    """Call a step that treats all channels alike: check units, compute, add to the history."""
    check_recording(recording, by=type(step).__name__)
    check_units(step, recording, recording.names)
    data = compute(recording.data)
    data.setflags(write=False)  # fresh, so the Recording may keep it without a copy
    return recording.derive(data, step=step, unit=unit, **changes)


def check_units(step: Step, recording: Recording, names: Iterable[str]) -> None:
    """Refuse named channels whose unit the step does not accept."""
    for channel in recording.channels:
        if channel.name in names and channel.unit not in step.accepts:
            raise UnitError(
                f"{type(step).__name__} cannot work on channel {channel.name!r}",
                allowed=f"the units {listed(step.accepts)}",
                got=repr(channel.unit),
                hint="Put it before Normalize" if channel.unit in PERCENT else "Pick the channels it is meant for",
            )


def put(step: object, **checked: object) -> None:
    """Set checked parameters of a frozen step while it is being made."""
    for name, value in checked.items():
        object.__setattr__(step, name, value)


def parameters(step: object) -> dict[str, Any]:
    """Give the parameters of a step by name."""
    return {one.name: getattr(step, one.name) for one in fields(cast(Any, step))}
