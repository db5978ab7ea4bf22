"""Places of a design are joined to regions that hold the same places."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgkit import stats
from emgkit.stats.cells.regions import regions

EVERY = [
    {"group": group, "load": load, "muscle": muscle}
    for group, load, muscle in itertools.product("AB", ("60", "80"), ("VL", "BF", "GM"))
]


@given(st.sets(st.integers(0, len(EVERY) - 1)))
def test_regions_hold_the_places_that_they_are_made_of(chosen: set[int]) -> None:
    places = [EVERY[i] for i in sorted(chosen)]
    found = regions(places, EVERY)
    held = [[one for one in EVERY if all(one[name] in levels for name, levels in region.items())] for region in found]
    assert sorted(map(EVERY.index, itertools.chain(*held))) == sorted(chosen), "each place once, and no other"
    assert len(found) <= len(places)


def two_groups() -> pd.DataFrame:
    """Three lifts of seven people in two groups, at two loads in three muscles."""
    rng = np.random.default_rng(4)
    people = [(f"VP0{i}", "Frauen" if i < 4 else "Männer") for i in range(8)]
    rows = [
        {"participant": who, "group": group, "load": load, "muscle": muscle, "exercise": lift}
        for (who, group), load, muscle, lift in itertools.product(
            people, (60, 80), ("biceps_femoris", "vastus_lateralis", "soleus"), ("deadlift", "squat", "thrust")
        )
    ]
    return pd.DataFrame(rows).assign(value=np.exp(rng.normal(3, 0.3, len(rows))))


@pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")
@pytest.mark.parametrize(
    ("gone", "text", "cases"),
    [
        ({"load": [80]}, "VP05 lacks deadlift (load 80).", "without VP05, n = 3 (group Männer, load 80)"),
        (
            {"load": [80], "muscle": ["biceps_femoris", "soleus"]},
            "VP05 lacks deadlift (load 80, biceps femoris and soleus).",
            "without VP05, n = 3 (group Männer, load 80, biceps femoris and soleus)",
        ),
        ({}, "VP05 lacks deadlift.", "without VP05, n = 3 (group Männer)"),
    ],
)
def test_what_somebody_lacks_is_written_once(gone: dict[str, list[object]], text: str, cases: str) -> None:
    table = two_groups()
    here = (table["participant"] == "VP05") & (table["exercise"] == "deadlift")
    for name, levels in gone.items():
        here &= table[name].isin(levels)
    design = {"within": "exercise", "by": ["group", "load", "muscle"]}
    found = stats.contrasts(table[~here], **design, missing="pairwise")
    assert found.methods_parts()["gaps"] == f"{text} Each contrast uses the participants who have both of its levels."
    assert sum(notice.code == "cells-missing" for notice in found.notices) == 1
    anova = stats.rm_anova(table[~here], **design, missing="complete-cases")
    assert anova.methods().count("VP05") == 1
    assert f"who have every level: {cases}." in anova.methods()
    assert anova.methods_parts()["people"] == found.methods_parts()["people"]
