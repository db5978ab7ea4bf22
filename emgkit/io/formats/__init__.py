"""One file a format."""

__all__: list[str] = []
