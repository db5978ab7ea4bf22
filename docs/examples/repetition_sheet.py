"""
All repetitions of a recording at a glance
==========================================

Learn whether the repetitions were found where they are: every one side by side, the movement and each muscle in a row,
phases tinted, rejected repetitions hatched with the reason above. A study draws such a page for every participant.
"""

import emgkit as ek

trials = ek.simulate.trials("three_lifts", seed=2015)  # simulated; yours come from ek.read
squat = next(trial for trial in trials if trial.context["task"] == "squat")
found = ek.find_repetitions(squat, by="position", starts="eccentric")
envelope = ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))(found.emg)
streams = {"position": found["position"], "emg": envelope}
figure = ek.figures.repetition_sheet(ek.Trial(streams=streams, events=found.events, context=found.context))
