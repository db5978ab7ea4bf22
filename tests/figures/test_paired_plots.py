"""Pairs: everybody's two values, and beside them the contrast as the table has it."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from emgkit import figures, stats
from emgkit.errors import ArgumentError, DesignError
from emgkit.figures.drawing import style
from emgkit.notation import p_phrase

PAIR = ("hip_thrust", "back_squat")


def cells(n=11):
    rng = np.random.default_rng(8)
    return pd.DataFrame(
        {"participant": f"P{p}", "exercise": lift, "muscle": muscle, "unit": "%MVC",
         "value": float(rng.lognormal(4 + 0.3 * (lift == "hip_thrust"), 0.3))}
        for p in range(n) for muscle in ("gluteus_maximus", "vastus_lateralis") for lift in (*PAIR, "deadlift")
    )  # fmt: skip


def contrasts(log=True):
    return stats.contrasts(cells(), within="exercise", by="muscle", log=log)


def of(table, muscle, contrast):
    return table[(table["muscle"] == muscle) & (table["contrast"] == contrast)].iloc[0]


@pytest.mark.parametrize("columns", ["single", "double"])
@pytest.mark.parametrize("log", [True, False])
def test_values_and_interval_are_those_of_the_tables(log, columns, legible):
    table = contrasts(log)
    with style.journal("frontiers", columns=columns):
        values, beside = figures.paired(cells(), table, conditions=PAIR, muscle="gluteus_maximus")
    own = (
        cells()
        .query("muscle == 'gluteus_maximus'")
        .pivot_table(index="participant", columns="exercise", values="value")
    )
    lines = [tuple(line.get_ydata()) for line in values.lines if len(line.get_xdata()) == 2 and line.get_lw() < 1]
    assert sorted(lines) == sorted(map(tuple, own[list(PAIR)].to_numpy()))
    row = of(table, "gluteus_maximus", "back_squat / hip_thrust" if log else "back_squat - hip_thrust")
    (interval,) = [line for line in beside.lines if list(line.get_xdata()) == [0, 0]]
    assert tuple(interval.get_ydata()) == pytest.approx((row["ci_low"], row["ci_high"]))
    texts = legible(values.figure)
    below = next(text for text in texts if "p (Holm)" in text)
    assert p_phrase(row["p_adjusted"], "p (Holm)") in below
    assert "Gluteus maximus\nn = 11 participants" in texts
    assert beside.get_yscale() == ("log" if log else "linear")
    assert ("Ratio (log axis)" if log else "Difference (%MVC)") in beside.get_ylabel()


def test_the_line_of_no_difference_is_drawn():
    _, ratio = figures.paired(cells(), contrasts(), conditions=PAIR, muscle="gluteus_maximus")
    _, difference = figures.paired(cells(), contrasts(log=False), conditions=PAIR, muscle="gluteus_maximus")
    assert [list(ax.lines[0].get_ydata()) for ax in (ratio, difference)] == [[1.0, 1.0], [0.0, 0.0]]


def test_a_difference_of_volts_is_written_as_in_its_sentence():
    rng = np.random.default_rng(0)
    volts = cells().query("muscle == 'gluteus_maximus'").assign(unit="V")
    volts["value"] = volts["value"] * 1e-6 * np.exp(rng.normal(0, 0.1, len(volts)))
    table = stats.contrasts(volts, within="exercise", log=False)
    values, beside = figures.paired(volts, table, conditions=PAIR)
    row = table[table["contrast"] == "back_squat - hip_thrust"]
    (sentence,) = row.sentences()
    number, limits = re.search(r"was (\S+ µV), 95 % CI (\[.*?\])", sentence).groups()
    exact = p_phrase(row["p_adjusted"].iloc[0], "p (Holm)")
    assert values.figure.get_supxlabel() == f"difference {number} {limits}, {exact}"
    assert beside.get_ylabel() == "Difference (µV), 95 % CI"


def test_simulated_pairs_say_so(legible):
    values, _ = figures.paired(cells().assign(simulated=True), contrasts(), conditions=PAIR, muscle="vastus_lateralis")
    assert legible(values.figure).count("simulated data") == 1


def test_a_contrast_of_other_people_is_refused():
    with pytest.raises(DesignError, match=r"not of these participants.*11 participants with both.*Got: n = 9"):
        figures.paired(cells(), contrasts().assign(n=9), conditions=PAIR, muscle="gluteus_maximus")


def test_what_is_no_pair_is_refused():
    with pytest.raises(DesignError, match=r"several muscles.*muscle="):
        figures.paired(cells(), contrasts(), conditions=PAIR)
    with pytest.raises(ArgumentError, match="Unknown muscle 'soleus'"):
        figures.paired(cells(), contrasts(), conditions=PAIR, muscle="soleus")
    with pytest.raises(DesignError, match=r"0 rows of 'hip_thrust' and 'lunge'\. Allowed: one"):
        figures.paired(cells(), contrasts(), conditions=("hip_thrust", "lunge"), muscle="gluteus_maximus")
    with pytest.raises(DesignError, match="two different ones"):
        figures.paired(cells(), contrasts(), conditions=("squat", "squat"), muscle="gluteus_maximus")
