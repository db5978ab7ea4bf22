"""The look: colours that everybody can tell apart, settings that stay local, files whole or absent."""

from __future__ import annotations

import itertools

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from emgkit import figures
from emgkit.errors import ArgumentError
from emgkit.figures.drawing import style

# linear RGB as seen without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1)
VISIONS = {
    "all cones": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def lab(colour, vision="all cones"):
    srgb = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(VISIONS[vision]) @ linear, 0, 1)
    matrix = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    xyz = np.asarray(matrix) @ linear / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISIONS)
def test_colours_are_apart_for_every_colour_vision(vision):
    for one, other in itertools.combinations(style.PALETTE, 2):
        assert np.linalg.norm(lab(one, vision) - lab(other, vision)) > 20, (one, other)


def test_colours_are_apart_in_greyscale():
    lightness = sorted(lab(colour)[0] for colour in style.PALETTE)
    assert min(np.diff(lightness)) > 9
    phases = sorted(lab(style.PHASES[phase])[0] for phase in ("eccentric", "concentric", "hold"))
    assert min(np.diff(phases)) > 5
    assert min(phases) > 75  # light enough for a signal drawn over them


def test_no_two_of_many_levels_look_the_same():
    looks = style.looks(f"level {i}" for i in range(20))
    assert len(looks) == 20
    assert len({(look.color, look.marker, look.line) for look in looks.values()}) == 20
    assert list(style.looks(["b", "a", "b"])) == ["b", "a"]


def test_the_theme_goes_when_the_block_ends():
    before = mpl.rcParams["font.size"], mpl.rcParams["svg.fonttype"]
    with style.theme():
        assert mpl.rcParams["svg.fonttype"] == "none"
        assert mpl.rcParams["pdf.fonttype"] == 42
    assert (mpl.rcParams["font.size"], mpl.rcParams["svg.fonttype"]) == before


def test_no_font_size_is_below_seven_points():
    assert (
        min(value for key, value in style.RC.items() if key.endswith(("font.size", "size")) and "major" not in key) >= 7
    )


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("Vastus medialis, group pathology", 200, ["Vastus medialis, group pathology"]),
        ("Vastus medialis, group pathology", 110, ["Vastus medialis,", "group pathology"]),
        ("Vastus lateralis of the left side, trained", 125, ["Vastus lateralis of the", "left side, trained"]),
        ("Vastus\nmedialis", 200, ["Vastus", "medialis"]),
        ("Semitendinosus", 60, ["Semitendi-", "nosus"]),
        ("", 60, []),
    ],
)
def test_titles_are_broken_by_their_width(text, width, lines):
    assert style.wrapped(text, width=width).splitlines() == lines


def drawn():
    with style.theme():
        ax = plt.subplots()[1]
        ax.plot([0, 1], [0, 1])
        ax.set_xlabel("Time (s)")
    return ax


def test_a_figure_is_written_in_three_formats_with_text_as_text(tmp_path):
    paths = figures.save(drawn().figure, tmp_path / "new" / "figure_1.2")
    assert [path.name for path in paths] == ["figure_1.2.pdf", "figure_1.2.png", "figure_1.2.svg"]
    assert paths[0].read_bytes().startswith(b"%PDF")
    assert b"/Type0" in paths[0].read_bytes()
    assert b"/Subtype /Type3" not in paths[0].read_bytes()
    assert plt.imread(paths[1]).shape[:2] == (2880, 3840)  # 6.4 x 4.8 inches at 600 dpi
    assert ">Time (s)</text>" in paths[2].read_text(encoding="utf-8")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [path.name for path in paths]


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    first = [path.read_bytes() for path in figures.save(drawn(), tmp_path / "a")]
    second = [path.read_bytes() for path in figures.save(drawn(), tmp_path / "b")]
    assert first == second


def test_bitmaps_are_drawn_once_and_have_an_alpha_channel_only_where_something_shines_through(tmp_path, monkeypatch):
    drawings = []
    write = Figure.savefig
    monkeypatch.setattr(
        Figure, "savefig", lambda self, *given, **named: drawings.append(1) or write(self, *given, **named)
    )
    ax = drawn()
    png, tiff = figures.save(ax, tmp_path / "white", formats=("png", "tiff"))
    assert len(drawings) == 1
    with Image.open(png) as one, Image.open(tiff) as other:
        assert (one.mode, other.mode) == ("RGB", "RGB")
        assert round(one.info["dpi"][0]) == round(other.info["dpi"][0]) == 600
        assert np.array_equal(np.asarray(one), np.asarray(other))
        assert np.asarray(one).min() < 50
    ax.figure.patch.set_alpha(0)
    with Image.open(figures.save(ax, tmp_path / "clear", formats=("png",))[0]) as one:
        assert one.mode == "RGBA"
        assert one.getpixel((0, 0))[3] == 0


def test_an_error_while_writing_leaves_the_old_files(tmp_path, monkeypatch):
    paths = figures.save(drawn(), tmp_path / "figure")
    before = [path.read_bytes() for path in paths]
    write = Figure.savefig

    def full_disk(self, path, **options):
        if options["format"] == "svg":
            raise OSError("No space left on device")
        write(self, path, **options)

    monkeypatch.setattr(Figure, "savefig", full_disk)
    other = drawn()
    other.set_title("another")
    with pytest.raises(OSError, match="No space left"):
        figures.save(other, tmp_path / "figure")
    assert [path.read_bytes() for path in paths] == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(path.name for path in paths)


def test_a_stem_without_a_name_is_refused():
    with pytest.raises(ArgumentError, match=r"cannot be written\. Allowed: a figure and a path with a file name"):
        figures.save(drawn(), "")


@pytest.mark.parametrize("ending", ["png", "PDF", "svg", "jpg"])
def test_a_path_with_an_ending_is_refused(tmp_path, ending):
    with pytest.raises(ArgumentError, match=rf"Give the path without ending.*x', which becomes.*Got: '.*x\.{ending}'"):
        figures.save(plt.figure(), tmp_path / f"x.{ending}")
    assert list(tmp_path.iterdir()) == []
    assert figures.save(plt.figure(), tmp_path / "at_0.5_s")[1].name == "at_0.5_s.png"


def test_functions_win_over_files_of_the_same_name():
    for name in ("signals", "contrasts", "activation", "curves", "save"):
        assert callable(getattr(figures, name))
