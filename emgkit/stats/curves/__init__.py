"""Tests of whole curves."""

__all__: list[str] = []
