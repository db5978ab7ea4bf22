"""What every analysis gives back: a table with its facts, its sentences, its Methods paragraph and its setting."""

__all__: list[str] = []
