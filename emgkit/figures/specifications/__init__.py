"""The specification curve: effects in ascending order, and the options below them."""

from emgkit.figures.specifications.curve import specification_curve

__all__ = ["specification_curve"]
