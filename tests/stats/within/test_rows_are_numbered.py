"""Rows of a table of several levels of `by` are numbered through, so that `.loc` finds one of them and not several."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from emgkit import stats
from emgkit.stats.results.results import Results
from emgkit.stats.within.levels import level_table


def cells() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    names = [[f"P{i}" for i in range(6)], ["squat", "thrust", "lunge"], ["soleus", "vastus_lateralis"]]
    table = pd.MultiIndex.from_product(names, names=["participant", "exercise", "muscle"]).to_frame(index=False)
    table["value"] = np.exp(3 + rng.normal(0, 0.3, len(table)))
    return table.assign(unit="%MVC", group=np.where(table["participant"] < "P3", "novice", "trained"))


WITHIN = {"within": "exercise", "by": "muscle"}
TABLES: dict[str, Callable[[pd.DataFrame], Results]] = {
    "contrasts": lambda table: stats.contrasts(table, **WITHIN),
    "contrasts of groups": lambda table: stats.contrasts(table, **WITHIN, between="group"),
    "analysis of variance": lambda table: stats.rm_anova(table, **WITHIN),
    "effect sizes": lambda table: stats.effect_sizes(table, **WITHIN),
    "effect sizes of changes": lambda table: stats.effect_sizes(table, **WITHIN, between="group"),
    "equivalence": lambda table: stats.equivalence(table, **WITHIN),
    "influence": lambda table: stats.influence(table, **WITHIN),
    "reliability": lambda table: stats.reliability(table, **WITHIN),
    "levels": lambda table: level_table(table, stats.contrasts(table, **WITHIN)),
}


@pytest.mark.parametrize("name", TABLES)
def test_rows_are_numbered_through_in_the_order_of_by(name: str) -> None:
    found = TABLES[name](cells())
    assert found.index.tolist() == list(range(len(found)))
    assert found["muscle"].drop_duplicates().tolist() == ["soleus", "vastus_lateralis"]
    assert (found["muscle"] == "soleus").sum() == len(found) / 2
