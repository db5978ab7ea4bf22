"""When a mixed model doubts its error terms: repetitions taken for people, one error term for unequal pairs."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit.errors import EmgkitWarning
from emgkit.stats import mixed_model
from emgkit.stats.mixed.model import MixedModel

EXERCISES = ("deadlift", "hip_thrust", "squat")
TWO_WAY = "value ~ exercise * muscle"
NESTED = ["1", "exercise", "muscle"]
KEYS = ("participant", "exercise", "muscle")


def grid(n: int = 14, *, muscles: int = 1, repetitions: int = 1) -> pd.DataFrame:
    """A complete design without values."""
    rows = itertools.product(range(n), EXERCISES, range(muscles), range(repetitions))
    table = pd.DataFrame(rows, columns=["participant", "exercise", "muscle", "repetition"])
    table["muscle"] = "m" + table["muscle"].astype(str)
    return table.drop(columns=[*(["muscle"] if muscles == 1 else []), *(["repetition"] if repetitions == 1 else [])])


def effects(table: pd.DataFrame, *columns: str, sd: float = 1.0, seed: int = 0) -> np.ndarray:
    """One random number for every combination of the columns' values."""
    codes = table.groupby([*columns]).ngroup().to_numpy()
    return np.random.default_rng(seed).normal(0, sd, codes.max() + 1)[codes]


def spread(table: pd.DataFrame, column: str, sds: tuple[float, ...], seed: int = 9) -> np.ndarray:
    """Independent numbers whose standard deviation depends on the level of a column."""
    sd = np.array(sds)[pd.factorize(table[column], sort=True)[0]]
    return np.random.default_rng(seed).normal(size=len(table)) * sd


def fitted(table: pd.DataFrame, formula: str, **further: Any) -> tuple[MixedModel, dict[str, str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        model = mixed_model(table, formula, **{"log": False, **further})
    return model, {notice.code: notice.text for notice in model.notices}


# one error term for unequal pairs


def test_nested_terms_pool_the_pairs_of_their_own_levels() -> None:
    table = grid(muscles=3)
    person = effects(table, "participant")
    table["value"] = person + effects(table, "participant", "muscle", seed=1) + spread(table, "exercise", (0.1, 0.1, 3))
    _, notices = fitted(table, TWO_WAY, random=NESTED)
    assert "between pairs of 'exercise', and the random terms give all of these one error" in notices["pooled-error"]
    # the other way round: it is the muscles whose pairs differ
    table["value"] = person + effects(table, "participant", "exercise", seed=1) + spread(table, "muscle", (0.1, 0.1, 3))
    _, notices = fitted(table, TWO_WAY, random=NESTED)
    assert "between pairs of 'muscle'" in notices["pooled-error"]


def test_nested_terms_may_differ_from_one_another() -> None:
    table = grid(40, muscles=3)
    # exercises move every muscle of a person alike and by much, muscles by little: two error terms, each the right one
    table["value"] = effects(table, "participant") + effects(table, "participant", "exercise", sd=3, seed=1)
    table["value"] += effects(table, "participant", "muscle", sd=0.3, seed=2) + effects(
        table, *table.columns[:3], seed=3
    )
    model, notices = fitted(table, TWO_WAY, random=NESTED)
    assert notices == {}
    assert not model.singular
    # an intercept alone takes them for one
    _, notices = fitted(table, TWO_WAY)
    assert "between pairs of conditions" in notices["pooled-error"]


def test_equal_pairs_whose_averages_vary_too_much_for_an_intercept_alone() -> None:
    table = grid(20, muscles=3)
    # single pairs of exercises and of muscles vary alike; averaged over the other they should vary less, and do not
    table["value"] = effects(table, "participant", "exercise", seed=1) + effects(table, "participant", "muscle", seed=2)
    table["value"] += 0.1 * effects(table, *table.columns[:3], seed=3)
    assert "between pairs of conditions" in fitted(table, TWO_WAY)[1]["pooled-error"]
    assert fitted(table, TWO_WAY, random=NESTED)[1] == {}


def test_what_the_user_can_do_is_no_part_of_the_methods() -> None:
    table = grid(20, muscles=3)
    table["value"] = effects(table, "participant", "exercise", seed=1) + effects(table, "participant", "muscle", seed=2)
    table["value"] += 0.1 * effects(table, *table.columns[:3], seed=3)
    with pytest.warns(EmgkitWarning, match="of the others too often. Use contrasts"):
        model = mixed_model(table, TWO_WAY, log=False)
    (notice,) = [notice for notice in model.notices if notice.code == "pooled-error"]
    assert notice.message == f"{notice.text} {notice.hint}"
    methods = model.terms.methods()
    assert notice.text in methods
    assert "Use contrasts" not in methods
    assert model.terms.notices == model.notices
    assert "Use contrasts" in " ".join(repr(model.terms).split())


def test_repetitions_under_nested_terms_are_looked_at_as_means() -> None:
    table = grid(40, repetitions=4)
    cell = pd.Series(spread(grid(40), "exercise", (0.1, 0.1, 3))).repeat(4).to_numpy()
    noise = np.random.default_rng(4).normal(0, 0.05, len(table))
    table["value"] = effects(table, "participant") + cell + noise
    _, notices = fitted(table, "value ~ exercise", random=["1", "exercise"])
    assert set(notices) == {"pooled-error"}
    # an intercept alone has a graver fault, and only that is named
    assert set(fitted(table, "value ~ exercise")[1]) == {"pseudo-replication"}
    # slopes give each pair its own error term
    assert fitted(table, "value ~ exercise", random="1 + exercise")[1] == {}
    # the same repetitions about equal cells
    table["value"] = effects(table, "participant") + effects(table, "participant", "exercise", seed=1) + noise
    assert fitted(table, "value ~ exercise", random=["1", "exercise"])[1] == {}


def test_a_lost_cell_does_not_hide_unequal_pairs() -> None:
    table = grid()
    table["value"] = effects(table, "participant") + spread(table, "exercise", (0.1, 0.1, 3))
    whole = fitted(table, "value ~ exercise")[1]["pooled-error"]
    assert fitted(table.drop(index=[0]), "value ~ exercise")[1]["pooled-error"] != whole
    # those without the cell do not count: as if they were not there
    rest = fitted(table[table["participant"] > 0], "value ~ exercise")[1]["pooled-error"]
    assert fitted(table.drop(index=[0]), "value ~ exercise")[1]["pooled-error"] == rest
    # nobody has all cells
    holes = table[table["participant"] % 3 != pd.factorize(table["exercise"])[0]]
    assert "pooled-error" not in fitted(holes, "value ~ exercise")[1]


def test_the_standard_deviations_are_those_of_the_differences_within_groups() -> None:
    table = grid(12)
    table["value"] = effects(table, "participant") + spread(table, "exercise", (0.1, 0.1, 3))
    table["group"] = np.where(table["participant"] < 5, "a", "b")
    shift = np.where((table["group"] == "a") & (table["exercise"] == "squat"), 50.0, 0.0)
    text = fitted(table.assign(value=table["value"] + shift), "value ~ exercise * group")[1]["pooled-error"]
    wide = table.pivot_table(index=["group", "participant"], columns="exercise", values="value")
    sds = [
        np.sqrt(sum(((d - d.mean()) ** 2).sum() for _, d in (wide[a] - wide[b]).groupby("group")) / 10)
        for a, b in itertools.combinations(EXERCISES, 2)
    ]
    assert f"range from {min(sds):.2f} to {max(sds):.2f} between" in text


@pytest.mark.parametrize("random", ["1", NESTED], ids=str)
def test_equal_pairs_are_rarely_doubted(random: Any) -> None:
    table, doubted = grid(10, muscles=2), 0
    for seed in range(30):
        table["value"] = effects(table, "participant", seed=seed) + effects(table, *table.columns[:3], seed=seed + 1000)
        if random == NESTED:
            table["value"] += effects(table, "participant", "exercise", seed=seed + 2000)
        doubted += "pooled-error" in fitted(table, TWO_WAY, random=random)[1]
    # a fifth at most, as the threshold is set; three standard errors above it
    assert doubted <= 12


# repetitions taken for people


def test_a_covariate_of_each_repetition_does_not_hide_the_repetitions() -> None:
    table = grid(repetitions=4)
    table["speed"] = np.random.default_rng(1).normal(1, 0.2, len(table))
    table["value"] = effects(table, "participant") + effects(table, *table.columns[:3], seed=3)
    plain, covariate = (fitted(table, f"value ~ exercise{more}")[1]["pseudo-replication"] for more in ("", " + speed"))
    assert plain == covariate
    assert plain.startswith("168 rows repeat a condition of their participant, and the random terms hold no "
                            "'participant:exercise': ")  # fmt: skip
    assert "such as random=['1', 'exercise'], or average" in plain
    assert set(fitted(table, "value ~ exercise * speed", random=["1", "exercise"])[1]) == {"effect-at-zero"}


def test_a_covariate_of_the_person_repeats_nothing() -> None:
    table = grid(40)
    table["mass"] = 60.0 + table["participant"]
    table["value"] = effects(table, "participant") + effects(table, "participant", "exercise", seed=3)
    assert set(fitted(table, "value ~ exercise * mass")[1]) == {"effect-at-zero"}
    table["mass"] -= table["mass"].mean()
    assert fitted(table, "value ~ exercise * mass")[1] == {}
    table["order"] = np.random.default_rng(2).permutation(len(table)) * 1.0
    assert fitted(table, "value ~ exercise + order")[1] == {}


def test_repeated_loads_ask_for_slopes_and_the_advice_can_be_followed() -> None:
    table = grid(repetitions=6)
    table["load"] = 60.0 + 10 * (table["repetition"] % 3)
    table["value"] = effects(table, "participant") + effects(table, *table.columns[:3], seed=3)
    text = fitted(table, "value ~ exercise * load")[1]["pseudo-replication"]
    assert "no 'participant:exercise', 'slopes of load' and 'slopes of exercise:load': repetitions" in text
    assert "such as random='1 + exercise + load', or average" in text
    assert "pseudo-replication" not in fitted(table, "value ~ exercise * load", random="1 + exercise + load")[1]
    # loads of which each comes once are values of a covariate, and repeat the exercise only
    once = table[table["repetition"] < 3]
    text = fitted(once, "value ~ exercise + load")[1]["pseudo-replication"]
    assert text.startswith("126 rows")
    assert "slopes" not in text
    assert "random=['1', 'exercise']" in text


def test_the_advice_names_columns_as_the_formula_does() -> None:
    table = grid(repetitions=4).rename(columns={"exercise": "load_kg"})
    table["load_kg"] = table["load_kg"].map({"deadlift": 60, "hip_thrust": 70, "squat": 80})
    table["value"] = effects(table, "participant") + effects(table, *table.columns[:3], seed=3)
    text = fitted(table, "value ~ C(load_kg)")[1]["pseudo-replication"]
    assert "no 'participant:load_kg': " in text
    assert "random=['1', 'C(load_kg)']" in text
    assert fitted(table, "value ~ C(load_kg)", random=["1", "C(load_kg)"])[1].keys() <= {"singular"}


def test_what_random_holds_already_stays_in_the_advice() -> None:
    table = grid(8, muscles=2, repetitions=3)
    table["value"] = effects(table, "participant") + effects(table, *table.columns[:4], seed=3)
    text = fitted(table, TWO_WAY, random=["1", "exercise"])[1]["pseudo-replication"]
    assert "no 'participant:muscle' and 'participant:exercise:muscle': " in text
    advised = ["1", "exercise", "muscle", "exercise:muscle"]
    assert f"random={advised}, or average" in text
    assert "pseudo-replication" not in fitted(table, TWO_WAY, random=advised)[1]
