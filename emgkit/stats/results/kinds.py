"""The kinds of tables that the statistics give: the title, sentence and Methods text of each, and their columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from emgkit.errors import DesignError
from emgkit.notation import listed, readable, surface
from emgkit.stats.results import methods
from emgkit.stats.results.facts import AnalysisFacts, is_about

__all__ = ["Kind", "kind_of", "known_kinds", "missing_columns", "register", "title"]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of table.

    Parameters
    ----------
    title : str
        What it is.
    methods : callable
        From what was done to the Methods sentences.
    sentence : callable, optional
        From a row and what was done to a sentence; without one the table is no result to report by itself.
    clause : callable, optional
        From a row and the facts to its short form, for a list of results.
    needs : tuple of str
        Columns of the sentence, with ``/`` between alternatives.
    """

    title: str
    methods: Callable[[AnalysisFacts], methods.Text]
    sentence: Callable[[Mapping[str, Any], AnalysisFacts], str] | None = None
    clause: Callable[[Mapping[str, Any], AnalysisFacts], str] | None = None
    needs: tuple[str, ...] = ()

    def sentence_of(self, row: Mapping[str, Any], facts: AnalysisFacts) -> str:
        """The sentence of a row, with what makes its own p doubtful."""
        text = self.sentence(row, facts) if self.sentence else ""
        if not {"p", "p_adjusted"} & set(self.needs):
            return text
        notices = facts.get("notices", ())
        codes = {notice["code"] for notice in notices if "about" not in notice or is_about(row, notice["about"])}
        doubts = [doubt for code, doubt in methods.CAVEATS.items() if code in codes]
        return "; ".join([text.removesuffix("."), *doubts]) + "." if text and doubts else text


# every kind by the name that a table carries; each module of words adds those of its own analyses
_KINDS: dict[str, Kind] = {}


def register(**kinds: Kind) -> None:
    """Add kinds of tables, with blanks for underscores in their names.

    Examples
    --------
    >>> "interaction contrasts" in known_kinds()
    True
    """
    _KINDS.update({readable(name): kind for name, kind in kinds.items()})


def known_kinds() -> Mapping[str, Kind]:
    """Every registered kind by its name."""
    return MappingProxyType(_KINDS)


def kind_of(facts: Mapping[str, Any]) -> Kind:
    """The kind of a table; one that does not say so is refused."""
    name = AnalysisFacts(facts)["table"]
    if name not in _KINDS:
        raise DesignError(
            "The table is of an unknown kind", where=".attrs['table']", allowed=listed(_KINDS), got=repr(name)
        )
    return _KINDS[name]


def missing_columns(kind: Kind, facts: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """Columns that the sentences of a table need and that it lacks."""
    groups = [*facts.get("outcomes", []), *(facts.get("by") or []), *facts.get("levels", [])]
    pairs = [name for name in facts.get("interaction") or [] if name != facts.get("within")]
    needed = [
        *groups,
        *pairs,
        *([facts["between"]] if facts.get("between") and "F" not in columns else []),
        *kind.needs,
    ]
    return [name for name in needed if not any(one in columns for one in name.split("/"))]


def title(kind: Kind, facts: Mapping[str, Any], n: Sequence[Any]) -> str:
    """One line on what a table is: the analysis, the scale, the outcome, the numbers of participants in its rows."""
    scale = f", {facts['scale']} scale" if "scale" in facts else ""
    test = f" ({facts['test']}{' test' if facts['test'] == 't' else ''})" if facts.get("table") == "contrasts" else ""
    measure, unit = readable(facts.get("measure") or ""), surface(str(facts.get("unit") or ""))[0]
    outcome = f"{measure} ({unit})" if measure and unit else measure or unit
    people = "" if not len(n) else f"n = {n[0]}" if len(n) == 1 else f"n = {min(n)} to {max(n)}"
    about = ", ".join(part for part in (outcome, people) if part)
    name = kind.title if facts.get("random", "1") else kind.title.replace("Mixed", "Linear")
    return f"{name}{test}{scale}{f': {about}' if about else ''}"
