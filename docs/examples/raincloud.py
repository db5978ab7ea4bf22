"""
A raincloud: every participant, the quartiles and the density
=============================================================

Learn how the participants of a sample are spread in each exercise: their own values at the left, the median with
the quartiles in the box, the density at the right. Exercises that share a letter did not differ significantly.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
contrasts = ek.stats.contrasts(cells, within="exercise", by="muscle")
figure = ek.figures.raincloud(cells, muscle="gluteus_maximus", contrasts=contrasts)
