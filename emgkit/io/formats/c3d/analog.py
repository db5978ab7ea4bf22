"""The analogue channels of a C3D file: names, units, what is a force plate, and the samples in the unit of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import FormatError, Notice
from emgkit.io._assembly import Block, Bytes
from emgkit.io._text import shortened
from emgkit.io.formats.c3d.layout import Layout
from emgkit.io.formats.motion.described import described, known_unit, plate_kind, without_unit_notice

__all__ = ["AnalogChannel", "analog_channels", "analog_values"]


@dataclass(frozen=True, kw_only=True)
class AnalogChannel:
    """A channel's label, unit, kind, and how its numbers become values: ``(number - offset) * scale``."""

    label: str
    unit: str | None
    unit_source: str
    kind: str | None
    offset: float
    scale: float


def analog_channels(layout: Layout, *, where: str) -> tuple[list[AnalogChannel], tuple[Notice, ...]]:
    """The channels, in the order of the file.

    Raises
    ------
    FormatError
        The samples are whole numbers and the file gives no scale for a channel.
    """
    parameters, n = layout.parameters, layout.n_analog
    labels = [*parameters.texts("ANALOG:LABELS")[:n]]
    labels += [""] * (n - len(labels))
    texts = [*parameters.texts("ANALOG:UNITS")[:n]]
    texts += [""] * (n - len(texts))
    scales, general = parameters.array("ANALOG:SCALE")[:n], parameters.number("ANALOG:GEN_SCALE")
    if scales.size < n and not layout.is_real:
        raise FormatError(
            "The C3D file does not say how its analogue numbers become values", where=f"{where}, ANALOG:SCALE",
            allowed=f"{n} scales", got=f"{scales.size} scales",
        )  # fmt: skip
    scales = np.concatenate([scales, np.ones(n - scales.size)]) * (1.0 if general is None else general)
    offsets = parameters.array("ANALOG:OFFSET")[:n]
    offsets = np.concatenate([offsets, np.zeros(n - offsets.size)])
    # half of 16 bits without a sign does not fit into a number with one, as which every offset is stored
    wrapped = offsets < 0 if _sign(layout) == "u" else (offsets == -(2**15)) & layout.is_real
    offsets = np.where(wrapped, offsets + 2**16, offsets)
    plates = set(parameters.array("FORCE_PLATFORM:CHANNEL").tolist())
    described = [
        _described(label, text, is_plate=place in plates, any_unit=any(texts))
        for place, (label, text) in enumerate(zip(labels, texts, strict=True), start=1)
    ]
    channels = [
        AnalogChannel(
            label=label, unit=unit, unit_source="header" if unit and unit != "n/a" else "heuristic", kind=kind,
            offset=float(offset), scale=float(scale),
        )
        for label, (unit, kind), offset, scale in zip(labels, described, offsets, scales, strict=True)
    ]  # fmt: skip
    return channels, _notices(channels, texts)


def _sign(layout: Layout) -> str:
    """The letter of NumPy for whole numbers with a sign, or without one."""
    return "u" if "".join(layout.parameters.texts("ANALOG:FORMAT")).upper().startswith("UNSIGNED") else "i"


def _described(label: str, text: str, *, is_plate: bool, any_unit: bool) -> tuple[str | None, str | None]:
    if is_plate:
        unit = known_unit(text)
        return unit or "n/a", plate_kind(unit)
    return described(label, text, any_unit=any_unit)


def _notices(channels: Sequence[AnalogChannel], texts: Sequence[str]) -> tuple[Notice, ...]:
    bare = [
        (one.label, text) for one, text in zip(channels, texts, strict=True) if one.unit == "n/a" and one.kind != "TRIG"
    ]
    notices = [*without_unit_notice(bare)]
    dead = [one.label for one in channels if one.scale == 0]
    if dead:
        text = f"All values of {shortened(dead)} are 0, since the file gives the scale 0."
        notices.append(Notice(code="scale-zero", text=text))
    return tuple(notices)


def analog_values(
    layout: Layout, raw: Bytes, channels: Sequence[AnalogChannel], *, first: int, last: int
) -> tuple[Block, NDArray[np.intp]]:
    """The samples from `first` to before `last`, and how many of each channel are not finite numbers."""
    n, part = layout.n_analog, slice(first, last)
    kind = f"{layout.numbers.order}f4" if layout.is_real else f"{layout.numbers.order}{_sign(layout)}2"
    block = Block(
        numbers=layout.analog_numbers(raw, kind), part=part, decode=layout.numbers.decode if layout.is_real else None,
        offsets=-np.array([one.offset for one in channels]), gains=np.array([one.scale for one in channels]),
    )  # fmt: skip
    lacking = _lacking(block) if layout.is_real else np.zeros(n, np.intp)
    lacking[~np.isfinite(block.offsets) | ~np.isfinite(block.gains)] = block.size
    return block, lacking


def _lacking(block: Block) -> NDArray[np.intp]:
    """How many reals of each channel are not finite numbers."""
    count = np.zeros(len(block.numbers), np.intp)
    for _, numbers, meant in block.parts(slice(None)):
        # the sum of finite reals is finite nearly always, and quick
        with np.errstate(over="ignore", invalid="ignore"):
            if np.isfinite(numbers.sum()):
                continue
        count += (~np.isfinite(numbers.reshape(len(numbers), -1)[:, meant])).sum(axis=1)
    return count
