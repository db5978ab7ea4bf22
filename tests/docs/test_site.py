"""The built site: every public name has its page, every link leads somewhere, nothing is loaded from elsewhere.

`make docs` builds the site and runs this file; `make test` leaves it out.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from playwright.sync_api import sync_playwright

import emgkit

pytestmark = pytest.mark.site

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs" / "_build" / "html"
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
PAGES = (
    "index.html", "tutorials/from-recordings-to-figure.html", "how_to/recipes.html", "how_to/study-file.html",
    "how_to/figures-for-a-journal.html", "gallery/index.html", "gallery/contrasts.html", "explanation/statistics.html",
    "explanation/calibration.html", "claims.html", "reference/index.html", "reference/generated/emgkit.Recording.html",
    "reference/generated/emgkit.stats.contrasts.html", "reference/generated/modules/emgkit.stats.html",
    "contributing.html",
)  # fmt: skip
# elements that load something, and the attribute that says from where
LOADS = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
}


@dataclass
class Found(HTMLParser):
    """What one page links to, loads, and can be linked to."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {key: value or "" for key, value in attrs}
        self.ids |= {named[key] for key in ("id", "name") if key in named}
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        relation = named.get("rel", "")
        if tag in LOADS and LOADS[tag] in named and relation not in ("index", "search", "next", "prev", "canonical"):
            self.loads.append(named[LOADS[tag]])


@pytest.fixture(scope="module")
def pages() -> dict[Path, Found]:
    """Every page of the site."""
    assert (SITE / "index.html").is_file(), "there is no site: run `make docs`"
    found = {}
    for path in sorted(path for path in SITE.rglob("*.html") if "_static" not in path.parts):
        found[path] = Found()
        found[path].feed(path.read_text(encoding="utf-8"))
    return found


def public() -> Iterator[tuple[str, Any]]:
    """Every public name and its object, from the lists of the package itself."""
    queue = [("emgkit", emgkit)]
    queue += [(home, importlib.import_module(home)) for home in {f"emgkit.{one}" for one in emgkit._PUBLIC.values()}]
    done = set()
    while queue:
        dotted, module = queue.pop()
        if dotted in done:
            continue
        done.add(dotted)
        for name in module.__all__:
            target = getattr(module, name)
            if isinstance(target, ModuleType):
                queue.append((f"{dotted}.{name}", target))
            yield f"{dotted}.{name}", target


def inventory() -> dict[str, tuple[str, str]]:
    """What Sphinx wrote down: the page and the anchor of every documented name."""
    content = (SITE / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(content).decode("utf-8").splitlines()
    found = {}
    for line in lines:
        name, role, _, place, _ = re.match(r"(\S+) (\S+) (\S+) (\S+) (.*)", line).groups()
        if role.startswith("py:"):
            page, _, anchor = place.partition("#")
            found[name] = (page, anchor.replace("$", name))
    return found


def test_every_public_name_has_a_page(pages, capsys):
    places = inventory()
    names = dict(public())
    without = []
    for name in names:
        page, anchor = places.get(name, ("", ""))
        if SITE / page not in pages or anchor not in pages[SITE / page].ids:
            without.append(name)
    with capsys.disabled():
        print(f"\npublic names with a reference page: {len(names) - len(without)}, without: {len(without)}")
    assert len(names) > 200
    assert not without


def test_every_public_member_of_a_class_is_shown():
    """Methods and properties that emgkit wrote; fields stand among the parameters."""
    places = inventory()
    missing = []
    classes = {id(target): (name, target) for name, target in public() if inspect.isclass(target)}
    for name, target in classes.values():
        for member in dir(target):
            written = next((vars(cls)[member] for cls in target.__mro__ if member in vars(cls)), None)
            owner = next((cls for cls in target.__mro__ if member in vars(cls)), object)
            described = inspect.isroutine(written) or isinstance(written, (property, classmethod, staticmethod))
            if member.startswith("_") or not owner.__module__.startswith("emgkit") or not described:
                continue
            homes = [one for one, other in public() if other is target]
            if not any(f"{home}.{member}" in places for home in homes):
                missing.append(f"{name}.{member}")
    assert not missing


def test_every_field_of_a_class_stands_in_its_docstring():
    """A dataclass is its parameters: a reader must find each of them on the page."""
    missing = []
    for name, target in public():
        if inspect.isclass(target) and "__dataclass_fields__" in vars(target):
            text = inspect.getdoc(target) or ""
            for other in re.findall(r"arameters as for :class:`(\w+)`", text):  # a link to a class with the same ones
                text += inspect.getdoc(getattr(emgkit, other)) or ""
            fields = [one.name for one in dataclasses.fields(target) if one.init and not one.name.startswith("_")]
            missing += [f"{name}.{one}" for one in fields if not re.search(rf"\b{one}\b", text)]
    assert not missing


def test_every_link_inside_the_site_leads_somewhere(pages, capsys):
    broken, outside = [], set()
    for path, found in pages.items():
        for link in found.links:
            if urlsplit(link).scheme in ("http", "https", "mailto"):
                outside.add(link)
                continue
            target, anchor = urldefrag(link)
            to = (path.parent / unquote(target)).resolve() if target else path
            known = to in pages and (not anchor or unquote(anchor) in pages[to].ids)
            if not (known or (to not in pages and to.is_file())):
                broken.append(f"{path.relative_to(SITE)} -> {link}")
    with capsys.disabled():
        print(f"\npages: {len(pages)}, links to other sites (not followed): {len(outside)}")
        print("\n".join(f"  {link}" for link in sorted(outside)))
    assert not broken, f"{len(broken)} links lead nowhere, such as:\n" + "\n".join(broken[:20])


def test_nothing_is_loaded_from_elsewhere(pages):
    for path, found in pages.items():
        for source in found.loads:
            parts = urlsplit(source)
            assert (parts.scheme, parts.netloc) in (("", ""), ("data", "")), f"{path.name}: {source}"
            assert parts.scheme == "data" or (path.parent / unquote(parts.path)).is_file(), f"{path.name}: {source}"
    for path in SITE.rglob("*.css"):
        for source in re.findall(r"(?:url\(|@import\s+)[\"']?([^\"')\s;]+)", path.read_text(encoding="utf-8")):
            assert not urlsplit(source).netloc, f"{path.name}: {source}"


def test_each_image_is_described(pages):
    """But the thumbnails, whose title stands below them."""
    for path in pages:
        for tag in re.findall(r"<img[^>]*>", path.read_text(encoding="utf-8")):
            assert re.search(r'alt="[^"]+', tag) or "_thumb.png" in tag, f"{path.name}: {tag}"


def test_pages_fit_a_phone_and_ask_for_nothing_outside():
    assert CHROMIUM.exists(), "Chromium is missing; .ci/run installs it"
    asked = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        try:
            for width in (1280, 390):
                page = browser.new_page(viewport={"width": width, "height": 900})
                page.on("request", lambda request: asked.append(request.url))
                errors: list[str] = []
                page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
                for name in PAGES:
                    page.goto((SITE / name).as_uri())
                    assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
                    assert not errors, (name, errors)
                    images = page.locator("img").evaluate_all("all => all.filter(i => !i.naturalWidth).map(i => i.src)")
                    assert not images, (name, images)
                page.close()
        finally:
            browser.close()
    elsewhere = {url for url in asked if not url.startswith(("file:", "data:"))}
    assert not elsewhere
