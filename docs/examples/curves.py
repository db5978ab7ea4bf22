"""
Curves, and where they differ
=============================

Learn at which points of a repetition two exercises differ. The lines are medians over participants with their
quartiles around them; the tint, and the bar below it, mark where a test of the whole curve finds a difference.
"""

import itertools

import emgkit as ek

envelope = ek.Pipeline(ek.Bandpass(low=20, high=450), ek.Rectify(), ek.Envelope(cutoff=6))
starts = {"hipThrust": "concentric", "squat": "eccentric"}
drawn = []
trials = ek.simulate.trials("three_lifts", seed=2015)  # simulated; yours come from ek.read
for _, session in itertools.groupby(trials, key=lambda trial: trial.context["participant"]):
    session = {trial.context["task"]: trial for trial in session}
    mvc = [trial for task, trial in session.items() if task.startswith("mvc")]
    percent = envelope.then(ek.reference(mvc, envelope, window=0.5))
    for task, phase in starts.items():
        lift = ek.find_repetitions(session[task], by="position", starts=phase)
        drawn.append(ek.time_normalize(percent(lift.emg), during="repetition"))
curves = ek.Curves.concat(drawn).participant_means()
names = {"exercise": {"hipThrust": "hip_thrust"}}
ensemble = curves.ensemble().replace(names)
test = ek.stats.waveform_test(curves.to_frame().replace(names), within="exercise", by="muscle")
figure = ek.figures.curves(ensemble, muscle="gluteus_maximus", unit="%MVC", test=test, simulated=True)
