"""``emgkit run`` and ``emgkit reproduce``: a study from its recordings to the report."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emgkit.cli.options import (
    CacheOption,
    DataOption,
    ForceOption,
    JobsOption,
    JsonOption,
    OutOption,
    SchedulerOption,
)
from emgkit.cli.printing import progress_shown, sayer, unchanged
from emgkit.cli.trust import check_allowed
from emgkit.notation import capital

if TYPE_CHECKING:
    from emgkit.study import Result, Study

__all__ = ["reproduce", "run", "shipped_studies"]


def shipped_studies(begun: str) -> list[str]:
    """Names of the studies that come with emgkit, for tab completion."""
    from emgkit import shipped

    names = sorted(path.parent.name for path in shipped.folder("studies").glob("*/study.toml"))
    return [name for name in names if name.startswith(begun)]


def run(
    study: Annotated[
        str,
        typer.Argument(
            metavar="STUDY",
            help="A folder with a study.toml, or a name (three_lifts).",
            autocompletion=shipped_studies,
        ),
    ],
    data: DataOption = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A quick look: five simulated participants, few simulated studies.")
    ] = False,
    out: OutOption = None,
    jobs: JobsOption = 1,
    scheduler: SchedulerOption = None,
    cache: CacheOption = None,
    force: ForceOption = False,
    allow_script: Annotated[
        bool,
        typer.Option(
            "--allow-script", help="Run the Python script of a study of published figures; remembered until it changes."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Run a study: from its raw recordings or published figures to tables, figures and a report.

    A run that was stopped goes on from the recordings that were finished.
    """
    from emgkit import multiverse
    from emgkit.study import Study

    loaded = Study.load(study)
    if loaded.script is not None:
        check_allowed(loaded.script, allow=allow_script)
    how: dict[str, Any] = {"quick": quick, "force": force, "jobs": jobs, "scheduler": scheduler, "cache": cache}
    _announce(loaded, data=data, as_json=as_json)
    # what came out of it stands in the report, if it was computed of just this
    how["multiverse"] = multiverse.earlier(loaded, data=data, quick=quick)
    _run(loaded, data=data, out=out, as_json=as_json, **how)


def reproduce(
    quick: Annotated[
        bool, typer.Option("--quick", help="Only five simulated participants, under the study's own processing alone.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="Where to write. The page of every processing goes into a folder beside it, whose name ends in "
            "'multiverse'. Default: results/three_lifts and multiverse/three_lifts.",
        ),
    ] = None,
    jobs: JobsOption = 1,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run the main study: hip thrust, squat and deadlift, from simulated raw signals to the report.

    It runs under every defensible processing, too, and the report tells what that changes.
    """
    from emgkit import multiverse
    from emgkit.study import Study
    from emgkit.study.writing.folder import check_writable

    study, every_way = Study.load("three_lifts"), None
    _announce(study, data=None, as_json=as_json)
    if not quick:
        # before anything is computed
        check_writable((out or study.default_out()).absolute(), force=force, study=study.folder)
        with progress_shown() as progress:
            beside = None if out is None else out.with_name(f"{out.absolute().name}-multiverse")
            every_way = multiverse.run(study, out=beside, jobs=jobs, force=force, anew=False, progress=progress)
    _run(study, out=out, as_json=as_json, quick=quick, force=force, jobs=jobs, multiverse=every_way)


def _announce(study: Study, *, data: Path | None, as_json: bool) -> None:
    if study.simulated and data is None and not as_json:
        print(f"SIMULATED DATA: {_SIMULATED}", flush=True)


def _run(study: Study, *, as_json: bool, out: Path | None, data: Path | None = None, **how: Any) -> None:
    with progress_shown() as progress:
        result = study.run(out, data, progress=progress, anew=False, **how)
    if as_json:
        print(_as_json(result))
    else:
        _show(result, warned=study.simulated and data is None, multiverse=how.get("multiverse"))
    _check_expected(result)


def _check_expected(result: Result) -> None:
    """Leave with status 1 where a number is not the one that the study file expects."""
    table = result.tables.get("expected")
    wrong = [] if table is None else [row for row in table.itertuples() if row.holds == "no"]
    for row in wrong:
        print(f"emgkit: expected {row.expected}, got {row.came}: {row.table}, {row.row}, {row.column}", file=sys.stderr)
    if wrong:
        raise typer.Exit(1)


# the finding of the report begins with the same sentence
_SIMULATED = (
    "this run tests whether the analysis recovers the ratios that were simulated; it is not evidence about any claim."
)


def _as_json(result: Result) -> str:
    tables = {
        name: json.loads(result.tables[name].to_json(orient="records", double_precision=15))
        for name in result.tables
        if name.startswith("contrasts")
    }
    content = {
        "study": result.study.slug,
        "simulated": result.simulated,
        "finding": list(result.finding),
        "tables": tables,
        "notices": [{"code": notice.code, "text": notice.text} for notice in result.notices],
        "report": str(result.report),
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def _show(result: Result, *, warned: bool, multiverse: Result | None) -> None:
    from emgkit.study.writing.every_processing import paragraphs
    from emgkit.study.writing.finding import described

    say = sayer()
    if result.simulated and not warned:
        say(f"SIMULATED DATA: {_SIMULATED}")
    say()
    say(result.study.file.study.title, style="bold")
    for answer in result.opening:
        say()
        say(f"Published studies. {answer}")
    # doubts and levels that are described alone stand with the levels, the notices below
    shown = {notice.text for notice in result.notices} | set(described(result.levels))
    for text in result.finding:
        if text not in shown and not text.startswith(("The data are", "Verdict on")):
            say(text)
    for level in result.levels:
        say()
        say(f"{capital(level.name)}: {level.order}", style="bold cyan")
        for contrast in level.contrasts:
            say(contrast, indent=2)
        if level.doubt:
            say(level.doubt, indent=2, style="yellow")
        for one in level.published:
            say(f"Claim: {one.claim}.", indent=2)
            for statement in one.statements:
                say(f"published: {statement}", indent=4, style="dim")
            say(f"verdict, from the published figures alone: {one.verdict}. {one.why}", indent=4)
    for paragraph in paragraphs(multiverse, out=Path.cwd()):
        say()
        say(paragraph)
    say()
    _show_notices(result, say)
    if result.since is not None:
        say(unchanged(result.since))
    print(f"Report: {result.report}")


def _show_notices(result: Result, say: Callable[..., None]) -> None:
    """Remarks, those of one kind in one line where they are many."""
    from emgkit.report.remarks import heading_of

    kinds: dict[str, list[str]] = {}
    for notice in result.notices:
        kinds.setdefault(notice.code, []).append(notice.message)
    for code, texts in kinds.items():
        if len(texts) <= 2:
            for text in texts:
                say(f"Note: {text}", style="yellow")
        else:
            say(f"Note: {heading_of(code)}: {len(texts)} remarks; the report lists them.", style="yellow")
