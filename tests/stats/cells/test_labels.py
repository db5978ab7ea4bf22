"""Labels are in the order in which a person writes them: letters by the alphabet, numbers by their size."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emgkit import stats
from emgkit.stats.cells.columns import Factor
from emgkit.stats.cells.labels import in_order, label_order


@pytest.mark.parametrize(
    "ordered",
    [
        ["60", "80", "100"],
        ["-10", "-5", "0", "7.5", "60"],
        ["60kg", "80kg", "100kg"],
        ["7,5", "8", "10"],
        ["load_-10", "load_-5", "load_5"],
        ["P-1", "P-2", "P-10"],
        ["2024-01-09", "2024-01-10", "2024-02-01"],
        ["post", "pre"],
        ["01", "1", "2"],
        ["10 %", "max"],
    ],
)
def test_labels_are_sorted_as_a_person_sorts_them(ordered):
    for shuffled in itertools.permutations(ordered):
        assert sorted(shuffled, key=label_order) == ordered


@given(st.lists(st.integers(-1000, 1000), min_size=2, unique=True), st.sampled_from(["", "kg", " %", "_load"]))
def test_numbers_in_labels_ascend(numbers, unit):
    labels = [f"{number}{unit}" for number in numbers]
    wanted = [f"{number}{unit}" for number in sorted(numbers)]
    assert sorted(labels, key=label_order) == wanted
    assert in_order(labels) == wanted


@given(st.lists(st.text(), min_size=1))
def test_any_labels_have_an_order(labels):
    ordered = [label_order(label) for label in sorted(labels, key=label_order)]
    assert all(first <= second for first, second in itertools.pairwise(ordered))
    assert set(in_order(labels)) == set(labels)


def cells(levels):
    """Three people at each level, which grows from level to level."""
    rng = np.random.default_rng(1)
    rows = [
        {"participant": who, "load": level, "value": (place + 1) * (scale + rng.normal())}
        for who, scale in (("a", 10), ("b", 20), ("c", 40))
        for place, level in enumerate(levels)
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=1)


def test_contrasts_and_models_take_loads_in_their_order():
    table = cells(["60", "80", "100"])
    assert list(stats.contrasts(table, within="load")["contrast"]) == ["60 / 80", "60 / 100", "80 / 100"]
    model = stats.mixed_model(table, "value ~ load", participant="participant", log=True)
    assert list(model.marginal_means("load")["load"]) == ["60", "80", "100"]
    assert list(Factor.of(table.astype({"load": "category"}), "load").levels) == ["60", "80", "100"]


def test_the_order_that_a_user_gave_stands():
    table = cells(["60", "80", "100"])
    table["load"] = pd.Categorical(table["load"], ["100", "60", "80"], ordered=True)
    assert list(stats.contrasts(table, within="load")["contrast"]) == ["100 / 60", "100 / 80", "60 / 80"]
