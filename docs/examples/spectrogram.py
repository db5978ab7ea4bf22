"""
A spectrogram of repetitions
============================

Learn when a recording holds which frequencies: each repetition is a column of power below some 400 Hz. A level line
through rest and movement would be mains interference, a column without end at all frequencies an artefact.
"""

import emgkit as ek

trials = ek.simulate.trials("three_lifts", seed=2015)  # simulated; yours come from ek.read
squat = next(trial for trial in trials if trial.context["task"] == "squat")
squat = ek.find_repetitions(squat, by="position", starts="eccentric")
figure = ek.figures.spectrogram(squat.emg.crop(0.0, 8.0), channel="GMAX", highest=500)
