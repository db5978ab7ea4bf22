"""
The window of a reference in each MVC trial
===========================================

Learn whether a reference stands on a contraction or on an artefact: every trial of a muscle with the half second that
was chosen, and the largest sample in it. The trial that won is drawn full, the others pale.
"""

import emgkit as ek
from emgkit.normalize import best_windows

trials = ek.simulate.trials("three_lifts", seed=2015)  # simulated; yours come from ek.read
own = [trial for trial in trials if trial.context["participant"] == "01"]
mvc = [trial for trial in own if trial.context["task"] in ("mvcGmaxProne", "mvcGmaxBridge")]
pipeline = ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))
reference = ek.reference(mvc, pipeline)
windows = reference.table().merge(best_windows(mvc, pipeline), on=["channel", "trial"])
recordings = [trial.emg for trial in mvc]
figure = ek.figures.mvc(recordings, [pipeline(emg) for emg in recordings], windows, channel="GMAX")
