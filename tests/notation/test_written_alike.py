"""One way to write a number, a p, an interval, a unit or a name, wherever it stands."""

from __future__ import annotations

import math
import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from emgkit import figures, stats
from emgkit.notation import (
    alone,
    alpha,
    contrast_text,
    estimate,
    p_heading,
    p_text,
    readable,
    writer,
)
from emgkit.report import TableItem, typeset
from emgkit.report.cells import columns
from emgkit.stats import results
from emgkit.stats.cells.multiplicity import ADJUSTMENTS
from emgkit.stats.results.facts import AnalysisFacts
from emgkit.stats.results.results import Results
from emgkit.stats.within.levels import level_summaries
from emgkit.study.file.recordings import Comparison, MeasureSpec
from emgkit.study.recordings.compare import ComparisonResult
from emgkit.study.writing.finding import level_findings

# of ratios, and of differences
ROWS, LEVELS = 250, 5
FORMULA = "value ~ exercise * muscle"
PARTS = "vastus rectus biceps long head gluteus upper part medial lateral soleus back hip thrust squat romanian pull"


# ------------------------------------------------------------------ 500 results, read wherever they are written


def names(rng: np.random.Generator, count: int) -> list[str]:
    """Different names such as ``vastus_upper_part_hip``."""
    parts = PARTS.split()
    made: dict[str, None] = {}
    while len(made) < count:
        made["_".join(rng.choice(parts, size=rng.integers(1, 5), replace=False))] = None
    return list(made)


def some_p(rng: np.random.Generator, count: int) -> np.ndarray[Any, Any]:
    """Values of p of any size, many of them beside .05, .001 and 1."""
    near = np.array([0.05, 0.05, 0.001, 1.0])[rng.integers(0, 4, count)]
    close = np.clip(near + rng.choice([-1, 1], count) * 10.0 ** rng.uniform(-9, -3, count), 0, 1)
    kinds = rng.integers(0, 3, count)
    p = np.choose(kinds, [close, rng.uniform(0, 1, count), 10.0 ** rng.uniform(-12, 0, count)])
    p[:6] = [0.0497, 0.04996, 0.05, 0.05004, 1.0, 4.1e-9]
    return np.asarray(p)


@pytest.fixture(scope="module", params=[True, False], ids=["ratios", "differences"])
def made(request: pytest.FixtureRequest) -> tuple[pd.DataFrame, Results]:
    """Cells, and contrasts of them whose estimates, intervals and p are random."""
    rng = np.random.default_rng(8)
    muscles, exercises = names(rng, ROWS // (LEVELS * (LEVELS - 1) // 2)), names(rng, LEVELS)
    cells = pd.DataFrame(
        [(f"P{person}", muscle, exercise) for person in range(3) for muscle in muscles for exercise in exercises],
        columns=["participant", "body_part", "lift_type"],
    ).assign(value=lambda frame: rng.uniform(20, 90, len(frame)), unit="%MVC")
    table = stats.contrasts(cells, within="lift_type", by="body_part", log=request.param)
    assert len(table) == ROWS
    if request.param:
        ratio = np.exp(rng.normal(0, 10.0 ** rng.uniform(-3, 0.3, ROWS)))
        spread = np.exp(10.0 ** rng.uniform(-4, 0, ROWS))
        limits = {"ratio": ratio, "ci_low": ratio / spread, "ci_high": ratio * spread}
    else:
        difference = rng.normal(0, 10.0 ** rng.uniform(-2, 3, ROWS))
        spread = 10.0 ** rng.uniform(-2, 3, ROWS)
        limits = {"difference": difference, "ci_low": difference - spread, "ci_high": difference + spread}
    return cells, table.assign(**limits, p_adjusted=some_p(rng, ROWS))


def expected(table: Results) -> list[dict[str, str]]:
    """What a reader should find of each row: estimate, interval, p, and the two names."""
    ratio = "ratio" in table.columns
    rows = []
    for row in table.to_dict("records"):
        number, limits = estimate(
            *(row["ratio" if ratio else "difference"], row["ci_low"], row["ci_high"]), ratio=ratio
        )
        rows.append({
            "estimate": number, "interval": limits, "p": p_text(row["p_adjusted"]),
            "contrast": contrast_text(row["contrast"]), "muscle": readable(row["body_part"]),
        })  # fmt: skip
    return rows


def in_sentences(table: Results) -> list[dict[str, str]]:
    found = []
    for text in table.sentences():
        place, _, rest = text.partition(": ")
        value = re.search(r"was (\S+?)(?: times (.*?)| %MVC)?, 95 % CI (\[[^]]*\])", rest)
        assert value is not None, text
        if "ratio" in table.columns:
            pair = f"{rest.partition(' was ')[0]} / {value[2]}"
        else:
            pair = rest.partition(" was ")[0].replace(" minus ", " − ")
        p = re.search(r"[,;] p (?:= )?((?:[<>] )?\.\d+)", rest)
        assert p is not None, text
        found.append({
            "estimate": value[1], "interval": value[3], "p": p[1],
            "contrast": re.sub(r"\bthe (?=\S)", "", pair), "muscle": place.removeprefix("Body part "),
        })  # fmt: skip
    return found


def in_print(table: Results) -> list[dict[str, str]]:
    """The table as it is printed, a muscle at a time: longer ones are cut."""
    found = []
    for muscle, part in table.groupby("body_part", sort=False):
        lines = repr(part).split("\n\n")[1].splitlines()
        heads = re.split(r"\s{2,}", lines[0].strip())
        first = re.split(r"\s{2,}", lines[1].strip())
        for line in lines[1:]:
            cells = dict(zip(heads[::-1], re.split(r"\s{2,}", line.strip())[::-1], strict=False))
            found.append({
                "estimate": cells["ratio" if "ratio" in table.columns else "difference"], "interval": cells["95 % CI"],
                "p": cells["p_adjusted"].removesuffix("†"), "contrast": cells["contrast"], "muscle": first[0],
            })  # fmt: skip
        assert str(muscle)
    return found


class Page(HTMLParser):
    """The rows of the tables of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.open = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.open = self.open and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.rows[-1][-1] += data


def in_html(table: Results) -> list[dict[str, str]]:
    rows = [row for row in Page(table.great_table().as_raw_html()).rows if len(row) > 1 or row]
    heads = next(row for row in rows if "95 % CI" in row)
    found, muscle = [], ""
    for row in rows[rows.index(heads) + 1 :]:
        if len(row) == 1 and row[0].strip() in titles(table):
            muscle = row[0].strip()
        elif len(row) == len(heads):
            cells = dict(zip(heads, row, strict=True))
            found.append({
                "estimate": cells["ratio" if "ratio" in table.columns else "difference"], "interval": cells["95 % CI"],
                "p": cells["p (Holm)"].removesuffix("†"), "contrast": cells["contrast"], "muscle": muscle,
            })  # fmt: skip
    return found


def titles(table: Results) -> set[str]:
    return {about(name) for name in table["body_part"]}


def about(part: str) -> str:
    """A part of the body where a figure or a table of a page names it."""
    return f"Body part {readable(part)}"


def in_cells(shown: Any, table: pd.DataFrame, muscle: str = "body part") -> list[dict[str, str]]:
    """A table of the report's page, of Word and of LaTeX."""
    cells = {column.label: column.cells for column in shown}
    names = {
        "estimate": "ratio" if "ratio" in table.columns else "difference", "interval": "95 % CI", "p": "p adjusted",
        "contrast": "contrast", "muscle": muscle,
    }  # fmt: skip
    return [{key: cells[name][row].removesuffix("†") for key, name in names.items()} for row in range(len(table))]


def in_a_figure(table: Results) -> list[dict[str, str]]:
    found = []
    for muscle, part in table.groupby("body_part", sort=False):
        ax = figures.contrasts(part)
        texts = [text.get_text() for text in ax.texts]
        assert texts[0] == about(str(muscle))
        labels = [label.get_text().replace("-\n", "").replace("\n", " ") for label in ax.get_yticklabels()]
        size = len(part)
        start = texts.index(f"{'ratio' if 'ratio' in part.columns else 'difference'} [95 % CI]") + 1
        exact = texts.index("p (Holm)") + 1
        for row in range(size):
            number, limits = texts[start + row].split(" ", 1)
            found.append({
                "estimate": number, "interval": limits, "p": texts[exact + row], "contrast": labels[row],
                "muscle": texts[0],
            })  # fmt: skip
        figures.close(ax.figure)
    return found


def in_the_finding(cells: pd.DataFrame, table: Results) -> list[dict[str, str]]:
    compared = ComparisonResult(
        spec=Comparison(within="lift_type", by=("body_part",)), measure=MeasureSpec(name="mean"), cells=cells,
        contrasts=table, anova=None, influence=None, notices=(),
    )  # fmt: skip
    found = []
    for one in level_findings(compared):
        for text in one.contrasts:
            read = re.fullmatch(
                r"(.*) ([−\d.∞×⁻⁰-⁹]+)(?: %MVC)?,? (?:95 % CI )?(\[[^]]*\]), p (?:= )?((?:[<>] )?\.\d+).*", text
            )
            assert read is not None, text
            muscle = one.name.removeprefix("body part ")
            found.append(
                dict(zip(("contrast", "estimate", "interval", "p"), read.groups(), strict=True), muscle=muscle)
            )
    return found


def test_sentence_table_figure_and_finding_print_the_same(made: tuple[pd.DataFrame, Results]) -> None:
    cells, table = made
    wanted = expected(table)
    titled = [{**row, "muscle": about(row["muscle"])} for row in wanted]
    assert in_sentences(table) == wanted
    assert in_print(table) == wanted
    assert in_html(table) == titled
    assert in_cells(typeset.cells(TableItem(title="A", caption="", frame=table)), table) == wanted
    plain = pd.DataFrame(table).rename(columns={"body_part": "muscle"})
    assert in_cells(columns(plain, {}), plain, muscle="muscle") == wanted
    assert in_a_figure(table) == titled
    # the finding has the largest contrast of a muscle first
    by_name = [sorted(rows, key=lambda row: sorted(row.items())) for rows in (in_the_finding(cells, table), wanted)]
    assert by_name[0] == by_name[1]


def test_methods_and_headings_write_the_names_as_the_rest(made: tuple[pd.DataFrame, Results]) -> None:
    _, table = made
    assert "levels of lift type, separately for each body part" in table.methods()
    assert "_" not in table.methods().replace("d_z", "").replace("g_av", "")
    assert "lift_type" not in " ".join(table.sentences())


@pytest.mark.parametrize("adjust", ADJUSTMENTS)
def test_the_head_of_p_is_one_in_figures_tables_and_sentences(adjust: str) -> None:
    rng = np.random.default_rng(1)
    cells = pd.DataFrame(
        [(f"P{i}", level, math.exp(i / 4 + rng.normal())) for i in range(8) for level in "abc"],
        columns=["participant", "exercise", "value"],
    ).assign(unit="%MVC")
    table = stats.contrasts(cells, within="exercise", adjust=adjust)
    head = p_heading(adjust)
    assert head == (f"p ({ADJUSTMENTS[adjust]})" if adjust != "none" else "p (not adjusted)")
    assert f"{ADJUSTMENTS[adjust] or 'not '}{'-' if ADJUSTMENTS[adjust] else ''}adjusted" in table.sentences()[0]
    assert head in [text for row in Page(table.great_table().as_raw_html()).rows for text in row]
    drawn = figures.contrasts(table)
    assert head in [text.get_text() for text in drawn.texts]
    values, _ = figures.paired(cells, table, conditions=("a", "b"))
    assert f", {head} " in values.figure.get_supxlabel()  # type: ignore[union-attr]
    matrix = figures.effect_matrix(table)
    assert matrix.get_supxlabel().replace("\n", " ").endswith(f"; below: {head}")
    for figure in (drawn.figure, values.figure, matrix):
        figures.close(figure)


def test_a_level_is_named_alike_in_figures_tables_sentences_and_findings() -> None:
    rng = np.random.default_rng(1)
    cells = pd.DataFrame(
        [(f"P{i}", group, lift, "biceps_femoris", math.exp(i / 4 + rng.normal()))
         for i in range(8) for group in ("normal", "pathology") for lift in ("squat", "hip_thrust")],
        columns=["participant", "training_group", "exercise", "muscle", "value"],
    ).assign(unit="%MVC")  # fmt: skip
    table = stats.contrasts(cells, within="exercise", by=["training_group", "muscle"])
    wanted = "Training group normal, biceps femoris"
    assert table.sentences()[0].startswith(f"{wanted}: the hip thrust was")
    assert wanted in [text for row in Page(table.great_table().as_raw_html()).rows for text in row]
    assert level_summaries(cells, table)[0].name == f"training{wanted.removeprefix('Training')}"
    ax = figures.contrasts(table)
    assert "Training group normal · Biceps femoris" in [text.get_text().replace("\n", " ") for text in ax.texts]
    figures.close(ax.figure)
    matrix = figures.effect_matrix(table.drop(columns="muscle"))
    assert next(ax.get_title(loc="left") or ax.get_title() for ax in matrix.axes) == "Training group normal, n = 8"
    figures.close(matrix)


def test_where_every_family_is_one_contrast_p_was_not_adjusted() -> None:
    cells = two_muscles("%MVC")
    table = stats.contrasts(cells, within="exercise", by="muscle")
    heads = [text for row in Page(table.great_table().as_raw_html()).rows for text in row]
    drawn = figures.contrasts(table)
    texts = [text.get_text() for text in drawn.texts]
    assert ("p" in heads, "p (Holm)" in heads) == ("p" in texts, "p (Holm)" in texts) == (True, False)
    figures.close(drawn.figure)


@pytest.mark.parametrize(
    ("value", "text"), [(0.05, ".05"), (0.1, ".1"), (0.05 / 3, ".01667"), (5e-5, ".00005"), (1e-6, ".000001")]
)
def test_alpha_is_one_in_methods_sentences_and_tables(value: float, text: str) -> None:
    table = stats.power_paired(effect=2.0, n=40, alpha=value)
    assert alpha(value) == writer("alpha", [])(value) == text
    assert f"alpha = {text}" in table.methods()
    assert f"alpha = {text} " in table.sentences()[0]
    assert text in repr(table)


def test_the_spread_of_logarithms_is_in_no_unit() -> None:
    rng = np.random.default_rng(1)
    cells = pd.DataFrame(
        [(f"P{i}", level, 1e-4 * math.exp(i / 4 + 0.3 * rng.normal())) for i in range(8) for level in "ab"],
        columns=["participant", "exercise", "value"],
    ).assign(unit="V")
    table = stats.mixed_model(cells, "value ~ exercise", participant="participant", log=True).variances
    for row, sentence in zip(table.to_dict("records"), table.sentences(), strict=True):
        assert alone("sd", row["sd"]) in repr(table)
        assert sentence.endswith(f"is {alone('sd', row['sd'])}.")


def two_muscles(unit: str) -> pd.DataFrame:
    """Lifts of two muscles, one of which is far less steady, in percent or in volts."""
    rng = np.random.default_rng(2)
    scale = 1e-6 if unit == "V" else 1.0
    rows = [
        (f"P{i}", lift, muscle, scale * (50 + 4 * rng.normal() + (1 + 12 * (muscle == "soleus")) * rng.normal()))
        for i in range(12)
        for lift in ("hip_thrust", "back_squat")
        for muscle in ("soleus", "vastus_lateralis", "rectus_femoris")
    ]
    return pd.DataFrame(rows, columns=["participant", "exercise", "muscle", "value"]).assign(unit=unit)


def words_of(table: Results) -> str:
    """The sentences of a table, its page and its notices, without units."""
    notices = " ".join(notice.text for notice in table.notices)
    text = " ".join([*table.sentences(), repr(table), notices])
    return re.sub(r"\s+", " ", text.replace("µV²", "").replace("µV", "").replace("%MVC", ""))


@pytest.mark.parametrize(
    "analysis",
    [
        lambda cells: stats.mixed_model(cells, FORMULA, random=["1", "exercise"], log=False).variances,
        lambda cells: stats.mixed_model(cells, FORMULA, log=False).fixed,
        lambda cells: stats.effect_sizes(cells, within="exercise", by="muscle"),
        lambda cells: stats.rm_anova(cells, within=["exercise", "muscle"], log=False),
    ],
    ids=["variances", "coefficients", "effect sizes", "anova"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::emgkit.EmgkitWarning")
def test_a_table_in_volts_reads_as_one_in_microvolts(analysis: Any) -> None:
    assert words_of(analysis(two_muscles("V"))) == words_of(analysis(two_muscles("µV")))


@pytest.mark.filterwarnings("ignore::emgkit.EmgkitWarning")
def test_the_notice_on_a_pooled_error_has_a_unit() -> None:
    cells = two_muscles("V")
    (notice,) = [n for n in stats.mixed_model(cells, FORMULA, log=False).notices
                 if n.code == "pooled-error"]  # fmt: skip
    assert re.search(r"differences range from \d+\.\d to \d+\.\d µV between", notice.text)
    (notice,) = [n for n in stats.mixed_model(cells, FORMULA).notices if n.code == "pooled-error"]
    assert re.search(r"differences range from 0\.\d+ to 0\.\d+ between", notice.text)


def studies(unit: str) -> pd.DataFrame:
    """Five printed comparisons, whose numbers are in percent or in volts."""
    scale = 1e-6 if unit == "V" else 1.0
    table = pd.DataFrame({
        "study": list("ABCDE"), "m1": [88.0, 75, 53, 60, 70], "sd1": [28.0, 29, 14, 20, 20], "n": [13, 12, 10, 14, 9],
        "m2": [51.0, 51, 36, 44, 60], "sd2": [19.0, 23, 23, 20, 20], "r": 0.6, "load": [60.0, 70, 80, 50, 65],
    })  # fmt: skip
    means = ["m1", "sd1", "m2", "sd2"]
    return table.assign(**{name: table[name] * scale for name in means})


def by_two(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.assign(training_group=np.where(cells["participant"].str[1:].astype(int) < 6, "novices", "trained"))


FIT: Any = {"formula": FORMULA, "random": ["1", "exercise", "muscle"]}
# every kind of table that has sentences; `log` where both scales are analysed
KINDS: dict[str, Any] = {
    "contrasts": lambda cells, log: stats.contrasts(cells, within="exercise", by="muscle", log=log),
    "wilcoxon": lambda cells, log: stats.contrasts(cells, within="exercise", by="muscle", log=log, test="wilcoxon"),
    "interaction": lambda cells, log: stats.contrasts(
        # a difference in percent of one muscle's reference is none of another's
        cells.assign(unit=cells["unit"].replace("%MVC", "N")), within="exercise", interaction="muscle", log=log
    ),
    "groups": lambda cells, log: stats.contrasts(
        by_two(cells), within="exercise", by="muscle", between="training_group", log=log
    ),
    "anova": lambda cells, log: stats.rm_anova(cells, within=["exercise", "muscle"], log=log),
    "equivalence": lambda cells, log: stats.equivalence(
        cells, within="exercise", by="muscle", log=log,
        bounds=(0.8, 1.25) if log else (-2e-5, 2e-5) if cells["unit"].iloc[0] == "V" else (-20.0, 20.0),
    ),
    "effect sizes": lambda cells, _: stats.effect_sizes(cells, within="exercise", by="muscle"),
    "effect sizes of groups": lambda cells, _: stats.effect_sizes(
        by_two(cells), within="exercise", by="muscle", between="training_group"
    ),
    "influence": lambda cells, log: stats.influence(cells, within="exercise", by="muscle", log=log),
    "reliability": lambda cells, _: stats.reliability(cells, within="exercise", by="muscle"),
    "terms": lambda cells, log: stats.mixed_model(cells, **FIT, log=log).terms,
    "coefficients": lambda cells, log: stats.mixed_model(cells, **FIT, log=log).fixed,
    "variances": lambda cells, log: stats.mixed_model(cells, **FIT, log=log).variances,
    "marginal means": lambda cells, log: stats.mixed_model(cells, **FIT, log=log).marginal_means("exercise"),
    "model contrasts": lambda cells, log: stats.mixed_model(cells, **FIT, log=log).contrasts("exercise"),
    "study effects": lambda cells, _: stats.meta_analysis(studies(cells["unit"].iloc[0])).effects,
    "pooled effect": lambda cells, _: stats.meta_analysis(studies(cells["unit"].iloc[0])).pooled,
    "mean changes": lambda cells, _: stats.meta_analysis(studies(cells["unit"].iloc[0]), measure="mean_change").pooled,
    "meta-regression": lambda cells, _: stats.meta_analysis(studies(cells["unit"].iloc[0]), moderator="load").pooled,
    "reconstruction": lambda *_: stats.reconstruct(
        study="A", n=13, mean1="88.1", sd1="28.2", mean2="51.0", sd2="19.1", p=".045"
    ),
    "power": lambda *_: stats.power_paired(effect=[0.512, 0.8], n=12),
}  # fmt: skip
_NUMBER = re.compile(r"−?(?:\d*\.\d+|\d+)(?:×10[⁻⁰-⁹]+)?")


def fractions(text: str) -> set[str]:
    """The numbers with decimals in a text."""
    return {found for found in _NUMBER.findall(text) if "." in found}


@pytest.mark.parametrize("log", [True, False], ids=["log", "raw"])
@pytest.mark.parametrize("unit", ["%MVC", "V"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore::emgkit.EmgkitWarning")
def test_a_sentence_has_no_number_that_its_table_writes_otherwise(kind: str, unit: str, log: bool) -> None:
    table = KINDS[kind](two_muscles(unit), log)
    facts = AnalysisFacts({str(key): fact for key, fact in table.attrs.items()})
    shown = results.columns.columns(table, facts)
    own = facts["table"] not in ("effect sizes", "reconstruction", "reliability")
    for place, sentence in enumerate(table.sentences()):
        cells = " ".join(" ".join([column.cells[place]] if own else column.cells) for column in shown)
        assert fractions(sentence.replace("alpha = .05", "")) <= fractions(cells)
    bounds = fractions(table.methods().partition("against bounds of ")[2].partition(" on the")[0])
    assert bounds <= fractions(" ".join(text for column in shown for text in column.cells))
