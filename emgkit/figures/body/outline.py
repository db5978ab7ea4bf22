"""The shape of the schematic body: curves through points, drawn for emgkit.

A point is (x, y): x from the middle of the body to its side, y from the sole (0) to the top of the head (100). Shapes
are of one half of the body; the other half mirrors them. They show where a muscle lies and no more: proportions are
rough, and of muscles in layers the area is that of what lies below the skin.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

__all__ = ["AREAS", "BODY", "GROUPS", "HEAD", "VIEWS", "Points", "closed_curve"]

Points = tuple[tuple[float, float], ...]

VIEWS = ("front", "back")
# middle, and half of width and height
HEAD = ((0.0, 93.6), (4.1, 5.6))

BODY: Mapping[str, Points] = MappingProxyType(
    {
        "trunk and leg": (
            (0.0, 88.6), (2.5, 88.4), (2.8, 85.8), (5.6, 84.2), (9.4, 82.8), (11.0, 79.5), (10.2, 75.0), (9.3, 70.0),
            (8.4, 64.0), (8.7, 60.0), (10.0, 55.0), (10.7, 50.5), (10.5, 45.0), (9.6, 38.0), (8.1, 31.0), (7.2, 27.0),
            (7.4, 23.0), (7.5, 19.5), (6.6, 12.5), (5.5, 6.0), (5.7, 3.2), (7.2, 1.0), (5.6, 0.2), (3.4, 0.6),
            (3.2, 3.5), (3.3, 6.0), (2.6, 12.5), (2.2, 19.0), (2.7, 24.0), (2.7, 27.5), (1.9, 34.0), (0.9, 42.0),
            (0.5, 46.6), (0.0, 47.4),
        ),
        "arm": (
            (9.0, 83.0), (11.6, 81.6), (13.3, 77.5), (14.1, 71.0), (14.9, 65.0), (16.0, 60.0), (16.9, 53.0),
            (17.9, 49.0), (17.7, 44.6), (16.3, 43.8), (15.3, 47.5), (14.9, 52.5), (13.3, 58.5), (12.1, 64.5),
            (10.9, 70.0), (10.2, 75.0),
        ),
    }
)  # fmt: skip

# view -> muscle -> area; a muscle with "…_2" has a second area
AREAS: Mapping[str, Mapping[str, Points]] = MappingProxyType(
    {
        "front": MappingProxyType({
            "sternocleidomastoid": ((0.5, 84.2), (1.4, 84.6), (2.6, 88.6), (1.8, 89.0)),
            "pectoralis_major": (
                (0.5, 81.2), (5.0, 82.0), (8.8, 80.8), (9.4, 77.6), (7.6, 74.0), (4.0, 72.6), (0.5, 73.6),
            ),
            "anterior_deltoid": ((9.2, 82.2), (10.9, 81.4), (11.6, 78.6), (10.9, 75.4), (9.9, 77.4)),
            "middle_deltoid": ((11.4, 81.0), (12.9, 78.0), (13.3, 73.8), (11.6, 75.4), (12.0, 78.4)),
            "serratus_anterior": ((8.6, 73.6), (9.3, 71.0), (8.9, 67.6), (7.2, 69.0), (7.0, 72.0)),
            "rectus_abdominis": ((0.3, 71.8), (3.0, 71.2), (3.2, 65.0), (3.0, 58.0), (1.8, 52.4), (0.3, 50.6)),
            "external_oblique": (
                (3.8, 70.2), (7.0, 68.0), (8.3, 66.4), (8.0, 62.0), (8.4, 58.4), (5.4, 55.6), (3.7, 58.4),
            ),
            "biceps_brachii": ((10.9, 74.4), (13.2, 73.0), (13.8, 68.6), (13.2, 66.0), (12.2, 66.8), (11.2, 70.2)),
            "brachioradialis": ((12.5, 64.2), (14.4, 64.6), (15.5, 60.0), (15.6, 55.6), (14.2, 57.4)),
            "tensor_fasciae_latae": ((8.6, 55.0), (9.8, 54.2), (10.3, 49.6), (9.6, 46.8), (8.6, 50.0)),
            "rectus_femoris": (
                (5.6, 49.2), (7.4, 46.0), (7.3, 39.0), (6.2, 31.2), (5.0, 31.2), (4.4, 38.0), (4.6, 45.0),
            ),
            "vastus_lateralis": ((8.4, 46.6), (9.9, 45.6), (9.5, 38.5), (7.9, 31.0), (7.0, 31.6), (7.8, 38.4)),
            "vastus_medialis": ((3.9, 39.2), (4.5, 33.0), (4.7, 29.2), (3.4, 28.4), (2.5, 31.4), (2.8, 36.0)),
            "adductor_longus": ((1.2, 46.4), (3.2, 47.4), (4.0, 44.4), (3.4, 39.4), (2.3, 35.8), (1.6, 40.4)),
            "tibialis_anterior": ((4.9, 24.4), (5.9, 24.0), (5.6, 16.0), (4.6, 8.6), (4.1, 9.2), (4.5, 16.4)),
            "peroneus_longus": ((6.4, 24.0), (7.1, 22.4), (6.8, 15.4), (5.9, 9.6), (5.5, 11.0), (6.1, 16.4)),
        }),
        "back": MappingProxyType({
            "upper_trapezius": ((0.3, 88.2), (2.3, 87.6), (3.2, 85.2), (8.6, 82.6), (7.0, 81.0), (0.3, 80.8)),
            "middle_trapezius": ((0.3, 80.4), (7.6, 80.6), (5.6, 77.6), (0.3, 76.4)),
            "lower_trapezius": ((0.3, 76.0), (5.0, 77.0), (2.6, 71.0), (0.3, 66.6)),
            "posterior_deltoid": ((9.0, 82.4), (11.4, 81.2), (13.0, 77.6), (13.2, 73.8), (11.2, 76.2), (9.6, 79.6)),
            "infraspinatus": ((5.6, 76.6), (8.6, 79.6), (9.6, 77.0), (7.4, 73.6), (4.6, 74.4)),
            "latissimus_dorsi": (
                (3.2, 71.0), (6.2, 73.0), (9.6, 74.6), (9.0, 69.4), (7.6, 63.6), (4.6, 60.4), (2.4, 66.0),
            ),
            "erector_spinae": ((0.3, 65.8), (1.7, 66.4), (3.2, 61.4), (3.2, 57.4), (0.3, 57.4)),
            "multifidus": ((0.3, 57.0), (2.9, 57.0), (1.8, 54.2), (0.3, 52.6)),
            "triceps_brachii": ((11.0, 75.0), (13.3, 73.2), (14.0, 68.6), (13.2, 66.2), (12.2, 66.6), (11.2, 70.2)),
            "gluteus_medius": ((3.6, 56.8), (6.6, 59.0), (8.8, 58.2), (10.0, 54.2), (7.2, 54.4)),
            "gluteus_maximus": (
                (0.6, 53.6), (3.2, 55.6), (7.4, 53.6), (10.1, 51.4), (10.0, 47.8), (8.0, 45.2), (4.4, 44.0),
                (1.0, 45.4),
            ),
            "biceps_femoris": (
                (5.6, 43.2), (8.2, 44.0), (8.3, 38.0), (7.2, 29.4), (6.3, 28.0), (6.2, 33.0), (5.5, 38.0),
            ),
            "semitendinosus": (
                (3.4, 42.8), (5.2, 42.8), (5.1, 37.4), (4.4, 32.0), (3.3, 27.6), (3.0, 30.0), (3.4, 36.4),
            ),
            "semimembranosus": ((1.6, 42.0), (3.0, 42.6), (3.0, 36.4), (2.6, 30.6), (2.3, 33.0), (1.7, 38.0)),
            "vastus_lateralis": ((8.8, 44.2), (10.0, 44.6), (9.2, 37.6), (8.1, 32.4), (8.7, 38.2)),
            "gastrocnemius_medialis": ((2.9, 25.2), (4.6, 25.6), (4.8, 20.0), (3.9, 15.8), (2.6, 17.8), (2.5, 21.4)),
            "gastrocnemius_lateralis": ((5.1, 25.6), (6.9, 25.0), (7.2, 20.6), (6.3, 16.6), (5.1, 19.0)),
            "soleus": ((2.9, 15.4), (4.0, 15.0), (4.9, 18.0), (6.5, 16.0), (5.8, 11.4), (4.7, 8.2), (3.5, 9.4)),
        }),
    }
)  # fmt: skip

# a name for several muscles, or another name of one area -> the areas that take its colour
GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "quadriceps": ("rectus_femoris", "vastus_lateralis", "vastus_medialis"),
        "hamstrings": ("biceps_femoris", "semitendinosus", "semimembranosus"),
        "lateral_hamstrings": ("biceps_femoris",),
        "medial_hamstrings": ("semitendinosus", "semimembranosus"),
        "biceps_femoris_long_head": ("biceps_femoris",),
        "adductors": ("adductor_longus",),
        "gastrocnemius": ("gastrocnemius_medialis", "gastrocnemius_lateralis"),
        "triceps_surae": ("gastrocnemius_medialis", "gastrocnemius_lateralis", "soleus"),
        "trapezius": ("upper_trapezius", "middle_trapezius", "lower_trapezius"),
        "deltoid": ("anterior_deltoid", "middle_deltoid", "posterior_deltoid"),
    }
)


def closed_curve(points: Points, *, steps: int = 8) -> NDArray[np.float64]:
    """A smooth closed curve through points, shape (n_points · steps, 2).

    Notes
    -----
    A Catmull-Rom spline: on each side of a point the curve runs parallel to the line between its neighbours.

    Examples
    --------
    >>> curve = closed_curve(((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)))
    >>> curve.shape, curve[8].tolist()
    ((32, 2), [2.0, 0.0])
    """
    p = np.array(points, dtype=np.float64)
    before, after, next_one = np.roll(p, 1, axis=0), np.roll(p, -1, axis=0), np.roll(p, -2, axis=0)
    t = np.linspace(0.0, 1.0, steps, endpoint=False)[None, :, None]
    # half of the usual slope keeps corners tight, so that neighbouring areas stay apart
    start, end = 0.35 * (after - before), 0.35 * (next_one - p)
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * p[:, None]
        + (t**3 - 2 * t**2 + t) * start[:, None]
        + (3 * t**2 - 2 * t**3) * after[:, None]
        + (t**3 - t**2) * end[:, None]
    )
    return np.asarray(curve.reshape(-1, 2))
