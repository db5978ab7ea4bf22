"""The page: one HTML file that needs nothing else, on a screen, on a phone and on paper."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from emgkit.figures.drawing.style import PHASES
from emgkit.notation import readable
from emgkit.report.cells import ROOMS
from emgkit.report.checklist import STATUSES, area_numbers
from emgkit.report.content import Content, FigureItem
from emgkit.report.remarks import remarks
from emgkit.report.scorecard import scorecard
from emgkit.report.typeset import on_page, plain_on_page
from emgkit.report.viewer import REJECTED, packed

__all__ = ["Script", "asset", "environment", "render", "viewer_scripts"]

# longer beginnings are sentences, no names
_LEAD = 60
# another report beside this one; a name with a blank cannot be told from words around it
_REPORT = re.compile(r"(?<!\S)(\.\./[^\s<>]*report\.html)")
_DOI = re.compile(r"doi:(10\.\d{4,9}/[^\s;,)]*[^\s;,).])")


def render(content: Content) -> str:
    """The report as one HTML page.

    The page loads nothing: figures, signals and scripts are inside it, fonts are the reader's own. It runs no script
    but those that its head names by their hash. The same content always gives the same text.

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
    >>> page.startswith("<!doctype html>"), "Simulated data" in page, "<script" in page
    (True, False, False)
    """
    style = [asset("page.css"), *_cards(), asset("dark.css")]
    scripts = []
    if content.signals:
        style.append(asset("uPlot.min.css"))
        scripts += [*viewer_scripts(), Script(text=asset("report_viewer.js"))]
    if content.checklist:
        scripts.append(Script(text=asset("checklist.js")))
    page = environment().get_template("page.html.j2")
    return page.render(
        content=content,
        remarks=remarks(content.notices),
        card=None if content.quality is None else scorecard(content.quality),
        style=Markup("\n".join(style)),
        scripts=scripts,
    )


def _cards() -> Iterator[str]:
    """The style of tables without room: each row becomes a card. It is the same at every width of :data:`ROOMS`."""
    card = asset("cards.css")
    for room in ROOMS:
        yield f"@media screen {{ @container (width < {room}rem) {{ .room-{room} {{\n{card}}} }} }}"


@dataclass(frozen=True, kw_only=True)
class Script:
    """A script of the page: its text, which is emgkit's own, and the hash by which the page's policy allows it."""

    text: str

    def __html__(self) -> str:
        return self.text

    @property
    def hash(self) -> str:
        """SHA-256 as the Content-Security-Policy names it."""
        return f"sha256-{base64.b64encode(hashlib.sha256(self.text.encode('utf-8')).digest()).decode('ascii')}"


def viewer_scripts() -> list[Script]:
    """The scripts that draw signals."""
    # the licence asks that its text goes along
    licence = f"/*\n{asset('uPlot.LICENSE')}*/\n"
    return [Script(text=licence + asset("uPlot.iife.min.js")), Script(text=asset("viewer.js"))]


def asset(name: str) -> str:
    """A style sheet or script that comes with emgkit."""
    return resources.files("emgkit.report").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def environment() -> Environment:
    """The templates with the functions that they use."""
    made = Environment(
        loader=PackageLoader("emgkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(paragraphs=_paragraphs, linked=_linked, led=_led, source=_source)
    bands = {**PHASES, "rejected": REJECTED}
    made.globals.update(kind=_kind, named=readable, packed=packed, statuses=STATUSES, bands=bands)
    made.globals.update(areas=area_numbers())
    made.globals.update(on_page=on_page, plain=plain_on_page)
    return made


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a plain text."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _linked(text: str) -> Markup:
    """The text, escaped, with links where it names a DOI or another report."""
    linked = _DOI.sub(r'<a href="https://doi.org/\1">doi:\1</a>', str(escape(text)))
    return Markup(_REPORT.sub(r'<a href="\1">\1</a>', linked))


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
