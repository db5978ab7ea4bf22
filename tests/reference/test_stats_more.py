"""Statistics that users of other programs look for, against R: see data/stats/README.md and more_values.R."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit import stats
from emgkit.errors import ArgumentError
from emgkit.stats.cells.multiplicity import corrected

# what is doubtful about these tables is looked at elsewhere
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

FOLDER = Path(__file__).parent / "data" / "stats"
R: dict[str, Any] = json.loads((FOLDER / "expected" / "more.json").read_text())
D1 = pd.read_csv(FOLDER / "data" / "d1_balanced_3x3.csv")
D2 = pd.read_csv(FOLDER / "data" / "d2_unbalanced_3x3.csv")
D3 = pd.read_csv(FOLDER / "data" / "d3_nonspherical_1x5.csv")
GLUTEUS = D1[D1["muscle"] == "gluteus_maximus"]


def agrees(got: pd.DataFrame, key: str, *, p: str = "p_adjusted", rtol: float = 1e-8) -> None:
    """Contrasts in R's order, on the scale of logarithms."""
    expected = pd.DataFrame(R[key])
    found = got.reset_index(drop=True)
    np.testing.assert_allclose(np.log(found["ratio"]), expected["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["t"], expected["t.ratio"], rtol=1e-8)
    np.testing.assert_allclose(found["df"], expected["df"], rtol=1e-8)
    np.testing.assert_allclose(found[p], expected["p.value"], rtol=rtol, atol=1e-9)
    if "lower.CL" in expected and p == "p":
        np.testing.assert_allclose(np.log(found["ci_low"]), expected["lower.CL"], rtol=1e-7)
        np.testing.assert_allclose(np.log(found["ci_high"]), expected["upper.CL"], rtol=1e-7)


def test_tukey_and_sidak_as_emmeans_of_the_multivariate_model() -> None:
    # R's ptukey carries about eight digits
    agrees(stats.contrasts(GLUTEUS, outcome="emg", within="exercise", adjust="tukey"), "tukey_d1", rtol=1e-5)
    agrees(stats.contrasts(D3, outcome="emg", within="load", adjust="tukey"), "tukey_d3", rtol=1e-6)
    agrees(stats.contrasts(D3, outcome="emg", within="load", adjust="sidak"), "sidak_d3")
    by = stats.contrasts(D1, outcome="emg", within="exercise", by="muscle", adjust="Tukey")
    agrees(by, "tukey_by", rtol=1e-5)
    assert "(Tukey-adjusted over 3)" in by.sentences()[0]
    assert "p-values were adjusted after Tukey over the contrasts of each muscle." in by.methods()


def test_tukey_of_a_mixed_model_as_emmeans() -> None:
    model = stats.mixed_model(D2, "emg ~ exercise * muscle")
    got, expected = model.contrasts("exercise", adjust="tukey"), pd.DataFrame(R["tukey_model"])
    np.testing.assert_allclose(got["estimate"], expected["estimate"], rtol=1e-5)
    np.testing.assert_allclose(got["p_adjusted"], expected["p.value"], rtol=1e-3)


def test_every_level_against_one_as_emmeans() -> None:
    got = stats.contrasts(D3, outcome="emg", within="load", against="load60")
    assert got["contrast"].tolist() == [f"load{load} / load60" for load in (70, 80, 90, 99)]
    assert (got["family_size"] == 4).all()
    agrees(got, "against_d3")
    assert "between load60 and every other level of load by" in got.methods()
    assert got.sentences()[0].startswith("Load70 was 1.13 times load60, 95 % CI [1.05, 1.21], t(11) = 3.75, p = .013 (Holm")


def test_the_names_of_other_programs() -> None:
    p = np.array(R["corrections"]["p"])
    names = {"BH": ("BH", "fdr_bh", "fdr"), "BY": ("BY", "fdr_by"), "holm": ("holm",), "bonferroni": ("bonf",),
             "sidak": ("sidak",)}  # fmt: skip
    means = stats.contrasts(D3, outcome="emg", within="load")
    for r, ours in names.items():
        for name in ours:
            adjust = stats.contrasts(D3, outcome="emg", within="load", adjust=name).attrs["adjust"]
            np.testing.assert_allclose(corrected(p, adjust=adjust), R["corrections"][r], rtol=1e-12)
    plain = stats.contrasts(D3, outcome="emg", within="load", adjust=None)
    pd.testing.assert_series_equal(plain["p_adjusted"], means["p"], check_names=False)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"adjust": "tukey", "test": "wilcoxon"}, "Tukey's correction is of t tests of all pairs of levels"),
        ({"adjust": "tukey", "against": "load60"}, "Tukey's correction is of t tests of all pairs of levels"),
        ({"against": "load6"}, "'against' names no level of 'load'.*Did you mean 'load60'"),
        ({"adjust": "scheffe"}, "Unknown value for 'adjust'.*'holm-sidak'"),
    ],
)
def test_what_does_not_go_together_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        stats.contrasts(D3, outcome="emg", within="load", **options)


def test_one_family_over_muscles_is_none_of_tukeys() -> None:
    with pytest.raises(ArgumentError, match="family='by'"):
        stats.contrasts(D1, outcome="emg", within="exercise", by="muscle", adjust="tukey", family="all")


def test_against_a_level_with_missing_cells_uses_those_who_have_both() -> None:
    got = stats.contrasts(D3.drop(index=[0]), outcome="emg", within="load", against="load60", missing="pairwise")
    assert got["n"].tolist() == [11] * 4
    got = stats.contrasts(D3.drop(index=[1]), outcome="emg", within="load", adjust="tukey", missing="pairwise")
    whole = stats.contrasts(D3, outcome="emg", within="load", adjust="tukey").set_index("contrast")
    same = got.set_index("contrast").loc["load60 / load80", "p_adjusted"]
    assert same == pytest.approx(whole.loc["load60 / load80", "p_adjusted"], rel=1e-12)
