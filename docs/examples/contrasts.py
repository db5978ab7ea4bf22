"""
Contrasts: ratios with their intervals
======================================

Learn how many times as much one exercise gives as another, and how sure that is. An interval that does not
touch 1 shows a difference; one that does leaves the question open.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
contrasts = ek.stats.contrasts(cells, within="exercise", by="muscle")
figure = ek.figures.contrasts(contrasts, simulated=True)
