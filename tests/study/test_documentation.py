"""The page on the study file shows a file that is valid, and every key there is."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel

from emgkit.study import file as study_file

PAGE = Path(__file__).parents[2] / "docs" / "study-file.md"


def test_the_example_is_a_valid_study_file():
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    parsed = study_file.parse(text, where="the example")
    assert set(parsed.exercises) == {"squat", "deadlift"}


def test_every_key_stands_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    tables = [one for one in vars(study_file).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    keys = {key for table in tables for key in table.model_fields} - {"study"}
    missing = {key for key in keys if not re.search(rf"\b{key}\b", text)}
    assert not missing
