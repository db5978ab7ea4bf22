"""Paired contrasts and effect sizes against R (afex, emmeans, metafor, effectsize): see data/stats/README.md."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from emgkit.stats import contrasts
from emgkit.stats.cells.effect_formulas import d_av, small_sample_factor
from emgkit.stats.within.contrasts import adjusted

FOLDER = Path(__file__).parent / "data" / "stats"
D1 = pd.read_csv(FOLDER / "data" / "d1_balanced_3x3.csv")
PAIRS = json.loads((FOLDER / "expected" / "paired_effects_d1.json").read_text())
EXTRA = json.loads((FOLDER / "expected" / "extra.json").read_text())
MULTIPLICITY = json.loads((FOLDER / "expected" / "multiplicity.json").read_text())


def values(key: str) -> tuple[np.ndarray, np.ndarray]:
    muscle, first, second = key.split("|")
    wide = D1[D1["muscle"] == muscle].pivot_table(index="participant", columns="exercise", values="emg")
    return wide[first].to_numpy(), wide[second].to_numpy()


def row(key: str, *, log: bool) -> tuple[pd.Series, float]:
    """The contrast of a key, and the sign that turns it the key's way round."""
    muscle, first, second = key.split("|")
    between = " / " if log else " - "
    table = contrasts(D1, outcome="emg", within="exercise", by="muscle", log=log).set_index(["muscle", "contrast"])
    sign = 1.0 if first < second else -1.0
    return table.loc[(muscle, between.join(sorted([first, second])))], sign


def test_every_contrast_with_its_own_error_as_afex() -> None:
    expected = pd.DataFrame(EXTRA["d1_anova_pairs_by_muscle_multivariate"]).set_index(["muscle", "contrast"])
    got = contrasts(D1, outcome="emg", within="exercise", by="muscle", log=False).set_index(["muscle", "contrast"])
    assert list(got.index) == list(expected.index)
    exact = {"difference": "estimate", "df": "df", "ci_low": "lower.CL", "ci_high": "upper.CL", "t": "t.ratio"}
    for ours, theirs in exact.items():
        np.testing.assert_allclose(got[ours], expected[theirs], rtol=1e-10, err_msg=ours)
    np.testing.assert_allclose(got["p"], expected["p.value"], rtol=1e-8)
    np.testing.assert_allclose(got["p_adjusted"], expected["p_holm"], rtol=1e-8)
    assert (got["family_size"] == 3).all()


def test_main_effect_pairs_as_afex() -> None:
    means = D1.groupby(["participant", "exercise"], as_index=False)["emg"].mean()
    expected = pd.DataFrame(EXTRA["d1_anova_main_pairs_multivariate"])
    got = contrasts(means, outcome="emg", within="exercise", log=False)
    assert got["contrast"].tolist() == expected["contrast"].tolist()
    for ours, theirs in {"difference": "estimate", "ci_low": "lower.CL", "t": "t.ratio"}.items():
        np.testing.assert_allclose(got[ours], expected[theirs], rtol=1e-10, err_msg=ours)
    np.testing.assert_allclose(got["p_adjusted"], expected["p_holm"], rtol=1e-8)


@pytest.mark.parametrize("key", PAIRS)
def test_t_and_d_z_of_a_pair(key: str) -> None:
    expected = PAIRS[key]
    got, sign = row(key, log=False)
    assert (got["n"], got["df"]) == (expected["n"], expected["df"])
    np.testing.assert_allclose(
        [sign * got["difference"], sign * got["t"], sign * got["d_z"]],
        [expected["mean_diff"], expected["t"], expected["d_z"]],
        rtol=1e-10,
    )
    limits = sorted([sign * got["ci_low"], sign * got["ci_high"]])
    np.testing.assert_allclose(limits, expected["ci"], rtol=1e-10)
    np.testing.assert_allclose(got["p"], expected["p"], rtol=1e-8)
    limits = sorted([sign * got["d_z_low"], sign * got["d_z_high"]])
    np.testing.assert_allclose(limits, expected["d_z_ci_noncentral"], rtol=1e-8)


@pytest.mark.parametrize("key", PAIRS)
def test_log_ratio_of_a_pair(key: str) -> None:
    expected = PAIRS[key]["log_ratio"]
    got, sign = row(key, log=True)
    limits = sorted([got["ci_low"] ** sign, got["ci_high"] ** sign])
    np.testing.assert_allclose(
        [got["ratio"] ** sign, *limits, sign * got["t"]],
        [expected["ratio"], expected["lower"], expected["upper"], expected["t"]],
        rtol=1e-10,
    )
    np.testing.assert_allclose(got["p"], expected["p"], rtol=1e-8)


@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("key", EXTRA["d_av_bonett"])
def test_g_av_is_on_the_raw_scale_with_bonetts_interval(key: str, log: bool) -> None:
    expected = EXTRA["d_av_bonett"][key]
    got, sign = row(key, log=log)
    np.testing.assert_allclose(sign * got["g_av"], expected["g_av_nu_cousineau"], rtol=1e-10)
    factor = expected["g_av_nu_cousineau"] / expected["d_av"]
    limits = sorted([sign * got["g_av_low"], sign * got["g_av_high"]])
    np.testing.assert_allclose(limits, np.multiply(factor, expected["ci_z"]), rtol=1e-10)


@pytest.mark.parametrize("key", EXTRA["d_av_bonett"])
def test_building_blocks_of_g_av(key: str) -> None:
    expected = EXTRA["d_av_bonett"][key]
    first, second = values(key)
    np.testing.assert_allclose(d_av(first, second), expected["d_av"], rtol=1e-10)
    for nu, name in [
        (12, "g_av_nu_nminus1"),
        (24, "g_av_nu_2nminus2"),
        (expected["nu_cousineau"], "g_av_nu_cousineau"),
    ]:
        g = small_sample_factor(nu) * expected["d_av"]
        np.testing.assert_allclose(g, expected[name], rtol=1e-10, err_msg=name)


@pytest.mark.parametrize("method", ["holm", "bonferroni"])
def test_adjusted_p_as_r_leaving_out_what_is_empty(method: str) -> None:
    p = np.array(MULTIPLICITY["p"], dtype=float)
    got, size = adjusted(p, np.zeros(len(p), dtype=np.intp), adjust=method)
    np.testing.assert_allclose(got, np.array(MULTIPLICITY["adjusted"][method], dtype=float), rtol=1e-12)
    assert set(size) == {17}
