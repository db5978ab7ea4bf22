"""A study of published figures: its script recomputes them, and everything is written as for recordings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from emgkit import figures, report, shipped
from emgkit._checks import nearest
from emgkit.errors import Notice, StudyError
from emgkit.notation import capital, listed, spelled
from emgkit.stats.results.facts import notices_of
from emgkit.study.definition import StudyDefinition
from emgkit.study.file.published import PublishedFile
from emgkit.study.recordings.agreement import agreement_with_statsmodels
from emgkit.study.recordings.walking import Progress
from emgkit.study.script import Drawn, Recomputed, Table, read_script
from emgkit.study.versions import versions
from emgkit.study.writing.folder import fresh_folder
from emgkit.study.writing.methods import Methods, Statement
from emgkit.study.writing.methods.references import with_references
from emgkit.study.writing.page import draw, provenance_of, with_expected, write_page
from emgkit.study.writing.result import Result
from emgkit.toml_files import NAME

__all__ = ["run"]

_PUBLISHED = "From published figures."
_CLAIMS = "The claims"
_SIMULATED = "Simulation; no participants."
_COMPUTED = "Computed here; neither published nor measured."
# tables that the study writes itself
_RESERVED = ("published", "claims", "expected")


def run(
    study: StudyDefinition, file: PublishedFile, out: Path, say: Progress, *, quick: bool, force: bool = False
) -> Result:
    """Recompute what published figures say, and write tables, figures and report.

    Parameters
    ----------
    study : StudyDefinition
        Its folder holds the script.
    file : PublishedFile
        What was asked.
    out : Path
        Where the results shall be.
    say : callable
        Called with (what, done, total).
    quick : bool
        Few simulated studies; their numbers are then not held against what the file expects.
    force : bool, default False
        What is in the way is kept under another name.

    Raises
    ------
    StudyError
        The file names figures or claims that are not there, or the script does not keep its promise.
    """
    say("Reading published figures", 0, 1)
    published, claims = _figures(file), _claims(file)
    script = study.script or read_script(study.folder, file.recompute.script)
    say("Recomputing", 0, 1)
    with figures.style.theme():
        made = script.load()(published, seed=file.recompute.seed, quick=quick)
        _check(made, script.path)
        say("Writing tables, figures and report", 0, 1)
        with fresh_folder(out, force=force) as fresh:
            return _write(study, file, made, published, claims, folder=fresh, out=out, quick=quick)


def _figures(file: PublishedFile) -> pd.DataFrame:
    """The rows of the tables that the file names."""
    from emgkit import literature

    table: pd.DataFrame = literature.figures()
    there = sorted(set(table["study"]))
    for name in file.data.published:
        if name not in there:
            raise StudyError(
                f"No published figures are named {name!r}",
                where="[data] published",
                allowed=listed(there),
                hint=nearest(name, there),
            )
    return table[table["study"].isin(file.data.published)].reset_index(drop=True)


def _claims(file: PublishedFile) -> pd.DataFrame:
    """The claims of the ledger that the file names, in its order."""
    from emgkit import literature

    ledger: pd.DataFrame = literature.claims().set_index("number", drop=False)
    unknown = [number for number in file.data.claims if number not in ledger.index]
    if unknown:
        raise StudyError(
            f"The ledger has no claim {listed(unknown)}",
            where="[data] claims",
            allowed=f"{ledger.index.min()} to {ledger.index.max()}",
        )
    return ledger.loc[list(file.data.claims)].reset_index(drop=True)


def _check(made: Any, path: Path) -> None:
    """Refuse what a script must not return."""
    if not isinstance(made, Recomputed):
        raise StudyError(
            "The study's script returned something other than it promises",
            where=str(path),
            allowed="an emgkit.study.Recomputed",
            got=type(made).__name__,
        )
    for kind, given, wanted in (
        ("table", made.tables, Table), ("figure", made.figures, Drawn), ("sentence", made.finding, str),
        ("sentence on simulated data", made.simulated, str), ("limit", made.limits, str),
    ):  # fmt: skip
        _check_kind(kind, given, wanted, path)
    if not isinstance(made.methods, str):
        raise StudyError(
            "The methods of the study's script are no text", where=str(path), allowed="a str",
            got=type(made.methods).__name__,
        )  # fmt: skip
    if not made.finding:
        raise StudyError("The study's script returned no finding", where=str(path), hint="Return one sentence or more")
    for kind, names in (("table", [t.name for t in made.tables]), ("figure", [f.name for f in made.figures])):
        # some systems know no difference between capital and small letters
        alike = [name.casefold() for name in names]
        twice = sorted({name for name in names if alike.count(name.casefold()) > 1})
        if twice:
            raise StudyError(f"Two {kind}s have the name {twice[0]!r}", where=str(path), hint="Give each its own name")
    for item in made.tables:
        if item.name in _RESERVED:
            raise StudyError(
                f"A table cannot have the name {item.name!r}",
                where=str(path),
                allowed=f"any but {listed(_RESERVED)}, which every study of published figures writes",
            )
    items: tuple[Table | Drawn, ...] = (*made.tables, *made.figures)
    for one in items:
        if one.simulated and one.computed:
            raise StudyError(f"{one.name!r} is both simulated and computed", where=str(path), allowed="one of the two")


def _check_kind(kind: str, items: Any, wanted: type, path: Path) -> None:
    """Refuse a list that holds something else, and a name that would lead out of the folder of the results."""
    if not isinstance(items, tuple | list):
        raise StudyError(
            f"What the study's script returned is not a tuple of {kind}s", where=str(path), got=type(items).__name__
        )
    for number, one in enumerate(items, 1):
        if not isinstance(one, wanted):
            name = "str" if wanted is str else f"emgkit.study.{wanted.__name__}"
            raise StudyError(
                f"{capital(kind)} {number} of the study's script is not a {kind}",
                where=str(path),
                allowed=f"one of type {name}",
                got=type(one).__name__,
            )
        if isinstance(one, Table | Drawn) and not (isinstance(one.name, str) and re.fullmatch(NAME, one.name)):
            raise StudyError(
                f"The name of a {kind} cannot be the name of a file",
                where=str(path),
                allowed="a letter, then letters, digits and _, at most 100 in all",
                got=repr(one.name),
            )
        if isinstance(one, Table | Drawn):
            _check_content(kind, one, path)


def _check_content(kind: str, one: Table | Drawn, path: Path) -> None:
    """Refuse a table without a frame, a figure without a drawing, and words that are no text."""
    words = {name: getattr(one, name) for name in ("title", "caption", "alt") if hasattr(one, name)}
    wrong = [name for name, text in words.items() if not isinstance(text, str)]
    if wrong:
        raise StudyError(
            f"The {wrong[0]} of {kind} {one.name!r} is not a text", where=str(path), allowed="a str",
            got=type(words[wrong[0]]).__name__,
        )  # fmt: skip
    if isinstance(one, Table) and not isinstance(one.frame, pd.DataFrame):
        raise StudyError(
            f"The frame of table {one.name!r} is not a DataFrame",
            where=str(path),
            allowed="a pandas.DataFrame",
            got=type(one.frame).__name__,
        )
    if isinstance(one, Table):
        names = list(one.frame.columns)
        if not names or len(set(names)) < len(names) or not all(isinstance(name, str) for name in names):
            raise StudyError(
                f"The columns of table {one.name!r} have no names of their own", where=str(path),
                allowed="one column or more, each with a text of its own", got=repr(names[:8]),
            )  # fmt: skip
    if isinstance(one, Drawn) and not hasattr(one.figure, "savefig"):
        raise StudyError(
            f"The figure {one.name!r} holds no drawing",
            where=str(path),
            allowed="a matplotlib.figure.Figure",
            got=type(one.figure).__name__,
        )


def _write(
    study: StudyDefinition,
    file: PublishedFile,
    made: Recomputed,
    published: pd.DataFrame,
    claims: pd.DataFrame,
    *,
    folder: Path,
    out: Path,
    quick: bool,
) -> Result:
    """Write all outputs into a folder."""
    tables = {"published": published, "claims": _flat(claims)}
    tables |= {t.name: t.frame.assign(simulated=True) if t.simulated else t.frame for t in made.tables}
    tables = with_expected(tables, study, [t.name for t in made.tables if t.simulated and quick])
    finding, notices = _finding(made, claims), _notices(made.tables)
    agreement = agreement_with_statsmodels(item.frame for item in made.tables)
    content = report.Content(
        title=file.study.title,
        question=file.study.question,
        finding="\n\n".join([*made.finding, *_where_claims_are(claims), *_simulated(made)]),
        simulated=False,
        figures=draw([replace(one, caption=_labelled(one)) for one in made.figures], folder / "figures", quick=quick),
        tables=(*_claims_shown(claims), *map(_shown, made.tables), _published_shown(published)),
        methods=_methods(file, made, agreement.sentence()).text,
        notices=notices,
        limits=(*made.limits, *report.LIMITS),
        provenance=_provenance(study, file, quick=quick, statsmodels_agreement=agreement.as_dict()),
    )
    write_page(content, tables, folder)
    return Result(study=study, out=out, simulated=False, tables=tables, finding=finding, levels=(), notices=notices)


def _methods(file: PublishedFile, made: Recomputed, agreement: str) -> Methods:
    """What the script says that it did, the software, and the sources of the published figures."""
    from emgkit import literature
    from emgkit.literature.wording import reference

    sources = literature.sources().set_index("study").loc[list(file.data.published)]
    seed = f" The random numbers of simulations have the seed {file.recompute.seed}." if made.simulated else ""
    known = versions()
    computed = (
        f"All computations were made with emgkit {known['emgkit']}, which rests on NumPy {known['numpy']} (Harris et "
        f"al. 2020), SciPy {known['scipy']} (Virtanen et al. 2020) and pandas {known['pandas']} (McKinney 2010).{seed}"
    )
    done = Methods(paragraphs=((Statement(text=made.methods),), (Statement(text=agreement), Statement(text=computed))))
    printed = [
        reference({"citation": str(one.citation), "doi": str(one.doi or "")}) for one in sources.itertuples(index=False)
    ]
    return with_references(done, printed)


def _flat(claims: pd.DataFrame) -> pd.DataFrame:
    """The claims with lists as texts, for a CSV; of references the names of the studies."""

    def text(value: object) -> object:
        if not isinstance(value, list | tuple):
            return value
        return "; ".join(str(one["study"]) if isinstance(one, dict) else str(one) for one in value)

    return claims.map(text)


def _finding(made: Recomputed, claims: pd.DataFrame) -> tuple[str, ...]:
    """What the published figures say, what they say of the claims, and only then what was simulated."""
    from emgkit.literature.claims import claim, verdict

    verdicts = [
        f"Claim {row.number}: “{row.claim}” Verdict by the rules of the ledger: {verdict(row)}. {row.reason}"
        for row in map(claim, claims["number"])
    ]
    return (*made.finding, *verdicts, *_simulated(made))


def _simulated(made: Recomputed) -> list[str]:
    return [f"Simulated: {sentence}" for sentence in made.simulated]


def _where_claims_are(claims: pd.DataFrame) -> list[str]:
    """Where the page has the verdicts on claims, if there are any."""
    if not len(claims):
        return []
    count = "one claim" if len(claims) == 1 else f"{spelled(len(claims))} claims"
    return [f"Claims: the table “{_CLAIMS}” has the verdict on {count}."]


def _notices(tables: Sequence[Table]) -> tuple[Notice, ...]:
    return tuple(dict.fromkeys(notice for table in tables for notice in notices_of(table.frame)))


def _labelled(item: Table | Drawn) -> str:
    """The caption, which says first whether the numbers are published, simulated or computed."""
    where = _SIMULATED if item.simulated else _COMPUTED if item.computed else _PUBLISHED
    return f"{where} {item.caption}"


def _shown(item: Table) -> report.TableItem:
    return report.TableItem(
        title=item.title, caption=_labelled(item), frame=_readable(item.frame), stem=item.name, simulated=item.simulated
    )


def _readable(frame: pd.DataFrame) -> pd.DataFrame:
    """The table for readers: without the ids and the number of printed decimals, which the CSV keeps."""
    return frame.drop(columns=["id", "decimals"], errors="ignore")


def _claims_shown(claims: pd.DataFrame) -> tuple[report.TableItem, ...]:
    if not len(claims):
        return ()
    frame = claims[["number", "claim", "decided_by", "evidence_says", "reason"]].copy()
    counts = claims[["studies_for", "studies_against", "studies_neither"]].itertuples(index=False, name=None)
    frame.insert(4, "studies", ["{} for, {} against, {} neither".format(*row) for row in counts])
    caption = (
        "What can decide a claim, and which contrasts are its own, is judged and argued. What the evidence says, and "
        "the numbers of studies, follow by rule from figures read at the source; second-hand ones are not counted "
        "(emgkit claims)."
    )
    return (report.TableItem(title=_CLAIMS, caption=caption, frame=frame, stem="claims"),)


def _published_shown(published: pd.DataFrame) -> report.TableItem:
    """The figures that the study rests on; columns that are empty throughout are left out of the page."""
    kept = [name for name in published.columns if not published[name].isin(["", None]).all()]
    frame = _readable(published[kept].dropna(axis="columns", how="all"))
    caption = (
        "Every figure the study rests on, as printed; “second-hand” ones were read in a text that quotes the paper."
    )
    return report.TableItem(title="Published figures", caption=caption, frame=frame, stem="published")


def _provenance(study: StudyDefinition, file: PublishedFile, **further: Any) -> dict[str, Any]:
    folders = [shipped.path("datasets", "published", name) for name in file.data.published]
    inputs = {f"{path.parent.name}/{path.name}": path for folder in folders for path in sorted(folder.iterdir())}
    script = study.folder / file.recompute.script
    return provenance_of(study, {**inputs, script.name: script}, simulated=False, seed=file.recompute.seed, **further)
