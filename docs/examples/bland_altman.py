"""
Agreement of two sessions, after Bland and Altman
=================================================

Learn how far a second session may lie from the first in the same person: each point is a participant, the line in
the middle is the mean difference, and 95 % of the differences are expected between the dashed limits. The bands are
the 95 % confidence intervals of these three lines.
"""

import numpy as np
import pandas as pd

import emgkit as ek

first = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
first = first.query("exercise == 'hip_thrust' and muscle == 'gluteus_maximus'").assign(session="1")
error = np.random.default_rng(1).normal(1.04, 0.08, len(first))
second = first.assign(session="2", value=first["value"] * error)
cells = pd.concat([first, second], ignore_index=True)
reliability = ek.stats.reliability(cells, within="session")
figure = ek.figures.bland_altman(cells, reliability, conditions=("1", "2"), simulated=True)
