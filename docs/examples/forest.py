"""
Forest plot of several studies
==============================

Learn what several studies say together, and how far they disagree: a square a study, larger where it weighs
more, the pooled ratio below, and the interval in which a next study would fall.
"""

import pandas as pd

import emgkit as ek

summaries = pd.DataFrame(  # made up; yours are printed means, standard deviations and the correlation of the conditions
    {
        "study": ["Study A", "Study B", "Study C", "Study D"],
        "m1": [88.0, 75.0, 53.0, 70.0],
        "sd1": [28.0, 29.0, 14.0, 20.0],
        "m2": [51.0, 51.0, 36.0, 60.0],
        "sd2": [19.0, 23.0, 23.0, 19.0],
        "n": [13, 12, 10, 30],
        "r": [0.7, 0.6, 0.6, 0.6],
    }
)
figure = ek.figures.forest(ek.stats.meta_analysis(summaries), simulated=True)
