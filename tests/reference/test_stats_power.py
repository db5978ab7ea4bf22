"""Power and sample sizes against R and against published numbers: see data/stats/README.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from statsmodels.stats.power import TTestIndPower

from emgkit.stats import power_between, power_equivalence, power_paired, power_within

FOLDER = Path(__file__).parent / "data" / "stats"
EXPECTED = json.loads((FOLDER / "expected" / "power.json").read_text())


@pytest.mark.parametrize("row", EXPECTED["paired_t"], ids=lambda row: f"d_z {row['d_z']}")
def test_paired_t(row: dict[str, Any]) -> None:
    assert power_paired(effect=row["d_z"], power=[0.8, 0.9])["n"].tolist() == [row["n80"], row["n90"]]
    for alpha, name in ((0.05, "power_n13"), (0.05 / 3, "power_n13_alpha_0167")):
        got = power_paired(effect=row["d_z"], n=13, alpha=alpha)
        assert got["power"].tolist() == pytest.approx([row[name]], rel=1e-6)


@pytest.mark.parametrize("row", EXPECTED["two_sample_t"], ids=lambda row: f"d {row['d']}")
def test_two_groups(row: dict[str, Any]) -> None:
    assert power_between(effect=-row["d"], power=0.8)["n"].tolist() == [row["n80"]]
    for n, alpha in ((5, 0.05), (12, 0.01)):
        got = power_between(effect=row["d"], n=n, alpha=alpha)["power"][0]
        assert got == pytest.approx(TTestIndPower().power(row["d"], n, alpha), rel=1e-9)
        assert power_between(n=n, power=got, alpha=alpha)["effect"][0] == pytest.approx(row["d"], rel=1e-6)


@pytest.mark.parametrize(("alpha", "n"), [(0.05, [34, 15, 8]), (0.05 / 3, [45, 20, 11])])
def test_sample_sizes_for_the_first_step_of_holm(alpha: float, n: list[int]) -> None:
    assert power_paired(effect=[0.5, 0.8, 1.2], power=0.8, alpha=alpha)["n"].tolist() == n


@pytest.mark.parametrize(
    "row", EXPECTED["rm_anova_within_gpower_default"], ids=lambda row: f"n {row['n']} f {row['f']}"
)
def test_f_within_as_gpower_by_default(row: dict[str, Any]) -> None:
    options = {"levels": row["k"], "r": row["rho"], "epsilon": row["eps"]}
    got = power_within(f=row["f"], n=row["n"], **options).iloc[0]
    expected = row["result"]
    assert got["power"] == pytest.approx(expected["power"], rel=1e-6)
    assert got["noncentrality"] == pytest.approx(expected["ncp"], rel=1e-12)
    assert [got["df1"], got["df2"]] == pytest.approx([expected["df1"], expected["df2"]], rel=1e-12)
    assert power_within(f=row["f"], power=0.8, **options)["n"].tolist() == [row["n80"]]


@pytest.mark.parametrize("row", EXPECTED["equivalence_paired"], ids=lambda row: f"bound {row['bound_dz']}")
def test_equivalence_exactly(row: dict[str, Any]) -> None:
    options = {"bound": row["bound_dz"], "effect": row["true_dz"]}
    got = power_equivalence(n=[13, 24], **options)
    assert got["power"].tolist() == pytest.approx([row["power_n13"], row["power_n24"]], rel=1e-6)
    assert power_equivalence(power=0.8, **options)["n"].tolist() == [row["n80"]]
