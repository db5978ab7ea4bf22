"""What is printed, typeset and put into sentences is what the table holds, and nothing else."""

from __future__ import annotations

import copy
import csv
import io
import math
import pickle
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels
from hypothesis import given, settings
from hypothesis import strategies as st

from emgkit import __version__, stats
from emgkit.errors import ArgumentError, DesignError, EmgkitError
from emgkit.notation import degrees, fixed, p_phrase, p_text, places, share
from emgkit.stats import Results

# many of these designs have notices, which is not what is tested here
pytestmark = pytest.mark.filterwarnings("ignore::emgkit.errors.EmgkitWarning")

EXERCISES = ["deadlift", "hip_thrust", "squat"]
MUSCLES = ["biceps_femoris", "gluteus_maximus"]
NUMBER = r"[−]?\d*\.?\d+"


def cells(seed: int = 1, *, n: int = 9, muscles: list[str] = MUSCLES, unit: str = "%MVC") -> pd.DataFrame:
    """A complete table with the columns that summarize gives, in two groups."""
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([[f"P{i}" for i in range(n)], EXERCISES, muscles])
    table = grid.to_frame(index=False, name=["participant", "exercise", "muscle"])
    own = np.repeat(rng.normal(0, 0.4, n), len(EXERCISES) * len(muscles))
    effect = table["exercise"].map({"deadlift": 0.0, "hip_thrust": 0.6, "squat": 0.02})
    table["value"] = np.exp(3 + own + effect + rng.normal(0, 0.3, len(table)))
    table["group"] = np.where(table["participant"].isin(["P0", "P1", "P2", "P3"]), "trained", "novice")
    table["value"] *= 1e-6 if unit == "V" else 1.0
    return table.assign(measure="mean", unit=unit)


def one_muscle(**options: Any) -> pd.DataFrame:
    return cells(muscles=["gluteus_maximus"], **options)


def trials() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    first = np.exp(rng.normal(-9, 0.5, 10))
    people = [f"P{i}" for i in range(10)]
    values = np.concatenate([first, first * np.exp(rng.normal(0, 0.1, 10))])
    return pd.DataFrame({"participant": people * 2, "trial": ["one"] * 10 + ["two"] * 10, "value": values, "unit": "V"})


def curves() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    table = one_muscle(n=8)
    long = table.loc[table.index.repeat(7), ["participant", "exercise", "value"]]
    long["point"] = np.tile(np.arange(7), len(table))
    long["value"] *= np.exp(rng.normal(0, 0.05, len(long)))
    return long.reset_index(drop=True)


STUDIES = pd.DataFrame({
    "study": ["A", "B", "C"], "m1": [88.0, 75.0, 53.0], "sd1": [28.0, 29.0, 14.0], "m2": [51.0, 51.0, 36.0],
    "sd2": [19.0, 23.0, 23.0], "n": [13, 12, 10], "r": [0.7, 0.6, 0.6],
})  # fmt: skip


def reconstructed() -> Results:
    return stats.reconstruct(
        mean1=["128.3", "80.1"], sd1=["33.9", "20.2"], mean2=["101.1", "41.0"], sd2=["14.0", "12.2"], n=14,
        p=[".027", None], study="X 2019", contrast=["a / b", "a / c"],
    )  # fmt: skip


def model(**options: Any) -> Any:
    return stats.mixed_model(
        cells(), "value ~ exercise * muscle", random=["1", "exercise"], **{"log": False, **options}
    )


def many() -> Any:
    table = one_muscle().assign(second=lambda frame: frame["value"] * np.linspace(1, 2, len(frame)))
    return stats.mixed_model_many(table, "~ exercise", outcomes=["value", "second"], log=True)


# what is made, and which kind of effect size its words must name
CASES: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "contrasts": (lambda: stats.contrasts(cells(), within="exercise", by="muscle"), ("d_z", "g_av")),
    "contrasts, volts": (lambda: stats.contrasts(one_muscle(unit="V"), within="exercise", log=False), ("d_z", "g_av")),
    "contrasts, Wilcoxon": (lambda: stats.contrasts(one_muscle(), within="exercise", test="wilcoxon"), ("d_z",)),
    "contrasts, sign-flip": (lambda: stats.contrasts(one_muscle(), within="exercise", test="sign-flip"), ("d_z",)),
    "contrasts, unadjusted": (lambda: stats.contrasts(one_muscle(), within="exercise", adjust="none"), ("d_z",)),
    "contrasts, between": (lambda: stats.contrasts(cells(), within="exercise", by="muscle", between="group"), ("g",)),
    "contrasts, interaction": (lambda: stats.contrasts(cells(), within="exercise", interaction="muscle"), ("d_z",)),
    "contrasts, both": (
        lambda: stats.contrasts(cells(), within="exercise", interaction="muscle", between="group"), ("g",)
    ),
    "rm_anova": (lambda: stats.rm_anova(cells(), within=["exercise", "muscle"], log=True), ("partial eta squared",)),
    "rm_anova, between": (
        lambda: stats.rm_anova(one_muscle(), within="exercise", between="group", log=False),
        ("generalised eta squared",),
    ),
    "equivalence": (lambda: stats.equivalence(cells(), within="exercise", by="muscle"), ("times",)),
    "equivalence, raw": (
        lambda: stats.equivalence(one_muscle(unit="V"), within="exercise", log=False, bounds=(-9e-6, 9e-6)), ("minus",)
    ),
    "effect_sizes": (lambda: stats.effect_sizes(one_muscle(), within="exercise"), ("d_z", "g_av", "d_rm", "g_first")),
    "effect_sizes, between": (
        lambda: stats.effect_sizes(cells(), within="exercise", by="muscle", between="group"), ("g_change", "d_ppc2")
    ),
    "planned_contrasts": (
        lambda: stats.planned_contrasts(cells(), within="exercise", by="muscle", weights="polynomial"), ("d_z",)
    ),
    "post_hoc": (
        lambda: stats.post_hoc(
            stats.rm_anova(cells(), within=["exercise", "muscle"]), cells(), term="exercise", by="muscle"
        ),
        ("d_z", "g_av"),
    ),
    "friedman": (lambda: stats.friedman(one_muscle(), within="exercise"), ("Kendall's W",)),
    "bayes_factors": (lambda: stats.bayes_factors(cells(), within="exercise", by="muscle"), ("times",)),
    "normality": (lambda: stats.normality(one_muscle(), within="exercise"), ("W",)),
    "compare_models": (
        lambda: stats.compare_models(*(stats.mixed_model(cells(), f"value ~ exercise {s} muscle") for s in "+*")), ()
    ),
    "influence": (lambda: stats.influence(one_muscle(n=5), within="exercise"), ("times",)),
    "reliability": (lambda: stats.reliability(trials()), ()),
    "power_paired": (lambda: stats.power_paired(effect=[0.5, 0.8], power=0.8), ("d_z",)),
    "power_paired, power": (lambda: stats.power_paired(effect=0.5, n=[10, 20]), ("d_z",)),
    "power_between": (lambda: stats.power_between(effect=0.8, power=0.8), ("d",)),
    "power_equivalence": (lambda: stats.power_equivalence(bound=0.8, power=0.8), ("d_z",)),
    "power_within": (lambda: stats.power_within(f=0.25, power=0.8, levels=3), ("Cohen's f",)),
    "power_simulate": (
        lambda: stats.power_simulate(
            means={"squat": 1.0, "thrust": 1.3}, sd_condition=0.2, sd_repetition=0.2, n=12, studies=50, seed=0
        ),
        ("d_z",),
    ),
    "reconstruct": (reconstructed, ("d_z", "d_av")),
    "waveform_test": (lambda: stats.waveform_test(curves(), within="exercise").summary, ()),
    "waveform_test, cluster": (lambda: stats.waveform_test(curves(), within="exercise", method="cluster").summary, ()),
    "waveform_test, rft": (
        lambda: stats.waveform_test(curves(), within="exercise", method="rft", log=False).summary,
        (),
    ),
    "meta_analysis": (lambda: stats.meta_analysis(STUDIES).pooled, ("ratio of means",)),
    "meta_analysis, effects": (lambda: stats.meta_analysis(STUDIES, measure="smcc").effects, ("SMCC",)),
    "meta_analysis, fixed": (
        lambda: stats.meta_analysis(STUDIES, measure="mean_change", method="fixed").pooled, ("mean change",)
    ),
    "mixed_model": (lambda: model(log=True).terms, ()),
    "mixed_model, fixed": (lambda: model().fixed, ("coefficient",)),
    "mixed_model, means": (lambda: model(log=True).marginal_means("exercise", by="muscle"), ("geometric mean",)),
    "mixed_model, contrasts": (lambda: model().contrasts("exercise", by="muscle"), ("minus",)),
    "mixed_model, interaction": (lambda: model(log=True).interaction_contrasts(["exercise", "muscle"]), ("times",)),
    "mixed_model, joint": (lambda: model(log=True, df="satterthwaite").joint_tests("exercise", by="muscle"), ()),
    "mixed_model_many": (lambda: many().contrasts("exercise"), ("times",)),
}  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Callable[[str], Results]:
    """Each case, made once."""
    kept: dict[str, Results] = {}

    def of(case: str) -> Results:
        if case not in kept:
            kept[case] = CASES[case][0]()
        return kept[case]

    return of


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("∞", "inf"))


def close(text: str, value: float) -> bool:
    """Whether a printed number is the value, but for its last decimal."""
    decimals = len(text.partition(".")[2])
    return abs(number(text) - value) <= 0.5 * 10**-decimals * 1.0001


def p_fits(text: str, p: float) -> bool:
    if text.startswith("<"):
        return p < number(text[1:])
    return p > 0.9994 if text.startswith(">") else close(text, p) or math.floor(p * 1e4) / 1e4 == number(text)


# ---------------------------------------------------------------- every function


def test_every_function_has_a_case() -> None:
    functions = {
        name for name in stats.__all__ if name not in ("Results", "to_wide", "from_wide")
    }  # they turn cells round
    assert functions == {name.partition(",")[0] for name in CASES}


@pytest.mark.parametrize("case", CASES)
def test_methods_and_sentences_state_n_df_interval_and_effect(case: str, made: Callable[[str], Results]) -> None:
    table, effects = made(case), CASES[case][1]
    assert type(table) is Results
    lines, methods = table.sentences(), table.methods()
    assert len(lines) == len(table) > 0
    start, _, software = methods.rpartition(f"Computed with emgkit {__version__}")
    assert start
    if isinstance(table._statsmodels, str):
        assert software == "."
    else:
        same = f"; in statsmodels {statsmodels.__version__} (Seabold and Perktold 2010) the same analysis is "
        assert software == f"{same}{table.statsmodels.what.partition(';')[0]}."
    assert "{" not in methods + "".join(lines)
    assert "nan" not in (methods + "".join(lines)).lower()
    if not case.startswith("power") or case == "power_simulate":
        assert re.search(r"\(n = \d", methods) or "n = 35 in all" in methods
    for sentence, row in zip(lines, table.to_dict("records"), strict=True):
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence.endswith(".")
        assert not re.search(r"\.\.|,,|, ;| ,|  |\(\)", sentence), sentence
        n = row["n"] if "n" in row else row["n_all"] if "n_all" in row else row["n_first"] + row["n_second"]
        assert re.search(rf"\bn = {n}\b", sentence), sentence
        if isinstance(row.get("df"), float) and math.isfinite(row["df"]):
            assert f"({degrees(row['df'])}) = " in sentence or f"df = {degrees(row['df'])}" in sentence, sentence
        if "df2" in row:
            assert degrees(row["df2"]) in sentence
        if isinstance(row.get("ci_low"), float) and math.isfinite(row["ci_low"]):
            assert re.search(rf"9[05] % CI \[{NUMBER}, {NUMBER}\]", sentence), sentence
        for effect in effects:
            assert re.search(rf"\b{re.escape(effect)}\b", sentence), (effect, sentence)


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_claimed_that_no_test_can_show(case: str, made: Callable[[str], Results]) -> None:
    table = made(case)
    text = " ".join([table.methods(), *table.sentences(), repr(table)])
    assert not re.search(r"growth|hypertroph|\bgain|no effect\b(?! was shown)|significan|proves?\b", text)
    claims = re.findall(r"no difference[^.;]*", text)
    assert all(re.fullmatch(r"no difference (of the curves |between groups )?was shown", claim) for claim in claims)


@pytest.mark.parametrize("case", CASES)
def test_print_is_for_people(case: str, made: Callable[[str], Results]) -> None:
    table = made(case)
    before = table.copy()
    lines = repr(table).splitlines()
    assert str(table) == repr(table)
    assert not re.search(r"\d\.\d{6}", lines[0] + "".join(lines[2:])), "somebody has to read this"
    assert max(len(line) for line in lines) <= 100, max(lines, key=len)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


class Cells(HTMLParser):
    """The texts of the cells of every row of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        if tag == "tr":
            self.rows.append([])
        self.open = tag in ("td", "th") or self.open
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.rows[-1][-1] += data


# columns that stand in words in the title or the notes where they are the same in every row
IN_WORDS = ("n", "n_first", "n_second", "n_trials", "family_size")


@pytest.mark.parametrize("case", CASES)
def test_html_has_every_value(case: str, made: Callable[[str], Results]) -> None:
    table = made(case)
    page = Cells(table.to_html())
    texts = [cell for row in page.rows for cell in row]
    shown = np.array([number(one) for text in texts for one in re.findall(rf"{NUMBER}|−?∞", text)])
    for name in table.columns:
        if table[name].dtype.kind not in "fiu" or (name in IN_WORDS and len(set(table[name])) == 1):
            continue
        for value in table[name]:
            if math.isfinite(value) and not re.match(r"p$|p_|.*_p$", str(name)):
                scaled = value * np.array([[1.0], [1e6], [1e12]])
                assert (np.abs(shown - scaled) / np.maximum(np.abs(scaled), 0.1)).min() < 0.06, (name, value)
            elif math.isfinite(value):
                assert any(p_text(value) in text for text in texts), (name, value)
    for name in ("contrast", "term", "left_out"):
        if name in table.columns and case != "mixed_model, interaction":  # its contrasts stand in two columns
            for value in table[name].unique():
                wanted = str(value).replace("_", " ").replace(":", " × ").replace(" - ", " − ").lower()
                assert wanted in " ".join(texts).lower(), value


@pytest.mark.parametrize("case", CASES)
def test_latex_holds_together(case: str, made: Callable[[str], Results]) -> None:
    text = "\n".join(line for line in made(case).to_latex().splitlines() if not line.startswith("% "))
    assert re.findall(r"\\begin\{(\S+?)\}", text)[0] in ("table", "table*", "sidewaystable*", "longtable")
    for name in set(re.findall(r"\\begin\{(\S+?)\}", text)):
        assert text.count(f"\\begin{{{name}}}") == text.count(f"\\end{{{name}}}")
    bare = re.sub(r"\\[\\&%$#_{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert bare.count("%") == bare.count("#") == 0
    assert not re.search(r"_(?!\{)", bare), "an underscore outside mathematics"
    parts = re.findall(r"\\begin\{tabular\}\{@\{\}(\S+)@\{\}\}\n\\toprule(.*?)\\bottomrule", text, flags=re.DOTALL)
    for form, body in parts:
        width = len(re.sub(r"p\{[^}]*\}", "p", form))
        rows = [line for line in re.sub(r"\\&", "", body).splitlines() if "&" in line]
        assert rows
        assert {line.count("&") for line in rows} == {width - 1}
    assert parts or "longtable" in text
    assert text.isascii() or not set(text) & set("−×ηετ²°∞–…"), "pdflatex knows no such letter"


# ---------------------------------------------------------------- numbers in words


@given(p=st.floats(0, 1))
def test_p_never_reads_as_zero_one_or_the_wrong_side_of_five_percent(p: float) -> None:
    text = p_text(p)
    assert text not in ("1.000", ".000", "0", "1")
    assert not text.startswith("0")
    assert p_fits(text, p)
    if not text.startswith((">", "<")):
        assert (number(text) < 0.05) == (p < 0.05)


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.9996, "p > .999"), (1.0, "p > .999"), (0.99949, "p = .999"), (0.0253, "p = .025"), (0.001, "p = .001"),
        (0.00099, "p < .001"), (0.0, "p < .001"), (0.05, "p = .050"), (0.04999, "p = .04999"), (0.0504, "p = .0504"),
        (0.0497, "p = .0497"), (0.05004, "p = .05004"),
    ],
)  # fmt: skip
def test_p_in_a_sentence(p: float, text: str) -> None:
    assert p_phrase(p) == text


@given(value=st.floats(-1e6, 1e6), decimals=st.integers(0, 4))
def test_fixed_numbers_keep_their_value_and_have_a_minus_sign(value: float, decimals: int) -> None:
    text = fixed(value, decimals)
    assert "-" not in text
    assert close(text, value)
    assert not re.fullmatch(r"−0?\.?0*", text), "what rounds to zero has no sign"


@given(value=st.floats(1e-4, 1e6))
def test_three_digits_of_the_largest_number_are_shown(value: float) -> None:
    decimals = places([value, value / 7])
    if decimals is not None:
        assert abs(number(fixed(value, decimals)) - value) <= 0.006 * value


def test_shares_have_no_zero_before_the_point() -> None:
    assert [share(x) for x in (0.5, -0.25, 1.0, 0.0004)] == [".500", "−.250", "1.000", ".000"]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), log=st.booleans(), unit=st.sampled_from(["%MVC", "V", ""]))
def test_sentences_of_contrasts_read_back_are_the_table(seed: int, log: bool, unit: str) -> None:
    table = cells(seed, unit=unit)
    got = stats.contrasts(table, within="exercise", by="muscle", log=log)
    shown, factor = ("µV", 1e6) if unit == "V" and not log else (unit, 1.0)
    what = r"(?P<place>[^:]+): the (?P<a>.+?) was (?P<x>N) times the (?P<b>.+?), " if log else (
        r"(?P<place>[^:]+): the (?P<a>.+?) minus the (?P<b>.+?) was (?P<x>N)(?P<unit>[^,]*), "
    )  # fmt: skip
    pattern = what + (
        r"95 % CI \[(?P<low>N), (?P<high>N)\], t\((?P<df>N)\) = (?P<t>N), p (?P<p>[=<>] N) \(Holm-adjusted over "
        r"(?P<family>\d+)\), d_z = (?P<d>N) \[(?P<dl>N), (?P<dh>N)\], g_av = (?P<g>N) \[(?P<gl>N), (?P<gh>N)\], "
        r"n = (?P<n>\d+)(?P<tail>; no difference was shown)?\."
    )
    for sentence, row in zip(got.sentences(), got.to_dict("records"), strict=True):
        found = re.fullmatch(pattern.replace("N)", NUMBER + ")").replace(" N)", f" {NUMBER})"), sentence)
        assert found, sentence
        assert found["place"].lower() == row["muscle"].replace("_", " ")
        sign = " / " if log else " - "
        assert sign.join((found["a"], found["b"])) == row["contrast"].replace("_", " ")
        numbers = {"x": row["ratio" if log else "difference"], "low": row["ci_low"], "high": row["ci_high"]}
        numbers = {key: value * factor for key, value in numbers.items()} | {
            "t": row["t"], "df": row["df"], "d": row["d_z"], "dl": row["d_z_low"], "dh": row["d_z_high"],
            "g": row["g_av"], "gl": row["g_av_low"], "gh": row["g_av_high"], "n": row["n"],
            "family": row["family_size"],
        }  # fmt: skip
        for key, value in numbers.items():
            assert close(found[key], value), (key, value, sentence)
        assert p_fits(found["p"].removeprefix("= "), row["p_adjusted"])
        assert bool(found["tail"]) == (row["p_adjusted"] >= 0.05)
        if not log:
            assert found["unit"].strip() == shown


def test_f_tests_read_back_are_the_table() -> None:
    got = stats.rm_anova(cells(), within=["exercise", "muscle"], log=True)
    for sentence, row in zip(got.sentences(), got.to_dict("records"), strict=True):
        assert sentence.lower().startswith(row["term"].replace(":", " × ") + ": f(")
        found = re.search(rf"F\((\d+), (\d+)\) = ({NUMBER}), p ([<=>] {NUMBER}), ", sentence)
        assert found, sentence
        assert (int(found[1]), int(found[2])) == (row["df1"], row["df2"])
        assert close(found[3], row["F"])
        assert p_fits(found[4].removeprefix("= "), row["p"])
        ges, pes = re.findall(rf"eta squared = ({NUMBER})", sentence)
        assert close(ges, row["ges"])
        assert close(pes, row["pes"])
        corrected = re.search(rf"corrected p ([<=>] {NUMBER}) \(epsilon = ({NUMBER})\)", sentence)
        assert (corrected is not None) == (row["df1"] > 1), "two levels need no correction"
        if corrected:
            assert p_fits(corrected[1].removeprefix("= "), row["p_gg"])
            assert close(corrected[2], row["epsilon_gg"])
        assert ("no effect was shown" in sentence) == (row["p_gg"] >= 0.05)


def test_equivalence_says_what_was_shown() -> None:
    table = one_muscle()
    table["value"] = np.where(table["exercise"] == "squat", table["value"], 40 + np.arange(len(table)) % 5)
    got = stats.equivalence(table, within="exercise")
    verdicts = [sentence.partition("; equivalence was ")[2] for sentence in got.sentences()]
    assert verdicts == ["shown." if shown else "not shown." for shown in got["equivalent"]]
    assert set(verdicts) == {"shown.", "not shown."}
    low, high = re.search(rf"90 % CI \[({NUMBER}), ({NUMBER})\]", got.sentences()[0]).groups()  # type: ignore[union-attr]
    assert close(low, got["ci90_low"][0])
    assert close(high, got["ci90_high"][0])


def test_reliability_in_the_units_people_read() -> None:
    got = stats.reliability(trials())
    sem = got.set_index("quantity").loc["sem", "value"]
    found = re.search(rf"measurement = ({NUMBER}) µV, ", got.sentences()[2])
    assert found
    assert close(found[1], sem * 1e6)
    assert found[1] in repr(got)


def test_a_pair_without_spread_says_so() -> None:
    table = one_muscle()
    squat = table["exercise"] == "squat"
    table.loc[squat, "value"] = 2 * table.loc[table["exercise"] == "deadlift", "value"].to_numpy()
    sentence = stats.contrasts(table, within="exercise").sentences()[1]
    assert sentence.startswith("The deadlift was 0.50 times the squat, no interval and no test for lack of an error")
    assert "–" not in sentence
    assert "p " not in sentence.replace("times ", "")


def test_levels_that_are_no_exercises() -> None:
    table = one_muscle().rename(columns={"exercise": "time"})
    assert stats.contrasts(table, within="time").sentences()[0].startswith("Deadlift was ")
    loads = one_muscle().assign(load_kg=lambda t: t["exercise"].map({"deadlift": 20, "hip_thrust": 40, "squat": 60}))
    text = stats.contrasts(loads, within="load_kg").sentences()[0]
    assert re.match(r"Load kg 20 was \d\.\d\d times load kg 40, ", text)
    odd = one_muscle().assign(exercise=lambda t: t["exercise"].replace("squat", "a / b"))
    assert any(s.startswith("The ratio ") and "a / b" in s for s in stats.contrasts(odd, within="exercise").sentences())


def test_one_contrast_is_no_family_and_a_declared_family_is_named() -> None:
    two = one_muscle()[lambda t: t["exercise"] != "squat"]
    assert "adjusted" not in stats.contrasts(two, within="exercise").sentences()[0]
    named = stats.contrasts(cells(), within="exercise", by=["muscle", "group"], family=["group"])
    assert "adjusted after Holm (1979) over the contrasts of each group." in named.methods()
    assert named.sentences()[0].startswith("Biceps femoris, group novice: ")
    plain = stats.contrasts(one_muscle(), within="exercise", adjust="none")
    assert "(one of 3, not adjusted)" in plain.sentences()[0]
    assert "not adjusted" in plain.methods()
    bonferroni = stats.contrasts(one_muscle(), within="exercise", adjust="bonferroni")
    assert "Bonferroni-adjusted over 3" in bonferroni.sentences()[0]


# ---------------------------------------------------------------- still a DataFrame


def whole() -> Results:
    return stats.contrasts(cells(), within="exercise", by="muscle")


@pytest.mark.parametrize(
    "derive",
    [
        lambda t: t[t["muscle"] == "gluteus_maximus"],
        lambda t: t.query("ratio > 1"),
        lambda t: t.sort_values("p", ascending=False),
        lambda t: t.head(2),
        lambda t: t.copy(),
        lambda t: copy.deepcopy(t),
        lambda t: t.assign(extra=1.0),
        lambda t: t.reset_index(drop=True),
        lambda t: pickle.loads(pickle.dumps(t)),
        lambda t: pd.concat([t.iloc[:2], t.iloc[2:]]),
        lambda t: t.groupby("muscle").get_group("gluteus_maximus"),
        lambda t: t.drop(columns=["d_z", "d_z_low", "d_z_high"]),
        lambda t: t.iloc[[0]],
    ],
)
def test_derived_tables_still_have_words(derive: Callable[[Results], Results]) -> None:
    table = whole()
    sentences = dict(zip(zip(table["muscle"], table["contrast"], strict=True), table.sentences(), strict=True))
    derived = derive(table)
    assert type(derived) is Results
    assert derived.methods() == table.methods()
    for key, sentence in zip(
        zip(derived["muscle"], derived["contrast"], strict=True), derived.sentences(), strict=True
    ):
        assert sentence == (sentences[key] if "d_z" in derived else re.sub(r" d_z = [^]]*\],", "", sentences[key]))
    assert repr(derived).startswith("Paired contrasts (t test), log scale: mean (%MVC), n = 9")


def test_no_rows_are_no_sentences() -> None:
    table = whole()
    empty = table[table["ratio"] < 0]
    assert empty.sentences() == []
    assert "(no rows)" in repr(empty)
    assert "<table" in empty.to_html()


def test_n_of_the_rows_that_are_left() -> None:
    table = whole()
    table["n"] = [8, 8, 8, 9, 9, 9]
    assert "n = 8 to 9" in repr(table).splitlines()[0]
    assert "n = 8" in repr(table.head(3)).splitlines()[0]
    assert "to 9" not in repr(table.head(3)).splitlines()[0]


def test_numbers_stay_as_they_are() -> None:
    table = whole()
    plain = pd.DataFrame(table)
    assert table["ratio"].dtype == np.float64
    assert isinstance(table["ratio"], pd.Series)
    assert table.groupby("muscle")["ratio"].mean().equals(plain.groupby("muscle")["ratio"].mean())
    assert table.to_dict() == plain.to_dict()
    assert list(table.columns) == list(plain.columns)
    assert table.merge(plain[["muscle", "contrast", "t"]], on=["muscle", "contrast"]).shape[0] == len(table)
    assert set(table.attrs) >= {"analysis", "notices", "n", "software", "table"}


def test_a_selection_prints_as_pandas_prints_it() -> None:
    table = whole()[["contrast", "ratio"]]
    assert repr(table) == repr(pd.DataFrame(table))
    assert table.to_html() == pd.DataFrame(table).to_html()
    assert "dataframe" in table._repr_html_()
    transposed = whole().T
    assert repr(transposed) == repr(pd.DataFrame(transposed))


def test_long_tables_are_cut_in_print_only() -> None:
    people = stats.influence(cells(n=12), within="exercise", by="muscle")
    lines = repr(people).splitlines()
    assert len(people) == 72
    assert len(lines) < 40
    assert "72 rows; table.head(60) prints the first 60." in lines
    assert people.to_html().count("<tr>") > 70
    assert len(repr(people.head(60)).splitlines()) > 60


# ---------------------------------------------------------------- what got lost


@pytest.mark.parametrize("ask", ["methods", "sentences", "great_table"])
def test_lost_attrs_are_named(ask: str) -> None:
    table = whole()
    table.attrs = {}
    with pytest.raises(DesignError) as caught:
        getattr(table, ask)()
    text = str(caught.value)
    assert "The table's .attrs do not hold 'table'" in text
    assert "table.attrs = original.attrs" in text
    assert repr(table) == repr(pd.DataFrame(table)), "printing never fails"
    table.attrs = {"table": "contrasts", "scale": "log"}
    with pytest.raises(EmgkitError, match="do not hold '"):
        getattr(table, ask)()
    assert repr(table) == repr(pd.DataFrame(table))
    table.attrs = whole().attrs
    getattr(table, ask)()


def test_lost_columns_are_named() -> None:
    with pytest.raises(DesignError) as caught:
        whole().drop(columns=["ci_low", "muscle"]).sentences()
    assert "lacks columns that its sentences need: 'muscle' and 'ci_low'" in str(caught.value)
    assert "before columns are selected" in str(caught.value)
    with pytest.raises(DesignError, match="'ratio/difference'"):
        whole().drop(columns="ratio").sentences()


def test_unknown_kinds_are_named() -> None:
    table = whole()
    table.attrs["table"] = "contrast"
    with pytest.raises(DesignError, match=r"unknown kind.*Got: 'contrast'"):
        table.sentences()


def test_tables_that_are_no_results_say_so() -> None:
    fitted = model()
    for table in (
        fitted.residuals,
        fitted.random_effects,
        many().fits,
        stats.waveform_test(curves(), within="exercise").nodes,
    ):
        assert type(table) is Results
        assert repr(table) == repr(pd.DataFrame(table))
        assert table.methods()
        with pytest.raises(DesignError, match="not a table of results to put into sentences"):
            table.sentences()


# ---------------------------------------------------------------- files


def test_a_rounded_table_is_plain_since_rounding_changes_p() -> None:
    table = whole()
    rounded = table.round(1)
    assert type(rounded) is pd.DataFrame
    assert rounded.attrs == {}
    assert not hasattr(rounded, "sentences")
    assert rounded["ratio"].tolist() == [round(value, 1) for value in table["ratio"]]
    assert table.attrs


def test_csv_round_trip_keeps_every_digit(tmp_path: Path) -> None:
    table = whole()
    table.to_csv(tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        back = list(csv.DictReader(file))
    assert len(back) == len(table)
    for read, row in zip(back, table.to_dict("records"), strict=True):
        assert {key: type(row[key])(text) for key, text in read.items()} == row
    assert (tmp_path / "table.csv").read_bytes().startswith(b"\xef\xbb\xbfmuscle,contrast,ratio,"), "Excel knows it"
    assert table.to_csv().startswith("muscle,contrast,ratio,")
    assert table.to_csv(index=True).startswith(",muscle,")
    stream = io.StringIO()
    table.to_csv(stream)
    assert stream.getvalue() == table.to_csv()
    table.to_csv(tmp_path / "table.csv.gz")
    assert pd.read_csv(tmp_path / "table.csv.gz").shape == table.shape


def test_csv_opens_with_letters_of_other_languages(tmp_path: Path) -> None:
    table = stats.contrasts(cells(muscles=["glúteo", "bíceps"]), within="exercise", by="muscle")
    table.to_csv(tmp_path / "t.csv")
    assert set(pd.read_csv(tmp_path / "t.csv")["muscle"]) == {"glúteo", "bíceps"}


@pytest.mark.parametrize(("method", "name"), [("to_csv", "t.csv"), ("to_html", "t.html"), ("to_latex", "t.tex")])
def test_files_are_written_whole_or_not_at_all(
    method: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    getattr(whole(), method)(str(path))
    before = path.read_bytes()
    assert before

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    other = whole().head(1)
    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space left"):
        getattr(other, method)(path)
    monkeypatch.undo()
    monkeypatch.setattr(Path, "write_text", full)
    monkeypatch.setattr(pd.DataFrame, "to_csv", full)
    with pytest.raises(OSError, match="no space left"):
        getattr(other, method)(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_html_is_a_page_in_a_file_and_a_part_of_one_else(tmp_path: Path) -> None:
    table = whole()
    table.to_html(tmp_path / "t.html")
    page = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "utf-8" in page.lower()
    assert table.to_html().lstrip().startswith("<div")
    assert table.to_html() == table._repr_html_()
    assert whole().to_html() == table.to_html(), "the same table is the same text"
    assert "dataframe" in table.to_html(index=False), "an option of pandas gives pandas' table"
    assert r"\begin{tabular}" in table.to_latex(index=False)


def test_html_has_the_columns_that_fit_a_page_where_they_are_asked_for(made: Callable[[str], Results]) -> None:
    table = made("rm_anova")
    full, short = table.to_html(), table.to_html(columns="short")
    assert table.to_html(columns="full") == full
    heads = [len(re.findall(r"<th ", page)) for page in (full, short)]
    assert heads[1] < heads[0]
    left_out = re.search(r"% left out, for lack of room: (.*);", table.to_latex())
    assert left_out is not None
    note = re.search(r"Not shown: ([^.]*(?:\.[^.]+)*)\.$", re.sub(r"<[^>]+>", "", short), re.MULTILINE)
    assert note is not None
    assert note[1].replace(" and ", ", ") == left_out[1], "the same columns as in LaTeX"
    assert "Not shown" not in full
    with pytest.raises(ArgumentError, match=r"columns.*'short' and 'full'.*'wide'"):
        table.to_html(columns="wide")
    assert "dataframe" in table.to_html(columns=list(table.columns[:2]))


def test_two_models_compared_show_p_wherever_they_are_shown() -> None:
    table = cells(unit="V")
    models = [stats.mixed_model(table, f"value ~ {terms}") for terms in ("exercise + muscle", "exercise * muscle")]
    found = stats.compare_models(*models)
    head = next(line for line in repr(found).splitlines() if line.startswith("formula"))
    assert head.split()[-3:] == ["chi_square", "df", "p"]
    assert max(map(len, repr(found).splitlines())) <= 100
    cell = re.sub(r"^0", "", f"{found['p'][1]:.3f}")
    assert "Without room here: log_likelihood." in repr(found)
    assert cell in repr(found)
    assert cell in found.to_html(columns="short")
    assert cell in found.to_latex()


def test_letters_that_mean_something_are_escaped() -> None:
    odd = cells(muscles=["a & b_50 %", "<x> $1 {y} #2"])
    table = stats.contrasts(odd, within="exercise", by="muscle")
    html, latex = table.to_html(), table.to_latex()
    assert "A &amp; b 50 %" in html
    assert "&lt;x&gt; $1 {y} #2" in html
    assert "<x>" not in html
    assert r"A \& b 50 \%" in latex
    assert r"\textless{}x\textgreater{} \$1 \{y\} \#2" in latex
    assert r"mean (\%MVC)" in latex
    assert r"$d_{\mathrm{z}}$" in latex
    assert "$-$" in latex


def test_groups_notes_and_notices_stand_in_the_table() -> None:
    absent = cells()[lambda t: (t["participant"] != "P0") | (t["muscle"] != "biceps_femoris")]
    table = stats.contrasts(absent, within="exercise", by="muscle")
    (notice,) = table.notices
    text = re.sub(r"\s+", " ", repr(table))
    assert f"Notice: {notice.text}" in text
    html = table.to_html()
    notes = re.sub(r"<[^>]+>", "", html)
    assert "Biceps femoris" in html
    assert "individual 95 % confidence intervals" in notes
    assert "p-values were adjusted after Holm (1979) over the contrasts of each muscle." in notes
    assert notice.text in notes
    assert "dz is the mean of the participants" in notes
    assert "n = 8 to 9" in html
    assert type(table.great_table()).__name__ == "GT"


def test_an_interval_that_seems_to_contradict_its_p_explains_itself_in_a_footnote() -> None:
    table = whole()
    note = (
        "† The interval of this contrast alone leaves out 1; its p, adjusted for all contrasts of the family, is not "
        "below .05."
    )
    calm = table.assign(ci_low=0.5, ci_high=2.0)
    assert "†" not in calm.to_html() + repr(calm) + calm.to_latex() + calm.caption()
    odd = table.assign(ci_low=1.1, ci_high=2.0, p_adjusted=[0.06, *[0.01] * (len(table) - 1)])
    shown = re.sub(r"\s+", " ", repr(odd))
    assert ".060†" in shown
    assert shown.count("†") == 2
    assert note in shown
    assert note in re.sub(r"<[^>]+>", "", odd.to_html())
    assert note in odd.caption()
    assert odd.clauses()[0].endswith(", although the interval, which is not adjusted, leaves out 1")
    assert not any("although" in clause for clause in odd.clauses()[1:])
    # where p is not adjusted there is nothing to explain
    odd.attrs["adjust"] = "none"
    assert "†" not in repr(odd)


# ---------------------------------------------------------------- results that are no tables


def test_a_mixed_model_has_words() -> None:
    fitted = model(log=True)
    assert fitted.methods() == fitted.terms.methods()
    assert "linear mixed model (REML) of natural logarithms, 'value ~ exercise * muscle'" in fitted.methods()
    assert "random terms: intercept, exercise" in fitted.methods()
    assert "Kenward-Roger" in fitted.methods()
    assert "(n = 9, 54 rows)" in fitted.methods()
    lines = fitted.sentences()
    assert lines[:3] == fitted.terms.sentences()
    assert lines[0].startswith("Exercise: F(2, ")
    sd = fitted.variances.set_index("group").loc["residual", "sd"]
    assert lines[-1].startswith("The standard deviation of residual (logarithms) is ")
    assert close(lines[-1].split()[-1].rstrip("."), sd)
    assert repr(fitted).startswith("<MixedModel")
    assert "Mixed model, variance components" in repr(fitted)
    assert fitted._repr_html_().count("<table") == 2


def test_a_model_without_random_terms_is_no_mixed_model() -> None:
    table = one_muscle()[lambda t: t["exercise"] == "squat"]
    table["before"] = np.linspace(1, 2, len(table)) ** 2
    fitted = stats.mixed_model(table, "value ~ before + group", random=None, log=False)
    assert "linear model (least squares)" in fitted.methods()
    assert "mixed" not in fitted.methods()
    assert repr(fitted.terms).startswith("Linear model, terms")
    assert "Kenward" not in " ".join(fitted.sentences())


def test_curves_have_words_and_only_tests_of_points_name_points() -> None:
    test = stats.waveform_test(curves(), within="exercise")
    lines = test.sentences()
    assert len(lines) == len(test.summary) == 3
    assert test.methods() == test.summary.methods()
    for sentence, row in zip(lines, test.summary.to_dict("records"), strict=True):
        runs = test.clusters[test.clusters["contrast"] == row["contrast"]]
        assert ("beyond the threshold at points" in sentence) == (row["p_adjusted"] < 0.05 and len(runs) > 0)
        assert ("no difference of the curves was shown" in sentence) == (row["p_adjusted"] >= 0.05)
        if "beyond" in sentence:
            assert f"points {runs['first_point'].iloc[0]} to {runs['last_point'].iloc[0]}" in sentence
        assert f"|t|({row['n'] - 1}) = {row['t_max']:.2f}" in sentence
    assert any("beyond" in sentence for sentence in lines)
    assert any("was shown" in sentence for sentence in lines)
    assert "beyond" not in " ".join(stats.waveform_test(curves(), within="exercise", method="cluster").sentences())
    assert "Whole curves" in repr(test)
    assert "<table" in test._repr_html_()


def test_a_meta_analysis_has_words() -> None:
    found = stats.meta_analysis(STUDIES)
    assert found.sentences() == [*found.pooled.sentences(), *found.effects.sentences()]
    assert found.methods() == found.pooled.methods()
    assert "k = 3 studies" in found.sentences()[0]
    row = found.pooled.iloc[0]
    numbers = re.search(
        rf"= ({NUMBER}), 95 % CI \[({NUMBER}), ({NUMBER})\] \(Hartung-Knapp\), t\(2\) = ({NUMBER}).* 95 % prediction "
        rf"interval \[({NUMBER}), ({NUMBER})\]", found.sentences()[0]
    )  # fmt: skip
    assert numbers
    wanted = ("ratio", "ratio_low", "ratio_high", "t", "ratio_prediction_low", "ratio_prediction_high")
    assert all(close(text, row[name]) for text, name in zip(numbers.groups(), wanted, strict=True))
    assert repr(found).count("Hartung") >= 1
    assert found._repr_html_().count("<table") == 2


def test_many_models_have_words() -> None:
    models = many()
    assert models.sentences()[1].startswith("Second, exercise: F(2, ")
    assert models.methods()
    assert "<table" in models._repr_html_()
