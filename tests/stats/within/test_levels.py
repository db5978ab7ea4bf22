"""The levels of a comparison: means with intervals, letters for all pairs, and the finding in three sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from emgkit import simulate, stats
from emgkit.errors import EmgkitWarning
from emgkit.stats.within.levels import (
    _split,
    by_size,
    finding_sentences,
    level_summaries,
    level_table,
    order_rule,
)


@pytest.fixture(scope="module")
def cells():
    return simulate.draw_cells("three_lifts", seed=1)


@pytest.fixture(scope="module")
def contrasts(cells):
    return stats.contrasts(cells, within="exercise", by="muscle")


def two_levels(p_adjusted: float) -> tuple[pd.DataFrame, stats.Results]:
    """Two levels that differ, and the p that somebody says of them."""
    people = [f"P{k}" for k in range(5)]
    values = [30.0, 33.0, 36.0, 39.0, 42.0, 20.0, 23.0, 21.0, 28.0, 25.0]
    cells = pd.DataFrame({"participant": people * 2, "exercise": ["a"] * 5 + ["b"] * 5, "value": values})
    table = stats.contrasts(cells, within="exercise")
    table["p_adjusted"] = p_adjusted
    return cells, table


def test_the_order_has_the_means_of_the_cells(cells, contrasts):
    for summary in level_summaries(cells, contrasts):
        chosen = cells[cells["muscle"] == summary.levels["muscle"]]
        means = np.exp(np.log(chosen["value"]).groupby(chosen["exercise"]).mean()).sort_values(ascending=False)
        numbers = [f"{str(level).replace('_', ' ')} {mean:.1f} %MVC (" for level, mean in means.items()]
        assert [number in summary.order for number in numbers] == [True] * 3
        assert summary.order.endswith("); geometric means, n = 13")
        place = [summary.order.index(str(level).replace("_", " ")) for level in means.index]
        assert place == sorted(place)
        assert len(summary.contrasts) == 3
    assert level_summaries(cells, contrasts)[0].name == "biceps femoris"


@pytest.mark.parametrize("p", [0.0496, 0.0497, 0.04996, 0.0499999, 0.05, 0.0500001, 0.0503, 1.0, 1e-9])
def test_the_letters_of_the_order_and_the_p_never_contradict_each_other(p):
    (summary,) = level_summaries(*two_levels(p))
    (clause,) = summary.contrasts
    assert summary.order == f"a 35.7 (a), b 23.2 ({'b' if p < 0.05 else 'a'}); geometric means, n = 5"
    assert "= >" not in clause
    assert "= <" not in clause
    assert not ("(b)" in summary.order and clause.endswith("p = .050"))


def test_an_order_of_raw_volts_is_read_in_microvolts():
    cells, _ = two_levels(0.5)
    cells = cells.assign(value=cells["value"] * 1e-6, unit="V")
    (summary,) = level_summaries(cells, stats.contrasts(cells, within="exercise", log=False))
    assert summary.name == "all"
    assert summary.order == "a 36.0 µV (a), b 23.4 µV (b); means, n = 5"
    assert "a − b 12.6 µV, 95 % CI [" in summary.contrasts[0]


def test_the_rule_names_alpha_and_whether_p_is_adjusted():
    adjusted = order_rule({"adjust": "holm", "largest_family": 3})
    assert adjusted.startswith("A difference was considered significant where the adjusted p was below .05")
    assert "where the p was below .05 (alpha = .05)" in order_rule({"adjust": "none", "largest_family": 3})


@pytest.mark.parametrize("make", [stats.contrasts, stats.influence])
@pytest.mark.parametrize(("levels", "which"), [(2, "the p was"), (3, "the adjusted p was")])
def test_the_rule_speaks_of_an_adjusted_p_only_where_a_family_holds_several(cells, make, levels, which):
    kept = sorted(cells["exercise"].unique())[:levels]
    table = make(cells[cells["exercise"].isin(kept)], within="exercise", by="muscle")
    assert order_rule(table.attrs) == f"A difference was considered significant where {which} below .05 (alpha = .05)."


def with_p(table: stats.Results, p: dict[str, float]) -> stats.Results:
    """The table with another adjusted p of some contrasts."""
    table = table.copy()
    table["p_adjusted"] = [p.get(name, old) for name, old in zip(table["contrast"], table["p_adjusted"], strict=True)]
    return table


def test_a_level_has_its_geometric_mean_with_the_t_interval_of_its_logarithms(cells, contrasts):
    table = level_table(cells, contrasts)
    assert len(table) == 9
    for row in table.to_dict("records"):
        chosen = cells[(cells["muscle"] == row["muscle"]) & (cells["exercise"] == row["exercise"])]
        logs = np.log(chosen["value"])
        low, high = scipy_stats.t.interval(0.95, 12, logs.mean(), scipy_stats.sem(logs))
        assert row["geometric_mean"] == pytest.approx(np.exp(logs.mean()), rel=1e-12)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((np.exp(low), np.exp(high)), rel=1e-10)
    for _, part in table.groupby("muscle"):
        assert part["geometric_mean"].is_monotonic_decreasing


def test_letters_are_those_of_all_pairs_not_of_neighbours(cells, contrasts):
    table = level_table(cells, contrasts)
    for muscle, part in table.groupby("muscle"):
        letters = {level: _split(text) for level, text in zip(part["exercise"], part["letters"], strict=True)}
        for row in contrasts[contrasts["muscle"] == muscle].to_dict("records"):
            first, second = row["contrast"].split(" / ")
            assert bool(letters[first] & letters[second]) == (row["p_adjusted"] >= 0.05)


def test_the_first_and_last_of_three_stand_apart_though_neighbours_do_not(cells, contrasts):
    """What an order with signs between neighbours hides: a difference of the highest and the lowest."""
    chosen = contrasts[contrasts["muscle"] == "gluteus_maximus"]
    odd = with_p(chosen, {"deadlift / hip_thrust": 0.2, "deadlift / squat": 0.07, "hip_thrust / squat": 0.0001})
    part = level_table(cells, odd)
    assert dict(zip(part["exercise"], part["letters"], strict=True)) == {
        "hip_thrust": "a", "deadlift": "ab", "squat": "b",
    }  # fmt: skip
    first, second = finding_sentences(part, odd)
    assert first == "Hip thrust was highest for gluteus maximus, but not significantly above deadlift."
    assert second.startswith(
        "1 of 3 contrasts was significant (adjusted p below .05); the largest was hip thrust / squat"
    )


def test_the_finding_has_three_sentences_at_most_and_their_facts_are_those_of_the_tables(cells, contrasts):
    found = finding_sentences(level_table(cells, contrasts), contrasts)
    assert len(found) == 3
    assert found[0] == "Hip thrust was highest for gluteus maximus, significantly above every other exercise."
    assert found[1] == (
        "Deadlift was highest for biceps femoris, but not significantly above hip thrust; squat was highest for vastus "
        "lateralis, but not significantly above hip thrust."
    )
    shown = contrasts[contrasts["p_adjusted"] < 0.05]
    largest = shown.loc[np.log(shown["ratio"]).abs().idxmax()]
    assert found[2].startswith(f"{len(shown)} of 9 contrasts were significant (adjusted p below .05); the largest was")
    assert f"{largest['contrast'].replace('_', ' ')} for {largest['muscle'].replace('_', ' ')}, " in found[2]
    assert f"{largest['ratio']:.2f} [{largest['ci_low']:.2f}, {largest['ci_high']:.2f}]." in found[2]


def test_nothing_significant_is_told_as_that(cells, contrasts):
    none = contrasts.assign(p_adjusted=0.5)
    found = finding_sentences(level_table(cells, none), none)
    assert found[-1] == "None of 9 contrasts was significant (adjusted p below .05)."
    assert len(found) == 2
    assert "but not significantly above" in found[0]


def test_several_columns_of_by_stand_behind_the_muscle(cells):
    both = pd.concat([cells.assign(side=side) for side in ("left", "right")])
    table = stats.contrasts(both, within="exercise", by=["side", "muscle"])
    text = " ".join(finding_sentences(level_table(both, table), table))
    assert "for gluteus maximus (side left and side right), significantly above" in text


def test_two_levels_are_compared_with_each_other(cells):
    two = cells[cells["exercise"] != "deadlift"]
    table = stats.contrasts(two, within="exercise", by="muscle")
    first, *_ = finding_sentences(level_table(two, table), table)
    assert "significantly above squat." in first
    only, last = finding_sentences(*reversed_pair(two_levels(0.01)))
    assert only == "A was highest, significantly above b."
    assert last.startswith("The one contrast was significant (p below .05): a / b, 1.54 [")


def reversed_pair(pair):
    cells, table = pair
    return level_table(cells, table), table


def test_contrasts_stand_by_size_whichever_way_they_go(contrasts):
    table = by_size(contrasts)
    assert sorted(table.index) == sorted(contrasts.index)
    assert table["muscle"].tolist() == contrasts["muscle"].tolist()
    for _, part in table.groupby("muscle"):
        assert np.log(part["ratio"]).abs().is_monotonic_decreasing
    assert table.sentences() == [contrasts.sentences()[i] for i in table.index]


def test_a_pair_without_a_test_shares_a_letter_and_a_note_names_it(cells):
    chosen = cells[cells["muscle"] == "gluteus_maximus"]
    people = sorted(chosen["participant"].unique())
    # nobody has both squat and deadlift, half have each beside the hip thrust
    lacking = (chosen["exercise"] == "squat") & chosen["participant"].isin(people[:6])
    lacking |= (chosen["exercise"] == "deadlift") & chosen["participant"].isin(people[6:])
    with pytest.warns(EmgkitWarning):
        table = stats.contrasts(chosen[~lacking], within="exercise", missing="pairwise", crossed="exercise")
    levels = level_table(chosen[~lacking], table)
    letters = dict(zip(levels["exercise"], map(_split, levels["letters"]), strict=True))
    assert letters["squat"] & letters["deadlift"]
    assert "No test was made of deadlift / squat, which was not shown to differ." in levels.caption()


def test_the_table_has_words_and_its_letters_are_explained(cells, contrasts):
    table = level_table(cells, contrasts)
    assert table.sentences()[0].startswith("Biceps femoris: the deadlift had a geometric mean of ")
    assert table.sentences()[0].endswith(", n = 13, letter a.")
    text = table.caption()
    assert "Listed from highest to lowest; levels that share a letter did not differ significantly" in text
    assert "(adjusted p not below .05, from separate paired t tests)" in text
    assert "letters" in table.to_html()


def test_every_level_stands_alone_where_means_are_equal():
    people = [f"P{k}" for k in range(4)]
    cells = pd.DataFrame([(p, x, v) for x in "ab" for p, v in zip(people, (1.0, 2.0, 3.0, 4.0), strict=True)],
                         columns=["participant", "exercise", "value"])  # fmt: skip
    with pytest.warns(EmgkitWarning):
        table = stats.contrasts(cells, within="exercise")
    assert level_table(cells, table)["letters"].tolist() == ["a", "a"]


def test_a_prime_belongs_to_the_letter_before_it():
    assert (_split("ab"), _split("ab′c")) == ({"a", "b"}, {"a", "b′", "c"})
