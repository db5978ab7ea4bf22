"""What a study expects of its numbers: tolerance from the printed decimals, limits, texts, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest
from pydantic import ValidationError

from emgkit.errors import StudyError
from emgkit.study.file import expected
from emgkit.study.file.expected import Expected

TABLES = {
    "ratios": pd.DataFrame(
        {"muscle": ["gluteus_maximus", "biceps_femoris"], "ratio": [1.9141, 2.7354], "alarm": ["", "r above 1"]}
    )
}


def holds(value: str, muscle: str = "gluteus_maximus", column: str = "ratio", **options) -> str:
    one = Expected(table="ratios", row={"muscle": muscle}, column=column, value=value)
    return expected.check([one], TABLES, **options)["holds"].item()


@pytest.mark.parametrize(
    ("value", "wanted"),
    [("1.9", "yes"), ("1.91", "yes"), ("1.90", "no"), ("1.914", "yes"), ("2", "yes"), ("1.92", "no"), ("-1.9", "no"),
     ("<1.92", "yes"), ("<1.91", "no"), (">1.9", "yes"), (">2", "no")],
)  # fmt: skip
def test_the_printed_decimals_are_the_tolerance(value, wanted):
    assert holds(value) == wanted


def test_texts_are_compared_as_they_are():
    assert holds("r above 1", "biceps_femoris", "alarm") == "yes"
    assert holds("r below 1", "biceps_femoris", "alarm") == "no"


def test_what_a_quick_run_simulates_is_not_held_against_anything():
    assert holds("7.77", unchecked=frozenset({"ratios"})) == "not checked in a quick run"


def test_a_number_without_its_decimals_is_refused():
    with pytest.raises(ValidationError, match=r'a text, whose decimals are the tolerance: "1\.9"'):
        Expected(table="ratios", column="ratio", value=1.9)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table": "ratio"}, r"There is no table 'ratio'.*Did you mean 'ratios'"),
        ({"column": "ratoi"}, r"The table 'ratios' has no column 'ratoi'.*Did you mean 'ratio'"),
        ({"row": {"muscel": "x"}}, r"no column 'muscel'.*Did you mean 'muscle'"),
        ({"row": {"muscle": "soleus"}}, r"exactly one row.*0 rows"),
        ({"row": {}}, r"exactly one row.*2 rows"),
    ],
)
def test_what_cannot_be_found_is_named(change, message):
    base = {"table": "ratios", "row": {"muscle": "gluteus_maximus"}, "column": "ratio", "value": "1.9"}
    with pytest.raises(StudyError, match=rf"(?s){message}"):
        expected.check([Expected(**{**base, **change})], TABLES)
