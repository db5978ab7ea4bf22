"""Numbers and names as people write them. Only for reading: the tables keep every digit."""

from __future__ import annotations

from emgkit.notation.columns import (
    alone,
    heading,
    symbol,
    writer,
)
from emgkit.notation.names import (
    as_title,
    capital,
    contrast_text,
    counted,
    first_few,
    listed,
    named,
    place,
    readable,
    series,
    spelled,
    term_text,
)
from emgkit.notation.numbers import (
    MISSING,
    alpha,
    degrees,
    equation,
    estimate,
    fixed,
    interval,
    missing,
    number,
    p_heading,
    p_phrase,
    p_text,
    percent,
    places,
    ratio_places,
    share,
    surface,
    three_digits,
)

__all__ = [
    "MISSING", "alone", "alpha", "as_title", "capital", "contrast_text", "counted", "degrees", "equation",
    "estimate", "first_few", "fixed", "heading", "interval", "listed", "missing", "named", "number", "p_heading",
    "p_phrase", "p_text", "percent", "place", "places", "ratio_places", "readable", "series", "share", "spelled",
    "surface", "symbol", "term_text", "three_digits", "writer",
]  # fmt: skip
