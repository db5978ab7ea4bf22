"""What holds of every way to repetitions."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import get_args

import pytest

from emgkit.events import BURST_OPTIONS, OPTIONS, WAYS, Segmentation, rejection_sentences, segmentation_sentences
from emgkit.study.file.recordings import Exercise, RepetitionRules

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("by", WAYS)
def test_a_way_says_in_the_methods_what_it_did(by):
    way = Segmentation(exercise="back_squat", by=by, n=12, rejected=2, phases=True)
    text = " ".join(segmentation_sentences([way]))
    assert "back squat" in text
    assert text.endswith(".")
    rejected = " ".join(rejection_sentences([way]))
    assert rejected.startswith("2 of 12 repetitions") or by == "none"
    others = [
        " ".join(segmentation_sentences([Segmentation(exercise="back_squat", by=o, n=1, rejected=0)])) for o in WAYS
    ]
    assert len(set(others)) == len(WAYS)


@pytest.mark.parametrize("by", WAYS)
def test_every_option_of_a_way_can_be_given_in_a_study_file_and_stands_in_its_docstring(by):
    keys = {*Exercise.model_fields, *RepetitionRules.model_fields} - {"task", "by"}
    assert set(WAYS[by].options) <= keys
    documented = inspect.getdoc(WAYS[by].find)
    if "As for" not in documented and "as for" not in documented:
        assert all(option in documented for option in WAYS[by].options)


@pytest.mark.parametrize("by", WAYS)
def test_a_way_has_its_rows_in_the_documentation(by):
    assert f'`"{by}"`' in (DOCS / "how_to" / "study-file.md").read_text(encoding="utf-8")
    assert f'`"{by}"`' in (DOCS / "explanation" / "repetitions.md").read_text(encoding="utf-8")


def test_the_study_file_knows_the_same_ways():
    one, several = get_args(Exercise.model_fields["by"].annotation)
    assert set(get_args(one)) == set(WAYS)
    streams = get_args(several)[0]
    assert set(get_args(get_args(streams)[0])) == {name for name, way in WAYS.items() if way.stream}
    used = {option for way in WAYS.values() for option in way.options}
    own = set(Exercise.model_fields) - {"task", "by"}
    assert own | set(RepetitionRules.model_fields) == used
    assert set(RepetitionRules().model_dump()) == {"table", "unit", "fps", "offset", *OPTIONS, *BURST_OPTIONS}
