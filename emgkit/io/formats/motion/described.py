"""What motion capture files leave open about a channel, settled in one way for all of them, with the notices on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from emgkit.errors import Notice
from emgkit.io._kinds import kind_of
from emgkit.io._text import shortened
from emgkit.notation import counted
from emgkit.units import UNITS, as_unit

__all__ = ["described", "gap_notice", "is_plate_voltage", "known_unit", "plate_kind", "without_unit_notice"]

# spellings of old force plates, beside those that every format may use
_OLD_UNITS = {"nt": "N", "ntmm": "Nmm", "ntm": "Nm"}
# a component of a plate by its usual name, alone or behind the name of the plate: F1X, Fx12, M2Z, FP1_FX, FY1+4
_PLATE = re.compile(r"(?:.*[\W_])?[FM](?:[XYZ]\d{0,2}(?:\+\d)?|\d[XYZ]\d?)", re.IGNORECASE)
# a switch under the foot gives volts, and no muscle does
_SWITCH = re.compile(r"foot[ _.-]?sw(?:itch)?(?![a-z])", re.IGNORECASE)


def described(label: str, text: str, *, any_unit: bool) -> tuple[str | None, str | None]:
    """Unit and kind of a channel that is not part of a force plate; None where the user is to be asked.

    Parameters
    ----------
    label, text : str
        Its label and what the file says as its unit, empty where it says nothing.
    any_unit : bool
        Whether the file gives a unit for another channel.

    Examples
    --------
    >>> described("VL", "mV", any_unit=True), described("Sync", "", any_unit=True), described("VL", "", any_unit=False)
    (('mV', None), ('n/a', 'TRIG'), (None, None))
    """
    unit = known_unit(text)
    if unit is not None:
        is_other = _SWITCH.search(label) or (UNITS[unit][0] == "V" and is_plate_voltage(label))
        return unit, "MISC" if is_other else None
    guess = kind_of(label, None)
    if guess == "TRIG":
        return "n/a", "TRIG"
    if guess in ("EMG", "ECG"):
        return text or None, None
    # a channel without a unit among others that have one is a number; where none has one, the user is asked
    return ("n/a", None) if text or any_unit else (None, None)


def known_unit(text: str) -> str | None:
    """The unit that a text of such a file means; None where emgkit knows none."""
    return as_unit(text) or _OLD_UNITS.get(text.lower())


def plate_kind(unit: str | None) -> str:
    """Kind of a force plate's channel: its voltages, moments and centres are no EMG and no positions of a body."""
    return "FORCE" if unit and UNITS[unit][0] == "N" else "MISC"


def is_plate_voltage(label: str) -> bool:
    """Whether a channel in volts is, by its name, a force or moment of a plate.

    Examples
    --------
    >>> [is_plate_voltage(label) for label in ("f1x", "M2Z", "Fx12", "FP1_FX", "FDI")]
    [True, True, True, True, False]
    """
    return _PLATE.fullmatch(label) is not None


def without_unit_notice(units: Iterable[tuple[str, str]]) -> tuple[Notice, ...]:
    """The notice on channels that are numbers, given as label and what the file says as their unit."""
    pairs = list(units)
    if not pairs:
        return ()
    given = [text for _, text in pairs if text]
    text = (
        f"Kept as numbers without a unit: {shortened(label or 'no label' for label, _ in pairs)}. "
        f"The file gives as their unit: {shortened(given) if given else 'none'}."
    )
    return (Notice(code="unit-unknown", text=text, hint=f"Say units={{{pairs[0][0]!r}: 'mV'}} where you know it."),)


def gap_notice(gone: Mapping[str, int], n_frames: int) -> tuple[Notice, ...]:
    """The notice on points that were left out, given as label and the number of frames without a position."""
    if not gone:
        return ()
    empty = [label for label, count in gone.items() if count == n_frames]
    parts = [f"{label} ({count})" for label, count in gone.items() if count < n_frames]
    texts = [f"in frames of {n_frames} the position is lacking of {_some(parts)}"] if parts else []
    texts += [f"in all frames of {_some(empty)}"] if empty else []
    text = f"Left out: {counted(len(gone), 'point')} with gaps: {'; '.join(texts)}."
    hint = "Fill the gaps in the program that recorded it, and export the file again; emgkit fills none. "
    hint += "Or read a part without gaps: read(path, start=…, stop=…)."
    return (Notice(code="marker-gaps", text=text, hint=hint),)


def _some(texts: list[str], *, most: int = 6) -> str:
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} more" if len(texts) > most else "")
