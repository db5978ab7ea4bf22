"""
Every exercise against every other
==================================

Learn from one square which pairs differ, in which direction and by how much. It pays where a study has many
exercises, so that a list of contrasts grows long.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
gluteus = cells[cells["muscle"] == "gluteus_maximus"]
contrasts = ek.stats.contrasts(gluteus, within="exercise", by="muscle")
figure = ek.figures.effect_matrix(contrasts, simulated=True)
