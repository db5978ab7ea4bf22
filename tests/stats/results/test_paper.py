"""Tables for a manuscript: they fit where they stand, hold every number, and are safe in a spreadsheet."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from docx import Document
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emgkit import simulate, stats
from emgkit.errors import ArgumentError
from emgkit.stats.results import fitting
from emgkit.stats.results.columns import ResultColumn
from emgkit.stats.results.spreadsheet import restored, safe_cells, safe_text
from emgkit.stats.within.levels import level_table


@pytest.fixture(scope="module")
def tables() -> dict[str, stats.Results]:
    """A table of each shape: few columns and many, short and long, sentences and names."""
    cells = simulate.draw_cells("three_lifts", seed=1)
    contrasts = stats.contrasts(cells, within="exercise", by="muscle")
    model = stats.mixed_model(
        cells[cells["muscle"] == "gluteus_maximus"], "value ~ exercise", participant="participant", log=True
    )
    return {
        "contrasts": contrasts,
        "levels": level_table(cells, contrasts),
        "anova": stats.rm_anova(cells, within="exercise", by="muscle"),
        "effect sizes": stats.effect_sizes(cells, within="exercise", by="muscle"),
        "equivalence": stats.equivalence(cells, within="exercise", by="muscle"),
        "influence": stats.influence(cells, within="exercise", by="muscle"),
        "interaction": stats.contrasts(cells, within="exercise", interaction="muscle"),
        "model terms": model.terms,
        "model contrasts": model.contrasts("exercise"),
        "model means": model.marginal_means("exercise"),
        "power": stats.power_paired(effect=[0.5, 0.8], power=0.8),
    }  # fmt: skip


SHAPES = [(columns, width) for columns in fitting.CHOICES for width in fitting.PLACES]


def compiled(folder: Path, body: str, options: str = "") -> str:
    """The log of a document that holds tables."""
    packages = r"\usepackage{booktabs,rotating,longtable,pdflscape}"
    text = rf"\documentclass[{options}]{{article}}{packages}\begin{{document}}{body}\end{{document}}"
    (folder / "t.tex").write_text(text, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "t.tex"]
    run = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    log = (folder / "t.log").read_text(encoding="utf-8", errors="replace")
    assert run.returncode == 0, log[-2000:]
    return log


@pytest.mark.long
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_every_table_compiles_and_no_line_is_too_long(tables: dict[str, stats.Results], tmp_path: Path) -> None:
    """In LaTeX's own class, whose page is the narrowest that is common."""
    texts = [
        f"\\typeout{{CASE {name} {columns} {width}}}{table.to_latex(columns=columns, width=width)}\\clearpage\n"
        for name, table in tables.items()
        for columns, width in SHAPES
    ]
    log = compiled(tmp_path, "\n".join(texts))
    assert log.count("CASE ") >= len(texts)
    assert "Overfull" not in log
    assert "Float too large" not in log


@pytest.mark.long
@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_a_short_table_fits_one_of_two_columns(tables: dict[str, stats.Results], tmp_path: Path) -> None:
    shown = [
        table.to_latex(width="column") for name, table in tables.items() if name not in ("influence", "effect sizes")
    ]
    log = compiled(tmp_path, "\\clearpage\n".join(shown), "twocolumn,a4paper")
    assert "Overfull" not in log
    assert r"\begin{table}[t]" in tables["contrasts"].to_latex(width="column")


def test_the_widths_that_are_reckoned_are_not_too_small() -> None:
    """Digits, the sign and brackets of Computer Modern at 8 points, as its metrics have them."""
    for sign, points in {"0": 4.25, ".": 2.36, "[": 2.36, "−": 6.61, "w": 6.14, "i": 2.36, "M": 7.79}.items():
        assert fitting._length(sign) >= points - 0.02, sign


@given(st.lists(st.integers(1, 30), min_size=1, max_size=25), st.sampled_from(SHAPES))
@settings(max_examples=200, deadline=None)
def test_no_part_is_wider_than_its_place_and_no_column_is_lost(sizes: list[int], shape: tuple[str, str]) -> None:
    found = tuple(ResultColumn(name=f"c{i}", cells=("8" * size, "1"), numeric=True) for i, size in enumerate(sizes))
    choice, width = shape
    fit = fitting.fitted(fitting.Paper(title="A", columns=found, kept=("c0",)), choice=choice, width=width)
    for part in fit.parts:
        used = sum(fitting._length(max((c.name, *c.cells), key=len)) for c, _ in part) / 28.45
        assert used <= fitting.PLACES[fit.place] or len(part) == 2
    names = {column.name for part in fit.parts for column, _ in part}
    assert names | set(fit.left_out) == {column.name for column in found}
    assert not fit.left_out or choice == "short"
    assert all(part[0][0].name == "c0" for part in fit.parts)


def test_the_analysis_of_variance_fits_an_upright_page_and_says_what_it_leaves_out(
    tables: dict[str, stats.Results],
) -> None:
    text = tables["anova"].to_latex()
    assert "sideways" not in text
    heads = text[text.index(r"\toprule") : text.index(r"\midrule")]
    for wanted in ("$F$", "df1", "df2", "(GG)", "eta"):
        assert wanted in heads, wanted
    assert 'columns="full" sets every column' in text
    full = tables["anova"].to_latex(columns="full")
    assert "sideways" in full
    assert "left out" not in full
    assert "pillai" in full


def test_options_are_checked() -> None:
    table = stats.power_paired(effect=0.5, power=0.8)
    with pytest.raises(ArgumentError, match=r"columns.*'short' and 'full'"):
        table.to_latex(columns="wide")
    with pytest.raises(ArgumentError, match=r"width.*'column', 'page' and 'landscape'"):
        table.to_latex(width="12cm")
    assert "tabular" in table.to_latex(columns=["effect"])  # pandas' own


def test_a_word_document_of_every_table(tables: dict[str, stats.Results], tmp_path: Path) -> None:
    for name, table in tables.items():
        path = table.to_docx(tmp_path / f"{name}.docx")
        again = table.to_docx(tmp_path / "again.docx")
        assert path.read_bytes() == again.read_bytes()
        document = Document(str(path))
        (shown,) = document.tables
        assert len(shown.rows) == 1 + len(shown.columns[0].cells[1:])
        assert repr(table).splitlines()[0].startswith(document.paragraphs[0].text[:40])
        section = document.sections[0]
        assert (section.page_width > section.page_height) == (name == "influence")
    rows = [[cell.text for cell in row.cells] for row in Document(str(tmp_path / "contrasts.docx")).tables[0].rows]
    assert rows[0][:4] == ["muscle", "contrast", "ratio", "95 % CI"]
    assert float(rows[1][2]) == pytest.approx(tables["contrasts"]["ratio"].iloc[0], abs=0.005)


def test_a_table_that_is_no_result_is_written_too(tmp_path: Path) -> None:
    plain = stats.contrasts(simulate.draw_cells("three_lifts", seed=1), within="exercise", by="muscle")
    chosen = plain[["contrast", "ratio"]]
    document = Document(str(chosen.to_docx(tmp_path / "t.docx")))
    assert [cell.text for cell in document.tables[0].rows[0].cells] == ["contrast", "ratio"]
    assert len(document.tables[0].rows) == 10


# ---------------------------------------------------------------- spreadsheets


@given(st.text(alphabet="'=+-@ab1.\t\r", max_size=6))
@example("=HYPERLINK(1)")
@example("'=1")
@example("-5,0")
@settings(max_examples=300, deadline=None)
def test_no_text_begins_like_a_formula_and_every_text_comes_back(text: str) -> None:
    safe = safe_text(text)
    assert restored(safe) == text or re.fullmatch(r"[+-]?[\d.,]+", text)
    assert safe[:1] not in ("=", "@", "\t", "\r")
    if safe[:1] in ("+", "-"):
        float(safe.replace(",", "."))
    back = pd.Series([safe]).str.replace(r"^'(?='*[=+\-@\t\r])", "", regex=True).iloc[0]
    assert back == restored(safe), "the line of the documentation"


def test_numbers_and_other_text_are_as_they_were() -> None:
    table = pd.DataFrame({"a": [-1.5, 2.0], "b": ["squat", "-10"], "c": pd.Categorical(["x", "@y"]), "d": [None, "+z"]})
    safe = safe_cells(table)
    assert safe["a"].equals(table["a"])
    assert safe["b"].tolist() == ["squat", "-10"]
    assert safe["c"].tolist() == ["x", "'@y"]
    assert (safe["d"].isna().tolist(), safe["d"].iloc[1]) == ([True, False], "'+z")
    assert table["c"].tolist() == ["x", "@y"], "the table itself is left alone"
    assert safe_cells(table[["a", "b"]]).equals(table[["a", "b"]])
    assert list(safe_cells(pd.DataFrame({"=a": [1.0]})).columns) == ["'=a"]


def evil() -> stats.Results:
    cells = simulate.draw_cells("three_lifts", seed=1)
    return stats.contrasts(cells.assign(muscle="=" + cells["muscle"].astype(str)), within="exercise", by="muscle")


def test_a_label_that_is_a_formula_stays_text_in_csv_and_excel(tmp_path: Path) -> None:
    table = evil()
    assert table.to_csv().splitlines()[1].startswith("'=biceps_femoris,")
    table.to_csv(tmp_path / "t.csv")
    assert "\n=" not in (tmp_path / "t.csv").read_text(encoding="utf-8-sig")
    table.to_excel(tmp_path / "t.xlsx", index=False)
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx").active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s", "n"}
    assert sheet["A2"].value == "'=biceps_femoris"
    assert table["muscle"].iloc[0] == "=biceps_femoris"


def test_a_decimal_comma_goes_with_semicolons_and_loses_no_digit(tables: dict[str, stats.Results]) -> None:
    table = tables["contrasts"]
    text = table.to_csv(decimal=",")
    assert text.splitlines()[0].startswith("muscle;contrast;ratio;ci_low")
    assert not re.search(r"\d\.\d", text)
    back = pd.read_csv(io.StringIO(text), sep=";", decimal=",")
    np.testing.assert_allclose(back["ratio"], table["ratio"], rtol=1e-15)
    assert table.to_csv(decimal=",", sep="\t").splitlines()[0].startswith("muscle\tcontrast")
    np.testing.assert_array_equal(pd.read_csv(io.StringIO(table.to_csv()))["n"], table["n"])
