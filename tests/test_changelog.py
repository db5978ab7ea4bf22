"""Every public name of the last release is still there, or the changelog says where it went."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
# the public names of 0.1.0: those of emgkit, and those in __all__ of the modules and packages directly below it
NAMES = (ROOT / "tests" / "data" / "public_names.txt").read_text(encoding="utf-8").split()
MOVED = dict(
    re.findall(r"^\| `(emgkit[\w.]+)` \| `(emgkit[\w.]+)` \|$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
)


TEXT = (ROOT / "CHANGELOG.md").read_text("utf-8")
FILES = re.findall(r"^\| `([\w/]+)` \| `([\w/]+)` \|$", TEXT[TEXT.index("| file was |") :], re.M)


def found(dotted: str) -> Any:
    """The object of a name, by the longest part of it that is a module."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            place = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            place = getattr(place, part)
        return place
    raise AttributeError(dotted)


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_there_or_its_move_is_told(name: str) -> None:
    if name not in MOVED:
        assert found(name) is not None


@pytest.mark.parametrize("name", MOVED)
def test_a_moved_name_is_where_the_changelog_says(name: str) -> None:
    assert name in NAMES
    assert found(MOVED[name]) is not None


def test_the_list_is_that_of_the_release() -> None:
    assert len(NAMES) == 244
    assert {"emgkit.read", "emgkit.stats.contrasts", "emgkit.simulate.replicate"} <= set(NAMES)


def test_files_have_moved_to_where_the_changelog_says() -> None:
    assert len(FILES) > 80
    package = ROOT / "emgkit"
    for _, now in FILES:
        assert (package / f"{now}.py").is_file(), now
