"""What a refusal advises can be done: an argument that it names is one of the function that refused."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit import stats
from emgkit.errors import DesignError

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

FUNCTIONS = [getattr(stats, name) for name in stats.__all__ if inspect.isfunction(getattr(stats, name))]
EVERY = {name for function in FUNCTIONS for name in inspect.signature(function).parameters}
CALLS: dict[str, dict[str, Any]] = {
    **{name: {"within": "exercise"} for name in (
        "bayes_factors", "contrasts", "effect_sizes", "friedman", "influence", "normality", "reliability", "rm_anova",
        "to_wide",
    )},
    "equivalence": {"within": "exercise", "bounds": (0.8, 1.25), "log": True},
    "planned_contrasts": {"within": "exercise", "weights": {"one": {"a": 1, "b": -1}}},
    "mixed_model": {"formula": "value ~ exercise"},
    "mixed_model_many": {"formula": "~ exercise", "outcomes": ["value"]},
}  # fmt: skip


def cells() -> pd.DataFrame:
    """Three exercises of six people."""
    grid = pd.MultiIndex.from_product([[f"P{i}" for i in range(6)], ["a", "b", "c"]], names=["participant", "exercise"])
    table = grid.to_frame(index=False)
    return table.assign(value=np.exp(np.random.default_rng(0).normal(3, 0.3, len(table))), unit="%MVC", measure="mean")


def with_column(name: str, values: tuple[Any, Any]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Every row twice, with two values of a further column."""
    return lambda table: pd.concat([table.assign(**{name: value}) for value in values], ignore_index=True)


def in_two_groups(table: pd.DataFrame) -> pd.DataFrame:
    """A label in two groups, the others in one."""
    group = np.where(table["participant"].isin(["P0", "P1"]), "old", "young")
    return table.assign(group=np.where(table.index == 0, "young", group))


BROKEN: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "a cell is missing": lambda table: table.iloc[1:],
    "repetitions": with_column("repetition", (1, 2)),
    "sides": with_column("side", ("left", "right")),
    "measures": with_column("measure", ("mean", "peak")),
    "muscles": with_column("muscle", ("x", "y")),
    "cohorts": with_column("site", ("x", "y")),
    "copies": lambda table: pd.concat([table, table.iloc[:1]], ignore_index=True),
    "a label in two groups": in_two_groups,
    "a value of 0": lambda table: table.assign(value=table["value"].where(table.index > 0, 0.0)),
    "one row a participant": lambda table: table[table["exercise"] == "a"],
    "a misspelt column": lambda table: table.rename(columns={"exercise": "exercises"}),
}  # fmt: skip


def named_arguments(hint: str) -> set[str]:
    """The arguments that a hint names, but for those inside a call of another function."""
    own = re.sub(r"[\w.]+\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\]", " ", hint)
    return set(re.findall(r"\b(\w+)=", own)) | (set(re.findall(r"'(\w+)'", own)) & EVERY)


def test_arguments_are_found_in_a_hint() -> None:
    hint = "average with emgkit.summarize(rows, over=...), or name a column in 'by'; or say crossed=['within']"
    assert named_arguments(hint) == {"by", "crossed"}


@pytest.mark.parametrize("name", CALLS)
def test_a_hint_names_arguments_of_the_function_that_refused(name: str) -> None:
    function, refused = getattr(stats, name), 0
    own = set(inspect.signature(function).parameters)
    for what, broken in BROKEN.items():
        for more in ({}, {"log": True}) if "log" in own and "log" not in CALLS[name] else ({},):
            table = broken(cells())
            try:
                function(table, **CALLS[name], **more)
            except DesignError as problem:
                refused += 1
                # a column may have the name of an argument
                unknown = named_arguments(f"{problem.hint} {problem.allowed}") - own - set(table.columns)
                assert not unknown, (what, problem.hint)  # noqa: PT017 - most are refused, some are not
    assert refused >= 4


def test_a_missing_cell_is_compared_pairwise_where_the_function_can() -> None:
    table = cells().iloc[1:]
    for function in (stats.contrasts, stats.influence):
        with pytest.raises(
            DesignError, match=r"compare those who have both levels of each contrast, contrasts.*missing='pairwise'"
        ):
            function(table, within="exercise")
        function(table, within="exercise", missing="pairwise")
    for function in (stats.friedman, stats.effect_sizes):
        with pytest.raises(DesignError, match="find the missing cells, leave those participants out"):
            function(table, within="exercise")
