"""What the README shows works as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[1] / "README.md"


def test_the_fifteen_lines_run_verbatim(tmp_path):
    (script,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len([line for line in script.splitlines() if line.strip()]) == 15
    came = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=240,
        check=False,
    )
    assert came.returncode == 0, came.stderr
    assert came.stdout.count("gluteus_maximus") == 3
    assert (tmp_path / "three_lifts_simulated" / "dataset_description.json").is_file()


def test_links_lead_to_files():
    text = README.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 5
    for link in links:
        assert (README.parent / link).is_file(), link
