"""Studies beside one another: meta-analysis, and what printed figures imply."""

__all__: list[str] = []
