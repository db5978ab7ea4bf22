"""
Activation on the body, one panel an exercise
=============================================

Learn how exercises differ in the muscles that they work: all panels share one scale of colours, so that the same
colour is the same activation.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
figure = ek.figures.body_map_grid(cells, by="exercise")
