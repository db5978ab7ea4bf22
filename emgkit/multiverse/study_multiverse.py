"""A study's multiverse: computed, tested and written."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emgkit.errors import EmgkitWarning
from emgkit.multiverse.computing import compute
from emgkit.multiverse.page import write
from emgkit.study import Result, Study
from emgkit.study.file.multiverse import Multiverse
from emgkit.study.file.read import check_filled_in
from emgkit.study.file.recordings import StudyFile
from emgkit.study.file.wording import errors_as_in_a_study
from emgkit.study.recordings.keys import key
from emgkit.study.recordings.simulated import cache_folder, data_folder
from emgkit.study.recordings.walking import Progress, Walk, nobody, store
from emgkit.study.unchanged import Unchanged
from emgkit.study.writing.folder import check_writable, fresh_folder
from emgkit.workers import here, workers

__all__ = ["earlier", "run"]


def run(
    study: Study,
    axes: Multiverse | Mapping[str, Any] | None = None,
    *,
    out: str | os.PathLike[str] | None = None,
    data: str | os.PathLike[str] | None = None,
    jobs: int = 1,
    scheduler: str | None = None,
    cache: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    quick: bool = False,
    force: bool = False,
    anew: bool = True,
) -> Result:
    """Repeat a study under every combination of defensible choices, and test all of them together.

    Parameters
    ----------
    study : Study
        A study of recordings.
    axes : Multiverse or mapping, optional
        The choices, as the table ``[multiverse]`` of a study file has them; by default those of the study's file.
    out : path, optional
        Where to write; default ``<study folder>/multiverse``, or ``multiverse/<name>`` for a study named without its
        folder.
    data : path, optional
        Where the recordings are, in place of what the study file says.
    jobs : int, default 1
        Processes that work at the same time, each on one participant. The results are the same. With more than one, a
        script needs ``if __name__ == "__main__":`` around what it does.
    scheduler, cache : optional
        As for :meth:`emgkit.Study.run`.
    progress : callable, optional
        Called with (what, done, total).
    quick : bool
        A quick look: five simulated participants, and no files of figures.
    force : bool
        Where `out` holds files that no run wrote or that were changed since, keep the folder as ``NAME-kept-1`` and
        write; else they are refused.
    anew : bool
        Compute in any case; the commands give False, see :meth:`emgkit.Study.run`.

    Returns
    -------
    Result
        Tables ``specifications`` (one row a contrast and specification), ``multiverse`` (the joint tests of each
        contrast and quantity), ``variance`` (what each choice explains) and ``axes``, the finding in words, and the
        path of the report.

    Raises
    ------
    EmgkitError
        Anything is wrong with the file, the recordings, the design or an option; nothing is written then.

    Notes
    -----
    Each specification goes through the stages of the study, and the one with the study's own settings gives the study's
    own numbers. Recordings are filtered once for each pipeline of filters, and what follows shares its results. See
    ``joint_test`` for the tests.

    Examples
    --------
    >>> import emgkit as ek
    >>> study = ek.Study.load("three_lifts")
    >>> result = ek.multiverse.run(study, out="results", jobs=2)  # doctest: +SKIP
    >>> print(result.finding[1])  # doctest: +SKIP
    """
    check_filled_in(study.text, where=str(study.folder))
    where = (Path(out) if out is not None else _default_out(study)).absolute()
    folder = Path(data) if data is not None else None
    check_writable(where, force=force, study=study.folder, data=folder or study.recorded)
    progress = progress or nobody
    if folder is None and isinstance(study.file, StudyFile):
        folder = data_folder(study.file.data, study.folder, progress, quick=quick)
    unchanged = None if anew else Unchanged.of("multiverse", study, out=where, data=folder, quick=quick)
    if unchanged is not None and not force and (earlier := unchanged.result(study)) is not None:
        return earlier
    name = key("multiverse", [str(study.folder), str(where)])[:16]
    place = cache_folder() / "unfinished" if cache is None else Path(cache)
    with (
        warnings.catch_warnings(),
        workers(jobs, scheduler) as found,
        store(place, name, keep=cache is not None) as kept,
    ):
        # each of these is kept as a notice of the result
        warnings.simplefilter("ignore", EmgkitWarning)
        walk = Walk(workers=found, store=kept, progress=progress)
        computed = compute(study, axes, data=folder, walk=walk, quick=quick)
        own = data is None or (isinstance(study.file, StudyFile) and study.file.data.registry is not None)
        walk.progress("Writing tables, figures and report", 0, 1)
        # the folder may be out of a cluster's sight
        drawers = found if scheduler is None else here
        with fresh_folder(where, force=force) as fresh, errors_as_in_a_study():
            result = write(study, computed, folder=fresh, out=where, own=own, quick=quick, workers=drawers)
        walk.progress("Writing tables, figures and report", 1, 1)
    if unchanged is not None:
        unchanged.keep(result)
    return result


def earlier(study: Study, *, data: str | os.PathLike[str] | None = None, quick: bool = False) -> Result | None:
    """What :func:`run` gave of a study, where it lies in the default folder and nothing has changed since.

    Parameters
    ----------
    study : Study
        The study.
    data : path, optional
        Where the recordings are, in place of what the study file says.
    quick : bool
        That of a quick look.

    Returns
    -------
    Result or None
        None where there is none, or where the study, its recordings, emgkit, a library or any of its files is not as it
        was.

    Examples
    --------
    >>> import emgkit as ek
    >>> ek.multiverse.earlier(ek.Study.load("contreras_2015")) is None
    True
    """
    where = _default_out(study).absolute()
    if not where.is_dir() or not isinstance(study.file, StudyFile):
        return None
    folder = Path(data) if data is not None else data_folder(study.file.data, study.folder, nobody, quick=quick)
    return Unchanged.of("multiverse", study, out=where, data=folder, quick=quick).result(study)


def _default_out(study: Study) -> Path:
    return Path("multiverse") / study.slug if study.bare else study.folder / "multiverse"
