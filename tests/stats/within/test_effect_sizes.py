"""Effect sizes in one table: closed forms, what does not matter, coverage, notices."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import gamma

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats import contrasts, effect_sizes


def cells(seed: int = 1, *, n: int = 10, muscles: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    names = [[f"P{i:02d}" for i in range(n)], ["deadlift", "squat", "thrust"], [f"m{i}" for i in range(muscles)]]
    table = pd.MultiIndex.from_product(names, names=["participant", "exercise", "muscle"]).to_frame(index=False)
    table["value"] = np.exp(3 + rng.normal(0, 0.3, (n, 1, 1)) + rng.normal(0, 0.3, (n, 3, muscles))).ravel()
    return table.assign(group=np.where(table["participant"] < "P05", "novice", "trained"), unit="%MVC")


def test_the_same_numbers_as_contrasts() -> None:
    got = effect_sizes(cells(), within="exercise", by="muscle")
    ratio, raw = (contrasts(cells(), within="exercise", by="muscle", log=log) for log in (True, False))
    for ours, theirs in {"ratio": "ratio", "ratio_low": "ci_low", "ratio_high": "ci_high", "g_av": "g_av"}.items():
        np.testing.assert_allclose(got[ours], ratio[theirs], rtol=1e-12)
    for ours, theirs in {
        "difference": "difference",
        "difference_low": "ci_low",
        "d_z": "d_z",
        "d_z_low": "d_z_low",
    }.items():
        np.testing.assert_allclose(got[ours], raw[theirs], rtol=1e-12)
    assert got["contrast"].tolist() == ratio["contrast"].tolist()
    assert json.loads(json.dumps(got.attrs)) == got.attrs


def test_sizes_stand_in_their_known_relations() -> None:
    got = effect_sizes(cells(), within="exercise", by="muscle")
    sd_difference = np.sqrt(got["difference_var"] * got["n"])
    np.testing.assert_allclose(got["d_z"] * sd_difference, got["difference"], rtol=1e-12)
    average = np.sqrt((got["sd_first"] ** 2 + got["sd_second"] ** 2) / 2)
    np.testing.assert_allclose(got["d_av"] * average, got["difference"], rtol=1e-12)
    for end in ("", "_low", "_high"):
        np.testing.assert_allclose(got[f"d_rm{end}"], got[f"d_z{end}"] * np.sqrt(2 * (1 - got["r"])), rtol=1e-12)
        # J of 9 degrees of freedom is Γ(4.5) / (√4.5 Γ(4))
        shrunk = gamma(4.5) / (np.sqrt(4.5) * gamma(4))
        np.testing.assert_allclose(got[f"g_z{end}"], shrunk * got[f"d_z{end}"], rtol=1e-12)
    np.testing.assert_allclose(got["g_z_var"], 1 / 10 + got["g_z"] ** 2 / 20, rtol=1e-12)
    np.testing.assert_allclose(got["g_first_var"], 2 * (1 - got["r"]) / 10 + got["g_first"] ** 2 / 20, rtol=1e-12)
    np.testing.assert_allclose(
        (got["g_first_high"] - got["g_first_low"]) / 2, 1.959964 * np.sqrt(got["g_first_var"]), rtol=1e-6
    )
    relative = (got["sd_first"] / got["mean_first"]) ** 2 + (got["sd_second"] / got["mean_second"]) ** 2
    both = 2 * got["r"] * got["sd_first"] * got["sd_second"] / (got["mean_first"] * got["mean_second"])
    np.testing.assert_allclose(got["ratio_of_means_var"], (relative - both) / 10, rtol=1e-10)
    variance = got["sd_first"] ** 2 + got["sd_second"] ** 2 - 2 * got["r"] * got["sd_first"] * got["sd_second"]
    np.testing.assert_allclose(variance, sd_difference**2, rtol=1e-10)
    for size in ("difference", "ratio", "ratio_of_means", "d_z", "g_z", "d_av", "g_av", "d_rm", "g_first"):
        assert (got[f"{size}_low"] < got[size]).all(), size
        assert (got[size] < got[f"{size}_high"]).all(), size


def test_standardised_sizes_have_no_unit() -> None:
    columns = ["ratio", "ratio_of_means", "d_z", "g_z", "d_av", "d_rm", "g_first", "g_first_var", "d_av_var"]
    got, volts = (
        effect_sizes(cells().assign(value=lambda t, k=k: t["value"] * k), within="exercise", by="muscle")[columns]
        for k in (1.0, 1e-6)
    )
    np.testing.assert_allclose(volts, got, rtol=1e-9)


def test_raw_values_may_be_negative_but_have_no_ratio() -> None:
    table = cells().assign(value=lambda t: t["value"] - 20)
    with pytest.raises(DesignError, match="The logarithm needs values above 0"):
        effect_sizes(table, within="exercise", by="muscle")
    got = effect_sizes(table, within="exercise", by="muscle", log=False)
    assert not [name for name in got.columns if "ratio" in name]


def test_intervals_of_the_ratio_of_means_and_of_g_first_cover() -> None:
    rng = np.random.default_rng(3)
    studies, n = 600, 20
    logs = rng.normal(0, 0.2, (studies, n, 1)) + rng.normal([np.log(1.5), 0], 0.15, (studies, n, 2))
    names = [range(studies), range(n), ["a", "b"]]
    table = pd.MultiIndex.from_product(names, names=["study", "participant", "exercise"]).to_frame(index=False)
    got = effect_sizes(table.assign(value=np.exp(logs).ravel()), within="exercise", by="study")
    covered = (got["ratio_of_means_low"] < 1.5) & (got["ratio_of_means_high"] > 1.5)
    assert 0.92 < covered.mean() < 0.98
    sd = 1.5 * np.exp(0.0625 / 2) * np.sqrt(np.expm1(0.0625))
    true = 0.5 * np.exp(0.0625 / 2) / sd
    covered = (got["g_first_low"] < true) & (got["g_first_high"] > true)
    assert 0.90 < covered.mean() < 0.985


def test_no_spread_has_no_standardised_size() -> None:
    table = cells(muscles=1)
    table.loc[table["exercise"] == "squat", "value"] = table.loc[table["exercise"] == "thrust", "value"].to_numpy() + 1
    with pytest.warns(EmgkitWarning, match="no spread to divide by in 'squat / thrust'"):
        got = effect_sizes(table, within="exercise").set_index("contrast")
    assert np.isnan(got.loc["squat / thrust", "d_z"])
    assert got.loc["squat / thrust", "difference"] == pytest.approx(1.0)
    assert got.loc["squat / thrust", "d_av"] > 0


def test_changes_between_groups_have_rows_for_every_contrast() -> None:
    got = effect_sizes(cells(), within="exercise", by="muscle", between="group")
    assert len(got) == 6
    assert got["group"].unique().tolist() == ["novice - trained"]
    expected = contrasts(cells(), within="exercise", by="muscle", between="group", log=False)
    assert got["contrast"].tolist() == expected["contrast"].tolist()
    np.testing.assert_allclose(got["difference"], expected["difference"], rtol=1e-12)
    np.testing.assert_allclose(got["g_change"], expected["g"], rtol=1e-12)
    np.testing.assert_allclose(got["change_first"] - got["change_second"], got["difference"], rtol=1e-10)


def test_the_methods_of_sizes_of_changes_and_of_conditions() -> None:
    changes = effect_sizes(cells(), within="exercise", by="muscle", between="group").methods()
    assert changes.startswith(
        "Changes of values (%MVC), on the raw scale, between every pair of levels of exercise were compared between "
        "the levels of group, separately for each muscle; no test was made (n = 10)."
    )
    plain = effect_sizes(cells(), within="exercise", by="muscle").methods()
    assert plain.startswith("Effect sizes of values (%MVC), on the raw scale, are given for every pair of levels of ")


@pytest.mark.parametrize("size", [1e-6, 1.0, 1234.5])
def test_changes_that_are_equal_but_for_rounding_have_no_size(size: float) -> None:
    table = cells(muscles=1).assign(value=lambda t: size * t["value"])
    squats, thrusts = (table["exercise"] == name for name in ("squat", "thrust"))
    table.loc[squats, "value"] = table.loc[thrusts, "value"].to_numpy() + 0.1 * size
    with pytest.warns(EmgkitWarning, match="no spread to divide by in 'squat - thrust'"):
        got = effect_sizes(table, within="exercise", between="group").set_index("contrast")
    assert got["g_change"].isna().to_dict() == {
        "deadlift - squat": False, "deadlift - thrust": False, "squat - thrust": True,
    }  # fmt: skip


def test_a_column_of_the_result_is_not_hidden() -> None:
    with pytest.raises(ArgumentError, match="'r' in 'by' would stand beside a column of the result"):
        effect_sizes(cells().rename(columns={"muscle": "r"}), within="exercise", by="r")
