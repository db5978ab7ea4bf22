"""Comparisons within participants: contrasts, analysis of variance, equivalence, effect sizes, reliability."""

__all__: list[str] = []
