"""
From raw signal to envelope
===========================

Learn what the processing makes of a recording, and where its repetitions lie: the raw EMG in grey, what the
filters leave of it in dark blue, the envelope in red, the phases of each repetition behind.
"""

import emgkit as ek

trials = ek.simulate.trials("three_lifts", seed=2015)  # simulated; yours come from ek.read
squat = next(trial for trial in trials if trial.context["task"] == "squat")
squat = ek.find_repetitions(squat, by="position", starts="eccentric")
filters = ek.Pipeline(ek.Bandpass(low=20, high=450))
envelope = filters.then(ek.Rectify(), ek.Envelope(cutoff=6))
figure = ek.figures.signals(squat.emg, envelope(squat.emg), filtered=filters(squat.emg), channel="GMAX")
