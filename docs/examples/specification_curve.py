"""
Every defensible processing at one look
=======================================

Learn how far a contrast depends on the processing: each specification is a point with its interval, in ascending order,
and below stands which options it has.
"""

import itertools

import numpy as np
import pandas as pd

import emgkit as ek

axes = {  # simulated; yours come from ek.multiverse.run(study).tables["specifications"]
    "band": ["20–450 Hz", "10–500 Hz", "30–400 Hz"],
    "envelope": ["low-pass 6 Hz", "low-pass 10 Hz", "RMS 100 ms", "RMS 250 ms"],
    "repetitions": ["all", "without first"],
}
rng = np.random.default_rng(2015)
table = pd.DataFrame(itertools.product(*axes.values()), columns=list(axes))
table.insert(0, "specification", range(1, len(table) + 1))
table.insert(0, "contrast", "squat / deadlift")
slower, narrower = table["envelope"] == "RMS 250 ms", table["band"] == "30–400 Hz"
middle = 0.2 - 0.1 * slower + 0.05 * narrower + rng.normal(0, 0.01, len(table))
limits = pd.DataFrame({"ratio": middle, "ci_low": middle - 0.16, "ci_high": middle + 0.16})
own = table["specification"] == 1
table = table.assign(**np.exp(limits), t=middle / 0.08, p=0.1 - 0.4 * middle, own=own)
figure = ek.figures.specification_curve(table, simulated=True).figure
