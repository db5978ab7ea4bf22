"""Groups may share any reference, and may have MVC trials of their own; two references of other kinds are refused."""

from __future__ import annotations

import pandas as pd
import pytest

from emgkit.errors import DesignError
from emgkit.stats.within.anova import _check_group_references


def groups(first: list[str | None], second: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"group": ["a"] * len(first) + ["b"] * len(second), "reference": [*first, *second]})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["task:squat"], ["task:squat"]),
        (["task:squat", "task:thrust"], ["task:thrust", "task:squat"]),
        (["mvc"], ["mvc"]),
        (["mvc:knee"], ["mvc:hip"]),
        (["mvc"], ["mvc:hip", "mvc:knee"]),
        ([None], [None]),
    ],
)
def test_one_reference_or_mvcs_of_any_name_are_allowed(first, second):
    _check_group_references(groups(first, second), "group")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["task:squat"], ["task:thrust"]),
        (["mvc"], ["task:squat"]),
        (["mvc", "task:squat"], ["mvc"]),
        (["task:squat"], [None]),
        (["mvcs"], ["mvc"]),
    ],
)
def test_references_that_differ_are_refused(first, second):
    with pytest.raises(DesignError, match="normalised to different references"):
        _check_group_references(groups(first, second), "group")


def test_a_table_without_references_is_not_judged():
    _check_group_references(pd.DataFrame({"group": ["a", "b"]}), "group")
