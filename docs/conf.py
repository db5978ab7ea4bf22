"""The documentation site: ``make docs`` builds it, offline."""

from __future__ import annotations

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

extensions = [
    "public_names",
    "sphinx.ext.autodoc",
    "numpydoc",
    "myst_parser",
    "sphinx_gallery.gen_gallery",
]
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


sphinx_gallery_conf = {
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
html_sidebars = {"index": [], "claims": []}
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
