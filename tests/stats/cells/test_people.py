"""Labels shared by groups are refused and named, and every analysis says what varied within people."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from emgkit import stats
from emgkit.errors import ArgumentError, DesignError
from emgkit.stats.cells.columns import Factor
from emgkit.stats.cells.labels import check_spelling, spelled_alike
from emgkit.stats.cells.people import people_at_levels

pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")


def numbered(*sizes: int, factor: str = "group", apart: bool = False) -> pd.DataFrame:
    """Groups of people, each numbered from 1, before and after; ``apart`` gives everybody a label of their own."""
    rng = np.random.default_rng(3)
    rows = [
        {factor: group, "participant": f"{group}{person}" if apart else str(person), "time": time,
         "value": float(np.exp(4 + rng.normal(0, 0.4)))}
        for group, size in zip("ABCDEF", sizes, strict=False)
        for person in range(1, size + 1)
        for time in ("post", "pre")
    ]  # fmt: skip
    return pd.DataFrame(rows)


REFUSED: dict[str, Any] = {
    "mixed_model": lambda c, f: stats.mixed_model(c, f"value ~ time * {f}"),
    "mixed_model, one factor": lambda c, f: stats.mixed_model(c[c["time"] == "pre"], f"value ~ {f}"),
    "mixed_model_many": lambda c, f: stats.mixed_model_many(c, f"~ time * {f}", outcomes=["value"]),
    "contrasts by": lambda c, f: stats.contrasts(c, within="time", by=f),
    "effect_sizes by": lambda c, f: stats.effect_sizes(c, within="time", by=f),
    "equivalence by": lambda c, f: stats.equivalence(c, within="time", by=f),
    "rm_anova by": lambda c, f: stats.rm_anova(c, within="time", by=f),
    "influence by": lambda c, f: stats.influence(c, within="time", by=f),
}
GROUPED: dict[str, Any] = {
    "rm_anova": lambda c, f: stats.rm_anova(c, within="time", between=f),
    "contrasts": lambda c, f: stats.contrasts(c, within="time", between=f),
    "effect_sizes": lambda c, f: stats.effect_sizes(c, within="time", between=f),
}


# ------------------------------------------------------------------ labels in some but not all levels


@pytest.mark.parametrize("sizes", [(5, 9), (9, 5), (4, 6, 8), (5, 9, 9), (2, 2, 3)])
@pytest.mark.parametrize("factor", ["group", "training", "clinic"])
@pytest.mark.parametrize("name", REFUSED)
def test_labels_in_some_but_not_all_levels_are_refused_and_named(
    name: str, factor: str, sizes: tuple[int, ...]
) -> None:
    table = numbered(*sizes, factor=factor)
    with pytest.raises(DesignError, match=rf"stand in several levels of '{factor}', and not every label") as caught:
        REFUSED[name](table, factor)
    error = caught.value
    for person in range(1, max(sizes) + 1):
        assert f"'{person}'" in error.where
    assert f"crossed=['{factor}']" in error.hint
    assert f"cells['{factor}'].astype(str) + ' ' + cells['participant'].astype(str)" in error.hint
    assert "average" not in str(error)
    assert "summarize" not in str(error)


def test_the_message_says_who_stands_where() -> None:
    with pytest.raises(DesignError) as caught:
        stats.mixed_model(numbered(2, 4), "value ~ time * group")
    assert caught.value.what == (
        "2 labels of 'participant' stand in several levels of 'group', and not every label in all of them, so it "
        "varies neither within participants nor between them"
    )
    assert caught.value.where == "'1' and '2' in 'A' and 'B'; '3' and '4' in 'B'"
    assert caught.value.allowed == (
        "every label in one level of 'group' (different people) or in all of them (the same people)"
    )


@pytest.mark.parametrize("sizes", [(5, 9), (6, 6)])
@pytest.mark.parametrize("name", GROUPED)
def test_a_label_in_two_groups_is_refused_before_its_rows_count_as_copies(name: str, sizes: tuple[int, ...]) -> None:
    with pytest.raises(DesignError, match=r"\d participants are in more than one level of 'group'") as caught:
        GROUPED[name](numbered(*sizes), "group")
    assert "'1', '2'" in caught.value.where
    assert "let the labels say so" in caught.value.hint
    assert "average" not in str(caught.value)


@pytest.mark.parametrize("column", ["group", "sex", "cohort"])
@pytest.mark.parametrize(
    "call",
    [
        lambda c: stats.contrasts(c, within="time"),
        lambda c: stats.rm_anova(c, within="time"),
        lambda c: stats.mixed_model(c, "value ~ time"),
        lambda c: stats.influence(c, within="time"),
    ],
    ids=["contrasts", "rm_anova", "mixed_model", "influence"],
)
@pytest.mark.parametrize("sizes", [(5, 9), (6, 6)])
def test_groups_that_the_analysis_does_not_name_are_looked_at_too(
    sizes: tuple[int, ...], call: Any, column: str
) -> None:
    with pytest.raises(DesignError, match=rf"several levels of '{column}', which is not a factor") as caught:
        call(numbered(*sizes, factor=column))
    assert "average" not in str(caught.value)


def test_the_labels_that_the_hint_makes_are_accepted() -> None:
    cells = numbered(5, 9)
    cells = cells.assign(participant=cells["group"].astype(str) + " " + cells["participant"].astype(str))
    model = stats.mixed_model(cells, "value ~ time * group")
    assert model.n == 14
    assert stats.rm_anova(cells, within="time", between="group")["n"].unique().tolist() == [14]


def test_only_repetitions_are_ever_to_be_averaged() -> None:
    cells = numbered(4, apart=True).drop(columns="group")
    hints = {}
    for column in ("repetition", "set", "clinic"):
        twice = pd.concat([cells.assign(**{column: 1}), cells.assign(**{column: 2})], ignore_index=True)
        with pytest.raises(DesignError, match="share a cell") as caught:
            stats.contrasts(twice, within="time")
        hints[column] = caught.value.hint
    assert "emgkit.summarize" in hints["repetition"]
    assert "emgkit.summarize" in hints["set"]
    assert "average" not in hints["clinic"]
    assert "different people" in hints["clinic"]
    with pytest.raises(DesignError, match="share a cell") as caught:
        stats.contrasts(pd.concat([cells, cells.iloc[:1]], ignore_index=True), within="time")
    assert "average" not in caught.value.hint
    assert "another person with the same label" in caught.value.hint


# ------------------------------------------------------------------ what passes, and what is said of it


def test_a_fully_crossed_design_passes_and_says_within() -> None:
    table = numbered(5, 5)
    text = "Time and group varied within participants (n = 5 at every level)."
    assert text in stats.mixed_model(table, "value ~ time * group").methods()
    assert text in stats.contrasts(table, within="time", by="group").methods()
    assert text in stats.rm_anova(table, within=["time", "group"]).methods()


def test_groups_say_between_with_n_at_each_level() -> None:
    table = numbered(5, 9, apart=True)
    within = "Time varied within participants (n = 14 at every level)"
    text = f"{within}; group varied between participants (A n = 5, B n = 9)."
    for result in (
        stats.mixed_model(table, "value ~ time * group"),
        stats.mixed_model_many(table, "~ time * group", outcomes=["value"]),
        stats.contrasts(table, within="time", between="group"),
        stats.contrasts(table, within="time", by="group"),
        stats.rm_anova(table, within="time", between="group"),
        stats.rm_anova(table, within="time", by="group"),
        stats.effect_sizes(table, within="time", between="group"),
        stats.equivalence(table, within="time", by="group"),
        stats.influence(table, within="time", by="group"),
    ):
        assert text in result.methods()  # type: ignore[attr-defined]
    facts = stats.contrasts(table, within="time", by="group").attrs["people"]
    assert facts == {
        "time": {"varies": "within", "n": {"post": 14, "pre": 14}, "lacking": 0},
        "group": {"varies": "between", "n": {"A": 5, "B": 9}, "lacking": 0},
    }


def test_a_crossover_with_drop_outs_says_so() -> None:
    table = numbered(5, 9)
    model = stats.mixed_model(table, "value ~ time * group", crossed=["group"])
    assert "group varied within participants (A n = 5, B n = 9; 4 participants lacked a level)" in model.methods()
    assert model.n == 9
    same = stats.contrasts(table, within="time", by="group", crossed="group")
    assert same["n"].tolist() == [5, 9]
    assert "group varied within participants" in same.methods()
    # what is crossed changes no number
    whole = stats.mixed_model(numbered(6, 6), "value ~ time * group")
    again = stats.mixed_model(numbered(6, 6), "value ~ time * group", crossed=["group"])
    pd.testing.assert_frame_equal(pd.DataFrame(whole.terms), pd.DataFrame(again.terms))


def test_crossed_names_a_factor_in_which_people_have_several_levels() -> None:
    table = numbered(5, 9, apart=True)
    with pytest.raises(ArgumentError, match=r"'crossed' names no factor.*'time' and 'group'.*Did you mean 'group'"):
        stats.mixed_model(table, "value ~ time * group", crossed=["grup"])
    with pytest.raises(DesignError, match=r"'crossed' names 'group', and every participant has one level of it"):
        stats.mixed_model(table, "value ~ time * group", crossed=["group"])


@pytest.mark.parametrize("factor", ["exercise", "muscle", "session", "time", "load_kg"])
def test_what_people_go_through_may_be_lacking(factor: str) -> None:
    table = numbered(8, apart=True).drop(columns="group").rename(columns={"time": factor})
    model = stats.mixed_model(table.drop(index=[0, 3, 4]), f"value ~ {factor}")
    assert f"{factor.replace('_', ' ').capitalize()} varied within participants" in model.methods()
    assert "3 participants lacked a level" in model.methods()


def test_a_factor_of_many_levels_of_which_everyone_has_most_is_gone_through() -> None:
    rng = np.random.default_rng(1)
    grid = pd.MultiIndex.from_product([[f"S{i}" for i in range(6)], [f"t{i}" for i in range(6)]])
    table = grid.to_frame(index=False, name=["participant", "target"]).assign(value=np.exp(rng.normal(0, 1, 36)))
    assert stats.mixed_model(table.drop(index=[3, 20]), "value ~ target").n == 6
    one_in_two = table[(table["participant"] != "S5") | table["target"].isin(["t0", "t1"])]
    with pytest.raises(DesignError, match="'S5' in 't0' and 't1'"):
        stats.mixed_model(one_in_two, "value ~ target")
    few = table[table["target"].isin(["t0", "t1", "t2"])].drop(index=[0])
    with pytest.raises(DesignError, match="several levels of 'target'"):
        stats.mixed_model(few, "value ~ target")


@given(st.lists(st.lists(st.booleans(), min_size=2, max_size=4), min_size=2, max_size=6))
@settings(deadline=None)
def test_the_facts_are_those_of_the_table(pattern: list[list[bool]]) -> None:
    width = len(pattern[0])
    present = np.array([(row + [False] * width)[:width] for row in pattern])
    assume(present.any(axis=1).all() and present.any(axis=0).all())
    table = pd.DataFrame([(f"P{i}", f"L{j}") for i, j in np.argwhere(present)], columns=["participant", "factor"])
    facts = people_at_levels(Factor.of(table, "participant"), [Factor.of(table, "factor")])["factor"]
    assert facts["n"] == {f"L{j}": int(present[:, j].sum()) for j in range(width)}
    assert facts["varies"] == ("between" if (present.sum(axis=1) == 1).all() else "within")
    assert facts["lacking"] == (0 if facts["varies"] == "between" else int((~present.all(axis=1)).sum()))


# ------------------------------------------------------------------ labels that read alike


@pytest.mark.parametrize(
    "spelling", ["squat ", " squat", "Squat", "SQUAT", "squat\u00a0", "\u200bsquat", "ｓｑｕａｔ", "squ at", "squat\t"]
)
@pytest.mark.parametrize("column", ["exercise", "participant", "side_of_body"])
def test_labels_that_differ_by_blanks_case_or_form_are_refused_in_quotes(column: str, spelling: str) -> None:
    table = numbered(4, apart=True).drop(columns="group")
    table["exercise"] = "squat"
    table["side_of_body"] = "squat"
    table.loc[table["time"] == "pre", column] = spelling
    table.loc[table["time"] == "post", column] = "squat"
    with pytest.raises(DesignError, match=r"differ by blanks, case or Unicode form only") as caught:
        stats.contrasts(table, within="time", by=["exercise", "side_of_body"])
    assert caught.value.where == f"column '{column}'"
    assert "'squat'" in caught.value.got
    assert repr(spelling) in caught.value.got or ascii(spelling) in caught.value.got


def test_forms_that_look_the_same_are_printed_with_escapes() -> None:
    composed, decomposed = unicodedata.normalize("NFC", "José"), unicodedata.normalize("NFD", "José")
    table = numbered(4, apart=True).replace({"participant": {"A1": composed, "A2": decomposed}})
    with pytest.raises(DesignError) as caught:
        stats.rm_anova(table, within="time")
    assert caught.value.got == r"'Jos\xe9' and 'Jose\u0301'"


def test_labels_that_differ_by_more_pass() -> None:
    check_spelling("participant", ["P1", "P11", "P_1", "P-1", "p2", 1, 2.5, True])
    assert spelled_alike([1, "1"]) == [[1, "1"]]
    assert spelled_alike(["\u2103", "\u00b0c"]) == [["\u2103", "\u00b0c"]]


@given(
    st.text(min_size=1, max_size=8),
    st.sampled_from([str.upper, str.lower, str.title, lambda t: f" {t}", lambda t: f"{t}\u00a0"]),
    st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
)
def test_any_such_spelling_is_found(label: str, change: Any, form: Any) -> None:
    other = unicodedata.normalize(form, change(label))
    # of some letters no case is the other of the other, such as the dotted capital I
    assume(label.casefold().upper().casefold() == label.casefold())
    assume(other != label and change(label).casefold().upper().casefold() == change(label).casefold())
    assume(change not in (str.upper, str.lower, str.title) or label.upper().casefold() == label.casefold())
    with pytest.raises(DesignError, match="differ by blanks, case or Unicode form only"):
        check_spelling("exercise", [label, other])


def test_a_factor_of_one_level_does_not_vary() -> None:
    table = pd.DataFrame({"participant": list("abcd") * 2, "exercise": ["squat"] * 4 + ["thrust"] * 4})
    table = table.assign(value=[3.0, 4, 5, 7, 4, 6, 6, 9], muscle="gluteus_maximus")
    found = stats.contrasts(table, within="exercise", by="muscle")
    assert "Exercise varied within participants (n = 4 at every level)." in found.methods()
    assert "muscle varied" not in found.methods().lower()
