"""Labels that read alike: levels that differ by blanks, case or Unicode form only, and so are one level or a slip."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from typing import Any

from emgkit.errors import DesignError

__all__ = ["check_spelling", "spelled_alike"]


def spelled_alike(levels: Iterable[Any]) -> list[list[Any]]:
    """Groups of levels that differ by blanks, case or Unicode form only; each has two members or more.

    Examples
    --------
    >>> spelled_alike(["squat", "Squat ", "hip thrust"])
    [['squat', 'Squat ']]
    """
    found: dict[str, list[Any]] = {}
    for level in levels:
        found.setdefault(_plain(str(level)), []).append(level)
    return [same for same in found.values() if len(same) > 1]


def check_spelling(name: str, levels: Iterable[Any]) -> None:
    """Refuse levels of column ``name`` that differ by blanks, case or Unicode form only; they are printed in quotes."""
    alike = spelled_alike(levels)
    if not alike:
        return
    shown = "; ".join(" and ".join(_quoted(same)) for same in alike)
    raise DesignError(
        f"Column {name!r} holds labels that differ by blanks, case or Unicode form only, "
        "and each would count as a level of its own",
        where=f"column {name!r}",
        allowed="one spelling of each label",
        got=shown,
        hint="write them alike where they are the same, and tell them apart by more than that where they are not",
    )


def _quoted(labels: list[Any]) -> list[str]:
    """Labels in quotes; with escapes where they would look the same."""
    texts = [repr(label) for label in labels]
    forms = {unicodedata.normalize("NFC", text) for text in texts}
    return texts if len(forms) == len(texts) else [ascii(label) for label in labels]


@functools.lru_cache(maxsize=4096)
def _plain(label: str) -> str:
    """The label without blanks and invisible characters, in one case and one Unicode form."""
    once = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).casefold())
    return "".join(sign for sign in once if not sign.isspace() and unicodedata.category(sign) != "Cf")
