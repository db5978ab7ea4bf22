"""Sentences and Methods paragraphs of tests of whole curves."""

from __future__ import annotations

import math
from collections.abc import Sequence

from emgkit.notation import (
    fixed,
    missing,
    p_phrase,
    readable,
)
from emgkit.stats.cells.multiplicity import is_below
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.kinds import Kind, register
from emgkit.stats.results.methods import (
    Text,
    alpha_text,
    n_text,
    of_each,
    p_was_adjusted,
    scale_text,
    separately,
    unit_text,
)
from emgkit.stats.results.sentences import Row, n_of_row, pair_text, sentence

__all__ = ["beyond_threshold", "waveform_sentence", "waveforms_methods"]


def waveform_sentence(row: Row, facts: AnalysisFacts) -> str:
    """The test of two whole curves."""
    what = pair_text(row["contrast"], facts, "/" if facts["scale"] == "log" else "-", "the curves of {} and {}", "")
    what = what or f"the curves of {row['contrast']}"
    if missing(row["p"]):
        return sentence(row, facts, [f"{what} could not be tested for lack of an error term", n_of_row(row)], tail="")
    df, adjusted = int(row["n"]) - 1, row["p_adjusted"] if "p_adjusted" in row else row["p"]
    found = is_below(adjusted, facts["alpha"])
    differ = "differed" if found else "were compared"
    family = row.get("family_size", 1)
    corrected = p_phrase(adjusted) + (f" (Holm-adjusted over {family})" if family > 1 else "")
    if facts["method"] == "cluster":
        tested = f"largest |t|({df}) = {fixed(row['t_max'], 2)}, cluster mass by sign flips"
    else:
        height = row.get("threshold_holm", row["threshold"])
        threshold = "out of reach" if math.isinf(height) else fixed(height, 2)
        tested = f"largest |t|({df}) = {fixed(row['t_max'], 2)} at point {row['point_max']}, threshold {threshold}"
    parts = [f"{what} {differ}: {tested}", corrected, f"{row['n_points']} points", n_of_row(row)]
    tail = "" if found else "; no difference of the curves was shown"
    return sentence(row, facts, parts, tail=tail)


def beyond_threshold(text: str, runs: Sequence[Row]) -> str:
    """A sentence on two curves, with the points beyond the threshold where the curves differed."""
    if not runs or text.endswith("was shown."):
        return text
    found = [(run["first_point"], run["last_point"]) for run in runs]
    texts = [f"{first} to {last}" if first != last else f"{first}" for first, last in found]
    return f"{text[:-1]}; beyond the threshold at points {', '.join(texts)}."


def waveforms_methods(facts: AnalysisFacts) -> Text:
    """Comparisons of whole curves."""
    flips = (
        "all sign flips" if facts["flips"] == "exact" else f"{facts['flips']} random sign flips (seed {facts['seed']})"
    )
    how = {
        "max-t": f"the largest |t| of the curve under {flips}",
        "cluster": f"the largest cluster mass under {flips} (clusters formed at p = .05 of each point)",
        "rft": "random-field theory",
    }[facts["method"]]
    scale = scale_text(facts)
    what = f"Curves{unit_text(facts)} were compared within participants between every pair of levels of"
    what += f" {readable(facts['within'])}{separately(facts)} by paired t statistics (df = n − 1) of {scale} at"
    what += " every point,"
    estimate = "Ratios of geometric means" if facts["scale"] == "log" else "Mean differences"
    return Text(
        what=f"{what} judged by {how}, at {alpha_text(facts['alpha'])} for the whole curve ({n_text(facts)}).",
        interval=f"{estimate} are the effect sizes, with 95 % confidence intervals of each point alone.",
        family=f"p-values were adjusted after Holm (1979) over the contrasts{of_each(facts.get('by'))}."
        if p_was_adjusted(facts)
        else "",
    )


register(
    waveforms=Kind(
        title="Whole curves",
        methods=waveforms_methods,
        sentence=waveform_sentence,
        needs=("contrast", "n", "n_points", "t_max", "point_max", "threshold", "p"),
    ),
    points_of_curves=Kind(title="Points of the curves", methods=waveforms_methods),
    clusters_of_curves=Kind(title="Clusters of the curves", methods=waveforms_methods),
)
