"""Participants without some level: each contrast with those who have both, the ANOVA with complete cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from emgkit import stats
from emgkit.errors import ArgumentError, DesignError, EmgkitWarning

EXERCISES = ("deadlift", "squat", "thrust")
MUSCLES = ("biceps_femoris", "vastus_lateralis")

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


@pytest.fixture
def cells():
    """Six people, three exercises, two muscles; nothing is missing."""
    rng = np.random.default_rng(11)
    rows = [
        {"participant": f"P_{who}", "exercise": exercise, "muscle": muscle, "unit": "%MVC", "measure": "mean",
         "value": float(50 * np.exp(0.2 * place + 0.2 * rng.normal()))}
        for who in range(1, 7) for place, exercise in enumerate(EXERCISES) for muscle in MUSCLES
    ]  # fmt: skip
    return pd.DataFrame(rows)


def without(cells, who, **levels):
    """The cells without those of a participant at some levels."""
    gone = cells["participant"] == who
    for name, level in levels.items():
        gone &= cells[name] == level
    return cells[~gone]


@pytest.fixture
def holes(cells):
    """P_2 has no squat; P_4 no thrust in one muscle; P_3 nothing in that muscle."""
    table = without(cells, "P_2", exercise="squat")
    table = without(table, "P_4", exercise="thrust", muscle="biceps_femoris")
    return without(table, "P_3", muscle="biceps_femoris")


def test_each_contrast_is_that_of_the_participants_who_have_both_levels(holes):
    found = stats.contrasts(holes, within="exercise", by="muscle", missing="pairwise", adjust="none")
    assert len(found) == 6
    for _, row in found.iterrows():
        pair = row["contrast"].split(" / ")
        part = holes[(holes["muscle"] == row["muscle"]) & holes["exercise"].isin(pair)]
        both = part.groupby("participant")["exercise"].nunique() == 2
        alone = stats.contrasts(
            part[part["participant"].isin(both.index[both])], within="exercise", by="muscle", adjust="none"
        ).iloc[0]
        for name in ("ratio", "ci_low", "ci_high", "t", "df", "n", "p", "d_z", "g_av"):
            assert row[name] == pytest.approx(alone[name], rel=1e-12), (row["muscle"], row["contrast"], name)


def test_the_table_has_n_and_who_is_missing_contrast_by_contrast(holes):
    found = stats.contrasts(holes, within="exercise", by="muscle", missing="pairwise")
    assert found["n"].tolist() == [4, 4, 3, 5, 6, 5]
    assert found["missing"].tolist() == ["P_2, P_3", "P_4, P_3", "P_2, P_4, P_3", "P_2", "", "P_2"]
    assert found["family_size"].tolist() == [3] * 6
    assert "P_2, P_3" in found.to_html()


def test_methods_and_notices_name_who_lacks_what(holes):
    found = stats.contrasts(holes, within="exercise", by="muscle", missing="pairwise")
    assert (
        "P_2 lacks squat; P_4 lacks thrust (biceps femoris); P_3 is missing (biceps femoris). Each contrast uses "
        "the participants who have both of its levels."
    ) in found.methods()
    texts = [notice.text for notice in found.notices if notice.code == "cells-missing"]
    assert texts == [
        "'P_2' lacks 'squat': each contrast uses the participants who have both levels.",
        "'P_4' lacks 'thrust' at muscle biceps_femoris: each contrast uses the participants who have both levels.",
    ]


def test_without_a_gap_pairwise_changes_nothing(cells):
    plain = stats.contrasts(cells, within="exercise", by="muscle")
    pairwise = stats.contrasts(cells, within="exercise", by="muscle", missing="pairwise")
    pd.testing.assert_frame_equal(pd.DataFrame(plain), pd.DataFrame(pairwise))
    assert "missing" not in plain
    assert plain.methods() == pairwise.methods()


def test_a_participant_without_a_whole_level_of_by_is_named_in_the_table_as_it_is_refused_nowhere(cells):
    found = stats.contrasts(without(cells, "P_3", muscle="biceps_femoris"), within="exercise", by="muscle")
    assert found["n"].tolist() == [5, 5, 5, 6, 6, 6]
    assert found["missing"].tolist() == ["P_3"] * 3 + [""] * 3
    assert "P_3 is missing (biceps femoris). " in found.methods()
    assert "both of its levels" not in found.methods()


def test_a_pair_with_one_participant_is_not_made_and_that_is_a_notice(cells):
    table = cells[cells["muscle"] == "vastus_lateralis"]
    for who in ("P_2", "P_3", "P_4", "P_5", "P_6"):
        table = without(table, who, exercise="squat")
    found = stats.contrasts(table, within="exercise", missing="pairwise")
    assert found["contrast"].tolist() == ["deadlift / thrust"]
    texts = [notice.text for notice in found.notices if notice.code == "contrast-not-made"]
    assert texts == [
        "deadlift / squat was not made: it has 1 participant with both levels.",
        "squat / thrust was not made: it has 1 participant with both levels.",
    ]


def test_where_no_pair_has_two_participants_there_is_an_error(cells):
    with pytest.raises(DesignError, match="No two levels of 'exercise' have two participants in common"):
        stats.contrasts(cells[cells["participant"] == "P_1"], within="exercise", by="muscle", missing="pairwise")


def test_refuse_is_what_nobody_asked_otherwise(holes):
    with pytest.raises(DesignError, match="P_2 lacks biceps_femoris × squat, vastus_lateralis × squat"):
        stats.contrasts(holes, within="exercise", by="muscle")
    with pytest.raises(ArgumentError, match="'refuse' and 'pairwise'"):
        stats.contrasts(holes, within="exercise", by="muscle", missing="drop")
    with pytest.raises(ArgumentError, match="missing='refuse' with 'between' or 'interaction'"):
        stats.contrasts(holes, within="exercise", interaction="muscle", missing="pairwise")


def test_each_participant_is_left_out_of_the_contrasts_that_have_him(cells):
    table = without(cells, "P_2", exercise="squat")
    found = stats.influence(table, within="exercise", by="muscle", missing="pairwise")
    sizes = found.groupby("contrast")["n_all"].unique().map(list).to_dict()
    assert sizes == {"deadlift / squat": [5], "deadlift / thrust": [6], "squat / thrust": [5]}
    assert "P_2" not in set(found.loc[found["contrast"] != "deadlift / thrust", "left_out"])
    contrasts = stats.contrasts(table, within="exercise", by="muscle", missing="pairwise")
    whole = found.groupby(["muscle", "contrast"], sort=False)["p_adjusted_all"].first().to_numpy()
    assert whole == pytest.approx(contrasts["p_adjusted"].to_numpy())


def test_analysis_of_variance_of_the_complete_cases_is_that_of_those_people(holes):
    found = stats.rm_anova(holes, within="exercise", by="muscle", missing="complete-cases")
    kept = holes[~holes["participant"].isin(["P_2", "P_3", "P_4"]) | (holes["muscle"] == "vastus_lateralis")]
    alone = stats.rm_anova(kept[kept["participant"] != "P_2"], within="exercise", by="muscle")
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(alone))
    assert found["n"].tolist() == [3, 5]
    assert (
        "It uses the participants who have every level: without P_2 and P_4, n = 3 (biceps femoris); without P_2, "
        "n = 5 (vastus lateralis)."
    ) in found.methods()
    assert "n = 3 complete cases, without P_2 and P_4" in found.sentences()[0]
    assert [notice.text for notice in found.notices if notice.code == "complete-cases"][1] == (
        "'P_2' is not in the analysis of variance at muscle vastus_lateralis: it uses the complete cases."
    )


def test_analysis_of_variance_without_two_complete_participants_is_not_made(cells):
    table = cells
    for who in ("P_1", "P_2", "P_3", "P_4", "P_5"):
        table = without(table, who, exercise="squat", muscle="biceps_femoris")
    with pytest.warns(EmgkitWarning):
        found = stats.rm_anova(table, within="exercise", by="muscle", missing="complete-cases")
    assert found["muscle"].tolist() == ["vastus_lateralis"]
    assert [notice.text for notice in found.notices] == [
        "The analysis of variance was not made at muscle biceps_femoris: 1 participant has every cell."
    ]
    with pytest.raises(DesignError, match="Fewer than two participants have every cell"):
        stats.rm_anova(table[table["muscle"] == "biceps_femoris"], within="exercise", missing="complete-cases")
