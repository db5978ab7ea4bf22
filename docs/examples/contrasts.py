"""
Contrasts: ratios with their intervals
======================================

Learn how many times as much one exercise gives as another, and how sure that is. The adjusted p at the right decides
whether a difference was shown. The interval is about its own pair alone, and does not decide by itself.
"""

import emgkit as ek

cells = ek.simulate.draw_cells("three_lifts", seed=2015)  # simulated; yours come from ek.summarize
contrasts = ek.stats.contrasts(cells, within="exercise", by="muscle")
figure = ek.figures.contrasts(contrasts, simulated=True)
