"""
Activation, one panel a muscle
==============================

Learn how exercises differ within each muscle. The panels share no scale by accident: 100 % of one muscle is
another contraction than 100 % of another, so compare exercises inside a panel, not muscles between panels.
Exercises that share a letter did not differ significantly.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
contrasts = ek.stats.contrasts(cells, within="exercise", by="muscle")
figure = ek.figures.activation_grid(cells, contrasts=contrasts)
