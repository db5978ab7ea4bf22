"""Study: load a study file, run it, keep its results."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path

from emgkit import shipped
from emgkit._checks import nearest
from emgkit.errors import ArgumentError, EmgkitWarning, StudyError
from emgkit.notation import listed
from emgkit.study.definition import StudyDefinition
from emgkit.study.file.published import PublishedFile
from emgkit.study.file.read import check_filled_in, load_text, parse
from emgkit.study.file.wording import errors_as_in_a_study
from emgkit.study.recordings.analysis import analyse
from emgkit.study.recordings.keys import key
from emgkit.study.recordings.plan import plan_of
from emgkit.study.recordings.simulated import cache_folder, data_folder
from emgkit.study.recordings.walking import Progress, Walk, store
from emgkit.study.script import read_script
from emgkit.study.unchanged import Unchanged
from emgkit.study.writing import published_page, recordings_page
from emgkit.study.writing.folder import check_writable, fresh_folder
from emgkit.study.writing.result import Result
from emgkit.workers import workers

__all__ = ["Study"]


@dataclass(frozen=True, kw_only=True)
class Study(StudyDefinition):
    """A study as a value: its file, where it lies, and how to run it. Made by :meth:`load`.

    Parameters
    ----------
    folder : Path
        The folder of the study file.
    slug : str
        The study's short name: that of its folder.
    text : str
        The text of the study file.
    file : StudyFile or PublishedFile
        What the text says.
    bare : bool
        The study was named without a folder.
    script : Script, optional
        The script of a study of published figures, as it was read.

    Examples
    --------
    >>> study = Study.load("three_lifts")
    >>> study.slug, study.simulated
    ('three_lifts', True)
    """

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Study:
        """Load a study from its folder, its ``study.toml``, or the name of one that comes with emgkit.

        Parameters
        ----------
        path : str or path
            ``"studies/three_lifts"``, ``"my_study/study.toml"`` or ``"three_lifts"``.

        Raises
        ------
        StudyError
            There is no such study, its file does not hold together, or its script lies outside its folder.
        """
        named = Path(path)
        bare = len(named.parts) == 1 and not os.path.lexists(named)
        if bare:
            names = sorted(entry.parent.name for entry in shipped.folder("studies").glob("*/study.toml"))
            if str(path) not in names:
                raise StudyError(
                    f"There is no study {str(path)!r}",
                    allowed=f"a folder with a study.toml, or one that comes with emgkit: {listed(names)}",
                    hint=nearest(str(path), [*names, *(one.parent.name for one in Path().glob("*/study.toml"))]),
                )
            named = shipped.path("studies", str(path))
        file = named if named.suffix == ".toml" else named / "study.toml"
        text = load_text(file)
        folder = file.resolve().parent
        try:
            parsed = parse(text, where=str(file))
        except StudyError:
            # a TODO where a number or one of several words belongs is told as a TODO
            check_filled_in(text, where=str(file))
            raise
        script = read_script(folder, parsed.recompute.script) if isinstance(parsed, PublishedFile) else None
        return cls(folder=folder, slug=folder.name, text=text, file=parsed, bare=bare, script=script)

    def run(
        self,
        out: str | os.PathLike[str] | None = None,
        data: str | os.PathLike[str] | None = None,
        *,
        progress: Progress | None = None,
        quick: bool = False,
        jobs: int = 1,
        scheduler: str | None = None,
        cache: str | os.PathLike[str] | None = None,
        force: bool = False,
        anew: bool = True,
        multiverse: Result | None = None,
    ) -> Result:
        """Recompute everything, from raw recordings or published figures, and write tables, figures and report.

        A study of published figures runs its ``script``, a Python program that may do all that you may.

        Parameters
        ----------
        out : path, optional
            Where to write; default ``<study folder>/results``, or ``results/<name>`` for a study
            named without its folder.
        data : path, optional
            Where the recordings are, in place of what the study file says.
        progress : callable, optional
            Called with (what, done, total).
        quick : bool
            A quick look: five simulated participants, few simulated studies.
        jobs : int
            Processes of this machine that read and process recordings side by side. The results are the same. With
            more than one, a script needs ``if __name__ == "__main__":`` around what it does.
        scheduler : str, optional
            In place of `jobs`, the address of a dask.distributed scheduler, such as ``"tcp://node1:8786"``. Its workers
            need the same emgkit and libraries, and the recordings under the same paths.
        cache : path, optional
            Keep every finished recording in this folder, also when the run is done. By default finished recordings are
            in the user's cache folder until the run is done; a run that was stopped goes on from them.
        force : bool
            Where `out` holds files that no run wrote or that were changed since, keep the folder as ``NAME-kept-1``
            and write; else they are refused.
        anew : bool
            Compute in any case. The commands give False: where the study, its recordings, emgkit, the libraries and
            every file in `out` are as they were when a command wrote `out`, the result is that of then, and says since
            when. A study with a script, or with more than 4 GiB of recordings, is always computed.
        multiverse : Result, optional
            What :func:`emgkit.multiverse.run` gave of the same study; the report then tells how far the answer depends
            on the processing.

        Returns
        -------
        Result
            Tables, finding and the path of the report.

        Raises
        ------
        EmgkitError
            Anything is wrong with the file, the recordings or the design; nothing is written then.
        """
        check_filled_in(self.text, where=str(self.folder))
        where = (Path(out) if out is not None else self.default_out()).absolute()
        check_writable(where, force=force, study=self.folder, data=Path(data) if data else self.recorded)
        self._check_multiverse(multiverse)
        progress = progress or (lambda _what, _done, _total: None)
        with warnings.catch_warnings(), workers(jobs, scheduler) as found:
            # each of these is kept as a notice of the result
            warnings.simplefilter("ignore", EmgkitWarning)
            if isinstance(self.file, PublishedFile):
                self._refuse_recordings(data)
                return published_page.run(self, self.file, where, progress, quick=quick, force=force)
            # the steps and their parameters are checked before any file is read
            plan = plan_of(self.file, self.folder)
            folder = Path(data) if data is not None else data_folder(self.file.data, self.folder, progress, quick=quick)
            # what is expected is expected of the study's own data
            own = data is None or self.file.data.registry is not None
            unchanged = None
            if not anew:
                beside = None if multiverse is None else multiverse.out
                unchanged = Unchanged.of("run", self, out=where, data=folder, quick=quick, beside=beside)
            if unchanged is not None and not force and (earlier := unchanged.result(self)) is not None:
                return earlier
            name = key("run", [str(self.folder), str(where)])[:16]
            place = cache_folder() / "unfinished" if cache is None else Path(cache)
            with store(place, name, keep=cache is not None) as kept:
                walk = Walk(workers=found, store=kept, progress=progress)
                analysis = analyse(self.file, plan, folder, walk=walk)
                progress("Writing tables, figures and report", 0, 1)
                with fresh_folder(where, force=force) as fresh, errors_as_in_a_study():
                    result = recordings_page.write(
                        self,
                        analysis,
                        pipeline=plan.pipeline,
                        folder=fresh,
                        out=where,
                        own=own,
                        quick=quick,
                        multiverse=multiverse,
                    )
                progress("Writing tables, figures and report", 1, 1)
            if unchanged is not None:
                unchanged.keep(result)
            return result

    def _check_multiverse(self, multiverse: Result | None) -> None:
        """Refuse a multiverse that is not of this study as it is now."""
        if multiverse is None:
            return
        if not isinstance(multiverse, Result) or "multiverse" not in multiverse.tables:
            raise ArgumentError(
                "What was given as multiverse is none",
                allowed="what multiverse.run gave",
                got="what Study.run gave" if isinstance(multiverse, Result) else type(multiverse).__name__,
            )
        if (multiverse.study.folder, multiverse.study.text) != (self.folder, self.text):
            raise StudyError(
                "The multiverse is of another study, or of an earlier study file",
                allowed=f"what multiverse.run gave of {self.slug!r} as it is now",
                got=f"that of {multiverse.study.slug!r}",
            )

    def _refuse_recordings(self, data: str | os.PathLike[str] | None) -> None:
        """Refuse recordings for a study of published figures."""
        if data is not None:
            raise StudyError(
                "A study of published figures takes no recordings",
                where=self.slug,
                got=f"data {str(data)!r}",
                hint="Leave --data out; [data] published names the figures",
            )

    def default_out(self) -> Path:
        """Where results are written if no place is named.

        Examples
        --------
        >>> import emgkit as ek
        >>> ek.Study.load("three_lifts").default_out().as_posix()
        'results/three_lifts'
        """
        return Path("results") / self.slug if self.bare else self.folder / "results"
