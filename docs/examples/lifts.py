"""
Which lift for which muscle
===========================

Learn which of hip thrust, squat and deadlift published studies found above the others, and how sure that is. The second
lift of a row stands at 1, the first at the ratio to it; what was not shown to differ is hollow.
"""

import emgkit as ek

contrasts = ek.literature.lift_contrasts()  # every comparison within a study; nothing of it was measured here
answers = ek.literature.lift_answers(contrasts)
for answer in answers:
    print(answer.sentence)
shown = contrasts[contrasts["muscle"] == "hamstrings"]
figure = ek.figures.lifts(shown, headings={answer.muscle: answer.lead for answer in answers})
