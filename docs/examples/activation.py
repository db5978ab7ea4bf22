"""
Activation: each participant beside the mean
============================================

Learn how high each exercise lies, and how much people differ: every point is a participant, a grey line joins
the points of one participant, the bar is the geometric mean, and the band its 95 % interval.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
cells = cells[cells["muscle"] != "biceps_femoris"]
figure = ek.figures.activation(cells)
