"""The page: one HTML file that needs nothing else, on a screen, on a phone and on paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from emgkit.report.content import Content, FigureItem
from emgkit.report.remarks import remarks
from emgkit.report.scorecard import scorecard
from emgkit.report.tables import columns

__all__ = ["render"]

# longer beginnings are sentences, no names
_LEAD = 60
_DOI = re.compile(r"doi:(10\.\d{4,9}/[^\s;,)]*[^\s;,).])")


def render(content: Content) -> str:
    """The report as one HTML page.

    The page loads nothing: figures are inside it, fonts are the reader's own, there are no
    scripts. The same content always gives the same text.

    Parameters
    ----------
    content : Content
        What the report says.

    Returns
    -------
    str
        An HTML document.

    Examples
    --------
    >>> page = render(Content(title="A", question="B?", finding="C.", simulated=False))
    >>> page.startswith("<!doctype html>"), "Simulated data" in page
    (True, False)
    """
    card = None if content.quality is None else scorecard(content.quality)
    return _template().render(content=content, remarks=remarks(content.notices), card=card)


@cache
def _template() -> Template:
    """The template with the functions that it uses."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(paragraphs=_paragraphs, linked=_linked, led=_led, source=_source)
    environment.globals.update(columns=columns, kind=_kind)
    text = resources.files("emgkit.report").joinpath("template.html.j2").read_text(encoding="utf-8")
    return environment.from_string(text)


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _linked(text: str) -> Markup:
    """The text, escaped, with links where it names a DOI."""
    return Markup(_DOI.sub(r'<a href="https://doi.org/\1">doi:\1</a>', str(escape(text))))


def _led(text: str) -> Markup:
    """The text, escaped and linked, with what it is about in bold where it begins with that and a colon."""
    lead, colon, rest = text.partition(": ")
    if not colon or len(lead) > _LEAD or "\n" in lead or lead.endswith("doi"):
        return _linked(text)
    return Markup("<strong>{}:</strong> {}").format(lead, _linked(rest))


def _source(figure: FigureItem) -> str:
    """The image as a data address, in which an SVG's own names and scripts stay shut in."""
    if isinstance(figure.image, bytes):
        return f"data:image/png;base64,{base64.b64encode(figure.image).decode('ascii')}"
    return f"data:image/svg+xml;base64,{base64.b64encode(figure.image.encode('utf-8')).decode('ascii')}"


def _kind(value: Any) -> str:
    """How a value of the provenance is shown."""
    if isinstance(value, Mapping):
        return "mapping"
    return "list" if isinstance(value, Iterable) and not isinstance(value, (str, bytes)) else "text"
