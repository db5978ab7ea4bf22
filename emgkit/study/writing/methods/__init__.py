"""The Methods text of a study: what was done, with every number, each fact in one place."""

from __future__ import annotations

from emgkit.study.writing.methods.metadata import known_of
from emgkit.study.writing.methods.statements import Methods, Statement
from emgkit.study.writing.methods.text import methods_of

__all__ = ["Methods", "Statement", "known_of", "methods_of"]
