"""The folder of a study's recordings; simulated recordings are made first."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from emgkit import shipped
from emgkit.errors import EmgkitError, StudyError
from emgkit.study.file.recordings import Data
from emgkit.study.recordings.walking import Progress

__all__ = ["cache_folder", "data_folder", "user_cache"]


# a quick look simulates no more people
_QUICK_PARTICIPANTS = 5


def data_folder(data: Data, study: Path, progress: Progress, *, quick: bool) -> Path | None:
    """The folder of the recordings that the study file names; simulated recordings are made first."""
    if data.simulate is not None:
        return _simulated(data.simulate, data.seed, study, progress, quick=quick)
    named = data.bids or data.folder
    return None if named is None else _plain(study / named)


def _plain(path: Path) -> Path:
    """The path without ``..``, as people read it, where that is the same place; behind a link it may be another."""
    short = Path(os.path.normpath(path))
    same = os.path.samefile(path, short) if os.path.exists(path) and os.path.exists(short) else not os.path.exists(path)
    return short if same else path


def _simulated(name: str, seed: int, study: Path, progress: Progress, *, quick: bool) -> Path:
    """The folder of a simulated data set, made once for each specification, seed and emgkit."""
    from emgkit import simulate

    beside = study / f"{name}.toml"
    path = beside if os.path.isfile(beside) else shipped.path("datasets", "simulated", f"{name}.toml")
    spec = simulate.load_spec(path)
    if quick:
        spec = spec.model_copy(update={"participants": min(spec.participants, _QUICK_PARTICIPANTS)})
    folder = cache_folder() / f"{name}-{simulate.fingerprint(spec, seed=seed)}"
    if not folder.is_dir():
        progress("Simulating recordings (once; kept for later runs)", 0, 1)
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            simulate.study(spec, folder, seed=seed)
        except OSError as problem:
            # a run at the same time may have made it
            if not folder.is_dir():
                raise _no_room(folder, problem) from problem
        progress("Simulating recordings (once; kept for later runs)", 1, 1)
    return folder


def _no_room(folder: Path, problem: OSError) -> EmgkitError:
    """What is wrong with the folder for simulated data."""
    if isinstance(problem, EmgkitError):
        return problem
    return StudyError(
        "The simulated data cannot be written",
        where=str(folder.parent),
        got=str(problem.strerror or problem),
        hint="Name another folder in the environment variable EMGKIT_DATA",
    )


def cache_folder() -> Path:
    """``$EMGKIT_DATA``, else the user's cache folder."""
    named = os.environ.get("EMGKIT_DATA")
    return Path(named) if named else user_cache()


def user_cache() -> Path:
    """The cache folder of emgkit where the user's system keeps such folders."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "emgkit"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "emgkit"
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "emgkit"
