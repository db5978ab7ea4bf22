"""The same study under every defensible processing, and how far its verdict depends on the choice."""

from emgkit.multiverse.study_multiverse import earlier, run

__all__ = ["earlier", "run"]
