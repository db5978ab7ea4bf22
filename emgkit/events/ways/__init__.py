"""The ways to repetitions, one a module, and what they stand on."""

from __future__ import annotations

__all__: list[str] = []
