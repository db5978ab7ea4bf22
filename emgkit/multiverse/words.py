"""What a multiverse found, in sentences: how far each verdict depends on the processing, and on which choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from emgkit.multiverse.axes import Space
from emgkit.multiverse.tables import OWN, Tables
from emgkit.notation import capital, contrast_text, counted, estimate, listed, p_phrase, place, readable, series

__all__ = ["AXIS_WORDS", "finding_of", "methods_of", "summary_of"]

AXIS_WORDS: Mapping[str, str] = {
    "artefacts": "the rule for artefacts",
    "band": "the band of the filter",
    "order": "the order of the filter",
    "notch": "the notch filter",
    "envelope": "the envelope",
    "mvc": "the window of the reference",
    "phase": "the phase",
    "repetitions": "the choice of repetitions",
    "summary": "the number that is taken of a repetition",
    "scale": "the scale",
    "together": "several choices in combination",
}
# a choice that explains less is not named
_NAMED = 0.1
# what is left by rounding alone
_NOTHING = 1e-9


def summary_of(tables: Tables, space: Space) -> str:
    """Say in one paragraph in how many contrasts the verdict depends on the processing."""
    own = _own(tables.curves)
    still = _still(tables)
    same = [name for name, row in own if _is_one_verdict(row)]
    moved = [(name, row) for name, row in own if not _is_one_verdict(row)]
    size = int(own[0][1]["specifications"])
    many = "every contrast" if len(same) == len(own) else f"{len(same)} of {counted(len(own), 'contrast')}"
    text = (
        f"{counted(space.size, 'specification')} of the analysis were computed, {size} of which measure what the study "
        f"measures. {capital(many)} {'have' if moved and len(same) != 1 else 'has'} one and the same verdict (higher, "
        f"lower or undecided) under all of these {size}"
    )
    if moved:
        parts = [f"{name} ({_hangs_on(row, tables)})" for name, row in moved]
        text += f". The verdict depends on the processing in {len(parts)}: {'; '.join(parts)}."
    else:
        text += ": no verdict depends on the processing."
    if "mvc" in still and all(row["scale"] == "ratio" for _, row in own):
        still.remove("mvc")
        text += (
            f" {capital(AXIS_WORDS['mvc'])} moves no effect: the same reference divides both conditions, and cancels."
        )
    if still:
        verb = "moves" if len(still) == 1 else "move"
        text += f" {capital(series(AXIS_WORDS[axis] for axis in still))} {verb} no effect."
    return text


def _still(tables: Tables) -> list[str]:
    """The choices that move no contrast of the study's own quantity."""
    rows = tables.variance[tables.variance["curve"] == OWN]
    largest = rows.groupby("axis", sort=False)["share_of_effect"].max()
    return [str(axis) for axis, share in largest.items() if share < _NOTHING and axis != "together"]


def finding_of(tables: Tables) -> tuple[str, ...]:
    """Say of each contrast what all specifications give, and which choices move it."""
    found = []
    for name, row in _own(tables.curves):
        sentences = [*_range(name, row), *_verdict(row, tables), *_movers(row, tables), *_others(row, tables)]
        found.append(" ".join(sentences))
    return tuple(found)


def methods_of(space: Space, tables: Tables) -> str:
    """Say how the specifications were made and tested, for a Methods section."""
    axes = "; ".join(
        f"{AXIS_WORDS[axis.name]} ({listed(one.label for one in axis.choices)})".replace("'", "")
        for axis in space.varied
    )
    first = tables.curves.iloc[0]
    flips = (
        f"all {int(first['flips'])} exchanges"
        if first["exact"]
        else f"{int(first['flips'])} random exchanges (seed {space.seed})"
    )
    return (
        f"The comparison {space.comparison.name} was repeated under every combination of these choices: {axes}. "
        f"Each of the {space.size} specifications went through the stages of the study from the recordings on, and was "
        "compared by a paired t test. Specifications that measure the same quantity were tested together by "
        f"exchanging the two conditions within participants, in all specifications at once ({flips}): the median "
        "effect, the share of specifications that are significant in the direction that has more of them (Simonsohn "
        "and colleagues 2020, doi:10.1038/s41562-020-0912-z), and each specification adjusted by the largest |t| of "
        "all. The share of the variance of the effect that a choice explains is its sum of squares over the total of "
        "the full factorial. Two-sided p values below .05 count as significant; they are not adjusted for the number "
        "of contrasts."
    )


def _own(curves: pd.DataFrame) -> list[tuple[str, Mapping[str, Any]]]:
    """The study's own curve of each contrast, by the contrast's name."""
    return [(_name(row), row) for row in _records(curves[curves["curve"] == OWN])]


def _records(table: pd.DataFrame) -> list[Mapping[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _name(row: Mapping[str, Any]) -> str:
    """What a contrast is called: its place, then its pair."""
    before = list(row)[: list(row).index("contrast")]
    at = [place(name, readable(row[name])) for name in before]
    return f"{', '.join(at)}{': ' if at else ''}{contrast_text(row['contrast'])}"


def _is_one_verdict(row: Mapping[str, Any]) -> bool:
    return bool(max(row["higher"], row["lower"], 1 - row["higher"] - row["lower"]) > 1 - _NOTHING)


def _range(name: str, row: Mapping[str, Any]) -> Iterator[str]:
    ratio = row["scale"] == "ratio"
    median, limits = estimate(row["median"], row["lowest"], row["highest"], ratio=ratio)
    own, _ = estimate(row["own"], row["lowest"], row["highest"], ratio=ratio)
    low, high = limits.strip("[]").split(", ")
    yield (
        f"{capital(name)}. The {row['scale']} is {own} in the study as it is, and {low} to {high} over the "
        f"{counted(row['specifications'], 'specification')} that measure the same quantity; their median is {median} "
        f"({p_phrase(row['p_median'])}, all tested together)."
    )


def _verdict(row: Mapping[str, Any], tables: Tables) -> Iterator[str]:
    first, second = (readable(level) for level in _pair(row))
    undecided = 1 - row["higher"] - row["lower"]
    if row["higher"] > 1 - _NOTHING or row["lower"] > 1 - _NOTHING:
        way = "above" if row["higher"] > 0.5 else "below"
        adjusted = "all" if row["share_max_t"] > 1 - _NOTHING else _percent(row["share_max_t"])
        yield (
            f"In every one {first} is {way} {second} (p < .05 each; {adjusted} of them also when adjusted for all): "
            "the verdict does not depend on the processing."
        )
    elif undecided > 1 - _NOTHING:
        yield "None of them shows a difference (p < .05): that it is undecided does not depend on the processing."
    else:
        shares = (
            (row["higher"], f"{first} is above"),
            (row["lower"], f"{first} is below"),
            (undecided, "it is undecided"),
        )
        parts = [f"in {_percent(share)} {what}" for share, what in shares if share > _NOTHING]
        yield (
            f"{capital(series(parts))} ({p_phrase(row['p_share'])} for so many significant ones): the verdict depends "
            f"on the processing, {_hangs_on(row, tables)}."
        )


def _hangs_on(row: Mapping[str, Any], tables: Tables) -> str:
    """The choice on which the verdict depends most."""
    rows = _variance(row, tables, OWN)
    shares = {one["axis"]: one["share_of_verdict"] for one in rows}
    name = max(shares, key=lambda axis: np.nan_to_num(shares[axis]))
    return f"most on {AXIS_WORDS[name]}" if name != "together" else f"on {AXIS_WORDS[name]}"


def _movers(row: Mapping[str, Any], tables: Tables) -> Iterator[str]:
    """Which choices move the effect."""
    rows = _variance(row, tables, OWN)
    shares = {one["axis"]: one["share_of_effect"] for one in rows}
    named = sorted((axis for axis in shares if shares[axis] >= _NAMED), key=lambda axis: -shares[axis])
    if named:
        verb = "explains" if len(named) == 1 else "explain"
        words = series([f"{AXIS_WORDS[axis]} ({_percent(shares[axis])})" for axis in named])
        yield f"{capital(words)} {verb} most of the variance of the {row['scale']} over these specifications."


def _others(row: Mapping[str, Any], tables: Tables) -> Iterator[str]:
    """What other quantities give."""
    curves = tables.curves
    same = _same_contrast(curves, row) & (curves["curve"] != OWN) & (curves["scale"] == row["scale"])
    rows = _records(curves[same])
    if not rows:
        return
    medians = [one["median"] for one in rows]
    low, high = min(medians), max(medians)
    text, limits = estimate(low, low, high, ratio=row["scale"] == "ratio")
    _, high_text = limits.strip("[]").split(", ")
    own = _main(row)
    agreeing = [one for one in rows if _main(one) == own]
    otherwise = [one["curve"] for one in rows if one not in agreeing]
    if len(rows) == 1:
        which = "say otherwise" if otherwise else "have the study's verdict"
        yield f"The other quantity ({rows[0]['curve']}) has a median of {text}; most of its specifications {which}."
        return
    which = (
        f"most specifications say otherwise in {len(otherwise)} of them ({'; '.join(otherwise)})"
        if otherwise
        else "in each of them most specifications have the study's verdict"
    )
    yield f"The {len(rows)} other quantities have medians of {text} to {high_text}; {which}."


def _main(row: Mapping[str, Any]) -> int:
    """The verdict that most specifications have."""
    shares = {1: row["higher"], -1: row["lower"], 0: 1 - row["higher"] - row["lower"]}
    return max(shares, key=shares.__getitem__)


def _same_contrast(table: pd.DataFrame, row: Mapping[str, Any]) -> pd.Series[bool]:
    names = list(row)[: list(row).index("contrast")]
    return (table[[*names, "contrast"]] == [row[name] for name in (*names, "contrast")]).all(axis=1)


def _variance(row: Mapping[str, Any], tables: Tables, curve: str) -> list[Mapping[str, Any]]:
    table = tables.variance
    return _records(table[_same_contrast(table, row) & (table["curve"] == curve)])


def _pair(row: Mapping[str, Any]) -> list[str]:
    return str(row["contrast"]).split(" / " if row["scale"] == "ratio" else " - ")


def _percent(share: float) -> str:
    text = f"{100 * share:.0f} %"
    return (
        "less than 1 %" if text == "0 %" and share > 0 else "more than 99 %" if text == "100 %" and share < 1 else text
    )
