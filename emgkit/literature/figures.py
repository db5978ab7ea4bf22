"""Published group figures: one CSV table a study under ``datasets/published``, read into one tidy table."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from emgkit import shipped
from emgkit._checks import nearest
from emgkit.errors import ArgumentError, FormatError
from emgkit.notation import listed
from emgkit.toml_files import TomlTable, load

__all__ = ["COLUMNS", "SEEN", "STATISTICS", "UNITS", "PublishedSource", "figures", "source", "sources"]

_TEXT = ("exercise", "comparator", "muscle", "site", "phase", "statistic", "unit")
_NUMBERS = ("value", "sd", "se", "ci_low", "ci_high", "range_low", "range_high")
COLUMNS = ("id", "study", "doi", "year", "n", "sex", "load", *_TEXT, *_NUMBERS, "p", "decimals", "seen", "provenance")
_HEADER = ["row", "n", "sex", "load", *_TEXT, *_NUMBERS, "p", "seen", "provenance"]

_P = re.compile(r"(<?\.\d+|n\.s\.|sig\.)?")
SEEN = ("direct", "derived", "second-hand")
UNITS = (
    "%MVIC", "%MVC", "%MVIC difference", "% difference", "% of 1RM-lift EMG", "% of submaximal peak",
    "% of mean EMG peak", "% of best angle", "% of best position", "µV", "effect size",
    "effect size, direction not stated", "%", "cm²", "kg", "lb", "N", "SD", "Nm", "Nm/kg", "% of lifting phase",
    "r", "ηp²", "cm", "direction",
)  # fmt: skip
STATISTICS = (
    "mean", "mean RMS", "mean (IEMG)", "median", "peak", "change", "change of the means", "adjusted difference", "SMD",
    "correlation", "partial eta squared", "time of peak", "course",
)  # fmt: skip


class PublishedSource(TomlTable):
    """One study: ``datasets/published/<study>/source.toml``. What was not reported in what was read is left out."""

    name: str
    citation: str
    year: int | None = None
    doi: str | None = None
    title: str | None = None
    about: str
    kind: Literal["EMG", "MVC", "training", "review", "mechanics"]
    n: int | None = None
    participants: str
    load: str
    muscles: str
    phases: str
    normalisation: str
    where: str
    notes: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()
    disputed: str | None = None


def figures(*, study: str | None = None) -> pd.DataFrame:
    """Every published figure that emgkit carries, one a row.

    Parameters
    ----------
    study : str, optional
        One study only, by the name of its folder, such as ``"contreras_2015"``.

    Returns
    -------
    DataFrame
        Columns ``id, study, doi, year, n, sex, load, exercise, comparator, muscle, site, phase, statistic, unit,
        value, sd, se, ci_low, ci_high, range_low, range_high, p, decimals, seen, provenance``.

        `id` is ``"<study>:<row name>"`` and stays the same. Where `comparator` is filled the row is a contrast, and
        `value` is its first side against it (positive: the first is higher); where such a row has no `value`, the paper
        printed only the two sides, which are rows of their own, and said whether they differ. `ci_low` and `ci_high`
        are a 95 % interval; `range_low` and `range_high` are the least and the largest of several studies or cells.
        Where a paper reports in words which side is higher, `unit` is ``"direction"`` and `value` 1 (the first) or −1.
        `p` is text as printed (``".025"``, ``"<.001"``, ``"n.s."``, ``"sig."``). `decimals` are those printed of
        `value`. `seen` is ``"direct"`` (read at the source), ``"second-hand"`` (read where another quotes it) or
        ``"derived"`` (computed here from printed values). Not reported is NaN, ``<NA>`` or an empty text.

    Raises
    ------
    ArgumentError
        There is no such study.
    FormatError
        A table under ``datasets/published`` is damaged.

    Examples
    --------
    >>> table = figures(study="contreras_2015").set_index("id")
    >>> row = table.loc["contreras_2015:lower_gluteus_maximus_mean_hip_thrust"]
    >>> print(row["value"], row["unit"], row["n"], row["decimals"], row["seen"])
    86.8 %MVIC 13 1 direct
    """
    table = _all_figures()
    if study is not None:
        check_study(study)
        table = table[table["study"] == study].reset_index(drop=True)
    return table.copy()


def sources() -> pd.DataFrame:
    """Every study whose figures emgkit carries, one a row.

    Returns
    -------
    DataFrame
        Columns ``study`` (name of the folder), ``name, citation, doi, title, year, kind, n, participants, load,
        muscles, phases, normalisation, where, about, disputed, notes, disagreements, figures, second_hand``; the last
        two count its rows in :func:`figures` and those of them that were read second-hand. What was not reported is
        empty.

    Examples
    --------
    >>> sources().set_index("study").loc["delgado_2019", "doi"]
    '10.1519/JSC.0000000000003290'
    """
    table = _all_figures()
    rows = []
    for name, one in _all_sources().items():
        own = table[table["study"] == name]
        told = {field: getattr(one, field) for field in PublishedSource.model_fields}
        told |= {field: list(value) for field, value in told.items() if isinstance(value, tuple)}
        told |= {field: "" for field, value in told.items() if value is None and field not in ("n", "year")}
        second_hand = int((own["seen"] == "second-hand").sum())
        rows.append({"study": name, **told, "figures": len(own), "second_hand": second_hand})
    order = [
        "study", "name", "citation", "doi", "title", "year", "kind", "n", "participants", "load", "muscles", "phases",
        "normalisation", "where", "about", "disputed", "notes", "disagreements", "figures", "second_hand",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=order).astype({"n": "Int64", "year": "Int64"})


def source(study: str) -> PublishedSource:
    """What is known of one study.

    Raises
    ------
    ArgumentError
        There is no such study.

    Examples
    --------
    >>> source("andersen_2018").n
    13
    """
    check_study(study)
    return _all_sources()[study]


def check_study(study: str) -> None:
    """Refuse a study that is not there, and name the nearest."""
    known = list(_all_sources())
    if study not in known:
        raise ArgumentError(
            f"There is no published study {study!r}",
            allowed=listed(known),
            got=repr(study),
            hint=nearest(str(study), known),
        )


@lru_cache(maxsize=1)
def _all_sources() -> Mapping[str, PublishedSource]:
    folder = shipped.path("datasets", "published")
    return {path.parent.name: load(path, PublishedSource) for path in sorted(folder.glob("*/source.toml"))}


@lru_cache(maxsize=1)
def _all_figures() -> pd.DataFrame:
    folder = shipped.path("datasets", "published")
    rows = [
        row
        for study, origin in _all_sources().items()
        for row in read_table(folder / study / "figures.csv", study=study, origin=origin)
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype(dict.fromkeys(_NUMBERS, "float64"))
    return table.astype({"n": "Int64", "year": "Int64", "decimals": "Int64"})


def read_table(path: Path, *, study: str, origin: PublishedSource) -> list[dict[str, Any]]:
    """Read the rows of one study's CSV table.

    Raises
    ------
    FormatError
        A column is missing or unknown, a name stands twice, a number is none, or a word is outside its vocabulary.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file, strict=True)
        if reader.fieldnames != _HEADER:
            raise FormatError(
                "The columns of a table of published figures are others",
                where=str(path),
                allowed=",".join(_HEADER),
                got=",".join(reader.fieldnames or ()),
            )
        rows = [_row(row, f"{path}, line {reader.line_num}", study=study, origin=origin) for row in reader]
    names = [row["id"] for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FormatError("Names of rows stand twice", where=str(path), got=listed(twice))
    return rows


def _row(row: dict[str, Any], where: str, *, study: str, origin: PublishedSource) -> dict[str, Any]:
    cells = sum(len(value) if isinstance(value, list) else value is not None for value in row.values())
    if cells != len(_HEADER):
        raise FormatError(
            "A row has too few or too many cells", where=where, allowed=f"{len(_HEADER)} cells", got=str(cells)
        )
    for column, allowed in (("unit", UNITS), ("statistic", STATISTICS), ("seen", SEEN)):
        if row[column] not in allowed:
            raise FormatError(
                f"The {column} is unknown",
                where=where,
                allowed=listed(allowed),
                got=repr(row[column]),
                hint=nearest(row[column], allowed),
            )
    if not _P.fullmatch(row["p"]):
        raise FormatError(
            "The p is not as papers print it", where=where, allowed=".025, <.001, n.s., sig. or nothing", got=row["p"]
        )
    try:
        numbers: dict[str, float] = {column: float(row[column] or "nan") for column in _NUMBERS}
        n = int(row["n"]) if row["n"] else None
    except ValueError as problem:
        raise FormatError("A cell that should hold a number does not", where=where, got=str(problem)) from None
    printed = row["value"] if row["seen"] != "derived" else ""  # what was computed here was not printed
    return {
        "id": f"{study}:{row['row']}", "study": study, "doi": origin.doi or "", "year": origin.year,
        **{column: row[column] for column in ("sex", "load", *_TEXT, "p", "seen", "provenance")}, **numbers, "n": n,
        "decimals": max(0, -int(Decimal(printed).as_tuple().exponent)) if printed else None,
    }  # fmt: skip
