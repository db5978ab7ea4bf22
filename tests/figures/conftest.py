"""What the tests of figures share: figures closed after each test, and an eye for legibility."""

from __future__ import annotations

import itertools

import matplotlib.pyplot as plt
import pytest
from matplotlib.text import Text


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def shown_texts(figure):
    """Every text with letters that a reader of the figure sees."""
    figure.canvas.draw()
    hidden = set()
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            room = 1e-9 * (high - low)
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not low - room <= tick.get_loc() <= high + room:
                    hidden |= {tick.label1, tick.label2}
    return [
        text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip() and text not in hidden
    ]


@pytest.fixture
def legible():
    """Assert that no text is below 7 points, cut off by the figure's edge, or printed over another."""

    def check(figure):
        texts = shown_texts(figure)
        assert texts
        edge = figure.bbox
        boxes = []
        for text in texts:
            box = text.get_window_extent()
            assert text.get_fontsize() >= 7, text
            inside = box.x0 >= edge.x0 - 1 and box.x1 <= edge.x1 + 1 and box.y0 >= edge.y0 - 1 and box.y1 <= edge.y1 + 1
            assert inside, f"{text} reaches beyond the figure: {box.extents} in {edge.extents}"
            boxes.append((text.get_text(), box))
        for (one, a), (other, b) in itertools.combinations(boxes, 2):
            # ascenders and line spacing make boxes larger than ink: half a point each side is no overlap
            overlap = min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 2
            assert not overlap, f"{one!r} lies over {other!r}"
        return [text.get_text() for text in texts]

    return check
