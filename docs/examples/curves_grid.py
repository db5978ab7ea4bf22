"""
Mean curves, one panel a muscle
===============================

Learn when in a repetition each muscle works, and whether that differs between exercises. Each line is the
median of the participants' own mean curves, so that everybody counts once.
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
figure = ek.figures.curves_grid(ensemble, unit="%MVC", simulated=True)
