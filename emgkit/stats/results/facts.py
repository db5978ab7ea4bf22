"""The facts of an analysis, from which its sentences and its Methods paragraph are made."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from emgkit.errors import DesignError, EmgkitWarning, Notice, warn
from emgkit.notation import listed, missing
from emgkit.stats.cells.multiplicity import is_below

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

__all__ = ["AnalysisFacts", "announce", "is_about", "leaves_out_none", "notice_facts", "notices_of", "quietly"]


class AnalysisFacts(dict[str, Any]):
    """The facts of an analysis: what was done, as a table carries it in ``.attrs``.

    A fact that is missing raises an error, which explains how facts get lost.
    """

    def __missing__(self, key: str) -> Any:
        raise DesignError(
            f"The table's .attrs do not hold {key!r}, so it cannot be put into words",
            where=".attrs",
            got=listed(self),
            hint="pandas loses .attrs where different tables are concatenated, merged or joined: ask each table that "
            "emgkit.stats returned, or give them back with table.attrs = original.attrs",
        )

    @classmethod
    def of(cls, table: pd.DataFrame) -> AnalysisFacts:
        """The facts that a table carries."""
        return cls({str(key): value for key, value in table.attrs.items()})


def announce(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Issue each notice as a Python warning at the line that called the analysis, and give them back for its result."""
    kept = tuple(notices)
    for notice in kept:
        warn(notice, stacklevel=4)
    return kept


def quietly(analysis: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """What an analysis gives, without its warnings: whoever calls it announces the notices of the result."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return analysis(*arguments, **options)


def is_about(row: Mapping[str, Any], places: Iterable[Mapping[str, Sequence[str]]]) -> bool:
    """Whether a row lies at one of some places, each the levels of some columns.

    A column that the row does not have rules nothing out.

    Examples
    --------
    >>> is_about({"group": "b", "n": 9}, [{"group": ["b", "c"]}]), is_about({"group": "a"}, [{"group": ["b", "c"]}])
    (True, False)
    """
    return any(all(name not in row or str(row[name]) in levels for name, levels in place.items()) for place in places)


def leaves_out_none(row: Mapping[Any, Any], facts: Mapping[str, Any]) -> bool:
    """Whether the interval of a contrast alone leaves out the value of no difference, while its adjusted p shows none.

    Examples
    --------
    >>> row = {"ratio": 0.5, "ci_low": 0.3, "ci_high": 0.9, "p_adjusted": 0.06}
    >>> leaves_out_none(row, {"interval": "individual 95 %", "adjust": "holm"})
    True
    """
    none = 1.0 if "ratio" in row else 0.0 if "difference" in row else None
    adjusted = facts.get("interval") == "individual 95 %" and facts.get("adjust", "none") != "none"
    if none is None or not adjusted or missing(row.get("p_adjusted")):
        return False
    return bool(not is_below(row["p_adjusted"]) and (row["ci_low"] > none or row["ci_high"] < none))


def notice_facts(notices: Iterable[Notice]) -> list[dict[str, Any]]:
    """Notices as ``.attrs`` carry them: plain values, which pandas can compare, copy and pickle."""
    facts = []
    for notice in notices:
        places = [{name: list(levels) for name, levels in place.items()} for place in notice.about]
        more = {"hint": notice.hint, "about": places}
        facts.append({"code": notice.code, "text": notice.text, **{name: fact for name, fact in more.items() if fact}})
    return facts


def notices_of(table: pd.DataFrame) -> tuple[Notice, ...]:
    """The notices that a table carries; none where ``.attrs`` hold none or got lost.

    Examples
    --------
    >>> import pandas as pd
    >>> notices_of(pd.DataFrame())
    ()
    """
    found = []
    for fact in table.attrs.get("notices", ()):
        places = tuple({name: tuple(levels) for name, levels in place.items()} for place in fact.get("about", ()))
        found.append(Notice(code=fact["code"], text=fact["text"], hint=fact.get("hint", ""), about=places))
    return tuple(found)
