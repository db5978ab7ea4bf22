"""
Activation on the body
======================

Learn at a glance which of the measured muscles an exercise works: the darker, the more. Muscles in white were not
measured. The body is schematic; where a muscle was recorded on one side, that side has the colour.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
figure = ek.figures.body_map(cells[cells["exercise"] == "hip_thrust"])
