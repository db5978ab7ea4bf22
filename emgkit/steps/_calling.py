"""What all steps share: units, the call, and setting a checked parameter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from emgkit._checks import KeywordsOnly
from emgkit.errors import UnitError
from emgkit.notation import listed
from emgkit.recording import Recording, Step, check_recording
from emgkit.units import UNITS

__all__ = [
    "MEASURED",
    "PERCENT",
    "PHYSICAL",
    "SampleStep",
    "check_units",
    "parameters",
    "put",
]

Array = NDArray[np.float64]

PERCENT = ("%MVC", "%task")
MEASURED = tuple(unit for unit in dict.fromkeys(inside for inside, _ in UNITS.values()) if unit != "n/a")
PHYSICAL = tuple(unit for unit in MEASURED if unit not in PERCENT)


class SampleStep(KeywordsOnly):
    """What most steps are: they compute each channel's samples anew, for physical units, and change the amplitude.

    A step of this kind is a frozen, keyword-only dataclass with :meth:`compute` and :meth:`sentence`.
    """

    accepts: ClassVar[tuple[str, ...]] = PHYSICAL
    changes_amplitude: ClassVar[bool] = True
    repair: ClassVar[bool] = False

    def __call__(self, recording: Recording) -> Recording:
        """Apply to a recording, which stays as it is.

        Raises
        ------
        ArgumentError
            What was given is no Recording.
        UnitError
            The step does not work on the unit of a channel.
        """
        check_recording(recording, by=type(self).__name__)
        self.check(recording)
        return self.derived(recording, self.compute(recording.data, recording.sfreq))

    def check(self, recording: Recording) -> None:
        """Refuse a recording that the step cannot work on."""
        check_units(self, recording, recording.names)

    def compute(self, x: Array, sfreq: float) -> Array:
        """Give the new samples, a fresh array.

        Parameters
        ----------
        x : ndarray, shape (n_channels, n_samples)
            The samples, read-only.
        sfreq : float
            Samples per second (Hz).
        """
        raise NotImplementedError

    def changes(self) -> dict[str, Any]:
        """Give what else of the recording changes, by name: its ``unit``, its ``sfreq``."""
        return {}

    def derived(self, recording: Recording, data: Array) -> Recording:
        """Make the recording with new samples, this step at the end of its history."""
        data.setflags(write=False)  # fresh, so the Recording may keep it without a copy
        return recording.derive(data, step=self, **self.changes())

    def sentence(self) -> str:
        """Say in a sentence what was done, for a Methods section."""
        raise NotImplementedError


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
