"""A schematic body from the front and the back, and its muscles as areas."""

from emgkit.figures.body.body_plots import body_map, body_map_grid

__all__ = ["body_map", "body_map_grid"]
