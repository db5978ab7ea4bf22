"""A virtual replication as part of a study: its tables, its figure and its sentences."""

from __future__ import annotations

from dataclasses import dataclass

from emgkit import figures, replication
from emgkit.replication import PublishedDesign
from emgkit.study.script import Drawn, Table

__all__ = ["Replication", "virtual_replication"]

_REPLICATES, _QUICK_REPLICATES = 10_000, 500
_STUDIES, _QUICK_STUDIES = 5, 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Replication:
    """What a virtual replication adds to a study: everything in it is simulated.

    Parameters
    ----------
    tables : tuple of Table
        The shares of simulated studies, and the error of the processing.
    figures : tuple of Drawn
        The shares as figures.
    sentences : tuple of str
        What the shares say.
    """

    tables: tuple[Table, ...]
    figures: tuple[Drawn, ...]
    sentences: tuple[str, ...]


def virtual_replication(
    design: PublishedDesign, *, seed: int, quick: bool, name: str = "replication", level: float | None = None
) -> Replication:
    """Repeat a published study on simulated people, from raw signals and from tables.

    Parameters
    ----------
    design : emgkit.replication.PublishedDesign
        What the paper printed.
    seed : int
        Of both simulations.
    quick : bool
        Two simulated studies of raw signals and 500 of tables, for a look; else 5 and 10 000.
    name : str, default "replication"
        Begins the names of the files, where a study has several.
    level : float, optional
        For a design in ratios: the %MVC that a ratio of 1 is taken to be.

    Returns
    -------
    Replication
        Tables ``<name>`` (a share for every standard deviation and correlation), ``<name>_band`` (least and largest)
        and ``<name>_chain`` (the error of the chain from raw signals); a figure; a sentence on all findings.
    """
    error = replication.chain_error(design, seed=seed, replicates=_QUICK_STUDIES if quick else _STUDIES, level=level)
    shares = replication.replicate(
        design, error=error, seed=seed, replicates=_QUICK_REPLICATES if quick else _REPLICATES
    )
    band = replication.sweep_range(shares)
    swept = (
        "all correlations (.3 to .9), which were not printed, with the standard deviations that were read"
        if design.sds
        else "all standard deviations (30 to 60 % of the mean) and correlations (.3 to .9), which were not printed"
    )
    what = f"{design.n} {design.people}, {design.measure} of the {design.phase} repetition"
    tables = (
        Table(
            name=f"{name}_band",
            title=f"Virtual replication: {what}",
            caption=f"Least and largest share of simulated studies over {swept}, so there is no one number.",
            frame=band,
            simulated=True,
        ),
        Table(
            name=name,
            title="Virtual replication at every standard deviation and correlation",
            caption="cv: standard deviation as a part of the mean; r: correlation of the logarithms between exercises.",
            frame=shares,
            simulated=True,
        ),
        Table(
            name=f"{name}_chain",
            title="Error of the chain from raw signals",
            caption="Mean (bias) and standard deviation of log(measured / true) over simulated recordings.",
            frame=error,
            simulated=True,
        ),
    )
    figure = Drawn(
        name=name,
        title=f"How often would such a study find a difference? ({design.measure}s)",
        caption=f"Share of simulated studies ({what}) that found the difference of the printed means, against the "
        f"correlation between exercises, over {swept}.",
        figure=figures.detection_grid(shares),
        simulated=True,
    )
    return Replication(tables=tables, figures=(figure,), sentences=(replication.summary(shares),))
