"""Every study that comes with emgkit: its numbers are those it expects, its file fits the schema, its README shows it.

The main study and the real recordings run, and are held against what they expect, in ``test_three_lifts`` and
``test_knee_tasks``.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from emgkit.study import Study, new

ROOT = Path(__file__).parents[2]
STUDIES = sorted(path.parent for path in ROOT.glob("studies/*/study.toml"))
PUBLISHED = [folder for folder in STUDIES if (folder / "recompute.py").is_file()]
SCHEMA = ROOT / "docs" / "study.schema.json"


def by_name(folder: Path) -> str:
    return folder.name


def misfits(value: Any, schema: dict[str, Any], root: dict[str, Any], place: str = "study.toml") -> list[str]:
    """What of a value does not fit a JSON schema, of the words that the schema of study files uses."""
    if "$ref" in schema:
        return misfits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, place)
    if "anyOf" in schema:
        tried = [misfits(value, one, root, place) for one in schema["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
    kind = schema.get("type")
    if kind == "number":
        return [] if isinstance(value, int | float) else [f"{place}: no number"]
    if kind and (not isinstance(value, kinds[kind]) or (kind == "integer" and isinstance(value, bool))):
        return [f"{place}: no {kind}"]
    found = [f"{place}: not one of {schema['enum']}"] if value not in schema.get("enum", [value]) else []
    if isinstance(value, list):
        found += [f"{place}: too few"] if len(value) < schema.get("minItems", 0) else []
        return found + [
            text for n, one in enumerate(value) for text in misfits(one, schema["items"], root, f"{place}[{n}]")
        ]
    if not isinstance(value, dict):
        return found
    found += [f"{place}.{name}: missing" for name in schema.get("required", []) if name not in value]
    other = schema.get("additionalProperties", True)
    for name, one in value.items():
        within = schema.get("properties", {}).get(name, other)
        if within is False:
            found.append(f"{place}.{name}: unknown")
        elif isinstance(within, dict):
            found += misfits(one, within, root, f"{place}.{name}")
    return found


@pytest.mark.long
@pytest.mark.parametrize("folder", PUBLISHED, ids=by_name)
def test_the_numbers_are_those_that_the_study_expects(folder, tmp_path):
    result = Study.load(folder).run(tmp_path / "out", quick=True)
    held = result.tables["expected"]
    assert not len(held[held["holds"] == "no"]), held.to_string()
    assert (held["holds"] == "yes").sum() >= 5
    # published numbers are compared in a quick run as in a whole one
    simulated = {name for name, table in result.tables.items() if "simulated" in table.columns}
    assert set(held.loc[held["holds"] != "yes", "table"]) <= simulated
    report = result.report.read_text(encoding="utf-8")
    assert all(name in report for name in ("From published figures.", "Methods"))


@pytest.mark.parametrize("folder", STUDIES, ids=by_name)
def test_the_readme_shows_a_figure_and_how_to_run_it(folder):
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert f"emgkit run studies/{folder.name}" in text
    assert "simulated" in text.lower() or "**Real recordings**" in text
    (alt, name), *_ = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", text)
    assert re.match("Published|Second-hand|Simulated|Computed|Recorded", alt), alt
    assert (folder / name).stat().st_size <= 80_000
    with Image.open(folder / name) as image:
        assert 600 <= image.width <= 1400  # sharp on a page, and no more


def test_the_schema_is_the_current_one():
    renew = "write json.dumps(emgkit.study.new.schema(), indent=1) to it anew"
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == new.schema(), renew


@pytest.mark.parametrize("folder", STUDIES, ids=by_name)
def test_the_study_file_fits_the_schema_that_it_names(folder):
    text = (folder / "study.toml").read_text(encoding="utf-8")
    named = re.match(r"#:schema (\S+)\n", text)
    assert named
    path = folder / named[1]
    assert path.resolve() == SCHEMA.resolve()
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert misfits(tomllib.loads(text), schema, schema) == []


def test_the_schema_refuses_what_emgkit_refuses():
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    text = (ROOT / "studies" / "three_lifts" / "study.toml").read_text(encoding="utf-8")
    for old, changed, misfit in (
        ('starts = "eccentric"', 'starts = "down"', "not one of"),
        ('name = "peak"', 'nmae = "peak"', "unknown"),
        ('question = "', 'questoin = "', "missing"),
        ("seed = 2015", 'seed = "2015"', "no integer"),
    ):
        assert old in text
        found = misfits(tomllib.loads(text.replace(old, changed)), schema, schema)
        assert any(misfit in one for one in found), (changed, found)
