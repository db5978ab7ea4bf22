"""The output folder of a study: written whole or not at all, earlier results never lost."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import figures
from emgkit.errors import StudyError
from emgkit.notation import listed
from emgkit.stats.results.spreadsheet import safe_cells

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["fresh_folder", "write_figure", "write_json", "write_table"]

_RECORD = "provenance.json"


@contextmanager
def fresh_folder(out: Path) -> Iterator[Path]:
    """A folder to write into that takes the place of `out` once everything is written.

    Parameters
    ----------
    out : Path
        Where the results shall be. An earlier run's results are replaced; a folder that holds
        anything that emgkit did not write there is refused.

    Yields
    ------
    Path
        A temporary folder beside `out`. If the body raises, it is deleted and `out` stays as it was.

    Raises
    ------
    StudyError
        `out` is a file, or holds files of somebody else.
    """
    check_writable(out)
    fresh = _beside(out)
    try:
        yield fresh
        fresh.chmod(0o755)
        _record_outputs(fresh)
        _swap(fresh, out)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def write_figure(figure: Figure, stem: Path, *, quick: bool) -> str:
    """Save a figure, close it, and give its SVG for the page; a quick look saves nothing but the SVG."""
    paths = figures.save(figure, stem, formats=("svg",) if quick else ("pdf", "png", "svg"))
    figures.close(figure)
    return next(path for path in paths if path.suffix == ".svg").read_text(encoding="utf-8")


def check_writable(out: Path) -> None:
    """Refuse an output folder that cannot be written, or that holds anything an earlier run did not write."""
    if out.resolve() in (Path.cwd(), *Path.cwd().parents):
        raise StudyError(
            "The output folder is the current folder or one above it; it would be replaced",
            where=str(out),
            hint="Name a folder of its own with --out",
        )
    if not out.exists():
        _beside(out).rmdir()
        return
    if not out.is_dir():
        raise StudyError("The output folder is a file", where=str(out), hint="Name a folder with --out")
    present = {entry.relative_to(out).as_posix() for entry in out.rglob("*") if entry.is_file()}
    record = out / _RECORD
    known: set[str] = set()
    if record.is_file():
        try:
            known = {_RECORD, *json.loads(record.read_text(encoding="utf-8"))["outputs"]}
        except (ValueError, KeyError, TypeError):
            known = set()
    foreign = sorted(present - known)
    if foreign:
        raise StudyError(
            "The output folder holds files that no earlier run wrote; they would be lost",
            where=str(out),
            got=listed(foreign[:5]),
            hint="Name another folder with --out, or move these files",
        )


def _beside(out: Path) -> Path:
    """A new empty folder beside `out`."""
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.absolute().parent))
    except OSError as problem:
        raise StudyError(
            "The output folder cannot be made",
            where=str(out),
            got=str(problem.strerror),
            hint="Name another with --out",
        ) from None


def write_table(table: pd.DataFrame, path: Path) -> None:
    """A CSV that opens in a spreadsheet: UTF-8 with a byte-order mark, full precision, no text that is a formula."""
    path.parent.mkdir(parents=True, exist_ok=True)
    safe_cells(table).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Indented JSON with a final newline."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _record_outputs(folder: Path) -> None:
    """Add the list of files written to the provenance record, so that a later run knows them as ours."""
    record = folder / _RECORD
    content = json.loads(record.read_text(encoding="utf-8"))
    content["outputs"] = sorted(
        entry.relative_to(folder).as_posix() for entry in folder.rglob("*") if entry.is_file() and entry != record
    )
    write_json(content, record)


def _swap(fresh: Path, out: Path) -> None:
    """Put `fresh` in the place of `out`; the old one is deleted only when the new one stands."""
    old = None
    if out.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent)) / out.name
        out.rename(old)
    try:
        fresh.rename(out)
    except OSError:
        if old is not None:
            old.rename(out)
        raise
    finally:
        if old is not None:
            shutil.rmtree(old.parent, ignore_errors=True)
