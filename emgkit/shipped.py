"""Where the studies and datasets that come with emgkit lie.

A repository's own folders go before the copies inside an installed package.
"""

from __future__ import annotations

import os
from pathlib import Path

from emgkit._checks import check_option, nearest
from emgkit.errors import FileError
from emgkit.notation import listed

__all__ = ["folder", "path"]


def folder(kind: str) -> Path:
    """The folder of the studies or the datasets.

    Parameters
    ----------
    kind : {"studies", "datasets"}
        Which of the two.

    Returns
    -------
    Path
        The folder beside the package in a repository, else the one inside the package.

    Examples
    --------
    >>> folder("studies").is_dir()
    True
    """
    check_option("kind", kind, ("studies", "datasets"))
    package = Path(__file__).resolve().parent
    repository = package.parent
    if (repository / "pyproject.toml").is_file() and (repository / kind).is_dir():
        return repository / kind
    return package / "_shipped" / kind


def path(kind: str, *parts: str) -> Path:
    """A file or folder that comes with emgkit.

    Raises
    ------
    FileError
        There is none of that name; says what there is.

    Examples
    --------
    >>> path("studies", "three_lifts", "study.toml").name
    'study.toml'
    """
    found = folder(kind).joinpath(*parts)
    if not os.path.exists(found):
        beside = sorted(entry.name for entry in found.parent.iterdir()) if os.path.isdir(found.parent) else []
        raise FileError(
            f"Nothing named {'/'.join(parts)!r} comes with emgkit under {kind}",
            allowed=listed(beside),
            got=repr(parts[-1]),
            hint=nearest(parts[-1], beside),
        )
    return found
