"""Simulated studies whose truth is known: people, movements, sEMG and artefacts; and virtual replications.

Nothing in here was measured on anybody, and everything that is written says so.
"""

from __future__ import annotations

from emgkit.simulate.bands import band, sentences, summary
from emgkit.simulate.chain import chain_error
from emgkit.simulate.dataset import study
from emgkit.simulate.draw import draw_cells, true_ratios
from emgkit.simulate.published_design import Finding, PublishedDesign
from emgkit.simulate.replication import replicate
from emgkit.simulate.session import Truth, trials, truth
from emgkit.simulate.specification import Specification, fingerprint, load_spec
from emgkit.simulate.training import replicate_change

__all__ = [
    "Finding",
    "PublishedDesign",
    "Specification",
    "Truth",
    "band",
    "chain_error",
    "draw_cells",
    "fingerprint",
    "load_spec",
    "replicate",
    "replicate_change",
    "sentences",
    "study",
    "summary",
    "trials",
    "true_ratios",
    "truth",
]
