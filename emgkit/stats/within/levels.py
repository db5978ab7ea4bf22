"""The levels of a comparison: each with its mean and interval, and with letters for which of them differ."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from emgkit.notation import capital, contrast_text, counted, missing, readable, series, surface, writer
from emgkit.stats.cells.blocks import pair_names
from emgkit.stats.cells.columns import only_value
from emgkit.stats.cells.effect_formulas import ALPHA
from emgkit.stats.cells.labels import numbered
from emgkit.stats.cells.means import mean_with_interval
from emgkit.stats.cells.multiplicity import is_below
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.letters import letters_of_difference
from emgkit.stats.results.methods import alpha_text, p_was_adjusted
from emgkit.stats.results.results import Results
from emgkit.stats.results.sentences import bare, level_text, place_text

__all__ = [
    "LevelSummary", "by_size", "finding_sentences", "level_summaries", "level_table", "level_values", "order_rule",
]  # fmt: skip

# a level of `by`: the muscle, and what else there is
Place: TypeAlias = tuple[str, str]
# the highest level, and those that it is told together with
Kept: TypeAlias = tuple[str, tuple[str, ...]]
# what the tables of contrasts hold of a comparison, and the levels take over
_FACTS = ("outcome", "participant", "within", "by", "scale", "test", "unit", "measure", "adjust", "family",
          "largest_family", "alike", "against")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LevelSummary:
    """A comparison at one level of `by`, in short.

    Parameters
    ----------
    levels : mapping
        Column of `by` -> level; empty without `by`.
    name : str
        The level as it is read, "all" without `by`.
    order : str
        What was compared, from the highest mean to the lowest: each level with its mean, unit and letters, and n.
        Levels that share a letter were not shown to differ.
    contrasts : tuple of str
        Each contrast with its estimate, interval and p, as :meth:`Results.clauses` gives them, the largest difference
        first.
    """

    levels: Mapping[str, Any]
    name: str
    order: str
    contrasts: tuple[str, ...]


def level_table(cells: pd.DataFrame, contrasts: Results) -> Results:
    """Mean, interval and letters of every level that contrasts compare, from the highest to the lowest.

    Parameters
    ----------
    cells : pandas.DataFrame
        What was compared.
    contrasts : Results
        As :func:`emgkit.stats.contrasts` gives them, within participants.

    Returns
    -------
    Results
        The ``by`` columns, the factor, ``geometric_mean`` (or ``mean``), ``ci_low``, ``ci_high`` (95 %, over
        participants), ``n`` and ``letters``: two levels share a letter exactly if their difference was not shown, by
        the p of the contrasts. A pair without a test was not shown to differ; a note names it. Where levels were
        compared with one level alone there are no letters.

    Examples
    --------
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["squat"] * 3 + ["hip_thrust"] * 3,
    ...                       "value": [40.0, 33.0, 42.0, 80.0, 60.0, 90.0], "unit": "%MVC"})
    >>> level_table(cells, stats.contrasts(cells, within="exercise"))[["exercise", "letters"]]
         exercise letters
    0  hip_thrust       a
    1       squat       b
    """
    facts, untested = AnalysisFacts.of(contrasts), list[str]()
    frames = []
    for levels, part, chosen in _parts(cells, contrasts):
        rows = _means(chosen, facts)
        if "against" not in facts:
            names = [str(level) for level in rows[facts["within"]]]
            differ, without = _decisions(names, part, log=facts["scale"] == "log")
            about = ", ".join(place_text(column, level, facts) for column, level in levels.items())
            untested += [f"{contrast_text(pair)}{about and f' ({about})'}" for pair in without]
            rows["letters"] = letters_of_difference(differ)
        for position, (column, level) in enumerate(levels.items()):
            rows.insert(position, column, level)
        frames.append(rows)
    kept = {name: facts[name] for name in _FACTS if name in facts}
    return Results.of(pd.concat(frames, ignore_index=True), "levels", {**kept, "untested": untested})


def level_summaries(cells: pd.DataFrame, contrasts: Results) -> tuple[LevelSummary, ...]:
    """Summarize contrasts within participants, level by level of `by`.

    Parameters
    ----------
    cells : pandas.DataFrame
        What was compared.
    contrasts : Results
        As :func:`emgkit.stats.contrasts` gives them.

    Returns
    -------
    tuple of LevelSummary
        In the order of the contrasts.

    Examples
    --------
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["squat"] * 3 + ["hip_thrust"] * 3,
    ...                       "value": [40.0, 33.0, 42.0, 80.0, 60.0, 90.0], "unit": "%MVC"})
    >>> summary, = level_summaries(cells, stats.contrasts(cells, within="exercise"))
    >>> summary.order
    'hip thrust 75.6 %MVC (a), squat 38.1 %MVC (b); geometric means, n = 3'
    """
    facts = AnalysisFacts.of(contrasts)
    table = level_table(cells, contrasts)
    return tuple(
        LevelSummary(
            levels=levels,
            name=_name(levels, facts),
            order=_order(_rows_at(table, levels), facts),
            contrasts=tuple(by_size(part).clauses()),
        )
        for levels, part, _ in _parts(cells, contrasts)
    )


def finding_sentences(levels: Results, contrasts: Results) -> tuple[str, ...]:
    """What a comparison found, in three sentences at most.

    The first names the level that was highest and differed from every other one, the second the highest levels that did
    not, the third how many contrasts were significant, and the largest. Where levels were compared with one level alone
    there is the third alone.

    Parameters
    ----------
    levels : Results
        As :func:`level_table` gives it.
    contrasts : Results
        The contrasts of the same comparison.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 2, "exercise": ["squat"] * 3 + ["hip_thrust"] * 3,
    ...                       "muscle": "gluteus_maximus", "value": [40.0, 33.0, 42.0, 80.0, 60.0, 90.0]})
    >>> table = stats.contrasts(cells, within="exercise", by="muscle")
    >>> for sentence in finding_sentences(level_table(cells, table), table):
    ...     print(sentence)
    Hip thrust was highest for gluteus maximus, significantly above squat.
    The one contrast was significant (p below .05): hip thrust / squat for gluteus maximus, 1.98 [1.62, 2.43].
    """
    facts = AnalysisFacts.of(contrasts)
    factor = str(facts["within"])
    if "against" in facts:
        return (_significant(contrasts, facts),)
    alone, shared = dict[Kept, list[Place]](), dict[Kept, list[Place]]()
    for at, _, rows in _parts(levels, contrasts):
        names = [numbered(factor, level_text(level, facts)) for level in rows[factor]]
        letters = [_split(text) for text in rows["letters"]]
        equal = [name for name, own in zip(names[1:], letters[1:], strict=True) if own & letters[0]]
        others = (names[1],) if len(names) == 2 else ()
        kind, key = (shared, (names[0], tuple(equal))) if equal else (alone, (names[0], others))
        kind.setdefault(key, []).append(_about(at, facts))
    return tuple(
        sentence
        for sentence in (_highest(alone, factor), _undecided(shared), _significant(contrasts, facts))
        if sentence
    )


def by_size(contrasts: Results) -> Results:
    """Contrasts with the largest difference first, in each level of `by`, which stay in their order.

    Examples
    --------
    >>> from emgkit import stats
    >>> cells = pd.DataFrame({"participant": ["P1", "P2", "P3"] * 3, "exercise": ["a"] * 3 + ["b"] * 3 + ["c"] * 3,
    ...                       "value": [40.0, 33.0, 42.0, 41.0, 34.0, 42.0, 80.0, 60.0, 90.0]})
    >>> by_size(stats.contrasts(cells, within="exercise"))["contrast"].tolist()
    ['a / c', 'b / c', 'a / b']
    """
    facts = AnalysisFacts.of(contrasts)
    by = list(facts["by"] or [])
    groups = contrasts.groupby(by, sort=False, observed=True).ngroup() if by else pd.Series(0, index=contrasts.index)
    keys = pd.DataFrame({"group": groups, "size": -_sizes(contrasts, facts)})
    return contrasts.loc[keys.sort_values(["group", "size"], kind="stable").index]


def order_rule(facts: Mapping[Any, Any]) -> str:
    """When a difference is considered significant, for a Methods section.

    Examples
    --------
    >>> order_rule({"adjust": "holm", "largest_family": 3})
    'A difference was considered significant where the adjusted p was below .05 (alpha = .05).'
    """
    which, alpha = "adjusted p" if p_was_adjusted(facts) else "p", alpha_text(ALPHA)
    return f"A difference was considered significant where the {which} was below {alpha.rpartition(' ')[2]} ({alpha})."


def level_values(cells: pd.DataFrame, *, within: str, log: bool) -> str:
    """The means of the levels of a factor that are not compared, from the highest to the lowest.

    Parameters
    ----------
    cells : pandas.DataFrame
        With ``participant``, ``value``, ``unit`` and the factor.
    within : str
        The factor.
    log : bool
        Whether means are geometric.

    Examples
    --------
    >>> cells = pd.DataFrame({"participant": ["P1"] * 2, "exercise": ["squat", "hip_thrust"], "value": [40.0, 80.0],
    ...                       "unit": "%MVC"})
    >>> level_values(cells, within="exercise", log=True)
    'hip thrust 80.0 %MVC, squat 40.0 %MVC (n = 1)'
    """
    facts = AnalysisFacts(
        within=within, outcome="value", participant="participant", scale="log" if log else "raw",
        unit=only_value(cells, "unit"),
    )  # fmt: skip
    texts, end = _with_means(_means(cells, facts), facts)
    return f"{', '.join(texts)} ({end})"


def _parts(table: pd.DataFrame, contrasts: Results) -> Iterator[tuple[dict[str, Any], Results, pd.DataFrame]]:
    """Each level of `by` with its contrasts, and the rows of a table that belong to it."""
    by = list(contrasts.attrs["by"] or [])
    groups = contrasts.groupby(by, sort=False, observed=True) if by else [((), contrasts)]
    for key, part in groups:
        levels = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
        yield (
            {str(column): level for column, level in levels.items()},
            contrasts.loc[part.index],
            _rows_at(table, levels),
        )


def _rows_at(table: pd.DataFrame, levels: Mapping[str, Any]) -> pd.DataFrame:
    for column, level in levels.items():
        table = table[table[column] == level]
    return table


def _means(cells: pd.DataFrame, facts: AnalysisFacts) -> pd.DataFrame:
    """A row a level with its mean, interval and n, the highest mean first."""
    log, within = facts["scale"] == "log", facts["within"]
    name = "geometric_mean" if log else "mean"
    rows = [
        {within: level, **dict(zip((name, "ci_low", "ci_high"), numbers, strict=True)), "n": n}
        for level, part in cells.groupby(within, observed=True)
        for numbers, n in [
            (mean_with_interval(part[facts["outcome"]], log=log), int(part[facts["participant"]].nunique()))
        ]
    ]
    table = pd.DataFrame(rows)
    return table.astype({within: object}).sort_values(name, ascending=False, kind="stable", ignore_index=True)


def _decisions(levels: Sequence[str], contrasts: pd.DataFrame, *, log: bool) -> tuple[np.ndarray[Any, Any], list[str]]:
    """Which levels were shown to differ, and the pairs of which no test was made."""
    p = dict(zip(contrasts["contrast"], contrasts["p_adjusted"], strict=True))
    differ, without = np.zeros((len(levels), len(levels)), dtype=bool), []
    for i, j in itertools.combinations(range(len(levels)), 2):
        names = [pair_names([levels[a], levels[b]], log=log)[0] for a, b in ((i, j), (j, i))]
        found = next((p[name] for name in names if name in p), None)
        if missing(found):
            without.append(names[0])
        else:
            differ[i, j] = differ[j, i] = bool(is_below(found))
    return differ, without


def _name(levels: Mapping[str, Any], facts: AnalysisFacts) -> str:
    return ", ".join(place_text(column, level, facts) for column, level in levels.items()) or "all"


def _about(levels: Mapping[str, Any], facts: AnalysisFacts) -> Place:
    """A level of `by` in a sentence: the muscle, and what else there is, which stands in brackets behind it."""
    texts = {column: place_text(column, level, facts) for column, level in levels.items()}
    first = texts.pop("muscle", None) or (texts.pop(next(iter(texts))) if texts else "")
    return first, ", ".join(texts.values())


def _order(rows: pd.DataFrame, facts: AnalysisFacts) -> str:
    texts, end = _with_means(rows, facts)
    if "letters" in rows:
        texts = [f"{text} ({letters})" for text, letters in zip(texts, rows["letters"], strict=True)]
    return f"{', '.join(texts)}; {end.replace(';', ',')}"


def _with_means(rows: pd.DataFrame, facts: AnalysisFacts) -> tuple[list[str], str]:
    """Each level with its mean and unit; and which means they are, of how many people."""
    log, unit = facts["scale"] == "log", str(facts.get("unit") or "")
    name = "geometric_mean" if log else "mean"
    write = writer(name, [(value,) for value in rows[name]], log=log, unit=unit)
    levels = [numbered(facts["within"], level_text(level, facts)) for level in rows[facts["within"]]]
    means = [write(value) for value in rows[name]]
    texts = [f"{level} {mean} {surface(unit)[0]}".rstrip() for level, mean in zip(levels, means, strict=True)]
    sizes = [str(n) for n in rows["n"]]
    kind = "" if set(sizes) == {"1"} else "geometric means; " if log else "means; "
    return texts, f"{kind}n = {', '.join(sizes if len(set(sizes)) > 1 else sizes[:1])}"


def _split(letters: str) -> set[str]:
    """The letters of a level one by one; a prime belongs to the letter before it."""
    found: list[str] = []
    for sign in letters:
        if sign == "′":
            found[-1] += sign
        else:
            found.append(sign)
    return set(found)


def _highest(found: Mapping[Kept, Sequence[Place]], factor: str) -> str:
    """The levels that were highest and differed from every other one."""
    texts = [f"{level}{_for(places)}" for (level, _), places in found.items()]
    texts[:1] = [
        text.replace(level, f"{level} was highest", 1) for text, (level, _) in zip(texts[:1], found, strict=False)
    ]
    others = {other for _, other in found}
    above = f"every other {readable(factor)}"
    if all(others) and others:
        above = next(iter(others))[0] if len(found) == 1 else f"the other {readable(factor)}"
    each = "each " if len(found) > 1 else ""
    return f"{capital(series(texts))}, {each}significantly above {above}." if texts else ""


def _undecided(found: Mapping[Kept, Sequence[Place]]) -> str:
    """The highest levels that were not shown to differ from some other one."""
    texts = [
        f"{level} was highest{_for(places)}, but not significantly above {_either(equal)}"
        for (level, equal), places in found.items()
    ]
    return f"{capital('; '.join(texts))}." if texts else ""


def _for(places: Sequence[Place]) -> str:
    """Where something is so; muscles of which the same stands in brackets stand together."""
    rests: dict[str, list[str]] = {}
    for first, rest in places:
        rests.setdefault(first, []).append(rest)
    together: dict[str, list[str]] = {}
    for first, found in rests.items():
        together.setdefault(series(found), []).append(first)
    texts = [f"{series(firsts)} ({rest})" if rest else series(firsts) for rest, firsts in together.items()]
    return f" for {series(texts)}" if any(texts) else ""


def _either(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _significant(contrasts: Results, facts: AnalysisFacts) -> str:
    """How many contrasts were significant, and the largest of them."""
    shown = contrasts[is_below(contrasts["p_adjusted"].to_numpy(dtype=float))]
    which = "adjusted p" if p_was_adjusted(facts) else "p"
    rule = f"({which} below {alpha_text(ALPHA).rpartition(' ')[2]})"
    if shown.empty:
        return f"None of {counted(len(contrasts), 'contrast')} was significant {rule}."
    row = shown.loc[_sizes(shown, facts).idxmax()]
    log = facts["scale"] == "log"
    value, limits = bare(
        row.to_dict(), "ratio" if log else "difference", "ci_low", "ci_high", unit="" if log else facts["unit"] or ""
    )
    at = {column: row[column] for column in facts["by"] or []}
    about = _for([_about(at, facts)]) if at else ""
    largest = f"{contrast_text(row['contrast'])}{about}, {value} {limits.removeprefix('95 % CI ')}"
    if len(contrasts) == 1:
        return f"The one contrast was significant {rule}: {largest}."
    verb = "was" if len(shown) == 1 else "were"
    return f"{len(shown)} of {len(contrasts)} contrasts {verb} significant {rule}; the largest was {largest}."


def _sizes(contrasts: pd.DataFrame, facts: AnalysisFacts) -> pd.Series[float]:
    """How large each difference is, whichever way it goes."""
    return np.log(contrasts["ratio"]).abs() if facts["scale"] == "log" else contrasts["difference"].abs()
