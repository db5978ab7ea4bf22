"""
How often a study would find its result
=======================================

Learn whether a published result was to be expected: of many simulated studies with the printed means and the
printed number of participants, this share finds a difference. What the paper did not print, spread and
correlation, is swept.
"""

import emgkit as ek

printed = ek.literature.printed_contrasts(ek.literature.figures(study="contreras_2015"))
means = printed[printed["statistic"] == "mean"]
design = ek.replication.printed_design(means, study="Contreras 2015", people="women", repetitions=10)
shares = ek.replication.replicate(
    design, error=None, replicates=2000, seed=2015
)  # simulated studies with the printed means
figure = ek.figures.detection(shares, muscle="vastus_lateralis")
