"""
Residuals: normal, and spread alike?
====================================

Learn whether the values are what the tests suppose: points on the line at the left, and a cloud of even height at the
right. The largest residuals are named; they are the recordings to look at first.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
gluteus = cells[cells["muscle"] == "gluteus_maximus"]
model = ek.stats.mixed_model(gluteus, "value ~ exercise")
figure = ek.figures.residuals(model.residuals, simulated=True)[0]
