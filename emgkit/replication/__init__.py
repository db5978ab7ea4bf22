"""Virtual replications of published studies: what such a study would find, again and again.

Everything in here is simulated, and everything that is written says so.
"""

from __future__ import annotations

from emgkit.replication.chain_error import chain_error
from emgkit.replication.design import PublishedDesign, ReportedResult
from emgkit.replication.from_print import printed_design
from emgkit.replication.replicate import replicate
from emgkit.replication.replicate_change import replicate_change
from emgkit.replication.sweep_range import sentences, summary, sweep_range

__all__ = [
    "PublishedDesign",
    "ReportedResult",
    "chain_error",
    "printed_design",
    "replicate",
    "replicate_change",
    "sentences",
    "summary",
    "sweep_range",
]
