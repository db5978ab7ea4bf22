"""Power: exact, and of simulated studies."""

__all__: list[str] = []
