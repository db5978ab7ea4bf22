"""Versions of emgkit and of the libraries that the results of a study depend on."""

from __future__ import annotations

from functools import cache
from importlib import metadata

import emgkit

__all__ = ["computed_with", "versions"]

_LIBRARIES = (
    "numpy", "scipy", "pandas", "mne", "statsmodels", "matplotlib", "pydantic", "typer", "rich", "jinja2", "edfio",
    "openpyxl", "great-tables", "python-docx",
)  # fmt: skip
# those that read recordings and compute numbers; the others check the study file, draw and write
_COMPUTING = ("emgkit", "numpy", "scipy", "pandas", "mne", "statsmodels", "edfio", "openpyxl")


@cache
def _version(name: str) -> str:
    return metadata.version(name)


def versions() -> dict[str, str]:
    """Versions of emgkit and the libraries a result depends on."""
    return {"emgkit": emgkit.__version__, **{name: _version(name) for name in _LIBRARIES}}


def computed_with() -> dict[str, str]:
    """Those of :func:`versions` that numbers depend on.

    Examples
    --------
    >>> sorted(computed_with())
    ['edfio', 'emgkit', 'mne', 'numpy', 'openpyxl', 'pandas', 'scipy', 'statsmodels']
    """
    known = versions()
    return {name: known[name] for name in _COMPUTING}
