"""A study file is read whole, and a slip in it is answered with what would have been right."""

from __future__ import annotations

import copy
import datetime
import math
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from emgkit import shipped, toml_files
from emgkit.errors import StudyError
from emgkit.study.file.published import PublishedFile
from emgkit.study.file.read import parse
from emgkit.study.file.recordings import StudyFile


def test_minimal_file_has_the_documented_defaults(minimal):
    file = parse(minimal, where="study.toml")
    assert file.mvc.tasks == ("mvc*",)
    assert file.mvc.window == 0.5
    assert file.comparisons[0].by == ("muscle",)
    assert file.comparisons[0].log
    assert file.comparisons[0].adjust == "holm"
    assert file.primary.name == "mean"
    assert file.exclude.allow is False


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("starts =", "stars =", r"Unknown key 'stars'.*exercises\.squat\.stars.*Did you mean 'starts'"),
        ("question =", "qestion =", r"Unknown key 'qestion'.*Did you mean 'question'"),
        ("[[comparisons]]\nwithin", "[[comparisons]]\nwithn", r"Unknown key 'withn'.*Did you mean 'within'"),
        ("[data]\nbids", "[data]\nbds", r"Unknown key 'bds'.*Did you mean 'bids'"),
        ("[study]", "[studdy]", r"Unknown key 'studdy'.*Did you mean 'study'"),
        ('title = "A study"\n', "", r"The key 'study\.title' is missing"),
        ('starts = "eccentric"', 'starts = "down"', r"exercises\.squat\.starts.*'eccentric' or 'concentric'.*'down'"),
        ('starts = "eccentric"', 'starts = "eccentric"\nby = "events"', r"'starts' cannot be used with by = 'events'"),
        ('starts = "eccentric"', 'by = "none"\nrest = "low"', r"'rest' cannot be used with by = 'none'"),
        ('starts = "eccentric"', 'by = "angle"\nstop = 3.0', r"'stop' cannot be used with by = 'angle'"),
        ("primary = true", "primary = false", r"exactly one measure is primary; 0 are"),
        ("[study]", "[study", r"no valid TOML"),
        ('[[steps]]\nstep = "Rectify"\n', "", r"The key 'steps' is missing"),
    ],
)
def test_a_slip_is_named_with_its_place(minimal, right, wrong, message):
    assert right in minimal
    with pytest.raises(StudyError, match=message):
        parse(minimal.replace(right, wrong), where="study.toml")


def test_two_comparisons_of_one_name_are_refused(minimal):
    with pytest.raises(StudyError, match="comparisons need names of their own; got 'contrasts' and 'contrasts'"):
        parse(minimal + '[[comparisons]]\nwithin = "exercise"\n', where="study.toml")


def test_a_study_file_cannot_be_changed(minimal):
    file = parse(minimal, where="study.toml")
    with pytest.raises(ValueError, match="frozen"):
        file.study.title = "Another"


@pytest.mark.parametrize(
    "path", sorted(shipped.folder("studies").glob("*/study.toml")), ids=lambda path: path.parent.name
)
def test_every_shipped_study_is_valid(path):
    file = parse(path.read_text(encoding="utf-8"), where=str(path))
    # recordings have one primary measure; what rests on published figures says what comes out
    assert file.expected if isinstance(file, PublishedFile) else file.primary.name == "mean"


ODD: tuple[Any, ...] = (
    {}, [], [[]], [{}], ["", 1], {"a": 1}, "", "x" * 600, "\x00", "[", "{participant}", "../x", True, -1, 10**30,
    10**400, math.nan, math.inf, datetime.date(2026, 1, 1),
)  # fmt: skip


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything that stands in a table."""
    yield place
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*place, key))


@pytest.mark.parametrize("slug", ["three_lifts", "contreras_2015"])
def test_any_value_at_any_place_is_taken_or_refused_in_one_message(slug):
    tables = tomllib.loads((shipped.path("studies", slug) / "study.toml").read_text(encoding="utf-8"))
    schema = PublishedFile if "recompute" in tables else StudyFile
    refused = []
    for place in list(places(tables))[1:]:
        for odd in ODD:
            changed = copy.deepcopy(tables)
            inner = changed
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = odd
            try:
                toml_files.validate(changed, schema, where="study.toml", name="The study file", error=StudyError)
            except StudyError as error:
                refused.append(str(error))
    assert len(refused) > 500
    assert max(map(len, refused)) <= 700
