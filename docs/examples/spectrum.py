"""
The spectrum before and after filters
=====================================

Learn what frequencies a recording holds and what its filters leave of them. A mark stands at each median frequency;
a narrow peak at 50 or 60 Hz and its multiples would be mains interference.
"""

import emgkit as ek

trials = ek.simulate.trials("three_lifts", seed=2015)  # simulated; yours come from ek.read
squat = next(trial for trial in trials if trial.context["task"] == "squat")
filters = ek.Pipeline(ek.Bandpass(low=20, high=450))
figure = ek.figures.spectrum({"raw": squat.emg, "filtered": filters(squat.emg)}, channel="GMAX")
