"""Reliability: truth that comes back, properties, and every refusal."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats import reliability


def trials(
    seed: int = 1, *, n: int = 12, k: int = 3, sd_person: float = 100.0, sd_error: float = 30.0, shift: float = 0.0
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    values = 600 + rng.normal(0, sd_person, (n, 1)) + shift * np.arange(k) + rng.normal(0, sd_error, (n, k))
    names = [[f"P{i:03d}" for i in range(n)], range(1, k + 1)]
    table = pd.MultiIndex.from_product(names, names=["participant", "trial"]).to_frame(index=False)
    return table.assign(value=values.ravel(), unit="µV")


def quantities(table: pd.DataFrame) -> pd.Series:
    return reliability(table).set_index(["quantity", "trials"])["value"]


def test_the_truth_comes_back_from_many_participants() -> None:
    got = quantities(trials(n=20_000, shift=20.0))
    # variances of persons 10000, of the error 900, of the three shifts 400
    assert got["icc_3_1", ""] == pytest.approx(10_000 / 10_900, abs=0.005)
    assert got["icc_2_1", ""] == pytest.approx(10_000 / 11_300, abs=0.005)
    assert got["sem", ""] == pytest.approx(30, rel=0.02)
    assert got["mdc95", ""] == pytest.approx(1.96 * np.sqrt(2) * got["sem", ""], rel=1e-12)
    assert got["bias", "1 - 3"] == pytest.approx(-40, abs=1.5)
    assert got["agreement_high", "1 - 3"] == pytest.approx(-40 + 1.96 * np.sqrt(2) * 30, rel=0.05)


def test_cv_is_the_typical_error_of_logarithms() -> None:
    rng = np.random.default_rng(2)
    table = trials(n=20_000)
    person = np.repeat(rng.normal(5, 0.4, 20_000), 3)
    table["value"] = np.exp(person + rng.normal(0, 0.08, len(table)))
    assert quantities(table)["cv", ""] == pytest.approx(100 * np.expm1(0.08), rel=0.01)


def test_intervals_cover_the_truth() -> None:
    tables = [trials(seed, n=15).assign(study=seed) for seed in range(500)]
    got = reliability(pd.concat(tables, ignore_index=True), by="study").set_index("quantity")
    truth = {"icc_3_1": 10_000 / 10_900, "icc_2_1": 10_000 / 10_900, "sem": 30.0, "bias": 0.0, "agreement_high": 83.16}
    for name, true in truth.items():
        rows = got.loc[name]
        assert 0.92 < ((rows["ci_low"] < true) & (true < rows["ci_high"])).mean() < 0.98, name


def test_the_unit_scales_errors_and_leaves_ratios() -> None:
    micro, volts = quantities(trials()), quantities(trials().assign(value=lambda t: t["value"] * 1e-6, unit="V"))
    for name in ("icc_2_1", "icc_3_1", "cv"):
        assert volts[name, ""] == pytest.approx(micro[name, ""], rel=1e-9)
    assert volts["sem", ""] == pytest.approx(1e-6 * micro["sem", ""], rel=1e-9)


def test_a_shift_of_all_trials_lowers_agreement_but_not_consistency() -> None:
    plain, shifted = quantities(trials()), quantities(trials(shift=150.0))
    assert shifted["icc_3_1", ""] == pytest.approx(plain["icc_3_1", ""], rel=1e-9)
    assert shifted["icc_2_1", ""] < plain["icc_2_1", ""] - 0.2


def test_rows_and_units() -> None:
    got = reliability(trials())
    names = ["icc_2_1", "icc_3_1", "sem", "mdc95", "cv", *["bias", "agreement_low", "agreement_high"] * 3]
    assert got["quantity"].tolist() == names
    assert got["unit"].tolist() == ["", "", "µV", "µV", "%", *["µV"] * 9]
    assert set(got["n"]) == {12}
    assert set(got["n_trials"]) == {3}
    assert (got["ci_low"] < got["value"]).all()
    assert (got["value"] < got["ci_high"]).all()
    assert json.loads(json.dumps(got.attrs)) == got.attrs


def test_limits_of_errors_are_those_of_a_standard_deviation() -> None:
    rows = reliability(trials()).set_index("quantity").loc[["sem", "mdc95", "cv"]]
    # 12 people and 3 trials: 11 * 2 degrees of freedom
    low, high = (np.sqrt(22 / chi2.ppf(share, 22)) for share in (0.975, 0.025))
    for name in ("sem", "mdc95"):
        value = rows.loc[name, "value"]
        assert rows.loc[name, ["ci_low", "ci_high"]].tolist() == pytest.approx([low * value, high * value], rel=1e-9)
    assert rows.loc["mdc95", "value"] == pytest.approx(1.96 * np.sqrt(2) * rows.loc["sem", "value"])
    log_error = np.log1p(rows.loc["cv", "value"] / 100)
    limits = 100 * np.expm1(log_error * np.array([low, high]))
    assert rows.loc["cv", ["ci_low", "ci_high"]].tolist() == pytest.approx(limits.tolist(), rel=1e-9)


def test_levels_of_by() -> None:
    both = pd.concat([trials().assign(muscle="a"), trials(2).assign(muscle="b")])
    got = reliability(both, by="muscle")
    alone = reliability(trials(2))
    pd.testing.assert_series_equal(
        got.loc[got["muscle"] == "b", "value"].reset_index(drop=True), alone["value"], rtol=1e-12
    )


def test_copied_trials_have_no_icc() -> None:
    table = trials()
    table["value"] = table.groupby("participant")["value"].transform("first")
    with pytest.warns(EmgkitWarning, match="differ by the same amount in all participants: an ICC is not defined"):
        got = reliability(table).set_index("quantity")
    assert np.isnan(got.loc["icc_2_1", "value"])
    assert got.loc["sem", "value"] == 0


def test_refusals() -> None:
    table = trials()
    with pytest.raises(DesignError, match=r"1 of 36 cells is missing.*P000 lacks 1"):
        reliability(table[1:])
    with pytest.raises(DesignError, match="2 rows share a cell"):
        reliability(pd.concat([table, table[:1]], ignore_index=True))
    with pytest.raises(DesignError, match="'trial' has only one level"):
        reliability(table[table["trial"] == 1])
    with pytest.raises(DesignError, match=r"at least 3 participants. Got: 2"):
        reliability(table[table["participant"] < "P002"])
    assert set(reliability(table[table["participant"] < "P003"])["n"]) == {3}
    for least, is_refused in ((0.0, True), (1.0, False)):
        lowered = table.assign(value=table["value"].where(table.index > 0, least))
        if is_refused:
            with pytest.raises(DesignError, match="needs values above 0, and 'value' is 0 or negative"):
                reliability(lowered)
        else:
            assert len(reliability(lowered)) == 14
    with pytest.raises(DesignError, match="needs values above 0"):
        reliability(table.assign(value=table["value"] - 700))
    with pytest.raises(ArgumentError, match="'n' in 'by' would stand beside"):
        reliability(table.assign(n=1), by="n")
