"""Outputs appear whole or not at all, and nobody's files are lost."""

from __future__ import annotations

import pandas as pd
import pytest

from emgkit.errors import StudyError
from emgkit.study.writing.folder import fresh_folder, write_json, write_table


def write_one(out, text="new"):
    with fresh_folder(out) as fresh:
        (fresh / "tables").mkdir()
        (fresh / "tables" / "a.csv").write_text(text)
        write_json({}, fresh / "provenance.json")


def fail_half_way(out):
    with fresh_folder(out) as fresh:
        (fresh / "tables").mkdir()
        raise RuntimeError("half way")


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_an_earlier_run_is_replaced_whole(tmp_path):
    out = tmp_path / "results"
    write_one(out, "old")
    (out / "tables" / "a.csv").write_text("changed")
    write_one(out)
    assert (out / "tables" / "a.csv").read_text() == "new"
    assert files(tmp_path) == ["results/provenance.json", "results/tables/a.csv"]


def test_a_failure_leaves_the_earlier_run_and_no_rubbish(tmp_path):
    out = tmp_path / "results"
    write_one(out, "old")
    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way(out)
    assert (out / "tables" / "a.csv").read_text() == "old"
    assert files(tmp_path) == ["results/provenance.json", "results/tables/a.csv"]
    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way(tmp_path / "never")
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_files_of_somebody_else_are_never_replaced(tmp_path):
    out = tmp_path / "results"
    write_one(out)
    (out / "notes.docx").write_text("my thesis")
    with pytest.raises(StudyError, match=r"no earlier run wrote.*'notes\.docx'.*--out"):
        write_one(out)
    assert (out / "notes.docx").read_text() == "my thesis"


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "results").write_text("x")
    with pytest.raises(StudyError, match="is a file"):
        write_one(tmp_path / "results")


def test_a_table_opens_in_a_spreadsheet_and_keeps_every_digit(tmp_path):
    table = pd.DataFrame({"muscle": ["glúteo"], "value": [0.1 + 0.2]})
    write_table(table, tmp_path / "tables" / "a.csv")
    raw = (tmp_path / "tables" / "a.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in raw
    assert pd.read_csv(tmp_path / "tables" / "a.csv", encoding="utf-8-sig")["value"][0] == 0.1 + 0.2
