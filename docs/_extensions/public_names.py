"""Sphinx extension: writes the reference, a page for every public name, from the package itself.

Public is what ``emgkit.__all__`` lists, and what the ``__all__`` of each module lists that ``emgkit.__all__`` names or
takes a name from. A name that is added there gets its page by itself.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.nodes import make_refnode

PACKAGE = "emgkit"
# what readers look for first; modules that are not named here follow in the order of the alphabet
ORDER = (
    "recording", "channels", "io", "steps", "pipeline", "normalize", "events", "measures", "curves",
    "signal_quality", "stats", "figures", "report", "study", "literature", "simulate", "replication", "signal",
    "spectrum", "errors",
)  # fmt: skip


@dataclass
class Entry:
    """One object with a page: where it is imported from, and every public name it has."""

    target: Any
    name: str
    names: set[str] = field(default_factory=set)
    page: str = ""

    @property
    def kind(self) -> str:
        """The Sphinx object type."""
        if inspect.isclass(self.target):
            return "exception" if issubclass(self.target, BaseException) else "class"
        return "function" if inspect.isroutine(self.target) else "data"


@dataclass
class Reference:
    """The public modules, each with its own public names, and the objects that these are."""

    modules: dict[str, list[str]] = field(default_factory=dict)
    targets: dict[str, ModuleType] = field(default_factory=dict)  # a module may lie elsewhere than its public name says
    entries: dict[str, Entry] = field(default_factory=dict)  # by public dotted name; aliases share one entry


def collect() -> Reference:
    """Walk the package from its public names."""
    package = importlib.import_module(PACKAGE)
    homes = [f"{PACKAGE}.{home}" for home in dict.fromkeys(package._PUBLIC.values())]
    found = Reference()
    by_identity: dict[int, Entry] = {}

    def walk(dotted: str, module: ModuleType, names: list[str]) -> None:
        if dotted in found.modules:
            return
        found.modules[dotted], found.targets[dotted] = [], module
        for name in names:
            public, target = f"{dotted}.{name}", getattr(module, name)
            if isinstance(target, ModuleType):
                walk(public, target, sorted(target.__all__))
                continue
            # a name of the package that is a module too (a function called like its module) is imported from its home
            is_module = dotted == PACKAGE and importlib.util.find_spec(public) is not None
            imported = f"{public}.{name}" if is_module else public
            constant = not (inspect.isclass(target) or inspect.isroutine(target))
            entry = Entry(target, imported) if constant else by_identity.setdefault(id(target), Entry(target, imported))
            entry.names.add(public)
            found.entries[public] = entry
            found.modules[dotted].append(public)

    walk(PACKAGE, package, [name for name in package.__all__ if not isinstance(getattr(package, name), ModuleType)])
    modules = [f"{PACKAGE}.{name}" for name in package.__all__ if isinstance(getattr(package, name), ModuleType)]
    for dotted in dict.fromkeys([*homes, *modules]):
        module = importlib.import_module(dotted)
        walk(dotted, module, sorted(module.__all__))
    _name_pages(found)
    return found


def _name_pages(found: Reference) -> None:
    """File names that differ also where capitals do not count: `Claim` and `claim` are two pages."""
    taken: set[str] = set()
    for entry in found.entries.values():
        if not entry.page:
            page = entry.name
            if page.casefold() in taken:
                page = f"{page}-{entry.kind}"
            taken.add(page.casefold())
            entry.page = page


def summary(target: Any) -> str:
    """The first sentence of a docstring, as reStructuredText."""
    text = (inspect.getdoc(target) or "").partition("\n\n")[0].replace("\n", " ")
    return text.partition(". ")[0].rstrip(".") + "." if text else ""


def comment_on(module: ModuleType, name: str) -> str:
    """The text that stands below a constant where it is set, or the comment above it: constants have no docstring."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    body = ast.parse(source).body
    for statement, following in itertools.zip_longest(body, body[1:]):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            for alias in statement.names:
                if (alias.asname or alias.name) == name and statement.module.startswith(PACKAGE):
                    return comment_on(importlib.import_module(statement.module), alias.name)
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                return " ".join(str(following.value.value).split())
            start = statement.lineno - 1
            first = start
            while first and lines[first - 1].startswith("#"):
                first -= 1
            return " ".join(line.lstrip("#: ").strip() for line in lines[first:start])
    return ""


def escaped(text: str) -> str:
    """Plain text for reStructuredText."""
    return re.sub(r"([\\\\*`_|])", r"\\\1", text)


def value_of(target: Any) -> str:
    """A constant's value where it is short, else what it holds."""
    shown = repr(target)
    if isinstance(target, Mapping):
        return "a mapping with the keys " + ", ".join(f"``{key}``" for key in target)
    if len(shown) <= 120:
        return f"``{shown}``"
    if isinstance(target, tuple) and all(isinstance(one, str) for one in target) and len(target) <= 40:
        return ", ".join(f"``{one!r}``" for one in target)
    kinds = {f"``{type(one).__name__}``" for one in target}
    return f"{len(target)} values of type {' or '.join(sorted(kinds))}"


def title(text: str, line: str) -> str:
    return f"{escaped(text)}\n{line * len(escaped(text))}\n\n"


def object_page(entry: Entry, found: Reference) -> str:
    """The page of one object."""
    module, _, last = entry.name.rpartition(".")
    page = title(entry.name, "=") + f".. py:currentmodule:: {module}\n\n"
    if entry.kind == "data":
        page += f".. py:data:: {last}\n\n"
        text = escaped(comment_on(found.targets[module], last)).removesuffix(".")
        page += f"   {text[:1].upper()}{text[1:]}.\n\n" if text else ""
        page += f"   Value: {value_of(entry.target)}.\n"
        return page
    page += f".. auto{entry.kind}:: {entry.name}\n"
    if entry.kind != "function":
        page += "   :members:\n"
        foreign = [base.__name__ for base in entry.target.__mro__ if not base.__module__.startswith(PACKAGE)]
        page += f"   :inherited-members: {', '.join(foreign)}\n"
    others = sorted(entry.names - {entry.name})
    if others:
        page += f"\nAlso called {', '.join(f'``{name}``' for name in others)}.\n"
    if module.startswith(f"{PACKAGE}.figures") and entry.kind == "function":
        page += f"\n.. minigallery:: {entry.name}\n   :add-heading: In the gallery\n   :heading-level: -\n"
    return page


def module_page(dotted: str, found: Reference) -> str:
    """The page of one module: its docstring, and a table of its names."""
    home = found.targets[dotted].__name__
    page = title(dotted, "=") + ("" if home == dotted else f".. py:module:: {dotted}\n\n")
    page += f".. automodule:: {home}\n   :no-members:\n\n"
    entries = [(public, found.entries[public]) for public in found.modules[dotted]]
    if dotted == PACKAGE:  # what belongs together stands together
        entries.sort(key=lambda pair: (rank(getattr(pair[1].target, "__module__", "") or ""), pair[0]))
    page += ".. list-table::\n   :class: names\n   :widths: 35 65\n\n"
    for public, entry in entries:
        text = (
            summary(entry.target)
            if entry.kind != "data"
            else escaped(comment_on(found.targets[dotted], public.rpartition(".")[2]))
        )
        page += f"   * - :doc:`{public.rpartition('.')[2]} <../{entry.page}>`\n     - {text}\n"
    page += "\n.. toctree::\n   :hidden:\n\n"
    own = [public.rpartition(".")[2] for public, entry in entries if entry.name.rpartition(".")[0] == dotted]
    pages = [entry.page for _, entry in entries if entry.name.rpartition(".")[0] == dotted]
    return page + "".join(f"   {name} <../{target}>\n" for name, target in zip(own, pages, strict=True))


def rank(dotted: str) -> int:
    """The place of a module in the order in which readers look for things."""
    parts = dotted.split(".")
    if dotted == PACKAGE:
        return -1
    return ORDER.index(parts[1]) if len(parts) > 1 and parts[1] in ORDER else len(ORDER)


def breakable(dotted: str) -> str:
    """A dotted name that a narrow page may break after each dot."""
    return dotted.replace(".", ".\u200b")


def index(found: Reference) -> str:
    """The table of the modules, and the tree that the site's navigation shows."""
    dotted = sorted(found.modules, key=lambda name: (rank(name), name))
    text = ".. list-table::\n   :class: names\n   :widths: 35 65\n\n"
    for name in dotted:
        text += f"   * - :doc:`{breakable(name)} <generated/modules/{name}>`\n     - {summary(found.targets[name])}\n"
    text += "\n.. toctree::\n   :hidden:\n\n"
    return text + "".join(f"   {name} <generated/modules/{name}>\n" for name in dotted)


def write(app: Sphinx) -> None:
    """Write the pages, those alone that changed: Sphinx then reads only these again."""
    found = collect()
    app.emgkit_reference = found  # type: ignore[attr-defined]
    folder = Path(app.srcdir) / "reference" / "generated"
    pages = {f"{entry.page}.rst": object_page(entry, found) for entry in found.entries.values()}
    pages |= {f"modules/{dotted}.rst": module_page(dotted, found) for dotted in found.modules}
    pages["index.inc"] = index(found)
    (folder / "modules").mkdir(parents=True, exist_ok=True)
    for old in folder.rglob("*.*"):
        if old.relative_to(folder).as_posix() not in pages:
            old.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def register_other_names(app: Sphinx, doctree: nodes.document) -> None:
    """Let links find an object by each of its public names, and by the place where it is written."""
    domain = app.env.domains.python_domain
    entries = app.emgkit_reference.entries  # type: ignore[attr-defined]
    for signature in doctree.findall(addnodes.desc_signature):
        identifiers = signature.get("ids", [])
        entry = next((entries[one] for one in identifiers if one in entries), None) or next(
            (entry for entry in entries.values() if entry.name in identifiers), None
        )
        if entry is None or entry.kind == "data":
            continue
        home = f"{entry.target.__module__}.{entry.target.__qualname__}"
        for other in (entry.names | {home}) - {entry.name} - set(domain.objects):
            domain.note_object(other, entry.kind, entry.name, aliased=True, location=signature)


def find_by_last_name(app: Sphinx, env: Any, node: addnodes.pending_xref, content: nodes.Node) -> nodes.Node | None:
    """Let a docstring say :data:`COLUMNS` for a name of another module, if no second one is called so."""
    if node.get("refdomain") != "py" or node.get("reftype") not in ("func", "data", "class", "exc"):
        return None
    objects = env.domains.python_domain.objects
    ends = f".{node['reftarget']}"
    places = {(found.docname, found.node_id) for name, found in objects.items() if name.endswith(ends)}
    if len(places) != 1:
        return None
    docname, anchor = places.pop()
    return make_refnode(app.builder, node["refdoc"], docname, anchor, content)


def escape_bars(app: Sphinx, what: str, name: str, target: Any, options: Any, lines: list[str]) -> None:
    """Keep the bars of |t| in docstrings: reStructuredText would take them for a substitution."""
    lines[:] = [
        line if line.lstrip().startswith((">>>", "...")) else re.sub(r"(?<!`)\|([^|`]+)\|(?!`)", r"\\|\1\\|", line)
        for line in lines
    ]


class _Elsewhere:
    """A default value that a signature has no room for; the docstring says what it is."""

    def __repr__(self) -> str:
        return "…"


def shorten_defaults(
    app: Sphinx, what: str, name: str, target: Any, options: Any, signature: str, returns: str
) -> tuple[str, str] | None:
    """Leave out default values that are long, such as a whole pipeline, or made anew each time."""
    if what not in ("class", "function") or not signature:
        return None
    whole = inspect.signature(target)
    defaults = [one for one in whole.parameters.values() if one.default is not one.empty]
    long = [one for one in defaults if len(repr(one.default)) > 60 or repr(one.default).startswith("<")]
    if not long:
        return None
    parameters = [
        one.replace(annotation=one.empty, default=_Elsewhere() if one in long else one.default)
        for one in whole.parameters.values()
    ]
    return str(whole.replace(parameters=parameters, return_annotation=whole.empty)), returns


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.setup_extension("sphinx.ext.autodoc")
    app.connect("builder-inited", write, priority=100)
    app.connect("autodoc-process-docstring", escape_bars, priority=100)
    app.connect("autodoc-process-signature", shorten_defaults)
    app.connect("doctree-read", register_other_names)
    app.connect("missing-reference", find_by_last_name)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
