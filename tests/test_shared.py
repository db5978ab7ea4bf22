"""What tests share is made once, and made anew where the making failed."""

from __future__ import annotations

import os

import pytest


def test_it_is_made_once(shared):
    name = f"number_{os.getpid()}"  # the folder is that of all workers
    calls = []

    def make(folder):
        calls.append(folder)
        (folder / "file").write_text("here", encoding="utf-8")
        return {"folder": folder, "number": 7}

    first, second = shared(name, make), shared(name, make)
    assert len(calls) == 1
    assert first == second == {"folder": calls[0], "number": 7}
    assert (calls[0] / "file").read_text(encoding="utf-8") == "here"
    first["number"] = 8
    assert shared(name, make)["number"] == 7, "each reader has a copy of the value"


def test_what_failed_is_made_anew(shared):
    name = f"failed_{os.getpid()}"

    def fail(folder):
        (folder / "half").touch()
        raise ValueError("stopped half-way")

    with pytest.raises(ValueError, match="half-way"):
        shared(name, fail)
    assert shared(name, lambda folder: sorted(folder.iterdir())) == []
