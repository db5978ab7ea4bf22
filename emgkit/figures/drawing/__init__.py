"""What every family of figures draws with: style, journals, lettering, rows, sheets, saving and checking."""

__all__: list[str] = []
