"""
Activation by joint angle
=========================

Learn at which joint angle a muscle works most, and whether two exercises load it at different angles. Each
mark is the mean over a bin of the angle with its 95 % interval.
"""

import numpy as np
import pandas as pd

import emgkit as ek

rng = np.random.default_rng(2015)
low = np.arange(0, 90, 15)  # simulated; yours are rows of ek.measure(…, during="angle"), summarised over participants
angles = pd.concat(
    pd.DataFrame({"exercise": lift, "muscle": muscle, "joint": "hip", "angle_low": low, "angle_high": low + 15})
    .assign(value=60 + slope * low + rng.normal(0, 3, 6), n=13, unit="%MVC")
    .assign(ci_low=lambda table: table["value"] - 9, ci_high=lambda table: table["value"] + 10)
    for muscle in ("gluteus_maximus", "vastus_lateralis")
    for lift, slope in (("hip_thrust", -0.5), ("squat", 0.3))
)
figure = ek.figures.angle(angles, muscle="gluteus_maximus", simulated=True)
