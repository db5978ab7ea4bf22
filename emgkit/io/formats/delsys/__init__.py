"""The files of Delsys systems: Trigno Discover and EMGworks."""

__all__: list[str] = []
