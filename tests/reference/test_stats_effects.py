"""Effect sizes, equivalence, rank tests and changes between groups against R: see data/stats/README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from emgkit.errors import EmgkitWarning
from emgkit.stats import contrasts, effect_sizes, equivalence

FOLDER = Path(__file__).parent / "data" / "stats"


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "expected" / f"{name}.json").read_text())
    return found


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / "data" / f"{name}.csv")


D1, PAIRS, D4 = table("d1_balanced_3x3"), expected("paired_effects_d1"), table("d4_prepost_complete")


def in_order(key: str) -> pd.DataFrame:
    """The cells of a key's muscle, with its two exercises in its order."""
    muscle, first, second = key.split("|")
    cells = D1[(D1["muscle"] == muscle) & D1["exercise"].isin([first, second])]
    return cells.assign(exercise=pd.Categorical(cells["exercise"], [first, second], ordered=True))


@pytest.mark.parametrize("key", PAIRS)
def test_effect_sizes(key: str) -> None:
    want = PAIRS[key]
    (got,) = effect_sizes(in_order(key), outcome="emg", within="exercise").to_dict("records")
    exact = {
        "mean_first": "mean_a", "mean_second": "mean_b", "sd_first": "sd_a", "sd_second": "sd_b", "r": "r",
        "difference": "mean_diff", "d_z": "d_z", "g_z": "g_z", "d_av": "d_av", "d_rm": "d_rm", "n": "n",
    }  # fmt: skip
    for ours, theirs in exact.items():
        assert_allclose(got[ours], want[theirs], rtol=1e-10, err_msg=ours)
    assert_allclose([got["difference_low"], got["difference_high"]], want["ci"], rtol=1e-10)
    assert_allclose([got["d_z_low"], got["d_z_high"]], want["d_z_ci_noncentral"], rtol=1e-8)
    (g,) = want["effectsize_hedges_g_paired"]
    assert_allclose([got["g_z_low"], got["g_z_high"]], [g["CI_low"], g["CI_high"]], rtol=1e-3)
    ratio = want["log_ratio"]
    assert_allclose(
        [got["ratio"], got["ratio_low"], got["ratio_high"]],
        [ratio["ratio"], ratio["lower"], ratio["upper"]],
        rtol=1e-10,
    )


@pytest.mark.parametrize("key", PAIRS)
def test_sizes_and_variances_for_pooling_as_metafor(key: str) -> None:
    want = PAIRS[key]["metafor"]
    (got,) = effect_sizes(in_order(key), outcome="emg", within="exercise").to_dict("records")
    for ours, theirs in {"difference": "MC", "g_z": "SMCC", "g_first": "SMCR"}.items():
        assert_allclose([got[ours], got[f"{ours}_var"]], want[theirs], rtol=1e-10, err_msg=theirs)
    assert_allclose([np.log(got["ratio_of_means"]), got["ratio_of_means_var"]], want["ROMC"], rtol=1e-10)


@pytest.mark.parametrize("key", expected("extra")["d_av_bonett"])
def test_d_av_with_bonetts_interval(key: str) -> None:
    want = expected("extra")["d_av_bonett"][key]
    (got,) = effect_sizes(in_order(key), outcome="emg", within="exercise").to_dict("records")
    ours = [got["d_av"], got["d_av_low"], got["d_av_high"], got["d_av_var"], got["g_av"]]
    assert_allclose(ours, [want["d_av"], *want["ci_z"], want["var_bonett"], want["g_av_nu_cousineau"]], rtol=1e-10)


@pytest.mark.parametrize("key", PAIRS)
def test_equivalence_within_ten_percent_points(key: str) -> None:
    want = PAIRS[key]["tost_pm10"]
    (got,) = equivalence(in_order(key), outcome="emg", within="exercise", bounds=(-10, 10), log=False).to_dict(
        "records"
    )
    for name in ("t_lower", "p_lower", "t_upper", "p_upper"):
        assert_allclose(got[name], want[name], rtol=1e-10, err_msg=name)
    assert_allclose([got["ci90_low"], got["ci90_high"]], want["ci90"], rtol=1e-10)
    assert got["p"] == max(got["p_lower"], got["p_upper"])
    assert_allclose(got["p_difference"], PAIRS[key]["p"], rtol=1e-10)


def test_wilcoxon_with_ties_and_zeros_as_r() -> None:
    want = expected("nonparametric")["d9_paired_normal_cc"]
    cells = table("d9_paired_ties").melt(id_vars="participant", var_name="condition")
    with pytest.warns(EmgkitWarning, match="ties or zeros in 'a - b'"):
        (got,) = contrasts(cells, within="condition", log=False, test="wilcoxon").to_dict("records")
    assert got["V"] == want["statistic"]
    assert got["p"] == pytest.approx(want["p"], rel=1e-10)


def test_wilcoxon_exact_as_r() -> None:
    want = expected("nonparametric")["d1_gmax_ht_sq_exact"]
    cells = D1[D1["muscle"] == "gluteus_maximus"]
    got = contrasts(cells, outcome="emg", within="exercise", log=False, test="wilcoxon").set_index("contrast")
    row = got.loc["hip_thrust - squat"]
    assert row["V"] == want["statistic"]
    assert row["p"] == pytest.approx(want["p"], rel=1e-12)


def test_changes_between_groups() -> None:
    want = expected("prepost")
    welch = want["change_welch"]
    (got,) = contrasts(D4, outcome="emg", within="time", between="group", log=False).to_dict("records")
    assert (got["contrast"], got["group"]) == ("post - pre", "hip_thrust - squat")
    assert_allclose([got["t"], got["df"]], [welch["statistic"], welch["parameter"]], rtol=1e-10)
    assert_allclose([got["ci_low"], got["ci_high"]], welch["conf.int"], rtol=1e-10)
    assert_allclose(got["p"], welch["p.value"], rtol=1e-10)
    (g,) = want["hedges_g_change"]
    assert_allclose(got["g"], g["Hedges_g"], rtol=1e-10)
    assert_allclose([got["g_low"], got["g_high"]], [g["CI_low"], g["CI_high"]], rtol=1e-3)


def test_effect_sizes_of_changes_between_groups() -> None:
    want = expected("prepost")
    (got,) = effect_sizes(D4, outcome="emg", within="time", between="group").to_dict("records")
    assert_allclose([got["change_first"], got["change_second"]], want["change_welch"]["estimate"], rtol=1e-10)
    assert_allclose([got["difference_low"], got["difference_high"]], want["change_welch"]["conf.int"], rtol=1e-10)
    assert_allclose(got["g_change"], want["hedges_g_change"][0]["Hedges_g"], rtol=1e-10)
    assert_allclose(got["d_ppc2"], want["ppc2_morris"]["d"], rtol=1e-10)
