"""The Word document holds the numbers of the page, and what they are; LaTeX the same."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from docx import Document

from emgkit import stats
from emgkit.report import Content, TableItem, latex, render, write_word
from emgkit.report.typeset import cells

CELLS = pd.DataFrame(
    {
        "participant": ["01", "02", "03"] * 2, "exercise": ["hip_thrust"] * 3 + ["squat"] * 3,
        "value": [80.0, 60.0, 90.0, 40.0, 33.0, 42.0], "unit": "%MVC", "muscle": "gluteus_maximus",
    }
)  # fmt: skip
PLAIN = pd.DataFrame({"muscle": ["biceps_femoris"], "put_in": [1.234], "ci_low": [1.1], "ci_high": [1.5]})


def content(**changes: object) -> Content:
    contrasts = stats.contrasts(CELLS, within="exercise", by="muscle")
    given = {
        "title": "Two lifts",
        "question": "Which?",
        "summary": "The hip thrust.",
        "finding": "In numbers.\n\nAnd more.",
        "simulated": True,
        "tables": (
            TableItem(title="Contrasts & more", caption="Paired.", frame=contrasts, stem="contrasts", simulated=True),
            TableItem(title="What was published", caption="Printed.", frame=PLAIN, stem="published"),
        ),
        "methods": "EMG was filtered.\n\nThen compared.",
    }
    return Content(**{**given, **changes})


def numbers(texts: list[str]) -> list[float]:
    return [float(n) for text in texts for n in re.findall(r"-?\d*\.?\d+", text.replace("−", "-"))]


def test_the_numbers_are_read_back_from_the_document(tmp_path: Path) -> None:
    made = content()
    document = Document(str(write_word(made, tmp_path / "results.docx")))
    first, second = document.tables
    rows = [[cell.text for cell in row.cells] for row in first.rows]
    assert rows[0][:4] == ["muscle", "contrast", "ratio", "95 % CI"]
    row = dict(zip(rows[0], rows[1], strict=True))
    truth = made.tables[0].frame.iloc[0]
    assert (row["muscle"], row["contrast"]) == ("gluteus maximus", "hip thrust / squat")
    assert float(row["ratio"]) == pytest.approx(truth["ratio"], abs=0.005)
    assert numbers([row["95 % CI"]]) == [
        pytest.approx(truth["ci_low"], abs=0.005),
        pytest.approx(truth["ci_high"], abs=0.005),
    ]
    assert float(row["p"]) == pytest.approx(truth["p"], abs=0.0005)
    assert [cell.text for cell in second.rows[1].cells] == [cell.cells[0] for cell in cells(made.tables[1])]
    assert second.rows[1].cells[1].text == "1.23"


def test_captions_notes_and_methods_are_there(tmp_path: Path) -> None:
    document = Document(str(write_word(content(), tmp_path / "results.docx")))
    texts = [paragraph.text for paragraph in document.paragraphs]
    for wanted in ("Two lifts", "Which?", "The hip thrust.", "And more.", "Table 1. Contrasts & more",
                 "Table 2. What was published", "EMG was filtered.", "Then compared."):  # fmt: skip
        assert wanted in texts, wanted
    (note,) = [text for text in texts if text.startswith("Note. Paired. ")]
    assert note.endswith(" Simulated data: no person was measured.")
    # and what the statistics say of the numbers, as on the page
    assert "individual 95 % confidence intervals. " in note
    assert "Note. Printed." in texts, "published numbers are not simulated"
    assert texts.index("Table 1. Contrasts & more") < texts.index("Table 2. What was published")


def test_real_data_are_not_called_simulated(tmp_path: Path) -> None:
    tables = tuple(replace(item, simulated=False) for item in content().tables)
    document = Document(str(write_word(content(simulated=False, tables=tables), tmp_path / "results.docx")))
    assert not any("imulated" in paragraph.text for paragraph in document.paragraphs)
    assert not any("imulated" in latex(item) for item in tables)


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (write_word(content(), tmp_path / name) for name in ("one.docx", "two.docx"))
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        assert packed.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2


def test_a_document_that_cannot_be_written_leaves_the_old_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_word(content(), tmp_path / "results.docx")
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("zipfile.ZipFile.writestr", full)
    with pytest.raises(OSError, match="no space"):
        write_word(content(title="Another"), path)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["results.docx"]


def test_latex_holds_title_numbers_and_what_they_are() -> None:
    first, second = (latex(item) for item in content().tables)
    assert r"Contrasts \& more" in first
    assert "Simulated data: no person was measured." in first
    assert "Simulated" not in second
    assert "1.98" in first
    assert "1.23" in second
    for text in (first, second):
        assert r"\toprule" in text
        assert text.count(r"\begin{tabular") == text.count(r"\end{tabular") == 1
        assert text.isascii()


def test_a_level_with_markup_in_its_name_stays_text() -> None:
    evil = "<img src=x onerror=alert(1)> & b"
    table = stats.contrasts(CELLS.assign(muscle=evil), within="exercise", by="muscle")
    item = TableItem(title=evil, caption=evil, frame=table)
    page = render(content(tables=(item,)))
    assert "<img" not in page
    assert "&lt;img" in page


def test_the_page_links_to_the_files_of_a_table() -> None:
    page = render(content(files=("tables/results.docx",)))
    for name in ("tables/contrasts.csv", "tables/contrasts.tex", "tables/published.tex", "tables/results.docx"):
        assert f'href="{name}"' in page


@pytest.mark.parametrize("title", ["t" * 300, "a\x07b\x1b[2J\ud800c"])
def test_a_title_of_any_length_and_any_signs_is_written(tmp_path, title):
    content = Content(title=title, question=title, finding=title, simulated=False, methods=title)
    document = Document(write_word(content, tmp_path / "a.docx"))
    assert document.core_properties.title[:4] in (title[:4], "a\\x0")
    assert "\\x07" in document.paragraphs[0].text or document.paragraphs[0].text == title
