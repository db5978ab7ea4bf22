"""From what was computed to files: tables, figures, words, the report."""

__all__: list[str] = []
