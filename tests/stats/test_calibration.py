"""Do the tests err, and the intervals miss, as often as they say? Simulated studies whose truth is known.

The normal run analyses 400 studies a cell, the slow one (`make calibrate`) thousands. All data are log-normal, and go
through the public functions. Where `EMGKIT_CALIBRATION` names the page, the slow run writes its tables into it:

    make calibrate EMGKIT_CALIBRATION=docs/explanation/calibration.md
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.ndimage import gaussian_filter1d

from emgkit import simulate
from emgkit.errors import EmgkitWarning
from emgkit.stats import contrasts, influence, mixed_model, mixed_model_many, waveform_test

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "calibration.md"
QUICK = 400
LEVELS = ("a", "b", "c")
PAIRS = ("a / b", "a / c", "b / c")
EQUAL, UNEQUAL = (0.3, 0.3, 0.3), (0.15, 0.3, 0.5)
SAME, APART, FAR = (1.0, 1.0, 1.0), (1.0, 1.5, 3.0), (1.0, 1.0, 10.0)
FEW, MORE = 8, 13
POINTS, WIDTH, MIDDLE = 101, 8.0, 50


class Expected(NamedTuple):
    """Limits of a rate in percent: of thousands of studies, and of 400; and why, where they are not the usual ones."""

    low: float
    high: float
    quick_low: float
    quick_high: float
    why: str = ""

    def __str__(self) -> str:
        return f"{self.low:g}–{self.high:g}" + (f", {self.why}" if self.why else "")


ERROR = Expected(4, 6, 2.5, 8)
COVERAGE = Expected(94, 96, 92, 97.5)
AT_MOST = Expected(0, 6, 0, 8, "at most 5 is promised")


class Cell(NamedTuple):
    """One rate: in which of the studies it happened, and how often it should."""

    design: str
    n: int
    rate: str
    of: str
    hits: np.ndarray
    expected: Expected

    @property
    def percent(self) -> float:
        return 100 * float(np.mean(self.hits))

    @property
    def standard_error(self) -> float:
        share = float(np.mean(self.hits))
        return 100 * float(np.sqrt(share * (1 - share) / len(self.hits)))


def draw(
    rng: np.random.Generator,
    studies: int,
    n: int,
    *,
    sds: tuple[float, ...],
    ratios: tuple[float, ...],
    person: float = 0.3,
    repetitions: int = 1,
) -> np.ndarray:
    """Log-normal values, (studies, participants, exercises, repetitions); standard deviations of the logarithm."""
    deviations = rng.normal(size=(studies, n, 3)) * sds + person * rng.normal(size=(studies, n, 1))
    noise = 0.1 * rng.normal(size=(studies, n, 3, repetitions)) if repetitions > 1 else 0.0
    return np.exp(np.log(ratios)[:, None] + deviations[..., None] + noise)


def grid(n: int, **others: Any) -> pd.DataFrame:
    """The columns of a table: participant, exercise and further ones."""
    people = [f"P{i:02d}" for i in range(n)]
    levels = {"participant": people, "exercise": LEVELS, **others}
    return pd.MultiIndex.from_product(levels.values(), names=levels).to_frame(index=False)


def held(low: np.ndarray, high: np.ndarray, ratios: tuple[float, ...]) -> np.ndarray:
    """Whether intervals, (studies, 3 pairs), hold the true ratios."""
    true = np.array([one / other for one, other in itertools.combinations(ratios, 2)])
    return (low <= true) & (true <= high)


def of_pairs(design: str, n: int, rate: str, hits: np.ndarray, expected: Expected = ERROR) -> Iterator[Cell]:
    for pair, column in zip(PAIRS, hits.T, strict=True):
        yield Cell(design, n, rate, pair, column, expected)


def of_tables(design: str, n: int, tables: dict[tuple[float, ...], dict[str, np.ndarray]]) -> Iterator[Cell]:
    """Error rates, coverage and family-wise errors of contrasts, from columns of shape (studies, 3)."""
    null = tables[SAME]
    yield from of_pairs(design, n, "type I error", null["p"] < 0.05)
    if APART in tables:
        apart = tables[APART]
        yield from of_pairs(design, n, "coverage", held(apart["ci_low"], apart["ci_high"], APART), COVERAGE)
    yield Cell(design, n, "family-wise error, Holm", "all equal", (null["p_adjusted"] < 0.05).any(axis=1), AT_MOST)
    if FAR in tables:
        hits = tables[FAR]["p_adjusted"][:, 0] < 0.05
        yield Cell(design, n, "family-wise error, Holm", "a = b, c far off", hits, ERROR)


def columns_of(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Columns of a table of contrasts as (studies, 3)."""
    return {name: table[name].to_numpy().reshape(-1, 3) for name in ("p", "p_adjusted", "ci_low", "ci_high")}


def joined(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def chunks(studies: int, size: int) -> list[int]:
    return [min(size, studies - first) for first in range(0, studies, size)]


def paired(studies: int, people: tuple[int, ...] = (FEW, MORE)) -> Iterator[Cell]:
    """`contrasts`: each study is a level of `by`, and so analysed by itself."""
    for n, (design, sds) in itertools.product(people, (("equal SDs", EQUAL), ("unequal SDs", UNEQUAL))):
        tables = {}
        for k, ratios in enumerate((SAME, APART, FAR)):
            rng = np.random.default_rng([1, n, sds is UNEQUAL, k])
            parts = []
            for size in chunks(studies, 200):
                values = draw(rng, size, n, sds=sds, ratios=ratios)
                table = pd.concat([grid(n)] * size, ignore_index=True)
                table = table.assign(study=np.repeat(np.arange(size), 3 * n), value=values.ravel())
                parts.append(columns_of(contrasts(table, within="exercise", by="study")))
            tables[ratios] = joined(parts)
        yield from of_tables(design, n, tables)


def curves(rng: np.random.Generator, studies: int, n: int, ratios: tuple[float, ...]) -> pd.DataFrame:
    """Smooth log-normal curves under unequal variances; the logarithm is Gaussian with the same SD at every point."""

    def smooth(*shape: int) -> np.ndarray:
        margin = int(4 * WIDTH)
        noise = gaussian_filter1d(rng.normal(size=(*shape, POINTS + 2 * margin)), WIDTH, axis=-1)
        return noise[..., margin:-margin] * np.sqrt(2 * WIDTH * np.sqrt(np.pi))  # the filter shrinks the SD

    burst = np.sin(np.pi * np.linspace(0, 1, POINTS))
    logs = smooth(studies, n, 3) * np.array(UNEQUAL)[:, None] + 0.3 * smooth(studies, n, 1)
    logs += np.log(20 + 60 * burst) + np.log(ratios)[:, None]
    table = pd.concat([grid(n, point=range(POINTS))] * studies, ignore_index=True)
    return table.assign(study=np.repeat(np.arange(studies), n * 3 * POINTS), value=np.exp(logs).ravel())


def waveforms(studies: int, people: tuple[int, ...] = (FEW, MORE)) -> Iterator[Cell]:
    """`waveform_test`: the error is that of a whole curve, that is, of any of its points."""
    named = {"max-t": "max-\\|t\\|", "cluster": "cluster mass", "rft": "random field"}
    why = "random-field theory is no exact test"
    for n in people:
        p: dict[str, list[np.ndarray]] = {method: [] for method in named}
        holm: dict[str, list[np.ndarray]] = {method: [] for method in named}
        covered = []
        rng, other = np.random.default_rng([2, n, 0]), np.random.default_rng([2, n, 1])
        for size in chunks(studies, 50):
            table = curves(rng, size, n, SAME)
            for method in named:
                summary = waveform_test(table, within="exercise", by="study", method=method).summary
                p[method].append(summary["p"].to_numpy().reshape(-1, 3))
                holm[method].append(summary["p_adjusted"].to_numpy().reshape(-1, 3))
            # the intervals are the same with every method, and random fields are the fastest
            nodes = waveform_test(curves(other, size, n, APART), within="exercise", by="study", method="rft").nodes
            low, high = (nodes[name].to_numpy().reshape(size, 3, POINTS) for name in ("ci_low", "ci_high"))
            covered.append(np.stack([held(low[..., i], high[..., i], APART) for i in range(POINTS)], axis=-1))
        for method, name in named.items():
            expected = ERROR if method != "rft" else Expected(2, 6, 0.5, 8, why)
            yield from of_pairs(name, n, "family-wise error of the curve", np.concatenate(p[method]) < 0.05, expected)
            any_pair = (np.concatenate(holm[method]) < 0.05).any(axis=1)
            yield Cell(name, n, "the same over 3 pairs, Holm", "all equal", any_pair, AT_MOST)
        held_at = np.concatenate(covered)
        yield from of_pairs("intervals", n, "coverage of one point", held_at[..., MIDDLE], COVERAGE)
        every = Expected(50, 90, 50, 90, "each interval is of its point alone")
        yield from of_pairs("intervals", n, "coverage of all points at once", held_at.all(axis=-1), every)


def pattern(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    """The table without a tenth of its rows; every participant and every condition keeps some."""
    while True:
        left = table.drop(index=rng.choice(len(table), size=round(len(table) / 10), replace=False))
        if (
            left["participant"].nunique() == table["participant"].nunique()
            and (left["exercise"].value_counts() > 2).all()
        ):
            return left


def incomplete(rng: np.random.Generator, studies: int, n: int, **data: Any) -> Iterator[tuple[pd.DataFrame, Any]]:
    """Tables without a tenth of their cells, and values of some studies for each of many patterns."""
    for size in chunks(studies, 20 if studies <= QUICK else 100):
        table = pattern(rng, grid(n))
        yield table, draw(rng, size, n, **data).reshape(size, -1)[:, table.index].T


def missing(studies: int, people: tuple[int, ...] = (FEW, MORE)) -> Iterator[Cell]:
    """`mixed_model_many`, a random intercept and data that have no more, a tenth of the cells missing."""
    for n, person in itertools.product(people, (0.3, 0.1)):
        design = f"participants' SD {person}"
        tables, omnibus, means = {}, [], []
        for k, ratios in enumerate((SAME, APART, FAR)):
            rng = np.random.default_rng([3, n, person < 0.3, k])
            parts = []
            for table, values in incomplete(rng, studies, n, sds=EQUAL, ratios=ratios, person=person):
                model = mixed_model_many(table, "~ exercise", outcomes=values, log=True)
                parts.append(columns_of(model.contrasts("exercise")))
                if ratios is SAME:
                    omnibus.append(model.terms["p"].to_numpy() < 0.05)
                if ratios is APART:
                    mean = model.marginal_means("exercise")
                    low, high = (mean[name].to_numpy().reshape(-1, 3) for name in ("ci_low", "ci_high"))
                    means.append((low <= ratios) & (np.array(ratios) <= high))
            tables[ratios] = joined(parts)
        yield from of_tables(design, n, tables)
        yield Cell(design, n, "type I error, F", "exercise", np.concatenate(omnibus), ERROR)
        for level, hits in zip(LEVELS, np.concatenate(means).T, strict=True):
            yield Cell(design, n, "coverage", f"mean of {level}", hits, COVERAGE)


def with_slopes(
    studies: int, people: tuple[int, ...] = (FEW, MORE), ratios: tuple[Any, ...] = (SAME, APART), *, lost: bool
) -> Iterator[Cell]:
    """`mixed_model` with full slopes on three repetitions, unequal variances; repetitions lost or not."""
    design = "a tenth of the repetitions lost" if lost else "complete"
    for n in people:
        tables, omnibus = {}, []
        whole = grid(n, repetition=(1, 2, 3))
        for k, true in enumerate(ratios):
            rng = np.random.default_rng([4, n, lost, k])
            parts = []
            for values in draw(rng, studies, n, sds=UNEQUAL, ratios=true, repetitions=3):
                table = whole.assign(value=values.ravel())
                table = pattern(rng, table) if lost else table
                model = mixed_model(table, "value ~ exercise", random="1 + exercise", log=True)
                parts.append(columns_of(model.contrasts("exercise")))
                if true is SAME:
                    omnibus.append(float(model.terms["p"].iloc[0]) < 0.05)
            tables[true] = joined(parts)
        yield from of_tables(design, n, tables)
        yield Cell(design, n, "type I error, F", "exercise", np.array(omnibus), ERROR)


FAILS = (Expected(0, 2.5, 0, 4, "fails"), Expected(5.5, 9, 4, 11, "fails"), Expected(8, 13, 6, 16, "fails"))


def intercept(
    studies: int,
    people: tuple[int, ...] = (FEW, MORE),
    which: tuple[str, ...] = ("equal SDs", "unequal SDs", "unequal SDs, a tenth missing"),
) -> Iterator[Cell]:
    """`mixed_model`, a random intercept alone: right under equal variances; else it is not, and a notice says so."""
    often = {FEW: Expected(25, 70, 25, 75, "noticed"), MORE: Expected(50, 95, 50, 95, "noticed")}
    for n, design in itertools.product(people, which):
        unequal, lost = design != "equal SDs", "missing" in design
        data: dict[str, Any] = {"sds": UNEQUAL if unequal else EQUAL, "ratios": SAME}
        rng = np.random.default_rng([5, n, int(unequal) + lost])
        if lost:
            tables = list(incomplete(rng, studies, n, **data))
        else:
            tables = [(grid(n), draw(rng, studies, n, **data).reshape(studies, -1).T)]
        noticed, wrong = [], []
        for table, values in tables:
            for one in values.T:
                model = mixed_model(table.assign(value=one), "value ~ exercise", log=True)
                codes = {notice.code for notice in model.contrasts("exercise").notices}
                noticed.append("pooled-error" in codes)
            many = mixed_model_many(table, "~ exercise", outcomes=values, log=True)
            wrong.append(columns_of(many.contrasts("exercise"))["p"] < 0.05)
        for pair, hits, limits in zip(PAIRS, np.concatenate(wrong).T, FAILS if unequal else (ERROR,) * 3, strict=True):
            yield Cell(design, n, "type I error", pair, hits, limits)
        expected = often[n] if unequal else Expected(0, 22, 0, 25, "false alarms")
        yield Cell(design, n, "notice", "pooled-error", np.array(noticed), expected)


def flags(studies: int, people: tuple[int, ...] = (FEW, MORE)) -> Iterator[Cell]:
    """`influence`: tables without a fault, and tables in which one participant's b and c are exchanged."""
    for n in people:
        ratios = (1.0, 1.0, 5.0)
        values = draw(np.random.default_rng([6, n]), studies, n, sds=UNEQUAL, ratios=ratios)
        any_flag, found = [], []
        for one in values:
            clean = influence(grid(n).assign(value=one.ravel()), within="exercise")
            any_flag.append(clean["contradicts"].any())
            one[0, [1, 2]] = one[0, [2, 1]]
            swapped = influence(grid(n).assign(value=one.ravel()), within="exercise")
            found.append("P00" in set(swapped.loc[swapped["contradicts"], "left_out"]))
        yield Cell("no fault", n, "tables with a flag", "any", np.array(any_flag), AT_MOST)
        enough = {FEW: Expected(50, 100, 50, 100, "found"), MORE: Expected(80, 100, 80, 100, "found")}[n]
        yield Cell("b and c exchanged, c / b = 5", n, "the participant is flagged", "P00", np.array(found), enough)


@functools.cache
def true_ratios() -> dict[tuple[str, str], float]:
    """Every ratio that was put into the simulated main study, in the alphabetical order of the statistics."""
    true = {}
    for row in simulate.true_ratios(simulate.load_spec("three_lifts")).to_dict("records"):
        first, second = sorted((row["numerator"], row["denominator"]))
        ratio = row["ratio"] if first == row["numerator"] else 1 / row["ratio"]
        true[row["muscle"], f"{first} / {second}"] = ratio
    return dict(sorted(true.items()))


@functools.cache
def lifts(studies: int) -> dict[str, np.ndarray]:
    """Contrasts of tables of the simulated main study, one study at a time: columns of shape (studies, 9)."""
    spec = simulate.load_spec("three_lifts")
    tables = []
    for seed in range(10_000, 10_000 + studies):
        got = contrasts(simulate.draw_cells(spec, seed=seed), within="exercise", by="muscle")
        tables.append(got.set_index(["muscle", "contrast"]).loc[list(true_ratios())])
    return {name: np.stack([table[name] for table in tables]) for name in ("ratio", "ci_low", "ci_high")}


def three_lifts(studies: int) -> Iterator[Cell]:
    """`contrasts` on the simulated main study: three muscles, and the true ratios of its specification."""
    got, true = lifts(studies), np.array(list(true_ratios().values()))
    hits = (got["ci_low"] <= true) & (true <= got["ci_high"])
    for (muscle, contrast), column in zip(true_ratios(), hits.T, strict=True):
        yield Cell(muscle.replace("_", " "), MORE, "coverage", contrast.replace("_", " "), column, COVERAGE)


class Section(NamedTuple):
    """A table of the page: its cells, how many studies the slow run analyses, and what the normal run does."""

    cells: Callable[..., Iterator[Cell]]
    studies: int
    quick: dict[str, Any] | None


# the longest first, so that two workers end together
SECTIONS = {
    "waveforms": Section(waveforms, 6000, {"studies": QUICK, "people": (FEW,)}),
    "slopes": Section(
        functools.partial(with_slopes, lost=False), 4000, {"studies": QUICK, "people": (FEW,), "ratios": (SAME,)}
    ),
    "slopes-lost": Section(functools.partial(with_slopes, lost=True), 4000, None),
    "intercept": Section(intercept, 4000, {"studies": QUICK, "people": (FEW,), "which": ("unequal SDs",)}),
    "flags": Section(flags, 4000, None),
    "three-lifts": Section(three_lifts, 6000, {"studies": QUICK}),
    # so many cells that with 400 studies one falls out by chance
    "paired": Section(paired, 10_000, {"studies": 1000, "people": (FEW,)}),
    "missing": Section(missing, 10_000, {"studies": QUICK}),
}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the warnings, which the tables keep too, from stopping a test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmgkitWarning)
        yield


HEAD = "| design | n | rate | of | % | SE | studies | expected |\n|---|---|---|---|---|---|---|---|\n"


def as_table(cells: list[Cell]) -> str:
    """The cells as a table of the page."""
    lines = [
        f"| {c.design} | {c.n} | {c.rate} | {c.of} | {c.percent:.2f} | {c.standard_error:.2f} | {len(c.hits)} "
        f"| {c.expected} |"
        for c in cells
    ]
    return HEAD + "\n".join(lines) + "\n"


def block(name: str) -> re.Pattern[str]:
    """Where a section's table stands on the page."""
    return re.compile(rf"(?<=<!-- table: {name} -->\n\n).*?(?=\n<!-- end -->)", flags=re.DOTALL)


def write(name: str, cells: list[Cell], page: Path) -> None:
    """Put a table in its place on the page; another worker may be writing another one."""
    lock = page.with_suffix(".lock")
    while True:
        try:
            lock.touch(exist_ok=False)
            break
        except FileExistsError:
            time.sleep(0.1)
    try:
        text = page.read_text(encoding="utf-8")
        place = block(name).search(text)
        assert place, f"{page} has no place for the table {name!r}"
        page.write_text(text[: place.start()] + as_table(cells) + text[place.end() :], encoding="utf-8")
    finally:
        lock.unlink()


def outside(cells: list[Cell], *, quick: bool = False) -> str:
    """The cells outside their limits, as lines."""
    limits = [(c.expected.quick_low, c.expected.quick_high) if quick else c.expected[:2] for c in cells]
    wrong = [c for c, (low, high) in zip(cells, limits, strict=True) if not low <= c.percent <= high]
    return "\n" + as_table(wrong) if wrong else ""


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name, section in SECTIONS.items() if section.quick is not None])
def test_400_studies(name: str) -> None:
    section = SECTIONS[name]
    assert section.quick is not None
    with quiet():
        wrong = outside(list(section.cells(**section.quick)), quick=True)
    assert not wrong, wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", SECTIONS)
def test_thousands_of_studies(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    section = SECTIONS[name]
    with quiet():
        cells = list(section.cells(section.studies))
    with capsys.disabled():
        sys.stdout.write(f"\n{name}\n{as_table(cells)}")
    if named := os.environ.get("EMGKIT_CALIBRATION"):
        write(name, cells, Path(named))
    wrong = outside(cells)
    assert not wrong, wrong


@pytest.mark.parametrize("name", SECTIONS)
def test_the_page_holds_every_cell_within_its_limits(name: str) -> None:
    section = SECTIONS[name]
    table = block(name).search(PAGE.read_text(encoding="utf-8"))
    assert table, f"the page has no table {name!r}"
    assert table[0].startswith(HEAD)
    rows = [[text.strip() for text in re.split(r"(?<!\\)\|", line)[1:-1]] for line in table[0].splitlines()[2:]]
    with quiet():
        known = list(section.cells(2))
    assert [row[:4] for row in rows] == [[c.design, str(c.n), c.rate, c.of] for c in known]
    for (*key, percent, error, studies, expected), cell in zip(rows, known, strict=True):
        assert expected == str(cell.expected)
        assert int(studies) == section.studies >= 4000
        assert cell.expected.low <= float(percent) <= cell.expected.high, key
        share = float(percent) / 100
        assert float(error) == pytest.approx(100 * np.sqrt(share * (1 - share) / int(studies)), abs=0.01)


def test_a_table_is_written_in_its_own_place(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("".join(f"<!-- table: {name} -->\n\n\n<!-- end -->\n\n" for name in ("one", "two")))
    cells = [Cell("design", 8, "rate", "a / b", np.array([True, False]), ERROR)]
    for _ in range(2):  # into the empty place, and in place of a table
        write("one", cells, page)
    assert page.read_text() == (
        f"<!-- table: one -->\n\n{HEAD}| design | 8 | rate | a / b | 50.00 | 35.36 | 2 | 4–6 |\n\n<!-- end -->\n\n"
        "<!-- table: two -->\n\n\n<!-- end -->\n\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]
    with pytest.raises(AssertionError, match="no place for the table 'three'"):
        write("three", cells, page)


def test_many_outcomes_at_once_have_the_numbers_of_one_model_each() -> None:
    rng = np.random.default_rng(7)
    table = pattern(rng, grid(FEW)).reset_index(drop=True)
    values = np.exp(rng.normal(0, 0.3, (len(table), 50)))
    with quiet():
        many = mixed_model_many(table, "~ exercise", outcomes=values, log=True)
        for i in range(50):
            one = mixed_model(table.assign(value=values[:, i]), "value ~ exercise", log=True)
            for name in ("contrasts", "marginal_means"):
                single = getattr(one, name)("exercise").select_dtypes("number")
                among = getattr(many, name)("exercise").query(f"outcome == '{i}'")[single.columns]
                np.testing.assert_allclose(among, single, rtol=1e-5)


@pytest.mark.long
def test_estimates_of_the_simulated_main_study_have_no_bias() -> None:
    mean = np.log(lifts(QUICK)["ratio"]).mean(axis=0)
    # 400 studies of 13 leave a standard error of half a percent
    np.testing.assert_allclose(np.exp(mean), list(true_ratios().values()), rtol=0.025)
