"""Figures for a dark page: the same figure, with colours that are seen on a dark ground."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_rgba, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text
from numpy.typing import ArrayLike, NDArray

from emgkit.errors import ArgumentError

__all__ = ["VALUE", "dark", "on_dark"]

# begins the gid of an artist whose fill stands for a value, and means the same on any ground
VALUE = "value"
# lightness (OKLab, 0 to 1) of the ground, and the least of a colour on it
_GROUND, _LEAST = 0.21, 0.70
# a colour with less chroma is a grey; an area that is lighter than this, and pale, is a tint of the ground
_GREY, _TINT, _PALE = 0.035, 0.76, 0.12

_LMS = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
_LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip


def dark(figure: Figure | Axes) -> Figure:
    """Give a figure the colours of a dark page.

    Parameters
    ----------
    figure : Figure or Axes
        What a figure function returned. It is changed in place; a figure that is dark already stays as it is.

    Returns
    -------
    Figure
        White and black change places; colours keep their hue, and dark ones become lighter. The fills that a colour bar
        explains stay as they are.

    Raises
    ------
    ArgumentError
        The axes stand on no figure.

    Notes
    -----
    Colours are changed in the OKLab space [1]_, where equal steps of lightness look equal.

    References
    ----------
    .. [1] Ottosson B (2020). A perceptual color space for image processing. https://bottosson.github.io/posts/oklab/

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> ax = plt.figure(facecolor="white").add_subplot(xlabel="Time (s)")
    >>> figure = dark(ax)
    >>> max(figure.get_facecolor()[:3]) < 0.15 < 0.85 < min(to_rgba(ax.xaxis.label.get_color())[:3])
    True
    >>> plt.close(figure)
    """
    drawn = figure.get_figure(root=True) if isinstance(figure, Axes) else figure
    if drawn is None:
        raise ArgumentError("There is no figure to make dark", allowed="Axes that stand on a figure")
    if drawn.get_gid() == "dark":
        return drawn
    ticks = set()
    for ax in drawn.axes:
        for axis in (ax.xaxis, ax.yaxis):
            every = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            for tick in every[:1]:
                axis.set_tick_params(
                    which="both", color=on_dark(tick.tick1line.get_color()), labelcolor=on_dark(tick.label1.get_color())
                )
            ticks |= {part for tick in every for part in (tick.tick1line, tick.tick2line, tick.label1, tick.label2)}
    for artist in drawn.findobj():
        if artist not in ticks:
            _recolour(artist)
    drawn.set_gid("dark")
    return drawn


def on_dark(color: Any, *, area: bool = False) -> tuple[float, float, float, float]:
    """The colour that takes the place of one on a dark ground, with the same opacity; of an area, text stands on it.

    Examples
    --------
    >>> [round(part, 2) for part in on_dark("white")], min(on_dark("black")[:3]) > 0.9
    ([0.09, 0.09, 0.09, 1.0], True)
    """
    *rgb, alpha = to_rgba(color)
    lightness, a, b = _to_oklab(rgb)
    chroma = float(np.hypot(a, b))
    if chroma > _GREY and not (area and lightness > _TINT and chroma < _PALE):
        lightness = max(lightness, _LEAST)
    else:
        lightness = min(0.97, _GROUND + (1.0 - _GROUND) * 1.2 * (1.0 - lightness))
    red, green, blue = _from_oklab([lightness, a, b])
    return red, green, blue, float(alpha)


def _recolour(artist: Any) -> None:
    """Give one artist the colours of a dark page; its parts are artists of their own."""
    if isinstance(artist, Text):
        artist.set_color(on_dark(artist.get_color()))
        box = artist.get_bbox_patch()
        arrow = artist.arrow_patch if isinstance(artist, Annotation) else None
        for part in (box, arrow):
            if part is not None:
                _recolour(part)
    elif isinstance(artist, Line2D):
        face, edge = artist.get_markerfacecolor(), artist.get_markeredgecolor()
        artist.set_color(on_dark(artist.get_color()))
        artist.set_markerfacecolor(_each(face))
        artist.set_markeredgecolor(_each(edge))
    elif isinstance(artist, Patch):
        face, edge = artist.get_facecolor(), artist.get_edgecolor()
        artist.set_edgecolor(on_dark(edge))
        if not str(artist.get_gid()).startswith(VALUE):
            artist.set_facecolor(on_dark(face, area=True))
    elif isinstance(artist, Collection) and artist.get_array() is None:
        faces, edges = to_rgba_array(artist.get_facecolor()), to_rgba_array(artist.get_edgecolor())
        artist.set_facecolor([on_dark(color, area=True) for color in faces])
        artist.set_edgecolor([on_dark(color) for color in edges])


def _each(color: Any) -> Any:
    return color if isinstance(color, str) and color in ("none", "auto") else on_dark(color)


def _to_oklab(rgb: ArrayLike) -> NDArray[np.float64]:
    """OKLab of a colour of the screen, each part from 0 to 1."""
    c = np.asarray(rgb, dtype=np.float64)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return np.asarray(_LAB @ np.cbrt(_LMS @ linear))


def _from_oklab(lab: ArrayLike) -> list[float]:
    """The colour of the screen, each part from 0 to 1; what the screen cannot show is cut."""
    linear = np.clip(np.linalg.solve(_LMS, np.linalg.solve(_LAB, np.asarray(lab, dtype=np.float64)) ** 3), 0.0, 1.0)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return [float(part) for part in rgb]
