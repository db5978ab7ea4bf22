"""What all tests share: where the real recordings lie, and a backend that needs no screen."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib as mpl
import pytest

mpl.use("Agg")


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The directory of real recordings in vendor formats."""
    named = os.environ.get("EMGKIT_RECORDINGS")
    if not named:
        pytest.skip("EMGKIT_RECORDINGS is not set: tests on real recordings cannot run")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"EMGKIT_RECORDINGS names {named!r}, which is no directory")
    return folder
