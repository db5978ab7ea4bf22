"""Labels: their order, and those that read alike, which differ by blanks, case or Unicode form only."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from emgkit.errors import DesignError
from emgkit.notation import readable

__all__ = ["check_spelling", "in_order", "label_order", "numbered", "spelled_alike"]

# a sign belongs to a number where no letter or digit stands before it: "-10", and not "P-10"
_NUMBER = re.compile(r"((?:(?<![^\W_])[-+−])?\d+(?:[.,]\d+)?)")


def label_order(label: Any) -> tuple[Any, ...]:
    """The key by which labels are sorted: letters alphabetically, and numbers among them as numbers.

    Examples
    --------
    >>> sorted(["100", "80", "-10", "7.5", "week 10", "week 2"], key=label_order)
    ['-10', '7.5', '80', '100', 'week 2', 'week 10']
    """
    text = str(label)
    parts: list[Any] = _NUMBER.split(text)
    parts[1::2] = [float(part.replace(",", ".").replace("−", "-")) for part in parts[1::2]]
    return (parts, text)


def in_order(labels: Iterable[Any]) -> list[Any]:
    """Each label once, in order of appearance; labels that differ in their numbers alone stand in the order of these.

    Examples
    --------
    >>> in_order(["pre", "post"]), in_order(["100 kg", "60 kg", "80 kg", "60 kg"])
    (['pre', 'post'], ['60 kg', '80 kg', '100 kg'])
    """
    found = list(dict.fromkeys(labels))
    words = {tuple(_NUMBER.split(str(label))[::2]) for label in found}
    return sorted(found, key=label_order) if len(words) == 1 else found


def numbered(factor: str, text: str) -> str:
    """Levels in words, with the name of their factor before them if they begin with a number.

    Examples
    --------
    >>> numbered("load", "60 / 80"), numbered("load", "-10"), numbered("time", "post")
    ('load 60 / 80', 'load -10', 'post')
    """
    return f"{readable(factor)} {text}".strip() if text.lstrip("+-−")[:1].isdigit() else text


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
