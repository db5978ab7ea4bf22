"""The page on quality has every check with its limits."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from emgkit.signal_quality import CHECKS, Check, in_words

PAGE = (Path(__file__).parents[2] / "docs" / "explanation" / "quality.md").read_text(encoding="utf-8")


def limit(check: Check, value: float) -> str:
    if math.isnan(value):
        return "–"
    amount = in_words(value) if check.unit == "V" else f"{value:.3g}{'' if check.unit == '1' else f' {check.unit}'}"
    return f"{'below' if check.below else 'above'} {amount}"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_stands_on_the_page(check):
    cells = (f"`{check.name}`", check.measures, limit(check, check.doubtful), limit(check, check.bad), check.source)
    assert f"| {' | '.join(cells)} |" in PAGE


def test_every_check_says_what_its_limits_are():
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.source.endswith(".")
        assert "[engineering choice]" in check.source or check.source.startswith("By definition")
