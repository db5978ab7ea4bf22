"""What the report of the three lifts opens with: the answers of published studies, and this run apart from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from emgkit import figures, report
from emgkit.lifts import LIFTS, lift_of
from emgkit.study.writing.folder import write_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from emgkit.study.recordings.analysis import Analysis

__all__ = ["first_figure", "opening_of"]

_CAPTION = (
    "Each row is a comparison within one study. The second lift stands at 1, the first at its ratio to it: the one "
    "farther right is the more active. Activity in one session is not growth. Comparisons between variants of one "
    "lift, and reviews, are not shown; emgkit claims names the source of every number."
)
_SIMULATED = (
    " Below, on a tinted ground, are the ratios that this run found in simulated recordings: they test the software "
    "and are not evidence about any lift."
)
_OWN = " Below are the ratios of this run."


def opening_of(analysis: Analysis, folder: Path, *, quick: bool) -> report.Opening | None:
    """The opening of a study that compares the three lifts and names claims on them; None for any other study.

    Parameters
    ----------
    analysis : Analysis
        What was computed.
    folder : Path
        Where its figures are written.
    quick : bool
        The run is a quick look.
    """
    first = analysis.compared[0]
    levels = set() if first.contrasts is None else {lift_of(level) for level in first.cells[first.spec.within]}
    if not analysis.file.published or first.contrasts is None or levels != set(LIFTS):
        return None
    from emgkit.literature import lift_answers, lift_contrasts

    published = lift_contrasts()
    answers = lift_answers(published)
    run = first.contrasts if first.spec.log and first.spec.by == ("muscle",) else None
    pages = [
        write_figure(
            _drawn(run, published, simulated=analysis.simulated, narrow=narrow),
            folder / ("lifts_narrow" if narrow else "lifts"),
            quick=quick or narrow,
        )
        for narrow in (False, True)
    ]
    below = "" if run is None else _SIMULATED if analysis.simulated else _OWN
    figure = report.FigureItem(
        title="Which lift for which muscle",
        caption=_CAPTION + below,
        image=pages[0],
        alt=" ".join(answer.sentence for answer in answers),
    )
    told = tuple((answer.lead, answer.details) for answer in answers)
    return report.Opening(title="What published studies found", answers=told, figure=figure, narrow=pages[1])


def first_figure(run: pd.DataFrame | None, *, simulated: bool, narrow: bool) -> Figure:
    """Draw what published studies found, with the ratios of a run below it.

    Parameters
    ----------
    run : DataFrame or None
        Contrasts of lifts by muscle on the log scale, as a study makes them.
    simulated : bool
        Whether the run is simulated.
    narrow : bool
        For a phone.
    """
    from emgkit.literature import lift_contrasts

    return _drawn(run, lift_contrasts(), simulated=simulated, narrow=narrow)


def _drawn(run: pd.DataFrame | None, published: pd.DataFrame, *, simulated: bool, narrow: bool) -> Figure:
    from emgkit.literature import lift_answers

    headings = {answer.muscle: answer.lead for answer in lift_answers(published)}
    below = None if run is None else _run(run)
    return figures.lifts(published, below, headings=headings, simulated=simulated, narrow=narrow)


def _run(contrasts: pd.DataFrame) -> pd.DataFrame | None:
    """The contrasts of the run, named and directed like the published ones; None where it has none of their muscles."""
    from emgkit.literature.lifts import MUSCLES

    found = []
    for name, muscle in MUSCLES.items():
        # of several parts of one muscle the one that studies recorded most often, which is named first
        recorded = next((one for one in muscle.recorded if one in set(contrasts["muscle"])), None)
        own = [_directed(row, muscle.lifts) for row in contrasts[contrasts["muscle"] == recorded].to_dict("records")]
        for first in muscle.lifts:
            for second in muscle.lifts:
                found += [
                    {"muscle": name, **row}
                    for row in own
                    if (lift_of(row["first"]), lift_of(row["second"])) == (first, second)
                ]
    return pd.DataFrame(found) if found else None


def _directed(row: dict[Any, Any], lifts: tuple[str, ...]) -> dict[str, Any]:
    """A ratio with the lift above that comes first for its muscle."""
    first, second = str(row["contrast"]).split(" / ")
    ratio, low, high = row["ratio"], row["ci_low"], row["ci_high"]
    if lifts.index(lift_of(first)) > lifts.index(lift_of(second)):
        first, second, ratio, low, high = second, first, 1 / ratio, 1 / high, 1 / low
    return {
        "first": first, "second": second, "ratio": ratio, "ci_low": low, "ci_high": high, "n": row["n"],
        "p_adjusted": row["p_adjusted"],
    }  # fmt: skip
