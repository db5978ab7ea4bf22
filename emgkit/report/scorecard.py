"""The quality of the signals as a reader needs it: how many channels are flagged, which, and then the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from emgkit.notation import counted, surface
from emgkit.report.remarks import code_words

__all__ = ["ShownScorecard", "scorecard"]

_FLAGGED, _FIRST_MEASURE = "flagged", "clipped_share"


@dataclass(frozen=True, kw_only=True, eq=False)
class ShownScorecard:
    """What the section on signal quality shows.

    Parameters
    ----------
    sentence : str
        How many channels are flagged, and why; empty where the table does not say.
    shown, folded : pandas.DataFrame
        The rows in sight, and those that open on demand.
    """

    sentence: str
    shown: pd.DataFrame
    folded: pd.DataFrame


def scorecard(quality: pd.DataFrame) -> ShownScorecard:
    """Divide the table of quality into what is flagged and what is not.

    Parameters
    ----------
    quality : pandas.DataFrame
        One row a channel of a recording, as from ``ek.quality(…).to_frame()``; ``flagged`` holds codes with commas.

    Returns
    -------
    Scorecard
        Without a column ``flagged`` every row is shown. Columns in which no row says anything are left out.

    Examples
    --------
    >>> card = scorecard(pd.DataFrame({"channel": ["VL", "RF"], "flagged": ["drift", ""]}))
    >>> card.sentence
    '1 of 2 channels of recordings is flagged: drift (1).'
    """
    stated = quality.replace("", None).dropna(axis="columns", how="all")
    stated = _surfaced(stated if len(stated.columns) else quality)
    if _FLAGGED not in quality.columns:
        return ShownScorecard(sentence="", shown=stated, folded=stated.iloc[:0])
    codes = quality[_FLAGGED].fillna("").astype(str)
    flagged = (codes != "").to_numpy()
    rest = stated.drop(columns=_FLAGGED, errors="ignore")
    shown = rest[flagged].copy()
    # before the measures, where it is seen without scrolling
    names = [str(name) for name in rest.columns]
    place = names.index(_FIRST_MEASURE) if _FIRST_MEASURE in names else len(names)
    shown.insert(place, _FLAGGED, [code_words(text) for text in codes[flagged]])
    return ShownScorecard(sentence=_sentence(codes), shown=shown, folded=rest[~flagged])


def _sentence(codes: pd.Series[str]) -> str:
    """How many channels are flagged, and how often for what, the most frequent first."""
    of = f"of {counted(len(codes), 'channel')} of recordings"
    number = int((codes != "").sum())
    if number == 0:
        return f"None {of} is flagged."
    reasons = Counter(code.strip() for text in codes for code in text.split(",") if code.strip())
    listed = ", ".join(f"{code_words(code)} ({times})" for code, times in reasons.most_common())
    return f"{number} {of} {'is' if number == 1 else 'are'} flagged: {listed}."


def _surfaced(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the noise in the unit that people read, named in the heading."""
    units = set(table["unit"]) if {"baseline_noise", "unit"} <= set(table.columns) else set()
    if len(units) != 1:
        return table
    unit, factor = surface(str(units.pop()))
    shown = table.assign(baseline_noise=table["baseline_noise"] * factor).drop(columns="unit")
    return shown.rename(columns={"baseline_noise": f"baseline_noise ({unit})"})
