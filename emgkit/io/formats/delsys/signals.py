"""What the files of Delsys systems have in common: the rates of a Trigno, and the words for kinds of signals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import Signal, kind_of
from emgkit.io._text import shortened
from emgkit.notation import counted, number
from emgkit.units import as_unit

__all__ = [
    "check_times", "described", "lengths_without_padding", "padding_notice", "rate_of_times", "trigno_rate",
    "with_usual_unit", "zeros_notice",
]  # fmt: skip

# the base receives whole numbers of samples in frames of 13.5 ms: 27 frames in 0.3645 s, 2000/27 Hz a sample
_FRAMES = 2000 / 27
# a rate that a file gives to many digits is a Trigno's if it is as near to it
_NEAR = 1e-4
# a time further than this from its place, in samples, could be that of another sample
_MOST_AWAY = 0.45
# times are printed with seven digits
_PRINTED = 6e-7
_BLOCK = 100_000
# the first words of the names of signals
_KINDS = MappingProxyType(
    {
        "EMG": "EMG", "EKG": "ECG", "ECG": "ECG", "ACC": "ACCEL", "GYRO": "GYRO", "MAG": "MAGN", "ORIENTATION": "ORNT",
        "ANALOG": "MISC", "FSR": "MISC",
    }
)  # fmt: skip
_WORD = re.compile(r"\s*([A-Za-z]+)")
_SWITCHES = re.compile(r"(?<![a-z])FSR(?![a-z])", re.IGNORECASE)
# the units of these kinds in every file of Delsys' programs that names units
_USUAL = MappingProxyType({"ACCEL": "g", "GYRO": "deg/s", "MAGN": "uT"})


def trigno_rate(rate: float, *, away: float = 0.0) -> float:
    """The rate of a Trigno, a whole multiple of 1 / 13.5 ms, that a printed rate stands for; else the rate itself.

    Parameters
    ----------
    rate : float
        As it is printed (Hz).
    away : float, default 0
        How far rounding may have moved it (Hz), where it is printed with few digits.

    Examples
    --------
    >>> round(trigno_rate(1259.2593), 6), round(trigno_rate(148.0, away=0.5), 6), trigno_rate(1000.0)
    (1259.259259, 148.148148, 1000.0)
    """
    count = round(rate / _FRAMES)
    exact = count * 2000 / 27
    return exact if count > 0 and abs(exact - rate) <= max(away, _NEAR * rate) else rate


def described(signal: Signal, name: str) -> Signal:
    """The signal with the kind that the name of its channel in the sensor says, and its unit as emgkit writes it.

    A unit that emgkit does not have, such as percent, is none: ``"n/a"``. The four switches of an FSR adapter, which
    EMGworks calls EMG and ACC like the signals of any sensor, are numbers.
    """
    word = _WORD.match(name)
    kind = "MISC" if _SWITCHES.search(signal.label) else _KINDS.get(word[1].upper()) if word else None
    unit = None if signal.unit is None else as_unit(signal.unit.replace("(", "").replace(")", "")) or "n/a"
    if kind is None:
        return replace(signal, unit=unit, kind=kind_of(name, unit) or "MISC", kind_source="heuristic")
    return replace(signal, unit=unit, kind=kind, kind_source="header")


def with_usual_unit(signal: Signal, *, volts: str) -> Signal:
    """The signal with the unit that Delsys' programs write for its kind, where its file has none; `volts` for EMG."""
    if signal.unit is not None:
        return signal
    unit = _USUAL.get(str(signal.kind), "n/a")
    if signal.kind in ("EMG", "ECG"):
        unit = volts
    elif "analog" in signal.label.lower() and "fsr" not in signal.label.lower():
        unit = "V"
    return replace(signal, unit=unit, unit_source="heuristic")


def rate_of_times(times: NDArray[np.float64]) -> float | None:
    """The rate (Hz) of the samples with these times (s); None where they do not rise.

    Examples
    --------
    >>> rate_of_times(np.arange(5) / 2000)
    2000.0
    """
    if times.size < 2 or not times[-1] > times[0]:
        return None
    return trigno_rate(float((times.size - 1) / (times[-1] - times[0])))


def check_times(times: NDArray[np.float64], rate: float, *, where: str) -> None:
    """Refuse times that are not those of the rate.

    Raises
    ------
    FormatError
        Names the row, counted from the first of the channel.
    """
    # in blocks, which need little memory
    for begin in range(0, times.size, _BLOCK):
        block = times[begin : begin + _BLOCK]
        expected = times[0] + np.arange(begin, begin + block.size) / rate
        wrong = np.abs(block - expected) - _PRINTED * np.abs(block) > _MOST_AWAY / rate
        if wrong.any():
            row = int(np.argmax(wrong))
            raise FormatError(
                "The times of a channel do not fit its rate", where=f"{where}, sample {begin + row + 1}",
                allowed=f"{number(round(float(expected[row]), 7))} s, at {number(rate)} Hz",
                got=f"{number(float(block[row]))} s",
                hint="Samples are missing, or the rate is wrong: export the recording again, or cut it at the gap",
            )  # fmt: skip


def lengths_without_padding(sizes: Sequence[int], rates: Sequence[float | None], used: Sequence[int]) -> list[int]:
    """How many samples of each channel are no padding, where slow channels are filled up with zeros.

    EMGworks gives all channels the number of samples of the fastest one. A slow channel ends with it; what follows
    is kept where any channel of its rate holds a number other than zero in it, as in a file that was cut by rows.

    Parameters
    ----------
    sizes, rates : sequence
        Number of samples and rate (Hz) of each channel.
    used : sequence of int
        Number of samples up to the last one that is not zero.

    Examples
    --------
    >>> lengths_without_padding([1350, 1350], [2000.0, 4000 / 27], [1350, 99])
    [1350, 100]
    """
    fastest = max((rate or 0.0 for rate in rates), default=0.0)
    count = max((size for size, rate in zip(sizes, rates, strict=True) if rate == fastest), default=0)
    padded = [size == count and 0 < (rate or 0.0) < fastest for size, rate in zip(sizes, rates, strict=True)]
    ends: dict[float | None, int] = {}
    for rate, last, is_padded in zip(rates, used, padded, strict=True):
        if is_padded:
            ends[rate] = max(ends.get(rate, 0), last)
    lengths = []
    for size, rate, is_padded in zip(sizes, rates, padded, strict=True):
        end = round(count * (rate or 0.0) / fastest) if is_padded else size
        # zeros alone are no padding: nothing shows where they begin
        lengths.append(end if is_padded and 0.5 * end < ends[rate] <= end else size)
    return lengths


def padding_notice(labels: Sequence[str], sizes: Sequence[int], lengths: Sequence[int]) -> tuple[Notice, ...]:
    """A notice on the channels that are filled up with zeros."""
    cut = [label for label, size, length in zip(labels, sizes, lengths, strict=True) if length < size]
    if not cut:
        return ()
    text = f"{shortened(cut, most=3)} end with the others, and the zeros that fill them up in the file are left out."
    return (Notice(code="padding-left-out", text=text),)


def zeros_notice(signals: Sequence[Signal]) -> tuple[Notice, ...]:
    """A notice on EMG that begins with exact zeros, as it does before a sensor sends, or that is nothing else."""
    empty, late = [], {}
    for signal in signals:
        if signal.kind != "EMG" or not signal.size:
            continue
        first = int(np.argmax(signal.samples != 0))
        if signal.samples[first] == 0:
            empty.append(signal.label)
        elif first > 1 and signal.sfreq:
            late[signal.label] = first / signal.sfreq
    texts = []
    if late:
        texts.append(
            f"The EMG of {_some(late)} begins with exact zeros, for {number(round(max(late.values()), 4))} s at most: "
            "the sensor did not send yet."
        )
    if empty:
        texts.append(f"The EMG of {_some(empty)} is zero throughout: the sensor did not send.")
    return (Notice(code="sensor-silent", text=" ".join(texts), hint="Leave that part out"),) if texts else ()


def _some(labels: Iterable[str]) -> str:
    names = list(labels)
    return shortened(names) if len(names) < 4 else counted(len(names), "channel")
