"""The same study under every defensible processing, and how far its verdict depends on the choice."""

from emgkit.multiverse.study_multiverse import run

__all__ = ["run"]
