"""
A pair, and the interval of its difference
==========================================

Learn whether everybody goes the same way: each line is a participant in two exercises, and beside them stands
the ratio with its 95 % interval.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
contrasts = ek.stats.contrasts(cells, within="exercise", by="muscle")
figure = ek.figures.paired(
    cells, contrasts, conditions=("hip_thrust", "squat"), muscle="gluteus_maximus", simulated=True
)[0]
