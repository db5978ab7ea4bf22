"""Sentences say what their table shows, no more: where, of whom, in which unit, and how surely."""

from __future__ import annotations

import ast
import pickle
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit import stats
from emgkit.errors import EmgkitWarning, Notice
from emgkit.notation import ratio_places
from emgkit.stats import Results, contrasts, meta_analysis, mixed_model, mixed_model_many, rm_anova
from emgkit.stats.mixed.model import MixedModel
from emgkit.stats.results.methods import CAVEATS


def lifts(seed: int = 1, *, loads: tuple[float, ...] = (20.0, 40.0, 60.0), repetitions: int = 1) -> pd.DataFrame:
    """Two exercises under several loads, with a level and a slope of each person's own."""
    rng = np.random.default_rng(seed)
    levels = [range(10), ["squat", "thrust"], loads, range(repetitions)]
    table = pd.MultiIndex.from_product(levels, names=["participant", "exercise", "load", "repetition"]).to_frame(
        index=False
    )
    own = rng.normal(0, [5, 0.05], (10, 2))[table["participant"]]
    table["value"] = 50 + own[:, 0] + own[:, 1] * table["load"] + rng.normal(0, 1, len(table))
    return table.assign(unit="%MVC")


def squats(**options: Any) -> pd.DataFrame:
    return lifts(**options).query("exercise == 'squat'")


def quietly(table: pd.DataFrame, formula: str, **options: Any) -> MixedModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return mixed_model(table, formula, **{"log": False, **options})


def codes(model: MixedModel) -> set[str]:
    return {notice.code for notice in model.notices}


# ---------------------------------------------------------------- covariates


def test_a_factor_that_interacts_with_a_covariate_far_from_zero_has_no_sentence_of_no_effect() -> None:
    table = lifts()
    model = quietly(table, "value ~ exercise * load")
    (text,) = (notice.text for notice in model.notices if notice.code == "effect-at-zero")
    assert text.startswith("'exercise' interacts with load, so its own test and coefficients are those at load = 0.")
    assert model.terms["p"].min() > 0.05, "else nothing is tested here"
    lines = dict(zip(model.terms["term"], model.terms.sentences(), strict=True))
    assert lines["exercise"].startswith("Exercise at load = 0: F(1, ")
    assert "no effect was shown" not in lines["exercise"]
    assert "no effect was shown" in lines["load"]
    assert "no effect was shown" in lines["exercise:load"]
    assert "exercise[squat] (coded to sum to zero) at load = 0 was " in model.fixed.sentences()[1]
    # means and joint tests stand at the mean of the covariate
    assert model.joint_tests("exercise").sentences()[0].startswith("Exercise: F(")


def test_a_centred_covariate_needs_no_notice() -> None:
    table = lifts().assign(load=lambda t: t["load"] - t["load"].mean())
    model = quietly(table, "value ~ exercise * load")
    assert "effect-at-zero" not in codes(model)
    assert model.terms.sentences()[0].startswith("Exercise: F(1, ")
    assert "effect-at-zero" not in codes(quietly(lifts(), "value ~ exercise + load"))


@pytest.mark.parametrize("name", ["exercise", "muscle", "phase"])
def test_numbered_conditions_become_a_slope_only_with_a_notice(name: str) -> None:
    table = lifts(loads=(20.0,)).rename(columns={"exercise": name})
    table[name] = table[name].map({"squat": 1, "thrust": 2})
    texts = [notice.text for notice in quietly(table, f"value ~ {name}").notices]
    assert f"{name!r} holds numbers and is taken as a covariate, with one slope; write C({name}) for levels." in texts
    assert "condition-as-covariate" not in codes(quietly(table, f"value ~ C({name})"))
    assert "condition-as-covariate" not in codes(quietly(squats(), "value ~ load"))


def test_slopes_have_their_unit() -> None:
    model = quietly(lifts(), "value ~ exercise * load", random="1 + load")
    lines = model.fixed.sentences()
    assert re.search(r"load was −?[\d.]+ %MVC per unit of load, ", lines[2])
    assert re.search(r"exercise\[squat\] × load .*%MVC per unit of load, ", lines[3])
    assert "per unit" not in lines[0] + lines[1]
    units = {
        row.name: text for row, text in zip(model.variances.itertuples(), model.variances.sentences(), strict=True)
    }
    assert units["load"].endswith("%MVC per unit of load.")
    assert "per unit" not in units["1"] + units[""]
    assert "The factor exercise was coded to sum to zero." in model.methods()
    assert "coded" not in quietly(squats(), "value ~ load").methods()


def test_a_small_variance_below_a_large_one_keeps_its_digits() -> None:
    model = quietly(squats(), "value ~ load", random="1 + load")
    shown = next(line for line in repr(model.variances).splitlines() if re.match(r"participant +load", line))
    variance, sd = (float(text) for text in re.findall(r"\d\.\d+", shown))
    row = model.variances.set_index("name").loc["load"]
    assert variance == pytest.approx(row["variance"], rel=0.01)
    assert sd == pytest.approx(row["sd"], rel=0.01)
    assert 0 < variance < 0.01


# ---------------------------------------------------------------- the fit


def test_a_perfect_correlation_is_no_variance_of_zero() -> None:
    rng = np.random.default_rng(4)
    table = squats(loads=(0.0, 1.0, 2.0))
    own = rng.normal(0, 5, 10)[table["participant"]]
    # the slope is the level over again
    table["value"] = 50 + own - 0.5 * own * table["load"] + rng.normal(0, 3, len(table))
    model = quietly(table, "value ~ load", random="1 + load")
    assert model.singular
    variances = model.variances[model.variances["other"] == ""]
    assert (variances["variance"] > 0.01).all()
    assert abs(model.variances["correlation"].dropna().iloc[0]) == pytest.approx(1, abs=1e-6)
    (text,) = (notice.text for notice in model.notices if notice.code == "singular")
    assert "the random effects of participant are perfectly correlated" in text
    assert "zero" not in text


def test_n_counts_those_who_have_a_value_in_the_cells_of_a_row() -> None:
    rng = np.random.default_rng(2)
    table = pd.MultiIndex.from_product([range(12), ["post", "pre"]], names=["participant", "time"]).to_frame(
        index=False
    )
    table["group"] = np.where(table["participant"] < 7, "hip_thrust", "squat")
    table["value"] = rng.normal(0, 1, len(table)) + rng.normal(0, 2, 12)[table["participant"]]
    table = table[~((table["participant"].isin([0, 8, 9])) & (table["time"] == "post"))]
    for model in (
        quietly(table, "value ~ time * group"),
        mixed_model_many(table, "~ time * group", outcomes=["value"], log=False),
    ):
        assert model.marginal_means("group", by="time")["n"].tolist() == [6, 3, 7, 5]
        assert model.marginal_means("group")["n"].tolist() == [7, 5]
        assert model.contrasts("group", by="time")["n"].tolist() == [9, 12]
        assert model.contrasts("time", by="group")["n"].tolist() == [7, 5]
        assert model.interaction_contrasts(["time", "group"])["n"].tolist() == [12]
        assert model.joint_tests("group", by="time")["n"].tolist() == [9, 12]
        assert set(model.terms["n"]) == {12}


def test_a_p_that_may_be_wrong_is_not_passed_on_alone() -> None:
    model = quietly(lifts(loads=(20.0,), repetitions=4), "value ~ exercise")
    assert "pseudo-replication" in codes(model)
    doubt = "; repetitions may count as if each were a participant, and p may be too small."
    for table in (model.terms, model.fixed, model.contrasts("exercise"), model.joint_tests("exercise")):
        assert all(text.endswith(doubt) for text in table.sentences())
        assert "and p is too small. Name what varies" in table.methods()
    assert not any("p be too small" in text for text in model.variances.sentences())
    sure = quietly(lifts(loads=(20.0,), repetitions=4), "value ~ exercise", random=["1", "exercise"])
    assert "too small" not in sure.methods() + "".join(sure.sentences())


def test_a_pooled_error_term_is_stated_with_the_p() -> None:
    rng = np.random.default_rng(3)
    table = pd.MultiIndex.from_product([range(20), ["a", "b", "c"]], names=["participant", "exercise"]).to_frame(
        index=False
    )
    table["value"] = rng.normal(0, 1, len(table)) * np.where(table["exercise"] == "c", 8, 0.5)
    model = quietly(table, "value ~ exercise")
    assert "pooled-error" in codes(model)
    assert model.terms.sentences()[0].endswith("; one error term serves pairs of unequal variance, and p may be too "
                                               "small or too large.")  # fmt: skip
    assert "reject too seldom" in model.methods()


SINGULAR_MEANS = "the degrees of freedom may be too many and p too small."


def test_a_singular_fit_is_stated_with_what_it_means_for_the_degrees_of_freedom() -> None:
    table = squats(loads=(0.0, 1.0, 2.0))
    # with one mean for everybody nothing is left between participants
    table["value"] -= table.groupby("participant")["value"].transform("mean") - 50
    model = quietly(table, "value ~ C(load)")
    assert model.singular
    stated = "; the fit is singular, so " + SINGULAR_MEANS
    for results in (model.terms, model.fixed, model.contrasts("load")):
        assert all(text.endswith(stated) for text in results.sentences())
    assert any(text.endswith(stated) for text in model.sentences())
    for methods in (model.methods(), model.marginal_means("load").methods(), model.variances.methods()):
        assert "The fit is singular: the variance of participant is estimated as zero. The table holds" in methods
        assert SINGULAR_MEANS in methods
    assert repr(model).replace("\n  ", " ").count(SINGULAR_MEANS) == 1
    sound = quietly(lifts(loads=(20.0,)), "value ~ exercise")
    assert not sound.singular
    assert "singular" not in "".join(sound.sentences()) + sound.methods()


# ---------------------------------------------------------------- without an intercept


@pytest.mark.parametrize("log", [False, True])
def test_without_an_intercept_the_test_of_all_means_is_not_passed_off_as_one_of_an_effect(log: bool) -> None:
    table = lifts(loads=(20.0,)).assign(mass=lambda t: 70.0 + t["participant"])
    model = quietly(table, "value ~ 0 + exercise", log=log)
    means = "means of the logarithms" if log else "means"
    (text,) = model.terms.sentences()
    assert text.startswith(f"Exercise, test that all {means} are zero: F(2, ")
    assert "effect" not in text
    assert f"The test of exercise is that all {means} are zero, not that they are equal." in model.methods()
    # it is that test: the means over their covariance, as statsmodels has both
    other = quietly(table, "value ~ 0 + exercise", log=log, df="satterthwaite")
    means_there, spread = np.asarray(other.statsmodels.fe_params), np.asarray(other.statsmodels.cov_params())[:2, :2]
    assert other.terms["F"][0] == pytest.approx(means_there @ np.linalg.solve(spread, means_there) / 2, rel=1e-4)
    assert (
        quietly(table, "value ~ 0 + exercise + mass", log=log)
        .terms.sentences()[0]
        .startswith(f"Exercise, test that all {means} at mass = 0 are zero: F(")
    )
    for formula in ("value ~ exercise", "value ~ exercise + mass"):
        plain = quietly(table, formula, log=log)
        assert "are zero" not in "".join(plain.sentences()) + plain.methods()


def test_without_an_intercept_the_coding_of_each_factor_is_stated() -> None:
    table = lifts(repetitions=2).rename(columns={"repetition": "side"}).assign(side=lambda t: t["side"].astype(str))
    model = quietly(table.query("load == 20.0"), "value ~ 0 + exercise + side", random=["1", "exercise", "side"])
    coding = "The factor side was coded to sum to zero. The factor exercise had a coefficient for every level. "
    assert coding in model.methods()
    terms = [text.partition(" was ")[0].removeprefix("The coefficient of ") for text in model.fixed.sentences()]
    assert terms == ["exercise[squat]", "exercise[thrust]", "side[0] (coded to sum to zero)"]
    model = quietly(table.query("load == 20.0"), "value ~ 0 + exercise * side", random=["1", "exercise", "side"])
    assert model.fixed.sentences()[3].startswith("The coefficient of exercise[squat] × side[0] (coded to sum to zero) ")
    text = "The factor exercise had a coefficient for every level in exercise and was coded to sum to zero in exercise"
    assert f"{text} × side. " in model.methods()
    model = quietly(table.query("load == 20.0"), "value ~ side + side:exercise", random=["1", "exercise", "side"])
    text = "The factor exercise was coded to sum to zero. The factor side had a coefficient for every level in side"
    assert f"{text} × exercise and was coded to sum to zero in side. " in model.methods()
    coded = {name: text.partition(" was ")[0].partition(" (")[2] for name, text in
             zip(model.fixed["term"], model.fixed.sentences(), strict=True)}  # fmt: skip
    assert coded["side[0]"] == "coded to sum to zero)"
    assert coded["side[0]:exercise[squat]"] == "exercise coded to sum to zero)"
    plain = quietly(table.query("load == 20.0"), "value ~ exercise * side", random=["1", "exercise", "side"])
    assert "The factors exercise, side were coded to sum to zero. Differences" in plain.methods()


def test_the_place_of_a_test_of_means_stands_once() -> None:
    model = quietly(lifts(), "value ~ 0 + exercise * load", log=True)
    text = model.terms.sentences()[0]
    assert text.startswith("Exercise, test that all means of the logarithms at load = 0 are zero: F(2, ")
    assert text.count("load = 0") == 1


def test_slopes_of_every_level_are_tested_to_be_zero_and_small_ones_are_not_shown() -> None:
    table = lifts().assign(load=lambda t: t["load"] - t["load"].mean(), value=lambda t: 50 + 0.0 * t["load"])
    table["value"] += np.random.default_rng(8).normal(0, 5, len(table))
    model = quietly(table, "value ~ load:exercise")
    (text,) = model.terms.sentences()
    assert text.startswith("Load × exercise, test that all slopes are zero: F(2, ")
    assert text.partition("; the fit")[0].rstrip(".").endswith("; no slope other than zero was shown")


# ---------------------------------------------------------------- every notice

# notices that a sentence with a p need not repeat, each for its reason
HARMLESS = {
    "variance-at-zero": "p errs to the careful side, and the notice stands below the table",
    "few-participants": "the sentence has F and the p after Greenhouse and Geisser, which are right",
    "no-degrees": "the sentence says that there is no test",
    "clusters-have-no-place": "the sentence of a cluster names no points",
    "condition-as-covariate": "the sentences give a coefficient per unit of it",
    "constant-condition": "g_av is left out of the sentence where it is NaN",
    "anova-not-made": "an analysis that is not there has no sentence",
    "cells-missing": "the sentence has n, the table who is missing, and p is right for those who are there",
    "complete-cases": "the sentence says that it is of complete cases, and without whom",
    "contrast-not-made": "a contrast that is not there has no sentence",
    "contradicts-others": "the sentence of that participant has it",
    "depends-on-normaliser": "it holds for some terms of a table, which it names; p is right for what is tested",
    "effect-at-zero": "the sentence of the term says where the covariate stands",
    "effect-size-differs": "the sentence of a reconstruction names its alarms",
    "equal-sds-assumed": "the sentence of a reconstruction names its alarms",
    "impossible-r": "the sentence of a reconstruction names its alarms",
    "levels-absent": "a contrast that is not there has no sentence",
    "no-variance": "the sentence says that there is no test for lack of an error term",
    "off-centre": "the sentence of a reconstruction names its alarms",
    "participants-absent": "the sentence has n, and p is right for those who are there",
    "r-at-limit": "the sentence of a reconstruction names its alarms",
    "r-below-siblings": "the sentence of a reconstruction names its alarms",
    "small-sd": "the sentence of a reconstruction names its alarms",
    "sources-disagree": "the sentence of a reconstruction names its alarms",
    "tau2-interval-empty": "no sentence has an interval of tau2",
    "ties": "the normal approximation is right, and holds for some contrasts, which it names",
    "trend-steps": "the Methods text has the weights, and p is right for them",
    "two-participants": "the sentence has n = 2 and one degree of freedom, and p is right",
    "two-studies": "the sentence says that the interval is normal",
}


def notice_codes() -> dict[str, set[str]]:
    """Every code that the source of emgkit.stats gives a notice, with the files that do."""
    found = dict[str, set[str]]()
    folder = Path(stats.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Notice":
                code = next((word.value for word in node.keywords if word.arg == "code"), None)
                if isinstance(code, ast.Constant):
                    found.setdefault(str(code.value), set()).add(path.name)
                else:  # carried over from an alarm, and from a table's facts
                    assert path.name in ("reconstruct.py", "facts.py"), f"{path} makes a notice of an unknown code"
    return found


def test_a_notice_stands_beside_each_p_that_it_makes_doubtful_or_it_is_known_why_not() -> None:
    codes = set(notice_codes())
    assert len(codes) >= 32
    assert not set(CAVEATS) & set(HARMLESS)
    assert codes == set(CAVEATS) | set(HARMLESS)


@pytest.mark.parametrize("code", CAVEATS)
def test_a_caveat_ends_the_sentences_it_is_about_and_its_notice_stands_in_the_methods(code: str) -> None:
    plain = ratios(1.5, 1.2, 1.9)
    doubtful = Results.of(plain, "contrasts", plain.attrs, notices=[Notice(code=code, text="What is doubtful.")])
    assert doubtful.sentences() == [f"{text[:-1]}; {CAVEATS[code]}." for text in plain.sentences()]
    assert "What is doubtful." in doubtful.methods()
    assert not CAVEATS[code].endswith(".")
    another = Notice(code=code, text="What is doubtful.", about=({"contrast": ("another / pair",)},))
    assert Results.of(plain, "contrasts", plain.attrs, notices=[another]).sentences() == plain.sentences()


def by_group(*, references: bool = False, **options: Any) -> Results:
    """Squat and thrust of a group of five and of one of nine; `references`: only b's squat has another MVC."""
    table = lifts(loads=(20.0,)).query("participant < 9")
    small = table.query("participant < 5").assign(participant=lambda t: t["participant"] + 100, group="a")
    both = pd.concat([small, table.assign(group="b")], ignore_index=True)
    if references:
        other = (both["group"] == "b") & (both["exercise"] == "squat")
        both["reference"] = np.where(other, "mvc:post", "mvc:pre")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        return contrasts(both, within="exercise", by="group", **options)


@pytest.mark.parametrize("test", ["wilcoxon", "sign-flip"])
def test_only_the_row_of_few_participants_cannot_reach_five_percent(test: str) -> None:
    found = by_group(test=test)
    doubt = "; this test cannot reach .05 with fewer than six participants."
    assert [text.endswith(doubt) for text in found.sentences()] == [True, False]
    assert found["n"].tolist() == [5, 9]
    assert found.notices[0].about == ({"n": ("5",)},)
    # filtering, copying and pickling keep what the notice is about
    kept = pickle.loads(pickle.dumps(found[found["group"] == "b"].copy()))
    assert "cannot reach" not in kept.sentences()[0]
    assert kept.notices[0].about == found.notices[0].about


@pytest.mark.parametrize("log", [True, False])
def test_only_the_contrasts_whose_references_differ_hold_the_change_of_the_mvc(log: bool) -> None:
    doubt = "; the MVCs are of different sessions, so the comparison holds the change of the MVC too."
    found = by_group(references=True, log=log)
    assert [text.endswith(doubt) for text in found.sentences()] == [False, True]
    (notice,) = found.notices
    assert notice.about == ({"group": ("b",), "contrast": ("squat / thrust", "squat - thrust")},)
    three = squats(loads=(20.0, 40.0, 60.0)).assign(
        reference=lambda t: np.where(t["load"] == 60.0, "mvc:post", "mvc:pre")
    )
    with pytest.warns(EmgkitWarning, match="different sessions"):
        found = contrasts(three, within="load", log=log)
    assert [text.endswith(doubt) for text in found.sentences()] == [False, True, True]


def test_only_the_outcome_with_a_singular_fit_is_called_singular() -> None:
    table = squats(loads=(0.0, 1.0, 2.0))
    table["flat"] = table["value"] - table.groupby("participant")["value"].transform("mean") + 50
    with pytest.warns(EmgkitWarning, match="singular"):
        models = mixed_model_many(table, "~ C(load)", outcomes=["value", "flat"])
    stated = [("singular" in text) for text in models.sentences()]
    assert dict(zip(models.terms["outcome"], stated, strict=True)) == {"value": False, "flat": True}


def test_only_the_rough_curves_are_called_too_rough() -> None:
    rng = np.random.default_rng(1)
    names = ["participant", "exercise", "muscle", "point"]
    table = pd.MultiIndex.from_product([range(8), ["a", "b"], ["rough", "smooth"], range(60)], names=names)
    curves = table.to_frame(index=False)
    own = {place: rng.normal(0, 1, 3) for place in curves.groupby(names[:3]).groups}
    angle = curves["point"] / 60 * np.pi
    level = np.array([own[tuple(row)] for row in curves[names[:3]].itertuples(index=False, name=None)])
    smooth = 50 + level[:, 0] + level[:, 1] * np.cos(angle) + level[:, 2] * np.sin(angle)
    curves["value"] = np.where(curves["muscle"] == "smooth", smooth, 50 + rng.normal(0, 1, len(curves)))
    with pytest.warns(EmgkitWarning, match="too rough"):
        found = stats.waveform_test(curves, within="exercise", by="muscle", method="rft", log=False)
    rough = ["too rough" in text for text in found.sentences()]
    assert dict(zip(found.summary["muscle"], rough, strict=True)) == {"rough": True, "smooth": False}


# ---------------------------------------------------------------- numbers and names


def ratios(value: float, low: float, high: float) -> Results:
    found = contrasts(lifts(loads=(20.0,)), within="exercise")
    found["ratio"], found["ci_low"], found["ci_high"] = value, low, high
    return found


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ((1.345, 1.0012, 1.807), "1.345 times the thrust, 95 % CI [1.001, 1.807]"),
        ((0.74, 0.55, 0.9996), "0.7400 times the thrust, 95 % CI [0.5500, 0.9996]"),
        ((1.0004, 1.0001, 1.0007), "1.0004 times the thrust, 95 % CI [1.0001, 1.0007]"),
        ((1.345, 1.02, 1.807), "1.34 times the thrust, 95 % CI [1.02, 1.81]"),
        ((1.003, 0.9, 1.1), "1.00 times the thrust, 95 % CI [0.90, 1.10]"),
    ],
)
def test_an_interval_that_is_off_one_reads_so(numbers: tuple[float, float, float], text: str) -> None:
    table = ratios(*numbers)
    assert text in table.sentences()[0]
    assert text.partition("CI ")[2] in repr(table)
    assert text.partition("CI ")[2] in table.to_html()
    assert ratio_places([numbers]) == len(text.partition(" ")[0].partition(".")[2])


STUDIES = pd.DataFrame({
    "study": list("ABCDE"), "m1": [88.0, 75, 53, 60, 70], "sd1": [28.0, 29, 14, 20, 20], "m2": [51.0, 51, 36, 44, 60],
    "sd2": [19.0, 23, 23, 20, 20], "n": [13, 12, 10, 14, 9], "r": 0.6, "load": [60.0, 70, 80, 50, 65],
    "sex": list("FMFMF"),
})  # fmt: skip


def test_a_meta_regression_in_words() -> None:
    intercept, slope = meta_analysis(STUDIES, moderator="load").pooled.sentences()
    assert intercept.startswith("At load = 0 the ratio of means is 1.41, 95 % CI [")
    found = re.match(r"Per unit of load the ratio of means is multiplied by ([\d.]+), 95 % CI \[([\d.]+), ", slope)
    assert found
    row = meta_analysis(STUDIES, moderator="load").pooled.iloc[1]
    assert float(found[1]) == pytest.approx(row["ratio"], abs=5e-5)
    assert float(found[2]) == pytest.approx(row["ratio_low"], abs=5e-5)
    assert row["p"] > 0.05
    assert slope.endswith("; no change with load was shown.")
    assert (
        meta_analysis(STUDIES, moderator="load", measure="smcc")
        .pooled.sentences()[1]
        .startswith("Per unit of load the SMCC changes by −0.0036, ")
    )
    first, other = meta_analysis(STUDIES, moderator="sex").pooled.sentences()
    assert first.startswith("At sex = F the ratio of means is ")
    assert other.startswith("The ratio of means at sex M is 0.99 times that at F, ")
    assert other.endswith("; no difference between levels of sex was shown.")
    assert meta_analysis(STUDIES).pooled.sentences()[0].startswith("Pooled ratio of means = ")


def test_an_analysis_of_variance_of_groups_names_their_sizes_and_its_squares() -> None:
    table = lifts(loads=(20.0,)).assign(group=lambda t: np.where(t["participant"] < 4, "novice", "trained"))
    text = rm_anova(table, within="exercise", between="group", log=False).methods()
    assert "group (novice 4, trained 6) between participants" in text
    assert "type III sums of squares (n = 10)" in text
    assert "type III" not in rm_anova(table, within="exercise", log=False).methods()


@pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")
def test_a_term_without_an_error_term_has_no_f() -> None:
    table = lifts(loads=(20.0,))
    table["value"] = table["participant"] + 3.0 * (table["exercise"] == "squat")
    (text,) = rm_anova(table, within="exercise", log=False).sentences()
    assert text.startswith("Exercise: no test for lack of an error term, ")
    assert not re.search(r"F\(|p =|–", text)


def test_levels_that_read_alike_keep_their_names() -> None:
    table = lifts(loads=(20.0,)).assign(
        exercise=lambda t: t["exercise"].map({"squat": "hip thrust", "thrust": "hip_thrust"})
    )
    found = contrasts(table, within="exercise")
    assert found.sentences()[0].startswith("'hip thrust' was ")
    assert " times 'hip_thrust', " in found.sentences()[0]
    assert "hip thrust / hip_thrust" in found.to_html()
    assert "The squat was " in contrasts(lifts(loads=(20.0,)), within="exercise").sentences()[0]


def test_a_level_that_holds_the_sign_is_quoted() -> None:
    table = lifts(loads=(20.0,)).assign(exercise=lambda t: t["exercise"].replace("squat", "leg / bent"))
    assert contrasts(table, within="exercise")["contrast"].tolist() == ["'leg / bent' / thrust"]
    assert contrasts(table, within="exercise", log=False)["contrast"].tolist() == ["leg / bent - thrust"]
    assert contrasts(table, within="exercise").sentences()[0].startswith("The ratio 'leg / bent' / thrust was ")
    model = quietly(table, "value ~ exercise", log=True)
    assert model.contrasts("exercise")["contrast"].tolist() == ["'leg / bent' / thrust"]


def test_one_contrast_is_no_family() -> None:
    one = contrasts(lifts(loads=(20.0,)), within="exercise")
    assert "adjusted" not in one.methods()
    three = contrasts(lifts().query("exercise == 'squat'"), within="load")
    assert "adjusted after Holm (1979) over all contrasts as one family." in three.methods()
    assert "adjusted" not in quietly(lifts(loads=(20.0,)), "value ~ exercise").contrasts("exercise").methods()
    assert ">p (Holm)<" not in one.great_table().as_raw_html()
    assert one.great_table().as_raw_html().replace("<i>p</i>", "p").count(">p<") == 1
    assert ">p (Holm)<" in three.great_table().as_raw_html().replace("<i>p</i>", "p")


def test_contrasts_without_any_test_were_not_adjusted() -> None:
    table = lifts().query("exercise == 'squat'").assign(value=lambda t: t["participant"] + t["load"])
    with pytest.warns(EmgkitWarning, match="no error term"):
        found = contrasts(table, within="load", log=False)
    assert found["p"].isna().all()
    assert "adjusted" not in found.methods()


def test_an_epsilon_of_one_corrects_nothing() -> None:
    two = rm_anova(lifts(loads=(20.0,)), within="exercise", log=False)
    assert "Greenhouse-Geisser" not in two.methods()
    assert "interval" not in two.methods_parts()
    three = rm_anova(squats(), within="load", log=False)
    assert three.attrs["epsilon_corrected"] == ["load"]
    start = "Terms with more than one degree of freedom were judged by the p-value after Greenhouse-Geisser correction"
    assert three.methods_parts()["interval"].startswith(start)
    both = rm_anova(lifts(), within=["exercise", "load"], log=False)
    assert both.attrs["epsilon_corrected"] == ["load", "exercise:load"]
    untested = squats().assign(value=lambda t: t["participant"] + t["load"])
    with pytest.warns(EmgkitWarning, match="no error term"):
        assert "Greenhouse-Geisser" not in rm_anova(untested, within="load", log=False).methods()


def test_a_model_without_random_terms_has_no_mixed_title() -> None:
    table = lifts(loads=(20.0,)).query("exercise == 'squat'").assign(age=lambda t: t["participant"] ** 2)
    model = quietly(table, "value ~ age", random=None)
    assert "Mixed" not in repr(model).replace("<MixedModel", "")
    assert repr(model).startswith("<Linear model 'value ~ age'")


def test_joined_tables_speak_of_the_level_each_row_is_of() -> None:
    parts = [
        rm_anova(lifts(seed, loads=(20.0,)), within="exercise", log=False).assign(muscle=name)
        for seed, name in ((1, "gluteus_maximus"), (2, "soleus"))
    ]
    joined = Results.of(pd.concat(parts, ignore_index=True), "anova", {**parts[0].attrs, "by": ["muscle"]})
    lines = joined.sentences()
    assert lines[0].startswith("Gluteus maximus, exercise: F(1, 9) = ")
    assert lines[1].startswith("Soleus, exercise: F(1, 9) = ")
    assert (
        "separately for each muscle, with exercise within participants; each term was tested against its own error term"
        in joined.methods()
    )
