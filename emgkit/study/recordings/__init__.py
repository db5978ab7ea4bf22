"""From the recordings of a study to its tables of contrasts."""

__all__: list[str] = []
