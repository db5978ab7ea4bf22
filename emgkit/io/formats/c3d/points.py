"""The points of a C3D file: markers, and what models compute (angles, forces, moments, powers), frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emgkit.errors import Notice
from emgkit.io._assembly import Bytes
from emgkit.io.formats.c3d.layout import Layout
from emgkit.io.formats.c3d.parameters import Parameters
from emgkit.notation import number
from emgkit.units import UNITS, as_unit

__all__ = ["AXES", "Point", "point_unit", "point_values", "points"]

AXES = ("x", "y", "z")
# lists of labels in the group POINT that are no markers: the list of their unit, what it is when that is missing
_OUTPUTS = {
    "ANGLES": ("ANGLE_UNITS", "deg"),
    "FORCES": ("FORCE_UNITS", "N"),
    "MOMENTS": ("MOMENT_UNITS", ""),
    "POWERS": ("POWER_UNITS", ""),
    "SCALARS": ("SCALAR_UNITS", ""),
    "REACTIONS": ("REACTION_UNITS", ""),
}
_KINDS = {"ANGLES": "JNTANG", "FORCES": "FORCE"}
# four letters are all that some programs have for it
_LENGTHS = {"mete": "m", "mill": "mm", "cent": "cm"}
# a coordinate of a laboratory is smaller in metres and larger in millimetres
_LARGEST_IN_METRES = 50.0
_AT_ONCE = 2**16


@dataclass(frozen=True, kw_only=True)
class Point:
    """A point's label without the name of a person, its kind, and its unit where that is not the one of the markers.

    Parameters
    ----------
    label : str
        Name, empty where the file has none.
    kind : str
        ``"POS"`` for a marker.
    unit : str, optional
        Unit of a model output.
    unknown : str, optional
        What the file says as unit, where emgkit knows no such unit.
    """

    label: str
    kind: str = "POS"
    unit: str | None = None
    unknown: str | None = None


def points(layout: Layout) -> list[Point]:
    """The points, in the order of the file."""
    parameters = layout.parameters
    labels = [*parameters.texts("POINT:LABELS")[: layout.n_points]]
    labels += [""] * (layout.n_points - len(labels))
    outputs = {
        label: group for group in _OUTPUTS for label in parameters.texts(f"POINT:{group}") if label
    }  # fmt: skip
    return [
        _output(name, outputs[label], parameters) if label in outputs else Point(label=name)
        for label, name in zip(labels, _without_persons(labels, parameters), strict=True)
    ]


def _output(name: str, group: str, parameters: Parameters) -> Point:
    listing, usual = _OUTPUTS[group]
    text = next(iter(parameters.texts(f"POINT:{listing}")), "")
    unit = as_unit(text) or (None if text else usual or None)
    # a scalar may be anything; programs write the unit of the markers for it
    kind = _KINDS.get(group, "MISC")
    if unit is None or (kind == "MISC" and UNITS[unit][0] not in ("N·m", "n/a")):
        return Point(label=name, kind="MISC", unit="n/a", unknown=text if group != "SCALARS" and text else None)
    return Point(label=name, kind=kind, unit=unit)


def _without_persons(labels: list[str], parameters: Parameters) -> list[str]:
    """The labels without the subject's name before them; several subjects get a number where that is needed."""
    names = [*parameters.texts("SUBJECTS:NAMES")]
    prefixes = [
        *(one for one in parameters.texts("SUBJECTS:LABEL_PREFIXES") if one),
        *(f"{one}:" for one in names if one),
    ]
    order = {prefix: place for place, prefix in enumerate(dict.fromkeys(prefixes), start=1) if prefix.endswith(":")}

    def split(label: str) -> tuple[int, str]:
        prefix = next((one for one in order if label.startswith(one) and len(label) > len(one)), "")
        return order.get(prefix, 0), label[len(prefix) :]

    parts = [split(label) for label in labels]
    short = [name for _, name in parts]
    if len({(name, subject) for subject, name in parts if name}) == len({name for name in short if name}):
        return short
    return [f"{subject}:{name}" if subject else name for subject, name in parts]


def point_values(layout: Layout, raw: Bytes, named: list[Point], part: slice) -> tuple[NDArray[np.float64], list[int]]:
    """Coordinates of the points in some frames, shape (3 * n_points, n_frames), and of how many frames each lacks them.

    A point lacks its position where its residual is negative, where a coordinate is not a number, and where a marker
    stands at the very origin, which programs write in place of what the cameras did not see.
    """
    n, scale = layout.n_points, 1.0 if layout.is_real else layout.point_scale
    frames, n_frames = layout.point_bytes(raw), part.stop - part.start
    values = np.empty((3 * n, n_frames))
    lacking = np.zeros(n, dtype=np.intp)
    is_marker = np.array([one.kind == "POS" for one in named])[:, np.newaxis]
    at_once = max(1, _AT_ONCE // (4 * n))
    for low in range(0, n_frames, at_once):
        own = values[:, low : low + at_once]
        read = frames[:, part.start + low : part.start + low + own.shape[1]][0]
        numbers = layout.numbers.reals(read) if layout.is_real else read.view(f"{layout.numbers.order}i2")
        words = numbers.reshape(-1, n, 4)
        with np.errstate(invalid="ignore"):
            own[...] = words[..., :3].reshape(-1, 3 * n).T
            x, y, z = own[0::3], own[1::3], own[2::3]
            # the sum of three is finite where each of them is
            gap = (words[..., 3].T < 0) | ~np.isfinite(x + y + z) | (is_marker & (x == 0) & (y == 0) & (z == 0))
        lacking += gap.sum(axis=1)
    if scale != 1.0:
        values *= scale
    return values, lacking.tolist()


def point_unit(layout: Layout, values: NDArray[np.float64]) -> tuple[str | None, str, tuple[Notice, ...]]:
    """Unit of the markers and where it was learnt; by the size of the coordinates where the file gives none."""
    text = next(iter(layout.parameters.texts("POINT:UNITS")), "")
    unit = as_unit(text) or as_unit(text.lower()) or _LENGTHS.get(text[:4].lower())
    if unit is not None and UNITS[unit][0] == "m":
        return unit, "header", ()
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max(initial=0.0))
    likely = "m" if largest < _LARGEST_IN_METRES else "mm"
    text = (
        f"The file gives {f'{text!r} as the' if text else 'no'} unit of its points; {likely} was taken, "
        f"since the largest coordinate is {number(largest)}."
    )
    notice = Notice(code="unit-likely", text=text)
    return likely, "heuristic", (notice,)
