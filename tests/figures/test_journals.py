"""What journals ask, and that figures made for them, and the files these become, are so."""

from __future__ import annotations

import re
import shutil
import subprocess

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib import patheffects
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from PIL import Image
from pypdf import PdfReader

from emgkit import figures
from emgkit.errors import ArgumentError, DesignError, FileError, FormatError
from emgkit.figures.drawing import style

MM = 25.4


def cells(n=9):
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {"participant": f"P{p}", "exercise": lift, "muscle": muscle, "measure": "mean", "unit": "%MVC",
         "value": float(rng.lognormal(4, 0.4))}
        for p in range(n) for muscle in ("vastus_lateralis", "gluteus_maximus") for lift in ("squat", "deadlift")
    )  # fmt: skip


def drawn(journal="jek", columns="single"):
    with style.journal(journal, columns=columns):
        return figures.activation(cells())


def passed(table):
    return dict(zip(table["check"], table["passed"], strict=True))


# the widths as the publishers' pages print them (mm), named in each entry's `source`
@pytest.mark.parametrize(
    ("journal", "single", "double", "smallest"),
    [("elsevier", 90, 190, 7), ("jek", 90, 190, 7), ("frontiers", 85, 180, 8), ("springer", 84, 174, 8)],
)
def test_widths_and_smallest_text_are_the_publishers(journal, single, double, smallest):
    asked = style.JOURNALS[journal]
    assert (asked.single, asked.double, asked.font) == (single, double, smallest)
    assert asked.source.startswith("https://")


def test_plos_takes_any_width_between_two():
    asked = style.JOURNALS["plos"]
    assert [asked.allows(width) for width in (66.0, 66.8, 130.0, 190.5, 191.5)] == [False, True, True, True, False]
    assert (asked.tallest, asked.font) == (222.25, 8)


@pytest.mark.parametrize("journal", ["jscr", "jab", "generic"])
def test_where_no_width_was_found_the_check_says_so(journal):
    assert style.JOURNALS[journal].source == ""
    table = figures.style.check(drawn(journal), journal=journal)
    assert table["passed"].all()
    assert "none was found in the journal's instructions" in table.loc[0, "required"]
    assert "none was found" in table.attrs["source"]


@pytest.mark.parametrize("journal", [name for name in style.JOURNALS if name != "plos"])
@pytest.mark.parametrize("columns", ["single", "double"])
def test_a_figure_made_for_a_journal_passes_its_check(journal, columns):
    ax = drawn(journal, columns)
    table = style.check(ax, journal=journal)
    assert table["passed"].all(), table
    assert table["check"].tolist()[0] == "width"
    assert ax.figure.get_figwidth() * MM == pytest.approx(getattr(style.JOURNALS[journal], columns))


def test_plos_refuses_other_fonts_than_its_three():
    table = style.check(drawn("plos"), journal="plos")
    installed = bool(style.JOURNALS["plos"].installed)
    assert passed(table) == {
        "width": True, "height": True, "smallest text": True, "fonts": True, "font families": installed, "text": True,
        "bitmaps": True,
    }  # fmt: skip
    assert table.set_index("check").loc["font families", "required"] == "Arial, Times, Symbol"


def test_figures_take_two_columns_only_where_they_need_them():
    with style.journal("jek"):
        assert figures.activation(cells()).figure.get_figwidth() * MM == pytest.approx(90)
        assert figures.activation_grid(cells()).get_figwidth() * MM == pytest.approx(190)


def test_a_journal_ends_with_its_block():
    with style.journal("frontiers"):
        assert style.size() == pytest.approx(8.0)
    assert style.size() == 7.5
    with pytest.raises(DesignError), style.journal("frontiers"):
        figures.activation(cells().head(0))
    assert style.size() == 7.5
    assert style.across(3.5) == 3.5


def test_unknown_journals_and_columns_name_the_known():
    with (
        pytest.raises(ArgumentError, match=r"Unknown value for 'journal'.*'jscr'.*Did you mean 'frontiers'\?"),
        style.journal("frontier"),
    ):
        pass
    with (
        pytest.raises(ArgumentError, match=r"'single' and 'double'\. Got: 'one'"),
        style.journal("jek", columns="one"),
    ):
        pass


def test_what_is_wrong_with_a_figure_is_found():
    ax = drawn("jek")
    assert not passed(style.check(ax, journal="frontiers"))["width"]  # 90 instead of 85 mm
    assert not passed(style.check(ax, journal="frontiers"))["smallest text"]  # 7.5 instead of 8 points
    ax.text(0.5, 0.5, "tiny", fontsize=4)
    table = style.check(ax, journal="jek").set_index("check")
    assert table.loc["smallest text", "found"] == "4 pt"
    assert not table.loc["smallest text", "passed"]


def test_outlined_text_and_coarse_bitmaps_are_found():
    ax = drawn("jek")
    ax.set_title("n", path_effects=[patheffects.withStroke(linewidth=2, foreground="w")])
    assert not passed(style.check(ax, journal="jek"))["text"]
    with style.journal("jek", columns="single"), style.theme():
        ax = plt.figure(figsize=(style.across(3.5), 2)).add_subplot()
        ax.imshow(np.arange(100.0).reshape(10, 10), interpolation="none")
        ax.set_xlabel("Time (s)")
    table = style.check(ax, journal="jek").set_index("check")
    assert not table.loc["bitmaps", "passed"]
    # ten dots over the axes' width
    ax.figure.draw_without_rendering()
    across = ax.get_window_extent().width / ax.figure.dpi
    assert float(re.search(r"coarsest (\d+) dpi", table.loc["bitmaps", "found"])[1]) == pytest.approx(
        10 / across, abs=2
    )


def test_type_3_fonts_are_found(tmp_path):
    with plt.rc_context({"pdf.fonttype": 3}):
        figure = plt.figure(figsize=(90 / MM, 2))
        figure.add_subplot(xlabel="Time (s)")
        FigureCanvasPdf(figure).print_pdf(tmp_path / "old.pdf")
    table = style.check(tmp_path / "old.pdf", journal="jek").set_index("check")
    assert not table.loc["fonts", "passed"]
    assert "of Type 3" in table.loc["fonts", "found"]


def test_the_saved_pdf_is_what_the_check_says(tmp_path):
    ax = drawn("jek")
    (path,) = figures.save(ax, tmp_path / "figure", formats=("pdf",))
    table = style.check(path, journal="jek")
    pd.testing.assert_frame_equal(table, style.check(ax, journal="jek"))
    assert table["passed"].all()
    page = PdfReader(path).pages[0]
    assert float(page.mediabox.width) / 72 * MM == pytest.approx(90, abs=0.1)
    sizes = []
    page.extract_text(visitor_text=lambda text, _cm, _tm, _font, size: sizes.append(size) if text.strip() else None)
    assert min(sizes) == pytest.approx(7.5)
    text = page.extract_text()
    for shown in ("Mean activation (%MVC)", "n = 9 participants", "geometric mean"):
        assert shown in text


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="pdffonts is not installed")
def test_pdffonts_sees_embedded_true_type_fonts_alone(tmp_path):
    (path,) = figures.save(drawn("jek"), tmp_path / "figure", formats=("pdf",))
    lines = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    assert lines
    for line in lines:
        assert re.search(r"(CID TrueType|TrueType)\s+\S+\s+yes yes", line), line


def test_bitmaps_have_600_dots_an_inch_and_tiff_is_packed_rgb(tmp_path):
    png, tiff = figures.save(drawn("jek"), tmp_path / "figure", formats=("png", "tiff"))
    width = round(90 / MM * 600)
    with Image.open(tiff) as image:
        assert (image.mode, image.info["compression"], image.size[0]) == (
            "RGB",
            "tiff_lzw",
            pytest.approx(width, abs=1),
        )
        assert image.info["dpi"] == pytest.approx((600, 600))
        dots = np.asarray(image)
    assert np.array_equal(np.asarray(Image.open(png).convert("RGB")), dots)
    for path in (png, tiff):
        assert style.check(path, journal="jek")["passed"].all()
        assert not style.check(path, journal="frontiers")["passed"].all()
    assert figures.save(drawn("jek"), tmp_path / "again", formats=("tiff",))[0].read_bytes() == tiff.read_bytes()


def test_svg_text_stays_text(tmp_path):
    (path,) = figures.save(drawn("frontiers"), tmp_path / "figure", formats=("svg",))
    svg = path.read_text(encoding="utf-8")
    assert ">Mean activation (%MVC)</text>" in svg
    sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", svg)]
    assert min(sizes) >= 8.0


def test_files_that_cannot_be_checked_are_refused(tmp_path):
    (tmp_path / "no.pdf").write_bytes(b"%PDF-1.4 nothing")
    Image.new("RGB", (10, 10)).save(tmp_path / "no.png")
    with pytest.raises(FormatError, match=r"no PDF of a figure as emgkit writes it.*figures\.save"):
        style.check(tmp_path / "no.pdf", journal="jek")
    with pytest.raises(FormatError, match="does not say its resolution"):
        style.check(tmp_path / "no.png", journal="jek")
    with pytest.raises(FileError, match="is not there"):
        style.check(tmp_path / "absent.pdf", journal="jek")
    with pytest.raises(ArgumentError, match=r"'\.pdf', '\.png', '\.tif' and '\.tiff'\. Got: 'x\.docx'"):
        style.check("x.docx", journal="jek")
    with pytest.raises(ArgumentError, match=r"Unknown value for 'formats'.*'tiff'.*Got: 'tif'"):
        figures.save(drawn(), tmp_path / "figure", formats=("tif",))
