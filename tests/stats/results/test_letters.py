"""Letters of difference say what the pairwise decisions say, no more and no less."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit.errors import ArgumentError
from emgkit.stats.results.letters import letters_of_difference


@st.composite
def decisions(draw: st.DrawFn) -> np.ndarray:
    """A decision on every pair of up to nine levels, of any pattern: it need not follow the order of any means."""
    size = draw(st.integers(1, 9))
    pairs = list(itertools.combinations(range(size), 2))
    made = draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))
    matrix = np.zeros((size, size), dtype=bool)
    for (i, j), differ in zip(pairs, made, strict=True):
        matrix[i, j] = matrix[j, i] = differ
    return matrix


def sets(letters: tuple[str, ...]) -> list[set[str]]:
    return [set(re.findall("[a-z]′*", text)) for text in letters]


@given(decisions())
@settings(max_examples=1000, deadline=None)
def test_two_levels_share_a_letter_exactly_if_they_were_not_shown_to_differ(differ: np.ndarray) -> None:
    letters = letters_of_difference(differ)
    assert len(letters) == len(differ)
    found = sets(letters)
    for i, j in itertools.combinations(range(len(differ)), 2):
        assert bool(found[i] & found[j]) == (not differ[i, j])
    assert all(found)
    assert "a" in found[0]
    # no letter is left out of the alphabet, and none stands alone beside a level that shares all of it
    used = set().union(*found)
    assert {"abcdefghijklmnopqrstuvwxyz"[i] for i in range(min(26, len(used)))} <= used


def test_the_first_and_the_last_differ_though_neighbours_do_not() -> None:
    differ = np.array([[0, 0, 1], [0, 0, 0], [1, 0, 0]], dtype=bool)
    assert letters_of_difference(differ) == ("a", "ab", "b")
    assert letters_of_difference(np.zeros((3, 3), dtype=bool)) == ("a", "a", "a")
    assert letters_of_difference(~np.eye(3, dtype=bool)) == ("a", "b", "c")
    assert letters_of_difference([[False]]) == ("a",)


def test_the_example_of_eight_treatments_of_the_paper() -> None:
    """Example 3 of Piepho (2004): T1 differs from T7 and T8, T2 from T4 and T5, T3 from T5."""
    differ = np.zeros((8, 8), dtype=bool)
    for i, j in ((1, 7), (1, 8), (2, 4), (2, 5), (3, 5)):
        differ[i - 1, j - 1] = differ[j - 1, i - 1] = True
    found = sets(letters_of_difference(differ))
    for i, j in itertools.combinations(range(8), 2):
        assert bool(found[i] & found[j]) == (not differ[i, j])
    assert len(set().union(*found)) <= 6


def test_more_sets_than_letters_go_on_with_a_prime() -> None:
    # every level differs from every other one: a letter each
    letters = letters_of_difference(~np.eye(30, dtype=bool))
    assert letters[25:29] == ("z", "a′", "b′", "c′")


@pytest.mark.parametrize(
    "wrong", [[[False, True]], [[False, True], [False, False]], [[True, False], [False, True]], [False]]
)
def test_what_is_no_matrix_of_decisions_is_refused(wrong: list[object]) -> None:
    with pytest.raises(ArgumentError, match="square, symmetric matrix of bool whose diagonal is False"):
        letters_of_difference(wrong)
