"""Short forms of results: clauses, and what leaving participants out does."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import simulate, stats
from emgkit.errors import DesignError, EmgkitWarning
from emgkit.stats.within.summaries import contradictions, influence_summary, verdict_text


@pytest.fixture(scope="module")
def cells():
    return simulate.draw_cells("three_lifts", seed=1)


@pytest.fixture(scope="module")
def contrasts(cells):
    return stats.contrasts(cells, within="exercise", by="muscle")


def test_a_clause_has_the_numbers_of_the_sentence(contrasts):
    for clause, sentence in zip(contrasts.clauses(), contrasts.sentences(), strict=True):
        levels, *numbers = clause.split(", ", 1)[0].rsplit(" ", 1)
        assert " / " in levels
        for text in (*numbers, *clause.split(", ", 1)[1].split("], ")):
            assert text in sentence
        assert "(Holm-adjusted over 3)" in clause


def test_the_caption_and_the_parts_are_the_methods(contrasts):
    parts = contrasts.methods_parts()
    assert list(parts) == ["analysis", "people", "interval", "family", "effect", "software"]
    assert " ".join(parts.values()) == contrasts.methods()
    assert contrasts.caption() == " ".join(parts[name] for name in ("interval", "family", "effect"))


def test_a_table_without_short_forms_says_so(cells):
    table = stats.rm_anova(cells[cells["muscle"] == "gluteus_maximus"], within="exercise", log=True)
    with pytest.raises(DesignError, match=r"has no short form.*sentences"):
        table.clauses()


def test_a_verdict_without_a_test_has_no_p():
    nan = float("nan")
    row = {"verdict": "undecided", "ratio": 2.0, "ci_low": nan, "ci_high": nan, "p_adjusted": nan}
    assert verdict_text(row, {"scale": "log"}, everybody=False) == "undecided (2.00, no test)"


def test_two_who_contradict_are_both_named(cells):
    table = stats.influence(cells, within="exercise", by="muscle").copy()
    assert influence_summary(table).endswith(" with one left out). No outlying participant was flagged.")
    flagged = table["left_out"].isin(["02", "05"]) & (table["contrast"] == table["contrast"].iloc[0])
    table["contradicts"] = flagged & (table["muscle"] == "biceps_femoris")
    assert influence_summary(table).endswith(". 02 and 05 were flagged as outlying.")
    calm = table.assign(verdict_changes=False)
    assert influence_summary(calm).startswith("The significance of no contrast depends on one participant. 02 and")
    found = contradictions(table)
    assert list(found) == ["02", "05"]
    assert found["05"].startswith(
        "participant 05 contradicts all others, by the ratio of deadlift / hip thrust (biceps"
    )


def test_a_verdict_has_its_estimate_and_p(cells):
    gap = {"squat": 0.0, "deadlift": 0.001, "hip_thrust": 0.002}
    people = cells[cells["muscle"] == "biceps_femoris"].assign(muscle="one", unit="V")
    noise = np.random.default_rng(3).normal(0, 1e-5, len(people))
    people["value"] = 1e-4 + people["exercise"].map(gap) + noise
    table = stats.influence(people, within="exercise", log=False)
    row = table.to_dict("records")[0]
    text = verdict_text(row, table.attrs, everybody=False)
    assert text.startswith("lower (−")
    assert text.endswith(" µV, p < .001)")
    assert verdict_text(row, table.attrs, everybody=True) != text or row["difference"] == row["difference_all"]
    for everybody in (True, False):
        number = verdict_text(row, table.attrs, everybody=everybody).partition("(")[2].partition(",")[0]
        assert f" {number}, 95 % CI" in table.sentences()[0]


def test_the_number_of_a_verdict_has_the_decimals_of_its_interval():
    row = {"verdict": "higher", "ratio": 1.34, "ci_low": 1.002, "ci_high": 1.81, "p_adjusted": 0.04}
    assert verdict_text(row, {"scale": "log"}, everybody=False) == "higher (1.340, p = .040)"


def test_who_contradicts_is_told_alike_in_notice_table_and_clause():
    people = [f"P{k}" for k in range(8)]
    gaps = np.array([45.0, 50.0, 55.0, 52.0, 48.0, 50.0, 47.0, -260.0])
    for unit, scale in (("V", 1e-6), ("%MVC", 1.0)):
        cells = pd.DataFrame({
            "participant": people * 2, "exercise": ["hip_thrust"] * 8 + ["squat"] * 8, "training_group": "well_trained",
            "value": [*(scale * (400 + gaps)), *([400 * scale] * 8)], "unit": unit,
        })  # fmt: skip
        with pytest.warns(EmgkitWarning, match="P7 has a difference"):
            table = stats.influence(cells, within="exercise", by="training_group", log=False)
        shown = "µV" if unit == "V" else unit
        (clause,) = contradictions(table).values()
        assert clause == (
            "participant P7 contradicts all others, by the difference of hip thrust − squat (training group well "
            f"trained) −260.0 {shown}, the others 45.0 to 55.0 {shown}"
        )
        (why,) = table.loc[table["contradicts"], "why"]
        assert why.startswith(
            f"P7 has a difference hip thrust − squat of −260.0 {shown}, while those of the other 7 lie between 45.0 "
            f"and 55.0 {shown} (mean 49.6 {shown}): studentised deleted residual −"
        )
        (notice,) = table.notices
        assert notice.text == f"Training group well trained: {why}."
        lines = [line for line in table[table["contradicts"]].to_latex(columns="full").splitlines() if "P7" in line]
        assert all(any(number in line for line in lines) for number in ("$-$260.0", "[45.0, 55.0]", "49.6"))


def test_a_person_exchanged_is_told_with_the_own_value_and_the_range_of_the_others():
    people = [f"P{k}" for k in range(8)]
    gaps = [0.5, 0.45, 0.55, 0.52, 0.48, 0.5, 0.47, -0.6]
    cells = pd.DataFrame({
        "participant": people * 2, "exercise": ["a"] * 8 + ["b"] * 8, "value": np.exp([*gaps, *([0.0] * 8)]),
    })  # fmt: skip
    with pytest.warns(EmgkitWarning, match="P7 has a ratio"):
        table = stats.influence(cells, within="exercise")
    (clause,) = contradictions(table).values()
    assert clause == (
        f"participant P7 contradicts all others, by the ratio of a / b {np.exp(-0.6):.2f}, the others "
        f"{np.exp(0.45):.2f} to {np.exp(0.55):.2f}"
    )
