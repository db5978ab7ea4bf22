"""
Contact sheets: all channels at a glance
========================================

Learn in a second whether a recording is usable: a dead channel, a loose electrode or mains hum stands out.
Give one recording for all its channels, several for a sheet of them, and ``channel=`` for all repetitions of
one channel.
"""

import emgkit as ek

trials = ek.simulate.trials("three_lifts", seed=2015)  # simulated; yours come from ek.read
squat = next(trial for trial in trials if trial.context["task"] == "squat")
figure = ek.figures.contact_sheet(squat.emg)
