"""What a table of cells is: columns, blocks, references, families of tests, effect formulas, sign flips."""

__all__: list[str] = []
