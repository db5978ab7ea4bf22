"""What a study file may say."""

__all__: list[str] = []
