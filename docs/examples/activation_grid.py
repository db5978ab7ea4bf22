"""
Activation, one panel a muscle
==============================

Learn how exercises differ within each muscle. The panels share no scale by accident: 100 % of one muscle is
another contraction than 100 % of another, so compare exercises inside a panel, not muscles between panels.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
figure = ek.figures.activation_grid(cells)
