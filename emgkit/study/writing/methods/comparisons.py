"""How participants were compared, in the Methods text: a paragraph a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from emgkit.notation import as_title, capital, series
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.methods import n_text, unit_text
from emgkit.stats.within.levels import order_rule
from emgkit.study.recordings.compare import ComparisonResult
from emgkit.study.recordings.measure.words import measure_words
from emgkit.study.writing.finding import not_compared
from emgkit.study.writing.methods.people import unit_of
from emgkit.study.writing.methods.statements import Statement

if TYPE_CHECKING:
    from emgkit.study.recordings.analysis import Analysis

__all__ = ["comparisons"]


def comparisons(analysis: Analysis) -> Iterator[tuple[Statement, ...]]:
    """A paragraph a comparison, in the words of its results; of one made as the first only how it differs."""
    first, *others = analysis.compared
    unit = unit_of(analysis.file.exercises.values())
    measured = capital(f"the {measure_words(first.measure, unit)} was compared.")
    of_first = (Statement.of(measured),) if first.spec.measure else ()
    yield (*of_first, *_comparison(first))
    others = [compared for compared in others if compared.contrasts is not None]
    described = [first]
    kept_first = list(analysis.kept(first.spec)["recording"])
    for compared in others:
        title = _title(compared)
        kept = list(analysis.kept(compared.spec)["recording"])
        more, fewer = ([name for name in a if name not in b] for a, b in ((kept, kept_first), (kept_first, kept)))
        of = "" if compared.measure == first.measure else f", of the {measure_words(compared.measure, unit)}"
        keep = (f", with {series(more)} kept" if more else "") + (f", without {series(fewer)}" if fewer else "")
        alike = next((one for one in described if _bare(one) == _bare(compared)), None)
        n = n_text(AnalysisFacts.of(compared.contrasts)) if compared.contrasts is not None else ""
        as_which = "" if alike is None or alike is first else f" as “{_title(alike)}”"
        how = "" if alike is None else f" in the same way{as_which} ({n})"
        # the checklist is about the first comparison
        further = () if alike is not None else tuple(Statement(text=one.text) for one in _comparison(compared))
        described += [compared] if alike is None else []
        yield (Statement(text=f"A further comparison, “{title}”{of}, was made{how}{keep}."), *further)


def _title(compared: ComparisonResult) -> str:
    return compared.spec.title or as_title(compared.spec.name)


def _bare(compared: ComparisonResult) -> list[str]:
    """The Methods sentences of a comparison without its measure, its n, and who had which levels."""
    tables = [table for table in (compared.contrasts, compared.anova, compared.influence) if table is not None]
    parts = [(AnalysisFacts.of(one), part, text) for one in tables for part, text in one.methods_parts().items()]
    return [
        text.replace(n_text(facts), "n").replace(unit_text(facts) or " ", " ")
        for facts, part, text in parts
        if part not in ("people", "gaps")
    ]


def _comparison(compared: ComparisonResult) -> Iterator[Statement]:
    """What the results of a comparison say of themselves, by the facts that the checklist asks for."""
    parts = (
        (compared.contrasts, {"analysis": "test", "interval": "intervals", "family": "family", "effect": "effect"}),
        (compared.anova, {"analysis": "omnibus", "interval": "sphericity", "effect": "omnibus_effect"}),
        (compared.influence, {"analysis": "influence", "effect": "outliers"}),
    )
    before: set[str] = set()
    for reason in not_compared(compared):
        yield Statement.of(reason, "test")
    for reason in [notice.text for notice in compared.notices if notice.code == "anova-not-made"]:
        yield Statement.of(reason, *([] if compared.anova is not None else ["omnibus", "omnibus_effect"]))
    for table, names in parts:
        if table is None:
            continue
        for part, text in table.methods_parts().items():
            if part != "software" and text not in before:
                before.add(text)
                yield Statement.of(text, *([names[part]] if part in names else []))
        if table is compared.contrasts:
            yield Statement.of(order_rule(table.attrs), "alpha")
