"""
The references of a participant at a glance
===========================================

Learn which trial gave the reference of each muscle, and whether the others come near it: one panel a muscle, one row a
trial. A study draws the trial that won, of all participants.
"""

import emgkit as ek
from emgkit.normalize import best_windows

trials = ek.simulate.trials("three_lifts", seed=2015)  # simulated; yours come from ek.read
own = [trial for trial in trials if trial.context["participant"] == "01" and trial.context.get("run") == 1]
mvc = [trial for trial in own if trial.context["task"] in ("mvcGmaxProne", "mvcHamProne", "mvcQuadNinety")]
pipeline = ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))
reference = ek.reference(mvc, pipeline)
windows = reference.table().merge(best_windows(mvc, pipeline), on=["channel", "trial"])
recordings = [trial.emg for trial in mvc]
figure = ek.figures.mvc_grid(recordings, [pipeline(emg) for emg in recordings], windows)
