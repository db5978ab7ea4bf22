"""``emgkit multiverse``: a study under every defensible processing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from emgkit.cli.options import CacheOption, DataOption, ForceOption, JobsOption, JsonOption, SchedulerOption
from emgkit.cli.printing import progress_shown, sayer, unchanged
from emgkit.cli.run import shipped_studies

if TYPE_CHECKING:
    from emgkit.study import Result

__all__ = ["multiverse"]


def multiverse(
    study: Annotated[
        str,
        typer.Argument(
            metavar="STUDY",
            help="A folder with a study.toml, or a name (three_lifts).",
            autocompletion=shipped_studies,
        ),
    ],
    data: DataOption = None,
    quick: Annotated[bool, typer.Option("--quick", help="A quick look: five simulated participants.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Where to write; default: <study folder>/multiverse or multiverse/<name>."
        ),
    ] = None,
    as_json: JsonOption = False,
    jobs: JobsOption = 1,
    scheduler: SchedulerOption = None,
    cache: CacheOption = None,
    force: ForceOption = False,
) -> None:
    """Run a study under every combination of the choices in its [multiverse], and test all of them together.

    A run that was stopped goes on from the participants that were finished.
    """
    from emgkit import multiverse as every_way
    from emgkit.study import Study

    with progress_shown() as progress:
        how: dict[str, Any] = {"jobs": jobs, "scheduler": scheduler, "cache": cache, "quick": quick, "force": force}
        result = every_way.run(Study.load(study), out=out, data=data, progress=progress, anew=False, **how)
    if as_json:
        print(_as_json(result))
        return
    say = sayer()
    say(f"{result.study.file.study.title}: every defensible processing", "bold")
    for sentence in result.finding:
        say(f"\n{sentence}")
    if result.since is not None:
        say(f"\n{unchanged(result.since)}")
    say(f"\nReport: {result.report}")


def _as_json(result: Result) -> str:
    names = ("multiverse", "variance", "axes")
    content = {
        "study": result.study.slug,
        "simulated": result.simulated,
        "finding": list(result.finding),
        "tables": {
            name: json.loads(result.tables[name].to_json(orient="records", double_precision=15)) for name in names
        },
        "notices": [{"code": notice.code, "text": notice.text} for notice in result.notices],
        "report": str(result.report),
    }
    return json.dumps(content, indent=2, ensure_ascii=False)
