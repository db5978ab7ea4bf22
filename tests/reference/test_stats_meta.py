"""Meta-analysis against metafor and statsmodels, and printed statistics turned back: see data/stats/README.md."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from emgkit.errors import EmgkitWarning
from emgkit.stats.meta import between_studies
from emgkit.stats.meta.meta_analysis import MEASURES, MetaAnalysis, meta_analysis
from emgkit.stats.meta.reconstruct import reconstruct

FOLDER = Path(__file__).parent / "data" / "stats"
D8 = pd.read_csv(FOLDER / "data" / "d8_meta.csv")
EXPECTED = json.loads((FOLDER / "expected" / "meta.json").read_text())
PAIRS = json.loads((FOLDER / "expected" / "paired_effects_d1.json").read_text())
OURS = {"MC": "mean_change", "SMCC": "smcc", "SMCR": "smcr", "SMCRH": "smcrh", "ROMC": "log_ratio"}
MODELS = [(measure, i) for measure in ("MC", "SMCC", "SMCR") for i in range(len(EXPECTED[measure]))]
COLUMNS = {"estimate": "b", "se": "se", "ci_low": "ci_lb", "ci_high": "ci_ub", "t": "stat", "p": "p",
           "tau2": "tau2", "i2": "I2", "h2": "H2", "q": "QE", "q_p": "QEp"}  # fmt: skip


def pool(studies: pd.DataFrame, measure: str, expected: dict[str, Any]) -> MetaAnalysis:
    method = {"FE": "fixed"}.get(expected["method"], expected["method"].lower())
    return meta_analysis(studies, measure=OURS[measure], method=method, knapp_hartung=expected["test"] == "knha")


@pytest.mark.parametrize("measure", EXPECTED["effects"])
def test_effects_as_escalc(measure: str) -> None:
    got = meta_analysis(D8, measure=OURS[measure]).effects
    expected = pd.DataFrame(EXPECTED["effects"][measure])
    assert got["study"].tolist() == expected["study"].tolist()
    np.testing.assert_allclose(got[["yi", "vi"]], expected[["yi", "vi"]], rtol=1e-10)


@pytest.mark.parametrize("measure", OURS)
@pytest.mark.parametrize("key", PAIRS)
def test_effects_of_a_pair_as_escalc(key: str, measure: str) -> None:
    pair = PAIRS[key]
    names = ("mean_a", "sd_a", "mean_b", "sd_b", "n", "r")
    got = MEASURES[OURS[measure]](*(np.array([pair[name]], dtype=float) for name in names))
    np.testing.assert_allclose(np.ravel(got), pair["metafor"][measure], rtol=1e-10)


@pytest.mark.parametrize(("measure", "i"), MODELS)
def test_pooled_as_metafor(measure: str, i: int) -> None:
    expected = EXPECTED[measure][i]
    got = pool(D8, measure, expected).pooled.loc[0]
    if expected["test"] == "t":  # Student's t without the adjustment: here only its prediction interval
        assert got["se"] == pytest.approx(expected["se"], rel=1e-7)
    else:
        for ours, theirs in COLUMNS.items():
            assert got[ours] == pytest.approx(expected[theirs], rel=1e-7), ours
        assert got["df"] == (np.inf if expected["dfs"] is None else expected["dfs"])
    if "pi_lb" in expected and expected["test"] != "z":  # ours has t with k - 1 df also beside a normal interval
        limits = got[["prediction_low", "prediction_high"]].astype(float)
        np.testing.assert_allclose(limits, [expected["pi_lb"], expected["pi_ub"]], rtol=1e-7)
    if "tau2_ci_profileQ" in expected:
        np.testing.assert_allclose([got["tau2_low"], got["tau2_high"]], expected["tau2_ci_profileQ"], rtol=2e-3)


def test_three_studies_as_metafor() -> None:
    expected = EXPECTED["MC_first3"]
    got = pool(D8.head(3), "MC", expected).pooled.loc[0]
    for ours, theirs in COLUMNS.items():
        assert got[ours] == pytest.approx(expected[theirs], rel=1e-7), ours
    limits = got[["prediction_low", "prediction_high"]].astype(float)
    np.testing.assert_allclose(limits, [expected["pi_lb"], expected["pi_ub"]], rtol=1e-7)
    # metafor looks no further than ten times tau2: its upper limit is that bound, ours the root it did not reach
    low, high = expected["tau2_ci_profileQ"]
    assert got["tau2_low"] == low
    assert high == pytest.approx(10 * expected["tau2"], rel=1e-12)
    assert got["tau2_high"] > high
    y, v = (np.array([row[name] for row in EXPECTED["effects"]["MC"][:3]]) for name in ("yi", "vi"))
    weights = 1 / (v + got["tau2_high"])
    q = (weights * (y - np.average(y, weights=weights)) ** 2).sum()
    assert q == pytest.approx(stats.chi2.ppf(0.025, 2), rel=1e-9)


@pytest.mark.parametrize("measure", OURS)
def test_as_statsmodels(measure: str) -> None:
    found = meta_analysis(D8, measure=OURS[measure], method="dl")
    y, v = (found.effects[name].to_numpy() for name in ("yi", "vi"))
    other = combine_effects(y, v, method_re="dl", use_t=True)
    got = found.pooled.loc[0]
    np.testing.assert_allclose(
        got[["estimate", "se", "tau2", "q"]].astype(float),
        [other.mean_effect_re, other.sd_eff_w_re_hksj, other.tau2, other.q],
        rtol=1e-10,
    )
    # statsmodels stops its Paule-Mandel search at an absolute step of 1e-5, whatever the unit
    got = meta_analysis(D8, measure=OURS[measure], method="pm").pooled.loc[0]
    assert got["tau2"] == pytest.approx(combine_effects(y, v, method_re="pm").tau2, abs=1e-5)


# trials of BCG vaccine: cases and others among vaccinated and controls, latitude (Viechtbauer, 2010)
BCG = np.array([
    [4, 119, 11, 128, 44], [6, 300, 29, 274, 55], [3, 228, 11, 209, 42], [62, 13536, 248, 12619, 52],
    [33, 5036, 47, 5761, 13], [180, 1361, 372, 1079, 44], [8, 2537, 10, 619, 19], [505, 87886, 499, 87892, 13],
    [29, 7470, 45, 7232, 27], [17, 1699, 65, 1600, 42], [186, 50448, 141, 27197, 18], [5, 2493, 3, 2338, 33],
    [27, 16886, 29, 17825, 33],
], dtype=float)  # fmt: skip


def bcg() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    cases, healthy, control_cases, control_healthy, latitude = BCG.T
    people, controls = cases + healthy, control_cases + control_healthy
    y = np.log(cases / people / (control_cases / controls))
    return y, 1 / cases - 1 / people + 1 / control_cases - 1 / controls, latitude


def test_regression_on_latitude_as_printed_by_metafor() -> None:
    y, v, latitude = bcg()
    design = np.column_stack([np.ones_like(y), latitude])
    found = between_studies.fit(y, v, design, method="reml")
    # metafor stops at a change of tau2 below 1e-5, so its fourth decimal is open
    assert found.tau2 == pytest.approx(0.0764, abs=1e-4)
    np.testing.assert_allclose([found.i2, found.h2], [68.39, 3.16], atol=0.006)
    assert found.q == pytest.approx(30.7331, abs=5.1e-5)
    np.testing.assert_allclose(found.coefficients, [0.2515, -0.0291], atol=5.1e-5)
    np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)), [0.2491, 0.0072], atol=5.1e-5)
    assert found.coefficients[1] ** 2 / found.covariance[1, 1] == pytest.approx(16.3571, rel=1e-4)


def test_without_latitude_as_printed_by_metafor() -> None:
    y, v, _ = bcg()
    found = between_studies.fit(y, v, np.ones((13, 1)), method="reml")
    np.testing.assert_allclose([found.tau2, found.i2, found.h2], [0.3132, 92.22, 12.86], atol=0.006)
    assert found.tau2 == pytest.approx(0.3132, abs=5.1e-5)


@pytest.mark.parametrize("key", PAIRS)
def test_what_a_full_print_gives_back(key: str) -> None:
    pair = PAIRS[key]
    printed = {name: f"{pair[theirs]:.12f}" for name, theirs in
               {"mean1": "mean_a", "sd1": "sd_a", "mean2": "mean_b", "sd2": "sd_b"}.items()}  # fmt: skip
    got = reconstruct(**printed, n=pair["n"], p=f"{pair['p']:.17f}").loc[0]
    theirs = {"difference": "mean_diff", "t": "t", "sd_diff": "sd_diff", "r": "r", "d_z": "d_z", "d_av": "d_av"}
    for ours, name in theirs.items():
        assert got[ours] == pytest.approx(pair[name], rel=1e-8), ours
    np.testing.assert_allclose([got["ci_low"], got["ci_high"]], pair["ci"], rtol=1e-8)
    np.testing.assert_allclose([got["d_z_low"], got["d_z_high"]], pair["d_z_ci_noncentral"], rtol=1e-8)


@pytest.mark.parametrize("key", PAIRS)
def test_what_a_usual_print_leaves_open_holds_the_truth(key: str) -> None:
    pair = PAIRS[key]
    names = {"mean1": "mean_a", "sd1": "sd_a", "mean2": "mean_b", "sd2": "sd_b"}
    printed = {ours: f"{pair[theirs]:.1f}" for ours, theirs in names.items()}
    got = reconstruct(**printed, n=pair["n"], p="< .001" if pair["p"] < 5e-4 else f"{pair['p']:.3f}").loc[0]
    truth = {"difference": "mean_diff", "t": "t", "sd_diff": "sd_diff", "r": "r", "d_z": "d_z", "d_av": "d_av"}
    for ours, theirs in truth.items():
        assert got[f"{ours}_min"] <= pair[theirs] <= got[f"{ours}_max"], ours


def test_a_reconstructed_table_can_be_pooled() -> None:
    keys = [key for key in PAIRS if "hip_thrust|squat" in key]
    names = {"mean1": "mean_a", "sd1": "sd_a", "mean2": "mean_b", "sd2": "sd_b"}
    printed = {ours: [f"{PAIRS[key][theirs]:.3f}" for key in keys] for ours, theirs in names.items()}
    table = reconstruct(**printed, n=13, p=[f"{PAIRS[key]['p']:.12f}" for key in keys], study=keys)
    y, v = MEASURES["log_ratio"](*(table[name].to_numpy() for name in ("m1", "sd1", "m2", "sd2", "n", "r")))
    expected = np.array([PAIRS[key]["metafor"]["ROMC"] for key in keys])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)  # two muscles, much alike: no studies to pool in earnest
        assert meta_analysis(table).effects["yi"].tolist() == y.tolist()
    np.testing.assert_allclose(np.column_stack([y, v]), expected, rtol=2e-3)
