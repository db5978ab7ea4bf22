"""Leaving participants out: the numbers of a smaller table, and who contradicts all others."""

from __future__ import annotations

import json
import pickle
import sys

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning, Notice
from emgkit.stats import contrasts, influence

EXERCISES = ["hip_thrust", "squat", "deadlift"]


def cells(
    seed: object = 1,
    *,
    n: int = 13,
    ratio: float = 2.0,
    swapped: int | None = None,
    exercises: int = 2,
    muscles: int = 1,
) -> pd.DataFrame:
    """Simulated cells: the first exercise is `ratio` times the others, log-SD of a difference 0.2."""
    rng = np.random.default_rng(seed)  # type: ignore[arg-type]
    logs = rng.normal(3, 0.4, (n, 1, muscles)) + rng.normal(0, 0.2 / np.sqrt(2), (n, exercises, muscles))
    logs[:, 0] += np.log(ratio)
    if swapped is not None:
        logs[swapped, [0, 1]] = logs[swapped, [1, 0]]
    names = [[f"P{i:02d}" for i in range(n)], EXERCISES[:exercises], [f"m{i}" for i in range(muscles)]]
    table = pd.MultiIndex.from_product(names, names=["participant", "exercise", "muscle"]).to_frame(index=False)
    return table.assign(value=np.exp(logs).ravel())


def quietly(table: pd.DataFrame) -> pd.DataFrame:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("emgkit.stats.within.influence.announce", tuple)
        return influence(table, within="exercise", by="muscle")


def flagged(table: pd.DataFrame) -> set[str]:
    got = quietly(table)
    return set(got.loc[got["contradicts"], "left_out"])


@pytest.mark.parametrize("log", [True, False])
def test_every_row_is_the_contrast_of_the_smaller_table(log: bool) -> None:
    table = cells(n=6, exercises=3, muscles=2)
    got = influence(table, within="exercise", by="muscle", log=log)
    everybody = contrasts(table, within="exercise", by="muscle", log=log).set_index(["muscle", "contrast"])
    size = "ratio" if log else "difference"
    names = [size, "ci_low", "ci_high", "p", "p_adjusted"]
    for left_out, rows in got.groupby("left_out"):
        smaller = table[table["participant"] != left_out]
        expected = contrasts(smaller, within="exercise", by="muscle", log=log).set_index(["muscle", "contrast"])
        rows = rows.set_index(["muscle", "contrast"]).loc[expected.index]
        np.testing.assert_allclose(rows[names], expected[names], rtol=1e-9)
        np.testing.assert_allclose(rows[[f"{name}_all" for name in names]], everybody[names], rtol=1e-9)
    assert len(got) == 6 * 6
    assert json.loads(json.dumps(got.attrs)) == got.attrs


def test_leaving_one_group_s_participant_out_leaves_the_other_group_as_it_is() -> None:
    table = cells(n=10, ratio=1.15).assign(group=lambda t: np.where(t["participant"] < "P05", "novice", "trained"))
    # the novices' p is small without P04 alone, so the family of the trained depends on who is in
    table.loc[table["group"] == "novice", "value"] = np.exp([3.3, 3, 3.38, 3.1, 3.51, 3.2, 3.59, 3.3, 2.6, 3])
    with pytest.warns(EmgkitWarning, match="P04"):
        got = influence(table, within="exercise", by="group", family="all").set_index(["group", "left_out"])
    for left_out in ("P02", "P08"):
        smaller = table[table["participant"] != left_out]
        expected = contrasts(smaller, within="exercise", by="group", family="all").set_index("group")["p_adjusted"]
        group = "novice" if left_out < "P05" else "trained"
        assert got.loc[(group, left_out), "p_adjusted"] == pytest.approx(expected[group], rel=1e-9)


def test_the_studentised_residual_is_that_of_a_regression() -> None:
    from statsmodels.regression.linear_model import OLS

    table = cells()
    got = influence(table, within="exercise")
    wide = np.log(table.pivot_table(index="participant", columns="exercise", values="value"))
    model = OLS(wide["hip_thrust"] - wide["squat"], np.ones(13)).fit()
    expected = model.outlier_test(method="bonf")
    np.testing.assert_allclose(got["studentised"], expected["student_resid"], rtol=1e-9)
    np.testing.assert_allclose(got["p_outlier"], expected["bonf(p)"], rtol=1e-8)


def test_a_swapped_participant_is_found_and_explained() -> None:
    with pytest.warns(EmgkitWarning, match="P04 has a ratio hip thrust / squat of") as caught:
        got = influence(cells(3, swapped=4), within="exercise")
    (row,) = got[got["contradicts"]].to_dict("records")
    assert row["left_out"] == "P04"
    assert row["own"] < 1 < row["others_low"] < row["ratio"] < row["others_high"]
    assert "those of the other 12 lie between" in row["why"]
    assert "look whether two files or channels were swapped" in row["why"]
    assert got.notices == (Notice(code="contradicts-others", text=f"{row['why']}."),)
    assert caught[0].filename == __file__
    assert (got.loc[~got["contradicts"], "why"] == "").all()


def test_a_participant_with_a_stronger_effect_is_no_contradiction() -> None:
    table = cells()
    table.loc[(table["participant"] == "P03") & (table["exercise"] == "hip_thrust"), "value"] *= 6
    got = influence(table, within="exercise").set_index("left_out")
    assert got.loc["P03", "p_outlier"] < 0.01
    assert not got["contradicts"].any()


def test_verdicts_that_hang_on_one_person() -> None:
    logs = np.array([0.30, 0.25, 0.28, 0.33, 0.27, 0.31, -0.45])
    table = cells(n=7)
    table["value"] = np.exp(np.column_stack([logs, np.zeros(7)]).ravel() + 3)
    got = quietly(table).set_index("left_out")
    assert got["verdict_all"].unique().tolist() == ["undecided"]
    assert got.loc["P06", "verdict"] == "higher"
    assert got["verdict_changes"].to_dict() == {f"P{i:02d}": i == 6 for i in range(7)}
    assert got.loc["P06", "contradicts"]


def test_one_contrast_of_its_family_is_not_called_adjusted() -> None:
    got = influence(cells(), within="exercise", by="muscle")
    assert "djusted" not in "".join([*got.sentences(), got.methods()])
    assert got.attrs["largest_family"] == 1
    three = influence(cells(exercises=3), within="exercise", by="muscle")
    assert "adjusted after Holm (1979) over the contrasts of each muscle." in three.methods()
    assert all(text.count("(Holm-adjusted)") == 2 for text in three.sentences())


def test_only_the_rows_of_a_family_of_several_are_called_adjusted() -> None:
    table = cells(exercises=3, muscles=2)
    with pytest.warns(EmgkitWarning, match="no values of exercise"):
        got = influence(table[(table["muscle"] == "m0") | (table["exercise"] != "deadlift")], within="exercise",
                        by="muscle")  # fmt: skip
    adjusted = [text.count("(Holm-adjusted)") for text in got.sentences()]
    assert dict(zip(got["muscle"], adjusted, strict=True)) == {"m0": 2, "m1": 0}
    assert pickle.loads(pickle.dumps(got[got["muscle"] == "m1"])).sentences()[0].count("adjusted") == 0


def test_without_an_error_term_there_is_no_test_and_no_verdict_to_stay() -> None:
    table = cells(n=5)
    table["value"] = np.where(table["exercise"] == "squat", 2.0, 1.0) * np.repeat(np.arange(1.0, 6.0), 2)
    with pytest.warns(EmgkitWarning, match="differ by the same amount in hip_thrust / squat: p and limits are NaN"):
        got = influence(table, within="exercise")
    assert got.sentences()[0] == (
        "Without P00 the hip thrust was 0.50 times the squat, no 95 % CI, no test for lack of an error term, n = 4 "
        "(with everybody 0.50, no 95 % CI, no test for lack of an error term, n = 5)."
    )
    assert "adjusted" not in got.methods()


def test_ninety_five_of_a_hundred_swapped_participants_are_found() -> None:
    places = np.random.default_rng(10).integers(0, 13, 100)
    found = [f"P{i:02d}" in flagged(cells([1, k], swapped=int(i))) for k, i in enumerate(places)]
    assert sum(found) >= 95


@pytest.mark.long
def test_at_most_five_percent_of_clean_studies_have_a_flag() -> None:
    assert np.mean([bool(flagged(cells([2, k]))) for k in range(200)]) <= 0.05
    # where there is no effect, either direction is the opposite one
    assert np.mean([bool(flagged(cells([3, k], ratio=1.0))) for k in range(200)]) <= 0.07


@pytest.mark.slow
def test_rates_of_flags_in_larger_simulations(capsys: pytest.CaptureFixture[str]) -> None:
    lines = []
    for exercises, muscles in ((2, 1), (3, 1), (3, 3)):
        size = {"exercises": exercises, "muscles": muscles}
        found = np.mean([f"P{k % 13:02d}" in flagged(cells([4, k], swapped=k % 13, **size)) for k in range(500)])
        false = np.mean([bool(flagged(cells([5, k], **size))) for k in range(1000)])
        none = np.mean([bool(flagged(cells([6, k], ratio=1.0, **size))) for k in range(1000)])
        lines.append(f"{exercises} exercises, {muscles} muscles: found {found:.3f}, clean {false:.4f}, null {none:.4f}")
        assert found >= 0.95
        assert false <= 0.05
        assert none <= 0.064
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")


def test_refusals() -> None:
    with pytest.raises(DesignError, match=r"Leaving one participant out.*at least 4 participants. Got: 3"):
        influence(cells(n=3), within="exercise")
    with pytest.raises(DesignError, match="no column 'exercize'"):
        influence(cells(), within="exercize")
    with pytest.raises(ArgumentError, match="'own' in 'by' would stand beside"):
        influence(cells().rename(columns={"muscle": "own"}), within="exercise", by="own")
