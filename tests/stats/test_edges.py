"""At the edges: a number with its notice, or an error that says what to do; never NaN without a word."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special
from scipy import stats as scipy_stats

from emgkit import stats
from emgkit.errors import EmgkitError

# NaN by definition, as the docstrings say: a single contrast is spherical, and not tested
BY_DEFINITION = {"rm_anova": {"mauchly_w", "mauchly_p"}}


def cells(n: int, levels: int, *, effect: float, noise: float, alone: bool, seed: int) -> pd.DataFrame:
    """People in two groups (one of them of one person with ``alone``), each at every level."""
    rng = np.random.default_rng(seed)
    people = rng.normal(0, 0.3 * noise, n)
    rows = [
        {
            "participant": f"P{i}",
            "exercise": "abcd"[level],
            "group": "m" if i < (1 if alone else max(n // 2, 1)) else "w",
            "value": float(np.exp(3 + people[i] + 0.1 * effect * level + 0.1 * noise * rng.normal())),
        }
        for i in range(n)
        for level in range(levels)
    ]
    return pd.DataFrame(rows)


def curves(table: pd.DataFrame) -> pd.DataFrame:
    varied = [table.assign(point=point, value=table["value"] * (1 + 0.1 * point)) for point in range(3)]
    return pd.concat(varied, ignore_index=True)


ON_CELLS: dict[str, Callable[[pd.DataFrame, bool], Any]] = {
    "contrasts": lambda t, log: stats.contrasts(t, within="exercise", log=log),
    "contrasts of groups": lambda t, log: stats.contrasts(t, within="exercise", between="group", log=log),
    "contrasts, wilcoxon": lambda t, log: stats.contrasts(t, within="exercise", test="wilcoxon", log=log),
    "contrasts, sign-flip": lambda t, log: stats.contrasts(t, within="exercise", test="sign-flip", log=log),
    "effect_sizes": lambda t, log: stats.effect_sizes(t, within="exercise", log=log),
    "effect_sizes of groups": lambda t, log: stats.effect_sizes(t, within="exercise", between="group", log=log),
    "equivalence": lambda t, log: stats.equivalence(
        t, within="exercise", log=log, bounds=(0.8, 1.25) if log else (-1, 1)
    ),
    "influence": lambda t, log: stats.influence(t, within="exercise", log=log),
    "rm_anova": lambda t, log: stats.rm_anova(t, within="exercise", log=log),
    "rm_anova of groups": lambda t, log: stats.rm_anova(t, within="exercise", between="group", log=log),
    "reliability": lambda t, _: stats.reliability(t, within="exercise"),
    "mixed_model": lambda t, log: stats.mixed_model(t, "value ~ exercise", log=log),
    "mixed_model without intercept": lambda t, log: stats.mixed_model(t, "value ~ 0 + exercise", log=log),
    "mixed_model of groups": lambda t, log: stats.mixed_model(t, "value ~ exercise * group", log=log),
    "mixed_model_many": lambda t, log: stats.mixed_model_many(t, "~ exercise", outcomes=["value"], log=log),
    "waveform_test": lambda t, log: stats.waveform_test(curves(t), within="exercise", log=log),
}


def tables(result: Any) -> list[pd.DataFrame]:
    if isinstance(result, pd.DataFrame):
        return [result]
    return [result.terms, result.fixed, result.contrasts("exercise"), result.marginal_means("exercise")]


def check(name: str, call: Callable[[], Any]) -> None:
    """A number with its notice, or an error of emgkit's with something to read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", RuntimeWarning)
        try:
            found = tables(call())
        except EmgkitError as error:
            refused = error
        else:
            refused = None
    if refused is not None:
        assert refused.allowed or refused.hint or refused.got or refused.where, str(refused)
        return
    for table in found:
        numbers = table.select_dtypes("float")
        known = BY_DEFINITION.get(name.partition(" ")[0], set())
        assert not np.isinf(numbers.to_numpy(dtype=float)).any(), name
        lost = {column for column in numbers.columns if numbers[column].isna().any()} - known
        assert not lost or table.attrs["notices"], f"{name}: {lost} are NaN without a word"
        assert repr(table)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(sorted(ON_CELLS)),
    n=st.integers(1, 4),
    levels=st.integers(1, 4),
    effect=st.sampled_from([0.0, 0.5, 20.0]),
    noise=st.sampled_from([0.0, 1.0]),
    alone=st.booleans(),
    log=st.booleans(),
    seed=st.integers(0, 3),
)
def test_few_people_no_spread_and_huge_effects(
    name: str, n: int, levels: int, effect: float, noise: float, alone: bool, log: bool, seed: int
) -> None:
    table = cells(n, levels, effect=effect, noise=noise, alone=alone, seed=seed)
    check(name, lambda: ON_CELLS[name](table, log))


POWERS: dict[str, tuple[str, dict[str, Any]]] = {
    "power_paired": ("effect", {}),
    "power_between": ("effect", {}),
    "power_within": ("f", {"levels": 3}),
    "power_equivalence": ("bound", {}),
}


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(sorted(POWERS)),
    size=st.sampled_from([0.0, 1e-3, 0.5, 1.0, 3.0, 20.0, 1e3, 1e8]),
    n=st.sampled_from([1, 2, 3, 4, 13, 100, 1_000_000]),
    power=st.sampled_from([0.06, 0.8, 0.9999, 1 - 1e-12, 1 - 1e-16]),
    found=st.sampled_from(["size", "n", "power"]),
    alpha=st.sampled_from([0.05, 1e-3]),
)
def test_power_at_every_size(name: str, size: float, n: int, power: float, found: str, alpha: float) -> None:
    effect, options = POWERS[name]
    given_ = {effect: size, "n": n, "power": power}
    del given_[effect if found == "size" else found]
    check(name, lambda: getattr(stats, name)(**given_, **options, alpha=alpha))


@pytest.mark.parametrize(("effect", "n"), [(20.0, 2), (3.0, 13), (1.0, 100), (3.0, 100)])
def test_power_where_scipy_has_no_value(effect: float, n: int) -> None:
    """The same probability by another integral: over the mean, of the chance of so small a spread."""
    df, size = n - 1, effect * np.sqrt(n)
    critical = special.stdtrit(df, 0.975)
    assert np.isnan(scipy_stats.nct.sf(critical, df, size) + scipy_stats.nct.cdf(-critical, df, size))

    def density(x: float) -> float:
        return float(special.chdtr(df, df * (x / critical) ** 2) * np.exp(-((x - size) ** 2) / 2) / np.sqrt(2 * np.pi))

    expected = integrate.quad(density, size - 12, size + 12, limit=200, epsabs=1e-14)[0]
    assert stats.power_paired(effect=effect, n=n)["power"].iloc[0] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("n", [2, 3, 100, 1_000_000])
def test_the_smallest_effect_of_few_and_of_many_has_its_power(n: int) -> None:
    found = stats.power_paired(n=n, power=[0.8, 0.9999])
    again = [stats.power_paired(effect=effect, n=n)["power"].iloc[0] for effect in found["effect"]]
    np.testing.assert_allclose(again, [0.8, 0.9999], atol=1e-9)


def test_a_power_that_no_effect_reaches_and_an_effect_in_another_unit_are_refused() -> None:
    with pytest.raises(EmgkitError, match=r"No effect up to 1e\+06 gives a power of 0.8 with n = 2"):
        stats.power_paired(n=2, power=0.8, alpha=1e-12)
    with pytest.raises(EmgkitError, match=r"deviations, up to 1e\+06. Got: 30000000.0. Hint: divide"):
        stats.power_paired(effect=3e7, n=13)


def test_nan_has_its_word() -> None:
    two = cells(2, 3, effect=0, noise=1, alone=False, seed=0)
    same = cells(4, 2, effect=0, noise=0, alone=False, seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [n.code for n in stats.effect_sizes(two, within="exercise").notices] == ["two-participants"]
        assert [n.code for n in stats.rm_anova(two, within="exercise").notices] == ["few-participants"]
        assert [n.code for n in stats.influence(same, within="exercise").notices] == ["no-variance"]
        model = stats.mixed_model(cells(3, 2, effect=0, noise=1, alone=False, seed=0), "value ~ 0 + exercise")
        assert "no-degrees" in [notice.code for notice in model.terms.notices]
        sizes = stats.effect_sizes(cells(3, 2, effect=20, noise=0, alone=False, seed=0), within="exercise")
    assert sizes["d_av"].isna().all()
    assert "There is no spread to divide by in 'a / b'" in sizes.notices[0].text


def exercises() -> pd.DataFrame:
    return cells(6, 2, effect=0.5, noise=1, alone=False, seed=1).replace({"a": "set 2", "b": "set 10"})


def test_the_row_of_a_text_cell_is_named() -> None:
    table = exercises().astype({"value": object})
    table.loc[[3, 7], "value"] = ["12,5", "n/a"]
    with pytest.raises(EmgkitError) as refused:
        stats.contrasts(table, within="exercise")
    assert str(refused.value) == (
        "Column 'value' holds text in 2 rows. Where: row 3 ('12,5'), row 7 ('n/a'). Allowed: a column of numbers. "
        "Got: dtype object. Hint: correct or leave out these rows, then convert the column with pandas.to_numeric."
    )


def test_bounds_of_equivalence_have_their_unit() -> None:
    table = exercises().assign(unit="%MVC")
    with pytest.raises(EmgkitError, match=r"low < 0 < high, in the unit of the outcome \(%MVC\)"):
        stats.equivalence(table, within="exercise", log=False, bounds=(1, 5))
    found = stats.equivalence(table, within="exercise", log=False, bounds=(-5, 5))
    assert "against the bounds [−5.00, 5.00] %MVC: t(5)" in found.sentences()[0]
    assert "bounds [0.80, 1.25]: t(5)" in stats.equivalence(table, within="exercise").sentences()[0]


def test_levels_with_numbers_stand_in_their_order_everywhere() -> None:
    table = exercises()
    groups = table.assign(group=np.where(table["group"] == "m", "week 2", "week 10"))
    assert stats.contrasts(table, within="exercise")["contrast"].tolist() == ["set 2 / set 10"]
    compared = stats.contrasts(groups, within="exercise", between="group")
    assert compared["group"].tolist() == ["week 2 / week 10"]
    model = stats.mixed_model(groups, "value ~ exercise * group")
    assert model.marginal_means("exercise", by="group")["group"].tolist() == ["week 2"] * 2 + ["week 10"] * 2
    assert list(stats.rm_anova(groups, within="exercise", between="group").attrs["groups"]) == ["week 2", "week 10"]
    trials = stats.reliability(table, within="exercise")
    assert "set 2 / set 10" in trials["trials"].tolist() or "set 2 - set 10" in trials["trials"].tolist()


def test_results_that_are_concatenated_keep_their_words_or_say_that_they_lost_them() -> None:
    table = exercises()
    one, other = (stats.contrasts(table, within="exercise", log=log) for log in (True, False))
    assert pd.concat([one, one]).sentences() == one.sentences() * 2
    joined = pd.concat([one, other])
    assert joined.attrs == {}
    with pytest.raises(EmgkitError, match="different tables are concatenated, merged or joined: ask each table"):
        joined.sentences()


def test_a_model_without_intercept_says_below_its_table_what_its_test_is() -> None:
    model = stats.mixed_model(exercises(), "value ~ 0 + exercise")
    assert "The test of exercise is that all means of the logarithms are zero, not that they are" in repr(model.terms)
    assert "The test of" not in repr(stats.mixed_model(exercises(), "value ~ exercise").terms)


def test_someone_in_two_groups_gets_advice_that_the_function_can_take() -> None:
    table = exercises()
    table.loc[0, "group"] = "w"
    for compare in (stats.rm_anova, stats.effect_sizes):
        with pytest.raises(EmgkitError, match=r"belongs in 'within' or 'by'"):
            compare(table, within="exercise", between="group")
