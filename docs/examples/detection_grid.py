"""
How often a study would find its results, one panel a muscle
============================================================

Learn which of a study's results stand on firm ground with its number of participants, and which are as much a
matter of chance as of the muscle.
"""

import emgkit as ek

printed = ek.literature.printed_contrasts(ek.literature.figures(study="contreras_2015"))
means = printed[printed["statistic"] == "mean"]
design = ek.replication.printed_design(means, study="Contreras 2015", people="women", repetitions=10)
shares = ek.replication.replicate(
    design, error=None, replicates=2000, seed=2015
)  # simulated studies with the printed means
figure = ek.figures.detection_grid(shares)
