"""
From raw signal to envelope
===========================

Learn what the processing makes of a recording, and where its repetitions lie: the raw EMG in grey, the
envelope over it in red, the phases of each repetition behind.
"""

import emgkit as ek

trials = ek.simulate.trials("three_lifts", seed=2015)  # simulated; yours come from ek.read
squat = next(trial for trial in trials if trial.context["task"] == "squat")
squat = ek.find_repetitions(squat, by="position", starts="eccentric")
envelope = ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))
figure = ek.figures.signals(squat.emg, envelope(squat.emg), channel="GMAX")
