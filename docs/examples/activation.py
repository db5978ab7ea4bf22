"""
Activation: each participant beside the mean
============================================

Learn how high each exercise lies, and how much people differ: every point is a participant, a grey line joins
the points of one participant, and the bar is the mean.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
cells = cells[cells["muscle"] != "biceps_femoris"]
figure = ek.figures.activation(cells)
