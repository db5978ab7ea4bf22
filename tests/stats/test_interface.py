"""One shape for all functions: the names of the arguments, the default scale, seeds, and what a result says of both."""

from __future__ import annotations

import ast
import inspect
import io
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit import replication, simulate, stats
from emgkit.errors import ArgumentError, DesignError, Notice

# what is doubtful about these small tables is looked at elsewhere
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

# what the first argument of a function is called; those of power and reconstruct take no table
FIRST: dict[str, list[str]] = {
    "waveform_test": ["curves"], "meta_analysis": ["studies"], "from_wide": ["wide", "pattern"],
    "post_hoc": ["omnibus", "cells"], "compare_models": ["smaller", "larger"],
}  # fmt: skip
WITHOUT_A_TABLE = (
    "reconstruct",
    "power_paired",
    "power_between",
    "power_within",
    "power_equivalence",
    "power_simulate",
)
FUNCTIONS = [name for name in stats.__all__ if name != "Results"]
# functions of one outcome, on the log scale unless log=False is given
ON_LOGS = ("contrasts", "rm_anova", "mixed_model", "mixed_model_many", "effect_sizes", "equivalence", "influence",
           "waveform_test", "planned_contrasts", "bayes_factors", "normality")  # fmt: skip
# no values are analysed, so there is no scale
WITHOUT_A_SCALE = ("power_paired", "power_between", "power_within", "power_equivalence", "to_wide", "from_wide")


def parameters(name: str) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(getattr(stats, name)).parameters)


def cells(low: float = 0.0) -> pd.DataFrame:
    """Eight people in two groups, three exercises, all above 0 but for one value that is ``low``."""
    rng = np.random.default_rng(4)
    levels = {"participant": [f"P{i}" for i in range(8)], "exercise": ["deadlift", "squat", "thrust"]}
    table = pd.MultiIndex.from_product(levels.values(), names=list(levels)).to_frame(index=False)
    table["group"] = np.where(table["participant"] < "P4", "men", "women")
    table["value"] = np.exp(3 + rng.normal(0, 0.3, len(table)))
    if low <= 0:
        return table.assign(value=table["value"].where(table.index != 5, low))
    return table


def curves(low: float = 1.0) -> pd.DataFrame:
    table = pd.concat([cells(1.0).assign(point=point) for point in range(5)], ignore_index=True)
    table["value"] *= np.exp(np.random.default_rng(5).normal(0, 0.1, len(table)))
    return table.assign(value=table["value"].where(table.index != 7, low)) if low <= 0 else table


CALLS: dict[str, Any] = {
    "contrasts": lambda low=1.0, **options: stats.contrasts(cells(low), within="exercise", **options),
    "rm_anova": lambda low=1.0, **options: stats.rm_anova(cells(low), within="exercise", **options),
    "mixed_model": lambda low=1.0, **options: stats.mixed_model(cells(low), "value ~ exercise", **options),
    "mixed_model_many": lambda low=1.0, **options: stats.mixed_model_many(
        cells(low), "~ exercise", outcomes=["value"], **options
    ),
    "effect_sizes": lambda low=1.0, **options: stats.effect_sizes(cells(low), within="exercise", **options),
    "equivalence": lambda low=1.0, **options: stats.equivalence(cells(low), within="exercise", **options),
    "influence": lambda low=1.0, **options: stats.influence(cells(low), within="exercise", **options),
    "waveform_test": lambda low=1.0, **options: stats.waveform_test(curves(low), within="exercise", **options),
    "reliability": lambda: stats.reliability(cells(1.0), within="exercise"),
    "meta_analysis": lambda **options: stats.meta_analysis(
        pd.DataFrame({"m1": [2.0, 3.0, 2.5], "sd1": [1.0, 1.0, 1.0], "m2": [1.0, 2.0, 1.4], "sd2": [1.0, 1.0, 1.0],
                      "n": [9, 10, 8], "r": [0.5, 0.6, 0.7]}), **options,
    ),
    "reconstruct": lambda: stats.reconstruct(n=8, d_av="1.2", p=".009"),
    "planned_contrasts": lambda low=1.0, **options: stats.planned_contrasts(
        cells(low), within="exercise", weights="polynomial", **options
    ),
    "bayes_factors": lambda low=1.0, **options: stats.bayes_factors(cells(low), within="exercise", **options),
    "normality": lambda low=1.0, **options: stats.normality(cells(low), within="exercise", **options),
    "friedman": lambda: stats.friedman(cells(1.0), within="exercise"),
    "post_hoc": lambda: stats.post_hoc(stats.rm_anova(cells(1.0), within="exercise"), cells(1.0)),
    "compare_models": lambda: stats.compare_models(
        stats.mixed_model(cells(1.0), "value ~ exercise"), stats.mixed_model(cells(1.0), "value ~ exercise * group")
    ),
    "power_simulate": lambda: stats.power_simulate(
        means={"a": 1.0, "b": 1.2}, sd_condition=0.2, sd_repetition=0.1, n=8, studies=20, seed=1
    ),
}  # fmt: skip
FURTHER = {"equivalence": {"bounds": (-5.0, 5.0)}}


def table_of(result: Any) -> stats.Results:
    """The table that a result's words come from."""
    for name in ("summary", "pooled", "terms"):
        if not isinstance(result, stats.Results) and hasattr(result, name):
            return getattr(result, name)  # type: ignore[no-any-return]
    assert isinstance(result, stats.Results)
    return result


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_takes_its_table_first_and_the_rest_by_name(name: str) -> None:
    found = parameters(name)
    by_position = [one for one, value in found.items() if value.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    wanted = [] if name in WITHOUT_A_TABLE else FIRST.get(name, ["cells"])
    assert by_position == [*wanted, *(["formula"] if name.startswith("mixed_model") else [])]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_one_thing_has_one_name(name: str) -> None:
    found = parameters(name)
    assert not {"value", "trial", "table", "column", "groups", "subject"} & set(found)
    if name in ON_LOGS:
        assert found["log"].default is True
        assert found["participant"].default == "participant"
    if "within" in found:
        assert found["outcome"].default == "value"
        wanted = {"reliability": "trial", "normality": None}.get(name, inspect.Parameter.empty)
        assert found["within"].default == wanted
    for one in ("within", "between"):
        if one in found:
            assert found[one].annotation.startswith("str | Sequence[str]")
    if "by" in found:
        assert found["by"].annotation == "str | Sequence[str] | None"


@pytest.mark.parametrize("name", ["contrasts", "rm_anova", "effect_sizes", "equivalence", "influence", "reliability"])
def test_within_is_a_name_or_a_list_of_one(name: str) -> None:
    call = getattr(stats, name)
    one, listed = call(cells(1.0), within="exercise"), call(cells(1.0), within=["exercise"])
    pd.testing.assert_frame_equal(one, listed)
    assert {key: value for key, value in one.attrs.items() if key != "within"} == {
        key: value for key, value in listed.attrs.items() if key != "within"
    }
    assert one.sentences() == listed.sentences()
    if name == "rm_anova":
        return
    text = (
        r"'within' cannot be used. Allowed: one column, or a list of one. Got: \['exercise', 'group'\]. Hint: name fu"
    )
    with pytest.raises(ArgumentError, match=text):
        call(cells(1.0), within=["exercise", "group"])


@pytest.mark.parametrize("name", ["contrasts", "rm_anova", "effect_sizes"])
def test_between_is_a_name_or_a_list_of_one(name: str) -> None:
    call = getattr(stats, name)
    one, listed = (call(cells(1.0), within="exercise", between=between) for between in ("group", ["group"]))
    pd.testing.assert_frame_equal(one, listed)
    assert one.methods() == listed.methods()
    text = (
        r"'between' cannot be used. Allowed: one column, or a list of one. Got: \['group', 'sex'\]. Hint: join several"
    )
    with pytest.raises(ArgumentError, match=text):
        call(cells(1.0), within="exercise", between=["group", "sex"])


def test_a_curve_has_one_column_of_conditions_and_a_model_one_factor() -> None:
    pd.testing.assert_frame_equal(
        CALLS["waveform_test"]().summary, stats.waveform_test(curves(), within=["exercise"]).summary
    )
    with pytest.raises(ArgumentError, match=r"'within' cannot be used.*one column, or a list of one"):
        stats.waveform_test(curves(), within=["exercise", "group"])
    model = stats.mixed_model(cells(1.0), "value ~ group * exercise")
    pd.testing.assert_frame_equal(model.contrasts("exercise"), model.contrasts(["exercise"]))
    with pytest.raises(
        ArgumentError, match=r"'factor' cannot be used.*Hint: name further ones in 'by', or ask for inte"
    ):
        model.contrasts(["group", "exercise"])
    with pytest.raises(ArgumentError, match=r"'factor' cannot be used.*one column, or a list of one"):
        model.joint_tests(["group", "exercise"])


@pytest.mark.parametrize("low", [0.0, -2.0])
@pytest.mark.parametrize("name", ON_LOGS)
def test_a_value_that_has_no_logarithm_is_refused_by_default_and_the_hint_says_what_to_do(
    name: str, low: float
) -> None:
    with pytest.raises(DesignError, match="needs values above 0, and 'value' is 0 or negative") as caught:
        CALLS[name](low)
    assert "log=False" in caught.value.hint
    assert table_of(CALLS[name](low, log=False, **FURTHER.get(name, {}))).attrs["scale"] == "raw"


def test_an_array_of_outcomes_has_the_same_hint() -> None:
    values = np.stack([cells(-2.0)["value"]], axis=1)
    with pytest.raises(DesignError, match="1 values of 'outcomes' are empty or infinite, 0 or negative") as caught:
        stats.mixed_model_many(cells(1.0), "~ exercise", outcomes=values)
    assert "log=False" in caught.value.hint


def test_reliability_has_no_log_to_turn_off_so_its_hint_names_none() -> None:
    text = "The coefficient of variation needs values above 0, and 'value' is 0 or negative. Where: participants 'P1'"
    with pytest.raises(DesignError, match=text) as caught:
        stats.reliability(cells(-2.0), within="exercise")
    assert "log=False" not in str(caught.value)


@pytest.mark.parametrize("name", CALLS)
def test_every_result_says_which_scale_it_is_on(name: str) -> None:
    results = {"default": table_of(CALLS[name]())}
    if name in ON_LOGS:
        results["raw"] = table_of(CALLS[name](log=False, **FURTHER.get(name, {})))
    if name == "meta_analysis":
        results["raw"] = table_of(CALLS[name](measure="mean_change"))
    words = {"log": "logarithms", "raw": "raw scale|the values|mean changes"}
    for which, table in results.items():
        scale = table.attrs["scale"]
        raw = which == "raw" or name in ("effect_sizes", "reliability", "reconstruct", "friedman")
        assert scale == ("raw" if raw else "log")
        assert f", {scale} scale" in repr(table).split("\n\n")[0]
        assert pd.Series([table.methods()]).str.contains(words[scale])[0], table.methods()
    assert set(CALLS) | set(WITHOUT_A_SCALE) == set(FUNCTIONS)


def test_a_seed_is_given_wherever_a_random_number_is_drawn() -> None:
    for module in (stats, simulate, replication):
        for name in module.__all__:
            found = getattr(module, name)
            if inspect.isfunction(found) and "seed" in (drawn := inspect.signature(found).parameters):
                seed = drawn["seed"]
                assert seed.kind is inspect.Parameter.KEYWORD_ONLY, name
                # all sign flips and random-field theory draw nothing, so that only random flips ask for one
                assert seed.default is (None if name == "waveform_test" else inspect.Parameter.empty), name


def test_random_flips_without_a_seed_are_refused() -> None:
    text = (
        r"Random sign flips need a seed.*Allowed: a whole number of at least 0. Got: seed=None. Hint: give one.*seed=1"
    )
    with pytest.raises(ArgumentError, match=text):
        stats.waveform_test(curves(), within="exercise", flips=1000)
    with pytest.raises(ArgumentError, match=r"'seed' cannot be used.*whole number of at least 0. Got: 1\.5"):
        stats.waveform_test(curves(), within="exercise", flips=1000, seed=1.5)  # type: ignore[arg-type]
    assert "(seed 3)" in stats.waveform_test(curves(), within="exercise", flips=1000, seed=3).methods()
    exact = stats.waveform_test(curves(), within="exercise", seed=3)
    assert exact.attrs["seed"] is None
    assert stats.waveform_test(curves(), within="exercise", method="rft").attrs["seed"] is None


DIALECT = {"told", "tells", "said", "came", "speaks"}


def test_names_are_plain_words() -> None:
    for package in (stats, simulate, replication):
        for path in Path(str(package.__file__)).parent.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = getattr(node, "name", None) or getattr(node, "id", None) or getattr(node, "arg", None)
                if isinstance(name, str):
                    assert not DIALECT & set(name.lower().split("_")), f"{name} in {path.name}, line {node.lineno}"  # type: ignore[attr-defined]


# what is doubtful about a result is a Notice wherever it is kept


def doubtful() -> dict[str, Any]:
    """One result of each kind that has something doubtful about it."""
    same = cells(1.0).assign(value=lambda t: np.where(t["exercise"] == "squat", 2.0, 1.0))
    alike = pd.DataFrame({"m1": [2.0] * 3, "sd1": [1.0] * 3, "m2": [1.0] * 3, "sd2": [1.0] * 3, "n": [9] * 3, "r": 0.5})
    rows = pd.concat([cells(1.0).assign(repetition=i) for i in range(2)], ignore_index=True)
    rows["value"] *= np.exp(np.random.default_rng(6).normal(0, 0.1, len(rows)))
    flat = curves().assign(value=lambda t: t["value"].where(t["point"] > 0, 1.0))
    return {
        "contrasts": stats.contrasts(same, within="exercise"),
        "effect_sizes": stats.effect_sizes(same, within="exercise"),
        "equivalence": stats.equivalence(same, within="exercise"),
        "rm_anova": stats.rm_anova(same, within="exercise"),
        "reliability": stats.reliability(same, within="exercise"),
        "meta_analysis": stats.meta_analysis(alike),
        "reconstruct": CALLS["reconstruct"](),
        "waveform_test": stats.waveform_test(flat, within="exercise"),
        "mixed_model": stats.mixed_model(rows, "value ~ exercise"),
        "mixed_model_many": stats.mixed_model_many(rows, "~ exercise", outcomes=["value"]),
    }


def test_notices_are_notices_wherever_they_are_kept() -> None:
    for name, result in doubtful().items():
        assert isinstance(result.notices, tuple), name
        assert result.notices, name
        assert all(isinstance(notice, Notice) for notice in result.notices), name
        table = table_of(result)
        assert table.notices == result.notices
        assert table.iloc[:1].notices == pd.read_pickle(pickled(table)).notices == result.notices
        assert json.loads(json.dumps(table.attrs["notices"])) == [vars_of(notice) for notice in result.notices]
        assert f"Notice: {result.notices[0].text}"[:60] in repr(table)
    assert stats.power_paired(effect=1.0, n=10).notices == ()


def pickled(table: pd.DataFrame) -> io.BytesIO:
    buffer = io.BytesIO()
    table.to_pickle(buffer)
    buffer.seek(0)
    return buffer


def vars_of(notice: Notice) -> dict[str, str]:
    return {"code": notice.code, "text": notice.text}


def test_a_table_whose_facts_got_lost_has_no_notices() -> None:
    table = doubtful()["contrasts"]
    table.attrs = {}
    assert table.notices == ()


@pytest.mark.filterwarnings("always::emgkit.errors.EmgkitWarning")
def test_each_notice_is_a_warning_once_at_the_line_that_called_the_analysis() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        results = doubtful()
    texts = [notice.text for result in results.values() for notice in result.notices]
    assert [str(one.message) for one in caught] == texts
    assert {one.filename for one in caught} == {__file__}
    before = len(caught)
    with warnings.catch_warnings(record=True) as again:
        warnings.simplefilter("always")
        repr(results["mixed_model"]), results["mixed_model"].variances, results["waveform_test"].sentences()
    assert (len(caught), again) == (before, [])


def test_a_model_prints_its_notices_once() -> None:
    model = doubtful()["mixed_model"]
    for notice in model.notices:
        assert repr(model).replace("\n  ", " ").replace("\n", " ").count(notice.text) == 1
        assert model._repr_html_().count(f"Notice: {notice.text}") == 1
    assert model.variances.notices == model.terms.notices == model.notices
