"""A simulated study on disk: an EMG-BIDS data set of raw recordings, and the truth beside it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from emgkit import __version__, io
from emgkit._folders import hidden_beside, sweep
from emgkit.errors import FileError
from emgkit.simulate.draw import check_seed
from emgkit.simulate.session import Spec, trials, truth
from emgkit.simulate.specification import Specification, load_spec

__all__ = ["TRUTH", "study"]

TRUTH = "derivatives/truth"


def study(spec: Spec, out: str | os.PathLike[str], *, seed: int) -> Path:
    """Write a simulated study as an EMG-BIDS data set whose truth is known.

    Parameters
    ----------
    spec : str, Path, Mapping or Specification
        See :func:`load_spec`.
    out : path
        The folder to make. It is written whole or not at all.
    seed : int
        A whole number of at least 0. The same specification and seed give the same bytes.

    Returns
    -------
    Path
        The root. Beside the recordings, ``derivatives/truth`` holds ``truth.csv``, ``means.csv`` and
        ``mvc.csv`` (see :class:`Truth`) and ``specification.json``. Everything says *simulated*.

    Raises
    ------
    FileError
        `out` exists already, or the specification cannot be read.
    StudyError
        The specification does not hold together.

    Examples
    --------
    >>> import tempfile
    >>> spec = load_spec("three_lifts").model_copy(update={"participants": 1})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     root = study(spec, folder + "/set", seed=1)
    ...     sorted(path.name for path in (root / "derivatives" / "truth").glob("*.csv"))
    ['means.csv', 'mvc.csv', 'truth.csv']
    """
    spec, root, seed = load_spec(spec), Path(out), check_seed(seed)
    _check_new(root)
    root.parent.mkdir(parents=True, exist_ok=True)
    sweep(root)
    with hidden_beside(root) as temporary:
        try:
            made = io.write_bids(trials(spec, seed=seed), temporary / "set", name=_name(spec), sidecar=_sidecar(spec))
            _write_truth(spec, made / TRUTH, seed=seed)
            (made / "README.md").write_text(_readme(spec, seed), encoding="utf-8", newline="\n")
            made.replace(root)
        except OSError:
            _check_new(root)  # another run was quicker
            raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return root


def _check_new(root: Path) -> None:
    if root.exists():
        raise FileError("The folder exists", where=str(root), hint="Name a new folder, or remove this one")


def _name(spec: Specification) -> str:
    return spec.title if "simulated" in spec.title.lower() else f"{spec.title} (simulated)"


def _sidecar(spec: Specification) -> dict[str, object]:
    return {
        "emgkitSimulated": True,
        "EMGPlacementSchemeDescription": "none: the signals are simulated, no electrode was placed",
        "PowerLineFrequency": spec.artefacts.mains_frequency if spec.artefacts.mains else "n/a",
    }


def _write_truth(spec: Specification, folder: Path, *, seed: int) -> None:
    folder.mkdir(parents=True)
    true = truth(spec, seed=seed)
    for name, table in (("truth", true.activation), ("means", true.means), ("mvc", true.mvc)):
        table.assign(simulated=True).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    described = {
        "Name": f"Truth behind: {_name(spec)}",
        "BIDSVersion": "1.11.1",
        "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "emgkit", "Version": __version__, "Description": f"simulated with seed {seed}"}],
    }
    stated = {"seed": seed, "specification": spec.model_dump(mode="json")}
    for name, content in (("dataset_description", described), ("specification", stated)):
        text = json.dumps(content, indent=2, ensure_ascii=False)
        (folder / f"{name}.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")


def _readme(spec: Specification, seed: int) -> str:
    means = [
        f"| {exercise.name} | {mean.name} | {mean.percent:g} | {mean.mark} | {mean.source} |"
        for exercise in spec.exercises
        for mean in exercise.means
    ]
    return "\n".join(
        [
            f"# {_name(spec)}",
            "",
            "**All signals in this data set are simulated. Nobody was recorded.**",
            "",
            f"{spec.participants} simulated participants, drawn with seed {seed} by emgkit {__version__}. Each has MVC",
            "trials (`task-mvc…`) and one trial an exercise with raw surface EMG and the stream that shows the",
            "repetitions. What is true of every repetition, participant and MVC trial stands in",
            "`derivatives/truth`, with the specification that all of it was drawn from.",
            "",
            "The population's arithmetic means of the activation over a whole repetition, in %MVC:",
            "",
            "| exercise | muscle | mean | mark | source |",
            "|---|---|---|---|---|",
            *means,
            "",
            "They stem from different laboratories, people and loads; no single study has measured this table.",
            f"Standard deviations between and within people are {spec.variation.mark}: {spec.variation.source}",
            "",
        ]
    )
