"""The smallest study file that is whole."""

from __future__ import annotations

import pytest

MINIMAL = """
[study]
title = "A study"
question = "Which?"
[data]
bids = "data"
[exercises.squat]
task = "squat"
starts = "eccentric"
[[steps]]
step = "Rectify"
[[measures]]
name = "mean"
primary = true
[[comparisons]]
within = "exercise"
by = "muscle"
"""


@pytest.fixture
def minimal() -> str:
    """Text of a study file with nothing but what must be there."""
    return MINIMAL
