"""What a label and a unit give away about a channel, and the units that a kind of channel comes in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import Notice
from emgkit.io._text import shortened
from emgkit.io.labels import recognise
from emgkit.notation import listed, number
from emgkit.units import UNITS

__all__ = [
    "VOLTS", "Row", "amplitude_doubts", "beside_emg", "constant_notice", "evenly_spaced", "example_unit",
    "is_other_quantity", "kind_of", "units_of",
]  # fmt: skip

VOLTS = tuple(unit for unit, (inside, _) in UNITS.items() if inside == "V")
_KIND_OF_UNIT = {
    "V": "EMG", "deg": "JNTANG", "m": "POS", "m/s": "VEL", "m/s^2": "ACCEL", "deg/s": "GYRO", "N": "FORCE", "T": "MAGN",
}  # fmt: skip


def _words(*words: str) -> re.Pattern[str]:
    """The words with no letter beside them; ``bar_1`` and ``ACC.X`` hold a word, ``barycentre`` does not."""
    return re.compile(rf"(?<![^\W\d_])(?:{'|'.join(words)})(?![^\W\d_])", re.IGNORECASE)


# what a label gives away, asked in this order; only EMG, ECG, EEG (and EOG) and TRIG are believed against a unit
_KIND_OF_LABEL = (
    ("EMG", re.compile(r"^\s*s?EMG(?![a-z])", re.IGNORECASE)),
    ("ECG", _words("f?e[ck]g", "mlii", "mcl1", "av[rlf]")),
    ("EEG", _words("eeg", "eog")),
    (
        "TRIG",
        _words(
            "trig(ger)?s?", "sync", "ttl", "status", "ausl(ö|oe)ser", "disparador", "d[ée]clencheur",
            "(foot|heel|toe)[ _-]?(switch(es)?|contact)", "(fu(ß|ss)|fersen)[ _-]?(schalter|kontakt)",
        ),
    ),
    ("JNTANG", re.compile(r"angle|[aá]ngulo|winkel|hoek|gonio|flex\w*\W*exten", re.IGNORECASE)),
    ("ACCEL", _words(r"acc(el\w*)?", "acc[xyz]", r"acel\w*", "beschleunigung", "versnelling")),
    ("GYRO", _words(r"gyro\w*", r"giroscop\w*")),
    ("FORCE", _words("force", "load[ _]?cell", "fuerza", r"\w*kraft", r"\w*kracht")),
    ("VEL", _words("velocity", "speed", "velocidad", "vitesse", "snelheid", "geschwindigkeit")),
    (
        "POS",
        _words(
            "position", "posici[oó]n", "positie", "displacement", "desplazamiento", "d[ée]placement", "verplaatsing",
            "height", "altura", "hauteur", "hoogte", r"\w*h(ö|oe)he", "encoder",
            "bar(bell)?", "barra", "barre", r"\w*stange", r"\w*hantel", "halter",
        ),
    ),
    (
        "MISC",
        _words(
            r"time(stamp)?", "zeit", "temps", "tiempo", "tijd",
            "count(er)?", "cnt", "packet", "sample( ?(nr|no|number))?", "frame",
            "z(ä|ae)hler", "contador", "compteur", "teller",
            "resp(iration)?", r"rsp\w*", "ppg", "pleth", "eda", "gsr", "skt", "temp(erature)?",
        ),
    ),
)  # fmt: skip

_EMG_WORD = re.compile(r"(?<![a-z])s?EMG(?![a-z])", re.IGNORECASE)
# how a reader calls a channel without a label
_NO_LABEL = re.compile(r"channel \d+")
# a label says what it is within so many letters
_MOST_LETTERS = 200
# units to name in a message, the likeliest first
_COMMON: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "EMG": ("mV", "µV", "V"), "ECG": ("mV", "µV", "V"), "EEG": ("µV", "mV", "V"),
        "JNTANG": ("deg", "rad"), "POS": ("m", "cm", "mm"),
        "VEL": ("m/s",), "ACCEL": ("g", "m/s^2"), "GYRO": ("deg/s", "rad/s"), "FORCE": ("N", "kN", "kgf"),
        "TRIG": ("n/a", "V"), "MISC": ("n/a", "s", "ms", "V"),
    }
)  # fmt: skip
# units that emgkit does not have, of pressures, flows, rates, temperatures, powers and conductances: no EMG is in them
_OTHER_QUANTITY = re.compile(
    r"mm ?hg|cm ?h2o|[hkm]?pa|m?bar|[br]pm|beats?/min|1/min|mph|km/h|%(?: ?spo2)?|percent|lux|celsius|(?:deg|°) ?[cf]"
    r"|[km]?w(?:atts?|/kg)?|nm/kg|k?j|m?l(?:it(?:er|re)s?)?(?:/(?:s|sec|min|m))?(?:[./]s)?|[mµuμ]?a|[mk]?(?:ohms?|Ω)"
    r"|[mµuμ]s(?:iemens)?",
    re.IGNORECASE,
)
# units of codes and counts, in which no voltage is measured
_CODES = ("boolean", "bool", "count", "counts", "code", "bit", "bits", "number", "index", "#")

# EMG at the skin lies between these amplitudes (V), generously
_LEAST, _MOST = 1e-7, 1e-2
# the amplitude is taken from at most so many samples of a channel
_LOOKED_AT = 10_000
# samples that are held against the first one at once
_AT_ONCE = 1 << 16
# so many equal samples are no chance
_LEAST_CONSTANT = 100
# fewer samples have no 1st percentile
_TOO_FEW = 200


def kind_of(label: str, unit: str | None) -> str | None:
    """The likely kind of a channel, from its label and unit; None where neither gives it away.

    Examples
    --------
    >>> kind_of("VL", "mV"), kind_of("Flexo-Extension", None), kind_of("Recto Femoral", None)
    ('EMG', 'JNTANG', None)
    """
    if unit is not None and unit.casefold() in _CODES:
        unit = "n/a"
    hint = next((kind for kind, pattern in _KIND_OF_LABEL if pattern.search(label[:_MOST_LETTERS])), None)
    inside = UNITS[unit][0] if unit is not None and unit in UNITS else None
    if hint in ("EMG", "ECG", "EEG", "TRIG") or inside in (None, "n/a"):
        return hint if hint or inside is None else "MISC"
    guess = _KIND_OF_UNIT.get(inside, "MISC")
    # an angle, a force or an acceleration in volts is the analogue output of its sensor, no EMG
    return "MISC" if guess == "EMG" and hint else guess


def beside_emg(labels: Sequence[str]) -> tuple[str, ...]:
    """The channels in volts that are likely no EMG, since others of their file are called so.

    Where two channels or more have the word EMG in their label, one that has neither it nor the name of a muscle is
    another device on the same converter. Where two or more name muscles, one without any label is an empty input.

    Parameters
    ----------
    labels : sequence of str
        The labels of the channels that are EMG by their unit.

    Examples
    --------
    >>> beside_emg(["Voltage.1", "Sensor 1.EMG1", "VL", "Sensor 2.EMG2"])
    ('Voltage.1',)
    >>> beside_emg(["R VL", "L VL", "Pedal", "channel 4"]), beside_emg(["EMG1", "CH2"])
    (('channel 4',), ())
    """
    uncalled = [label for label in labels if _EMG_WORD.search(label) is None]
    if len(labels) - len(uncalled) > 1:
        return tuple(label for label in uncalled if recognise(label) is None)
    bare = tuple(label for label in uncalled if _NO_LABEL.fullmatch(label))
    # muscles are looked for only where that matters, since a wide table has many labels
    return bare if bare and sum(recognise(label) is not None for label in labels) > 1 else ()


def is_other_quantity(label: str, unit: str) -> bool:
    """Whether a unit that emgkit does not have is of a quantity that no EMG is in, and the label names no EMG.

    Examples
    --------
    >>> is_other_quantity("Pes", "cmH2O"), is_other_quantity("VL", "%"), is_other_quantity("CH 3", "counts")
    (True, False, False)
    """
    if unit in UNITS or _OTHER_QUANTITY.fullmatch(unit.strip()) is None:
        return False
    return kind_of(label, None) not in ("EMG", "ECG", "EEG") and recognise(label) is None


def example_unit(kind: str | None) -> str:
    """A unit that a channel of this kind is likely in.

    Examples
    --------
    >>> example_unit("POS"), example_unit(None)
    ('m', 'mV')
    """
    return _COMMON.get(kind or "EMG", ("n/a",))[0]


def units_of(kind: str | None) -> str:
    """The units a channel of this kind can be in, for a message; None is a channel that is likely EMG.

    Examples
    --------
    >>> units_of("EMG")
    "'mV', 'µV' and 'V'"
    """
    return listed(_COMMON.get(kind or "EMG", tuple(UNITS)))


class Row(Protocol):
    """Samples of one channel: an array, or what reads a part of them."""

    @property
    def size(self) -> int:
        """How many."""
        ...

    def __getitem__(self, places: slice, /) -> Any:
        """The samples of a part, an array."""
        ...


def evenly_spaced(n: int) -> int:
    """The step from each sample that is looked at to the next, of `n`; one for what was taken at that step.

    Examples
    --------
    >>> evenly_spaced(7_200_000), evenly_spaced(10_000)
    (720, 1)
    """
    return max(1, n // _LOOKED_AT)


def amplitude_doubts(volts: Mapping[str, NDArray[np.float64]]) -> tuple[Notice, ...]:
    """Ask for the unit where EMG is too large or too small for one in volts; nothing is rescaled.

    The amplitude is half the range from the 1st to the 99th percentile of evenly spaced samples.
    A constant channel has none, nor one of fewer than 200 samples.

    Parameters
    ----------
    volts : Mapping of str to array
        The samples (V) of the EMG channels by label.

    Examples
    --------
    >>> print(amplitude_doubts({"VL": np.linspace(-300.0, 300.0, 1001)})[0].text)
    The amplitude of EMG is 294 V in 'VL', where 0.1 µV to 10 mV are likely. Is this in volts?
    """
    wide = {label: x[:: evenly_spaced(x.size)] for label, x in volts.items() if x.size >= _TOO_FEW}
    limits = {label: np.percentile(x, (1, 99)) for label, x in wide.items() if not _is_likely(x)}
    sizes = {label: float(high - low) / 2 for label, (low, high) in limits.items()}
    notices = []
    for odd in (
        {label: size for label, size in sizes.items() if size > _MOST},
        {label: size for label, size in sizes.items() if 0 < size < _LEAST},
    ):
        if odd:
            some = ", ".join(f"{_in_volts(size)} in {label!r}" for label, size in list(odd.items())[:4])
            more = f" (and {len(odd) - 4} more channels)" if len(odd) > 4 else ""
            text = f"The amplitude of EMG is {some}{more}, where 0.1 µV to 10 mV are likely. Is this in volts?"
            hint = f"If the unit is another, say it: units={{{next(iter(odd))!r}: 'µV'}}; nothing was rescaled."
            notices.append(Notice(code="amplitude-unlikely", text=text, hint=hint))
    return tuple(notices)


def constant_notice(volts: Mapping[str, Row]) -> tuple[Notice, ...]:
    """A notice on EMG channels of 100 samples or more that are all equal.

    Examples
    --------
    >>> print(constant_notice({"VL": np.zeros(200), "BF": np.arange(200.0)})[0].text)
    All samples of 'VL' are equal: nothing was measured there.
    >>> constant_notice({"VL": np.zeros(2)})
    ()
    """
    dead = [label for label, x in volts.items() if x.size >= _TOO_FEW and _is_constant(x)]
    if not dead:
        return ()
    text = f"All samples of {shortened(dead)} are equal: nothing was measured there."
    hint = "Leave the channels out, or look whether their sensors were worn and switched on."
    return (Notice(code="channel-constant", text=text, hint=hint),)


def _is_constant(x: Row) -> bool:
    # the first samples tell most channels apart, without a pass over all of them
    some = x[:_TOO_FEW]
    return bool((some == some[0]).all()) and all(
        bool((x[first : first + _AT_ONCE] == some[0]).all()) for first in range(0, x.size, _AT_ONCE)
    )


def _is_likely(x: NDArray[np.float64]) -> bool:
    """Whether a look is enough: the range is not too large, and more than 1 % lie far enough on each side of the mean.

    The percentiles are then so far apart; finding them takes ten times as long.
    """
    mean, enough = x.mean(), 0.01 * x.size + 1
    is_small = x.max() - x.min() <= 2 * _MOST
    return bool(is_small and (x > mean + _LEAST).sum() > enough and (x < mean - _LEAST).sum() > enough)


def _in_volts(size: float) -> str:
    for unit, factor in (("V", 1.0), ("mV", 1e-3), ("µV", 1e-6)):
        if size >= factor:
            return f"{number(float(f'{size / factor:.3g}'))} {unit}"
    return f"{size * 1e9:.3g} nV"
