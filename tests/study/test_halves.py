"""A study that compares halves of a phase, from raw signals to the report."""

from __future__ import annotations

import re

import pytest

from emgkit import shipped, simulate
from emgkit.study import Study


@pytest.mark.long
def test_halves_are_compared_phase_by_phase(tmp_path):
    text = shipped.path("studies", "three_lifts", "study.toml").read_text(encoding="utf-8")
    text, changed = re.subn(r'during = "repetition"\nprimary', 'during = "half"\nphase = "concentric"\nprimary', text)
    text, by = re.subn(r'^by = \["muscle"\]', 'by = ["muscle", "phase"]', text, flags=re.MULTILINE)
    assert (changed, by) == (1, 1)
    folder = tmp_path / "halves"
    folder.mkdir()
    (folder / "study.toml").write_text(text, encoding="utf-8")
    spec = simulate.load_spec("three_lifts").model_copy(update={"participants": 3})
    data = simulate.study(spec, tmp_path / "set", seed=3)
    result = Study.load(folder).run(tmp_path / "out", data, quick=True)
    contrasts = result.tables["contrasts"]
    assert set(contrasts["phase"]) == {"concentric, lower half", "concentric, upper half"}
    assert len(contrasts) == 3 * 3 * 2
    methods = (tmp_path / "out" / "methods.md").read_text(encoding="utf-8")
    assert "each half of the concentric phase, by displacement (primary)" in methods
    assert "divided where the signal of the movement, low-pass filtered at 6 Hz" in methods
