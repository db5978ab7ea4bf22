"""What a study found, in sentences: the order of the levels, ratios with intervals, and what was put in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from emgkit.notation import capital, counted, first_few, place, readable, series
from emgkit.report.remarks import code_words
from emgkit.stats.results.results import Results
from emgkit.stats.within.levels import finding_sentences, level_summaries, level_table, level_values
from emgkit.study.recordings.compare import ComparisonResult
from emgkit.study.recordings.measure import QUIET
from emgkit.study.writing.claims import Stated

__all__ = [
    "SIMULATED",
    "LevelFinding",
    "answers",
    "described",
    "level_findings",
    "levels_of",
    "muscle_doubts",
    "no_emg",
    "not_compared",
    "recovery",
]

SIMULATED = (
    "The data are simulated: this run tests whether the analysis recovers the ratios that were simulated; it is not "
    "evidence about any claim."
)


@dataclass(frozen=True, kw_only=True)
class LevelFinding:
    """What was found at one level of `by`, beside the published figures on it.

    Parameters
    ----------
    name : str
        The level, as a reader writes it.
    order : str
        The levels compared, from the highest mean to the lowest, each with its mean and letters.
    contrasts : tuple of str
        Each contrast with its interval and p, the largest first; none where the level is described and not compared.
    published : tuple of Stated
        The claims of the ledger with their figures.
    doubt : str
        That the signals of the level's muscle are flagged in most recordings; empty where they are not.
    """

    name: str
    order: str
    contrasts: tuple[str, ...]
    published: tuple[Stated, ...]
    doubt: str = ""

    def sentence(self) -> str:
        """The finding as running text."""
        contrasts = f" {capital('; '.join(self.contrasts))}." if self.contrasts else ""
        return f"{capital(self.name)}: {self.order}.{contrasts}{f' {self.doubt}' if self.doubt else ''}"


def level_findings(
    compared: ComparisonResult, published: Sequence[Stated] = (), doubts: Mapping[str, str] | None = None
) -> tuple[LevelFinding, ...]:
    """For each level of `by`: the order of what was compared, each ratio, and the published figures.

    Levels that were not compared stand behind those that were, with their means.

    Parameters
    ----------
    compared : ComparisonResult
        Cells and contrasts.
    published : sequence of Stated
        Claims of the ledger, matched by level.
    doubts : mapping of str to str, optional
        Muscle -> what :func:`muscle_doubts` says of it.
    """
    found = [] if compared.contrasts is None else level_summaries(compared.cells, compared.contrasts)
    levels = [(one.levels, one.name, one.order, one.contrasts) for one in found]
    by, known = list(compared.spec.by), [list(map(str, one.levels.values())) for one in found]
    parts = compared.cells.groupby(by, observed=True, sort=True) if by else [((), compared.cells)]
    for key, part in parts:
        here = dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True))
        if list(map(str, here.values())) not in known:
            name = ", ".join(place(column, readable(level)) for column, level in here.items()) or "all"
            levels.append((here, name, level_values(part, within=compared.spec.within, log=compared.spec.log), ()))
    return tuple(
        LevelFinding(
            name=name,
            order=order,
            contrasts=contrasts,
            published=tuple(each for each in published if each.level in map(str, here.values())),
            doubt=_doubt(here, doubts or {}),
        )
        for here, name, order, contrasts in levels
    )


def _doubt(level: Mapping[str, object], doubts: Mapping[str, str]) -> str:
    """What is doubtful at a level: of its muscle, or, where muscles are compared or averaged in it, of each by name."""
    if "muscle" in level:
        return doubts.get(str(level["muscle"]), "")
    return " ".join(f"{capital(readable(muscle))}: {text[0].lower()}{text[1:]}" for muscle, text in doubts.items())


def muscle_doubts(quality: pd.DataFrame, *, quiet: Collection[str] = ()) -> dict[str, str]:
    """The muscles whose channels are flagged in most recordings, each with a sentence that says so.

    Parameters
    ----------
    quality : DataFrame
        One row a channel of a recording: ``muscle, task, flagged`` (codes with commas), and where a muscle
        may have several channels ``participant, session, run, channel``.
    quiet : collection of str
        Tasks in which a muscle that is not tested is meant to be quiet.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> table = pd.DataFrame({"muscle": "VL", "task": "squat", "flagged": ["drift", "drift, mains", ""]})
    >>> muscle_doubts(table)
    {'VL': 'Its signal is flagged in 2 of 3 recordings: drift (2), mains (1).'}
    """
    found = {}
    for muscle, own in quality.dropna(subset="muscle").groupby("muscle"):
        codes = [
            [one for one in str(flagged).split(", ") if one and not (task in quiet and one in QUIET)]
            for flagged, task in zip(own["flagged"], own["task"], strict=True)
        ]
        flagged = sum(map(bool, codes))
        if 2 * flagged > len(codes):
            reasons = Counter(code for some in codes for code in some).most_common()
            why = ", ".join(f"{code_words(code)} ({times})" for code, times in reasons)
            # two sides, or two electrodes, are two channels of one recording
            facts = [name for name in ("participant", "session", "task", "run") if name in own]
            several = "channel" in own and own.groupby(facts, dropna=False)["channel"].nunique().max() > 1
            total = f"{len(codes)} channels of recordings" if several else counted(len(codes), "recording")
            found[str(muscle)] = f"Its signal is flagged in {flagged} of {total}: {why}."
    return found


def no_emg(quality: pd.DataFrame, *, quiet: Collection[str] = ()) -> tuple[str, ...]:
    """A sentence on channels of muscles that are smaller than an amplifier's noise, which stands above any answer.

    Parameters
    ----------
    quality : DataFrame
        As for :func:`muscle_doubts`, with ``participant``.
    quiet : collection of str
        Tasks in which a muscle that is not tested is meant to be quiet.

    Examples
    --------
    >>> columns = {"participant": ["01", "02"], "muscle": "VL", "task": "squat", "flagged": ["amplitude-small", ""]}
    >>> print(no_emg(pd.DataFrame(columns))[0])
    Do not trust what follows before this is cleared up: the EMG of 1 channel of recordings (participant 01, squat: VL)
    is smaller than the noise of an amplifier, so its unit is wrong or nothing was connected.
    """
    rows = quality.dropna(subset="muscle")
    small = [
        "amplitude-small" in str(flagged).split(", ") and task not in quiet
        for flagged, task in zip(rows["flagged"], rows["task"], strict=True)
    ]
    found = rows[small]
    if found.empty:
        return ()
    places = [
        f"participant {who}, {readable(task)}: {series(map(readable, own['muscle'].unique()))}"
        for (who, task), own in found.groupby(["participant", "task"], sort=False)
    ]
    verb, unit = ("is", "its unit is") if len(found) == 1 else ("are", "their unit is")
    where = f"{counted(len(found), 'channel')} of recordings ({first_few(places, 3, between='; ')})"
    return (
        f"Do not trust what follows before this is cleared up: the EMG of {where} {verb} smaller than the noise of an "
        f"amplifier, so {unit} wrong or nothing was connected.",
    )


def answers(compared: ComparisonResult) -> tuple[str, ...]:
    """What the comparison found, in three sentences at most; none where nothing was compared."""
    table = levels_of(compared)
    return () if table is None or compared.contrasts is None else finding_sentences(table, compared.contrasts)


def levels_of(compared: ComparisonResult) -> Results | None:
    """Mean, interval and letters of every level that was compared; None where nothing was."""
    return None if compared.contrasts is None else level_table(compared.cells, compared.contrasts)


def described(levels: Sequence[LevelFinding]) -> tuple[str, ...]:
    """What the sentences of a comparison do not hold: levels that were described alone, and muscles to doubt."""
    texts = []
    for level in levels:
        if not level.contrasts:
            texts.append(level.sentence())
        elif level.doubt:
            texts.append(f"{capital(level.name)}: {level.doubt}")
    return tuple(texts)


def not_compared(compared: ComparisonResult) -> tuple[str, ...]:
    """Why nothing was compared at all, in sentences; none where something was."""
    if compared.contrasts is not None:
        return ()
    codes = ("nothing-compared", "level-not-compared")
    return tuple(notice.text for notice in compared.notices if notice.code in codes)


def recovery(contrasts: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """What was put into a simulated study beside what the chain found.

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
