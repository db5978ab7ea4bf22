"""The output folder of a study: written whole or not at all, and nothing in it that is not a run's is ever lost.

The record of a run, ``provenance.json``, holds the hash of every file that the run wrote, and the hash of itself. What
the record does not know, or what was changed since, is somebody's work.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import figures
from emgkit._folders import hidden_beside, left_over, sweep
from emgkit.errors import EmgkitError, StudyError
from emgkit.notation import listed
from emgkit.stats.results.spreadsheet import safe_cells
from emgkit.study.recordings.keys import sha256

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["RECORD", "check_writable", "fresh_folder", "record_of", "write_figure", "write_json", "write_table"]

RECORD = "provenance.json"
_OUTPUTS, _OWN = "outputs", "sha256_of_this_record"
# a message names no more files; a folder that holds as many is not searched to its end
_SHOWN = 5


@contextmanager
def fresh_folder(out: Path, *, force: bool = False) -> Iterator[Path]:
    """A folder to write into that takes the place of `out` once everything is written.

    Parameters
    ----------
    out : Path
        Where the results shall be. An earlier run's results are replaced; a folder that holds anything
        that emgkit did not write there, or that was changed since, is refused.
    force : bool, default False
        Such a folder is kept beside `out` as ``NAME-kept-1`` instead.

    Yields
    ------
    Path
        A temporary folder beside `out`. If the body raises, it is deleted and `out` stays as it was.

    Raises
    ------
    StudyError
        `out` cannot be written, is a file, or holds files of somebody else.
    """
    place = check_writable(out, force=force)
    with _errors_name(out), hidden_beside(place) as fresh:
        try:
            yield fresh
            fresh.chmod(0o755)
            _record_outputs(fresh)
            _check_ours(place, force=force)
            _swap(fresh, place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def write_figure(figure: Figure, stem: Path, *, quick: bool) -> str:
    """Save a figure, close it, and give its SVG for the page; a quick look saves nothing but the SVG."""
    paths = figures.save(figure, stem, formats=("svg",) if quick else ("pdf", "png", "svg"))
    figures.close(figure)
    return next(path for path in paths if path.suffix == ".svg").read_text(encoding="utf-8")


def check_writable(out: Path, *, force: bool = False, study: Path | None = None, data: Path | None = None) -> Path:
    """Refuse an output folder that cannot be written, or that holds anything an earlier run did not write.

    What killed runs left behind is put right: results that were moved and not yet replaced stand again.

    Parameters
    ----------
    out : Path
        Where the results shall be.
    force : bool, default False
        What is in the way will be kept under another name.
    study, data : Path, optional
        The folders of the study and of its recordings, which stay where they are.

    Returns
    -------
    Path
        The folder itself, where `out` leads to it through a link.

    Raises
    ------
    StudyError
        Names what is in the way.
    """
    with _errors_name(out):
        place = _without_links(out)
        if any(inside.resolve().is_relative_to(place) for inside in (Path.cwd(), study, data) if inside):
            raise StudyError(
                "The output folder is that of the study or its recordings, the current folder or one above it; "
                "it would be replaced",
                where=str(out),
                hint="Name a folder of its own with --out",
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        _restore(place)
        with hidden_beside(place) as probe:
            probe.rmdir()
        if not place.exists():
            return place
        if not place.is_dir():
            raise StudyError("The output folder is a file", where=str(out), hint="Name a folder with --out")
        if _is_mounted(place):
            raise StudyError(
                "The output folder is where a disk or folder is mounted, and cannot be replaced",
                where=str(out),
                hint=f"Name a folder inside it with --out, such as {out / 'results'}",
            )
        _check_ours(place, force=force)
    return place


def _without_links(out: Path) -> Path:
    """The place of the folder itself."""
    place = None
    if "\0" in str(out):
        raise StudyError("The output folder cannot have this name", got=repr(str(out)))
    with suppress(RuntimeError):  # so older versions of Python say that a link leads to itself
        place = out.resolve()
    if place is None or (out.is_symlink() and not place.exists()):
        raise StudyError(
            "The output folder is a link that leads to no folder",
            where=str(out),
            got=os.readlink(out) if out.is_symlink() else "a link that leads to itself",
            hint="Name a folder with --out, or remove the link",
        )
    return place


def _is_mounted(folder: Path) -> bool:
    """Whether something is mounted at a folder, which may be a folder of the same disk."""
    if os.path.ismount(folder):
        return True
    mounts = Path("/proc/self/mountinfo")
    if not mounts.is_file():
        return False
    lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    # the kernel writes a blank in a name as \\040
    places = (line.split(" ")[4].encode("utf-8", "surrogateescape").decode("unicode_escape") for line in lines)
    return str(folder) in {place.encode("latin-1").decode("utf-8", "surrogateescape") for place in places}


def _check_ours(place: Path, *, force: bool) -> None:
    """Refuse a folder that holds files of somebody else, or files of a run that were changed since."""
    foreign, changed = ([], []) if force else _not_ours(place)
    if not foreign and not changed:
        return
    kinds = [
        *(["that no earlier run wrote"] if foreign else []),
        *(["that were changed since a run wrote them"] if changed else []),
    ]
    shown = [
        *([listed(foreign[:_SHOWN])] if foreign else []),
        *([f"changed: {listed(changed[:_SHOWN])}"] if changed else []),
    ]
    raise StudyError(
        f"The output folder holds files {' or '.join(kinds)}; they would be lost",
        where=str(place),
        got="; ".join(shown),
        hint="Name another folder with --out, or move these files; --force keeps the whole folder under another name",
    )


def _not_ours(place: Path) -> tuple[list[str], list[str]]:
    """What lies in a folder and was not written there by a run; and what a run wrote and somebody changed."""
    foreign, changed = list[str](), list[str]()
    if not place.exists():
        return foreign, changed
    known = _recorded(place / RECORD)
    folders = {str(above) for name in known for above in Path(name).parents}
    for root, inside, names in os.walk(place, onerror=_raise):
        links = [name for name in inside if (Path(root) / name).is_symlink()]
        for path in (Path(root) / name for name in sorted([*names, *links])):
            name = path.relative_to(place).as_posix()
            if name not in known:
                # a record that cannot be trusted was changed itself
                (changed if name == RECORD else foreign).append(name)
            elif not stat.S_ISREG(path.lstat().st_mode) or known[name] not in (None, sha256(path)):
                changed.append(name)
        empty = not inside and not names
        if empty and (below := Path(root).relative_to(place).as_posix()) != "." and below not in folders:
            foreign.append(f"{below}/")
        if len(foreign) > _SHOWN:
            break
    return foreign, changed


def _recorded(record: Path) -> dict[str, str | None]:
    """The files of the run that wrote a record, with their hashes; none where the record is not as a run wrote it."""
    if record.is_symlink() or not record.is_file():
        return {}
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        outputs: dict[str, str | None] = dict(content[_OUTPUTS])
        intact = content.pop(_OWN) == _hash_of(content)
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {**outputs, RECORD: None} if intact else {}


def record_of(place: Path) -> str | None:
    """The hash of the record of a run whose outputs are all there as they were written, and nothing else; else None."""
    known = _recorded(place / RECORD)
    if not known or any(not (place / name).is_file() for name in known) or any(_not_ours(place)):
        return None
    return sha256(place / RECORD)


def _hash_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _raise(problem: OSError) -> None:
    raise problem


@contextmanager
def _errors_name(out: Path) -> Iterator[None]:
    """Say of an error of the system that it is about the output folder."""
    try:
        yield
    except OSError as problem:
        if isinstance(problem, EmgkitError):
            raise
        raise StudyError(
            "The output folder cannot be written",
            where=str(out),
            got=str(problem.strerror or problem),
            hint="Nothing was changed. Make room, give yourself the right to write, or name another folder with --out",
        ) from problem


def write_table(table: pd.DataFrame, path: Path) -> None:
    """A CSV that opens in a spreadsheet: UTF-8 with a byte-order mark, full precision, no text that is a formula."""
    path.parent.mkdir(parents=True, exist_ok=True)
    safe_cells(table).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Indented JSON with a final newline."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _record_outputs(folder: Path) -> None:
    """Add the files written and their hashes to the provenance record, so that a later run knows them as ours."""
    record = folder / RECORD
    content = json.loads(record.read_text(encoding="utf-8"))
    written = sorted(path for path in folder.rglob("*") if path.is_file() and path != record)
    content[_OUTPUTS] = {path.relative_to(folder).as_posix(): sha256(path) for path in written}
    write_json({**content, _OWN: _hash_of(content)}, record)


def _swap(fresh: Path, place: Path) -> None:
    """Put `fresh` in its place. What stood there is deleted when the new one stands, and kept if it is not ours."""
    if not place.exists():
        fresh.rename(place)
        return
    if any(_not_ours(place)):
        place.rename(_kept(place))
        fresh.rename(place)
        return
    with hidden_beside(place, "old") as home:
        old = home / "results"
        try:
            place.rename(old)
            fresh.rename(place)
        finally:
            if old.exists() and not place.exists():
                old.rename(place)
            shutil.rmtree(home, ignore_errors=True)


def _restore(place: Path) -> None:
    """Put right what a killed run left: earlier results go back to their place, half-written ones are deleted."""
    sweep(place)
    for home in left_over(place, "old"):
        old = home / "results"
        if old.exists() and not place.exists():
            old.rename(place)
        # what stands in the place may be no run's; then the results of the earlier run are kept too
        if not old.exists() or _recorded(place / RECORD):
            shutil.rmtree(home, ignore_errors=True)


def _kept(place: Path) -> Path:
    """A name beside a folder that nothing has."""
    number = 1
    while (kept := place.with_name(f"{place.name}-kept-{number}")).exists() or kept.is_symlink():
        number += 1
    return kept
