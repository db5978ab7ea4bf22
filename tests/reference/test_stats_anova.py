"""Repeated-measures analysis of variance against R (afex, car): see data/stats/README.md."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from emgkit.errors import DesignError
from emgkit.stats import rm_anova

FOLDER = Path(__file__).parent / "data" / "stats"
EXPECTED = json.loads((FOLDER / "expected" / "rm_anova.json").read_text())


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / "data" / f"{name}.csv")


def analysis(name: str) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Our table and R's, terms in one order."""
    if name == "d3_nonspherical":
        got = rm_anova(table("d3_nonspherical_1x5"), outcome="emg", within="load", log=False)
    elif name == "d1_gmax_one_way":
        cells = table("d1_balanced_3x3").query("muscle == 'gluteus_maximus'")
        got = rm_anova(cells, outcome="emg", within="exercise", log=False)
    elif name == "d4_mixed":
        got = rm_anova(table("d4_prepost_complete"), outcome="emg", within="time", between="group", log=False)
    else:
        got = rm_anova(table("d1_balanced_3x3"), outcome="emg", within=["exercise", "muscle"], log=False)
    parts = ("anova_uncorrected", "univariate", "mauchly", "epsilon") if name in NAMES else ("anova_uncorrected",)
    expected = {part: pd.DataFrame(EXPECTED[name][part]).set_index("term") for part in parts}
    return got.set_index("term"), {part: frame.loc[got["term"]] for part, frame in expected.items()}


NAMES = ["d1_two_way", "d1_gmax_one_way", "d3_nonspherical"]


@pytest.mark.parametrize("name", [*NAMES, "d4_mixed"])
def test_f_and_eta_squared(name: str) -> None:
    got, expected = analysis(name)
    anova = expected["anova_uncorrected"]
    assert (got["n"] == EXPECTED[name]["n"]).all()
    for ours, theirs in {"F": "F", "df1": "num Df", "df2": "den Df", "ges": "ges", "pes": "pes"}.items():
        np.testing.assert_allclose(got[ours], anova[theirs], rtol=1e-10, err_msg=ours)
    np.testing.assert_allclose(got["p"], anova["Pr(>F)"], rtol=1e-8)
    np.testing.assert_allclose(got["ss_error"] / got["df2"], anova["MSE"], rtol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_epsilons_and_their_p(name: str) -> None:
    got, expected = analysis(name)
    epsilon = expected["epsilon"]
    np.testing.assert_allclose(got["epsilon_gg"], epsilon["GG eps"], rtol=1e-10)
    np.testing.assert_allclose(got["epsilon_hf_uncapped"], epsilon["HF eps"], rtol=1e-10)
    np.testing.assert_array_equal(got["epsilon_hf"], got["epsilon_hf_uncapped"].clip(upper=1))
    np.testing.assert_allclose(got["p_gg"], epsilon["Pr(>F[GG])"], rtol=1e-8)
    np.testing.assert_allclose(got["p_hf"], epsilon["Pr(>F[HF])"], rtol=1e-8)


def test_huynh_feldt_above_one_is_one_where_it_is_applied_and_printed_and_stands_uncapped_in_its_own_column() -> None:
    got, expected = analysis("d1_two_way")
    muscle = got.loc["muscle"]
    assert muscle["epsilon_hf_uncapped"] == pytest.approx(1.07825259473341, rel=1e-10)
    assert muscle["epsilon_hf"] == 1.0
    assert muscle["p_hf"] == muscle["p"] == pytest.approx(expected["epsilon"].loc["muscle", "Pr(>F[HF])"], rel=1e-8)
    table = got.reset_index()
    assert "1.08" not in repr(table[[name for name in table.columns if name != "epsilon_hf_uncapped"]])
    assert not [sentence for sentence in table.sentences() if "1.08" in sentence]


def mauchly_p_with_levels_for_contrasts(w: float, k: int, df: int, levels: int) -> float:
    """The p as R computes it: one term of the expansion has 3 times the levels in place of 3 k."""
    rho = 1 - (2 * k**2 + k + 2) / (6 * k * df)
    omega = (k + 2) * (k - 1) * (k - 2) * (2 * k**3 + 6 * k**2 + 3 * levels + 2) / (288 * (df * k * rho) ** 2)
    chi2, free = -df * rho * np.log(w), k * (k + 1) / 2 - 1
    first, second = stats.chi2.sf(chi2, free), stats.chi2.sf(chi2, free + 4)
    return float(first + omega * (second - first))


@pytest.mark.parametrize("name", NAMES)
def test_mauchly(name: str) -> None:
    got, expected = analysis(name)
    levels = {"load": 5, "exercise:muscle": 9}
    np.testing.assert_allclose(got["mauchly_w"], expected["mauchly"]["Test statistic"], rtol=1e-10)
    for term, p in expected["mauchly"]["p-value"].items():
        k, df = int(got.loc[term, "df1"]), EXPECTED[name]["n"] - 1
        assert got.loc[term, "mauchly_p"] == pytest.approx(p, rel=1e-8 if k == 2 else 2e-2)
        w, p_right = got.loc[term, "mauchly_w"], got.loc[term, "mauchly_p"]
        assert p_right == pytest.approx(mauchly_p_with_levels_for_contrasts(w, k, df, k), rel=1e-10)
        if k > 2:  # R's slip explains all that is left
            slipped = mauchly_p_with_levels_for_contrasts(got.loc[term, "mauchly_w"], k, df, levels[term])
            assert slipped == pytest.approx(p, rel=1e-8)
            assert got.loc[term, "mauchly_p"] != pytest.approx(p, rel=1e-4)


def test_nobody_is_left_out_of_an_incomplete_design() -> None:
    cells = table("d2_unbalanced_3x3")
    with pytest.raises(DesignError, match=r"17 of 126 cells are missing.*would keep 3 of 14 participants") as caught:
        rm_anova(cells, outcome="emg", within=["exercise", "muscle"], log=False)
    lacking = {"P02", "P04", "P05", "P07", "P08", "P09", "P10", "P11", "P12", "P13", "P14"}
    assert {part.split(" lacks ")[0] for part in caught.value.where.split("; ")} == lacking
    assert "P05 lacks squat × quadriceps" in caught.value.where
    assert "mixed model" in caught.value.hint
