"""Linear mixed models by REML, with Kenward-Roger and Satterthwaite degrees of freedom."""

__all__: list[str] = []
