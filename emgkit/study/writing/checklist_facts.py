"""What is known of a study for its reporting checklist: the metadata, and what the Methods text states."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from emgkit import report
from emgkit.study.writing.methods import Methods, known_of

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["facts_of"]


def facts_of(analysis: Analysis, methods: Methods) -> report.Facts:
    """Gather what the checklist asks for.

    Parameters
    ----------
    analysis : Analysis
        What was computed.
    methods : Methods
        The Methods text, as the page has it: what it does not state counts as missing.
    """
    known = known_of(analysis)
    return replace(known, done={name: _begun(text) for name, text in methods.facts.items()} | dict(known.done))


def _begun(text: str) -> str:
    """Up to two sentences of the Methods text; of more the first, and where the rest is."""
    first, *rest = text.split(". ")
    return f"{first}. (The rest is in the Methods text.)" if len(rest) > 1 else text
