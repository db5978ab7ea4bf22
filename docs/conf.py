"""The documentation site: ``make docs`` builds it, offline."""

from __future__ import annotations

import re
import sys
import warnings
from pathlib import Path

import matplotlib as mpl

import emgkit
from emgkit.errors import EmgkitWarning

mpl.use("Agg")
sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "emgkit"
author = "The emgkit developers"
copyright = author
version = release = emgkit.__version__

extensions = ["public_names", "sphinx.ext.autodoc", "numpydoc", "myst_parser", "sphinx_gallery.gen_gallery"]
exclude_patterns = ["_build", "_extensions", "examples", "**.inc"]
nitpicky = True  # a name in the text that leads nowhere is a warning, and warnings are errors
default_role = "literal"  # docstrings put names between single backticks
suppress_warnings = ["config.cache"]  # sphinx-gallery's settings hold functions, which no cache can keep

autodoc_typehints = "none"  # the numpydoc sections say types in words
autodoc_preserve_defaults = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = False

myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence", "deflist"]


def as_readers_run_them(gallery_conf: object, fname: str) -> None:  # noqa: ARG001 - as sphinx-gallery calls it
    """Each example begins in the same state; remarks of emgkit on numbers do not belong into a gallery."""
    warnings.simplefilter("ignore", EmgkitWarning)


# the order of the gallery: signals, then amplitudes, then comparisons, then what others printed
GALLERY = (
    "signals", "spectrum", "spectrogram", "contact_sheet", "repetition_sheet", "mvc", "mvc_grid", "activation",
    "activation_grid", "raincloud", "body_map", "body_map_grid", "paired", "contrasts", "effect_matrix", "bland_altman",
    "curves", "curves_grid", "angle", "angle_grid", "published", "forest", "detection", "detection_grid",
)  # fmt: skip


def place_in_gallery(filename: str) -> tuple[int, str]:
    """The place of a script; one that has none yet comes last."""
    name = Path(filename).stem
    return (GALLERY.index(name) if name in GALLERY else len(GALLERY), name)


sphinx_gallery_conf = {
    "within_subsection_order": place_in_gallery,
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",
    "abort_on_example_error": True,
    "backreferences_dir": "reference/backreferences",
    "doc_module": ("emgkit",),
    "reset_modules": ("matplotlib", as_readers_run_them),
    "capture_repr": (),
    "download_all_examples": False,
    "notebook_extensions": set(),
    "show_signature": False,
    "min_reported_time": 1e9,
    "write_computation_times": False,
    "image_scrapers": ("matplotlib",),
    "remove_config_comments": True,
}

html_theme = "pydata_sphinx_theme"
html_title = "emgkit"
html_static_path = ["_static"]
html_css_files = ["emgkit.css"]
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {page: [] for page in ("index", "claims", "contributing", "changes", "tutorials/*")}
html_theme_options = {
    "show_prev_next": False,
    "header_links_before_dropdown": 6,
    "navbar_end": ["theme-switcher"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "navigation_with_keys": False,
    "show_nav_level": 1,
}


def tidy_gallery(app: object, page: str, source: list[str]) -> None:  # noqa: ARG001 - as Sphinx calls it
    """Describe each figure by the page's title, and offer a script once: as it is, without an archive."""
    if not page.startswith("gallery/"):
        return
    text = source[0]
    title = re.search(r"^(.+)\n={4,}$", text, re.MULTILINE)
    if title:
        text = re.sub(r":alt: .*", f":alt: {title[1]}", text)
    text = re.sub(r"\.\. only:: html\n\n    \.\. note::\n(?: {8}.*\n|\n)*", "", text)
    source[0] = re.sub(r" {4}\.\. container:: sphx-glr-download sphx-glr-download-zip\n\n.*\n", "", text)


def setup(app: object) -> None:
    """Called by Sphinx."""
    app.connect("source-read", tidy_gallery)  # type: ignore[attr-defined]
