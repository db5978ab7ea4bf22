"""The page: one HTML file that needs nothing else, on a screen, on a phone and on paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from emgkit.errors import Notice
from emgkit.report.content import Content, FigureItem
from emgkit.report.tables import columns

__all__ = ["render"]

_ABBREVIATIONS = ("ecg", "emg", "mvc")
_DOI = re.compile(r"doi:(10\.\d{4,9}/[^\s;,)]*[^\s;,).])")


@dataclass(frozen=True, kw_only=True)
class Remarks:
    """The different texts of the notices with one code, and how often each came."""

    heading: str
    texts: tuple[tuple[str, int], ...]


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
    return _template().render(content=content, remarks=_remarks(content.notices))


@cache
def _template() -> Template:
    """The template with the functions that it uses."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(paragraphs=_paragraphs, linked=_linked, source=_source)
    environment.globals.update(columns=columns, kind=_kind)
    text = resources.files("emgkit.report").joinpath("template.html.j2").read_text(encoding="utf-8")
    return environment.from_string(text)


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _linked(text: str) -> Markup:
    """The text, escaped, with links where it names a DOI."""
    return Markup(_DOI.sub(r'<a href="https://doi.org/\1">doi:\1</a>', str(escape(text))))


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


def _remarks(notices: Iterable[Notice]) -> list[Remarks]:
    """The notices by code, in the order in which they came, the same text once."""
    codes: dict[str, dict[str, int]] = {}
    for notice in notices:
        texts = codes.setdefault(notice.code, {})
        texts[notice.text] = texts.get(notice.text, 0) + 1
    return [Remarks(heading=_heading(code), texts=tuple(texts.items())) for code, texts in codes.items()]


def _heading(code: str) -> str:
    """The code of a notice as words."""
    words = [word.upper() if word in _ABBREVIATIONS else word for word in code.split("-")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])
