"""Plantarflexors from 1 to 100 % of voluntary activation: published numbers come out, and the analyses agree.

Diong et al. 2022, PLOS ONE: 25 people, 10 target levels, soleus and both heads of gastrocnemius (MIT).
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from emgkit import stats
from emgkit.errors import DesignError, EmgkitWarning

MUSCLES = ("SO", "MG", "LG")
PRINTED = re.compile(
    r"slopes_(?P<muscle>\w+)\s+Mean (?P<mean>[\d.]+), "
    r"95% CI (?P<ci_low>[\d.]+) to (?P<ci_high>[\d.]+), 95% PI (?P<pi_low>[\d.]+) to (?P<pi_high>[\d.]+)"
)


@pytest.fixture(scope="module")
def folder(recordings: Path) -> Path:
    return recordings / "diong2022_emg_norm"


@pytest.fixture(scope="module")
def wide(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "subjects_data.csv", index_col=0)


@pytest.fixture(scope="module")
def cells(wide: pd.DataFrame) -> pd.DataFrame:
    """One row a participant, level and muscle, in %MVC."""
    columns = {f"emg{muscle}_norm_mvc": muscle for muscle in MUSCLES}
    table = wide.rename(columns={"subject": "participant", "trials": "target", **columns})
    table = table.melt(id_vars=["participant", "target"], value_vars=list(MUSCLES), var_name="muscle")
    levels = [str(level) for level in sorted(table["target"].unique())]
    table["target"] = pd.Categorical(table["target"].astype(str), levels, ordered=True)
    return table.assign(unit="%MVC")


@pytest.fixture(scope="module")
def slopes(folder: Path) -> pd.DataFrame:
    """The authors' own fits, one row a participant and muscle."""
    table = pd.read_csv(folder / "subjects_slopes.csv", index_col=0)
    table = table.rename(columns={"subject": "participant", **{f"slope_{muscle}": muscle for muscle in MUSCLES}})
    return table.melt(id_vars="participant", value_vars=list(MUSCLES), var_name="muscle", value_name="slope")


def test_the_table_is_complete(cells: pd.DataFrame) -> None:
    assert len(cells) == 25 * 10 * 3
    assert not cells.duplicated(["participant", "target", "muscle"]).any()


@pytest.mark.parametrize("reference", ["mvc", "mmax"])
@pytest.mark.parametrize("muscle", MUSCLES)
def test_group_means_and_standard_deviations(wide: pd.DataFrame, folder: Path, muscle: str, reference: str) -> None:
    published = pd.read_csv(folder / "subjects_data_describe.csv").set_index("target_activations")
    outcome = f"emg{muscle}_norm_{reference}"
    sizes = stats.effect_sizes(wide, outcome=outcome, participant="subject", within="trials", log=False)
    pairs = sizes["contrast"].str.split(" - ", expand=True).astype(int)
    got = pd.concat([
        pd.DataFrame({"level": pairs[side], "mean": sizes[f"mean_{name}"], "sd": sizes[f"sd_{name}"]})
        for side, name in enumerate(("first", "second"))
    ]).groupby("level").agg(["min", "max"])  # fmt: skip
    assert list(got.index) == list(published.index)
    for quantity, column in (("mean", "means"), ("sd", "stds")):
        for edge in ("min", "max"):
            expected = published[f"{outcome}_{column}"]
            np.testing.assert_allclose(got[quantity, edge], expected, rtol=1e-12, err_msg=f"{quantity} of {outcome}")


def test_geometric_mean_slopes_with_their_intervals(slopes: pd.DataFrame, folder: Path) -> None:
    logs = slopes.assign(slope=np.log(slopes["slope"]))
    sizes = stats.effect_sizes(logs, outcome="slope", within="muscle", log=False)
    pairs = sizes["contrast"].str.split(" - ", expand=True)
    printed = {found["muscle"]: found for found in PRINTED.finditer((folder / "results.txt").read_text())}
    assert set(printed) == set(MUSCLES)
    for muscle, row in printed.items():
        name = "first" if (pairs[0] == muscle).any() else "second"
        at = sizes[pairs[0 if name == "first" else 1] == muscle].iloc[0]
        # the authors divide by n, take 1.96 for the mean, and 2.064 (t of .975, 24 df, rounded) for a new person
        mean, spread = at[f"mean_{name}"], at[f"sd_{name}"] * np.sqrt(24 / 25)
        got = {
            "mean": np.exp(mean),
            "ci_low": np.exp(mean - 1.96 * spread / 5), "ci_high": np.exp(mean + 1.96 * spread / 5),
            "pi_low": np.exp(mean - 2.064 * spread), "pi_high": np.exp(mean + 2.064 * spread),
        }  # fmt: skip
        assert {key: f"{value:.2f}" for key, value in got.items()} == {key: row[key] for key in got}


def test_marginal_means_of_a_mixed_model_are_the_published_slopes(slopes: pd.DataFrame) -> None:
    model = stats.mixed_model(slopes, "slope ~ muscle", log=True)
    means = model.marginal_means("muscle").set_index("muscle")["geometric_mean"]
    assert means.round(2).to_dict() == {"SO": 8.72, "MG": 13.36, "LG": 11.43}


def test_contrasts_of_all_levels_agree_with_scipy(cells: pd.DataFrame, wide: pd.DataFrame) -> None:
    table = stats.contrasts(cells, within="target", by="muscle")
    assert len(table) == 3 * 45
    assert (table["n"] == 25).all()
    assert (table["df"] == 24).all()
    assert (table["family_size"] == 45).all()
    for row in table.itertuples():
        first, second = (
            wide.loc[wide["trials"] == int(level)].set_index("subject")[f"emg{row.muscle}_norm_mvc"]
            for level in row.contrast.split(" / ")
        )
        other = scipy_stats.ttest_rel(np.log(first), np.log(second[first.index]))
        limits = np.exp(other.confidence_interval())
        np.testing.assert_allclose(
            (row.t, row.p, row.ci_low, row.ci_high), (other.statistic, other.pvalue, *limits), rtol=1e-9
        )


def test_every_muscle_is_more_active_at_full_than_at_half_activation(cells: pd.DataFrame) -> None:
    table = stats.contrasts(cells, within="target", by="muscle")
    half = table[table["contrast"] == "50 / 100"]
    assert len(half) == 3
    assert (half["ci_high"] < 1).all()
    assert (half["p_adjusted"] < 0.001).all()


def test_a_nested_mixed_model_is_the_analysis_of_variance(cells: pd.DataFrame) -> None:
    with pytest.warns(EmgkitWarning) as caught:
        model = stats.mixed_model(cells, "value ~ target * muscle", random=["1", "target", "muscle"], log=True)
    assert [notice.code for notice in model.notices] == ["depends-on-normaliser", "pooled-error"]
    assert "between pairs of 'target', " in str(caught[1].message)
    with pytest.warns(EmgkitWarning, match="main effect of 'muscle' depends on the muscles' reference"):
        anova = stats.rm_anova(cells, within=["target", "muscle"], log=True).set_index("term")
    assert not model.singular
    terms = model.terms.set_index("term").loc[anova.index]
    np.testing.assert_allclose(terms[["F", "df1", "df2"]], anova[["F", "df1", "df2"]], rtol=1e-6)
    # ten levels within a person are far from spherical: the one error term of both is the wrong one for many pairs,
    # as the second notice says
    assert anova.loc["target", "epsilon_gg"] < 0.5


def test_ratios_of_the_mixed_model_are_those_of_the_contrasts(cells: pd.DataFrame) -> None:
    with pytest.warns(EmgkitWarning, match=r"reference contractions|one error term"):
        model = stats.mixed_model(cells, "value ~ target * muscle", random=["1", "target", "muscle"], log=True)
    keys = ["muscle", "contrast"]
    ours = model.contrasts("target", by="muscle").set_index(keys)["ratio"]
    paired = stats.contrasts(cells, within="target", by="muscle").set_index(keys)["ratio"]
    assert len(ours) == len(paired) == 135
    np.testing.assert_allclose(ours.loc[paired.index], paired, rtol=1e-6)


def test_one_error_term_for_ten_levels_is_doubted(cells: pd.DataFrame) -> None:
    soleus = cells[cells["muscle"] == "SO"]
    with pytest.warns(EmgkitWarning, match="error term"):
        model = stats.mixed_model(soleus, "value ~ target", log=True)
    assert [notice.code for notice in model.notices] == ["pooled-error"]


def test_lost_recordings_stop_the_contrasts_and_not_the_model(cells: pd.DataFrame) -> None:
    soleus = cells[cells["muscle"] == "SO"].reset_index(drop=True)
    lost = soleus.drop(index=[3, 77, 149])
    with pytest.raises(DesignError, match="3 of 250 cells are missing"):
        stats.contrasts(lost, within="target")
    table = stats.mixed_model(lost, "value ~ target", log=True).contrasts("target")
    whole = stats.contrasts(soleus, within="target").set_index("contrast")["ratio"]
    ours = table.set_index("contrast")["ratio"]
    assert (table["n"] == 25).all()
    np.testing.assert_allclose(ours, whole.loc[ours.index], rtol=0.05)
