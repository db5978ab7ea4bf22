"""
Published values beside each other
==================================

Learn how far printed means lie apart. Only what was printed is drawn: a standard deviation where there is
one, a range that is called a range, and a hollow mark where the number was not read at its source.
"""

import emgkit as ek

table = ek.literature.figures()  # printed by others; nothing of it was measured here
lifts = ["barbell_hip_thrust", "hip_thrust (all variations)", "back_squat", "back_squat (all variations)"]
shown = table[table["study"].isin(["contreras_2015", "neto_2020"]) & table["exercise"].isin(lifts)]
shown = shown[(shown["muscle"] == "gluteus_maximus") & (shown["statistic"] == "mean") & (shown["comparator"] == "")]
names = {"contreras_2015": "Contreras 2015", "neto_2020": "Neto 2020 (review)"}
figure = ek.figures.published(shown.replace({"study": names}))
