"""What a study found, in sentences: the order of the levels, ratios with intervals, and what was put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from emgkit.report.cells import p_text
from emgkit.study.file.recordings import Comparison
from emgkit.study.recordings.compare import ComparisonResult
from emgkit.study.writing.claims import Stated

# a difference was shown below this adjusted p
_ALPHA = 0.05

__all__ = ["ORDER", "SIMULATED", "LevelFinding", "level_findings", "published_table", "recovery", "words"]

SIMULATED = (
    "The data are simulated: this run shows that the chain returns what was put in; it is no evidence on any claim."
)

ORDER = (
    "Levels stand from the highest mean to the lowest: “>” where a difference was shown (adjusted p below .05), a "
    "comma where none was, which is no proof of equality."
)


def words(name: object) -> str:
    """``gluteus_maximus`` as a reader writes it.

    Examples
    --------
    >>> words("gluteus_maximus")
    'gluteus maximus'
    """
    return str(name).replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class LevelFinding:
    """What was found at one level of `by`, and what published studies said of it.

    Parameters
    ----------
    name : str
        The level, as a reader writes it.
    order : str
        The levels compared, from the highest mean to the lowest, with the means, their unit and n; ``>`` where a
        difference of neighbours was shown (adjusted p below .05), a comma where none was.
    contrasts : tuple of str
        Each contrast with its interval and p, as in the table.
    published : tuple of Stated
        What published studies said.
    """

    name: str
    order: str
    contrasts: tuple[str, ...]
    published: tuple[Stated, ...]

    def sentence(self) -> str:
        """The finding as running text."""
        return f"{self.name[0].upper()}{self.name[1:]}: {self.order}. {'; '.join(self.contrasts)}."


def level_findings(compared: ComparisonResult, published: Sequence[Stated] = ()) -> tuple[LevelFinding, ...]:
    """For each level of `by`: the order of what was compared, each ratio, and what published studies said.

    Parameters
    ----------
    compared : Compared
        Cells and contrasts.
    published : sequence of Stated
        Statements of published studies, matched by level.
    """
    spec, cells, contrasts = compared.spec, compared.cells, compared.contrasts
    groups = contrasts.groupby(list(spec.by), sort=False, observed=True) if spec.by else [((), contrasts)]
    found = []
    for key, part in groups:
        keys = key if isinstance(key, tuple) else (key,)
        chosen = cells
        for column, level in zip(spec.by, keys, strict=True):
            chosen = chosen[chosen[column] == level]
        found.append(
            LevelFinding(
                name=", ".join(_level(column, level) for column, level in zip(spec.by, keys, strict=True)) or "all",
                order=_order(chosen, part, spec),
                contrasts=tuple(_contrast(row, spec) for _, row in part.iterrows()),
                published=tuple(one for one in published if one.level in map(str, keys)),
            )
        )
    return tuple(found)


def recovery(contrasts: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """What was put into a simulated study beside what the chain returned.

    Parameters
    ----------
    contrasts : DataFrame
        Ratios by muscle, as ``stats.contrasts`` gives them on the log scale.
    truth : DataFrame
        The simulator's truth: ``participant, exercise, muscle, phase, repetition, activation`` (%MVC).

    Returns
    -------
    DataFrame
        ``muscle, contrast, put_in, returned, ci_low, ci_high, interval_holds_it``; `put_in` is the ratio of the
        geometric means over these simulated participants of what their signals really held.
    """
    whole = truth[truth["phase"] == "whole"]
    means = whole.groupby(["participant", "muscle", "exercise"], observed=True)["activation"].mean()
    logs = np.log(means).groupby(["muscle", "exercise"], observed=True).mean()
    rows = []
    for _, row in contrasts.iterrows():
        first, second = str(row["contrast"]).split(" / ")
        put_in = float(np.exp(logs[row["muscle"], first] - logs[row["muscle"], second]))
        rows.append(
            {
                "muscle": row["muscle"], "contrast": row["contrast"], "put_in": put_in, "returned": row["ratio"],
                "ci_low": row["ci_low"], "ci_high": row["ci_high"],
                "interval_holds_it": bool(row["ci_low"] <= put_in <= row["ci_high"]),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def published_table(published: Sequence[Stated]) -> pd.DataFrame:
    """What published studies said, one row a statement; the verdict rests on these statements alone."""
    rows = [
        {"muscle": one.level, "claim": one.claim, "published": statement, "verdict": one.verdict, "why": one.why}
        for one in published
        for statement in one.statements
    ]
    return pd.DataFrame(rows, columns=["muscle", "claim", "published", "verdict", "why"])


def _level(column: str, level: object) -> str:
    return words(level) if column == "muscle" else f"{column} {words(level)}"


def _order(cells: pd.DataFrame, contrasts: pd.DataFrame, spec: Comparison) -> str:
    """Levels from the highest to the lowest mean; ``>`` only where a difference of the two was shown, else a comma."""
    values = np.log(cells["value"]) if spec.log else cells["value"]
    middles = values.groupby(cells[spec.within], observed=True).mean().sort_values(ascending=False)
    shown = np.exp(middles) if spec.log else middles
    levels = [str(level) for level in shown.index]
    apart = {
        frozenset(str(row["contrast"]).split(spec.sign)): bool(row["p_adjusted"] < _ALPHA)
        for _, row in contrasts.iterrows()
    }
    text = words(levels[0])
    for first, second in pairwise(levels):
        text += f"{' >' if apart.get(frozenset((first, second))) else ','} {words(second)}"
    kind = "geometric means" if spec.log else "means"
    numbers = ", ".join(f"{middle:.1f}" for middle in shown)
    return f"{text} ({kind} {numbers} {cells['unit'].iloc[0]}; n = {cells['participant'].nunique()})"


def _p(p: float) -> str:
    text = p_text(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def _contrast(row: pd.Series, spec: Comparison) -> str:
    """One contrast with its interval and p, as in the table of contrasts."""
    p = _p(float(row["p_adjusted"])) + (f" ({spec.adjust.title()})" if spec.adjust != "none" else "")
    digits = 2 if spec.log else 1
    value, low, high = (float(row[name]) for name in ("ratio" if spec.log else "difference", "ci_low", "ci_high"))
    return f"{words(row['contrast'])} {value:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}], {p}"
