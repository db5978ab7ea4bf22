"""What the sentences say of tables in which the answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit.multiverse.tables import Tables
from emgkit.multiverse.words import finding_of, summary_of


class Whole:
    """As much of a space as the words need."""

    size = 40


def tables(rows: list[dict[str, Any]], shares: dict[str, tuple[float, float]]) -> Tables:
    """Tables of contrasts a / b, with what each axis explains of the effect and of the verdict."""
    base = {
        "muscle": "vastus_lateralis", "contrast": "squat / deadlift", "curve": "as in the study", "scale": "ratio",
        "specifications": 20, "n": 9, "own": 1.3, "own_p": 0.02, "median": 1.3, "lowest": 1.2, "highest": 1.4,
        "p_median": 0.012, "higher": 1.0, "lower": 0.0, "share_significant": 1.0, "p_share": 0.02, "share_max_t": 1.0,
        "flips": 512, "exact": True,
    }  # fmt: skip
    curves = pd.DataFrame([{**base, **row} for row in rows])
    names = curves.loc[curves["curve"] == "as in the study", ["muscle", "contrast", "curve"]].drop_duplicates()
    variance = [
        {**one, "axis": axis, "share_of_effect": effect, "share_of_verdict": verdict}
        for one in names.to_dict("records")
        for axis, (effect, verdict) in shares.items()
    ]
    return Tables(specifications=pd.DataFrame(), curves=curves, variance=pd.DataFrame(variance))


SHARES = {"band": (0.7, 0.2), "envelope": (0.25, 0.7), "mvc": (1e-30, 1e-31), "together": (0.05, 0.1)}


def test_one_verdict_in_every_specification() -> None:
    found = tables([{}], SHARES)
    (text,) = finding_of(found)
    assert text.startswith("Vastus lateralis: squat / deadlift. The ratio is 1.30 in the study as it is, and 1.20 to")
    assert "over the 20 specifications that measure the same quantity; their median is 1.30 (p = .012" in text
    assert "In every one squat is above deadlift (p < .05 each; all of them also when adjusted for all)" in text
    assert "the verdict does not depend on the processing" in text
    assert "The band of the filter (70 %) and the envelope (25 %) explain most of the variance of the ratio" in text
    summary = summary_of(found, Whole())  # type: ignore[arg-type]
    assert summary.startswith("40 specifications of the analysis were computed, 20 of which measure what")
    assert "Every contrast has one and the same verdict" in summary
    assert "no verdict depends on the processing" in summary
    assert "The window of the reference moves no effect: the same reference divides both conditions" in summary


def test_verdicts_that_depend_name_the_choice() -> None:
    found = tables([{"higher": 0.6}, {"muscle": "biceps_femoris"}], SHARES)
    text = finding_of(found)[0]
    assert "In 60 % squat is above and in 40 % it is undecided (p = .020 for so many significant ones)" in text
    assert "the verdict depends on the processing, most on the envelope." in text
    summary = summary_of(found, Whole())  # type: ignore[arg-type]
    assert "1 of 2 contrasts has one and the same verdict" in summary
    assert "depends on the processing in 1: vastus lateralis: squat / deadlift (most on the envelope)." in summary


def test_choices_in_combination_and_undecided_ones() -> None:
    shares = {"band": (0.7, 0.1), "together": (0.3, 0.9)}
    assert "on several choices in combination." in finding_of(tables([{"lower": 0.5, "higher": 0.0}], shares))[0]
    undecided = finding_of(tables([{"higher": 0.0, "p_share": 1.0}], {"band": (1.0, np.nan), "together": (0.0, 0.0)}))
    assert "None of them shows a difference (p < .05): that it is undecided does not depend" in undecided[0]


@pytest.mark.parametrize(
    ("others", "text"),
    [
        ([{"median": 1.5}], "The other quantity (summary: peak) has a median of 1.50; most of its specifications"),
        ([{"median": 1.0, "higher": 0.0}], "most of its specifications say otherwise."),
    ],
)  # fmt: skip
def test_other_quantities_are_told(others: list[dict[str, Any]], text: str) -> None:
    rows = [{}, *({"curve": "summary: peak", **one} for one in others)]
    assert text in finding_of(tables(rows, SHARES))[0]
    two = [*rows, {"curve": "phase: concentric", "median": 2.0}]
    assert "The 2 other quantities have medians of" in finding_of(tables(two, SHARES))[0]
