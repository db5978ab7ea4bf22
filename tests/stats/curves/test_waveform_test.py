"""Comparisons of whole curves: what comes out, what does not matter, notices, and every refusal."""

from __future__ import annotations

import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage, stats
from statsmodels.stats.multitest import multipletests

from emgkit.errors import ArgumentError, DesignError, EmgkitWarning
from emgkit.stats import waveform_test
from emgkit.stats.curves.waveform_test import WaveformTest


def curves(
    seed: int = 1, *, n: int = 8, points: int = 21, exercises: tuple[str, ...] = ("deadlift", "squat"), muscles: int = 1
) -> pd.DataFrame:
    """Long table as Curves.participant_means().to_frame() gives it; the second half differs in the squat."""
    rng = np.random.default_rng(seed)
    shape = (n, len(exercises), muscles, points)
    logs = ndimage.gaussian_filter1d(rng.normal(0, 0.6, shape), 2, axis=-1) + rng.normal(3, 0.4, (n, 1, 1, 1))
    if "squat" in exercises:
        logs[:, exercises.index("squat"), :, points // 2 :] += 1.0
    names = [
        [f"P{i:02d}" for i in range(n)],
        list(exercises),
        [f"m{i}" for i in range(muscles)],
        np.arange(points) * 5.0,
    ]
    table = pd.MultiIndex.from_product(names, names=["participant", "exercise", "muscle", "point"]).to_frame(
        index=False
    )
    return table.assign(value=np.exp(logs).ravel(), phase="concentric", unit="%MVC", reference="mvc:1")


def quietly(table: pd.DataFrame, **options: object) -> WaveformTest:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return waveform_test(table, **{"within": "exercise", **options})  # type: ignore[arg-type]


def test_tables_and_their_columns() -> None:
    got = quietly(curves(muscles=2, exercises=("deadlift", "lunge", "squat")), by="muscle")
    assert list(got.nodes.columns) == [
        "muscle", "contrast", "point", "ratio", "ci_low", "ci_high", "t", "p_adjusted", "p_holm", "cluster",
    ]  # fmt: skip
    assert len(got.nodes) == 2 * 3 * 21
    assert got.summary["muscle"].tolist() == ["m0"] * 3 + ["m1"] * 3
    assert got.summary["contrast"].tolist()[:3] == ["deadlift / lunge", "deadlift / squat", "lunge / squat"]
    assert set(got.summary["family_size"]) == {3}
    assert set(got.clusters["contrast"]) <= {"deadlift / lunge", "deadlift / squat", "lunge / squat"}
    assert json.loads(json.dumps(got.attrs)) == got.attrs
    assert "3 contrasts" not in repr(got)
    assert "6 contrasts" in repr(got)


def test_holm_over_the_contrasts_of_each_level_of_by() -> None:
    got = quietly(curves(n=9, muscles=2, exercises=("deadlift", "lunge", "squat")), by="muscle").summary
    for _, rows in got.groupby("muscle"):
        np.testing.assert_allclose(rows["p_adjusted"], multipletests(rows["p"], method="holm")[1], rtol=1e-12)


def three(seed: int) -> pd.DataFrame:
    """Curves whose three contrasts differ a little, so that Holm's correction takes some back."""
    table = curves(seed, n=9, exercises=("deadlift", "lunge", "step"))
    late = (table["exercise"] == "step") & (table["point"] > 40)
    return table.assign(value=table["value"] * np.where(late, np.exp(0.42), 1.0))


@pytest.mark.parametrize("method", ["max-t", "cluster", "rft"])
@pytest.mark.parametrize("seed", [2, 5, 8, 11])
def test_nothing_is_said_of_points_that_the_holm_adjusted_p_does_not_show(method: str, seed: int) -> None:
    got = quietly(three(seed), method=method)
    summary = got.summary.set_index("contrast")
    shown = summary["p_adjusted"] <= 0.05
    assert set(got.differing["contrast"]) == set(summary.index[shown])
    parts = got.clusters if method == "cluster" else got.nodes
    own = parts.groupby("contrast")["p_holm"].min()
    np.testing.assert_allclose(own, summary["p_adjusted"].loc[own.index], rtol=1e-12)
    before = parts["p" if method == "cluster" else "p_adjusted"]
    assert (parts["p_holm"] >= before - 1e-15).all()
    if method != "cluster":
        np.testing.assert_array_equal(summary["t_max"] >= summary["threshold_holm"] * (1 - 1e-9), shown)
        assert (summary["threshold_holm"] >= summary["threshold"] * (1 - 1e-9)).all()
        inside = [
            any(run.first_point <= row.point <= run.last_point and run.contrast == row.contrast
                for run in got.differing.itertuples())
            for row in got.nodes.itertuples()
        ]  # fmt: skip
        np.testing.assert_array_equal(inside, got.nodes["p_holm"] <= 0.05)
    for sentence, (contrast, differs) in zip(got.sentences(), shown.items(), strict=True):
        assert ("differed" in sentence) == differs
        assert ("no difference of the curves was shown" in sentence) != differs
        assert ("beyond the threshold" in sentence) == (differs and method != "cluster")
        # the statistic and the threshold of a sentence never contradict its p
        if "threshold " in sentence and "out of reach" not in sentence:
            t, height = (float(text) for text in re.search(r"= ([\d.]+) at .*?threshold ([\d.]+)", sentence).groups())
            assert (t > height) == differs or abs(t - height) < 0.01, contrast


def test_holm_takes_bars_back() -> None:
    taken = []
    for seed in range(12):
        got = quietly(three(seed))
        alone = set(got.clusters.loc[got.clusters["p"] <= 0.05, "contrast"])
        taken.append(alone > set(got.differing["contrast"]))
    assert any(taken)


def test_points_are_paired_t_tests_of_logarithms() -> None:
    table = curves()
    got = waveform_test(table, within="exercise")
    wide = table.pivot_table(index="participant", columns=["exercise", "point"], values="value")
    test = stats.ttest_rel(np.log(wide["deadlift"]), np.log(wide["squat"]))
    low, high = test.confidence_interval(0.95)
    np.testing.assert_allclose(got.nodes["t"], test.statistic, rtol=1e-10)
    np.testing.assert_allclose(got.nodes["ci_low"], np.exp(low), rtol=1e-10)
    np.testing.assert_allclose(got.nodes["ci_high"], np.exp(high), rtol=1e-10)
    np.testing.assert_allclose(got.nodes["ratio"], np.exp((low + high) / 2), rtol=1e-10)


def test_a_late_difference_is_found_late() -> None:
    for method in ("max-t", "cluster", "rft"):
        got = quietly(curves(n=12), method=method)
        (found,) = got.clusters[got.clusters["p"] < 0.05].to_dict("records")
        assert 35 <= found["first_point"] <= 70
        assert found["last_point"] == 100
        assert found["t_peak"] < 0
        assert got.summary["p"].tolist() == [got.clusters["p"].min()]


@pytest.mark.parametrize("method", ["max-t", "cluster", "rft"])
def test_neither_the_unit_nor_the_order_of_rows_nor_gains_of_ones_own_matter(method: str) -> None:
    table = curves()
    gain = dict(zip(sorted(set(table["participant"])), np.geomspace(1e-6, 1e3, 8), strict=True))
    other = table.assign(value=table["value"] * table["participant"].map(gain)).sample(frac=1, random_state=1)
    first, second = (quietly(one, method=method) for one in (table, other))
    columns = ["ratio", "ci_low", "t", "p_adjusted", "cluster"]
    np.testing.assert_allclose(second.nodes[columns], first.nodes[columns], rtol=1e-7)
    np.testing.assert_allclose(second.summary["p"], first.summary["p"], rtol=1e-7)


def test_swapped_names_turn_the_signs_and_no_more() -> None:
    table = curves()
    swapped = table.assign(exercise=table["exercise"].map({"deadlift": "squat", "squat": "deadlift"}))
    first, second = waveform_test(table, within="exercise"), waveform_test(swapped, within="exercise")
    np.testing.assert_allclose(second.nodes["t"], -first.nodes["t"], rtol=1e-10)
    np.testing.assert_allclose(second.nodes["p_adjusted"], first.nodes["p_adjusted"], rtol=1e-10)


def test_drawn_flips_are_repeatable_and_near_the_exact_ones() -> None:
    table = curves(n=10)
    exact, drawn, again = (
        waveform_test(table, **{"within": "exercise", **options}) for options in ({}, *[{"flips": 4000, "seed": 0}] * 2)
    )
    pd.testing.assert_frame_equal(drawn.nodes, again.nodes)
    np.testing.assert_allclose(drawn.nodes["p_adjusted"], exact.nodes["p_adjusted"], atol=0.04)
    assert drawn.attrs["flips"] == 4000


def test_a_cluster_gives_no_p_to_points_and_says_so() -> None:
    with pytest.warns(EmgkitWarning, match="not at which points"):
        got = waveform_test(curves(), within="exercise", method="cluster")
    assert got.nodes["p_adjusted"].isna().all()
    assert {notice.code for notice in got.notices} == {"clusters-have-no-place"}
    assert got.attrs["cluster_forming_p"] == 0.05


def test_curves_that_do_not_differ_have_no_cluster() -> None:
    got = quietly(curves(exercises=("deadlift", "lunge"), seed=3), method="cluster")
    assert (got.clusters["p"] > 0.05).all()
    assert got.summary["p"][0] > 0.05


def test_a_table_without_clusters_has_the_types_of_one_with_them() -> None:
    none, some = (
        waveform_test(curves(exercises=names, seed=3), within="exercise")
        for names in (("a", "b"), ("deadlift", "squat"))
    )
    assert (len(none.clusters), len(some.clusters)) == (0, 1)
    assert none.clusters.dtypes.to_dict() == some.clusters.dtypes.to_dict()


def test_levels_of_by_with_different_participants_and_conditions_stay_apart() -> None:
    table = curves(muscles=2, n=12, exercises=("deadlift", "lunge", "squat"))
    gone = (table["muscle"] == "m1") & ((table["participant"] < "P03") | (table["exercise"] == "lunge"))
    together = quietly(table[~gone].sample(frac=1, random_state=2), by="muscle")
    assert together.summary[["muscle", "contrast", "n"]].values.tolist() == [
        ["m0", "deadlift / lunge", 12], ["m0", "deadlift / squat", 12], ["m0", "lunge / squat", 12],
        ["m1", "deadlift / squat", 9],
    ]  # fmt: skip
    for muscle, name in (("m0", "nodes"), ("m1", "nodes"), ("m0", "clusters"), ("m1", "clusters"), ("m1", "summary")):
        alone = getattr(quietly(table[~gone & (table["muscle"] == muscle)]), name)
        got = getattr(together, name)
        got = got[got["muscle"] == muscle].drop(columns="muscle").reset_index(drop=True)
        assert len(alone) > 0
        pd.testing.assert_frame_equal(got, alone)


def test_an_ordered_categorical_gives_the_order_and_raw_differences() -> None:
    order = pd.CategoricalDtype(["squat", "deadlift"], ordered=True)
    got = waveform_test(curves().assign(exercise=lambda t: t["exercise"].astype(order)), within="exercise", log=False)
    assert got.summary["contrast"].tolist() == ["squat - deadlift"]
    assert "difference" in got.nodes.columns


def test_constant_points_have_no_t() -> None:
    table = curves()
    at_start = table["point"] == 0
    table.loc[at_start, "value"] = np.where(table.loc[at_start, "exercise"] == "squat", 40.0, 20.0)
    with pytest.warns(EmgkitWarning, match="At 1 points all participants differ by the same"):
        got = waveform_test(table, within="exercise")
    assert got.nodes.loc[0, ["t", "p_adjusted", "ci_low"]].isna().all()
    assert got.nodes.loc[0, "ratio"] == pytest.approx(0.5)
    assert got.nodes["t"][1:].notna().all()


def test_after_holm_six_participants_cannot_reach_five_percent() -> None:
    with pytest.warns(EmgkitWarning, match=r"6 participants can give is 0\.03125; after Holm's correction for 3"):
        waveform_test(curves(n=6, exercises=("deadlift", "lunge", "squat")), within="exercise")


@pytest.mark.parametrize("method", ["max-t", "cluster"])
def test_a_p_of_exactly_alpha_shows_no_difference(method: str) -> None:
    table = curves(n=12, exercises=("deadlift", "lunge", "squat"))
    table["value"] *= table["exercise"].map({"deadlift": 1.0, "lunge": 10.0, "squat": 100.0})
    options = {"within": "exercise", "method": method, "seed": 1}
    with pytest.warns(EmgkitWarning) as caught:
        edge = waveform_test(table, flips=59, **options)
    assert "after Holm's correction for 3 contrasts none alone can be below 0.05." in str(caught[-1].message)
    assert (edge.summary["p_adjusted"] == 0.05).all(), "else nothing is tested here"
    assert edge.differing.empty
    for text in edge.sentences():
        assert "were compared: " in text
        assert "p = .050 (Holm-adjusted over 3)" in text
        assert "; no difference of the curves was shown" in text
        assert method == "cluster" or "threshold out of reach" in text
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        found = waveform_test(table, flips=79, **options)
    assert (found.summary["p_adjusted"] < 0.05).all()
    assert len(found.differing) == 3
    assert all(" differed: " in text for text in found.sentences())


def test_rough_curves_are_no_random_fields() -> None:
    table = curves().assign(value=lambda t: np.exp(np.random.default_rng(1).normal(size=len(t))))
    with pytest.warns(EmgkitWarning, match=r"too rough for random-field theory.*max-t"):
        waveform_test(table, within="exercise", method="rft")


def test_repetitions_are_refused() -> None:
    table = pd.concat([curves().assign(repetition=i) for i in (1, 2, 3)], ignore_index=True)
    with pytest.raises(DesignError, match="16 of 16 participants' conditions have more than one curve") as caught:
        waveform_test(table, within="exercise")
    assert "not a sample of people" in caught.value.what
    assert "up to 3 values at a point; the rows differ in 'repetition'" in caught.value.got
    assert caught.value.hint == "average them with Curves.participant_means()"


@pytest.mark.parametrize(
    ("column", "advice"),
    [
        ("set", "filter, average with Curves.participant_means(over=...), or name a column in 'by'"),
        ("cohort", "filter, or name a column in 'by'; if they are of different people, let their labels differ"),
    ],
)
def test_curves_of_different_people_are_never_to_be_averaged(column: str, advice: str) -> None:
    table = pd.concat([curves().assign(**{column: name}) for name in ("1", "2")], ignore_index=True)
    with pytest.raises(DesignError, match="more than one curve") as caught:
        waveform_test(table, within="exercise")
    assert caught.value.hint == advice


def test_several_muscles_are_refused_until_named() -> None:
    with pytest.raises(DesignError, match=r"more than one curve.*differ in 'muscle'.*name a column in 'by'"):
        waveform_test(curves(muscles=2), within="exercise")
    assert len(waveform_test(curves(muscles=2), within="exercise", by="muscle").summary) == 2


def test_a_missing_condition_names_the_participant() -> None:
    table = curves()
    gone = (table["participant"] == "P03") & (table["exercise"] == "squat")
    with pytest.raises(DesignError, match=r"1 of 16 cells is missing.*P03 lacks squat"):
        waveform_test(table[~gone], within="exercise")


def test_short_curves_are_named() -> None:
    table = curves()
    gone = (table["participant"] == "P03") & (table["exercise"] == "squat") & (table["point"] > 90)
    with pytest.raises(DesignError, match=r"1 of 16 curves lack points.*P03, squat: 19 points.*time_normalize"):
        waveform_test(table[~gone], within="exercise")


def test_an_envelope_below_zero_names_the_moving_rms() -> None:
    table = curves()
    table.loc[[3, 4], "value"] = [-0.5, 0.0]
    with pytest.raises(DesignError, match="'value' is 0 or negative in 1 of 16 curves") as caught:
        waveform_test(table, within="exercise")
    assert caught.value.where == "P00, deadlift: 2 points, lowest -0.5"
    assert "MovingRMS" in caught.value.hint
    assert len(waveform_test(table, within="exercise", log=False).summary) == 1


def test_five_participants_are_too_few() -> None:
    with pytest.raises(DesignError, match=r"5 participants.*0\.0625, so none can be below alpha = 0\.05"):
        waveform_test(curves(n=5), within="exercise")
    assert len(waveform_test(curves(n=5), within="exercise", alpha=0.1).summary) == 1
    assert len(waveform_test(curves(n=5), within="exercise", method="rft").summary) == 1


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"method": "tfce"}, ArgumentError, "Unknown value for 'method'.*'max-t', 'cluster' and 'rft'"),
        ({"alpha": 5}, ArgumentError, "'alpha' cannot be used.*above 0 and below 1.*Got: 5"),
        ({"within": "exercize"}, DesignError, "no column 'exercize', which 'within' names.*Did you mean 'exercise'"),
        ({"point": "node"}, DesignError, "no column 'node', which 'point' names"),
        ({"by": "exercise"}, ArgumentError, "two roles"),
        ({"within": "muscle", "by": "exercise"}, DesignError, "Contrasts between the levels of 'muscle' are refused"),
    ],
)
def test_unusable_arguments(options: dict[str, object], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        waveform_test(curves(), **{"within": "exercise", **options})  # type: ignore[arg-type]
