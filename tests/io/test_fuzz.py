"""Every format that is read has a test that damages its files."""

from __future__ import annotations

import re
from pathlib import Path

from emgkit.io import FORMATS

MARK = re.compile(r"^@pytest\.mark\.fuzz\(([^)]*)\)\n(?:[@ )][^\n]*\n)*def test_", re.MULTILINE)


def test_every_format_has_a_test_that_damages_its_files():
    marked = [
        name
        for path in Path(__file__).parent.rglob("test_*.py")
        for formats in MARK.findall(path.read_text(encoding="utf-8"))
        for name in re.findall(r'"([^"]+)"', formats)
    ]
    assert set(marked) == {known.name for known in FORMATS}
